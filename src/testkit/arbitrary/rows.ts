// Random rows of a model that keep its keys, uniques and references; and callers, bound to one of them or not.
import { compare, type Value } from '../../operation/index.ts'
import type { Caller, EntityModel, Model } from '../../model/index.ts'
import { referable, tenantFirst } from '../tenants.ts'
import type { Pick } from './pick.ts'
import { roles } from './rules.ts'
import { valueFor } from './values.ts'

export type Row = { readonly [field: string]: Value }
export type Rows = { readonly [entity: string]: readonly Row[] }

/** About `size` rows per entity, the referenced before the referring. */
export function makeRows(pick: Pick, model: Model, size: number): Rows {
  const rows: Record<string, Row[]> = {}
  for (const entity of Object.values(model.entities)) {
    const mine: Row[] = (rows[entity.name] = [])
    const count = entity.name === 'account' ? size : Math.max(3, size - 3 + pick.nat(6))
    for (let n = 0; n < count; n++) {
      const row = makeRow(pick, model, entity, rows, n)
      if (row && !clashes(entity, mine, row)) mine.push(row)
    }
  }
  return rows
}

/** A row that could stand beside `rows`; null where a required reference has nothing to point at. */
export function makeRow(pick: Pick, model: Model, entity: EntityModel, rows: Rows, n: number): Row | null {
  const row: Record<string, Value> = {}
  for (const f of Object.values(entity.fields)) {
    if (f.reference !== null) continue
    if (f.generated === 'key') row[f.name] = uuid(entity.name, n)
    else if (f.generated === 'identity') row[f.name] = n + 1
    else if (f.generated === 'version') row[f.name] = 1 + pick.nat(2)
    else if (f.generated === 'computed') row[f.name] = f.optional ? null : f.scalar === 'integer' ? 0 : '0'
    else if (f.generated) row[f.name] = '2026-01-02T03:04:05+00:00'
    else if (entity.key.includes(f.name)) row[f.name] = `${entity.name}${['', ',', '/', 'ä', ' ', '%'][n % 6] ?? ''}${n}`
    else if (f.optional && pick.chance(30)) row[f.name] = null
    else if (entity.uniques.some(u => u.fields.includes(f.name))) row[f.name] = f.kind === 'email' ? `u${n}@x.example` : `${n}`
    else row[f.name] = valueFor(pick, f)
  }
  for (const relation of tenantFirst(entity)) {
    const targets = referable(model, rows, entity, row, relation)
    const none = targets.length === 0 || (relation.optional && pick.chance(30))
    if (none && !relation.optional) return null
    const target = none ? null : pick.of(targets)
    for (const p of relation.on) row[p.local] = target?.[p.foreign] ?? null
  }
  // In the order of the entity, so that rows read as the table does.
  return Object.fromEntries(Object.keys(entity.fields).map(f => [f, row[f] ?? null]))
}

/** Whether the key or a unique of `row` is taken by another. */
export const clashes = (entity: EntityModel, rows: readonly Row[], row: Row): boolean =>
  [entity.key, ...entity.uniques.map(u => u.fields)].some(fields => rows.some(r => r !== row && fields.every(f => {
    const field = entity.fields[f]
    return field !== undefined && compare(field.scalar, r[f] ?? null, row[f] ?? null) === 0
  })))

/** The n-th key of an entity. */
export function uuid(entity: string, n: number): string {
  const of = [...entity].reduce((a, c) => (a * 31 + c.charCodeAt(0)) % 0xffff, 7)
  return `0198a000-${of.toString(16).padStart(4, '0')}-7000-8000-${n.toString(16).padStart(12, '0')}`
}

/** A caller: bound or not, with and without claims, some of them null or of the wrong sort. */
export function makeCaller(pick: Pick, rows: Rows): Caller {
  if (pick.chance(12)) return { id: null, roles: new Set(), claims: {}, until: null }
  const claims: Record<string, Value> = { weird: pick.of<Value>(['auth0|x', { a: 1 }, ['x']]) }
  const me = pick.chance(75) ? pick.of(rows['account'] ?? []) : null
  if (me) { claims['@me.id'] = me['id'] ?? null; claims['email'] = me['email'] ?? null }
  if (pick.chance(30)) claims['gone'] = null
  const [firm] = rows['firm'] ?? []
  if (firm && pick.chance(85)) claims['@tenant'] = pick.of(rows['firm'] ?? [])['id'] ?? null
  if (pick.chance(80)) claims['plan'] = pick.chance(30) ? null : pick.chance(15) ? 7 : pick.of(['a', 'b', 'ab', 'Ä'])
  if (pick.chance(70)) claims['level'] = pick.chance(30) ? null : pick.chance(15) ? 'high' : pick.of([-3, 0, 1, 2])
  if (pick.chance(80)) claims['sub'] = pick.chance(50) ? 'auth0|x' : pick.chance(50) && me ? me['id'] ?? null : uuid('account', 0)
  return { id: String(claims['sub'] ?? 'someone'), roles: new Set(pick.some(roles, 25)), claims, until: null }
}
