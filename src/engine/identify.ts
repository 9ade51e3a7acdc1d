// Who asks: a bearer token verified and its claims mapped to a caller, who is then bound to a row of the application.
import { hash as digest } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { Failure, toFailure } from '../failure/index.ts'
import { anonymous, entityOf, fieldOf, relationOf, tenantClaim, tenantOf, type Caller, type CallerBinding, type EntityModel, type FieldModel, type MembershipModel, type Model } from '../model/index.ts'
import { always, and, field, parameter, type Predicate, type Query, type Value } from '../operation/index.ts'
import type { Authorized, Run, Session } from '../stores/index.ts'
import { readCredential } from '../wire/index.ts'
import { Accounts } from './accounts.ts'
import { authorizeAs } from './authorize.ts'
import { Bounded } from './bounded.ts'
import { claimAs } from './decide.ts'

/** How tokens are verified: exactly one of `secret`, `publicKey` and `jwks`; none: every token is refused. */
export interface TokenSettings {
  /** HS256, HS384, HS512: at least 32 bytes. */
  readonly secret?: string
  /** A PEM in SPKI form. */
  readonly publicKey?: string
  /** A URL; keys are cached and fetched again when an unknown one is named. */
  readonly jwks?: string
  readonly issuer?: string
  readonly audience?: string
  /** Where a token keeps its roles: `roles` unless said, `realm_access.roles` for a nested place. */
  readonly roles?: string
  /** The claim with the key of the tenant its caller acts in: `tenant` unless said. */
  readonly tenant?: string
}

type Verify = (token: string) => Promise<JWTPayload>
const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
const seconds = () => Math.floor(Date.now() / 1000)
/** A binding is believed this long. */
const bindingMs = 5000
const leeway = 5

/** Of the library only what these settings need is loaded: all of it takes a tenth of the time to start. */
async function verifier(settings: TokenSettings): Promise<Verify | null> {
  const claims = {
    clockTolerance: leeway, ...(settings.issuer === undefined ? {} : { issuer: settings.issuer }), ...(settings.audience === undefined ? {} : { audience: settings.audience }),
  }
  const kinds = [settings.secret, settings.publicKey, settings.jwks].filter(x => x !== undefined)
  if (kinds.length > 1) throw new Error('tokens: give one of secret, publicKey and jwks')
  if (settings.secret !== undefined) {
    const key = new TextEncoder().encode(settings.secret)
    if (key.length < 32) throw new Error('tokens.secret must have at least 32 bytes')
    const { jwtVerify } = await import('jose/jwt/verify')
    return async token => (await jwtVerify(token, key, { ...claims, algorithms: ['HS256', 'HS384', 'HS512'] })).payload
  }
  if (settings.publicKey !== undefined) {
    const pem = settings.publicKey
    const [{ jwtVerify }, { importSPKI }, { decodeProtectedHeader }, { JOSEAlgNotAllowed }] = await Promise.all([import('jose/jwt/verify'), import('jose/key/import'), import('jose/decode/protected_header'), import('jose/errors')])
    const keys = new Map<string, Awaited<ReturnType<typeof importSPKI>>>()
    return async token => {
      const { alg = '' } = decodeProtectedHeader(token)
      if (!asymmetric.includes(alg)) throw new JOSEAlgNotAllowed('algorithm not allowed')
      const key = keys.get(alg) ?? await importSPKI(pem, alg)
      keys.set(alg, key)
      return (await jwtVerify(token, key, { ...claims, algorithms: asymmetric })).payload
    }
  }
  if (settings.jwks !== undefined) {
    const [{ jwtVerify }, { createRemoteJWKSet }] = await Promise.all([import('jose/jwt/verify'), import('jose/jwks/remote')])
    const keys = createRemoteJWKSet(new URL(settings.jwks), { cooldownDuration: 1000, cacheMaxAge: 600_000, timeoutDuration: 5000 })
    return async token => (await jwtVerify(token, keys, { ...claims, algorithms: asymmetric })).payload
  }
  return null
}

const isValue = (x: unknown): x is Value =>
  x === null || ['boolean', 'number', 'string'].includes(typeof x) || (Array.isArray(x) ? x.every(isValue) : typeof x === 'object' && Object.values(x).every(isValue))

function callerOf(payload: JWTPayload, rolesAt: string): Caller {
  const claims: Record<string, Value> = Object.create(null)
  for (const [name, value] of Object.entries(payload)) if (isValue(value)) claims[name] = value
  let roles: unknown = payload
  for (const part of rolesAt.split('.')) roles = typeof roles === 'object' && roles !== null && Object.hasOwn(roles, part) ? (roles as Record<string, unknown>)[part] : undefined
  const list = typeof roles === 'string' ? roles.split(' ') : Array.isArray(roles) ? roles.filter(r => typeof r === 'string') : []
  const id = typeof payload.sub === 'string' && payload.sub !== '' ? payload.sub : null
  if (id === null) throw new Failure('caller.token', 'the token names no subject')
  return { id, roles: new Set(list), claims: Object.freeze(claims), until: payload.exp ?? null }
}

