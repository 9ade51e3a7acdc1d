// How the client's calls go: what is sent again and what is not, tokens, time, giving up. Against a server of this file's own that fails as it is told.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { client, Failure, isFailure, versionOf, type ClientOptions } from '../../src/client/index.ts'
import type { shop } from '../../src/define/fixtures/shop/backend.ts'

interface Seen { readonly method: string; readonly url: string; readonly headers: IncomingMessage['headers']; readonly body: string }
type Play = (seen: Seen, response: ServerResponse) => void
interface App { readonly '~entities': typeof shop.entities }

let url: string
let seen: Seen[] = []
let plays: Play[] = []
/** What happens to requests, in turn; the last one goes on. */
const play = (...next: Play[]): void => { plays = next }
const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
    const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: Buffer.concat(parts).toString() }
    seen.push(one)
    const [now] = plays.length > 1 ? plays.splice(0, 1) : plays
    now?.(one, response)
  })
})
before(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
after(() => { server.closeAllConnections(); server.close() })
beforeEach(() => { seen = []; plays = [] })

const says = (status: number, body: unknown, headers: Record<string, string> = {}): Play => (_, response) => {
  response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'r-1', ...headers }).end(body === undefined ? '' : JSON.stringify(body))
}
const list = says(200, { data: [{ id: 'a' }], page: { next: null, previous: null } })
const problem = (status: number, code: string, headers: Record<string, string> = {}): Play => says(status, { code, status, title: 'A title', detail: `because ${code}`, instance: 'r-2' }, headers)
const hangsUp: Play = (_, response) => { response.destroy() }
const api = (options: ClientOptions = {}) => client<App>(url, options)
const code = (wanted: string) => (error: unknown) => error instanceof Failure && error.code === wanted

test('a read is sent again when the server is not there, is busy or hangs up; twice, unless said', async () => {
  play(problem(503, 'server.stopping', { 'retry-after': '0' }), hangsUp, list)
  assert.equal((await api().order.find()).data.length, 1)
  assert.equal(seen.length, 3)
  play(problem(503, 'store.down'))
  await assert.rejects(api({ retries: 1 }).order.find(), code('store.down'))
  assert.equal(seen.length, 5)
  await assert.rejects(api({ retries: 0 }).order.count(), code('store.down'))
  assert.equal(seen.length, 6)
})

test('what the caller got wrong is not sent again', async () => {
  play(problem(422, 'resolve.value'))
  await assert.rejects(api().order.find(), code('resolve.value'))
  assert.equal(seen.length, 1)
})

test('Retry-After is waited for, and not at all where it would take too long', async () => {
  play(problem(429, 'caller.limit', { 'retry-after': '1' }), list)
  const began = Date.now()
  await api().order.find()
  assert.ok(Date.now() - began >= 1000)
  play(problem(429, 'caller.limit', { 'retry-after': '60' }))
  const again = Date.now()
  await assert.rejects(api().order.find(), (e: unknown) => e instanceof Failure && e.retryAfter === 60)
  assert.ok(Date.now() - again < 900)
})

test('a write has a key of its own, by which it is carried out once, and is sent again with it', async () => {
  const made = says(201, { id: 'a' }), create = (options: ClientOptions, call = {}) => api(options).product.create({ sku: 'a', name: 'b', price: '1.20' }, call)
  play(hangsUp, problem(409, 'request.inFlight', { 'retry-after': '0' }), made)
  await create({})
  const keys = seen.map(one => String(one.headers['idempotency-key']))
  assert.equal(keys.length, 3)
  assert.match(keys[0] ?? '', /^[0-9a-f]{32}$/)
  assert.equal(new Set(keys).size, 1, 'the same write has the same key')
  play(made)
  await create({})
  assert.notEqual(seen[3]?.headers['idempotency-key'], keys[0], 'another has another')
  await create({}, { idempotencyKey: 'mine' })
  assert.equal(seen[4]?.headers['idempotency-key'], 'mine')

  // Without a key nobody knows whether it was carried out.
  play(hangsUp)
  await assert.rejects(create({ idempotent: false }), code('client.network'))
  assert.deepEqual([seen.length, seen[5]?.headers['idempotency-key']], [6, undefined])
})

test('a write that lost against another did nothing, and is sent again', async () => {
  play(problem(409, 'row.contended'), says(200, { id: 'a' }))
  await api().order.update('a', { note: 'x' })
  assert.equal(seen.length, 2)
  play(problem(409, 'row.duplicate'))
  await assert.rejects(api().order.update('a', { note: 'x' }), code('row.duplicate'))
  assert.equal(seen.length, 3)
})

