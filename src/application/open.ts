// An application, open: its declaration compiled, its schema as the declaration says, its rules over the store, ready to be asked and served.
// The declaration may be exchanged while it runs; whoever holds the engine keeps holding it.
import path from 'node:path'
import { compileModel, type Backend, type Db, type Entities, type ReadyPerson } from '../define/index.ts'
import { createEngine, type Limits, type RunningEngine, type TokenSettings } from '../engine/index.ts'
import { Failure, suggest } from '../failure/index.ts'
import { applyPlan, describePlan, describeRefusal, planOf, type MigrationPlan, type Step } from '../migrate/index.ts'
import { hasCode, type ActsIn, type Caller, type Model } from '../model/index.ts'
import { exportedTracing, hostTracing, metrics, toAll, type Metrics, type Observation, type Observe, type Readings, type Tracing } from '../observe/index.ts'
import type { Engine } from '../protocols/protocol.ts'
import { absurd } from '../operation/index.ts'
import { connectDb, speakTypeScript } from '../protocols/db/index.ts'
import { foreign, rest } from '../protocols/rest/index.ts'
import { graphql, type GraphqlLimits, type Persisted } from '../protocols/graphql/index.ts'
import { soap, type SoapOptions } from '../protocols/soap/index.ts'
import { admin, mount, serve, type AdminOptions, type Development, type Measured, type Mounted, type MountOptions, type Serving, type ServeOptions } from '../server/index.ts'
import { postgresStore, type PostgresStore } from '../stores/postgres/index.ts'
import { beginWith } from './begin.ts'
import { backlog, startWork, type Clock, type Environment, type Work } from '../work/index.ts'
import { outbox, outboxPages, type Transport } from '../identity/mail/index.ts'
import { pages, pagesOf } from '../identity/pages/index.ts'
import { openDatabase, type Database } from './database.ts'
import { startMail, type Mailing } from './mailing.ts'

export interface OpenOptions {
  /** A PostgreSQL server's address. Absent: DATABASE_URL, unless a folder is given; neither: the embedded database. */
  readonly url?: string | undefined
  /** Where the embedded database lies: `.backwright/NAME/data` unless said. */
  readonly folder?: string | undefined
  /** What it is called where the declaration does not say. */
  readonly name?: string | undefined
  readonly tokens?: TokenSettings | undefined
  /** What becomes of a schema that differs from the declaration: changed to be the same, refused, or not looked at. */
  readonly schema: 'apply' | 'require' | 'ignore'
  readonly observe?: Observe | undefined
  /** Counts for Prometheus what is served and what it takes. */
  readonly metrics?: boolean | undefined
  /**
   * Spans of requests and statements. `host`: to the OpenTelemetry that this process has set up; `export`: by an exporter of our own, as the standard's variables say
   * (OTEL_EXPORTER_OTLP_ENDPOINT …), closed with the application.
   */
  readonly tracing?: 'host' | 'export' | undefined
  readonly limits?: Partial<Limits> | undefined
  /** A folder whose `.sql` files an embedded database begins with: run once, while it has no tables, and again after `startOver`. */
  readonly begin?: string | undefined
  /** Told what takes its time while it opens: a line for people. */
  readonly onProgress?: ((line: string) => void) | undefined
}

/** What was done to the schema. */
export interface Changed {
  readonly steps: readonly Step[]
  /** What is in the database and none of ours. */
  readonly notes: readonly string[]
  /** The declaration means what the former one meant. */
  readonly same: boolean
  readonly ms: number
}

