// Callers who signed in here: their session or key is a row, looked up by its key, believed for some seconds, and looked up again behind their back while they go on asking.
import { hash as digest, timingSafeEqual } from 'node:crypto'
import type { CryptoKey, JWK } from 'jose'
import { Failure } from '../failure/index.ts'
import { anonymous, entityOf, fieldOf, type Caller, type EntityModel, type IdentityModel, type Model } from '../model/index.ts'
import { always, constant, field, parameter, type Query, type Update, type Value } from '../operation/index.ts'
import type { Authorized, Run, Session } from '../stores/index.ts'
import type { Credential, CredentialKind } from '../wire/index.ts'
import { authorizeAs } from './authorize.ts'
import { Bounded } from './bounded.ts'

/** What was looked up is believed this long; from half of it on it is looked up again while it is still believed. What was revoked elsewhere is so after this long at the latest. */
export const believedMs = 5000
/** When somebody was last seen is noted this often. */
const seenEveryMs = 600_000

/** What is looked up: a row by its key; `hash`: of the secret that it must have, null where a signature has said so. */
interface Sought { readonly kind: CredentialKind; readonly id: string; readonly hash: Buffer | null }
interface Known { caller: Caller; readonly hash: Buffer | null; at: number; generation: number; asking: Promise<void> | null }
/** So many writes are remembered at least. */
const remembered = 1000
interface Signed { readonly sid: string; readonly sub: string; readonly until: number }
type Row = Readonly<Record<string, Value>>
type Key = CryptoKey | Uint8Array
/** Adds the other rows that a caller is bound to, and the tenant it acts in. `bound`: the claims of its account's row. */
export type Bind = (base: Caller, bound: Readonly<Record<string, Value>>, session: Session, run: Run) => Promise<Caller>
/** Seconds that clocks may differ. */
const leeway = 5

const gone = (): Failure => new Failure('caller.token', 'the session or key is not valid any more: sign in again')

export class Accounts {
  readonly #model: Model
  readonly #identity: IdentityModel
  readonly #bind: Bind
  readonly #known = new Bounded<Known>(5000)
  readonly #find = new Map<EntityModel, Authorized<Query>>()
  readonly #seen = new Map<EntityModel, Authorized<Update>>()
  readonly #signed = new Bounded<Signed>(5000)
  #findKeys: Authorized<Query> | null = null
  #keys: ReadonlyMap<string, Key> = new Map()
  #keysAt = -Infinity
  #generation = 0
  /** Sessions and keys that were written here, in order; `#before`: how many are not remembered any more. */
  readonly #written: (string | null)[] = []
  #before = 0
  readonly #touched = new Bounded<number>(5000)

  constructor(model: Model, identity: IdentityModel, bind: Bind) {
    this.#model = model
    this.#bind = bind
    this.#identity = identity
  }

