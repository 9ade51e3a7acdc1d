// Reading the change log in PostgreSQL. A position is a snapshot: what comes next is what is visible now and was not visible then, in the order of ids, which are drawn after the row's
// lock. Order by transaction would turn two changes of one row around; to wait for the oldest transaction would be to wait for strangers. A row tells of one change, and of what was made with it.
import { entityOf, fieldOf, find, type Model } from '../../../model/index.ts'
import type { Value } from '../../../operation/index.ts'
import { empty, ident, join, literal, sql, type Sql } from '../../sql/index.ts'
import type { Change } from '../../store.ts'
import { tableOf } from '../compile/index.ts'
import type { Cell, Statement, Text } from '../statement.ts'

/** Before every transaction. */
const beginning = '3:3:'

/** `from`: all that it sees was read. `to` and `after`: of what `to` sees beside that, what comes up to this id was read too. */
interface Position { readonly from: string; readonly to: string | null; readonly after: string }

const snapshot = String.raw`\d+:\d+:(?:\d+(?:,\d+)*)?`
const form = new RegExp(`^(${snapshot})(?:>(${snapshot})@(\\d+))?$`)

/** Throws an Error for what no `read` gave. */
export function positionOf(text: string | null): Position {
  const [, from, to, after] = form.exec(text ?? beginning) ?? []
  if (from === undefined) throw new Error(`'${String(text)}' is no position in the change log`)
  return { from, to: to ?? null, after: after ?? '0' }
}

export interface Reading {
  /** The first batch after a snapshot: parameters are the snapshot and one row more than are taken, and of which entities; null: all. Answers the present snapshot and the rows. */
  readonly begin: (position: Position, take: number, of: readonly string[] | null) => Statement
  /** The batches after it: what the second snapshot sees and the first does not, past an id. */
  readonly go: (position: Position, take: number, of: readonly string[] | null) => Statement
  readonly now: Statement
  readonly forget: (before: string, take: number) => Statement
}

export function reading(model: Model): Reading {
  const log = entityOf(model, '~change'), table = tableOf(log)
  const column = (name: string): Sql => sql`c.${ident(fieldOf(log, name).column)}`
  const digits = (of: Sql): Sql => sql`${of}::text`
  const members = Object.keys(log.fields).map(name => sql`${literal(name)}, ${name === 'id' ? digits(column(name)) : column(name)}`)
  const object = sql`json_build_object(${join(members)})`
  const statement = (text: Sql) => (...parameters: readonly Text[]): Statement => ({ text: text.text, parameters: () => parameters, lane: 'own', plan: 'custom' })

  // A transaction that a snapshot does not see is one it lists as running, or one that came after. Both are ranges of the index on `tx`, and short, however old the oldest is.
  const begin = (meant: Sql) => statement(sql`with "#unseen" as materialized (
  select c.id from ${table} as c where c.tx >= pg_snapshot_xmax($1::text::pg_snapshot) and c.tx < pg_snapshot_xmax(pg_current_snapshot())${meant}
  union all select c.id from ${table} as c where c.tx = any (array(select pg_snapshot_xip($1::text::pg_snapshot)))${meant}
), "#next" as materialized (select id from "#unseen" order by id limit $2::bigint)
select pg_current_snapshot()::text, (select coalesce(json_agg(${object} order by c.id), '[]') from "#next" as n join ${table} as c on c.id = n.id)::text`)
  // Said so that the index on ids is what serves it: the rest of a long window is read once, not sorted again for each batch.
  const go = (meant: Sql) => statement(sql`select $2::text, (select coalesce(json_agg(x.o order by x.id), '[]') from (
  select c.id, ${object} as o from ${table} as c
  where c.id > $3::bigint and not pg_visible_in_snapshot(c.tx, $1::text::pg_snapshot) and pg_visible_in_snapshot(c.tx, $2::text::pg_snapshot)${meant} order by c.id limit $4::bigint
) as x)::text`)
  const forget = statement(sql`with "#oldest" as materialized (select id from ${table} order by id limit $2::bigint),
"#gone" as (delete from ${table} as c using "#oldest" as o where c.id = o.id and ${column('at')} < $1::text::timestamptz returning 1) select count(*)::text from "#gone"`)
  /** Entities whose rows tell of these too: parts are told within the row they were made to hang on. */
  const telling = (of: readonly string[]): string =>
    JSON.stringify([...new Set([...of, ...Object.values(model.entities).filter(e => Object.values(e.relations).some(r => !r.owner && !r.through && of.includes(r.target))).map(e => e.name)])])
  // What nobody asked for is not carried over: a reader of few entities costs a busy log next to nothing.
  const all = { begin: begin(empty), go: go(empty) }
  const some = { begin: begin(sql` and ${column('entity')} in (select json_array_elements_text($3::text::json))`), go: go(sql` and ${column('entity')} in (select json_array_elements_text($5::text::json))`) }
  return {
    begin: ({ from }, take, of) => (of === null ? all.begin(from, String(take + 1)) : some.begin(from, String(take + 1), telling(of))),
    go: ({ from, to, after }, take, of) => (of === null ? all.go(from, to, after, String(take + 1)) : some.go(from, to, after, String(take + 1), telling(of))),
    now: statement(sql`select pg_current_snapshot()::text`)(),
    forget: (before, take) => forget(before, String(take)),
  }
}

