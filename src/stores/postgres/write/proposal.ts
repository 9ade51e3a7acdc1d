// The rows a write proposes, and what is asked of them before anything is written: `#judged` has the columns of the table, and says what is wrong.
import { entityOf, fieldOf, relationOf, type EntityModel, type FieldModel, type RelationModel } from '../../../model/index.ts'
import { absurd, and, type Assignment, type FieldName, type Parameter, type Predicate, type Reference, type Source, type Value, type Whole } from '../../../operation/index.ts'
import { allOf, anyOf, empty, ident, integer, join, output, sql, type Sql } from '../../sql/index.ts'
import { stored, tableOf, type Context, type Scope } from '../compile/context.ts'
import { typeOf } from '../compile/notation.ts'
import { operand } from '../compile/operand.ts'
import { predicate, truth } from '../compile/predicate.ts'
import { changedBy } from './atomic.ts'
import { collation, columnType, inJson, intake, madeByDatabase, madeKeys, parentKeys, type Given, type Intake } from './intake.ts'

/** What creates and updates have in common. */
export interface Proposing {
  readonly entity: EntityModel
  readonly rows: Parameter
  readonly set: readonly Assignment[]
  readonly references: readonly Reference[]
  readonly check: Predicate
  /** To-one relations whose target a nested create makes first. */
  readonly made: ReadonlySet<string>
  /** The entity of the row these are nested in. */
  readonly parent: EntityModel | null
  /** Updates: the old rows, locked, as `o`; and the fields whose old values go on as `#old name`. */
  readonly old: { readonly from: Sql; readonly carry: readonly FieldName[] } | null
}

/**
 * `#bad` of a row: nothing; the check did not hold; the n-th reference has no target the caller may refer to; the row it hangs on, of another level, is not there:
 * that one was refused, and what was sent right behind it must not meet a constraint either; another number of rows than expected; the n-th field (counted down from
 * `empty`) has nothing to add to, or no room for the sum.
 */
export const verdict = { good: 0, forbidden: 1, reference: 2, orphan: -1, count: -2, empty: -3 } as const

/**
 * `#judged` and what it is made from, for a `with`; and the condition under which anything may be written, which is that no row was refused. `named`: what stands behind
 * those names, where a statement judges several levels and makes what they hang on.
 */
