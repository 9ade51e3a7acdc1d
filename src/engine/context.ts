// What the parts of the chain share: the model, the store, what was compiled, and the rules of a caller.
import { hash } from 'node:crypto'
import { Failure, type At } from '../failure/index.ts'
import { entityOf, isEverywhere, tenantOf, type ActsIn, type Caller, type Model } from '../model/index.ts'
import type { Create, Mutation, Operation, Value } from '../operation/index.ts'
import type { Engine, Records, Speak } from '../protocols/protocol.ts'
import type { Authorized, Session, Store } from '../stores/index.ts'
import { authorize, mayNot } from './authorize.ts'
import type { Bounded } from './bounded.ts'
import { claimAs, profileOf, profileUntil, type Question } from './decide.ts'
import { plan } from './plan.ts'
import type { Limits, ResolvedRead } from './resolve/index.ts'
import type { Entered } from './transaction.ts'
import { rulingOf, systemRuling, type Ruling } from './ruling.ts'

/** What the parts of the chain share. */
export interface Context {
  readonly model: Model
  readonly store: Store
  readonly session: Session
  /** The transaction that all of this is within; null: each operation is alone. */
  readonly entered: Entered | null
  /** The way to the application's own code. Absent: there is none. */
  readonly code?: Calling
  readonly limits: Limits
  readonly known: Known
}
/** What the application's own code takes beside a context: the engine over another session, and the way to it. */
export interface Calling {
  readonly over: (entered: Entered | null, session: Session) => Engine
  readonly records: (on: Context) => Records
  readonly speak: Speak | null
  /** `from`: who asks, in whose tenant the system stays unless `scope` says another. */
  readonly system: (reason: string, from: Caller, scope?: ActsIn) => Caller
}
/** A mutation with what names it. */
export interface Shaped<M extends Mutation> { readonly shape: string; readonly mutation: M }
export interface Known {
  readonly questions: readonly Question[]
  readonly shapes: Bounded<ResolvedRead>
  /** By the form of their bodies. */
  readonly creates: Bounded<Shaped<Create>>
  readonly compiled: Bounded<Authorized<Operation>>
  readonly rulings: Bounded<Ruling>
  /** `at`: when it was asked; `until`: how long it holds. */
  readonly profiles: WeakMap<Caller, { readonly profile: string; readonly at: number; readonly until: number }>
  readonly systems: WeakMap<Caller, string>
}

/** The caller's profile and the rules as they are for it. */
export function rulesFor(c: Context, caller: Caller): { readonly profile: string; readonly ruling: Ruling; readonly at: number } {
  const now = Date.now()
  if (c.known.systems.has(caller)) {
    const profile = c.model.tenant === undefined || isEverywhere(caller) ? 'system' : tenantOf(caller) === null ? 'system in none ' : 'system within '
    return { profile, ruling: ruled(c, profile, () => systemRuling(c.model, caller)), at: now }
  }
  let known = c.known.profiles.get(caller)
  if (known === undefined || known.until < now) {
    known = { profile: `${profileOf(c.known.questions, caller, now)}${caller.key === true ? ' key' : ''}`, at: now, until: profileUntil(c.known.questions, caller, now) }
    c.known.profiles.set(caller, known)
  }
  const { profile, at } = known
  return { profile, ruling: ruled(c, profile, () => rulingOf(c.model, caller, at)), at }
}

function ruled(c: Context, profile: string, make: () => Ruling): Ruling {
  const found = c.known.rulings.get(profile)
  if (found) return found
  const made = make()
  c.known.rulings.set(profile, made)
  return made
}

/** An operation authorized for callers of this profile, compiled once. `shape` names the operation; `nested`: as in `Authorizing`. */
export function authorized<O extends Operation>(c: Context, shape: string, operation: O, slots: number, caller: Caller, nested?: string): Authorized<O> {
  const { profile, ruling, at } = rulesFor(c, caller)
  // Whether somebody signed in asks decides which failure a refusal is; it is not part of every profile.
  const key = `${profile}${caller.id === null ? '-' : '+'}${nested === undefined ? '' : `in ${nested} `}${shape}`
  const found = c.known.compiled.get(key)
  if (found) return found as Authorized<O>
  const made = authorize(operation, { model: c.model, ruling, caller, slots, at, ...(nested === undefined ? {} : { nested }) })
  plan(made.operation, c.store)
  c.known.compiled.set(key, made)
  return made
}

/** The values of all slots: the operation's own and the caller's. */
export function filled(operation: Authorized<Operation>, values: readonly Value[], caller: Caller): readonly Value[] {
  if (operation.fills.length === 0) return values
  const all: Value[] = [...values]
  for (const f of operation.fills) all[f.slot] = claimAs(caller, f.claim, f.as, Array.isArray(caller.claims[f.claim]))
  return all
}

/** Refuses an entity that nobody like the caller may read, whatever the data. */
export function mayRead(c: Context, name: string, caller: Caller): void {
  const entity = entityOf(c.model, name)
  const { ruling } = rulesFor(c, caller)
  if (ruling.may(entity, 'read').kind === 'never') throw mayNot(c.model, ruling, entity, 'read', caller)
}

export const missing = (c: Context, entity: string, at: At = []): Failure => new Failure('row.missing', `There is no such ${entityOf(c.model, entity).title}, or you may not read it.`, { at })

/** An operation is its own shape where no protocol has named it. */
export const shapeOf = (operation: Operation): string => JSON.stringify(operation)
/** Long names of shapes give way to a hash: whoever keeps them keeps little, and finds by them quickly. */
export const shortened = (shape: string): string => (shape.length <= 500 ? shape : `sha256 ${hash('sha256', shape, 'base64url')}`)
