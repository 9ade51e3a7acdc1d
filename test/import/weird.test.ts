// A database of odd names, types, keys and constraints: imported, compared, read over every protocol, written to. On the newest PostgreSQL and on the oldest that is served.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test, before, after } from 'node:test'
import { olderServer, testServer } from '../server.ts'
import { answersEqualSql, texts } from './equal.ts'
import { everything, world, type World } from './imported.ts'
import { serve, type Answer, type Served } from './serving.ts'

const sql = (name: string): string => readFileSync(path.join(import.meta.dirname, name), 'utf8')
const anna = '00000000-0000-0000-0000-000000000001'

for (const [name, server] of [['18', testServer], ['15', olderServer]] as const) describe(`PostgreSQL ${name}`, () => {
  let w: World, s: Served
  before(async () => {
    w = await world(sql('weird.sql') + sql('weird-rows.sql'), server)
    s = await serve(w)
  })
  after(async () => {
    await s.close()
    await w.end()
  })
  const file = async (title: string): Promise<string> => (await w.again()).files.find(f => f.name === title)?.text ?? assert.fail(title)

  test('nothing differs, and a second import says the same', async () => {
    const plan = await w.plan(s.model)
    assert.deepEqual([plan.empty, plan.notes], [true, ['table empty_table is not part of world: left alone']])
    assert.deepEqual(await w.again(), await w.again())
    assert.deepEqual((await w.again()).left, [{ what: 'empty_table', why: 'it has no columns' }])
  })

  test('names: reserved, quoted, foreign, clashing; each with the original beside it', async () => {
    const order = await file('order.ts')
    for (const said of [`constructorValue = text({ max: 20 }).default('it\\'s')`, `x2fa = boolean()`, `groesse = decimal(`, `column = text()`, `inValue = integer()`, `default = integer()`, `thenValue = text()`, `static about = 'An "order" with \\'quotes\\'\\nand a newline \\\\ backslash`]) assert.ok(order.includes(said), said)
    assert.match(order, /columns: \{.*mixedCase: 'Mixed Case', x2fa: '2fa', groesse: 'größe', naiveCol: 'naïve col', inValue: 'in'.*column: 'имя', fooBar: 'fooBar', fooBarValue: 'foo_bar', fooBarValue2: 'foo bar'/)
    assert.deepEqual(Object.values(s.model.entities).filter(e => !e.hidden).map(e => `${e.title} ${e.path}`).filter(n => /User|Order|Weird|Constr|Action|As\b/.test(n)).toSorted(),
      ['Action actions-rows', 'As as', 'Constructor constructors', 'Order orders', 'OrderView order-views', 'SalesOrder sales-orders', 'User users', 'Users users-rows', 'WeirdTable weird-tables'])
  })

  test('relations: to itself, twice to one, composite, one-to-one, through links; what cannot be one is listed', async () => {
    const of = (entity: string): string => Object.values(s.model.entities[entity]?.relations ?? {}).filter(r => !r.hidden).map(r => `${r.name}${r.one ? '' : '*'}`).toSorted().join(' ')
    assert.equal(of('user'), 'authorPosts* bestFriend bestFriendUsers* editorPosts* enrolments* friends* manager orders* passport posts* profile reports*')
    assert.deepEqual([of('game'), of('team'), of('booking'), of('category'), of('post')], ['awayTeam homeTeam', 'awayGame homeGames*', 'room', 'children* parent', 'author editor reviewers*'])
    const cannot = new Map((await w.again()).entities.map(e => [e.title, e.cannot.join('\n')]))
    assert.match(cannot.get('AcctRef') ?? '', /acct_ref_acct_code_fkey \(acct_code\) to acct \(code\): a reference is to the key of its target \(id\)/)
    assert.match(cannot.get('Torder') ?? '', /only some of its columns are part of the key/)
    assert.match(cannot.get('Booking') ?? '', /exclusion constraint bookings_during_excl/)
    assert.match(cannot.get('Game') ?? '', /unique index games_played_on_idx \(played_on where /)
    assert.match(cannot.get('Post') ?? '', /check posts_small_check/)
  })

  test('answers equal the SQL’s', async () => { assert.equal(await answersEqualSql(s.get, w.client, s.model), 37) })

  // The statements are the same on both.
  if (name === '18') test('every field is filtered by its own value, sorted and grouped by', async () => {
    for (const e of Object.values(s.model.entities).filter(x => !x.hidden)) {
      const { data: [row] } = await s.get(`/api/${e.path}`) as { data: Record<string, unknown>[] }
      for (const f of row ? Object.values(e.fields).filter(x => !x.name.includes('.') && x.scalar !== 'json' && x.scalar !== 'duration') : []) {
        const value = row?.[f.name]
        if (value === null || (Array.isArray(value) && value.length === 0)) continue
        const at = `/api/${e.path}?filter[${f.name}]`, found = async (query: string): Promise<number> => ((await s.get(query)) as { data: unknown[] }).data.length
        if (f.list) { assert.ok(await found(`${at}[has]=${encodeURIComponent(String((value as unknown[])[0]))}`) > 0, `${e.title}.${f.name} has`); continue }
        const text = encodeURIComponent(String(value))
        for (const op of ['eq', 'in', ...(f.kind === 'range' || f.scalar === 'boolean' ? [] : ['gte', 'lte'])]) {
          if (op === 'in' && String(value).includes(',')) continue
          assert.ok(await found(`${at}[${op}]=${text}`) > 0, `${e.title}.${f.name} ${op} ${String(value)}`)
        }
        if (f.kind === 'range') continue
        const { page: { next } } = await s.get(`/api/${e.path}?sort=-${f.name}&page[size]=1`) as { page: { next: string | null } }
        if (next !== null) assert.equal(await found(`/api/${e.path}?sort=-${f.name}&page[size]=1&page[after]=${next}`), 1, `${e.title}.${f.name} next`)
        await s.get(`/api/${e.path}/aggregate?group=${f.name}&measure=count`)
      }
    }
  })

  if (name === '18') test('the other protocols', async () => {
    const plain = await s.send('POST', '/graphql', { query: '{ posts { nodes { id amount period author { email } } } nokeys { nodes { a } } orderViews { nodes { id } } }' })
    assert.equal(plain.json['errors'], undefined, JSON.stringify(plain.json))
    const { posts, nokeys } = plain.json['data'] as { posts: { nodes: { amount: number }[] }; nokeys: { nodes: unknown[] } }
    assert.deepEqual([posts.nodes.map(p => p.amount), nokeys.nodes.length], [[0.1, 2.5], 3])
    assert.equal((await s.send('GET', '/openapi.json')).status, 200)
    assert.match(await (await fetch(`${s.url}/soap?wsdl`)).text(), /<wsdl:definitions name="World"/)
  })

  const refused = (a: Answer, status: number, ...words: readonly string[]): void => {
    assert.equal(a.status, status, JSON.stringify(a.json))
    for (const word of words) assert.ok(JSON.stringify(a.json).includes(word), `${word} in ${JSON.stringify(a.json)}`)
  }
  const made = async (at: string, body: unknown): Promise<Record<string, unknown>> => {
    const a = await s.send('POST', `/api/${at}`, body)
    assert.equal(a.status, 201, JSON.stringify(a.json))
    return a.json
  }

  test('values of every type come back as they are', async () => {
    const post = await made('posts', {
      authorId: anna, title: 'T', tags: ['x'], price: '12.5', ip: '10.0.0.1', amount: 0.1, created: '2026-01-01T00:00:00+02:00', t: '10:00+01', code: 'AB', b: '101', period: '[2026-01-01,2026-01-31]',
      slots: ['[1,5)'], stay: '[2026-01-01T00:00:00Z,)', num: '(1.5,2]', addr: '(a,b)', x: '<a/>', small: 7, m: '08:00:2b:01:02:03', vc: ['q'], sm: [1], rl: [0.1], ch: ['AB'], tz: ['2026-01-01T00:00:00Z'], js: [{ a: 1 }], raw: 'AP8', meta: { z: 1 },
    })
    const expected = {
      price: '12.50', ip: '10.0.0.1', amount: 0.1, created: '2025-12-31T22:00:00+00:00', t: '10:00:00+01', code: 'AB', b: '101', period: '[2026-01-01,2026-02-01)', slots: ['[1,5)'], stay: '["2026-01-01 00:00:00+00",)', num: '(1.5,2]',
      addr: '(a,b)', x: '<a/>', small: 7, vc: ['q'], sm: [1], rl: [0.1], ch: ['AB'], tz: ['2026-01-01T00:00:00+00:00'], js: [{ a: 1 }], raw: 'AP8', meta: { z: 1 }, words: 1, iv: 'P1D', big: '7', dec: '0.10', ny: '2020-01-01', tt: '09:00:00',
    }
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map(k => [k, post[k]])), expected)
    assert.deepEqual((await s.get(`/api/posts/${String(post['id'])}`))['stay'], expected.stay)
  })

  test('defaults, sequences, identities and keys are the database’s', async () => {
    assert.deepEqual([(await made('orders', { status: 'a,b' }))['constructorValue'], (await made('invoices', { total: '5' }))['no'], (await made('weird-tables', { weirdCol: 5 }))['other']], ["it's", 'INV-2', 'a\\b\'c'])
    const { data } = await made('invoices', [{ no: 'X', total: '1' }, { total: '2' }]) as { data: { no: string }[] }
    assert.deepEqual(data.map(i => i.no), ['X', 'INV-3'])
    assert.equal((await made('logs', { day: '2026-03-03', n: 1, msg: 'x' }))['msg'], 'x')
    const patched = await s.send('PATCH', '/api/logs/2026-03-03,1', { msg: 'y' })
    assert.deepEqual([patched.status, (await s.send('PATCH', '/api/logs/2026-03-03,1', { msg: 'z' }, { 'if-match': patched.etag ?? '' })).status], [200, 200])
    assert.equal((await s.send('PUT', '/api/posts/1', { authorId: anna, title: 'Put' })).status, 200)
    // What a trigger makes of it is answered.
    assert.equal((await made('categories', { name: 'abc' }))['name'], 'ABC')
    const { etag } = await s.send('GET', '/api/users/00000000-0000-0000-0000-000000000002')
    const changed = await s.send('PATCH', '/api/users/00000000-0000-0000-0000-000000000002', { name: 'Bobby' }, { 'if-match': etag ?? '' })
    assert.ok(String(changed.json['updatedAt']) > String(changed.json['createdAt']))
    refused(await s.send('PATCH', '/api/users/00000000-0000-0000-0000-000000000002', { name: 'B' }, { 'if-match': etag ?? '' }), 412)
    await made('users', { email: 'c@x', name: 'C', profile: { bio: 'b' }, friends: { connect: [{ id: anna }] } })
    assert.equal((await made('posts', { authorId: anna, title: 'R', reviewers: { connect: [{ email: 'ANNA@x.example' }] } }))['title'], 'R')
    assert.deepEqual(await texts(w.client, `select count(*) as n from post_reviewers where created_at is not null`), [{ n: '2' }])
  })

  test('what the database refuses is a failure that says what', async () => {
    const post = (body: object): Promise<Answer> => s.send('POST', '/api/posts', { authorId: anna, title: 'x', ...body })
    refused(await post({ words: 3 }), 422, '/words')
    refused(await post({ title: 'x'.repeat(201) }), 422, 'at most 200 characters')
    refused(await post({ small: 40_000 }), 422, 'row.invalid')
    refused(await post({ small: 100 }), 422, '/small')
    refused(await post({ ip: 'nope' }), 422, 'row.invalid')
    refused(await post({ period: 'nope' }), 422, 'must be a range')
    refused(await s.send('POST', '/api/orders', { status: 'nope' }), 422, 'must be one of open')
    refused(await s.send('POST', '/api/orders', { mail: 'nope' }), 422, 'email_address_check')
    refused(await s.send('POST', '/api/orders', { mail: 'a@b' }), 409, '/mail')
    refused(await s.send('POST', '/api/users', { email: 'ANNA@X.EXAMPLE', name: 'x' }), 409, '/email')
    refused(await s.send('POST', '/api/bookings', { roomId: { building: 'A', number: 1 }, during: '[2026-01-01 10:30:00+00,2026-01-01 11:30:00+00)' }), 409, 'during')
    refused(await s.send('POST', '/api/bookings', { roomId: { building: 'Z', number: 1 }, during: 'empty' }), 422, 'row.reference')
    refused(await s.send('POST', '/api/deferreds', { code: 'a' }), 409, '/code')
    refused(await s.send('DELETE', '/api/rooms/A,1'), 409, 'row.referenced')
    refused(await s.send('POST', '/api/nokeys', { a: 1 }), 403, 'only read')
    refused(await s.send('POST', '/api/order-views', {}), 403, 'only read')
    refused(await s.send('GET', '/api/nokeys/1'), 404)
    refused(await s.send('POST', '/api/teams', { id: 13 }), 422, 'No team is the thirteenth.')
    refused(await s.send('POST', '/api/logs', { day: '2030-01-01', n: 1 }), 422)
  })

  test('some tables, some schemas', async () => {
    const titles = async (choice: Partial<typeof everything>): Promise<string[]> => (await w.again({ ...everything, ...choice })).entities.map(e => e.title).toSorted()
    assert.deepEqual(await titles({ schemas: ['sales', 'Odd Schema'] }), ['Order', 'WeirdTable'])
    assert.deepEqual(await titles({ only: ['t*'], except: ['te*'] }), ['Tcustomer', 'Torder'])
    const { model } = await w.written(undefined, { ...everything, only: ['sales.order', 'posts'] })
    assert.ok((await w.plan(model)).empty)
  })
})
