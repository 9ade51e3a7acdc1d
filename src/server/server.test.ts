// The server over real sockets, with a protocol of the test's own that tells what it was handed.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { after, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import zlib from 'node:zlib'
import { Failure, type Code } from '../failure/index.ts'
import { counters, jsonLog, readableLog, toAll, type Observation, type Served } from '../observe/index.ts'
import type { Exchange, Protocol, Reply } from '../protocols/protocol.ts'
import { serve, type ServeOptions, type Serving } from './index.ts'

const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Reply =>
  ({ status, headers: { 'content-type': 'application/json', etag: '"tag"', vary: 'Accept', ...headers }, body: ['{"data":', Buffer.from(JSON.stringify(value)), '}'] })

/** Says back what it got; some paths do what a test needs. */
function echo(gates: { started?: () => void; finish?: Promise<void>; aborted?: (reason: unknown) => void } = {}): Protocol {
  return {
    name: 'echo', root: '/echo',
    owns: path => path === '/echo' || path.startsWith('/echo/'),
    async answer(x: Exchange) {
      if (x.path === '/echo/fail') throw new Failure('row.duplicate', 'taken', { facts: { fields: ['email'] } })
      if (x.path === '/echo/bug') throw new TypeError('secret internals')
      if (x.path === '/echo/big') return json('x'.repeat(100_000))
      if (x.path === '/echo/who') return json((await x.caller()).id)
      if (x.path === '/echo/statements') {
        x.run.onStatement?.({ text: 'select 1', values: [], ms: 1.5, rows: 1 })
        x.note({ operation: 'find', entity: 'thing', caller: 'anna' })
        return json(null)
      }
      if (x.path === '/echo/together') {
        // Five that are sent at once and end one after the other, and two later ones.
        await new Promise(done => setTimeout(done, 60))
        for (const ms of [40, 20, 41, 45, 50]) x.run.onStatement?.({ text: 'select 1', values: [], ms, rows: 1 })
        await new Promise(done => setTimeout(done, 30))
        for (const ms of [5, 10]) x.run.onStatement?.({ text: 'select 1', values: [], ms, rows: 1 })
        return json(null)
      }
      if (x.path === '/echo/slow') {
        x.run.signal?.addEventListener('abort', () => gates.aborted?.(x.run.signal?.reason))
        gates.started?.()
        await gates.finish
        return json('done')
      }
      return json({ method: x.method, path: x.path, query: x.query, body: Buffer.from(x.body).toString('base64'), id: x.id, deadline: x.run.deadline - performance.now() })
    },
    refuse: (failure, x) => ({ status: failure.row.status, headers: { 'content-type': 'application/problem+json' }, body: [JSON.stringify({ code: failure.code, detail: failure.code === 'internal' ? '' : failure.message, instance: x.id })] }),
  }
}

const running: Serving[] = []
after(() => Promise.all(running.map(s => s.close())))
const quick = { stopMs: 2000 }
async function start(options: Partial<ServeOptions> = {}) {
  const seen: Observation[] = []
  const server = await serve({
    protocols: [echo()], port: 0,
    engine: { identify: async token => ({ id: token, roles: new Set(), claims: {}, until: null }), ready: async () => {} },
    observe: o => { seen.push(o) }, ...options, limits: { ...quick, ...options.limits },
  })
  running.push(server)
  const served = async (): Promise<Served> => {
    for (let i = 0; i < 100; i++) { const last = seen.filter(o => o.kind === 'request').at(-1); if (last) return last; await wait(5) }
    throw new Error('nothing was observed')
  }
  return { server, seen, served, url: server.url }
}
/** Raw bytes in, raw bytes out. */
async function raw(port: number, text: string | Buffer): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  let answer = ''
  socket.on('data', chunk => { answer += chunk.toString('latin1') })
  socket.on('error', () => {})
  socket.write(text)
  await Promise.race([new Promise(closed => socket.once('close', closed)), wait(3000)])
  socket.destroy()
  return answer
}
const failed = async (response: Response, code: Code): Promise<{ detail: string; instance: string }> => {
  const body = await response.json() as { code: string; detail: string; instance: string }
  assert.equal(body.code, code)
  assert.equal(response.headers.get('content-type'), 'application/problem+json')
  assert.equal(response.headers.get('x-request-id'), body.instance)
  return body
}

