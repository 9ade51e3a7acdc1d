// What each field of the schema means: what it becomes in a request of the engine. Written beside the field when the schema is made, read when a document is.
import type { GraphQLField } from 'graphql'
import type { ActionModel, EntityModel } from '../../model/index.ts'

/** `mutation`: one field of the type Mutation. `many`: a list of rows. */
export type Write = { readonly kind: 'create' | 'update' | 'replace' | 'delete'; readonly many: boolean }
export type Meaning =
  | { readonly kind: 'get' | 'find' | 'aggregate'; readonly entity: EntityModel }
  | { readonly kind: 'node' }
  | { readonly kind: 'write'; readonly entity: EntityModel; readonly write: Write }
  | { readonly kind: 'call'; readonly action: ActionModel; readonly entity: EntityModel | null }
  /** A field of a row, by its name in the model: of a part of a composite reference the name with its dot. */
  | { readonly kind: 'field'; readonly field: string }
  /** The object of a composite reference; its parts are fields. `with`: one of them. */
  | { readonly kind: 'composite'; readonly with: string }
  | { readonly kind: 'token'; readonly prefix: string }
  | { readonly kind: 'one' | 'many'; readonly relation: string; readonly entity: EntityModel }
  /** Of a connection, an edge, a PageInfo. */
  | { readonly kind: 'edges' | 'nodes' | 'page' | 'total' | 'node of edge' | 'cursor' | 'next' | 'previous' | 'start' | 'end' }
  /** Of a row of an aggregate: an object, or one value by its name for the engine: `status`, `sum(total)`. */
  | { readonly kind: 'object' }
  | { readonly kind: 'group' | 'measure'; readonly of: string }
  /** Of what a mutation answers: the row or rows, whether it was made, its key as one text, its key with the entity's name. */
  | { readonly kind: 'written' | 'made' | 'key' | 'key token' }
  /** How many rows of many were written. */
  | { readonly kind: 'count' }
  /** Of what an action answers: whether it did it, its output, why it did not; of a failure its code and message; a member of either by its name. */
  | { readonly kind: 'done' | 'output' | 'failure' | 'code' | 'message' }
  | { readonly kind: 'member'; readonly name: string }
  /** Not of the schema: `__typename`. */
  | { readonly kind: 'typename'; readonly type: string }
  /** `__schema` and `__type`, which graphql-js answers. */
  | { readonly kind: 'introspection' }

/** To be put into a field's configuration. */
export const meaning = (of: Meaning): { readonly extensions: { readonly meaning: Meaning } } => ({ extensions: { meaning: of } })

export function meaningOf(field: GraphQLField<unknown, unknown>): Meaning {
  const found = field.extensions['meaning']
  if (found === undefined) throw new Error(`the field ${field.name} means nothing`)
  return found as Meaning
}
