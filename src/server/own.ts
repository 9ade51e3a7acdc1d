// Addresses of the server's own: `/health`, `/ready`, and in development `/dev/as`.
import type { IncomingMessage } from 'node:http'
import { Failure } from '../failure/index.ts'
import type { Reply } from '../protocols/protocol.ts'
import { hostOf, isLoopback } from './origins.ts'

/** A ready-made caller of development: a name, and the headers that make a request theirs. */
export interface ReadyCaller { readonly name: string; readonly headers: Readonly<Record<string, string>> }
export interface Development { readonly as: () => Promise<readonly ReadyCaller[]> }

export interface Own {
  readonly development: Development | null
  readonly ready: () => Promise<void>
  readonly stopping: () => boolean
}

/** The answer at an address of the server's own, or null where it is none. */
export async function ownAnswer(path: string, request: IncomingMessage, own: Own): Promise<Reply | null> {
  const known = path === '/health' || path === '/ready' || (path === '/dev/as' && own.development !== null)
  if (!known) return null
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new Failure('request.method', `${request.method} is not available at ${path}. There are: GET, HEAD.`, { facts: { allow: 'GET, HEAD' } })
  if (path === '/health') return json({ status: 'up' })
  if (path === '/ready') {
    if (own.stopping()) throw new Failure('server.stopping')
    await own.ready()
    return json({ status: 'ready' })
  }
  if (own.development === null || !fromHere(request)) throw new Failure('caller.forbidden', 'This address answers only to this machine and to its own pages.')
  return json({ data: await own.development.as() })
}

const json = (body: object): Reply => ({ status: 200, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, body: [JSON.stringify(body)] })

/** The socket is local, the name asked for is local (no rebound DNS name), and no other page asks. */
function fromHere(request: IncomingMessage): boolean {
  const { host = '', origin } = request.headers
  const site = request.headers['sec-fetch-site']
  if (!isLoopback(request.socket.remoteAddress ?? '') || !isLoopback(hostOf(host))) return false
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  return origin === undefined || origin === `http://${host}` || origin === `https://${host}`
}
