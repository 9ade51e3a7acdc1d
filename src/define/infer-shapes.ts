// What TypeScript infers of the outside of actions: what goes in, what comes out, and how `db` calls them.
import type { ActionDeclaration, DeclaredAction } from '../model/compile/index.ts'
import type { AnyField, Field } from './infer-kinds.ts'
import type { Given, Key, Out } from './infer.ts'

// ---- shapes
export interface KeyValue<E, T> { readonly '~key': E; readonly '~traits': T }
export interface Objects<S, T> { readonly '~shape': S; readonly '~traits': T }
export type ShapeMember = AnyField | KeyValue<any, any> | Objects<any, any> | Shape
/** An input, an output: fields of any kind, keys (`id(Product)`), objects and lists of objects. */
export interface Shape { readonly [name: string]: ShapeMember }

type Listed<V, T> = ('list' extends T ? V[] : V) | ('optional' extends T ? null : never)
type GivenList<V, T> = ('list' extends T ? readonly V[] : V) | ('optional' extends T ? null : never)
type MemberOut<X> = X extends Field<any, any, any> ? Out<X> : X extends KeyValue<infer E, infer T> ? Listed<Key<E>, T> : X extends Objects<infer S, infer T> ? Listed<ShapeOut<S>, T> : ShapeOut<X>
type MemberIn<X> = X extends Field<any, any, any> ? Given<X> : X extends KeyValue<infer E, infer T> ? GivenList<Key<E>, T> : X extends Objects<infer S, infer T> ? GivenList<ShapeIn<S>, T> : ShapeIn<X>
type MayOmit<X> = X extends { readonly '~traits': infer T } ? ('optional' extends T ? true : 'default' extends T ? true : 'absent' extends T ? true : false) : false
type Absent<S> = { [N in keyof S]: S[N] extends { readonly '~traits': infer T } ? ('absent' extends T ? N : never) : never }[keyof S]
/** A shape as it is read: what `run` is given, what a call answers. */
export type ShapeOut<S> = [Absent<S>] extends [never] ? { readonly [N in keyof S]: MemberOut<S[N]> } : { readonly [N in Exclude<keyof S, Absent<S>>]: MemberOut<S[N]> } & { readonly [N in Absent<S>]?: MemberOut<S[N]> }
/** A shape as it is written: what a call takes, what `run` returns. */
export type ShapeIn<S> = { readonly [N in keyof S as MayOmit<S[N]> extends true ? never : N]: MemberIn<S[N]> } & { readonly [N in keyof S as MayOmit<S[N]> extends true ? N : never]?: MemberIn<S[N]> }

/** An action, as it is put into `backend({ actions })`. `N`: the entity it is one's own of, or null. */
export interface Action<N extends string | null, I, O, F, R, E = unknown> {
  readonly '~entity': N; readonly '~input': I; readonly '~output': O; readonly '~failures': F; readonly '~returned': R; readonly '~row': E
  readonly '~declared': ActionDeclaration
}
export type AnyAction = Action<any, any, any, any, any, any>
/** Nothing of an action is said here, so that each is inferred from itself alone. */
export interface Actions { readonly [name: string]: DeclaredAction }

// ---- calling
/** What a call of it takes. */
export type InputOf<A> = A extends { readonly '~input': infer I } ? ShapeIn<I> : never
/** What a call of it answers: its output, or without one what `run` returns. */
export type OutputOf<A> = A extends { readonly '~output': infer O; readonly '~returned': infer R } ? ([O] extends [Shape] ? ShapeOut<O> : R) : never
export type Input<A> = {} extends InputOf<A> ? [input?: InputOf<A>] : [input: InputOf<A>]
/** Actions that are nobody's own: `db.checkout(input)`. */
export type PlainActions<A> = { readonly [P in keyof A as A[P] extends { readonly '~entity': null } ? P : never]: (...input: Input<A[P]>) => Promise<OutputOf<A[P]>> }
/** An entity's own actions: `db.order.cancel(id, input)`. */
export type RowActions<N, E, A> = { readonly [P in keyof A as A[P] extends { readonly '~entity': infer X } ? (X extends string ? (N extends X ? P : never) : never) : never]: (key: Key<E>, ...input: Input<A[P]>) => Promise<OutputOf<A[P]>> }
