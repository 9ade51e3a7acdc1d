// REST end to end: what rest.md promises, over real HTTP, through the engine.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { failures, type Code } from '../../src/failure/index.ts'
import { id } from '../../src/testkit/index.ts'
import { listen, type Listening } from './listening.ts'

let at: Listening
before(async () => { at = await listen() })
after(() => at.serving.close())

interface Problem { type: string; title: string; status: number; detail: string; instance: string; code: Code; errors?: { pointer?: string; parameter?: string; detail: string }[]; facts?: Record<string, unknown> }
const problem = async (answer: Promise<Response>, code: Code): Promise<Problem & { headers: Headers }> => {
  const response = await answer
  const text = await response.text()
  const body = JSON.parse(text) as Problem
  assert.equal(body.code, code, text)
  assert.equal(response.status, failures[code].status)
  assert.equal(response.headers.get('content-type'), 'application/problem+json')
  assert.deepEqual([body.type, body.title, body.status, body.instance], [`/docs/failures#${code}`, failures[code].title, failures[code].status, response.headers.get('x-request-id')])
  return { ...body, headers: response.headers }
}
type Row = Record<string, unknown>
interface List { data: Row[]; page: { next: string | null; previous: string | null; total?: number; totalIsAtLeast?: boolean; more?: string[] } }
const list = async (answer: Promise<Response>): Promise<List> => {
  const response = await answer
  const text = await response.text()
  assert.equal(response.status, 200, text)
  return JSON.parse(text) as List
}
const row = async (answer: Promise<Response>, status = 200): Promise<Row & { headers: Headers }> => {
  const response = await answer
  const text = await response.text()
  assert.equal(response.status, status, text)
  return Object.assign(JSON.parse(text) as Row, { headers: response.headers })
}

test('lists: filter, sort, fields, pages there and back', async () => {
  const all = await list(at.ask('/posts?sort=title&fields=title', { as: 'staff' }))
  assert.deepEqual(all.data.map(r => r['title']), ['Alpha', 'beta', 'delta', 'Ähre', '𝒳-ray'])
  assert.deepEqual(all.page, { next: null, previous: null })
  const titles = async (query: string) => (await list(at.ask(`/posts?sort=title&${query}`, { as: 'staff' }))).data.map(r => r['title'])
  assert.deepEqual(await titles('filter[status]=open'), ['Alpha', 'delta'])
  assert.deepEqual(await titles('filter[views][gte]=7'), ['Alpha', '𝒳-ray'])
  assert.deepEqual(await titles('filter[author][email][contains]=ben@'), ['Ähre'])
  assert.deepEqual(await titles('filter[comments][some][text]=nice'), ['Alpha'])
  assert.deepEqual(await titles('filter[or][0][title]=beta&filter[or][1][views]=5'), ['beta', 'delta', 'Ähre'])
  assert.deepEqual(await titles('filter[not][status]=open'), ['beta', 'Ähre', '𝒳-ray'])
  assert.deepEqual(await titles('filter[slug][in]=alpha,beta'), ['Alpha', 'beta'])
  assert.deepEqual(await titles('filter[slug][in]=alpha&filter[slug][in]=beta'), ['Alpha', 'beta'])
  assert.deepEqual(await titles('filter[slug][in]='), [])
  assert.deepEqual(await titles('filter[rating][null]=true'), ['Ähre'])
  assert.deepEqual(await titles(`filter%5Btitle%5D%5Bcontainsi%5D=${encodeURIComponent('ÄH')}`), ['Ähre'])
  const first = await list(at.ask('/posts?sort=title&page[size]=2&count=exact', { as: 'staff' }))
  assert.equal(first.page.total, 5)
  assert.equal(first.page.previous, null)
  const second = await list(at.ask(`/posts?sort=title&page[size]=2&count=exact&page[after]=${first.page.next}`, { as: 'staff' }))
  assert.deepEqual(second.data.map(r => r['title']), ['delta', 'Ähre'])
  const back = await list(at.ask(`/posts?sort=title&page[size]=2&count=exact&page[before]=${second.page.previous}`, { as: 'staff' }))
  assert.deepEqual(back.data, first.data)
  const numbered = await list(at.ask('/posts?sort=title&page[size]=2&page[number]=3', { as: 'staff' }))
  assert.deepEqual(numbered.data.map(r => r['title']), ['𝒳-ray'])
  const long = await list(at.ask('/posts/query', { as: 'staff', body: { filter: { or: [{ title: 'beta' }, { views: { in: [5] } }], rating: { null: false } }, sort: ['-title'], fields: 'title', page: { size: 5 }, count: 'exact' } }))
  assert.deepEqual([long.data.map(r => r['title']), long.page.total], [['delta', 'beta'], 2])
})

