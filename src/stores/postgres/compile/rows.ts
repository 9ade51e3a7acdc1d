// Rows of an entity and what is included with them, as one subselect each, tied to the row around it.
import { entityOf, fieldOf, relationOf, type EntityModel } from '../../../model/index.ts'
import { absurd, type Predicate, type Connection, type Counted, type EdgeMember, type FieldName, type PageMember, type Related, type Rows, type Selection } from '../../../operation/index.ts'
import { empty, ident, integer, join, literal, sql, type Sql } from '../../sql/index.ts'
import { reach, type Context, type Scope } from './context.ts'
import { array, built, json, nested, row, type Entry } from './json.ts'
import { afterCursor, opposite, orderBy, orderKeys, seen, type Ordered } from './order.ts'
import { conditions, predicate, truth, where } from './predicate.ts'

/** Tables to read rows from: `alias` names the one whose rows they are; `outer` are the rows around them, nearest first. */
export interface Source { readonly from: Sql; readonly alias: Sql; readonly scope: Scope; readonly on: readonly Sql[]; readonly outer: readonly Scope[]
  /** The same under names of its own, to be counted. */
  readonly again?: () => Source }

/** A list that its page may have cut: `flag` is true of a row where it did. */
export interface Cut { readonly path: string; readonly flag: Sql }
/** The object of a row: what JSON builds it of, what must be joined laterally for it, and the lists in it. */
export interface Made { readonly value: Sql; readonly joins: readonly Sql[]; readonly cuts: readonly Cut[]
  /** Whether there are lists in it. */
  readonly lists: boolean
  /** The further objects of the row. */
  readonly parts: readonly Sql[] }

/** `gate`: holds of the rows that will be answered; the one fetched beyond the page is spared its included rows. */
export function selected(select: Selection, scope: Scope, path: string, gate: Sql | null, ctx: Context): Made {
  const fields: Entry[] = [
    ...select.fields.map(f => {
      const { scalar, list } = fieldOf(scope.entity, f.name)
      return { name: f.as ?? f.name, value: json(seen(f, scope, ctx), scalar, list) }
    }),
    ...(select.constants ?? []).map(c => ({ name: c.as, value: c.with ? sql`case when ${seen(c.with, scope, ctx)} is not null then ${literal(c.value)} end` : literal(c.value) })),
    ...(select.tokens ?? []).map(t => ({ name: t.as, value: token(literal(JSON.stringify(t.prefix)), t.of.map(f => json(seen(f, scope, ctx), fieldOf(scope.entity, f.name).scalar, false))) })),
    ...(select.counted ?? []).map(x => ({ name: x.as, value: counted(x, scope, ctx) })),
  ]
  const joins: Sql[] = [], cuts: Cut[] = []
  const entries: Entry[] = [...nested(inOrder(fields, select), joins, ctx)]
  let lists = false
  for (const r of select.related) {
    const made = related(r, scope, path === '' ? r.as : `${path}.${r.as}`, gate, ctx)
    entries.push({ name: r.as, value: made.value })
    joins.push(...made.joins)
    cuts.push(...made.cuts)
    lists ||= made.lists
  }
  if (select.probes.length) {
    entries.push({ name: 'probes', value: row(select.probes.map(p => ({ name: p.as, value: truth(p.of, [scope], ctx) })), joins, ctx) })
  }
  const parts = (select.parts ?? []).map(part => {
    const made = selected(part, scope, path, gate, ctx)
    joins.push(...made.joins)
    cuts.push(...made.cuts)
    lists ||= made.lists
    return made.value
  })
  return { value: row(inOrder(entries, select), joins, ctx), joins, cuts, lists, parts }
}

/** Whether a selection is of these fields, whatever the row and whoever asks; of nothing else but related rows. */
export const isOf = (names: readonly FieldName[], { fields, probes, constants = [], tokens = [], counted = [], parts = [] }: Selection): boolean =>
  fields.length === names.length && [probes, constants, tokens, counted, parts].every(x => x.length === 0)
  && fields.every(f => f.shown.kind === 'always' && (f.as ?? f.name) === f.name && !f.name.includes('.') && names.includes(f.name))

