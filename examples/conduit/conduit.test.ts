// Conduit: other people's suites where they are there, and what its contract promises beyond them.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createRequire } from 'node:module'
import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { serving, suites, type Answer, type Json, type Person, type Served } from './serving.ts'

/** As far as it is used here: it brings no types. */
interface Ran { readonly run: { readonly failures: readonly { readonly source?: { readonly name?: string }; readonly error: { readonly message: string } }[]; readonly stats: Readonly<Record<'requests' | 'assertions', { readonly total?: number }>> } }
type Newman = { run(options: object, done: (error: Error | null, ran: Ran) => void): void }

let s: Served
before(async () => { s = await serving() })
after(async () => { await s.close() })
const errors = ({ status, body }: Answer): unknown => [status, body['errors']]
const titles = ({ body }: Answer): unknown => [(body['articles'] as Json[]).map(a => a['title']), body['articlesCount']]

describe('other people\'s suites', () => {
  const folder = suites()
  const hurl = (): Promise<string> => new Promise((done, failed) => {
    const here = folder ?? '', files = ['hurl', 'features'].flatMap(f => readdirSync(path.join(here, f)).filter(x => x.endsWith('.hurl') && !/exports|live-editing/.test(x)).sort().map(x => path.join(here, f, x)))
    const child = spawn(process.execPath, [path.join(here, 'hurl-mini.mjs'), s.url, ...files], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.on('data', (bytes: Buffer) => { said += bytes.toString() })
    child.on('error', failed).on('exit', () => { done(said) })
  })
  const postman = (name: string): Promise<Ran> => new Promise((done, failed) => {
    (createRequire(import.meta.url)('newman') as Newman).run({
      collection: path.join(folder ?? '', 'Conduit.postman_collection.json'), reporters: [],
      globals: { values: Object.entries({ APIURL: `${s.url}/api`, USERNAME: name, EMAIL: `${name}@x.example`, PASSWORD: 'password' }).map(([key, value]) => ({ key, value, enabled: true })) },
    }, (error, summary) => { if (error) failed(error); else done(summary) })
  })
  // They are not ours to ship: where they are missing, that is said, and is no fault of this clone.
  if (folder === null) test('are not here: there is no shared/suites/conduit beside the clone, nothing of theirs is run', () => {})
  for (const when of folder === null ? [] : ['on a fresh database', 'on a used one']) {
    test(`the Hurl files, ${when}`, async t => {
      const said = await hurl()
      assert.match(said, /15 files, 0 failed; 196 requests, 646 assertions, 0 failures/, said)
      t.diagnostic(said.trim().split('\n').at(-1) ?? '')
    })
    test(`the Postman collection, ${when}`, async t => {
      const { run } = await postman(when.includes('fresh') ? 'postman' : 'postman2')
      assert.deepEqual(run.failures.map(f => `${f.source?.name ?? ''}: ${f.error.message}`), [])
      assert.ok((run.stats.assertions.total ?? 0) > 250)
      t.diagnostic(`${run.stats.requests.total ?? 0} requests, ${run.stats.assertions.total ?? 0} assertions`)
    })
  }
})

describe('the order of failures', () => {
  let ann: Person, ben: Person, article: Json, draft: Json
  before(async () => {
    [ann, ben] = [await s.person(), await s.person()]
    ;[article, draft] = [await s.write(ann), await s.write(ann, { status: 'draft' })]
  })
  const nobody = [401, { token: ['is missing'] }], wrong = { article: { title: '', body: 7, revision: 'x' } }

  test('no token, before anything else: what is not there, and what cannot be read', async () => {
    for (const [method, at, body] of [
      ['GET', '/user'], ['PUT', '/user', '{'], ['GET', '/user/drafts'], ['GET', '/articles/feed'], ['POST', '/articles', wrong], ['PUT', '/articles/none', '{'], ['DELETE', '/articles/none'], ['POST', '/articles/none/publish'],
      ['POST', '/articles/none/favorite'], ['DELETE', '/articles/none/favorite'], ['POST', '/articles/none/comments', {}], ['DELETE', '/articles/none/comments/x'], ['POST', '/profiles/none/follow'], ['DELETE', '/profiles/none/follow'],
    ] as const) assert.deepEqual(errors(await s.ask(null, method, `/api${at}`, body)), nobody, `${method} ${at}`)
    for (const token of ['x', 'bws_nonsense', `${ann.token}x`]) for (const at of ['/user', '/articles', '/tags']) assert.deepEqual(errors(await s.ask(token, 'GET', `/api${at}`)), [401, { token: ['is invalid'] }])
    assert.equal((await s.ask(null, 'GET', '/api/articles', undefined, { authorization: `Bearer ${ann.token}` })).status, 401)
    assert.equal((await s.ask(null, 'GET', '/api/articles')).headers.get('www-authenticate'), null)
    assert.equal((await s.ask(null, 'GET', '/api/user')).headers.get('www-authenticate'), 'Token')
  })

  test('what is not there, or a draft of somebody else\'s, before who may and what fits', async () => {
    const missing = [404, { article: ['not found'] }]
    for (const slug of ['none', String(draft['slug']), '%00', 'a%2Fb', '%F0%9F%91%8D', "'%3B--"]) {
      for (const [method, below, body] of [['GET', ''], ['PUT', '', wrong], ['DELETE', ''], ['POST', '/publish'], ['POST', '/favorite'], ['DELETE', '/favorite'], ['GET', '/comments'], ['POST', '/comments', { comment: {} }], ['DELETE', '/comments/x']] as const) {
        const answer = await s.ask(ben.token, method, `/api/articles/${slug}${below}`, body)
        if (slug === '%00') assert.equal(answer.status, 400)
        else assert.deepEqual(errors(answer), missing, `${method} ${slug}${below}`)
      }
    }
    const { slug } = article
    for (const id of ['x', '1.5', '-1', '99999', '99999999999999999999', '0']) assert.deepEqual(errors(await s.ask(ann.token, 'DELETE', `/api/articles/${String(slug)}/comments/${id}`)), [404, { comment: ['not found'] }], id)
    assert.deepEqual(errors(await s.ask(ann.token, 'GET', '/api/profiles/none')), [404, { profile: ['not found'] }])
  })

  test('who may, before the version and what fits', async () => {
    const forbidden = [403, { article: ['forbidden'] }], at = `/api/articles/${String(article['slug'])}`
    assert.deepEqual(errors(await s.ask(ben.token, 'PUT', at, wrong)), forbidden)
    assert.deepEqual(errors(await s.ask(ben.token, 'PUT', at, { article: { revision: 99 } })), forbidden)
    assert.deepEqual(errors(await s.ask(ben.token, 'DELETE', at)), forbidden)
    assert.deepEqual(errors(await s.ask(ben.token, 'POST', `${at}/publish`)), forbidden)
    // Whatever the body is, and however it is wrapped: nothing of it is looked at for who may not write.
    for (const body of ['', '{', 'null', '[]', '{}', '{"wrong":{}}', '{"article":7}', '{"article":null}']) assert.deepEqual(errors(await s.ask(ben.token, 'PUT', at, body)), forbidden, body)
    assert.deepEqual(errors(await s.ask(ben.token, 'PUT', at, 'x', { 'content-type': 'text/plain' })), forbidden)
    for (const body of ['{}', '{']) assert.deepEqual(errors(await s.ask(ben.token, 'PUT', `/api/articles/${String(draft['slug'])}`, body)), [404, { article: ['not found'] }])
    const large = JSON.stringify({ article: { body: 'x'.repeat(1_100_000) } })
    assert.deepEqual((await Promise.all([null, ben.token, ann.token].map(who => s.ask(who, 'PUT', at, large)))).map(a => a.status), [401, 403, 413])
    assert.deepEqual(errors(await s.ask(ann.token, 'PUT', at, '{}')), [422, { article: ['is invalid'] }])
    assert.equal((await s.ask(ann.token, 'PUT', at, '{')).status, 400)
    const { body } = await s.ask(ann.token, 'POST', `${at}/comments`, { comment: { body: 'mine' } })
    assert.deepEqual(errors(await s.ask(ben.token, 'DELETE', `${at}/comments/${String(body['comment']['id'])}`)), [403, { comment: ['forbidden'] }])
    // A comment of another article is none of this one.
    const other = await s.write(ann)
    assert.deepEqual(errors(await s.ask(ann.token, 'DELETE', `/api/articles/${String(other['slug'])}/comments/${String(body['comment']['id'])}`)), [404, { comment: ['not found'] }])
  })

  test('the version, before what fits', async () => {
    const at = `/api/articles/${String(article['slug'])}`
    const stale = await s.ask(ann.token, 'PUT', at, { article: { title: '', revision: 9 } })
    assert.deepEqual(errors(stale), [409, { revision: ['is stale'] }])
    assert.equal(stale.body['article']['revision'], 1)
    for (const revision of ['1', 1.5, null, true, {}, [1], 1e300]) {
      const { status, body } = await s.ask(ann.token, 'PUT', at, { article: { body: 'x', revision } })
      assert.equal(status, 422, JSON.stringify(revision))
      assert.deepEqual(body['errors'], { revision: ['is invalid'] })
    }
    for (const revision of [0, -1, 2 ** 40]) assert.equal((await s.ask(ann.token, 'PUT', at, { article: { body: 'x', revision } })).status, 409)
    assert.equal((await s.ask(null, 'GET', at)).body['article']['revision'], 1)
  })
})

test('every wrong type is told at its member, and nothing is written', async () => {
  const ann = await s.person(), article = await s.write(ann), at = `/api/articles/${String(article['slug'])}`
  const members: Json = { title: [null, '', '  ', 7, true, [], {}], description: [null, '', 1], body: [null, '\t', {}], tagList: [null, 'x', {}, [1], [null], [''], [['a']]] }
  for (const [name, values] of Object.entries(members)) {
    for (const value of values as unknown[]) {
      for (const [method, where] of [['POST', '/api/articles'], ['PUT', at]] as const) {
        const { status, body } = await s.ask(ann.token, method, where, { article: { ...(method === 'POST' ? { title: 't', description: 'd', body: 'b' } : {}), [name]: value } })
        assert.deepEqual([status, Object.keys((body['errors'] ?? {}) as Json)], [422, [name]], `${method} ${name} ${JSON.stringify(value)}`)
        const blank = value === null || (typeof value === 'string' && value.trim() === '')
        assert.deepEqual((body['errors'] as Json)[name], [blank ? "can't be blank" : 'is invalid'], `${method} ${name} ${JSON.stringify(value)}`)
      }
    }
  }
  assert.deepEqual(errors(await s.ask(ann.token, 'POST', '/api/articles', { article: {} })), [422, { title: ["can't be blank"], description: ["can't be blank"], body: ["can't be blank"] }])
  for (const body of [{}, [], 'x', null, { article: null }, { article: [] }, { article: 'x' }]) assert.equal((await s.ask(ann.token, 'POST', '/api/articles', JSON.stringify(body))).status, 422, JSON.stringify(body))
  for (const body of ['', '{', '{"article":{"title":"\\ud800"']) assert.equal((await s.ask(ann.token, 'POST', '/api/articles', body)).status, 400)
  for (const status of ['x', '', null, 1]) assert.deepEqual(errors(await s.ask(ann.token, 'POST', '/api/articles', { article: { title: 't', description: 'd', body: 'b', status } })), [422, { status: ['is invalid'] }])
  // As many tags as fit a body; one that no index takes is told as what does not fit.
  const many = await s.ask(ann.token, 'POST', '/api/articles', { article: { title: 't', description: 'd', body: 'b', tagList: Array.from({ length: 1000 }, (_, i) => `tag ${i} ${'é'.repeat(80)}`) } })
  assert.deepEqual([many.status, (many.body['article'] as Json)['tagList'].length], [201, 1000])
  // What nobody asked for is left out: nobody writes what is not theirs to write.
  const { status, body } = await s.ask(ann.token, 'PUT', at, { article: { slug: 'mine', favoritesCount: 9, author: { username: 'x' }, status: 'draft', createdAt: '2000-01-01', body: 'new' } })
  const { body: text, updatedAt, revision, ...rest } = body['article'] as Json
  assert.deepEqual([status, text, revision], [200, 'new', 2])
  assert.notEqual(updatedAt, article['updatedAt'])
  assert.deepEqual(rest, Object.fromEntries(Object.entries(article).filter(([n]) => !['body', 'updatedAt', 'revision'].includes(n))))
  for (const user of [{ username: '' }, { username: null }, { username: 7 }, { email: '' }, { email: null }, { email: 'no' }, { password: '' }, { password: 'short' }, { password: null }, { bio: 7 }, { image: [] }]) {
    const { status, body } = await s.ask(ann.token, 'PUT', '/api/user', { user })
    assert.deepEqual([status, Object.keys(body['errors'] as Json)], [422, Object.keys(user)], JSON.stringify(user))
  }
  for (const [method, where, who] of [['POST', '/api/users', null], ['PUT', '/api/user', ann.token]] as const) {
    const { status, body } = await s.ask(who, method, where, { user: { username: 'x'.repeat(101), email: 'long@x.example', password: 'password123' } })
    assert.deepEqual([status, body['errors']], [422, { username: ['is invalid'] }])
  }
  for (const user of [{}, { username: 'x' }, { username: 'x', email: 'no', password: 'password' }, { username: 'x', email: 'x@x.example', password: 'short' }]) assert.equal((await s.ask(null, 'POST', '/api/users', { user })).status, 422)
})

describe('at once', () => {
  test('favourites and follows are counted exactly', async () => {
    const [ann, ...others] = await Promise.all(Array.from({ length: 6 }, () => s.person()))
    assert.ok(ann)
    const { slug } = await s.write(ann), at = `/api/articles/${String(slug)}`
    const all = await Promise.all(others.flatMap(p => Array.from({ length: 5 }, () => s.ask(p.token, 'POST', `${at}/favorite`))))
    assert.ok(all.every(a => a.status === 200 && a.body['article']['favorited'] === true))
    assert.equal((await s.ask(null, 'GET', at)).body['article']['favoritesCount'], 5)
    await Promise.all([...others.slice(0, 3).flatMap(p => [1, 2, 3].map(() => s.ask(p.token, 'DELETE', `${at}/favorite`))), ...others.flatMap(p => [1, 2].map(() => s.ask(p.token, 'POST', `/api/profiles/${ann.username}/follow`)))])
    const { article } = (await s.ask(null, 'GET', at)).body
    assert.deepEqual([article['favoritesCount'], article['favorited'], article['revision']], [2, false, 1])
    assert.equal(await s.system.follow.count({ where: { followed: { username: ann.username } } }), 5)
  })

  test('of updates from one revision one wins', async () => {
    const ann = await s.person(), { slug } = await s.write(ann), at = `/api/articles/${String(slug)}`
    for (let revision = 1; revision <= 3; revision++) {
      const all = await Promise.all(Array.from({ length: 8 }, (_, i) => s.ask(ann.token, 'PUT', at, { article: { body: `by ${i}`, revision } })))
      assert.deepEqual(all.map(a => a.status).toSorted((a, b) => a - b), [200, ...Array.from({ length: 7 }, () => 409)])
      const won = all.find(a => a.status === 200)
      assert.deepEqual((await s.ask(null, 'GET', at)).body['article'], won?.body['article'])
    }
    // Without one the last wins, and each counts.
    await Promise.all(Array.from({ length: 5 }, (_, i) => s.ask(ann.token, 'PUT', at, { article: { body: `then ${i}` } })))
    assert.equal((await s.ask(null, 'GET', at)).body['article']['revision'], 9)
    const draft = await s.write(ann, { status: 'draft' })
    const shown = await Promise.all(Array.from({ length: 5 }, () => s.ask(ann.token, 'POST', `/api/articles/${String(draft['slug'])}/publish`)))
    assert.deepEqual([...new Set(shown.map(a => `${a.status} ${String(a.body['article']['revision'])} ${String(a.body['article']['publishedAt'])}`))].length, 1)
    assert.equal(shown[0]?.body['article']['revision'], 2)
  })

  test('of equal titles and names each has its own, or one', async () => {
    const ann = await s.person()
    const all = await Promise.all(Array.from({ length: 10 }, () => s.write(ann, { title: 'The same' })))
    assert.equal(new Set(all.map(a => a['slug'])).size, 10)
    const names = await Promise.all(Array.from({ length: 4 }, (_, i) => s.ask(null, 'POST', '/api/users', { user: { username: 'one-of-us', email: `one${i}@x.example`, password: 'password123' } })))
    assert.deepEqual(names.map(a => a.status).toSorted((a, b) => a - b), [201, 409, 409, 409])
    assert.deepEqual(names.find(a => a.status === 409)?.body['errors'], { username: ['has already been taken'] })
    assert.deepEqual(errors(await s.ask(ann.token, 'PUT', '/api/user', { user: { username: 'one-of-us' } })), [409, { username: ['has already been taken'] }])
    assert.deepEqual(errors(await s.ask(null, 'POST', '/api/users', { user: { username: 'other', email: ann.email.toUpperCase(), password: 'password123' } })), [409, { email: ['has already been taken'] }])
  })
})

test('slugs: any script, never empty, found again, new with a new title only', async () => {
  const ann = await s.person()
  for (const title of ['Crème brûlée', '日本語のタイトル', 'हिन्दी', '!!!', '𝒜𝒷𝒸', 'a/b?c#d%20', 'feed', 'x'.repeat(5000), '  spaces  ', 'ÀÉ', 'àé', '👍']) {
    const article = await s.write(ann, { title }), at = `/api/articles/${encodeURIComponent(String(article['slug']))}`
    assert.equal(article['title'], title)
    const found = await s.ask(null, 'GET', at)
    assert.deepEqual(found.body['article'], { ...article, favorited: false }, title)
    assert.equal((await s.ask(ann.token, 'PUT', at, { article: { title, body: 'again' } })).body['article']['slug'], article['slug'])
  }
  const article = await s.write(ann, { title: 'Before' }), changed = await s.ask(ann.token, 'PUT', `/api/articles/${String(article['slug'])}`, { article: { title: 'After' } })
  assert.match(String(changed.body['article']['slug']), /^after-/)
  assert.equal((await s.ask(null, 'GET', `/api/articles/${String(article['slug'])}`)).status, 404)
})

test('pages: their edges, their order, their number', async () => {
  const ann = await s.person(), by = `/api/articles?author=${ann.username}`
  for (let i = 0; i < 23; i++) await s.write(ann, { title: `n${i}` })
  const first = await s.ask(null, 'GET', by)
  assert.deepEqual(titles(first), [Array.from({ length: 20 }, (_, i) => `n${22 - i}`), 23])
  assert.deepEqual(titles(await s.ask(null, 'GET', `${by}&offset=20`)), [['n2', 'n1', 'n0'], 23])
  assert.deepEqual(titles(await s.ask(null, 'GET', `${by}&limit=2&offset=21`)), [['n1', 'n0'], 23])
  for (const offset of ['23', '24', '2000000000']) assert.deepEqual(titles(await s.ask(null, 'GET', `${by}&offset=${offset}`)), [[], 23])
  assert.equal(((await s.ask(null, 'GET', `${by}&limit=1000000`)).body['articles'] as unknown[]).length, 23)
  for (const [query, name] of [['limit=0', 'limit'], ['limit=-1', 'limit'], ['limit=x', 'limit'], ['limit=', 'limit'], ['limit=1.5', 'limit'], ['offset=-1', 'offset'], ['offset=x', 'offset'], ['offset=99999999999', 'offset'], ['limit=1&limit=2', 'limit']] as const) {
    assert.deepEqual(errors(await s.ask(null, 'GET', `${by}&${query}`)), [422, { [name]: ['is invalid'] }], query)
  }
  assert.deepEqual(titles(await s.ask(null, 'GET', '/api/articles?author=nobody-of-this-name')), [[], 0])
  assert.deepEqual(titles(await s.ask(null, 'GET', '/api/articles?tag=')), [[], 0])
  // Comments are not paged.
  const { slug } = await s.write(ann)
  for (let i = 0; i < 25; i++) await s.ask(ann.token, 'POST', `/api/articles/${String(slug)}/comments`, { comment: { body: `c${i}` } })
  assert.deepEqual(((await s.ask(null, 'GET', `/api/articles/${String(slug)}/comments`)).body['comments'] as Json[]).map(c => c['body']), Array.from({ length: 25 }, (_, i) => `c${i}`))
})

test('the feed is of those one follows, and of nobody else; tags are in order, once', async () => {
  const [ann, ben, cay] = [await s.person(), await s.person(), await s.person()]
  assert.deepEqual(titles(await s.ask(ann.token, 'GET', '/api/articles/feed')), [[], 0])
  await s.write(ben, { title: 'by ben', tagList: ['zebra', 'ape', 'zebra'] })
  await s.write(cay, { title: 'by cay' })
  await s.ask(ann.token, 'POST', `/api/profiles/${ben.username}/follow`)
  const feed = await s.ask(ann.token, 'GET', '/api/articles/feed')
  assert.deepEqual(titles(feed), [['by ben'], 1])
  assert.deepEqual([feed.body['articles'][0]['tagList'], feed.body['articles'][0]['author'], feed.body['articles'][0]['body']], [['ape', 'zebra'], { username: ben.username, bio: null, image: null, following: true }, undefined])
  await s.ask(ann.token, 'DELETE', `/api/profiles/${ben.username}/follow`)
  assert.deepEqual(titles(await s.ask(ann.token, 'GET', '/api/articles/feed')), [[], 0])
  assert.equal((await s.ask(ben.token, 'GET', `/api/profiles/${ben.username}`)).body['profile']['following'], false)
})

test('drafts are nowhere but with their author, and not in lists even there', async () => {
  const [ann, ben] = [await s.person(), await s.person()], tag = 'secret-tag'
  const draft = await s.write(ann, { title: 'Hidden', status: 'draft', tagList: [tag] }), at = `/api/articles/${String(draft['slug'])}`
  await s.ask(ben.token, 'POST', `/api/profiles/${ann.username}/follow`)
  assert.deepEqual([draft['status'], draft['publishedAt'], draft['revision']], ['draft', null, 1])
  for (const who of [null, ann.token, ben.token]) {
    assert.deepEqual(titles(await s.ask(who, 'GET', `/api/articles?author=${ann.username}`)), [[], 0])
    assert.deepEqual(titles(await s.ask(who, 'GET', `/api/articles?tag=${tag}`)), [[], 0])
    assert.ok(!((await s.ask(who, 'GET', '/api/tags')).body['tags'] as string[]).includes(tag))
    assert.ok(!JSON.stringify((await s.ask(who, 'GET', '/api/articles?limit=100')).body).includes(String(draft['slug'])))
  }
  assert.deepEqual(titles(await s.ask(ben.token, 'GET', '/api/articles/feed')), [[], 0])
  assert.deepEqual(titles(await s.ask(ben.token, 'GET', '/api/user/drafts')), [[], 0])
  // Our own API, under the same rules.
  const own = async (who: string | null, where: string): Promise<Json> => (await s.ask(null, 'GET', `/data/${where}`, undefined, who === null ? {} : { authorization: `Bearer ${who}` })).body
  for (const where of ['articles?filter[tagList][has]=secret-tag', 'articles?filter[status]=draft&count=exact', 'articles/aggregate?group=tagList&measure=count&filter[title]=Hidden', 'users?filter[id][null]=false&filter[username]=none']) {
    assert.ok(!JSON.stringify(await own(ben.token, where)).includes('ecret-tag'), where)
  }
  assert.equal(((await own(ann.token, 'articles?filter[status]=draft')).data as unknown[]).length, 1)
  const stranger = (where: string, body: Json) => s.ask(null, 'POST', `/data/${where}`, body, { authorization: `Bearer ${ben.token}` })
  const { data: [{ id }] } = await own(ann.token, 'articles?filter[status]=draft') as { data: [{ id: string }] }
  const none = id.replace(/.$/, x => (x === '0' ? '1' : '0'))
  for (const where of ['favorites', 'comments']) {
    const [hidden, missing] = [await stranger(where, { articleId: id, ...(where === 'comments' ? { body: 'x' } : {}) }), await stranger(where, { articleId: none, ...(where === 'comments' ? { body: 'x' } : {}) })]
    assert.deepEqual([hidden.status, hidden.body['code']], [missing.status, missing.body['code']], where)
    assert.equal(hidden.body['code'], 'row.reference')
  }
  // Nor can it be liked or talked about by its author, until it is out; and then it is out for good.
  for (const [where, body] of [['/favorite'], ['/comments', { comment: { body: 'x' } }]] as const) assert.deepEqual(errors(await s.ask(ann.token, 'POST', at + where, body)), [422, { article: ['is a draft'] }])
  const out = (await s.ask(ann.token, 'POST', `${at}/publish`)).body['article'] as Json
  assert.deepEqual([out['status'], out['revision'], typeof out['publishedAt']], ['published', 2, 'string'])
  assert.deepEqual(titles(await s.ask(ben.token, 'GET', '/api/articles/feed')), [['Hidden'], 1])
  assert.ok(((await s.ask(null, 'GET', '/api/tags')).body['tags'] as string[]).includes(tag))
  assert.equal((await s.ask(null, 'PATCH', `/data/articles/${id}`, { status: 'draft' }, { authorization: `Bearer ${ann.token}` })).body['code'], 'row.transition')
  const later = (await s.ask(ann.token, 'PUT', at, { article: { body: 'more' } })).body['article'] as Json
  assert.deepEqual([later['publishedAt'], later['revision']], [out['publishedAt'], 3])
})

test('what hangs on things goes with them', async () => {
  const [ann, ben] = [await s.person(), await s.person()]
  const one = await s.write(ann), two = await s.write(ben), at = (a: Json): string => `/api/articles/${String(a['slug'])}`
  for (const a of [one, two]) for (const p of [ann, ben]) {
    await s.ask(p.token, 'POST', `${at(a)}/comments`, { comment: { body: `of ${p.username}` } })
    await s.ask(p.token, 'POST', `${at(a)}/favorite`)
  }
  await s.ask(ann.token, 'POST', `/api/profiles/${ben.username}/follow`)
  await s.ask(ben.token, 'POST', `/api/profiles/${ann.username}/follow`)
  assert.equal((await s.ask(ann.token, 'DELETE', at(one))).status, 204)
  assert.equal(await s.system.comment.count({ where: { article: { slug: String(one['slug']) } } }), 0)
  // The change log tells of each.
  const { engine } = s.application, gone: string[] = []
  for (let position: string | null = null, more = true; more;) {
    const read: Awaited<ReturnType<NonNullable<typeof engine.changes>['read']>> | undefined = await engine.changes?.read(position, 1000, { deadline: performance.now() + 10_000 })
    gone.push(...(read?.changes ?? []).filter(c => c.verb === 'delete').map(c => c.entity))
    ;[position, more] = [read?.position ?? null, read?.more ?? false]
  }
  assert.deepEqual(gone.slice(-5).toSorted((a, b) => a.localeCompare(b)), ['article', 'comment', 'comment', 'favorite', 'favorite'])
  // And a person with all that is theirs, and nothing of anybody else.
  const { data: [{ id }] } = (await s.ask(null, 'GET', `/data/users?filter[username]=${ann.username}&fields=id`)).body as { data: [{ id: string }] }
  const refused = await s.ask(null, 'DELETE', `/data/users/${id}`, undefined, { authorization: `Bearer ${ben.token}` })
  assert.equal(refused.status, 403)
  // Not by a key of theirs, whatever the rule says: alone, or as one of many.
  const { body: { key } } = await s.ask(null, 'POST', '/data/actions/create-key', { name: 'backup' }, { authorization: `Bearer ${ann.token}` }), byKey = { authorization: `Bearer ${String(key)}` }
  const kept = await s.ask(null, 'DELETE', `/data/users/${id}`, undefined, byKey)
  assert.deepEqual([kept.status, kept.body['code'], kept.body['detail']], [403, 'caller.forbidden', 'You may not delete this User. A key never deletes the account that it belongs to.'])
  assert.equal((await s.ask(null, 'DELETE', `/data/users?filter[username]=${ann.username}&expect=1`, undefined, byKey)).status, 409)
  assert.equal((await s.ask(null, 'PATCH', `/data/users/${id}`, { bio: 'by key' }, byKey)).status, 200)
  assert.equal((await s.ask(null, 'DELETE', `/data/users/${id}`, undefined, { authorization: `Bearer ${ann.token}` })).status, 204)
  assert.equal((await s.ask(null, 'GET', `/api/profiles/${ann.username}`)).status, 404)
  assert.deepEqual(((await s.ask(ben.token, 'GET', `${at(two)}/comments`)).body['comments'] as Json[]).map(c => c['body']), [`of ${ben.username}`])
  const left = (await s.ask(ben.token, 'GET', at(two))).body['article'] as Json
  assert.deepEqual([left['favoritesCount'], left['favorited']], [1, true])
  assert.equal(await s.system.follow.count({ where: { follower: { username: ben.username } } }), 0)
  for (const where of ['/user', '/user/drafts', '/articles/feed']) assert.deepEqual(errors(await s.ask(ann.token, 'GET', `/api${where}`)), [401, { token: ['is invalid'] }], where)
  assert.equal((await s.ask(ann.token, 'POST', `${at(two)}/favorite`)).status, 401)
})

test('accounts: nobody learns whose an e-mail is, passwords change, the token stays', async () => {
  const ann = await s.person(), login = (email: string, password: string) => s.ask(null, 'POST', '/api/users/login', { user: { email, password } })
  const invalid = [401, { credentials: ['invalid'] }]
  assert.deepEqual(errors(await login(ann.email, 'wrongpassword')), invalid)
  assert.deepEqual(errors(await login('nobody@x.example', 'wrongpassword')), invalid)
  const other = await login(ann.email.toUpperCase(), 'password123')
  assert.equal(other.status, 200)
  const changed = await s.ask(ann.token, 'PUT', '/api/user', { user: { password: 'another123', bio: 'Me', email: 'New@x.example' } })
  assert.deepEqual([changed.status, changed.body['user']], [200, { email: 'new@x.example', username: ann.username, bio: 'Me', image: null, token: ann.token }])
  assert.deepEqual(errors(await login('new@x.example', 'password123')), invalid)
  // Whoever else was signed in with the former password is so no more.
  assert.deepEqual(errors(await s.ask(other.body['user']['token'] as string, 'GET', '/api/user')), [401, { token: ['is invalid'] }])
  assert.equal((await s.ask(ann.token, 'GET', '/api/user')).status, 200)
  assert.deepEqual((await s.ask(ann.token, 'PUT', '/api/user', { user: {} })).body['user']['bio'], 'Me')
  assert.equal((await login('new@x.example', 'another123')).body['user']['username'], ann.username)
  const seen = JSON.stringify((await s.ask(null, 'GET', '/data/users?count=exact')).body)
  assert.ok(!seen.includes('@x.example') && !seen.includes('argon2'))
})

/** Everything but its tests and what is said about it. */
const owned = readdirSync(import.meta.dirname).filter(file => !/\.(test|stories)\.ts$|\.md$|^serving\.ts$/.test(file))

test('at most 2,500 tokens (o200k), blank lines and comments left out', t => {
  const tokens = owned.map(file => encode(readFileSync(path.join(import.meta.dirname, file), 'utf8').split('\n').filter(line => line.trim() !== '' && !line.trim().startsWith('//')).join('\n')).length).reduce((a, b) => a + b)
  assert.ok(tokens <= 2500, `${tokens} tokens`)
  assert.ok(readFileSync(path.join(import.meta.dirname, 'README.md'), 'utf8').includes(`**${tokens.toLocaleString('en')} tokens**`), `the README says another number than ${tokens}`)
  t.diagnostic(`${tokens} tokens`)
})

test('two statements at most for a list, one for anything read alone', async t => {
  const [ann, ben] = [await s.person(), await s.person()], { slug } = await s.write(ann, { tagList: ['a'] })
  await s.ask(ben.token, 'POST', `/api/articles/${String(slug)}/comments`, { comment: { body: 'x' } })
  await s.ask(ben.token, 'POST', `/api/articles/${String(slug)}/favorite`)
  await s.ask(ben.token, 'POST', `/api/profiles/${ann.username}/follow`)
  const asked = [
    ['list', 2, '/articles'], ['by tag', 2, '/articles?tag=a&limit=5&offset=0'], ['by author', 2, `/articles?author=${ann.username}`], ['by favourite', 2, `/articles?favorited=${ben.username}`], ['feed', 2, '/articles/feed'],
    ['drafts', 2, '/user/drafts'], ['comments', 2, `/articles/${String(slug)}/comments`], ['tags', 2, '/tags'], ['article', 1, `/articles/${String(slug)}`], ['profile', 1, `/profiles/${ann.username}`], ['user', 1, '/user'],
  ] as const
  for (const [name, most, at] of asked) {
    for (const who of name === 'feed' || name === 'drafts' || name === 'user' ? [ben.token] : [null, ben.token]) {
      // Whose token it is has been asked a moment ago.
      if (who !== null) await s.ask(who, 'GET', '/api/user')
      const { status, statements } = await s.ask(who, 'GET', `/api${at}`)
      assert.equal(status, 200)
      assert.ok(statements >= 1 && statements <= most, `${name}: ${statements}`)
      t.diagnostic(`${name}${who === null ? '' : ', signed in'}: ${statements}`)
    }
  }
})
