// No input makes a 500: random requests from a grammar of everything a caller may say, and of what nobody should.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { failures, type Code } from '../../src/failure/index.ts'
import { id, rows, world, type Who } from '../../src/testkit/index.ts'
import { inPostgres, listen, type Listening } from './listening.ts'

let at: Listening, database: Awaited<ReturnType<typeof inPostgres>>
before(async () => {
  database = await inPostgres()
  at = await listen({ store: database.store })
})
after(async () => {
  await at.serving.close()
  await database.drop()
})

const entities = Object.values(world.entities).filter(e => !e.hidden).slice(0, 10)
const nasty = fc.constantFrom('', '0', '-1', '1e999', 'NaN', 'null', 'true', "' or 1=1 --", '"; drop table posts', '$1', '%00', '%zz', '%C3%28', '\u{10ffff}', '../../etc/passwd', '__proto__', 'constructor', 'toString',
  '9'.repeat(400), '2026-02-30', '2026-01-01T00:00:00Z', 'P1Y', id(1), id(11), '18446744073709551616', '-9223372036854775809', '2147483648', '%', '_', '\\', '{}', '[]', 'a,b', ',', '%ED%A0%80', '%F0%9F%98%80', 'Infinity')
type EntityModel = (typeof entities)[number]
const anyName = fc.constantFrom('nothing', '__proto__', 'membershipId', 'teamId', 'id')
/** Mostly names that exist there. */
const nameOf = (e: EntityModel) => fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...Object.keys(e.fields).filter(f => !f.includes('.')), ...Object.keys(e.relations)) }, { weight: 1, arbitrary: anyName })
const listOf = (e: EntityModel) => fc.array(fc.oneof(nameOf(e), nameOf(e).map(n => `-${n}`), fc.tuple(nameOf(e), anyName).map(([x, y]) => `${x}.${y}`)), { minLength: 1, maxLength: 2 })
const operator = fc.constantFrom('eq', 'not', 'in', 'lt', 'lte', 'gt', 'gte', 'null', 'contains', 'containsi', 'startsWith', 'endsWithi', 'has', 'search', 'some', 'nope')
const stored = (e: EntityModel) => fc.constantFrom(...(rows[e.name] ?? []).flatMap(r => Object.values(r).map(v => encodeURIComponent(typeof v === 'string' ? v : JSON.stringify(v)))), '1')
const valueOf = (e: EntityModel) => fc.oneof(stored(e), nasty, nasty.map(encodeURIComponent), fc.string({ maxLength: 8 }).map(encodeURIComponent))
const condition = (e: EntityModel, around: string) => fc.oneof(
  fc.tuple(nameOf(e), fc.oneof(fc.constant(''), operator.map(o => `[${o}]`)), valueOf(e)).map(([n, o, v]) => `${around}[${n}]${o}=${v}`),
  fc.tuple(fc.constantFrom('[or][0]', '[not]', '[and][0][or][0]', '[or][x]'), nameOf(e), valueOf(e)).map(([w, n, v]) => `${around}${w}[${n}]=${v}`),
  fc.tuple(nameOf(e), nameOf(e), operator, valueOf(e)).map(([r, n, o, v]) => `${around}[${r}][some][${n}][${o}]=${v}`),
  fc.tuple(nameOf(e), nameOf(e), operator, valueOf(e)).map(([r, n, o, v]) => `${around}[${r}][${n}][${o}]=${v}`),
)
const parameterOf = (e: EntityModel) => fc.oneof(
  { weight: 5, arbitrary: condition(e, 'filter') },
  fc.tuple(fc.constantFrom('sort', 'fields', 'include'), listOf(e)).map(([p, n]) => `${p}=${n.join(',')}`),
  fc.tuple(fc.constantFrom('size', 'number', 'after', 'before', 'nope'), fc.oneof(fc.constantFrom('1', '2'), valueOf(e))).map(([p, v]) => `page[${p}]=${v}`),
  fc.tuple(nameOf(e), fc.constantFrom('[page][size]=1', '[sort]=id', '[fields]=id', '[include]=author', '[filter][id]=1', '[filter][in]=x', '=1')).map(([n, p]) => `include[${n}]${p}`),
  fc.tuple(fc.constantFrom('count', 'nope', ''), fc.constantFrom('exact', 'estimate', 'x')).map(([p, v]) => `${p}=${v}`),
)
const aggregateOf = (e: EntityModel) => fc.tuple(
  fc.array(fc.tuple(fc.constantFrom('countDistinct', 'sum', 'avg', 'min', 'max'), nameOf(e)).map(([f, n]) => `${f}(${n})`), { maxLength: 2 }), fc.option(nameOf(e)), fc.option(condition(e, 'filter')),
).map(([measures, group, filter]) => [`measure=${['count', ...measures].join(',')}`, ...(group === null ? [] : [`group=${group}`]), ...(filter === null ? [] : [filter])].join('&'))
const queryOf = (e: EntityModel) => fc.array(parameterOf(e), { maxLength: 2 }).map(x => x.join('&'))
const keyOf = (e: EntityModel) => fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...(rows[e.name] ?? []).map(r => e.key.map(k => encodeURIComponent(String(r[k]))).join(',')), 'x') },
  { weight: 1, arbitrary: valueOf(e).filter(v => v !== '' && !v.includes('?')) },
)
const json: fc.Arbitrary<unknown> = fc.letrec<{ json: unknown }>(tie => ({
  json: fc.oneof({ maxDepth: 4 },
    fc.oneof(nasty, fc.string({ unit: 'binary', maxLength: 6 }), fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.constantFrom('a\0b', '\ud800', -0, 1e308)),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.array(fc.tuple(fc.oneof(fc.constantFrom(...entities).chain(nameOf), operator, fc.constantFrom('connect', 'create', 'update', 'disconnect', 'delete')), tie('json')), { maxLength: 4 })
      .map(entries => Object.fromEntries(entries) as unknown)),
})).json
/** Of a stored row, some members, one perhaps with something else in it. */
const bodyOf = (e: EntityModel): fc.Arbitrary<unknown> => fc.oneof(
  { weight: 1, arbitrary: json },
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom(...(rows[e.name] ?? [{}])), fc.subarray([...Object.keys(e.fields), ...Object.keys(e.relations)]), fc.option(fc.tuple(nameOf(e), json)))
    .map(([r, names, odd]) => Object.fromEntries([...names.filter(n => n in r).map(n => [n, r[n]]), ...(odd === null ? [] : [odd])]) as unknown) },
  { weight: 1, arbitrary: fc.array(fc.constantFrom(...(rows[e.name] ?? [{}])), { maxLength: 3 }) },
)
const longOf = (e: EntityModel): fc.Arbitrary<unknown> => fc.record({
  filter: fc.oneof(json, fc.tuple(nameOf(e), operator, json).map(([n, o, v]) => ({ [n]: { [o]: v } }))), sort: fc.oneof(listOf(e), json), fields: listOf(e), include: fc.oneof(listOf(e), json),
  page: fc.oneof(fc.constantFrom({ size: 2 }, { number: 2 }, { after: 'x' }), json), count: fc.constantFrom('exact', 'estimate', 1),
}, { requiredKeys: [] })

