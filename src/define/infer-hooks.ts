// What TypeScript infers of hooks: the row before and after, and what else a hook is given.
import type { ActingCaller } from '../model/index.ts'
import type { ActionDb, CallOther, Fail, Failures, Sql } from './infer-actions.ts'
import type { HookDeclaration } from '../model/compile/index.ts'
import type { Changes, Class, New, StoredRow } from './infer.ts'

type Proposed<E> = { readonly [P in keyof StoredRow<E>]?: StoredRow<E>[P] }
interface Around<M, F> {
  /** As whoever writes, in the write's transaction. */
  readonly db: ActionDb<M>
  readonly caller: ActingCaller
  /** Makes a declared failure: throwing it, or anything, refuses the write. */
  readonly fail: Fail<F>
  readonly sql: Sql
  readonly call: CallOther
  readonly signal: AbortSignal
}
type Replaced<R> = R | undefined | void | Promise<R | undefined | void>
export interface HookOptions<M, E, F> {
  readonly failures?: F
  /** Before a row is made. `row`: what is known of it by then. What it returns takes the place of values of the row. */
  beforeCreate?(given: Around<M, F> & { readonly row: Proposed<E> }): Replaced<Partial<New<E>>>
  afterCreate?(given: Around<M, F> & { readonly row: StoredRow<E> }): void | Promise<void>
  /** Before a row is changed. `before`: the row, locked; `row`: what it is to be. What it returns takes the place of values of the change. */
  beforeUpdate?(given: Around<M, F> & { readonly before: StoredRow<E>; readonly row: StoredRow<E> }): Replaced<Changes<E>>
  afterUpdate?(given: Around<M, F> & { readonly before: StoredRow<E>; readonly row: StoredRow<E> }): void | Promise<void>
  beforeDelete?(given: Around<M, F> & { readonly before: StoredRow<E> }): void | Promise<void>
  afterDelete?(given: Around<M, F> & { readonly before: StoredRow<E> }): void | Promise<void>
}
/** Code around the writes of one entity, as it is put into `backend({ hooks })`. */
export interface Hook { readonly '~declared': HookDeclaration }
export interface Hooking<M> {
  /**
   * Code around every write of an entity, inside its transaction: `shop.hook(Order, { async beforeUpdate({ before, row, db }) { … } })`. What comes after the commit is a
   * reader of the change log instead.
   */
  hook<E extends object, const F extends Failures = {}>(entity: Class<E>, options: HookOptions<M, E, F>): Hook
}
