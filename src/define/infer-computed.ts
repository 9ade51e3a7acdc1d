// What TypeScript infers for computed fields: the part of a row as amounts that can be reckoned with.
import type { Field, In, KindName, Many, One } from './infer-kinds.ts'

export type Numeric = 'integer' | 'bigint' | 'number' | 'decimal' | 'money'
/** Kinds with a least and a greatest. */
export type Comparable = Numeric | 'timestamp' | 'date' | 'time' | 'text'
/** A value of a part. */
export interface ValueOf<C extends KindName> { readonly '~value': C }
/** A number of a part. Exact ones (integer, bigint, decimal, money) do not mix with floating ones. */
export interface Amount<N extends Numeric> extends ValueOf<N> {
  times<M extends Numeric>(other: Amount<M>): Amount<Mixed<N, M>>
  times(factor: number): Amount<N>
  plus<M extends Numeric>(other: Amount<M>): Amount<Mixed<N, M>>
  plus(other: In<N, never>): Amount<N>
  minus<M extends Numeric>(other: Amount<M>): Amount<Mixed<N, M>>
  minus(other: In<N, never>): Amount<N>
}
/** What two kinds of number come to. */
export type Mixed<N, M> = 'money' extends N | M ? 'money' : 'decimal' extends N | M ? 'decimal' : 'number' extends N | M ? 'number' : 'bigint'
/** What the sum of a kind is. */
export type SumOf<N extends Numeric> = N extends 'integer' ? 'bigint' : N
type Part<K, T> = 'list' extends T ? never : K extends Numeric ? Amount<K> : K extends Comparable ? ValueOf<K> : never
/** A part as its whole's computed fields see it. */
export type PartOf<R> = R extends Many<infer U> | One<infer U> ? { readonly [P in keyof U]: U[P] extends Field<infer K, infer T, any> ? Part<K, T> : never } : never
