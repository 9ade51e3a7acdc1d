// Rows that fit a declaration: as many of each entity, beside those that are there, a tenth of the rows referred to by ten each, so that more rows do not mean more at each.
import { inTenant, type EntityModel, type FieldModel, type Model, type RelationModel } from '../../model/index.ts'
import type { EntityName, FieldName, Value } from '../../operation/index.ts'
import { desiredSchema } from '../../migrate/index.ts'
import type { Client } from '../../stores/postgres/administer/index.ts'
import { makerOf, moment, keyAt, type Maker, type Making } from './values.ts'

/** What others need to know of a row: its key, and what it is referred to or found by, as texts; and its tenant. */
export interface Kept { readonly of: Readonly<Record<FieldName, string | null>>; readonly tenant: string | null }
export interface Pool {
  /** Rows that may be referred to, in their order: the declaration's people, then those that were made. */
  readonly all: Kept[]
  readonly byTenant: Map<string, Kept[]>
  /** Others of the declaration's data, which may all be alike (shipped, closed): referred to only where none are made. */
  older: Readonly<Record<FieldName, string | null>>[]
  /** Rows in the table. */
  count: number
}
export interface Filling {
  readonly pools: ReadonlyMap<EntityName, Pool>
  /** Why an entity has fewer rows than wanted. */
  readonly short: ReadonlyMap<EntityName, string>
  /** Fills up to so many rows of each entity. */
  to(rows: number, stopped: () => boolean, tell: (entity: EntityModel, rows: number) => void): Promise<void>
  /** Of an entity's fields that are no references; null: no value is known. */
  readonly makers: (entity: EntityModel) => ReadonlyMap<FieldName, Maker | null>
}
export interface FillingOptions {
  readonly client: Client
  readonly model: Model
  readonly making: Making
  /** Rows of people that are to be referred to before all others: by field, the values that find them. */
  readonly people: ReadonlyMap<EntityName, { readonly field: FieldName; readonly values: readonly string[] }>
}

const batch = 2000, mostKept = 1_000_000
/** Rows that refer to the same one. */
const fan = 10
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
export const tableOf = (e: EntityModel): string => (e.table.schema === null ? '' : `${quoted(e.table.schema)}.`) + quoted(e.table.name)

/** Looks at the rows that are there. Entities nobody writes are left as they are. */
export async function filling({ client, model, making, people }: FillingOptions): Promise<Filling> {
  const order = inOrder(model), pools = new Map<EntityName, Pool>(), short = new Map<EntityName, string>()
  const kept = new Map(order.map(e => [e.name, keptOf(model, e)])), made = new Map<EntityName, ReadonlyMap<FieldName, Maker | null>>()
  for (const e of order) {
    const pool: Pool = { all: [], byTenant: new Map(), older: [], count: 0 }, first = people.get(e.name)
    pools.set(e.name, pool)
    const column = e.fields[first?.field ?? '']?.column
    const { rows } = await client.query(`select ${selected(e, kept.get(e.name) ?? [])} from ${tableOf(e)} t order by ${[...(column === undefined ? [] : [`t.${quoted(column)}::text = any($1) desc nulls last`]), ...e.key.map(name => `t.${quoted(e.fields[name]?.column ?? name)}`), '1'].join(', ')} limit 100000`, column === undefined ? [] : [first?.values ?? []])
    for (const row of rows as Record<FieldName, string | null>[]) {
      const value = row[first?.field ?? ''] ?? null
      if (value !== null && first?.values.includes(value) === true) keep(model, pools, e, pool, row)
      else pool.older.push(row)
    }
    const { rows: [counted] } = await client.query(`select count(*)::int as n from ${tableOf(e)}`)
    pool.count = (counted as { n: number }).n
    const { rows: samples } = await client.query(`select to_jsonb(t) as row from ${tableOf(e)} t limit 50`)
    const seen = (f: FieldModel): readonly Value[] => (samples as { row: Record<string, Value> }[]).flatMap(s => { const v = s.row[f.column] ?? null; return v === null || f.scalar === 'bytes' ? [] : f.list && Array.isArray(v) ? v as readonly Value[] : [v] })
    made.set(e.name, new Map(given(e).filter(f => f.reference === null).map(f => [f.name, makerOf(f, alone(e, f), making, seen(f))])))
  }
  return {
    pools, short, makers: entity => made.get(entity.name) ?? new Map<FieldName, Maker | null>(),
    async to(rows, stopped, tell) {
      const before = new Map([...pools].map(([name, pool]) => [name, pool.count]))
      for (const e of order) {
        if (stopped()) continue
        const pool = pools.get(e.name), from = before.get(e.name) ?? 0
        // Tenants are few, and each has as many rows as before.
        const to = model.tenant?.entity === e.name ? Math.max(3, Math.round(rows / 1000)) : rows
        if (pool === undefined) continue
        if (e.readOnly || from >= to) { useOlder(model, pools, e, pool); continue }
        const write = rowsOf({ model, entity: e, pools, before, makers: made.get(e.name) ?? new Map(), making, from, to })
        for (let at = from; at < to && !stopped(); at += batch) {
          const drawn: Record<string, Value>[] = []
          for (let n = at; n < Math.min(to, at + batch); n++) { const row = write.row(n); if (row !== null) drawn.push(row) }
          if (drawn.length === 0) { short.set(e.name, write.why() ?? 'no more of them can be told apart'); break }
          try {
            const back = await insert(client, e, drawn, kept.get(e.name) ?? [])
            pool.count += back.length
            for (const row of back) keep(model, pools, e, pool, row)
          } catch (error) {
            // Tables that were there before have conditions that no declaration tells.
            short.set(e.name, `the database does not take its rows: ${(error as Error).message}`)
            break
          }
          tell(e, pool.count)
        }
        if (pool.all.length < to / fan) useOlder(model, pools, e, pool)
        if (pool.count < to * 0.9 && !stopped()) short.set(e.name, short.get(e.name) ?? write.why() ?? 'no more of them can be told apart')
      }
      if (!stopped()) await compute(client, model, order)
    },
  }
}

