// Names: which are allowed, and what becomes of them in URLs and tables.
import pluralize from 'pluralize'

/** Words that filters, bodies and JavaScript itself take: a field of such a name could not be told from them. */
const reserved: ReadonlySet<string> = new Set([
  'or', 'and', 'not', 'some', 'every', 'none', 'in', 'null', 'eq', 'lt', 'lte', 'gt', 'gte', 'has', 'search',
  'contains', 'containsi', 'startsWith', 'startsWithi', 'endsWith', 'endsWithi', 'is', 'isNull',
  'create', 'connect', 'disconnect', 'update', 'delete', 'set', 'add', 'upsert', 'probes',
  'constructor', 'prototype', '__proto__', 'toString', 'toLocaleString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf', 'propertyIsEnumerable', 'toJSON', 'then',
])
/** Words that stand where a collection's name stands. */
const reservedPaths: ReadonlySet<string> = new Set(['actions', 'batch', 'query', 'aggregate'])

/** What is wrong with the name of a field, a relation or an entity; null: nothing. */
export function nameProblem(name: string): string | null {
  if (reserved.has(name)) return `'${name}' is a reserved word.`
  if (!/^[a-z][A-Za-z0-9_]*$/.test(name)) return `'${name}' is no usable name: it must start with a small letter and have only letters, digits and _.`
  return null
}
export function pathProblem(path: string): string | null {
  if (reservedPaths.has(path)) return `'${path}' is a reserved path.`
  return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(path) ? null : `'${path}' is no usable path: only small letters, digits and single hyphens.`
}

/** `orderItem` → `order_item`; `SKU2Code` → `sku2_code`. */
export const snake = (name: string): string =>
  name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2').toLowerCase()
const lastWord = (words: readonly string[], change: (word: string) => string): string[] => words.map((w, i) => (i === words.length - 1 ? change(w) : w))
/** `orderItem` → `order-items`. */
export const pathOf = (name: string): string => lastWord(snake(name).split('_'), w => pluralize.plural(w)).join('-')
/** `orderItem` → `order_items`. */
export const tableOf = (name: string): string => lastWord(snake(name).split('_'), w => pluralize.plural(w)).join('_')
export const singular = (name: string): string => pluralize.singular(name)
export const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)
export const plural = (name: string): string => pluralize.plural(name)
