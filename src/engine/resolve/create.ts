// Creates: a body → rows, level by level. Mistakes are collected, not thrown: 404, 403 and 412 come before them.
import { suggest, type At } from '../../failure/index.ts'
import { entityOf, find, isTenantReference, relationOf, type EntityModel, type FieldModel, type RelationModel } from '../../model/index.ts'
import { always, parameter, type Assignment, type Create, type Link, type Nested, type Value } from '../../operation/index.ts'
import { counted, fallbackOf, isObject, kept, referencesOf, writeComposite, writeField, type Item, type Row, type Writing } from './body.ts'
import { namesOf } from './filter.ts'
import { rowOf } from './find.ts'
import { writeRelation } from './nested.ts'
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
/** What rows are nested in. `tied`: the row is there by then, and the engine puts its key in. */
interface Parent { readonly relation: RelationModel; readonly tied: boolean }

/** `key`: what `PUT` creates; its parts are canonical. `relate`: what the relations of the one row become, if not part of the same mutation. */
export function createLevel(w: Writing, entity: EntityModel, items: readonly Item[], parent: Parent | null, key: readonly Value[] | null, depth: number, relate: Relate | null): Level {
  counted(w, items[0]?.at ?? [], items.length)
  if (depth > w.limits.depth) throw mistaken([{ at: items[0]?.at ?? [], detail: `a body may be ${w.limits.depth} relations deep` }])
  const rows: Row[] = items.map(i => (i.parent === null ? {} : { '#': i.parent }))
  const slot = w.values.push(rows) - 1
  const given = new Map<string, number>()
  const give = (row: Row, name: string, value: Value) => { row[name] = value; given.set(name, (given.get(name) ?? 0) + 1) }
  const linked = new Map<string, readonly string[]>()
  const before = new Map<string, Item[]>(), after = new Map<string, Item[]>()
  const links = new Map<string, { by: readonly string[]; rows: Row[] }>()
  const parentKeys = parent === null || parent.relation.through ? [] : parent.relation.on.map(x => ({ field: x.foreign, from: x.local }))
  const upward = parent !== null && !parent.relation.through ? parent.relation.inverse : null
  const steps = noSteps()
  if (parent?.tied && upward !== null) steps.placed.add(upward)

  items.forEach((it, i) => {
    const row = rows[i]
    if (!row) return
    for (const [name, raw] of Object.entries(it.body)) {
      const at = [...it.at, name]
      if (parentKeys.some(k => k.field === name || k.field.startsWith(`${name}.`)) || name === upward) {
        w.mistakes.push({ at, detail: 'is given by the place in the body: leave it out' })
        continue
      }
      const f = find(entity.fields, name)
      if (f && !(f.hidden && f.kind !== 'secret')) {
        if (raw === undefined) continue
        writeField(w, f, raw, at, f.generated === 'key' ? w.keys : !f.generated || (f.generated === 'identity' && w.keys), v => give(row, name, v))
        continue
      }
      const parts = Object.values(entity.fields).filter(x => x.name.startsWith(`${name}.`))
      if (parts.length) { writeComposite(w, parts, raw, at, (n, v) => give(row, n, v)); continue }
      const relation = find(entity.relations, name)
      if (relation && isTenantReference(entity, relation)) { if (raw !== undefined) w.mistakes.push({ at, detail: kept }); continue }
      if (relation && !relation.hidden) {
        if (raw === undefined) continue
        if (relate) {
          const link = (r: RelationModel, by: Finding) => { linked.set(r.name, by.by); row[r.name] = rowOf(by) }
          relate({ w, entity, change: 'create', depth, steps, give: (n, v) => give(row, n, v), link, body: it.body }, relation, raw, at)
        } else writeRelation(w, entity, relation, raw, at, i, row, { linked, before, after, links }, it.body)
        continue
      }
      const hint = name === 'connect' && parent?.relation.through ? ' To connect rows that exist, write { "connect": [ … ] } instead of the list.' : suggest(name, namesOf(entity))
      w.mistakes.push({ at, detail: find(entity.derived ?? {}, name) ? kept : `'${name}' does not exist on ${entity.title}.${hint}` })
    }
    if (key) entity.key.forEach((name, k) => give(row, name, key[k] ?? null))
    else {
      for (const name of entity.key) if (entity.fields[name]?.generated === 'key' && row[name] === undefined) give(row, name, uuidv7())
    }
  })

  const viaLink = (f: FieldModel) => f.reference !== null && (linked.has(f.reference) || before.has(f.reference))
  const set = Object.values(entity.fields).flatMap((f): Assignment[] => {
    const parentKey = parentKeys.find(k => k.field === f.name)
    if (parentKey) return [{ field: f.name, from: parent?.tied ? { kind: 'given', otherwise: null } : { kind: 'parent', field: parentKey.from } }]
    if (f.generated === 'column') return []
    const count = given.get(f.name) ?? 0
    if (viaLink(f) && f.reference) {
      const reference = f.reference
      const foreign = relationOf(entity, reference).on.find(x => x.local === f.name)?.foreign ?? ''
      // Rows may name the target by its key, by other fields, or make it; a default is not looked up beside them.
      if (f.default || !f.optional) {
        items.forEach((it, i) => {
          if (!isConnect(it.body[reference]) && rows[i]?.[f.name] === undefined) w.mistakes.push({ at: [...it.at, reference], detail: 'is required where other rows of the request connect it' })
        })
      }
      return [{ field: f.name, from: { kind: 'linked', relation: reference, field: foreign } }]
    }
    const fallback = fallbackOf(f)
    if (fallback === null && count < items.length) {
      const name = f.name.split('.')[0] ?? f.name
      items.forEach((it, i) => { if (rows[i]?.[f.name] === undefined && !w.mistakes.some(m => m.at.length === it.at.length + 1 && m.at.at(-1) === name && same(m.at.slice(0, -1), it.at))) w.mistakes.push({ at: [...it.at, name], detail: 'is required' }) })
    }
    if (count === 0) return fallback === null ? [] : [{ field: f.name, from: fallback }]
    return [{ field: f.name, from: { kind: 'given', otherwise: count < items.length ? fallback : null } }]
  })

  const deeper = (map: ReadonlyMap<string, Item[]>): { nested: Nested[]; names: string[] } => {
    const names: string[] = []
    const nested = [...map].map(([name, children]): Nested => {
      const relation = relationOf(entity, name)
      const level = createLevel(w, entityOf(w.model, relation.target), children, relation.owner ? null : { relation, tied: false }, null, depth + 1, null)
      names.push(name, ...level.nested.map(n => `${name}.${n}`))
      return { relation: name, create: level.create }
    })
    return { nested, names }
  }
  const b = deeper(before), a = deeper(after)
  const linkList = [...links].map(([relation, l]): Link => ({ relation, by: l.by, where: always, rows: parameter(w.values.push(l.rows) - 1) }))
  return {
    rows, targets: steps.targets, deeds: steps.deeds,
    nested: [...b.names, ...a.names, ...links.keys(), ...linked.keys(), ...steps.nested],
    create: {
      kind: 'create', entity: entity.name, rows: parameter(slot), set, check: always, whole: null, before: b.nested, after: a.nested, links: linkList, returning: null,
      references: referencesOf(entity, set, linked, steps.placed),
    },
  }
}

const same = (a: At, b: At) => a.length === b.length && a.every((x, i) => x === b[i])
const isConnect = (x: unknown) => isObject(x) && ('connect' in x || 'create' in x)
