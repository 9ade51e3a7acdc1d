// Queries on a real database answer what the memory store answers: pages, nesting, cursors, counts, hidden fields, every scalar.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { and, never, not, or, type Predicate, type Query, type Value } from '../../../operation/index.ts'
import { constant, eq, field, include, one, parameter, query, seen, select, some, sort } from './build.fixture.ts'
import { plain, same, textOf, uuid, world, worldOn, type World } from './world.fixture.ts'

for (const server of ['current', 'older'] as const) describe(`queries on the ${server} server`, () => {
  let w: World
  before(async () => {
    w = await worldOn(server)
    assert.equal(w.connections.server.version === 15, server === 'older')
  })
  after(() => w.end())

  const keyIs = eq('id', parameter(0))
  const rated = (op: 'lt' | 'gt', n: number): Predicate => ({ kind: 'compare', op, as: 'integer', left: field('rating'), right: constant(n) })

  test('one row by its key', async () => {
    const found = await same(w, one('post', ['id', 'title', 'rating', 'price', 'createdAt'], keyIs), [uuid(104)])
    assert.equal(found.version, '5')
    assert.equal((await same(w, one('post', ['id'], keyIs), [uuid(99)])).body, null)
  })
  test('one row by something else: the first', async () => {
    const found = await w.read({ ...one('post', ['title'], eq('status', parameter(0), 'text'), [include('post', 'comments', ['id'], { page: { kind: 'offset', skip: null, take: 1 } })]), order: sort('post', '-title') }, ['open'])
    assert.equal(JSON.parse(textOf(found.body)).title, 'intro 22')
    assert.equal(found.version, '23')
  })
  test('a row without a version of its own has its transaction', async () => {
    const found = await w.read(one('person', ['id'], keyIs), [uuid(1)])
    assert.match(String(found.version), /^[1-9]\d*$/)
  })
  test('every scalar, every list of them', async () => {
    await same(w, query('thing', Object.keys(world.entities['thing']!.fields)))
    const { body } = await w.read(query('thing', ['aText', 'aNumber', 'aDecimal', 'aBytes', 'cBytes', 'cBigint', 'aTimestamp']))
    assert.match(textOf(body), /"aDecimal" ?: ?"12345678901234567890.123456789"/)
  })
  test('a row of 120 fields', async () => { await same(w, query('wide', Object.keys(world.entities['wide']!.fields))) })
  test('to-one, to-many, many-to-many, one-to-one, self, three deep', async () => {
    await same(w, query('post', ['id', 'title'], { order: '-createdAt id', related: [
      include('post', 'author', ['name'], { related: [include('person', 'manager', ['name'], { related: [include('person', 'profile', ['bio'])] }), include('person', 'reports', ['name'])] }),
      include('post', 'comments', ['text'], { order: '-text id', related: [include('comment', 'author', ['name'])] }),
      include('post', 'tags', ['label'], { order: 'label id', related: [include('tag', 'posts', ['title'], { page: { kind: 'keyset', from: null, toward: 'next', take: 3 } })] }),
    ] }))
  })
  test('a reference to a composite key is one object', async () => {
    await same(w, query('booking', ['seat.row', 'seat.number', 'guest'], { related: [include('booking', 'seat', ['label'])] }))
    await same(w, query('seat', ['row', 'number', 'label'], { related: [include('seat', 'bookings', ['guest', 'seat.number'])] }))
    await same(w, query('seat', ['label'], { where: some('bookings', eq('guest', parameter(0), 'text')) }), ['x'])
  })
  test('lists say where their page cut them, nested ones too', async () => {
    const shortened = query('person', ['name'], { related: [include('person', 'posts', ['title'], {
      page: { kind: 'keyset', from: null, toward: 'next', take: 4 }, related: [include('post', 'comments', ['text'], { page: { kind: 'offset', skip: null, take: 2 } })],
    }), include('person', 'reports', ['name'], { page: { kind: 'offset', skip: null, take: 50 } })] })
    assert.deepEqual((await same(w, shortened)).cut, ['posts', 'posts.comments'])
    // The row that is read beyond the page has lists of its own, which must not be spoken of.
    const uncut: Query = { ...shortened, page: { kind: 'offset', skip: parameter(0), take: 1 } }
    for (let skip = 0; skip < 6; skip++) await same(w, uncut, [skip])
  })
  test('included lists backwards and skipped', async () => {
    for (const page of [{ kind: 'keyset', from: null, toward: 'previous', take: 3 }, { kind: 'offset', skip: parameter(0), take: 2 }] as const) {
      await same(w, query('post', ['id'], { related: [include('post', 'comments', ['id', 'text'], { order: 'text id', page })] }), [1])
    }
  })
  test('probes', async () => {
    await same(w, { ...one('post', [], keyIs), select: select(['id'], [], { probes: [{ as: 'low', of: rated('lt', 3) }, { as: 'no', of: never }, { as: 'not', of: not(rated('lt', 3)) }] }) }, [uuid(100)])
  })
  test('a field hidden by row is null in selection and order', async () => {
    const shown = or(rated('gt', 2), eq('status', parameter(0), 'text'))
    for (const dir of ['asc', 'desc'] as const) {
      await same(w, query('post', ['id', seen('price', shown)], { order: [{ by: { name: 'price', shown, as: 'decimal', via: [] }, dir }, ...sort('post', 'id')] }), ['open'])
    }
  })

  const orders = ['id', '-id', 'title', 'rating id', '-rating id', 'rating -id', '-createdAt -id', 'status -rating id', 'author/name -id', '-author/age rating id', 'author/manager/name -id']
  for (const order of orders) for (const toward of ['next', 'previous'] as const) test(`cursors: ${order} toward ${toward}`, async () => {
    let from: Query['page'] = { kind: 'keyset', from: null, toward, take: 5 }
    let values: Value[] = []
    for (let pages = 0, seenRows = 0; ; pages++) {
      const found = await same(w, query('post', ['id', 'title'], { order, page: from }), values)
      seenRows += found.rows
      const end = toward === 'next' ? found.last : found.first
      if (!found.more || !end) { assert.equal(seenRows, 24); assert.equal(pages, 4); break }
      values = [...end]
      from = { kind: 'keyset', from: end.map((v, i) => (v === null ? null : parameter(i))), toward, take: 5 }
    }
  })
  test('hops whose target may not be seen sort as null', async () => {
    const order = [{ by: { name: 'name', shown: not(eq('name', constant('Bob'), 'text')), as: 'text', via: [{ relation: 'author', where: { kind: 'compare', op: 'gt', as: 'integer', left: field('age'), right: parameter(0) } }] }, dir: 'desc' }, ...sort('post', '-id')] as const
    await same(w, query('post', ['id'], { order }), [21])
  })
  test('page numbers', async () => { for (const skip of [0, 5, 22, 30]) await same(w, query('post', ['id'], { page: { kind: 'offset', skip: parameter(0), take: 4 } }), [skip]) })
  test('counts', async () => {
    const few = eq('status', parameter(0), 'text')
    assert.equal((await same(w, query('post', ['id'], { count: 'exact', where: few, page: { kind: 'offset', skip: null, take: 3 } }), ['open'])).total, 8)
    assert.equal((await same(w, query('post', ['id'], { count: 'capped' }))).total, 24)
    assert.equal((await same(w, query('post', ['id'], { count: 'exact', where: never }))).total, 0)
    await w.query('analyze posts')
    const guess = await w.read(query('post', ['id'], { count: 'estimate' }))
    assert.equal(guess.total, 24)
    await w.query(`insert into persons (id, name) select gen_random_uuid(), 'p' || n from generate_series(1, 994) n`)
    assert.deepEqual([(await w.read(query('person', ['id'], { count: 'capped' }))).total, (await w.read(query('person', ['id'], { count: 'capped' }))).totalIsAtLeast], [1000, false])
    await w.query(`insert into persons (id, name) values (gen_random_uuid(), 'p')`)
    const { total, totalIsAtLeast } = await w.read(query('person', ['id'], { count: 'capped' }))
    assert.deepEqual([total, totalIsAtLeast], [1000, true])
    await w.query(`delete from persons where name ~ '^p'`)
  })
  test('grants through several relations', async () => {
    const where = or(some('author', eq('name', parameter(0), 'text')), some('comments', eq('authorId', parameter(1))), some('tags', eq('label', parameter(2), 'text')), eq('authorId', parameter(1)), eq('status', constant('done'), 'text'))
    await same(w, query('post', ['id'], { where }), ['Bob', uuid(3), 'rare'])
    await same(w, query('post', ['id'], { where: not(where) }), ['Bob', uuid(3), 'rare'])
    await same(w, query('person', ['id'], { related: [include('person', 'posts', ['id'], { where })] }), ['Bob', uuid(3), 'rare'])
    await same(w, query('comment', ['id'], { where: some('post', where) }), ['Bob', uuid(3), 'rare'])
  })
  test('the answer is bytes, in the order of the selection', async () => {
    const found = await w.read(query('post', ['title', 'id'], { page: { kind: 'offset', skip: null, take: 1 } }))
    assert.ok(found.body instanceof Uint8Array)
    assert.equal(textOf(found.body), `[{"title":"Intro 0","id":"${uuid(100)}"}]`)
    assert.deepEqual(plain(await w.read(query('post', ['id'], { where: and(keyIs, never) }), [uuid(1)])), { body: [], rows: 0, version: null, first: null, last: null, more: false, total: null, totalIsAtLeast: false, cut: [] })
  })
})
