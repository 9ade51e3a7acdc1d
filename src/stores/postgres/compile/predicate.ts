// Predicates as SQL conditions, two-valued as `evaluate` has them: `not` is carried to the leaves, where alone a null could make a difference.
import { relationOf, type RelationModel } from '../../../model/index.ts'
import {
  absurd, and, field, mapOperands, not, operands, visitPredicate, type Field, type Operand, type Predicate, type Scalar,
} from '../../../operation/index.ts'
import { allOf, anyOf, join, sql, type Sql } from '../../sql/index.ts'
import { comparable, itemCast } from './column.ts'
import { reach, stored, tableOf, type Context, type Scope } from './context.ts'
import { listOperand, mayBeNull, modelOf, operand, rawSides, scopeOf } from './operand.ts'
import { match } from './text.ts'

/**
 * The condition `p` over the row `scopes[0]`, the rows around it following. In `where` (and `filter`, `on`, `when`) null counts as false, so positive
 * comparisons stand plain; under `not` those that may be null are wrapped in `is not true`.
 */
export function predicate(p: Predicate, scopes: readonly Scope[], ctx: Context): Sql {
  switch (p.kind) {
    case 'always': return sql`true`
    case 'never': return sql`false`
    case 'and': return allOf(p.of.map(x => predicate(x, scopes, ctx)))
    case 'or': return keyed(p.of, scopes, ctx) ?? anyOf(p.of.map(x => predicate(x, scopes, ctx)))
    case 'not': return negated(p.of, scopes, ctx)
    case 'some': return some(p, scopes, ctx)
    default: return leaf(p, scopes, ctx)
  }
}

/** A condition that is never null, for where one is read as a value (a probe, a proposed row's check). */
export const truth = (p: Predicate, scopes: readonly Scope[], ctx: Context): Sql => sql`(${predicate(p, scopes, ctx)}) is true`

function negated(p: Predicate, scopes: readonly Scope[], ctx: Context): Sql {
  switch (p.kind) {
    case 'always': return sql`false`
    case 'never': return sql`true`
    case 'and': return anyOf(p.of.map(x => negated(x, scopes, ctx)))
    case 'or': return allOf(p.of.map(x => negated(x, scopes, ctx)))
    case 'not': return predicate(p.of, scopes, ctx)
    case 'null': return sql`${column(p.of, scopes)} is not null`
    case 'some': {
      const near = acrossReference(p, scopes)
      return near ? negated(near, scopes, ctx) : sql`not ${exists(p, scopes, ctx)}`
    }
    case 'compare':
      // Plain on required fields: `<>` says more to the planner than `is not true`.
      if (p.op === 'eq' && equalByOperator(p.as) && ![p.left, p.right].some(o => mayBeNull(o, scopes))) return binary(p, sql`<>`, scopes, ctx)
  }
  const positive = leaf(p, scopes, ctx)
  return operands(p).some(o => mayBeNull(o, scopes)) ? sql`(${positive}) is not true` : sql`not (${positive})`
}

