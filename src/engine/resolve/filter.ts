// A filter's tree → a predicate: names exist, operators suit their field, values become slots that know how to be read.
import { suggest, type At } from '../../failure/index.ts'
import { entityOf, find, operatorsOf, type EntityModel, type FieldModel, type Model } from '../../model/index.ts'
import {
  absurd, always, and, constant, field, never, not, or, parameter, type Comparison, type Operand, type Predicate, type RelationName, type TextMatch, type Value,
} from '../../operation/index.ts'
import { Fixed, Slot, type Filter, type Origin } from '../../wire/index.ts'
import type { Surroundings } from './around.ts'
import type { Limits, Mistakes } from './place.ts'
import { Misfit, readOperand } from './value.ts'

/** Reads the raw value of a slot; throws Misfit. */
export interface Reader { readonly at: At; readonly read: (raw: unknown, origin: Origin) => Value }
export interface Resolving { readonly model: Model; readonly limits: Limits; readonly mistakes: Mistakes; readonly readers: (Reader | undefined)[]; comparisons: number
  /** What slots of the ask are counted from. Absent: 0. */
  readonly base?: number
  /** Absent: where no connection may be asked for. */
  readonly surroundings?: Surroundings }

const comparisons: Readonly<Record<string, Comparison>> = { eq: 'eq', lt: 'lt', lte: 'lte', gt: 'gt', gte: 'gte' }
const texts: Readonly<Record<string, readonly [TextMatch, boolean]>> = {
  contains: ['contains', false], startsWith: ['startsWith', false], endsWith: ['endsWith', false],
  containsi: ['contains', true], startsWithi: ['startsWith', true], endsWithi: ['endsWith', true], search: ['search', false],
}

/** The names a caller may use on an entity: fields (a composite reference under its one name) and relations. */
export function namesOf(entity: EntityModel): readonly string[] {
  const fields = Object.values(entity.fields).filter(f => !f.hidden).map(f => f.name.split('.')[0] ?? f.name)
  return [...new Set([...fields, ...Object.values(entity.relations).filter(r => !r.hidden).map(r => r.name)])]
}

export function resolveFilter(c: Resolving, entity: EntityModel, filter: Filter, at: At, depth: number): Predicate {
  if (depth > c.limits.depth) return limit(c, at, `a filter may be ${c.limits.depth} relations deep`)
  if (!isTree(filter)) { c.mistakes.add(at, 'must name a field'); return never }
  return and(...Object.entries(filter).map(([name, of]) => resolveEntry(c, entity, name, of, [...at, name], depth)))
}

function resolveEntry(c: Resolving, entity: EntityModel, name: string, of: Filter, at: At, depth: number): Predicate {
  if (name === 'or' || name === 'and') {
    if (!Array.isArray(of)) { c.mistakes.add(at, `must be a list of filters: ${name}[0], ${name}[1] …`); return never }
    if (of.length > c.limits.comparisons) return limit(c, at, `may have ${c.limits.comparisons} parts`)
    const each = of.map((x: Filter, i) => resolveFilter(c, entity, x, [...at, i], depth))
    return name === 'or' ? or(...each) : and(...each)
  }
  if (name === 'not') return not(resolveFilter(c, entity, of, at, depth))
  const f = find(entity.fields, name)
  if (f && !f.hidden) return resolveField(c, f, of, at)
  const parts = Object.values(entity.fields).filter(x => x.name.startsWith(`${name}.`) && !x.hidden)
  if (parts.length) return resolveComposite(c, entity, parts, of, at)
  const relation = find(entity.relations, name)
  if (relation && !relation.hidden) {
    const target = entityOf(c.model, relation.target)
    if (relation.one) {
      if (of === null || (isTree(of) && 'null' in of && Object.keys(of).length === 1)) {
        const absent = of === null || of['null'] !== false
        const present: Predicate = { kind: 'some', relation: name, where: always }
        return absent ? not(present) : present
      }
      return throughOne(name, resolveFilter(c, target, of, at, depth + 1))
    }
    if (!isTree(of) || !('some' in of) || Object.keys(of).length !== 1) {
      c.mistakes.add(at, `is a list of ${target.title}: use some, as in ${name}[some][…]`)
      return never
    }
    return { kind: 'some', relation: name, where: resolveFilter(c, target, of['some'] ?? null, [...at, 'some'], depth + 1) }
  }
  c.mistakes.add(at, find(entity.derived ?? {}, name) ? `'${name}' is computed when it is read: nothing is filtered by it` : `'${name}' does not exist on ${entity.title}.${suggest(name, namesOf(entity))}`)
  return never
}

/**
 * A condition on the row at the end of a to-one relation, which counts as a row of nulls where there is none (or none that may be read): what is
 * true of a row of nulls holds unless there is a row of which it is false.
 */
function throughOne(relation: RelationName, inner: Predicate): Predicate {
  return ofNulls(inner) ? not({ kind: 'some', relation, where: not(inner) }) : { kind: 'some', relation, where: inner }
}

