// The order of failures on every write of Conduit: each part of a request goes wrong in each way, alone and together with each way of each other part. 401, 404, 403, 409, 422.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { serving, type Json, type Person, type Served } from './serving.ts'

/** One way for a part of a request to be. `fails`: what is told of it; none: it is fine. */
interface Way { readonly value: unknown; readonly fails?: readonly [status: 401 | 403 | 404 | 409 | 422, errors: Json] }
type Parts = Readonly<Record<string, readonly [Way, ...Way[]]>>
const order = [401, 404, 403, 409, 422]
const fine = (value: unknown): Way => ({ value })

/** Every request with one or two parts that go wrong, and what it must be told. */
function* pairs(parts: Parts): Generator<{ readonly name: string; readonly given: Json; readonly status: number; readonly errors: readonly Json[] }> {
  const names = Object.keys(parts), all = names.flatMap(name => (parts[name] ?? []).slice(1).map(way => ({ name, way })))
  for (const [i, a] of all.entries()) {
    for (const b of [a, ...all.slice(i + 1)]) {
      if (b !== a && b.name === a.name) continue
      const given: Json = { ...Object.fromEntries(names.map(name => [name, parts[name]?.[0].value])), [a.name]: a.way.value, [b.name]: b.way.value }
      const failing = (a === b ? [a] : [a, b]).flatMap(x => (x.way.fails ? [x.way.fails] : []))
      const status = order.find(s => failing.some(f => f[0] === s))
      if (status === undefined) continue
      const first = failing.filter(f => f[0] === status).map(f => f[1])
      // What does not fit is told together, of what else is wrong the first.
      yield { name: JSON.stringify({ [a.name]: a.way.value, [b.name]: b.way.value }).slice(0, 200), given, status, errors: status === 422 ? [Object.assign({}, ...first) as Json] : first }
    }
  }
}

let s: Served, ann: Person, ben: Person
before(async () => { s = await serving(); [ann, ben] = [await s.person('ann'), await s.person('ben')] })
after(async () => { await s.close() })

const blank = ["can't be blank"], invalid = ['is invalid'], taken = ['has already been taken'], missing = ['not found'], forbidden = ['forbidden']
const token = (): Parts[string] => [fine(ann.token), { value: null, fails: [401, { token: ['is missing'] }] }, { value: 'nonsense', fails: [401, { token: invalid }] }]
const text = (name: string, value: string, more: readonly unknown[] = []): Parts[string] =>
  [fine(value), { value: '', fails: [422, { [name]: blank }] }, ...[7, ...more].map((x): Way => ({ value: x, fails: [422, { [name]: invalid }] }))]
const without = (given: Json, ...names: readonly string[]): Json => Object.fromEntries(Object.entries(given).filter(([name, value]) => !names.includes(name) && value !== undefined))

async function check(parts: Parts, ask: (given: Json) => Promise<{ readonly status: number; readonly body: Json }>): Promise<number> {
  const cases = [...pairs(parts)]
  // Some at a time: none of them writes anything.
  for (let i = 0; i < cases.length; i += 8) {
    await Promise.all(cases.slice(i, i + 8).map(async c => {
      const { status, body } = await ask(c.given), told = JSON.stringify(body['errors'])
      assert.equal(status, c.status, `${c.name}: ${told}`)
      assert.ok(c.errors.some(e => sorted(e) === sorted((body['errors'] ?? {}) as Json)), `${c.name}: ${told} instead of ${JSON.stringify(c.errors)}`)
    }))
  }
  return cases.length
}
const sorted = (x: Json): string => JSON.stringify(Object.entries(x).toSorted(([a], [b]) => (a < b ? -1 : 1)))
const people = (): Promise<number> => s.system.user.count()

test('signing up', async t => {
  const before = await people(), duplicate = (name: string, value: string): Way => ({ value, fails: [409, { [name]: taken }] })
  const [username, email, password] = [text('username', 'cleo', ['x'.repeat(101)]), text('email', 'cleo@x.example', ['no', {}]), text('password', 'password123', ['short'])]
  const n = await check({
    token: [fine(null), { value: 'nonsense', fails: [401, { token: invalid }] }],
    username: [...username, duplicate('username', 'ann'), { value: undefined, fails: [422, { username: blank }] }],
    email: [...email, duplicate('email', ann.email), duplicate('email', 'ANN@x.Example'), { value: undefined, fails: [422, { email: blank }] }],
    password: [...password, { value: undefined, fails: [422, { password: blank }] }],
  }, given => s.ask(given['token'] as string | null, 'POST', '/api/users', { user: without(given, 'token') }))
  assert.equal(await people(), before)
  t.diagnostic(`${n} requests`)
})

test('settings', async t => {
  const duplicate = (name: string, value: string): Way => ({ value, fails: [409, { [name]: taken }] })
  const [username, email, password] = [text('username', 'ann', ['x'.repeat(101)]), text('email', ann.email, ['no']), text('password', 'password123', ['short'])]
  const n = await check({
    token: token(),
    // What is one's own is not taken.
    username: [...username, duplicate('username', 'ben')],
    email: [...email, duplicate('email', ben.email), duplicate('email', 'BEN@x.example'), fine('ANN@x.example')],
    password: [...password, fine(undefined)],
    bio: [fine('Me'), fine(''), { value: 7, fails: [422, { bio: invalid }] }],
    image: [fine(undefined), { value: [], fails: [422, { image: invalid }] }],
  }, given => s.ask(given['token'] as string | null, 'PUT', '/api/user', { user: without(given, 'token') }))
  assert.deepEqual((await s.ask(ann.token, 'GET', '/api/user')).body['user']['bio'], null)
  t.diagnostic(`${n} requests`)
})

