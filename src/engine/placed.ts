// Where in a body a place of a mutation is: a store counts nested rows, and knows nothing of the words they stand under.
import type { At } from '../failure/index.ts'
import { entityOf, find, type EntityModel, type Model } from '../model/index.ts'

/** `['items', 1, 'product']` of `{ "items": { "create": [ … ] } }` is `['items', 'create', 1, 'product']`. */
export function placed(model: Model, entity: EntityModel, body: unknown, at: At): At {
  const [name, ...rest] = at
  if (typeof name !== 'string') return at
  const relation = find(entity.fields, name) ? undefined : find(entity.relations, name)
  const value: unknown = typeof body === 'object' && body !== null && !Array.isArray(body) && Object.hasOwn(body, name) ? (body as Readonly<Record<string, unknown>>)[name] : undefined
  if (!relation || value === undefined) return at
  const target = entityOf(model, relation.target)
  if (relation.one) {
    // A reference that is lost stands at its relation; what is wrong inside a row made with it, below.
    if (rest.length === 0) return at
    const inner = within(value, 'create')
    return inner === undefined ? [name, ...placed(model, target, value, rest)] : [name, 'create', ...placed(model, target, inner, rest)]
  }
  const [index, ...deeper] = rest
  if (typeof index !== 'number') return at
  if (Array.isArray(value)) return [name, index, ...placed(model, target, value[index], deeper)]
  const created = within(value, 'create'), connected = within(value, 'connect')
  const word = created === undefined && connected === undefined ? null : connected !== undefined && (created === undefined || deeper.length === 0) ? 'connect' : 'create'
  const list = word === null ? value : word === 'connect' ? connected : created
  const path = word === null ? [name] : [name, word]
  return Array.isArray(list) ? [...path, index, ...placed(model, target, list[index], deeper)] : [...path, ...placed(model, target, list, deeper)]
}

const within = (value: unknown, word: string): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, word) ? (value as Readonly<Record<string, unknown>>)[word] : undefined
