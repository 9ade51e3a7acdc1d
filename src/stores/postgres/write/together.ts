// A create with what is nested in it as one statement, where nothing in it reads what it writes: keys are known, rules ask of other tables, the answer is made of what the inserts hand back.
import { entityOf, fieldOf, relationOf, type EntityModel, type FieldModel, type Model, type RelationModel } from '../../../model/index.ts'
import { operands, visitPredicate, type Create, type EntityName, type Predicate, type Returning, type Selection, type Source } from '../../../operation/index.ts'
import { allOf, empty, ident, integer, join, sql, type Sql } from '../../sql/index.ts'
import { isOf, selected, tableOf, totalOf, type Context } from '../compile/index.ts'
import { asObject } from '../compile/json.ts'
import { askedBy, bodyOf, keyOf, readBy, versionOf, writtenColumns } from './answer.ts'
import { overriding } from './intake.ts'
import { isToldWithin, told, toldFields, toldTogether, type Telling } from './log.ts'
import { judged, written, writtenScope, type Proposing } from './proposal.ts'

/** Whether every row of a create names its key. */
export const isNamed = (op: Create, entity: EntityModel): boolean => entity.key.every(name => op.set.some(a => a.field === name && a.from.kind === 'given' && a.from.otherwise === null))

/** Whether a check asks what is computed of the parts that are nested here: it is asked twice then. */
export function asksComputed(op: Create, entity: EntityModel): boolean {
  let asked = false
  visitPredicate(op.check, (p, depth) => { asked ||= operands(p).some(o => o.kind === 'field' && o.scope === depth && entity.fields[o.name]?.computed !== undefined) })
  return asked
}

/** Whether one statement may make all of it. Tables that were there before may have triggers, which would see less than they are used to. */
export function mayTogether(op: Create, returning: Returning | null, model: Model): boolean {
  const entity = entityOf(model, op.entity), near = op.after.map(n => relationOf(entity, n.relation))
  const all = [op, ...op.after.map(n => n.create)], entities = new Set(all.map(o => o.entity))
  if (op.after.length === 0 || op.links.length > 0 || entities.size < all.length || near.some(r => r.through) || asksComputed(op, entity)) return false
  if (op.after.some(n => n.create.after.length > 0 || n.create.links.length > 0 || n.create.returning !== null)) return false
  if (!all.every(o => o.before.length === 0 && o.whole === null && !o.unless?.length && isNamed(o, entityOf(model, o.entity)) && !entityOf(model, o.entity).table.adopted)) return false
  return ![...all.flatMap(o => [...readToWrite(o, model)]), ...(returning ? readBy(returning, op.entity, model, new Set(op.after.map(n => n.relation))) : [])].some(name => entities.has(name))
}

/** The entities whose tables are read to make and judge the rows. */
function readToWrite(op: Create, model: Model): ReadonlySet<EntityName> {
  const entity = entityOf(model, op.entity), seen = new Set(askedBy([op.check], op.entity, model))
  const reads = (relation: string, where: Predicate): void => {
    const { target } = relationOf(entity, relation)
    for (const name of [target, ...askedBy([where], target, model)]) seen.add(name)
  }
  const source = (from: Source): void => {
    if (from.kind === 'related') reads(from.relation, from.where)
    if (from.kind === 'given' && from.otherwise) source(from.otherwise)
  }
  for (const a of op.set) source(a.from)
  for (const r of op.references) reads(r.relation, r.where)
  return seen
}

/** What is told of rows that are made: when, the change itself says. */
const toldOf = ({ entity, set }: Proposing): readonly FieldModel[] =>
  toldFields(entity).filter(f => f.generated !== 'createdAt' || set.find(a => a.field === f.name)?.from.kind !== 'now')

/** Whether of such rows the answer says what is told of them. */
const isTold = (rows: Proposing, select: Selection): boolean => toldOf(rows).every(f => !f.classified) && isOf(toldOf(rows).map(f => f.name), select)

/** Whether the answer is what is told of the rows and of all that is nested in them: the log then keeps it as it is. */
function isAnswerTold(rows: Proposing, parts: readonly Part[], returning: Returning | null, model: Model): returning is Returning {
  if (returning === null || returning.where.kind !== 'always' || returning.select.related.length !== parts.length || !isTold(rows, returning.select)) return false
  return parts.every(p => {
    const answered = returning.select.related.find(r => r.relation === p.relation.name && r.as === r.relation)?.rows
    return answered !== undefined && answered.where.kind === 'always' && answered.select.related.length === 0 && isToldWithin(model, rows.entity, p.rows.entity) && isTold(p.rows, answered.select)
  })
}

interface Part { readonly relation: RelationModel; readonly rows: Proposing }

/**
 * All rows are judged before any is written, and the rows go in before those nested in them: the first of several failures is that of the level above, as it is level by
 * level. What is computed over the nested rows is reckoned from those that were judged. `few`: there are no more of them than the answer shows. Where the answer says of them what the log does, the log keeps the answer.
 */