const text = (cell: Cell | undefined): string => (cell ? Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString('utf8') : '')

/** A row of the log, as it is read: `parts` by entity are what was made with it. */
interface Row extends Change { readonly parts: Readonly<Record<string, readonly NonNullable<Change['after']>[] | null>> | null }

/** The changes of an answer of `begin` or `go`, and the position after them. */
export function batch(model: Model, position: Position, take: number, of: readonly string[] | null, rows: readonly (readonly Cell[])[]): { readonly changes: readonly Change[]; readonly position: string; readonly more: boolean } {
  const [to, json] = (rows[0] ?? []).map(cell => text(cell))
  // The statement above is what gives this text its form.
  const all = JSON.parse(json ?? '[]') as Row[]
  const more = all.length > take, some = all.slice(0, take), last = some.at(-1)
  const changes = some.flatMap(row => changesOf(model, row)).filter(c => of === null || of.includes(c.entity))
  return { changes, more, position: more && last ? `${position.from}>${to ?? ''}@${last.id}` : to ?? '' }
}

/**
 * The changes that a row tells of, each with an id: the row's with three digits behind it. What was made with it stands in `parts`, or where it stands in an answer: as members
 * of what it hangs on. Of what was made it is said when only where that was not then.
 */
function changesOf(model: Model, { parts, ...row }: Row): readonly Change[] {
  if (row.verb !== 'create' || row.after === null) return [{ ...row, id: `${row.id}000` }]
  const since = (name: string, told: Told): Told => {
    const field = Object.values(model.entities[name]?.fields ?? {}).find(f => f.generated === 'createdAt')
    return field ? { [field.name]: row.at, ...told } : told
  }
  const relations = model.entities[row.entity]?.relations ?? {}, members = Object.entries(row.after)
  const within = members.flatMap(([name, value]) => { const relation = find(relations, name); return relation ? [[relation.target, listed(value)] as const] : [] })
  const after = Object.fromEntries(members.filter(([name]) => find(relations, name) === undefined))
  const made = [...within, ...Object.entries(parts ?? {})].flatMap(([entity, all]) => (all ?? []).map(told => {
    const part = since(entity, told)
    return { ...row, entity, key: (model.entities[entity]?.key ?? []).map(name => part[name] ?? null), after: part }
  }))
  return [{ ...row, after: since(row.entity, after) }, ...made].map((change, n) => ({ ...change, id: `${row.id}${String(n).padStart(3, '0')}` }))
}

type Told = NonNullable<Change['after']>
const listed = (value: Value): readonly Told[] => (Array.isArray(value) ? value : value === null ? [] : [value]) as readonly Told[]

/** The first cell of an answer. */
export const single = (rows: readonly (readonly Cell[])[]): Value => text(rows[0]?.[0])
