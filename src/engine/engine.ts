// The engine as protocols see it, composed: resolve → authorize → plan → execute → respond, over a store or over a transaction of it.
import { Failure } from '../failure/index.ts'
import { actionsOf, everywhereClaim, isEverywhere, ofTenant, takers, tenantClaim, tenantOf, type ActsIn, type Caller, type Model } from '../model/index.ts'
import { and, requires, type Value } from '../operation/index.ts'
import type { Engine, Records, Speak, Why } from '../protocols/protocol.ts'
import type { Change, Changes, Run, Session, Store } from '../stores/index.ts'
import { Bounded } from './bounded.ts'
import { call, noted } from './call.ts'
import type { Calling, Context, Known } from './context.ts'
import { questionsOf } from './decide.ts'
import { explainCall, explainRead, explainWrite } from './explain.ts'
import { Identify, type TokenSettings } from './identify.ts'
import { onces } from './once.ts'
import { read } from './read.ts'
import { defaultLimits, readScalar, type Limits } from './resolve/index.ts'
import { alone, together, type Entered } from './transaction.ts'
import { recordsOf } from './records.ts'
import { seenChange, storedRow, type SeenChange } from './seen.ts'
import type { WriteRequest } from '../wire/index.ts'
import { write } from './write.ts'

export interface EngineSettings {
  readonly model: Model
  readonly store: Store
  readonly tokens?: TokenSettings
  readonly limits?: Partial<Limits>
  /** How the code of actions is spoken to; without it they cannot be called. */
  readonly speak?: Speak
}

/** The engine, and what only the process that holds it may ask of it. */
export interface RunningEngine extends Engine {
  /** The system as a caller, outside all rules. Its reason names it in logs. In all tenants unless said; null: in none. */
  system(reason: string, scope?: ActsIn | null): Caller
  /** A caller made in this process (tests, `db`), bound to its row as a token's would be. `believed`: in the tenant that it says, whatever memberships there are. */
  bind(caller: Caller, run: Run, believed?: boolean): Promise<Caller>
  /** All of `work` in one transaction. */
  within<T>(run: Run, work: (engine: Engine) => Promise<T>): Promise<T>
  /** Rows of the system's own entities; nothing to do with the application's. */
  readonly records: Records
  /** All of `work` in one transaction. */
  recordsWithin<T>(run: Run, work: (records: Records) => Promise<T>): Promise<T>
  /** What a caller may see of a change; null: nothing. */
  seen(change: Change, caller: Caller, run: Run): Promise<SeenChange | null>
  /** The row a change is of, as it is now, whoever may see it; null: it is gone. */
  stored(change: Change, run: Run): Promise<Readonly<Record<string, Value>> | null>
  /** The change log, where the store keeps one. */
  readonly changes: Changes | null
  /** How many shapes and profiles are kept. */
  readonly counts: () => { readonly shapes: number; readonly compiled: number; readonly profiles: number }
  close(): Promise<void>
}

