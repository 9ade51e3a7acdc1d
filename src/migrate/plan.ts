// A migration plan: the difference between a live schema and a model, as data.
import type { Model, Place } from '../model/index.ts'
import type { DesiredColumn, DesiredTable } from './desired.ts'
import type { Check, Index, Key, Reference } from './live.ts'

/** A table by the name it has when the change runs. */
export interface Name { readonly schema: string; readonly name: string }

export type Change =
  | { readonly kind: 'createSchema'; readonly schema: string }
  | { readonly kind: 'createTable'; readonly table: DesiredTable }
  | { readonly kind: 'renameTable'; readonly table: Name; readonly to: string }
  | { readonly kind: 'addColumn'; readonly table: Name; readonly column: DesiredColumn }
  | { readonly kind: 'renameColumn'; readonly table: Name; readonly column: string; readonly to: string }
  | { readonly kind: 'setType'; readonly table: Name; readonly column: string; readonly type: string }
  | { readonly kind: 'setNotNull'; readonly table: Name; readonly column: string; readonly notNull: boolean }
  | { readonly kind: 'setDefault'; readonly table: Name; readonly column: string; readonly default: string | null }
  /** Rows without a value get this one. */
  | { readonly kind: 'fill'; readonly table: Name; readonly column: string; readonly value: string }
  /** What a computed column comes to, for the rows that are there. */
  | { readonly kind: 'compute'; readonly table: Name; readonly column: string; readonly value: string }
  | { readonly kind: 'addUnique'; readonly table: Name; readonly key: Key }
  | { readonly kind: 'addCheck'; readonly table: Name; readonly check: Check; readonly validated: boolean }
  | { readonly kind: 'addReference'; readonly table: Name; readonly reference: Reference; readonly validated: boolean }
  | { readonly kind: 'validate'; readonly table: Name; readonly name: string }
  | { readonly kind: 'renameConstraint'; readonly table: Name; readonly name: string; readonly to: string }
  | { readonly kind: 'dropConstraint'; readonly table: Name; readonly name: string }
  | { readonly kind: 'createIndex'; readonly table: Name; readonly index: Index }
  | { readonly kind: 'renameIndex'; readonly table: Name; readonly name: string; readonly to: string }
  | { readonly kind: 'dropIndex'; readonly table: Name; readonly name: string }
  | { readonly kind: 'comment'; readonly table: Name; readonly column: string | null; readonly text: string | null }

/** The strongest lock a step takes on a table in use. */
export type Lock = 'none' | 'share update exclusive' | 'share' | 'share row exclusive' | 'access exclusive'

export interface Step {
  readonly change: Change
  readonly entity: string | null
  readonly field: string | null
  /** A line for people: `+column products.rating`; null where another step's line says it. */
  readonly says: string | null
  /** Adds or widens: nothing that is there changes its name or goes away, and a version of the application that does not know of it still runs. */
  readonly additive: boolean
  readonly lock: Lock
  readonly rewrites: boolean
  readonly losesData: boolean
  /** `validate`: after the rest is committed, in a transaction of its own, because it reads the whole table. */
  readonly phase: 'change' | 'validate'
  readonly sql: readonly string[]
}

/** A difference no step is made for. */
export interface Refusal {
  readonly entity: string | null
  readonly field: string | null
  readonly place: Place | null
  /** `Product.rating is required, but 77 rows exist.` */
  readonly reason: string
  /** What a person could do instead: `.optional()`. */
  readonly ways: readonly string[]
}

export interface MigrationPlan {
  readonly model: Model
  readonly steps: readonly Step[]
  readonly refused: readonly Refusal[]
  /** What is in the database and none of ours: left alone. */
  readonly notes: readonly string[]
  /** Nothing to do, nothing refused. */
  readonly empty: boolean
  /** Every difference is an additive step. */
  readonly additive: boolean
  /** Counts the plan would have needed and was not given; it is not to be applied while there are any. */
  readonly questions: readonly string[]
}

/** What the rows say. A question is a SELECT of one number, `n`; undefined: not asked yet. */
export interface Facts { readonly count: (question: string) => number | undefined }
