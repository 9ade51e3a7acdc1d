// Creates: a body → rows, level by level. Mistakes are collected, not thrown: 404, 403 and 412 come before them.
import { suggest, type At } from '../../failure/index.ts'
import { entityOf, find, isTenantReference, relationOf, type EntityModel, type FieldModel, type RelationModel } from '../../model/index.ts'
import type { Create, Value } from '../../operation/index.ts'
import { askedBy, givenBy } from './asked.ts'
import { counted, isObject, kept, valueOf, writeComposite, type Item, type Row, type Writing } from './body.ts'
import { namesOf } from './filter.ts'
import { rowOf } from './find.ts'
import { isLinked, madeOf, type Form, type NestedForm, type Parent } from './form.ts'
import { writeRelation, type Into } from './nested.ts'
import { mistaken } from './place.ts'
import { noSteps, type Deed, type Finding, type Relate, type Target } from './steps.ts'
import { uuidv7 } from './uuid.ts'

interface Level {
  readonly create: Create
  readonly rows: readonly Row[]
  /** Relations the body nested. */
  readonly nested: readonly string[]
  readonly targets: readonly Target[]
  readonly deeds: readonly Deed[]
}
/** Rows that were read; their values are among those of the body. */
interface ReadLevel { readonly form: Form; readonly rows: readonly Row[]; readonly steps: ReturnType<typeof noSteps> }

/** Reads rows, and makes their mutation. */
export function createLevel(w: Writing, entity: EntityModel, items: readonly Item[], parent: Parent | null, key: readonly Value[] | null, depth: number, relate: Relate | null): Level {
  const { form, rows, steps } = readLevel(w, entity, items, parent, key, depth, relate), { create, nested } = madeOf(form)
  return { create, rows, nested: [...nested, ...steps.nested], targets: steps.targets, deeds: steps.deeds }
}

/** `key`: what `PUT` creates; its parts are canonical. `relate`: what the relations of the one row become, if not part of the same mutation. */
export function readLevel(w: Writing, entity: EntityModel, items: readonly Item[], parent: Parent | null, key: readonly Value[] | null, depth: number, relate: Relate | null): ReadLevel {
  counted(w, items[0]?.at ?? [], items.length)
  if (depth > w.limits.depth) throw mistaken([{ at: items[0]?.at ?? [], detail: `a body may be ${w.limits.depth} relations deep` }])
  const rows: Row[] = items.map(i => (i.parent === null ? {} : { '#': i.parent }))
  const slot = w.values.push(rows) - 1
  const given = new Map<string, number>()
  // Most rows nest nothing.
  let into: Into | null = null
  const asked = askedBy(entity), place = givenBy(parent?.relation ?? null)
  const steps = relate || parent?.tied ? noSteps() : without
  if (parent?.tied && !parent.relation.through) steps.placed.add(parent.relation.inverse)

  for (let i = 0; i < items.length; i++) {
    const it = items[i], row = rows[i]
    if (!it || !row) continue
    for (const name of Object.keys(it.body)) {
      const raw = it.body[name]
      if (place.names.has(name)) {
        w.mistakes.push({ at: [...it.at, name], detail: 'is given by the place in the body: leave it out' })
        continue
      }
      const f = find(entity.fields, name)
      if (f && !(f.hidden && f.kind !== 'secret')) {
        if (raw === undefined) continue
        const value = valueOf(w, f, raw, it.at, f.generated === 'key' ? w.keys : !f.generated || (f.generated === 'identity' && w.keys))
        if (value !== undefined) give(given, row, name, value)
        continue
      }
      const at = [...it.at, name]
      const parts = asked.composites.get(name)
      if (parts) { writeComposite(w, parts, raw, at, giving(given, row)); continue }
      const relation = find(entity.relations, name)
      if (relation && isTenantReference(entity, relation)) { if (raw !== undefined) w.mistakes.push({ at, detail: kept }); continue }
      if (relation && !relation.hidden) {
        if (raw === undefined) continue
        into ??= nestingNothing()
        if (relate) relate({ w, entity, change: 'create', depth, steps, give: giving(given, row), link: linking(into, row), body: it.body }, relation, raw, at)
        else writeRelation(w, entity, relation, raw, at, i, row, into, it.body)
        continue
      }
      const hint = name === 'connect' && parent?.relation.through ? ' To connect rows that exist, write { "connect": [ … ] } instead of the list.' : suggest(name, namesOf(entity))
      w.mistakes.push({ at, detail: find(entity.derived ?? {}, name) ? kept : `'${name}' does not exist on ${entity.title}.${hint}` })
    }
    if (key) for (const [k, name] of entity.key.entries()) give(given, row, name, key[k] ?? null)
    else for (const name of asked.made) if (row[name] === undefined) give(given, row, name, uuidv7())
  }

  const { linked, before, after, links } = into ?? alone
  for (const { field: f, required } of asked.fields) {
    if (place.fields.has(f.name)) continue
    // Rows may name the target by its key, by other fields, or make it; a default is not looked up beside them.
    if (isLinked(f, linked, before)) { if (f.default || !f.optional) unconnected(w, items, rows, f) }
    else if (required && (given.get(f.name) ?? 0) < items.length) left(w, items, rows, f)
  }
  const inner = { before: deeper(w, entity, before, depth), after: deeper(w, entity, after, depth) }
  return {
    rows, steps,
    form: { entity, parent, slot, rows: items.length, given, linked, placed: steps.placed, ...inner, links: links.size === 0 ? [] : [...links].map(([relation, l]) => ({ relation, by: l.by, slot: w.values.push(l.rows) - 1 })) },
  }
}

