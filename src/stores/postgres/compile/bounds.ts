// Where a statement may run and how it is planned, judged by what its condition is bounded by.
import { find, relationOf, type EntityModel, type Model } from '../../../model/index.ts'
import type { FieldName, Operand, Predicate } from '../../../operation/index.ts'
import type { Statement } from '../statement.ts'

/** The fields an index begins with. */
function leading(entity: EntityModel): ReadonlySet<FieldName> {
  const first = [entity.key[0], ...entity.uniques.map(u => u.fields[0]), ...entity.indexes.filter(i => i.method === 'btree').map(i => i.fields[0]?.name)]
  return new Set(first.filter(name => name !== undefined))
}

/** Whether an index bounds the rows `p` holds of, by equality with something known beforehand. */
export function bounded(p: Predicate, entity: EntityModel, model: Model): boolean {
  switch (p.kind) {
    case 'never': return true
    case 'and': return p.of.some(x => bounded(x, entity, model))
    case 'or': return p.of.every(x => bounded(x, entity, model))
    case 'compare': return p.op === 'eq' && (known(p.left, p.right, entity) || known(p.right, p.left, entity))
    case 'in': return known(p.left, p.right, entity)
    case 'some': {
      // The rows of a bounded other end, found through the reference that holds them.
      const relation = relationOf(entity, p.relation)
      const target = find(model.entities, relation.target), link = relation.through ? find(model.entities, relation.through.entity) : undefined
      const [pair] = relation.on
      if (!target || !pair) return false
      const held = relation.owner ? leading(entity).has(pair.local) : link !== undefined || entity.key[0] === pair.local
      return held && bounded(p.where, target, model)
    }
    default: return false
  }
}

/** Fields of which few values are many rows each: an index over one bounds nothing. */
const few = (entity: EntityModel, name: FieldName): boolean => { const kind = find(entity.fields, name)?.kind; return kind === 'choice' || kind === 'boolean' }

const known = (of: Operand, by: Operand, entity: EntityModel): boolean =>
  of.kind === 'field' && of.scope === 0 && leading(entity).has(of.name) && !few(entity, of.name) && (by.kind === 'parameter' || by.kind === 'value' || by.kind === 'now')

/**
 * A generic plan saves planning, which costs a short read more than running it; it is right where every value is served by the same plan, as keys,
 * references and cursors are. A range, a prefix or a choice may hold of one row or of all, and where no index bounds the rest PostgreSQL has to see the value to
 * choose between scanning and looking up: custom.
 */
export function planOf(p: Predicate, entity: EntityModel, model: Model): Statement['plan'] {
  return !bounded(p, entity, model) && depends(p, entity) ? 'custom' : 'generic'
}

function depends(p: Predicate, entity: EntityModel): boolean {
  switch (p.kind) {
    case 'and': case 'or': return p.of.some(x => depends(x, entity))
    case 'not': return depends(p.of, entity)
    case 'compare': {
      const [of, by] = p.left.kind === 'field' ? [p.left, p.right] : [p.right, p.left]
      if (of.kind !== 'field' || of.scope !== 0 || by.kind !== 'parameter') return false
      return p.op !== 'eq' || few(entity, of.name)
    }
    case 'in': return p.left.kind === 'field' && p.left.scope === 0 && few(entity, p.left.name)
    case 'text': return p.text.kind === 'parameter'
    case 'has': return p.value.kind === 'parameter'
    default: return false
  }
}
