// Updates and deletes as one statement each: the rows are locked, so that what is asked of them is asked of their newest version.
import { fieldOf, type EntityModel } from '../../../model/index.ts'
import type { Affected as Asked, Delete, Returning, Whole } from '../../../operation/index.ts'
import { ident, integer, join, sql, type Sql } from '../../sql/index.ts'
import { conditions, predicate, tableOf, type Context } from '../compile/index.ts'
import { allColumns, bodyOf, jsonKey, keyOf, versionOf, wholeFields, wholesOf, writtenColumns } from './answer.ts'
import { isLogged, takeAlong, told, toldFields, type Going } from './log.ts'
import { judged, lockedScope, verdict, wholeHolds, written, writtenScope, type Proposing } from './proposal.ts'

/** Which rows a change is about. */
export interface Affected extends Pick<Asked, 'where' | 'expect' | 'count'> { readonly whole: Whole | null }

/** The condition on the rows of `entity` under `alias`; with `whole`, what their wholes must fulfil too. */
export function affected(op: Affected, entity: EntityModel, alias: Sql, ctx: Context): Sql {
  const scope = lockedScope(entity, alias)
  const version = entity.version === null ? sql`${alias}.xmin` : scope.column(entity.version)
  return conditions([
    predicate(op.where, [scope], ctx),
    // As text: what a caller believes the version to be need not be a number.
    ...(op.expect ? [sql`${version}::text = ${ctx.parameters.slot(op.expect.slot, 'text')}`] : []),
    ...(op.whole ? [predicate(wholeHolds(op.whole), [scope], ctx)] : []),
  ])
}

/** Whether the rows found are not as many as the caller believes. */
const miscounted = (of: Affected, ctx: Context): Sql | null => (of.count ? sql`(select count(*) from "#target") <> ${ctx.parameters.slot(of.count.slot, 'bigint')}` : null)

/**
 * `with … update …`, answering one row per row that `where` and `expect` hold of. Under READ COMMITTED a row that another write changed meanwhile is waited for
 * and asked again in its newest version, and it is that version which the update then changes: of two writers that expect one version, one finds nothing.
 */
export function update(op: Proposing, of: Affected, returning: Returning | null, ctx: Context): Sql {
  const { entity } = op
  const column = (name: string) => ident(fieldOf(entity, name).column)
  const m = sql`m`, key = entity.key.map(column)
  const target = sql`select ${allColumns(entity, sql`t`)} from ${tableOf(entity)} as t where ${affected(of, entity, sql`t`, ctx)} order by ${join(key.map(c => sql`t.${c}`))} for no key update of t`
  const old = join(key.map((c, i) => sql`t.${c} = j.${ident(`#old ${entity.key[i] ?? ''}`)}`), sql` and `)
  const same = join(key.map(c => sql`m.${c} = j.${c}`), sql` and `)
  // A part that is moved to another whole changes both.
  const moved = of.whole ? wholeFields(entity, of.whole).filter(name => op.set.some(a => a.field === name)) : []
  const tells = isLogged(ctx.model, entity) ? toldFields(entity).map(f => f.name).filter(name => op.set.some(a => a.field === name)) : []
  const carry = [...new Set([...entity.key, ...moved, ...tells])]
  const before = of.whole && moved.length > 0 ? [jsonKey(entity, wholeFields(entity, of.whole), sql`j`, name => (carry.includes(name) ? `#old ${name}` : fieldOf(entity, name).column))] : []
  const set = op.set.map(a => sql`${column(a.field)} = j.${column(a.field)}`)
  const { ctes: judging, granted } = judged({ ...op, old: { from: sql`"#target" as o`, carry } }, ctx, miscounted(of, ctx))
  const changed = sql`update ${tableOf(entity)} as t set ${join(set)} from "#judged" as j where ${conditions([old, granted])} returning ${writtenColumns(entity, sql`t`)}`
  // Nothing to set: the row as it is, locked.
  const kept = sql`select o.* from "#target" as o where ${granted}`
  const body = bodyOf(returning, writtenScope(entity, m), written(entity), ctx)
  const answer = join([sql`j."#bad"`, keyOf(entity, m), versionOf(entity, m), wholesOf(entity, of.whole, m, before), ...body.columns])
  const telling = tells.length === 0 ? [] : told(entity, {
    from: sql`from "#judged" as j join "#made" as m on ${same}`, verb: 'update', set: tells, old: (_, name) => sql`j.${ident(`#old ${name}`)}`, now: c => sql`m.${ident(c)}`,
  }, ctx)
  const ctes = [sql`"#target" as materialized (${target})`, ...judging, sql`"#made" as (${set.length > 0 ? changed : kept})`, ...telling]
  return sql`with ${join(ctes)} select ${answer} from "#judged" as j full join "#made" as m on ${same}${body.joins} order by ${join(key.map(c => sql`j.${c}`))}`
}

/** `delete …`, answering the rows that went. What still refers to them keeps them, whoever may see it. Where they must be so many, they are found, locked and counted first. */
export function remove(op: Delete, entity: EntityModel, going: readonly Going[], ctx: Context): Sql {
  const m = sql`m`
  const telling = [...told(entity, { from: sql`from "#made" as m`, verb: 'delete', old: column => sql`m.${ident(column)}`, now: null }, ctx), ...takeAlong(entity, going, '#made', ctx)]
  const wrong = miscounted(op, ctx)
  if (wrong) {
    const key = entity.key.map(name => ident(fieldOf(entity, name).column))
    const same = (a: Sql, b: Sql) => join(key.map(c => sql`${a}.${c} = ${b}.${c}`), sql` and `)
    const target = sql`select ${allColumns(entity, sql`t`)} from ${tableOf(entity)} as t where ${affected(op, entity, sql`t`, ctx)} order by ${join(key.map(c => sql`t.${c}`))} for update of t`
    const gone = sql`delete from ${tableOf(entity)} as t using "#target" as o where ${same(sql`t`, sql`o`)} and not (${wrong}) returning t.*`
    const o = sql`o`, bad = sql`case when ${wrong} then ${integer(verdict.count)} else ${integer(verdict.good)} end`
    return sql`with ${join([sql`"#target" as materialized (${target})`, sql`"#made" as (${gone})`, ...telling])} select ${join([bad, keyOf(entity, o), versionOf(entity, o), wholesOf(entity, op.whole, o), sql`null::text`, sql`null::text`])} from "#target" as o order by ${join(key.map(c => sql`o.${c}`))}`
  }
  const gone = sql`delete from ${tableOf(entity)} as t where ${affected(op, entity, sql`t`, ctx)} returning ${writtenColumns(entity, sql`t`)}`
  return sql`with ${join([sql`"#made" as (${gone})`, ...telling])} select 0, ${join([keyOf(entity, m), versionOf(entity, m), wholesOf(entity, op.whole, m), sql`null::text`, sql`null::text`])} from "#made" as m order by ${join(entity.key.map(name => sql`m.${ident(fieldOf(entity, name).column)}`))}`
}