export interface ServingOptions extends Pick<ServeOptions, 'host' | 'port' | 'environment' | 'origins' | 'files'> {
  readonly development?: Development | undefined
  /** The contract at `/openapi.json` and the pages at `/docs`; there unless false. */
  readonly docs?: boolean | undefined
  /** GraphQL at `/graphql`; there unless false. */
  readonly graphql?: GraphqlSettings | false | undefined
  /** SOAP at `/soap`; there unless false. */
  readonly soap?: Pick<SoapOptions, 'signIn'> | false | undefined
  /** Whoever brings this token may read `/metrics`. Needs `metrics`, as `admin` does. */
  readonly metricsToken?: string | undefined
  /** A port of its own for `/metrics`, `/health` and `/ready`, open to whoever reaches it. */
  readonly admin?: AdminOptions | undefined
}
export interface WorkOptions {
  /** What `env()` reads: the process's environment unless given. */
  readonly environment?: Environment | undefined
  /** For tests: what time it is, in milliseconds since 1970. */
  readonly clock?: Clock | undefined
  /** How often is looked for what was decided elsewhere (a pause, an event to be sent again): every five seconds unless said. */
  readonly lookMs?: number | undefined
  /** Where the application is served while it is developed: links of mails begin with it, and mails are kept to be looked at, at `/mail`. */
  readonly served?: string | undefined
  /** For tests: takes mails instead of the server that `backend({ mail })` names. */
  readonly transport?: Transport | undefined
}
export interface MountingOptions extends Pick<MountOptions, 'prefix' | 'origins' | 'files' | 'limits'>, Pick<ServingOptions, 'development' | 'docs' | 'graphql' | 'soap' | 'metricsToken'> {
}
export interface GraphqlSettings {
  /** Whether the schema may be asked for; in development only, unless said. */
  readonly introspection?: boolean | undefined
  readonly limits?: Partial<GraphqlLimits> | undefined
  /** Documents that may be named by their hash, and whether others are answered too. */
  readonly persisted?: Persisted | undefined
}

export interface Application<M extends Entities = Entities, A = {}> {
  readonly name: string
  readonly model: Model
  /** Stays the same when the declaration is exchanged. */
  readonly engine: RunningEngine
  readonly database: Database
  /** What Prometheus reads, for a host that serves it itself; null unless asked for. */
  readonly metrics: Measured | null
  readonly changed: Changed
  /** The system as a caller, outside all rules; its reason names it. Of rows that are of tenants it sees those of the tenant it is said to act in: `{ tenant: key }`, or `{ allTenants: true }`. */
  system(reason: string, scope?: ActsIn): Caller
  /** A caller made in this process, bound to its row as a token's would be: of a person the declaration names (`as`), or of these facts. */
  as(person: string | ReadyPerson): Promise<Caller>
  /** The data as a caller sees it. */
  db(caller: Caller): Db<M, A>
  serve(options?: ServingOptions): Promise<Serving & { readonly adminUrl: string | null }>
  /** Begins what works beside requests, until the application is closed: webhooks, and the change log kept short. One process at a time does it, whoever of those that began. */
  readonly work: { start(options?: WorkOptions): { readonly problems: readonly string[] } }
  /** The same within another server: Node's own, Express, Fastify, Next. */
  mount(options?: MountingOptions): Mounted
  /**
   * Serves another declaration from now on: compiled, its schema applied, then exchanged at once; what is in flight finishes under the former.
   * Throws what is wrong with it (DeclarationErrors, SchemaDiffers, Failure), and the former keeps serving.
   */
  reload(backend: Backend): Promise<Changed>
  /** Throws all embedded data away and begins with an empty schema of this declaration. */
  startOver(backend: Backend): Promise<void>
  /** Stops serving, finishes what is in flight, leaves the database. */
  close(): Promise<void>
}

/** The schema is not what the declaration says, and may not be changed to be, or cannot. */
export class SchemaDiffers extends Error {
  override readonly name = 'SchemaDiffers'
  readonly plan: MigrationPlan
  /** There is something that cannot be applied; false: it was not asked for. */
  readonly refused: boolean
  constructor(plan: MigrationPlan, refused: boolean) {
    super((refused ? plan.refused.map(describeRefusal) : describePlan(plan)).join('\n'))
    this.plan = plan
    this.refused = refused
  }
}

