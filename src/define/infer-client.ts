// What TypeScript infers of the browser's client: the types of `db`, over rows as JSON has them.
import type { AggregateOf, AggregateRow, Find, Found, Get, Measure } from './infer-db.ts'
import type { Field, Many, One, Ref } from './infer-kinds.ts'
import type { Changes, Class, FieldName, Include, InstanceOf, Key, Nested, New, Result } from './infer.ts'

/** In JSON exact numbers and bytes are strings: a JavaScript number would lose digits, and a library for decimals is larger than the client. */
type InJson<K, O> = K extends 'decimal' | 'money' | 'bigint' | 'bytes' ? string : O
/** An entity as its rows travel. What may be written and compared with is what `db` takes, and the strings that were read. */
export type Wire<E> = {
  [P in keyof E]: E[P] extends Field<infer K, infer T, infer O> ? Field<K, T, InJson<K, O>>
    : E[P] extends Ref<infer U, infer T> ? Ref<Wire<U>, T> : E[P] extends Many<infer U> ? Many<Wire<U>> : E[P] extends One<infer U> ? One<Wire<U>> : E[P]
}

/** How one call goes, beside what it asks. */
export interface Calling {
  /** Gives the call up; it then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds for the whole call, repeats included. */
  readonly timeout?: number | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}
export interface Writing extends Calling {
  /** Two calls with one key are one write. Every write has one of its own unless given. */
  readonly idempotencyKey?: string | undefined
}
/** A version, an ETag, or a row whose version is known: one that was read alone or written, or chosen with its field `version`. */
export type Version = number | string | object
export interface Expecting { readonly version?: Version | undefined }

/** `more`: lists included in the rows that were cut by their page. */
export interface Listed<R> extends Found<R> { readonly page: Found<R>['page'] & { readonly more: readonly string[] } }

/** Sums and averages are exact. */
type Exact<R> = { readonly [P in keyof R]: P extends 'sum' | 'avg' ? { readonly [N in keyof R[P]]: R[P][N] extends number | null ? R[P][N] : string | null } : R[P] }
type ManyName<E> = { [P in keyof E]: E[P] extends Many<any> ? P : never }[keyof E] & string
type TargetOfMany<R> = R extends Many<infer U> ? U : never

/** The rows of one entity, over the network. Every method throws Failure. */
export interface Collection<E> {
  find<const I extends Include<E> = {}, const F extends FieldName<E> = never>(ask?: Find<I, E, F> & Calling): Promise<Listed<Result<E, I, F>>>
  /** Every row, page by page as the loop comes to them: `for await (const order of api.order.each({ where }))`. `first` is the size of a page. */
  each<const I extends Include<E> = {}, const F extends FieldName<E> = never>(ask?: Find<I, E, F> & Calling): AsyncGenerator<Result<E, I, F>, void, undefined>
  /** The row of this key, or null where there is none the caller may read. */
  get<const I extends Include<E> = {}, const F extends FieldName<E> = never>(key: Key<E>, ask?: Get<I, E, F> & Calling): Promise<Result<E, I, F> | null>
  /** The rows of a list of one row: `api.order.related(id, 'items', { first: 50 })`. */
  related<const P extends ManyName<E>, const I extends Include<TargetOfMany<E[P]>> = {}, const F extends FieldName<TargetOfMany<E[P]>> = never>(
    key: Key<E>, list: P, ask?: Find<I, TargetOfMany<E[P]>, F> & Calling): Promise<Listed<Result<TargetOfMany<E[P]>, I, F>>>
  count(ask?: Pick<Nested<E>, 'where'> & Calling): Promise<number>
  aggregate<const M extends Measure<E>, const G extends FieldName<E> = never>(ask: AggregateOf<E, G, M> & Calling): Promise<Exact<AggregateRow<E, G, M>>[]>
  // The single row stands last: of several overloads TypeScript explains the last.
  create<const I extends Include<E> = {}, const F extends FieldName<E> = never>(rows: readonly New<E>[], ask?: Get<I, E, F> & Writing): Promise<Result<E, I, F>[]>
  /** One row, or many in one transaction. What the caller may not read back is its `id` only; of many, null. */
  create<const I extends Include<E> = {}, const F extends FieldName<E> = never>(row: New<E>, ask?: Get<I, E, F> & Writing): Promise<Result<E, I, F>>
  /** Changes what is named. With `version`, only if the row still has it; else `row.stale`. */
  update<const I extends Include<E> = {}, const F extends FieldName<E> = never>(key: Key<E>, changes: Changes<E>, ask?: Get<I, E, F> & Expecting & Writing): Promise<Result<E, I, F>>
  /** Reads the row, changes it as `make` says, and does so again when somebody else was faster. */
  change<const I extends Include<E> = {}, const F extends FieldName<E> = never>(key: Key<E>, make: (row: Result<E, I, F>) => Changes<E> | Promise<Changes<E>>, ask?: Get<I, E, F> & Calling): Promise<Result<E, I, F>>
  /** Makes the row of this key, or changes the one that is there to exactly this. */
  upsert<const I extends Include<E> = {}, const F extends FieldName<E> = never>(key: Key<E>, row: Partial<New<E>>, ask?: Get<I, E, F> & Expecting & Writing): Promise<Result<E, I, F>>
  delete(key: Key<E>, ask?: Expecting & Writing): Promise<void>
}

export interface Declares { readonly '~entities': Readonly<Record<string, Class>> }
/** An application as a client calls it: `api.order.find(…)`. */
export type Client<A extends Declares> = { readonly [N in keyof A['~entities']]: Collection<Wire<InstanceOf<A['~entities'][N]>>> }
