// What the embedded server would run with on this machine: which programs, under which account.
import { spawnSync } from 'node:child_process'
import { account } from './account.ts'
import { binaries, program } from './binaries.ts'

/** Throws, with the way out, where there are no programs, they do not run, or no account can run them. */
export function installation(folder: string): { readonly version: string; readonly programs: string; readonly runsAs: 'self' | 'namespace' | 'other-user' } {
  const from = binaries()
  const asked = spawnSync(program(from.folder, 'postgres'), ['--version'], { encoding: 'utf8' })
  if (asked.status !== 0) throw new Error(`PostgreSQL's programs in ${from.folder} do not run here: ${(asked.stderr || asked.error?.message || 'they say nothing').trim()}. Set DATABASE_URL to a PostgreSQL server.`)
  return { version: asked.stdout.trim(), programs: from.folder, runsAs: account(folder).kind }
}
