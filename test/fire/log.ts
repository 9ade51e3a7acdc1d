// What the change log must tell after a run: each write that was carried out once, none that was not, and of each row a history without a gap that ends at what is there.
import type pg from 'pg'
import type { Write, Wrong } from './judge.ts'
import { applicationOf, type Application, type Kind } from './world.ts'

export interface Log { readonly changes: number }
type Json = Readonly<Record<string, unknown>>
interface Change { readonly id: string; readonly entity: string; readonly key: readonly unknown[]; readonly verb: string; readonly before: Json | null; readonly after: Json | null; readonly request: string | null }

const tables: Readonly<Record<Application, Readonly<Record<string, string>>>> = {
  bank: { account: 'accounts', move: 'moves', counter: 'counters', ticket: 'tickets' },
  shop: { category: 'categories', product: 'products', customer: 'customers', order: 'orders', orderItem: 'order_items' },
}
/** What a write of a kind is told as, each as often as it stands there; `n`: as often as it has lines. */
const dueOf: Readonly<Record<Kind, readonly string[]>> = {
  transfer: ['account update', 'account update', 'move create', 'move create'], batch: ['account update', 'account update'], cash: ['account update'], count: ['counter update'], claim: ['ticket create'], drop: ['ticket delete'],
  checkout: ['order create'], restock: ['product update'], line: ['orderItem update'],
}
/** Totals change with parts, by the same statement; that is the part's story. */
const attendant = (change: Change): boolean => change.verb === 'update' && Object.keys(change.after ?? {}).every(name => ['booked', 'total'].includes(name))

export async function judgeLog(application: Application, client: pg.Client, writes: ReadonlyMap<string, Write>, wrong: Wrong[]): Promise<Log> {
  const { rows: changes } = await client.query<Change>(`select id::text, entity, key, verb, before, after, request from (
    select id, 0 as n, entity, key, verb, before, (after::jsonb - '{moves,items}'::text[])::json as after, request from backwright_system.change
    union all select c.id, r.n, case p.member when 'moves' then 'move' else 'orderItem' end, json_build_array(r.after -> 'id'), 'create', null, r.after, c.request
      from backwright_system.change c, json_each(c.after) p(member, made), json_array_elements(p.made) with ordinality r(after, n) where c.verb = 'create' and p.member in ('moves', 'items') and json_typeof(p.made) = 'array'
    union all select c.id, r.n, p.entity, json_build_array(r.after -> 'id'), 'create', null, r.after, c.request
      from backwright_system.change c, json_each(c.parts) p(entity, made), json_array_elements(p.made) with ordinality r(after, n) where json_typeof(p.made) = 'array'
  ) as c order by c.id, c.n`)
  judgeWrites(application, changes, writes, wrong)
  for (const [entity, table] of Object.entries(tables[application])) {
    const { rows } = await client.query<Json>(`select * from ${table}`)
    judgeRows(entity, changes.filter(c => c.entity === entity), rows, wrong)
  }
  return { changes: changes.length }
}

/** Requests are named by the write's key and the number of the attempt. */
function judgeWrites(application: Application, changes: readonly Change[], writes: ReadonlyMap<string, Write>, wrong: Wrong[]): void {
  const byKey = Map.groupBy(changes.filter(c => /^[\w-]+\.\d+$/.test(c.request ?? '')), c => String(c.request).split('.')[0])
  for (const key of byKey.keys()) if (key === undefined || !writes.has(key)) wrong.push({ of: 'log', what: `changes of ${key}, which nobody asked for` })
  for (const { key, kind, facts, done } of writes.values()) {
    if (applicationOf(kind) !== application) continue
    const mine = byKey.get(key) ?? [], attempts = new Set(mine.map(c => c.request))
    if (attempts.size > 1) wrong.push({ of: 'twice', what: `${kind} ${key} was carried out in attempts ${[...attempts].join(' and ')}` })
    const lines = Number(facts['lines'] ?? 0)
    const due = done ? [...dueOf[kind], ...Array.from({ length: lines }, () => ['orderItem create', 'product update']).flat()] : []
    const found = mine.filter(c => !attendant(c)).map(c => `${c.entity} ${c.verb}`).toSorted().join(', '), expected = due.toSorted().join(', ')
    if (found !== expected) wrong.push({ of: done && mine.length === 0 ? 'lost' : 'log', what: `${kind} ${key} is told as ‘${found}’, due is ‘${expected}’` })
  }
}

function judgeRows(entity: string, changes: readonly Change[], rows: readonly Json[], wrong: Wrong[]): void {
  const now = new Map<string, Record<string, unknown> | null>()
  for (const { id, key, verb, before, after, request } of changes) {
    const name = JSON.stringify(key), known = now.get(name)
    const off = (what: string): void => { wrong.push({ of: 'log', what: `change ${id} (${request}) of ${entity} ${name}: ${what}` }) }
    if ((known ?? null) === null ? verb !== 'create' : verb === 'create') off(`${verb} of a row that is ${known ? 'there' : 'not there'}`)
    for (const [field, value] of Object.entries(before ?? {})) if (known && field in known && !same(known[field], value)) off(`${field} was ${String(value)}, the change before left ${String(known[field])}`)
    now.set(name, verb === 'delete' ? null : { ...known, ...after })
  }
  const there = new Set<string>()
  for (const row of rows) {
    const name = JSON.stringify([row['id']]), known = now.get(name)
    there.add(name)
    if (!known) { wrong.push({ of: 'log', what: `${entity} ${name} is there, the log does not tell of it` }); continue }
    for (const [field, value] of Object.entries(known)) {
      const is = row[field.replace(/[A-Z]/g, c => `_${c.toLowerCase()}`)]
      if (!same(value, is)) wrong.push({ of: 'log', what: `${field} of ${entity} ${name} is ${String(is)}, the log ends at ${String(value)}` })
    }
  }
  for (const [name, known] of now) if (known && !there.has(name)) wrong.push({ of: 'log', what: `${entity} ${name} is not there, the log does not say where it went` })
}

/** Values of a row and of JSON: moments and numbers are compared as such. */
function same(a: unknown, b: unknown): boolean {
  if (a === b || (a ?? null) === (b ?? null)) return true
  if (a instanceof Date || b instanceof Date) return Math.abs(Number(new Date(a as string)) - Number(new Date(b as string))) <= 1
  return a !== null && b !== null && a !== '' && b !== '' && Number(a) === Number(b)
}
