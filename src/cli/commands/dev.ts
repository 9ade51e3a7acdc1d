// `backwright dev`: serves an application while it is being written. What is saved is served at once, or said to be wrong while the last good version goes on.
import { mkdirSync, readFileSync, rmSync, watch as watchFolder, type FSWatcher } from 'node:fs'
import path from 'node:path'
import { DataMistake, type Loaded, SchemaDiffers } from '../../application/index.ts'
import { DeclarationErrors } from '../../model/compile/index.ts'
import type { ReadyCaller, Serving } from '../../server/index.ts'
import { writeCallers } from '../callers.ts'
import { exit, paint, parse, Trouble, usage, type Command, type Terminal } from '../command.ts'
import { declarations } from '../declaration.ts'
import { greeting, unused, unusedLines } from '../greeting.ts'
import { home as packageFolder } from '../home.ts'
import { homeOf, locate, rememberServed, rules, shown, type Home } from '../locate.ts'
import { load, openForDevelopment, readBackend, type Opened, type Read } from '../opened.ts'
import { logOf, portOf } from '../said.ts'
import { announce, retract } from '../serving.ts'
import { stopping } from '../stopping.ts'
import { typeWatch } from '../typewatch.ts'
import { explain } from '../trouble.ts'
import { watch } from '../watch.ts'

const options = { port: { type: 'string' }, host: { type: 'string' }, log: { type: 'string' }, quiet: { type: 'boolean' }, statements: { type: 'boolean' }, static: { type: 'string' } } as const

export const dev: Command = {
  name: 'dev',
  summary: 'serves an application while you write it:  backwright dev examples/shop',
  help: `backwright dev [PATH]        serves an application while you write it

  backwright dev                     the one last served here, or the current folder's
  backwright dev examples/shop
  backwright dev src/backend.ts --port 8080
  DATABASE_URL=postgres://me@localhost/shop backwright dev

Starts the database, creates or changes its schema, loads the data, serves, and watches the folder: what you save is served at once.
Mistakes are told with their place, while the last good version goes on serving; TypeScript's beside it, where it is installed. Ctrl-C ends it, and the database with it unless
another process uses that. Everything it keeps is in .backwright/APP: data, secret, and in as/ the header files of ready-made callers.

Options
  --port N      this port or none. Default: PORT, else 3000, else the next free one
  --host NAME   where to listen. Default: 127.0.0.1, this machine only
  --log FORM    readable (default), json, or none
  --static DIR  serves a built front end beside the API
  --statements  with the SQL of each request below its line
  --quiet       no line for each request

${rules}

Exit codes: 0 ended by Ctrl-C · 1 failed · 2 the command line cannot be understood`,
  run: serveAndWatch,
}

/** The built page of development, which comes with the package. */
const consoleFolder = path.join(packageFolder, 'console', 'dist')

