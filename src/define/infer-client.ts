// What TypeScript infers of the browser's client: the types of `db`, over rows as JSON has them, and with null for what a rule may hide.
import type { AggregateOf, AggregateRow, Find, Found, Get, Measure, MoveNames } from './infer-db.ts'
import type { Field, Many, One, Ref } from './infer-kinds.ts'
import type { KeyValue, Objects, Shape, ShapeIn, ShapeOut } from './infer-shapes.ts'
import type { Changes, Chosen, Class, FieldChanges, FieldName, FieldsOf, Flat, Include, IncludeOf, InstanceOf, Key, Nested, New, TargetOf, Where } from './infer.ts'

/** In JSON exact numbers and bytes are strings: a JavaScript number would lose digits, and a library for decimals is larger than the client. */
type InJson<K, O> = K extends 'decimal' | 'money' | 'bigint' | 'bytes' ? string : O
/** An entity as its rows travel. What may be written and compared with is what `db` takes, and the strings that were read. */
export type Wire<E> = {
  [P in keyof E]: E[P] extends Field<infer K, infer T, infer O> ? Field<K, T, InJson<K, O>>
    : E[P] extends Ref<infer U, infer T> ? Ref<Wire<U>, T> : E[P] extends Many<infer U> ? Many<Wire<U>> : E[P] extends One<infer U> ? One<Wire<U>> : E[P]
}

// ---- what rules hide
// A class reached through a reference is known by its instance type only; the application's own list of classes knows the rest of it. It is found there by the
// names of its properties: comparing the types themselves goes through the whole model for every pair. Of two with the same names what either hides counts.
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
type HiddenIn<C> = C extends { readonly access: { readonly '~hides'?: infer H } } ? H : never
/** Fewer to look through: the names of those that hide anything. */
type Hiders<M> = { readonly [N in keyof M as [HiddenIn<M[N]>] extends [never] ? never : N]: M[N] }
type Among<H, E> = { [N in keyof H]: Same<keyof InstanceOf<H[N]>, keyof E> extends true ? HiddenIn<H[N]> : never }[keyof H]
type NameInRow<E, H> = H extends keyof E ? (E[H] extends Ref<any, any> ? `${H & string}Id` : H) : never
/** The names in a row that a rule of the entity may hide. */
type Hidden<M, E> = NameInRow<E, Among<Hiders<M>, E>>
type Shown<R, H, F> = [H] extends [never] ? R
  : [F] extends [never] ? { [P in keyof R as P extends H ? never : P]: R[P] } & { [P in keyof R as P extends H ? P : never]?: R[P] | null }
  : { [P in keyof R]: P extends H ? R[P] | null : R[P] }
type Within<M, R, A> = R extends Many<infer U> ? Answer<M, U, IncludeOf<A>, FieldsOf<A>>[] : Answer<M, TargetOf<R>, IncludeOf<A>, FieldsOf<A>> | null
/** A row as it is answered: what may be hidden from some is null, or left out where it was not asked for; an included to-one is null where there is none or it may not be read. */
export type Answer<M, E, I = {}, F = never> = Flat<Shown<Chosen<Wire<E>, F>, Hidden<M, E>, F> & { [P in keyof I & keyof E]: Within<M, E[P], I[P]> }>

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
/** When a row is written: at this version, while this holds. */
export interface Expecting<E> { readonly version?: Version | undefined; readonly where?: Where<E> }

/** `more`: lists included in the rows that were cut by their page. */
export interface Listed<R> extends Found<R> { readonly page: Found<R>['page'] & { readonly more: readonly string[] } }

/** Sums and averages are exact; a group by what a rule may hide is null where it is hidden. */
type Exact<R, H> = {
  readonly [P in keyof R]: P extends 'sum' | 'avg' ? { readonly [N in keyof R[P]]: R[P][N] extends number | null ? R[P][N] : string | null }
    : P extends 'group' ? { readonly [N in keyof R[P]]: N extends H ? R[P][N] | null : R[P][N] } : R[P]
}
type ManyName<E> = { [P in keyof E]: E[P] extends Many<any> ? P : never }[keyof E] & string
type TargetIn<E, P> = P extends keyof E ? (E[P] extends Many<infer U> ? U : never) : never

