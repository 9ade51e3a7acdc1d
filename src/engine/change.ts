// Changes and deletes of one row: run, and where no row was touched find out why, in the one order of failures.
import { Failure } from '../failure/index.ts'
import type { At, Mistake } from '../failure/index.ts'
import type { EntityModel, FieldModel } from '../model/index.ts'
import {
  always, and, field, parameter, type Delete, type Predicate, type Probe, type Query, type Update, type Value,
} from '../operation/index.ts'
import type { WriteAnswer } from '../protocols/protocol.ts'
import type { Authorized, Written } from '../stores/index.ts'
import type { WriteRequest } from '../wire/index.ts'
import { answered, maySet, onlyOthers, options, returning, speak, type Writer } from './answer.ts'
import { authorizeAs, fromCaller, refused } from './authorize.ts'
import { conditionOf } from './condition.ts'
import { authorized, filled, missing, rulesFor, shapeOf } from './context.ts'
import { afterDelete, afterWrite, beforeDelete, beforeUpdate, isHooked, rowFor } from './hooks.ts'
import { expectOf, keyIs, keyOf } from './key.ts'
import { whyNotMoved } from './states.ts'
import { refuseTaken } from './taken.ts'
import { mistaken, resolveUpdate, type ResolvedUpdate, type ResolvedWrite, type Row } from './resolve/index.ts'

/** A change of one row, ready to be carried out. */
export interface Change<M extends Update | Delete> {
  readonly entity: EntityModel
  readonly mutation: M
  readonly values: readonly Value[]
  /** Which row is meant, as the mutation's slots say it. */
  readonly names: Predicate
  readonly resolved: Pick<ResolvedWrite, 'mistakes' | 'restricted'> | null
  /** Fields that a PUT must give as they are, and what it is told otherwise. */
  readonly unchanged: readonly { readonly holds: Predicate; readonly otherwise: () => Failure }[]
  /** The version it is believed to have; `stale`: no row can have it; `unversioned`: it must be given, and is not. */
  readonly expect: string | null
  readonly stale: boolean
  readonly unversioned: boolean
  /** Where the row stands in the body. */
  readonly at: At
  /** The relation to the row it is written with. */
  readonly nested?: string
  /** What of the steps around it is refused whatever the data. */
  readonly refusal?: Failure | null
}

/** A row and what of its body is more than its fields. */
export interface PreparedUpdate extends Change<Update> { readonly steps: Pick<ResolvedUpdate, 'targets' | 'deeds'>; readonly row: Readonly<Record<string, Value>>; readonly answers: readonly string[] }

/** Whether a change must say the version of the row and does not. The system need not. */
export const unversioned = ({ c, caller }: Writer, entity: EntityModel, request: Pick<WriteRequest, 'expect'>): boolean =>
  entity.versionDemanded === true && (request.expect === null || request.expect === '*') && !c.known.systems.has(caller)

/** `demand`: an entity that wants to know the version is told it. */
export async function remove(w: Writer, entity: EntityModel, request: WriteRequest, demand = true): Promise<WriteAnswer> {
  const key = keyOf(w.c, entity, request), expect = expectOf(entity, request.expect)
  const before = [...key, ...expect.values], condition = conditionOf(w, entity, request, before.length)
  const mutation: Delete = {
    kind: 'delete', entity: entity.name, where: keyIs(entity), expect: expect.values.length ? parameter(key.length) : null, whole: null,
    ...(condition.asked.kind === 'always' ? {} : { asked: condition.asked }),
  }
  await change(w, {
    entity, mutation, values: [...before, ...condition.values], names: keyIs(entity), resolved: null, unchanged: [], expect: request.expect, stale: expect.stale,
    unversioned: demand && unversioned(w, entity, request), at: [],
  })
  return { created: false, bodies: [], keys: [], versions: [], cut: [] }
}

const comparable = (f: FieldModel | undefined): boolean => f !== undefined && !f.list && f.scalar !== 'json' && f.scalar !== 'duration'

