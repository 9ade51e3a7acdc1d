// `backwright reset`: throws embedded data away, what was kept of removed fields too, and begins anew.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { openDatabase } from '../../application/index.ts'
import { exit, paint, parse, Trouble, usage, type Command, type Terminal } from '../command.ts'
import { locate, rules, shown, type Home, type Located } from '../locate.ts'
import { once, openForDevelopment, load, type Read } from '../opened.ts'
import { servedBy, type ServingNote } from '../serving.ts'
import { agreed } from './schema.ts'

const options = { yes: { type: 'boolean' }, app: { type: 'string' } } as const
const patienceMs = 60_000

export const reset: Command = {
  name: 'reset',
  summary: 'throws the embedded data away and begins anew',
  help: `backwright reset [--yes]        throws the embedded data away (.backwright/APP/data) and begins anew

  backwright reset
  backwright reset --yes --app examples/shop

The schema is made anew from the declaration and its data is loaded. While \`dev\` serves the application, that process is asked to do
it and goes on serving; while \`start\` does, nothing is done. A server's database (DATABASE_URL) is never touched: it is yours to drop.

Options
  --yes         without asking
  --app PATH    the folder or file of the application

${rules}

Exit codes: 0 done · 1 failed, or not agreed to · 2 the command line cannot be understood`,
  async run(args, terminal) {
    const { values } = parse(args, options, 0)
    if (process.env['DATABASE_URL']) throw usage('DATABASE_URL names a server; only embedded data is thrown away here. Unset it, or drop that database yourself.')
    const app = locate(values.app, terminal.cwd)
    return once(app, terminal.cwd, async read => {
      const { home } = read
      const serving = await servedBy(home)
      if (serving?.command === 'start') throw new Trouble(`Process ${serving.pid} serves it in production (${serving.url}). Stop that first.`)
      if (!values.yes && !await agreed(`Throw away all data in ${shown(home.data, terminal.cwd)}?`)) throw new Trouble('Nothing was thrown away.')
      return serving === null ? here(read, app, terminal) : there(serving, home, terminal)
    })
  },
}

/** Does it in this process. Others that wait for a better declaration are woken by the note that comes and goes. */
async function here(read: Read, app: Located, terminal: Terminal): Promise<number> {
  const { home, name } = read
  leaveNote(home, process.pid)
  try {
    const database = await openDatabase({ folder: home.data, name, onProgress: line => { terminal.err(`  ${line}\n`) } })
    try {
      await database.startOver()
    } finally {
      await database.close()
    }
    const { application } = await openForDevelopment(read)
    try {
      const loaded = await load(application, read.backend, app)
      terminal.out(`${paint(terminal, 32, '✓')} ${name} begins anew${loaded === null ? '' : ` · ${loaded.added} rows of data loaded`}\n`)
    } finally {
      await application.close()
    }
  } finally {
    rmSync(home.startOver, { force: true })
  }
  return exit.ok
}

/** Asks the process that serves, by a note in the application's folder; it takes the note away when it is done. */
async function there(serving: ServingNote, home: Home, terminal: Terminal): Promise<number> {
  leaveNote(home, serving.pid)
  for (const until = Date.now() + patienceMs; existsSync(home.startOver); await wait(20)) {
    if (Date.now() > until || await servedBy(home) === null) {
      rmSync(home.startOver, { force: true })
      throw new Trouble(`Process ${serving.pid}, which serves it, did not do it. Stop that one and try again.`)
    }
  }
  terminal.out(`${paint(terminal, 32, '✓')} done by process ${serving.pid}, which goes on serving ${serving.url}\n`)
  return exit.ok
}

/** Whole at once: who is asked reads it as soon as it is there. */
function leaveNote(home: Home, asked: number): void {
  mkdirSync(home.folder, { recursive: true })
  writeFileSync(`${home.startOver}.new`, `${asked}\n`)
  renameSync(`${home.startOver}.new`, home.startOver)
}
