// Rows and callers drawn for a real application: rows that keep its keys, uniques, references and bounds; callers as its people, its roles and whoever its rules speak of.
import { compare, type Value } from '../../operation/index.ts'
import { anonymous, tenantOf, type Caller, type EntityModel, type FieldModel, type Model, type RelationModel } from '../../model/index.ts'
import type { Backend, ReadyPerson } from '../../define/index.ts'
import type { Pick } from '../arbitrary/pick.ts'
import { clashes, uuid } from '../arbitrary/rows.ts'
import { referable, tenantFirst } from '../tenants.ts'
import type { Row, Rows } from '../judge.ts'
import type { Person } from '../stories/index.ts'
import { candidates, draw, fits, type Spoken } from './values.ts'

export interface Drawing { readonly model: Model; readonly pick: Pick; readonly spoken: Spoken; readonly seen: Rows; /** Fields of which no value is known, so that rows with them cannot be drawn. */ readonly undrawable: Set<string> }

const known = new WeakMap<FieldModel, readonly Value[]>()
/** What the field of a row may be drawn from. In a table that was there before a number's column may be a narrower one than its kind's. */
export function valuesOf({ spoken, seen }: Drawing, entity: EntityModel, field: FieldModel): readonly Value[] {
  const found = known.get(field) ?? candidates(field, spoken, (seen[entity.name] ?? []).map(r => r[field.name] ?? null))
    .filter(v => typeof v !== 'number' || entity.table.adopted !== true || (Math.abs(v) < 2 ** 15 && Number(v.toPrecision(6)) === v))
  known.set(field, found)
  return found
}

/** About `size` rows of each entity; people that the declaration names have theirs. */
export function drawRows(d: Drawing, backend: Backend, size: number): Rows {
  const { model, pick } = d
  const rows: Record<string, Row[]> = Object.fromEntries(Object.keys(model.entities).map(name => [name, []]))
  for (const entity of inOrder(model)) {
    if (entity.readOnly) continue
    const mine = rows[entity.name] ?? []
    const bound = Object.values(model.callers).filter(b => b.entity === entity.name).flatMap(b => Object.values(backend.as).flatMap(p => {
      const claim = b.claim === 'email' ? p.email : p.claims?.[b.claim]
      return claim === undefined ? [] : [{ [b.match]: claim as Value }]
    }))
    for (let n = 0; n < Math.max(size, bound.length + 4); n++) {
      for (let tries = 0; tries < 6; tries++) {
        const row = drawRow(d, entity, rows, n, bound[n] ?? {})
        if (row === null || clashes(entity, mine, row)) continue
        mine.push(row)
        break
      }
    }
  }
  // References to what was drawn later.
  for (const entity of Object.values(model.entities)) {
    rows[entity.name] = (rows[entity.name] ?? []).map(row => {
      let next = row
      for (const r of Object.values(entity.relations)) {
        const targets = referable(model, rows, entity, next, r)
        if (!r.owner || !r.optional || targets.length === 0 || r.on.some(p => next[p.local] !== null || entity.key.includes(p.local)) || !pick.chance(60)) continue
        const filled = { ...next, ...keysOf(r, pick.of(targets)) }
        if (!clashes(entity, (rows[entity.name] ?? []).filter(x => x !== row), filled)) next = filled
      }
      return next
    })
  }
  return rows
}
const keysOf = (r: RelationModel, target: Row): Row => Object.fromEntries(r.on.map(p => [p.local, target[p.foreign] ?? null]))