/** One declaration in service. Its store is closed when nothing uses it any more. */
interface Version { readonly model: Model; readonly store: PostgresStore; readonly engine: RunningEngine; uses: number; retired: (() => void) | null }

/** Opens an application. Throws an Error whose message says what to do. */
export async function open<M extends Entities, A extends object>(backend: Backend<M, A>, options: OpenOptions): Promise<Application<M, A>> {
  const first = modelOf(backend, options)
  const { name } = first
  const folder = path.resolve(options.folder ?? path.join('.backwright', name, 'data'))
  const url = options.url ?? (options.folder === undefined ? process.env['DATABASE_URL'] || undefined : undefined)
  const measured = options.metrics === true ? await metrics(() => readings()) : null
  const tracing = await tracingOf(options.tracing, name)
  const database = await openDatabase({ url, folder, name, onProgress: options.onProgress }).catch(async (error: unknown) => {
    await tracing?.close()
    throw error
  })
  const servings: Pick<Serving, 'close' | 'inFlight'>[] = []
  let people = backend.as, mail = backend.mail
  const kept = outbox()
  let current: Version | null = null
  let changed: Changed
  try {
    changed = await settle(database, first, options.schema, options)
    current = await version(database, first, options)
  } catch (error) {
    await database.close()
    await tracing?.close()
    throw error
  }
  const now = (): Version => {
    if (current === null) throw new Failure('store.down', 'The data is being thrown away and made anew.')
    return current
  }
  // What is declared is known while the data is made anew, too: protocols ask it of every request, to say whose it is.
  let declared = first
  const declares = (): Model => (declared = current?.model ?? declared)
  const engine = facade(now, declares)
  const retiring = new Set<Promise<void>>()
  let turn: Promise<unknown> = Promise.resolve()
  /** One exchange at a time. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work)
    turn = result.catch(() => {})
    return result
  }
  let closing: Promise<void> | null = null
  /** What works beside requests, over one version; and how it was asked for, to go on over the next. */
  let work: Work | null = null, mailing: Mailing | null = null, asked: WorkOptions | null = null
  const resume = (): void => {
    if (asked === null || current === null || closing !== null) return
    const { engine: own, model } = current
    const trouble = (cause: unknown): void => { told({ kind: 'trouble', time: Date.now(), what: `${model.name}: work beside requests`, cause }) }
    work = startWork({
      engine: own, environment: asked.environment ?? process.env, clock: asked.clock, lookMs: asked.lookMs,
      callerOf: async ({ webhook: { as } }) => (as === null ? null : own.bind(callerOf(as.person ?? as, people), { deadline: performance.now() + 30_000 }, as.person === undefined)),
      tell: attempt => { told({ kind: 'delivery', time: Date.now(), ...attempt }) },
      trouble,
    })
    mailing = startMail({
      model, engine: own, mail, outbox: kept, environment: asked.environment ?? process.env, served: asked.served ?? null, transport: asked.transport ?? null, clock: asked.clock ?? Date.now, lookMs: asked.lookMs,
      nameOf: async id => namedIn(connectDb(own, backend, own.system('mail: greets by name')), model.identity?.user ?? '', id),
      tell: attempt => { told({ kind: 'mail', time: Date.now(), ...attempt }) }, trouble,
    })
  }
  const told = (observation: Observation): void => {
    for (const observer of observers) { try { observer(observation) } catch { /* A log that fails must not fail the work. */ } }
  }
  const ease = async (): Promise<void> => {
    const former = [work, mailing]
    work = mailing = null
    await Promise.all(former.map(one => one?.stop()))
  }
  const observers = [...(options.observe === undefined ? [] : [options.observe]), ...(measured === null ? [] : [measured.observe])]
  const measuring = (): Metrics => {
    if (measured === null) throw new Error('Metrics are counted where the application is opened with { metrics: true }.')
    return measured
  }
  const readings = (): Readings => ({
    inFlight: servings.reduce((sum, s) => sum + s.inFlight(), 0),
    lanes: Object.entries(current?.store.held() ?? {}).map(([lane, held]) => ({ lane, ...held })),
    kept: { ...current?.engine.counts() },
    backlog: async () => (current === null ? [] : backlog(current.engine, Object.keys(current.model.webhooks ?? {}), asked?.clock)),
  })
  /** What every way in is given. */
  const common = ({ development, docs = true, graphql: asked = {}, soap: over = {}, metricsToken: token }: Pick<ServingOptions, 'development' | 'docs' | 'graphql' | 'soap' | 'metricsToken'>) => ({
    engine,
    protocols: [
      rest({ engine, development: development !== undefined, docs, ...(first.restPath === undefined ? {} : { prefix: first.restPath }) }), foreign({ engine, docs }), ...(asked === false ? [] : [graphql({ engine, development: development !== undefined, ...given(asked) })]),
      ...(over === false ? [] : [soap({ engine, docs, ...over })]),
      // A declaration under development may come to have accounts while it is served.
      ...(development !== undefined || pagesOf(declares()) !== null ? [pages({ model: declares, settings: () => pagesOf(declares()) })] : []),
    ] as const,
    ...(observers.length === 0 ? {} : { observe: toAll(...observers) }),
    ...(tracing === null ? {} : { tracing }),
    ...(token === undefined ? {} : { metrics: { type: measuring().type, text: () => measuring().text(), token } }),
    ...(development === undefined ? {} : { development: { ...development, local: { ...mails, owns: (path: string) => declares().identity !== undefined && mails.owns(path) } } }),
  })
  const mails = outboxPages(kept)

  return {
    name, engine, database,
    get model() { return declares() },
    get changed() { return changed },
    system: (reason, scope) => engine.system(reason, scope ?? null),
    as: async person => engine.bind(callerOf(person, people), { deadline: performance.now() + 30_000 }),
    db: caller => connectDb(engine, backend, caller),
    metrics: measured,
    work: {
      start(how = {}) {
        if (asked === null) {
          asked = how
          resume()
        }
        return { problems: [...work?.problems ?? [], ...mailing?.problems ?? []] }
      },
    },
    async serve({ development, docs, graphql: asked, soap: over, metricsToken, admin: apart, ...where } = {}) {
      const opened = apart === undefined ? null : await admin(apart, measuring(), () => engine.ready())
      try {
        const serving = await serve({ ...where, ...common({ development, docs, graphql: asked, soap: over, metricsToken }) })
        servings.push(serving, ...(opened === null ? [] : [{ close: () => opened.close(), inFlight: () => 0 }]))
        return { ...serving, adminUrl: opened?.url ?? null }
      } catch (error) {
        await opened?.close()
        throw error
      }
    },
    mount({ development, docs, graphql: asked, soap: over, metricsToken, ...where } = {}) {
      const mounted = mount({ ...where, ...common({ development, docs, graphql: asked, soap: over, metricsToken }) })
      servings.push(mounted)
      return mounted
    },
    reload: next => inTurn(async () => {
      const model = modelOf(next, options)
      if (model.name !== name) throw new Error(`The application was called '${name}' and now is '${model.name}', which is another one. Stop this and start that.`)
      const begun = performance.now()
      const done = await settle(database, model, options.schema, options)
      const former = now()
      // Code cannot be compared: where there is any, what was read anew is another.
      const same = !hasCode(model) && !hasCode(former.model) && JSON.stringify(model) === JSON.stringify(former.model)
      if (!same) {
        const made = await version(database, model, options)
        await ease()
        current = made
        // Not waited for: a long answer of the former must not hold up the next save.
        const leaving = retire(former).catch(() => {}).finally(() => { retiring.delete(leaving) })
        retiring.add(leaving)
      }
      people = next.as
      mail = next.mail
      if (!same) resume()
      return changed = { ...done, same, ms: performance.now() - begun }
    }),
    startOver: next => inTurn(async () => {
      const model = modelOf(next, options)
      if (database.embedded === null) throw new Error('Only embedded data can be thrown away here; a server\'s database is yours to drop.')
      const former = now()
      await ease()
      current = null
      await retire(former)
      try {
        await database.startOver()
        changed = await settle(database, model, 'apply', options)
      } finally {
        current = await version(database, model, options)
        people = next.as
        mail = next.mail
        resume()
      }
    }),
    close() {
      closing ??= (async () => {
        await Promise.all(servings.map(s => s.close()))
        await turn
        await ease()
        await Promise.all(retiring)
        if (current !== null) await retire(current)
        await database.close()
        await tracing?.close()
      })()
      return closing
    },
  }
}

