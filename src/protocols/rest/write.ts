// POST, PATCH, PUT, DELETE: a request of the wire becomes a WriteRequest; what was written becomes bytes.
import { Failure } from '../../failure/index.ts'
import { absurd } from '../../operation/index.ts'
import type { WriteRequest } from '../../wire/index.ts'
import type { Exchange, Reply, Why, WriteAnswer } from '../protocol.ts'
import { always, askedOfMany, askedOfWrite } from './read.ts'
import { keyText, type Route } from './route.ts'
import { expectations, tagOf } from './tags.ts'
import { malformed } from './text.ts'

export type Writable = Extract<Route, { readonly kind: 'collection' | 'one' }>

/** One request per version that If-Match accepts, to be tried in turn: the first that is not stale is the answer. */
export function writeRequests(route: Writable, exchange: Pick<Exchange, 'method' | 'query' | 'headers'>, body: unknown): readonly [WriteRequest, ...WriteRequest[]] {
  const ifMatch = exchange.headers['if-match']
  if (exchange.headers['if-none-match'] !== undefined) throw malformed('If-None-Match is for GET. To create, POST; to write only what you have seen, send If-Match.')
  if (route.kind === 'collection') {
    if (ifMatch !== undefined) throw malformed('If-Match belongs to one row: PATCH, PUT or DELETE its own address.')
    const base = { entity: route.entity.name, key: null, origin: 'body', expect: null } as const
    if (exchange.method === 'POST') return [{ ...base, kind: 'create', body, ...askedOfWrite(exchange.query, 'write') }]
    const { expect, filter } = askedOfMany(exchange.query)
    const kind = exchange.method === 'PATCH' ? 'update' : 'delete'
    if (expect === undefined) throw malformed(`To ${kind} the rows that a filter names, say how many you believe they are: expect=12. Where they are not, nothing is written.`)
    return [{ ...base, kind, body, ...filter, count: expect }]
  }
  const kind = exchange.method === 'PATCH' ? 'update' : exchange.method === 'PUT' ? 'replace' : 'delete'
  const request = {
    kind, entity: route.entity.name, key: route.key, origin: 'body',
    ...(kind === 'delete' ? { body: undefined } : { body }),
    ...askedOfWrite(exchange.query, kind === 'replace' ? 'write' : 'change'),
  } as const
  const [first = null, ...others] = ifMatch === undefined ? [null] : expectations(String(ifMatch))
  return [{ ...request, expect: first }, ...others.map(expect => ({ ...request, expect }))]
}

/** `many`: an array was sent, and one comes back. */
export function renderWrite(route: Writable, kind: WriteRequest['kind'], many: boolean, answer: WriteAnswer, prefix: string, why: Why | null): Reply {
  const cut: Record<string, string> = answer.cut.length === 0 ? {} : { 'page-more': answer.cut.join(', ') }
  const because = why === null ? '' : `,"why":${JSON.stringify(why)}`
  if (answer.count !== undefined) return { status: 200, headers: always, body: [`{"count":${answer.count}${because}}`] }
  switch (kind) {
    case 'delete': return why === null ? empty(204) : { status: 200, headers: always, body: [`{"data":null${because}}`] }
    case 'create':
      if (many) return { status: 201, headers: { ...always, ...cut }, body: [`{"data":[`, ...separated(answer.bodies), `]${because}}`] }
      break
    case 'update': case 'replace': break
    default: return absurd(kind)
  }
  const [body = null] = answer.bodies
  const [key] = answer.keys
  const made = kind === 'create' || (kind === 'replace' && answer.created)
  const location: Record<string, string> = made && key !== undefined ? { location: `${prefix}/${route.entity.path}/${keyText(key)}` } : {}
  const status = made ? 201 : 200
  if (body === null) return why === null ? empty(made ? 201 : 204, location) : { status, headers: { ...always, ...location }, body: [`{"data":null${because}}`] }
  if (why !== null) return { status, headers: { ...always, ...cut, ...location }, body: ['{"data":', body, `${because}}`] }
  return { status, headers: { ...always, ...cut, ...location, etag: tagOf(answer.versions[0] ?? null, [body]) }, body: [body] }
}

const empty = (status: number, headers: Readonly<Record<string, string>> = {}): Reply => ({ status, headers: { 'cache-control': 'no-store', ...headers }, body: [] })

const separated = (bodies: WriteAnswer['bodies']): readonly (Uint8Array | string)[] =>
  bodies.flatMap((body, i) => (i === 0 ? [body ?? 'null'] : [',', body ?? 'null']))

/** A failure that another version of If-Match may still overcome. */
export const isStale = (error: unknown): error is Failure => error instanceof Failure && error.code === 'row.stale'
