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
  /** A list is answered as an object around its rows, not as an array of them. */
  readonly connection?: Connection
}

/** What stands around the rows of a list, in the order it is asked for. Rows are those of `select.parts`. */
export interface Connection {
  /** The text that its cursors begin with: a cursor is base64url of the JSON array of this and the row's order keys. */
  readonly binding: Parameter
  readonly members: readonly ConnectionMember[]
}
export type ConnectionMember =
  | { readonly kind: 'constant'; readonly as: string; readonly value: string }
  /** How many rows there are in all, whatever the page. */
  | { readonly kind: 'total'; readonly as: string }
  | { readonly kind: 'nodes'; readonly as: string; readonly part: number }
  | { readonly kind: 'edges'; readonly as: string; readonly of: readonly EdgeMember[] }
  | { readonly kind: 'page'; readonly as: string; readonly of: readonly PageMember[] }
export type EdgeMember =
  | { readonly kind: 'constant'; readonly as: string; readonly value: string }
  | { readonly kind: 'node'; readonly as: string; readonly part: number }
  | { readonly kind: 'cursor'; readonly as: string }
/** Whether rows follow and precede, and the cursors of the first and last row, null where there is none. */
export type PageMember =
  | { readonly kind: 'constant'; readonly as: string; readonly value: string }
  | { readonly kind: 'next' | 'previous' | 'start' | 'end'; readonly as: string }

export interface Selection {
  /** The caller named the fields: one that is hidden from it is refused, not left out. */
  readonly named?: true
  /** `as`: its name in the answer, where that is another; of a part of a composite reference both names with their dot. */
  readonly fields: readonly (Seen & { readonly as?: string })[]
  /** Absent: none. */
  readonly counted?: readonly Counted[]
  readonly related: readonly Related[]
  /** Truths about the row that `explain` and refused writes ask for, beside its fields under `probes`. Never asked by a protocol's caller. */
  readonly probes: readonly Probe[]
  /** Texts that are the same in every row; `with`: null where that field is. */
  readonly constants?: readonly { readonly as: string; readonly value: string; readonly with?: Seen }[]
  /** Values of the row as one text: base64url of the JSON array of `prefix` and them, null where one of them is. */
  readonly tokens?: readonly { readonly as: string; readonly prefix: string; readonly of: readonly Seen[] }[]
  /** Further objects of the same row: what a connection is made of. They are no members of this one. */
  readonly parts?: readonly Selection[]
  /** The names of the object's members in their order. Absent: fields, related. */
  readonly members?: readonly string[]
}
/** How many rows at the other end of a relation fulfil `where` (in which that row is scope 0), or whether some does. Computed when it is read. */
export interface Counted { readonly as: FieldName; readonly fn: 'count' | 'some'; readonly relation: RelationName; readonly where: Predicate }
export interface Related { readonly as: string; readonly relation: RelationName; readonly rows: Rows }
export interface Probe { readonly as: string; readonly of: Predicate }

/** `one`: the answer is the first row itself, or nothing. */
export interface Query extends Rows {
  readonly kind: 'query'; readonly entity: EntityName; readonly one: boolean; readonly count: Count
  /** Of one row, within a transaction: nobody else changes the row until it ends. */
  readonly lock?: true
}

export type MeasureName = 'count' | 'countDistinct' | 'sum' | 'avg' | 'min' | 'max'
/** `of` is null for `count` only. */
export interface Measure { readonly fn: MeasureName; readonly of: (Seen & { readonly as: Scalar }) | null }

/** Answer rows: `{ "group": { field: value }, "count": 3, "sum": { field: … } }`; without group fields exactly one row. */
export interface Aggregate {
  readonly kind: 'aggregate'; readonly entity: EntityName; readonly where: Predicate
  /** `each`: of a list its elements; a row is in the group of each of them, once, and in none where there are none. */
  readonly group: readonly (Seen & { readonly as: Scalar; readonly each?: true })[]
  readonly measures: readonly Measure[]
  readonly order: readonly { readonly by: { readonly group: number } | { readonly measure: number }; readonly dir: 'asc' | 'desc' }[]
  readonly take: number
  /** The object of each row, where it is not the one above. */
  readonly layout?: readonly LayoutMember[]
}
/** A group field or measure by its index, a text that is always the same, or an object of these. */
export type LayoutMember =
  | { readonly kind: 'group' | 'measure'; readonly as: string; readonly index: number }
  | { readonly kind: 'constant'; readonly as: string; readonly value: string }
  | { readonly kind: 'object'; readonly as: string; readonly of: readonly LayoutMember[] }
export type Read = Query | Aggregate
