// The command line: finds the command, runs it, says what went wrong.
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { suggest } from '../failure/index.ts'
import { exit, paint, type Command, type Terminal } from './command.ts'
import { deleteCommand } from './commands/delete.ts'
import { dev } from './commands/dev.ts'
import { explainCommand } from './commands/explain.ts'
import { get } from './commands/get.ts'
import { helpOf } from './commands/help.ts'
import { patch } from './commands/patch.ts'
import { post } from './commands/post.ts'
import { reset } from './commands/reset.ts'
import { schema } from './commands/schema.ts'
import { start } from './commands/start.ts'
import { explain } from './trouble.ts'

const commands: readonly Command[] = [dev, start, get, post, patch, deleteCommand, explainCommand, schema, reset]

/** Runs a command line (without `node` and the script). Answers the exit code; throws nothing. */
export async function main(argv: readonly string[]): Promise<number> {
  // A pager that was closed, a terminal that is gone: nobody reads on, which is no reason to fall over.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  const terminal: Terminal = {
    out: text => { process.stdout.write(text) },
    err: text => { process.stderr.write(text) },
    colour: process.stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
    cwd: process.cwd(),
    environment: process.env,
  }
  const debug = argv.includes('--debug')
  const [name, ...args] = argv.filter(arg => arg !== '--debug')
  if (name === '--version' || name === '-v') { terminal.out(`${version()}\n`); return exit.ok }
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') return help(args[0], terminal)
  const command = commands.find(c => c.name === name)
  if (command === undefined) return unknown(name, terminal)
  if (args.includes('--help') || args.includes('-h')) { terminal.out(`${command.help}\n`); return exit.ok }
  try {
    return await command.run(args, terminal)
  } catch (error) {
    const { lines, code } = explain(error, terminal.cwd)
    terminal.err(`${lines.map((line, i) => (i === 0 ? `${paint(terminal, 31, 'backwright')}: ${line}` : `  ${line}`)).join('\n')}\n`)
    if (code === exit.usage) terminal.err(`  See: backwright ${name} --help\n`)
    if (debug) terminal.err(`${inspect(error, { depth: 4 })}\n`)
    return code
  }
}

function help(about: string | undefined, terminal: Terminal): number {
  const command = commands.find(c => c.name === about)
  if (about !== undefined && command === undefined) return unknown(about, terminal)
  terminal.out(`${command?.help ?? helpOf(commands)}\n`)
  return exit.ok
}

function unknown(name: string, terminal: Terminal): number {
  terminal.err(`backwright: there is no command '${name}'.${suggest(name, [...commands.map(c => c.name), 'help'])} There are: ${commands.map(c => c.name).join(', ')}, help.\n`)
  return exit.usage
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  return version
}
