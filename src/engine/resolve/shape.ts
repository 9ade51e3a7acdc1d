// Inputs and outputs of actions: raw objects become canonical ones by their shape. Of an input every mistake is collected; of an output the first is the application's own.
import { Decimal } from 'decimal.js'
import { suggest, type At, type Mistake } from '../../failure/index.ts'
import type { Member } from '../../model/index.ts'
import { absurd, type Scalar, type Value } from '../../operation/index.ts'
import type { Origin } from '../../wire/index.ts'
import { isObject } from './body.ts'
import { Misfit, readValue } from './value.ts'

type Out = { [name: string]: Value }

/** An input in canonical form, its defaults filled in; what is optional and left out is null. */
export function readInput(members: readonly Member[], raw: unknown, origin: Origin, mistakes: Mistake[], at: At = []): Out {
  const out: Out = Object.create(null) as Out
  const given = raw === undefined ? {} : raw
  if (!isObject(given)) { mistakes.push({ at, detail: 'must be an object' }); return out }
  for (const name of Object.keys(given)) if (!members.some(m => m.name === name)) mistakes.push({ at: [...at, name], detail: `'${name}' does not exist here.${suggest(name, members.map(m => m.name))}` })
  for (const m of members) {
    if (m.kind === 'value' && m.field.default?.kind === 'absent' && given[m.name] === undefined) continue
    out[m.name] = readMember(m, Object.hasOwn(given, m.name) ? given[m.name] : undefined, origin, mistakes, [...at, m.name])
  }
  return out
}

function readMember(m: Member, raw: unknown, origin: Origin, mistakes: Mistake[], at: At): Value {
  const wrong = (detail: string): Value => { mistakes.push({ at, detail }); return null }
  switch (m.kind) {
    case 'value': {
      const { field } = m
      if (raw === undefined) {
        if (field.default?.kind === 'value') return field.default.value
        if (field.default?.kind === 'now') return nowAs(field.scalar)
        return field.optional ? null : wrong('is required')
      }
      if (raw === null) return field.optional ? null : wrong('must not be null')
      try { return readValue(field, raw, origin) } catch (e) {
        if (!(e instanceof Misfit)) throw e
        return wrong(e.message)
      }
    }
    case 'object': {
      if (raw === undefined) return m.optional ? null : wrong('is required')
      if (raw === null) return m.optional ? null : wrong('must not be null')
      if (m.list === null) return readInput(m.members, raw, origin, mistakes, at)
      if (!Array.isArray(raw)) return wrong('must be a list')
      const { min, max } = m.list
      if (min !== null && raw.length < min) return wrong(`must have at least ${min} ${min === 1 ? 'item' : 'items'}`)
      if (max !== null && raw.length > max) return wrong(`must have at most ${max} items`)
      return raw.map((item: unknown, i) => readInput(m.members, item, origin, mistakes, [...at, i]))
    }
    default: return absurd(m)
  }
}

function nowAs(scalar: Scalar): Value {
  const at = new Date().toISOString()
  return scalar === 'date' ? at.slice(0, 10) : scalar === 'time' ? at.slice(11, 23).replace(/\.?0*$/, '') : at.replace(/\.?0*Z$/, '+00:00')
}

/** What the application's code gave, as its shape says it; members the shape does not have are left out. Throws an Error that says what does not fit. */
export function readOutput(members: readonly Member[], raw: unknown, what: string): Out {
  const mistakes: Mistake[] = []
  const only = (of: readonly Member[], x: unknown): unknown => {
    if (typeof x !== 'object' || x === null || Array.isArray(x)) return x
    return Object.fromEntries(of.flatMap((m): [string, unknown][] => {
      const value: unknown = Reflect.get(x, m.name)
      if (value === undefined) return []
      return [[m.name, m.kind === 'object' ? (m.list === null ? only(m.members, value) : Array.isArray(value) ? value.map((y: unknown) => only(m.members, y)) : value) : value]]
    }))
  }
  const out = readInput(members, only(members, raw), 'code', mistakes)
  const [first] = mistakes
  if (first) throw new Error(`${what}${first.at.map(part => `.${part}`).join('')} ${first.detail}`)
  return padded(members, out)
}

/** Exact numbers are answered with the places their kind has, as rows are. */
function padded(members: readonly Member[], of: Out): Out {
  for (const m of members) {
    const value = of[m.name] ?? null
    if (m.kind === 'object') {
      for (const inner of Array.isArray(value) ? value : [value]) if (inner !== null) padded(m.members, inner as Out)
      continue
    }
    const { scalar, bounds: { scale } } = m.field
    if (scalar !== 'decimal' || scale === undefined || value === null) continue
    const pad = (x: Value): Value => (typeof x === 'string' ? new Decimal(x).toFixed(scale) : x)
    of[m.name] = Array.isArray(value) ? value.map(pad) : pad(value)
  }
  return of
}

/** Anything an application's code returned, as JSON: exact numbers and big integers as text, bytes as base64url. Throws where it is none. */
export function jsonOf(value: unknown): string | null {
  if (value === undefined) return null
  const plain = (x: unknown): unknown => {
    if (typeof x === 'bigint') return String(x)
    if (x instanceof Uint8Array) return Buffer.from(x).toString('base64url')
    if (typeof x !== 'object' || x === null) return x
    if (Array.isArray(x)) return x.map(plain)
    if (typeof Reflect.get(x, 'toJSON') === 'function') return x
    return Object.fromEntries(Object.entries(x).map(([name, inner]) => [name, plain(inner)]))
  }
  return JSON.stringify(plain(value)) ?? null
}