/** As the selection says; what it does not name comes last. Parts of a composite reference have their place by their whole names, or by their first. */
function inOrder(entries: readonly Entry[], { members }: Selection): readonly Entry[] {
  if (members === undefined) return entries
  const places = new Map<string, number>()
  members.forEach((name, i) => { for (const n of [name, name.split('.')[0] ?? name]) if (!places.has(n)) places.set(n, i) })
  const place = (e: Entry): number => places.get(e.name) ?? members.length
  return entries.toSorted((a, b) => place(a) - place(b))
}

/** A subselect of its own where it stands. A link row is unique, so what is reached through one is counted once. */
function counted(x: Counted, from: Scope, ctx: Context): Sql {
  const there = reach(relationOf(from.entity, x.relation), from, ctx)
  const rows = sql`from ${there.from} where ${conditions([...there.on, predicate(x.where, [there.scope, from], ctx)])}`
  return x.fn === 'some' ? sql`exists (select ${rows})` : sql`(select count(*) ${rows})`
}

function related(r: Related, from: Scope, path: string, gate: Sql | null, ctx: Context): Made {
  const relation = relationOf(from.entity, r.relation)
  const there = reach(relation, from, ctx)
  const gated = gate ? [gate, ...there.on] : there.on
  if (!relation.one) {
    const source = { ...there, on: gated, outer: [from] }
    return many(r.rows, { ...source, again: () => ({ ...reach(relation, from, ctx), outer: [from] }) }, path, ctx)
  }
  const made = selected(r.rows.select, there.scope, path, null, ctx)
  const readable = predicate(r.rows.where, [there.scope, from], ctx)
  // Without lists in it, an object is a plain subselect where it stands; with lists it must hand out their flags too.
  if (!made.lists) return { value: sql`(select ${made.value} from ${there.from}${join(made.joins, empty)} where ${conditions([...there.on, readable])})`, joins: [], cuts: [], lists: false, parts: [] }
  const as = ctx.alias()
  const flags = made.cuts.map((c, i) => sql`${c.flag} as c${integer(i)}`)
  // `offset 0` keeps it a subselect: pulled up it is an ordinary outer join, which the planner may hash, and the order of the page is gone.
  return {
    value: sql`${as}.j`,
    joins: [sql` left join lateral (select ${join([sql`${made.value} as j`, ...flags])} from ${there.from}${join(made.joins, empty)} where ${conditions([...gated, readable])} offset 0) ${as} on true`],
    cuts: made.cuts.map((c, i) => ({ path: c.path, flag: sql`${as}.c${integer(i)}` })),
    lists: true, parts: [],
  }
}

/** An included list. One row more than the page is read, which tells whether it was cut. */
function many(rows: Rows, source: Source, path: string, ctx: Context): Made {
  const as = ctx.alias(), take = integer(rows.page.take)
  if (rows.connection) {
    // What is cut, a connection says itself.
    const n = numbered(rows, source, path, ctx), again = source.again?.()
    const total = again ? sql`(select count(*) from ${again.from}${where([...again.on, predicate(rows.where, [again.scope, ...again.outer], ctx)])})` : null
    const joins = [...n.made.joins], value = connected(rows.connection, rows, n, total, joins, ctx)
    // `having` makes one row of it where nothing in it is an aggregate.
    return { value: sql`${as}.j`, joins: [sql` left join lateral (select ${value} as j from ${n.from}${join(joins, empty)} having true) ${as} on true`], cuts: [], lists: true, parts: [] }
  }
  if (source.scope.few && rows.page.kind === 'offset' && rows.page.skip === null && !rows.select.related.some(r => hasLists(r, source.scope.entity, ctx))) {
    const made = selected(rows.select, source.scope, path, null, ctx), ordered = orderKeys(rows.order, source.scope, ctx)
    const all = sql`select coalesce(array_to_json(array_agg(${made.value}${orderBy(ordered.keys)})), '[]') as j from ${source.from}${join([...ordered.joins, ...made.joins], empty)}${where([...source.on, predicate(rows.where, [source.scope, ...source.outer], ctx)])}`
    return { value: sql`${as}.j`, joins: [sql` left join lateral (${all}) ${as} on true`], cuts: [], lists: true, parts: [] }
  }
  const list = (() => {
    if (!isBackward(rows) && !rows.select.related.some(r => hasLists(r, source.scope.entity, ctx))) {
      // Cutting an array of objects is cheaper than numbering rows for each parent.
      const inner = recording(source.scope), made = selected(rows.select, inner.scope, path, null, ctx)
      const page = pageOf(rows, source, orderKeys(rows.order, source.scope, ctx), inner.used, [], ctx)
      return {
        // Between the two subselects, so that no object is made twice.
        made, from: sql`(select array_agg(${made.value}) as a, count(*) as n from (${page}) ${source.alias}${join(made.joins, empty)}) ${source.alias}`,
        value: sql`coalesce(array_to_json(case when ${source.alias}.n > ${take} then ${source.alias}.a[1:${take}] else ${source.alias}.a end), '[]')`,
        cut: sql`${source.alias}.n > ${take}`,
      }
    }
    const n = numbered(rows, source, path, ctx)
    return { made: n.made, from: sql`${n.from}${join(n.made.joins, empty)}`, value: array(n.made.value, n.order, n.within), cut: sql`count(*) > ${take}` }
  })()
  const { made } = list
  const flags = made.cuts.map((c, i) => sql`bool_or(${c.flag}) as c${integer(i)}`)
  return {
    value: sql`${as}.j`,
    joins: [sql` left join lateral (select ${join([sql`${list.value} as j`, sql`${list.cut} as c`, ...flags])} from ${list.from}) ${as} on true`],
    cuts: [{ path, flag: sql`${as}.c` }, ...made.cuts.map((c, i) => ({ path: c.path, flag: sql`${as}.c${integer(i)}` }))],
    lists: true, parts: [],
  }
}

