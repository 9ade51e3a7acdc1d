// The readers of observations: the log of production, its causes without values, metrics as Prometheus parses them, spans.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { AlwaysOffSampler, InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { addressOf } from './address.ts'
import { causeOf } from './cause.ts'
import { exportedTracing, fingerprints, jsonLog, metrics, readableLog, tracesWanted, type Observation, type Served } from './index.ts'
import { spans } from './spans.ts'

const text = 'select "title" from "posts" where "id" = $1'
const served = (more: Partial<Served> = {}): Served => ({
  kind: 'request', time: Date.UTC(2026, 0, 2, 3, 4, 5, 678), id: 'req-1', trace: null, protocol: 'rest', method: 'GET', path: '/api/posts/hidden-key', parameters: ['fields'], status: 200, code: null, gone: false,
  ms: 12.3456, bytes: 345, ran: [{ text, at: 1.5, ms: 4.0625, rows: 1 }], statements: 1, storeMs: 4.0625, rows: 1, route: '/api/posts/{id}', operation: 'get', entity: 'post', caller: 'anna', cause: null, ...more,
})
const lines = (...observations: Observation[]): Record<string, unknown>[] => {
  const written: string[] = []
  const log = jsonLog({ write: t => written.push(t) })
  for (const o of observations) log(o)
  return written.map(line => {
    assert.equal(line.indexOf('\n'), line.length - 1)
    return JSON.parse(line) as Record<string, unknown>
  })
}

test('a line of production: what was asked, by whom, what ran and how long, in pino\'s form', () => {
  const [statement, line, ...more] = lines(served({ trace: '0af7651916cd43dd8448eb211c80319c' }), served())
  const fingerprint = createHash('sha256').update(text).digest('base64url').slice(0, 12)
  assert.deepEqual({ ...statement, time: '' }, { level: 30, time: '', kind: 'statement', fingerprint, text, msg: `statement ${fingerprint}` })
  assert.deepEqual(more.map(l => l['kind']), ['request'], 'said once')
  assert.deepEqual(line, {
    level: 30, time: '2026-01-02T03:04:05.678Z', kind: 'request', id: 'req-1', trace: '0af7651916cd43dd8448eb211c80319c', caller: 'anna', protocol: 'rest', operation: 'get', entity: 'post', method: 'GET',
    address: '/api/posts/{id}', parameters: ['fields'], status: 200, code: null, gone: false, ms: 12.35, storeMs: 4.06, rows: 1, bytes: 345, count: 1,
    statements: [{ fingerprint, ms: 4.06, rows: 1 }], msg: 'GET /api/posts/{id} 200',
  })
  const [listening, stopping, stopped, unreadable, failed] = lines(
    { kind: 'listening', time: 0, url: 'http://x' }, { kind: 'stopping', time: 0, inFlight: 2 }, { kind: 'stopped', time: 0, ms: 1, cut: 0 },
    { kind: 'unreadable', time: 0, code: 'request.malformed', cause: new Error('GET /what-was-sent') }, served({ status: 500, code: 'internal', cause: new Error('broke'), ran: [] }))
  assert.deepEqual([listening, stopping, stopped, unreadable, failed].map(l => [l?.['level'], l?.['kind']]), [[30, 'listening'], [30, 'stopping'], [30, 'stopped'], [40, 'unreadable'], [50, 'request']])
  assert.ok(!JSON.stringify(unreadable).includes('what-was-sent'))
  const many = lines(served({ ran: Array.from({ length: 30 }, () => ({ text, at: 0, ms: 1, rows: 1 })), statements: 30 }))[1]
  assert.deepEqual([(many?.['statements'] as unknown[] | undefined)?.length, many?.['count']], [20, 30])
})

test('fingerprints name a text, the same in every process', () => {
  const one = fingerprints(), two = fingerprints()
  assert.equal(one(text), two(text))
  assert.notEqual(one(text), one(`${text} `))
  for (let i = 0; i < 5000; i++) one(`select ${i}`)
  assert.equal(one(text), two(text))
})

