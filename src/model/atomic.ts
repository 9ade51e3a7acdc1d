// A value changed by what is there: numbers added to, lists made longer or shorter.
import { Decimal } from 'decimal.js'
import { absurd, compare, type Atomic, type Value } from '../operation/index.ts'
import type { FieldModel } from './model.ts'

const Exact = Decimal.clone({ precision: 4000, toExpPos: 9e15, toExpNeg: -9e15 })

/** Null where there is nothing to add to, or the sum is out of the range of its column. */
export function changedBy(field: FieldModel, by: Atomic, old: Value, given: Value): Value {
  switch (by) {
    case 'add': return old === null || given === null ? null : sum(field, old, given)
    case 'append': return [...list(old), ...list(given)]
    case 'remove': return old === null ? null : list(old).filter(x => !list(given).some(y => compare(field.scalar, x, y) === 0))
    default: return absurd(by)
  }
}

function sum(field: FieldModel, old: Value, given: Value): Value {
  switch (field.scalar) {
    case 'integer': {
      const n = Number(old) + Number(given)
      return n >= -2147483648 && n <= 2147483647 ? n : null
    }
    case 'number': {
      const n = Number(old) + Number(given)
      return Number.isFinite(n) ? n : null
    }
    case 'bigint': {
      const n = BigInt(String(old)) + BigInt(String(given))
      return BigInt.asIntN(64, n) === n ? String(n) : null
    }
    case 'decimal': {
      const n = new Exact(String(old)).plus(String(given)), { precision, scale = 0 } = field.bounds
      if (precision !== undefined && n.abs().gte(new Exact(10).pow(precision - scale))) return null
      // As many decimals as the longer of the two, as PostgreSQL's numeric has it.
      return n.toFixed(Math.max(decimals(String(old)), decimals(String(given))))
    }
    default: throw new Error(`${field.name} is no number`)
  }
}

const decimals = (text: string): number => (text.includes('.') ? text.length - text.indexOf('.') - 1 : 0)
const list = (v: Value): readonly Value[] => (Array.isArray(v) ? (v as readonly Value[]) : [])
