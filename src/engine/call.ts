// Calls of actions: resolve the input, decide who may, then in one transaction read and lock the row, run the application's code, and bring its output into form.
import { Failure, InputMistake, suggest, toFailure, type Mistake } from '../failure/index.ts'
import { actionsOf, entityOf, fieldOf, find, type ActionModel, type Caller, type CallRequested, type EntityModel } from '../model/index.ts'
import { always, constant, field, or, type Predicate, type Query, type Value } from '../operation/index.ts'
import type { CallAnswer, Engine, Speaking } from '../protocols/protocol.ts'
import type { Run } from '../stores/index.ts'
import type { CallRequest } from '../wire/index.ts'
import { refused } from './authorize.ts'
import { declared } from './declared.ts'
import { authorized, filled, missing, type Calling, type Context } from './context.ts'
import { decide } from './decide.ts'
import { keyIs, keyOf } from './key.ts'
import { actingMark } from './mark.ts'
import { jsonOf, mistaken, Mistakes, readInput, readOutput, selection } from './resolve/index.ts'
import { ownPlaces, type OwnPlaces } from './own-places.ts'
import { whyNotMoved } from './states.ts'
import { orderly, together, type Entered } from './transaction.ts'


export async function call(c: Context, calling: Calling, request: CallRequest, caller: Caller, run: Run, requested: CallRequested | null): Promise<CallAnswer> {
  const { over, speak, system, records } = calling
  const action = find(c.model.actions ?? {}, request.action)
  if (!action) throw new Failure('resolve.name', `there is no action '${request.action}'.${suggest(request.action, actionsOf(c.model).map(a => a.id))}`)
  if (speak === null) throw new Failure('internal', undefined, { cause: new Error('this engine was made without a way to the code of actions') })
  const entity = action.entity === null ? null : entityOf(c.model, action.entity)
  const allow = c.known.systems.has(caller) ? always : decide(action.allow, caller, 'never')
  if (allow.kind === 'never' || (entity === null && allow.kind !== 'always')) throw refused(caller, `You may not call ${action.name}.`)
  const mistakes: Mistake[] = []
  const input = readInput(action.input, request.input, request.origin, mistakes)
  const places = ownPlaces(input)
  const around = (on: Context, engine: Engine, row: unknown, prepared: unknown, said: Headers): Speaking => ({
    engine: places.over(engine), caller, run: actingMark(c, caller, run, action.id, null), action, input, row, requested, prepared, records: records(on),
    reply: { header: (name, value) => { said.set(name.toLowerCase(), value) } },
    system: (reason, scope) => ({ caller: system(reason, caller, scope), run: actingMark(c, caller, run, action.id, reason) }),
    sql: pieces => (on.entered === null ? together(c.store, null, run, alone => orderly(alone).sql(pieces, run), 'read committed')
      : orderly(on.entered).sql(pieces, run).catch((error: unknown) => { throw noted(on.entered, error) })),
    call: async (other, more) => {
      const answer = await places.over(engine).call({ ...more, action: other.id }, caller, run, requested)
      for (const [name, value] of Object.entries(answer.headers ?? {})) said.set(name, value)
      return answer
    },
    fail: (name, facts, detail) => declared(action.id, action.failures, name, facts, detail),
  })
  const inside = (entered: Entered): Context => ({ ...c, session: orderly(entered), entered })
  const rowIn = async (on: Context): Promise<unknown> => (entity === null ? null : rowOf(on, entity, action, allow, request, caller, run))
  try {
    const prepared = action.prepare === undefined ? undefined : await prepare(c, action, mistakes, places, over, on => speak.prepare(around(on.c, on.engine, undefined, undefined, new Map())))
    // What stands in the way of everybody comes first; what depends on the row is found there.
    if (entity === null && mistakes.length > 0) throw mistaken(mistakes)
    return await together(c.store, c.entered, run, async entered => {
      const said: Headers = new Map()
      const on = inside(entered), row = await rowIn(on)
      if (mistakes.length > 0) throw mistaken(mistakes)
      return spoken(action, places, async () => {
        const returned = await speak.action(around(on, over(entered, on.session), row, prepared, said))
        const headers = said.size === 0 ? {} : { headers: Object.fromEntries(said) }
        if (action.output === null) return { body: action.contract?.raw === true ? null : jsonOf(returned), output: returned, ...headers }
        const output = readOutput(action.output, returned, `the output of ${action.id}`)
        return { body: JSON.stringify(output), output, ...headers }
      })
    }, action.isolation)
  } catch (error) {
    // What does not fit is told last, whoever found it: before it comes the row, where that was not looked for yet, and what the action conflicts with.
    const unseen = entity !== null && action.prepare !== undefined
    if (toFailure(error).row.status !== 422 || !(unseen || action.conflicts)) throw error
    const read = Object.fromEntries(Object.entries(input).filter(([name]) => !mistakes.some(m => m.at[0] === name)))
    return together<CallAnswer>(c.store, c.entered, run, async entered => {
      const on = inside(entered), row = await rowIn(on)
      if (action.conflicts) await spoken(action, places, () => speak.conflicts({ ...around(on, over(entered, on.session), row, undefined, new Map()), input: read })).catch((other: unknown) => { if (toFailure(other).row.status !== 422) throw other })
      // Whatever was asked, nothing of it stays.
      throw error
    }, action.isolation)
  }
}

