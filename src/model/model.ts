// The compiled application: frozen, complete, no user code in it but that of actions. Everything behind the declaration reads this and nothing else.
import type { Filter, MemberAsk } from '../wire/index.ts'
import type { EntityName, Expression, FieldName, Predicate, RelationName, Scalar, Total, Value } from '../operation/index.ts'

export interface Model {
  readonly name: string
  /** Exposed entities and, flagged `hidden`, the link entities of short many-to-many relations. In declaration order. */
  readonly entities: Readonly<Record<EntityName, EntityModel>>
  /** Who a caller is among the rows: name of the binding (`customer`) → where to look. */
  readonly callers: Readonly<Record<string, CallerBinding>>
  /** Roles that any rule mentions, and those that are declared. */
  readonly roles: readonly string[]
  /** What each role may, where roles are declared. Absent: they are not, and permissions are none. */
  readonly permissions?: Readonly<Record<string, readonly string[]>>
  /** Whose rows are apart from each other's. Absent: there are no tenants. */
  readonly tenant?: { readonly entity: EntityName; readonly scalar: Scalar }
  /** Who is in which tenant, and as what. Absent: tokens say. */
  readonly memberships?: MembershipModel
  /**
   * Entities of our own, their names beginning with `~`: the change log, idempotency records … Apart from `entities`, so that nothing that goes through those meets them;
   * `entityOf` finds them, names from outside never do. Absent: the store keeps none (a model made by hand).
   */
  readonly system?: Readonly<Record<EntityName, EntityModel>>
  /** Who is told of changes, by name. Absent: nobody. */
  readonly webhooks?: Readonly<Record<string, WebhookModel>>
  /** How long changes are kept, in milliseconds. Absent: for ever. */
  readonly changesKeptMs?: number
  /** By their ids, in the order of the declaration. Absent: none. */
  readonly actions?: Readonly<Record<string, ActionModel>>
  /** The application's code around writes, by entity, in its order. Absent: none. */
  readonly hooks?: Readonly<Record<EntityName, readonly HookModel[]>>
  /** Other people's APIs that the application keeps, beside its own. Absent: none. */
  readonly contracts?: readonly ContractModel[]
  /** Where REST is. Absent: `/api`. */
  readonly restPath?: string
  /** Seconds that the answer to a request with an idempotency key is kept. Absent: 24 hours. */
  readonly idempotencySeconds?: number
  /** The application has accounts: who signs in, and by what. Absent: callers bring tokens of others only. */
  readonly identity?: IdentityModel
}

/** Entities that tell who asks; the rest of identity is actions. */
export interface IdentityModel {
  /** Of accounts; callers are bound to its rows as `user`. */
  readonly user: EntityName
  readonly session: EntityName
  readonly apiKey: EntityName
  /** The cookie that carries a browser's session: `__Host-shop`. */
  readonly cookie: string
  /** Other sites whose pages may write with that cookie: `https://admin.shop.example`. */
  readonly origins: readonly string[]
  /** Who signs access tokens, and whom they are for: the application's name, or what `identity({ issuer })` says. */
  readonly issuer: string
  /** What of an account's row its callers' claims say beside its key: claim → field. */
  readonly claims: Readonly<Record<string, FieldName>>
  /** What else its parts need to know; of no interest to others. */
  readonly settings: Readonly<Record<string, Value>>
}

/** A text of the declaration, or the name of the environment variable that has it. */
export type FromEnv = { readonly env: string; readonly text?: undefined } | { readonly text: string; readonly env?: undefined }
export interface WebhookModel {
  /** Also the type of its events. */
  readonly name: string
  readonly on: readonly WebhookEvent[]
  readonly to: FromEnv
  /** Of the environment; none: we keep one ourselves. */
  readonly secrets: readonly FromEnv[]
  /** Under whose rules rows are sent; null: only their keys are. */
  readonly as: { readonly person: string } | { readonly person?: undefined; readonly email?: string; readonly roles: readonly string[]; readonly claims: Readonly<Record<string, unknown>> } | null
  readonly order: 'endpoint' | 'key'
  readonly headers: Readonly<Record<string, FromEnv>>
  readonly allowPrivate: boolean
  readonly timeoutMs: number
  readonly place: Place
}
/** `fields`: one of them must have changed; empty: whichever. `when` is over the row as the change left it, and asks nothing but its fields. */
export interface WebhookEvent { readonly entity: EntityName; readonly verb: 'create' | 'update' | 'delete'; readonly fields: readonly FieldName[]; readonly when: Predicate }

