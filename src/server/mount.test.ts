// The application within other servers: node:http, Express, Fastify, and the web's Request and Response, over real sockets.
import assert from 'node:assert/strict'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import express from 'express'
import Fastify from 'fastify'
import { Failure } from '../failure/index.ts'
import type { Observation, Served } from '../observe/index.ts'
import type { Exchange, Protocol } from '../protocols/protocol.ts'
import { mount, type MountOptions } from './index.ts'

/** Says back what it got. */
function echo(gates: { started?: () => void; finish?: Promise<void>; aborted?: (reason: unknown) => void } = {}): Protocol {
  return {
    name: 'echo', root: '/echo',
    owns: path => path === '/echo' || path.startsWith('/echo/'),
    async answer(x: Exchange) {
      const json = (value: unknown, status = 200, headers: Record<string, string> = {}) => ({ status, headers: { 'content-type': 'application/json', ...headers }, body: [JSON.stringify(value)] })
      if (x.path === '/echo/fail') throw new Failure('row.duplicate', 'taken')
      if (x.path === '/echo/big') return json('x'.repeat(50_000), 200, { etag: '"tag"' })
      if (x.path === '/echo/made') return json({}, 201, { location: '/echo/made/1' })
      if (x.path === '/echo/slow') {
        x.run.signal?.addEventListener('abort', () => gates.aborted?.(x.run.signal?.reason))
        gates.started?.()
        await gates.finish
      }
      return json({ method: x.method, path: x.path, query: x.query, type: x.headers['content-type'] ?? null, body: Buffer.from(x.body).toString('base64') })
    },
    refuse: (failure, x) => ({ status: failure.row.status, headers: { 'content-type': 'application/problem+json' }, body: [JSON.stringify({ code: failure.code, detail: failure.message, instance: x.id })] }),
  }
}

const closing: (() => Promise<unknown>)[] = []
after(() => Promise.all(closing.map(close => close())))

