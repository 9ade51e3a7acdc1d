// Writes over rows in memory. The tables given are a copy: what throws halfway leaves nothing behind.
import { v7 as uuid } from 'uuid'
import { Failure, type At } from '../../failure/index.ts'
import {
  absurd, compare, evaluate, total, type Assignment, type Create, type Delete, type Link, type Mutation, type Reference, type Returning, type Source, type Update, type Value, type Whole,
} from '../../operation/index.ts'
import { changedBy, entityOf, fieldOf, relationOf, type EntityModel, type RelationModel } from '../../model/index.ts'
import type { Written } from '../store.ts'
import { checkReferences, checkRow, checkUniques, kept, remove } from './constraints.ts'
import { tell, type Writing } from './log.ts'
import { render } from './read.ts'
import { keyOf, matching, rowsOf, seeable, versionOf, type Seeable, type Stored } from './tables.ts'

type Given = Readonly<Record<string, Value>>

/** Carries out a mutation on `writing.tables`. */
export function write(writing: Writing, mutation: Mutation): Written {
  switch (mutation.kind) {
    case 'create': {
      const made = create(writing, mutation, null, i => [i])
      return written(writing, entityOf(writing.model, mutation.entity), made.map(m => m()), mutation.returning)
    }
    case 'update': return update(writing, mutation)
    case 'delete': return remove_(writing, mutation)
    default: return absurd(mutation)
  }
}

/** Stands for a row that was there already. */
const unmade: Stored = { values: {}, serial: 0 }
/** A row as it is now, after whatever was written since it was made. */
type Made = () => Stored

function create(w: Writing, op: Create, parents: readonly Made[] | null, place: (row: number) => At): readonly Made[] {
  const entity = entityOf(w.model, op.entity)
  const rows = objects(w, op.rows.slot)
  const targets = new Map<string, readonly Made[]>()
  for (const n of op.before) {
    const at = (target: number): At => [...place(rows.findIndex(r => r[`#${n.relation}`] === target)), n.relation]
    targets.set(n.relation, create(w, n.create, null, at))
  }
  const proposed = rows.map((given, i) => {
    const found = new Map<string, Seeable | undefined>()
    for (const [relation, made] of targets) {
      const index = given[`#${relation}`]
      if (typeof index === 'number') found.set(relation, seen(w, entityOf(w.model, relationOf(entity, relation).target), made[index]))
    }
    const parent = parents === null ? undefined : parents[Number(given['#'])]
    return propose(w, entity, given, null, op, found, parent?.(), place(i))
  })
  for (const [i, { row }] of proposed.entries()) holds(w, op.whole, entity, row, place(i))
  permitted(w, op.check, entity, proposed, place)
  const taken = (row: Stored) => op.unless !== undefined && matching(w.model, w.tables, entity, op.unless.map(field => ({ field, value: row.values[field] ?? null }))).length > 0
  // What is computed of the parts is told with the row, not as a change of it.
  const later = op.unless === undefined && op.after.some(n => computes(entity, n.relation))
  const made = proposed.map(({ row }, i): Made => (taken(row) ? () => unmade : insert(w, entity, row, place(i), !later)))
  for (const link of op.links) {
    const rows = objects(w, link.rows.slot)
    for (const [i, row] of rows.entries()) {
      const nth = rows.slice(0, i).filter(r => r['#'] === row['#']).length
      connect(w, entity, link, row, made, [...place(Number(row['#'])), link.relation, nth])
    }
  }
  for (const n of op.after) {
    const children = objects(w, n.create.rows.slot)
    const at = (i: number): At => {
      const parent = Number(children[i]?.['#'])
      return [...place(parent), n.relation, children.slice(0, i).filter(c => Number(c['#']) === parent).length]
    }
    const ends = create(w, n.create, made, at)
    const through = relationOf(entity, n.relation).through
    if (through) for (const [i, end] of ends.entries()) join(w, entity, n.relation, made[Number(children[i]?.['#'])], end, at(i))
  }
  for (const n of op.after) settle(w, entity, relationOf(entity, n.relation), op.check, made, place, !later)
  if (later) for (const m of made) tell(w, entity, null, m())
  raise(w, op.whole, entity, made.map(m => m()), place)
  return made
}

/** A row a write proposes, where it refers to a row that is not there or may not be read, and a field that has nothing to add to or no room for the sum. */
interface Proposed { readonly row: Stored; readonly lost: At | null; readonly empty: string | null }

