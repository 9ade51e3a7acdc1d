// What callers send never comes out again in a log, a metric or a span: every write of the conformance suite, with marks in all its values, and every other place a value can stand in.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import pg from 'pg'
import { Failure } from '../../src/failure/index.ts'
import { jsonLog, metrics, readableLog, type Served } from '../../src/observe/index.ts'
import { spans } from '../../src/observe/spans.ts'
import { keyText } from '../../src/protocols/rest/index.ts'
import type { Value } from '../../src/operation/index.ts'
import { cases, isRead, world, writeRequest, type Who } from '../../src/testkit/index.ts'
import { inPostgres, listen } from '../rest/listening.ts'
import { testServer } from '../server.ts'

const mark = 'zzmarkzz'
/** A number nobody counts to. */
const number = 918273645

/** Every value marked; `how`: as text of its own kind where it can be, or as nothing that fits. */
function marked(value: unknown, how: 'inside' | 'instead'): unknown {
  if (Array.isArray(value)) return value.map(v => marked(v, how))
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([name, v]) => [name, marked(v, how)]))
  if (how === 'instead') return typeof value === 'number' ? number : mark
  return typeof value === 'string' && !/^[0-9a-f-]{36}$/.test(value) ? `${mark}${value}` : value
}

/** Everything that the readers make of what was observed. */
async function told(seen: readonly Served[]): Promise<{ readonly json: string; readonly readable: string; readonly metrics: string; readonly spans: string }> {
  const json: string[] = [], people: string[] = []
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  const tracing = spans(provider.getTracer('test'), 'postgresql', () => provider.shutdown())
  const m = await metrics(() => ({ inFlight: 0, lanes: [], kept: {}, backlog: async () => [] }))
  const log = jsonLog({ write: t => json.push(t) }), line = readableLog({ write: t => people.push(t) }, { statements: true })
  for (const o of seen) {
    log(o)
    line({ ...o, path: '' })
    m.observe(o)
    tracing.begin(o.method, {}, o.time).end(o)
  }
  await provider.forceFlush()
  const ended = exporter.getFinishedSpans().map(s => ({ name: s.name, attributes: s.attributes, events: s.events, status: s.status }))
  return { json: json.join(''), readable: people.join(''), metrics: await m.text(), spans: JSON.stringify(ended) }
}

test('no value of a request is in any log line, metric or span', async () => {
  const database = await inPostgres()
  const at = await listen({ store: database.store })
  let sent = 0, written = 0
  const ask = async (path: string, options: Parameters<typeof at.ask>[1] = {}): Promise<void> => {
    sent++
    const answer = await at.ask(path, options)
    await answer.arrayBuffer()
    if (options.method !== undefined && answer.ok) written++
  }
  try {
    for (const c of cases) {
      if (isRead(c.do)) continue
      const { kind, entity, key, body, expect } = writeRequest(c.do)
      const path = `/${world.entities[entity]?.path}${key === null ? '' : `/${keyText(key as readonly Value[])}`}`
      const method = { create: 'POST', update: 'PATCH', replace: 'PUT', delete: 'DELETE' }[kind]
      const headers: Record<string, string> = expect === null ? {} : { 'if-match': expect === '*' ? '*' : `"${expect}"` }
      for (const how of ['inside', 'instead'] as const) await ask(path, { as: c.as, method, headers, ...(kind === 'delete' ? {} : { body: marked(body, how) }) })
    }
    const as: Who = 'staff'
    await ask(`/posts?filter[title]=${mark}&filter[title][contains]=${mark}&sort=title`, { as })
    await ask(`/posts?filter[views]=${mark}`, { as })
    await ask(`/posts?filter[${mark}]=1&page[after]=${mark}`, { as })
    await ask(`/posts/${mark}`, { as })
    await ask(`/posts/${mark}/comments?fields=${mark}`, { as })
    await ask(`/${mark}@x/${mark}`, { as })
    await ask('/posts/query', { as, body: { filter: { title: mark, views: { gt: mark } } } })
    await ask('/posts', { as, method: 'POST', raw: `{"title": ${mark}}`, headers: { 'content-type': 'application/json' } })
    await ask('/posts', { as, method: 'POST', raw: `{"title": "${mark}"`, headers: { 'content-type': `application/${mark}` } })
    for (const authorization of [`Bearer ${mark}.${mark}.${mark}`, `Basic ${mark}`, `Bearer eyJhbGciOiJIUzI1NiJ9.${Buffer.from(`{"sub":"${mark}"}`).toString('base64url')}.${mark}`]) await ask('/posts', { headers: { authorization, cookie: mark, 'user-agent': mark, 'if-match': `"${mark}"`, traceparent: mark } })
  } finally {
    await at.serving.close()
    await database.drop()
  }
  const seen = at.seen.filter(o => o.kind === 'request')
  assert.equal(seen.length, sent)
  assert.ok(written > 20, `of ${sent} requests ${written} wrote`)
  assert.ok(seen.some(o => o.ran.length > 0) && new Set(seen.map(o => o.code)).size > 8, 'many ways to fail')
  const out = await told(seen)
  const named = seen.filter(o => o.parameters.some(p => p.includes(mark)))
  assert.equal(named.length, 1, 'a name that holds a mark stands in the query only once')
  for (const [reader, text] of Object.entries(out)) {
    const lines = text.split('\n').filter(line => line.includes(mark) || line.includes(String(number)))
    // Names of parameters are logged as names: what a caller makes up as one is not a value.
    assert.deepEqual(lines.filter(line => !line.includes(`filter[${mark}]`)), [], reader)
  }
  assert.ok(!out.metrics.includes(mark) && !out.spans.includes(mark))
  assert.equal(out.json.split('\n').filter(line => line.includes('"kind":"request"')).length, sent)
  assert.ok(out.json.includes('"kind":"statement"'))
})

test('what the database reports of a value stays inside, also where it is a failure of ours', async () => {
  const fresh = await (await testServer()).freshDatabase()
  const client = new pg.Client(fresh.config)
  await client.connect()
  const reports: unknown[] = []
  try {
    await client.query('create table t (email text unique, n integer check (n < 5))')
    await client.query(`insert into t values ('${mark}', 1)`)
    for (const [text, values] of [['select $1::uuid', [mark]], ['select $1::integer', [`${mark}1`]], ['select $1::date', [`${mark}`]], ['insert into t values ($1, 1)', [mark]], [`insert into t values ($1, ${number})`, [mark]], ['select $1::json', [`{"${mark}`]]] as const) {
      await client.query(text, [...values]).catch((error: unknown) => reports.push(error))
    }
  } finally {
    await client.end()
    await fresh.drop()
  }
  assert.equal(reports.length, 6)
  assert.ok(reports.some(r => String(r).includes(mark)), 'PostgreSQL does quote values')
  const base = { kind: 'request', time: 0, id: 'x', trace: null, protocol: 'rest', method: 'POST', path: '/api/posts', parameters: [], gone: false, ms: 1, bytes: 0, ran: [], statements: 0, storeMs: 0, rows: 0, route: null, operation: null, entity: null, caller: null } as const
  const seen = reports.flatMap((report): Served[] => [
    { ...base, status: 500, code: 'internal', cause: report }, { ...base, status: 500, code: 'internal', cause: new Failure('internal', undefined, { cause: report }) }, { ...base, status: 422, code: 'row.invalid', cause: report },
  ])
  for (const [reader, text] of Object.entries(await told(seen))) assert.ok(!text.includes(mark) && !text.includes(String(number)), reader)
})