/** `whole`: a PUT. */
export function prepareUpdate(w: Writer, entity: EntityModel, request: WriteRequest, whole: boolean): PreparedUpdate {
  const { c, caller } = w
  const key = keyOf(c, entity, request), expect = expectOf(entity, request.expect)
  const known = [...key, ...expect.values], condition = conditionOf(w, entity, request, known.length)
  const before = [...known, ...condition.values]
  const resolved = resolveUpdate(options(w, request, before), entity, request.body, whole ? 'replace' : 'change')
  const values = [...resolved.values]
  // What never changes, and what only others may set, may stand in the body of a PUT as it is. Of a field that is hidden in some rows that would tell its value.
  const { ruling } = rulesFor(c, caller)
  const seen = (name: string) => ruling.shown(entity, name).kind === 'always'
  const row = values[before.length] as Readonly<Record<string, Value>>
  const others = whole ? resolved.restricted.filter(r => !maySet(w, r) && Object.hasOwn(row, r.field) && seen(r.field) && comparable(entity.fields[r.field])) : []
  const as = (name: string, value: Value): Predicate => value === null ? { kind: 'null', of: field(name) }
    : { kind: 'compare', op: 'eq', as: entity.fields[name]?.scalar ?? 'text', left: field(name), right: parameter(values.push(value) - 1) }
  // What is forbidden comes before what does not fit.
  const unchanged = [
    ...others.map(r => ({ holds: as(r.field, row[r.field] ?? null), otherwise: () => onlyOthers(r, caller) })),
    ...Object.entries(resolved.fixed).filter(([name]) => !entity.key.includes(name) && seen(name)).map(([name, value]) => ({
      holds: as(name, value), otherwise: () => mistaken([{ at: [name], detail: 'never changes after creation' }]),
    })),
  ]
  const moved = entity.key.filter((name, i) => Object.hasOwn(resolved.fixed, name) && resolved.fixed[name] !== key[i])
  const unseen = Object.keys(resolved.fixed).filter(name => !entity.key.includes(name) && !seen(name))
  // To empty a field is to write it: what is hidden from its caller, whatever the row or in some, a PUT that leaves it out leaves as it is.
  const keeps = (name: string): boolean => whole && !seen(name)
  const required = (m: { readonly at: At; readonly detail: string }): boolean => m.detail === 'is required' && m.at.length === 1 && keeps(String(m.at[0]))
  const mistakes = [...resolved.mistakes.filter(m => !required(m)), ...unseen.map(name => ({ at: [name], detail: 'never changes after creation' })), ...moved.map(name => ({ at: [name], detail: 'differs from the address' }))]
  return {
    row, steps: resolved, answers: resolved.nested, entity, names: keyIs(entity), values, unchanged, expect: request.expect, stale: expect.stale, unversioned: unversioned(w, entity, request), at: [],
    mutation: {
      ...resolved.mutation, set: resolved.mutation.set.filter(a => !others.some(r => r.field === a.field) && !(!fromCaller(a.from) && entity.fields[a.field]?.generated === null && keeps(a.field))),
      where: and(keyIs(entity), ...unchanged.map(u => u.holds)), expect: expect.values.length ? parameter(key.length) : null,
      ...(condition.asked.kind === 'always' ? {} : { asked: condition.asked }),
      returning: returning(w, entity, request, resolved.nested, values),
    },
    resolved: { mistakes, restricted: resolved.restricted.filter(r => !others.includes(r)) },
  }
}

/** Runs a change of one row and says why when it touched none. `around`: what hangs on the row, before the application's code is told that it was changed. */
export async function change(w: Writer, p: Change<Update> | Change<Delete>, around: (written: Written) => Promise<void> = async () => {}): Promise<Written> {
  const { c, caller, run } = w
  const ready = authorizedAt(w, p)
  const mistakes = p.resolved?.mistakes ?? []
  const restricted = p.resolved?.restricted.find(r => !maySet(w, r))
  if (mistakes.length || restricted || p.stale || p.unversioned || p.refusal) {
    // One read decides what comes before: missing, forbidden, a condition that does not hold, stale.
    const why = await diagnose(w, p, ready)
    if (why && why.code !== 'resolve.value') throw why
    if (p.refusal) throw p.refusal
    if (restricted) throw onlyOthers(restricted, caller)
    if (p.unversioned) throw new Failure('row.unversioned', `${p.entity.title} rows are changed and deleted only by who says which version was read.`, { at: p.at })
    if (p.stale) throw new Failure('row.stale', undefined, { at: p.at })
    await taken(w, p, ready, mistakes)
    throw mistaken([...mistakes, ...(why?.mistakes ?? [])])
  }
  if (!isHooked(c.model, p.entity, p.mutation.kind === 'update' ? 'Update' : 'Delete')) {
    const written = await carryOut(w, p, ready)
    await around(written)
    return written
  }
  // The application's code is asked of what may be done only.
  const why = await diagnose(w, p, ready)
  if (why) throw why
  const before = await rowFor(w, p.entity, p.names, p.values, true)
  if (!before) throw missing(c, p.entity.name, p.at)
  if (p.mutation.kind === 'delete') {
    await beforeDelete(w, p.entity, before, p.at)
    const gone = await carryOut(w, p, ready)
    await afterDelete(w, p.entity, before, p.at)
    return gone
  }
  const { slot } = p.mutation.row
  const { mutation, row } = await beforeUpdate(w, p.entity, p.mutation, (p.values[slot] ?? {}) as Row, before, p.at)
  const replaced: Change<Update> = { ...p, mutation, values: p.values.with(slot, row) }
  const written = await carryOut(w, replaced, authorized<Update>(c, shapeOf(mutation), mutation, replaced.values.length, caller, p.nested))
  await around(written)
  const [key] = written.keys
  if (key) await afterWrite(w, p.entity, key, before, p.at)
  return written
}

