// Sessions: made when somebody has proved who they are, carried as a token or a cookie, or by tokens that are got anew; ended by deleting them.
import { createHash, randomBytes } from 'node:crypto'
import { Failure } from '../failure/index.ts'
import type { LooseRows } from '../model/index.ts'
import { credentialText, foreignSite } from '../wire/index.ts'
import type { Inside } from './inside.ts'
import type { Making } from './making.ts'
import type { Settings } from './settings.ts'
import { refreshSecret } from './tokens.ts'

export type SessionKind = 'token' | 'cookie' | 'app'
/** What somebody is answered who has signed in. `token`: null where a cookie carries the session. `refreshToken`: of an app only, whose `token` is good for ten minutes. */
export interface SignedIn { readonly userId: string; readonly token: string | null; readonly refreshToken: string | null; readonly expiresAt: string }

/** Sessions of one account at once; the oldest make room. */
const most = 100

/** 256 bits, and what is kept of them. They cannot be guessed, so a fast hash is enough. */
export function newSecret(): { readonly secret: string; readonly hash: string } {
  const secret = randomBytes(32).toString('base64url')
  return { secret, hash: hashOf(secret) }
}
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url')

const moment = (ms: number): string => new Date(ms).toISOString()
interface Row { readonly id: string; readonly userId: string; readonly kind: SessionKind; readonly signedInAt: string; readonly expiresAt: string; readonly roles: readonly string[]; readonly tenant: string | null }

/** A session of this account. Throws `caller.forbidden` where another site asks for a cookie, or nobody could keep it. */
export async function openSession(inside: Inside, making: Making, userId: string, kind: SessionKind): Promise<SignedIn> {
  const { request } = inside, { settings } = making, reason = 'identity: signs in'
  if (kind === 'cookie') refuseForeign(inside, settings)
  const sessions = sessionsOf(inside, reason), now = Date.now(), agent = request?.headers['user-agent']
  await makeRoom(sessions, userId)
  const { v7: uuidv7 } = await import('uuid')
  const made = secretFor(kind), row: Row = { id: uuidv7(), userId, kind, signedInAt: moment(now), expiresAt: moment(now + settings.sessionSeconds * 1000), roles: await rolesOf(inside, userId), tenant: await onlyTenant(inside, userId) }
  await sessions.create({ ...row, token: made.hash, seed: made.seed, renewedAt: moment(now), device: typeof agent === 'string' ? agent.slice(0, 300) : null, address: addressOf({ request }, settings) })
  return carried(inside, making, row, made.secret)
}

/** A session under another token, the former is worth nothing any more; with the roles its account has now. `proved`: who has it has shown again who they are. */
export async function renewSession(inside: Inside, making: Making, sid: string, { proved = false, seed = null, tenant }: { readonly proved?: boolean; readonly seed?: string | null; readonly tenant?: string | null } = {}): Promise<SignedIn> {
  const sessions = sessionsOf(inside, 'identity: renews a session'), before = await sessions.get(sid) as Row | null
  if (before === null) throw new Failure('caller.token', 'the session is over')
  if (before.kind === 'cookie') refuseForeign(inside, making.settings)
  const now = Date.now(), made = secretFor(before.kind, seed), row: Row = { ...before, roles: await rolesOf(inside, before.userId), ...(proved ? { signedInAt: moment(now) } : {}), ...(tenant === undefined ? {} : { tenant }) }
  await sessions.update(sid, { token: made.hash, roles: row.roles, tenant: row.tenant, renewedAt: moment(now), ...(made.seed === seed ? {} : { seed: made.seed }), ...(proved ? { signedInAt: row.signedInAt } : {}) })
  return carried(inside, making, row, made.secret)
}

function secretFor(kind: SessionKind, kept: string | null = null): { readonly secret: string; readonly hash: string; readonly seed: string | null } {
  if (kind !== 'app') return { ...newSecret(), seed: null }
  const seed = kept ?? randomBytes(32).toString('base64url'), secret = refreshSecret(seed)
  return { secret, hash: hashOf(secret), seed }
}

