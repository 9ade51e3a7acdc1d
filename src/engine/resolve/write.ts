// Writes: a body → a mutation with its rows, and every mistake of the body at once. Mistakes are collected, not thrown: 404, 403 and 412 come before them.
import { v7 as uuidv7 } from 'uuid'
import { suggest, type At, type Mistake } from '../../failure/index.ts'
import { entityOf, find, relationOf, type Default, type EntityModel, type FieldModel, type Model, type RelationModel } from '../../model/index.ts'
import {
  absurd, always, parameter, type Assignment, type Create, type Link, type Mutation, type Nested, type Reference, type Source, type Update, type Value,
} from '../../operation/index.ts'
import type { Origin } from '../../wire/index.ts'
import { namesOf } from './filter.ts'
import { mistaken, type Limits } from './place.ts'
import { Misfit, readValue } from './value.ts'

type Row = { [name: string]: Value }

export interface ResolvedWrite<M extends Mutation = Mutation> {
  readonly mutation: M
  /** The values of its slots: rows, level by level. */
  readonly values: Value[]
  readonly mistakes: readonly Mistake[]
  /** Fields that only some roles may set, where the body names them. */
  readonly restricted: readonly { readonly at: At; readonly field: string; readonly by: readonly string[] }[]
  /** Relations the body nested, to be answered with the row. */
  readonly nested: readonly string[]
}

interface Writing {
  readonly model: Model
  readonly origin: Origin
  readonly limits: Limits
  readonly values: Value[]
  readonly mistakes: Mistake[]
  readonly restricted: { at: At; field: string; by: readonly string[] }[]
  /** The system may give keys. */
  readonly keys: boolean
  rows: number
}
interface Item { readonly body: Readonly<Record<string, unknown>>; readonly at: At; readonly parent: number | null }

export interface WriteOptions { readonly model: Model; readonly origin: Origin; readonly limits: Limits; readonly values: readonly Value[]; readonly keys: boolean }

const begin = (o: WriteOptions): Writing => ({ ...o, values: [...o.values], mistakes: [], restricted: [], rows: 0 })
const done = <M extends Mutation>(w: Writing, mutation: M, nested: readonly string[]): ResolvedWrite<M> =>
  ({ mutation, values: w.values, mistakes: w.mistakes, restricted: w.restricted, nested })

/** `key`: what `PUT` creates; its parts are canonical. */
export function resolveCreate(options: WriteOptions, entity: EntityModel, body: unknown, many: boolean, key: readonly Value[] | null): ResolvedWrite<Create> {
  const w = begin(options)
  const bodies: readonly unknown[] = many && Array.isArray(body) ? body : [body]
  if (bodies.length === 0) w.mistakes.push({ at: [], detail: 'is an empty list: there is nothing to create' })
  const items = bodies.flatMap((b, i) => item(w, b, many ? [i] : [], null))
  const level = createLevel(w, entity, items, null, key, 0)
  return done(w, level.create, [...new Set(level.nested)])
}

function item(w: Writing, body: unknown, at: At, parent: number | null): readonly Item[] {
  if (isObject(body)) return [{ body, at, parent }]
  w.mistakes.push({ at, detail: 'must be an object' })
  return []
}

const isObject = (x: unknown): x is Readonly<Record<string, unknown>> =>
  typeof x === 'object' && x !== null && !Array.isArray(x) && [null, Object.prototype].includes(Object.getPrototypeOf(x) as null)

interface Level { readonly create: Create; readonly nested: readonly string[] }

