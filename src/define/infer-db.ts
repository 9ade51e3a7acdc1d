// What TypeScript infers of the database client: `db.order.find({ where, include })`.
import type { Decimal } from 'decimal.js'
import type { Caller } from '../model/index.ts'
import type { PlainActions, RowActions } from './infer-shapes.ts'
import type { Field, KindName, Kinds } from './infer-kinds.ts'
import type { Changes, FieldChanges, FieldName, Include, Including, InstanceOf, Key, New, Result, Row, Sort, Where } from './infer.ts'
import type { Transitions } from './transitions.ts'

export interface Get<I, E, F extends string> { readonly include?: Including<I, E>; readonly fields?: readonly F[] }
export interface Find<I, E, F extends string> extends Get<I, E, F> {
  readonly where?: Where<E>
  readonly sort?: readonly Sort<E>[]
  /** How many; 20 unless the entity says otherwise. */
  readonly first?: number
  /** `page.next` of an earlier answer. */
  readonly after?: string
  /** `page.previous` of an earlier answer. */
  readonly before?: string
  readonly count?: 'exact' | 'estimate'
}
export interface Page { readonly next: string | null; readonly previous: string | null; readonly total: number | null; readonly totalIsAtLeast: boolean }
export interface Found<R> { readonly data: R[]; readonly page: Page }

type Summable<E> = { [P in keyof E]: E[P] extends Field<infer K, infer T, any> ? (K extends 'integer' | 'bigint' | 'number' | 'decimal' | 'money' ? ('list' extends T ? never : P) : never) : never }[keyof E] & string
type Measurable<E> = { [P in keyof E]: E[P] extends Field<infer K, infer T, any> ? ('list' extends T ? never : 'hidden' extends T ? never : Kinds[K & KindName]['ops'] extends 'none' ? never : P) : never }[keyof E] & string
/** `count`, `sum(total)`, `countDistinct(customerId)`. */
export type Measure<E> = 'count' | `${'sum' | 'avg'}(${Summable<E>})` | `${'min' | 'max'}(${Measurable<E>})` | `countDistinct(${FieldName<E>})`
type Measured<M, Fn extends string> = M extends `${Fn}(${infer N})` ? N : never
type Total<E, N> = N extends keyof E ? (E[N] extends Field<infer K, any, any> ? (K extends 'number' ? number : Decimal) : never) : never
type Named<E, N> = N extends keyof Result<E, {}, FieldName<E>> ? Result<E, {}, FieldName<E>>[N] : never
export type AggregateRow<E, G extends string, M extends string> = { readonly group: { readonly [N in G]: Named<E, N> extends readonly (infer One)[] | null ? One : Named<E, N> } }
  & ('count' extends M ? { readonly count: number } : {})
  & { readonly [Fn in 'sum' | 'avg' as Measured<M, Fn> extends never ? never : Fn]: { readonly [N in Measured<M, Fn>]: Total<E, N> | null } }
  & { readonly [Fn in 'min' | 'max' as Measured<M, Fn> extends never ? never : Fn]: { readonly [N in Measured<M, Fn>]: Named<E, N> | null } }
  & { readonly [Fn in 'countDistinct' as Measured<M, Fn> extends never ? never : Fn]: { readonly [N in Measured<M, Fn>]: number } }
export interface AggregateOf<E, G extends string, M extends string> {
  readonly measure: readonly M[]; readonly group?: readonly G[]; readonly where?: Where<E>
  /** Group fields and measures: `-count`, `sum(total)`, `status`. */
  readonly sort?: readonly (G | M | `-${G | M}`)[]
  readonly first?: number
}

/** When a row is written: at this version, while this holds. */
export interface Provided<E> { readonly version?: number | string; readonly where?: Where<E> }

/** The rows of one entity, as one caller sees them. Every method throws Failure. */
export interface Rows<E> {
  find<const I extends Include<E> = {}, const F extends FieldName<E> = never>(ask?: Find<I, E, F>): Promise<Found<Result<E, I, F>>>
  /** The row of this key, or null where there is none the caller may read. */
  get<const I extends Include<E> = {}, const F extends FieldName<E> = never>(key: Key<E>, ask?: Get<I, E, F>): Promise<Result<E, I, F> | null>
  count(ask?: { readonly where?: Where<E> }): Promise<number>
  aggregate<const M extends Measure<E>, const G extends FieldName<E> = never>(ask: AggregateOf<E, G, M>): Promise<AggregateRow<E, G, M>[]>
  // The single row stands last: of several overloads TypeScript explains the last.
  create<const I extends Include<E> = {}, const F extends FieldName<E> = never>(rows: readonly New<E>[], ask?: Get<I, E, F>): Promise<Result<E, I, F>[]>
  /** One row, or many in one transaction. What the caller may not read back answers its key only. */
  create<const I extends Include<E> = {}, const F extends FieldName<E> = never>(row: New<E>, ask?: Get<I, E, F>): Promise<Result<E, I, F>>
  /** Changes what is named. With `version`, only if the row still has it, else `row.stale`; with `where`, only if it holds, else `row.condition`. */
  update<const I extends Include<E> = {}, const F extends FieldName<E> = never>(key: Key<E>, changes: Changes<E>, ask?: Get<I, E, F> & Provided<E>): Promise<Result<E, I, F>>
  delete(key: Key<E>, ask?: Provided<E>): Promise<void>
  /** Changes every row of `where` that the caller may change, if they are `expect` rows; else none, and `row.count`. */
  updateMany(ask: { readonly where?: Where<E> }, changes: FieldChanges<E>, expected: { readonly expect: number }): Promise<{ readonly count: number }>
  deleteMany(ask: { readonly where?: Where<E> }, expected: { readonly expect: number }): Promise<{ readonly count: number }>
}

/** The names of an entity's transitions. */
export type MoveNames<T> = T extends Transitions<infer N> ? N : T extends readonly (infer U)[] ? (U extends Transitions<infer N> ? N : never) : never
/** The transitions of an entity's states: `db.order.ship(id)` answers the row. */
export type Moves<C> = C extends { readonly transitions: infer T } ? { readonly [N in MoveNames<T>]: (key: Key<InstanceOf<C>>) => Promise<Row<InstanceOf<C>>> } : unknown

/** Entities and actions as one caller has them, whatever carries the calls. */
export type DbOf<M, A = {}> = keyof A extends never ? { readonly [N in keyof M]: Rows<InstanceOf<M[N]>> & Moves<M[N]> }
  : { readonly [N in keyof M]: Rows<InstanceOf<M[N]>> & Moves<M[N]> & RowActions<N, InstanceOf<M[N]>, A> } & PlainActions<A>
/** The database as one caller sees it: `db.order.find(…)`, and the application's actions, `db.checkout(…)`, `db.order.cancel(…)`; `db.as(caller)` for another. */
export type Db<M, A = {}> = DbOf<M, A> & { as(caller: Caller): Db<M, A> }