test('a refused token is asked for once more, by all calls together', async () => {
  let token = 'old', asked: (string | null)[] = []
  const hook = async ({ refused }: { refused: string | null }) => { if (refused !== null) { asked.push(refused); await new Promise(done => setTimeout(done, 30)); token = 'new' } return token }
  const play401: Play = (at, response) => (at.headers.authorization === 'Bearer new' ? list : problem(401, 'caller.token'))(at, response)
  play(play401)
  const one = api({ token: hook })
  await Promise.all([one.order.find(), one.product.find(), one.customer.find()])
  assert.deepEqual(asked, ['old'])
  assert.equal(seen.length, 6)
  // Renewed while this one was on its way: not once more.
  asked = []
  play((at, response) => { token = 'new'; play401(at, response) }, play401)
  token = 'old'
  await one.order.find()
  assert.deepEqual(asked, [])
  play(play401)
  // A write is refused before it does anything, so it is sent again too.
  token = 'old'; asked = []
  await api({ token: hook }).order.update('a', { note: 'x' })
  assert.deepEqual(asked, ['old'])
})

test('a token that is refused again, or does not change, is told', async () => {
  play(problem(401, 'caller.token'))
  await assert.rejects(api({ token: async ({ refused }) => (refused === null ? 'a' : 'b') }).order.find(), code('caller.token'))
  assert.equal(seen.length, 2)
  await assert.rejects(api({ token: () => 'same' }).order.find(), code('caller.token'))
  assert.equal(seen.length, 3)
  await assert.rejects(api({ token: 'fixed' }).order.find(), code('caller.token'))
  assert.equal(seen.length, 4)
  await assert.rejects(api({ token: () => null }).order.find(), code('caller.token'))
  assert.equal(seen[4]?.headers.authorization, undefined)
})

test('a call may be given up, before it is sent, while it waits and between repeats; what is thrown is the reason', async () => {
  await assert.rejects(api().order.find({ signal: AbortSignal.abort(new Error('never')) }), /never/)
  assert.equal(seen.length, 0)
  play(() => undefined)
  const stop = new AbortController()
  setTimeout(() => stop.abort(), 50)
  await assert.rejects(api().order.find({ signal: stop.signal }), { name: 'AbortError' })
  play(problem(503, 'store.down', { 'retry-after': '20' }))
  const between = new AbortController()
  setTimeout(() => between.abort(new Error('gone')), 50)
  await assert.rejects(api().order.find({ signal: between.signal }), /gone/)
})

test('a call has its time, repeats included', async () => {
  play(() => undefined)
  const began = Date.now()
  await assert.rejects(api({ timeout: 80 }).order.find(), code('client.timeout'))
  await assert.rejects(api().order.find({ timeout: 80 }), code('client.timeout'))
  assert.ok(Date.now() - began < 1000)
})

test('failures carry what the server said, and the request id to quote', async () => {
  play(says(422, { code: 'resolve.value', title: 'Values do not fit', status: 422, detail: 'Two do not fit.', instance: 'r-2', errors: [{ pointer: '/items/0/quantity', detail: 'must be at least 1' }], facts: { fields: ['a'] } }))
  await assert.rejects(api().order.create({ note: 'x' }), (e: unknown) => {
    assert.ok(isFailure(e, 'resolve.value', 'row.stale'))
    assert.ok(isFailure(e) && !isFailure(e, 'row.stale') && !isFailure(new Error('x')))
    assert.deepEqual([e.message, e.title, e.status, e.requestId, e.errors, e.facts], ['Two do not fit.', 'Values do not fit', 422, 'r-1', [{ pointer: '/items/0/quantity', detail: 'must be at least 1' }], { fields: ['a'] }])
    return true
  })
})

