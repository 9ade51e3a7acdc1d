// The whole of an owned part: locked before the part is written, raised to its next version after.
import { entityOf, fieldOf, relationOf, type EntityModel } from '../../../model/index.ts'
import type { Parameter, Whole } from '../../../operation/index.ts'
import { ident, integer, join, sql, type Sql } from '../../sql/index.ts'
import { tableOf, totalOf, truth, type Context } from '../compile/index.ts'
import { keyOf, wholesOf } from './answer.ts'
import { collation, columnType, inJson, intake } from './intake.ts'
import { told } from './log.ts'
import { verdict, writtenScope } from './proposal.ts'

/** The wholes of a part, from the nearest out. */
export function chain(entity: EntityModel, whole: Whole | null, ctx: Context): readonly { readonly part: EntityModel; readonly whole: Whole; readonly entity: EntityModel }[] {
  if (whole === null) return []
  const target = entityOf(ctx.model, relationOf(entity, whole.relation).target)
  return [{ part: entity, whole, entity: target }, ...chain(target, whole.whole, ctx)]
}

/**
 * Locks the `depth`-th whole of the parts that `parts` selects as `p` (their columns by name). Nothing is asked of it here: the statements after this one see it as
 * it is then, and ask. The same lock as an update's, so that references to the whole may still be made.
 */
export function lock(parts: Sql, entity: EntityModel, whole: Whole, depth: number, ctx: Context): Sql {
  const links = chain(entity, whole, ctx).slice(0, depth + 1)
  const last = links.at(-1)
  if (!last) throw new Error(`${entity.name} has no whole`)
  let from = sql`(${parts}) as p`, at = sql`p`
  links.slice(0, -1).forEach(link => {
    const t = ctx.alias()
    from = sql`${from} join ${tableOf(link.entity)} ${t} on ${tie(link.part, link.whole, at, link.entity, t)}`
    at = t
  })
  const pairs = relationOf(last.part, last.whole.relation).on
  const columns = join(pairs.map(pair => sql`w.${ident(fieldOf(last.entity, pair.foreign).column)}`))
  const keys = sql`select ${join(pairs.map(pair => sql`${at}.${ident(fieldOf(last.part, pair.local).column)}`))} from ${from}`
  return sql`select 1 from ${tableOf(last.entity)} as w where (${columns}) in (${keys}) order by ${columns} for no key update of w`
}

const tie = (part: EntityModel, whole: Whole, p: Sql, entity: EntityModel, w: Sql): Sql =>
  join(relationOf(part, whole.relation).on.map(pair => sql`${w}.${ident(fieldOf(entity, pair.foreign).column)} = ${p}.${ident(fieldOf(part, pair.local).column)}`), sql` and `)

/**
 * Raises the wholes whose keys (values of `on` fields, in order) are in the slot, and keeps up what they compute of these parts; answers whether the check holds of each,
 * and the key of its own whole. The parts are as the statements before have left them, and nobody else's write of them comes in between: the whole was locked.
 * What they compute is told of here, where it changes; or the whole itself, where this write has made it and this is the last of what is done to it.
 */
export function raise(part: EntityModel, whole: Whole, keys: Parameter, ctx: Context, telling: 'change' | 'create' | 'nothing' = 'change'): Sql {
  const relation = relationOf(part, whole.relation), entity = entityOf(ctx.model, relation.target)
  const take = intake(), w = sql`w`
  const same = relation.on.map((pair, i) => {
    const field = fieldOf(entity, pair.foreign)
    const given = take.column(`key ${i}`, sql`${columnType(field)}${collation(field)}`, row => inJson(row[String(i)] ?? null, field.scalar))
    return sql`w.${ident(field.column)} = ${given}`
  })
  const rising = Object.values(entity.fields).flatMap(f => {
    const column = ident(f.column)
    if (f.computed?.relation === relation.inverse) return [sql`${column} = ${totalOf(f.computed, f, writtenScope(entity, w), ctx)}`]
    return !whole.raise ? [] : f.generated === 'version' || f.name === entity.version ? [sql`${column} = w.${column} + 1`] : f.generated === 'updatedAt' ? [sql`${column} = now()`] : []
  })
  // Where nothing counts or dates the changes, a row that is written as it is has a new xmin all the same.
  const first = join(entity.key.slice(0, 1).map(name => { const c = ident(fieldOf(entity, name).column); return sql`${c} = w.${c}` }))
  const bad = whole.check.kind === 'always' ? good : sql`case when ${truth(whole.check, [writtenScope(entity, w)], ctx)} then ${good} else ${integer(verdict.forbidden)} end`
  const outer = wholesOf(entity, whole.whole, w)
  const from = take.from(ctx.parameters, keys)
  const computed = Object.values(entity.fields).filter(f => f.computed?.relation === relation.inverse).map(f => f.name)
  const tie = join(entity.key.map(name => { const c = ident(fieldOf(entity, name).column); return sql`m.${c} = o.${c}` }), sql` and `)
  if (telling === 'create') {
    const m = sql`m`, made = sql`"#made" as (update ${tableOf(entity)} as w set ${join(rising)} from ${from} where ${join(same, sql` and `)} returning w.*, ${bad} as "#bad")`
    const ctes = told(entity, { from: sql`from "#made" as m`, verb: 'create', old: null, now: c => sql`m.${ident(c)}` }, ctx)
    return sql`with ${join([made, ...ctes])} select ${join([sql`m."#bad"`, keyOf(entity, m), sql`null::text`, wholesOf(entity, whole.whole, m), sql`null::text`, sql`null::text`])} from "#made" as m`
  }
  const changes = computed.length === 0 || telling === 'nothing' ? [] : told(entity, {
    from: sql`from "#was" as o join "#made" as m on ${tie}`, verb: 'update', set: computed, old: c => sql`o.${ident(c)}`, now: c => sql`m.${ident(c)}`,
  }, ctx)
  if (changes.length > 0) {
    const m = sql`m`
    const was = sql`"#was" as materialized (select w.* from ${tableOf(entity)} as w, ${from} where ${join(same, sql` and `)})`
    const made = sql`"#made" as (update ${tableOf(entity)} as w set ${join(rising)} from ${from} where ${join(same, sql` and `)} returning w.*, ${bad} as "#bad")`
    return sql`with ${join([was, made, ...changes])} select ${join([sql`m."#bad"`, keyOf(entity, m), sql`null::text`, wholesOf(entity, whole.whole, m), sql`null::text`, sql`null::text`])} from "#made" as m`
  }
  return sql`update ${tableOf(entity)} as w set ${rising.length > 0 ? join(rising) : first} from ${from} where ${join(same, sql` and `)} returning ${join([bad, keyOf(entity, w), sql`null::text`, outer, sql`null::text`, sql`null::text`])}`
}
const good = integer(verdict.good)
