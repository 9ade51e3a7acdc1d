// What TypeScript infers of the inside of actions: what `run` is given, which failures it may make, and what an action is declared with.
import type { Failure } from '../failure/index.ts'
import type { ActingCaller, ActsIn, CallRequested, Isolation } from '../model/index.ts'
import type { Db } from './infer-db.ts'
import type { Condition, RowProxy, RuleCaller } from './infer-rules.ts'
import type { Action, Input, OutputOf, Shape, ShapeIn, ShapeMember, ShapeOut } from './infer-shapes.ts'
import type { Class, InstanceOf, Key, Row } from './infer.ts'

// ---- failures
/** A failure an action declares: its HTTP status (409 unless said), what it means, and the facts that come with it. */
export type FailureOptions = { readonly status?: number; readonly about?: string } & { readonly [fact: string]: ShapeMember | number | string | undefined }
export interface Failures { readonly [name: string]: FailureOptions }
type Facts<D> = ShapeIn<Omit<D, 'status' | 'about'>>
/** Makes a declared failure: `throw fail('outOfStock', { left: 2 })`. */
export type Fail<F> = <N extends keyof F & string>(name: N, ...facts: {} extends Facts<F[N]> ? [facts?: Facts<F[N]>, detail?: string] : [facts: Facts<F[N]>, detail?: string]) => Failure

// ---- what run is given
export interface SqlPart { readonly '~sql': string }
/**
 * A statement of your own, in the action's transaction: `` await sql`select … where id = ${id}` ``. Values become parameters; names only by `ident`, `table` and `column`.
 * It goes past all rules. Integers of 64 bits come as bigint, exact decimals as Decimal, timestamps as text.
 */
export interface Sql {
  <R = Readonly<Record<string, unknown>>>(text: TemplateStringsArray, ...values: readonly unknown[]): Promise<R[]>
  /** A name, quoted; several are joined by dots. */
  ident(...names: readonly [string, ...string[]]): SqlPart
  /** The table of an entity. */
  table(entity: Class): SqlPart
  /** The column of a field of an entity. */
  column<E extends object>(entity: Class<E>, field: (keyof Row<E> & string) | (keyof E & string)): SqlPart
}
/** The data within an action: `db` as the caller, and outside of all rules where a reason is given. */
export type ActionDb<M> = Db<M> & {
  /** In the tenant of whoever calls; in another, or in all, where that is said. */
  asSystem(reason: string, scope?: ActsIn): Db<M>
}
export interface Running<M, I, F, P = unknown> extends Preparing<M, I, F> {
  /** As the caller, in the action's transaction. */
  readonly db: ActionDb<M>
  /** What `prepare` returned. */
  readonly prepared: P
  /** Headers that the answer carries, over protocols that have them: `reply.header('set-cookie', …)`. */
  readonly reply: { header(name: string, value: string): void }
  /** Another action, in the same transaction, as the same caller. */
  readonly call: CallOther
}
/** What `prepare` is given. Nothing of it is in a transaction: each request of `db`, and each `sql`, stands alone. */
export interface Preparing<M, I, F> {
  readonly input: ShapeOut<I>
  readonly db: ActionDb<M>
  readonly caller: ActingCaller
  readonly fail: Fail<F>
  readonly sql: Sql
  /** What came in, where it came over a protocol. */
  readonly request: CallRequested | null
  /** Aborted when the caller goes away. */
  readonly signal: AbortSignal
}

/** What `conflicts` is given: of the input what could be read. */
export interface Conflicting<M, I, F> extends Omit<Preparing<M, I, F>, 'input'> {
  readonly input: Partial<ShapeOut<I>>
}

// ---- options
export type Allowed<G> = Condition | string | readonly string[] | ((given: G) => Condition)
export interface Contract {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** From the root: `/hooks/stripe`; parts in braces, `/users/{name}`, are members of the input. */
  readonly path: string
  /** `request.body` has the bytes as they came, and `run` returns `{ status, headers, body }` or a body. */
  readonly raw?: boolean
  /** 200 unless said, or 204 where nothing is answered. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** The scheme of its `Authorization` header where it is not Bearer: `Token`. */
  readonly scheme?: string
}
interface Options<I, O, F> {
  /** What it does, for contracts and people. */
  readonly about?: string
  readonly input?: I
  readonly output?: O
  readonly failures?: F
  /** `read committed` unless said. */
  readonly isolation?: Isolation
  readonly contract?: Contract
  /** The last part of its URL; its name in kebab-case unless said. */
  readonly path?: string
  /** Its answers hold secrets: none is kept to be given again, so an Idempotency-Key is not honoured. */
  readonly unkept?: boolean
}
type Returned<O> = [O] extends [Shape] ? ShapeIn<O> : unknown
export interface ActionOptions<M, I, O, F, R extends Returned<O>, P = unknown> extends Options<I, O, F> {
  /** Who may call it: `signedIn`, `everyone`, roles, or a condition. Nobody but the system unless said. */
  readonly allow?: Allowed<{ readonly caller: RuleCaller }>
  /** What is slow (a hash, a question to another system) and must hold no connection: done before the transaction begins, once. Write it above `run`, which is given what it returns. */
  prepare?(given: Preparing<M, I, F>): P | Promise<P>
  /** What comes before an input that does not fit (409 before 422): asked where something does not, it throws what is taken, used up, or conflicts otherwise. `run` finds the same by itself. Write it above `run`. */
  conflicts?(given: Conflicting<M, I, F>): unknown
  run(given: Running<M, I, F, P>): R | Promise<R>
}
export interface RowActionOptions<M, E, I, O, F, R extends Returned<O>, P = unknown> extends Options<I, O, F> {
  /** Who may call it of which rows. */
  readonly allow?: Allowed<{ readonly caller: RuleCaller; readonly row: RowProxy<E> }>
  prepare?(given: Preparing<M, I, F>): P | Promise<P>
  /** What comes before an input that does not fit. */
  conflicts?(given: Conflicting<M, I, F> & { readonly row: Row<E> }): unknown
  run(given: Running<M, I, F, P> & { /** As the caller sees it, locked. */ readonly row: Row<E> }): R | Promise<R>
}

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
/** What the model calls an entity. */
export type NameOf<M, E> = { [N in keyof M]: Same<InstanceOf<M[N]>, E> extends true ? N : never }[keyof M] & string
/** The methods of a model that declare actions. */
export interface Acting<M> {
  /** A piece of the application's own logic, in one transaction: `shop.action({ about, allow, input, output, async run({ input, db }) { … } })`. */
  action<const I extends Shape = {}, const O extends Shape | undefined = undefined, const F extends Failures = {}, R extends Returned<NoInfer<O>> = Returned<NoInfer<O>>, P = undefined>(options: ActionOptions<M, I, O, F, R, P>): Action<null, I, O, F, R>
  /** The same about one row, which is read as the caller and locked: `shop.action(Order, { … async run({ row, db }) { … } })`. */
  action<E extends object, const I extends Shape = {}, const O extends Shape | undefined = undefined, const F extends Failures = {}, R extends Returned<NoInfer<O>> = Returned<NoInfer<O>>, P = undefined>(
    entity: Class<E>, options: RowActionOptions<M, E, I, O, F, R, P>): Action<NameOf<M, E>, I, O, F, R, E>
}

// ---- calling
export interface CallOther {
  <A extends Action<null, any, any, any, any>>(action: A, ...input: Input<A>): Promise<OutputOf<A>>
  <A extends Action<string, any, any, any, any, any>>(action: A, key: Key<A['~row']>, ...input: Input<A>): Promise<OutputOf<A>>
}
