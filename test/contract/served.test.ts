// The contract and the pages as they are served: cached, refused to nobody, loading nothing from elsewhere, and off where switched off.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { failures } from '../../src/failure/index.ts'
import { contractOf } from '../../src/protocols/rest/index.ts'
import { rest } from '../../src/protocols/rest/index.ts'
import { serve } from '../../src/server/index.ts'
import { world } from '../../src/testkit/index.ts'
import { listen, type Listening } from '../rest/listening.ts'

let at: Listening
before(async () => { at = await listen() })
after(() => at.serving.close())
const get = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`${at.serving.url}${path}`, init)

test('/openapi.json is the contract, with a tag that answers 304', async () => {
  const answer = await get('/openapi.json')
  assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'application/json'])
  assert.deepEqual(await answer.json(), JSON.parse(JSON.stringify(contractOf(world, '/api'))))
  const again = await get('/openapi.json', { headers: { 'if-none-match': answer.headers.get('etag') ?? '' } })
  assert.deepEqual([again.status, await again.text()], [304, ''])
  const other = await get('/openapi.json', { headers: { 'if-none-match': `"${'A'.repeat(27)}"` } })
  assert.equal(other.status, 200)
})

test('methods, and what is not there', async () => {
  assert.equal((await get('/openapi.json', { method: 'HEAD' })).status, 200)
  const options = await get('/docs', { method: 'OPTIONS' })
  assert.deepEqual([options.status, options.headers.get('allow')], [204, 'GET, HEAD, OPTIONS'])
  const post = await get('/openapi.json', { method: 'POST', body: '{}' })
  assert.deepEqual([post.status, post.headers.get('allow')], [405, 'GET, HEAD, OPTIONS'])
  assert.equal((await get('/docs/nothing')).status, 404)
  assert.equal((await get('/docs/constructor')).status, 404)
})

test('pages load nothing from elsewhere', async () => {
  for (const path of ['/docs', '/docs/failures']) {
    const answer = await get(path), text = await answer.text()
    assert.equal(answer.status, 200)
    assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'/)
    const places = [...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(m => m[1] ?? '')
    assert.ok(places.length > 3)
    for (const place of places) assert.match(place, /^(#|data:,$|[a-z.]+(\/[a-z.]+)*$|\.\.\/)/, place)
    assert.doesNotMatch(text, /<style|<script>| style=| on[a-z]+="/)
    for (const place of places.filter(p => !/^(#|data:)/.test(p))) assert.equal((await fetch(new URL(place, `${at.serving.url}${path}`))).status, 200, place)
  }
})

test('every place a page links to within itself is there, each id once', async () => {
  for (const path of ['/docs', '/docs/failures']) {
    const text = await (await get(path)).text()
    const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(m => m[1] ?? '')
    assert.equal(new Set(ids).size, ids.length)
    for (const [, to = ''] of text.matchAll(/href="#([^"]+)"/g)) assert.ok(ids.includes(to), to)
  }
})

test('the type of a problem leads to its place', async () => {
  const problem = await (await at.ask('/posts/none', { as: 'ann' })).json() as { type: string }
  const [path = '', anchor = ''] = problem.type.split('#')
  const text = await (await get(path)).text()
  assert.ok(text.includes(`id="${anchor}"`))
  for (const code of Object.keys(failures)) assert.ok(text.includes(`id="${code}"`), code)
})

test('every operation is on the page', async () => {
  const text = await (await get('/docs')).text()
  for (const item of Object.values(contractOf(world, '/api').paths)) for (const o of Object.values(item as object) as { operationId: string }[]) assert.ok(text.includes(`id="${o.operationId}"`), o.operationId)
})

test('a declaration cannot write markup into the page', async () => {
  const tag = world.entities['tag']!
  const model = { ...world, actions: {}, entities: { tag: { ...tag, relations: {}, about: '<script>alert(1)</script>"\'&' } } }
  const serving = await serve({ protocols: [rest({ engine: { ...at.engine, model } })], engine: at.engine, port: 0 })
  try {
    const text = await (await fetch(`${serving.url}/docs`)).text()
    assert.ok(text.includes('&#60;script&#62;alert(1)'))
    assert.doesNotMatch(text, /<script>alert/)
  } finally { await serving.close() }
})

test('switched off, nothing of it is there', async () => {
  const serving = await serve({ protocols: [rest({ engine: at.engine, docs: false })], engine: at.engine, port: 0 })
  try {
    for (const path of ['/openapi.json', '/openapi.yaml', '/docs', '/docs/failures']) assert.equal((await fetch(`${serving.url}${path}`)).status, 404, path)
    assert.equal((await fetch(`${serving.url}/api/tags`)).status, 200)
  } finally { await serving.close() }
})
