// The closed list of what a store can or cannot do; each is tied to a variant of the operation by `requires`.
import type { Operation } from './operation.ts'
import type { Create, Source, Whole } from './mutation.ts'
import type { Rows, Selection } from './query.ts'
import { visitPredicate, visitPredicates } from './walk.ts'
import { absurd } from './value.ts'
import type { Predicate } from './predicate.ts'

export const capabilities = [
  'filter.compare', 'filter.range', 'filter.or', 'filter.not', 'filter.in', 'filter.null', 'filter.column', 'filter.text', 'filter.text.search',
  'filter.text.fold', 'filter.has', 'filter.some', 'order', 'order.related', 'page.offset', 'page.keyset', 'count.exact', 'count.estimate',
  'nest', 'nest.count', 'probe', 'aggregate', 'aggregate.group', 'write', 'write.many', 'write.nested', 'write.check', 'write.expect', 'write.returning', 'write.whole',
  'write.related', 'write.atomic', 'write.count', 'write.unless', 'lock',
] as const
export type Capability = (typeof capabilities)[number]
/** native: the store does it. engine: the engine does it on the store's behalf. none: refused. */
export type Support = 'native' | 'engine' | 'none'
export type Capabilities = Readonly<Record<Capability, Support>>

/** What an operation needs of a store. Exhaustive by construction: a new variant does not compile until it is named here. */
export function requires(operation: Operation): ReadonlySet<Capability> {
  const need = new Set<Capability>()
  visitPredicates(operation, p => visitPredicate(p, x => { for (const c of ofPredicate(x)) need.add(c) }))
  const selection = (s: Selection): void => {
    if (s.probes.length) need.add('probe')
    if (s.counted?.length) need.add('nest.count')
    for (const r of s.related) { need.add('nest'); rows(r.rows) }
    s.parts?.forEach(selection)
  }
  const rows = (r: Rows): void => {
    if (r.order.length) need.add('order')
    if (r.order.some(o => o.by.via.length)) need.add('order.related')
    need.add(r.page.kind === 'offset' ? 'page.offset' : 'page.keyset')
    if (r.connection?.members.some(m => m.kind === 'total')) need.add('count.exact')
    selection(r.select)
  }
  const source = (s: Source): void => {
    if (s.kind === 'related') need.add('write.related')
    if (s.kind === 'atomic') need.add('write.atomic')
    if (s.kind === 'given' && s.otherwise) source(s.otherwise)
  }
  const checked = (p: Predicate) => { if (p.kind !== 'always') need.add('write.check') }
  const whole = (w: Whole | null) => { if (w) need.add('write.whole') }
  const create = (o: Create): void => {
    need.add('write').add('write.many')
    if (o.before.length || o.after.length || o.links.length) need.add('write.nested')
    if (o.unless) need.add('write.unless')
    for (const a of o.set) source(a.from)
    for (const n of [...o.before, ...o.after]) create(n.create)
    checked(o.check); whole(o.whole)
    if (o.returning) { need.add('write.returning'); selection(o.returning.select) }
  }
  switch (operation.kind) {
    case 'query':
      rows(operation)
      if (operation.lock) need.add('lock')
      if (operation.count !== 'none') need.add(operation.count === 'estimate' ? 'count.estimate' : 'count.exact')
      return need
    case 'aggregate':
      need.add('aggregate')
      if (operation.group.length) need.add('aggregate.group')
      return need
    case 'create': create(operation); return need
    case 'update':
      need.add('write')
      for (const a of operation.set) source(a.from)
      if (operation.expect) need.add('write.expect')
      if (operation.count) need.add('write.count')
      checked(operation.check); whole(operation.whole)
      if (operation.returning) { need.add('write.returning'); selection(operation.returning.select) }
      return need
    case 'delete':
      need.add('write')
      if (operation.expect) need.add('write.expect')
      if (operation.count) need.add('write.count')
      whole(operation.whole)
      return need
    default: return absurd(operation)
  }
}

function ofPredicate(p: Predicate): readonly Capability[] {
  switch (p.kind) {
    case 'always': case 'never': case 'and': case 'caller': return []
    case 'or': return ['filter.or']
    case 'not': return ['filter.not']
    case 'compare': return [p.op === 'eq' ? 'filter.compare' : 'filter.range', ...(p.left.kind === 'field' && p.right.kind === 'field' ? ['filter.column' as const] : [])]
    case 'in': return ['filter.in']
    case 'null': return ['filter.null']
    case 'text': return [p.how === 'search' ? 'filter.text.search' : 'filter.text', ...(p.fold ? ['filter.text.fold' as const] : [])]
    case 'has': return ['filter.has']
    case 'some': return ['filter.some']
    default: return absurd(p)
  }
}
