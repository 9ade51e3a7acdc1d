// What a body asks that is more than rows made together: a tree of steps, each a write of one entity, which the engine carries out in one transaction.
import type { At } from '../../failure/index.ts'
import type { EntityModel, RelationModel } from '../../model/index.ts'
import type { Create, FieldName, Update, Value } from '../../operation/index.ts'
import type { Row, Writing } from './body.ts'

/** What finds a row: its key, or fields that are unique together; those that the place in the body gives are left out. */
export interface Finding {
  readonly by: readonly FieldName[]
  readonly values: readonly Value[]
  /** The version the row is believed to have. */
  readonly expect: string | null
  readonly at: At
}

/** Rows of one entity to be made; nested rows that need no step of their own are in `create`. */
export interface CreateStep {
  readonly entity: EntityModel
  readonly create: Create
  /** Of the slots of `create`. */
  readonly values: readonly Value[]
  /** The rows of its own level, for what is only known on the way: the keys of rows they refer to. One only, where it has targets or deeds. */
  readonly rows: readonly Row[]
  readonly places: readonly At[]
  readonly body: readonly unknown[]
  readonly targets: readonly Target[]
  readonly deeds: readonly Deed[]
}

/** One row to be changed. Which, and at which version, stands beside it. */
export interface ChangeStep {
  readonly entity: EntityModel
  /** Its row is the slot 0. */
  readonly update: Update
  readonly row: Row
  readonly expect: string | null
  readonly at: At
  readonly targets: readonly Target[]
  readonly deeds: readonly Deed[]
}

interface Place { readonly relation: RelationModel; readonly at: At }

/** What decides the target of a reference before the row that refers to it is written. */
export type Target = Place & (
  | { readonly do: 'create'; readonly create: CreateStep }
  | { readonly do: 'connectOrCreate'; readonly find: Finding; readonly create: CreateStep }
  | { readonly do: 'upsert'; readonly create: CreateStep; readonly update: ChangeStep }
  /** The row refers to nothing from then on, and its target goes. */
  | { readonly do: 'delete' }
)

/** What is done around a row once it is written. `find` is null where there is at most one, the current. */
export type Deed = Place & (
  | { readonly do: 'create'; readonly create: CreateStep }
  | { readonly do: 'connect'; readonly find: Finding }
  | { readonly do: 'connectOrCreate'; readonly find: Finding; readonly create: CreateStep }
  | { readonly do: 'disconnect'; readonly find: Finding | null }
  | { readonly do: 'update'; readonly find: Finding | null; readonly update: ChangeStep }
  | { readonly do: 'upsert'; readonly find: Finding | null; readonly create: CreateStep; readonly update: ChangeStep }
  | { readonly do: 'delete'; readonly find: Finding | null }
  /** Exactly these. */
  | { readonly do: 'set'; readonly finds: readonly Finding[] }
  | { readonly do: 'setParts'; readonly parts: readonly Part[] }
)
/** A part that is to be there: changed where `find` finds it, made where it does not (`create`), or where it has no key yet. `fixed`: what it gives that never changes. */
export interface Part { readonly find: Finding | null; readonly update: ChangeStep | null; readonly create: CreateStep | null; readonly fixed: readonly At[] }

/** The row whose relations are written. */
export interface Around {
  readonly w: Writing
  readonly entity: EntityModel
  readonly body: Readonly<Record<string, unknown>>
  readonly change: 'create' | 'update'
  /** How many relations deep the row is. */
  readonly depth: number
  readonly steps: Steps
  /** Says that the row's fields of a reference come later, or are null. */
  readonly give: (field: FieldName, value: Value) => void
  /** A reference to a row that is found in the statement of the row itself. */
  readonly link: (relation: RelationModel, by: Finding) => void
}
/** Takes a relation of a body apart. */
export type Relate = (a: Around, relation: RelationModel, raw: unknown, at: At) => void

/** Where relations of one row are collected. */
export interface Steps {
  readonly targets: Target[]
  readonly deeds: Deed[]
  /** Relations whose reference the engine fills in. */
  readonly placed: Set<string>
  readonly nested: string[]
}
export const noSteps = (): Steps => ({ targets: [], deeds: [], placed: new Set(), nested: [] })
