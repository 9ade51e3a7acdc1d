// Raw values → canonical values of a field, or a sentence saying why not. One reader per scalar.
import { Decimal } from 'decimal.js'
import type { FieldModel } from '../../model/index.ts'
import { absurd, type Scalar, type Value } from '../../operation/index.ts'
import { suggest } from '../../failure/index.ts'
import { Exact, type Origin } from '../../wire/index.ts'

/** Why a value does not fit: a sentence without subject, `must be a whole number`. */
export class Misfit extends Error {}
const misfit = (why: string): never => { throw new Misfit(why) }

const maxDigits = 1000
const rangeForm = 'must be a range such as [1,10), (2026-01-01,] or empty'
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const int64 = 2n ** 63n

/** One value (never a list) of a scalar. `url`: always text; `body`: JSON; `code`: TypeScript. Null does not fit. */
export function readScalar(as: Scalar, raw: unknown, origin: Origin): Value {
  switch (as) {
    case 'uuid': {
      if (typeof raw === 'string' && uuid.test(raw)) return raw
      const text = string(raw, 'a UUID').toLowerCase()
      return uuid.test(text) ? text : misfit('must be a UUID')
    }
    case 'text': return plainText(string(raw, 'text'))
    case 'integer': {
      const n = numberOf(raw, origin, 'a whole number')
      if (!Number.isInteger(n)) return misfit('must be a whole number')
      return n >= -2147483648 && n <= 2147483647 ? n || 0 : misfit('must be between -2147483648 and 2147483647')
    }
    case 'bigint': {
      const text = typeof raw === 'bigint' ? String(raw) : digits(raw, 'a whole number')
      if (!/^[+-]?\d{1,19}$/.test(text)) return misfit('must be a whole number of at most 64 bits')
      const n = BigInt(text.replace(/^\+/, ''))
      return n >= -int64 && n < int64 ? String(n) : misfit('must be a whole number of at most 64 bits')
    }
    case 'number': {
      const n = numberOf(raw, origin, 'a number')
      return Number.isFinite(n) ? (n === 0 ? 0 : n) : misfit('must be a finite number')
    }
    case 'decimal': return decimal(raw)
    case 'boolean':
      if (typeof raw === 'boolean') return raw
      return origin === 'url' && (raw === 'true' || raw === 'false') ? raw === 'true' : misfit('must be true or false')
    case 'timestamp': {
      if (raw instanceof Date && !Number.isNaN(raw.getTime())) return timestamp(raw.toISOString())
      const text = string(raw, 'a date and time')
      // A plus that was not encoded in a URL arrives as a space.
      return timestamp(origin === 'url' ? text.replace(/ (?=\d\d:?\d\d$)/, '+') : text)
    }
    case 'date': {
      const text = string(raw, 'a date')
      return /^\d{4}-\d\d-\d\d$/.test(text) && isDay(text) ? text : misfit('must be a date like 2026-11-20')
    }
    case 'time': {
      const m = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(\.\d{1,6})?)?$/.exec(string(raw, 'a time'))
      return m ? `${m[1]}:${m[2]}:${m[3] ?? '00'}${fraction(m[4])}` : misfit('must be a time like 09:30:00')
    }
    case 'duration': return duration(string(raw, 'a duration'))
    case 'json': return json(raw)
    case 'bytes': {
      if (raw instanceof Uint8Array) return Buffer.from(raw).toString('base64url')
      const text = string(raw, 'base64url text')
      if (!/^[A-Za-z0-9_+/-]*={0,2}$/.test(text)) return misfit('must be base64url text')
      return text.replace(/=+$/, '').length % 4 === 1 ? misfit('must be base64url text') : Buffer.from(text, 'base64url').toString('base64url')
    }
    default: return absurd(as)
  }
}

/** A value of a field as a filter compares it: its scalar, and one of its choices. */
export function readOperand(field: FieldModel, raw: unknown, origin: Origin): Value {
  if (raw === undefined) return misfit('is undefined; leave it out')
  const value = readScalar(field.scalar, raw, origin)
  const { choices, pattern } = field.bounds
  if (field.kind === 'range' && typeof value === 'string' && pattern !== undefined && !new RegExp(pattern, 'u').test(value)) misfit(rangeForm)
  if (choices && typeof value === 'string' && !choices.includes(value)) misfit(`must be one of ${choices.join(', ')}.${suggest(value, choices)}`)
  return value
}

