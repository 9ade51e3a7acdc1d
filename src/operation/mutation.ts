// Writes: which rows they may touch, what they set, and what must hold of the rows they leave.
import type { EntityName, FieldName, Parameter, Predicate, RelationName } from './predicate.ts'
import type { Selection } from './query.ts'
import type { Value } from './value.ts'

/** Where the value of one field comes from. */
export type Source =
  /** The row's own value under the field's name; `otherwise` for rows that do not name it (null: every row does). */
  | { readonly kind: 'given'; readonly otherwise: Source | null }
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'parameter'; readonly slot: number }
  | { readonly kind: 'claim'; readonly claim: string }
  | { readonly kind: 'now' }
  /** The database makes it (an identity column). */
  | { readonly kind: 'generated' }
  /** A default through a to-one reference this row writes, read in the insert's own statement; null where `where` does not hold of the target. */
  | { readonly kind: 'related'; readonly relation: RelationName; readonly field: FieldName; readonly where: Predicate }
  /** A key field of the row this one is nested in. */
  | { readonly kind: 'parent'; readonly field: FieldName }
  /** A key field of the row a `connect` or a nested create of this relation found or made. */
  | { readonly kind: 'linked'; readonly relation: RelationName; readonly field: FieldName }
  /** Update only: the old value plus one (the version). */
  | { readonly kind: 'next' }
  /**
   * Update only: the old value changed by the row's own value under the field's name. `add`: a number more or less; where there is no old value, or the sum is out of the
   * scalar's range, `row.invalid`. `append`: a list after the old one (null counts as empty). `remove`: the old list without these values.
   */
  | { readonly kind: 'atomic'; readonly by: Atomic }
export type Atomic = 'add' | 'append' | 'remove'
export interface Assignment { readonly field: FieldName; readonly from: Source }

/**
 * A to-one reference that the write sets: its target must exist and fulfil `where` (the target's read rule), else `row.reference`, missing and
 * hidden alike. `by: null`: the target is named by its key, through the assigned fields. Otherwise the row holds under the relation's name an object of the
 * `by` fields (`"customer": { "email": … }`), unique together, which finds the key for sources of kind `linked`.
 */
export interface Reference { readonly relation: RelationName; readonly by: readonly FieldName[] | null; readonly where: Predicate; readonly optional: boolean }

/**
 * The whole that an owned part belongs to: locked, its computed fields kept up and raised to its next version, in the same transaction. `where`: what it must fulfil
 * before; `check`: after. `raise: false`: the write that this one is nested in has raised it.
 */
export interface Whole { readonly relation: RelationName; readonly where: Predicate; readonly check: Predicate; readonly raise: boolean; readonly whole: Whole | null }

/** The answer to a write: read back under the caller's read rule; a row that may not be read answers nothing. */
export interface Returning { readonly select: Selection; readonly where: Predicate }

/**
 * Rows travel as one parameter per level: an array of objects keyed by field name (and by relation name for `connect`). Rows of a nested level carry `'#'`, the
 * index of their parent in the parent's array; a parent of a to-one create carries `'#relation'`, the index of its target in that level's array.
 */
export interface Create {
  readonly kind: 'create'; readonly entity: EntityName; readonly rows: Parameter
  readonly set: readonly Assignment[]
  readonly references: readonly Reference[]
  /** Rows whose values of these fields, unique together, are there already are not made and answer a key of nulls; nothing is nested in them then. Absent: they are duplicates. */
  readonly unless?: readonly FieldName[]
  /** Must hold of each proposed row, asked before any constraint is met; else `caller.forbidden` and nothing is written. */
  readonly check: Predicate
  readonly whole: Whole | null
  /** To-one targets, made first. */
  readonly before: readonly Nested[]
  /** To-many rows, made after. Through a many-to-many, `create` makes the rows at the far end; the store links them. */
  readonly after: readonly Nested[]
  /** Many-to-many rows connected by key or unique fields: rows of `{ '#', …by }` in `rows`. */
  readonly links: readonly Link[]
  readonly returning: Returning | null
}
export interface Nested { readonly relation: RelationName; readonly create: Create }
export interface Link { readonly relation: RelationName; readonly rows: Parameter; readonly by: readonly FieldName[]; readonly where: Predicate }

/** Which rows a change is about. */
export interface Affected {
  /** After authorize: what names the rows, the read rule, the rule of the verb, and `asked`. */
  readonly where: Predicate
  /** What the caller asks of the rows beside which they are: authorize weaves the caller's rules into it and puts it into `where` too. Absent: nothing. */
  readonly asked?: Predicate
  /** The version they must have. */
  readonly expect: Parameter | null
  /** How many they must be, else `row.count` and nothing is written. Absent: any number. */
  readonly count?: Parameter
}

/** Changes the affected rows. `check` must hold of the rows it leaves. */
export interface Update extends Affected {
  readonly kind: 'update'; readonly entity: EntityName
  /** One object, as a create's row. */
  readonly row: Parameter
  /** Fields with states, and the state each takes. After authorize `moved` holds of the rows that may take it, as part of `where`. Absent: none. */
  readonly moves?: readonly { readonly field: FieldName; readonly to: Value }[]
  readonly moved?: Predicate
  readonly set: readonly Assignment[]
  readonly references: readonly Reference[]
  readonly check: Predicate
  readonly whole: Whole | null
  readonly returning: Returning | null
}
export interface Delete extends Affected { readonly kind: 'delete'; readonly entity: EntityName; readonly whole: Whole | null }
export type Mutation = Create | Update | Delete
