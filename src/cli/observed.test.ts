// `backwright start` as those who run it see it: metrics on their own port and behind a token, traces at a collector, a front end beside the API, and a log without values.
import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { backwright, running, tillFolder, type Folder, type Running } from './process.fixture.ts'

interface Attribute { readonly key: string; readonly value: { readonly stringValue?: string; readonly intValue?: number } }
interface Span { readonly traceId: string; readonly spanId: string; readonly parentSpanId?: string; readonly name: string; readonly attributes: readonly Attribute[] }
interface Export { readonly resourceSpans: readonly { readonly resource: { readonly attributes: readonly Attribute[] }; readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[] }

/** A collector of traces: what it was sent by OTLP over HTTP. */
function collector() {
  const bodies: Export[] = []
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (c: Buffer) => chunks.push(c)).on('end', () => {
      if (request.url === '/v1/traces' && request.headers['x-key'] === 'of-the-collector') bodies.push(JSON.parse(Buffer.concat(chunks).toString()) as Export)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  return {
    bodies, server,
    spans: () => bodies.flatMap(b => b.resourceSpans).flatMap(r => r.scopeSpans).flatMap(s => s.spans),
  }
}

const metricsToken = 'a token for those who watch', secret = 'a secret that is long enough for tests'
const token = metricsToken.replaceAll(' ', '-')
let folder: Folder, app: Running, url: string, adminUrl: string
const traces = collector()

before(async () => {
  folder = tillFolder()
  folder.write('dist/index.html', '<title>Till</title>')
  folder.write('dist/assets/app-B1x9Za_3.js', 'start()')
  await new Promise<void>(done => { traces.server.listen(0, '127.0.0.1', done) })
  const applied = await backwright(folder, ['schema', 'apply', '--app', 'till', '--yes'])
  assert.equal(applied.code, 0, applied.err)
  app = running(folder, ['start', 'till', '--port', '0', '--static', 'dist', '--admin-port', '0'], {
    BACKWRIGHT_METRICS_TOKEN: token, BACKWRIGHT_JWT_SECRET: secret, OTEL_BSP_SCHEDULE_DELAY: '100', OTEL_SERVICE_NAME: 'the-till', OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(traces.server.address() as AddressInfo).port}`, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=of-the-collector',
  })
  url = await app.url()
  adminUrl = /http:\S+(?=\/metrics)/.exec(await app.until(/metrics at \S+/))?.[0] ?? ''
})
after(async () => {
  await app?.end('SIGKILL')
  traces.server.close()
  folder.remove()
})

test('metrics: on the admin port for all who reach it, on the main one for who brings the token', async () => {
  await (await fetch(`${url}/api/orders`)).text()
  const apart = await fetch(`${adminUrl}/metrics`)
  assert.match(apart.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
  const text = await apart.text()
  assert.match(text, /^backwright_requests_total\{protocol="rest",operation="find",entity="order",status="[24]xx"\} 1$/m)
  assert.match(text, /^backwright_connections\{lane="read"\} [1-9]/m)
  assert.match(text, /^backwright_kept\{cache="shapes"\} \d+$/m)
  assert.match(text, /^nodejs_eventloop_lag_seconds \d/m)
  assert.equal((await fetch(`${adminUrl}/ready`)).status, 200)
  assert.equal((await fetch(`${adminUrl}/api/orders`)).status, 404)
  assert.equal((await fetch(`${adminUrl}/metrics`, { method: 'POST' })).status, 405)
  const as = (authorization?: string) => fetch(`${url}/metrics`, authorization === undefined ? {} : { headers: { authorization } })
  assert.deepEqual([(await as()).status, (await as(`Bearer ${token}x`)).status, (await as('Bearer x')).status], [401, 401, 401])
  const allowed = await as(`Bearer ${token}`)
  assert.deepEqual([allowed.status, allowed.headers.get('cache-control')], [200, 'no-store'])
  assert.match(await allowed.text(), /^# TYPE backwright_request_duration_seconds histogram$/m)
})

test('traces: the caller\'s is gone on with, down to the statements', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c', spanId = 'b7ad6b7169203331'
  const answer = await fetch(`${url}/api/customers?filter[name]=Anna`, { headers: { traceparent: `00-${traceId}-${spanId}-01`, 'x-server-timing': '1' } })
  assert.match(answer.headers.get('server-timing') ?? '', new RegExp(`^db;dur=[\\d.]+;desc="\\d+ statements?", total;dur=[\\d.]+, traceparent;desc="00-${traceId}-[0-9a-f]{16}-01"$`))
  for (let i = 0; i < 100 && !traces.spans().some(s => s.traceId === traceId); i++) await new Promise(done => setTimeout(done, 50))
  const spans = traces.spans().filter(s => s.traceId === traceId)
  const request = spans.find(s => s.parentSpanId === spanId)
  assert.equal(request?.name, 'GET /api/customers')
  assert.ok(answer.headers.get('server-timing')?.includes(request.spanId))
  assert.deepEqual(spans.filter(s => s.parentSpanId === request.spanId).map(s => s.name), answer.status === 200 ? ['SELECT customer'] : [])
  const said = JSON.stringify(traces.bodies)
  assert.ok(!said.includes('Anna'))
  const resource = Object.fromEntries((traces.bodies[0]?.resourceSpans[0]?.resource.attributes ?? []).map(a => [a.key, a.value.stringValue]))
  assert.deepEqual([resource['service.name'], resource['deployment.environment.name']], ['the-till', 'test'])
})

test('a front end beside the API', async () => {
  const person = { headers: { accept: 'text/html' } }
  assert.equal(await (await fetch(`${url}/`, person)).text(), '<title>Till</title>')
  assert.equal(await (await fetch(`${url}/orders/7`, person)).text(), '<title>Till</title>')
  assert.match((await fetch(`${url}/assets/app-B1x9Za_3.js`)).headers.get('cache-control') ?? '', /immutable/)
  assert.equal((await fetch(`${url}/api/nothing`, person)).headers.get('content-type'), 'application/problem+json')
  assert.equal((await fetch(`${url}/.env`, person)).status, 404)
})

test('the log is one JSON object per line, and the end is clean', async () => {
  await (await fetch(`${url}/api/orders/anna@example.com`, { headers: { 'x-request-id': 'find-me' } })).text()
  await app.until(/"id":"find-me"/)
  const code = await app.end('SIGTERM')
  assert.equal(code, 0)
  const lines = app.said().split('\n').filter(line => line.startsWith('{')).map(line => JSON.parse(line) as Record<string, unknown>)
  const found = lines.find(line => line['id'] === 'find-me')
  assert.equal(found?.['address'], '/api/orders/{id}')
  assert.ok(lines.some(line => Array.isArray(line['statements']) && typeof line['trace'] === 'string'))
  assert.deepEqual([lines[0]?.['kind'], lines.at(-1)?.['kind']], ['listening', 'stopped'])
  assert.ok(!app.said().includes('anna@example.com') && !app.said().includes(token))
})

test('what cannot be used is said at once', async () => {
  const refused = async (args: readonly string[], env: Readonly<Record<string, string>>, what: RegExp): Promise<void> => {
    const ended = await backwright(folder, ['start', 'till', '--port', '0', ...args], { env })
    assert.notEqual(ended.code, 0)
    assert.match(ended.err, what)
  }
  await refused(['--admin-port', 'x'], {}, /--admin-port is 'x'; it must be a number/)
  await refused([], { BACKWRIGHT_ADMIN_PORT: '70000' }, /BACKWRIGHT_ADMIN_PORT is '70000'/)
  await refused([], { BACKWRIGHT_METRICS_TOKEN: 'short' }, /at least 16 characters/)
  await refused(['--static', 'nowhere'], {}, /There is no folder .*nowhere to serve files from/)
  await refused([], { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_TRACES_SAMPLER: 'sometimes' }, /OTEL_TRACES_SAMPLER is 'sometimes'/)
})