type Headers = Map<string, string>
/** Runs what comes before the transaction: once, whatever the transaction meets. Throws where this is within another one, whose connection would be held all the while. */
async function prepare(c: Context, action: ActionModel, mistakes: readonly Mistake[], places: OwnPlaces, over: Calling['over'], speak: (on: { readonly c: Context; readonly engine: Engine }) => Promise<unknown>): Promise<unknown> {
  if (c.entered !== null) throw new Failure('resolve.limit', `${action.name} does slow work before its transaction begins, so it can be a part of no other: no batch, no action.`, { facts: { limit: 'together', operation: action.id } })
  if (mistakes.length > 0) throw mistaken(mistakes)
  return spoken(action, places, () => speak({ c: { ...c, session: c.store }, engine: over(null, c.store) }))
}

/** Another write got in the way of this: whoever goes on all the same is run again. */
export function noted(entered: Entered | null, error: unknown): unknown {
  if (entered !== null && toFailure(error).code === 'row.contended') entered.met.contended = true
  return error
}

/** The row, as the caller sees it, locked. Throws `row.missing`, `caller.forbidden`, `row.stale`. */
async function rowOf(c: Context, entity: EntityModel, action: ActionModel, allow: Predicate, request: CallRequest, caller: Caller, run: Run): Promise<unknown> {
  const key = keyOf(c, entity, request)
  const select = selection({ model: c.model, limits: c.limits, mistakes: new Mistakes('url'), readers: [], comparisons: 0 }, { includes: 0, cost: 0 }, entity, {}, [], 1, 0)
  const { taking } = action
  const way = taking && fieldOf(entity, taking.field).transitions?.find(t => t.name === action.name)
  const begins = taking && way ? or(...way.from.map((state): Predicate => ({ kind: 'compare', op: 'eq', as: 'text', left: field(taking.field), right: constant(state) }))) : always
  const query: Query = {
    kind: 'query', entity: entity.name, one: true, count: 'none', where: keyIs(entity), order: [], page: { kind: 'offset', skip: null, take: 1 },
    select: { ...select, probes: [{ as: 'allowed', of: allow }, { as: 'from', of: begins }] }, ...(entity.readOnly ? {} : { lock: true }),
  }
  const ready = authorized(c, JSON.stringify(query), query, key.length, caller)
  const { body, version } = await c.session.read(ready, filled(ready, key, caller), run)
  if (body === null) throw missing(c, entity.name)
  const { probes, ...row } = JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as { readonly probes: { readonly allowed: boolean; readonly from: boolean } } & Readonly<Record<string, Value>>
  const notMoved = (): Failure => (taking ? whyNotMoved(entity, [taking], row, caller, name => name in row, []) : missing(c, entity.name))
  if (!probes.allowed) throw way && way.whenText !== null ? notMoved() : refused(caller, `You may not call ${action.name} of this ${entity.title}.`)
  const { expect = null } = request
  if (expect !== null && expect !== '*' && expect !== version) throw new Failure('row.stale', `The ${entity.title} has changed since version ${expect}; it is now ${version ?? 'another'}.`, { facts: { version } })
  if (!probes.from) throw notMoved()
  return row
}

/** Runs the application's code. What its own requests were refused with is told without the places that are of other bodies than the caller's. */
async function spoken<T>(action: ActionModel, places: OwnPlaces, speak: () => Promise<T>): Promise<T> {
  try { return await speak() } catch (error) {
    if (!(error instanceof Failure)) throw toFailure(error)
    if (error instanceof InputMistake || action.failures.some(f => f.code === error.code) || (error.at.length === 0 && error.mistakes.length === 0)) throw error
    const said = error.mistakes.map(m => `${m.at.length === 0 ? '' : `${m.at.join('.')} `}${m.detail}`)
    throw new Failure(error, said.length > 0 ? said.join('; ') : error.message, { ...places.of(error), facts: error.facts, cause: error.cause ?? error })
  }
}
