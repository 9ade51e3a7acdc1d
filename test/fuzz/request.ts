// One request as bytes: method, address, headers and body put together, well or badly.
import type { Model } from '../../src/model/index.ts'
import { address, query, type Address } from './address.ts'
import { body } from './body.ts'
import type { Draw } from './draw.ts'

export interface Asking {
  readonly method: string
  readonly target: string
  readonly address: Address
  /** What follows the request line, blank line and body included. */
  readonly bytes: Buffer
  readonly who: string
  readonly why: boolean
}
/** What an earlier answer of the same exchange gave: its place in the list, its tag. */
export interface Known { readonly address: Address; readonly query: string; readonly cursor: string | null; readonly tag: string | null; readonly who: string }

const methodsOf = (a: Address): readonly string[] => {
  switch (a.kind) {
    case 'collection': return ['GET', 'GET', 'GET', 'POST', 'POST', 'HEAD']
    case 'one': return ['GET', 'GET', 'PATCH', 'PATCH', 'PUT', 'DELETE', 'HEAD']
    case 'query': return ['POST']
    default: return ['GET', 'GET', 'GET', 'HEAD']
  }
}
/** Whose writes are not all refused at once. */
const mayWrite = (who: string): readonly string[] => (who === 'staff' ? ['person', 'tag', 'post', 'comment', 'team', 'membership', 'duty', 'sample'] : ['post', 'comment', 'post', 'profile', 'person'])
const odd = ['OPTIONS', 'PUT', 'PATCH', 'DELETE', 'POST', 'TRACE', 'PROPFIND', 'SEARCH', 'MKCOL', 'CONNECT', 'get', 'FOO', 'QUERY']
const accepts = ['*/*', 'application/json', 'text/html,application/json;q=0.9,*/*;q=0.1', 'application/*;q=0', 'text/html', 'application/json;q=x', '', ';;;', 'application/json;q=0, */*', 'x'.repeat(3000)]
const medias = ['text/plain', 'application/xml', 'application/json; charset=latin1', 'application/json;charset=utf-8', 'application/merge-patch+json', 'multipart/form-data', 'application/x-www-form-urlencoded', '', 'json', 'application/json, text/plain', ';', 'APPLICATION/JSON']
const tags = ['*', '"1"', 'W/"1"', '"1.AAAAAAAAAAAAAAAAAAAAAAAAAAA"', '"x"', 'x', '', '"', '"1","2",W/"3--gzip"', '"99999999999999999999"', '1', '"1" "2"', `"${'1'.repeat(400)}"`, Array.from({ length: 12 }, (_, i) => `"${i}"`).join(',')]