/** What the caller is given of a session. */
async function carried(inside: Inside, { signing }: Making, { id, userId, kind, signedInAt, expiresAt, roles, tenant }: Row, secret: string): Promise<SignedIn> {
  const { identity } = inside.workings.model
  switch (kind) {
    case 'cookie':
      inside.reply?.header('set-cookie', cookieText(identity?.cookie ?? '', credentialText('session', id, secret), Math.max(0, Math.round((Date.parse(expiresAt) - Date.now()) / 1000))))
      return { userId, token: null, refreshToken: null, expiresAt }
    case 'token': return { userId, token: credentialText('session', id, secret), refreshToken: null, expiresAt }
    case 'app': {
      const account = await rowsOf(inside.db, identity?.user ?? '', 'identity: signs in').get(userId) as Readonly<Record<string, unknown>> | null
      const said = Object.fromEntries(Object.entries(identity?.claims ?? {}).map(([claim, field]) => [claim, account?.[field] ?? null]))
      // Others believe what the token says: it names no tenant that the account is not in any more.
      const there = tenant === null ? [] : await tenantsOf(inside, userId, 1, tenant) ?? [tenant]
      const token = await signing.access(inside, { ...said, sub: userId, sid: id, roles, ...(there.length === 0 ? {} : { tenant }), auth_time: Math.floor(Date.parse(signedInAt) / 1000) })
      return { userId, token, refreshToken: credentialText('refresh', id, secret), expiresAt }
    }
  }
}

/** Else a page of somebody else's could sign a visitor in as somebody else. */
function refuseForeign({ request, reply }: Inside, { origins }: Settings): void {
  const why = request === null ? 'A cookie is set over HTTP only.' : foreignSite(request.headers, origins)
  if (why !== null || reply === undefined) throw new Failure('caller.forbidden', why ?? 'A cookie is set over HTTP only.')
}

/** Takes away what is over, and where there are too many those that were not used for longest. */
async function makeRoom(sessions: LooseRows, userId: string): Promise<void> {
  const { data } = await sessions.find({ where: { userId }, sort: ['-createdAt'], fields: ['id', 'expiresAt'], first: most })
  const rows = data as readonly Row[], now = Date.now()
  for (const { id } of [...rows.filter(r => Date.parse(r.expiresAt) <= now), ...(rows.length >= most ? rows.slice(-1) : [])]) await sessions.delete(id).catch(missingIsFine)
}
export function missingIsFine(error: unknown): void { if (!(error instanceof Failure && error.code === 'row.missing')) throw error }

const sessionsOf = (inside: Inside, reason: string): LooseRows => rowsOf(inside.db, inside.workings.model.identity?.session ?? '', reason)

async function rolesOf(inside: Inside, userId: string): Promise<readonly string[]> {
  const account = await rowsOf(inside.db, inside.workings.model.identity?.user ?? '', 'identity: signs in').get(userId, { fields: ['roles'] }) as { readonly roles: readonly string[] } | null
  if (account === null) throw new Failure('auth.credentials', 'There is no such account any more.')
  return account.roles
}

/** The keys of tenants that an account is in, as its memberships say; null: the application has none. */
export async function tenantsOf(inside: Inside, userId: string, first: number, tenant?: string): Promise<readonly string[] | null> {
  const { memberships, entities } = inside.workings.model, entity = memberships === undefined ? undefined : entities[memberships.entity]
  if (memberships === undefined || entity === undefined || memberships.binding !== 'user') return null
  const [of = '', at = ''] = [memberships.user, memberships.tenant].map(name => entity.relations[name]?.on[0]?.local ?? name)
  const { data } = await rowsOf(inside.db, memberships.entity, 'identity: looks up memberships').find({ where: { [of]: userId, ...(tenant === undefined ? {} : { [at]: tenant }) }, first })
  return (data as readonly Readonly<Record<string, unknown>>[]).map(row => String(row[at]))
}
/** Whoever is in one tenant only acts there from the beginning. */
async function onlyTenant(inside: Inside, userId: string): Promise<string | null> {
  const [one = null, ...others] = await tenantsOf(inside, userId, 2) ?? []
  return others.length === 0 ? one : null
}

export function rowsOf(db: Inside['db'], entity: string, reason: string): LooseRows {
  const rows = db.asSystem(reason)[entity]
  if (rows === undefined) throw new Error(`there is no entity '${entity}'`)
  return rows as LooseRows
}

/** No `Domain`, `Secure`, the whole site: what the prefix `__Host-` demands, so that no other site below the same domain can set it. */
export const cookieText = (name: string, token: string, seconds: number): string => `${name}=${token}; Path=/; Max-Age=${seconds}; HttpOnly; Secure; SameSite=Lax`

/** Where the request came from: of the addresses that proxies of ours have noted the one before them all; null where nobody knows. */
export function addressOf({ request }: Pick<Inside, 'request'>, { proxies }: Pick<Settings, 'proxies'>): string | null {
  if (request === null) return null
  const forwarded = request.headers['x-forwarded-for']
  const noted = (typeof forwarded === 'string' ? forwarded : (forwarded ?? []).join(',')).split(',').map(x => x.trim()).filter(x => x !== '')
  const address = proxies > 0 ? noted.at(-proxies) ?? request.from : request.from
  return address === undefined ? null : address.slice(0, 60)
}