interface Known { readonly base: Caller; bound: Caller | null; boundAt: number }

export class Identify {
  readonly #model: Model
  readonly #settings: TokenSettings
  readonly #known = new Bounded<Known>(5000)
  #verify: Promise<Verify | null> | null = null
  /** By what they find: a few for each model. A statement is compiled once for each of these, so they must stay the same objects. */
  readonly #finds = new Bounded<Authorized<Query>>(100)
  /** Whoever signed in here; null: nobody does. */
  readonly accounts: Accounts | null

  constructor(model: Model, settings: TokenSettings) {
    this.#model = model
    // Who signed in here is looked up with the row of their account; the other rows they are bound to are found as anybody's are.
    this.accounts = model.identity === undefined ? null : new Accounts(model, model.identity, (base, bound, session, run) => this.bind(base, session, run, false, bound))
    this.#settings = settings
  }

  /** Throws when the settings cannot be used. */
  async prepare(): Promise<void> { await (this.#verify ??= verifier(this.#settings)) }

  caller(token: string | null, session: Session, run: Run): Promise<Caller> {
    if (token === null) return Promise.resolve(anonymous)
    return this.accounts === null ? this.#elsewhere(token, session, run) : this.#here(this.accounts, token, session, run)
  }

  async #here(accounts: Accounts, token: string, session: Session, run: Run): Promise<Caller> {
    const own = readCredential(token)
    return own !== null ? accounts.caller(own, session, run) : await accounts.signed(token, session, run) ?? this.#elsewhere(token, session, run)
  }

  /** Who is known by now is found without waiting: so is nearly everybody. */
  #elsewhere(token: string, session: Session, run: Run): Promise<Caller> {
    const hash = digest('sha256', token, 'base64url'), known = this.#known.get(hash)
    return known?.bound && performance.now() - known.boundAt < bindingMs && !isOver(known.base) ? Promise.resolve(known.bound) : this.#verified(hash, token, session, run)
  }

  async #verified(hash: string, token: string, session: Session, run: Run): Promise<Caller> {
    let known = this.#known.get(hash)
    if (!known) {
      known = { base: await this.#check(token), bound: null, boundAt: 0 }
      this.#known.set(hash, known)
    }
    if (isOver(known.base)) {
      this.#known.delete(hash)
      throw new Failure('caller.token', 'the token has expired')
    }
    const now = performance.now()
    // A caller whose binding did not change stays the same object, so that what is known of it stays known.
    const bound = await this.bind(known.base, session, run)
    known.bound = known.bound && sameClaims(known.bound, bound) && sameRoles(known.bound, bound) ? known.bound : bound
    known.boundAt = now
    return known.bound
  }