const given = ({ introspection, limits, persisted }: GraphqlSettings) => ({
  ...(introspection === undefined ? {} : { introspection }), ...(limits === undefined ? {} : { limits }), ...(persisted === undefined ? {} : { persisted }),
})

/** What an account's row says its holder is called, where it says so. */
async function namedIn(db: object, user: string, id: string): Promise<unknown> {
  const rows = (db as Readonly<Record<string, { get(id: string): Promise<Readonly<Record<string, unknown>> | null> } | undefined>>)[user]
  return (await rows?.get(id).catch(() => null))?.['name']
}

/** What the engine would make of the token of a ready-made caller. */
export function callerOf(person: string | ReadyPerson, people: Backend['as']): Caller {
  const named = typeof person === 'string' && Object.hasOwn(people, person) ? people[person] : undefined
  if (typeof person === 'string' && named === undefined) throw new Error(`backend({ as }) names nobody '${person}'.${suggest(person, Object.keys(people))}`)
  const { email, roles = [], claims = {} } = named ?? (person as ReadyPerson)
  const id = typeof claims['sub'] === 'string' ? claims['sub'] : typeof person === 'string' ? person : email ?? 'somebody'
  return {
    id, roles: new Set(roles), until: null,
    claims: { sub: id, ...(email === undefined ? {} : { email, email_verified: true }), ...(claims as Caller['claims']) },
  }
}