const send = (method: string, at: (given: Json) => string, body: (given: Json) => unknown = () => undefined) => (given: Json) =>
  s.ask(given['token'] as string | null, method, `/api${at(given)}`, body(given), given['match'] === undefined ? {} : { 'if-match': String(given['match']) })
/** Which article: one's own, somebody else's, somebody else's draft, none. */
async function articles(mayAll = false): Promise<{ readonly own: Json; readonly slug: Parts[string] }> {
  const [own, other, hidden] = [await s.write(ann), await s.write(ben), await s.write(ben, { status: 'draft' })]
  const gone = (value: unknown): Way => ({ value, fails: [404, { article: missing }] })
  return { own, slug: [fine(own['slug']), mayAll ? fine(other['slug']) : { value: other['slug'], fails: [403, { article: forbidden }] }, gone(hidden['slug']), gone('none')] }
}

test('articles', async t => {
  const { own, slug } = await articles(), at = (g: Json): string => `/articles/${String(g['slug'])}`
  const members: Parts = { title: text('title', 'A title'), body: text('body', 'Text', [{}]), tagList: [fine(['a']), { value: [''], fails: [422, { tagList: invalid }] }, { value: 'a', fails: [422, { tagList: invalid }] }] }
  const revision: Parts[string] = [fine(undefined), fine(1), ...[9, -1].map((value): Way => ({ value, fails: [409, { revision: ['is stale'] }] })), ...['1', 1.5, null].map((value): Way => ({ value, fails: [422, { revision: invalid }] }))]
  const article = (g: Json): unknown => ({ article: without(g, 'token', 'slug', 'match') })
  let n = await check({ token: token(), ...members, description: text('description', 'About'), status: [fine('draft'), { value: 'x', fails: [422, { status: invalid }] }] }, send('POST', () => '/articles', article))
  const match: Parts[string] = [fine(undefined), fine('*'), { value: '"other"', fails: [409, { revision: ['is stale'] }] }]
  n += await check({ token: token(), slug, match, ...members, revision }, send('PUT', at, article))
  // A body that is none: only who may write is told of it.
  const whole: Parts[string] = [fine(JSON.stringify({ article: { revision: 9 } })), { value: '{"article":[]}', fails: [422, { article: invalid }] }, { value: '{}', fails: [422, { article: invalid }] }]
  n += await check({ token: token(), slug, whole }, send('PUT', at, g => g['whole'] as unknown))
  for (const [method, below] of [['DELETE', ''], ['POST', '/publish']] as const) n += await check({ token: token(), slug, match }, send(method, g => at(g) + below))
  assert.deepEqual((await s.ask(ann.token, 'GET', `/api${at(own)}`)).body['article'], own)
  assert.equal(await s.system.article.count({ where: { author: { username: 'ann' } } }), 1)
  t.diagnostic(`${n} requests`)
})

test('comments, favourites and follows', async t => {
  const { own, slug } = await articles(true), draft = await s.write(ann, { status: 'draft' }), at = (g: Json): string => `/articles/${String(g['slug'])}`
  const some: Parts[string] = [...slug, { value: draft['slug'], fails: [422, { article: ['is a draft'] }] }]
  const { body: { comment: { id } } } = await s.ask(ann.token, 'POST', `/api${at(own)}/comments`, { comment: { body: 'mine' } }), { body: { comment: { id: theirs } } } = await s.ask(ben.token, 'POST', `/api${at(own)}/comments`, { comment: { body: 'theirs' } })
  let n = await check({ token: token(), slug, body: text('body', 'x', [[], {}]) }, send('POST', g => `${at(g)}/comments`, g => ({ comment: { body: g['body'] as unknown } })))
  n += await check({ token: token(), slug: some }, send('POST', g => `${at(g)}/favorite`))
  n += await check({ token: token(), slug }, send('DELETE', g => `${at(g)}/favorite`))
  const none = ['x', 0, '1.5'].map((value): Way => ({ value, fails: [404, { comment: missing }] }))
  n += await check({ token: token(), slug: [fine(own['slug']), { value: 'none', fails: [404, { article: missing }] }], id: [fine(id), { value: theirs, fails: [403, { comment: forbidden }] }, ...none] }, send('DELETE', g => `${at(g)}/comments/${String(g['id'])}`))
  const whom: Parts[string] = [fine('ben'), { value: 'none', fails: [404, { profile: missing }] }]
  for (const method of ['POST', 'DELETE']) n += await check({ token: token(), whom }, send(method, g => `/profiles/${String(g['whom'])}/follow`))
  assert.equal(await s.system.comment.count({ where: { article: { slug: String(own['slug']) } } }), 2)
  assert.deepEqual([await s.system.favorite.count(), await s.system.follow.count()], [0, 0])
  t.diagnostic(`${n} requests`)
})
