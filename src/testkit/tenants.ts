// Of which tenant drawn rows are: references between rows of tenants stay within one, as the database has it.
import type { EntityModel, Model, RelationModel } from '../model/index.ts'
import { inTenant } from '../model/index.ts'
import type { Value } from '../operation/index.ts'
import type { Row, Rows } from './judge.ts'

/** The tenant of a row; null: it is of none, or does not say yet. */
export function tenantOfRow(model: Model, rows: Rows, entity: EntityModel, row: Row): Value {
  if (entity.tenant !== undefined) return row[entity.tenant] ?? null
  for (const r of Object.values(entity.relations)) {
    const target = model.entities[r.target]
    // A part is as its whole is, a link as what it links.
    if (!r.owner || !target || (r.name !== entity.whole && !entity.hidden) || r.on.some(p => (row[p.local] ?? null) === null)) continue
    const found = (rows[target.name] ?? []).find(x => r.on.every(p => x[p.foreign] === row[p.local]))
    const tenant = found ? tenantOfRow(model, rows, target, found) : null
    if (tenant !== null) return tenant
  }
  return null
}

/** References in the order in which they are to be drawn: first what says of which tenant the row is. */
export const tenantFirst = (entity: EntityModel): readonly RelationModel[] =>
  Object.values(entity.relations).filter(r => r.owner).toSorted((a, b) => rank(entity, a) - rank(entity, b))
const rank = (entity: EntityModel, r: RelationModel): number => (r.on.some(p => p.local === entity.tenant) ? 0 : r.name === entity.whole ? 1 : 2)

/** Rows that `row` may refer to. */
export function referable(model: Model, rows: Rows, entity: EntityModel, row: Row, relation: RelationModel): readonly Row[] {
  const target = model.entities[relation.target], all = rows[relation.target] ?? []
  if (!target || !inTenant(model, target)) return all
  const tenant = tenantOfRow(model, rows, entity, row)
  return tenant === null ? all : all.filter(x => tenantOfRow(model, rows, target, x) === tenant)
}