function leaf(p: Predicate, scopes: readonly Scope[], ctx: Context): Sql {
  switch (p.kind) {
    case 'compare': {
      if (!equalByOperator(p.as)) {
        // Durations and JSON are equal or not; between unequal ones there is no order, so `lte` says what `eq` says.
        return p.op === 'lt' || p.op === 'gt' ? sql`false` : sql`${canonical(p.left, p.as, scopes, ctx)} = ${canonical(p.right, p.as, scopes, ctx)}`
      }
      switch (p.op) {
        case 'eq': return binary(p, sql`=`, scopes, ctx)
        case 'lt': return binary(p, sql`<`, scopes, ctx)
        case 'lte': return binary(p, sql`<=`, scopes, ctx)
        case 'gt': return binary(p, sql`>`, scopes, ctx)
        case 'gte': return binary(p, sql`>=`, scopes, ctx)
        default: return absurd(p.op)
      }
    }
    case 'in': {
      const list = listOperand(p.right, p.as, ctx)
      const raw = rawList(p.left, list, p.as, scopes)
      if (raw) return raw
      return sql`${canonical(p.left, p.as, scopes, ctx)} = any(${p.as === 'duration' ? sql`${list}::text[]` : list})`
    }
    case 'null': return sql`${column(p.of, scopes)} is null`
    case 'text': return match(p, scopes, ctx)
    case 'has': {
      // `@>` is what an index over the list serves.
      const one = canonical(p.value, p.as, scopes, ctx), list = column(p.of, scopes)
      const cast = itemCast(modelOf(p.of, scopes))
      const item = cast ? sql`${one}::${cast}` : p.as === 'text' && p.value.kind === 'field' ? sql`${one} collate "C"` : one
      return sql`${p.as === 'duration' ? sql`${list}::text[]` : list} @> array[${item}]`
    }
    case 'caller': throw new Error('a caller predicate reached a store')
    case 'always': case 'never': case 'and': case 'or': case 'not': case 'some': return predicate(p, scopes, ctx)
    default: return absurd(p)
  }
}

/** `column = any(list)` by the column's own type, where it has one that its index is over. */
function rawList(of: Operand, list: Sql, as: Scalar, scopes: readonly Scope[]): Sql | null {
  if (of.kind !== 'field' || modelOf(of, scopes).scalar !== as) return null
  const by = comparable(modelOf(of, scopes), true)
  return by && sql`${scopeOf(of, scopes).raw(of.name)} = any(${by.cast ? sql`${list}::${by.cast}[]` : list})`
}

const equalByOperator = (as: Scalar): boolean => as !== 'duration' && as !== 'json'
const column = (f: Field, scopes: readonly Scope[]): Sql => scopeOf(f, scopes).column(f.name)

/** Durations compare by their text: to PostgreSQL P1M equals P30D. */
function canonical(o: Operand, as: Scalar, scopes: readonly Scope[], ctx: Context): Sql {
  const of = operand(o, as, scopes, ctx)
  return as === 'duration' ? sql`${of}::text` : of
}

function binary(p: Predicate & { kind: 'compare' }, sign: Sql, scopes: readonly Scope[], ctx: Context): Sql {
  const raw = rawSides(p.left, p.right, p.as, p.op === 'eq', scopes, ctx)
  if (raw) return sql`${raw[0]} ${sign} ${raw[1]}`
  const left = operand(p.left, p.as, scopes, ctx), right = operand(p.right, p.as, scopes, ctx)
  // Two columns of different collations have none in common.
  const apart = p.as === 'text' && p.left.kind === 'field' && p.right.kind === 'field'
    && modelOf(p.left, scopes).bounds.collation !== modelOf(p.right, scopes).bounds.collation
  return apart ? sql`${left} collate "C" ${sign} ${right}` : sql`${left} ${sign} ${right}`
}

type Some = Predicate & { readonly kind: 'some' }

function some(p: Some, scopes: readonly Scope[], ctx: Context): Sql {
  const near = acrossReference(p, scopes)
  return near ? predicate(near, scopes, ctx) : exists(p, scopes, ctx)
}

/** PostgreSQL makes a semi-join of it where it stands in a conjunction. */
function exists(p: Some, scopes: readonly Scope[], ctx: Context): Sql {
  const { from, on, scope } = there(p, scopes, ctx)
  return sql`exists (select from ${from} where ${conditions([...on, predicate(p.where, [scope, ...scopes], ctx)])})`
}

function relationAt(p: Some, scopes: readonly Scope[]): { here: Scope; relation: RelationModel } {
  const [here] = scopes
  if (!here) throw new Error(`no row for the relation ${p.relation}`)
  return { here, relation: relationOf(here.entity, p.relation) }
}
const there = (p: Some, scopes: readonly Scope[], ctx: Context) => {
  const { here, relation } = relationAt(p, scopes)
  return reach(relation, here, ctx)
}

