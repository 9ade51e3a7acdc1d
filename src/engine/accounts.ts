// Callers who signed in here: their session or key is a row, looked up by its key, believed for some seconds, and looked up again behind their back while they go on asking.
import { hash as digest, timingSafeEqual } from 'node:crypto'
import { Failure } from '../failure/index.ts'
import { anonymous, entityOf, fieldOf, type Caller, type EntityModel, type IdentityModel, type Model } from '../model/index.ts'
import { always, constant, field, parameter, type Query, type Update, type Value } from '../operation/index.ts'
import type { Authorized, Run, Session } from '../stores/index.ts'
import type { Credential } from '../wire/index.ts'
import { authorizeAs } from './authorize.ts'
import { Bounded } from './bounded.ts'

/** What was looked up is believed this long; from half of it on it is looked up again while it is still believed. What was revoked elsewhere is so after this long at the latest. */
export const believedMs = 5000
/** When somebody was last seen is noted this often. */
const seenEveryMs = 600_000

interface Known { caller: Caller; readonly hash: Buffer; at: number; generation: number; asking: Promise<void> | null }
type Row = Readonly<Record<string, Value>>

const gone = (): Failure => new Failure('caller.token', 'the session or key is not valid any more: sign in again')

export class Accounts {
  readonly #model: Model
  readonly #identity: IdentityModel
  readonly #known = new Bounded<Known>(5000)
  readonly #find = new Map<EntityModel, Authorized<Query>>()
  readonly #seen = new Map<EntityModel, Authorized<Update>>()
  #generation = 0

  constructor(model: Model, identity: IdentityModel) {
    this.#model = model
    this.#identity = identity
  }

  /** Nothing is believed any more that was looked up before: sessions were written here just now. */
  forget(): void { this.#generation++ }
  get generation(): number { return this.#generation }

  /** Throws `caller.token` where there is no such session or key, or it is over. */
  async caller(credential: Credential, session: Session, run: Run): Promise<Caller> {
    const hash = digest('sha256', credential.secret, 'buffer'), name = `${credential.kind} ${credential.id}`
    const known = this.#known.get(name)
    if (known === undefined || !timingSafeEqual(known.hash, hash)) return (await this.#look(name, credential, hash, session, run)).caller
    const age = performance.now() - known.at
    if (age >= believedMs || known.generation !== this.#generation) {
      await (known.asking ??= this.#again(name, known, credential, session, run))
      // It may have been begun before somebody signed out.
      if (known.generation !== this.#generation) await this.#again(name, known, credential, session, run)
    } else if (age >= believedMs / 2) known.asking ??= this.#again(name, known, credential, session, { deadline: performance.now() + 5000 }).catch(() => {})
    const { until } = known.caller
    if (until !== null && until * 1000 <= Date.now()) throw gone()
    return known.caller
  }

  /** The caller of a row of sessions, whatever it was shown: for tokens that were verified by their signature. */
  async #again(name: string, known: Known, credential: Credential, session: Session, run: Run): Promise<void> {
    try {
      const found = await this.#look(name, credential, known.hash, session, run)
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

  async #look(name: string, { kind, id }: Credential, hash: Buffer, session: Session, run: Run): Promise<Known> {
    if (kind === 'refresh') throw new Failure('caller.token', 'this token is for getting the next one, not for asking')
    const generation = this.#generation, at = performance.now()
    const entity = entityOf(this.#model, kind === 'session' ? this.#identity.session : this.#identity.apiKey)
    const { body } = await session.read(this.#finding(entity), [id], run)
    const row = body === null ? null : JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as Row
    const user = row === null ? null : row['user'] as Row | null
    if (row === null || user === null || !matches(row['token'], hash)) throw gone()
    const until = row['expiresAt'] === null ? null : Math.floor(Date.parse(String(row['expiresAt'])) / 1000)
    if (until !== null && until * 1000 <= Date.now()) throw gone()
    const known: Known = { caller: this.#callerOf(kind, row, user, until), hash, at, generation, asking: null }
    this.#known.set(name, known)
    this.#note(entity, row, session)
    return known
  }

  #callerOf(kind: Credential['kind'], row: Row, user: Row, until: number | null): Caller {
    const entity = entityOf(this.#model, this.#identity.user), id = String(user[entity.key[0] ?? 'id'])
    const claims: Record<string, Value> = Object.create(null) as Record<string, Value>
    Object.assign(claims, { sub: id, ...Object.fromEntries(Object.entries(this.#identity.claims).map(([claim, name]) => [claim, user[name] ?? null])) })
    claims[kind === 'session' ? 'sid' : 'key'] = row['id'] ?? null
    const since = kind === 'session' ? Date.parse(String(row['signedInAt'])) : NaN
    if (!Number.isNaN(since)) claims['auth_time'] = Math.floor(since / 1000)
    for (const name of entity.key) claims[`@user.${name}`] = user[name] ?? null
    const all = Array.isArray(claims['roles']) ? claims['roles'].filter(r => typeof r === 'string') : []
    const scopes = Array.isArray(row['scopes']) ? row['scopes'] : null
    const roles = scopes === null ? all : all.filter(r => scopes.includes(r))
    return { id, roles: new Set(roles), claims: Object.freeze({ ...claims, roles, ...(scopes === null ? {} : { scopes }) }), until }
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

function matches(stored: Value | undefined, hash: Buffer): boolean {
  const kept = Buffer.from(typeof stored === 'string' ? stored : '', 'base64url')
  return kept.length === hash.length && timingSafeEqual(kept, hash)
}
const same = (a: Caller, b: Caller): boolean => a.id === b.id && a.until === b.until && JSON.stringify(a.claims) === JSON.stringify(b.claims)