/** An entity whose rows say that a user, bound by `binding`, is in a tenant. `roles`: a role, or a list of them. */
export interface MembershipModel { readonly entity: EntityName; readonly binding: string; readonly user: RelationName; readonly tenant: RelationName; readonly roles: FieldName | null }

export interface CallerBinding { readonly name: string; readonly entity: EntityName; readonly match: FieldName; readonly claim: string }

/** Where something was declared, for messages. */
export interface Place { readonly file: string; readonly line: number }

export interface EntityModel {
  /** camelCase, as in `model({ orderItem: … })`, bodies and `db`. */
  readonly name: EntityName
  /** The class: `OrderItem`. */
  readonly title: string
  /** Plural kebab-case, in URLs. */
  readonly path: string
  readonly about: string | null
  /** A link entity made for a many-to-many: in no contract, reached only through its relation. */
  readonly hidden: boolean
  /** One of `Model.system`: kept by us, outside the application's schema, and not logged. Absent: no. */
  readonly system?: true
  /** A system entity whose writes are in the change log all the same, since a reader waits for them. */
  readonly logged?: true
  /** Its writes are not in the change log. Absent: they are. */
  readonly unlogged?: true
  /** `adopted`: it was there before us. Its text compares as the database compares, and what of it nobody declared (indexes, delete actions, defaults) is its own.
   * `partitioned`: what it says of rows is less than other tables do. */
  readonly table: { readonly schema: string | null; readonly name: string; readonly was: string | null; readonly adopted?: true; readonly partitioned?: true }
  /** Nobody writes it, the system neither: a view, or a table whose rows cannot be told apart. Absent: no. */
  readonly readOnly?: true
  /** Empty only where rows cannot be told apart (`readOnly`): no row has an address, and pages follow every field. */
  readonly key: readonly FieldName[]
  /** Every stored field by name, in order, the key fields of references (`customerId`) included. */
  readonly fields: Readonly<Record<FieldName, FieldModel>>
  /** Fields that are not stored but counted or asked of related rows when they are read. Absent: none. */
  readonly derived?: Readonly<Record<FieldName, DerivedModel>>
  readonly relations: Readonly<Record<RelationName, RelationModel>>
  /** `within`: unique among the rows of one tenant, whose field this is. */
  readonly uniques: readonly { readonly name: string; readonly fields: readonly FieldName[]; readonly within?: FieldName }[]
  /** `within`: the field of the tenant stands before the others. */
  readonly indexes: readonly {
    readonly name: string; readonly fields: readonly { readonly name: FieldName; readonly dir: 'asc' | 'desc' }[]; readonly method: 'btree' | 'gin' | 'search'; readonly within?: FieldName
  }[]
  /** The field that counts changes; null: the store uses what it has (`xmin`). */
  readonly version: FieldName | null
  /** A change or delete of one row must say the version it was read at. Absent: it may. */
  readonly versionDemanded?: true
  /** For an owned part: its reference to the whole it belongs to. */
  readonly whole: RelationName | null
  /** The field that says which tenant a row is of. Absent: rows are of none, or, parts and links, of their whole's and of what they link. */
  readonly tenant?: FieldName
  readonly rules: readonly Rule[]
  readonly page: { readonly size: number; readonly max: number }
  readonly place: Place
}

export type Kind =
  | 'id' | 'uuid' | 'text' | 'integer' | 'bigint' | 'number' | 'decimal' | 'money' | 'boolean' | 'timestamp' | 'date' | 'time' | 'duration'
  | 'json' | 'choice' | 'email' | 'url' | 'slug' | 'bytes' | 'secret' | 'range'

