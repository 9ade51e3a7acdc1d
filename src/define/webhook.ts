// Webhooks out: which changes another system is told of, where it is, and under whose rules what it is told is made.
import { calledFrom, type EntityClass, type WebhookEventDeclaration } from '../model/compile/index.ts'
import type { ReadyPerson } from './person.ts'
import type { Condition, RowProxy } from './infer-rules.ts'
import type { Class } from './infer.ts'

/** A value that the environment has: an address, a secret. */
export interface FromEnvironment { readonly env: string }
/** The environment variable of this name, read when the application starts: `to: env('ERP_URL')`. */
export function env(name: string): FromEnvironment { return { env: name } }

/** A change that others are told of. */
export interface Event { readonly '~event': WebhookEventDeclaration }
export interface EventOf<E> extends Event {
  /** Only where this holds of the row as the change left it (as it was, for one that is gone): `.when(row => row.status.eq('paid'))`. */
  when(condition: (row: RowProxy<E>) => Condition): Event
}

/** A row was made. */
export function created<E extends object>(entity: Class<E>): EventOf<E> { return event('create', entity, [], calledFrom(created)) }
/** A row was changed; with fields, one of these was. */
export function changed<E extends object>(entity: Class<E>, ...fields: readonly (keyof E & string)[]): EventOf<E> { return event('update', entity, fields, calledFrom(changed)) }
/** A row is gone. */
export function deleted<E extends object>(entity: Class<E>): EventOf<E> { return event('delete', entity, [], calledFrom(deleted)) }

function event<E extends object>(verb: WebhookEventDeclaration['verb'], entity: Class<E>, fields: readonly string[], at: WebhookEventDeclaration['at']): EventOf<E> {
  const declared: WebhookEventDeclaration = { verb, entity: entity as EntityClass, fields, when: null, at }
  return { '~event': declared, when: condition => ({ '~event': { ...declared, when: condition as (row: never) => unknown } }) }
}

/** One webhook: `orderPaid: { on: changed(Order, 'status'), to: env('ERP_URL') }`. Its name is the type of its events. */
export interface Webhook {
  readonly on: Event | readonly Event[]
  /** An https address. */
  readonly to: FromEnvironment | string
  /** Under whose rules the row is sent: a ready-made caller by its name, or what a token would say. Without it an event names the row and nothing of what is in it. */
  readonly as?: string | ReadyPerson
  /** What signs: one, or several while the receiver changes from one to the next. Without it we make and keep one: `backwright webhooks secret NAME`. */
  readonly secret?: FromEnvironment | readonly FromEnvironment[]
  /** `endpoint` (unless said): one event after the other. `key`: those of one row, others beside them. */
  readonly order?: 'endpoint' | 'key'
  /** Headers of our own, for a receiver that asks for a token. */
  readonly headers?: Readonly<Record<string, FromEnvironment | string>>
  /** Rows of tenants are told of to `as`, who acts in one; this: the keys of those of all. */
  readonly allTenants?: true
  /** It may be an address of a private network, and http: for development, or within one's own walls. */
  readonly allowPrivate?: boolean
  /** Seconds until an attempt is given up: 15 unless said. */
  readonly timeout?: number
}
