// Operands of comparisons: columns and values, cast to what they are compared as.
import { fieldOf, type FieldModel } from '../../../model/index.ts'
import { absurd, type Field, type Operand, type Scalar, type Value } from '../../../operation/index.ts'
import { sql, type Sql } from '../../sql/index.ts'
import { comparable, sameType } from './column.ts'
import type { Context, Scope } from './context.ts'
import { typeOf } from './notation.ts'

export function scopeOf(f: Field, scopes: readonly Scope[]): Scope {
  const found = scopes[f.scope]
  if (!found) throw new Error(`no row at scope ${f.scope} for ${f.name}`)
  return found
}
export const modelOf = (f: Field, scopes: readonly Scope[]): FieldModel => fieldOf(scopeOf(f, scopes).entity, f.name)

/** Types PostgreSQL compares across without a cast, so that the column's index is still of use. */
const across: Partial<Record<Scalar, readonly Scalar[]>> = { integer: ['bigint', 'decimal', 'number'], bigint: ['decimal', 'number'] }

/** An operand as SQL of type `as`. */
export function operand(o: Operand, as: Scalar, scopes: readonly Scope[], ctx: Context): Sql {
  switch (o.kind) {
    case 'field': {
      const column = scopeOf(o, scopes).column(o.name), { scalar } = modelOf(o, scopes)
      return scalar === as || across[scalar]?.includes(as) ? column : sql`${column}::${typeOf(as)}`
    }
    case 'parameter': return ctx.parameters.slot(o.slot, as)
    case 'value': return ctx.parameters.constant(o.value, as)
    case 'now': return as === 'date' || as === 'time' ? sql`(now() at time zone 'UTC')::${typeOf(as)}` : sql`now()`
    case 'claim': throw new Error(`claim ${o.claim} reached a store`)
    default: return absurd(o)
  }
}

/** Both sides of a comparison in the type of a column, where it is compared in its own. Null: as their scalar. */
export function rawSides(left: Operand, right: Operand, as: Scalar, equal: boolean, scopes: readonly Scope[], ctx: Context): readonly [Sql, Sql] | null {
  const of = left.kind === 'field' ? modelOf(left, scopes) : null, by = right.kind === 'field' ? modelOf(right, scopes) : null
  const raw = (f: Field): Sql => scopeOf(f, scopes).raw(f.name)
  if (of && by) return left.kind === 'field' && right.kind === 'field' && comparable(of, equal) && sameType(of, by) ? [raw(left), raw(right)] : null
  const field = of ?? by, way = field && field.scalar === as ? comparable(field, equal) : null
  if (!way) return null
  const side = (o: Operand): Sql => (o.kind === 'field' ? raw(o) : way.cast ? sql`${operand(o, as, scopes, ctx)}::${way.cast}` : operand(o, as, scopes, ctx))
  return [side(left), side(right)]
}

/** A list to look into, without nulls: null is in no list. */
export function listOperand(o: Operand, as: Scalar, ctx: Context): Sql {
  const dense = (v: Value): Value => (Array.isArray(v) ? v.filter((x: Value) => x !== null) : v)
  switch (o.kind) {
    case 'parameter': return ctx.parameters.derived(o.slot, 'dense', as, true, dense)
    case 'value': return ctx.parameters.constant(dense(o.value), as, true)
    default: throw new Error(`a list cannot be a ${o.kind}`)
  }
}

/** Whether an operand may be null. A slot may: nothing in its type says otherwise. */
export function mayBeNull(o: Operand, scopes: readonly Scope[]): boolean {
  switch (o.kind) {
    case 'field': return scopeOf(o, scopes).nullable === true || modelOf(o, scopes).optional
    case 'value': return o.value === null
    case 'now': return false
    default: return true
  }
}
