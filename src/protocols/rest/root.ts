// The root of REST, `/api`: which collections there are and where, for whoever opens it first.
import type { Exchange, Reply } from '../protocol.ts'
import { Failure } from '../../failure/index.ts'
import type { Collections } from './route.ts'

const allow = 'GET, HEAD, OPTIONS'

/** Whether a path is the root itself. */
export const isRoot = (path: string, prefix: string): boolean => path === prefix || path === `${prefix}/`

/** Names and addresses only, which a wrong address tells as well; what is in them is asked there. Throws `request.method`. */
export function answerRoot(exchange: Exchange, prefix: string, known: Collections, docs: boolean): Reply {
  if (exchange.method === 'OPTIONS') return { status: 204, headers: { allow }, body: [] }
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') {
    throw new Failure('request.method', `${exchange.method} is not available at ${prefix}. There are: ${allow}.`, { facts: { allow } })
  }
  const data = [...known.values()].map(({ path, title, about }) => ({ name: path, title, ...(about === null ? {} : { about }), href: `${prefix}/${path}` }))
  return { status: 200, headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' }, body: [JSON.stringify({ data, ...(docs ? { links: { contract: '/openapi.json', docs: '/docs' } } : {}) })] }
}