function modelOf(backend: Backend, { name }: OpenOptions): Model {
  return compileModel(backend, name).model
}

function tracingOf(wanted: OpenOptions['tracing'], name: string): Promise<Tracing> | null {
  switch (wanted) {
    case 'host': return hostTracing('postgresql')
    case 'export': return exportedTracing(name, 'postgresql', process.env)
    case undefined: return null
    default: return absurd(wanted)
  }
}

/** Makes the database's schema the model's, as far as allowed. */
async function settle(database: Database, model: Model, schema: OpenOptions['schema'], { begin, onProgress }: Pick<OpenOptions, 'begin' | 'onProgress'>): Promise<Changed> {
  const begun = performance.now()
  if (schema === 'ignore') return { steps: [], notes: [], same: false, ms: 0 }
  if (begin !== undefined && schema === 'apply' && database.embedded !== null) await database.client(client => beginWith(client, begin, onProgress))
  return database.client(async client => {
    const plan = await planOf(client, model)
    if (schema === 'require' && !plan.empty) throw new SchemaDiffers(plan, false)
    if (plan.refused.length > 0) throw new SchemaDiffers(plan, true)
    const { done } = await applyPlan(client, plan)
    return { steps: done, notes: plan.notes, same: false, ms: performance.now() - begun }
  })
}