/** What is refused whatever the data is told where the row stands. */
export function authorizedAt({ c, caller }: Writer, p: Change<Update> | Change<Delete>): Authorized<Update | Delete> {
  try {
    return authorized<Update | Delete>(c, shapeOf(p.mutation), p.mutation, p.values.length, caller, p.nested)
  } catch (e) { throw e instanceof Failure ? e.below(p.at) : e }
}

/** Of a change whose body does not fit. One that is nested in another's, or whose values hooks may replace, is not asked about. */
async function taken(w: Writer, p: Change<Update> | Change<Delete>, ready: Authorized<Update | Delete>, mistakes: readonly Mistake[]): Promise<void> {
  if (p.mutation.kind !== 'update' || p.resolved === null || isHooked(w.c.model, p.entity, 'Update')) return
  const { row: { slot } } = p.mutation
  await refuseTaken(w, p.entity, ready as Authorized<Update>, p.values, [{ row: (p.values[slot] ?? {}) as Row, at: p.at }], mistakes, p.values.slice(0, p.entity.key.length))
}

async function carryOut(w: Writer, p: Change<Update> | Change<Delete>, ready: Authorized<Update | Delete>): Promise<Written> {
  const { c, caller, run } = w
  let written: Written
  try { written = await c.session.write(ready, filled(ready, p.values, caller), run) } catch (e) {
    const said = speak(w, p.entity, e, at => [...p.at, ...at])
    // A check that does not hold is a refusal: of a row the caller may not read, it is missing.
    if (said.code === 'caller.forbidden' || said.code === 'caller.unknown') throw (await diagnose(w, p, ready)) ?? said
    // What the store finds that does not fit comes after what is taken too; in a transaction nothing can be asked any more.
    if (said.row.status === 422 && c.entered === null) await taken(w, p, ready, said.mistakes)
    throw said
  }
  if (written.touched > 0) return written
  throw (await diagnose(w, p, ready)) ?? new Failure('row.contended', 'Another write changed the row at this moment; try again.')
}

/**
 * Why a write touched no row: missing (or hidden), denied, its condition, stale, or what must stay as it is differs; null when nothing stands in its way now.
 * One further statement, as the system, that brings truths and no fields.
 */
export async function diagnose({ c, caller, run }: Writer, { entity, mutation, values, names, unchanged, expect, at, nested }: Change<Update> | Change<Delete>, ready: Authorized<Update | Delete>): Promise<Failure | null> {
  const { ruling } = rulesFor(c, caller)
  const verb = mutation.kind
  // Writing a field that is hidden in this row is refused too.
  const given = mutation.kind === 'update' ? mutation.set.filter(s => fromCaller(s.from)) : []
  const follows = nested !== undefined && entity.whole === nested
  const allowed = and(follows ? always : ruling.may(entity, verb), ...given.map(s => ruling.shown(entity, s.field)))
  const { moves = [], moved = always } = ready.operation.kind === 'update' ? ready.operation : {}
  const probes: Probe[] = [
    { as: 'readable', of: follows ? always : ruling.may(entity, 'read') }, { as: 'allowed', of: allowed }, { as: 'asked', of: ready.operation.asked ?? always }, { as: 'moved', of: moved },
    ...unchanged.map((u, i) => ({ as: `same${i}`, of: u.holds })),
  ]
  const query: Query = {
    kind: 'query', entity: entity.name, one: true, count: 'none', where: names, order: [], page: { kind: 'offset', skip: null, take: 1 },
    select: { fields: [...(entity.version === null ? [] : [entity.version]), ...moves.map(m => m.field)].map(name => ({ name, shown: always })), related: [], probes },
  }
  // What the caller asks has its claims in slots already.
  const slots = filled(ready, values, caller)
  const asked = authorizeAs.system(query, 'finds out why a write touched no row', { model: c.model, caller, slots: slots.length })
  const { body, version } = await c.session.read(asked, filled(asked, slots, caller), run)
  if (body === null) return missing(c, entity.name, at)
  const row = JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as { probes: Readonly<Record<string, boolean>> }
  if (!row.probes['readable']) return missing(c, entity.name, at)
  if (!row.probes['allowed']) return refused(caller, `You may not ${verb} this ${entity.title}.${caller.key === true && verb === 'delete' && entity.name === c.model.identity?.user ? ' A key never deletes the account that it belongs to.' : ''}`, at)
  if (expect !== null && expect !== '*' && expect !== version) {
    return new Failure('row.stale', `The ${entity.title} has changed since version ${expect}; it is now ${version ?? 'another'}.`, { at, facts: { version } })
  }
  if (!row.probes['asked']) return new Failure('row.condition', `The ${entity.title} is not as the filter of the request has it; nothing was written.`, { at })
  if (!row.probes['moved']) return whyNotMoved(entity, moves, row as object as Readonly<Record<string, Value>>, caller, name => ruling.shown(entity, name).kind === 'always', at)
  const changed = unchanged.find((_, i) => row.probes[`same${i}`] === false)
  return changed ? changed.otherwise() : null
}
