// A predicate of a rule as a person would have written it: `row.status eq "shipped"`.
import { absurd, type Operand, type Predicate } from '../operation/index.ts'

export function sayPredicate(p: Predicate, row = 'row'): string {
  const operand = (o: Operand): string => {
    switch (o.kind) {
      case 'field': return `${o.scope === 0 ? row : 'outer'}.${o.name}`
      case 'claim': return o.claim.startsWith('@') ? `caller.${o.claim.slice(1)}` : o.claim === 'sub' ? 'caller.id' : `caller.claims.${o.claim}`
      case 'parameter': return `$${o.slot}`
      case 'value': return JSON.stringify(o.value)
      case 'now': return 'now'
      default: return absurd(o)
    }
  }
  switch (p.kind) {
    case 'always': return 'always'
    case 'never': return 'never'
    case 'and': case 'or': return p.of.map(x => (x.kind === 'and' || x.kind === 'or' ? `(${sayPredicate(x, row)})` : sayPredicate(x, row))).join(` ${p.kind} `)
    case 'not': return `not (${sayPredicate(p.of, row)})`
    case 'compare': return `${operand(p.left)} ${{ eq: '=', lt: '<', lte: '≤', gt: '>', gte: '≥' }[p.op]} ${operand(p.right)}`
    case 'in': return `${operand(p.left)} in ${operand(p.right)}`
    case 'null': return `${operand(p.of)} is null`
    case 'text': return `${operand(p.of)} ${p.how}${p.fold ? ' (any case)' : ''} ${operand(p.text)}`
    case 'has': return `${operand(p.of)} has ${operand(p.value)}`
    case 'some': return p.where.kind === 'always' ? `${row}.${p.relation} exists` : sayPredicate(p.where, `${row}.${p.relation}`)
    case 'caller': return p.fresh !== undefined ? `caller signed in at most ${p.fresh} seconds ago` : p.role === null ? 'caller is signed in' : `caller is ${p.role}`
    default: return absurd(p)
  }
}