test('bytes arrive as they were sent, and the address undecoded', async () => {
  const { url } = await start()
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
  for (const method of ['POST', 'PATCH', 'PUT', 'DELETE']) {
    const got = (await (await fetch(`${url}/echo/a%2Fb%zz/../c?x[y]=%5B&&z`, { method, body: bytes, headers: { 'content-type': 'odd/type; x' } })).json() as { data: Record<string, string> }).data
    assert.equal(got['method'], method)
    assert.equal(got['query'], 'x[y]=%5B&&z')
    assert.equal(got['body'], Buffer.from(bytes).toString('base64'))
  }
  const { server } = await start()
  const answer = await raw(server.port, 'GET /echo/%zz/%2e%2e/..?a=%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  assert.match(answer, /"path":"\/echo\/%zz\/%2e%2e\/\.\.","query":"a=%00"/)
  for (const method of ['PROPFIND', 'TRACE', 'REPORT']) assert.match(await raw(server.port, `${method} /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`), new RegExp(`"method":"${method}"`))
})

test('statements that were waited for together are not added up: their time fits into the request\'s', async () => {
  const { url, served } = await start()
  await fetch(`${url}/echo/together`)
  const { storeMs, ms, statements } = await served()
  assert.equal(statements, 7)
  assert.ok(Math.abs(storeMs - 60) < 5 && storeMs < ms, `${storeMs} of ${ms} ms`)
})

test('request ids, trace, deadline and timing', async () => {
  const { url, served } = await start()
  const trace = '0af7651916cd43dd8448eb211c80319c'
  const one = await fetch(`${url}/echo/statements?filter[a]=secret`, { headers: { 'x-request-id': 'my-id.1', traceparent: `00-${trace}-b7ad6b7169203331-01`, 'x-server-timing': '1' } })
  assert.equal(one.headers.get('x-request-id'), 'my-id.1')
  assert.match(one.headers.get('server-timing') ?? '', /^db;dur=1\.50;desc="1 statement", total;dur=\d/)
  const log = await served()
  assert.deepEqual([log.trace, log.statements, log.operation, log.entity, log.caller, log.status, log.code, log.protocol], [trace, 1, 'find', 'thing', 'anna', 200, null, 'echo'])
  assert.deepEqual(log.parameters, ['filter[a]'])
  assert.ok(!JSON.stringify(log).includes('secret'))
  const two = await fetch(`${url}/echo`, { headers: { 'x-request-id': 'bad id\u00e9<script>', traceparent: '00-zz' } })
  assert.match(two.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/)
  assert.equal(two.headers.get('server-timing'), null)
  const { data } = await two.json() as { data: { deadline: number } }
  assert.ok(data.deadline > 29_000 && data.deadline <= 30_000)
})

test('who asks: bearer tokens only', async () => {
  const { url } = await start()
  const who = async (authorization?: string) => fetch(`${url}/echo/who`, authorization === undefined ? {} : { headers: { authorization } })
  assert.equal(await (await who()).text(), '{"data":null}')
  assert.equal(await (await who('Bearer abc.def')).text(), '{"data":"abc.def"}')
  await failed(await who('Basic YTpi'), 'caller.token')
  await failed(await who('Bearer '), 'caller.token')
})

test('failures are worded by the protocol; what is a bug stays inside', async () => {
  const { url, served } = await start()
  const conflict = await fetch(`${url}/echo/fail`)
  assert.equal(conflict.status, 409)
  await failed(conflict, 'row.duplicate')
  const bug = await fetch(`${url}/echo/bug`)
  assert.equal(bug.status, 500)
  assert.ok(!(await bug.clone().text()).includes('secret'))
  await failed(bug, 'internal')
  await wait(20)
  assert.equal(((await served()).cause as Error).message, 'secret internals')
})

test('limits: body 413, address 414, headers 431, media type 415', async () => {
  const { url, server } = await start()
  const body = 'x'.repeat(1_048_577)
  const large = await fetch(`${url}/echo`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  assert.equal(large.status, 413)
  await failed(large, 'request.size')
  const chunked = await fetch(`${url}/echo`, { method: 'POST', body: new ReadableStream({ start(c) { for (let i = 0; i < 20; i++) c.enqueue(new Uint8Array(100_000)); c.close() } }), duplex: 'half', headers: { 'content-type': 'application/json' } } as RequestInit)
  assert.equal(chunked.status, 413)
  const exact = await fetch(`${url}/echo`, { method: 'POST', body: 'x'.repeat(1_048_576), headers: { 'content-type': 'application/json' } })
  assert.equal(exact.status, 200)
  await exact.arrayBuffer()
  const long = await fetch(`${url}/echo?${'a'.repeat(17_000)}`)
  assert.equal(long.status, 414)
  await failed(long, 'request.url')
  const wide = await fetch(`${url}/echo`, { headers: { 'x-wide': 'a'.repeat(40_000) } })
  assert.equal(wide.status, 431)
  await failed(wide, 'request.headers')
  const close = 'Host: x\r\nConnection: close\r\n'
  assert.match(await raw(server.port, `GET /echo?${'a'.repeat(500_000)} HTTP/1.1\r\n${close}\r\n`), /^HTTP\/1\.1 414 [\s\S]*request\.url/)
  for (const length of [200_000, 1_060_000]) {
    assert.match(await raw(server.port, `GET /echo HTTP/1.1\r\n${close}x-wide: ${'a'.repeat(length)}\r\n\r\n`), /^HTTP\/1\.1 431 [\s\S]*request\.headers/)
  }
  const odd = await fetch(`${url}/echo`, { method: 'POST', body: 'x', headers: { 'content-type': 'nonsense' } })
  assert.equal(odd.status, 415)
  await failed(odd, 'request.media')
})

test('bodies: read where the method has one, dropped elsewhere, and the connection goes on; a caller who goes within one is nobody to answer', async () => {
  const { server, seen, served } = await start()
  const head = (method: string, more: string): string => `${method} /echo HTTP/1.1\r\nHost: x\r\n${more}\r\n`
  const bodies = async (method: string, more: string, content: string): Promise<readonly string[]> => {
    const text = await raw(server.port, `${head(method, more)}${content}${head('GET', 'Connection: close\r\n')}`)
    return [...text.matchAll(/HTTP\/1\.1 (\d+)|"body":"([^"]*)"|"code":"([^"]*)"/g)].map(([, status, body, code]) => status ?? code ?? Buffer.from(body ?? '', 'base64').toString())
  }
  const long = 'Content-Length: 3\r\n', typed = 'Content-Type: a/b; c=d\r\n'
  for (const method of ['POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS']) {
    assert.deepEqual(await bodies(method, long, 'abc'), ['200', 'abc', '200', ''], method)
    assert.deepEqual(await bodies(method, typed, ''), ['200', '', '200', ''], method)
  }
  for (const method of ['GET', 'PROPFIND', 'QUERY']) assert.deepEqual(await bodies(method, long, 'abc'), ['200', '', '200', ''], method)
  assert.deepEqual(await bodies('QUERY', long + typed, 'abc'), ['200', 'abc', '200', ''])
  assert.deepEqual(await bodies('POST', `${typed}Transfer-Encoding: chunked\r\n`, '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n'), ['200', 'abcde', '200', ''])
  assert.deepEqual(await bodies('POST', `${long}Content-Type: a b/c\r\n`, 'abc'), ['415', 'request.media', '200', ''])
  assert.match(await raw(server.port, `${head('POST', `${long}Expect: 100-continue\r\nConnection: close\r\n`)}abc`), /^HTTP\/1\.1 100 Continue[^]*HTTP\/1\.1 200 /)
  seen.length = 0
  const socket = net.connect(server.port, '127.0.0.1')
  socket.write(`${head('POST', 'Content-Length: 10\r\n')}abc`)
  await wait(50)
  socket.destroy()
  await wait(50)
  assert.deepEqual([(await served()).gone, server.inFlight()], [true, 0])
})

test('what is no HTTP is answered and counted', async () => {
  const { server, seen } = await start()
  assert.match(await raw(server.port, 'GARBAGE\r\n\r\n'), /^HTTP\/1\.1 400 [\s\S]*request\.malformed/)
  assert.match(await raw(server.port, Buffer.from([0, 1, 2, 3, 255])), /^HTTP\/1\.1 400 /)
  assert.equal(seen.filter(o => o.kind === 'unreadable').length, 2)
})

test('a caller who sends too slowly is told 408 and let go', async () => {
  const { server } = await start({ limits: { headersMs: 300, arrivalMs: 600 } })
  assert.match(await raw(server.port, 'GET /echo HTTP/1.1\r\nHost: x\r\n'), /^HTTP\/1\.1 408 [\s\S]*request\.timeout/)
  assert.match(await raw(server.port, 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\nContent-Length: 10\r\n\r\nabc'), /^HTTP\/1\.1 408 /)
})

test('health, ready, and what exists elsewhere', async () => {
  let up = true
  const { url } = await start({ engine: { identify: async () => ({ id: null, roles: new Set(), claims: {}, until: null }), ready: async () => { if (!up) throw new Failure('store.down') } } })
  assert.equal(await (await fetch(`${url}/health`)).text(), '{"status":"up"}')
  assert.equal((await fetch(`${url}/ready`)).status, 200)
  up = false
  const down = await fetch(`${url}/ready`)
  assert.equal(down.status, 503)
  await failed(down, 'store.down')
  const lost = await fetch(`${url}/nowhere`)
  assert.equal(lost.status, 404)
  assert.match((await failed(lost, 'request.route')).detail, /nothing at \/nowhere. There are: \/echo, \/health, \/ready\.$/)
  await failed(await fetch(`${url}/health`, { method: 'POST' }), 'request.method')
  await failed(await fetch(`${url}/dev/as`), 'request.route')
  const head = await fetch(`${url}/health`, { method: 'HEAD' })
  assert.deepEqual([head.status, head.headers.get('content-length'), await head.text()], [200, '15', ''])
})

test('ready-made callers are told to this machine and its own pages only', async () => {
  const { url, server } = await start({ development: { as: async () => [{ name: 'anna', headers: { authorization: 'Bearer x' } }] } })
  assert.deepEqual(await (await fetch(`${url}/dev/as`)).json(), { data: [{ name: 'anna', headers: { authorization: 'Bearer x' } }] })
  const from = (headers: string) => raw(server.port, `GET /dev/as HTTP/1.1\r\n${headers}\r\nConnection: close\r\n\r\n`)
  assert.match(await from(`Host: localhost:${server.port}\r\nOrigin: http://localhost:${server.port}`), /^HTTP\/1\.1 200/)
  assert.match(await from(`Host: localhost:${server.port}\r\nOrigin: http://evil.example`), /^HTTP\/1\.1 403/)
  assert.match(await from(`Host: localhost:${server.port}\r\nOrigin: http://localhost:1`), /^HTTP\/1\.1 403/)
  assert.match(await from('Host: evil.example'), /^HTTP\/1\.1 403/, 'a name that was rebound to this machine')
  assert.match(await from('Host: localhost\r\nSec-Fetch-Site: cross-site'), /^HTTP\/1\.1 403/)
})

test('pages of other origins: local ones in development, listed ones in production', async () => {
  const dev = await start({ development: { as: async () => [] } })
  const live = await start({ origins: ['https://shop.example'] })
  const origin = async (url: string, from: string) => (await fetch(`${url}/echo`, { headers: { origin: from } })).headers.get('access-control-allow-origin')
  assert.equal(await origin(dev.url, 'http://localhost:5173'), 'http://localhost:5173')
  assert.equal(await origin(dev.url, 'http://127.0.0.1:8080'), 'http://127.0.0.1:8080')
  assert.equal(await origin(dev.url, 'http://localhost.evil.example'), null)
  assert.equal(await origin(live.url, 'http://localhost:5173'), null)
  assert.equal(await origin(live.url, 'https://shop.example'), 'https://shop.example')
  assert.equal(await origin(live.url, 'null'), null)
  const pre = await fetch(`${live.url}/echo`, { method: 'OPTIONS', headers: { origin: 'https://shop.example', 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'authorization, if-match' } })
  assert.equal(pre.status, 204)
  assert.match(pre.headers.get('access-control-allow-methods') ?? '', /PATCH/)
  assert.equal(pre.headers.get('access-control-allow-headers'), 'authorization, if-match')
  assert.match(pre.headers.get('vary') ?? '', /Origin/)
  assert.equal((await fetch(`${live.url}/echo`, { method: 'OPTIONS', headers: { origin: 'https://evil.example', 'access-control-request-method': 'PATCH' } })).headers.get('access-control-allow-origin'), null)
  const bad = await fetch(`${live.url}/echo/fail`, { headers: { origin: 'https://shop.example' } })
  assert.equal(bad.headers.get('access-control-allow-origin'), 'https://shop.example', 'a page may read failures too')
})

test('compression as the caller takes it; each form has a tag of its own', async () => {
  const { server } = await start()
  const get = (path: string, encoding: string, method = 'GET') => new Promise<{ headers: http.IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
    http.request({ port: server.port, host: '127.0.0.1', path, method, headers: { 'accept-encoding': encoding } }, response => {
      const chunks: Buffer[] = []
      response.on('data', (c: Buffer) => chunks.push(c)).on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }))
    }).on('error', reject).end()
  })
  const plain = JSON.stringify({ data: 'x'.repeat(100_000) })
  const br = await get('/echo/big', 'gzip, br')
  assert.deepEqual([br.headers['content-encoding'], br.headers.etag, zlib.brotliDecompressSync(br.body).toString()], ['br', '"tag-br"', plain])
  assert.match(br.headers.vary ?? '', /Accept-Encoding/)
  const gz = await get('/echo/big', 'gzip')
  assert.deepEqual([gz.headers['content-encoding'], gz.headers.etag, zlib.gunzipSync(gz.body).toString()], ['gzip', '"tag-gzip"', plain])
  for (const encoding of ['identity', 'br;q=0', 'zstd', '']) {
    const same = await get('/echo/big', encoding)
    assert.deepEqual([same.headers['content-encoding'], same.headers.etag, same.body.toString()], [undefined, '"tag"', plain], encoding)
  }
  assert.equal((await get('/echo/who', 'br')).headers['content-encoding'], undefined, 'small answers stay as they are')
  const head = await get('/echo/big', 'br', 'HEAD')
  assert.deepEqual([head.headers['content-length'], head.body.length], [br.headers['content-length'], 0])
})