/** Throws where a token setting cannot be used or the store cannot serve the model. */
export async function createEngine(settings: EngineSettings): Promise<RunningEngine> {
  const { model, store } = settings
  servable(model, store)
  const known: Known = {
    questions: questionsOf([
      ...Object.values(model.entities).flatMap(e => [...e.rules.map(r => r.when), ...Object.values(e.derived ?? {}).map(d => d.where), ...Object.values(e.fields).flatMap(f => (f.transitions ?? []).map(t => and(takers(t), t.when)))]), ...actionsOf(model).map(a => a.allow), ...Object.values(model.entities).filter(x => x.tenant !== undefined).slice(0, 1).map(x => ofTenant(model, x)),
    ]),
    shapes: new Bounded(2000), creates: new Bounded(2000), compiled: new Bounded(2000), rulings: new Bounded(500), profiles: new WeakMap(), systems: new WeakMap(),
  }
  const identify = new Identify(model, settings.tokens ?? {})
  await identify.prepare()
  const limits: Limits = { ...defaultLimits, ...settings.limits }
  const acting = (reason: string, claims: Caller['claims']): Caller => {
    const caller: Caller = { id: `system: ${reason}`, roles: new Set(), claims: Object.freeze(claims), until: null }
    known.systems.set(caller, reason)
    return caller
  }
  const system = (reason: string, scope: ActsIn | null = { allTenants: true }): Caller => acting(reason, scope === null ? {} : scopeOf(model, scope))
  const systemFrom = (reason: string, from: Caller, scope?: ActsIn): Caller => {
    if (scope !== undefined) return system(reason, scope)
    const tenant = tenantOf(from)
    return isEverywhere(from) && known.systems.has(from) ? system(reason) : acting(reason, tenant === null ? {} : { [tenantClaim]: tenant })
  }
  const repeated = onces(model, store)
  const working = system('keeps its own records')
  const { accounts } = identify
  /** Who is signed in is looked up again after their session was changed, and once more when that was committed. */
  const watching = async <T>({ entity, kind, key, count }: Pick<WriteRequest, 'entity' | 'kind' | 'key' | 'count'>, work: Promise<T>): Promise<T> => {
    const { session, apiKey, user } = model.identity ?? {}
    try { return await work } finally {
      if (kind !== 'create' && (entity === session || entity === apiKey)) accounts?.forget(count === undefined && key?.[0] !== undefined ? String(key[0]).toLowerCase() : null)
      // Sessions go with whose they are.
      if (kind === 'delete' && entity === user) accounts?.forget(null)
    }
  }
  const settled = async <T>(work: Promise<T>): Promise<T> => {
    if (accounts === null) return work
    const { mark } = accounts
    try { return await work } finally { if (accounts.mark !== mark) accounts.again(mark) }
  }
  const over = (session: Session, entered: Entered | null = null): Engine => {
    const calling: Calling = { over: (inner, on) => over(on, inner), speak: settings.speak ?? null, system: systemFrom, records: on => recordsOf(on, working) }
    const c: Context = { model, store, session, entered, limits, known, code: calling }
    const noting = async <T>(work: Promise<T>): Promise<T> => { try { return await work } catch (error) { throw noted(entered, error) } }
    return {
      model,
      identify: (token, run) => identify.caller(token, session, run),
      read: (request, caller, run) => (entered === null ? read(c, request, caller, run) : noting(read(c, request, caller, run))),
      write: (request, caller, run) => {
        if (caller.readOnly) return onlyReads()
        const work = entered === null ? write(c, request, caller, run) : noting(write(c, request, caller, run))
        return accounts === null ? work : watching(request, work)
      },
      call: (request, caller, run, requested = null) => caller.readOnly && model.actions?.[request.action]?.contract?.method !== 'GET' ? onlyReads() : settled(call(c, calling, request, caller, run, requested)),
      together: (run, work, isolation = 'read committed') => settled(together(store, entered, run, inner => work(over(inner.session, inner)), isolation)),
      once: (asked, caller, run, work, refuse) => settled(repeated.once(inner => over(inner.session, inner), asked, caller, run, work, refuse)),
      explain: (request, caller, run): Promise<Why> => explainRead(c, request, caller, run),
      explainWrite: (request, caller, run): Promise<Why> => explainWrite(c, request, caller, run),
      explainCall: (request, caller, run): Promise<Why> => explainCall(c, request, caller, run),
      ready: () => store.ready(),
    }
  }
  return {
    ...over(store),
    system,
    bind: (caller, run, believed) => identify.bind(caller, store, run, believed),
    within: (run, work) => store.within(run, session => work(over(session, alone(session)))),
    records: recordsOf({ model, store, session: store, entered: null, limits, known }, working),
    recordsWithin: (run, work) => store.within(run, session => work(recordsOf({ model, store, session, entered: null, limits, known }, working))),
    seen: (change, caller, run) => seenChange({ model, store, session: store, entered: null, limits, known }, change, caller, working, run),
    stored: (change, run) => storedRow({ model, store, session: store, entered: null, limits, known }, change, working, run),
    changes: store.changes ?? null,
    counts: () => ({ shapes: known.shapes.size + known.creates.size, compiled: known.compiled.size, profiles: known.rulings.size }),
    close: () => store.close(),
  }
}

function scopeOf(model: Model, scope: ActsIn): Caller['claims'] {
  if (scope.allTenants === true && scope.tenant === undefined) return { [everywhereClaim]: true }
  if (scope.allTenants === undefined && scope.tenant !== undefined && scope.tenant !== null) return { [tenantClaim]: tenantKey(model, scope.tenant) }
  throw new TypeError('asSystem(reason, …) takes { tenant: key } or { allTenants: true }')
}
function tenantKey(model: Model, given: unknown): Value {
  if (model.tenant === undefined) throw new TypeError('no entity of this application is of a tenant')
  try { return readScalar(model.tenant.scalar, given, 'code') } catch (error) { throw new TypeError(`${JSON.stringify(given)} is no key of a tenant`, { cause: error }) }
}

const onlyReads = (): Promise<never> => Promise.reject(new Failure('caller.forbidden', 'This key only reads.'))

/** Throws naming every rule that asks what the store cannot do. */
function servable(model: Model, store: Store): void {
  const mistakes = Object.values(model.entities).flatMap(e => e.rules.flatMap(rule => {
    const asked = requires({
      kind: 'query', entity: e.name, one: true, count: 'none', where: rule.when, order: [], page: { kind: 'offset', skip: null, take: 1 }, select: { fields: [], related: [], probes: [] },
    })
    return [...asked].filter(capability => store.can[capability] === 'none').map(capability => `${rule.place.file}:${rule.place.line}  ${e.title}: the ${store.name} store cannot do ${capability}, which ${rule.text} needs.`)
  }))
  if (mistakes.length) throw new Error(mistakes.join('\n'))
}
