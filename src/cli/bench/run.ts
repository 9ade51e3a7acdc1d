// One run of the bench from beginning to end: a database, rows, a server, questions, figures; then ten times the rows and the same questions.
import { randomBytes } from 'node:crypto'
import { cpus } from 'node:os'
import path from 'node:path'
import { beginWith, loadData, open, SchemaDiffers, type Application } from '../../application/index.ts'
import { compileModel } from '../../define/index.ts'
import { suggest } from '../../failure/index.ts'
import { actionsOf, type EntityModel, type Model } from '../../model/index.ts'
import { withClient, type Client } from '../../stores/postgres/administer/index.ts'
import { seeded, spokenOf } from '../../testkit/proofs/index.ts'
import { Trouble, usage } from '../command.ts'
import type { Located } from '../locate.ts'
import type { Read } from '../opened.ts'
import { version } from '../version.ts'
import { askersOf, namesOf } from './askers.ts'
import { loadProgram, programOf, started } from './child.ts'
import { besideOn, ownServer } from './database.ts'
import { filling, tableOf, type Filling } from './fill.ts'
import { looking } from './look.ts'
import { measure, type Bench, type Measured } from './measure.ts'
import { slowIn, waysIn, type Slow } from './plans.ts'
import { questionsOf, type Left, type Operation, type Reader } from './questions.ts'
import { grows, type Report } from './report.ts'
import type { Listening, ServeThis, Usage } from './serve.ts'
import { writesOf } from './writes.ts'

export interface BenchOptions {
  readonly app: Located
  readonly read: Read
  readonly cwd: string
  /** A server to make a database on; null: one of its own. */
  readonly address: string | null
  readonly only: readonly string[]
  readonly as: string | undefined
  readonly rows: number
  readonly seconds: number
  readonly connections: number
  readonly quick: boolean
  /** Once more over ten times the rows. */
  readonly growth: boolean
  readonly stopped: () => boolean
  /** A line of progress. */
  readonly tell: (line: string) => void
  /** The same, in the place of the one before. */
  readonly progress: (line: string) => void
}

