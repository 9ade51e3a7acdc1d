// Acting as a ready-made caller: its header, from the file that `dev` wrote.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { suggest } from '../failure/index.ts'
import { usage } from './command.ts'
import { shown, type Home } from './locate.ts'

/** The headers of a ready-made caller, from its file. Throws a usage Trouble naming those there are. */
export function headersAs(name: string, home: Home, cwd: string): Readonly<Record<string, string>> {
  const there = existsSync(home.as) ? readdirSync(home.as) : []
  if (!there.includes(name)) {
    throw usage(there.length === 0
      ? `There are no ready-made callers in ${shown(home.as, cwd)}: \`backwright dev\` makes them.`
      : `There is no ready-made caller '${name}'.${suggest(name, there)} There are: ${there.join(', ')}.`)
  }
  const lines = readFileSync(path.join(home.as, name), 'utf8').split('\n').filter(line => line !== '')
  return Object.fromEntries(lines.map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]))
}
