// The store port: read, write, within a transaction, close; and what the store can do.
import type { Isolation } from '../model/index.ts'
import type { Capabilities, EntityName, Mutation, Read, Scalar, Value } from '../operation/index.ts'
import type { Authorized } from './authorized.ts'

export type { Authorized, Fill } from './authorized.ts'

/** Who writes, and why: what a change row says beside what was changed. */
export interface Mark {
  readonly caller: string | null
  /** The request's id. */
  readonly request: string | null
  readonly action: string | null
  /** Why it is done as the system. */
  readonly reason: string | null
}

/** What runs beside an operation: until when (performance.now() milliseconds), whether the caller went away, who listens, and what a write is marked with. */
export interface Run {
  readonly deadline: number
  /** For the change log; what is left out is not known. The engine adds the caller. */
  readonly mark?: Partial<Mark>
  readonly signal?: AbortSignal | undefined
  /** Whether the caller has gone by now, for who need not be told later: a signal has to be made first. Absent: the signal says. */
  gone?(): boolean
  /** Told each statement as it is sent (its text without values; it may be kept and compared) and what it took. */
  readonly onStatement?: ((statement: { readonly text: string; readonly values: readonly unknown[]; readonly ms: number; readonly rows: number }) => void) | undefined
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

/** One row of the change log. */
export interface Change {
  /** Rises from change to change of one row; between rows that no transaction has in common it says nothing. Digits. */
  readonly id: string
  /** When the transaction began. */
  readonly at: string
  readonly entity: EntityName
  readonly key: readonly Value[]
  readonly verb: 'create' | 'update' | 'delete'
  /** The row by field name; of an update only what differs. Null for a create, and `after` for a delete. Neither has secrets, the version or `updatedAt`; classified values are masked. */
  readonly before: Readonly<Record<string, Value>> | null
  readonly after: Readonly<Record<string, Value>> | null
  readonly caller: string | null
  readonly request: string | null
  readonly action: string | null
  readonly reason: string | null
}

/** Reading the change log: every change once, whenever it was committed, and waiting for nobody's transaction. */
export interface Changes {
  /**
   * The next changes after a position, at most `take`, those of one row in the order they were made; null: from the first that is kept. A position is what an earlier call
   * gave, or `now`; it is opaque. `more`: a further call would bring some at once. `of`: of these entities only; the position is past the others too.
   */
  read(position: string | null, take: number, run: Run, of?: readonly EntityName[] | null): Promise<{ readonly changes: readonly Change[]; readonly position: string; readonly more: boolean }>
  /** The position after everything that is committed by now. */
  now(run: Run): Promise<string>
  /**
   * Begins to listen, on a connection of its own: `wake` is called soon after changes were committed, by this process or another that listens; what others commit is found
   * by looking. `lost` is called once, where the connection ends by itself, and with it all that was held.
   */
  attend(on: { readonly wake: () => void; readonly lost: (cause: unknown) => void }): Promise<Attendance>
  /** Takes away up to `take` of the oldest changes that were made before a moment; answers how many. */
  forget(before: string, take: number, run: Run): Promise<number>
}
export interface Attendance {
  /** Holds a name until this attendance ends, however it ends; false where another process (or attendance) holds it. */
  hold(name: string): Promise<boolean>
  close(): Promise<void>
}

export interface Store extends Session {
  /** The change log, where the store keeps one for this model. */
  readonly changes?: Changes
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
