// Reads: which rows, in which order, how many, and what of them. Names, not references; slots, not values.
import type { EntityName, FieldName, Parameter, Predicate, RelationName } from './predicate.ts'
import type { Scalar } from './value.ts'

/** One hop through a to-one relation; `where` is what the target must fulfil to be seen (authorize puts the read rule there). */
export interface Hop { readonly relation: RelationName; readonly where: Predicate }

/** A field as it is seen: null where `shown` is false of its row (a field hidden by row). resolve writes `always`, authorize narrows. */
export interface Seen { readonly name: FieldName; readonly shown: Predicate }

/** Null sorts last ascending and first descending, as in PostgreSQL. Reading through `via` gives null where a hop finds nothing. */
export interface Order { readonly by: Seen & { readonly as: Scalar; readonly via: readonly Hop[] }; readonly dir: 'asc' | 'desc' }

export type Page =
  | { readonly kind: 'offset'; readonly skip: Parameter | null; readonly take: number }
  /** `from` has one entry per order key: a slot, or null where the cursor's value is null (which values are null is part of the shape). */
  | { readonly kind: 'keyset'; readonly from: readonly (Parameter | null)[] | null; readonly toward: 'next' | 'previous'; readonly take: number }

/** `capped`: exact, but counting stops at 1,000. */
export type Count = 'none' | 'exact' | 'estimate' | 'capped'

/** What of one set of rows to bring back. Shared by the root and by every nested relation. */
export interface Rows {
  readonly select: Selection
  readonly where: Predicate
  /** Total after `resolve`: the key is appended. Empty for a to-one relation. */
  readonly order: readonly Order[]
  readonly page: Page
}

export interface Selection {
  /** The caller named the fields: one that is hidden from it is refused, not left out. */
  readonly named?: true
  readonly fields: readonly Seen[]
  readonly related: readonly Related[]
  /** Truths about the row that `explain` and refused writes ask for, beside its fields under `probes`. Never asked by a protocol's caller. */
  readonly probes: readonly Probe[]
}
export interface Related { readonly as: string; readonly relation: RelationName; readonly rows: Rows }
export interface Probe { readonly as: string; readonly of: Predicate }

/** `one`: the answer is the first row itself, or nothing. */
export interface Query extends Rows { readonly kind: 'query'; readonly entity: EntityName; readonly one: boolean; readonly count: Count }

export type MeasureName = 'count' | 'countDistinct' | 'sum' | 'avg' | 'min' | 'max'
/** `of` is null for `count` only. */
export interface Measure { readonly fn: MeasureName; readonly of: (Seen & { readonly as: Scalar }) | null }

/** Answer rows: `{ "group": { field: value }, "count": 3, "sum": { field: … } }`; without group fields exactly one row. */
export interface Aggregate {
  readonly kind: 'aggregate'; readonly entity: EntityName; readonly where: Predicate
  readonly group: readonly (Seen & { readonly as: Scalar })[]
  readonly measures: readonly Measure[]
  readonly order: readonly { readonly by: { readonly group: number } | { readonly measure: number }; readonly dir: 'asc' | 'desc' }[]
  readonly take: number
}
export type Read = Query | Aggregate
