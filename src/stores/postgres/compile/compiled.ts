// What compiling a read gives, and how its columns are read.
import type { Fetched } from '../../store.ts'
import type { Sql } from '../../sql/index.ts'
import type { Cell, Statement } from '../statement.ts'
import type { Context } from './context.ts'

export type Row = readonly Cell[]

export interface Compiled {
  readonly statement: Statement
  /** To be run before it, in the same transaction: locks the row it reads. */
  readonly lock?: Statement
  /** From the rows the statement brought to the answer. The body's bytes are handed on as they came. */
  readonly decode: (rows: readonly Row[]) => Fetched
  /** `count: 'estimate'`: a second statement, and the `total` in what it brings. */
  readonly estimate: { readonly statement: Statement; readonly decode: (rows: readonly Row[]) => number } | null
}

export const statement = (of: Sql, ctx: Context, lane: Statement['lane'], plan: Statement['plan']): Statement => ({ text: of.text, parameters: ctx.parameters.bind, lane, plan })

export const textIn = (cell: Cell | undefined): string | null => (cell ? Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString('utf8') : null)
export const numberIn = (cell: Cell | undefined): number | null => { const text = textIn(cell); return text === null ? null : Number(text) }