/** Fields that a row is inserted with. */
const given = (e: EntityModel): readonly FieldModel[] => Object.values(e.fields).filter(f => f.generated !== 'column' && f.generated !== 'identity' && !(f.default?.kind === 'expression' && (f.reference === null)))
/** It tells rows apart by itself, or is what a group of fields has beside references. */
const alone = (e: EntityModel, f: FieldModel): boolean => [e.key, ...e.uniques.map(u => u.fields)].some(fields => fields.includes(f.name) && fields.filter(name => e.fields[name]?.reference === null && name !== e.tenant).at(-1) === f.name)

/** Fields of an entity that others refer to, and by which callers are bound. */
function keptOf(model: Model, e: EntityModel): readonly FieldName[] {
  const referred = Object.values(model.entities).flatMap(other => Object.values(other.relations).filter(r => r.owner && r.target === e.name).flatMap(r => r.on.map(p => p.foreign)))
  const own = Object.values(e.relations).filter(r => r.owner).flatMap(r => r.on.map(p => p.local))
  return [...new Set([...e.key, ...referred, ...Object.values(model.callers).filter(b => b.entity === e.name).map(b => b.match), ...own, ...(e.tenant === undefined ? [] : [e.tenant]), ...(model.memberships?.entity === e.name && model.memberships.roles !== null ? [model.memberships.roles] : [])])]
}
const selected = (e: EntityModel, names: readonly FieldName[]): string => names.map(name => `${quoted(e.fields[name]?.column ?? name)}::text as ${quoted(name)}`).join(', ')

function keep(model: Model, pools: ReadonlyMap<EntityName, Pool>, e: EntityModel, pool: Pool, of: Readonly<Record<FieldName, string | null>>): void {
  // More than these are not referred to.
  if (pool.all.length >= mostKept) return
  const tenant = tenantOf(model, pools, e, of), row = { of, tenant }
  pool.all.push(row)
  if (tenant === null) return
  const same = pool.byTenant.get(tenant)
  if (same) same.push(row)
  else pool.byTenant.set(tenant, [row])
}

function useOlder(model: Model, pools: ReadonlyMap<EntityName, Pool>, e: EntityModel, pool: Pool): void {
  for (const row of pool.older) keep(model, pools, e, pool, row)
  pool.older = []
}

