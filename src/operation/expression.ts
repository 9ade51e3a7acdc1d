// Arithmetic over the fields of one row, and what is made of many rows' values: the meaning of computed fields. Stores are tested against it.
import { Decimal as Rounding } from 'decimal.js'
import { compare, type Readable } from './evaluate.ts'
import type { Constant, Field } from './predicate.ts'
import { absurd, type Scalar, type Value } from './value.ts'

/** A thousand digits times a thousand digits, and room for sums: nothing is rounded. */
const Decimal = Rounding.clone({ precision: 4000, toExpPos: 9e15, toExpNeg: -9e15 })

/** A number of a row: exact (bigint, decimal) or floating (number), as `as` says. Null where any operand is. */
export type Expression = Field | Constant | { readonly kind: 'plus' | 'minus' | 'times'; readonly as: Scalar; readonly left: Expression; readonly right: Expression }

/** What is made of a value of each part. Of none, a sum and a count are zero, a minimum and a maximum null; nulls do not count. */
export type Total = 'sum' | 'count' | 'min' | 'max'

/** The value of an expression for a row. */
export function reckon(e: Expression, row: Readable): Value {
  switch (e.kind) {
    case 'field': return row.value(e.name)
    case 'value': return e.value
    case 'plus': case 'minus': case 'times': {
      const left = reckon(e.left, row), right = reckon(e.right, row)
      if (left === null || right === null) return null
      if (e.as === 'number') return { plus: Number(left) + Number(right), minus: Number(left) - Number(right), times: Number(left) * Number(right) }[e.kind]
      return new Decimal(String(left))[e.kind](String(right)).toFixed()
    }
    default: return absurd(e)
  }
}

/** The total of the rows' values, in the canonical form of `as`. `of` is null for `count` alone. */
export function total(fn: Total, of: Expression | null, as: Scalar, rows: readonly Readable[]): Value {
  if (fn === 'count' || of === null) return rows.length
  const values = rows.map(row => reckon(of, row)).filter(v => v !== null)
  switch (fn) {
    case 'sum':
      if (as === 'number') return values.reduce<number>((sum, v) => sum + Number(v), 0)
      return values.reduce<Rounding>((sum, v) => sum.plus(String(v)), new Decimal(0)).toFixed()
    case 'min': case 'max': {
      const sign = fn === 'min' ? 1 : -1
      return values.reduce<Value>((best, v) => (best === null || (compare(as, v, best) ?? 0) * sign < 0 ? v : best), null)
    }
    default: return absurd(fn)
  }
}
