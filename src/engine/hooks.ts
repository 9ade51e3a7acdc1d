// The application's own code around the writes of an entity, inside their transaction. What a before-hook replaces is resolved and authorized as what the caller gave.
import { Failure, suggest, toFailure, type At } from '../failure/index.ts'
import { changedBy, entityOf, fieldOf, find, relationOf, type EntityModel, type HookModel, type HookMoment, type Model } from '../model/index.ts'
import { always, type Create, type Predicate, type Query, type Update, type Value } from '../operation/index.ts'
import { checkRestricted, lostReference, type Writer } from './answer.ts'
import type { Authorized } from '../stores/index.ts'
import { authorizeAs } from './authorize.ts'
import { declared } from './declared.ts'
import { filled } from './context.ts'
import { keyIs, type Key } from './key.ts'
import { locate } from './locate.ts'
import { actingMark } from './mark.ts'
import { isObject, referencesOf, writeComposite, writeField, type Row, type Writing } from './resolve/index.ts'
import { orderly } from './transaction.ts'

type Verb = 'Create' | 'Update' | 'Delete'
/** How many hooks may write within another's. */
const deepest = 16

/** Whether code runs around this verb. */
export const isHooked = (model: Model, entity: EntityModel, verb: Verb): boolean =>
  (model.hooks?.[entity.name] ?? []).some(h => h.runs[`before${verb}`] !== undefined || h.runs[`after${verb}`] !== undefined)

/** A row as the application's code sees it: every field but secrets, whoever may see it. Locked where it is about to be written; null where there is none. */
export async function rowFor({ c, caller, run }: Writer, entity: EntityModel, names: Predicate, values: readonly Value[], lock: boolean): Promise<Row | null> {
  const fields = Object.values(entity.fields).filter(f => f.kind !== 'secret').map(f => ({ name: f.name, shown: always }))
  const query: Query = {
    kind: 'query', entity: entity.name, one: true, count: 'none', where: names, order: [], page: { kind: 'offset', skip: null, take: 1 }, select: { fields, related: [], probes: [] },
    ...(lock ? { lock: true as const } : {}),
  }
  // Compiled once, where the system's sight does not depend on who calls.
  const key = c.model.tenant === undefined ? `hooked ${JSON.stringify(query)}` : null
  const ready = (key === null ? undefined : c.known.compiled.get(key)) as Authorized<Query> | undefined ?? authorizeAs.system(query, 'shows a row to a hook', { model: c.model, caller, slots: values.length })
  if (key !== null) c.known.compiled.set(key, ready)
  const { body } = await c.session.read(ready, filled(ready, values, caller), run)
  return body === null ? null : JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as Row
}

const runs = (w: Writer, entity: EntityModel, moment: HookMoment): boolean => (w.c.model.hooks?.[entity.name] ?? []).some(h => h.runs[moment] !== undefined)

/** What is to be made, after the hooks before it. */
export async function beforeCreate(w: Writer, entity: EntityModel, create: Create, row: Row, at: At): Promise<{ readonly mutation: Create; readonly row: Row }> {
  if (!runs(w, entity, 'beforeCreate')) return { mutation: create, row }
  let now = await settled(w, entity, create, row, at)
  await each(w, entity, 'beforeCreate', at, async speak => { now = replaced(w, entity, now.mutation, now.row, await speak(null, proposed(entity, now.mutation, now.row)), at) })
  return now
}

/** What is to be changed, after the hooks before it. `before`: the row as it is, locked. */
export async function beforeUpdate(w: Writer, entity: EntityModel, update: Update, row: Row, before: Row, at: At): Promise<{ readonly mutation: Update; readonly row: Row }> {
  if (!runs(w, entity, 'beforeUpdate')) return { mutation: update, row }
  let now = await settled(w, entity, update, row, at)
  await each(w, entity, 'beforeUpdate', at, async speak => { now = replaced(w, entity, now.mutation, now.row, await speak(before, changed(entity, now.mutation, now.row, before, at)), at) })
  return now
}