test('includes, cut lists, relations of one row, composite ids', async () => {
  const posts = await list(at.ask(`/posts?filter[id]=${id(11)}&include=author&include[comments][page][size]=2&include[comments][sort]=-id&include[comments][fields]=id`, { as: 'ann' }))
  assert.deepEqual((posts.data[0]!['comments'] as Row[]).map(c => c['id']), [6, 2])
  assert.equal((posts.data[0]!['author'] as Row)['name'], 'Ann')
  assert.deepEqual(posts.page.more, ['comments'])
  const one = await row(at.ask(`/posts/${id(11)}?include[comments][page][size]=1`, { as: 'ann' }))
  assert.equal(one.headers.get('page-more'), 'comments')
  assert.equal(one['data'], undefined)
  const comments = await list(at.ask(`/posts/${id(11)}/comments?sort=-id&page[size]=2`, { as: 'ann' }))
  assert.deepEqual(comments.data.map(c => c['id']), [6, 2])
  assert.ok(comments.page.next)
  await problem(at.ask(`/posts/${id(99)}/comments`, { as: 'ann' }), 'row.missing')
  assert.equal((await row(at.ask(`/memberships/${id(1)},1`, { as: 'staff' })))['since'], '2020-02-29')
  await problem(at.ask(`/memberships/${id(1)}`, { as: 'staff' }), 'row.missing')
  assert.equal((await row(at.ask(`/tags/${encodeURIComponent('äö/ü')}`)))['label'], 'Umlauts')
  assert.equal((await row(at.ask('/tags/a,b')))['label'], 'A, b')
})

test('aggregates', async () => {
  const groups = await list(at.ask('/posts/aggregate?group=status&measure=count,sum(views)&sort=-count,status', { as: 'staff' }))
  assert.deepEqual(groups.data.map(g => [(g['group'] as Row)['status'], g['count'], (g['sum'] as Row)['views']]), [['open', 2, '15'], ['secret', 2, '12'], ['locked', 1, '0']])
  assert.equal(groups.page, undefined)
})

test('create, change, replace, delete', async () => {
  const made = await row(at.ask('/posts', { as: 'ann', body: { title: 'new', rating: '1.10', comments: [{ text: 'first' }] } }), 201)
  assert.equal(made.headers.get('location'), `/api/posts/${String(made['id'])}`)
  assert.match(made.headers.get('etag') ?? '', /^"1\.[\w-]{27}"$/)
  assert.equal((made['comments'] as Row[]).length, 1)
  const address = `/posts/${String(made['id'])}`
  const patched = await row(at.ask(address, { as: 'ann', method: 'PATCH', body: { title: 'newer', rating: null }, headers: { 'content-type': 'application/merge-patch+json' } }))
  assert.deepEqual([patched['title'], patched['rating']], ['newer', null])
  const gone = await at.ask(address, { as: 'ann', method: 'DELETE' })
  assert.deepEqual([gone.status, await gone.text(), gone.headers.get('content-type')], [204, '', null])
  await problem(at.ask(address, { as: 'ann' }), 'row.missing')
  const many = await row(at.ask('/tags', { as: 'staff', body: [{ id: 'x1', label: 'X' }, { id: 'x,2', label: 'Y' }] }), 201)
  assert.deepEqual((many['data'] as Row[]).map(t => t['id']), ['x1', 'x,2'])
  assert.equal(many.headers.get('location'), null)
  const put = await row(at.ask('/tags/p%2Fq', { as: 'staff', method: 'PUT', body: { label: 'P' } }), 201)
  assert.deepEqual([put['id'], put.headers.get('location')], ['p/q', '/api/tags/p%2Fq'])
  assert.equal((await row(at.ask('/tags/p%2Fq', { as: 'staff', method: 'PUT', body: { label: 'Q' } }))).label, 'Q')
})

