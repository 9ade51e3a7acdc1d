// What an operation is run with, and what comes of it.
import type { GraphQLError, GraphQLSchema } from 'graphql'
import type { CallRequested, Caller } from '../../model/index.ts'
import type { Run } from '../../stores/index.ts'
import type { Engine } from '../protocol.ts'
import type { Limits } from './limits.ts'

export type Bytes = readonly (Uint8Array | string)[]
export interface Running {
  readonly engine: Engine
  readonly schema: GraphQLSchema
  readonly limits: Limits
  readonly caller: Caller
  readonly run: Run
  /** The request's id. */
  readonly id: string
  /** The request itself, for actions that look at it. */
  readonly requested: CallRequested
  /** Headers that actions have said the answer carries. */
  readonly said: Map<string, string>
}
/** `data` null: nothing was run. */
export interface Outcome { readonly errors: readonly GraphQLError[]; readonly data: Bytes | null; readonly cost: number | null
  /** Fields whose answers were kept from an earlier request. */
  readonly replayed?: readonly string[] }