  async #check(token: string): Promise<Caller> {
    const verify = await (this.#verify ??= verifier(this.#settings))
    if (!verify) throw new Failure('caller.token', 'this application accepts no tokens')
    try {
      return callerOf(await verify(token), this.#settings.roles ?? 'roles')
    } catch (e) {
      if (e instanceof Failure) throw e
      const errors = await import('jose/errors')
      if (e instanceof errors.JWTExpired) throw new Failure('caller.token', 'the token has expired', { cause: e })
      if (e instanceof errors.JWKSTimeout || (e instanceof TypeError && e.message === 'fetch failed')) throw new Failure('store.down', 'the keys that verify tokens cannot be fetched', { cause: e })
      throw new Failure('caller.token', 'the token is not one of this application: it cannot be read, its signature does not fit, or it is meant for somebody else', { cause: e })
    }
  }

  /**
   * Adds the keys of the rows the caller is bound to, as claims `@binding.field`, and the tenant it acts in, as `@tenant`. One statement for each binding whose claim the
   * caller has. Where memberships are declared, being in a tenant is having one there, whose roles are added; `believed`: what a declaration of this process says of a
   * caller is so. `known`: such claims that were found already, of who signed in here.
   */
  async bind(base: Caller, session: Session, run: Run, believed = false, known: Readonly<Record<string, Value>> | null = null): Promise<Caller> {
    const claims: Record<string, Value> = Object.create(null) as Record<string, Value>
    for (const [name, value] of Object.entries(base.claims)) if (!name.startsWith('@')) claims[name] = value
    const { tenant: tenants, memberships } = this.#model
    const said = (claim: string) => (tenants === undefined ? null : claimAs(base, claim, tenants.scalar, false))
    const named = known !== null ? said('tenant') : said(this.#settings.tenant ?? 'tenant') ?? (believed ? said('tenant') : null)
    Object.assign(claims, known)
    const within: Caller = { ...base, claims: { ...claims, ...(named === null ? {} : { [tenantClaim]: named }) } }
    await Promise.all(Object.values(this.#model.callers).filter(b => known === null || !Object.keys(known).some(claim => claim.startsWith(`@${b.name}.`))).map(async b => {
      const key = await this.#rowOf(b, within, session, run)
      if (key) for (const [name, value] of Object.entries(key)) claims[`@${b.name}.${name}`] = value
    }))
    if (named === null) return { ...base, claims: Object.freeze(claims) }
    const member = memberships === undefined || believed ? [] : await this.#membership(memberships, claims, named, session, run)
    if (member !== null) claims[tenantClaim] = named
    // Who is not in the tenant is none of its rows either.
    else for (const b of Object.values(this.#model.callers)) if (entityOf(this.#model, b.entity).tenant !== undefined) for (const name of Object.keys(claims)) if (name.startsWith(`@${b.name}.`)) delete claims[name]
    return { ...base, roles: member === null || member.length === 0 ? base.roles : new Set([...base.roles, ...member]), claims: Object.freeze(claims) }
  }

  async #rowOf(b: CallerBinding, caller: Caller, session: Session, run: Run): Promise<Record<string, Value> | null> {
    if (b.claim === 'email' && caller.claims['email_verified'] !== true) return null
    const entity = entityOf(this.#model, b.entity), match = fieldOf(entity, b.match)
    const claim = claimAs(caller, b.claim, match.scalar, false), tenant = tenantOf(caller)
    // Who is a row of one tenant is none of another's.
    if (claim === null || (entity.tenant !== undefined && tenant === null)) return null
    const where = [equal(match, 0), ...(entity.tenant === undefined ? [] : [equal(fieldOf(entity, entity.tenant), 1)])]
    return this.#one(entity, and(...where), entity.tenant === undefined ? [claim] : [claim, tenant], entity.key, session, run)
  }

  /** The roles of a membership; null: there is none. */
  async #membership(m: MembershipModel, claims: Readonly<Record<string, Value>>, tenant: Value, session: Session, run: Run): Promise<readonly string[] | null> {
    const entity = entityOf(this.#model, m.entity), user = relationOf(entity, m.user), inTenant = relationOf(entity, m.tenant)
    const keys = user.on.map(pair => claims[`@${m.binding}.${pair.foreign}`] ?? null)
    if (keys.includes(null)) return null
    const where = and(...[...user.on, ...inTenant.on].map((pair, slot) => equal(fieldOf(entity, pair.local), slot)))
    const row = await this.#one(entity, where, [...keys, tenant], m.roles === null ? entity.key.slice(0, 1) : [m.roles], session, run)
    if (row === null) return null
    const roles = m.roles === null ? [] : row[m.roles]
    return typeof roles === 'string' ? [roles] : Array.isArray(roles) ? roles.filter(r => typeof r === 'string') : []
  }

  async #one(entity: EntityModel, where: Predicate, values: readonly Value[], fields: readonly string[], session: Session, run: Run): Promise<Record<string, Value> | null> {
    const find: Query = {
      kind: 'query', entity: entity.name, one: true, count: 'none', order: [], page: { kind: 'offset', skip: null, take: 1 }, where,
      select: { fields: fields.map(name => ({ name, shown: always })), related: [], probes: [] },
    }
    const key = JSON.stringify(find)
    const operation = this.#finds.get(key) ?? authorizeAs.nobody(find, 'finds the row a caller is bound to', { model: this.#model, caller: anonymous, slots: values.length })
    this.#finds.set(key, operation)
    try {
      const { body } = await session.read(operation, values, run)
      return body === null ? null : JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as Record<string, Value>
    } catch (e) { throw toFailure(e) }
  }
}

const isOver = ({ until }: Caller): boolean => until !== null && until + leeway <= seconds()

const equal = (of: FieldModel, slot: number): Predicate => ({ kind: 'compare', op: 'eq', as: of.scalar, left: field(of.name), right: parameter(slot) })

const sameRoles = (a: Caller, b: Caller) => a.roles.size === b.roles.size && [...a.roles].every(r => b.roles.has(r))
const sameClaims = (a: Caller, b: Caller) => {
  const names = Object.keys(a.claims)
  return names.length === Object.keys(b.claims).length && names.every(n => a.claims[n] === b.claims[n] || JSON.stringify(a.claims[n]) === JSON.stringify(b.claims[n]))
}
