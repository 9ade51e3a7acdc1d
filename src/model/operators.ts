// What a field can be compared with, sorted and grouped by: one answer for the engine and for every contract.
import type { Scalar } from '../operation/index.ts'
import type { EntityModel, FieldModel } from './model.ts'
import { visible } from './standing.ts'

/** Scalars with an order: less, greater, and ranges of them. */
const ordered: ReadonlySet<Scalar> = new Set(['uuid', 'text', 'integer', 'bigint', 'number', 'decimal', 'timestamp', 'date', 'time', 'bytes'])
const texts = ['contains', 'containsi', 'startsWith', 'startsWithi', 'endsWith', 'endsWithi']

/** Whether rows can be sorted by the field. */
export const sortable = (f: FieldModel): boolean => !f.list && f.scalar !== 'json' && f.scalar !== 'duration' && f.kind !== 'range'

/** What rows can be grouped by: fields as the values of groups have them. Of a list it is its elements: a row is in the group of each, once, and in none where there are none. */
export const groupable = (entity: EntityModel): readonly FieldModel[] => visible(entity).filter(f => sortable({ ...f, list: false })).map(f => (f.list ? { ...f, list: false, optional: false } : f))

/** The operators of a field, in the order of the reference; none: it cannot be filtered by. */
export function operatorsOf(f: FieldModel): readonly string[] {
  const nulls = f.optional ? ['null'] : []
  if (f.list) return ['has', ...nulls]
  if (f.scalar === 'json' || f.scalar === 'duration') return nulls
  if (f.kind === 'range') return ['eq', 'not', 'in', 'null']
  return ['eq', 'not', 'in', ...(ordered.has(f.scalar) ? ['lt', 'lte', 'gt', 'gte'] : []), 'null', ...(f.scalar === 'text' ? texts : []), ...(f.searchable ? ['search'] : [])]
}

/** What can be measured of rows: `count`, `sum(total)`. */
export function measuresOf(entity: EntityModel): readonly string[] {
  const numeric: readonly Scalar[] = ['integer', 'bigint', 'number', 'decimal']
  return ['count', ...visible(entity).filter(sortable).flatMap(f => [
    `countDistinct(${f.name})`, ...(numeric.includes(f.scalar) ? [`sum(${f.name})`, `avg(${f.name})`] : []), ...(f.scalar === 'boolean' ? [] : [`min(${f.name})`, `max(${f.name})`]),
  ])]
}