export function asking(d: Draw, model: Model, tokens: Readonly<Record<string, string | null>>, known: Known | null, callers: readonly string[]): Asking {
  const follows = known !== null && d.chance(85)
  const who = follows && d.chance(85) ? known.who : d.of(callers)
  const writing = !follows && d.chance(35)
  const at = follows ? known.address : address(d, model, writing ? mayWrite(who) : [])
  const method = d.but(4, () => d.of(odd), () => follows && known.cursor !== null && at.kind !== 'query' && d.chance(80) ? 'GET' : d.of(writing ? (at.kind === 'collection' ? ['POST'] : ['PATCH', 'PATCH', 'PUT', 'DELETE']) : methodsOf(at)))
  const reading = method === 'GET' || method === 'HEAD'
  const token = follows ? known.cursor : null
  const cursor = token === null ? null : d.but(25, () => spoilt(d, token), () => token)
  // The same question again, from where the answer left off; or another one, for which the cursor is none.
  const again = follows && known.cursor !== null && reading && d.chance(90)
  const same = follows && !again && reading && at.kind !== 'elsewhere' && d.chance(60)
  const asked = same ? known.query : again ? `${known.query}&page[after]=${cursor ?? ''}` : reading || d.chance(8) ? query(d, model, at, !reading, cursor) : at.kind !== 'query' && d.chance(25) ? 'fields=id' : ''
  const headers: string[] = ['Host: 127.0.0.1']
  const say = (name: string, value: string): void => { headers.push(`${name}: ${value}`) }
  const bearer = tokens[who]
  if (bearer !== null && bearer !== undefined) say('Authorization', `Bearer ${bearer}`)
  if (d.chance(1.5)) say('Authorization', d.of(['Basic YTpi', 'Bearer', 'Bearer x', 'Bearer a.b.c', 'bearer  ', `Bearer ${'a'.repeat(9000)}`, 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJzdGFmZiIsInJvbGVzIjpbInN0YWZmIl19.']))
  if (d.chance(5)) say('Accept', d.of(accepts))
  if (d.chance(5)) say('Accept-Encoding', d.of(['gzip', 'br', 'gzip;q=0', '*', 'identity;q=0', 'x', 'deflate, gzip;q=1.0, *;q=0.5']))
  if (d.chance(same ? 60 : method === 'GET' ? 8 : 1)) say('If-None-Match', known?.tag !== null && known !== null && d.chance(60) ? known.tag : d.of(tags))
  if (d.chance(at.kind === 'one' ? 14 : 1)) say('If-Match', known?.tag !== null && known !== null && d.chance(60) ? known.tag : d.of(tags))
  const why = d.chance(2)
  if (why) say('X-Why', d.but(20, () => d.of(['0', 'true', '']), () => '1'))
  if (d.chance(3)) say(...d.of<[string, string]>([
    ['Origin', 'http://evil.example'], ['Origin', 'null'], ['Origin', 'http://localhost:3000'], ['X-Request-Id', 'a b'], ['X-Request-Id', 'x'.repeat(500)], ['X-Request-Id', 'mine-1'], ['traceparent', '00-x'], ['traceparent', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`],
    ['X-Server-Timing', '1'], ['Range', 'bytes=0-1'], ['X-HTTP-Method-Override', 'DELETE'], ['X-Forwarded-For', '127.0.0.1'], ['Cookie', 'a=b'], ['Expect', '100-continue'], ['Upgrade', 'websocket'], ['Prefer', 'return=minimal'], ['X-Long', 'y'.repeat(40_000)], ['Referer', '\x80\xff'],
    ['Access-Control-Request-Method', 'DELETE'], ['Idempotency-Key', 'k1'],
  ]))
  let content: Buffer | null = null
  const writes = method === 'POST' || method === 'PATCH' || method === 'PUT'
  if (writes ? !d.chance(2) : d.chance(2)) {
    const what = at.kind === 'query' ? 'query' : method === 'PATCH' ? 'update' : method === 'PUT' ? 'replace' : 'create'
    const text = body(d, model, at.entity, what, cursor)
    content = Buffer.isBuffer(text) ? text : Buffer.from(text)
    if (!d.chance(2)) say('Content-Type', d.but(5, () => d.of(medias), () => 'application/json'))
    if (d.chance(1)) say('Content-Encoding', d.of(['gzip', 'identity', 'x']))
  }
  if (content !== null && d.chance(3)) {
    const cut = d.nat(content.length)
    const chunk = (part: Buffer): Buffer => (part.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]))
    say('Transfer-Encoding', 'chunked')
    content = Buffer.concat([chunk(content.subarray(0, cut)), chunk(content.subarray(cut)), Buffer.from('0\r\n\r\n')])
  } else if (content !== null) say('Content-Length', d.but(1, () => d.of(['-1', 'x', '1, 2']), () => String(content?.length)))
  const target = asked === '' && !d.chance(1) ? at.path : `${at.path}?${asked}`
  const line = d.but(0.5, () => d.of([`${method} ${target} HTTP/1.0`, `${method} ${target} HTTP/2.0`, `${method} ${target}`, `${method}  ${target} HTTP/1.1`, `${method} ${target} HTTP/1.1\r\n folded: x`, '\x16\x03\x01\x02\x00\x01']), () => `${method} ${target} HTTP/1.1`)
  return {
    method, target, address: at, who, why,
    bytes: Buffer.concat([Buffer.from(`${line}\r\n${headers.join('\r\n')}\r\n\r\n`, 'latin1'), content ?? Buffer.alloc(0)]),
  }
}

/** A cursor cut short, lengthened, changed by a letter, or with other keys under the same seal. */
function spoilt(d: Draw, token: string): string {
  return d.any(() => token.slice(0, d.nat(token.length)), () => `${token}x`, () => `${token.slice(0, 5)}${token[5] === 'A' ? 'B' : 'A'}${token.slice(6)}`, () => encodeURIComponent(`${token}=`), () => {
    const [seal, ...keys] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[]
    const other = (): unknown => d.of([null, '', 'x', 0, -1, 1e300, true, 'NaN', '\u0000', '\ud800', 'infinity', '9999-12-31T23:59:59.999999+00:00', '1e400', '-1', "'"])
    return Buffer.from(JSON.stringify([seal, ...d.but(15, () => [], () => keys.map(k => (d.chance(70) ? other() : k)))])).toString('base64url')
  })
}
