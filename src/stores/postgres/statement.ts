// A compiled statement: what compile makes of a shape and the connections run.
import type { Value } from '../../operation/index.ts'
import type { Run } from '../store.ts'

/** A parameter as the wire protocol takes it: text, or null. */
export type Text = string | null
/** A column as it came: its bytes (text format), or null. */
export type Cell = Uint8Array | null

export interface Statement {
  readonly text: string
  /** From the values of the operation's slots to the statement's parameters. */
  readonly parameters: (values: readonly Value[]) => readonly Text[]
  /**
   * Where it may run: `read` short, on shared pipelined connections; `write` a one-statement write, on shared connections of its own; `own` anything that may
   * take long or needs a transaction, on a connection of its own.
   */
  readonly lane: 'read' | 'write' | 'own'
  /** `custom`: the best plan depends on the values (a parameter with few distinct or skewed values); `generic`: it does not; why is in a comment where it is decided. */
  readonly plan: 'custom' | 'generic'
}

/** A column of an answer, as the server describes it. */
export interface Described { readonly name: string; readonly oid: number }

/** What the compiled operations run on. */
export interface Connection {
  run(statement: Statement, values: readonly Value[], run: Run): Promise<readonly (readonly Cell[])[]>
}

/** A connection within a transaction. */
export interface Transacting extends Connection {
  /** What `work` did is undone where it throws, and the transaction goes on. */
  attempt<T>(run: Run, work: () => Promise<T>): Promise<T>
  /** A statement that nobody has compiled, with what its columns are. */
  describe(text: string, parameters: readonly Text[], run: Run): Promise<{ readonly columns: readonly Described[]; readonly rows: readonly (readonly Cell[])[] }>
}