/** Which tenant a row is of: what it says, else that of its whole, else, of a link, of what it links. */
function tenantOf(model: Model, pools: ReadonlyMap<EntityName, Pool>, e: EntityModel, of: Readonly<Record<FieldName, string | null>>): string | null {
  if (!inTenant(model, e)) return null
  if (e.tenant !== undefined) return of[e.tenant] ?? null
  const r = Object.values(e.relations).find(x => x.owner && (e.hidden || x.name === e.whole))
  return r === undefined ? null : indexOf(pools.get(r.target), r.on.map(p => p.foreign)).get(JSON.stringify(r.on.map(p => of[p.local] ?? null)))?.tenant ?? null
}
/** Rows by what they are referred to, made anew where there are more. */
const indexes = new WeakMap<Pool, { readonly by: Map<string, Kept>; size: number; readonly fields: string }>()
function indexOf(pool: Pool | undefined, fields: readonly FieldName[]): ReadonlyMap<string, Kept> {
  if (pool === undefined) return new Map()
  const name = fields.join(), found = indexes.get(pool)
  const index = found?.fields === name ? found : { by: new Map<string, Kept>(), size: 0, fields: name }
  for (; index.size < pool.all.length; index.size++) { const row = pool.all[index.size]; if (row) index.by.set(JSON.stringify(fields.map(f => row.of[f] ?? null)), row) }
  indexes.set(pool, index)
  return index.by
}

interface Drawing { readonly model: Model; readonly entity: EntityModel; readonly pools: ReadonlyMap<EntityName, Pool>; readonly before: ReadonlyMap<EntityName, number>; readonly makers: ReadonlyMap<FieldName, Maker | null>; readonly making: Making; readonly from: number; readonly to: number }

/** Rows `from` … `to` of an entity, by column. */
function rowsOf({ model, entity, pools, before, makers, making, from, to }: Drawing): { row(n: number): Record<string, Value> | null; why(): string | null } {
  const { now } = making
  const fields = given(entity), refs = references(entity), tenanted = inTenant(model, entity)
  const tenants = model.tenant === undefined ? [] : pools.get(model.tenant.entity)?.all ?? []
  // Rows that come later are of the tenants that came later.
  const old = Math.min(before.get(model.tenant?.entity ?? '') ?? 0, tenants.length - 1), since = from === 0 || old < 1 ? 0 : old
  // References that tell rows apart together: a row has no more of them than there are others to go with.
  const tied = [entity.key, ...entity.uniques.map(u => u.fields)].some(names => names.every(name => (entity.fields[name]?.reference ?? null) !== null))
  const each = tied ? Math.max(1, Math.min(fan, ...refs.slice(1).map(r => pools.get(r.target)?.all.length ?? 0))) : fan
  let why: string | null = null
  const lacking = (text: string): null => { why = text; return null }
  const single = (r: RelationModel): boolean => [entity.key, ...entity.uniques.map(u => u.fields)].some(names => names.every(name => name === entity.tenant || r.on.some(p => p.local === name)))
  const row = (n: number): Record<string, Value> | null => {
    const of: Record<FieldName, Value> = {}
    let tenant = tenanted ? tenants[since + (n % (tenants.length - since))]?.of[model.entities[model.tenant?.entity ?? '']?.key[0] ?? 'id'] ?? null : null
    const j = tenanted ? Math.floor((n - from) / Math.max(1, tenants.length - since)) : n
    const low = tenanted ? 0 : Math.floor(from / fan)
    for (const [k, r] of refs.entries()) {
      const target = model.entities[r.target], pool = pools.get(r.target)
      if (entity.tenant !== undefined && r.on.some(p => p.local === entity.tenant)) { for (const p of r.on) of[p.local] = tenant; continue }
      const list = tenant !== null && target && inTenant(model, target) ? pool?.byTenant.get(tenant) ?? [] : pool?.all ?? []
      const span = Math.max(1, Math.min(list.length, Math.floor((tenanted ? list.length : to) / fan) - low))
      const at = single(r) ? j : k === 0 ? Math.floor(j / each) : low + ((k === 1 ? j : j * (k + 6)) % span)
      const one = single(r) || target === entity ? list[at] : list[at % Math.max(1, list.length)]
      const none = one === undefined || (r.optional && r.name !== entity.whole && n % 8 === 7)
      if (none && !r.optional) return lacking(single(r) && list.length > 0 ? `one for each ${target?.title ?? r.target} at most` : `it refers to ${target?.title ?? r.target}, of which there are none it could refer to`)
      for (const p of r.on) of[p.local] = none ? of[p.local] ?? null : one.of[p.foreign] ?? null
      // A link ties rows of one tenant, whichever its first is of.
      if (entity.hidden && !none) tenant ??= one.tenant
    }
    for (const f of fields) {
      if (f.reference !== null) continue
      if (f.generated === 'key') of[f.name] = f.scalar === 'uuid' ? keyAt(n + 1) : `k${n + 1}`
      else if (f.generated === 'version') of[f.name] = 1
      else if (f.generated === 'computed') of[f.name] = f.optional ? null : 0
      else if (f.generated === 'tenant') of[f.name] = tenant
      else if (f.generated === 'createdAt' || f.generated === 'updatedAt') of[f.name] = moment(now - (to - n) * 60_000)
      else if (f.optional && f.name !== entity.tenant && n % 8 === 3) of[f.name] = null
      else {
        const value = makers.get(f.name)?.(n)
        if (value !== undefined) of[f.name] = value
        else if (f.optional) of[f.name] = null
        else if (f.default?.kind === 'value' && !alone(entity, f)) of[f.name] = f.default.value
        else return lacking(makers.get(f.name) === null ? `no value is known that ${entity.title}.${f.name} takes: a row in the folder of backend({ data }) shows one` : `${entity.title}.${f.name} has no more values that differ`)
      }
    }
    return Object.fromEntries(fields.map(f => [f.column, cell(f, of[f.name] ?? null)]))
  }
  return { row, why: () => why }
}
/** What says of which tenant a row is comes first. */
const references = (e: EntityModel): readonly RelationModel[] => Object.values(e.relations).filter(r => r.owner).toSorted((a, b) => rank(e, a) - rank(e, b))
const rank = (e: EntityModel, r: RelationModel): number => (r.name === e.whole ? 0 : r.on.some(p => p.local === e.tenant) ? 3 : r.optional ? 2 : 1)