  /** A session or key was written here just now, this one (null: any of them): what was looked up of it before is not believed any more, nor what is being looked up. */
  forget(id: string | null): void {
    if (this.#written.push(id) > 2 * remembered) this.#before += this.#written.splice(0, remembered).length
    this.#drop(id)
  }
  /** Where `again` begins. */
  get mark(): number { return this.#before + this.#written.length }
  /** What was written since then is committed now: whoever looked in between saw what was before. */
  again(mark: number): void {
    if (mark < this.#before) this.#drop(null)
    else for (const id of new Set(this.#written.slice(mark - this.#before))) this.#drop(id)
  }
  #drop(id: string | null): void {
    if (id === null) { this.#generation++; return }
    this.#touched.set(id, performance.now())
    for (const name of [`session ${id}`, `signed session ${id}`, `key ${id}`]) this.#known.delete(name)
  }

  /** Throws `caller.token` where there is no such session or key, or it is over. */
  async caller({ kind, id, secret }: Credential, session: Session, run: Run): Promise<Caller> {
    return this.#believed({ kind, id, hash: digest('sha256', secret, 'buffer') }, session, run)
  }

  /** The caller of an access token of ours; null: somebody else signed it. What it says of rights is looked up all the same. Throws `caller.token`. */
  async signed(token: string, session: Session, run: Run): Promise<Caller | null> {
    if (!isOurs(token)) return null
    const name = digest('sha256', token, 'base64url')
    const signed = this.#signed.get(name) ?? await this.#verify(token, session, run)
    this.#signed.set(name, signed)
    if (signed.until + leeway <= Date.now() / 1000) throw new Failure('caller.token', 'the token has expired')
    const caller = await this.#believed({ kind: 'session', id: signed.sid, hash: null }, session, run)
    if (caller.id !== signed.sub) throw gone()
    return caller
  }

  async #verify(token: string, session: Session, run: Run): Promise<Signed> {
    const { issuer } = this.#identity
    const [{ jwtVerify }, { decodeProtectedHeader }, errors] = await Promise.all([import('jose/jwt/verify'), import('jose/decode/protected_header'), import('jose/errors')])
    try {
      const { kid = '' } = decodeProtectedHeader(token)
      const { payload } = await jwtVerify(token, await this.#keyOf(kid, session, run), { algorithms: ['ES256'], typ: 'at+jwt', issuer, audience: issuer, clockTolerance: leeway, requiredClaims: ['sub', 'sid', 'exp', 'iat'] })
      if (typeof payload['sid'] !== 'string' || !/^[0-9a-f-]{36}$/.test(payload['sid'])) throw gone()
      return { sid: payload['sid'], sub: String(payload.sub), until: payload.exp ?? 0 }
    } catch (error) {
      if (error instanceof Failure) throw error
      if (error instanceof errors.JWTExpired) throw new Failure('caller.token', 'the token has expired', { cause: error })
      throw new Failure('caller.token', 'the token is not one of this application: it cannot be read, its signature does not fit, or it is meant for somebody else', { cause: error })
    }
  }

  /** The public key of this name. One that is not known is looked for, but not again and again. */
  async #keyOf(kid: string, session: Session, run: Run): Promise<Key> {
    const now = performance.now()
    if (!this.#keys.has(kid) && now - this.#keysAt >= 1000) {
      this.#keysAt = now
      const { body } = await session.read(this.#findingKeys(), [new Date().toISOString().replace('Z', '+00:00')], run)
      const rows = JSON.parse(typeof body === 'string' ? body : Buffer.from(body ?? '[]').toString('utf8')) as readonly Row[]
      const { importJWK } = await import('jose/key/import')
      this.#keys = new Map(await Promise.all(rows.map(async row => [String(row['id']), await importJWK(row['publicKey'] as JWK, 'ES256')] as const)))
    }
    const key = this.#keys.get(kid)
    if (key === undefined) throw new Failure('caller.token', 'the token names a key that is not, or not any more, one of this application')
    return key
  }

  async #believed(sought: Sought, session: Session, run: Run): Promise<Caller> {
    const { kind, id, hash } = sought, name = `${hash === null ? 'signed ' : ''}${kind} ${id}`, known = this.#known.get(name)
    if (known === undefined || (hash !== null && (known.hash === null || !timingSafeEqual(known.hash, hash)))) return (await this.#look(name, sought, session, run)).caller
    const age = performance.now() - known.at
    if (age >= believedMs || known.generation !== this.#generation) {
      await (known.asking ??= this.#again(name, known, sought, session, run))
      // It may have been begun before somebody signed out.
      if (known.generation !== this.#generation || known.at === -Infinity) await this.#again(name, known, sought, session, run)
    } else if (age >= believedMs / 2) known.asking ??= this.#again(name, known, sought, session, { deadline: performance.now() + believedMs }).catch(() => {})
    const { until } = known.caller
    if (until !== null && until * 1000 <= Date.now()) throw gone()
    return known.caller
  }

  async #again(name: string, known: Known, sought: Sought, session: Session, run: Run): Promise<void> {
    try {
      const found = await this.#look(name, sought, session, run)
      // A caller of whom nothing changed stays the same object, so that what is known of it stays known.
      known.caller = same(known.caller, found.caller) ? known.caller : found.caller
      known.at = found.at
      known.generation = found.generation
      this.#known.set(name, known)
    } catch (error) {
      if (error instanceof Failure && error.code === 'caller.token') { known.at = -Infinity; this.#known.delete(name) }
      throw error
    } finally {
      known.asking = null
    }
  }

  async #look(name: string, { kind, id, hash }: Sought, session: Session, run: Run): Promise<Known> {
    if (kind === 'refresh') throw new Failure('caller.token', 'this token is for getting the next one, not for asking')
    const generation = this.#generation, at = performance.now()
    const entity = entityOf(this.#model, kind === 'session' ? this.#identity.session : this.#identity.apiKey)
    const { body } = await session.read(this.#finding(entity), [id], run)
    const row = body === null ? null : JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as Row
    const user = row === null ? null : row['user'] as Row | null
    if (row === null || user === null || (hash !== null && !matches(row['token'], hash))) throw gone()
    // What an app shows are tokens that were signed; the secret of its session is for getting them.
    if (kind === 'session' && (row['kind'] === 'app') !== (hash === null)) throw gone()
    const until = row['expiresAt'] === null ? null : Math.floor(Date.parse(String(row['expiresAt'])) / 1000)
    if (until !== null && until * 1000 <= Date.now()) throw gone()
    const { base, bound } = this.#callerOf(kind, row, user, until)
    const known: Known = { caller: await this.#bind(base, bound, session, run), hash, at: (this.#touched.get(id) ?? -1) >= at ? -Infinity : at, generation, asking: null }
    this.#known.set(name, known)
    this.#note(entity, row, session)
    return known
  }

  #callerOf(kind: CredentialKind, row: Row, user: Row, until: number | null): { readonly base: Caller; readonly bound: Readonly<Record<string, Value>> } {
    const entity = entityOf(this.#model, this.#identity.user), id = String(user[entity.key[0] ?? 'id'])
    const claims: Record<string, Value> = Object.create(null) as Record<string, Value>
    Object.assign(claims, { sub: id, ...Object.fromEntries(Object.entries(this.#identity.claims).map(([claim, name]) => [claim, user[name] ?? null])) })
    claims[kind === 'session' ? 'sid' : 'key'] = row['id'] ?? null
    const since = kind === 'session' ? Date.parse(String(row['signedInAt'])) : NaN
    if (!Number.isNaN(since)) claims['auth_time'] = Math.floor(since / 1000)
    if (row['tenant'] !== null && row['tenant'] !== undefined) claims['tenant'] = row['tenant']
    const bound = Object.fromEntries(entity.key.map(name => [`@user.${name}`, user[name] ?? null]))
    const all = Array.isArray(claims['roles']) ? claims['roles'].filter(r => typeof r === 'string') : []
    // Of a session: what it got its token with. Rights that were gained since take another token, rights that were lost are lost at once. Of a key: what it was given.
    const given = kind === 'session' ? row['roles'] : row['scopes'], roles = Array.isArray(given) ? all.filter(r => given.includes(r)) : all
    return { bound, base: { id, roles: new Set(roles), claims: { ...claims, roles }, until, ...(kind === 'session' ? {} : { key: true as const }), ...(row['readOnly'] === true ? { readOnly: true as const } : {}) } }
  }

  #finding(entity: EntityModel): Authorized<Query> {
    const made = this.#find.get(entity)
    if (made) return made
    const user = entityOf(this.#model, this.#identity.user)
    const shown = (names: readonly string[]) => [...new Set(names)].map(name => ({ name, shown: always }))
    const names = Object.values(entity.fields).map(f => f.name)
    const find: Query = {
      kind: 'query', entity: entity.name, one: true, count: 'none', order: [], page: { kind: 'offset', skip: null, take: 1 },
      where: { kind: 'compare', op: 'eq', as: fieldOf(entity, 'id').scalar, left: field('id'), right: parameter(0) },
      select: {
        fields: shown(names), probes: [],
        related: [{ as: 'user', relation: 'user', rows: { where: always, order: [], page: { kind: 'offset', skip: null, take: 1 }, select: { fields: shown([...user.key, ...Object.values(this.#identity.claims)]), related: [], probes: [] } } }],
      },
    }
    const ready = authorizeAs.system(find, 'finds out who asks', { model: this.#model, caller: anonymous, slots: 1 })
    this.#find.set(entity, ready)
    return ready
  }

  #findingKeys(): Authorized<Query> {
    if (this.#findKeys !== null) return this.#findKeys
    const find: Query = {
      kind: 'query', entity: '~signingKey', one: false, count: 'none', order: [{ by: { name: 'createdAt', as: 'timestamp', via: [], shown: always }, dir: 'desc' }], page: { kind: 'offset', skip: null, take: 50 },
      where: { kind: 'compare', op: 'gt', as: 'timestamp', left: field('retiredAt'), right: parameter(0) }, select: { fields: [{ name: 'id', shown: always }, { name: 'publicKey', shown: always }], related: [], probes: [] },
    }
    return this.#findKeys = authorizeAs.system(find, 'finds the keys that tokens are checked by', { model: this.#model, caller: anonymous, slots: 1 })
  }

  /** Notes that somebody was seen, now and then, waited for by nobody. */
  #note(entity: EntityModel, row: Row, session: Session): void {
    const before = row['lastUsedAt']
    if (typeof before === 'string' && Date.now() - Date.parse(before) < seenEveryMs) return
    const update: Update = {
      kind: 'update', entity: entity.name, where: { kind: 'compare', op: 'eq', as: fieldOf(entity, 'id').scalar, left: field('id'), right: parameter(0) }, expect: null, row: parameter(1),
      set: [{ field: 'lastUsedAt', from: { kind: 'given', otherwise: constant(null) } }], references: [], check: always, whole: null, returning: null,
    }
    const ready = this.#seen.get(entity) ?? authorizeAs.system(update, 'notes when somebody was seen', { model: this.#model, caller: anonymous, slots: 2 })
    this.#seen.set(entity, ready)
    session.write(ready, [row['id'] ?? null, { lastUsedAt: new Date().toISOString().replace('Z', '+00:00') }], { deadline: performance.now() + 10_000, mark: { reason: 'notes when somebody was seen' } }).catch(() => { /* The next time will. */ })
  }
}

/** It says that a key of ours has signed it; nobody has to be asked to see that. */
function isOurs(token: string): boolean {
  const head = token.slice(0, Math.max(0, token.indexOf('.')))
  try { return /^bw-/.test(String((JSON.parse(Buffer.from(head, 'base64url').toString('utf8')) as { readonly kid?: unknown }).kid)) } catch { return false }
}
function matches(stored: Value | undefined, hash: Buffer): boolean {
  const kept = Buffer.from(typeof stored === 'string' ? stored : '', 'base64url')
  return kept.length === hash.length && timingSafeEqual(kept, hash)
}
const same = (a: Caller, b: Caller): boolean => a.id === b.id && a.until === b.until && [...a.roles].join(' ') === [...b.roles].join(' ') && JSON.stringify(a.claims) === JSON.stringify(b.claims)
