// Names and constants as SQL text. The only place of this folder where text becomes a quoted name or a literal.
import type { FieldModel } from '../model/index.ts'
import { absurd, type Scalar, type Value } from '../operation/index.ts'

export const quote = (name: string): string => {
  if (name.includes('\0')) throw new Error('a name holds a null byte')
  return `"${name.replaceAll('"', '""')}"`
}
export const qualified = (table: { readonly schema: string; readonly name: string }): string => `${quote(table.schema)}.${quote(table.name)}`
export const list = (names: readonly string[]): string => names.map(quote).join(', ')

/** A text literal; the escape form where there is a backslash, so that `standard_conforming_strings` does not matter. */
export function literal(text: string): string {
  if (text.includes('\0')) throw new Error('a text constant holds a null byte')
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted
}

/** The element's type; `decimal` without its precision. */
export function typeName(scalar: Scalar): string {
  switch (scalar) {
    case 'uuid': case 'text': case 'integer': case 'bigint': case 'boolean': case 'date': return scalar
    case 'number': return 'double precision'
    case 'decimal': return 'numeric'
    case 'timestamp': return 'timestamp with time zone'
    case 'time': return 'time without time zone'
    case 'duration': return 'interval'
    case 'json': return 'jsonb'
    case 'bytes': return 'bytea'
    default: return absurd(scalar)
  }
}

/** The type of a range of these. */
export function rangeName(of: NonNullable<FieldModel['bounds']['range']>): string {
  switch (of) {
    case 'integer': return 'int4range'
    case 'bigint': return 'int8range'
    case 'decimal': return 'numrange'
    case 'date': return 'daterange'
    case 'timestamp': return 'tstzrange'
    default: return absurd(of)
  }
}

/** What a canonical value is called in the database, before quoting: the input form of its type. */
export function inputForm(scalar: Scalar, value: Value): string {
  if (scalar === 'json') return JSON.stringify(value)
  if (scalar === 'bytes' && typeof value === 'string') return `\\x${Buffer.from(value, 'base64url').toString('hex')}`
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new Error(`${JSON.stringify(value)} is no constant of ${scalar}`)
}

/** A canonical value as a constant of its column's type. */
export function constant(scalar: Scalar, isList: boolean, value: Value): string {
  if (value === null) return 'null'
  if (isList) {
    if (!Array.isArray(value)) throw new Error(`${JSON.stringify(value)} is no list`)
    const items = (value as readonly Value[]).map(v => (v === null ? 'NULL' : `"${inputForm(scalar, v).replace(/["\\]/g, '\\$&')}"`))
    return `${literal(`{${items.join(',')}}`)}::${typeName(scalar)}[]`
  }
  const form = inputForm(scalar, value)
  switch (scalar) {
    case 'integer': case 'bigint': case 'decimal': case 'number': return /^-?\d+(\.\d+)?$/.test(form) ? form : `${literal(form)}::${typeName(scalar)}`
    case 'boolean': return form
    case 'text': return literal(form)
    default: return `${literal(form)}::${typeName(scalar)}`
  }
}
