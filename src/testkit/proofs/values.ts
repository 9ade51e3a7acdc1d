// Values that a field of a real application may have: within its bounds, and among them those that its rules speak of, so that rules are met on both sides.
import { absurd, compare, type Predicate, type Value } from '../../operation/index.ts'
import type { EntityModel, FieldModel, Model } from '../../model/index.ts'
import type { Pick } from '../arbitrary/pick.ts'
import { pools } from '../arbitrary/values.ts'

/** What rules and transitions compare with: values by the name of the field or claim, and the fields that a claim is compared with. */
export interface Spoken {
  readonly fields: ReadonlyMap<string, readonly Value[]>
  readonly claims: ReadonlyMap<string, { readonly values: Value[]; readonly fields: { readonly entity: string; readonly field: string }[] }>
}

export function spokenOf(model: Model): Spoken {
  const fields = new Map<string, Value[]>()
  const claims = new Map<string, { readonly values: Value[]; readonly fields: { readonly entity: string; readonly field: string }[] }>()
  const noteField = (name: string, ...values: readonly Value[]): void => { fields.set(name, [...fields.get(name) ?? [], ...values]) }
  const claimed = (name: string) => {
    const found = claims.get(name) ?? { values: [], fields: [] }
    claims.set(name, found)
    return found
  }
  /** `scopes`: the entities of the rows that are looked at, the nearest first. */
  const look = (p: Predicate, scopes: readonly EntityModel[]): void => {
    switch (p.kind) {
      case 'and': case 'or': for (const x of p.of) look(x, scopes); break
      case 'not': look(p.of, scopes); break
      case 'some': {
        const target = model.entities[scopes[0]?.relations[p.relation]?.target ?? '']
        if (target) look(p.where, [target, ...scopes])
        break
      }
      case 'compare': case 'in':
        for (const [a, b] of [[p.left, p.right], [p.right, p.left]] as const) {
          const values = b.kind !== 'value' ? [] : Array.isArray(b.value) ? b.value as readonly Value[] : around(b.value)
          if (a.kind === 'field') noteField(a.name, ...values)
          if (a.kind !== 'claim') continue
          claimed(a.claim).values.push(...values)
          const entity = b.kind === 'field' ? scopes[b.scope] : undefined
          if (b.kind === 'field' && entity) claimed(a.claim).fields.push({ entity: entity.name, field: b.name })
        }
        break
      case 'has': if (p.value.kind === 'value') noteField(p.of.name, p.value.value); break
      case 'text': if (p.text.kind === 'value' && typeof p.text.value === 'string') noteField(p.of.name, p.text.value, `x${p.text.value}`, `${p.text.value}x`, `x${p.text.value}x`); break
      case 'always': case 'never': case 'null': case 'caller': break
      default: absurd(p)
    }
  }
  for (const e of Object.values(model.entities)) {
    for (const r of e.rules) look(r.when, [e])
    for (const f of Object.values(e.fields)) for (const t of f.transitions ?? []) look(t.when, [e])
  }
  return { fields, claims }
}
/** A bound is met from both sides. */
const around = (value: Value): readonly Value[] => {
  if (typeof value === 'number') return [value - 1, value, value + 1]
  if (typeof value === 'string' && /^-?\d{1,15}(\.\d+)?$/.test(value)) return [String(Number(value) - 1), value, String(Number(value) + 1)]
  return [value]
}

