// Addresses of the server's own: `/health`, `/ready`, in development `/dev/as`, and with a token `/metrics`.
import { createHash, timingSafeEqual } from 'node:crypto'
import { Failure } from '../failure/index.ts'
import type { Exchange, Reply } from '../protocols/protocol.ts'
import { bearer } from './headers.ts'
import { hostOf, isLoopback } from './origins.ts'

/** A ready-made caller of development: a name, and the headers that make a request theirs. */
export interface ReadyCaller { readonly name: string; readonly headers: Readonly<Record<string, string>> }
/** Pages of development, for this machine alone: the mails that were not sent. */
export interface Local { readonly root: string; owns(path: string): boolean; answer(exchange: Pick<Exchange, 'method' | 'path' | 'headers' | 'mount'>): Reply }
export interface Development {
  readonly as: () => Promise<readonly ReadyCaller[]>
  readonly local?: Local
  /** The folder of the built page that stands at `/`; absent: `/` leads to the docs. */
  readonly console?: string
}

/** What `/metrics` answers. */
export interface Measured { readonly type: string; text(): Promise<string> }

export interface Own {
  /** Whoever brings this token may read the metrics; null: nobody here. */
  readonly metrics: (Measured & { readonly token: string }) | null
  readonly development: Development | null
  readonly ready: () => Promise<void>
  readonly stopping: () => boolean
}

/** The answer at an address of the server's own, or null where it is none. `from`: the address of the caller's machine. */
export async function ownAnswer(exchange: Pick<Exchange, 'method' | 'path' | 'headers' | 'mount'>, from: string | undefined, own: Own): Promise<Reply | null> {
  const { method, path, headers } = exchange
  const known = path === '/health' || path === '/ready' || (path === '/dev/as' && own.development !== null) || (path === '/metrics' && own.metrics !== null) || own.development?.local?.owns(path) === true
  if (!known) return null
  if (method !== 'GET' && method !== 'HEAD') throw new Failure('request.method', `${method} is not available at ${path}. There are: GET, HEAD.`, { facts: { allow: 'GET, HEAD' } })
  if (path === '/health') return json({ status: 'up' })
  if (path === '/ready') {
    if (own.stopping()) throw new Failure('server.stopping', 'This server finishes what it has begun and takes no new requests.')
    await own.ready()
    return json({ status: 'ready' })
  }
  if (path === '/metrics' && own.metrics !== null) {
    const token = bearer(headers['authorization'] as string | undefined)
    if (token === null) throw new Failure('caller.unknown', 'Metrics are told to who brings their token.')
    if (!same(token, own.metrics.token)) throw new Failure('caller.token', 'This is not the token of the metrics.')
    return { status: 200, headers: { 'content-type': own.metrics.type, 'cache-control': 'no-store' }, body: [await own.metrics.text()] }
  }
  if (own.development === null || !fromHere(headers, from)) throw new Failure('caller.forbidden', 'This address answers only to this machine and to its own pages.')
  return path === '/dev/as' || own.development.local === undefined ? json({ data: await own.development.as() }) : own.development.local.answer(exchange)
}

/** Takes the same time whatever differs. */
function same(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}

const json = (body: object): Reply => ({ status: 200, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, body: [JSON.stringify(body)] })

/** The socket is local, the name asked for is local (no rebound DNS name), and no other page asks. */
function fromHere(headers: Exchange['headers'], from: string | undefined): boolean {
  const { host = '', origin } = headers
  const site = headers['sec-fetch-site']
  if (typeof host !== 'string' || !isLoopback(from ?? '') || !isLoopback(hostOf(host))) return false
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  return origin === undefined || origin === `http://${host}` || origin === `https://${host}`
}