test('addresses and names of parameters that no protocol knew are shown as far as they are safe', () => {
  const shown = (path: string, route: string | null = null): string => addressOf({ path, route })
  assert.equal(shown('/api/posts/anna@example.com', '/api/posts/{id}'), '/api/posts/{id}')
  assert.equal(shown('/health'), '/health')
  assert.equal(shown('/'), '/')
  assert.equal(shown('/api/psots'), '/api/psots')
  assert.equal(shown('/api/psots/anna@example.com'), '/api/psots/…')
  assert.equal(shown('/reset/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm5hIn0.x'), '/reset/…')
  assert.equal(shown('/anna@example.com'), '/…')
  const [, line] = lines(served({ parameters: ['filter[a][in]', 'page[size]', 'anna@example.com', 'x'.repeat(200)] }))
  assert.deepEqual(line?.['parameters'], ['filter[a][in]', 'page[size]', '?', '?'])
})

test('causes: what went wrong inside is told, what a message quotes of a request is not', () => {
  const report = Object.assign(new Error('invalid input syntax for type uuid: "secret "quoted" value"'), { code: '22P02', detail: 'Key (email)=(secret) exists', hint: 'secret', where: 'secret', table: 'posts', constraint: 'posts_email_key', routine: 'string_to_uuid' })
  const bug = new TypeError('posts is not iterable', { cause: report })
  const told = causeOf(bug, true)
  assert.deepEqual([told.name, told.message, told.cause?.code, told.cause?.message, told.cause?.['table'], told.cause?.['constraint']], ['TypeError', 'posts is not iterable', '22P02', 'invalid input syntax for type uuid: "…"', 'posts', 'posts_email_key'])
  assert.match(told.stack ?? '', /^at .*observe\.test\.ts/)
  assert.ok(!JSON.stringify(told).includes('secret'), JSON.stringify(told))
  let broken: unknown
  try { JSON.parse('{"secret": secret}') } catch (error) { broken = error }
  assert.match(String(broken), /secret/, 'the engine quotes it')
  assert.ok(!JSON.stringify(causeOf(broken, true)).includes('secret'))
  assert.deepEqual(causeOf(report, false), { name: 'Error', code: '22P02' })
  assert.deepEqual(causeOf('secret', true), { name: 'string' })
  const said: string[] = []
  readableLog({ write: t => said.push(t) })(served({ status: 500, code: 'internal', cause: bug }))
  assert.match(said[0] ?? '', /TypeError: posts is not iterable\n {6}at [\s\S]*caused by Error: invalid input syntax for type uuid: "…"/)
  assert.ok(!said[0]?.includes('secret'))
})

test('the readable log shows statements on demand', () => {
  const said: string[] = []
  readableLog({ write: t => said.push(t) }, { statements: true })(served({ ran: [{ text: 'select 1\n  from x', at: 0, ms: 1.26, rows: 1 }] }))
  assert.match(said[0] ?? '', /anna\n {2}1\.3 ms select 1 from x\n$/)
})

