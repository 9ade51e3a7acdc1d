// The row of a rule: a proxy over the model that records what is asked of it. Every name is checked, and told with its line when wrong.
import { suggest } from '../../failure/index.ts'
import { always, and, claim, constant, field, not, or, type Comparison, type Operand, type Predicate, type RelationName, type TextMatch, type Value } from '../../operation/index.ts'
import type { EntityModel, FieldModel, Place, RelationModel } from '../model.ts'
import { show } from './canonical.ts'
import { claimInside, condition, inside, insideOf, isCaller, isCondition, NotCompiled, valueOf, type ClaimInside, type Condition, type RowCompare } from './condition.ts'
import { calledFrom, type Somewhere } from './place.ts'

/** What rows need to know of the model being made. */
export interface Known {
  entity(name: string): EntityModel | undefined
  /** Names of the bindings whose rows these are: `customer`. */
  bindings(entity: string): readonly string[]
  mistake(at: Place, reason: string, suggestion: string): void
}

/** A row that a rule names: `row`, or the parameter of a `some`; `depth` is how many `some` enclose where it was introduced. */
interface Variable { readonly depth: number }
/** A field reached from a variable through to-one relations. */
interface Reached { readonly variable: Variable; readonly via: readonly RelationName[]; readonly field: FieldModel; readonly text: string }
interface FieldInside extends Reached { readonly is: 'field'; readonly compareWith: RowCompare }

const flip: Record<Comparison, Comparison> = { eq: 'eq', lt: 'gt', lte: 'gte', gt: 'lt', gte: 'lte' }
const texts: Readonly<Record<string, readonly [TextMatch, boolean]>> = {
  contains: ['contains', false], startsWith: ['startsWith', false], endsWith: ['endsWith', false],
  containsi: ['contains', true], startsWithi: ['startsWith', true], endsWithi: ['endsWith', true],
}

/** The proxy for the rows of `entity` called `text` in a rule. */
export function rowProxy(known: Known, entity: EntityModel, text: string): object {
  return rowsAt(known, entity, { depth: 0 }, [], text)
}

function rowsAt(known: Known, entity: EntityModel, variable: Variable, via: readonly RelationModel[], text: string): object {
  const reach = (of: FieldModel, name: string): Reached => ({ variable, ...collapsed(known, via, of), text: `${text}.${name}` })
  return recorded(known, { is: 'row' }, (key, at) => {
    if (key === 'is') return (other: unknown) => isTheCaller(known, entity, via, variable, text, other)
    if (key === 'isNull' && via.length) return () => isNothing(known, variable, via, `${text}.isNull()`)
    const own = Object.hasOwn(entity.fields, key) ? entity.fields[key] : undefined
    if (own) return expression(known, reach(own, key))
    const relation = Object.hasOwn(entity.relations, key) ? entity.relations[key] : undefined
    const target = relation && known.entity(relation.target)
    if (relation && !target) return poison()
    if (relation && target && !relation.hidden) {
      return relation.one ? rowsAt(known, target, variable, [...via, relation], `${text}.${key}`) : toMany(known, target, variable, [...via, relation], `${text}.${key}`)
    }
    const names = [...Object.keys(entity.fields), ...Object.values(entity.relations).filter(r => !r.hidden).map(r => r.name)]
    known.mistake(at(), `'${key}' does not exist on ${entity.title}.`, suggest(key, names))
    return poison()
  })
}

/** A proxy whose names and calls, when they cannot be compiled, are told with their line and stand for nothing, so that what follows is looked at too. */
function recorded(known: Known, mark: object, get: (key: string, at: Somewhere) => unknown): object {
  const soft = (at: Somewhere, make: () => unknown): unknown => {
    try { return make() } catch (error) {
      if (!(error instanceof NotCompiled)) throw error
      known.mistake(at(), error.message, error.suggestion)
      return poison()
    }
  }
  const trap = (_: object, key: string | symbol): unknown => {
    if (key === inside) return mark
    if (typeof key !== 'string') return undefined
    const at = calledFrom(trap)
    const made = soft(at, () => get(key, at))
    return typeof made === 'function' && insideOf(made) === undefined ? (...given: unknown[]) => soft(at, () => (made as (...x: unknown[]) => unknown)(...given)) : made
  }
  return new Proxy(Object.create(null) as object, { get: trap })
}

/** `row.customer.id` is the row's own `customerId`: no join. */
function collapsed(known: Known, via: readonly RelationModel[], of: FieldModel): { via: readonly RelationName[]; field: FieldModel } {
  const last = via.at(-1), pair = last?.owner ? last.on.find(p => p.foreign === of.name) : undefined
  if (!last || !pair) return { via: via.map(r => r.name), field: of }
  const holder = known.entity(ownerOf(known, last))?.fields[pair.local]
  return holder ? collapsed(known, via.slice(0, -1), holder) : { via: via.map(r => r.name), field: of }
}