/** Values of a field that are within its bounds; `seen`: of rows that are there. Empty where none is known: a pattern, say, that nothing fits. */
export function candidates(field: FieldModel, spoken: Spoken, seen: readonly Value[]): readonly Value[] {
  const { bounds } = field
  const own: Value[] = []
  const { min, max } = bounds
  for (const v of [min, max]) if (v !== undefined && v !== null) own.push(...around(v))
  if (bounds.choices) own.push(...bounds.choices)
  else if (field.scalar === 'text') own.push(...['a', 'Ada', 'x-1', 'ab'].map(t => t.padEnd(bounds.minLength ?? 0, 'a')), ...(bounds.minLength === undefined ? [] : ['b'.repeat(bounds.minLength)]))
  else if (field.scalar === 'integer' || field.scalar === 'number') own.push(3, 5, 10, 50, 100)
  else if (field.scalar === 'decimal' || field.scalar === 'bigint') own.push('3', '5', '10', '50', '100')
  const pool = bounds.choices ? [] : field.kind === 'range' ? (bounds.range === 'integer' || bounds.range === 'bigint' || bounds.range === 'decimal' ? pools.range : ['empty']) : pools[field.kind]
  const all = [...own, ...pool, ...seen.flatMap(v => (field.list && Array.isArray(v) ? v as readonly Value[] : [v]))]
  const said = spoken.fields.get(field.name) ?? []
  const fitting = (of: readonly Value[]): Value[] => of.filter(v => v !== null && fits(field, v))
  const some = fitting(said)
  // What rules speak of comes about as often as everything else.
  const rest = fitting(all)
  const weight = some.length === 0 ? 0 : Math.max(1, Math.round(rest.length / some.length))
  return [...rest, ...Array.from({ length: weight }, () => some).flat()]
}

/** Whether the field takes it; of a list, one item of it. */
export function fits(field: FieldModel, v: Value): boolean {
  const { bounds } = field
  const sane = (): boolean => {
    switch (field.scalar) {
      case 'integer': return typeof v === 'number' && Number.isInteger(v) && Math.abs(v) < (field.stored === 'smallint' ? 2 ** 15 : 2 ** 31)
      // The shorter float keeps about six digits.
      case 'number': return typeof v === 'number' && (field.stored !== 'real' || Number(v.toPrecision(6)) === v)
      case 'boolean': return typeof v === 'boolean'
      case 'decimal': case 'bigint': return typeof v === 'string' && /^-?\d+(\.\d+)?$/.test(v) && (field.scalar === 'decimal' || !v.includes('.'))
      case 'json': return v !== null
      default: return typeof v === 'string'
    }
  }
  if (!sane()) return false
  if (bounds.choices && !bounds.choices.includes(String(v))) return false
  if (bounds.min !== undefined && (compare(field.scalar, v, bounds.min) ?? 0) < 0) return false
  if (bounds.max !== undefined && (compare(field.scalar, v, bounds.max) ?? 0) > 0) return false
  if (field.scalar === 'decimal' && bounds.precision !== undefined) {
    const [whole = '', part = ''] = String(v).replace('-', '').split('.')
    const scale = bounds.scale ?? 0
    if (part.length > scale || whole.replace(/^0+/, '').length > bounds.precision - scale) return false
  }
  if (typeof v === 'string') {
    const length = field.scalar === 'bytes' ? Buffer.from(v, 'base64url').length : [...v].length
    if (bounds.minLength !== undefined && length < bounds.minLength) return false
    if (bounds.maxLength !== undefined && length > bounds.maxLength) return false
    if (bounds.pattern !== undefined && !new RegExp(bounds.pattern, 'u').test(v)) return false
  }
  return true
}

/** A value of the field, never null; undefined where none is known. */
export function draw(pick: Pick, field: FieldModel, from: readonly Value[]): Value | undefined {
  if (field.list) {
    const least = field.bounds.minItems ?? 0, most = Math.min(field.bounds.maxItems ?? least + 3, least + 3)
    if (from.length === 0) return least === 0 ? [] : undefined
    return Array.from({ length: least + pick.nat(Math.max(0, most - least)) }, () => pick.of(from))
  }
  return from.length === 0 ? undefined : pick.of(from)
}

/** Equal values of a field, however they are written. */
export function equal(field: FieldModel, a: Value, b: Value): boolean {
  if (a === null || b === null) return a === b
  if (Array.isArray(a) && Array.isArray(b) && field.list) return a.length === b.length && a.every((x: Value, i) => equal({ ...field, list: false }, x, b[i] as Value))
  if (field.scalar === 'json' || field.scalar === 'duration' || field.kind === 'range' || field.list) return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
  return compare(field.scalar, a, b) === 0
}
const sorted = (v: Value): unknown => (Array.isArray(v) ? v.map(x => sorted(x as Value)) : typeof v === 'object' && v !== null
  ? Object.fromEntries(Object.entries(v).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([n, x]) => [n, sorted(x as Value)])) : v)