function createLevel(w: Writing, entity: EntityModel, items: readonly Item[], parent: RelationModel | null, key: readonly Value[] | null, depth: number): Level {
  w.rows += items.length
  if (w.rows > w.limits.writes) throw mistaken([{ at: items[0]?.at ?? [], detail: `one request may write ${w.limits.writes} rows` }])
  if (depth > w.limits.depth) throw mistaken([{ at: items[0]?.at ?? [], detail: `a body may be ${w.limits.depth} relations deep` }])
  const rows: Row[] = items.map(i => (i.parent === null ? {} : { '#': i.parent }))
  const slot = w.values.push(rows) - 1
  const given = new Map<string, number>()
  const give = (row: Row, name: string, value: Value) => { row[name] = value; given.set(name, (given.get(name) ?? 0) + 1) }
  const linked = new Map<string, readonly string[]>()
  const before = new Map<string, Item[]>(), after = new Map<string, Item[]>()
  const links = new Map<string, { by: readonly string[]; rows: Row[] }>()
  const parentKeys = parent === null ? [] : parent.through ? [] : parent.on.map(x => ({ field: x.foreign, from: x.local }))

  items.forEach((it, i) => {
    const row = rows[i]
    if (!row) return
    for (const [name, raw] of Object.entries(it.body)) {
      const at = [...it.at, name]
      if (parentKeys.some(k => k.field === name || k.field.startsWith(`${name}.`)) || (parent && !parent.through && relationName(entity, parentKeys[0]?.field) === name)) {
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
      if (relation && !relation.hidden) {
        if (raw === undefined) continue
        writeRelation(w, entity, relation, raw, at, i, row, { linked, before, after, links })
        continue
      }
      w.mistakes.push({ at, detail: `'${name}' does not exist on ${entity.title}.${suggest(name, namesOf(entity))}` })
    }
    if (key) entity.key.forEach((name, k) => give(row, name, key[k] ?? null))
    else {
      for (const name of entity.key) if (entity.fields[name]?.generated === 'key' && row[name] === undefined) give(row, name, uuidv7())
    }
  })

  const viaLink = (f: FieldModel) => f.reference !== null && (linked.has(f.reference) || before.has(f.reference))
  const set = Object.values(entity.fields).flatMap((f): Assignment[] => {
    const parentKey = parentKeys.find(k => k.field === f.name)
    if (parentKey) return [{ field: f.name, from: { kind: 'parent', field: parentKey.from } }]
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
      const level = createLevel(w, entityOf(w.model, relation.target), children, relation.owner ? null : relation, null, depth + 1)
      names.push(name, ...level.nested.map(n => `${name}.${n}`))
      return { relation: name, create: level.create }
    })
    return { nested, names }
  }
  const b = deeper(before), a = deeper(after)
  const linkList = [...links].map(([relation, l]): Link => ({ relation, by: l.by, where: always, rows: parameter(w.values.push(l.rows) - 1) }))
  return {
    nested: [...b.names, ...a.names, ...links.keys(), ...linked.keys()],
    create: {
      kind: 'create', entity: entity.name, rows: parameter(slot), set, check: always, whole: null, before: b.nested, after: a.nested, links: linkList, returning: null,
      references: referencesOf(entity, set, linked),
    },
  }
}

const same = (a: At, b: At) => a.length === b.length && a.every((x, i) => x === b[i])
const relationName = (entity: EntityModel, name: string | undefined): string | null => (name === undefined ? null : entity.fields[name]?.reference ?? null)
const isConnect = (x: unknown) => isObject(x) && ('connect' in x || 'create' in x)

/** Every to-one reference that the assignments set, but for the one to the row this is nested in and those made by the same request. */
function referencesOf(entity: EntityModel, set: readonly Assignment[], linked: ReadonlyMap<string, readonly string[]>): readonly Reference[] {
  return Object.values(entity.relations).filter(r => r.owner).flatMap((r): Reference[] => {
    const by = linked.get(r.name)
    if (by) return [{ relation: r.name, by, where: always, optional: r.optional }]
    const keys = set.filter(s => r.on.some(x => x.local === s.field))
    const named = keys.some(s => s.from.kind === 'given' || s.from.kind === 'claim' || (s.from.kind === 'value' && s.from.value !== null))
    return named ? [{ relation: r.name, by: null, where: always, optional: r.optional }] : []
  })
}

/** What a field is where the row does not say; null: it must say. */
function fallbackOf(f: FieldModel): Source | null {
  switch (f.generated) {
    case 'createdAt': case 'updatedAt': return { kind: 'now' }
    case 'version': return { kind: 'value', value: 1 }
    case 'identity': return { kind: 'generated' }
    case 'key': case null: break
    default: return absurd(f.generated)
  }
  return f.default ? fromDefault(f.default) : f.optional ? { kind: 'value', value: null } : null
}

function fromDefault(d: Default): Source {
  switch (d.kind) {
    case 'value': return { kind: 'value', value: d.value }
    case 'now': return { kind: 'now' }
    case 'claim': return { kind: 'claim', claim: d.claim }
    case 'related': return { kind: 'related', relation: d.relation, field: d.field, where: always }
    default: return absurd(d)
  }
}

function writeField(w: Writing, f: FieldModel, raw: unknown, at: At, settable: boolean, give: (v: Value) => void): void {
  if (!settable) { w.mistakes.push({ at, detail: 'is kept by the server: leave it out' }); return }
  if (f.by) w.restricted.push({ at, field: f.name, by: f.by })
  if (raw === null) {
    if (f.optional) give(null)
    else w.mistakes.push({ at, detail: 'must not be null' })
    return
  }
  try { give(readValue(f, raw, w.origin)) } catch (e) {
    if (!(e instanceof Misfit)) throw e
    w.mistakes.push({ at, detail: e.message })
  }
}