/** Runs it; null: it was stopped. What it started is ended, however it ends. Throws Trouble for what a person must put right. */
export async function runBench(options: BenchOptions, leaving: AsyncDisposableStack): Promise<{ readonly report: Report; readonly model: Model } | null> {
  const { app, read: { backend, name, home, folder }, cwd, only, rows, seconds, stopped, tell, progress } = options
  // What is wrong is told before anything is started.
  const declared = compileModel(backend, name).model, names = namesOf(declared, backend)
  chosen(declared, only)
  if (options.as !== undefined && !names.includes(options.as)) throw usage(`There is nobody '${options.as}'.${suggest(options.as, names)} There are: ${names.join(', ')}.`)
  /** Ended with the rest, also where it is told to stop before it is there. */
  const ending = async <T>(making: Promise<T>, end: (made: T) => Promise<void>): Promise<T> => {
    leaving.defer(async () => { await making.then(end, () => {}) })
    return making
  }
  const ground = await ending(options.address === null ? ownServer(home, tell) : besideOn(options.address), g => g.close())
  if (stopped()) return null
  const data = backend.data === null ? null : path.resolve(folder, backend.data), secret = randomBytes(32).toString('base64url')
  const begun = data === null ? [] : await withClient({ connectionString: ground.url }, client => beginWith(client, data, tell))
  if (stopped()) return null
  const application = await ending(open(backend, { url: ground.url, name, schema: 'apply', tokens: { secret } }).catch((error: unknown) => { throw explained(error, backend.data) }) as Promise<Application>, a => a.close())
  if (stopped()) return null
  const { model } = application, entities = chosen(model, only), actions = actionsOf(model).filter(a => a.taking === undefined && a.contract === null && !/^auth\b/.test(a.path))
  const adopted = entities.filter(e => e.table.adopted === true)
  if (adopted.length > 0 && begun.length === 0) tell(`${adopted.length === 1 ? 'a table that was' : `${adopted.length} tables that were`} there before ${adopted.length === 1 ? 'is' : 'are'} made as the declaration says, without what only your database knows of ${adopted.length === 1 ? 'it' : 'them'}, indexes among it: a file .sql in the folder of backend({ data }) brings that (pg_dump --schema-only)`)
  if (data !== null) await loadData(application, data)
  if (stopped()) return null

  return withClient({ connectionString: ground.url }, async client => {
    const filled = await filling({ client, model, making: { pick: seeded(42), spoken: spokenOf(model), now: Date.now() }, people: peopleOf(model, backend) })
    await fill(filled, client, model, rows, options)
    if (stopped()) return null
    const askers = await askersOf(model, backend, filled, secret, options.as), look = looking(application)
    if (stopped()) return null
    const server = started(programOf('serve'), cwd, text => { tell(text.trimEnd()) }, true)
    leaving.defer(() => server.end())
    const at = await server.ask<Listening>({ app, url: ground.url, secret } satisfies ServeThis)
    const load = started(loadProgram, cwd, text => { tell(text.trimEnd()) })
    leaving.defer(() => load.end())
    const bench: Bench = { load, server, at, look, folder: ground.folder, connections: options.connections, stopped }

    const left: Left[] = [], reads: Operation[] = [], writes: Operation[] = [], readers = new Map<EntityModel, readonly Reader[]>()
    for (const entity of entities) {
      if (stopped()) return null
      progress(`looking at ${entity.path}`)
      const asked = await questionsOf(entity, { model, look, askers, quick: options.quick })
      reads.push(...asked.operations)
      // Where there are no rows, why there are none says more.
      const short = filled.pools.get(entity.name)?.count === 0 ? filled.short.get(entity.name) : undefined
      left.push(...asked.left.map(l => (short === undefined || l.why === 'nobody may read it' ? l : { ...l, why: `there are no rows: ${short}` })))
      readers.set(entity, asked.readers)
    }
    if (reads.length === 0) throw new Trouble(`There is nothing to ask${options.as === undefined ? '' : ` as ${options.as}`}:\n${left.map(l => `${l.entity?.title ?? l.what}: ${l.why}`).join('\n')}`)
    const slow = await slowOf(reads, filled, bench, model)
    const measuring = (what: string, of: readonly Operation[]): Promise<readonly Measured[]> => measure(of, seconds, bench, part => { progress(`measuring ${of.length} ${what}: ${percent(part)}`) })

    tell(`${name} is served in a process of its own, from ${ground.says}: ${reads.length} reads, ${seconds} s each, ${options.connections} connections`)
    const read = await measuring('reads', reads)
    for (const entity of entities) { const why = filled.short.get(entity.name); if (why !== undefined && (filled.pools.get(entity.name)?.count ?? 0) > 0) left.push({ entity, what: `has ${(filled.pools.get(entity.name)?.count ?? 0).toLocaleString('en')} rows`, why }) }
    const grown = options.growth && !stopped() ? await growing(reads, read, filled, client, model, bench, options) : read
    // Writes come last: what they leave behind is not what was asked for.
    for (const entity of entities) {
      if (stopped()) return null
      if (filled.pools.get(entity.name)?.count === 0) continue
      progress(`trying writes of ${entity.path}`)
      const written = await writesOf(entity, readers.get(entity) ?? [], { model, look, askers, filling: filled, from: (options.growth ? 10 : 1) * rows + 1 })
      writes.push(...written.operations)
      left.push(...written.left)
    }
    if (stopped()) return null
    if (options.only.length === 0 && actions.length > 0) left.push({ entity: null, what: actions.map(a => a.id).join(', '), why: 'actions are not asked: what their input means, the application alone knows' })
    const wrote = await measuring('writes', writes)
    left.push(...writes.flatMap((o, i): Left[] => (wrote[i]?.perSecond === 0 ? [{ entity: o.entity, what: o.says, why: 'too few rows could be made that differ' }] : [])))
    const measured = [...grown, ...wrote.filter(m => m.perSecond > 0)]
    if (stopped()) return null
    const order = (m: Measured): number => entities.findIndex(e => e.name === m.entity)
    const { rows: [about] } = await client.query(`select current_setting('server_version') as version`)
    return { model, report: {
      format: 'backwright bench 1', application: name, backwright: version(), when: new Date().toISOString(), machine: `${cpus()[0]?.model.trim() ?? 'unknown'} × ${cpus().length}`, node: process.version,
      postgres: (about as { version: string }).version.split(' ')[0] ?? '', rows, seconds, memory: Math.round((await server.ask<Usage>({})).memory / 2 ** 20), growth: options.growth, connections: options.connections, operations: measured.toSorted((a, b) => order(a) - order(b)), slow, left: left.map(l => ({ entity: l.entity?.name ?? null, what: l.what, why: l.why })),
    } }
  })
}

const percent = (part: number): string => `${Math.floor(part * 100)} %`