/** The entity that declares an owner relation: its inverse points back to it. */
const ownerOf = (known: Known, relation: RelationModel): string => known.entity(relation.target)?.relations[relation.inverse]?.target ?? ''

/** `some` around a predicate of the row at the end of `via`, from a variable that is `depth - variable.depth` rows out. */
function walk(variable: Variable, via: readonly RelationName[], depth: number, text: string, at: (scope: number) => Predicate): Predicate {
  if (via.length && variable.depth !== depth) throw new NotCompiled(`${text} walks from an outer row inside some().`, 'Ask it outside of the some(), or compare with a field of the outer row itself.')
  return via.reduceRight<Predicate>((where, relation) => ({ kind: 'some', relation, where }), at(via.length ? 0 : depth - variable.depth))
}

function isNothing(known: Known, variable: Variable, via: readonly RelationModel[], text: string): Condition {
  const last = via.at(-1), local = last?.owner ? last.on[0]?.local : undefined
  const holder = last && local !== undefined ? known.entity(ownerOf(known, last))?.fields[local] : undefined
  const names = via.map(r => r.name)
  return condition(text, depth => holder
    ? walk(variable, names.slice(0, -1), depth, text, scope => ({ kind: 'null', of: field(holder.name, scope) }))
    : not(walk(variable, names, depth, text, () => always)))
}

function isTheCaller(known: Known, entity: EntityModel, via: readonly RelationModel[], variable: Variable, text: string, other: unknown): Condition {
  if (!isCaller(other)) throw new NotCompiled(`${text}.is(${show(other)}) compares a row with the caller only.`, `Write ${text}.is(caller).`)
  const bindings = known.bindings(entity.name)
  if (!bindings.length) throw new NotCompiled(`no caller is bound to ${entity.title}.`, `Mark it with entity({ caller: true }) and bind it in backend({ callers }).`)
  const whole = `${text}.is(caller)`
  const keys = entity.key.flatMap(name => entity.fields[name] ?? [])
  return condition(whole, depth => or(...bindings.map(binding => and(...keys.map(key => {
    const reached = collapsed(known, via, key)
    return walk(variable, reached.via, depth, whole, scope => ({
      kind: 'compare', op: 'eq', as: key.scalar, left: field(reached.field.name, scope), right: claim(`@${binding}.${key.name}`),
    }))
  })))))
}