test('numbers of bodies keep their digits', async () => {
  const raw = '{"title": "exact", "rating": 123456789012345678901234567890.123456789}'
  const made = await row(at.ask('/posts', { as: 'ann', method: 'POST', raw, headers: { 'content-type': 'application/json' } }), 201)
  assert.equal(made['rating'], '123456789012345678901234567890.123456789')
})

test('tags: 304, 412 with the tag of now, lists by hash', async () => {
  const address = `/posts/${id(14)}`
  const one = await at.ask(address, { as: 'staff' })
  const tag = one.headers.get('etag') ?? ''
  await one.text()
  assert.match(tag, /^"1\.[\w-]{27}"$/)
  for (const header of [tag, `W/${tag}`, `"other", ${tag}`, '*', tag.replace(/"$/, '-br"'), tag.replace(/"$/, '--gzip"')]) {
    const same = await at.ask(address, { as: 'staff', headers: { 'if-none-match': header } })
    assert.deepEqual([same.status, await same.text()], [304, ''], header)
    assert.ok(same.headers.get('etag') && same.headers.get('vary') && same.headers.get('cache-control'))
  }
  assert.equal((await at.ask(address, { as: 'staff', headers: { 'if-none-match': tag.replace('1.', '2.') } })).status, 200)
  assert.equal((await at.ask(`${address}?fields=title`, { as: 'staff', headers: { 'if-none-match': tag } })).status, 200, 'other bytes, other tag')
  const wide = await at.ask('/posts', { as: 'staff', headers: { 'accept-encoding': 'identity' } })
  assert.match(wide.headers.get('etag') ?? '', /^"[\w-]{27}"$/)
  const packed = await at.ask('/posts', { as: 'staff', headers: { 'accept-encoding': 'gzip' } })
  assert.equal(packed.headers.get('etag'), wide.headers.get('etag')?.replace(/"$/, '-gzip"'))
  assert.equal((await at.ask('/posts', { as: 'staff', headers: { 'accept-encoding': 'gzip', 'if-none-match': packed.headers.get('etag') ?? '' } })).status, 304)
  assert.equal((await at.ask('/posts', { as: 'staff', headers: { 'if-none-match': wide.headers.get('etag') ?? '' } })).status, 304)
  await problem(at.ask(address, { as: 'staff', headers: { 'if-none-match': 'tag' } }), 'request.malformed')
  await problem(at.ask(address, { as: 'staff', headers: { 'if-match': '"7.x"' } }), 'row.stale')
  assert.equal((await at.ask(address, { as: 'staff', headers: { 'if-match': tag } })).status, 200)

  const change = (ifMatch: string, title: string) => at.ask(address, { as: 'staff', method: 'PATCH', body: { title }, headers: { 'if-match': ifMatch } })
  const changed = await row(change(tag, 'b2'))
  assert.match(changed.headers.get('etag') ?? '', /^"2\./)
  const stale = await problem(change(tag, 'b3'), 'row.stale')
  const now = await at.ask(address, { as: 'staff' })
  assert.equal(stale.headers.get('etag'), now.headers.get('etag'), 'the tag that a GET here shows')
  assert.equal((await row(change(`${tag}, W/${changed.headers.get('etag')}`, 'b4')))['title'], 'b4', 'any of several')
  assert.equal((await row(change('*', 'b5')))['title'], 'b5')
  await problem(change('"not-one-of-ours"', 'b6'), 'row.stale')
  await problem(change('nonsense', 'b6'), 'request.malformed')
  await problem(change('', 'b6'), 'request.malformed')
  await problem(at.ask('/posts', { as: 'staff', body: { title: 'x' }, headers: { 'if-match': tag } }), 'request.malformed')
  await problem(at.ask(address, { as: 'staff', method: 'PUT', body: { title: 'x' }, headers: { 'if-none-match': '*' } }), 'request.malformed')
  const hidden = await problem(at.ask(`/posts/${id(13)}`, { as: 'ann', method: 'PATCH', body: { title: 'x' }, headers: { 'if-match': '"1.x"' } }), 'row.missing')
  assert.equal(hidden.headers.get('etag'), null)
})

test('failures come in their order, worded for whoever must act', async () => {
  const media = await problem(at.ask('/posts', { as: 'ann', method: 'POST', raw: '<a/>', headers: { 'content-type': 'text/xml' } }), 'request.media')
  assert.equal(media.headers.get('accept-post'), 'application/json')
  assert.equal((await problem(at.ask(`/posts/${id(11)}`, { method: 'PATCH', raw: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } }), 'request.media')).headers.get('accept-patch'), 'application/merge-patch+json, application/json')
  await problem(at.ask('/posts', { method: 'POST', raw: '{}', headers: { 'content-type': 'application/json; charset=latin1' } }), 'request.media')
  await problem(at.ask('/posts', { method: 'POST', raw: '{}', headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } }), 'request.media')
  await problem(at.ask('/posts', { method: 'POST', raw: '{}', headers: { 'content-type': 'application/merge-patch+json' } }), 'request.media')
  for (const raw of ['', '{', '[1,]', '{"a":1}x', '{"a":01}', '\u{feff}\u{feff}{}', new Uint8Array([0x22, 0xff, 0x22])]) {
    await problem(at.ask('/nowhere', { method: 'POST', raw, headers: { 'content-type': 'application/json', authorization: 'Bearer wrong' } }), 'request.malformed')
  }
  const deep = await problem(at.ask('/posts', { method: 'POST', raw: '['.repeat(100_000), headers: { 'content-type': 'application/json' } }), 'resolve.limit')
  assert.deepEqual(deep.facts, { limit: 'depth', budget: 64, cost: 100_000 })
  const token = await problem(at.ask('/nowhere', { headers: { authorization: 'Bearer wrong' } }), 'caller.token')
  assert.equal(token.headers.get('www-authenticate'), 'Bearer error="invalid_token"')
  const unknown = await problem(at.ask('/nowhere'), 'request.route')
  assert.match(unknown.detail, /Collections under \/api: persons/)
  assert.match((await problem(at.ask('/post'), 'request.route')).detail, /Did you mean 'posts'/)
  const signIn = await problem(at.ask('/persons'), 'caller.unknown')
  assert.equal(signIn.headers.get('www-authenticate'), 'Bearer')
  await problem(at.ask('/teams', { as: 'ann', body: { name: 'mine' } }), 'caller.forbidden')
  const mistakes = await problem(at.ask('/posts', { as: 'ann', body: { titel: 'x', title: '', views: 'many', comments: [{ text: 5 }] } }), 'resolve.value')
  assert.deepEqual(mistakes.errors?.map(e => e.pointer).toSorted(), ['/comments/0/text', '/titel', '/title', '/views'])
  assert.match(mistakes.errors?.find(e => e.pointer === '/titel')?.detail ?? '', /title/)
  await problem(at.ask('/posts', { as: 'staff', body: 'text' }), 'resolve.value')
  await problem(at.ask('/posts', { as: 'staff', body: null }), 'resolve.value')
  const taken = await problem(at.ask('/posts', { as: 'staff', body: { title: 'x', slug: 'alpha', authorId: id(1) } }), 'row.duplicate')
  assert.deepEqual(taken.facts?.['fields'], ['slug'])
  await problem(at.ask('/posts', { as: 'staff', body: { title: 'x', authorId: id(98) } }), 'row.reference')
  await problem(at.ask(`/persons/${id(1)}`, { as: 'staff', method: 'DELETE' }), 'row.referenced')
  const url = await problem(at.ask('/posts?filter[views]=many', { as: 'staff' }), 'resolve.url')
  assert.equal(url.errors?.[0]?.parameter, 'filter[views]')
  const name = await problem(at.ask('/posts?filter[titel]=x', { as: 'staff' }), 'resolve.name')
  assert.match(name.detail, /Did you mean 'title'/)
  assert.match((await problem(at.ask('/posts?filter[title][startWith]=x', { as: 'staff' }), 'resolve.name')).detail, /startsWith/)
  assert.match((await problem(at.ask('/posts?sorted=title', { as: 'staff' }), 'resolve.name')).detail, /Did you mean 'sort'/)
  await problem(at.ask('/posts?page[after]=nonsense', { as: 'staff' }), 'resolve.cursor')
  await problem(at.ask('/posts?page[size]=100000', { as: 'staff' }), 'resolve.limit')
  const query = await problem(at.ask('/posts/query', { as: 'staff', body: { filtr: {}, page: { sise: 1 }, count: 'all', sort: 5 } }), 'resolve.value')
  assert.deepEqual(query.errors?.map(e => e.pointer).toSorted(), ['/count', '/filtr', '/page/sise', '/sort'])
  await problem(at.ask('/posts/query?sort=title', { as: 'staff', body: {} }), 'request.malformed')
})

test('methods and representations', async () => {
  const wrong: [path: string, method: string, allow: string][] = [
    ['/posts', 'PUT', 'GET, HEAD, POST, PATCH, DELETE, OPTIONS'], [`/posts/${id(11)}`, 'POST', 'GET, HEAD, PATCH, PUT, DELETE, OPTIONS'], ['/posts/query', 'GET', 'POST, OPTIONS'],
    ['/posts/aggregate', 'POST', 'GET, HEAD, OPTIONS'], [`/posts/${id(11)}/comments`, 'POST', 'GET, HEAD, OPTIONS'],
  ]
  for (const [path, method, allow] of wrong) {
    assert.equal((await problem(at.ask(path, { method }), 'request.method')).headers.get('allow'), allow)
    const options = await at.ask(path, { method: 'OPTIONS' })
    assert.deepEqual([options.status, options.headers.get('allow')], [204, allow])
  }
  const head = await at.ask('/tags', { method: 'HEAD' }), get = await at.ask('/tags')
  assert.deepEqual([head.status, await head.text()], [200, ''])
  assert.equal(head.headers.get('etag'), get.headers.get('etag'))
  assert.equal(get.headers.get('cache-control'), 'private, no-cache')
  assert.equal(get.headers.get('vary'), 'Accept, Authorization, Accept-Encoding, Origin')
  for (const accept of ['text/html', 'application/json;q=0', 'application/json;q=0, */*', 'text/*']) await problem(at.ask('/tags', { headers: { accept } }), 'request.accept')
  for (const accept of ['application/*', 'text/html, */*;q=0.1', 'text/html, application/json', 'application/json; charset=utf-8']) assert.equal((await at.ask('/tags', { headers: { accept } })).status, 200, accept)
})

test('X-Why is for development', async () => {
  const plain = await row(at.ask(`/posts/${id(11)}`, { as: 'ann', headers: { 'x-why': '1' } }))
  assert.ok(!('why' in plain))
  const dev = await listen({ development: true })
  try {
    const one = await row(dev.ask(`/posts/${id(11)}`, { as: 'ann', headers: { 'x-why': '1' } })) as unknown as { data: Row; why: { entity: string; verb: string; rows: { granted: boolean; decidedBy: string }[]; statement: string } }
    assert.equal(one.data['title'], 'Alpha')
    assert.deepEqual([one.why.entity, one.why.verb, one.why.rows[0]?.granted], ['post', 'read', true])
    assert.ok(one.why.statement.length > 0)
    const many = await list(dev.ask('/posts', { as: 'ann', headers: { 'x-why': '1' } })) as List & { why: { rows: unknown[] } }
    assert.ok(many.data.length > 0 && many.why.rows.length > 0)
    assert.ok('next' in many.page)
    const refused = await (await dev.ask(`/posts/${id(12)}`, { as: 'ann', method: 'PATCH', body: { title: 'x' }, headers: { 'x-why': '1' } })).json() as { code: string; why: { rows: { decidedBy: string }[] } }
    assert.equal(refused.code, 'caller.forbidden')
    assert.equal(refused.why.rows[0]?.decidedBy, 'Post.4')
    assert.equal((await dev.ask(`/posts/${id(11)}`, { as: 'ann' })).headers.get('cache-control'), 'private, no-cache')
  } finally { await dev.serving.close() }
})

test('what the log says of a request', async () => {
  at.seen.length = 0
  await (await at.ask('/posts?filter[title]=private', { as: 'ann' })).text()
  await new Promise(go => setTimeout(go, 20))
  const log = at.seen.find(o => o.kind === 'request')
  assert.deepEqual([log?.operation, log?.entity, log?.caller, log?.status, log?.protocol], ['find', 'post', 'auth0|1', 200, 'rest'])
  assert.ok((log?.statements ?? 0) >= 1)
  assert.ok(!JSON.stringify(log).includes('private'))
})