/** The entities that are asked for by their name, class or path. Throws a usage Trouble for one there is none of. */
function chosen(model: Model, only: readonly string[]): readonly EntityModel[] {
  const exposed = Object.values(model.entities).filter(e => !e.hidden)
  const odd = only.find(name => !exposed.some(e => [e.name, e.title, e.path].includes(name)))
  if (odd !== undefined) throw usage(`--only: there is no entity '${odd}'.${suggest(odd, exposed.map(e => e.name))} There are: ${exposed.map(e => e.name).join(', ')}.`)
  return only.length === 0 ? exposed : exposed.filter(e => [e.name, e.title, e.path].some(name => only.includes(name)))
}

/** What finds the people of the declaration among the rows of its data. */
function peopleOf(model: Model, backend: Read['backend']): Parameters<typeof filling>[0]['people'] {
  return new Map(Object.values(model.callers).map(b => [b.entity, {
    field: b.match, values: Object.values(backend.as).flatMap(p => { const v = b.claim === 'email' ? p.email : p.claims?.[b.claim]; return typeof v === 'string' || typeof v === 'number' ? [String(v)] : [] }),
  }]))
}

async function fill(filled: Filling, client: Client, model: Model, rows: number, { stopped, tell, progress }: BenchOptions): Promise<void> {
  const begun = performance.now()
  await filled.to(rows, stopped, (entity, n) => { progress(`making rows of ${entity.path}: ${n.toLocaleString('en')}`) })
  if (stopped()) return
  for (const e of Object.values(model.entities)) if (!e.readOnly) await client.query(`vacuum (analyze) ${tableOf(e)}`)
  tell(`${[...filled.pools.values()].reduce((sum, p) => sum + p.count, 0).toLocaleString('en')} rows in ${filled.pools.size} tables, made in ${((performance.now() - begun) / 1000).toFixed(1)} s`)
}

async function slowOf(reads: readonly Operation[], filled: Filling, { look, stopped }: Bench, model: Model): Promise<readonly Slow[]> {
  const counts = new Map([...filled.pools].map(([name, pool]) => [name, pool.count])), slow: Slow[] = []
  for (const o of reads) {
    const [question] = o.requests
    if (stopped() || question === undefined) continue
    const { why } = await look(o.as, question, true)
    if (why?.plan != null) slow.push(...slowIn(why.plan, o, model, counts))
  }
  return slow
}

/** The same reads over ten times the rows. */
async function growing(reads: readonly Operation[], before: readonly Measured[], filled: Filling, client: Client, model: Model, bench: Bench, options: BenchOptions): Promise<readonly Measured[]> {
  await fill(filled, client, model, options.rows * 10, options)
  if (bench.stopped()) return before
  const after = await measure(reads, options.seconds, bench, part => { options.progress(`measuring ${reads.length} reads over ten times the rows: ${percent(part)}`) })
  // Nothing but PostgreSQL knows how many rows there are; where its time cannot be told, how long answers took.
  const cost = (m: Pick<Measured, 'postgresCpu' | 'p50'>): number => m.postgresCpu ?? m.p50 * 1000
  const with10 = (m: Measured, a: Measured): Measured => ({ ...m, grown: { perSecond: a.perSecond, p50: a.p50, nodeCpu: a.nodeCpu, postgresCpu: a.postgresCpu, ratio: Number((cost(m) > 0 ? cost(a) / cost(m) : 1).toFixed(2)) } })
  const first = before.map((m, i) => { const a = after[i]; return a === undefined ? m : with10(m, a) })
  // What seems to grow is looked at once more: on a busy machine a turn may have been unlucky.
  const odd = reads.filter((_, i) => { const m = first[i]; return m !== undefined && grows(m) })
  const again = odd.length === 0 || bench.stopped() ? [] : await measure(odd, options.seconds, bench, part => { options.progress(`measuring ${odd.length} once more that seem to grow: ${percent(part)}`) })
  return Promise.all(first.map(async (m, i) => {
    const o = reads[i], second = again[o === undefined ? -1 : odd.indexOf(o)], again10 = second === undefined ? m : with10(m, second)
    const better = (again10.grown?.ratio ?? 0) < (m.grown?.ratio ?? 0) ? again10 : m, [question] = o?.requests ?? []
    if (o === undefined || question === undefined || better.grown === undefined || !grows(better)) return better
    const { why } = await bench.look(o.as, question, true)
    return { ...better, grown: { ...better.grown, ...(why?.plan == null ? {} : { by: waysIn(why.plan) }) } }
  }))
}

/** Tables that were there before are not ours to make. */
function explained(error: unknown, data: string | null): unknown {
  if (!(error instanceof SchemaDiffers)) return error
  return new Trouble(`The declaration is over tables that were there before, and the bench's own database has none of them:\n${error.message}\nPut their schema into a file NAME.sql in the folder ${data === null ? 'that backend({ data }) names' : data}: pg_dump --schema-only writes it.`, undefined, error)
}
