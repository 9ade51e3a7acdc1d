// The command line: finds the command, runs it, says what went wrong.
import { inspect } from 'node:util'
import { suggest } from '../failure/index.ts'
import { exit, paint, type Command, type Terminal } from './command.ts'
import { readEnvironmentFile } from './environment.ts'
import { version } from './version.ts'

/** Each command is loaded when it is called: a question asked of a running server needs little of the rest. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  new: async () => (await import('./commands/new.ts')).newCommand,
  dev: async () => (await import('./commands/dev.ts')).dev,
  start: async () => (await import('./commands/start.ts')).start,
  import: async () => (await import('./commands/import.ts')).importCommand,
  get: async () => (await import('./commands/get.ts')).get,
  post: async () => (await import('./commands/post.ts')).post,
  patch: async () => (await import('./commands/patch.ts')).patch,
  delete: async () => (await import('./commands/delete.ts')).deleteCommand,
  explain: async () => (await import('./commands/explain.ts')).explainCommand,
  schema: async () => (await import('./commands/schema.ts')).schema,
  test: async () => (await import('./commands/test.ts')).testCommand,
  bench: async () => (await import('./commands/bench.ts')).bench,
  read: async () => (await import('./commands/read.ts')).readCommand,
  check: async () => (await import('./commands/check.ts')).check,
  duties: async () => (await import('./commands/duties.ts')).duties,
  openapi: async () => (await import('./commands/openapi.ts')).openapi,
  graphql: async () => (await import('./commands/graphql.ts')).graphqlCommand,
  wsdl: async () => (await import('./commands/wsdl.ts')).wsdl,
  seed: async () => (await import('./commands/seed.ts')).seed,
  reset: async () => (await import('./commands/reset.ts')).reset,
  token: async () => (await import('./commands/token.ts')).token,
  webhooks: async () => (await import('./commands/webhooks.ts')).webhooks,
  db: async () => (await import('./commands/db.ts')).db,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
}
const load = (name: string): Promise<Command> | undefined => (Object.hasOwn(commands, name) ? commands[name]?.() : undefined)

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
  const command = await load(name)
  if (command === undefined) return unknown(name, terminal)
  if (args.includes('--help') || args.includes('-h')) { terminal.out(`${command.help}\n`); return exit.ok }
  try {
    readEnvironmentFile(terminal.cwd)
    return await command.run(args, terminal)
  } catch (error) {
    const { lines, code } = (await import('./trouble.ts')).explain(error, terminal.cwd)
    terminal.err(`${lines.map((line, i) => (i === 0 ? `${paint(terminal, 31, 'backwright')}: ${line}` : `  ${line}`)).join('\n')}\n`)
    if (code === exit.usage) terminal.err(`  See: backwright ${name} --help\n`)
    if (debug) terminal.err(`${inspect(error, { depth: 4 })}\n`)
    return code
  }
}

async function help(about: string | undefined, terminal: Terminal): Promise<number> {
  const command = about === undefined ? undefined : await load(about)
  if (about !== undefined && command === undefined) return unknown(about, terminal)
  const { helpOf } = await import('./commands/help.ts')
  terminal.out(`${command?.help ?? helpOf(await Promise.all(Object.values(commands).map(one => one())))}\n`)
  return exit.ok
}

function unknown(name: string, terminal: Terminal): number {
  terminal.err(`backwright: there is no command '${name}'.${suggest(name, [...Object.keys(commands), 'help'])} There are: ${Object.keys(commands).join(', ')}, help.\n`)
  return exit.usage
}
