// Values and rows as the JSON PostgreSQL builds: every scalar's form, and objects of any width.
import { absurd, type Scalar } from '../../../operation/index.ts'
import { join, literal, sql, type Sql } from '../../sql/index.ts'
import { ident } from '../../sql/index.ts'

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

/** A function takes 100 arguments, a pair each: wider objects are made of the columns of a row. */
const widest = 50

export function object(entries: readonly Entry[]): Sql {
  if (entries.length <= widest) return sql`json_build_object(${join(entries.map(e => sql`${literal(e.name)}, ${e.value}`))})`
  for (const { name } of entries) {
    if (Buffer.byteLength(name) > 63) throw new Error(`'${name}' is longer than a column's name can be, in an object of more than ${widest} fields`)
  }
  return sql`(select row_to_json(x) from (select ${join(entries.map(e => sql`${e.value} as ${ident(e.name)}`))}) x)`
}

/**
 * Entries by field name; names with a dot, the parts of a reference to a composite key, become one object, null where any of its parts is.
 * `value` is a part's JSON, null-preserving.
 */
export function nested(entries: readonly Entry[]): readonly Entry[] {
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
    out.push({ name: outer, value: sql`case when not (${absent}) then ${object(parts.map(e => ({ name: e.name.slice(dot + 1), value: e.value })))} end` })
  }
  return out
}
