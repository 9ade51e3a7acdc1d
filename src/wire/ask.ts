// What a caller asks, before any name is known to exist: the one form that every protocol parses to and `engine/resolve` reads.
// A shape has slots where values stood, so that equal shapes are resolved, authorized and compiled once.

/** The n-th of the raw values that travel beside the shape. A class, so that no JSON can look like one. */
export class Slot {
  readonly index: number
  constructor(index: number) { this.index = index }
}

/**
 * A filter as rest.md writes it, as a tree: `{ status: Slot, total: { gte: Slot }, or: [ … ], not: { … }, items: { some: { … } }, shippedAt: { null: true } }`.
 * Leaves are slots; `null: true|false` and a plain `null` are part of the shape.
 */
export type Filter = Slot | null | boolean | readonly Filter[] | { readonly [name: string]: Filter }

/** A set of rows, at the root and in `include`. */
export interface RowsAsk {
  readonly filter?: Filter
  /** `-placedAt`, `customer.name`. */
  readonly sort?: readonly string[]
  readonly fields?: readonly string[]
  readonly include?: Readonly<Record<string, RowsAsk>>
  readonly size?: number
}
export interface FindAsk extends RowsAsk {
  readonly kind: 'find'; readonly entity: string
  /** Only the rows related to one row of another entity: `GET /api/orders/{id}/items`. `entity` is then the parent's. */
  readonly of?: { readonly key: readonly Slot[]; readonly relation: string }
  readonly count?: 'exact' | 'estimate'
}
export interface GetAsk { readonly kind: 'get'; readonly entity: string; readonly key: readonly Slot[]; readonly fields?: readonly string[]; readonly include?: Readonly<Record<string, RowsAsk>> }
export interface AggregateAsk {
  readonly kind: 'aggregate'; readonly entity: string; readonly filter?: Filter
  readonly group?: readonly string[]
  /** `count`, `sum(total)`, `countDistinct(customerId)`. */
  readonly measure: readonly string[]
  /** Group fields and measures: `-count`, `sum(total)`, `status`. */
  readonly sort?: readonly string[]
  readonly size?: number
}
export type ReadAsk = FindAsk | GetAsk | AggregateAsk

/** Where values come from: text of a URL, JSON of a body, or TypeScript (`db`: also Decimal, Date, bigint, Uint8Array). Decides how they are read and which failure a wrong one is. */
export type Origin = 'url' | 'body' | 'code'

export interface ReadRequest {
  /** Names the shape: equal keys mean equal asks. Made by the protocol without resolving anything. */
  readonly key: string
  readonly ask: () => ReadAsk
  /** Raw values of the slots; an `in` list is one array. */
  readonly values: readonly unknown[]
  readonly origin: Origin
  readonly cursor: { readonly toward: 'next' | 'previous'; readonly token: string } | null
  /** `page[number]`, from 1. */
  readonly number: number | null
}

export interface WriteRequest {
  /** `replace` is PUT: changes the row to exactly this, or makes it with this key. */
  readonly kind: 'create' | 'update' | 'replace' | 'delete'
  readonly entity: string
  /** Raw parts of the key; null for create. */
  readonly key: readonly unknown[] | null
  /** An object; for `create` also an array of objects; absent for delete. */
  readonly body: unknown
  readonly origin: Origin
  /** The version the caller believes the row has (`If-Match`); `*`: any, but it must exist. */
  readonly expect: string | null
  /** What to answer; absent: every field and what the body nested. */
  readonly fields?: readonly string[]
  readonly include?: Readonly<Record<string, RowsAsk>>
}