/** The rows of one entity of an application whose classes are `M`, over the network. Every method throws Failure. */
export interface Collection<E, M = {}> {
  find<const I extends Include<Wire<E>> = {}, const F extends FieldName<Wire<E>> = never>(ask?: Find<I, Wire<E>, F> & Calling): Promise<Listed<Answer<M, E, I, F>>>
  /** Every row, page by page as the loop comes to them: `for await (const order of api.order.each({ where }))`. `first` is the size of a page. */
  each<const I extends Include<Wire<E>> = {}, const F extends FieldName<Wire<E>> = never>(ask?: Find<I, Wire<E>, F> & Calling): AsyncGenerator<Answer<M, E, I, F>, void, undefined>
  /** The row of this key, or null where there is none the caller may read. */
  get<const I extends Include<Wire<E>> = {}, const F extends FieldName<Wire<E>> = never>(key: Key<Wire<E>>, ask?: Get<I, Wire<E>, F> & Calling): Promise<Answer<M, E, I, F> | null>
  /** The rows of a list of one row: `api.order.related(id, 'items', { first: 50 })`. */
  related<const P extends ManyName<E>, const I extends Include<Wire<TargetIn<E, P>>> = {}, const F extends FieldName<Wire<TargetIn<E, P>>> = never>(
    key: Key<Wire<E>>, list: P, ask?: Find<I, Wire<TargetIn<E, P>>, F> & Calling): Promise<Listed<Answer<M, TargetIn<E, P>, I, F>>>
  count(ask?: Pick<Nested<Wire<E>>, 'where'> & Calling): Promise<number>
  aggregate<const S extends Measure<Wire<E>>, const G extends FieldName<Wire<E>> = never>(ask: AggregateOf<Wire<E>, G, S> & Calling): Promise<Exact<AggregateRow<Wire<E>, G, S>, Hidden<M, E>>[]>
  // The single row stands last: of several overloads TypeScript explains the last.
  create<const I extends Include<Wire<E>> = {}, const F extends FieldName<Wire<E>> = never>(rows: readonly New<Wire<E>>[], ask?: Get<I, Wire<E>, F> & Writing): Promise<Answer<M, E, I, F>[]>
  /** One row, or many in one transaction. What the caller may not read back is its `id` only; of many, null. */
  create<const I extends Include<Wire<E>> = {}, const F extends FieldName<Wire<E>> = never>(row: New<Wire<E>>, ask?: Get<I, Wire<E>, F> & Writing): Promise<Answer<M, E, I, F>>
  /** Changes what is named. With `version`, only if the row still has it, else `row.stale`; with `where`, only if it holds, else `row.condition`. */
  update<const I extends Include<Wire<E>> = {}, const F extends FieldName<Wire<E>> = never>(key: Key<Wire<E>>, changes: Changes<Wire<E>>, ask?: Get<I, Wire<E>, F> & Expecting<Wire<E>> & Writing): Promise<Answer<M, E, I, F>>
  /** Reads the row, changes it as `make` says, and does so again when somebody else was faster. */
  change<const I extends Include<Wire<E>> = {}, const F extends FieldName<Wire<E>> = never>(key: Key<Wire<E>>, make: (row: Answer<M, E, I, F>) => Changes<Wire<E>> | Promise<Changes<Wire<E>>>, ask?: Get<I, Wire<E>, F> & Calling): Promise<Answer<M, E, I, F>>
  /** Makes the row of this key, or changes the one that is there to exactly this. */
  upsert<const I extends Include<Wire<E>> = {}, const F extends FieldName<Wire<E>> = never>(key: Key<Wire<E>>, row: Partial<New<Wire<E>>>, ask?: Get<I, Wire<E>, F> & Pick<Expecting<E>, 'version'> & Writing): Promise<Answer<M, E, I, F>>
  /** Changes every row of `where` that the caller may change, if they are `expect` rows; else none, and `row.count`. */
  updateMany(ask: Pick<Nested<Wire<E>>, 'where'>, changes: FieldChanges<Wire<E>>, expected: { readonly expect: number } & Writing): Promise<{ readonly count: number }>
  deleteMany(ask: Pick<Nested<Wire<E>>, 'where'>, expected: { readonly expect: number } & Writing): Promise<{ readonly count: number }>
  delete(key: Key<Wire<E>>, ask?: Expecting<Wire<E>> & Writing): Promise<void>
}

