// A create with what is nested in it as one statement, where nothing in it reads what it writes: keys are known, rules ask of other tables, the answer is made of what the inserts hand back.
import { entityOf, fieldOf, relationOf, type EntityModel, type FieldModel, type Model, type RelationModel } from '../../../model/index.ts'
import { operands, visitPredicate, type Create, type EntityName, type Predicate, type Returning, type FieldName, type Rows, type Selection, type Source } from '../../../operation/index.ts'
import { allOf, empty, ident, integer, join, sql, type Sql } from '../../sql/index.ts'
import { isOf, selected, tableOf, totalOf, type Context, type Elsewhere } from '../compile/index.ts'
import { asObject } from '../compile/json.ts'
import { askedBy, bodyOf, keyOf, readBy, versionOf, writtenColumns } from './answer.ts'
import { overriding } from './intake.ts'
import { isLogged, isToldWithin, toldFields, toldTogether } from './log.ts'
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

/** What is answered of rows, where that is what is told of them. */
const alike = (rows: Proposing, select: Selection): Selection | null =>
  toldOf(rows).every(f => !f.classified) && isOf(toldOf(rows).map(f => f.name), select) ? select : null

/** Whether an answer's rows are found and put in order by what their key and their whole's say, and nothing else is brought with them. */
const byKey = (entity: EntityModel, { where, order, select }: Rows): boolean => where.kind === 'always' && select.related.length === 0 && order.every(o => o.by.via.length === 0 && o.by.shown.kind === 'always' && entity.key.includes(o.by.name))

/**
 * All rows are judged before any is written, and the rows go in before those nested in them: the first of several failures is that of the level above, as it is level by
 * level. What is computed over the nested rows is reckoned from those that were judged. `few`: there are no more of them than the answer shows. Where the answer says of them what the log does, their objects are made once.
 */
export function insertTogether(op: Create, rows: Proposing, parts: readonly { readonly relation: RelationModel; readonly rows: Proposing }[], returning: Returning | null, few: boolean, ctx: Context): Sql {
  const { entity } = rows, m = sql`m`, j = sql`j`
  const levels = parts.map((p, i) => {
    const answered = returning?.select.related.find(r => r.relation === p.relation.name)?.rows
    const shared = answered && byKey(p.rows.entity, answered) && isToldWithin(ctx.model, entity, p.rows.entity) ? alike(p.rows, answered.select) : null
    return { ...p, entity: p.rows.entity, named: ` ${i + 1}`, ...judged(p.rows, ctx, null, ` ${i + 1}`), shared }
  })
  const root = judged(rows, ctx)
  const near = returning !== null && returning.where.kind === 'always' && returning.select.related.every(r => levels.some(l => l.relation.name === r.relation))
  const shared = near && isLogged(ctx.model, entity) ? alike(rows, returning.select) : null
  const granted = allOf([root.granted, ...levels.map(l => l.granted)].filter(g => g.text !== 'true'))
  const over = (at: (level: (typeof levels)[number]) => Elsewhere): Context => ({ ...ctx, instead: new Map(levels.map(l => [l.relation, at(l)])) })
  const computing = over(l => ({ from: ident(`#judged${l.named}`), fields: null, few: false }))
  const answering = over(l => ({ from: ident(`${l.shared ? '#row' : '#made'}${l.named}`), fields: l.shared && toldOf(l.rows).map(f => f.name), few }))
  const value = (name: string): Sql => {
    const field = fieldOf(entity, name)
    return field.computed && levels.some(l => l.relation.name === field.computed?.relation) ? totalOf(field.computed, field, writtenScope(entity, j), computing) : sql`j.${ident(field.column)}`
  }
  const names = op.set.map(a => a.field)
  const columns = (of: EntityModel, fields: readonly string[]): Sql => join(fields.map(name => ident(fieldOf(of, name).column)))
  /** The rows that were made, narrow, with the object of each that both the log and the answer say. */
  const objects = (of: EntityModel, select: Selection | null, named: string, ties: readonly FieldName[]): readonly Sql[] => {
    if (select === null) return []
    const row = selected({ ...select, related: [] }, writtenScope(of, sql`t`), '', null, ctx)
    const kept = [...new Set([...of.key, ...(of.version === null ? [] : [of.version]), ...ties].map(name => fieldOf(of, name).column))].map(name => sql`t.${ident(name)}`)
    return [sql`${ident(`#row${named}`)} as materialized (select ${join([...kept, ...(of.version === null ? [sql`t."#xmin"`] : [])])}, ${asObject(row.value)} as "#row" from ${ident(`#made${named}`)} as t${join(row.joins, empty)})`]
  }
  const made = sql`"#made" as (insert into ${tableOf(entity)} as t (${columns(entity, names)})${overriding(entity)} select ${join(names.map(value))} from "#judged" as j${granted.text === 'true' ? empty : sql` where ${granted}`} returning ${writtenColumns(entity, sql`t`)})`
  const nested = levels.flatMap(l => {
    const fields = l.rows.set.map(a => a.field)
    const from = sql`select ${join(fields.map(name => sql`j.${ident(fieldOf(l.entity, name).column)}`))} from ${ident(`#judged${l.named}`)} as j${granted.text === 'true' ? empty : sql` where exists (select from "#made")`}`
    const insert = sql`${ident(`#made${l.named}`)} as (insert into ${tableOf(l.entity)} as t (${columns(l.entity, fields)})${overriding(l.entity)} ${from} returning ${writtenColumns(l.entity, sql`t`)})`
    return [insert, ...objects(l.entity, l.shared, l.named, l.relation.on.map(pair => pair.foreign))]
  })
  const rooted = objects(entity, shared, '', levels.flatMap(l => l.relation.on.map(pair => pair.local))), row = shared ? sql`"#row"` : sql`"#made"`
  const hang = ({ on }: RelationModel, part: EntityModel): Sql => join(on.map(pair => sql`i.${ident(fieldOf(part, pair.foreign).column)} = m.${ident(fieldOf(entity, pair.local).column)}`), sql` and `)
  const telling = toldTogether(entity, { from: sql`from ${row} as m`, verb: 'create', old: null, now: column => sql`m.${ident(column)}`, made: shared && sql`m."#row"` },
    levels.map(l => ({ entity: l.entity, from: ident(`${l.shared ? '#row' : '#made'}${l.named}`), on: hang(l.relation, l.entity), fields: toldOf(l.rows), made: l.shared !== null })), ctx)
  const refused = levels.flatMap((l, i) => l.granted.text === 'true' ? [] : [ sql`select ${integer(i)} as p, "#n" as n, "#bad" as b from ${ident(`#judged${l.named}`)} where "#bad" <> 0`])
  const scope = writtenScope(entity, m)
  const body = bodyOf(returning, shared ? { ...scope, object: { fields: toldOf(rows).map(f => f.name), of: () => sql`m."#row"` } } : scope, written(entity), answering)
  const same = join(entity.key.map(name => { const c = ident(fieldOf(entity, name).column); return sql`m.${c} = j.${c}` }), sql` and `)
  const answer = join([sql`j."#bad"`, keyOf(entity, m), versionOf(entity, m), sql`null::text`, ...body.columns, refused.length === 0 ? sql`null::text` : sql`(select json_agg(json_build_array(x.p, x.n, x.b)) from (${join(refused, sql` union all `)}) as x)::text`])
  return sql`with ${join([...levels.flatMap(l => l.ctes), ...root.ctes, made, ...rooted, ...nested, ...telling])} select ${answer} from "#judged" as j left join ${row} as m on ${same}${body.joins} order by j."#n"`
}
