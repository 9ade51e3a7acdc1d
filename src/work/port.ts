// What works beside requests needs of the engine: the change log, records of its own, and what a caller may see of a change.
import type { Caller, Model } from '../model/index.ts'
import type { Comparison, Value } from '../operation/index.ts'
import type { Change, Changes, Run } from '../stores/index.ts'

export type OwnRow = Readonly<Record<string, Value>>
export type Where = readonly (readonly [field: string, op: Comparison | 'null', value: Value])[]
export interface Records {
  find(entity: string, where: Where, page: { readonly order: readonly (readonly [field: string, dir: 'asc' | 'desc'])[]; readonly take: number }, run: Run): Promise<readonly OwnRow[]>
  count(entity: string, where: Where, run: Run): Promise<number>
  create(entity: string, rows: readonly OwnRow[], run: Run): Promise<void>
  update(entity: string, where: Where, set: OwnRow, run: Run): Promise<number>
  remove(entity: string, where: Where, run: Run): Promise<number>
}
export interface Working {
  /** The row that a change is of, as it is now, by field name; null: it is gone. For conditions, never to be sent. */
  stored(change: Change, run: Run): Promise<Readonly<Record<string, Value>> | null>
  readonly model: Model
  readonly changes: Changes | null
  readonly records: Records
  recordsWithin<T>(run: Run, work: (records: Records) => Promise<T>): Promise<T>
  seen(change: Change, caller: Caller, run: Run): Promise<{ readonly row: Readonly<Record<string, unknown>> | null; readonly shown: ReadonlySet<string> } | null>
}
/** Milliseconds since 1970. Tests have one of their own. */
export type Clock = () => number
export const run = (): Run => ({ deadline: performance.now() + 30_000 })
/** A moment as the store keeps it. */
export const moment = (ms: number): string => new Date(ms).toISOString().replace(/\.?0*Z$/, '+00:00')