test('what is no answer of the application is said so', async () => {
  const page: Play = (_, response) => { response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>') }
  play(page)
  await assert.rejects(api().order.find(), (e: unknown) => isFailure(e, 'client.answer') && /answered 200 with text\/html/.test(e.message))
  play(says(200, { hello: 'world' }))
  await assert.rejects(api().order.find(), code('client.answer'))
  play((_, response) => { response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>') }, list)
  assert.equal((await api().order.find()).data.length, 1, 'a proxy without a server behind it')
  await assert.rejects(client<App>('http://127.0.0.1:9', { retries: 0 }).order.find(), (e: unknown) => isFailure(e, 'client.network') && /127\.0\.0\.1:9\/api\/~order/.test(e.message) && e.cause instanceof Error)
})

test('addresses: plural or not, the entity stands there by its own name; long filters go into a body', async () => {
  play(list)
  await api({ prefix: '/v1', headers: { 'x-a': '1', 'x-b': '1' } }).orderItem.find({ where: { price: { gte: '1.20' }, product: { name: 'Ä&b' } }, sort: ['-price'], include: { product: { fields: ['name'] } }, first: 5, headers: { 'x-b': '2' } })
  assert.equal(decodeURIComponent(seen[0]?.url ?? ''), '/v1/~orderItem?filter[price][gte]=1.20&filter[product][name]=Ä&b&sort=-price&page[size]=5&include=product&include[product][fields]=name')
  assert.deepEqual([seen[0]?.headers['x-a'], seen[0]?.headers['x-b']], ['1', '2'])
  await api().product.find({ where: { name: { in: Array.from({ length: 500 }, (_, i) => `name ${i}, long`) } } })
  assert.equal(`${seen[1]?.method} ${seen[1]?.url}`, 'POST /api/~product/query')
  assert.equal(seen[1]?.headers['idempotency-key'], undefined)
  await api().order.find({ where: { items: { some: {} } } })
  assert.deepEqual(JSON.parse(seen[2]?.body ?? ''), { filter: { items: { some: {} } } })
})

test('values are said exactly, and what cannot be said is refused before it is sent', async () => {
  play(list)
  await api().order.find({ where: { placedAt: { lt: new Date(0) } } })
  assert.match(decodeURIComponent(seen[0]?.url ?? ''), /filter\[placedAt\]\[lt\]=1970-01-01T00:00:00.000Z/)
  const loose = client(url) as unknown as Record<string, Record<string, (...given: unknown[]) => Promise<unknown>>>
  await loose['thing']?.['create']?.({ n: 12345678901234567890n, b: new Uint8Array([0, 255]), d: new Date(0), gone: undefined })
  assert.equal(seen[1]?.body, '{"n":"12345678901234567890","b":"AP8","d":"1970-01-01T00:00:00.000Z"}')
  await assert.rejects(async () => loose['thing']?.['find']?.({ where: { a: { b: undefined } } }), /where: 'b' is undefined/)
  await assert.rejects(async () => loose['thing']?.['create']?.({ n: NaN }), /'n' is NaN/)
  await assert.rejects(async () => loose['thing']?.['find']?.({ where: { at: new Date(NaN) } }), /'at' is Invalid Date/)
  await assert.rejects(async () => loose['thing']?.['get']?.(''), /key is empty/)
  await assert.rejects(async () => loose['thing']?.['get']?.(undefined), /key is undefined/)
  assert.equal(seen.length, 2)
})

test('every row, page by page, as far as the loop goes', async () => {
  const pages = [['a', 'b'], ['c', 'd'], ['e']]
  const paged: Play = (at, response) => {
    const n = Number(new URL(at.url, url).searchParams.get('page[after]') ?? 0)
    says(200, { data: pages[n]?.map(id => ({ id })), page: { next: n + 1 < pages.length ? String(n + 1) : null, previous: null } })(at, response)
  }
  play(paged)
  const all: string[] = []
  for await (const { id } of api().order.each({ first: 2 })) all.push(id)
  assert.deepEqual(all, ['a', 'b', 'c', 'd', 'e'])
  for await (const { id } of api().order.each({ first: 2 })) if (id === 'b') break
  assert.equal(seen.length, 4, 'no page is fetched that the loop does not reach')
})

test('the client is no promise, and its parts are what they were', async () => {
  const one = api()
  assert.equal(await Promise.resolve(one), one)
  assert.equal(one.order, one.order)
  assert.equal(JSON.stringify(one), '{}')
  assert.equal(versionOf({}), null)
  assert.equal(versionOf({ version: 3 }), '3')
})

test('without an address there must be a page', async () => {
  await assert.rejects(client<App>().order.find(), { name: 'TypeError', message: /is for pages/ })
  let asked = ''
  await client<App>('', { fetch: async at => { asked = at; return Response.json({ data: [], page: { next: null, previous: null } }) } }).order.find()
  assert.equal(asked, '/api/~order')
})

test('another fetch, with what it adds', async () => {
  play(list)
  let init: RequestInit = {}
  await api({ fetch: (at, given) => { init = given; return fetch(at, given) } }).order.find()
  assert.equal(init.method, 'GET')
})
