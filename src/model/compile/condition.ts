// Conditions as rules write them: a text for people, and a predicate once it is known how deep inside `some` they stand.
import { and, claim, constant, not, or, type Comparison, type Operand, type Predicate } from '../../operation/index.ts'
import type { Scalar } from '../../operation/index.ts'
import { secondsIn, tenantClaim } from '../tenancy.ts'
import { canonical, show } from './canonical.ts'

/** Found on conditions, expressions, rows and the caller; what compile knows of them. */
export const inside: unique symbol = Symbol('backwright.inside')

export interface Condition {
  readonly text: string
  /** `depth`: how many `some` enclose it. */
  readonly build: (depth: number) => Predicate
  and(...others: readonly Condition[]): Condition
  or(...others: readonly Condition[]): Condition
  not(): Condition
}

export function condition(text: string, build: (depth: number) => Predicate): Condition {
  const self: Condition & { readonly [inside]: 'condition' } = {
    [inside]: 'condition',
    text, build,
    and: (...others) => condition(`${text}.and(${others.map(o => asCondition(o).text).join(', ')})`, d => and(build(d), ...others.map(o => asCondition(o).build(d)))),
    or: (...others) => condition(`${text}.or(${others.map(o => asCondition(o).text).join(', ')})`, d => or(build(d), ...others.map(o => asCondition(o).build(d)))),
    not: () => condition(`${text}.not()`, d => not(build(d))),
  }
  return self
}

export const isCondition = (x: unknown): x is Condition => insideOf(x) === 'condition'
function asCondition(x: unknown): Condition {
  if (!isCondition(x)) throw new NotCompiled(`${show(x)} is not a condition`, 'A condition compares something: row.status.eq(…), caller.is(…).')
  return x
}

export const insideOf = (x: unknown): unknown =>
  (typeof x === 'object' && x !== null) || typeof x === 'function' ? (Reflect.get(x, inside) as unknown) : undefined

/** Thrown out of a rule that cannot be compiled. */
export class NotCompiled extends Error {
  readonly suggestion: string
  constructor(reason: string, suggestion = '') { super(reason); this.suggestion = suggestion }
}

/** The claim of an expression such as `caller.claims.plan`. */
export interface ClaimInside { readonly is: 'claim'; readonly claim: string; readonly text: string; readonly path: readonly string[] }
export const claimInside = (x: unknown): ClaimInside | null => {
  const found = insideOf(x)
  return typeof found === 'object' && found !== null && Reflect.get(found, 'is') === 'claim' ? (found as ClaimInside) : null
}
export const isCaller = (x: unknown): boolean => claimInside(x)?.path.length === 0

/** Stands for a permission among roles until roles are known. */
export const mayPrefix = '@may '

const signedInText = (text: string) => condition(text, () => ({ kind: 'caller', role: null }))

/** The caller, in rules and in defaults: `caller.is('staff')`, `caller.signedIn`, `caller.id`, `caller.claims.plan`, `caller.customer`. */
export function callerProxy(path: readonly string[] = []): object {
  const text = ['caller', ...path].join('.')
  const name = path[0] === 'claims' ? path.slice(1).join('.') : path[0] === 'id' ? 'sub' : path[0] === 'tenant' ? [tenantClaim, ...path.slice(1)].join('.') : path.join('.')
  const mark: ClaimInside = { is: 'claim', claim: name, text, path }
  const compared = (op: Comparison, word: string, negated = false) => (other: unknown): Condition => {
    const flipped: Record<Comparison, Comparison> = { eq: 'eq', lt: 'gt', lte: 'gte', gt: 'lt', gte: 'lte' }
    const row = rowCompare(other)
    if (row) return row(flipped[op], mark, `${text}.${word}`, negated)
    const as = scalarOf(other)
    return condition(`${text}.${word}(${show(other)})`, () => {
      const p: Predicate = { kind: 'compare', op, as, left: claim(name), right: operandOf(other, as) }
      return negated ? not(p) : p
    })
  }
  return new Proxy(Object.create(null) as object, {
    get: (_, key) => {
      if (key === inside) return mark
      if (typeof key !== 'string') return undefined
      if (path.length === 0) {
        if (key === 'is') return (...roles: readonly unknown[]) => condition(`${text}.is(${roles.map(show).join(', ')})`, () => {
          const named = roles.filter(role => typeof role === 'string' && role !== '' && !role.startsWith('@'))
          if (!named.length || named.length < roles.length) throw new NotCompiled(`${text}.is(…) names no role.`, `Write ${text}.is('staff'), or row.is(${text}).`)
          return or(...named.map((role): Predicate => ({ kind: 'caller', role: String(role) })))
        })
        if (key === 'may') return (...permissions: readonly unknown[]) => condition(`${text}.may(${permissions.map(show).join(', ')})`, () => {
          const named = permissions.filter(p => typeof p === 'string' && p !== '')
          if (!named.length || named.length < permissions.length) throw new NotCompiled(`${text}.may(…) names no permission.`, `Write ${text}.may('order.ship').`)
          return or(...named.map((p): Predicate => ({ kind: 'caller', role: mayPrefix + String(p) })))
        })
        if (key === 'fresh') return (within: unknown) => condition(`${text}.fresh(${show(within)})`, () => {
          const fresh = secondsIn(within)
          if (fresh === null) throw new NotCompiled(`${text}.fresh(${show(within)}) says no time.`, `Write ${text}.fresh('10 minutes').`)
          return { kind: 'caller', role: null, fresh }
        })
        if (key === 'signedIn') return signedInText(`${text}.signedIn`)
        return callerProxy([key])
      }
      if (path.length === 1 && path[0] === 'claims') return callerProxy([...path, key])
      switch (key) {
        case 'eq': case 'lt': case 'lte': case 'gt': case 'gte': return compared(key, key)
        case 'not': return compared('eq', 'not', true)
        case 'in': return (list: unknown) => condition(`${text}.in(${show(list)})`, () => {
          if (!Array.isArray(list) || list.length === 0) throw new NotCompiled(`${text}.in(…) needs a list of values`)
          const as = scalarOf(list[0])
          return { kind: 'in', as, left: claim(name), right: constant(list.map(item => valueOf(item, as))) }
        })
        default: throw new NotCompiled(`'${key}' cannot be asked of ${text}.`, `It has eq, not, in, lt, lte, gt, gte.`)
      }
    },
  })
}

/** Compares a row's field with a claim written first: `caller.claims.plan.eq(row.plan)`. */
export type RowCompare = (op: Comparison, other: ClaimInside, prefix: string, negated: boolean) => Condition
function rowCompare(x: unknown): RowCompare | null {
  const found = insideOf(x)
  const compareWith: unknown = typeof found === 'object' && found !== null ? Reflect.get(found, 'compareWith') : undefined
  return typeof compareWith === 'function' ? (compareWith as RowCompare) : null
}

const scalarOf = (x: unknown): Scalar => (typeof x === 'number' ? 'number' : typeof x === 'boolean' ? 'boolean' : 'text')

/** A constant in its canonical form; throws NotCompiled. */
export function valueOf(raw: unknown, as: Scalar) {
  const made = canonical(as, raw)
  if ('problem' in made) throw new NotCompiled(made.problem + '.')
  return made.value
}
export function operandOf(raw: unknown, as: Scalar): Operand {
  const claimed = claimInside(raw)
  return claimed ? claim(claimed.claim) : constant(valueOf(raw, as))
}