// ---- actions
/** A shape as it travels. */
type WireShape<S> = { readonly [N in keyof S]: S[N] extends Field<infer K, infer T, infer O> ? Field<K, T, InJson<K, O>>
  : S[N] extends KeyValue<infer E, infer T> ? KeyValue<Wire<E>, T> : S[N] extends Objects<infer U, infer T> ? Objects<WireShape<U>, T> : WireShape<S[N]> }
/** What JSON makes of whatever an action without an output returns. */
type Said<T> = unknown extends T ? unknown : T extends string | number | boolean | null | undefined | void ? T : T extends bigint | Uint8Array ? string
  : T extends { toJSON(): infer J } ? J : T extends readonly (infer U)[] ? Said<U>[] : { [P in keyof T]: Said<T[P]> }
type Taken<A> = A extends { readonly '~input': infer I } ? ShapeIn<WireShape<I>> : never
type Given<A> = A extends { readonly '~output': infer O; readonly '~returned': infer R } ? ([O] extends [Shape] ? ShapeOut<WireShape<O>> : Said<R>) : never
type FailuresOf<A> = A extends { readonly '~failures': infer F } ? F : never
/** A failure that an action declares, as a value: `name` tells which, and so which facts it has. */
export type Refused<F> = { [N in keyof F]: { readonly ok: false; readonly name: N; readonly facts: ShapeOut<WireShape<Omit<F[N], 'status' | 'about'>>>; readonly message: string; readonly requestId: string | null } }[keyof F]
type Input<A> = {} extends Taken<A> ? [input?: Taken<A> | undefined] : [input: Taken<A>]
/** An action as a client calls it. `K`: what stands before the input. */
export interface ActionCall<A, K extends unknown[] = [], C = Writing> {
  /** Throws every failure. */
  (...given: [...K, ...Input<A>, call?: C]): Promise<Given<A>>
  /** Answers the failures that the action declares, and throws every other: `if (done.ok) … else if (done.name === 'outOfStock') done.facts.left`. */
  attempt(...given: [...K, ...Input<A>, call?: C]): Promise<{ readonly ok: true; readonly data: Given<A> } | Refused<FailuresOf<A>>>
}
type OwnOf<N, E, A> = { readonly [P in keyof A as A[P] extends { readonly '~entity': infer X } ? (X extends string ? (N extends X ? P : never) : never) : never]: ActionCall<A[P], [key: Key<Wire<E>>], Pick<Expecting<E>, 'version'> & Writing> }
type Nobodys<A> = { readonly [P in keyof A as A[P] extends { readonly '~entity': null } ? P : never]: ActionCall<A[P]> }

export interface Declares { readonly '~entities': Readonly<Record<string, Class>>; readonly '~actions'?: unknown }
type ActionsOf<A> = A extends { readonly '~actions': infer X } ? X : {}
/** The transitions of an entity's states: `api.order.ship(id)` answers the row. */
type StepsOf<M, C> = C extends { readonly transitions: infer T }
  ? { readonly [N in MoveNames<T>]: (key: Key<Wire<InstanceOf<C>>>, input?: {} | undefined, call?: Pick<Expecting<{}>, 'version'> & Writing) => Promise<Answer<M, InstanceOf<C>>> } : unknown
type EntityOf<M, N extends keyof M, X> = (keyof OwnOf<N, InstanceOf<M[N]>, X> extends never ? Collection<InstanceOf<M[N]>, M> : Collection<InstanceOf<M[N]>, M> & OwnOf<N, InstanceOf<M[N]>, X>) & StepsOf<M, M[N]>
/** An application as a client calls it: `api.order.find(…)`, `api.checkout(…)`, `api.order.cancel(id)`. */
export type Client<A extends Declares> = { readonly [N in keyof A['~entities']]: EntityOf<A['~entities'], N, ActionsOf<A>> } & Nobodys<ActionsOf<A>>
