// Putting it together: model() declares what things are, backend() adds the rest; nothing is run or checked before it is compiled.
import { backendOptions, calledFrom, compileDeclaration, type BackendDeclaration, type EntityClass, type ModelDeclaration } from '../model/compile/index.ts'
import type { Model } from '../model/index.ts'
import type { IdentityDeclaration } from '../model/compile/index.ts'
import { acting } from './action.ts'
import { contracting } from './contract.ts'
import { hooking } from './hook.ts'
import type { Acting } from './infer-actions.ts'
import type { Contracting, ForeignApi } from './infer-contract.ts'
import type { Hook, Hooking } from './infer-hooks.ts'
import type { Actions } from './infer-shapes.ts'
import type { Mail } from './mail.ts'
import type { ReadyPerson } from './person.ts'
import type { Webhook } from './webhook.ts'
import type { Class, FieldName, InstanceOf } from './infer.ts'

export type Entities = Readonly<Record<string, Class>>
/** What things are. */
export interface ModelOf<M extends Entities> extends Acting<M>, Hooking<M>, Contracting { readonly entities: M; readonly '~declared': ModelDeclaration }

/** Names the entities: `model({ customer: Customer, orderItem: OrderItem })`. The names are those of bodies and of `db`; URLs have their plurals. */
export function model<const M extends Entities>(entities: M): ModelOf<M> {
  const declared: ModelDeclaration = { entities: entities as Readonly<Record<string, EntityClass>>, at: calledFrom(model) }
  return { entities, '~declared': declared, ...acting<M>(declared), ...hooking<M>(declared), ...contracting(declared) }
}

/** Who a caller is among the rows: the row of `entity` whose `match` equals the token's `claim`. */
export interface Binding<E> { readonly entity: Class<E>; readonly match: FieldName<E>; readonly claim: string }
/** Rows of `entity` say that `user` is in `tenant`; `roles`: which roles it has there. */
export interface Membership<E> { readonly entity: Class<E>; readonly user: keyof E & string; readonly tenant: keyof E & string; readonly roles?: FieldName<E> }
export interface BackendOptions<M extends Entities, C extends Bindings<M>, A extends Actions = {}, P extends string = string, N extends string = string, E extends Entities = {}, F extends Actions = {}> {
  readonly model: ModelOf<M>
  /** Where files and messages say which application it is; the folder's name unless given. */
  readonly name?: N
  readonly callers?: C
  /** What each role may: `roles: { staff: ['order.ship'] }`. Where they are declared, a role or permission that rules name and that is none is a mistake. */
  readonly roles?: Readonly<Record<string, readonly string[]>>
  /** Who is in which tenant, and as what: the references of an entity to a user that `callers` binds and to the tenant, and its field with a role or roles. */
  readonly memberships?: { [N in keyof M]: Membership<InstanceOf<M[N]>> }[keyof M]
  /** What the application does beside keeping data: `actions: { checkout }` is `db.checkout(…)` and `POST /api/actions/checkout`. */
  readonly actions?: A
  /** The application's code around writes, inside their transaction. */
  readonly hooks?: Readonly<Record<string, Hook>>
  /** Other people's APIs that the application keeps, beside its own. */
  readonly contracts?: Readonly<Record<string, ForeignApi>>
  /** Where its own REST API is: `/api` unless said. */
  readonly rest?: `/${string}`
  /** How long the answer to a request with an Idempotency-Key is kept, to be given again: 24 hours unless said. */
  readonly idempotency?: { readonly hours: number }
  /** How long the change log is kept: 30 days unless said. */
  readonly changes?: { readonly keep: `${number} ${'hour' | 'hours' | 'day' | 'days' | 'week' | 'weeks'}` }
  /** Other systems that are told of changes, by the names of the events they get. */
  readonly webhooks?: Readonly<Record<string, Webhook>>
  /** Accounts, sessions, keys: `identity({ user: User })`. */
  readonly identity?: IdentityOf<E, F>
  /** How the mail of accounts goes out, and what it says. */
  readonly mail?: Mail
  /** A folder with one JSON file per entity, loaded idempotently. */
  readonly data?: string
  /** Ready-made callers of development, by name: `as: { anna: { email: 'anna@example.com' } }`. Each role that rules mention has one anyway, and so has the visitor. */
  readonly as?: Readonly<Record<P, ReadyPerson>>
}
export type { ReadyPerson }
/** What `identity({ … })` makes: the entities and actions that it adds to the application's. */
export interface IdentityOf<E extends Entities = Entities, F = Actions> { readonly '~entities': E; readonly '~actions': F; readonly '~declared': IdentityDeclaration }
export type Bindings<M extends Entities> = Readonly<Record<string, { [N in keyof M]: Binding<InstanceOf<M[N]>> }[keyof M]>>

/** An application: the default export of the file that the command line loads. `P`: the names of its ready-made callers; `N`: its own. */
export interface Backend<M extends Entities = Entities, A = {}, P extends string = string, N extends string = string> {
  readonly '~entities': M
  readonly '~actions': A
  readonly name: N | null
  /** As written, relative to the folder of the file. */
  readonly data: string | null
  readonly as: Readonly<Record<string, ReadyPerson>>
  readonly '~people'?: P
  /** As written. */
  readonly mail?: Mail
  readonly '~declared': BackendDeclaration
}

export function backend<
  const M extends Entities, const C extends Bindings<M>, const A extends Actions = {}, const P extends string = never, const N extends string = string, E extends Entities = {}, F extends Actions = {},
>(options: BackendOptions<M, C, A, P, N, E, F>): Backend<M & E, A & F, P, N> {
  const { name = null, data = null, as = {}, identity } = options
  return {
    '~entities': { ...options.model.entities, ...identity?.['~entities'] } as M & E, '~actions': { ...options.actions, ...identity?.['~actions'] } as A & F, name, data, as, ...(options.mail === undefined ? {} : { mail: options.mail }),
    '~declared': {
      name, model: options.model['~declared'], callers: (options.callers ?? {}) as unknown as BackendDeclaration['callers'],
      actions: (options.actions ?? {}) as unknown as BackendDeclaration['actions'], hooks: options.hooks ?? {}, contracts: options.contracts ?? {}, rest: options.rest, idempotency: options.idempotency, changes: options.changes, webhooks: options.webhooks, roles: options.roles, memberships: options.memberships, identity: identity?.['~declared'] ?? null, people: Object.keys(as),
      unknown: Object.keys(options).filter(option => !backendOptions.includes(option)), at: calledFrom(backend),
    },
  }
}

/** The compiled, frozen application; `name`: what it is called where the declaration does not say. Throws DeclarationErrors with every mistake of the declaration. */
export function compileModel(of: Pick<Backend, '~declared'>, name?: string): { readonly model: Model } {
  const declared = of['~declared']
  return { model: compileDeclaration(declared.name === null && name !== undefined ? { ...declared, name } : declared) }
}
/** Whether a module's export is what `backend()` makes. */
export function isBackend(x: unknown): x is Backend {
  return typeof x === 'object' && x !== null && '~declared' in x && '~entities' in x
}