async function version(database: Database, model: Model, { tokens, limits }: OpenOptions): Promise<Version> {
  const store = await postgresStore({ model, connection: database.place })
  try {
    const engine = await createEngine({ model, store, speak: speakTypeScript, ...(tokens === undefined ? {} : { tokens }), ...(limits === undefined ? {} : { limits }) })
    return { model, store, engine, uses: 0, retired: null }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Closes a version's store once its last use is over. */
async function retire(version: Version): Promise<void> {
  if (version.uses > 0) await new Promise<void>(resolve => { version.retired = resolve })
  await version.store.close()
}

/** The engine of whatever version is current when it is asked; each question is answered by one version from beginning to end. */
function facade(now: () => Version, declares: () => Model): RunningEngine {
  const systems = new WeakMap<Caller, { readonly reason: string; readonly scope: ActsIn | null | undefined; readonly of: WeakMap<RunningEngine, Caller> }>()
  /** A system caller is known to the engine that made it; to others it is made again. */
  const known = (engine: RunningEngine, caller: Caller): Caller => {
    const system = systems.get(caller)
    if (system === undefined) return caller
    const made = system.of.get(engine) ?? engine.system(system.reason, system.scope)
    system.of.set(engine, made)
    return made
  }
  // Every request comes by here, so it waits for nothing of its own.
  const use = <T>(work: (engine: RunningEngine) => Promise<T>): Promise<T> => {
    const version = now()
    version.uses++
    const over = (): void => { if (--version.uses === 0) version.retired?.() }
    try {
      const doing = work(version.engine)
      doing.then(over, over)
      return doing
    } catch (error) {
      over()
      return Promise.reject(error as Error)
    }
  }
  const within = (e: RunningEngine, inner: Engine): Engine => ({
    ...inner,
    read: (request, caller, r) => inner.read(request, known(e, caller), r),
    write: (request, caller, r) => inner.write(request, known(e, caller), r),
    call: (request, caller, r, requested) => inner.call(request, known(e, caller), r, requested),
    together: (r, work, isolation) => inner.together(r, x => work(within(e, x)), isolation),
    explain: (request, caller, r) => inner.explain(request, known(e, caller), r),
    explainWrite: (request, caller, r) => inner.explainWrite(request, known(e, caller), r),
    explainCall: (request, caller, r) => inner.explainCall(request, known(e, caller), r),
  })
  return {
    get model() { return declares() },
    identify: (token, run) => use(e => e.identify(token, run)),
    read: (request, caller, run) => use(e => e.read(request, known(e, caller), run)),
    write: (request, caller, run) => use(e => e.write(request, known(e, caller), run)),
    explain: (request, caller, run) => use(e => e.explain(request, known(e, caller), run)),
    explainWrite: (request, caller, run) => use(e => e.explainWrite(request, known(e, caller), run)),
    explainCall: (request, caller, run) => use(e => e.explainCall(request, known(e, caller), run)),
    ready: () => use(e => e.ready()),
    bind: (caller, run, believed) => use(e => e.bind(caller, run, believed)),
    records: {
      find: (...given) => use(e => e.records.find(...given)), count: (...given) => use(e => e.records.count(...given)), create: (...given) => use(e => e.records.create(...given)),
      update: (...given) => use(e => e.records.update(...given)), remove: (...given) => use(e => e.records.remove(...given)),
    },
    recordsWithin: (run, work) => use(e => e.recordsWithin(run, work)),
    seen: (change, caller, run) => use(e => e.seen(change, caller, run)),
    stored: (change, run) => use(e => e.stored(change, run)),
    get changes() { return now().engine.changes },
    call: (request, caller, run, requested) => use(e => e.call(request, known(e, caller), run, requested)),
    together: (run, work, isolation) => use(e => e.together(run, inner => work(within(e, inner)), isolation)),
    once: (asked, caller, run, work, refuse) => use(e => e.once(asked, known(e, caller), run, inner => work(within(e, inner)), refuse)),
    within: (run, work) => use(e => e.within(run, inner => work(within(e, inner)))),
    system(reason, scope) {
      const caller: Caller = { ...now().engine.system(reason, scope) }
      systems.set(caller, { reason, scope, of: new WeakMap() })
      return caller
    },
    counts: () => now().engine.counts(),
    close: () => use(e => e.close()),
  }
}