function toMany(known: Known, target: EntityModel, variable: Variable, via: readonly RelationModel[], text: string): object {
  const names = via.map(r => r.name)
  return recorded(known, { is: 'rows' }, (key, at) => {
    if (key === 'some') return (of?: (row: unknown) => unknown) => {
      if (of === undefined) return condition(`${text}.some()`, depth => walk(variable, names, depth, text, () => always))
      const parameter = /^\s*(?:async\s*)?\(?\s*([\w$]+)/.exec(String(of))?.[1] ?? 'x'
      // A predicate is built knowing its depth, the proxy before it: rows of a some() learn theirs when the some() is built.
      const shape = (depth: number): Condition => {
        const inner = of(rowsAt(known, target, { depth: depth + names.length }, [], parameter))
        if (!isCondition(inner)) throw new NotCompiled(`${text}.some(…) gives ${show(inner)} instead of a condition.`, `Write ${text}.some(x => x.… .eq(…)).`)
        return inner
      }
      return condition(`${text}.some(${parameter} => ${shape(0).text})`, depth => {
        if (variable.depth !== depth) throw new NotCompiled(`${text}.some(…) walks from an outer row inside some().`)
        return names.reduceRight<Predicate>((where, relation) => ({ kind: 'some', relation, where }), shape(depth).build(depth + names.length))
      })
    }
    known.mistake(at(), `${text} is many rows, '${key}' cannot be asked of them.`, `Did you mean ${text}.some(x => x.${key} …)?`)
    return poison()
  })
}

const fieldInside = (x: unknown): FieldInside | null => {
  const found = insideOf(x)
  return typeof found === 'object' && found !== null && Reflect.get(found, 'is') === 'field' ? (found as FieldInside) : null
}

const textOf = (x: unknown): string => {
  const found = fieldInside(x) ?? claimInside(x)
  return found ? found.text : Array.isArray(x) ? `[${x.map(textOf).join(', ')}]` : show(x)
}

function expression(known: Known, left: Reached): object {
  const { field: of, text } = left
  const as = of.scalar
  const constantOf = (raw: unknown): Value => {
    if (raw === null || raw === undefined) throw new NotCompiled(`${text} is compared with ${show(raw)}, which is never true.`, `Write ${text}.isNull().`)
    const value = valueOf(raw, as)
    if (of.bounds.choices && typeof value === 'string' && !of.bounds.choices.includes(value)) throw new NotCompiled(`${show(raw)} is none of the choices of ${text}.`, suggest(value, of.bounds.choices))
    return value
  }
  const operand = (raw: unknown): Operand => { const c = claimInside(raw); return c ? claim(c.claim) : constant(constantOf(raw)) }
  const here = (whole: string, leaf: (f: ReturnType<typeof field>) => Predicate): Condition =>
    condition(whole, depth => walk(left.variable, left.via, depth, whole, scope => leaf(field(of.name, scope))))
  const compared = (op: Comparison, word: string, negated: boolean) => (other: unknown): Condition => {
    const whole = `${text}.${word}(${textOf(other)})`, right = fieldInside(other)
    if (op !== 'eq' && ['boolean', 'json', 'duration'].includes(as)) throw new NotCompiled(`${text} is ${as}, which has no order.`)
    if (of.list) throw new NotCompiled(`${text} is a list.`, `Write ${text}.has(…).`)
    if (right && right.field.scalar !== as) throw new NotCompiled(`${text} (${as}) is compared with ${right.text} (${right.field.scalar}).`)
    const base = right ? condition(whole, depth => betweenFields(op, left, right, depth, whole))
      : here(whole, f => ({ kind: 'compare', op, as, left: f, right: operand(other) }))
    return negated ? condition(whole, depth => not(base.build(depth))) : base
  }
  const compareWith: RowCompare = (op: Comparison, other: ClaimInside, prefix: string, negated: boolean) => {
    const whole = `${prefix}(${text})`
    const base = here(whole, f => ({ kind: 'compare', op, as, left: f, right: claim(other.claim) }))
    return negated ? condition(whole, depth => not(base.build(depth))) : base
  }
  return recorded(known, { ...left, is: 'field', compareWith } satisfies FieldInside, key => {
    switch (key) {
      case 'eq': case 'lt': case 'lte': case 'gt': case 'gte': return compared(key, key, false)
      case 'not': return compared('eq', 'not', true)
      case 'isNull': return () => here(`${text}.isNull()`, f => ({ kind: 'null', of: f }))
      case 'in': return (list: unknown) => here(`${text}.in(${textOf(list)})`, f => ({
        kind: 'in', as, left: f, right: Array.isArray(list) ? constant(list.map(constantOf)) : operandList(list, text),
      }))
      case 'has': return (item: unknown) => {
        if (!of.list) throw new NotCompiled(`${text} is no list.`, `Write ${text}.eq(…).`)
        return here(`${text}.has(${textOf(item)})`, f => ({ kind: 'has', as, of: f, value: operand(item) }))
      }
    }
    const match = Object.hasOwn(texts, key) ? texts[key] : undefined
    if (!match) throw new NotCompiled(`'${key}' cannot be asked of ${text}.`, suggest(key, ['eq', 'not', 'in', 'lt', 'lte', 'gt', 'gte', 'isNull', 'has', ...Object.keys(texts)]))
    if (as !== 'text' || of.list) throw new NotCompiled(`${text} is no text, '${key}' cannot be asked of it.`)
    return (part: unknown) => here(`${text}.${key}(${textOf(part)})`, f => ({ kind: 'text', how: match[0], fold: match[1], of: f, text: operand(part) }))
  })
}

const operandList = (raw: unknown, text: string): Operand => {
  const c = claimInside(raw)
  if (!c) throw new NotCompiled(`${text}.in(${show(raw)}) needs a list or a claim.`)
  return claim(c.claim)
}

/** Two fields: one end's path must lead on from the other's, since a comparison stands at the end of one walk. */
function betweenFields(op: Comparison, left: Reached, right: Reached, depth: number, text: string): Predicate {
  const longer = left.variable.depth > right.variable.depth || (left.variable === right.variable && left.via.length >= right.via.length)
  const [inner, outer, as] = longer ? [left, right, op] : [right, left, flip[op]]
  const same = inner.variable.depth === outer.variable.depth
  if (same ? !outer.via.every((hop, i) => inner.via[i] === hop) : outer.via.length > 0) {
    throw new NotCompiled(`${text} compares rows at the ends of two different relations.`, 'One side must be a field of a row the other side passes through.')
  }
  const outward = same ? inner.via.length - outer.via.length : inner.via.length + inner.variable.depth - outer.variable.depth
  return walk(inner.variable, inner.via, depth, text, scope => ({
    kind: 'compare', op: as, as: inner.field.scalar, left: field(inner.field.name, scope), right: field(outer.field.name, scope + outward),
  }))
}

/** Stands for what does not exist, so that a rule's other mistakes are found too. */
function poison(): object {
  const none = condition('?', () => ({ kind: 'never' }))
  const self: object = new Proxy(() => self, {
    get: (_, key) => (key === inside ? 'condition' : key === 'text' ? none.text : key === 'build' ? none.build : key === Symbol.toPrimitive ? () => '?' : self),
    apply: () => self,
  })
  return self
}