export interface FieldModel {
  readonly name: FieldName
  readonly column: string
  readonly kind: Kind
  readonly scalar: Scalar
  /** A list of `scalar` (an array column). */
  readonly list: boolean
  readonly optional: boolean
  readonly default: Default | null
  /** Set once, at creation. */
  readonly fixed: boolean
  /** Roles that may set it explicitly; null: whoever may write the row; none: the system only, and contracts name it in no body. */
  readonly by: readonly string[] | null
  /** Identity's own: `by` names roles that the application may have. Absent: the application's. */
  readonly ours?: true
  /** Never in an answer, filter, sort, group or contract (`.hidden()` and `secret`). A secret may be written. */
  readonly hidden: boolean
  readonly searchable: boolean
  /** Tells of a person (`pii`) or of their health (`phi`): never in a log of any kind but as a mask. Absent: neither. */
  readonly classified?: 'pii' | 'phi'
  /** In an answer only when named in `fields` (`createdAt`, `updatedAt`, the version); default selections leave it out. Absent: no. */
  readonly asked?: boolean
  /** Kept by the server, never by a caller: `key` (UUIDv7 unless given on PUT), `createdAt`, `updatedAt`, `version`, `computed`; `identity`: counted up by the database;
   * `column`: computed by it from other columns, so never written; `tenant`: that of who asks. */
  readonly generated: 'key' | 'identity' | 'createdAt' | 'updatedAt' | 'version' | 'computed' | 'column' | 'tenant' | null
  /** Kept up in the transaction of every write of a part. Absent: its value is given. */
  readonly computed?: Computed
  /** Of a choice: the only changes it may make. Absent: all. */
  readonly transitions?: readonly Transition[]
  /** This field is part of the foreign key of a to-one relation. */
  readonly reference: RelationName | null
  readonly bounds: Bounds
  readonly was: string | null
  readonly about: string | null
  /** Why it is to be left alone; absent: it is not. */
  readonly deprecated?: string
  /** The column's type as the database writes it, where it is not the one of the kind: `order_status`, `character(5)`. The store casts between the two. */
  readonly stored?: string
  readonly place: Place
}

/** A total over the owned parts of a row, stored with it: `sum(Order, 'items', item => item.price.times(item.quantity))`. Hides play no part in it. */
export interface Computed { readonly fn: Total; readonly relation: RelationName; readonly of: Expression | null }

/**
 * `count(…)` over related rows that are no parts, or with a condition, and `some(…)`: under the read rule of the rows at the other end. `where` may name the caller.
 * It is in answers only: nothing is filtered, sorted or grouped by it.
 */
export interface DerivedModel {
  readonly name: FieldName; readonly kind: 'integer' | 'boolean'; readonly scalar: 'integer' | 'boolean'
  readonly fn: 'count' | 'some'; readonly relation: RelationName; readonly where: Predicate
  readonly about: string | null; readonly place: Place
}

/** A change of state: from one of these to that one. */
export interface Transition {
  readonly name: string
  readonly from: readonly string[]
  readonly to: string
  /** Roles whose callers may take it; null: everybody as far as roles go. */
  readonly by: readonly string[] | null
  /** What must hold of the row as it was. */
  readonly when: Predicate
  readonly whenText: string | null
  readonly about: string | null
  readonly place: Place
}

export interface Bounds {
  readonly min?: Value; readonly max?: Value
  /** Text and bytes: length in code points and bytes; lists: `items`. */
  readonly minLength?: number; readonly maxLength?: number
  readonly minItems?: number; readonly maxItems?: number
  readonly pattern?: string
  readonly precision?: number; readonly scale?: number
  readonly currency?: string
  readonly choices?: readonly string[]
  /** Text that compares by another collation than code points; the column says so. */
  readonly collation?: string
  /** Of what a `range` is; its canonical value is the database's text, `[2026-01-01,2026-02-01)`. */
  readonly range?: 'integer' | 'bigint' | 'decimal' | 'date' | 'timestamp'
}

export type Default =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'now' }
  /** Of an input only: where it is not given it is not there. */
  | { readonly kind: 'absent' }
  /** An expression of the store's own, as the column's default has it: `nextval('order_no'::regclass)`. */
  | { readonly kind: 'expression'; readonly expression: string }
  /** The key of the caller's own row, `claim` as in `Claim`. */
  | { readonly kind: 'claim'; readonly claim: string }
  /** A field of a referenced row, read in the insert's own statement. */
  | { readonly kind: 'related'; readonly relation: RelationName; readonly field: FieldName }

/**
 * `one`: at most one row at the other end. `on` pairs fields of this entity with fields of the target (of the link entity for `through`).
 * A to-one with `owner: true` holds the foreign key (`customer` → `customerId`).
 */
