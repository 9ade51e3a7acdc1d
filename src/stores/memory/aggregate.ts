// Aggregates over rows in memory. Exact: sums and averages of decimals are PostgreSQL's, digit for digit.
import { Decimal } from 'decimal.js'
import { absurd, compare, evaluate, type Aggregate, type LayoutMember, type Measure, type Scalar, type Value } from '../../operation/index.ts'
import { entityOf } from '../../model/index.ts'
import type { Fetched } from '../store.ts'
import { place, type Json } from './json.ts'
import { nullsGreatest, seen, type Reading } from './read.ts'
import { rowsOf, seeable, type Seeable } from './tables.ts'

const Exact = Decimal.clone({ precision: 2000, toExpPos: 9e15, toExpNeg: -9e15 })

/** Answers an aggregate. */
export function readAggregate(reading: Reading, aggregate: Aggregate): Fetched {
  const entity = entityOf(reading.model, aggregate.entity)
  const rows = rowsOf(reading.tables, aggregate.entity).map(r => seeable(reading.model, reading.tables, entity, r)).filter(r => evaluate(aggregate.where, r, reading.given))
  const groups: { readonly by: readonly Value[]; readonly rows: Seeable[] }[] = aggregate.group.length ? [] : [{ by: [], rows: [] }]
  for (const row of rows) {
    for (const by of groupsOf(reading, aggregate, row)) {
      const found = groups.find(g => g.by.every((v, i) => sameGroup(aggregate.group[i]?.as ?? 'text', v, by[i] ?? null)))
      if (found) found.rows.push(row)
      else groups.push({ by, rows: [row] })
    }
  }
  const answers = groups.map(g => ({ by: g.by, measures: aggregate.measures.map(m => measure(reading, m, g.rows)) }))
  answers.sort((a, b) => {
    for (const o of aggregate.order) {
      const [as, x, y] = 'group' in o.by
        ? [aggregate.group[o.by.group]?.as ?? 'text', a.by[o.by.group] ?? null, b.by[o.by.group] ?? null] as const
        : [measuredAs(aggregate.measures[o.by.measure]), a.measures[o.by.measure] ?? null, b.measures[o.by.measure] ?? null] as const
      const c = nullsGreatest(as, x, y)
      if (c !== 0) return o.dir === 'asc' ? c : -c
    }
    return 0
  })
  const taken = answers.slice(0, aggregate.take)
  const member = (m: LayoutMember, a: (typeof taken)[number]): readonly [string, Value] => {
    switch (m.kind) {
      case 'constant': return [m.as, m.value]
      case 'group': return [m.as, a.by[m.index] ?? null]
      case 'measure': return [m.as, a.measures[m.index] ?? null]
      case 'object': return [m.as, Object.fromEntries(m.of.map(x => member(x, a)))]
      default: return absurd(m)
    }
  }
  const objects = taken.map(a => {
    if (aggregate.layout) return Object.fromEntries(aggregate.layout.map(m => member(m, a)))
    const object: Json = {}
    if (aggregate.group.length) object['group'] = place({}, aggregate.group.map((g, i) => [g.name, a.by[i] ?? null]))
    for (const [i, m] of aggregate.measures.entries()) {
      const value = a.measures[i] ?? null
      if (m.of === null) { object[m.fn] = value; continue }
      const before = object[m.fn]
      object[m.fn] = { ...(typeof before === 'object' && before !== null && !Array.isArray(before) ? before : {}), [m.of.name]: value }
    }
    return object
  })
  return {
    body: JSON.stringify(objects), rows: objects.length, version: null, first: null, last: null, more: answers.length > taken.length,
    total: null, totalIsAtLeast: false, cut: [],
  }
}

/** The groups a row is in: one, or with elements of lists every combination of them. */
function groupsOf(reading: Reading, aggregate: Aggregate, row: Seeable): readonly (readonly Value[])[] {
  return aggregate.group.reduce<readonly (readonly Value[])[]>((made, g) => {
    const value = seen(reading, g, row)
    const each: readonly Value[] = !g.each ? [value] : Array.isArray(value) ? value.filter((v: Value, i) => value.findIndex((w: Value) => sameGroup(g.as, v, w)) === i) : []
    return made.flatMap(by => each.map(v => [...by, v]))
  }, [[]])
}

const sameGroup = (as: Scalar, a: Value, b: Value): boolean => (a === null || b === null ? a === b : compare(as, a, b) === 0)

function measure(reading: Reading, m: Measure, rows: readonly Seeable[]): Value {
  const of = m.of
  if (of === null) return rows.length
  const values = rows.map(r => seen(reading, of, r)).filter(v => v !== null)
  switch (m.fn) {
    case 'count': return values.length
    case 'countDistinct': return values.filter((v, i) => values.findIndex(w => sameGroup(of.as, v, w)) === i).length
    case 'min': return values.reduce<Value>((a, b) => (a === null || (compare(of.as, b, a) ?? 0) < 0 ? b : a), null)
    case 'max': return values.reduce<Value>((a, b) => (a === null || (compare(of.as, b, a) ?? 0) > 0 ? b : a), null)
    case 'sum': return values.length === 0 ? null : of.as === 'number' ? values.reduce<number>((a, b) => a + Number(b), 0) : sum(values.map(String))
    case 'avg':
      if (values.length === 0) return null
      return of.as === 'number' ? values.reduce<number>((a, b) => a + Number(b), 0) / values.length : average(sum(values.map(String)), values.length)
    default: return absurd(m.fn)
  }
}

const measuredAs = (m: Measure | undefined): Scalar => {
  if (!m || m.fn === 'count' || m.fn === 'countDistinct' || m.of === null) return 'integer'
  return m.fn === 'min' || m.fn === 'max' || m.of.as === 'number' ? m.of.as : 'decimal'
}

const scaleOf = (text: string): number => (text.includes('.') ? text.length - text.indexOf('.') - 1 : 0)
const sum = (values: readonly string[]): string =>
  values.reduce((a, b) => a.plus(b), new Exact(0)).toFixed(Math.max(...values.map(scaleOf)))

/** PostgreSQL's numeric division: at least 16 significant digits, counted in groups of four, and no fewer digits than the dividend shows. */
function average(total: string, count: number): string {
  const a = leading(total), b = leading(String(count))
  const weight = a.weight - b.weight - (a.digit <= b.digit ? 1 : 0)
  const scale = Math.max(16 - weight * 4, scaleOf(total), 0)
  return new Exact(total).div(count).toFixed(Math.min(scale, 1000), Decimal.ROUND_HALF_UP)
}

/** The first non-zero group of four digits, and its place. */
function leading(text: string): { readonly weight: number; readonly digit: number } {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.')
  const left = whole.padStart(Math.ceil(whole.length / 4) * 4, '0'), right = fraction.padEnd(Math.ceil(fraction.length / 4) * 4, '0')
  const groups = `${left}${right}`.match(/.{4}/g) ?? []
  const at = groups.findIndex(g => g !== '0000')
  return at < 0 ? { weight: 0, digit: 0 } : { weight: left.length / 4 - 1 - at, digit: Number(groups[at]) }
}