/** The check of every row comes before what is wrong with any reference. */
function permitted(w: Writing, rule: Create['check'], entity: EntityModel, proposed: readonly Proposed[], place: (row: number) => At, counted: () => void = () => {}): void {
  for (const [i, { row }] of proposed.entries()) {
    if (!evaluate(rule, seeable(w.model, w.tables, entity, row), w.given)) throw new Failure('caller.forbidden', undefined, { at: place(i) })
  }
  counted()
  const lost = proposed.find(p => p.lost !== null)
  if (lost?.lost) throw new Failure('row.reference', undefined, { at: lost.lost })
  const empty = proposed.find(p => p.empty !== null)?.empty
  if (empty) throw new Failure('row.invalid', undefined, { at: [empty], facts: { fields: [empty] } })
}

/** The row a write proposes: `old` (for an update) changed by the assignments, its references found. */
function propose(
  w: Writing, entity: EntityModel, given: Given, old: Stored | null, op: { readonly set: readonly Assignment[]; readonly references: readonly Reference[] },
  found: Map<string, Seeable | undefined>, parent: Stored | undefined, at: At,
): Proposed {
  const astray = new Set<string>()
  for (const r of op.references) {
    if (r.by === null || found.has(r.relation)) continue
    const names = given[r.relation]
    if (names === undefined || names === null) {
      if (!r.optional && names !== undefined) astray.add(r.relation)
      continue
    }
    const target = lookup(w, relationOf(entity, r.relation).target, r, names)
    if (!target) astray.add(r.relation)
    found.set(r.relation, target)
  }
  const values: Record<string, Value> = { ...Object.fromEntries(Object.keys(entity.fields).map(f => [f, null])), ...old?.values }
  const late: Assignment[] = []
  for (const a of op.set) {
    if (isRelated(a.from, given, a.field)) late.push(a)
    else values[a.field] = kept(fieldOf(entity, a.field), valueOf(w, entity, a.from, a.field, given, old, values, found, parent))
  }
  const row = { values, serial: 0 }
  for (const r of op.references) {
    const on = relationOf(entity, r.relation).on
    if (found.has(r.relation) || (r.optional && on.every(p => values[p.local] === null))) continue
    if (r.by !== null && on.every(p => values[p.local] === null)) continue
    if (!seeable(w.model, w.tables, entity, row).related(r.relation).some(t => evaluate(r.where, t, w.given))) {
      astray.add(r.relation)
    }
  }
  const lost = op.references.find(r => astray.has(r.relation))
  for (const a of late) values[a.field] = kept(fieldOf(entity, a.field), valueOf(w, entity, a.from, a.field, given, old, values, found, parent))
  const empty = op.set.find(a => a.from.kind === 'atomic' && a.from.by === 'add' && values[a.field] === null)
  return { row: { values, serial: old === null ? 1 : old.serial + 1 }, lost: lost ? [...at, lost.relation] : null, empty: empty?.field ?? null }
}

/** Whether the value comes through a reference, so that the references must be known first. */
const isRelated = (from: Source, given: Given, name: string): boolean =>
  from.kind === 'related' || (from.kind === 'given' && from.otherwise !== null && !Object.hasOwn(given, name) && isRelated(from.otherwise, given, name))

function valueOf(
  w: Writing, entity: EntityModel, from: Source, name: string, given: Given, old: Stored | null, values: Given, found: ReadonlyMap<string, Seeable | undefined>, parent: Stored | undefined,
): Value {
  switch (from.kind) {
    case 'given':
      if (Object.hasOwn(given, name)) return given[name] ?? null
      return from.otherwise === null ? null : valueOf(w, entity, from.otherwise, name, given, old, values, found, parent)
    case 'value': return from.value
    case 'parameter': return w.given.values[from.slot] ?? null
    case 'claim': throw new Error(`claim ${from.claim} reached the store`)
    case 'now': return w.given.now
    case 'generated': return w.next(`${entity.name}.${name}`)
    case 'related': {
      const target = found.get(from.relation) ?? seeable(w.model, w.tables, entity, { values, serial: 0 }).related(from.relation)[0]
      return target && evaluate(from.where, target, w.given) ? target.value(from.field) : null
    }
    case 'parent': return parent?.values[from.field] ?? null
    case 'linked': {
      // A row that names its target by its key in some rows and by other fields in others keeps the key it gave.
      const target = found.get(from.relation)
      return target ? target.value(from.field) : Object.hasOwn(given, name) ? given[name] ?? null : null
    }
    case 'next': return Number(old?.values[name] ?? 0) + 1
    case 'atomic': return changedBy(fieldOf(entity, name), from.by, old?.values[name] ?? null, given[name] ?? null)
    default: return absurd(from)
  }
}

function lookup(w: Writing, entity: string, by: { readonly by: readonly string[] | null; readonly where: Reference['where'] }, names: Value): Seeable | undefined {
  const given: Given = typeof names === 'object' && names !== null && !isList(names) ? names : {}
  return matching(w.model, w.tables, entityOf(w.model, entity), (by.by ?? []).map(field => ({ field, value: given[field] ?? null })))
    .find(t => evaluate(by.where, t, w.given))
}

