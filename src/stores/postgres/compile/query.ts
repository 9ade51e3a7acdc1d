// Queries: one row, or a page of rows, each as one statement whose first column is the finished JSON.
import { entityOf } from '../../../model/index.ts'
import type { Predicate, Query, Value } from '../../../operation/index.ts'
import type { Fetched } from '../../store.ts'
import { empty, integer, join, sql, type Sql } from '../../sql/index.ts'
import type { Cell, Statement } from '../statement.ts'
import { bounded, planOf } from './bounds.ts'
import { stored, tableOf, type Context } from './context.ts'
import { array, asObject } from './json.ts'
import { orderKeys } from './order.ts'
import { predicate, where } from './predicate.ts'
import { connected, numbered, pageOf, recording, selected, type Source } from './rows.ts'
import { numberIn, statement, textIn, type Compiled } from './compiled.ts'

/** `capped` counts stop here. */
const cap = 1000

const sourceOf = (query: Query, ctx: Context): Source => {
  const entity = entityOf(ctx.model, query.entity), alias = ctx.alias()
  return { from: sql`${tableOf(entity)} ${alias}`, alias, scope: stored(entity, alias), on: [], outer: [] }
}

export const compileQuery = (query: Query, ctx: Context): Compiled => (query.one ? one(query, ctx) : list(query, ctx))

/** One row: its object, its version, and a flag per list in it. No aggregate, no subselect where the row is named by a key. */
function one(query: Query, ctx: Context): Compiled {
  const source = sourceOf(query, ctx), { entity } = source.scope
  const inner = recording(source.scope)
  const made = selected(query.select, inner.scope, '', null, ctx)
  const flags = made.cuts.map((c, i) => sql`${c.flag} as c${integer(i)}`)
  const text = (() => {
    // A row without a version of its own has its transaction's.
    const version = entity.version === null ? (entity.readOnly ? sql`null` : sql`${source.alias}.xmin`) : source.scope.column(entity.version)
    if (unique(query.where, query)) {
      return sql`select ${join([sql`${asObject(made.value)} as body`, sql`${version}::text as version`, ...flags])} from ${source.from}${join(made.joins, empty)}${where([predicate(query.where, [source.scope], ctx)])}`
    }
    const page = pageOf({ ...query, page: { ...query.page, take: 1 } }, source, orderKeys(query.order, source.scope, ctx), inner.used, [sql`${version}::text as "#v"`], ctx, 0)
    return sql`select ${join([sql`${asObject(made.value)} as body`, sql`${source.alias}."#v" as version`, ...flags])} from (${page}) ${source.alias}${join(made.joins, empty)}`
  })()

  function unique(p: Predicate, of: Query): boolean {
    if (of.page.kind === 'keyset' ? of.page.from !== null : of.page.skip !== null) return false
    const named = new Set<string>()
    for (const x of p.kind === 'and' ? p.of : [p]) {
      if (x.kind !== 'compare' || x.op !== 'eq') continue
      for (const [a, b] of [[x.left, x.right], [x.right, x.left]] as const) if (a.kind === 'field' && a.scope === 0 && b.kind !== 'field') named.add(a.name)
    }
    return [entity.key, ...entity.uniques.map(u => (u.within === undefined ? u.fields : [u.within, ...u.fields]))].some(fields => fields.every(f => named.has(f)))
  }

  const paths = made.cuts.map(c => c.path)
  return {
    // A row by its key is the shortest read there is; nothing about it depends on the value.
    statement: statement(text, ctx, 'read', planOf(query.where, entity, ctx.model)),
    estimate: null,
    ...(query.lock ? { lock: locking(query, ctx) } : {}),
    decode: rows => {
      const [row] = rows
      const nothing = { first: null, last: null, more: false, total: null, totalIsAtLeast: false }
      if (!row) return { ...nothing, body: null, rows: 0, version: null, cut: [] }
      return { ...nothing, body: row[0] ?? null, rows: 1, version: textIn(row[1]), cut: cutIn(row, 2, paths) }
    },
  }
}

