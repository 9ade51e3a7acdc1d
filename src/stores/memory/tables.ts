// Rows in memory, and what predicates see of them. Rows are never changed in place, so a copy of the lists is a snapshot.
import { compare, type EntityName, type Readable, type RelationName, type Value } from '../../operation/index.ts'
import { entityOf, fieldOf, relationOf, type EntityModel, type Model } from '../../model/index.ts'

/** One stored row: every field of its entity, by name. `serial` stands for PostgreSQL's `xmin` where the entity has no version. */
export interface Stored { readonly values: Readonly<Record<string, Value>>; readonly serial: number }
export type Tables = Map<EntityName, readonly Stored[]>

export const copyOf = (tables: Tables): Tables => new Map(tables)
export const rowsOf = (tables: Tables, entity: EntityName): readonly Stored[] => tables.get(entity) ?? []

/** A row as predicates see it, with the rows around it looked up when asked for. */
export interface Seeable extends Readable { readonly entity: EntityModel; readonly row: Stored; related(relation: RelationName): readonly Seeable[] }

/** `row` need not be stored: a proposed row sees the stored rows its fields point at. */
export function seeable(model: Model, tables: Tables, entity: EntityModel, row: Stored): Seeable {
  return {
    entity, row,
    value(name) {
      fieldOf(entity, name)
      return row.values[name] ?? null
    },
    related: relation => relatedRows(model, tables, entity, row, relation),
  }
}

function relatedRows(model: Model, tables: Tables, entity: EntityModel, row: Stored, name: RelationName): readonly Seeable[] {
  const relation = relationOf(entity, name)
  const target = entityOf(model, relation.target)
  if (!relation.through) return matching(model, tables, target, relation.on.map(p => ({ field: p.foreign, value: row.values[p.local] ?? null })))
  const link = entityOf(model, relation.through.entity)
  const far = relation.through.far
  const links = matching(model, tables, link, relation.on.map(p => ({ field: p.foreign, value: row.values[p.local] ?? null })))
  const found = links.flatMap(l => l.related(far))
  return found.filter((x, i) => found.findIndex(y => y.row === x.row) === i)
}

/** The rows of `entity` whose fields equal these values; null equals nothing. */
export function matching(model: Model, tables: Tables, entity: EntityModel, by: readonly { readonly field: string; readonly value: Value }[]): readonly Seeable[] {
  const tests = by.map(b => ({ ...b, as: fieldOf(entity, b.field).scalar }))
  if (tests.some(t => t.value === null)) return []
  return rowsOf(tables, entity.name)
    .filter(r => tests.every(t => compare(t.as, r.values[t.field] ?? null, t.value) === 0))
    .map(r => seeable(model, tables, entity, r))
}

export const keyOf = (entity: EntityModel, row: Stored): readonly Value[] => entity.key.map(k => row.values[k] ?? null)

/** The row's version as text. */
export const versionOf = (entity: EntityModel, row: Stored): string => String(entity.version === null ? row.serial : row.values[entity.version])