/** Rows that are referred to by what is unique are found first: the code is to see which they are. */
async function settled<M extends Create | Update>(w: Writer, entity: EntityModel, mutation: M, row: Row, at: At): Promise<{ readonly mutation: M; readonly row: Row }> {
  const linked = mutation.references.filter(r => r.by !== null)
  if (linked.length === 0) return { mutation, row }
  const { ...keys } = row
  for (const { relation: name, by } of linked) {
    const relation = relationOf(entity, name), target = entityOf(w.c.model, relation.target), named = keys[name], place = [...at, name]
    const values = (by ?? []).map(n => (isObject(named) ? named[n] as Value : null))
    const key = await locate(w, target, { by: by ?? [], values, expect: null, at: place }, null)
    if (!key) throw lostReference(place, name)
    delete keys[name]
    for (const pair of relation.on) keys[pair.local] = key[target.key.indexOf(pair.foreign)] ?? null
  }
  const set = mutation.set.map(a => (a.from.kind === 'linked' ? { field: a.field, from: { kind: 'given' as const, otherwise: null } } : a))
  return { mutation: { ...mutation, set, references: mutation.references.map(r => (r.by === null ? r : { ...r, by: null })) }, row: keys }
}

export const beforeDelete = (w: Writer, entity: EntityModel, before: Row, at: At): Promise<void> => each(w, entity, 'beforeDelete', at, async speak => { await speak(before, null) })
export const afterDelete = (w: Writer, entity: EntityModel, before: Row, at: At): Promise<void> => each(w, entity, 'afterDelete', at, async speak => { await speak(before, null) })

/** Hooks after a row was made (`before: null`) or changed. */
export async function afterWrite(w: Writer, entity: EntityModel, key: Key, before: Row | null, at: At): Promise<void> {
  const moment = before === null ? 'afterCreate' : 'afterUpdate'
  await each(w, entity, moment, at, async speak => { await speak(before, await rowFor(w, entity, keyIs(entity), key, false)) })
}

type SpeakOne = (before: Row | null, row: Row | null) => Promise<unknown>

async function each(w: Writer, entity: EntityModel, moment: HookMoment, at: At, use: (speak: SpeakOne) => Promise<void>): Promise<void> {
  for (const hook of w.c.model.hooks?.[entity.name] ?? []) if (hook.runs[moment]) await use((before, row) => speakOne(w, hook, moment, before, row, at))
}

async function speakOne({ c, caller, run }: Writer, hook: HookModel, moment: HookMoment, before: Row | null, row: Row | null, at: At): Promise<unknown> {
  const { entered, code } = c
  if (!entered || !code?.speak) throw new Failure('internal', undefined, { cause: new Error('a hook runs in a transaction of an engine that has a way to its code') })
  const hooks = (entered.hooks ?? 0) + 1
  if (hooks > deepest) throw new Failure('internal', undefined, { cause: new Error(`${hook.name}: hooks that write for each other do not end`) })
  const inside = { ...entered, hooks }, session = orderly(inside), engine = code.over(inside, session)
  const acting = run.mark?.action ?? null
  try {
    return await code.speak.hook({
      engine, caller, run, hook, moment, before, row, system: (reason, scope) => ({ caller: code.system(reason, caller, scope), run: actingMark(c, caller, run, acting, reason) }),
      sql: pieces => session.sql(pieces, run), call: (action, more) => engine.call({ ...more, action: action.id }, caller, run),
      fail: (name, facts, detail) => declared(`hooks.${hook.name}`, hook.failures, name, facts, detail),
    })
  } catch (error) {
    if (!(error instanceof Failure)) throw toFailure(error)
    // Places within the requests of the hook are none of the caller's body.
    const said = error.mistakes.map(m => `${m.at.length === 0 ? '' : `${m.at.join('.')} `}${m.detail}`)
    throw new Failure(error, said.length > 0 ? said.join('; ') : error.message, { at, facts: error.facts, cause: error.cause ?? error })
  }
}

/** What is known of a row before it is made: what was given, and constant defaults. */
function proposed(entity: EntityModel, create: Create, row: Row): Row {
  const out: Row = {}
  for (const { field, from } of create.set) {
    if (entity.fields[field]?.kind === 'secret') continue
    if (from.kind === 'value') out[field] = from.value
    else if (from.kind === 'given' && Object.hasOwn(row, field)) out[field] = row[field] ?? null
    else if (from.kind === 'given' && from.otherwise?.kind === 'value') out[field] = from.otherwise.value
  }
  return nested(out)
}