/** A value to be written: a list where the field is one, within its bounds. Null must have been dealt with. */
export function readValue(field: FieldModel, raw: unknown, origin: Origin): Value {
  if (!field.list) return readItem(field, raw, origin)
  if (!Array.isArray(raw)) return misfit('must be a list')
  const { minItems, maxItems } = field.bounds
  if (minItems !== undefined && raw.length < minItems) return misfit(`must have at least ${minItems} ${minItems === 1 ? 'item' : 'items'}`)
  if (maxItems !== undefined && raw.length > maxItems) return misfit(`must have at most ${maxItems} items`)
  return raw.map((x: unknown, i) => {
    try { return readItem(field, x, origin) } catch (e) { return misfit(`item ${i + 1} ${e instanceof Misfit ? e.message : 'does not fit'}`) }
  })
}

/** One value, or one of a list, within the bounds of its field. */
export const readItem = (field: FieldModel, raw: unknown, origin: Origin): Value => bounded(field, readScalar(field.scalar, raw, origin))

function bounded(field: FieldModel, value: Value): Value {
  const b = field.bounds
  if (typeof value === 'string' && (field.scalar === 'text' || field.scalar === 'bytes')) {
    const length = field.scalar === 'bytes' ? Buffer.from(value, 'base64url').length : [...value].length
    const unit = field.scalar === 'bytes' ? 'bytes' : 'characters'
    if (b.minLength !== undefined && length < b.minLength) return misfit(b.minLength === 1 ? 'must not be empty' : `must have at least ${b.minLength} ${unit}`)
    if (b.maxLength !== undefined && length > b.maxLength) return misfit(`must have at most ${b.maxLength} ${unit}`)
    if (b.choices && !b.choices.includes(value)) return misfit(`must be one of ${b.choices.join(', ')}.${suggest(value, b.choices)}`)
    if (field.kind === 'email' && !/^[^\s@<>()",;:\\[\]]{1,64}@[^\s@.<>()",;:\\[\]]+(\.[^\s@.<>()",;:\\[\]]+)+$/u.test(value)) return misfit('must be an e-mail address')
    if (field.kind === 'url' && !(URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))) return misfit('must be a http or https URL')
    if (field.kind === 'slug' && !/^[\p{Ll}\p{Lo}\p{N}]+(-[\p{Ll}\p{Lo}\p{N}]+)*$/u.test(value)) return misfit('must be lower-case words joined by hyphens')
    if (b.pattern !== undefined && !new RegExp(b.pattern, 'u').test(value)) return misfit(field.kind === 'range' ? rangeForm : `must match ${b.pattern}`)
  }
  if (b.min !== undefined && b.min !== null && compareBound(field.scalar, value, b.min) < 0) return misfit(`must be at least ${String(b.min)}`)
  if (b.max !== undefined && b.max !== null && compareBound(field.scalar, value, b.max) > 0) return misfit(`must be at most ${String(b.max)}`)
  if (field.scalar === 'decimal' && typeof value === 'string') {
    const d = new Decimal(value)
    if (b.scale !== undefined && d.decimalPlaces() > b.scale) return misfit(`must have at most ${b.scale} decimals`)
    if (b.precision !== undefined && d.abs().gte(new Decimal(10).pow(b.precision - (b.scale ?? 0)))) return misfit(`must have at most ${b.precision - (b.scale ?? 0)} digits before the point`)
  }
  return value
}

function compareBound(as: Scalar, value: Value, bound: Value): number {
  switch (as) {
    case 'integer': case 'number': return Number(value) - Number(bound)
    case 'bigint': case 'decimal': return new Decimal(String(value)).comparedTo(String(bound))
    default: return String(value) < String(bound) ? -1 : String(value) > String(bound) ? 1 : 0
  }
}

const string = (raw: unknown, what: string): string => (typeof raw === 'string' ? raw : misfit(`must be ${what}`))

function plainText(text: string): string {
  if (text.includes('\0')) return misfit('must not contain the null character')
  return text.isWellFormed() ? text : misfit('must be well-formed Unicode')
}

/** Digits as they were written. */
function digits(raw: unknown, what: string): string {
  if (raw instanceof Exact) return raw.text
  if (typeof raw === 'number') return Number.isSafeInteger(raw) || !Number.isInteger(raw) ? String(raw) : misfit(`must be ${what} as a string, to keep all its digits`)
  return string(raw, what)
}

function numberOf(raw: unknown, origin: Origin, what: string): number {
  if (raw instanceof Exact) return Number(raw.text)
  if (typeof raw === 'number') return raw
  if (origin === 'url' && typeof raw === 'string' && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(raw)) return Number(raw)
  return misfit(`must be ${what}`)
}

function decimal(raw: unknown): string {
  const text = Decimal.isDecimal(raw) ? raw.toFixed() : typeof raw === 'bigint' ? String(raw) : digits(raw, 'a decimal number')
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?$/i.test(text) || text.length > 2 * maxDigits) return misfit('must be a decimal number')
  const d = new Decimal(text)
  if (Math.abs(d.e) > maxDigits || d.precision() > maxDigits) return misfit(`must have at most ${maxDigits} digits`)
  return d.isZero() ? '0' : d.toFixed()
}

const fraction = (dot: string | undefined): string => (dot ?? '').replace(/\.?0+$/, '')

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text) && !text.startsWith('0000')
}