test('a caller who goes away aborts what runs', async () => {
  const started = Promise.withResolvers<void>(), aborted = Promise.withResolvers<unknown>(), finish = Promise.withResolvers<void>()
  const { server, served } = await start({ protocols: [echo({ started: started.resolve, aborted: aborted.resolve, finish: finish.promise })] })
  const socket = net.connect(server.port, '127.0.0.1')
  socket.write('GET /echo/slow HTTP/1.1\r\nHost: x\r\n\r\n')
  await started.promise
  socket.destroy()
  assert.match(String(await aborted.promise), /went away/)
  finish.resolve()
  const log = await served()
  assert.equal(log.gone, true)
})

test('stopping: what is in flight ends, what comes after is told, then everything is closed', async () => {
  const started = Promise.withResolvers<void>(), finish = Promise.withResolvers<void>()
  const { server, seen } = await start({ protocols: [echo({ started: started.resolve, finish: finish.promise })] })
  const agent = new http.Agent({ keepAlive: true })
  const slow = new Promise<{ status: number | undefined; connection: string | undefined; text: string }>((resolve, reject) => {
    http.get(`${server.url}/echo/slow`, { agent }, response => {
      let text = ''
      response.on('data', c => { text += c }).on('end', () => resolve({ status: response.statusCode, connection: response.headers.connection, text }))
    }).on('error', reject)
  })
  await started.promise
  // A second request waits on a connection of its own, half sent, when the stop begins.
  const late = net.connect(server.port, '127.0.0.1')
  await once(late, 'connect')
  late.write('GET /echo HTTP/1.1\r\nHost: x\r\n')
  await wait(50)
  const closing = server.close()
  assert.equal(server.close(), closing)
  await wait(50)
  let told = ''
  late.on('data', c => { told += c })
  late.on('error', () => {})
  late.write('\r\n')
  await wait(100)
  finish.resolve()
  const answer = await slow
  assert.deepEqual([answer.status, answer.connection, answer.text], [200, 'close', '{"data":"done"}'])
  await closing
  assert.match(told, /^HTTP\/1\.1 503 [\s\S]*server\.stopping/)
  await assert.rejects(fetch(`${server.url}/health`))
  assert.deepEqual(seen.filter(o => o.kind === 'stopping' || o.kind === 'stopped').map(o => o.kind), ['stopping', 'stopped'])
  late.destroy()
  agent.destroy()
})

