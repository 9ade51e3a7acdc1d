// What bodies of writes may name, and how fields are named on the wire: one answer for every contract.
import type { Atomic } from '../operation/index.ts'
import { find } from './lookup.ts'
import type { EntityModel, FieldModel, RelationModel } from './model.ts'
import { shown } from './standing.ts'

export type Change = 'create' | 'update' | 'replace'

/** Fields under their names on the wire: the parts of a reference to a composite key are one object. */
export function onWire(fields: readonly FieldModel[]): readonly { readonly name: string; readonly of: FieldModel | readonly FieldModel[] }[] {
  const names = [...new Set(fields.map(f => f.name.split('.')[0] ?? f.name))]
  return names.map(name => {
    const parts = fields.filter(f => f.name.startsWith(`${name}.`))
    const one = fields.find(f => f.name === name)
    return { name, of: one ?? parts }
  })
}
export const isOne = (of: FieldModel | readonly FieldModel[]): of is FieldModel => !Array.isArray(of)
export const partName = (f: FieldModel): string => f.name.split('.')[1] ?? f.name

/** A field that a caller may ever write: one that is seen, or a secret. */
const writable = (entity: EntityModel, f: FieldModel): boolean => f.by?.length !== 0 && (f.hidden ? f.kind === 'secret' : shown(entity, f) !== 'never')
/** What never changes once it is written. */
export const immovable = (entity: EntityModel, f: FieldModel): boolean =>
  f.fixed || entity.key.includes(f.name) || (f.reference !== null && (f.reference === entity.whole || find(entity.relations, f.reference)?.fixed === true))

/** Fields that the body of such a write may name. */
export const fieldsOf = (entity: EntityModel, change: Change): readonly FieldModel[] => Object.values(entity.fields).filter(f => {
  if (!writable(entity, f)) return false
  if (f.generated !== null) return change === 'replace' && f.generated === 'key'
  return change !== 'update' || !immovable(entity, f)
})

const numbers: readonly string[] = ['integer', 'bigint', 'number', 'decimal']
/** How a change may say a field by what is there: `{ "stock": { "add": -2 } }`. A json field's object is its value. */
export const atomics = (f: Pick<FieldModel, 'list' | 'scalar' | 'generated'>): readonly Atomic[] => f.generated !== null ? []
  // Without an order, two spellings of one value are not known to be one.
  : f.list ? (f.scalar === 'json' || f.scalar === 'duration' ? ['append'] : ['append', 'remove'])
  : numbers.includes(f.scalar) ? ['add'] : []

/** Whether a new row must name the field. */
export const required = (f: FieldModel): boolean => f.default === null && !f.optional && f.generated === null && f.by?.length !== 0

/** References that a change may set by something else than the target's key. */
export const movable = (entity: EntityModel): readonly RelationModel[] => Object.values(entity.relations).filter(r => !r.hidden && r.owner && r.name !== entity.whole && !r.fixed && r.by?.length !== 0)
