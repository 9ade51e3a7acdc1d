// A value changed by what is there, of the row's newest version: numbers added to, lists made longer or shorter.
import type { FieldModel } from '../../../model/index.ts'
import { absurd, type Atomic } from '../../../operation/index.ts'
import { integer, sql, type Sql } from '../../sql/index.ts'
import { readable } from '../compile/column.ts'
import { typeOf } from '../compile/notation.ts'

/** Null where there is nothing to add to, or the sum would be out of the range of its column: that is judged, so that the failure names the field. */
export function changedBy(field: FieldModel, by: Atomic, old: Sql, given: Sql): Sql {
  switch (by) {
    case 'add': return sum(field, old, given)
    case 'append': return sql`coalesce(${old}, '{}') || ${given}`
    case 'remove': return sql`case when ${old} is not null then array(select x.v from unnest(${old}) with ordinality x(v, n) where not x.v = any(${given}) order by x.n) end`
    default: return absurd(by)
  }
}

/** What fits a column of whole numbers. */
function bounds({ stored, scalar }: FieldModel): readonly [low: Sql, high: Sql] {
  if (stored === 'smallint' || stored === 'int2') return [sql`-32768`, sql`32767`]
  return scalar === 'integer' || stored === 'integer' ? [sql`-2147483648`, sql`2147483647`] : [sql`-9223372036854775808`, sql`9223372036854775807`]
}

function sum(field: FieldModel, raw: Sql, amount: Sql): Sql {
  const type = typeOf(field.scalar), old = sql`${readable(field, raw)}::${type}`, given = sql`${amount}::${type}`
  const { precision, scale = 0 } = field.bounds
  switch (field.scalar) {
    case 'integer': return within(sql`${old}::bigint + ${given}`, bounds(field))
    case 'bigint': return within(sql`${old}::numeric + ${given}`, bounds(field))
    case 'decimal': return precision === undefined ? sql`${old} + ${given}` : sql`case when abs(${old} + ${given}) < ${power(precision - scale)} then ${old} + ${given} end`
    // Only where both are large can they come to infinity; halves of those cannot, nor do they lose a bit.
    case 'number': return sql`case when abs(${old}) < 1 or abs(${given}) < 1 then ${old} + ${given} when abs(${old} / 2 + ${given} / 2) <= ${field.stored === 'real' || field.stored === 'float4' ? sql`1.7e38` : sql`8.988465674311579e307`}::float8 then ${old} + ${given} end`
    default: throw new Error(`${field.name} is no number`)
  }
}

const within = (of: Sql, [low, high]: readonly [Sql, Sql]): Sql => sql`case when ${of} between ${low} and ${high} then ${of} end`
const power = (digits: number): Sql => sql`10::numeric ^ ${integer(digits)}`
