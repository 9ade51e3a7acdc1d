// What TypeScript infers from a declaration: rows, filters, selections, what a write takes. All loose typing (`any`) of define/ is in infer*.ts.
// Three rules keep cycles between classes harmless and messages short: an inverse is constrained by names only (`keyof E`), never by the other class's property
// types; `where`, `sort` and data are not generic; only `include` and `fields` are.
import type { brand, Field, In, KindName, Kinds, Many, One, Ref } from './infer-kinds.ts'

type OneOut<F> = F extends Field<any, infer T, infer O> ? ('list' extends T ? readonly O[] : O) : never
type OneIn<F> = F extends Field<infer K, infer T, infer O> ? ('list' extends T ? readonly In<K, O>[] : In<K, O>) : never
/** A field as it is read. */
export type Out<F> = F extends Field<any, infer T, any> ? OneOut<F> | ('optional' extends T ? null : never) : never
/** A field as it is written. */
export type Given<F> = F extends Field<any, infer T, any> ? OneIn<F> | ('optional' extends T ? null : never) : never
type OptionalRef<R> = R extends Ref<any, infer T> ? ('optional' extends T ? null : never) : never

// ---- keys
type KeyNames<E> = E extends { readonly [brand]: { readonly key: infer K } } ? K : 'id'
type Single<K> = K extends readonly [infer N] ? N : K extends string ? K : never
type KeyField<E, N> = N extends keyof E ? (E[N] extends Ref<infer U, any> ? Key<U> : Out<E[N]>) : never
/** The key of an entity: its id, the value of its one key field, or an object of several. */
export type Key<E> = Single<KeyNames<E>> extends never
  ? { readonly [N in Extract<KeyNames<E> extends readonly (infer U)[] ? U : never, keyof E & string> as E[N] extends Ref<any, any> ? `${N}Id` : N]: KeyField<E, N> }
  : KeyField<E, Single<KeyNames<E>>>

// ---- rows
type Shown<E, P extends keyof E> = E[P] extends Field<any, infer T, any> ? ('hidden' extends T ? never : 'asked' extends T ? never : P)
  : E[P] extends Ref<any, any> ? `${P & string}Id` : never
type Nameable<E, P extends keyof E> = E[P] extends Field<any, infer T, any> ? ('hidden' extends T ? never : P) : E[P] extends Ref<any, any> ? `${P & string}Id` : never
type Value<X> = X extends Ref<infer U, any> ? Key<U> | OptionalRef<X> : Out<X>
/** A row as it is read when nothing is chosen: every field but the hidden, and those answered only when asked for. */
export type Row<E> = { [P in keyof E as Shown<E, P>]: Value<E[P]> }
type FullRow<E> = { [P in keyof E as Nameable<E, P>]: Value<E[P]> }
type Stored<E, P extends keyof E> = E[P] extends Field<infer K, infer T, any> ? (K extends 'secret' ? never : 'derived' extends T ? never : P) : E[P] extends Ref<any, any> ? `${P & string}Id` : never
/** A row as it is stored, hidden fields included, secrets not: what the application's own code around a write sees. */
export type StoredRow<E> = { [P in keyof E as Stored<E, P>]: Value<E[P]> }
/** The names `fields` may choose. */
export type FieldName<E> = keyof FullRow<E> & string
export type Chosen<E, F> = [F] extends [never] ? Row<E> : Pick<FullRow<E>, Extract<F, keyof FullRow<E>>>

// ---- filters
export interface ExactFilter<T> { readonly eq?: T; readonly not?: T | null; readonly in?: readonly T[]; readonly null?: boolean }
export interface OrderedFilter<T> extends ExactFilter<T> { readonly lt?: T; readonly lte?: T; readonly gt?: T; readonly gte?: T }
export interface TextFilter<T> extends OrderedFilter<T> {
  readonly contains?: string; readonly startsWith?: string; readonly endsWith?: string
  readonly containsi?: string; readonly startsWithi?: string; readonly endsWithi?: string
  readonly search?: string
}
export interface ListFilter<T> { readonly has?: T; readonly null?: boolean }
type Operators<K extends KindName, T> = Kinds[K]['ops'] extends 'text' ? TextFilter<T> : Kinds[K]['ops'] extends 'ordered' ? OrderedFilter<T> : Kinds[K]['ops'] extends 'exact' ? ExactFilter<T> : { readonly null?: boolean }
type FieldFilter<K extends KindName, T, O> = 'hidden' extends T ? never : 'derived' extends T ? never : 'list' extends T ? ListFilter<In<K, O>>
  : Kinds[K]['ops'] extends 'none' ? { readonly null?: boolean }
  : In<K, O> | Operators<K, In<K, O>> | ('optional' extends T ? null : never)
