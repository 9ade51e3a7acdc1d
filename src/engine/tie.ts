// How rows hang together: by the fields of a reference, or by rows of a link entity.
import { entityOf, relationOf, type EntityModel, type Model, type RelationModel } from '../model/index.ts'
import { always, and, field, parameter, type Assignment, type Create, type Delete, type Predicate, type Value } from '../operation/index.ts'
import { keyIs, type Key } from './key.ts'
import { fallbackOf, uuidv7 } from './resolve/index.ts'

const at = (entity: EntityModel, key: Key, name: string): Value => key[entity.key.indexOf(name)] ?? null

/** What the rows of a relation hold of the row they refer to. */
export const tieValues = (relation: RelationModel, entity: EntityModel, key: Key): { readonly [name: string]: Value } =>
  Object.fromEntries(relation.on.map(pair => [pair.foreign, at(entity, key, pair.local)]))

/** True of the rows of a relation: the key of the row they belong to is in the slots from `first` on. */
export function isMember(model: Model, relation: RelationModel, entity: EntityModel, first: number): Predicate {
  if (relation.through) return { kind: 'some', relation: relation.inverse, where: keyIs(entity, first) }
  const target = entityOf(model, relation.target)
  return and(...relation.on.map((pair): Predicate => ({
    kind: 'compare', op: 'eq', as: target.fields[pair.foreign]?.scalar ?? 'text', left: field(pair.foreign), right: parameter(first + entity.key.indexOf(pair.local)),
  })))
}

interface Parent { readonly entity: EntityModel; readonly key: Key }

/** A row of the link entity, unless it is there: its far end is found by these fields. */
export function linkMutation(model: Model, relation: RelationModel, parent: Parent, by: readonly string[], far: { readonly [name: string]: Value }): { readonly mutation: Create; readonly values: readonly Value[] } {
  if (!relation.through) throw new Error(`${relation.name} links nothing`)
  const link = entityOf(model, relation.through.entity), ends = { near: relationOf(link, relation.through.near), far: relationOf(link, relation.through.far) }
  const row: Record<string, Value> = { [ends.far.name]: far }
  for (const pair of ends.near.on) row[pair.local] = at(parent.entity, parent.key, pair.foreign)
  const set = Object.values(link.fields).flatMap((f): Assignment[] => {
    if (ends.near.on.some(pair => pair.local === f.name)) return [{ field: f.name, from: { kind: 'given', otherwise: null } }]
    const foreign = ends.far.on.find(pair => pair.local === f.name)?.foreign
    if (foreign !== undefined) return [{ field: f.name, from: { kind: 'linked', relation: ends.far.name, field: foreign } }]
    if (f.generated === 'key') { row[f.name] = uuidv7(); return [{ field: f.name, from: { kind: 'given', otherwise: null } }] }
    const fallback = fallbackOf(f)
    return fallback === null ? [] : [{ field: f.name, from: fallback }]
  })
  return {
    mutation: {
      kind: 'create', entity: link.name, rows: parameter(0), set, references: [{ relation: ends.far.name, by, where: always, optional: false }], unless: link.key,
      check: always, whole: null, before: [], after: [], links: [], returning: null,
    },
    values: [[row]],
  }
}

/** The link to the row of this key, taken away. */
export function unlinkMutation(model: Model, relation: RelationModel, parent: Parent, far: Key): { readonly mutation: Delete; readonly values: readonly Value[] } {
  if (!relation.through) throw new Error(`${relation.name} links nothing`)
  const link = entityOf(model, relation.through.entity), target = entityOf(model, relation.target)
  const end = (name: string, entity: EntityModel, first: number): Predicate => and(...relationOf(link, name).on.map((pair): Predicate => ({
    kind: 'compare', op: 'eq', as: link.fields[pair.local]?.scalar ?? 'text', left: field(pair.local), right: parameter(first + entity.key.indexOf(pair.foreign)),
  })))
  const where = and(end(relation.through.near, parent.entity, 0), end(relation.through.far, target, parent.key.length))
  return { mutation: { kind: 'delete', entity: link.name, where, expect: null, whole: null }, values: [...parent.key, ...far] }
}