/** Whether a caller's predicate is true of a row whose every field is null. */
function ofNulls(p: Predicate): boolean {
  switch (p.kind) {
    case 'always': case 'null': return true
    case 'never': case 'compare': case 'in': case 'text': case 'has': case 'some': case 'caller': return false
    case 'and': return p.of.every(ofNulls)
    case 'or': return p.of.some(ofNulls)
    case 'not': return !ofNulls(p.of)
    default: return absurd(p)
  }
}

function resolveComposite(c: Resolving, entity: EntityModel, parts: readonly FieldModel[], of: Filter, at: At): Predicate {
  if (of === null || (isTree(of) && typeof of['null'] === 'boolean')) {
    const absent = of === null || of['null'] === true
    const isNull = and(...parts.map((f): Predicate => ({ kind: 'null', of: field(f.name) })))
    return absent ? isNull : not(isNull)
  }
  if (!isTree(of)) { c.mistakes.add(at, `must be an object of ${parts.map(f => f.name.split('.')[1]).join(', ')}`); return never }
  return and(...Object.entries(of).map(([part, x]) => {
    const f = parts.find(p => p.name.endsWith(`.${part}`))
    if (f) return resolveField(c, f, x, [...at, part])
    c.mistakes.add([...at, part], `'${part}' does not exist on ${entity.title}.${suggest(part, parts.map(p => p.name.split('.')[1] ?? ''))}`)
    return never
  }))
}

function resolveField(c: Resolving, f: FieldModel, of: Filter, at: At): Predicate {
  if (of === null) return { kind: 'null', of: field(f.name) }
  if (of instanceof Slot || of instanceof Fixed) return resolveOperator(c, f, 'eq', of, at)
  if (!isTree(of)) { c.mistakes.add(at, 'must be a value or an operator'); return never }
  return and(...Object.entries(of).map(([op, x]) => resolveOperator(c, f, op, x, [...at, op])))
}

function resolveOperator(c: Resolving, f: FieldModel, op: string, of: Filter, at: At): Predicate {
  const operators = operatorsOf(f)
  if (!operators.includes(op) && !(op === 'null' && !f.optional && !f.list)) {
    c.mistakes.add(at, operators.length ? `'${op}' is not an operator of ${f.name}. It has ${operators.join(', ')}.${suggest(op, operators)}` : `${f.name} cannot be filtered by`)
    return never
  }
  if (++c.comparisons > c.limits.comparisons) return limit(c, at, `a filter may make ${c.limits.comparisons} comparisons`)
  const of0 = field(f.name)
  if (op === 'null') {
    const is: Predicate = { kind: 'null', of: of0 }
    if (of instanceof Slot || typeof of !== 'boolean') { c.mistakes.add(at, 'must be true or false'); return never }
    return of ? is : not(is)
  }
  if (op === 'not') return not(resolveField(c, f, of, at))
  if (of === null && op === 'eq') return { kind: 'null', of: of0 }
  if (!(of instanceof Slot || of instanceof Fixed)) { c.mistakes.add(at, 'must be a value'); return never }
  const slot = (read: Reader['read']): Operand => {
    if (of instanceof Slot) { c.readers[of.index] = { at, read }; return parameter((c.base ?? 0) + of.index) }
    try { return constant(read(of.value, 'code')) } catch (e) {
      if (!(e instanceof Misfit)) throw e
      c.mistakes.add(at, e.message)
      return constant(null)
    }
  }
  const one = (raw: unknown, origin: Origin) => readOperand(f, raw, origin)
  const comparison = find(comparisons, op)
  if (comparison) return { kind: 'compare', op: comparison, as: f.scalar, left: of0, right: slot(one) }
  const text = find(texts, op)
  if (text) {
    const [how, fold] = text
    return { kind: 'text', how, of: of0, text: slot(raw => {
      if (typeof raw !== 'string' || raw.includes('\0') || !raw.isWellFormed()) throw new Misfit('must be text')
      return raw
    }), fold }
  }
  if (op === 'has') return { kind: 'has', as: f.scalar, of: of0, value: slot(one) }
  if (op === 'in') {
    return { kind: 'in', as: f.scalar, left: of0, right: slot((raw, origin) => {
      const list: readonly unknown[] = Array.isArray(raw) ? raw : [raw]
      if (list.length > c.limits.list) throw new Misfit(`must have at most ${c.limits.list} values`)
      return list.map(x => one(x, origin))
    }) }
  }
  throw new Error(`operator ${op} has no meaning`)
}

function limit(c: Resolving, at: At, detail: string): Predicate {
  c.mistakes.add(at, detail, 'resolve.limit')
  return never
}

const isTree = (f: Filter): f is { readonly [name: string]: Filter } =>
  typeof f === 'object' && f !== null && !(f instanceof Slot) && !(f instanceof Fixed) && !Array.isArray(f)
