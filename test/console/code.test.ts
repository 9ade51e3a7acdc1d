// The code that the page of development gives to be copied does what its request does: the typed client asks the same, curl and the command line send the same.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { compileModel } from 'backwright'
import { client as typed } from 'backwright/client'
import type app from '../../examples/shop/shop.ts'
import shop from '../../examples/shop/shop.ts'
import { brought } from '../../console/src/application/callers.ts'
import { applicationOf } from '../../console/src/application/contract.ts'
import { meaningOf, parse, set, write } from '../../console/src/request/address.ts'
import { client, commandLine, curl, headerOf } from '../../console/src/request/code.ts'
import type { Request } from '../../console/src/request/ask.ts'
import { addressOf } from '../../src/cli/commands/request.ts'
import { contractOf } from '../../src/protocols/rest/index.ts'

const application = applicationOf(JSON.parse(JSON.stringify(contractOf(compileModel(shop).model, '/api'))))
const id = '019420f3-6aab-7bc6-8f05-68cf247f11b4'
const anna = { name: 'anna', headers: {} }
const get = (address: string): Request => ({ method: 'GET', address, body: '' })

const requests: readonly Request[] = [
  get('/api/orders'),
  get('/api/orders?page[size]=20&sort=-placedAt,customer.name&filter[status]=paid'),
  get('/api/products?filter[stock][gt]=5&filter[price][lte]=9.5&filter[name][containsi]=O\'Brien "x" \\ y&fields=name,price'),
  get('/api/orders?filter[or][0][status]=open&filter[or][1][total][lt]=5&filter[shippedAt][null]=true'),
  get('/api/orders?filter[status][in]=paid,shipped&filter[items][some][quantity][gt]=2&filter[customer][email][contains]=@x'),
  get('/api/orders?include=customer,items&include[items][include]=product&include[items][sort]=-quantity&include[items][page][size]=3'),
  get('/api/orders?count=exact&page[size]=1&page[after]=WyJ4Il0'),
  get(`/api/orders/${id}?include=items`),
  get(`/api/orders/${id}/items?sort=-quantity`),
  get(`/api/products/${id}/soldAs?filter[quantity][gte]=2`),
  { method: 'POST', address: '/api/orders', body: '{ "note": "it\'s late", "items": [{ "productId": "x", "quantity": 2 }] }' },
  { method: 'POST', address: '/api/actions/checkout', body: '{"items":[]}' },
  { method: 'POST', address: `/api/orders/${id}/cancel`, body: '' },
  { method: 'PATCH', address: `/api/orders/${id}?fields=note`, body: '{"note":null}' },
  { method: 'PATCH', address: '/api/products?filter[stock]=0&expect=12', body: '{"stock":1}' },
  { method: 'PUT', address: `/api/categories/${id}`, body: '{"name":"Tea"}' },
  { method: 'DELETE', address: `/api/orders/${id}`, body: '' },
  { method: 'DELETE', address: '/api/orders?filter[status]=open&expect=3', body: '' },
]

/** A request without its spelling: the order of parameters, the two names of a collection. */
function meant(method: string, address: string, body: string): unknown {
  const { path, parameters } = parse(address)
  const { entity, id: key, rest, action } = meaningOf(path, application)
  const whose = application.entities.find(e => path.startsWith(`/api/${e.path}/`) || path.startsWith(`/api/~${e.name}/`) || path === `/api/${e.path}` || path === `/api/~${e.name}`)?.name
  return { method, whose, entity: entity?.name, key, rest: rest?.replace(/^~/, ''), action, parameters: parameters.map(([name, value]) => `${name}=${value}`).toSorted(), body: body.trim() === '' ? null : JSON.parse(body) }
}