function insert(w: Writing, entity: EntityModel, row: Stored, at: At, tells = true): Made {
  placed(at, () => { checkRow(entity, row) })
  w.tables.set(entity.name, [...rowsOf(w.tables, entity.name), row])
  placed(at, () => { checkUniques(w.model, w.tables, entity, row) })
  checkReferences(w.model, w.tables, entity, row, at)
  if (tells) tell(w, entity, null, row)
  return () => current(w, entity, row)
}

/** What is refused of a row, at its place. */
function placed(at: At, look: () => void): void {
  try { look() } catch (error) { throw error instanceof Failure ? error.below(at) : error }
}

/** The stored row with the key of `row`. */
function current(w: Writing, entity: EntityModel, row: Stored): Stored {
  return matching(w.model, w.tables, entity, entity.key.map(field => ({ field, value: row.values[field] ?? null })))[0]?.row ?? row
}

const seen = (w: Writing, entity: EntityModel, made: Made | undefined): Seeable | undefined => made && seeable(w.model, w.tables, entity, made())

function connect(w: Writing, entity: EntityModel, link: Link, row: Given, made: readonly Made[], at: At): void {
  const target = lookup(w, relationOf(entity, link.relation).target, link, row)
  if (!target) throw new Failure('row.reference', undefined, { at })
  join(w, entity, link.relation, made[Number(row['#'])], () => target.row, at)
}

/** Makes the link row of a many-to-many; what else the link entity has is its default. */
function join(w: Writing, entity: EntityModel, name: string, near: Made | undefined, far: Made, at: At): void {
  const relation = relationOf(entity, name)
  if (!relation.through || !near) throw new Error(`${entity.name}.${name} is no many-to-many`)
  const link = entityOf(w.model, relation.through.entity)
  const values: Record<string, Value> = {}
  for (const f of Object.values(link.fields)) {
    values[f.name] = f.generated === 'key' ? uuid() : f.generated === 'identity' ? w.next(`${link.name}.${f.name}`) : f.generated === 'version' ? 1
      : f.generated === 'computed' ? (f.optional ? null : f.scalar === 'integer' || f.scalar === 'number' ? 0 : '0') : f.generated ? w.given.now : f.default?.kind === 'value' ? f.default.value : f.default?.kind === 'now' ? w.given.now : null
  }
  for (const [end, row] of [[relation.through.near, near()], [relation.through.far, far()]] as const) {
    for (const p of relationOf(link, end).on) values[p.local] = row.values[p.foreign] ?? null
  }
  insert(w, link, { values, serial: 1 }, at)
}

function update(w: Writing, op: Update): Written {
  const entity = entityOf(w.model, op.entity)
  const [given = {}] = objectsOf([w.given.values[op.row.slot] ?? null])
  const touched = affected(w, entity, op)
  // Nothing to set: the rows as they are, as if they were locked.
  const proposed = op.set.length === 0 ? touched.map((row): Proposed => ({ row, lost: null, empty: null })) : touched.map(old => propose(w, entity, given, old, op, new Map(), undefined, []))
  permitted(w, op.check, entity, proposed, () => [], () => counted(w, op, touched))
  for (const [i, { row }] of proposed.entries()) {
    const old = touched[i]
    checkRow(entity, row)
    w.tables.set(entity.name, rowsOf(w.tables, entity.name).map(r => (r === old ? row : r)))
  }
  for (const { row } of proposed) { checkUniques(w.model, w.tables, entity, row); checkReferences(w.model, w.tables, entity, row, []) }
  for (const [i, { row }] of proposed.entries()) tell(w, entity, touched[i] ?? null, row)
  raise(w, op.whole, entity, [...touched, ...proposed.map(p => p.row)], () => [])
  return written(w, entity, proposed.map(p => current(w, entity, p.row)), op.returning)
}

function remove_(w: Writing, op: Delete): Written {
  const entity = entityOf(w.model, op.entity)
  const touched = affected(w, entity, op)
  counted(w, op, touched)
  for (const gone of remove(w.model, w.tables, entity, touched)) tell(w, gone.entity, gone.row, null)
  raise(w, op.whole, entity, touched, () => [])
  return { ...written(w, entity, touched, null), bodies: [] }
}

function affected(w: Writing, entity: EntityModel, op: Update | Delete): readonly Stored[] {
  const expect = op.expect === null ? null : w.given.values[op.expect.slot] ?? null
  return rowsOf(w.tables, entity.name).filter(row => {
    const at = seeable(w.model, w.tables, entity, row)
    return evaluate(op.where, at, w.given) && (expect === null || String(expect) === versionOf(entity, row)) && wholes(w, op.whole, at)
  }).sort((a, b) => entity.key.reduce((c, k) => (c !== 0 ? c : compare(fieldOf(entity, k).scalar, a.values[k] ?? null, b.values[k] ?? null) ?? 0), 0))
}

