// What a predicate means. Stores are tested against it; `check`s in memory and realtime use it directly.
import { Decimal } from 'decimal.js'
import type { Field, Operand, Predicate, RelationName } from './predicate.ts'
import { absurd, type Scalar, type Value } from './value.ts'

/** A row as predicates see it: field values by name, and the rows at the other end of a relation. */
export interface Readable { value(name: string): Value; related(relation: RelationName): readonly Readable[] }
/** The values of the operation's slots, and the time. */
export interface Given { readonly values: readonly Value[]; readonly now: string }

/** True or false of `row`; `outer` are the rows around enclosing `some`s, nearest first. Throws on claims and roles: authorize decides those. */
export function evaluate(p: Predicate, row: Readable, given: Given, outer: readonly Readable[] = []): boolean {
  const scopes = [row, ...outer]
  const fieldOf = (f: Field): Value => {
    const from = scopes[f.scope]
    if (!from) throw new Error(`no row at scope ${f.scope} for ${f.name}`)
    return from.value(f.name)
  }
  const read = (o: Operand): Value => {
    switch (o.kind) {
      case 'field': return fieldOf(o)
      case 'value': return o.value
      case 'parameter': return given.values[o.slot] ?? null
      case 'now': return given.now
      case 'claim': throw new Error(`claim ${o.claim} reached evaluate`)
      default: return absurd(o)
    }
  }
  switch (p.kind) {
    case 'always': return true
    case 'never': return false
    case 'and': return p.of.every(x => evaluate(x, row, given, outer))
    case 'or': return p.of.some(x => evaluate(x, row, given, outer))
    case 'not': return !evaluate(p.of, row, given, outer)
    case 'compare': {
      const order = compare(p.as, read(p.left), read(p.right))
      if (order === null) return false
      switch (p.op) {
        case 'eq': return order === 0
        case 'lt': return order < 0
        case 'lte': return order <= 0
        case 'gt': return order > 0
        case 'gte': return order >= 0
        default: return absurd(p.op)
      }
    }
    case 'in': {
      const left = read(p.left), right = read(p.right)
      return isList(right) && right.some(v => compare(p.as, left, v) === 0)
    }
    case 'null': return fieldOf(p.of) === null
    case 'text': {
      const whole = fieldOf(p.of), part = read(p.text)
      if (typeof whole !== 'string' || typeof part !== 'string') return false
      const [a, b] = p.fold ? [fold(whole), fold(part)] : [whole, part]
      switch (p.how) {
        case 'startsWith': return a.startsWith(b)
        case 'endsWith': return a.endsWith(b)
        case 'contains': return a.includes(b)
        case 'search': throw new Error('full text has no reference meaning')
        default: return absurd(p.how)
      }
    }
    case 'has': {
      const list = fieldOf(p.of), one = read(p.value)
      return isList(list) && list.some(v => compare(p.as, v, one) === 0)
    }
    case 'some': return row.related(p.relation).some(r => evaluate(p.where, r, given, scopes))
    case 'caller': throw new Error('a caller predicate reached evaluate')
    default: return absurd(p)
  }
}

const isList = (v: Value): v is readonly Value[] => Array.isArray(v)

/** Simple lower case, code point by code point, the same as PostgreSQL's builtin C.UTF-8: no special casing, no length change, no final sigma. */
export function fold(text: string): string {
  let out = ''
  for (const c of text) {
    const low = c.toLowerCase()
    out += [...low].length === 1 ? low : c === 'İ' ? 'i' : c
  }
  return out
}

/** Negative, zero or positive by the scalar's own order; null where either side is null or the scalar has no order between unequal values. Text orders by code point. */
export function compare(as: Scalar, a: Value, b: Value): number | null {
  if (a === null || b === null) return null
  switch (as) {
    case 'integer': case 'number':
      return typeof a === 'number' && typeof b === 'number' && !Number.isNaN(a - b) ? a - b : null
    case 'bigint': return Number(BigInt(text(a)) - BigInt(text(b)) > 0n) - Number(BigInt(text(a)) - BigInt(text(b)) < 0n)
    case 'decimal': return new Decimal(text(a)).comparedTo(text(b))
    case 'boolean': return Number(a) - Number(b)
    case 'bytes': return Buffer.compare(Buffer.from(text(a), 'base64url'), Buffer.from(text(b), 'base64url'))
    case 'text': case 'uuid': case 'timestamp': case 'date': case 'time': return codePoints(text(a), text(b))
    case 'duration': case 'json': return same(a, b) ? 0 : null
    default: return absurd(as)
  }
}

const text = (v: Value): string => (typeof v === 'string' ? v : String(v))

const same = (a: Value, b: Value): boolean => {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false
  const x = Object.entries(a), y = new Map(Object.entries(b))
  return x.length === y.size && x.every(([k, v]) => y.has(k) && same(v, y.get(k) ?? null))
}

/** UTF-16 units order surrogates (U+D800…) below U+E000…; code points do not. */
function codePoints(a: string, b: string): number {
  const n = Math.min(a.length, b.length)
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i), y = b.charCodeAt(i)
    if (x !== y) {
      const high = (c: number) => c >= 0xd800 && c <= 0xdfff
      return high(x) === high(y) ? x - y : high(x) ? 1 : -1
    }
  }
  return a.length - b.length
}