// What closes over a row stands apart from the loops over all of them, which would make room for it at every turn.
const give = (given: Map<string, number>, row: Row, name: string, value: Value): void => { row[name] = value; given.set(name, (given.get(name) ?? 0) + 1) }
const giving = (given: Map<string, number>, row: Row) => (name: string, value: Value): void => give(given, row, name, value)
const linking = (into: Into, row: Row) => (relation: RelationModel, by: Finding): void => { into.linked.set(relation.name, by.by); row[relation.name] = rowOf(by) }

function deeper(w: Writing, entity: EntityModel, map: ReadonlyMap<string, Item[]>, depth: number): readonly NestedForm[] {
  if (map.size === 0) return []
  return [...map].map(([name, children]) => {
    const relation = relationOf(entity, name)
    return { relation: name, of: readLevel(w, entityOf(w.model, relation.target), children, relation.owner ? null : { relation, tied: false }, null, depth + 1, null).form }
  })
}

/** The rows that do not say which row a reference names, where others do. */
function unconnected(w: Writing, items: readonly Item[], rows: readonly Row[], f: FieldModel): void {
  const reference = f.reference ?? ''
  items.forEach((it, i) => {
    if (!isConnect(it.body[reference]) && rows[i]?.[f.name] === undefined) w.mistakes.push({ at: [...it.at, reference], detail: 'is required where other rows of the request connect it' })
  })
}

/** The rows that leave out what they must say. */
function left(w: Writing, items: readonly Item[], rows: readonly Row[], f: FieldModel): void {
  const name = f.name.split('.')[0] ?? f.name
  items.forEach((it, i) => { if (rows[i]?.[f.name] === undefined && !w.mistakes.some(m => m.at.length === it.at.length + 1 && m.at.at(-1) === name && same(m.at.slice(0, -1), it.at))) w.mistakes.push({ at: [...it.at, name], detail: 'is required' }) })
}

const nestingNothing = (): Into => ({ linked: new Map(), before: new Map(), after: new Map(), links: new Map() })
const alone = nestingNothing()
const without = noSteps()
const same = (a: At, b: At) => a.length === b.length && a.every((x, i) => x === b[i])
const isConnect = (x: unknown) => isObject(x) && ('connect' in x || 'create' in x)
