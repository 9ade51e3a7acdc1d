// What the statement of a write answers for each row: its key, version, whole, and, where it may, the finished body.
import { entityOf, fieldOf, relationOf, type EntityModel, type Model } from '../../../model/index.ts'
import type { EntityName, FieldName, Predicate, Returning, Rows, Selection, Whole } from '../../../operation/index.ts'
import { allOf, empty, ident, join, literal, sql, type Sql } from '../../sql/index.ts'
import { readable } from '../compile/column.ts'
import { asObject, json } from '../compile/json.ts'
import { predicate, selected, type Context, type Scope } from '../compile/index.ts'

/** Canonical values of fields as one JSON array; the columns under the alias of a CTE or table. */
export function jsonKey(entity: EntityModel, fields: readonly FieldName[], alias: Sql, named = (name: FieldName): string => fieldOf(entity, name).column): Sql {
  const values = fields.map(name => {
    const field = fieldOf(entity, name)
    return json(readable(field, sql`${alias}.${ident(named(name))}`), field.scalar, field.list)
  })
  return sql`json_build_array(${join(values)})`
}
/** The key of a row, as text. */
export const keyOf = (entity: EntityModel, alias: Sql): Sql => sql`${jsonKey(entity, entity.key, alias)}::text`

/** What `returning` must bring for `versionOf`: every column, and `xmin` where no field counts the changes. */
export const allColumns = (entity: EntityModel, alias: Sql): Sql => (entity.version === null ? sql`${alias}.*, ${alias}.xmin::text as "#xmin"` : sql`${alias}.*`)
/** The same of rows that were just written: a partitioned table does not say their `xmin`, which is this transaction. */
export const writtenColumns = (entity: EntityModel, alias: Sql): Sql =>
  entity.version === null && entity.table.partitioned ? sql`${alias}.*, pg_current_xact_id()::xid::text as "#xmin"` : allColumns(entity, alias)
export const versionOf = (entity: EntityModel, alias: Sql): Sql =>
  entity.version === null ? sql`${alias}."#xmin"` : sql`${alias}.${ident(fieldOf(entity, entity.version).column)}::text`

/** The keys of the wholes that a part belongs to (two where it moves), or null. */
export const wholesOf = (entity: EntityModel, whole: Whole | null, alias: Sql, before: readonly Sql[] = []): Sql =>
  whole === null ? sql`null::text` : sql`json_build_array(${join([jsonKey(entity, wholeFields(entity, whole), alias), ...before])})::text`
/** The fields of a part that name its whole. */
export const wholeFields = (entity: EntityModel, whole: Whole): readonly FieldName[] => relationOf(entity, whole.relation).on.map(pair => pair.local)

/** The columns `body` and `cut` of an answer, and what must be joined for them. `cut`: a JSON array of paths, null for those not cut. */
export interface Body { readonly columns: readonly Sql[]; readonly joins: Sql }

/** The finished body of a row, null where there is none (`present`) or the caller may not read it. */
export function bodyOf(returning: Returning | null, row: Scope, present: Sql, ctx: Context): Body {
  if (returning === null) return { columns: [sql`null::text`, sql`null::text`], joins: empty }
  const gate = returning.where.kind === 'always' ? present : allOf([present, predicate(returning.where, [row], ctx)])
  const made = selected(returning.select, row, '', returning.select.related.length > 0 ? gate : null, ctx)
  const cut = made.cuts.map(c => sql`case when ${c.flag} then ${literal(c.path)} end`)
  return {
    columns: [sql`case when ${gate} then ${asObject(made.value)} end`, cut.length === 0 ? sql`null::text` : sql`json_build_array(${join(cut)})::text`],
    joins: join(made.joins, empty),
  }
}

/** The entities whose tables an answer reads, beside the row it is about. `near`: relations of that row whose rows are at hand. */
export function readBy(returning: Returning, entity: EntityName, model: Model, near: ReadonlySet<string> = new Set()): ReadonlySet<EntityName> {
  return reading(model, ({ predicates, selection }) => {
    predicates(returning.where, entity)
    selection(returning.select, entity, near)
  })
}

/** The entities whose tables predicates on rows of an entity read. */
export const askedBy = (of: readonly Predicate[], entity: EntityName, model: Model): ReadonlySet<EntityName> =>
  reading(model, ({ predicates }) => { for (const p of of) predicates(p, entity) })

interface Reads { readonly predicates: (p: Predicate, at: EntityName) => void; readonly selection: (s: Selection, at: EntityName, near?: ReadonlySet<string>) => void }
function reading(model: Model, ask: (reads: Reads) => void): ReadonlySet<EntityName> {
  const seen = new Set<EntityName>()
  const predicates = (p: Predicate, at: EntityName): void => {
    switch (p.kind) {
      case 'and': case 'or': for (const x of p.of) predicates(x, at); return
      case 'not': predicates(p.of, at); return
      case 'some': predicates(p.where, over(p.relation, at)); return
      default: return
    }
  }
  const over = (relation: string, at: EntityName): EntityName => {
    const { target, through } = relationOf(entityOf(model, at), relation)
    seen.add(target)
    if (through) seen.add(through.entity)
    return target
  }
  const selection = (s: Selection, at: EntityName, near?: ReadonlySet<string>): void => {
    for (const f of s.fields) predicates(f.shown, at)
    for (const p of s.probes) predicates(p.of, at)
    for (const x of s.counted ?? []) predicates(x.where, over(x.relation, at))
    for (const r of s.related) rows(r.rows, near?.has(r.relation) ? relationOf(entityOf(model, at), r.relation).target : over(r.relation, at))
    for (const c of s.constants ?? []) if (c.with) predicates(c.with.shown, at)
    for (const t of s.tokens ?? []) for (const f of t.of) predicates(f.shown, at)
    for (const part of s.parts ?? []) selection(part, at, near)
  }
  const rows = (r: Rows, at: EntityName): void => {
    predicates(r.where, at)
    for (const o of r.order) {
      let end = at
      for (const hop of o.by.via) { end = over(hop.relation, end); predicates(hop.where, end) }
      predicates(o.by.shown, end)
    }
    selection(r.select, at)
  }
  ask({ predicates, selection })
  return seen
}