type KeyFilter<R> = R extends Ref<infer U, any> ? (Key<U> extends string | number | bigint ? Key<U> | ExactFilter<Key<U>> : Key<U>) | OptionalRef<R> : never
/** A filter: fields, to-one relations directly, to-many by `some`; `or`, `and`, `not`. */
export type Where<E> = {
  readonly [P in keyof E]?: E[P] extends Field<infer K, infer T, infer O> ? FieldFilter<K, T, O>
    : E[P] extends Ref<infer U, any> | One<infer U> ? Where<U> : E[P] extends Many<infer U> ? { readonly some?: Where<U> } : never
} & { readonly [P in keyof E as E[P] extends Ref<any, any> ? `${P & string}Id` : never]?: KeyFilter<E[P]> }
  & { readonly or?: readonly Where<E>[]; readonly and?: readonly Where<E>[]; readonly not?: Where<E> }

type ToOne<E> = { [P in keyof E]: E[P] extends Ref<any, any> | One<any> ? P : never }[keyof E] & string
type Through<E> = { [P in ToOne<E>]: E[P] extends Ref<infer U, any> | One<infer U> ? `${P}.${FieldName<U>}` : never }[ToOne<E>]
type Ascending<E> = FieldName<E> | Through<E>
/** `placedAt`, `-placedAt`, `customer.name`. */
export type Sort<E> = Ascending<E> | `-${Ascending<E>}`

// ---- include
type Relation<E> = { [P in keyof E]: E[P] extends Ref<any, any> | One<any> | Many<any> ? P : never }[keyof E]
export type TargetOf<R> = R extends Ref<infer U, any> | One<infer U> | Many<infer U> ? U : never
export type Include<E> = { readonly [P in Relation<E>]?: true | Nested<TargetOf<E[P]>> }
export interface Nested<E> { readonly where?: Where<E>; readonly include?: Include<E>; readonly fields?: readonly FieldName<E>[]; readonly sort?: readonly Sort<E>[]; readonly first?: number }
/**
 * Whether an argument names relations and options only that there are, at any depth: what is inferred of an argument is not looked at for names too many.
 * It goes into what an argument has, never into what a type may have, and so ends.
 */
type Fits<I, E> = [Exclude<keyof I, Relation<E>>] extends [never] ? (false extends { [P in keyof I]: FitsNested<I[P], P extends keyof E ? TargetOf<E[P]> : never> }[keyof I] ? false : true) : false
type FitsNested<A, U> = A extends object
  ? ([Exclude<keyof A, keyof Nested<U>>] extends [never] ? (A extends { readonly where: infer W } ? ([Exclude<keyof W, keyof Where<U>>] extends [never] ? FitsDeeper<A, U> : false) : FitsDeeper<A, U>) : false) : true
type FitsDeeper<A, U> = A extends { readonly include: infer J } ? Fits<J, U> : true
/** An `include` whose names are kept as they are given; one with a name too many is compared with what there is, so that the message says which. */
export type Including<I, E> = Include<E> & (Fits<I, E> extends false ? unknown : I)
export type IncludeOf<A> = A extends { readonly include: infer I } ? I : {}
export type FieldsOf<A> = A extends { readonly fields: readonly (infer F)[] } ? F : never
type Included<R, A> = R extends Many<infer U> ? Result<U, IncludeOf<A>, FieldsOf<A>>[] : Result<TargetOf<R>, IncludeOf<A>, FieldsOf<A>> | null
/** A row with what is included; an included to-one is null where there is none or the caller may not read it. */
export type Result<E, I = {}, F = never> = Flat<Chosen<E, F> & { [P in keyof I & keyof E]: Included<E[P], I[P]> }>
export type Flat<T> = { [P in keyof T]: T[P] } & {}

