// Values a declaration names (defaults, bounds, constants of rules) in their canonical form, or what is wrong with them.
import { Decimal as AnyDecimal } from 'decimal.js'
import { absurd, type Scalar, type Value } from '../../operation/index.ts'
import type { Bounds } from '../model.ts'
import { compare } from '../../operation/index.ts'

export type Canonical = { readonly value: Value } | { readonly problem: string }
const ok = (value: Value): Canonical => ({ value })
const wrong = (problem: string): Canonical => ({ problem })

/** The canonical form of one value of `scalar`; never rounds, never guesses. */
export function canonical(scalar: Scalar, raw: unknown): Canonical {
  const shown = show(raw)
  switch (scalar) {
    case 'integer':
      return typeof raw === 'number' && Number.isInteger(raw) && Math.abs(raw) <= 2_147_483_647 ? ok(raw) : wrong(`${shown} is not an integer of 32 bits`)
    case 'number': return typeof raw === 'number' && Number.isFinite(raw) ? ok(raw) : wrong(`${shown} is not a finite number`)
    case 'bigint': {
      const whole = typeof raw === 'bigint' || (typeof raw === 'number' && Number.isSafeInteger(raw)) || (typeof raw === 'string' && /^-?\d{1,19}$/.test(raw))
      const value = whole ? BigInt(raw) : null
      return value !== null && BigInt.asIntN(64, value) === value ? ok(String(value)) : wrong(`${shown} is not an integer of 64 bits`)
    }
    case 'decimal': {
      const text = typeof raw === 'number' || typeof raw === 'string' || AnyDecimal.isDecimal(raw) ? String(raw) : ''
      return /^-?\d+(\.\d+)?$/.test(text) ? ok(text) : /^-?\d+(\.\d+)?e[+-]?\d+$/i.test(text) ? ok(new AnyDecimal(text).toFixed()) : wrong(`${shown} is not a decimal`)
    }
    case 'boolean': return typeof raw === 'boolean' ? ok(raw) : wrong(`${shown} is neither true nor false`)
    case 'text': return typeof raw === 'string' && !raw.includes('\0') ? ok(raw) : wrong(`${shown} is not text`)
    case 'uuid': return typeof raw === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(raw) ? ok(raw.toLowerCase()) : wrong(`${shown} is not a UUID`)
    case 'timestamp': return timestampOf(raw) ?? wrong(`${shown} is not a timestamp such as '2026-11-20T09:30:00Z'`)
    case 'date': {
      const good = typeof raw === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(raw) && !Number.isNaN(Date.parse(raw)) && new Date(raw).toISOString().startsWith(raw)
      return good ? ok(raw) : wrong(`${shown} is not a date such as '2026-11-20'`)
    }
    case 'time': {
      const [, hours = '', fraction = ''] = typeof raw === 'string' ? (/^((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)(?:\.(\d{1,6}))?$/.exec(raw) ?? []) : []
      const rest = fraction.replace(/0+$/, '')
      return hours ? ok(`${hours.length === 5 ? `${hours}:00` : hours}${rest ? `.${rest}` : ''}`) : wrong(`${shown} is not a time such as '09:30'`)
    }
    case 'duration': {
      const good = typeof raw === 'string' && /^P(?!$)(-?\d+Y)?(-?\d+M)?(-?\d+W)?(-?\d+D)?(T(?=-?\d)(-?\d+H)?(-?\d+M)?(-?\d+(\.\d{1,6})?S)?)?$/.test(raw)
      return good ? ok(raw) : wrong(`${shown} is not an ISO 8601 duration such as 'PT30M'`)
    }
    case 'json': return jsonOf(raw) === undefined ? wrong(`${shown} is not JSON`) : ok(jsonOf(raw) ?? null)
    case 'bytes': return raw instanceof Uint8Array ? ok(Buffer.from(raw).toString('base64url')) : wrong(`${shown} is not a Uint8Array`)
    default: return absurd(scalar)
  }
}

/** What of `value` (canonical) does not fit `bounds`, or null. */
export function misfit(scalar: Scalar, value: Value, bounds: Bounds, list: boolean): string | null {
  if (list) {
    if (!Array.isArray(value)) return 'is not a list'
    const items: readonly Value[] = value
    if (bounds.minItems !== undefined && items.length < bounds.minItems) return `has fewer than ${bounds.minItems} items`
    if (bounds.maxItems !== undefined && items.length > bounds.maxItems) return `has more than ${bounds.maxItems} items`
    return items.map(item => misfit(scalar, item, bounds, false)).find(problem => problem !== null) ?? null
  }
  const below = bounds.min !== undefined ? compare(scalar, value, bounds.min) : null
  const above = bounds.max !== undefined ? compare(scalar, value, bounds.max) : null
  if (below !== null && below < 0) return `is under the minimum of ${JSON.stringify(bounds.min).replaceAll('"', '')}`
  if (above !== null && above > 0) return `is over the maximum of ${JSON.stringify(bounds.max).replaceAll('"', '')}`
  if (typeof value !== 'string') return null
  if (bounds.choices && !bounds.choices.includes(value)) return 'is not one of its choices'
  const length = scalar === 'bytes' ? Buffer.from(value, 'base64url').length : [...value].length
  if (bounds.minLength !== undefined && length < bounds.minLength) return `is shorter than ${bounds.minLength}`
  if (bounds.maxLength !== undefined && length > bounds.maxLength) return `is longer than ${bounds.maxLength}`
  if (bounds.pattern !== undefined && !new RegExp(bounds.pattern, 'u').test(value)) return `does not match ${bounds.pattern}`
  if (scalar === 'decimal' && bounds.scale !== undefined && (value.split('.')[1] ?? '').replace(/0+$/, '').length > bounds.scale) return `has more than ${bounds.scale} decimal places`
  if (scalar === 'decimal' && bounds.precision !== undefined) {
    const whole = (value.replace('-', '').split('.')[0] ?? '').replace(/^0+/, '').length
    if (whole > bounds.precision - (bounds.scale ?? 0)) return `has more than ${bounds.precision - (bounds.scale ?? 0)} digits before the point`
  }
  return null
}

function timestampOf(raw: unknown): Canonical | null {
  if (raw instanceof Date) return Number.isNaN(raw.getTime()) ? null : timestampOf(raw.toISOString())
  const [, seconds = '', fraction = '', zone = ''] = typeof raw === 'string' ? (/^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?(Z|[+-]\d{2}:\d{2})$/.exec(raw) ?? []) : []
  const at = new Date(`${seconds}${zone}`)
  if (!seconds || Number.isNaN(at.getTime())) return null
  const rest = fraction.replace(/0+$/, '')
  return ok(`${at.toISOString().slice(0, 19)}${rest ? `.${rest}` : ''}+00:00`)
}

function jsonOf(raw: unknown): Value | undefined {
  if (raw === null || typeof raw === 'string' || typeof raw === 'boolean') return raw
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : undefined
  if (Array.isArray(raw)) {
    const items = raw.map(jsonOf)
    return items.every(x => x !== undefined) ? items : undefined
  }
  if (typeof raw !== 'object' || Object.getPrototypeOf(raw) !== Object.prototype) return undefined
  const out: { [name: string]: Value } = {}
  for (const [name, x] of Object.entries(raw)) {
    const inner = jsonOf(x)
    if (inner === undefined) return undefined
    Object.defineProperty(out, name, { value: inner, enumerable: true, configurable: true, writable: true })
  }
  return out
}

/** A value as it was probably written, for messages and for the text of rules. */
export function show(raw: unknown): string {
  if (typeof raw === 'string') return `'${raw}'`
  if (raw === undefined || raw === null || typeof raw === 'number' || typeof raw === 'boolean') return String(raw)
  if (typeof raw === 'bigint') return `${raw}n`
  if (raw instanceof Date) return Number.isNaN(raw.getTime()) ? 'an invalid Date' : `new Date('${raw.toISOString()}')`
  if (AnyDecimal.isDecimal(raw)) return `Decimal(${String(raw)})`
  if (Array.isArray(raw)) return `[${raw.map(show).join(', ')}]`
  if (typeof raw === 'function') return 'a function'
  return JSON.stringify(raw) ?? typeof raw
}