test('a stop does not wait for ever', async () => {
  const started = Promise.withResolvers<void>()
  const { server, seen } = await start({ protocols: [echo({ started: started.resolve, finish: new Promise(() => {}) })], limits: { stopMs: 100 } })
  const hanging = fetch(`${server.url}/echo/slow`)
  hanging.catch(() => {})
  await started.promise
  const begun = performance.now()
  await server.close()
  assert.ok(performance.now() - begun < 1500)
  await assert.rejects(hanging)
  assert.equal(seen.find(o => o.kind === 'stopped')?.cut, 1)
})

test('ports: given or PORT is that one or an error, else 3000 or the next free', async () => {
  const first = await start()
  const options: ServeOptions = { protocols: [echo()], engine: { identify: async () => ({ id: null, roles: new Set(), claims: {}, until: null }), ready: async () => {} } }
  await assert.rejects(serve({ ...options, port: first.server.port }), /is taken/)
  await assert.rejects(serve({ ...options, environment: { PORT: String(first.server.port) } }), /is taken/)
  await assert.rejects(serve({ ...options, environment: { PORT: 'http' } }), /must be a number/)
  const one = await serve({ ...options, environment: {} })
  const two = await serve({ ...options, environment: {} })
  assert.ok(one.port >= 3000 && two.port > one.port)
  assert.equal((await fetch(`${two.url}/health`)).status, 200)
  await Promise.all([one.close(), two.close()])
})

