// The change log: rows written by the same statement that writes the rows they tell of, so that neither is ever without the other.
import { entityOf, fieldOf, goesAlong, relationOf, type EntityModel, type FieldModel, type Model, type RelationModel, type Verb } from '../../../model/index.ts'
import type { FieldName, Value } from '../../../operation/index.ts'
import { empty, ident, join, literal, sql, type Sql } from '../../sql/index.ts'
import { conditions, tableOf, type Context } from '../compile/index.ts'
import { equatable, readable } from '../compile/column.ts'
import { asObject, json, row as rowOf } from '../compile/json.ts'

/** Whether rows of this entity are logged when they are written. */
export const isLogged = (model: Model, entity: EntityModel): boolean => model.system !== undefined && Object.hasOwn(model.system, '~change') && (!entity.system || entity.logged === true) && !entity.unlogged
/** What of a row is told: all but secrets and what every change moves. */
export const toldFields = (entity: EntityModel): readonly FieldModel[] =>
  Object.values(entity.fields).filter(f => f.kind !== 'secret' && f.generated !== 'version' && f.generated !== 'updatedAt')

/** Stands in the log for a classified value that is not null. */
export const masked = '***'

/** The rows a statement has written: `from` brings them, `now` and `old` are their columns afterwards and before. */
export interface Telling {
  readonly from: Sql
  readonly verb: Exclude<Verb, 'read'>
  readonly now: ((column: string, field: FieldName) => Sql) | null
  readonly old: ((column: string, field: FieldName) => Sql) | null
  /** Updates: the fields that were set. Rows in which none of them differs are not told of. */
  readonly set?: readonly FieldName[]
  /** What is told of a row afterwards, where it is made already. */
  readonly made?: Sql | null
}

/** For a `with`: the change rows, as a CTE called `name`. None where there is nothing to tell. */
export const told = (entity: EntityModel, of: Telling, ctx: Context, name = '#told'): readonly Sql[] => {
  const change = changeOf(entity, of, ctx)
  return change === null ? [] : [recorded(change, [], ctx, name)]
}

/** Rows that were made to hang on others: `from` brings those of the one row whose key columns are `m`'s. */
export interface Hanging { readonly entity: EntityModel; readonly from: Sql; readonly on: Sql }

/** Whether parts are told of within their whole's change: where it is told of, and their keys stand in what is told of them. */
export const isToldWithin = (model: Model, whole: EntityModel, part: EntityModel): boolean =>
  isLogged(model, whole) && isLogged(model, part) && !part.key.some(name => fieldOf(part, name).classified)

/**
 * The changes of rows (as `m`) and of what was made to hang on them, as one CTE. A change row costs more than what it says, so parts are told within their whole's, as long
 * as their keys stand in what is told of them.
 */
export function toldTogether(entity: EntityModel, of: Telling, parts: readonly Hanging[], ctx: Context): readonly Sql[] {
  const change = changeOf(entity, of, ctx), logged = parts.filter(p => isLogged(ctx.model, p.entity)), made = sql`i`
  if (change === null || !logged.every(p => isToldWithin(ctx.model, entity, p.entity))) {
    const apart = logged.flatMap((p, i) => told(p.entity, { from: sql`from ${p.from} as ${made}`, verb: 'create', old: null, now: column => sql`${made}.${ident(column)}` }, ctx, `#told ${i + 1}`))
    return [...(change === null ? [] : [recorded(change, [], ctx, '#told')]), ...apart]
  }
  const lists = logged.map(p => {
    const joins: Sql[] = []
    const row = rowOf(toldFields(p.entity).map(f => ({ name: f.name, value: valueOf(f, sql`${made}.${ident(f.column)}`) })), joins, ctx)
    return sql`${literal(p.entity.name)}, (select array_to_json(array_agg(${row})) from ${p.from} as ${made}${join(joins, empty)} where ${p.on})`
  })
  return [recorded(change, lists, ctx, '#told')]
}

interface Told { readonly values: readonly Sql[]; readonly from: Sql }

const recorded = ({ values, from }: Told, parts: readonly Sql[], ctx: Context, name: string): Sql => {
  const log = entityOf(ctx.model, '~change')
  const columns = ['entity', 'key', 'verb', 'before', 'after', 'caller', 'request', 'action', 'reason', ...(parts.length > 0 ? ['parts'] : [])].map(c => ident(fieldOf(log, c).column))
  const all = parts.length > 0 ? [...values, sql`json_build_object(${join(parts)})`] : values
  return sql`${ident(name)} as (insert into ${tableOf(log)} (${join(columns)}) select ${join(all)} ${from})`
}

