// The store port: read, write, within a transaction, close; and what the store can do.
import type { Isolation } from '../model/index.ts'
import type { Capabilities, Mutation, Read, Scalar, Value } from '../operation/index.ts'
import type { Authorized } from './authorized.ts'

export type { Authorized, Fill } from './authorized.ts'

/** What runs beside an operation: until when (performance.now() milliseconds), whether the caller went away, and who listens. */
export interface Run {
  readonly deadline: number
  readonly signal?: AbortSignal
  /** Told each statement as it is sent (its text without values; it may be kept and compared) and what it took. */
  readonly onStatement?: (statement: { readonly text: string; readonly values: readonly unknown[]; readonly ms: number; readonly rows: number }) => void
}

/**
 * What a read brings back. `body` is the finished JSON: an array for a list or an aggregate; for `one` an object, or null where there is no such row.
 * The bytes are the store's own and are not parsed on the way.
 */
export interface Fetched {
  readonly body: Uint8Array | string | null
  readonly rows: number
  /** `one`: the row's version as text. */
  readonly version: string | null
  /** Lists: the canonical values of the order keys of the first and last row, to make cursors of; null where there is no row. */
  readonly first: readonly Value[] | null
  readonly last: readonly Value[] | null
  /** Rows follow in the direction of the page; `one`: unused. */
  readonly more: boolean
  readonly total: number | null
  readonly totalIsAtLeast: boolean
  /** Paths of included lists that were cut by their page: `items`, `items.options`. */
  readonly cut: readonly string[]
}

/** `body`: as of a read, `one` for an update or a create of a single row given as such by the engine (`rows` of length 1 → still an array; the engine takes it apart by `bodies`). */
export interface Written {
  /** How many rows of the entity the mutation touched; 0: `where` or `expect` did not hold, and nothing was written. */
  readonly touched: number
  /** One finished JSON object per row, in the order of the rows; null for a row that may not be read back; empty where nothing was to be returned. */
  readonly bodies: readonly (Uint8Array | string | null)[]
  /** Per row: its key, in the key's order, as canonical values, and its version as text. */
  readonly keys: readonly (readonly Value[])[]
  readonly versions: readonly (string | null)[]
  /** As `Fetched.cut`. */
  readonly cut: readonly string[]
}

/**
 * Values fill the operation's slots, claims included. Throws Failure: `caller.forbidden` (a check that did not hold; `at` is the row's place),
 * `row.count` (facts.count), `row.reference` (`at` ends in the relation's name), `row.duplicate` (facts.fields), `row.referenced`, `row.invalid`, `row.contended`, `store.*`.
 */
export interface Session {
  read(operation: Authorized<Read>, values: readonly Value[], run: Run): Promise<Fetched>
  write(operation: Authorized<Mutation>, values: readonly Value[], run: Run): Promise<Written>
}

/** A piece of a statement of the application's own. What is no literal text of its source is a name, which the store quotes, or a value, which becomes a parameter. */
export type SqlPiece =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'name'; readonly path: readonly string[] }
  | { readonly is: 'table'; readonly entity: string }
  | { readonly is: 'column'; readonly entity: string; readonly field: string }
  /** Canonical, or bytes. */
  | { readonly is: 'value'; readonly value: Value | Uint8Array }
/** What such a statement brings: values in canonical form where the scalar is known, else the database's own text. */
export interface SqlRows {
  readonly columns: readonly { readonly name: string; readonly scalar: Scalar | null; readonly list: boolean }[]
  readonly rows: readonly (readonly Value[])[]
}

/** A session within one transaction. A statement that fails outside of `attempt` leaves nothing to be committed: then the transaction fails with it. */
export interface Transaction extends Session {
  /** Undoes what `work` did where it throws, so that the transaction can go on. One at a time, or within one another. */
  attempt<T>(run: Run, work: () => Promise<T>): Promise<T>
  /** Takes the lock of this name until the transaction ends; false, at once, where another transaction has it. */
  lock(name: string, run: Run): Promise<boolean>
  /** A statement of the application's own. Throws `store.unsupported` where the store has no such language. */
  sql(pieces: readonly SqlPiece[], run: Run): Promise<SqlRows>
}

export interface Store extends Session {
  readonly name: string
  readonly can: Capabilities
  /** One transaction: all of `work` or nothing. Retries are the engine's. Unless said, what a statement sees is what was committed before it. */
  within<T>(run: Run, work: (session: Transaction) => Promise<T>, isolation?: Isolation): Promise<T>
  /** For `explain`: the native statement of an operation and the store's own execution plan, where it has one. Never runs a write. */
  explain(operation: Authorized<Read | Mutation>, values: readonly Value[], run: Run): Promise<{ readonly statement: string; readonly plan: string | null }>
  /** Resolves when an operation could be served now; throws `store.down` otherwise. */
  ready(): Promise<void>
  close(): Promise<void>
}
