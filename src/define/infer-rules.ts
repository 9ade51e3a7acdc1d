// What TypeScript infers for rules: the row and the caller as typed proxies.
import type { brand, Field, In, KindName, Kinds, Many, One, Ref } from './infer-kinds.ts'
import type { Key } from './infer.ts'

/** True or false of a row and a caller. */
export interface Condition { and(...others: readonly Condition[]): Condition; or(...others: readonly Condition[]): Condition; not(): Condition }

export interface ExactExpression<T> {
  eq(other: T | ExactExpression<T>): Condition
  not(other: T | ExactExpression<T>): Condition
  in(list: readonly T[]): Condition
  isNull(): Condition
}
export interface OrderedExpression<T> extends ExactExpression<T> {
  lt(other: T | ExactExpression<T>): Condition
  lte(other: T | ExactExpression<T>): Condition
  gt(other: T | ExactExpression<T>): Condition
  gte(other: T | ExactExpression<T>): Condition
}
export interface TextExpression<T> extends OrderedExpression<T> {
  contains(part: string | TextClaim): Condition; startsWith(part: string | TextClaim): Condition; endsWith(part: string | TextClaim): Condition
  containsi(part: string | TextClaim): Condition; startsWithi(part: string | TextClaim): Condition; endsWithi(part: string | TextClaim): Condition
}
export interface ListExpression<T> { has(item: T): Condition; isNull(): Condition }
export interface NullExpression { isNull(): Condition }

/** A fact of the token. Its type is not known before it comes, so it compares with any field. */
export type Claim = any
/** The caller's own row by a binding's name: which there are is known to `backend()` only. */
export type Binding = any
/** What `caller.customer` stands for. */
export interface CallerRow { readonly '~caller': string }
export type TextClaim = ExactExpression<string>
/** `sub` and `email` are standard; others are whatever your tokens carry. */
export interface Claims { readonly sub: TextExpression<string>; readonly email: TextExpression<string>; readonly [claim: string]: Claim }
export interface RuleCaller {
  /** Has one of these roles. */
  is(...roles: readonly string[]): Condition
  /** Has a role that may do one of these: `caller.may('order.ship')`, of `backend({ roles })`. */
  may(...permissions: readonly string[]): Condition
  /** Signed in at most so long ago, by the token's `auth_time`. */
  fresh(within: `${number} ${'second' | 'seconds' | 'minute' | 'minutes' | 'hour' | 'hours' | 'day' | 'days'}`): Condition
  readonly signedIn: Condition
  /** The key of the tenant the caller acts in: `row.id.eq(caller.tenant)` on the tenants themselves. Rows of a tenant need no rule for it. */
  readonly tenant: Claim
  /** The token's subject. It equals no row; for that, `row.customer.is(caller)`. */
  readonly id: TextExpression<string>
  readonly claims: Claims
}

type Expression<K extends KindName, T, O> = 'list' extends T ? ListExpression<In<K, O>>
  : Kinds[K]['ops'] extends 'text' ? TextExpression<In<K, O>> : Kinds[K]['ops'] extends 'ordered' ? OrderedExpression<In<K, O>>
  : Kinds[K]['ops'] extends 'exact' ? ExactExpression<In<K, O>> : NullExpression

interface IsCaller { /** Is the row the caller is bound to by `backend({ callers })`. */ is(caller: RuleCaller): Condition }
type Bound<E> = E extends { readonly [brand]: { readonly caller: true } } ? IsCaller : {}
/** A row in a rule. */
export type RowProxy<E> = {
  readonly [P in keyof E]: E[P] extends Field<infer K, infer T, infer O> ? Expression<K, T, O>
    : E[P] extends Ref<infer U, any> | One<infer U> ? RowProxy<U> & NullExpression : E[P] extends Many<infer U> ? RowsProxy<U> : never
} & { readonly [P in keyof E as E[P] extends Ref<any, any> ? `${P & string}Id` : never]: E[P] extends Ref<infer U, any> ? ExactExpression<Key<U>> : never } & Bound<E>
export interface RowsProxy<E> { some(where?: (row: RowProxy<E>) => Condition): Condition }
