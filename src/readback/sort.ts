// Sorts of callers: the columns of the matrix. What is known of a sort is decided; what only a certain caller has, the values of its claims, stays in the condition.
import { tenantClaim, type Model } from '../model/index.ts'
import { always, mapPredicate, never, operands, type Predicate } from '../operation/index.ts'

/** Whoever is signed in or not, has these roles and no others, and is these rows (names of `Model.callers`) and no others. What its token says beside that is open. */
export interface Sort { readonly name: string; readonly signedIn: boolean; readonly roles: readonly string[]; readonly bound: readonly string[] }

export const visitor: Sort = { name: 'visitor', signedIn: false, roles: [], bound: [] }

/** The visitor, whoever is signed in and nothing more, each row a caller may be, each role. */
export function sortsOf(model: Model): readonly Sort[] {
  const taken = new Set(['visitor', 'signed in'])
  const named = (name: string, other: string): string => {
    const free = taken.has(name) ? other : name
    taken.add(free)
    return free
  }
  return [
    visitor, { name: 'signed in', signedIn: true, roles: [], bound: [] },
    ...Object.keys(model.callers).map((b): Sort => ({ name: named(b, `${b} (row)`), signedIn: true, roles: [], bound: [b] })),
    ...model.roles.map((role): Sort => ({ name: named(role, `${role} (role)`), signedIn: true, roles: [role], bound: [] })),
  ]
}

/** The binding that a claim is of: `customer` of `@customer.id`; null: the token says it. */
export const bindingOf = (claim: string): string | null => (claim.startsWith('@') && claim !== tenantClaim ? claim.slice(1, claim.includes('.') ? claim.indexOf('.') : undefined) : null)

/** Whether callers of the sort may have this claim; otherwise none of them has. */
export function mayHave({ signedIn, bound }: Sort, claim: string): boolean {
  const binding = bindingOf(claim)
  return signedIn && (binding === null || bound.includes(binding))
}

/** What is left of a rule's condition for callers of a sort. `unknown`: what a comparison becomes with a claim that none of them has; it turns at every `not`. */
export function decideFor(p: Predicate, sort: Sort, unknown: 'never' | 'always'): Predicate {
  switch (p.kind) {
    case 'not': return mapPredicate({ kind: 'not', of: decideFor(p.of, sort, unknown === 'never' ? 'always' : 'never') }, x => x)
    case 'and': case 'or': return mapPredicate({ ...p, of: p.of.map(x => decideFor(x, sort, unknown)) }, x => x)
    case 'some': {
      const where = decideFor(p.where, sort, unknown)
      return where.kind === 'never' ? never : { ...p, where }
    }
    // How long ago somebody signed in is open.
    case 'caller': return p.fresh !== undefined && sort.signedIn ? p : (p.role === null ? sort.signedIn : sort.roles.includes(p.role)) ? always : never
    default: return operands(p).some(o => o.kind === 'claim' && !mayHave(sort, o.claim)) ? (unknown === 'never' ? never : always) : p
  }
}