// ---- writes
type Writable<E, P extends keyof E> = E[P] extends Field<any, infer T, any> ? ('kept' extends T ? never : P) : E[P] extends Ref<any, infer T> ? ('kept' extends T ? never : P) : E[P] extends One<any> | Many<any> ? P : never
type Must<E> = { [P in keyof E]: E[P] extends Field<any, infer T, any> ? ('optional' extends T ? never : 'default' extends T ? never : 'kept' extends T ? never : P) : never }[keyof E]
type May<E> = Exclude<{ [P in keyof E]: Writable<E, P> }[keyof E], Must<E>>
/** Finds a row by its key or unique fields. */
export type Connect<E> = { readonly [P in keyof E as Nameable<E, P>]?: E[P] extends Ref<infer U, any> ? Key<U> : OneIn<E[P]> }
type OrList<T> = T | readonly T[]
/** Found by `where`, else made; what `where` says need not be said again. */
interface FoundOrNew<U> { readonly where: Connect<U>; readonly create: Partial<New<U>> }
type RefLink<U> = { readonly connect: Connect<U> } | { readonly create: New<U> } | { readonly connectOrCreate: FoundOrNew<U> }
interface ManyNew<U> { readonly create?: OrList<New<U>>; readonly connect?: OrList<Connect<U>>; readonly connectOrCreate?: OrList<FoundOrNew<U>> }
type ManyLink<U> = readonly New<U>[] | ManyNew<U>
type Written<X> = X extends Ref<infer U, any> ? RefLink<U> : X extends One<infer U> ? New<U> | RefLink<U> : X extends Many<infer U> ? ManyLink<U> : Given<X>
type RefIds<E> = { readonly [P in keyof E as E[P] extends Ref<any, infer T> ? ('kept' extends T ? never : `${P & string}Id`) : never]?: Value<E[P]> }
/** What a create takes. A reference is `customerId` or `customer: { connect | create }`; that a required one is there is checked when it runs. */
export type New<E> = { readonly [P in Must<E>]: Given<E[P]> } & { readonly [P in May<E>]?: Written<E[P]> } & RefIds<E>

type InKey<E, P> = KeyNames<E> extends readonly (infer N)[] ? (P extends N ? true : false) : P extends KeyNames<E> ? true : false
type Settable<E, P extends keyof E> = InKey<E, P> extends true ? never : E[P] extends Field<any, infer T, any> ? ('kept' extends T ? never : 'fixed' extends T ? never : P) : never
type RefSettable<E, P extends keyof E> = InKey<E, P> extends true ? never : E[P] extends Ref<any, infer T> ? ('fixed' extends T ? never : P) : never
type Added<K, O> = K extends 'integer' | 'bigint' | 'number' | 'decimal' | 'money' ? { readonly add: In<K, O> } : never
/** A change by what is there: `{ stock: { add: -2 } }`. */
export type Atomic<F> = F extends Field<infer K, infer T, infer O>
  ? 'list' extends T ? { readonly append: readonly In<K, O>[] } | (K extends 'json' | 'duration' ? never : { readonly remove: readonly In<K, O>[] }) : Added<K, O> : never
/** Changes of a row's own fields and references: what is not named stays. */
export type FieldChanges<E> = { readonly [P in keyof E as Settable<E, P>]?: Given<E[P]> | Atomic<E[P]> }
  & { readonly [P in keyof E as RefSettable<E, P> extends never ? never : `${P & string}Id`]?: Value<E[P]> }

/** The key of a row beside its changes, and the version it was read at. */
type Named<E> = { readonly [P in keyof E as InKey<E, P> extends true ? (E[P] extends Ref<any, any> ? `${P & string}Id` : P) : never]?: Value<E[P]> } & { readonly version?: number | string }
type Found<U> = Connect<U> & { readonly version?: number | string }
type ChangedRow<U> = Changes<U> & Named<U> & { readonly where?: Connect<U> }
interface Upserted<U> { readonly create: New<U>; readonly update: Changes<U> & { readonly version?: number | string } }
type OneChange<U> = RefLink<U> | { readonly disconnect: true } | { readonly delete: true } | { readonly update: Changes<U> & { readonly version?: number | string } } | { readonly upsert: Upserted<U> }
interface ManyChange<U> extends ManyNew<U> {
  readonly disconnect?: OrList<Found<U>>; readonly delete?: OrList<Found<U>>; readonly update?: OrList<ChangedRow<U>>
  readonly upsert?: OrList<{ readonly where: Connect<U>; readonly create: Partial<New<U>>; readonly update: Changes<U> & { readonly version?: number | string } }>
  /** Exactly these: of parts the rows themselves, of others what finds them. */
  readonly set?: readonly (Connect<U> | ChangedRow<U> | New<U>)[]
}
/** What an update takes: its own fields, and what is done with the rows around it. Which words a relation has is checked when it runs. */
export type Changes<E> = FieldChanges<E>
  & { readonly [P in keyof E as E[P] extends Ref<any, infer T> ? ('kept' extends T ? never : P) : E[P] extends One<any> | Many<any> ? P : never]?: E[P] extends Many<infer U> ? ManyChange<U> : OneChange<TargetOf<E[P]>> }

/** A class of the model. */
export type Class<E = object> = abstract new () => E
export type InstanceOf<C> = C extends abstract new () => infer E ? E : never
