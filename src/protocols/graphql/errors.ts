// Failures of the table as GraphQL errors: message, locations, path, and in `extensions` the code with what is known of it.
import { GraphQLError, Kind, type ASTNode, type FieldNode, type ValueNode } from 'graphql'
import { toFailure, type At, type Failure } from '../../failure/index.ts'
import type { Chosen } from './structure.ts'

/** What the engine calls otherwise. */
const renamed: Readonly<Record<string, string>> = { filter: 'where', group: 'groupBy', include: 'include', size: 'first' }

/** Where in a field's arguments the engine's place is: `['filter', 'status']` → `['where', 'status']`. */
export function placeOf(at: At, write: boolean): At {
  // A condition of a write; no field has such a name and is an object of operators.
  if (write && at[0] === 'filter') return ['where', ...at.slice(1)]
  if (write && at.length === 1 && at[0] === 'expect') return at
  // What is added stands the other way round: `add: { stock: -2 }`.
  const last = at.at(-1), before = at.at(-2)
  if (write && typeof last === 'string' && before !== undefined && ['add', 'append', 'remove'].includes(last)) return ['input', ...at.slice(0, -2), last, before]
  if (write) return ['input', ...at]
  return at.flatMap((part): At => (part === 'page' ? [] : typeof part === 'string' ? [renamed[part] ?? part] : [part]))
}
const pointer = (at: At): string => at.map(part => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** The node that says what stands at a place of a field's arguments, as near as it is said in the document; or the member of the answer of that name. */
function nodeAt(node: FieldNode, at: At): ASTNode {
  const [name, ...rest] = at
  if (name === undefined) return node
  const argument = node.arguments?.find(a => a.name.value === name)
  if (argument) return inside(argument.value, rest) ?? argument
  const below = memberAt(node, String(name))
  return below ? nodeAt(below, rest) : node
}

function inside(value: ValueNode, at: At): ASTNode | null {
  const [name, ...rest] = at
  if (name === undefined) return value
  if (value.kind === Kind.OBJECT) {
    const field = value.fields.find(f => f.name.value === String(name))
    return field ? inside(field.value, rest) ?? field : null
  }
  if (value.kind === Kind.LIST && typeof name === 'number') {
    const item = value.values[name]
    return item ? inside(item, rest) ?? item : null
  }
  return null
}

/** A field below, whatever stands between. */
function memberAt(node: FieldNode, name: string): FieldNode | null {
  const open = [...node.selectionSet?.selections ?? []]
  for (let s = open.shift(); s !== undefined; s = open.shift()) {
    if (s.kind === Kind.FIELD && (s.alias ?? s.name).value === name) return s
    if (s.kind !== Kind.FRAGMENT_SPREAD) open.push(...s.selectionSet?.selections ?? [])
  }
  return null
}

/** Seconds until a repeat makes sense, where the failure does not say itself. */
const patience = 1

/** What of a failure a caller may know, but the message. */
export function extensionsOf(failure: Failure, more: object = {}): Record<string, unknown> {
  const row = failure.row
  const hidden = failure.code === 'internal'
  const facts = Object.entries(failure.facts)
  return {
    code: failure.code, status: row.status, title: row.title, ...(row.retry === 'never' ? {} : { retry: row.retry, ...(row.retry === 'later' ? { retryAfter: patience } : {}) }),
    ...(hidden || facts.length === 0 ? {} : { facts: Object.fromEntries(facts) }), ...more,
  }
}
export const messageOf = (failure: Failure, id: string): string => (failure.code === 'internal' ? `This is not your fault. Quote the request id ${id} when you report it.` : failure.message)

/** One error for each mistake of a failure of a root field; one for the failure where it has none. */
export function errorsOf(thrown: unknown, chosen: Chosen, id: string, write: boolean): readonly GraphQLError[] {
  const path = [chosen.as]
  if (thrown instanceof GraphQLError) return [new GraphQLError(thrown.message, { nodes: thrown.nodes ?? chosen.nodes, path, extensions: thrown.extensions })]
  const failure = toFailure(thrown)
  const places = failure.mistakes.length > 0 ? failure.mistakes : [{ at: failure.at, detail: '' }]
  return places.map(({ at, detail }) => {
    const place = at.length === 0 && failure.mistakes.length === 0 ? [] : placeOf(at, write)
    const message = detail === '' ? messageOf(failure, id) : `${place.join('.')} ${detail}`
    const says = place.length === 0 ? {} : { pointer: pointer(place) }
    return new GraphQLError(message, { nodes: [place.length === 0 ? chosen.nodes[0] : nodeAt(chosen.nodes[0], place)], path, extensions: extensionsOf(failure, says) })
  })
}
