// Tenants: which rows are apart from which, what says whose a row is, and in which tenant somebody acts.
import { always, claim, field, type Predicate, type Value } from '../operation/index.ts'
import type { Caller } from './caller.ts'
import { entityOf, relationOf } from './lookup.ts'
import type { EntityModel, Model, RelationModel } from './model.ts'

/** The tenant a caller acts in, as the engine knows it: no token can say it, since its own claims never begin with `@`. */
export const tenantClaim = '@tenant'
/** Of the system alone: it acts in all tenants. */
export const everywhereClaim = '@allTenants'

export const tenantOf = (caller: Caller): Value => (Object.hasOwn(caller.claims, tenantClaim) ? caller.claims[tenantClaim] ?? null : null)
export const isEverywhere = (caller: Caller): boolean => Object.hasOwn(caller.claims, everywhereClaim) && caller.claims[everywhereClaim] === true

/** Whether each row of an entity is of one tenant: by a field of its own, or, a part, as its whole is. */
export function inTenant(model: Pick<Model, 'entities'>, entity: EntityModel): boolean {
  if (entity.tenant !== undefined) return true
  return entity.whole !== null && inTenant(model, entityOf(model, relationOf(entity, entity.whole).target))
}

/** True of the rows of the caller's tenant; `always` where rows are of none. A caller in no tenant makes it unknown. */
export function ofTenant(model: Pick<Model, 'entities'>, entity: EntityModel): Predicate {
  if (entity.tenant !== undefined) return { kind: 'compare', op: 'eq', as: entity.fields[entity.tenant]?.scalar ?? 'text', left: field(entity.tenant), right: claim(tenantClaim) }
  if (entity.whole === null) return always
  const where = ofTenant(model, entityOf(model, relationOf(entity, entity.whole).target))
  return where.kind === 'always' ? always : { kind: 'some', relation: entity.whole, where }
}

/** The reference to the tenant itself: no body names it. */
export const isTenantReference = (entity: EntityModel, relation: RelationModel): boolean => relation.owner && entity.tenant !== undefined && relation.on.some(pair => pair.local === entity.tenant)

/** Whether the database itself keeps a reference between two entities within one tenant: by a foreign key over tenant and key. */
export const tiedToTenant = (entity: EntityModel, target: EntityModel): boolean =>
  entity.tenant !== undefined && target.tenant !== undefined && entity.table.adopted === undefined && target.table.adopted === undefined

/** Whether callers may give a new row its key, as a PUT does. Not one that the database counts: the next would be taken. Nor one that tells, by being taken, what other tenants have. */
export const keysAreGiven = (model: Pick<Model, 'entities'>, entity: EntityModel): boolean =>
  !entity.key.some(k => entity.fields[k]?.generated === 'identity' || (entity.fields[k]?.generated === 'key' && inTenant(model, entity)))

const units: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400 }
/** `'10 minutes'` in seconds; null where it is no such text. */
export function secondsIn(text: unknown): number | null {
  const [, n, unit = ''] = (typeof text === 'string' ? /^(\d{1,4}) (second|minute|hour|day)s?$/.exec(text) : null) ?? []
  const seconds = Number(n) * (units[unit] ?? 0)
  return seconds > 0 ? seconds : null
}

const skew = 5
/** Whether somebody signed in within so many seconds before `now` (milliseconds); null: their token does not say when. */
export function signedInWithin(caller: Caller, seconds: number, now: number): boolean | null {
  const at = Object.hasOwn(caller.claims, 'auth_time') ? caller.claims['auth_time'] : null
  if (caller.id === null) return false
  return typeof at === 'number' && Number.isFinite(at) ? at * 1000 <= now + skew * 1000 && at * 1000 + seconds * 1000 >= now : null
}
/** When the answer of `signedInWithin` changes, in milliseconds. */
export function freshUntil(caller: Caller, seconds: number, now: number): number {
  const at = Object.hasOwn(caller.claims, 'auth_time') ? caller.claims['auth_time'] : null
  if (typeof at !== 'number' || !Number.isFinite(at)) return Infinity
  return at * 1000 > now + skew * 1000 ? (at - skew) * 1000 : at * 1000 + seconds * 1000 >= now ? at * 1000 + seconds * 1000 : Infinity
}

/** A caller as the application's own code asks it. */
export interface ActingCaller extends Caller {
  /** Has one of these roles. */
  is(...roles: readonly string[]): boolean
  /** Has a role that may do this. */
  may(permission: string): boolean
  /** The key of the tenant it acts in; null: in none. */
  readonly tenant: string | number | null
  /** Signed in at most so long ago: `'10 minutes'`. */
  fresh(within: string): boolean
}
const keyText = (v: Value): string | number | null => (typeof v === 'string' || typeof v === 'number' ? v : null)
export function actingCaller(model: Model, caller: Caller): ActingCaller {
  return {
    ...caller, tenant: keyText(tenantOf(caller)),
    is: (...roles) => roles.some(role => caller.roles.has(role)),
    may: permission => Object.entries(model.permissions ?? {}).some(([role, may]) => caller.roles.has(role) && may.includes(permission)),
    fresh: within => {
      const seconds = secondsIn(within)
      if (seconds === null) throw new TypeError(`caller.fresh(${JSON.stringify(within)}): write '10 minutes'`)
      return signedInWithin(caller, seconds, Date.now()) === true
    },
  }
}