/** A row that could stand beside those; null where it cannot. */
export function drawRow(d: Drawing, entity: EntityModel, rows: Rows, n: number, given: Row = {}): Row | null {
  const { pick } = d
  const row: Record<string, Value> = {}
  for (const f of Object.values(entity.fields)) {
    const unique = entity.uniques.some(u => u.fields.length === 1 && u.fields[0] === f.name) || (entity.key.length === 1 && entity.key[0] === f.name)
    if (f.reference !== null || f.generated === 'column') continue
    if (given[f.name] !== undefined) row[f.name] = given[f.name] ?? null
    else if (f.generated === 'key') row[f.name] = uuid(entity.name, n)
    else if (f.generated === 'identity') row[f.name] = f.scalar === 'bigint' ? String(n + 1) : n + 1
    else if (f.generated === 'version') row[f.name] = 1
    else if (f.generated === 'computed') row[f.name] = f.optional ? null : f.scalar === 'integer' || f.scalar === 'number' ? 0 : '0'
    else if (f.generated) row[f.name] = '2026-01-02T03:04:05+00:00'
    else if (f.optional && pick.chance(25)) row[f.name] = null
    else {
      const value = (unique ? numbered(f, n) : undefined) ?? draw(pick, f, valuesOf(d, entity, f))
      if (value === undefined && !f.optional) { d.undrawable.add(`${entity.title}.${f.name}`); return null }
      row[f.name] = value ?? null
    }
  }
  for (const r of tenantFirst(entity)) {
    const targets = referable(d.model, rows, entity, row, r)
    const none = targets.length === 0 || (r.optional && pick.chance(25))
    if (none && !r.optional) return null
    if (none) for (const p of r.on) row[p.local] ??= null
    else Object.assign(row, keysOf(r, pick.of(targets)))
  }
  return Object.fromEntries(Object.values(entity.fields).filter(f => f.generated !== 'column').map(f => [f.name, row[f.name] ?? null]))
}

/** The n-th of values that are all different. */
function numbered(f: FieldModel, n: number): Value | undefined {
  const tries: readonly Value[] = f.kind === 'email' ? [`u${n}@x.example`] : f.kind === 'url' ? [`https://x.example/${n}`] : f.kind === 'id' || f.kind === 'uuid' ? [uuid(f.name, n)]
    : f.scalar === 'integer' || f.scalar === 'number' ? [n + 1] : f.scalar === 'bigint' || f.scalar === 'decimal' ? [String(n + 1)] : [`u${n}`, `${n}`, `u-${n}`, String(n).padStart(f.bounds.minLength ?? 1, '0'), `U${String(n).padStart(3, '0')}`]
  return tries.find(v => fits(f, v))
}

/** Those that others refer to come first, as far as references must be. */
function inOrder(model: Model): readonly EntityModel[] {
  const order: EntityModel[] = []
  const visit = (entity: EntityModel, trail: readonly EntityModel[]): void => {
    if (order.includes(entity) || trail.includes(entity)) return
    for (const needed of [false, true]) {
      for (const r of Object.values(entity.relations)) {
        const target = model.entities[r.target]
        if (r.owner && target && r.optional !== needed && target !== entity) visit(target, [...trail, entity])
      }
    }
    if (!order.includes(entity)) order.push(entity)
  }
  for (const entity of Object.values(model.entities)) visit(entity, [])
  return order
}