function writeComposite(w: Writing, parts: readonly FieldModel[], raw: unknown, at: At, give: (name: string, v: Value) => void): void {
  if (raw === null && parts.every(p => p.optional)) { for (const p of parts) give(p.name, null); return }
  const names = parts.map(p => p.name.split('.')[1] ?? '')
  if (!isObject(raw)) { w.mistakes.push({ at, detail: `must be an object of ${names.join(', ')}` }); return }
  for (const name of Object.keys(raw)) if (!names.includes(name)) w.mistakes.push({ at: [...at, name], detail: `'${name}' does not exist here.${suggest(name, names)}` })
  parts.forEach((p, i) => {
    const name = names[i] ?? ''
    if (Object.hasOwn(raw, name)) writeField(w, p, raw[name], [...at, name], true, v => give(p.name, v))
    else w.mistakes.push({ at: [...at, name], detail: 'is required' })
  })
}

interface Into {
  readonly linked: Map<string, readonly string[]>
  readonly before: Map<string, Item[]>
  readonly after: Map<string, Item[]>
  readonly links: Map<string, { by: readonly string[]; rows: Row[] }>
}

function writeRelation(w: Writing, entity: EntityModel, relation: RelationModel, raw: unknown, at: At, index: number, row: Row, into: Into): void {
  const target = entityOf(w.model, relation.target)
  if (relation.by && relation.owner) w.restricted.push({ at, field: relation.name, by: relation.by })
  const words = relation.owner || relation.through ? ['connect', 'create'] : ['create']
  const plain = Array.isArray(raw) || !isObject(raw) || !words.some(x => x in raw)
  if (relation.owner && raw === null) {
    w.mistakes.push({ at, detail: `to have none, set ${relation.on[0]?.local.split('.')[0] ?? relation.name} to null` })
    return
  }
  if (relation.owner && plain) { w.mistakes.push({ at, detail: `must be { "connect": { … } } or { "create": { … } }; or set ${relation.on[0]?.local.split('.')[0] ?? ''}` }); return }
  const asked: Readonly<Record<string, unknown>> = plain ? { create: raw } : raw
  for (const word of Object.keys(asked)) if (!words.includes(word)) w.mistakes.push({ at: [...at, word], detail: `'${word}' cannot be done here. There is ${words.join(' and ')}.` })
  if (relation.owner && Object.keys(asked).length > 1) { w.mistakes.push({ at, detail: 'must be one of connect and create' }); return }
  if (Object.hasOwn(asked, 'create')) {
    const create = asked['create'], here = plain ? at : [...at, 'create']
    if (relation.owner || relation.one) {
      const map = relation.owner ? into.before : into.after
      const list = map.get(relation.name) ?? []
      const items = item(w, create, here, relation.owner ? null : index)
      if (relation.owner) row[`#${relation.name}`] = list.length
      map.set(relation.name, [...list, ...items])
    } else {
      const many: readonly unknown[] = Array.isArray(create) ? create : [create]
      const items = many.flatMap((b, i) => item(w, b, Array.isArray(create) ? [...here, i] : here, index))
      if (items.length) into.after.set(relation.name, [...(into.after.get(relation.name) ?? []), ...items])
    }
  }
  if (Object.hasOwn(asked, 'connect')) {
    const connect = asked['connect'], here = [...at, 'connect']
    const many: readonly unknown[] = Array.isArray(connect) && !relation.owner ? connect : [connect]
    many.forEach((one, i) => {
      const place = Array.isArray(connect) && !relation.owner ? [...here, i] : here
      const found = connectBy(w, target, one, place)
      if (!found) return
      if (relation.owner) {
        const known = into.linked.get(relation.name)
        if (known && !sameNames(known, found.by)) { w.mistakes.push({ at: place, detail: 'must be found by the same fields in every row of a request' }); return }
        into.linked.set(relation.name, found.by)
        row[relation.name] = found.row
      } else {
        const known = into.links.get(relation.name) ?? { by: found.by, rows: [] }
        if (!sameNames(known.by, found.by)) { w.mistakes.push({ at: place, detail: 'must be found by the same fields in every row of a request' }); return }
        known.rows.push({ '#': index, ...found.row })
        into.links.set(relation.name, known)
      }
    })
  }
}

const sameNames = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((x, i) => x === b[i])

