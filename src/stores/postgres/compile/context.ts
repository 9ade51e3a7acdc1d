// What the compilation of one statement carries along, and the rows its predicates speak of.
import { type EntityModel, type Model, type RelationModel, entityOf, fieldOf, relationOf } from '../../../model/index.ts'
import type { FieldName, Parameter } from '../../../operation/index.ts'
import { allOf, ident, integer, Parameters, sql, type Sql } from '../../sql/index.ts'
import { readable } from './column.ts'
import { notation } from './notation.ts'

/** What of the server a statement depends on: its major version, and the collation that folds case code point by code point (17 and newer; else ignored). */
export interface Server { readonly version: number; readonly foldCollation: string }

export interface Context {
  readonly model: Model
  readonly server: Server
  readonly parameters: Parameters
  /** Writes: the slot of who writes and why, for the change log. */
  readonly mark?: Parameter
  /** A name for a table of this statement that no other has: `t3`. */
  readonly alias: () => Sql
  /** Where the rows at the far end of these relations are, if not in their table: a statement does not see there what it writes. */
  readonly instead?: ReadonlyMap<RelationModel, Elsewhere>
  /** The same for another statement. */
  readonly again: () => Context
}

/** Rows of a CTE; `few`: there are no more than a page of an answer takes. */
export interface Elsewhere { readonly from: Sql; readonly few: boolean }

export function context(model: Model, server: Server, mark?: Parameter): Context {
  let n = 0
  return { model, server, parameters: new Parameters(notation), ...(mark ? { mark } : {}), alias: () => sql`t${integer(n++)}`, again: () => context(model, server, mark) }
}

/** A row that predicates speak of: of a table, or a proposed one under the alias of a CTE. */
export interface Scope {
  readonly entity: EntityModel
  /** The field's column. Text must carry its collation (a table's column does; of a CTE made from JSON say `… collate "C"`). */
  readonly column: (field: FieldName) => Sql
  /** The column in its own type, for what joins and looks up: of another type than the field's kind, it is read otherwise (`column`). */
  readonly raw: (field: FieldName) => Sql
  /** Required fields may be null all the same: a proposed row, the far side of a left join. */
  readonly nullable?: boolean
  /** A stored row: it can be found again by its key. Not so for a proposed row. */
  readonly stored?: boolean
  /** There are no more such rows than a page takes. */
  readonly few?: boolean
  /** In no table yet: no foreign key has seen to it that what it refers to is there. */
  readonly proposed?: boolean
}

export const tableOf = (entity: EntityModel): Sql => (entity.table.schema === null ? ident(entity.table.name) : ident(entity.table.schema, entity.table.name))

/** The row of an entity's table under an alias. */
export function stored(entity: EntityModel, alias: Sql): Scope {
  const raw = (name: FieldName): Sql => sql`${alias}.${ident(fieldOf(entity, name).column)}`
  return { entity, stored: true, column: name => readable(fieldOf(entity, name), raw(name)), raw }
}

/** The other end of a relation: the tables to read, what ties them to the row at this end, and the row there. */
export interface Reach { readonly from: Sql; readonly alias: Sql; readonly on: readonly Sql[]; readonly scope: Scope
  /** The columns at the other end (of the link, where there is one) that hold this row's `on` fields, in their order. */
  readonly back: readonly Sql[] }

export function reach(relation: RelationModel, from: Scope, ctx: Context): Reach {
  const target = entityOf(ctx.model, relation.target)
  if (!relation.through) {
    const alias = ctx.alias(), elsewhere = ctx.instead?.get(relation), scope = elsewhere ? { ...stored(target, alias), stored: false, few: elsewhere.few } : stored(target, alias)
    const back = relation.on.map(pair => scope.raw(pair.foreign))
    return { from: sql`${elsewhere?.from ?? tableOf(target)} ${alias}`, alias, on: tie(relation, from, back), scope, back }
  }
  const link = entityOf(ctx.model, relation.through.entity)
  const between = ctx.alias(), linked = stored(link, between)
  const alias = ctx.alias(), scope = stored(target, alias)
  const far = relationOf(link, relation.through.far)
  const back = relation.on.map(pair => linked.raw(pair.foreign))
  const joined = allOf(far.on.map(pair => sql`${scope.raw(pair.foreign)} = ${linked.raw(pair.local)}`))
  return { from: sql`${tableOf(link)} ${between} join ${tableOf(target)} ${alias} on ${joined}`, alias, on: tie(relation, from, back), scope, back }
}

const tie = (relation: RelationModel, from: Scope, back: readonly Sql[]): Sql[] =>
  back.map((column, i) => {
    const pair = relation.on[i]
    if (!pair) throw new Error(`relation ${relation.name} has no field for its column ${i}`)
    return sql`${column} = ${from.raw(pair.local)}`
  })