function timestamp(text: string): string {
  const m = /^(\d{4}-\d\d-\d\d)[Tt ](([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)(\.\d{1,9})?([Zz]|[+-]\d\d:?\d\d)$/.exec(text)
  const [, day = '', clock = '', , dot, zone = 'Z'] = m ?? []
  if (!m || !isDay(day) || (dot?.length ?? 0) > 7) return misfit('must be a date and time with a zone, like 2026-11-20T09:30:00Z')
  const offset = /^z$/i.test(zone) ? 'Z' : zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`
  const utc = new Date(`${day}T${clock.length === 5 ? `${clock}:00` : clock}${offset}`)
  if (Number.isNaN(utc.getTime())) return misfit('must be a date and time with a zone, like 2026-11-20T09:30:00Z')
  const iso = utc.toISOString()
  if (!/^\d{4}-/.test(iso) || iso.startsWith('0000')) return misfit('must be in the years 1 to 9999')
  return `${iso.slice(0, 19)}${fraction(dot)}+00:00`
}

/** ISO 8601, normalised as PostgreSQL prints it: years and months together, weeks as days, clock time together. */
function duration(text: string): string {
  const m = /^([+-]?)P(?=.)(?:(-?\d{1,9})Y)?(?:(-?\d{1,9})M)?(?:(-?\d{1,9})W)?(?:(-?\d{1,9})D)?(?:T(?=.)(?:(-?\d{1,9})H)?(?:(-?\d{1,9})M)?(?:(-?)(\d{1,9})(\.\d{1,6})?S)?)?$/.exec(text)
  if (!m) return misfit('must be an ISO 8601 duration like P1DT2H30M')
  const sign = m[1] === '-' ? -1 : 1
  const n = (i: number) => sign * Number(m[i] ?? 0)
  const months = n(2) * 12 + n(3), days = n(4) * 7 + n(5)
  const micros = sign * ((Number(m[6] ?? 0) * 3600 + Number(m[7] ?? 0) * 60) * 1e6 + (m[8] === '-' ? -1 : 1) * (Number(m[9] ?? 0) * 1e6 + Number((m[10] ?? '').slice(1).padEnd(6, '0') || 0)))
  if (!Number.isSafeInteger(micros) || Math.abs(months) > 178_000_000 * 12 || Math.abs(days) > 2147483647) return misfit('is too long a duration')
  const part = (v: number, unit: string) => (v === 0 ? '' : `${v}${unit}`)
  const abs = Math.abs(micros), minus = micros < 0 ? '-' : ''
  const seconds = Math.floor(abs / 1e6) % 60, rest = abs % 1e6
  const clock = (v: number, unit: string) => (v === 0 ? '' : `${minus}${v}${unit}`)
  const time = clock(Math.floor(abs / 3.6e9), 'H') + clock(Math.floor(abs / 6e7) % 60, 'M')
    + (seconds || rest ? `${minus}${seconds}${rest ? fraction(`.${String(rest).padStart(6, '0')}`) : ''}S` : '')
  const day = part(Math.trunc(months / 12), 'Y') + part(months % 12, 'M') + part(days, 'D')
  return day || time ? `P${day}${time ? `T${time}` : ''}` : 'PT0S'
}

function json(raw: unknown): Value {
  if (raw === null || typeof raw === 'boolean') return raw
  if (typeof raw === 'string') return plainText(raw)
  if (raw instanceof Exact) return json(Number(raw.text))
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : misfit('must hold finite numbers only')
  if (Array.isArray(raw)) return raw.map(json)
  if (typeof raw === 'object') {
    const out: { [name: string]: Value } = Object.create(null)
    for (const [k, v] of Object.entries(raw)) out[plainText(k)] = json(v)
    return out
  }
  return misfit('must be JSON')
}
