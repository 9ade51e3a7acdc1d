// What of a rule does not mention the row is decided before planning and becomes part of the shape (roles, presence and type of claims, claims against constants).
import { find, freshUntil, signedInWithin, tenantClaim, tenantOf, type Caller } from '../model/index.ts'
import {
  absurd, always, compare, mapPredicate, never, visitPredicate, operands, type Operand, type Predicate, type Scalar, type Value,
} from '../operation/index.ts'
import { Misfit, readScalar } from './resolve/value.ts'

/** What an unknown comparison becomes: `never` in a grant, `always` in a deny or a hide. It turns at every `not`, before and/or see it. */
export type Unknown = 'never' | 'always'

/** A claim's value as the scalar it is compared with, or null where the caller has none that fits. */
export function claimAs(caller: Caller, claim: string, as: Scalar, list: boolean): Value {
  const raw = find(caller.claims, claim) ?? null
  if (raw === null) return null
  try {
    if (!list) return readScalar(as, raw, 'code')
    return Array.isArray(raw) && raw.length > 0 ? raw.map((x: Value) => (x === null ? unfit() : readScalar(as, x, 'code'))) : null
  } catch (e) {
    if (e instanceof Misfit) return null
    throw e
  }
}
const unfit = (): never => { throw new Misfit('is null') }

/** The rule as it is for this caller: only comparisons of the row with itself, with constants and with claims the caller has remain. */
export function decide(p: Predicate, caller: Caller, unknown: Unknown, now = Date.now()): Predicate {
  switch (p.kind) {
    case 'not': {
      const inner = decide(p.of, caller, unknown === 'never' ? 'always' : 'never', now)
      return mapPredicate({ kind: 'not', of: inner }, x => x)
    }
    case 'and': case 'or':
      return mapPredicate({ ...p, of: p.of.map(x => decide(x, caller, unknown, now)) }, x => x)
    case 'some': {
      // Who is in no tenant does not know of rows of any whether there is one.
      if (tenantOf(caller) === null && asksTenant(p.where)) return unknown === 'never' ? never : always
      const where = decide(p.where, caller, unknown, now)
      return where.kind === 'never' ? never : { ...p, where }
    }
    default: return decideLeaf(p, caller, unknown === 'never' ? never : always, now)
  }
}

const asksTenant = (p: Predicate): boolean =>
  p.kind === 'and' ? p.of.some(asksTenant) : p.kind === 'some' ? asksTenant(p.where) : p.kind === 'compare' && p.left.kind === 'field' && p.right.kind === 'claim' && p.right.claim === tenantClaim

function decideLeaf(p: Exclude<Predicate, { kind: 'and' | 'or' | 'not' | 'some' }>, caller: Caller, unknown: Predicate, now: number): Predicate {
  const claimed = (o: Operand, as: Scalar, list = false): Value | undefined =>
    o.kind === 'claim' ? claimAs(caller, o.claim, as, list) : o.kind === 'value' ? o.value : undefined
  switch (p.kind) {
    case 'caller': {
      if (p.fresh === undefined) return holds(p.role, caller) ? always : never
      const fresh = signedInWithin(caller, p.fresh, now)
      return fresh === null ? unknown : fresh ? always : never
    }
    case 'compare': {
      const left = claimed(p.left, p.as), right = claimed(p.right, p.as)
      if ((left === null && p.left.kind === 'claim') || (right === null && p.right.kind === 'claim')) return unknown
      if (left === undefined || right === undefined) return p
      const order = compare(p.as, left, right)
      if (order === null) return never
      const holds = p.op === 'eq' ? order === 0 : p.op === 'lt' ? order < 0 : p.op === 'lte' ? order <= 0 : p.op === 'gt' ? order > 0 : order >= 0
      return holds ? always : never
    }
    case 'in': {
      const left = claimed(p.left, p.as), right = claimed(p.right, p.as, true)
      if ((left === null && p.left.kind === 'claim') || (right === null && p.right.kind === 'claim')) return unknown
      if (left === undefined || right === undefined) return p
      return Array.isArray(right) && right.some((x: Value) => compare(p.as, left, x) === 0) ? always : never
    }
    case 'has': return p.value.kind === 'claim' && claimed(p.value, p.as) === null ? unknown : p
    case 'text': return p.text.kind === 'claim' && claimed(p.text, 'text') === null ? unknown : p
    case 'always': case 'never': case 'null': return p
    default: return absurd(p)
  }
}

/** Everything about a caller that rules can ask without a row: one entry per distinct question of the model. */
export type Question =
  | { readonly kind: 'role'; readonly role: string | null } | { readonly kind: 'fresh'; readonly leaf: Predicate; readonly seconds: number } | { readonly kind: 'claim'; readonly leaf: Predicate }

const holds = (role: string | null, caller: Caller): boolean => (role === null ? caller.id !== null : caller.roles.has(role))

/** The questions that predicates ask of a caller, each once. */
export function questionsOf(predicates: Iterable<Predicate>): readonly Question[] {
  const found = new Map<string, Question>()
  for (const p of predicates) {
    visitPredicate(p, x => {
      if (x.kind === 'caller') found.set(`role ${x.role} ${x.fresh}`, x.fresh === undefined ? { kind: 'role', role: x.role } : { kind: 'fresh', leaf: x, seconds: x.fresh })
      else if (operands(x).some(o => o.kind === 'claim')) found.set(JSON.stringify(x), { kind: 'claim', leaf: x })
    })
  }
  return [...found.values()]
}

/** How long the answers hold, in milliseconds since 1970: a sign-in does not stay fresh. */
export const profileUntil = (questions: readonly Question[], caller: Caller, now: number): number =>
  questions.reduce((until, q) => (q.kind === 'fresh' ? Math.min(until, freshUntil(caller, q.seconds, now)) : until), Infinity)

/** The caller's answers, as text: callers of one profile have the same rules, but for the values of their claims. */
export function profileOf(questions: readonly Question[], caller: Caller, now = Date.now()): string {
  let profile = ''
  for (const q of questions) {
    if (q.kind === 'role') profile += holds(q.role, caller) ? '1' : '0'
    else {
      const decided = decide(q.leaf, caller, 'never', now).kind
      profile += decided === 'always' ? '1' : decided !== 'never' ? 'k' : decide(q.leaf, caller, 'always', now).kind === 'always' ? 'u' : '0'
    }
  }
  return profile
}