export interface RelationModel {
  readonly name: RelationName
  readonly target: EntityName
  readonly one: boolean
  readonly owner: boolean
  /** A to-one that may be absent: an optional reference, or the far side of a one-to-one. */
  readonly optional: boolean
  readonly on: readonly { readonly local: FieldName; readonly foreign: FieldName }[]
  /** Many-to-many: the link entity and its two references, `near` to this entity and `far` to the target. */
  readonly through: { readonly entity: EntityName; readonly near: RelationName; readonly far: RelationName } | null
  /** The rows at the other end are parts of this one. */
  readonly owned: boolean
  /** The relation at the other end that is the same one seen from there. Where none is declared, compile makes a hidden one (`~order.items`). */
  readonly inverse: RelationName
  /** Made by compile as an inverse: in no contract, no caller can name it. */
  readonly hidden: boolean
  /** Owner references: set once; default of the whole reference. */
  readonly fixed: boolean
  /** Owner references: the row is deleted with the one it refers to. Absent: it keeps that one from being deleted. */
  readonly cascade?: true
  readonly by: readonly string[] | null
  readonly about: string | null
  /** Why it is to be left alone; absent: it is not. */
  readonly deprecated?: string
  readonly place: Place
}

export type Verb = 'read' | 'create' | 'update' | 'delete'

/** One clause of `static access`, compiled. Its identity survives so that `explain` can name it. */
export interface Rule {
  /** `Order.2`: the class and the place in its list, from 1. */
  readonly id: string
  readonly effect: 'allow' | 'deny' | 'hide'
  readonly verbs: readonly Verb[]
  /** When it applies, over row and caller. `hide`: the fields are hidden when this holds. */
  readonly when: Predicate
  readonly fields: readonly FieldName[]
  /** As a person would write it: `allow('read').when(row.customer.is(caller))`. */
  readonly text: string
  readonly place: Place
}

// Actions: named pieces of the application's own logic, the one place of a model where user code lives.

/** What statements of one transaction see of others. */
export type Isolation = 'read committed' | 'repeatable read' | 'serializable'

/** One member of an input, an output or the facts of a failure. */
export type Member = ValueMember | ObjectMember
/** A value, or a list of values; `field` says which, as of a stored field (its column means nothing). */
export interface ValueMember {
  readonly kind: 'value'
  readonly name: string
  readonly field: FieldModel
  /** It is the key of a row of this entity. */
  readonly keyOf: EntityName | null
}
/** An object, or a list of objects. */
export interface ObjectMember {
  readonly kind: 'object'
  readonly name: string
  readonly members: readonly Member[]
  /** How many objects; null: it is one. */
  readonly list: { readonly min: number | null; readonly max: number | null } | null
  readonly optional: boolean
  readonly about: string | null
  /** It is the key of several parts of a row of this entity. */
  readonly keyOf: EntityName | null
}

/** A failure that actions declare. Two actions may declare the same one; it is then one row. */
export interface FailureModel {
  /** `shop.outOfStock`. */
  readonly code: string
  readonly name: string
  readonly status: number
  readonly about: string | null
  readonly facts: readonly Member[]
  /** JSON-RPC number, unique among those of the application. */
  readonly rpc: number
  readonly place: Place
}

/** Somebody else's contract that an action keeps: where it is served, and how it answers. */
export interface ForeignContract {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** From the root: `/hooks/stripe`. Parts in braces, `/users/{name}`, are members of the input. */
  readonly path: string
  /** The action is given the bytes of the body and answers its own. */
  readonly raw: boolean
  readonly status: number | null
  /** The scheme of its `Authorization` header: `Token`. Absent: `Bearer`. */
  readonly scheme?: string
  readonly headers: Readonly<Record<string, string>>
}

