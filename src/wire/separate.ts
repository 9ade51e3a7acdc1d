// Takes a filter in JSON apart into its shape, with slots, and its values.
import { Slot, type Filter } from './ask.ts'

/** Operators whose value is part of the shape. */
const structural = new Set(['null'])

/** Leaves become slots numbered from `values.length`; arrays of plain values are one slot (a list); arrays of objects are structure (`or`, `and`). */
export function separate(filter: unknown, values: unknown[]): Filter {
  const slot = (value: unknown): Slot => new Slot(values.push(value) - 1)
  const walk = (x: unknown, name: string): Filter => {
    if (x === null) return null
    if (structural.has(name) && typeof x === 'boolean') return x
    if (Array.isArray(x)) return name === 'or' || name === 'and' || name === 'not' ? x.map(y => walk(y, '')) : slot(x)
    if (typeof x === 'object' && (Object.getPrototypeOf(x) === Object.prototype || Object.getPrototypeOf(x) === null)) {
      const shape: { [name: string]: Filter } = Object.create(null)
      for (const [k, v] of Object.entries(x)) shape[k] = walk(v, k)
      return shape
    }
    return slot(x)
  }
  return walk(filter, '')
}

/** The text of a shape: equal for equal shapes. */
export function shapeText(x: unknown): string {
  return JSON.stringify(x, (_, v: unknown) => (v instanceof Slot ? '$' : v))
}
