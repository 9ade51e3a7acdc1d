// Queries over rows in memory: filter, sort, page, nest. Every line is the meaning of the operation, none is fast.
import {
  absurd, compare, evaluate, type Given, type Order, type Page, type Query, type Rows, type Scalar, type Seen, type Selection, type Value,
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
    body: query.one ? (objects[0] === undefined ? null : JSON.stringify(objects[0])) : JSON.stringify(objects),
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
  const object = place({}, select.fields.map(f => [f.name, seen(reading, f, row)]))
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
    if (paged.more) cut.add(at)
    object[r.as] = paged.rows.map(x => render(reading, r.rows.select, x, at, cut))
  }
  if (select.probes.length) object['probes'] = Object.fromEntries(select.probes.map(p => [p.as, evaluate(p.of, row, reading.given)]))
  return object
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
