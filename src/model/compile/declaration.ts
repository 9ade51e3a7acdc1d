// What the builders of define/ leave behind and compile reads: plain descriptions, nothing checked yet.
import type { Bounds, IdentityModel, Kind, Verb } from '../model.ts'
import type { Scalar, Total } from '../../operation/index.ts'
import type { Condition } from './condition.ts'
import type { Somewhere } from './place.ts'

/** A class the user wrote. Making one instance runs its property initialisers, which is all a class is for. */
export type EntityClass = abstract new () => object

export interface FieldDeclaration {
  readonly is: 'field'
  readonly kind: Kind
  readonly scalar: Scalar
  readonly list: boolean
  readonly optional: boolean
  readonly default: DefaultDeclaration | null
  readonly unique: boolean
  readonly fixed: boolean
  readonly by: readonly string[] | null
  readonly index: boolean
  readonly searchable: boolean
  readonly hidden: boolean
  readonly asked: boolean
  readonly generated: 'key' | 'identity' | 'createdAt' | 'updatedAt' | 'version' | 'column' | null
  readonly was: string | null
  readonly about: string | null
  readonly deprecated: string | null
  readonly classified: 'pii' | 'phi' | null
  /** Written by actions of ours only. */
  readonly ours?: true
  readonly bounds: Bounds
  /** What a builder saw was wrong, in sentences: told at start. */
  readonly wrong: readonly string[]
  readonly at: Somewhere
}

/** A user's default, not yet canonical. `path`: a function of the row being written, which names a field of a referenced row. */
export type DefaultDeclaration =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'now' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'expression'; readonly expression: string }
  | { readonly kind: 'caller'; readonly path: readonly string[] }
  | { readonly kind: 'path'; readonly read: (row: unknown) => unknown }

export interface ReferenceDeclaration {
  readonly is: 'reference'
  readonly target: () => EntityClass
  readonly optional: boolean
  readonly unique: boolean
  readonly fixed: boolean
  readonly cascade: boolean
  readonly by: readonly string[] | null
  readonly default: DefaultDeclaration | null
  readonly was: string | null
  readonly about: string | null
  readonly deprecated: string | null
  /** Written by actions of ours only. */
  readonly ours?: true
  readonly wrong: readonly string[]
  /** It names the tenant of the row, and is the server's. */
  readonly tenant?: true
  readonly at: Somewhere
}

/** `many`: to-many, `field: null` for the short many-to-many. `one`: the far side of a one-to-one. */
export interface InverseDeclaration {
  readonly is: 'many' | 'one'
  readonly target: () => EntityClass
  readonly field: string | null
  readonly owned: boolean
  readonly about: string | null
  readonly deprecated: string | null
  readonly at: Somewhere
}

/**
 * A field made of related rows. `of`: for `count` and `some` which rows (a condition), else what of each (an amount or a field). What it is, its rows say, and whether
 * it is stored: it is, where the rows are parts and no condition chooses among them.
 */
export interface ComputedDeclaration {
  readonly is: 'computed'
  readonly fn: Total | 'some'
  readonly entity: EntityClass
  readonly relation: string
  readonly of: ((row: never) => unknown) | null
  readonly index: boolean
  readonly hidden: boolean
  readonly was: string | null
  readonly about: string | null
  readonly at: Somewhere
}

export type Declaration = FieldDeclaration | ReferenceDeclaration | InverseDeclaration | ComputedDeclaration

/** What a builder returns: the declaration under one property, so that compile needs no class of define/. */
export interface Declared { readonly '~declared': Declaration }

export interface RuleDeclaration {
  readonly effect: 'allow' | 'deny' | 'hide'
  readonly verbs: readonly Verb[]
  readonly fields: readonly string[]
  /** null: `allow('read')` without saying when. */
  readonly when: { readonly how: 'when' | 'unless' | 'to' | 'from' | 'always'; readonly of: Condition | null; readonly roles: readonly string[]; readonly signedIn: boolean } | null
  readonly at: Somewhere
}
export interface AccessDeclaration { readonly entity: EntityClass; readonly rules: (given: { readonly row: unknown; readonly caller: unknown }) => unknown; readonly at: Somewhere }
export interface TransitionsDeclaration { readonly entity: EntityClass; readonly field: string; readonly make: (given: { readonly row: unknown; readonly caller: unknown }) => unknown; readonly at: Somewhere }
/** What `shop.hook(Order, { … })` leaves behind. */
export interface HookDeclaration { readonly is: 'hook'; readonly entity: EntityClass; readonly options: Readonly<Record<string, unknown>>; readonly model: ModelDeclaration; readonly at: Somewhere }
export interface IndexDeclaration { readonly is: 'index' | 'unique'; readonly entity: EntityClass; readonly fields: readonly string[]; readonly at: Somewhere }

/** Options of `entity({ … })`, kept on the base class under `declaredBase`. */
export interface BaseDeclaration {
  /** Empty: rows cannot be told apart. */
  readonly key: readonly string[] | null
  readonly readOnly: boolean
  readonly caller: boolean
  readonly id: FieldDeclaration | null
  readonly createdAt: boolean
  readonly updatedAt: boolean
  readonly version: boolean
  readonly versionDemanded: boolean
  /** Whose rows these are. */
  readonly tenant: boolean
  readonly unknown: readonly string[]
  readonly at: Somewhere | null
}
/** Static property of a base class that holds its options. */
export const declaredBase: unique symbol = Symbol.for('backwright.base')

export interface ModelDeclaration { readonly entities: Readonly<Record<string, EntityClass>>; readonly at: Somewhere }
export interface WebhookEventDeclaration {
  readonly verb: 'create' | 'update' | 'delete'
  readonly entity: EntityClass
  readonly fields: readonly string[]
  readonly when: ((row: never) => unknown) | null
  readonly at: Somewhere
}
export interface BackendDeclaration {
  readonly name: string | null
  readonly model: ModelDeclaration
  readonly callers: Readonly<Record<string, { readonly entity: EntityClass; readonly match: string; readonly claim: string }>>
  readonly actions: Readonly<Record<string, unknown>>
  readonly hooks: Readonly<Record<string, unknown>>
  readonly contracts: Readonly<Record<string, unknown>>
  readonly rest: unknown
  readonly idempotency: unknown
  readonly changes: unknown
  readonly webhooks: unknown
  /** What `identity({ … })` adds; null: no accounts. */
  readonly identity?: IdentityDeclaration | null
  readonly roles: unknown
  readonly memberships: unknown
  /** The names of `backend({ as })`. */
  readonly people: readonly string[]
  readonly unknown: readonly string[]
  readonly at: Somewhere
}

/** What `identity({ user: User })` leaves behind: entities and actions of its own, declared as the application's are. */
export interface IdentityDeclaration {
  readonly user: EntityClass
  /** By the names that the application has them under: `session`, `apiKey` … */
  readonly entities: Readonly<Record<string, EntityClass>>
  readonly actions: Readonly<Record<string, unknown>>
  /** The model that its actions hang on. */
  readonly model: ModelDeclaration
  /** Claims of an account's callers: claim → field of `user`. */
  readonly claims: Readonly<Record<string, string>>
  readonly origins: readonly string[]
  readonly issuer: string | null
  readonly settings: IdentityModel['settings']
  /** What was told wrong, in sentences. */
  readonly problems?: readonly string[]
}