/** Conditions side by side after `where`, without brackets and without `true`. */
export function conditions(of: readonly Sql[]): Sql {
  const real = of.filter(x => x.text !== 'true')
  return real.length === 0 ? sql`true` : join(real, sql` and `)
}

/** ` where …`, or nothing where all is true. */
export const where = (of: readonly Sql[]): Sql => (of.every(x => x.text === 'true') ? sql`` : sql` where ${conditions(of)}`)

/**
 * A reference that is not null has its target (the foreign key sees to it), so what is asked of the target's referenced fields alone can be asked of the
 * reference: `customer.id = $1` is `customer_id = $1`. Null where more is asked.
 */
function acrossReference(p: Some, scopes: readonly Scope[]): Predicate | null {
  const { here, relation } = relationAt(p, scopes)
  if (!relation.owner || relation.through || here.proposed) return null
  const local = new Map(relation.on.map(pair => [pair.foreign, pair.local]))
  let near = true
  visitPredicate(p.where, x => {
    if (x.kind === 'some') near = false
    for (const o of operands(x)) if (o.kind === 'field' && o.scope === 0 && !local.has(o.name)) near = false
  })
  if (!near) return null
  const moved = mapOperands(p.where, o => {
    if (o.kind !== 'field') return o
    return o.scope === 0 ? field(local.get(o.name) ?? o.name, 0) : { ...o, scope: o.scope - 1 }
  })
  // A positive comparison with the reference is false of null already; all else asks that it is there.
  const said = moved.kind === 'compare' || moved.kind === 'in' ? operands(moved) : []
  const absent = relation.on.map(pair => field(pair.local)).filter(f => mayBeNull(f, [here]) && !said.some(o => o.kind === 'field' && o.scope === 0 && o.name === f.name))
  return and(...absent.map((f): Predicate => not({ kind: 'null', of: f })), moved)
}

/**
 * Several grants through relations: an OR of EXISTS asks every row, so the keys each of them grants are united instead (0.5 ms against 53 ms).
 * What compares the row itself with a value joins them; what is likely to hold of many rows stays beside. Null where that does not apply.
 */
function keyed(of: readonly Predicate[], scopes: readonly Scope[], ctx: Context): Sql | null {
  const [here, ...outer] = scopes
  if (!here?.stored) return null
  const away = (p: Predicate): boolean => p.kind === 'some' ? acrossReference(p, scopes) === null : p.kind === 'and' && p.of.some(away)
  if (of.filter(away).length < 2) return null
  const united = of.filter(p => away(p) || selective(p)), beside = of.filter(p => !united.includes(p))
  const key = here.entity.key.map(name => here.raw(name))
  const branches = united.map(p => keysOf(p, here, outer, ctx))
  const row = key.length === 1 ? join(key) : sql`(${join(key)})`
  return anyOf([...beside.map(p => predicate(p, scopes, ctx)), sql`${row} in (${join(branches, sql` union all `)})`])
}

const selective = (p: Predicate): boolean =>
  p.kind === 'compare' ? p.op === 'eq' && [p.left, p.right].some(o => o.kind === 'parameter') : p.kind === 'and' && p.of.some(selective)

/** The keys of the rows a predicate holds of: straight from the other end where it holds them, else from the table. */
function keysOf(p: Predicate, here: Scope, outer: readonly Scope[], ctx: Context): Sql {
  if (p.kind === 'some') {
    const relation = relationOf(here.entity, p.relation)
    const { key } = here.entity
    if (!relation.owner && relation.on.length === key.length && key.every((name, i) => relation.on[i]?.local === name)) {
      const { from, scope, back } = reach(relation, here, ctx)
      return sql`select ${join(back)} from ${from} where ${predicate(p.where, [scope, here, ...outer], ctx)}`
    }
  }
  const alias = ctx.alias(), scope = stored(here.entity, alias)
  const columns = here.entity.key.map(name => scope.raw(name))
  return sql`select ${join(columns)} from ${tableOf(here.entity)} ${alias} where ${predicate(p, [scope, ...outer], ctx)}`
}