test('the log: one line per request, for people or for machines, and nothing a caller sends can fake one', async () => {
  const people: string[] = [], machines: string[] = []
  const { observe, counts } = counters()
  const { url } = await start({ observe: toAll(readableLog({ write: t => people.push(t) }), jsonLog({ write: t => machines.push(t) }), observe) })
  await fetch(`${url}/echo/statements?filter[a]=secret`)
  await fetch(`${url}/echo/fail`)
  await fetch(`${url}/echo/bug`)
  await wait(30)
  const lines = people.slice(1)
  assert.equal(lines.length, 3)
  assert.match(lines[0] ?? '', /^\d\d:\d\d:\d\d\.\d{3} 200 GET \/echo\/statements\?filter\[a\] [\d.]+ ms · 1 statement 1\.5 ms · anna\n$/)
  assert.match(lines[1] ?? '', / 409 GET \/echo\/fail .* row\.duplicate /)
  assert.match(lines[2] ?? '', / 500 GET \/echo\/bug [\s\S]*TypeError: secret internals/)
  for (const line of machines) assert.equal(line.indexOf('\n'), line.length - 1)
  const parsed = machines.map(line => JSON.parse(line) as { kind: string; status?: number; time: string; cause?: { message: string } })
  assert.deepEqual(parsed.splice(1, 1).map(l => l.kind), ['statement'])
  assert.deepEqual(parsed.map(l => l.status), [undefined, 200, 409, 500])
  assert.equal(parsed[3]?.cause?.message, 'secret internals')
  assert.match(parsed[0]?.time ?? '', /^\d{4}-.*Z$/)
  const got = counts()
  assert.deepEqual(got.statuses, { 'echo 200': 1, 'echo 409': 1, 'echo 500': 1 })
  assert.deepEqual(got.failures, { 'row.duplicate': 1, internal: 1 })
  assert.equal(got.durations.reduce((a, b) => a + b), 3)
  const faked: string[] = []
  readableLog({ write: t => faked.push(t) })({
    kind: 'request', time: 0, id: 'x', trace: null, protocol: null, method: 'GET', path: '/a\n12:00:00.000 200 GET /fake\u001b[2J', parameters: ['\r\u202e'], status: 404, code: 'request.route', gone: false,
    ms: 1, bytes: 0, ran: [], statements: 0, storeMs: 0, rows: 0, route: null, operation: null, entity: null, caller: 'a\nb', cause: null,
  })
  assert.equal(faked.join('').indexOf('\n'), faked.join('').length - 1)
  assert.ok(!faked.join('').includes('\u001b'))
})