/** Prometheus' text form, read strictly. */
function parsed(exposition: string): Map<string, number> {
  const samples = new Map<string, number>()
  const typed = new Set<string>()
  for (const line of exposition.split('\n')) {
    if (line === '') continue
    const type = /^# TYPE (\w+) (counter|gauge|histogram|summary)$/.exec(line)
    if (type?.[1] !== undefined) { assert.ok(!typed.has(type[1]), `${type[1]} twice`); typed.add(type[1]); continue }
    if (/^# HELP \w+ .+$/.test(line)) continue
    const sample = /^([a-zA-Z_:][\w:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*\})? (-?[\d.]+(?:e[+-]?\d+)?|Na[nN]|[+-]Inf)$/.exec(line)
    assert.ok(sample, line)
    assert.ok(typed.has(sample[1] ?? '') || typed.has((sample[1] ?? '').replace(/_(bucket|sum|count|total)$/, '')), line)
    samples.set(`${sample[1]}${sample[2] ?? ''}`, Number(sample[3]?.replace('Inf', 'Infinity')))
  }
  return samples
}

test('metrics: they parse, histograms count right, and what is open is read when it is asked for', async () => {
  let inFlight = 3
  const m = await metrics(() => ({ inFlight, lanes: [{ lane: 'read', open: 4, busy: 2, queued: 7, prepared: 55 }, { lane: 'own', open: 1, busy: 1, queued: 0, prepared: 0 }], kept: { shapes: 12, compiled: 34 }, backlog: async () => { if (inFlight === 0) throw new Error('the database is away'); return [{ webhook: 'paid', waiting: 3, failed: 1, lagMs: 1500 }] } }))
  for (const ms of [0.3, 0.5, 0.6, 40, 12_000, 99_000]) m.observe(served({ ms, ran: [{ text, at: 0, ms: ms / 2, rows: 2 }, { text, at: 0, ms: 0.05, rows: 1 }], rows: 3 }))
  m.observe(served({ status: 409, code: 'row.duplicate', operation: 'create', entity: 'post', ran: [], rows: 0 }))
  m.observe(served({ status: 0, gone: true, protocol: null, operation: null, entity: null, ran: [], bytes: 0 }))
  m.observe({ kind: 'unreadable', time: 0, code: 'request.malformed', cause: null })
  m.observe({ kind: 'stopping', time: 0, inFlight: 0 })
  for (const outcome of ['again', 'again', 'delivered', 'failed'] as const) m.observe({ kind: 'delivery', time: 0, webhook: 'paid', event: 'e', attempt: 1, status: 500, ms: 30, outcome, error: null, next: null })
  m.observe({ kind: 'mail', time: 0, mail: 'm', purpose: 'sign-in', attempt: 1, ms: 5, outcome: 'sent', error: null, next: null })
  assert.match(m.type, /^text\/plain; version=0\.0\.4/)
  const all = parsed(await m.text())
  const get = 'protocol="rest",operation="get",status="2xx"'
  const bucket = (le: string): number | undefined => all.get(`backwright_request_duration_seconds_bucket{le="${le}",${get}}`)
  assert.deepEqual(['0.0005', '0.001', '0.025', '0.05', '10', '30', '+Inf'].map(bucket), [2, 3, 3, 4, 4, 5, 6])
  assert.equal(all.get(`backwright_request_duration_seconds_count{${get}}`), 6)
  assert.ok(Math.abs((all.get(`backwright_request_duration_seconds_sum{${get}}`) ?? 0) - 111.0414) < 1e-9)
  assert.equal(all.get('backwright_statement_duration_seconds_count{operation="get"}'), 12)
  assert.equal(all.get('backwright_statement_duration_seconds_bucket{le="0.0001",operation="get"}'), 6)
  assert.equal(all.get('backwright_statement_duration_seconds_bucket{le="0.00025",operation="get"}'), 8)
  const wanted: Record<string, number> = {
    'backwright_requests_total{protocol="rest",operation="get",entity="post",status="2xx"}': 6,
    'backwright_requests_total{protocol="rest",operation="create",entity="post",status="4xx"}': 1,
    'backwright_requests_total{protocol="server",operation="none",entity="none",status="none"}': 1,
    'backwright_failures_total{code="row.duplicate"}': 1, backwright_requests_gone_total: 1, 'backwright_unreadable_total{code="request.malformed"}': 1,
    backwright_response_bytes_total: 7 * 345, backwright_statement_rows_total: 19, backwright_requests_in_flight: 3,
    'backwright_connections{lane="read"}': 4, 'backwright_connections_busy{lane="read"}': 2, 'backwright_connections_queued{lane="read"}': 7, 'backwright_prepared_statements{lane="read"}': 55, 'backwright_connections{lane="own"}': 1,
    'backwright_webhook_attempts_total{webhook="paid",outcome="again"}': 2, 'backwright_webhook_attempts_total{webhook="paid",outcome="failed"}': 1, 'backwright_webhook_attempt_duration_seconds_count{webhook="paid"}': 4,
    'backwright_webhook_waiting{webhook="paid"}': 3, 'backwright_webhook_failed{webhook="paid"}': 1, 'backwright_webhook_lag_seconds{webhook="paid"}': 1.5, 'backwright_mail_attempts_total{outcome="sent"}': 1,
    'backwright_kept{cache="shapes"}': 12, 'backwright_kept{cache="compiled"}': 34,
  }
  for (const [name, value] of Object.entries(wanted)) assert.equal(all.get(name), value, name)
  for (const name of ['nodejs_eventloop_lag_seconds', 'process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_heap_size_used_bytes']) assert.ok(all.has(name), name)
  inFlight = 0
  const later = parsed(await m.text())
  assert.equal(later.get('backwright_requests_in_flight'), 0)
  assert.ok(!later.has('backwright_webhook_waiting{webhook="paid"}'), 'what cannot be had is left out')
})

const traceId = '0af7651916cd43dd8448eb211c80319c', spanId = 'b7ad6b7169203331'
function recorded(options: ConstructorParameters<typeof TracerProvider>[0] = {}) {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({ ...options, spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  return { tracing: spans(provider.getTracer('test'), 'postgresql', () => provider.shutdown()), finished: async () => { await provider.forceFlush(); return exporter.getFinishedSpans() } }
}

test('spans: under the caller\'s, a request and its statements, by the conventions\' names', async () => {
  const { tracing, finished } = recorded()
  const o = served()
  const traced = tracing.begin('GET', { traceparent: `00-${traceId}-${spanId}-01`, tracestate: 'vendor=1' }, o.time)
  assert.equal(traced.trace, traceId)
  assert.match(traced.traceparent, new RegExp(`^00-${traceId}-(?!${spanId})[0-9a-f]{16}-01$`))
  assert.equal(await traced.within(async () => 42), 42)
  traced.end(o)
  const [statement, request] = await finished()
  assert.ok(statement && request)
  assert.deepEqual([request.name, request.kind, request.parentSpanContext?.spanId, request.parentSpanContext?.traceState?.get('vendor')], ['GET /api/posts/{id}', SpanKind.SERVER, spanId, '1'])
  assert.deepEqual([request.attributes['http.request.method'], request.attributes['http.route'], request.attributes['http.response.status_code'], request.attributes['backwright.entity'], request.attributes['backwright.request_id']], ['GET', '/api/posts/{id}', 200, 'post', 'req-1'])
  assert.deepEqual([statement.name, statement.kind, statement.parentSpanContext?.spanId, statement.spanContext().traceId], ['SELECT post', SpanKind.CLIENT, request.spanContext().spanId, traceId])
  assert.deepEqual([statement.attributes['db.system.name'], statement.attributes['db.query.text'], statement.attributes['db.response.returned_rows']], ['postgresql', text, 1])
  const ms = ([s, ns]: readonly [number, number]): number => s * 1000 + ns / 1e6
  assert.ok(Math.abs(ms(request.startTime) - o.time) < 0.01 && Math.abs(ms(request.duration) - o.ms) < 0.01)
  assert.ok(Math.abs(ms(statement.startTime) - o.time - 1.5) < 0.01 && Math.abs(ms(statement.duration) - 4.0625) < 0.01)
})

test('spans: a trace of its own without a caller\'s, errors marked, and nothing recorded of what is not sampled', async () => {
  const one = recorded()
  for (const traceparent of [undefined, 'nonsense', `00-${'0'.repeat(32)}-${spanId}-01`, `00-${traceId}-${'0'.repeat(16)}-01`, `ff-${traceId}-${spanId}-01`]) {
    const traced = one.tracing.begin('GET', { traceparent }, 0)
    assert.notEqual(traced.trace, traceId)
    traced.end(served({ status: 500, code: 'internal', ran: [] }))
  }
  const [failed] = await one.finished()
  assert.deepEqual([failed?.status.code, failed?.attributes['error.type'], failed?.parentSpanContext], [SpanStatusCode.ERROR, 'internal', undefined])
  const off = recorded({ sampler: new AlwaysOffSampler() })
  const silent = off.tracing.begin('GET', { traceparent: `00-${traceId}-${spanId}-00` }, 0)
  silent.end(served())
  assert.deepEqual([await off.finished(), silent.trace, silent.traceparent.slice(-3)], [[], traceId, '-00'])
})

test('traces are exported only where the environment says where to, and its mistakes are said', async () => {
  assert.equal(tracesWanted({}), false)
  assert.equal(tracesWanted({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x:4318' }), true)
  assert.equal(tracesWanted({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x:4318', OTEL_SDK_DISABLED: 'true' }), false)
  assert.equal(tracesWanted({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://x:4318', OTEL_TRACES_EXPORTER: 'none' }), false)
  await assert.rejects(exportedTracing('x', 'postgresql', { OTEL_TRACES_SAMPLER: 'sometimes' }), /OTEL_TRACES_SAMPLER is 'sometimes'/)
  await assert.rejects(exportedTracing('x', 'postgresql', { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '7' }), /from 0 to 1/)
})

test('without the packages that export traces, what to install is said', () => {
  const script = `
    import { registerHooks } from 'node:module'
    registerHooks({ resolve(name, context, next) { if (name === '@opentelemetry/sdk-trace') throw Object.assign(new Error('not there'), { code: 'ERR_MODULE_NOT_FOUND' }); return next(name, context) } })
    const { exportedTracing } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)})
    await exportedTracing('x', 'postgresql', {}).catch(error => { console.log(error.message) })`
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' })
  assert.match(said, /^OTEL_EXPORTER_OTLP_ENDPOINT is set, and what exports traces is not installed: npm install @opentelemetry\/sdk-trace @opentelemetry\/exporter-trace-otlp-http /)
})