/** What the change rows say, and where from; null where there is nothing to tell. */
function changeOf(entity: EntityModel, of: Telling, ctx: Context): Told | null {
  const { mark } = ctx
  if (mark === undefined || !isLogged(ctx.model, entity)) return null
  const fields = toldFields(entity).filter(f => of.set === undefined || of.set.includes(f.name))
  const { old, now } = of
  const differs = of.set !== undefined && old && now ? fields.map(f => sql`${equatable(entity, f, old(f.column, f.name))} is distinct from ${equatable(entity, f, now(f.column, f.name))}`) : null
  if (differs?.length === 0) return null
  const joins: Sql[] = []
  const whole = (at: (column: string, field: FieldName) => Sql): Sql => {
    const members = fields.map((f, i) => ({ name: f.name, value: valueOf(f, at(f.column, f.name)), when: differs?.[i] ?? null }))
    // The only field there is differs, or there would be no row.
    return differs === null || members.length === 1 ? asObject(rowOf(members, joins, ctx)) : differing(members)
  }
  const who = (fact: string): Sql => ctx.parameters.derived(mark.slot, fact, 'text', false, value => memberOf(value, fact))
  // The verb's row is the new one, and of what is gone the last there was.
  const row = now ?? old
  if (!row) throw new Error('a change has a row before or after')
  const key = sql`json_build_array(${join(entity.key.map(name => { const f = fieldOf(entity, name); return json(readable(f, row(f.column, name)), f.scalar, f.list) }))})`
  const values = [
    literal(entity.name), key, literal(of.verb), old ? whole(old) : sql`null::json`, of.made ?? (now ? whole(now) : sql`null::json`), ...['caller', 'request', 'action', 'reason'].map(who),
  ]
  const where = differs === null ? empty : sql` where ${differs.length === 1 && differs[0] ? differs[0] : sql`(${join(differs, sql` or `)})`}`
  return { values, from: sql`${of.from}${join(joins, empty)}${where}` }
}

const memberOf = (value: Value, name: string): Value => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, Value>>)[name] ?? null : null)

function valueOf(field: FieldModel, column: Sql): Sql {
  if (field.classified) return sql`case when ${column} is not null then ${literal(masked)}::text end`
  return json(readable(field, column), field.scalar, field.list)
}

/** One object of the members whose condition holds. */
const differing = (members: readonly { readonly name: FieldName; readonly value: Sql; readonly when: Sql | null }[]): Sql =>
  members.length === 0 ? sql`'{}'::jsonb`
    : join(members.map(m => sql`case when ${m.when ?? sql`true`} then jsonb_build_object(${literal(m.name)}, ${m.value}) else '{}'::jsonb end`), sql` || `)

/** The rows that go when a row goes, entity by entity: owned parts, links and what cascades, and theirs. */
export interface Going { readonly holder: EntityModel; readonly relation: RelationModel; readonly further: readonly Going[] }

/** What goes with rows of an entity, as far as it or what goes with it is told of. Whether links of a table that was there before go along, that table says. */
export function goingWith(model: Model, entity: EntityModel, around: readonly EntityModel[] = []): readonly Going[] {
  if (!Object.hasOwn(model.system ?? {}, '~change')) return []
  return Object.values(model.entities).flatMap(holder => Object.values(holder.relations).flatMap(relation => {
    if (!relation.owner || relation.target !== entity.name || !goesAlong(holder, relation) || (holder.hidden && holder.table.adopted) || around.includes(holder)) return []
    const further = goingWith(model, holder, [...around, entity])
    return isLogged(model, holder) || further.length > 0 ? [{ holder, relation, further }] : []
  }))
}

/** For a `with`: deletes what goes with the rows that the CTE `from` has deleted, and tells of it. The database's own cascade then finds nothing left. */
export function takeAlong(entity: EntityModel, going: readonly Going[], from: string, ctx: Context): readonly Sql[] {
  return going.flatMap(({ holder, relation, further }, i) => {
    const name = `${from} ${i}`
    const same = relationOf(holder, relation.name).on.map(pair => sql`t.${ident(fieldOf(holder, pair.local).column)} = p.${ident(fieldOf(entity, pair.foreign).column)}`)
    const gone = sql`${ident(name)} as (delete from ${tableOf(holder)} as t using ${ident(from)} as p where ${conditions(same)} returning t.*)`
    return [gone, ...told(holder, { from: sql`from ${ident(name)} as t`, verb: 'delete', now: null, old: column => sql`t.${ident(column)}` }, ctx, `${name} told`), ...takeAlong(holder, further, name, ctx)]
  })
}