/** A value as jsonb_populate_recordset takes it for its column. */
function cell(field: FieldModel, v: Value): Value {
  if (v === null) return null
  if (field.list && Array.isArray(v)) return v.map((x: Value) => cell({ ...field, list: false }, x))
  return field.scalar === 'bytes' ? `\\x${Buffer.from(String(v), 'base64url').toString('hex')}` : v
}

async function insert(client: Client, e: EntityModel, rows: readonly Record<string, Value>[], kept: readonly FieldName[]): Promise<readonly Record<FieldName, string | null>[]> {
  const columns = given(e).map(f => quoted(f.column)).join(', '), table = tableOf(e)
  const { rows: back } = await client.query(`insert into ${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::${table}, $1::jsonb) on conflict do nothing returning ${selected(e, kept)}`, [JSON.stringify(rows)])
  return back as Record<FieldName, string | null>[]
}

/** What is reckoned of parts, from the innermost outwards. */
async function compute(client: Client, model: Model, order: readonly EntityModel[]): Promise<void> {
  const wanted = desiredSchema(model, 'public').tables
  for (const e of order.toReversed()) {
    for (const { name, computed } of wanted.find(t => t.entity.name === e.name)?.columns ?? []) {
      if (computed !== null) await client.query(`update ${tableOf(e)} w set ${quoted(name)} = ${computed} where ${quoted(name)} is distinct from ${computed}`)
    }
  }
}

/** Those that others refer to come first, as far as references must be. */
function inOrder(model: Model): readonly EntityModel[] {
  const order: EntityModel[] = []
  const visit = (entity: EntityModel, trail: readonly EntityModel[]): void => {
    if (order.includes(entity) || trail.includes(entity)) return
    for (const optional of [false, true]) {
      for (const r of Object.values(entity.relations)) {
        const target = model.entities[r.target]
        if (r.owner && target && r.optional === optional && target !== entity) visit(target, [...trail, entity])
      }
    }
    if (!order.includes(entity)) order.push(entity)
  }
  if (model.tenant) for (const e of Object.values(model.entities)) if (e.name === model.tenant.entity) visit(e, [])
  for (const entity of Object.values(model.entities)) visit(entity, [])
  return order
}
