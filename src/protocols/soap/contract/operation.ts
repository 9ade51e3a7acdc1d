// What an operation is, and a contract of them.
import type { ActionModel, EntityModel, Model, RelationModel } from '../../../model/index.ts'
import type { Complex } from './book.ts'

/** What an operation is. `of`: the list of one row of the entity. */
export interface Reads { readonly kind: 'find' | 'get' | 'aggregate'; readonly entity: EntityModel; readonly of: RelationModel | null }
export interface Writes { readonly kind: 'create' | 'createMany' | 'update' | 'updateMany' | 'upsert' | 'delete' | 'deleteMany'; readonly entity: EntityModel }
export interface Calls { readonly kind: 'call'; readonly action: ActionModel; readonly entity: EntityModel | null }
export type Does = Reads | Writes | Calls

export interface Operation {
  readonly name: string
  readonly about: string
  readonly does: Does
  /** Whether rules let anybody ever do it; what nobody may is in no WSDL, and refused as everywhere. */
  readonly offered: boolean
  readonly input: Complex
  /** What stands in `result` of the answer; null: nothing does. */
  readonly result: Complex | null
  /** Failures beside those of the table. */
  readonly failures: readonly DeclaredDetail[]
}

export interface ServiceContract {
  readonly model: Model
  readonly name: string
  readonly namespace: string
  readonly operations: ReadonlyMap<string, Operation>
}

/** A declared failure: the element its detail is, and what is known of it. */
export interface DeclaredDetail { readonly code: string; readonly element: string; readonly about: string | null; readonly facts: Complex | null }