export function insertTogether(op: Create, rows: Proposing, parts: readonly Part[], returning: Returning | null, few: boolean, ctx: Context): Sql {
  const { entity } = rows, m = sql`m`, j = sql`j`
  const levels = parts.map((p, i) => ({ ...p, entity: p.rows.entity, named: ` ${i + 1}`, ...judged(p.rows, ctx, null, ` ${i + 1}`) }))
  const root = judged(rows, ctx)
  const granted = allOf([root.granted, ...levels.map(l => l.granted)].filter(g => g.text !== 'true')), sure = granted.text === 'true'
  const over = (prefix: string): Context => ({ ...ctx, instead: new Map(levels.map(l => [l.relation, { from: ident(`${prefix}${l.named}`), few: few && prefix === '#made' }])) })
  const computing = over('#judged'), answering = over('#made')
  const value = (name: string): Sql => {
    const field = fieldOf(entity, name)
    return field.computed && levels.some(l => l.relation.name === field.computed?.relation) ? totalOf(field.computed, field, writtenScope(entity, j), computing) : sql`j.${ident(field.column)}`
  }
  const names = op.set.map(a => a.field)
  const columns = (of: EntityModel, fields: readonly string[]): Sql => join(fields.map(name => ident(fieldOf(of, name).column)))
  const made = sql`"#made" as (insert into ${tableOf(entity)} as t (${columns(entity, names)})${overriding(entity)} select ${join(names.map(value))} from "#judged" as j${sure ? empty : sql` where ${granted}`} returning ${writtenColumns(entity, sql`t`)})`
  const nested = levels.map(l => {
    const fields = l.rows.set.map(a => a.field)
    const from = sql`select ${join(fields.map(name => sql`j.${ident(fieldOf(l.entity, name).column)}`))} from ${ident(`#judged${l.named}`)} as j${sure ? empty : sql` where exists (select from "#made")`}`
    return sql`${ident(`#made${l.named}`)} as (insert into ${tableOf(l.entity)} as t (${columns(l.entity, fields)})${overriding(l.entity)} ${from} returning ${writtenColumns(l.entity, sql`t`)})`
  })
  const hang = ({ on }: RelationModel, part: EntityModel): Sql => join(on.map(pair => sql`i.${ident(fieldOf(part, pair.foreign).column)} = m.${ident(fieldOf(entity, pair.local).column)}`), sql` and `)
  const refused = levels.flatMap((l, i) => (l.granted.text === 'true' ? [] : [sql`select ${integer(i)} as p, "#n" as n, "#bad" as b from ${ident(`#judged${l.named}`)} where "#bad" <> 0`]))
  const same = join(entity.key.map(name => { const c = ident(fieldOf(entity, name).column); return sql`m.${c} = j.${c}` }), sql` and `)
  const telling: Telling = { from: sql`from "#made" as m`, verb: 'create', old: null, now: column => sql`m.${ident(column)}` }
  const bad = refused.length === 0 ? sql`null::text` : sql`(select json_agg(json_build_array(x.p, x.n, x.b)) from (${join(refused, sql` union all `)}) as x)::text`
  const answer = (body: readonly Sql[]): Sql => join([sql`j."#bad"`, keyOf(entity, m), versionOf(entity, m), sql`null::text`, ...body, bad])
  const ctes = [...levels.flatMap(l => l.ctes), ...root.ctes, made, ...nested]
  if (few && isAnswerTold(rows, parts, returning, ctx.model)) {
    const whole = selected(returning.select, writtenScope(entity, sql`t`), '', null, answering)
    const kept = join([...new Set([...entity.key, ...(entity.version === null ? [] : [entity.version])])].map(name => sql`t.${ident(fieldOf(entity, name).column)}`))
    const answered = sql`"#answer" as materialized (select ${kept}${entity.version === null ? sql`, t."#xmin"` : empty}, ${asObject(whole.value)} as "#body" from "#made" as t${join(whole.joins, empty)})`
    const change = told(entity, { ...telling, from: sql`from "#answer" as m`, made: sql`m."#body"` }, ctx)
    return sql`with ${join([...ctes, answered, ...change])} select ${answer([sql`m."#body"`, sql`null::text`])} from "#judged" as j left join "#answer" as m on ${same} order by j."#n"`
  }
  const changes = toldTogether(entity, telling, levels.map(l => ({ entity: l.entity, from: ident(`#made${l.named}`), on: hang(l.relation, l.entity) })), ctx)
  const body = bodyOf(returning, writtenScope(entity, m), written(entity), answering)
  return sql`with ${join([...ctes, ...changes])} select ${answer(body.columns)} from "#judged" as j left join "#made" as m on ${same}${body.joins} order by j."#n"`
}