/** Who asks: the visitor, the people of the declaration, each role alone, rows that a caller may be bound to, with and without roles, and claims that rules speak of. */
export function drawPeople({ model, pick, spoken }: Drawing, backend: Backend, rows: Rows): readonly Person[] {
  const people = new Map<string, ReadyPerson | null>([['visitor', null]])
  for (const [name, ready] of Object.entries(backend.as)) people.set(name, ready)
  for (const role of model.roles) if (!people.has(role)) people.set(role, { roles: [role] })
  people.set('somebody signed in', {})
  for (const b of Object.values(model.callers)) {
    const taken = Object.values(backend.as).map(p => p.email)
    const others = (rows[b.entity] ?? []).filter(r => r[b.match] !== null && !taken.includes(String(r[b.match]))).slice(0, 3)
    others.forEach((row, i) => {
      const roles = i === 0 ? [] : pick.some(model.roles, 50)
      const value = row[b.match] ?? null
      people.set(`${b.name} ${String(value)}${roles.length > 0 ? ` as ${roles.join(', ')}` : ''}`, b.claim === 'email' ? { email: String(value), roles } : { claims: { [b.claim]: value }, roles })
    })
  }
  for (const [claim, { values, fields }] of spoken.claims) {
    if (claim.startsWith('@')) continue
    // Compared with a field: values that rows have in it.
    const stored = fields.flatMap(({ entity, field }) => distinct((rows[entity] ?? []).map(r => r[field] ?? null).filter(v => v !== null)).slice(0, 3))
    for (const value of distinct([...values, ...stored]).slice(0, 6)) people.set(`${claim} ${JSON.stringify(value)}`, { claims: { [claim]: value }, roles: pick.some(model.roles, 30) })
  }
  // Each of them in some tenants, where memberships let them be.
  const keys = model.tenant === undefined ? [] : (rows[model.tenant.entity] ?? []).map(r => r[model.entities[model.tenant?.entity ?? '']?.key[0] ?? 'id'] ?? null)
  const fresh = JSON.stringify(Object.values(model.entities).map(e => e.rules)).includes('"fresh"')
  for (const [name, ready] of [...people]) {
    if (ready === null) continue
    for (const tenant of keys) {
      const there: ReadyPerson = { ...ready, claims: { ...ready.claims, tenant } }
      if (ready.claims?.['tenant'] === undefined && tenantOf(callerAmong(model, rows, { name, ready: there, system: false })) !== null && people.size < 60) people.set(`${name} in ${String(tenant)}`, there)
    }
  }
  for (const [name, ready] of fresh ? [...people] : []) if (ready !== null && ready.claims?.['auth_time'] === undefined && pick.chance(50)) people.set(`${name}, just signed in`, { ...ready, claims: { ...ready.claims, auth_time: Math.floor(Date.now() / 1000) } })
  return [...people].map(([name, ready]) => ({ name, ready, system: false }))
}
/** The caller that somebody's token makes, bound among these rows as it would be in the database. */
export function callerAmong(model: Model, rows: Rows, { name, ready }: Person): Caller {
  if (ready === null) return anonymous
  const claims: Record<string, Value> = { sub: name, ...(ready.email === undefined ? {} : { email: ready.email, email_verified: true }), ...(ready.claims as Record<string, Value> | undefined) }
  for (const b of Object.values(model.callers)) {
    const entity = model.entities[b.entity], match = entity?.fields[b.match], value = claims[b.claim] ?? null
    const row = match && value !== null ? (rows[b.entity] ?? []).find(r => compare(match.scalar, r[b.match] ?? null, value) === 0) : undefined
    for (const k of row ? entity?.key ?? [] : []) claims[`@${b.name}.${k}`] = row?.[k] ?? null
  }
  const { tenant: tenants, memberships: m } = model, roles = new Set(ready.roles)
  const tenant = tenants === undefined ? undefined : (rows[tenants.entity] ?? []).map(r => r[model.entities[tenants.entity]?.key[0] ?? 'id']).find(key => key === claims['tenant'])
  const user = m && model.entities[m.entity]?.relations[m.user], of = m && model.entities[m.entity]?.relations[m.tenant]
  const bound = user?.on.every(p => (claims[`@${m?.binding}.${p.foreign}`] ?? null) !== null) === true
  const member = m && bound ? (rows[m.entity] ?? []).find(r => user?.on.every(p => r[p.local] === claims[`@${m.binding}.${p.foreign}`]) && of?.on.every(p => r[p.local] === tenant)) : undefined
  if (tenant !== undefined && (m === undefined || member !== undefined)) claims['@tenant'] = tenant
  const has = m?.roles == null ? null : member?.[m.roles]
  for (const role of Array.isArray(has) ? has : [has]) if (typeof role === 'string' && claims['@tenant'] !== undefined) roles.add(role)
  return { id: String(claims['sub']), roles, claims, until: null }
}
const distinct = (of: readonly Value[]): readonly Value[] => [...new Map(of.map(v => [JSON.stringify(v), v])).values()]
