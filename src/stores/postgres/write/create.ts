// A level of a create as one statement: rows from JSON, judged before any constraint is met, and written only if none is refused.
import { fieldOf } from '../../../model/index.ts'
import type { FieldName, Returning, Whole } from '../../../operation/index.ts'
import { empty, ident, join, sql, type Sql } from '../../sql/index.ts'
import { tableOf, type Context } from '../compile/index.ts'
import { bodyOf, keyOf, versionOf, wholesOf, writtenColumns } from './answer.ts'
import { overriding } from './intake.ts'
import { told } from './log.ts'
import { judged, written, writtenScope, type Proposing } from './proposal.ts'

/**
 * `with … insert …`, answering one row per row given, in their order. The source of the insert is empty as soon as one row is refused, so a refused row never
 * meets a unique constraint, whose failure would tell what exists. `full join`: no row is without its other, but nested loops, quadratic in the rows, cannot do it.
 */
export function insert(op: Proposing, whole: Whole | null, returning: Returning | null, ctx: Context, unless: readonly FieldName[] = [], tells = true): Sql {
  const { entity } = op
  const names = op.set.map(a => ident(fieldOf(entity, a.field).column))
  const m = sql`m`
  const same = join(entity.key.map(name => { const c = ident(fieldOf(entity, name).column); return sql`m.${c} = j.${c}` }), sql` and `)
  const { ctes, granted } = judged(op, ctx)
  const there = unless.length === 0 ? empty : sql` on conflict (${join(unless.map(name => ident(fieldOf(entity, name).column)))}) do nothing`
  const made = sql`insert into ${tableOf(entity)} as t (${join(names)})${overriding(entity)} select ${join(names.map(n => sql`j.${n}`))} from "#judged" as j where ${granted} order by j."#n"${there} returning ${writtenColumns(entity, sql`t`)}`
  const body = bodyOf(returning, writtenScope(entity, m), written(entity), ctx)
  const answer = join([sql`j."#bad"`, keyOf(entity, m), versionOf(entity, m), wholesOf(entity, whole, m), ...body.columns])
  const telling = !tells ? [] : told(entity, { from: sql`from "#made" as m`, verb: 'create', old: null, now: column => sql`m.${ident(column)}` }, ctx)
  return sql`with ${join([...ctes, sql`"#made" as (${made})`, ...telling])} select ${answer} from "#judged" as j full join "#made" as m on ${same}${body.joins} order by j."#n"`
}
