// The rows of one level of a write as they enter a statement: one JSON parameter, whatever their number, read as a set of typed columns.
import type { EntityModel, FieldModel } from '../../../model/index.ts'
import type { Parameter, Scalar, Value } from '../../../operation/index.ts'
import { declared, integer, join, literal, sql, type Parameters, type Sql } from '../../sql/index.ts'
import { typeOf } from '../compile/notation.ts'

/** A row as the operation's values have it, with what the execution adds: keys of other levels under `parentKeys` and `madeKeys(relation)`. */
export type Given = Readonly<Record<string, Value>>
/** The key of the parent row, once known. */
export const parentKeys = '^'
/** The key of the row that a nested create of this relation made. */
export const madeKeys = (relation: string): string => `^${relation}`

export { collation, columnType } from '../compile/column.ts'

export interface Intake {
  /** A column of the set, `g.c3`, and how its values come out of a row. Asked for twice under one name it stands once. */
  column(name: string, type: Sql, of: (row: Given) => Value): Sql
  /** `from …` as `g`, with `g.ordinality` counting the rows from 1. Ask when all columns are known. */
  from(parameters: Parameters, rows: Parameter): Sql
}

/**
 * Always true, and rare to the planner. It takes rows out of JSON for a hundred, and to check the references of a hundred rows it reads the whole of a table of
 * 20,000 (2 ms, for the one row that is mostly written); so it is told of one, and looks up by index, which for hundreds of rows is no worse.
 */
const few = sql`r.ordinality * 0 = 0`

export function intake(): Intake {
  const columns = new Map<string, { readonly name: Sql; readonly short: string; readonly type: Sql; readonly of: (row: Given) => Value }>()
  return {
    column(name, type, of) {
      const found = columns.get(name)
      if (found) return found.name
      const place = integer(columns.size), made = { name: sql`g.c${place}`, short: `c${columns.size}`, type, of }
      columns.set(name, made)
      return made.name
    },
    from(parameters, rows) {
      const all = [...columns.values()]
      const encoded = parameters.derived(rows.slot, `rows ${all.map(c => c.short).join()}`, 'json', false, value => objects(value).map(row => {
        const columns: { [name: string]: Value } = {}
        for (const c of all) columns[c.short] = c.of(row)
        return columns
      }))
      const rowsOf = all.length === 0 ? sql`jsonb_array_elements(${encoded}) with ordinality as r(c, ordinality)`
        : sql`rows from (jsonb_to_recordset(${encoded}) as (${join(all.map((c, i) => sql`c${integer(i)} ${c.type}`))})) with ordinality as r`
      return sql`(select * from ${rowsOf} where ${few}) as g`
    },
  }
}

/** The rows of a slot: a list of objects, or one object. */
export const objects = (value: Value): readonly Given[] =>
  (isList(value) ? value : [value]).map(row => (typeof row === 'object' && row !== null && !isList(row) ? row : {}))
const isList = (value: Value): value is readonly Value[] => Array.isArray(value)

/** A canonical value as `jsonb_to_recordset` takes it; only bytes are written differently. */
export function inJson(value: Value, scalar: Scalar): Value {
  if (scalar !== 'bytes' || value === null) return value
  if (isList(value)) return value.map(v => inJson(v, scalar))
  if (typeof value !== 'string') throw new Error('bytes were expected')
  return `\\x${Buffer.from(value, 'base64url').toString('hex')}`
}

/** The next value of an identity column, drawn where the row is made up, so that its key is known there. */
export function nextOf(entity: EntityModel, field: FieldModel): Sql {
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
  const table = (entity.table.schema === null ? '' : `${quoted(entity.table.schema)}.`) + quoted(entity.table.name)
  return sql`nextval(pg_get_serial_sequence(${literal(table)}, ${literal(field.column)}))::${typeOf(field.scalar)}`
}

/** What the database makes of a field that nobody gave: the next number, or the expression of its default. */
export const madeByDatabase = (entity: EntityModel, field: FieldModel): Sql =>
  field.generated === null && field.default?.kind === 'expression' ? sql`(${declared(field.default.expression)})` : nextOf(entity, field)

/** Keys counted up `generated always` take those drawn here only so. */
export const overriding = (entity: EntityModel): Sql => (Object.values(entity.fields).some(f => f.generated === 'identity') ? sql` overriding system value` : sql``)
