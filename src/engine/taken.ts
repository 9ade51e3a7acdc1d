// A write whose body does not fit: whether its caller may write such a row (403), and what of it another row has already (409), come before that is told (422), as far as what fits says so.
import { Failure, type At, type Mistake } from '../failure/index.ts'
import { fieldOf, find, relationOf, type EntityModel } from '../model/index.ts'
import { always, and, evaluate, field, not, operands, or, parameter, visitPredicate, type Create, type FieldName, type Predicate, type Query, type Readable, type Source, type Update, type Value } from '../operation/index.ts'
import type { Authorized } from '../stores/index.ts'
import type { Writer } from './answer.ts'
import { authorizeAs, refused } from './authorize.ts'
import { filled } from './context.ts'
import { keyIs, type Key } from './key.ts'

/** A row of a body that does not fit. */
export interface Unfit { readonly row: Readonly<Record<FieldName, Value>>; readonly at: At }
type Known = Readonly<Record<FieldName, Value>>

/**
 * Throws `caller.forbidden` and `row.duplicate` where they are sure: asked of rows are only rules that what fits decides, and unique values that fit, of rows that may be written. `own`: the key of
 * the row that is changed. `values`: of the slots of the mutation.
 */
export async function refuseTaken(w: Writer, entity: EntityModel, ready: Authorized<Create | Update>, values: readonly Value[], rows: readonly Unfit[], mistakes: readonly Mistake[], own: Key | null): Promise<void> {
  const { c, caller, run } = w, { set, check, references } = ready.operation, given = { values: filled(ready, values, caller), now: new Date().toISOString() }
  // Of a row that its caller may not read nothing is told, not even that another refers to it.
  const unseen = new Set(references.filter(r => r.where.kind !== 'always').flatMap(r => relationOf(entity, r.relation).on.map(pair => pair.local)))
  const asked: { readonly at: At; readonly fields: readonly FieldName[]; readonly by: readonly FieldName[]; readonly known: Known }[] = []
  for (const { row, at } of rows) {
    const known = knownOf(entity, set, row, given.values, mistakes.flatMap(m => (at.every((step, i) => m.at[i] === step) ? [m.at[at.length]] : [])))
    const may = own !== null && !touches(entity, check, set.map(s => s.field)) ? true : holds(check, known, given)
    if (may === false) throw refused(caller, `You may not write this to ${entity.path}.`, at)
    if (may === null) continue
    for (const { fields, within } of [...(own === null ? [{ fields: entity.key, within: undefined }] : []), ...entity.uniques]) {
      const by = within === undefined ? fields : [within, ...fields]
      if (!by.some(name => unseen.has(name)) && fields.some(name => said(entity, row, name) && Object.hasOwn(known, name) && entity.fields[name]?.generated !== 'key')) asked.push({ at, fields, by, known })
    }
  }
  const before = own === null ? {} : await valuesOf(w, entity, own, [...new Set(asked.flatMap(a => a.by.filter(name => !set.some(s => s.field === name))))])
  const slots: Value[] = own === null ? [] : [...own]
  const conditions = asked.flatMap(({ at, fields, by, known }) => {
    const row: Known = { ...before, ...known }
    if (by.some(name => (row[name] ?? null) === null || entity.fields[name]?.list)) return []
    const same = and(...by.map((name): Predicate => ({ kind: 'compare', op: 'eq', as: fieldOf(entity, name).scalar, left: field(name), right: parameter(slots.push(row[name] ?? null) - 1) })))
    return [{ at, fields, same }]
  }).slice(0, most)
  if (conditions.length === 0) return
  const query: Query = {
    kind: 'query', entity: entity.name, one: false, count: 'none', order: [], page: { kind: 'offset', skip: null, take: conditions.length },
    where: and(or(...conditions.map(x => x.same)), own === null ? always : not(keyIs(entity))),
    select: { fields: [], related: [], probes: conditions.map((x, i) => ({ as: `taken${i}`, of: x.same })) },
  }
  const finding = authorizeAs.system(query, 'finds what is taken of a body that does not fit', { model: c.model, caller, slots: slots.length })
  const { body } = await c.session.read(finding, filled(finding, slots, caller), run)
  const found = JSON.parse(body === null ? '[]' : typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as readonly { readonly probes: Readonly<Record<string, boolean>> }[]
  const first = conditions.find((_, i) => found.some(row => row.probes[`taken${i}`] === true))
  if (first) throw new Failure('row.duplicate', `A row with this ${first.fields.join(', ')} exists already.`, { at: [...first.at, ...(first.fields.length === 1 ? first.fields : [])], facts: { fields: first.fields } })
}
/** So many are asked about. */
const most = 200

/** What is known of a row to be: what fits, and what stands there where nothing is said. `wrong`: members of its body that do not fit. */
function knownOf(entity: EntityModel, set: Create['set'], row: Known, values: readonly Value[], wrong: readonly (string | number | undefined)[]): Known {
  const unfit = (name: FieldName): boolean => {
    const { reference } = fieldOf(entity, name)
    return wrong.some(member => member === name || (typeof member === 'string' && (name.startsWith(`${member}.`) || member === reference)))
  }
  const valueOf = (name: FieldName, from: Source): Value | undefined => {
    switch (from.kind) {
      case 'given': return Object.hasOwn(row, name) ? row[name] : from.otherwise === null ? undefined : valueOf(name, from.otherwise)
      case 'value': return from.value
      case 'parameter': return values[from.slot]
      case 'linked': {
        const by = row[from.relation]
        return typeof by === 'object' && by !== null && !Array.isArray(by) ? (by as Known)[from.field] : undefined
      }
      default: return undefined
    }
  }
  return Object.fromEntries(set.flatMap(({ field: name, from }): [FieldName, Value][] => {
    const value = unfit(name) ? undefined : valueOf(name, from)
    return value === undefined ? [] : [[name, value]]
  }))
}

/** Whether the body says it, and not a default alone. */
const said = (entity: EntityModel, row: Known, name: FieldName): boolean => Object.hasOwn(row, name) || Object.hasOwn(row, entity.fields[name]?.reference ?? '#')

/** Whether a rule holds of a row; null: what is known does not say. */
function holds(p: Predicate, known: Known, given: { readonly values: readonly Value[]; readonly now: string }): boolean | null {
  const unknown = new Error('not known')
  const row: Readable = {
    value(name) { if (!Object.hasOwn(known, name)) throw unknown; return known[name] ?? null },
    related() { throw unknown },
  }
  try { return evaluate(p, row, given) } catch (error) {
    if (error === unknown) return null
    throw error
  }
}

/** Whether a rule looks at what is set; one that does not holds as it held. */
function touches(entity: EntityModel, p: Predicate, set: readonly FieldName[]): boolean {
  let found = false
  visitPredicate(p, (x, depth) => {
    found ||= operands(x).some(o => o.kind === 'field' && set.includes(o.name))
    if (x.kind === 'some' && depth === 0) found ||= find(entity.relations, x.relation) !== undefined && relationOf(entity, x.relation).on.some(pair => set.includes(pair.local))
  })
  return found
}

/** What the rest of a unique group is in the row as it is. */
async function valuesOf({ c, caller, run }: Writer, entity: EntityModel, key: Key, names: readonly FieldName[]): Promise<Known> {
  if (names.length === 0) return {}
  const query: Query = {
    kind: 'query', entity: entity.name, one: true, count: 'none', where: keyIs(entity), order: [], page: { kind: 'offset', skip: null, take: 1 },
    select: { fields: names.map(name => ({ name, shown: always })), related: [], probes: [] },
  }
  const ready = authorizeAs.system(query, 'reads the rest of what is unique', { model: c.model, caller, slots: key.length })
  const { body } = await c.session.read(ready, filled(ready, key, caller), run)
  const row = body === null ? {} : JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as Readonly<Record<string, Value>>
  return Object.fromEntries(names.flatMap((name): [FieldName, Value][] => {
    const value = name.split('.').reduce<unknown>((of, step) => (typeof of === 'object' && of !== null ? Reflect.get(of, step) as unknown : undefined), row) as Value | undefined
    return value === undefined ? [] : [[name, value]]
  }))
}