/** A row as it is to be, as far as it is known: what the database works out of other rows or of the moment is as it was. */
function changed(entity: EntityModel, update: Update, row: Row, before: Row, at: At): Row {
  const out: Row = { ...before }
  for (const { field: name, from } of update.set) {
    const field = fieldOf(entity, name)
    if (field.kind === 'secret') continue
    if (from.kind === 'value') out[name] = from.value
    else if (from.kind === 'given' && Object.hasOwn(row, name)) out[name] = row[name] ?? null
    else if (from.kind === 'atomic') {
      const value = changedBy(field, from.by, before[name] ?? null, row[name] ?? null)
      if (value === null && from.by === 'add') throw new Failure('row.invalid', `${name} has no value to add to, or the sum is out of its range.`, { at: [...at, name], facts: { fields: [name] } })
      out[name] = value
    }
  }
  return nested(out)
}

/** Composite references stand in one object, as in answers. */
function nested(of: Row): Row {
  const out: Row = {}
  for (const [name, value] of Object.entries(of)) {
    const [outer = '', inner] = name.split('.')
    if (inner === undefined) { if (!name.startsWith('#')) out[name] = value; continue }
    const there = out[outer]
    out[outer] = { ...(typeof there === 'object' && there !== null && !Array.isArray(there) ? there as Row : {}), [inner]: value }
  }
  return out
}

/** The mutation with what a hook returned in place of what was given. What does not fit is the application's own mistake. */
function replaced<M extends Create | Update>(w: Writer, entity: EntityModel, mutation: M, row: Row, returned: unknown, at: At): { readonly mutation: M; readonly row: Row } {
  if (returned === undefined || returned === null) return { mutation, row }
  const wrong = (what: string): never => { throw new Failure('internal', undefined, { cause: new Error(`a hook of ${entity.title} ${what}`) }) }
  if (!isObject(returned)) return wrong('returned something that is no object of fields')
  const writing: Writing = { model: w.c.model, origin: 'code', limits: w.c.limits, values: [], mistakes: [], restricted: [], keys: false, count: { rows: 0 } }
  const given: Row = {}
  for (const [name, raw] of Object.entries(returned)) {
    if (raw === undefined) continue
    const f = find(entity.fields, name), parts = f ? [] : Object.values(entity.fields).filter(x => x.name.startsWith(`${name}.`))
    const fixed = mutation.kind === 'update' && [...(f ? [f] : parts)].some(x => x.fixed || entity.key.includes(x.name) || (x.reference !== null && x.reference === entity.whole))
    if (fixed) return wrong(`replaced ${name}, which never changes after creation`)
    if (f) writeField(writing, f.transitions && mutation.kind === 'update' ? { ...f, by: null } : f, raw, [name], !f.generated, v => { given[f.name] = v })
    else if (parts.length) writeComposite(writing, parts, raw, [name], (n, v) => { given[n] = v })
    else return wrong(`replaced '${name}', which is no field of it.${suggest(name, Object.keys(entity.fields))}`)
  }
  const [mistake] = writing.mistakes
  if (mistake) return wrong(`replaced ${mistake.at.join('.')}, which ${mistake.detail}`)
  checkRestricted(w, { restricted: writing.restricted.map(r => ({ ...r, at })) })
  const names = Object.keys(given)
  const set = [...mutation.set.filter(a => !names.includes(a.field)), ...names.map(field => ({ field, from: { kind: 'given' as const, otherwise: null } }))]
  const refers = new Set(names.flatMap(n => entity.fields[n]?.reference ?? []))
  const linked = new Map(mutation.references.flatMap(r => (r.by && !refers.has(r.relation) ? [[r.relation, r.by] as const] : [])))
  const placed = new Set(Object.values(entity.relations).filter(r => r.owner && !refers.has(r.name) && !mutation.references.some(x => x.relation === r.name)).map(r => r.name))
  const moving = mutation.kind === 'update' ? [...(mutation.moves ?? []).filter(m => !names.includes(m.field)), ...names.filter(n => entity.fields[n]?.transitions).map(n => ({ field: n, to: given[n] ?? null }))] : []
  return {
    mutation: { ...mutation, set, references: referencesOf(entity, set, linked, placed), ...(moving.length > 0 ? { moves: moving } : {}) },
    row: { ...Object.fromEntries(Object.entries(row).filter(([n]) => !refers.has(n))), ...given },
  }
}