interface Asking { readonly method: string; readonly url: string; readonly body?: unknown }
const withQuery = (path: string, query: string): string => (query === '' ? path : `${path}?${query}`)
const asking: fc.Arbitrary<Asking> = fc.constantFrom(...entities).chain(e => fc.oneof(
  { weight: 6, arbitrary: queryOf(e).map(q => ({ method: 'GET', url: withQuery(`/${e.path}`, q) })) },
  { weight: 2, arbitrary: fc.tuple(keyOf(e), queryOf(e)).map(([k, q]) => ({ method: 'GET', url: withQuery(`/${e.path}/${k}`, q) })) },
  { weight: 2, arbitrary: fc.tuple(keyOf(e), nameOf(e), queryOf(e)).map(([k, n, q]) => ({ method: 'GET', url: withQuery(`/${e.path}/${k}/${n}`, q) })) },
  { weight: 2, arbitrary: aggregateOf(e).map(q => ({ method: 'GET', url: `/${e.path}/aggregate?${q}` })) },
  { weight: 3, arbitrary: longOf(e).map(body => ({ method: 'POST', url: `/${e.path}/query`, body })) },
  { weight: 4, arbitrary: bodyOf(e).map(body => ({ method: 'POST', url: `/${e.path}`, body })) },
  { weight: 5, arbitrary: fc.tuple(fc.constantFrom('PATCH', 'PUT'), keyOf(e), bodyOf(e)).map(([method, k, body]) => ({ method, url: `/${e.path}/${k}`, body })) },
  { weight: 1, arbitrary: keyOf(e).map(k => ({ method: 'DELETE', url: `/${e.path}/${k}` })) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('HEAD', 'OPTIONS', 'DELETE', 'PUT', 'POST'), valueOf(e), json).map(([method, v, body]) => ({ method, url: `/${v.replaceAll('?', '')}`, body })) },
))
const headers = fc.dictionary(fc.constantFrom('if-match', 'if-none-match', 'accept', 'x-why', 'x-request-id', 'prefer', 'range', 'accept-encoding'), fc.constantFrom('*', '"1.x"', 'W/"1"', 'x', 'application/json', '"', '1', 'gzip;q=x', 'br'), { maxKeys: 2 })
const who = fc.constantFrom<Who>('nobody', 'ann', 'ben', 'staff', 'staff', 'staff')

test('random requests answer 2xx, 304 or a failure of the caller in the failure form', async t => {
  const answers = new Map<string, number>()
  await fc.assert(fc.asyncProperty(asking, fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: headers }), who, async ({ method, url, body: content }, extra, as) => {
    const bodied = method === 'POST' || method === 'PATCH' || method === 'PUT'
    const response = await at.ask(url, { as, method, headers: { ...extra, ...(bodied ? { 'content-type': 'application/json' } : {}) }, ...(bodied ? { raw: JSON.stringify(content) ?? 'null' } : {}) })
    const text = await response.text()
    const said = `${method} ${url} as ${as} ${bodied ? JSON.stringify(content) : ''} → ${response.status} ${text.slice(0, 500)}`
    answers.set(String(response.status), (answers.get(String(response.status)) ?? 0) + 1)
    if (response.status < 400) { if (text !== '') JSON.parse(text); return }
    if (method !== 'HEAD') {
      const { code } = JSON.parse(text) as { code: Code }
      assert.equal(failures[code].status, response.status, said)
    }
    assert.ok(response.status < 500, `${said}\n${String(at.seen.findLast(o => o.kind === 'request')?.cause)}`)
  }), { numRuns: Number(process.env['BACKWRIGHT_RUNS'] ?? 600), verbose: 0 })
  t.diagnostic([...answers].toSorted().map(([s, n]) => `${s}: ${n}`).join(' · '))
})
