// Queries over rows in memory: filter, sort, page, nest. Every line is the meaning of the operation, none is fast.
import {
  absurd, compare, evaluate, type Connection, type EdgeMember, type Given, type Order, type Page, type PageMember, type Query, type Rows, type Scalar, type Seen, type Selection, type Value,
} from '../../operation/index.ts'
import { entityOf, type Model } from '../../model/index.ts'
import type { Fetched } from '../store.ts'
import { place, type Json } from './json.ts'
import { rowsOf, seeable, versionOf, type Seeable, type Tables } from './tables.ts'

export interface Reading { readonly model: Model; readonly tables: Tables; readonly given: Given }

/** Answers a query. */
export function readQuery(reading: Reading, query: Query): Fetched {
  const entity = entityOf(reading.model, query.entity)
  const all = rowsOf(reading.tables, query.entity).map(r => seeable(reading.model, reading.tables, entity, r)).filter(r => evaluate(query.where, r, reading.given))
  const cut = new Set<string>()
  const paged = page(reading, query, all)
  const objects = paged.rows.map(r => render(reading, query.select, r, '', cut))
  const first = paged.rows[0], last = paged.rows.at(-1)
  const keys = (r: Seeable | undefined) => (r && !query.one ? query.order.map(o => orderValue(reading, o, r)) : null)
  const counted = query.count !== 'none'
  const capped = query.count === 'capped' && all.length > 1000
  return {
    body: query.one ? (objects[0] === undefined ? null : JSON.stringify(objects[0]))
      : JSON.stringify(query.connection ? connected(reading, query, query.connection, paged, all.length, '', cut) : objects),
    rows: query.one ? Math.min(objects.length, 1) : objects.length,
    version: query.one && first ? versionOf(entity, first.row) : null,
    first: keys(first), last: keys(last),
    more: !query.one && paged.more,
    total: counted ? (capped ? 1000 : all.length) : null,
    totalIsAtLeast: capped,
    cut: [...cut].sort(),
  }
}

/** The object of one row; paths of lists that their page cut are added to `cut`. */
export function render(reading: Reading, select: Selection, row: Seeable, path: string, cut: Set<string>): Json {
  const fields: (readonly [string, Value])[] = [
    ...select.fields.map(f => [f.as ?? f.name, seen(reading, f, row)] as const),
    ...(select.constants ?? []).map(c => [c.as, c.with && seen(reading, c.with, row) === null ? null : c.value] as const),
    ...(select.tokens ?? []).map(t => [t.as, tokenOf(t.prefix, t.of.map(f => seen(reading, f, row)))] as const),
    ...(select.counted ?? []).map(x => {
      const rows = row.related(x.relation).filter(t => evaluate(x.where, t, reading.given, [row]))
      return [x.as, x.fn === 'some' ? rows.length > 0 : rows.length] as const
    }),
  ]
  const object = place({}, inOrder(fields, select.members))
  for (const r of select.related) {
    const at = path === '' ? r.as : `${path}.${r.as}`
    const one = row.entity.relations[r.relation]?.one === true
    const related = row.related(r.relation).filter(x => evaluate(r.rows.where, x, reading.given, [row]))
    if (one) {
      const [target] = related
      object[r.as] = target ? render(reading, r.rows.select, target, at, cut) : null
      continue
    }
    const paged = page(reading, r.rows, related)
    if (r.rows.connection) {
      object[r.as] = connected(reading, r.rows, r.rows.connection, paged, related.length, at, cut)
      continue
    }
    if (paged.more) cut.add(at)
    object[r.as] = paged.rows.map(x => render(reading, r.rows.select, x, at, cut))
  }
  if (select.probes.length) object['probes'] = Object.fromEntries(select.probes.map(p => [p.as, evaluate(p.of, row, reading.given)]))
  return select.members === undefined ? object : Object.fromEntries(inOrder(Object.entries(object), select.members))
}

/** As the selection says; what it does not name comes last. */
function inOrder(entries: readonly (readonly [string, Value])[], members: readonly string[] | undefined): readonly (readonly [string, Value])[] {
  if (members === undefined) return entries
  const firsts = members.map(m => m.split('.')[0])
  const at = (name: string): number => { const i = members.indexOf(name), j = firsts.indexOf(name); return i >= 0 ? i : j >= 0 ? j : members.length }
  return entries.toSorted(([a], [b]) => at(a) - at(b))
}

/** Base64url of a JSON array; null where a value is. */
const tokenOf = (prefix: string, values: readonly Value[]): string | null => (values.includes(null) ? null : base64url([prefix, ...values]))
const base64url = (of: readonly Value[]): string => Buffer.from(JSON.stringify(of)).toString('base64url')

