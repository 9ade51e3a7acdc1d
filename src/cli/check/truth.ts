// What can be said of a predicate without any row: that it holds of every row, or of none. Where in doubt, it depends.
import { Decimal } from 'decimal.js'
import type { EntityModel, FieldModel, Model } from '../../model/index.ts'
import { absurd, operands, visitPredicate, type Operand, type Predicate, type Value } from '../../operation/index.ts'

export type Truth = 'always' | 'never' | 'depends'

const opposite: Readonly<Record<Truth, Truth>> = { always: 'never', never: 'always', depends: 'depends' }
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Of a predicate over the rows of `entity`. */
export function truthOf(p: Predicate, entity: EntityModel, model: Model): Truth {
  const of = (x: Predicate): Truth => truthOf(x, entity, model)
  switch (p.kind) {
    case 'always': return 'always'
    case 'never': return 'never'
    case 'not': return opposite[of(p.of)]
    case 'and': {
      const parts = p.of.map(of)
      if (parts.includes('never') || p.of.some(x => p.of.some(y => y.kind === 'not' && same(x, y.of))) || contradicts(p.of)) return 'never'
      return parts.every(t => t === 'always') ? 'always' : 'depends'
    }
    case 'or': {
      const parts = p.of.map(of)
      if (parts.includes('always') || p.of.some(x => certain(x) && p.of.some(y => y.kind === 'not' && same(x, y.of))) || coversChoices(p.of, entity)) return 'always'
      return parts.every(t => t === 'never') ? 'never' : 'depends'
    }
    case 'compare': return comparison(p, entity)
    case 'in': return p.right.kind === 'value' && Array.isArray(p.right.value) && p.right.value.length === 0 ? 'never' : 'depends'
    case 'null': {
      const f = own(p.of, entity)
      return f !== null && !f.optional ? 'never' : 'depends'
    }
    case 'some': {
      const relation = entity.relations[p.relation]
      const target = relation && model.entities[relation.target]
      return target !== undefined && truthOf(p.where, target, model) === 'never' ? 'never' : 'depends'
    }
    case 'text': case 'has': case 'caller': return 'depends'
    default: return absurd(p)
  }
}

/** Nothing in it is about the caller: of a claim that is absent neither a thing nor its opposite holds. */
function certain(p: Predicate): boolean {
  let clean = true
  visitPredicate(p, x => { if (x.kind === 'caller' || operands(x).some(o => o.kind === 'claim')) clean = false })
  return clean
}

const own = (o: Operand, entity: EntityModel): FieldModel | null => (o.kind === 'field' && o.scope === 0 ? entity.fields[o.name] ?? null : null)

const numeric = new Set(['integer', 'bigint', 'number', 'decimal'])
const number = (v: Value | undefined): Decimal | null => (typeof v === 'number' || (typeof v === 'string' && /^-?\d+(\.\d+)?$/.test(v)) ? new Decimal(v) : null)

function comparison(p: Extract<Predicate, { kind: 'compare' }>, entity: EntityModel): Truth {
  const f = own(p.left, entity)
  if (f === null) return 'depends'
  if (same(p.left, p.right)) return f.optional ? 'depends' : p.op === 'lt' || p.op === 'gt' ? 'never' : 'always'
  if (p.right.kind !== 'value') return 'depends'
  const { value } = p.right
  const { choices, min, max } = f.bounds
  if (choices !== undefined && p.op === 'eq' && typeof value === 'string') return choices.includes(value) ? 'depends' : 'never'
  const v = number(value), low = number(min), high = number(max)
  if (v === null || !numeric.has(p.as)) return 'depends'
  const below = high !== null && (p.op === 'gt' ? v.gte(high) : p.op === 'gte' || p.op === 'eq' ? v.gt(high) : false)
  const above = low !== null && (p.op === 'lt' ? v.lte(low) : p.op === 'lte' || p.op === 'eq' ? v.lt(low) : false)
  if (below || above) return 'never'
  const all = (low !== null && (p.op === 'gt' ? v.lt(low) : p.op === 'gte' && v.lte(low))) || (high !== null && (p.op === 'lt' ? v.gt(high) : p.op === 'lte' && v.gte(high)))
  return all && !f.optional ? 'always' : 'depends'
}

/** `status = 'open' and status = 'paid'`; `stock > 5 and stock < 3`. */
function contradicts(parts: readonly Predicate[]): boolean {
  const compared = parts.flatMap(p => (p.kind === 'compare' && p.left.kind === 'field' && p.right.kind === 'value' ? [{ field: p.left, op: p.op, value: p.right.value, as: p.as }] : []))
  return compared.some(a => compared.some(b => {
    if (a === b || !same(a.field, b.field)) return false
    if (a.op === 'eq' && b.op === 'eq') return !same(a.value, b.value)
    const x = number(a.value), y = number(b.value)
    if (x === null || y === null || !numeric.has(a.as)) return false
    const atLeast = a.op === 'gt' || a.op === 'gte' || a.op === 'eq', atMost = b.op === 'lt' || b.op === 'lte' || b.op === 'eq'
    return atLeast && atMost && (x.gt(y) || (x.eq(y) && (a.op === 'gt' || b.op === 'lt')))
  }))
}

/** `status = 'open' or status = 'done'`, where there are no others. */
function coversChoices(parts: readonly Predicate[], entity: EntityModel): boolean {
  const named = new Map<FieldModel, Set<Value>>()
  for (const p of parts) {
    if (p.kind !== 'compare' || p.op !== 'eq' || p.right.kind !== 'value') continue
    const f = own(p.left, entity)
    if (f !== null) named.set(f, (named.get(f) ?? new Set()).add(p.right.value))
  }
  return [...named].some(([f, values]) => !f.optional && f.bounds.choices !== undefined && f.bounds.choices.every(c => values.has(c)))
}
