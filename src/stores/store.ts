// The store port: read, write, within a transaction, close; and what the store can do.
import type { Capabilities, Mutation, Read, Value } from '../operation/index.ts'
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

export interface Store extends Session {
  readonly name: string
  readonly can: Capabilities
  /** One transaction: all of `work` or nothing. Retries are the engine's. */
  within<T>(run: Run, work: (session: Session) => Promise<T>): Promise<T>
  /** For `explain`: the native statement of an operation and the store's own execution plan, where it has one. Never runs a write. */
  explain(operation: Authorized<Read | Mutation>, values: readonly Value[], run: Run): Promise<{ readonly statement: string; readonly plan: string | null }>
  /** Resolves when an operation could be served now; throws `store.down` otherwise. */
  ready(): Promise<void>
  close(): Promise<void>
}
