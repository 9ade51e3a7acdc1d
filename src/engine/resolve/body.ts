// What creates and updates have in common: the body's objects, its fields, where a field's value comes from when the body does not say.
import { suggest, type At, type Mistake } from '../../failure/index.ts'
import { isTenantReference, tenantClaim, type Default, type EntityModel, type FieldModel, type Model } from '../../model/index.ts'
import { absurd, always, type Assignment, type Mutation, type Reference, type Source, type Value } from '../../operation/index.ts'
import type { Origin } from '../../wire/index.ts'
import { mistaken, type Limits } from './place.ts'
import { Misfit, readValue } from './value.ts'

export type Row = { [name: string]: Value }

export interface ResolvedWrite<M extends Mutation = Mutation> {
  readonly mutation: M
  /** The values of its slots: rows, level by level. */
  readonly values: Value[]
  readonly mistakes: readonly Mistake[]
  /** Fields that only some roles may set, where the body names them. */
  readonly restricted: readonly { readonly at: At; readonly field: string; readonly by: readonly string[] }[]
  /** Relations the body nested, to be answered with the row. */
  readonly nested: readonly string[]
}

export interface Writing {
  readonly model: Model
  readonly origin: Origin
  readonly limits: Limits
  readonly values: Value[]
  readonly mistakes: Mistake[]
  readonly restricted: { at: At; field: string; by: readonly string[] }[]
  /** The system may give keys. */
  readonly keys: boolean
  /** Rows written so far, by the whole body. */
  readonly count: { rows: number }
}
export interface Item { readonly body: Readonly<Record<string, unknown>>; readonly at: At; readonly parent: number | null }

export interface WriteOptions { readonly model: Model; readonly origin: Origin; readonly limits: Limits; readonly values: readonly Value[]; readonly keys: boolean }

export const begin = (o: WriteOptions): Writing => ({ ...o, values: [...o.values], mistakes: [], restricted: [], count: { rows: 0 } })
/** The same body, for a mutation of its own. */
export const apart = (w: Writing): Writing => ({ ...w, values: [] })

/** Counts rows that are written. Throws where one body writes too many. */
export function counted(w: Writing, at: At, rows = 1): void {
  w.count.rows += rows
  if (w.count.rows > w.limits.writes) throw mistaken([{ at, detail: `one request may write ${w.limits.writes} rows` }])
}
export const done = <M extends Mutation>(w: Writing, mutation: M, nested: readonly string[]): ResolvedWrite<M> =>
  ({ mutation, values: w.values, mistakes: w.mistakes, restricted: w.restricted, nested })

/** Of fields that are the server's own. */
export const kept = 'is kept by the server: leave it out'

export function item(w: Writing, body: unknown, at: At, parent: number | null): readonly Item[] {
  if (isObject(body)) return [{ body, at, parent }]
  w.mistakes.push({ at, detail: 'must be an object' })
  return []
}

export function isObject(x: unknown): x is Readonly<Record<string, unknown>> {
  if (typeof x !== 'object' || x === null || Array.isArray(x)) return false
  const prototype: unknown = Object.getPrototypeOf(x)
  return prototype === Object.prototype || prototype === null
}

/** Every to-one reference that the assignments set, but for the one to the row this is nested in and those that the engine fills in (`placed`). */
export function referencesOf(entity: EntityModel, set: readonly Assignment[], linked: ReadonlyMap<string, readonly string[]>, placed: ReadonlySet<string> = new Set()): readonly Reference[] {
  // Of which tenant a row is nobody says, so it is not asked whether they may see it.
  return Object.values(entity.relations).filter(r => r.owner && !placed.has(r.name) && !isTenantReference(entity, r)).flatMap((r): Reference[] => {
    const by = linked.get(r.name)
    if (by) return [{ relation: r.name, by, where: always, optional: r.optional }]
    const keys = set.filter(s => r.on.some(x => x.local === s.field))
    const named = keys.some(s => s.from.kind === 'given' || s.from.kind === 'claim' || (s.from.kind === 'value' && s.from.value !== null))
    return named ? [{ relation: r.name, by: null, where: always, optional: r.optional }] : []
  })
}

/** What a field is where the row does not say; null: it must say. */
export function fallbackOf(f: FieldModel): Source | null {
  switch (f.generated) {
    case 'createdAt': case 'updatedAt': return { kind: 'now' }
    case 'version': return { kind: 'value', value: 1 }
    case 'identity': return { kind: 'generated' }
    case 'column': return null
    case 'tenant': return { kind: 'claim', claim: tenantClaim }
    case 'computed': return { kind: 'value', value: f.optional ? null : f.scalar === 'integer' || f.scalar === 'number' ? 0 : '0' }
    case 'key': case null: break
    default: return absurd(f.generated)
  }
  return f.default ? fromDefault(f.default) : f.optional ? { kind: 'value', value: null } : null
}

function fromDefault(d: Default): Source {
  switch (d.kind) {
    case 'value': return { kind: 'value', value: d.value }
    case 'now': return { kind: 'now' }
    case 'absent': return { kind: 'value', value: null }
    case 'expression': return { kind: 'generated' }
    case 'claim': return { kind: 'claim', claim: d.claim }
    case 'related': return { kind: 'related', relation: d.relation, field: d.field, where: always }
    default: return absurd(d)
  }
}

/** The value of a field of the object at `around`; undefined where it is mistaken, and said so. */
export function valueOf(w: Writing, f: FieldModel, raw: unknown, around: At, settable: boolean, name = f.name): Value | undefined {
  if (!settable) { w.mistakes.push({ at: [...around, name], detail: kept }); return undefined }
  if (f.by) w.restricted.push({ at: [...around, name], field: f.name, by: f.by })
  if (raw === null) {
    if (f.optional) return null
    w.mistakes.push({ at: [...around, name], detail: 'must not be null' })
    return undefined
  }
  try { return readValue(f, raw, w.origin) } catch (e) {
    if (!(e instanceof Misfit)) throw e
    w.mistakes.push({ at: [...around, name], detail: e.message })
    return undefined
  }
}

export function writeField(w: Writing, f: FieldModel, raw: unknown, at: At, settable: boolean, give: (v: Value) => void): void {
  const value = valueOf(w, f, raw, at.slice(0, -1), settable, String(at.at(-1)))
  if (value !== undefined) give(value)
}

export function writeComposite(w: Writing, parts: readonly FieldModel[], raw: unknown, at: At, give: (name: string, v: Value) => void): void {
  if (raw === null && parts.every(p => p.optional)) { for (const p of parts) give(p.name, null); return }
  const names = parts.map(p => p.name.split('.')[1] ?? '')
  if (!isObject(raw)) { w.mistakes.push({ at, detail: `must be an object of ${names.join(', ')}` }); return }
  for (const name of Object.keys(raw)) if (!names.includes(name)) w.mistakes.push({ at: [...at, name], detail: `'${name}' does not exist here.${suggest(name, names)}` })
  parts.forEach((p, i) => {
    const name = names[i] ?? ''
    if (Object.hasOwn(raw, name)) writeField(w, p, raw[name], [...at, name], true, v => give(p.name, v))
    else w.mistakes.push({ at: [...at, name], detail: 'is required' })
  })
}