export interface ActionModel {
  /** Its name in `Model.actions`: `checkout`; an entity's own, `order.cancel`. */
  readonly id: string
  /** In `db` and in contracts: `checkout`, `cancel`. */
  readonly name: string
  /** It is about one row of this entity; null: about none. */
  readonly entity: EntityName | null
  /** The last part of its URL: `checkout` of `/api/actions/checkout`, `cancel` of `/api/orders/{id}/cancel`. */
  readonly path: string
  readonly about: string | null
  /** Who may call it, over the caller and, of an entity's own, the row. `never`: the system only. */
  readonly allow: Predicate
  /** `allow` as a person would write it; null where nothing allows it. */
  readonly allowText: string | null
  readonly input: readonly Member[]
  /** null: whatever `run` returns, said by no contract. */
  readonly output: readonly Member[] | null
  readonly failures: readonly FailureModel[]
  readonly isolation: Isolation
  readonly contract: ForeignContract | null
  /** What is slow and needs no transaction, done before it begins; `run` is given what it returns. Such an action is a part of nothing else. Absent: there is none. */
  readonly prepare?: ActionRun
  /** What comes before an input that does not fit: asked where one does not, with the members that could be read. Throws what it conflicts with. Absent: nothing. */
  readonly conflicts?: ActionRun
  /** Its answers hold secrets: they are not kept to be given again, and an Idempotency-Key is not honoured. Absent: no. */
  readonly unkept?: true
  readonly run: ActionRun
  readonly place: Place
  /** It is a transition: the field takes this state. Absent: it is the application's own. */
  readonly taking?: { readonly field: FieldName; readonly to: string }
}

/** The application's own code, or what compile makes in its place. What it returns is the output; what it throws rolls everything back. */
export type ActionRun = (given: ActionGiven) => unknown

export const hookMoments = ['beforeCreate', 'afterCreate', 'beforeUpdate', 'afterUpdate', 'beforeDelete', 'afterDelete'] as const
export type HookMoment = (typeof hookMoments)[number]
/** What a before-hook returns takes the place of values of its row; what any throws refuses the write. */
export type HookRun = (given: unknown) => unknown
/** Code around the writes of one entity, inside their transaction. */
export interface HookModel {
  /** In `backend({ hooks })`. */
  readonly name: string
  readonly entity: EntityName
  readonly failures: readonly FailureModel[]
  readonly runs: { readonly [M in HookMoment]?: HookRun }
  readonly place: Place
}

/** Where the system acts: in the tenant of who asks unless said. */
export type ActsIn = { readonly tenant: unknown; readonly allTenants?: undefined } | { readonly allTenants: true; readonly tenant?: undefined }

/** What `run` is given, as far as it is known without the types of the declaration. */
export interface ActionGiven {
  readonly input: unknown
  /** The row of an entity's own action, locked, as the caller sees it. */
  readonly row: unknown
  /** The data as the caller sees it, in the action's transaction. */
  readonly db: LooseDb
  readonly caller: unknown
  /** Makes a declared failure, to be thrown. */
  readonly fail: (name: string, facts?: unknown, detail?: string) => Error
  readonly sql: unknown
  /** Calls another action in the same transaction, as the same caller. */
  readonly call: (action: unknown, ...given: readonly unknown[]) => Promise<unknown>
  readonly request: unknown
  /** What `prepare` returned. */
  readonly prepared: unknown
  /** Headers that the answer carries, where a protocol has any. */
  readonly reply: { header(name: string, value: string): void }
  /** For parts of our own: the model, the rows of system entities (in the action's transaction), and how what is done is marked. */
  readonly inside: unknown
  readonly signal: AbortSignal
}
export type LooseDb = { readonly [entity: string]: LooseRows } & { asSystem(reason: string, scope?: ActsIn): LooseDb }
export interface LooseRows {
  get(key: unknown, ask?: object): Promise<unknown>
  find(ask?: object): Promise<{ readonly data: readonly unknown[] }>
  create(row: unknown, ask?: object): Promise<unknown>
  update(key: unknown, changes: unknown, ask?: object): Promise<unknown>
  delete(key: unknown, ask?: object): Promise<void>
}

/** What came in over a protocol. */
export interface CallRequested {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Uint8Array
  /** The address of the machine it came from. Absent: not known. */
  readonly from?: string
}
/** Plain data of an input or an output. */
export type Members = { readonly [name: string]: Value }

// Foreign contracts of a whole API: what bodies look like, how failures are told, and what each route does, as data.