test('the typed client asks what the address asks', async () => {
  for (const { method, address, body } of requests) {
    const code = client({ method, address, body }, application)
    assert.ok(code, `${method} ${address}`)
    const sent: unknown[] = []
    const api = typed<typeof app>('http://x', { retries: 0, idempotent: false, fetch: (async (url: string | URL, init?: { method?: string; body?: string }) => {
      const { pathname, search } = new URL(url)
      sent.push(meant(init?.method ?? 'GET', pathname + search, init?.body ?? ''))
      return new Response('{"data":[],"page":{"next":null,"previous":null},"count":0}', { headers: { 'content-type': 'application/json' } })
    }) as unknown as typeof fetch })
    await runInNewContext(`(async () => { ${code} })()`, { api })
    assert.deepEqual(sent, [meant(method, address, body)], code)
  }
  assert.match(client(get('/api/products?filter[stock][gt]=5'), application) ?? '', /gt: 5 /, 'a number, as its type wants')
  for (const none of ['/health', '/api/orders/aggregate?measure=count', '/api/orders?page[number]=2']) assert.equal(client(get(none), application), null, none)
})

test('curl and the command line, through a shell, send the same', () => {
  const heard = (line: string): readonly string[] => {
    const { stdout, stderr, status } = spawnSync('bash', ['-c', `curl() { printf '%s\\0' "$@"; }; npx() { printf '%s\\0' "$@"; }; ${line}`], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    return stdout.split('\0').slice(0, -1)
  }
  for (const request of requests) {
    const words = heard(curl(request, 'http://x:1', headerOf(anna, 'shop')))
    assert.ok(words.includes(`http://x:1${request.address}`), words.join(' '))
    assert.equal(words.includes('-g'), request.address.includes('['), 'brackets')
    assert.deepEqual([words.at(words.indexOf('-H') + 1), words.includes('-X') ? words.at(words.indexOf('-X') + 1) : 'GET'], ['@.backwright/shop/as/anna', request.method])
    if (request.body !== '') assert.deepEqual(JSON.parse(words.at(-1) ?? ''), JSON.parse(request.body))
    if (request.method === 'PUT') continue
    const [, verb, place = '', ...more] = heard(commandLine(request, anna, '/api'))
    assert.equal(verb, request.method.toLowerCase())
    assert.equal(decodeURIComponent(addressOf(place)), decodeURIComponent(addressOf(request.address)))
    assert.deepEqual(more.slice(0, 3), ['--as', 'anna', '--why'])
  }
  assert.doesNotMatch(curl(get('/api/orders'), 'http://x', headerOf({ name: 'visitor', headers: {} }, 'shop')), /-H/)
  // A token that was brought is not written into what is copied.
  const somebody = brought(`x.${btoa(JSON.stringify({ sub: 'zoe', email: 'zoe@example.com' }))}.y`, [])
  assert.deepEqual([somebody.name, somebody.headers['Authorization']?.startsWith('Bearer x.')], ['zoe@example.com', true])
  for (const line of [curl(get('/api/orders'), 'http://x', headerOf(somebody, 'shop')), commandLine(get('/api/orders'), somebody, '/api')]) {
    assert.ok(line.includes('$TOKEN') && !line.includes('x.'), line)
    assert.equal(heard(`TOKEN=abc; ${line}`).some(word => word === 'abc' || word === 'Authorization: Bearer abc'), true)
  }
  assert.deepEqual([brought('opaque', []).name, brought('opaque', [brought('opaque', [])]).name], ['token', 'token-2'])
})

test('an address is read and written without loss; a change of it begins at its first page', () => {
  for (const { address } of requests) assert.deepEqual(parse(write(parse(address))), parse(address))
  assert.equal(write(set(parse('/api/orders?sort=id&page[size]=5&page[after]=x'), 'sort', '-id')), '/api/orders?page[size]=5&sort=-id')
  assert.deepEqual([meaningOf('/api/orders/1/items', application).entity?.name, meaningOf('/api/orders/1/cancel', application).action, meaningOf('/api/nothing', application).entity], ['orderItem', 'cancel', null])
})
