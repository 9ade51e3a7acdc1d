// How PostgreSQL writes our scalars: types, parameters in text format, constants.
import { absurd, type Scalar, type Value } from '../../../operation/index.ts'
import { literal, sql, type Notation, type Sql } from '../../sql/index.ts'

/** The type's name. Text columns say `collate "C"` themselves. */
export function typeOf(scalar: Scalar): Sql {
  switch (scalar) {
    case 'uuid': return sql`uuid`
    case 'text': return sql`text`
    case 'integer': return sql`integer`
    case 'bigint': return sql`bigint`
    case 'number': return sql`double precision`
    case 'decimal': return sql`numeric`
    case 'boolean': return sql`boolean`
    case 'timestamp': return sql`timestamptz`
    case 'date': return sql`date`
    case 'time': return sql`time`
    case 'duration': return sql`interval`
    case 'json': return sql`jsonb`
    case 'bytes': return sql`bytea`
    default: return absurd(scalar)
  }
}

/** A canonical value as PostgreSQL reads it. */
export function encode(value: Value, scalar: Scalar, list: boolean): string | null {
  if (value === null) return null
  if (list) {
    if (!Array.isArray(value)) throw new Error(`a list of ${scalar} was expected`)
    return `{${value.map((v: Value) => {
      const one = encode(v, scalar, false)
      return one === null ? 'NULL' : `"${one.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
    }).join(',')}}`
  }
  if (scalar === 'json') return JSON.stringify(value)
  if (typeof value === 'object') throw new Error(`a ${scalar} was expected`)
  return scalar === 'bytes' ? `\\x${Buffer.from(String(value), 'base64url').toString('hex')}` : String(value)
}

const typed = (of: Sql, scalar: Scalar, list: boolean): Sql => (list ? sql`${of}::${typeOf(scalar)}[]` : sql`${of}::${typeOf(scalar)}`)

export const notation: Notation = {
  typed, encode,
  constant(value, scalar, list) {
    const text = encode(value, scalar, list)
    return typed(text === null ? sql`null` : literal(text), scalar, list)
  },
}
