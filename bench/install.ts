// Puts in place what others need, once: the packages of bench/peers as its lockfile says, and the client that Prisma makes of its schema.
import { execFileSync, type ExecFileSyncOptions } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Runs npm to its end: the one that runs us, if it does. */
export function npm(asked: readonly string[], how: ExecFileSyncOptions): string {
  const itself = process.env['npm_execpath']
  const said = itself === undefined ? execFileSync('npm', asked, { ...how, shell: process.platform === 'win32' }) : execFileSync(process.execPath, [itself, ...asked], how)
  return (said as Buffer | string | null)?.toString() ?? ''
}

/** No package's install script runs: Prisma's would fetch an engine from elsewhere. */
export function installPeers(folder: string): void {
  const how = { cwd: folder, stdio: ['ignore', 2, 2] } satisfies ExecFileSyncOptions
  once(path.join(folder, 'node_modules', '.installed'), [path.join(folder, 'package-lock.json')], () => npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], how))
  once(path.join(folder, 'generated', '.made'), [path.join(folder, 'package-lock.json'), path.join(folder, 'schema.prisma')], () => {
    // Its command fetches the engine of its migrations before it does anything, unless told where one is. What makes the client does not use it, so any program will do.
    const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' }
    execFileSync(process.execPath, [path.join(folder, 'node_modules', 'prisma', 'build', 'index.js'), 'generate', '--schema', 'schema.prisma'], { ...how, env })
  })
}

/** Does it unless `stamp` says that it was done from these very files. */
function once(stamp: string, from: readonly string[], act: () => void): void {
  const hash = createHash('sha256')
  for (const file of from) hash.update(readFileSync(file))
  const wanted = hash.digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  act()
  writeFileSync(stamp, wanted)
}
