// Random writes of a model: most could succeed, some break a rule, a unique, a reference, a version or a bound.
import { atomics, isTenantReference, type EntityModel, type FieldModel } from '../../model/index.ts'
import type { Value } from '../../operation/index.ts'
import type { WritePart } from '../request.ts'
import { nestedChanges, type Bodies } from './nested.ts'
import type { Pick } from './pick.ts'
import { uuid, type Row } from './rows.ts'
import type { Ground } from './reads.ts'
import { valueFor } from './values.ts'

const settable = (entity: EntityModel): readonly FieldModel[] => Object.values(entity.fields).filter(f => f.generated === null && f.reference === null)

/** A body for a create: every required field, some optional ones, references to rows that are mostly there, parts and links nested. */
export function body(pick: Pick, ground: Ground, entity: EntityModel, n: number, depth: number, without: string | null = null): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const f of settable(entity)) {
    if (f.hidden && f.kind !== 'secret' && pick.chance(80) && f.optional) continue
    if (f.optional && pick.chance(40)) continue
    if (entity.key.includes(f.name)) out[f.name] = `n${n}`
    else if (entity.uniques.some(u => u.fields.includes(f.name))) out[f.name] = pick.chance(80) ? `new${n}@x.example` : `u${pick.nat(5)}@x.example`
    else out[f.name] = valueFor(pick, f)
  }
  for (const r of Object.values(entity.relations)) {
    if (!r.owner || r.name === without || (r.optional && pick.chance(40)) || (isTenantReference(entity, r) && !pick.chance(2))) continue
    reference(pick, ground, out, r.name, r.target, r.on, r.optional)
  }
  if (depth > 0) {
    for (const r of Object.values(entity.relations)) {
      const target = ground.model.entities[r.target]
      if (r.owned && target && pick.chance(40)) out[r.name] = Array.from({ length: 1 + pick.nat(1) }, (_, i) => body(pick, ground, target, n * 10 + i, depth - 1, r.inverse))
      if (r.through && !r.hidden && target && pick.chance(30)) {
        const from = ground.rows[target.name] ?? []
        if (from.length > 0 && target.key.length === 1) out[r.name] = { connect: [{ [target.key[0] ?? '']: pick.of(from)[target.key[0] ?? ''] ?? null }] }
      }
    }
  }
  return out
}

function reference(pick: Pick, ground: Ground, out: Record<string, unknown>, name: string, target: string, on: readonly { readonly local: string; readonly foreign: string }[], optional: boolean): void {
  const rows = ground.rows[target] ?? []
  const row: Row = rows.length > 0 && pick.chance(92) ? pick.of(rows) : { id: uuid(target, 9999) }
  const email = row['email']
  if (target === 'account' && typeof email === 'string' && pick.chance(15)) { out[name] = { connect: { email } }; return }
  if (optional && pick.chance(15)) { put(out, on, () => null); return }
  put(out, on, p => row[p] ?? null)
}

function put(out: Record<string, unknown>, on: readonly { readonly local: string; readonly foreign: string }[], of: (foreign: string) => Value): void {
  const [first] = on
  if (!first) return
  if (!first.local.includes('.')) { out[first.local] = of(first.foreign); return }
  const values = Object.fromEntries(on.map(p => [p.foreign, of(p.foreign)]))
  out[first.local.slice(0, first.local.indexOf('.'))] = Object.values(values).some(v => v === null) ? null : values
}

/** New rows as deep as they are, and changes of one level, mostly. */
const bodiesOf = (pick: Pick, ground: Ground): Bodies => ({
  made: (entity, n, without) => seen(pick, entity, body(pick, ground, entity, n, pick.nat(1), without)),
  changes: (entity, n, row, without) => {
    const whole = seen(pick, entity, body(pick, ground, entity, n, 0, without))
    const some = Object.fromEntries(pick.some(Object.entries(whole).filter(([name]) => !entity.key.some(k => k === name || k.startsWith(`${name}.`)) && !fixed(entity, name)), 30))
    return pick.chance(15) ? { ...some, ...nestedChanges(pick, ground, entity, row, n * 10, bodiesOf(pick, ground), without, some) } : some
  },
})
/** Without what no body may name. */
const seen = (pick: Pick, entity: EntityModel, of: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(of).filter(([name]) => { const f = entity.fields[name]; return !f?.hidden || f.kind === 'secret' || pick.chance(1) }))

/** Any write. `n` makes new keys and unique values apart from those of other writes. */
export function makeWrite(pick: Pick, ground: Ground, n: number): WritePart {
  const entity = pick.of(Object.values(ground.model.entities).filter(e => !e.hidden))
  const rows = ground.rows[entity.name] ?? []
  const row = rows.length > 0 ? pick.of(rows) : null
  const key = entity.key.map(k => row?.[k] ?? uuid(entity.name, 9999))
  const version = entity.version && row && pick.chance(30) ? { expect: pick.chance(70) ? String(row[entity.version]) : '99' } : {}
  const roll = pick.nat(99)
  if (roll < 42) return { create: entity.name, body: pick.chance(20) ? [body(pick, ground, entity, n, 1), body(pick, ground, entity, n + 1, 1)] : body(pick, ground, entity, n, 2) }
  if (roll < 75) {
    const whole = body(pick, ground, entity, n, 0)
    const some = Object.fromEntries(pick.some(Object.entries(whole).filter(([name]) => !entity.key.some(k => k === name || k.startsWith(`${name}.`)) && !fixed(entity, name)), 40))
    for (const f of settable(entity)) if (some[f.name] !== undefined && pick.chance(50)) byWhatIsThere(pick, f, some)
    const filter = pick.chance(15) ? { filter: condition(pick, entity, row) } : {}
    if (pick.chance(45)) {
      const own = seen(pick, entity, pick.chance(50) ? {} : some)
      return { update: entity.name, key, body: { ...own, ...nestedChanges(pick, ground, entity, row, n, bodiesOf(pick, ground), null, own) }, ...(pick.chance(30) ? version : {}), ...(pick.chance(20) ? filter : {}) }
    }
    if (pick.chance(12)) return { updateMany: entity.name, filter: condition(pick, entity, row), body: some, count: pick.nat(4) }
    return { update: entity.name, key, body: some, ...version, ...filter }
  }
  if (pick.chance(25)) return { deleteMany: entity.name, filter: condition(pick, entity, row), count: pick.nat(3) }
  return { delete: entity.name, key, ...version }
}

/** Instead of a value: what to add to it, to append or to remove. */
function byWhatIsThere(pick: Pick, f: FieldModel, body: Record<string, unknown>): void {
  const [word] = pick.some([...atomics(f)], 60)
  const value = body[f.name]
  if (word !== undefined && value !== null) body[f.name] = { [word]: value }
}

/** A condition that this row, and perhaps others, fulfil; sometimes none does. */
function condition(pick: Pick, entity: EntityModel, row: Row | null): Record<string, unknown> {
  const fields = Object.values(entity.fields).filter(f => !f.hidden && !f.list && !f.name.includes('.') && !['json', 'duration', 'number'].includes(f.scalar))
  return Object.fromEntries(pick.some(fields, 15).slice(0, 2).map(f => [f.name, (pick.chance(85) ? row?.[f.name] : null) ?? null]))
}

const fixed = (entity: EntityModel, name: string): boolean =>
  Object.values(entity.fields).some(f => f.fixed && (f.name === name || f.name.startsWith(`${name}.`) || f.reference === name))