const hasLists = (r: Related, from: EntityModel, ctx: Context): boolean => {
  const relation = relationOf(from, r.relation)
  return !relation.one || r.rows.select.related.some(x => hasLists(x, entityOf(ctx.model, relation.target), ctx))
}

const isBackward = (rows: Rows): boolean => rows.page.kind === 'keyset' && rows.page.toward === 'previous'

/** A page's rows with their place in it: `"#"` from 1, `"##"` how many were read, which is one more than the page where rows follow. */
export interface Numbered {
  readonly from: Sql; readonly alias: Sql; readonly made: Made
  /** Holds of the rows of the page. */
  readonly within: Sql
  /** Inside an aggregate: back into the order asked for, where the page was read backwards. */
  readonly order: Sql
  /** Of the first and the last row of the page. */
  readonly edge: Sql
  /** The JSON array of the row's order keys, and each as JSON. */
  readonly keys: Sql
  readonly each: readonly Sql[]
}

export function numbered(rows: Rows, source: Source, path: string, ctx: Context): Numbered {
  const inner = recording(source.scope), { alias } = source, take = integer(rows.page.take)
  const within = sql`${alias}."#" <= ${take}`
  const made = selected(rows.select, inner.scope, path, within, ctx)
  const ordered = orderKeys(rows.order, source.scope, ctx)
  const computed: Sql[] = []
  const keys = ordered.keys.map((k, i) => {
    if (k.field !== null) return json(inner.scope.column(k.field), k.as, false)
    const name = ident(`#${i}`)
    computed.push(sql`${k.value} as ${name}`)
    return json(sql`${alias}.${name}`, k.as, false)
  })
  return {
    from: sql`(select ${alias}.*, row_number() over () as "#", count(*) over () as "##" from (${pageOf(rows, source, ordered, inner.used, computed, ctx)}) ${alias}) ${alias}`,
    made, alias, within, order: isBackward(rows) ? sql` order by ${alias}."#" desc` : empty,
    edge: sql`${alias}."#" in (1, least(${alias}."##", ${take}))`,
    keys: sql`json_build_array(${join(keys)})`, each: keys,
  }
}

/** The rows of a page and one more: the columns that are used, and `more` that are none. */
export function pageOf(rows: Rows, source: Source, ordered: Ordered, used: ReadonlySet<FieldName>, more: readonly Sql[], ctx: Context, extra = 1): Sql {
  const keys = isBackward(rows) ? opposite(ordered.keys) : ordered.keys
  const cursor = afterCursor(rows.page, keys, ctx)
  const bound = where([...source.on, predicate(rows.where, [source.scope, ...source.outer], ctx), ...(cursor ? [cursor] : [])])
  const columns = [...[...used].map(name => source.scope.raw(name)), ...more]
  const skip = rows.page.kind === 'offset' && rows.page.skip ? sql` offset ${ctx.parameters.slot(rows.page.skip.slot, 'bigint')}` : empty
  return sql`select ${join(columns)} from ${source.from}${join(ordered.joins, empty)}${bound}${orderBy(keys, searches(rows.where, source.scope.entity))} limit ${integer(rows.page.take + extra)}${skip}`
}

