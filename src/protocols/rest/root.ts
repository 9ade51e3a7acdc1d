// The root of REST, `/api`: which collections there are and where, for whoever opens it first.
import type { Exchange, Reply } from '../protocol.ts'
import { Failure } from '../../failure/index.ts'
import type { Acts } from './acts.ts'
import type { Collections } from './route.ts'
import { matching, readTags, tagOf } from './tags.ts'

const allow = 'GET, HEAD, OPTIONS'

/** Whether a path is the root itself. */
export const isRoot = (path: string, prefix: string): boolean => path === prefix || path === `${prefix}/`

/** Names and addresses only, which a wrong address tells as well; what is in them is asked there. Throws `request.method`, and `resolve.name` for any parameter. */
export function answerRoot(exchange: Exchange, prefix: string, known: Collections, acts: Acts, docs: boolean): Reply {
  if (exchange.method === 'OPTIONS') return { status: 204, headers: { allow }, body: [] }
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') {
    throw new Failure('request.method', `${exchange.method} is not available at ${prefix}. There are: ${allow}.`, { facts: { allow } })
  }
  if (exchange.query !== '') throw new Failure('resolve.name', `${prefix} takes no parameters; its collections do.`)
  const data = [...known.values()].map(({ path, title, about }) => ({ name: path, title, ...(about === null ? {} : { about }), href: `${prefix}/${path}` }))
  const body = JSON.stringify({ data, ...(acts.plain.size === 0 ? {} : { actions: [...acts.plain.values()].map(({ path, about }) => ({ name: path, ...(about === null ? {} : { about }), href: `${prefix}/actions/${path}` })) }), ...(docs ? { links: { contract: '/openapi.json', docs: '/docs' } } : {}) })
  const etag = tagOf(null, [body]), asked = exchange.headers['if-none-match']
  const same = typeof asked === 'string' ? matching(readTags(asked, 'If-None-Match'), etag) : null
  const headers = { 'cache-control': 'no-cache', vary: 'Accept-Encoding, Origin' }
  if (same !== null) return { status: 304, headers: { ...headers, etag: same }, body: [] }
  return { status: 200, headers: { ...headers, 'content-type': 'application/json', etag }, body: [body] }
}
