// Sessions: made when somebody has proved who they are, carried as a token or a cookie, ended by deleting them.
import { createHash, randomBytes } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import { credentialText, foreignSite } from '../wire/index.ts'
import { Failure } from '../failure/index.ts'
import type { Inside } from './inside.ts'
import type { Settings } from './settings.ts'

export type SessionKind = 'token' | 'cookie' | 'app'
/** What somebody is answered who has signed in. */
export interface SignedIn { readonly userId: string; readonly token: string | null; readonly refreshToken: string | null; readonly expiresAt: string }

/** 256 bits, and what is kept of them. They cannot be guessed, so a fast hash is enough. */
export function newSecret(): { readonly secret: string; readonly hash: string } {
  const secret = randomBytes(32).toString('base64url')
  return { secret, hash: hashOf(secret) }
}
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url')

const moment = (ms: number): string => new Date(ms).toISOString()

/** A session of this account, with the cookie set where it is carried by one. Throws `caller.forbidden` where another site asks for a cookie. */
export async function openSession({ db, request, reply, workings }: Inside, settings: Settings, userId: string, kind: SessionKind): Promise<SignedIn> {
  const { identity } = workings.model
  if (identity === undefined) throw new Error('the model has no identity')
  if (kind === 'cookie') {
    // Else a page of somebody else's could sign a visitor in as somebody else.
    const why = request === null ? 'A cookie is set over HTTP only.' : foreignSite(request.headers, settings.origins)
    if (why !== null || reply === undefined) throw new Failure('caller.forbidden', why ?? 'A cookie is set over HTTP only.')
  }
  const { secret, hash } = newSecret(), id = uuidv7(), now = Date.now(), agent = request?.headers['user-agent']
  const expiresAt = moment(now + settings.sessionSeconds * 1000)
  await rowsOf(db, identity.session, 'identity: signs in').create({
    id, userId, kind, signedInAt: moment(now), expiresAt, token: hash, device: typeof agent === 'string' ? agent.slice(0, 300) : null, address: addressOf(request, settings),
  })
  const token = credentialText('session', id, secret)
  if (kind === 'cookie') reply?.header('set-cookie', cookieText(identity.cookie, token, settings.sessionSeconds))
  return { userId, token: kind === 'cookie' ? null : token, refreshToken: null, expiresAt }
}

export function rowsOf(db: Inside['db'], entity: string, reason: string): ReturnType<Inside['db']['asSystem']>[string] & object {
  const rows = db.asSystem(reason)[entity]
  if (rows === undefined) throw new Error(`there is no entity ${entity}`)
  return rows
}

/** No `Domain`, `Secure`, the whole site: what the prefix `__Host-` demands, so that no other site below the same domain can set it. */
export const cookieText = (name: string, token: string, seconds: number): string => `${name}=${token}; Path=/; Max-Age=${seconds}; HttpOnly; Secure; SameSite=Lax`

/** Where the request came from: of the addresses that proxies of ours have noted the one before them all; null where nobody knows. */
export function addressOf(request: Inside['request'], { proxies }: Pick<Settings, 'proxies'>): string | null {
  if (request === null) return null
  const forwarded = request.headers['x-forwarded-for']
  const noted = (typeof forwarded === 'string' ? forwarded : (forwarded ?? []).join(',')).split(',').map(x => x.trim()).filter(x => x !== '')
  const address = proxies > 0 ? noted.at(-proxies) ?? request.from : request.from
  return address === undefined ? null : address.slice(0, 60)
}