/**
 * Whether an index of words finds the rows. What a word that is in no statistics is worth the planner does not know: it guesses one row of two hundred, and to find the first
 * 21 of those goes through a large table in the order asked for, making words of every row (100,000 rows: ninety times the time that the index takes).
 */
function searches(p: Predicate, entity: EntityModel): boolean {
  if (p.kind === 'and') return p.of.some(x => searches(x, entity))
  return p.kind === 'text' && p.how === 'search' && p.of.scope === 0 && entity.indexes.some(i => i.method === 'search' && i.fields.some(f => f.name === p.of.name))
}

/** Base64url of a JSON array without spaces, null where a value is: the engine reads it, and it is the same in every store. `first` is a JSON value's text. */
export function token(first: Sql, values: readonly Sql[]): Sql {
  const parts = values.map(v => sql`to_json(${v})::text`)
  return sql`translate(encode(convert_to('[' || ${join([first, ...parts], sql` || ',' || `)} || ']', 'UTF8'), 'base64'), E'+/=\\n', '-_')`
}

/** A cursor, where null is a value as any other. */
const cursorOf = (binding: Sql, keys: readonly Sql[]): Sql => token(sql`to_json(${binding})::text`, keys.map(k => sql`coalesce(to_json(${k}), 'null'::json)`))

/** The object around the rows of a page. `n` is in the \`from\` of the aggregate that this stands in, behind it come \`joins\`, which may get one more. */
export function connected(connection: Connection, rows: Rows, n: Numbered, total: Sql | null, joins: Sql[], ctx: Context): Sql {
  const { made, alias } = n, take = integer(rows.page.take)
  const backwards = isBackward(rows), inside = rows.page.kind === 'keyset' && rows.page.from !== null
  const cursor = () => cursorOf(ctx.parameters.slot(connection.binding.slot, 'text'), n.each)
  const part = (i: number): Sql => {
    const value = made.parts[i]
    if (!value) throw new Error(`a connection has no part ${i}`)
    return value
  }
  const list = (value: Sql): Sql => array(value, n.order, n.within)
  const end = (first: boolean): Sql => sql`min(${cursor()}) filter (where ${first === backwards ? sql`${alias}."#" = least(${alias}."##", ${take})` : sql`${alias}."#" = 1`} and ${n.within})`
  const beyond = sql`count(*) > ${take}`, within = inside ? sql`true` : sql`false`
  const edge = (m: EdgeMember): Entry => {
    switch (m.kind) {
      case 'constant': return { name: m.as, value: literal(m.value) }
      case 'node': return { name: m.as, value: part(m.part) }
      case 'cursor': return { name: m.as, value: cursor() }
      default: return absurd(m)
    }
  }
  const page = (m: PageMember): Entry => {
    switch (m.kind) {
      case 'constant': return { name: m.as, value: literal(m.value) }
      case 'next': return { name: m.as, value: backwards ? within : beyond }
      case 'previous': return { name: m.as, value: backwards ? beyond : within }
      case 'start': return { name: m.as, value: end(true) }
      case 'end': return { name: m.as, value: end(false) }
      default: return absurd(m)
    }
  }
  return built(connection.members.map((m): Entry => {
    switch (m.kind) {
      case 'constant': return { name: m.as, value: literal(m.value) }
      case 'total': {
        if (!total) throw new Error('a connection whose rows are not counted has a total')
        return { name: m.as, value: total }
      }
      case 'nodes': return { name: m.as, value: list(part(m.part)) }
      case 'edges': return { name: m.as, value: list(row(m.of.map(edge), joins, ctx)) }
      case 'page': return { name: m.as, value: built(m.of.map(page)) }
      default: return absurd(m)
    }
  }))
}

/** A scope that remembers which of its columns were named, so that a subselect brings no others. */
export function recording(scope: Scope): { readonly scope: Scope; readonly used: ReadonlySet<FieldName> } {
  const used = new Set<FieldName>()
  return { used, scope: { ...scope, column: name => { used.add(name); return scope.column(name) }, raw: name => { used.add(name); return scope.raw(name) } } }
}
