// Computed fields in the database: what each comes to over the rows that are there, so that a new one, or one that is reckoned otherwise now, is filled in.
import { entityOf, fieldOf, relationOf, type EntityModel, type FieldModel, type Model } from '../model/index.ts'
import { absurd, type Expression, type Scalar } from '../operation/index.ts'
import { constant, quote, typeName } from './sql.ts'

/** The total of a row of `w` over its parts `p`; null where the field is none. */
export function computedText(model: Model, entity: EntityModel, field: FieldModel, current: string): string | null {
  if (!field.computed) return null
  const { fn, of } = field.computed, relation = relationOf(entity, field.computed.relation), part = entityOf(model, relation.target)
  const made = of === null || fn === 'count' ? 'count(*)' : fn === 'sum' ? `coalesce(sum(${reckoned(of, field.scalar, part)}), 0)` : `${fn}(${reckoned(of, field.scalar, part)})`
  const value = field.scalar === 'decimal' && field.bounds.scale === undefined && (fn === 'sum' || of?.kind !== 'field') ? `trim_scale(${made})` : made
  const on = relation.on.map(pair => `p.${quote(fieldOf(part, pair.foreign).column)} = w.${quote(fieldOf(entity, pair.local).column)}`)
  return `(select ${value}::${typeName(field.scalar)} from ${quote(part.table.schema ?? current)}.${quote(part.table.name)} p where ${on.join(' and ')})`
}

/** As the store's own statements reckon; a test holds the two together. */
function reckoned(e: Expression, as: Scalar, part: EntityModel): string {
  switch (e.kind) {
    case 'field': { const field = fieldOf(part, e.name); return `p.${quote(field.column)}${field.scalar === as ? '' : `::${typeName(as)}`}` }
    case 'value': return `${constant(as, false, e.value)}::${typeName(as)}`
    case 'plus': case 'minus': case 'times': return `(${reckoned(e.left, e.as, part)} ${{ plus: '+', minus: '-', times: '*' }[e.kind]} ${reckoned(e.right, e.as, part)})`
    default: return absurd(e)
  }
}
