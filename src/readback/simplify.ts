// A condition in its plainest form that means the same: `not` only before what cannot be taken apart, nothing said twice, nothing that follows from what stands beside it.
import { always, and, never, not, operands, or, visitPredicate, type Predicate } from '../operation/index.ts'

/**
 * The same truth for every row and caller, also where a claim is missing: that makes a comparison false in both directions, so a comparison and its opposite are
 * two things of which nothing follows, and only what holds for all such pairs is used.
 */
export function simplify(p: Predicate): Predicate {
  switch (p.kind) {
    case 'and': return and(...fewest(and(...p.of.map(simplify)), 'and'))
    case 'or': return or(...fewest(or(...p.of.map(simplify)), 'or'))
    case 'not': return negated(p.of)
    case 'some': {
      const where = simplify(p.where)
      return where.kind === 'never' ? never : { ...p, where }
    }
    default: return p
  }
}

function negated(p: Predicate): Predicate {
  switch (p.kind) {
    case 'and': return simplify(or(...p.of.map(not)))
    case 'or': return simplify(and(...p.of.map(not)))
    case 'not': return simplify(p.of)
    case 'some': return not(simplify(p))
    default: return not(p)
  }
}

/** Whether a thing or its opposite always holds: not of what compares a claim or asks when somebody signed in, which may be unknown. */
function certain(p: Predicate): boolean {
  let claimless = true
  visitPredicate(p, x => { if ((x.kind === 'caller' && x.fresh !== undefined) || operands(x).some(o => o.kind === 'claim')) claimless = false })
  return claimless
}
const text = (p: Predicate): string => JSON.stringify(p)

/** The members of a conjunction without those that others imply; of a disjunction without those that imply others. */
function fewest(p: Predicate, kind: 'and' | 'or'): readonly Predicate[] {
  if (p.kind !== kind) return [p]
  // A thing and its opposite: of a comparison with a claim neither may be so, of all else one is.
  if (p.of.some(x => x.kind === 'not' && certain(x.of) && p.of.some(y => text(y) === text(x.of)))) return [kind === 'and' ? never : always]
  const kept: Predicate[] = []
  p.of.forEach((x, i) => {
    const needless = p.of.some((y, j) => i !== j && (kind === 'and' ? implies(y, x) : implies(x, y)) && ((kind === 'and' ? !implies(x, y) : !implies(y, x)) || j < i))
    if (!needless) kept.push(x)
  })
  return kept
}

/** Whether `b` certainly holds wherever `a` does, as far as their form tells. */
export function implies(a: Predicate, b: Predicate): boolean {
  if (a.kind === 'never' || b.kind === 'always' || text(a) === text(b)) return true
  if (a.kind === 'or') return a.of.every(x => implies(x, b))
  if (b.kind === 'and') return b.of.every(x => implies(a, x))
  if (a.kind === 'and' && a.of.some(x => implies(x, b))) return true
  if (b.kind === 'or' && b.of.some(x => implies(a, x))) return true
  if (b.kind === 'not' && excludes(a, b.of)) return true
  return a.kind === 'some' && b.kind === 'some' && a.relation === b.relation && implies(a.where, b.where)
}

/** What is one thing is not another: `status = 'open'` and `status = 'shipped'`. */
function excludes(a: Predicate, b: Predicate): boolean {
  if (a.kind !== 'compare' || b.kind !== 'compare' || a.op !== 'eq' || b.op !== 'eq' || a.as !== b.as || a.right.kind !== 'value' || b.right.kind !== 'value') return false
  const plain = a.as === 'text' || a.as === 'integer' || a.as === 'boolean'
  return plain && JSON.stringify(a.left) === JSON.stringify(b.left) && a.right.value !== b.right.value && a.right.value !== null && b.right.value !== null
}
