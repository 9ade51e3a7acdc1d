// Totals over the parts of a row, for the statement that keeps its computed fields up.
import { fieldOf, relationOf, type Computed, type FieldModel } from '../../../model/index.ts'
import { absurd, type Expression, type Scalar } from '../../../operation/index.ts'
import { sql, type Sql } from '../../sql/index.ts'
import { reach, type Context, type Scope } from './context.ts'
import { typeOf } from './notation.ts'
import { conditions } from './predicate.ts'

/** The value of a computed field of `row`, as a subselect over its parts as they are stored by now. */
export function totalOf(computed: Computed, field: FieldModel, row: Scope, ctx: Context): Sql {
  const there = reach(relationOf(row.entity, computed.relation), row, ctx)
  const made = aggregated(computed, field.scalar, there.scope, ctx)
  // Decimals of any length have no zeros at their end; arithmetic makes some.
  const value = field.scalar === 'decimal' && field.bounds.scale === undefined && (computed.fn === 'sum' || computed.of?.kind !== 'field') ? sql`trim_scale(${made})` : made
  return sql`(select ${value}::${typeOf(field.scalar)} from ${there.from} where ${conditions(there.on)})`
}

function aggregated({ fn, of }: Computed, as: Scalar, part: Scope, ctx: Context): Sql {
  if (fn === 'count' || of === null) return sql`count(*)`
  const value = reckoned(of, as, part, ctx)
  switch (fn) {
    case 'sum': return sql`coalesce(sum(${value}), 0)`
    case 'min': return sql`min(${value})`
    case 'max': return sql`max(${value})`
    default: return absurd(fn)
  }
}

/** Whole numbers are reckoned with in 64 bits: two of 32 may come to more. */
function reckoned(e: Expression, as: Scalar, part: Scope, ctx: Context): Sql {
  switch (e.kind) {
    case 'field': {
      const column = part.column(e.name)
      return fieldOf(part.entity, e.name).scalar === as ? column : sql`${column}::${typeOf(as)}`
    }
    case 'value': return sql`${ctx.parameters.constant(e.value, as)}::${typeOf(as)}`
    case 'plus': case 'minus': case 'times': {
      const [left, right] = [e.left, e.right].map(x => reckoned(x, e.as, part, ctx))
      return sql`(${left ?? sql`null`} ${{ plus: sql`+`, minus: sql`-`, times: sql`*` }[e.kind]} ${right ?? sql`null`})`
    }
    default: return absurd(e)
  }
}
