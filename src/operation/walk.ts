// One map and one fold over predicates, and one fold over the predicates of an operation.
import type { Operation } from './operation.ts'
import type { Operand, Predicate } from './predicate.ts'
import { and, not, or } from './predicate.ts'
import type { Source, Whole } from './mutation.ts'
import type { Rows, Seen, Selection } from './query.ts'
import { absurd } from './value.ts'

/** Rebuilds a predicate bottom-up, simplified; `leaf` sees everything that is not and/or/not/some. `depth` counts the enclosing `some`. */
export function mapPredicate(p: Predicate, leaf: (p: Predicate, depth: number) => Predicate, depth = 0): Predicate {
  switch (p.kind) {
    case 'and': return and(...p.of.map(x => mapPredicate(x, leaf, depth)))
    case 'or': return or(...p.of.map(x => mapPredicate(x, leaf, depth)))
    case 'not': return not(mapPredicate(p.of, leaf, depth))
    case 'some': return { ...p, where: mapPredicate(p.where, leaf, depth + 1) }
    default: return leaf(p, depth)
  }
}

/** Rebuilds a predicate's operands. */
export function mapOperands(p: Predicate, map: (o: Operand, depth: number) => Operand): Predicate {
  return mapPredicate(p, (x, depth) => {
    const to = (o: Operand) => map(o, depth)
    const toField = (o: Operand & { kind: 'field' }) => {
      const mapped = map(o, depth)
      if (mapped.kind !== 'field') throw new Error('only a field may stand here')
      return mapped
    }
    switch (x.kind) {
      case 'compare': case 'in': return { ...x, left: to(x.left), right: to(x.right) }
      case 'null': return { ...x, of: toField(x.of) }
      case 'text': return { ...x, of: toField(x.of), text: to(x.text) }
      case 'has': return { ...x, of: toField(x.of), value: to(x.value) }
      default: return x
    }
  })
}

/** Visits a predicate and everything in it, outermost first. */
export function visitPredicate(p: Predicate, visit: (p: Predicate, depth: number) => void, depth = 0): void {
  visit(p, depth)
  switch (p.kind) {
    case 'and': case 'or': for (const x of p.of) visitPredicate(x, visit, depth); return
    case 'not': visitPredicate(p.of, visit, depth); return
    case 'some': visitPredicate(p.where, visit, depth + 1); return
    default: return
  }
}

/** The operands of one predicate node (not of what it contains). */
export function operands(p: Predicate): readonly Operand[] {
  switch (p.kind) {
    case 'compare': case 'in': return [p.left, p.right]
    case 'null': return [p.of]
    case 'text': return [p.of, p.text]
    case 'has': return [p.of, p.value]
    case 'always': case 'never': case 'and': case 'or': case 'not': case 'some': case 'caller': return []
    default: return absurd(p)
  }
}

/** Moves a predicate written for the current row under `by` further `some`: fields of rows outside it get a larger scope. */
export function shift(p: Predicate, by: number): Predicate {
  return by === 0 ? p : mapOperands(p, (o, depth) => (o.kind === 'field' && o.scope >= depth ? { ...o, scope: o.scope + by } : o))
}

/** Every predicate an operation holds, wherever it stands. */
export function visitPredicates(operation: Operation, visit: (p: Predicate) => void): void {
  const seen = (s: Seen) => visit(s.shown)
  const selection = (s: Selection): void => {
    s.fields.forEach(seen)
    for (const x of s.counted ?? []) visit(x.where)
    for (const p of s.probes) visit(p.of)
    for (const r of s.related) rows(r.rows)
    for (const c of s.constants ?? []) if (c.with) seen(c.with)
    for (const t of s.tokens ?? []) t.of.forEach(seen)
    s.parts?.forEach(selection)
  }
  const rows = (r: Rows): void => {
    visit(r.where)
    for (const o of r.order) { seen(o.by); for (const hop of o.by.via) visit(hop.where) }
    selection(r.select)
  }
  const whole = (w: Whole | null): void => { if (w) { visit(w.where); visit(w.check); whole(w.whole) } }
  const source = (s: Source): void => {
    if (s.kind === 'related') visit(s.where)
    if (s.kind === 'given' && s.otherwise) source(s.otherwise)
  }
  const operationOf = (o: Operation): void => {
    switch (o.kind) {
      case 'query': rows(o); return
      case 'aggregate': visit(o.where); o.group.forEach(seen); for (const m of o.measures) if (m.of) seen(m.of); return
      case 'create':
        for (const a of o.set) source(a.from)
        for (const r of o.references) visit(r.where)
        for (const l of o.links) visit(l.where)
        for (const n of [...o.before, ...o.after]) operationOf(n.create)
        visit(o.check); whole(o.whole)
        if (o.returning) { visit(o.returning.where); selection(o.returning.select) }
        return
      case 'update':
        for (const a of o.set) source(a.from)
        for (const r of o.references) visit(r.where)
        visit(o.where); visit(o.check); if (o.moved) visit(o.moved); whole(o.whole)
        if (o.asked) visit(o.asked)
        if (o.returning) { visit(o.returning.where); selection(o.returning.select) }
        return
      case 'delete':
        visit(o.where); whole(o.whole)
        if (o.asked) visit(o.asked)
        return
      default: return absurd(o)
    }
  }
  operationOf(operation)
}