/** Locks the row as an update does. A statement of its own: the read after it sees what it waited for. */
function locking(query: Query, outer: Context): Statement {
  const ctx = outer.again(), { from, alias, scope } = sourceOf(query, ctx)
  return statement(sql`select 1 from ${from}${where([predicate(query.where, [scope], ctx)])} for no key update of ${alias}`, ctx, 'own', 'custom')
}

/** A page: the array, how many rows were read (one more than the page where others follow), the keys of its ends, a flag per list, the count. */
function list(query: Query, ctx: Context): Compiled {
  const source = sourceOf(query, ctx), { entity } = source.scope, { take } = query.page
  const n = numbered(query, source, '', ctx)
  const counted = count(query, ctx)
  const joins = [...n.made.joins]
  const body = query.connection ? connected(query.connection, query, n, counted && sql`(${counted})`, joins, ctx) : array(n.made.value, n.order, n.within)
  const columns: Sql[] = [
    sql`${body} as body`,
    sql`count(*) as rows`,
    sql`json_agg(${n.keys}${n.order}) filter (where ${n.edge}) as keys`,
    ...n.made.cuts.map((c, i) => sql`bool_or(${c.flag}) as c${integer(i)}`),
  ]
  const paths = n.made.cuts.map(c => c.path)
  const total = query.connection ? null : counted
  if (total) columns.push(sql`(${total}) as total`)
  const counts = query.count === 'exact'
  return {
    // A page stops at its limit. An exact count goes through all there is, so unless an index bounds it, it would hold up the short reads behind it.
    statement: statement(sql`select ${join(columns)} from ${n.from}${join(joins, empty)}`, ctx,
      counts && !bounded(query.where, entity, ctx.model) ? 'own' : 'read', planOf(query.where, entity, ctx.model)),
    estimate: query.count === 'estimate' ? estimate(query, ctx) : null,
    decode: rows => {
      const row = rows[0] ?? [], read = numberIn(row[1]) ?? 0
      const ends: unknown = JSON.parse(textIn(row[2]) ?? '[]')
      const keys: readonly (readonly Value[])[] = Array.isArray(ends) ? ends : []
      const counted = total ? numberIn(row[3 + paths.length]) : null
      const beyond = query.count === 'capped' && counted !== null && counted > cap
      return {
        body: row[0] ?? null, rows: Math.min(read, take), version: null, first: keys[0] ?? null, last: keys.at(-1) ?? null, more: read > take,
        total: beyond ? cap : counted, totalIsAtLeast: beyond, cut: cutIn(row, 3, paths),
      }
    },
  }
}

const cutIn = (row: readonly Cell[], from: number, paths: readonly string[]): Fetched['cut'] => paths.filter((_, i) => textIn(row[from + i]) === 't').sort()

function count(query: Query, ctx: Context): Sql | null {
  if (query.count !== 'exact' && query.count !== 'capped') return null
  const { from, scope } = sourceOf(query, ctx)
  const bound = where([predicate(query.where, [scope], ctx)])
  return query.count === 'exact' ? sql`select count(*) from ${from}${bound}` : sql`select count(*) from (select from ${from}${bound} limit ${integer(cap + 1)}) x`
}

/** The planner's guess: a statement of its own, since a plan cannot be asked for inside another. */
function estimate(query: Query, outer: Context): Compiled['estimate'] {
  const ctx = outer.again()
  const { from, scope } = sourceOf(query, ctx)
  return {
    statement: statement(sql`explain (format json) select from ${from}${where([predicate(query.where, [scope], ctx)])}`, ctx, 'read', 'custom'),
    decode: rows => {
      const plan: unknown = JSON.parse(textIn(rows[0]?.[0]) ?? 'null')
      const at = (x: unknown, name: string | number): unknown => (typeof x === 'object' && x !== null ? Reflect.get(x, name) : undefined)
      const guess = at(at(at(plan, 0), 'Plan'), 'Plan Rows')
      if (typeof guess !== 'number') throw new Error('the plan does not say how many rows')
      return guess
    },
  }
}