/** One kind of object in somebody else's API: which row it is, how it is found, what of it is shown and taken. */
export interface ResourceModel {
  /** What stands around one in a body, and in braces in a path: `article`. */
  readonly as: string
  /** What stands around a list: `articles`. */
  readonly list: string
  /** What stands beside a list, and says how many there are in all; null: nothing. */
  readonly count: string | null
  readonly entity: EntityName
  /** The fields that find one in an address: its key, or a unique field. */
  readonly by: readonly FieldName[]
  readonly members: readonly MemberAsk[]
  /** Of a list: without what only one alone shows. */
  readonly listed: readonly MemberAsk[]
  /** What bodies may give: the name in the body, and the field. */
  readonly takes: Readonly<Record<string, FieldName>>
  readonly sort: readonly string[]
  /** The member that says the version; in the body of a change it is the version that the row is believed to have. */
  readonly version: string | null
  /** The member that has the caller's token. */
  readonly token: string | null
}

/** A text of a failure told in somebody else's words. What is left out is the failure's own. */
export interface Told {
  /** The member that it is told of; absent: of what the failure is about. */
  readonly at?: string
  readonly says?: string
  readonly status?: number
  /** The row as it is now stands beside it. */
  readonly current?: true
}

/** One part of a path: a text, or a row of a resource. `within`: the reference to the row before it. */
export type PathPart = { readonly text: string; readonly resource?: undefined } | { readonly text?: undefined; readonly resource: ResourceModel; readonly within: RelationName | null }
/** A fixed condition: the values of its slots are facts about the caller. */
export interface FixedWhere { readonly filter: Filter; readonly values: readonly { readonly claim: string }[] }

interface RouteBase {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the path of the contract. */
  readonly path: string
  readonly parts: readonly PathPart[]
  /** Whoever has no token is told so before anything else. */
  readonly signedIn: boolean
  readonly status: number
  /** Told otherwise here than elsewhere. */
  readonly failures: Readonly<Record<string, Told>>
  readonly place: Place
}
/** `own`: the caller's own row, by the claims that are its key. */
export type RouteModel = RouteBase & (
  | { readonly do: 'list'; readonly resource: ResourceModel; readonly where: FixedWhere | null; readonly filters: Readonly<Record<string, readonly string[]>>; readonly sort: readonly string[]; readonly all: boolean; readonly parent: RelationName | null }
  | { readonly do: 'get'; readonly resource: ResourceModel; readonly own: readonly string[] | null }
  | { readonly do: 'create'; readonly resource: ResourceModel; readonly takes: Readonly<Record<string, FieldName>>; readonly parent: RelationName | null }
  | { readonly do: 'update'; readonly resource: ResourceModel; readonly takes: Readonly<Record<string, FieldName>>; readonly own: readonly string[] | null }
  | { readonly do: 'delete'; readonly resource: ResourceModel; readonly own: readonly string[] | null }
  /** Makes or takes away the row that ties the caller to the one in the address. `to`: its reference to that; `from`: the claims that are its other key fields. */
  | { readonly do: 'link' | 'unlink'; readonly resource: ResourceModel; readonly entity: EntityName; readonly to: RelationName; readonly from: Readonly<Record<FieldName, string>> }
  /** `again`: a transition that has been taken already is no failure. `answers`: which row is answered; the one of a key that the action answers, of whom a token it answers is, the caller's own. */
  | { readonly do: 'call'; readonly resource: ResourceModel; readonly action: string; readonly again: boolean; readonly answers: { readonly by: 'address' } | { readonly by: 'key' | 'token'; readonly member: string } | { readonly by: 'own'; readonly claims: readonly string[] } }
  /** The different values of a field, as a list around which `as` stands. */
  | { readonly do: 'values'; readonly resource: ResourceModel; readonly field: FieldName; readonly as: string; readonly where: FixedWhere | null }
)

export interface ContractModel {
  readonly name: string
  readonly path: string
  readonly about: string | null
  /** What stands before a token in `Authorization`. */
  readonly scheme: string
  readonly page: { readonly limit: string; readonly offset: string; readonly size: number; readonly max: number }
  /** What becomes of an empty text where null may stand. */
  readonly blank: 'kept' | 'null'
  /** What becomes of members and parameters that nobody asked for. */
  readonly extra: 'refused' | 'ignored'
  readonly failures: Readonly<Record<string, Told>>
  /** The body of a failure; its texts name what stands there: `fields`, `messages`, `message`, `code`, `status`, `id`. */
  readonly form: Value
  readonly resources: readonly ResourceModel[]
  readonly routes: readonly RouteModel[]
  readonly place: Place
}