export function judged(op: Proposing, ctx: Context, miscounted: Sql | null = null, named = ''): { readonly ctes: readonly Sql[]; readonly granted: Sql } {
  const { rows, asks } = proposed(op, ctx)
  const to = ident(`#judged${named}`)
  const hangs = [...(named === '' ? hanging(op, ctx) : []), ...[...op.made].map(relation => sql`(not p.${ident(`#asked ${relation}`)} or p.${ident(`#found ${relation}`)})`)]
  const p = proposedScope(op.entity, sql`p`)
  const wrong = [
    ...(hangs.length === 0 ? [] : [sql`when not ${allOf(hangs)} then ${integer(verdict.orphan)}`]),
    ...(op.check.kind === 'always' ? [] : [sql`when not (${truth(op.check, [p], ctx)}) then ${integer(verdict.forbidden)}`]),
    ...(miscounted ? [sql`when ${miscounted} then ${integer(verdict.count)}`] : []),
    ...op.references.map((r, i) => sql`when not ${referenceHolds(r, op.entity, p, asks.has(r.relation), ctx)} then ${integer(verdict.reference + i)}`),
  ]
  wrong.push(...addedTo(op.set).map((name, i) => sql`when ${p.column(name)} is null then ${integer(verdict.empty - i)}`))
  const good = integer(verdict.good)
  if (wrong.length === 0) return { ctes: [sql`${to} as materialized (select p.*, ${good} as "#bad" from (${rows}) as p)`], granted: sql`true` }
  // Apart, and made once: `offset 0` is that for less than a CTE of its own.
  return {
    ctes: [sql`${to} as materialized (select p.*, case ${join(wrong, sql` `)} else ${good} end as "#bad" from (${rows} offset 0) as p)`],
    granted: sql`not exists (select from ${to} where "#bad" <> ${good})`,
  }
}

/** The fields that are added to, in the order that verdicts count them. */
export const addedTo = (set: readonly Assignment[]): readonly FieldName[] => set.filter(a => a.from.kind === 'atomic' && a.from.by === 'add').map(a => a.field)

/** Whether the row that a nested one hangs on is there. */
function hanging(op: Proposing, ctx: Context): readonly Sql[] {
  const pairs = op.set.flatMap(a => (a.from.kind === 'parent' ? [{ local: a.field, key: a.from.field }] : []))
  if (op.parent === null || pairs.length === 0) return []
  const t = ctx.alias(), parent = stored(op.parent, t), p = proposedScope(op.entity, sql`p`)
  return [sql`exists (select from ${tableOf(op.parent)} ${t} where ${join(pairs.map(x => sql`${parent.raw(x.key)} = ${p.raw(x.local)}`), sql` and `)})`]
}

/** A proposed row under an alias. It is in no table yet, and what is required may be missing. */
export const proposedScope = (entity: EntityModel, alias: Sql): Scope => ({ ...stored(entity, alias), stored: false, proposed: true, nullable: true })

/**
 * A stored row whose conditions are asked again on its newest version when another write was faster: so nothing about it may be looked up in its table on the
 * way, as predicates of merely stored rows are free to do.
 */
export const lockedScope = (entity: EntityModel, alias: Sql): Scope => ({ ...stored(entity, alias), stored: false })

/** A row that this statement has written, in `#made`: its table does not show it to this statement. `written` is true of it. */
export const writtenScope = (entity: EntityModel, alias: Sql): Scope => ({ ...stored(entity, alias), stored: false })
export const written = (entity: EntityModel): Sql => join(entity.key.slice(0, 1).map(name => sql`m.${ident(fieldOf(entity, name).column)} is not null`))

/** What an owned part asks of the whole it belongs to, and of the whole of that. */
export const wholeHolds = (whole: Whole): Predicate =>
  ({ kind: 'some', relation: whole.relation, where: whole.whole ? and(whole.where, wholeHolds(whole.whole)) : whole.where })

interface Making extends Proposing { readonly ctx: Context; readonly take: Intake; readonly lookups: Map<string, Sql>; readonly at: Map<FieldName, Sql> }

/** The select of the proposed rows, and the references whose rows may name their target otherwise than by its key. */
export function proposed(op: Proposing, ctx: Context): { rows: Sql; asks: ReadonlySet<string> } {
  const take = intake(), lookups = new Map<string, Sql>(), asks = new Set<string>(), joins: Sql[] = []
  const flags: Sql[] = []
  const named = new Map(op.references.filter(r => r.by !== null).map(r => [r.relation, r]))
  for (const relation of new Set([...named.keys(), ...op.made])) {
    const alias = sql`l${integer(lookups.size)}`
    const { asked, found } = lookup(relation, named.get(relation) ?? null, op, alias, joins, take, ctx)
    lookups.set(relation, alias)
    asks.add(relation)
    flags.push(sql`${asked} as ${ident(`#asked ${relation}`)}`, sql`${found} as ${ident(`#found ${relation}`)}`)
  }
  const at = new Map<FieldName, Sql>()
  const making: Making = { ...op, ctx, take, lookups, at }
  let pending = op.set
  for (let stage = 0; pending.length > 0; stage++) {
    // First what depends on no other row; then, stage by stage, what is read through references that are known by then.
    const waiting = new Set(pending.map(a => a.field))
    const ready = pending.filter(a => stage === 0 ? through(a.from).length === 0
      : through(a.from).every(name => relationOf(op.entity, name).on.every(pair => !waiting.has(pair.local))))
    if (ready.length === 0 && stage > 0) throw new Error(`defaults of ${op.entity.name} go round in a circle: ${pending.map(a => a.field).join(', ')}`)
    pending = pending.filter(a => !ready.includes(a))
    if (ready.length === 0) continue
    const b = sql`b${integer(stage)}`
    const columns = ready.map(({ field: name, from }) => {
      const field = fieldOf(op.entity, name)
      const value = source(from, field, making)
      // What comes from the rows has its type already.
      return (from.kind === 'given' && from.otherwise === null) || from.kind === 'parent' ? output(value, field.column) : output(sql`(${value})::${columnType(field)}${collation(field)}`, field.column)
    })
    joins.push(sql`cross join lateral (select ${join(columns)}) as ${b}`)
    for (const a of ready) at.set(a.field, sql`${b}.${ident(fieldOf(op.entity, a.field).column)}`)
  }
  const columns = Object.values(op.entity.fields).map(f => {
    const set = at.get(f.name)
    if (set) return set
    return op.old ? sql`o.${ident(f.column)}` : output(sql`null::${columnType(f)}${collation(f)}`, f.column)
  })
  const old = (op.old?.carry ?? []).map(name => sql`o.${ident(fieldOf(op.entity, name).column)} as ${ident(`#old ${name}`)}`)
  const from = take.from(ctx.parameters, op.rows)
  return { rows: sql`select ${join([sql`g.ordinality as "#n"`, ...columns, ...old, ...flags])} from ${op.old ? sql`${op.old.from} cross join ` : empty}${join([from, ...joins], sql` `)}`, asks }
}

/** The to-one relations that a source reads through. */
function through(from: Source): readonly string[] {
  return from.kind === 'related' ? [from.relation] : from.kind === 'given' && from.otherwise ? through(from.otherwise) : []
}

/** The key of the row that a `connect` names, or that a nested create has made: as `alias`, one row or none. */
function lookup(name: string, r: Reference | null, op: Proposing, alias: Sql, joins: Sql[], take: Intake, ctx: Context): { asked: Sql; found: Sql } {
  const relation = relationOf(op.entity, name), target = entityOf(ctx.model, relation.target)
  const t = ctx.alias(), scope = stored(target, t)
  const made = madeKeys(name)
  const isMade = take.column(`made ${name}`, sql`boolean`, row => Object.hasOwn(row, made))
  const asked = take.column(`asks ${name}`, sql`boolean`, row => Object.hasOwn(row, made) || isObject(row[name]))
  const by = (r?.by ?? []).map(one => {
    const field = fieldOf(target, one)
    return sql`${scope.raw(one)} = ${take.column(`by ${name} ${one}`, typed(field), row => inJson(member(row[name], one), field.scalar))}`
  })
  const key = target.key.map((one, i) => {
    const field = fieldOf(target, one)
    return sql`${scope.raw(one)} = ${take.column(`made ${name} ${one}`, typed(field), row => inJson(member(row[made], i), field.scalar))}`
  })
  const ways = [
    ...(op.made.has(name) ? [allOf([isMade, ...key])] : []),
    ...(r && by.length > 0 ? [allOf([...by, predicate(r.where, [scope], ctx)])] : []),
  ]
  const columns = relation.on.map((pair, i) => sql`${scope.raw(pair.foreign)} as k${integer(i)}`)
  joins.push(sql`left join lateral (select ${join([...columns, sql`true as found`])} from ${tableOf(target)} ${t} where ${anyOf(ways)}) as ${alias} on true`)
  return { asked, found: sql`${alias}.found is true` }
}

/** A field's type and collation, as a column of a record. */
const typed = (field: FieldModel): Sql => sql`${columnType(field)}${collation(field)}`
const isObject = (v: Value | undefined): v is Given => typeof v === 'object' && v !== null && !Array.isArray(v)
const member = (v: Value | undefined, name: string | number): Value =>
  Array.isArray(v) && typeof name === 'number' ? (v[name] as Value | undefined) ?? null : isObject(v) && typeof name === 'string' && Object.hasOwn(v, name) ? v[name] ?? null : null

/** The value of one field of a proposed row. */
function source(from: Source, field: FieldModel, m: Making): Sql {
  switch (from.kind) {
    case 'given': {
      const given = givenValue(field, m)
      if (from.otherwise === null) return given
      return sql`case when ${m.take.column(`names ${field.name}`, sql`boolean`, row => Object.hasOwn(row, field.name))} then ${given} else ${source(from.otherwise, field, m)} end`
    }
    case 'value': return m.ctx.parameters.constant(from.value, field.scalar, field.list)
    case 'parameter': return m.ctx.parameters.slot(from.slot, field.scalar, field.list)
    case 'now': return operand({ kind: 'now' }, field.scalar, [], m.ctx)
    case 'generated': return madeByDatabase(m.entity, field)
    case 'related': {
      const relation = relationOf(m.entity, from.relation), target = entityOf(m.ctx.model, relation.target)
      const t = m.ctx.alias(), scope = stored(target, t)
      const on = relation.on.map(pair => sql`${scope.raw(pair.foreign)} = ${valueAt(pair.local, m)}`)
      return sql`(select ${scope.column(from.field)} from ${tableOf(target)} ${t} where ${allOf([...on, predicate(from.where, [scope], m.ctx)])})`
    }
    case 'parent': {
      const place = m.parent?.key.indexOf(from.field) ?? -1
      if (place < 0) throw new Error(`${m.entity.name}.${field.name} takes ${from.field} of a parent that has no such key`)
      return m.take.column(`parent ${from.field}`, typed(field), row => inJson(member(row[parentKeys], place), field.scalar))
    }
    case 'linked': {
      const relation = relationOf(m.entity, from.relation), place = relation.on.findIndex(pair => pair.foreign === from.field)
      const alias = m.lookups.get(from.relation)
      if (!alias || place < 0) throw new Error(`${m.entity.name}.${field.name} is linked through ${from.relation}, which nothing looks up`)
      // A row that names its target by its key, where others name it otherwise, keeps the key it gave.
      return sql`coalesce(${alias}.k${integer(place)}, ${givenValue(field, m)})`
    }
    case 'next': return sql`o.${ident(field.column)} + 1`
    case 'atomic': return changedBy(field, from.by, sql`o.${ident(field.column)}`, givenValue(field, m))
    case 'claim': throw new Error(`claim ${from.claim} reached a store`)
    default: return absurd(from)
  }
}

const givenValue = (field: FieldModel, m: Making): Sql => m.take.column(`value ${field.name}`, typed(field), row => inJson(row[field.name] ?? null, field.scalar))

/** A field of the proposed row while it is being made. */
function valueAt(name: FieldName, m: Making): Sql {
  const field = fieldOf(m.entity, name)
  return m.at.get(name) ?? (m.old ? sql`o.${ident(field.column)}` : sql`null::${columnType(field)}`)
}

/** Whether a reference of the proposed row `p` has a target that exists and fulfils what is asked of it: missing and hidden are one answer. */
function referenceHolds(r: Reference, entity: EntityModel, p: Scope, asks: boolean, ctx: Context): Sql {
  const relation: RelationModel = relationOf(entity, r.relation), target = entityOf(ctx.model, relation.target)
  const t = ctx.alias(), scope = stored(target, t)
  const on = relation.on.map(pair => sql`${scope.raw(pair.foreign)} = ${p.raw(pair.local)}`)
  const there = sql`exists (select from ${tableOf(target)} ${t} where ${join([...on, predicate(r.where, [scope, p], ctx)], sql` and `)})`
  const unset = allOf(relation.on.map(pair => sql`${p.raw(pair.local)} is null`))
  const byKey = r.optional || asks ? sql`(${unset} or ${there})` : there
  return asks ? sql`case when p.${ident(`#asked ${r.relation}`)} then p.${ident(`#found ${r.relation}`)} else ${byKey} end` : byKey
}