/** `{ "email": … }`: fields that are unique together. */
function connectBy(w: Writing, target: EntityModel, raw: unknown, at: At): { by: readonly string[]; row: Row } | null {
  const ways = [target.key, ...target.uniques.map(u => u.fields)].filter(way => way.every(n => !target.fields[n]?.hidden))
  const say = () => `must be found by ${ways.map(way => way.join(' and ')).join(', or by ')}`
  if (!isObject(raw)) { w.mistakes.push({ at, detail: say() }); return null }
  const by = ways.find(way => way.length === Object.keys(raw).length && way.every(n => Object.hasOwn(raw, n)))
  if (!by) {
    const unknown = Object.keys(raw).find(n => !find(target.fields, n) || target.fields[n]?.hidden)
    w.mistakes.push({ at: unknown === undefined ? at : [...at, unknown], detail: unknown === undefined ? say() : `'${unknown}' does not exist on ${target.title}.${suggest(unknown, namesOf(target))}` })
    return null
  }
  const row: Row = {}
  for (const name of by) {
    const f = target.fields[name]
    if (!f) continue
    if (raw[name] === null) { w.mistakes.push({ at: [...at, name], detail: 'must not be null' }); return null }
    try { row[name] = readValue(f, raw[name], w.origin) } catch (e) {
      if (!(e instanceof Misfit)) throw e
      w.mistakes.push({ at: [...at, name], detail: e.message })
      return null
    }
  }
  return { by, row }
}

/** `replace`: every field the body leaves out is set to its default or to null. `where`, `expect` and the read-back are the engine's. */
export function resolveUpdate(options: WriteOptions, entity: EntityModel, body: unknown, replace: boolean): ResolvedWrite<Update> & { readonly fixed: Readonly<Record<string, Value>> } {
  const w = begin(options)
  const row: Row = {}, fixed: Row = {}
  const slot = w.values.push(row) - 1
  const linked = new Map<string, readonly string[]>(), given = new Set<string>()
  const immovable = (name: string) => name === entity.whole || find(entity.relations, name)?.fixed === true
  for (const it of item(w, body, [], null)) {
    for (const [name, raw] of Object.entries(it.body)) {
      const at = [name]
      if (raw === undefined) continue
      const fields = find(entity.fields, name) ? [name] : Object.keys(entity.fields).filter(x => x.startsWith(`${name}.`))
      const f = find(entity.fields, name)
      if (fields.length && !(f?.hidden && f.kind !== 'secret')) {
        const never = fields.some(n => { const x = entity.fields[n]; return x && (x.fixed || entity.key.includes(n) || (x.reference !== null && immovable(x.reference))) })
        if (never && !replace) { w.mistakes.push({ at, detail: entity.key.includes(name) ? 'is the key and never changes' : 'never changes after creation' }); continue }
        const give = (n: string, v: Value) => { (never ? fixed : row)[n] = v; if (!never) given.add(n) }
        if (f) writeField(w, f, raw, at, !f.generated || (never && f.generated === 'key'), v => give(name, v))
        else writeComposite(w, fields.flatMap(n => entity.fields[n] ?? []), raw, at, give)
        continue
      }
      const relation = find(entity.relations, name)
      if (relation && !relation.hidden) {
        if (!relation.owner || immovable(name)) { w.mistakes.push({ at, detail: relation.owner ? 'never changes after creation' : 'cannot be written in a change: write its rows at their own address' }); continue }
        const into: Into = { linked, before: new Map(), after: new Map(), links: new Map() }
        writeRelation(w, entity, relation, raw, at, 0, row, into)
        if (into.before.size) w.mistakes.push({ at: [name, 'create'], detail: "'create' cannot be done in a change. There is connect." })
        continue
      }
      w.mistakes.push({ at, detail: `'${name}' does not exist on ${entity.title}.${suggest(name, namesOf(entity))}` })
    }
  }
  const set = Object.values(entity.fields).flatMap((f): Assignment[] => {
    if (f.generated === 'updatedAt') return [{ field: f.name, from: { kind: 'now' } }]
    if (f.generated === 'version') return [{ field: f.name, from: { kind: 'next' } }]
    if (f.reference && linked.has(f.reference)) return [{ field: f.name, from: { kind: 'linked', relation: f.reference, field: relationOf(entity, f.reference).on.find(x => x.local === f.name)?.foreign ?? '' } }]
    if (given.has(f.name)) return [{ field: f.name, from: { kind: 'given', otherwise: null } }]
    const stays = !replace || f.generated || f.fixed || f.hidden || f.by || entity.key.includes(f.name) || (f.reference !== null && immovable(f.reference))
    if (stays) return []
    const fallback = fallbackOf(f)
    if (fallback === null) { if (!w.mistakes.some(m => m.at[0] === f.name)) w.mistakes.push({ at: [f.name.split('.')[0] ?? f.name], detail: 'is required' }); return [] }
    return [{ field: f.name, from: fallback }]
  })
  return {
    ...done<Update>(w, {
      kind: 'update', entity: entity.name, where: always, expect: null, row: parameter(slot), set, references: referencesOf(entity, set, linked), check: always, whole: null, returning: null,
    }, [...linked.keys()]),
    fixed,
  }
}
