// Values and rows as the JSON PostgreSQL builds: every scalar's form, and objects of any width.
import { absurd, type Scalar } from '../../../operation/index.ts'
import { ident, join, literal, output, sql, type Sql } from '../../sql/index.ts'
import type { Context } from './context.ts'

/** A value of a column (or an expression of its type) as it goes into `json_build_object`. Null stays null. */
export function json(of: Sql, scalar: Scalar, list: boolean): Sql {
  switch (scalar) {
    // Digits a JSON number would lose in the reader's hands travel as strings.
    case 'bigint': case 'decimal': return list ? sql`${of}::text[]` : sql`${of}::text`
    case 'bytes': return list
      ? sql`case when ${of} is not null then array(select ${base64url(sql`x.b`)} from unnest(${of}) with ordinality x (b, n) order by x.n) end`
      : base64url(of)
    // to_json's own forms: timestamps in the session's UTC, durations in its iso_8601, jsonb as it is.
    case 'uuid': case 'text': case 'integer': case 'number': case 'boolean': case 'timestamp': case 'date': case 'time': case 'duration': case 'json': return of
    default: return absurd(scalar)
  }
}

/** encode() breaks lines and pads; neither belongs to base64url. */
const base64url = (of: Sql): Sql => sql`translate(encode(${of}, 'base64'), E'+/=\\n', '-_')`

export interface Entry { readonly name: string; readonly value: Sql }

/** A column's name has 63 bytes. Other names are arguments of a function that takes 100, a pair each. */
const longest = 63, most = 50

/**
 * A row of these columns, as a member of what is selected from: JSON makes an object of it wherever it stands inside another value, which takes half the time of
 * `json_build_object`, whose every argument is looked up in the catalogue for every row. `joins` gets what brings the row; put them behind what the columns are of, in order.
 */
export function row(entries: readonly Entry[], joins: Sql[], ctx: Pick<Context, 'alias'>): Sql {
  if (!entries.every(e => Buffer.byteLength(e.name) <= longest)) return built(entries)
  // A name in braces is no column's.
  const of = ident(`{${ctx.alias().text}}`)
  joins.push(sql` cross join lateral (select ${join(entries.map(e => output(e.value, e.name)))}) ${of}`)
  return of
}

/** What `row` gave, as JSON to stand for itself. */
export const asObject = (of: Sql): Sql => sql`to_json(${of})`

/** An object whose values may be aggregates. */
export function built(entries: readonly Entry[]): Sql {
  const odd = entries.find(e => Buffer.byteLength(e.name) > longest)
  if (entries.length > most) throw new Error(odd === undefined ? `an object of ${entries.length} aggregates` : `'${odd.name}' is longer than a column's name can be, in an object of more than ${most} fields`)
  return sql`json_build_object(${join(entries.map(e => sql`${literal(e.name)}, ${e.value}`))})`
}

/** An array of what an aggregate goes over; empty where it goes over nothing. */
export const array = (of: Sql, order: Sql, within: Sql): Sql => sql`coalesce(array_to_json(array_agg(${of}${order}) filter (where ${within})), '[]')`

/**
 * Entries by field name; names with a dot, the parts of a reference to a composite key, become one object, null where any of its parts is.
 * `value` is a part's JSON, null-preserving.
 */
export function nested(entries: readonly Entry[], joins: Sql[], ctx: Pick<Context, 'alias'>): readonly Entry[] {
  const out: Entry[] = []
  const done = new Set<string>()
  for (const entry of entries) {
    const dot = entry.name.indexOf('.')
    if (dot < 0) { out.push(entry); continue }
    const outer = entry.name.slice(0, dot)
    if (done.has(outer)) continue
    done.add(outer)
    const parts = entries.filter(e => e.name.startsWith(`${outer}.`))
    const absent = join(parts.map(e => sql`${e.value} is null`), sql` or `)
    out.push({ name: outer, value: sql`case when not (${absent}) then ${row(parts.map(e => ({ name: e.name.slice(dot + 1), value: e.value })), joins, ctx)} end` })
  }
  return out
}