async function serveAndWatch(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parse(args, options, 1)
  const port = portOf(values.port)
  const observe = logOf(values.quiet ? 'none' : values.log ?? 'readable', terminal, values.statements)
  const app = locate(positionals[0], terminal.cwd)
  const stop = stopping()
  const from = declarations(app, terminal.cwd)
  const say = (line: string): void => { terminal.out(`  ${line}\n`) }
  const tell = (lines: readonly string[]): void => {
    lines.forEach((line, i) => { say(i === 0 ? `${paint(terminal, 31, '✗')} ${line}` : `  ${line}`) })
  }

  let opened: Opened | null = null
  let callers: readonly ReadyCaller[] = []
  let serving: Serving | null = null
  let silent = new Set<string>()
  let home = homeOf(app.name, terminal.cwd)
  let notes: FSWatcher | null = null
  const typing = typeWatch(app, terminal, say)

  /** Data is loaded apart: a mistake in it does not keep the application from serving. */
  const loadOr = async (of: Opened, { backend }: Read): Promise<Loaded | null> => {
    try {
      return await load(of.application, backend, app)
    } catch (error) {
      tell(explain(error, terminal.cwd).lines)
      return null
    }
  }
  const sayUnused = (): void => {
    const now = unused(opened?.application.model ?? { name: '', entities: {}, callers: {}, roles: [] })
    for (const e of now) if (!silent.has(e.name)) for (const line of unusedLines(e, terminal)) say(line)
    silent = new Set(now.map(e => e.name))
  }

  async function begin(read: Read): Promise<void> {
    const { backend, name } = read
    home = read.home
    watchNotes()
    const made = await openForDevelopment(read, { observe, onProgress: line => { say(paint(terminal, 2, shortened(line))) } })
    opened = made
    callers = made.callers
    const { application } = made
    for (const line of application.changed.steps.flatMap(s => s.says ?? [])) say(`${paint(terminal, 32, '✓')} ${line}`)
    const loaded = await loadOr(made, read)
    serving = await application.serve({
      ...(port === undefined ? {} : { port }), ...(values.host === undefined ? {} : { host: values.host }), development: { as: async () => callers, console: consoleFolder },
      ...(values.static === undefined ? {} : { files: path.resolve(terminal.cwd, values.static) }),
    })
    announce(home, { url: serving.url, rest: application.model.restPath, pid: process.pid, command: 'dev' })
    rememberServed(app, name, terminal.cwd)
    if (port === undefined && !process.env['PORT'] && serving.port !== 3000) say(`port 3000 is taken; this is ${serving.port}`)
    for (const line of greeting({ model: application.model, backend, home, callers, loaded, folder: app.folder, url: serving.url }, terminal)) say(line)
    // Nobody's receiver need be there while one develops: what cannot be told is said, and the rest goes on.
    for (const problem of application.work.start({ served: serving.url }).problems) say(`${paint(terminal, 33, '!')} ${problem}`)
    sayUnused()
  }

  async function again(now: Opened, begun: number): Promise<void> {
    const read = await readBackend(from, app, terminal.cwd)
    const { application } = now
    const { steps, same } = await application.reload(read.backend)
    callers = await writeCallers(home, read.backend, application.model)
    const ms = (): string => `${Math.round(performance.now() - begun)} ms`
    const lines = steps.flatMap(s => (s.says === null ? [] : [s.additive ? `${s.says} · every protocol and the types follow` : s.says]))
    for (const line of lines) say(`${paint(terminal, 32, '✓')} ${line} · ${ms()}`)
    if (!same && lines.length === 0) say(`${paint(terminal, 32, '✓')} saved · ${ms()}`)
    const loaded = await loadOr(now, read)
    if (loaded !== null && loaded.added > 0) say(`${paint(terminal, 32, '✓')} ${loaded.added} rows of data loaded`)
    sayUnused()
  }

  /** Resolves whatever happens: mistakes are told, and wait to be put right. What is no mistake of the declaration ends the command, if nothing serves yet. */
  async function attempt(): Promise<void> {
    const begun = performance.now()
    void typing.stop()
    try {
      if (opened === null) await begin(await readBackend(from, app, terminal.cwd))
      else await again(opened, begun)
      typing.begin(home)
    } catch (error) {
      if (opened === null && !ofDeclaration(error)) throw error
      if (serving === null && opened !== null) throw error
      const { lines } = explain(error, terminal.cwd)
      tell(lines)
      say(paint(terminal, 2, serving === null ? 'Nothing is served yet. Save it put right, and it is.' : 'Still serving the last good version.'))
    }
  }

  /** `reset` leaves a note in the application's folder, and waits for it to go. */
  function watchNotes(): void {
    notes?.close()
    mkdirSync(home.folder, { recursive: true })
    notes = watchFolder(home.folder, { persistent: false }, (_, name) => {
      if (name === path.basename(home.startOver)) queue(startOver)
    })
    notes.on('error', () => {})
  }
  async function startOver(): Promise<void> {
    const asked = askedOf(home)
    // Somebody else has just done it: what was refused before may fit the empty database.
    if (asked === null && opened === null) return attempt()
    if (asked !== process.pid || opened === null) return
    const begun = performance.now()
    try {
      const read = await readBackend(from, app, terminal.cwd)
      await opened.application.startOver(read.backend)
      const loaded = await loadOr(opened, read)
      say(`${paint(terminal, 32, '✓')} all data thrown away${loaded === null ? '' : ` · ${loaded.added} rows of data loaded`} · ${Math.round(performance.now() - begun)} ms`)
    } catch (error) {
      tell(explain(error, terminal.cwd).lines)
    } finally {
      rmSync(home.startOver, { force: true })
    }
  }

  // One thing at a time; what changes meanwhile is looked at once more.
  let turn: Promise<void> = Promise.resolve()
  let failed: unknown = null
  const broken = Promise.withResolvers<void>()
  const queued = new Set<() => Promise<void>>()
  function queue(work: () => Promise<void>): void {
    if (queued.has(work)) return
    queued.add(work)
    turn = turn.then(async () => {
      queued.delete(work)
      if (!stop.yes()) await work()
    }).catch((error: unknown) => { failed = error; broken.resolve() })
  }

  queue(attempt)
  const watching = watch(app.folder, () => { queue(attempt) }, why => { tell([`${why} Changes there are not seen; start again after each.`]) })
  await Promise.race([stop.told, broken.promise])
  watching.close()
  if (failed === null) terminal.err('\n  stopping…\n')
  ;(notes as FSWatcher | null)?.close()
  await turn
  await typing.stop()
  retract(home)
  await (opened as Opened | null)?.application.close()
  from.close()
  if (failed !== null) throw failed
  terminal.err('  stopped\n')
  await stop.settled()
  return exit.ok

  function shortened(line: string): string {
    return line.replaceAll(home.folder, shown(home.folder, terminal.cwd))
  }
}

/** The process that the note asks to begin anew; null: there is no note. */
function askedOf(home: Home): number | null {
  try {
    return Number(readFileSync(home.startOver, 'utf8'))
  } catch {
    return null
  }
}

/** Mistakes that a save can put right. */
const ofDeclaration = (error: unknown): boolean => error instanceof DeclarationErrors || error instanceof SchemaDiffers || error instanceof Trouble || error instanceof DataMistake
