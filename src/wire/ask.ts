// What a caller asks, before any name is known to exist: the one form that every protocol parses to and `engine/resolve` reads.
// A shape has slots where values stood, so that equal shapes are resolved, authorized and compiled once.

/** The n-th of the raw values that travel beside the shape. A class, so that no JSON can look like one. */
export class Slot {
  readonly index: number
  constructor(index: number) { this.index = index }
}

/** A value of the declaration, which every request of the shape has: nothing that a caller says. */
export class Fixed {
  readonly value: unknown
  constructor(value: unknown) { this.value = value }
}

/**
 * A filter as rest.md writes it, as a tree: `{ status: Slot, total: { gte: Slot }, or: [ … ], not: { … }, items: { some: { … } }, shippedAt: { null: true } }`.
 * Leaves are slots; `null: true|false` and a plain `null` are part of the shape.
 */
export type Filter = Slot | Fixed | null | boolean | readonly Filter[] | { readonly [name: string]: Filter }

/**
 * What the objects of an answer have, name by name in their order: for protocols whose callers choose the names. The same relation may stand under several.
 * A part of a composite reference has both names with their dot: `{ as: 'm.personId', field: 'membershipId.personId' }`.
 */
export type MemberAsk =
  | { readonly kind: 'field'; readonly as: string; readonly field: string }
  /** `with`: null where that field is. */
  | { readonly kind: 'constant'; readonly as: string; readonly value: string; readonly with?: string }
  /** The row's key behind `prefix`, as one text: base64url of a JSON array. */
  | { readonly kind: 'token'; readonly as: string; readonly prefix: string }
  /** One row, or where `rows` says so a connection. */
  | { readonly kind: 'relation'; readonly as: string; readonly relation: string; readonly rows: RowsAsk }
/** What stands around the rows of a list. */
export type ConnectionAsk =
  | { readonly kind: 'constant'; readonly as: string; readonly value: string }
  | { readonly kind: 'total'; readonly as: string }
  | { readonly kind: 'nodes'; readonly as: string; readonly members: readonly MemberAsk[] }
  | { readonly kind: 'edges'; readonly as: string; readonly of: readonly EdgeAsk[] }
  | { readonly kind: 'page'; readonly as: string; readonly of: readonly PageAsk[] }
export type EdgeAsk =
  | { readonly kind: 'constant'; readonly as: string; readonly value: string }
  | { readonly kind: 'cursor'; readonly as: string }
  | { readonly kind: 'node'; readonly as: string; readonly members: readonly MemberAsk[] }
export type PageAsk =
  | { readonly kind: 'constant'; readonly as: string; readonly value: string }
  | { readonly kind: 'next' | 'previous' | 'start' | 'end'; readonly as: string }

/** A set of rows, at the root and in `include`. */
export interface RowsAsk {
  readonly filter?: Filter
  /** `-placedAt`, `customer.name`. */
  readonly sort?: readonly string[]
  readonly fields?: readonly string[]
  readonly include?: Readonly<Record<string, RowsAsk>>
  /** Instead of `fields` and `include`, of one row. */
  readonly members?: readonly MemberAsk[]
  /** Instead of `fields` and `include`, of a list: it is answered as an object. `size` may then be 0. */
  readonly connection?: readonly ConnectionAsk[]
  /** Of a connection: after or before a cursor, the n-th of the request's `cursors`; null: from the end on, backwards. */
  readonly from?: { readonly toward: 'next' | 'previous'; readonly cursor: number } | { readonly toward: 'previous'; readonly cursor: null }
  readonly size?: number
}
export interface FindAsk extends RowsAsk {
  readonly kind: 'find'; readonly entity: string
  /** Only the rows related to one row of another entity: `GET /api/orders/{id}/items`. `entity` is then the parent's. */
  readonly of?: { readonly key: readonly Slot[]; readonly relation: string; readonly by?: readonly string[] }
  readonly count?: 'exact' | 'estimate'
}
/** `by`: fields that are unique together, instead of the key. */
export interface GetAsk { readonly kind: 'get'; readonly entity: string; readonly key: readonly Slot[]; readonly by?: readonly string[]; readonly fields?: readonly string[]; readonly include?: Readonly<Record<string, RowsAsk>>; readonly members?: readonly MemberAsk[] }
export interface AggregateAsk {
  readonly kind: 'aggregate'; readonly entity: string; readonly filter?: Filter
  readonly group?: readonly string[]
  /** `count`, `sum(total)`, `countDistinct(customerId)`. */
  readonly measure: readonly string[]
  /** Group fields and measures: `-count`, `sum(total)`, `status`. */
  readonly sort?: readonly string[]
  readonly size?: number
  /** The object of each row, where it is not `{ group, count, sum … }`: group fields and measures by their names. */
  readonly layout?: readonly LayoutAsk[]
}
export type LayoutAsk =
  | { readonly kind: 'group' | 'measure'; readonly as: string; readonly of: string }
  | { readonly kind: 'constant'; readonly as: string; readonly value: string }
  | { readonly kind: 'object'; readonly as: string; readonly members: readonly LayoutAsk[] }
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
  /** Those of connections, by their number. */
  readonly cursors?: readonly string[]
  /** `page[number]`, from 1. */
  readonly number: number | null
  /** How many rows come before the page, for contracts that page so. Absent: none are left out. */
  readonly skip?: number
}

export interface WriteRequest {
  /** `replace` is PUT: changes the row to exactly this, or makes it with this key. */
  readonly kind: 'create' | 'update' | 'replace' | 'delete'
  readonly entity: string
  /** Raw parts of the key; null for create, and for many. */
  readonly key: readonly unknown[] | null
  /** An object; for `create` also an array of objects; absent for delete. */
  readonly body: unknown
  readonly origin: Origin
  /** The version the caller believes the row has (`If-Match`); `*`: any, but it must exist. */
  readonly expect: string | null
  /** What must hold of the row beside (`update`, `delete`), or, with `count`, which rows are meant; its slots are numbered from 0. */
  readonly filter?: { readonly of: Filter; readonly values: readonly unknown[]; readonly origin: Origin }
  /** Changes or deletes (`key` is null) the rows of `filter`, which must be this many, all of them or none. */
  readonly count?: number
  /** What to answer; absent: every field and what the body nested. */
  readonly fields?: readonly string[]
  readonly include?: Readonly<Record<string, RowsAsk>>
  /** Instead of these; `values` and `cursors` are of its own slots and connections, numbered from 0. */
  readonly members?: readonly MemberAsk[]
  readonly values?: readonly unknown[]
  readonly cursors?: readonly string[]
}

export interface CallRequest {
  /** The action's id: `checkout`, `order.cancel`. */
  readonly action: string
  /** Raw parts of the key of the row an entity's own action is about; else null. */
  readonly key: readonly unknown[] | null
  /** An object; undefined counts as an empty one. */
  readonly input: unknown
  readonly origin: Origin
  /** The version the caller believes the row has; null: any. */
  readonly expect?: string | null
}