/** Throws where the rows are not as many as the caller believes. */
function counted(w: Writing, op: Update | Delete, touched: readonly Stored[]): void {
  if (op.count && touched.length !== w.given.values[op.count.slot]) throw new Failure('row.count', undefined, { facts: { count: touched.length } })
}

/** Whether the whole of a part, and its whole in turn, fulfil what they must. Where every row would do it may be missing: that is a lost reference. */
function wholes(w: Writing, whole: Whole | null, part: Seeable): boolean {
  return whole === null || part.related(whole.relation).some(t => evaluate(whole.where, t, w.given) && wholes(w, whole.whole, t))
}

function holds(w: Writing, whole: Whole | null, entity: EntityModel, row: Stored, at: At): void {
  if (!wholes(w, whole, seeable(w.model, w.tables, entity, row))) throw new Failure('caller.forbidden', undefined, { at })
}

/** Keeps up what rows compute of the parts just nested in them; a check that asks for it is asked again. */
function settle(w: Writing, entity: EntityModel, relation: RelationModel, check: Create['check'], made: readonly Made[], place: (row: number) => At, tells: boolean): void {
  if (!computes(entity, relation.name)) return
  for (const [i, now] of made.entries()) {
    const old = now(), row = { ...old, values: { ...old.values, ...totals(w, entity, old, relation.name) } }
    w.tables.set(entity.name, rowsOf(w.tables, entity.name).map(r => (r === old ? row : r)))
    if (!evaluate(check, seeable(w.model, w.tables, entity, row), w.given)) throw new Failure('caller.forbidden', undefined, { at: place(i) })
    if (tells) tell(w, entity, old, row)
  }
}

const computes = (entity: EntityModel, relation: string): boolean => Object.values(entity.fields).some(f => f.computed?.relation === relation)

/** The computed fields of a row over one list of its parts. */
function totals(w: Writing, entity: EntityModel, row: Stored, relation: string): Given {
  const parts = seeable(w.model, w.tables, entity, row).related(relation)
  return Object.fromEntries(Object.values(entity.fields).flatMap(f =>
    f.computed?.relation === relation ? [[f.name, kept(f, total(f.computed.fn, f.computed.of, f.scalar, parts))]] : []))
}

/** Raises the whole of each part to its next version, once, and keeps up its computed fields; what must hold of it afterwards is asked then. */
function raise(w: Writing, whole: Whole | null, entity: EntityModel, parts: readonly Stored[], place: (part: number) => At): void {
  if (whole === null) return
  const target = entityOf(w.model, relationOf(entity, whole.relation).target)
  const all = parts.flatMap((part, i) => seeable(w.model, w.tables, entity, part).related(whole.relation).map(t => ({ old: t.row, at: place(i) })))
  const once = all.filter((x, i) => all.findIndex(y => y.old === x.old) === i)
  const raised = once.map(({ old, at }) => {
    const values: Record<string, Value> = { ...old.values }
    Object.assign(values, totals(w, target, old, relationOf(entity, whole.relation).inverse))
    for (const f of whole.raise ? Object.values(target.fields) : []) {
      if (f.generated === 'version') values[f.name] = Number(old.values[f.name]) + 1
      if (f.generated === 'updatedAt') values[f.name] = w.given.now
    }
    const row = { values, serial: old.serial + 1 }
    w.tables.set(target.name, rowsOf(w.tables, target.name).map(r => (r === old ? row : r)))
    if (!evaluate(whole.check, seeable(w.model, w.tables, target, row), w.given)) throw new Failure('caller.forbidden', undefined, { at })
    tell(w, target, old, row)
    return row
  })
  raise(w, whole.whole, target, raised, i => once[i]?.at ?? [])
}

function written(w: Writing, entity: EntityModel, rows: readonly Stored[], returning: Returning | null): Written {
  const cut = new Set<string>()
  const bodies = returning === null ? [] : rows.map(row => {
    const at = seeable(w.model, w.tables, entity, row)
    return evaluate(returning.where, at, w.given) ? JSON.stringify(render(w, returning.select, at, '', cut)) : null
  })
  return { touched: rows.length, bodies, keys: rows.map(r => keyOf(entity, r)), versions: rows.map(r => versionOf(entity, r)), cut: [...cut].sort() }
}

const isList = (v: Value): v is readonly Value[] => Array.isArray(v)
const objectsOf = (values: readonly Value[]): readonly Given[] => values.map(v => (typeof v === 'object' && v !== null && !isList(v) ? v : {}))
const objects = (w: Writing, slot: number): readonly Given[] => {
  const rows = w.given.values[slot] ?? null
  return objectsOf(isList(rows) ? rows : [rows])
}