function mounted(options: Partial<MountOptions> = {}) {
  const seen: Observation[] = []
  const made = mount({
    protocols: [echo()], engine: { identify: async token => ({ id: token, roles: new Set(), claims: {}, until: null }), ready: async () => {} },
    observe: o => { seen.push(o) }, ...options, limits: { stopMs: 500, ...options.limits },
  })
  return { ...made, seen }
}
async function listening(server: http.Server): Promise<string> {
  await new Promise<void>(done => { server.listen(0, '127.0.0.1', done) })
  closing.push(async () => { server.closeAllConnections(); await new Promise(done => server.close(done)) })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

type Made = ReturnType<typeof mounted>
/** Every host, with the application below /backend; `go` asks there. */
const hosts: Record<string, (m: Made) => Promise<(path: string, init?: RequestInit) => Promise<Response>>> = {
  async 'node:http'(m) { const url = await listening(http.createServer((q, r) => { m.handler(q, r) })); return (path, init) => fetch(url + path, init) },
  async express(m) { const app = express(); app.use('/backend', m.handler); const url = await listening(http.createServer(app)); return (path, init) => fetch(url + path, init) },
  async 'express with a parser before'(m) { const app = express(); app.use(express.json({ limit: '5mb' }), express.raw({ type: '*/*', limit: '5mb' })); app.use('/backend', m.handler); const url = await listening(http.createServer(app)); return (path, init) => fetch(url + path, init) },
  async fastify(m) {
    const app = Fastify()
    await app.register(m.fastify, { prefix: '/backend' })
    await app.listen({ port: 0, host: '127.0.0.1' })
    closing.push(() => app.close())
    return (path, init) => fetch(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}${path}`, init)
  },
  async fetch(m) { return (path, init) => m.fetch(new Request(`http://shop.example${path}`, init)) },
}
const prefixed = new Set(['node:http', 'fetch'])

for (const [name, host] of Object.entries(hosts)) {
  const begin = async (options: Partial<MountOptions> = {}) => {
    const m = mounted({ ...(prefixed.has(name) ? { prefix: '/backend' } : {}), ...options })
    return { m, go: await host(m) }
  }
  const last = async (m: Made): Promise<Served> => {
    for (let i = 0; i < 100; i++) { const o = m.seen.filter(s => s.kind === 'request').at(-1); if (o) return o; await wait(5) }
    throw new Error('nothing was observed')
  }

  test(`${name}: bytes, addresses, request ids, failures, locations and compression are those of the listener`, async () => {
    const { m, go } = await begin()
    const text = '{"total":12.50,"name":"Ä"}'
    for (const method of ['POST', 'PATCH', 'PUT', 'DELETE']) {
      const got = await go('/backend/echo/a%2Fb?filter[x]=%5B&&z', { method, body: text, headers: { 'content-type': 'application/json', 'x-request-id': 'mine' } })
      assert.equal(got.headers.get('x-request-id'), 'mine')
      assert.equal(got.headers.get('x-content-type-options'), 'nosniff')
      const said = await got.json() as Record<string, string>
      assert.deepEqual([said['method'], said['path'], said['query'], said['type']], [method, '/echo/a%2Fb', 'filter[x]=%5B&&z', 'application/json'])
      const body = Buffer.from(said['body'] ?? '', 'base64').toString()
      if (name.includes('parser')) assert.deepEqual(JSON.parse(body), JSON.parse(text))
      else assert.equal(body, text)
    }
    const merge = await go('/backend/echo', { method: 'PATCH', body: text, headers: { 'content-type': 'application/merge-patch+json' } })
    assert.equal(Buffer.from((await merge.json() as { body: string }).body, 'base64').toString(), text, 'what the host did not parse is read as it is')
    const plain = await go('/backend/echo')
    assert.equal((await plain.json() as { body: string }).body, '')
    const failed = await go('/backend/echo/fail')
    assert.deepEqual([failed.status, failed.headers.get('content-type'), (await failed.json() as { code: string }).code], [409, 'application/problem+json', 'row.duplicate'])
    assert.equal((await go('/backend/echo/made')).headers.get('location'), '/backend/echo/made/1')
    const big = await go('/backend/echo/big', { headers: { 'accept-encoding': 'br' } })
    // A host of the web's kind compresses itself.
    assert.deepEqual([big.headers.get('content-encoding'), big.headers.get('etag')], name === 'fetch' ? [null, '"tag"'] : ['br', '"tag-br"'])
    assert.equal(await big.json(), 'x'.repeat(50_000))
    const head = await go('/backend/echo/big', { method: 'HEAD', headers: { 'accept-encoding': 'identity' } })
    assert.deepEqual([head.status, head.headers.get('content-length'), await head.text()], [200, '50002', ''])
    const log = await last(m)
    assert.deepEqual([log.protocol, log.path], ['echo', '/echo/big'])
    assert.equal(m.seen.filter(o => o.kind === 'request').length, 10)
    assert.equal(m.inFlight(), 0)
  })

  test(`${name}: the limits of the listener`, async () => {
    const { go } = await begin({ limits: { url: 8000 } }) // a host's own, 16 KB of headers unless said, is not ours to raise
    const large = await go('/backend/echo', { method: 'POST', body: 'x'.repeat(1_048_577), headers: { 'content-type': 'text/odd' } })
    assert.deepEqual([large.status, (await large.json() as { code: string }).code], [413, 'request.size'])
    const chunked = await go('/backend/echo', { method: 'POST', body: new ReadableStream({ start(c) { for (let i = 0; i < 20; i++) c.enqueue(new Uint8Array(100_000)); c.close() } }), duplex: 'half', headers: { 'content-type': 'text/odd' } } as RequestInit)
    assert.equal(chunked.status, 413)
    await chunked.arrayBuffer()
    const exact = await go('/backend/echo', { method: 'POST', body: 'x'.repeat(1_048_576), headers: { 'content-type': 'text/odd' } })
    assert.equal(exact.status, 200)
    await exact.arrayBuffer()
    const long = await go(`/backend/echo?${'a'.repeat(9000)}`)
    assert.equal(long.status, 414)
  })

  test(`${name}: a stop refuses what is new, and waits for what is in flight, though not for ever`, async () => {
    const started = Promise.withResolvers<void>(), finish = Promise.withResolvers<void>()
    const { m, go } = await begin({ protocols: [echo({ started: started.resolve, finish: finish.promise })] })
    const slow = go('/backend/echo/slow')
    await started.promise
    assert.equal(m.inFlight(), 1)
    const closed = m.close()
    assert.equal(m.close(), closed)
    const late = await go('/backend/echo')
    assert.deepEqual([late.status, (await late.json() as { code: string }).code], [503, 'server.stopping'])
    finish.resolve()
    assert.equal((await slow).status, 200)
    await closed
    assert.deepEqual(m.seen.filter(o => o.kind === 'stopping' || o.kind === 'stopped').map(o => o.kind), ['stopping', 'stopped'])
    const never = await begin({ protocols: [echo({ finish: new Promise(() => {}) })], limits: { stopMs: 60 } })
    const hanging = never.go('/backend/echo/slow')
    hanging.catch(() => {})
    while (never.m.inFlight() === 0) await wait(5)
    await never.m.close()
    assert.equal(never.m.seen.find(o => o.kind === 'stopped')?.cut, 1)
    if (name !== 'fetch') await assert.rejects(hanging)
  })
}

test('what is not ours goes on to the host; without a next we answer it', async () => {
  const m = mounted()
  const app = express()
  app.use(m.handler)
  app.get('/health', (_, response) => { response.send('the host\'s own') })
  const url = await listening(http.createServer(app))
  assert.equal(await (await fetch(`${url}/health`)).text(), 'the host\'s own')
  assert.equal((await fetch(`${url}/echo`)).status, 200)
  assert.equal((await fetch(`${url}/echoes`)).status, 404)
  const alone = mounted({ prefix: '/backend/' })
  const plain = await listening(http.createServer((q, r) => { alone.handler(q, r) }))
  assert.equal(await (await fetch(`${plain}/backend/health`)).text(), '{"status":"up"}')
  const nowhere = await fetch(`${plain}/backendish`)
  assert.deepEqual([nowhere.status, (await nowhere.json() as { code: string }).code], [404, 'request.route'])
  const lost = await (await fetch(`${plain}/backend/nowhere`)).json() as { detail: string }
  assert.match(lost.detail, /There are: \/backend\/echo, \/backend\/health/)
  assert.throws(() => mounted({ prefix: 'backend' }), /must begin with a slash/)
})

test('Fastify\'s own routes and parsers stay as they are', async () => {
  const m = mounted()
  const app = Fastify()
  await app.register(m.fastify, { prefix: '/v1' })
  app.post('/own', request => ({ parsed: request.body }))
  await app.listen({ port: 0, host: '127.0.0.1' })
  closing.push(() => app.close())
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const json = { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } }
  assert.deepEqual(await (await fetch(`${url}/own`, json)).json(), { parsed: { a: 1 } })
  assert.equal(Buffer.from((await (await fetch(`${url}/v1/echo`, json)).json() as { body: string }).body, 'base64').toString(), '{"a":1}')
  assert.equal((await fetch(`${url}/v1/echo`, { method: 'POST', body: 'x', headers: { 'content-type': 'nonsense' } })).status, 200, 'what the host would refuse is the protocol\'s to judge')
})

test('a body that the host read and threw away is a mistake of the host, said in the log', async () => {
  const m = mounted()
  const url = await listening(http.createServer((q, r) => { q.resume().on('end', () => { m.handler(q, r) }) }))
  const answer = await fetch(`${url}/echo`, { method: 'POST', body: 'x' })
  assert.equal(answer.status, 500)
  await wait(20)
  assert.match(String((m.seen.at(-1) as Served).cause), /Mount the application before/)
  const used = new Request('http://x/echo', { method: 'POST', body: 'x' })
  await used.text()
  assert.equal((await m.fetch(used)).status, 500)
})

test('a caller who goes aborts what runs; a body that never ends is told so', async () => {
  const started = Promise.withResolvers<void>(), aborted = Promise.withResolvers<unknown>()
  const m = mounted({ protocols: [echo({ started: started.resolve, finish: new Promise(() => {}), aborted: aborted.resolve })], limits: { arrivalMs: 100 } })
  const url = await listening(http.createServer((q, r) => { m.handler(q, r) }))
  const socket = net.connect(Number(new URL(url).port), '127.0.0.1')
  socket.write('GET /echo/slow HTTP/1.1\r\nHost: x\r\n\r\n')
  await started.promise
  socket.destroy()
  assert.match(String(await aborted.promise), /went away/)
  const leaving = new AbortController()
  const again = Promise.withResolvers<void>(), gone = Promise.withResolvers<unknown>()
  const web = mounted({ protocols: [echo({ started: again.resolve, finish: new Promise(() => {}), aborted: gone.resolve })] })
  void web.fetch(new Request('http://x/echo/slow', { signal: leaving.signal }))
  await again.promise
  leaving.abort()
  assert.match(String(await gone.promise), /went away/)
  const slow = net.connect(Number(new URL(url).port), '127.0.0.1')
  let told = ''
  slow.on('data', c => { told += String(c) }).on('error', () => {})
  slow.write('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc')
  for (let i = 0; i < 100 && !told.includes('request.timeout'); i++) await wait(10)
  assert.match(told, /^HTTP\/1\.1 408 [\s\S]*request\.timeout/)
  slow.destroy()
})