/** A list as the object around its rows. `all`: how many there are, whatever the page. */
function connected(reading: Reading, rows: Rows, connection: Connection, paged: ReturnType<typeof page>, all: number, path: string, cut: Set<string>): Json {
  const binding = reading.given.values[connection.binding.slot] ?? null
  const cursor = (row: Seeable): string => base64url([binding, ...rows.order.map(o => orderValue(reading, o, row))])
  const part = (row: Seeable, i: number): Json => {
    const of = rows.select.parts?.[i]
    if (!of) throw new Error(`a connection has no part ${i}`)
    return render(reading, of, row, path, cut)
  }
  const backwards = rows.page.kind === 'keyset' && rows.page.toward === 'previous', inside = rows.page.kind === 'keyset' && rows.page.from !== null
  const first = paged.rows[0], last = paged.rows.at(-1)
  const edge = (m: EdgeMember, row: Seeable): Value => {
    switch (m.kind) {
      case 'constant': return m.value
      case 'node': return part(row, m.part)
      case 'cursor': return cursor(row)
      default: return absurd(m)
    }
  }
  const about = (m: PageMember): Value => {
    switch (m.kind) {
      case 'constant': return m.value
      case 'next': return backwards ? inside : paged.more
      case 'previous': return backwards ? paged.more : inside
      case 'start': return first ? cursor(first) : null
      case 'end': return last ? cursor(last) : null
      default: return absurd(m)
    }
  }
  return Object.fromEntries(connection.members.map((m): readonly [string, Value] => {
    switch (m.kind) {
      case 'constant': return [m.as, m.value]
      case 'total': return [m.as, all]
      case 'nodes': return [m.as, paged.rows.map(r => part(r, m.part))]
      case 'edges': return [m.as, paged.rows.map(r => Object.fromEntries(m.of.map(x => [x.as, edge(x, r)])))]
      case 'page': return [m.as, Object.fromEntries(m.of.map(x => [x.as, about(x)]))]
      default: return absurd(m)
    }
  }))
}

/** A field as the caller sees it. */
export const seen = (reading: Reading, field: Seen, row: Seeable): Value => (evaluate(field.shown, row, reading.given) ? row.value(field.name) : null)

function page(reading: Reading, rows: Pick<Rows, 'order' | 'page'>, all: readonly Seeable[]): { readonly rows: readonly Seeable[]; readonly more: boolean } {
  const keyed = all.map(row => ({ row, keys: rows.order.map(o => orderValue(reading, o, row)) }))
  keyed.sort((a, b) => compareKeys(rows.order, a.keys, b.keys))
  const slot = (p: { readonly slot: number } | null): Value => (p === null ? null : reading.given.values[p.slot] ?? null)
  const p: Page = rows.page
  switch (p.kind) {
    case 'offset': {
      const skip = p.skip === null ? 0 : Number(slot(p.skip))
      return { rows: keyed.slice(skip, skip + p.take).map(k => k.row), more: keyed.length > skip + p.take }
    }
    case 'keyset': {
      const from = p.from?.map(slot)
      const forward = p.toward === 'next'
      const rest = from ? keyed.filter(k => { const c = compareKeys(rows.order, k.keys, from); return forward ? c > 0 : c < 0 }) : keyed
      const taken = forward ? rest.slice(0, p.take) : rest.slice(Math.max(0, rest.length - p.take))
      return { rows: taken.map(k => k.row), more: rest.length > p.take }
    }
    default: return absurd(p)
  }
}

/** What a row is sorted by: through to-one relations, each of whose targets must be seen. */
export function orderValue(reading: Reading, order: Order, row: Seeable): Value {
  let at: Seeable | undefined = row
  for (const hop of order.by.via) {
    const from: Seeable | undefined = at
    at = from?.related(hop.relation).find(t => evaluate(hop.where, t, reading.given, [from]))
  }
  return at ? seen(reading, order.by, at) : null
}

const compareKeys = (order: readonly Order[], a: readonly Value[], b: readonly Value[]): number => {
  for (const [i, o] of order.entries()) {
    const c = nullsGreatest(o.by.as, a[i] ?? null, b[i] ?? null)
    if (c !== 0) return o.dir === 'asc' ? c : -c
  }
  return 0
}

/** Null is greater than everything: last ascending, first descending. */
export function nullsGreatest(as: Scalar, a: Value, b: Value): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  return compare(as, a, b) ?? 0
}
