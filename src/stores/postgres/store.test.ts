// The composed store: authorized operations in, finished bytes out, on PostgreSQL 18 and 15.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import { olderServer, testServer } from '../../../test/server.ts'
import type { Failure } from '../../failure/index.ts'
import { applyPlan, planOf } from '../../migrate/index.ts'
import type { Mutation, Predicate, Query, Read, Selection } from '../../operation/index.ts'
import { Authorized, authorizeKey } from '../authorized.ts'
import type { Run } from '../store.ts'
import { postgresStore, type PostgresStore } from './index.ts'
import { begun, create, given, id, keyIs, risen, select, shop, update } from './write/shop.fixture.ts'

const always: Predicate = { kind: 'always' }
const may = <O extends Read | Mutation>(operation: O): Authorized<O> => new Authorized(authorizeKey, operation, [])
const text = (body: Uint8Array | string | null | undefined): string | null => (body === null || body === undefined ? null : Buffer.from(body).toString())
const failing = async (promise: Promise<unknown>): Promise<Failure> => promise.then(() => assert.fail('did not fail'), (e: Failure) => e)
const listening = () => {
  const told: { text: string; rows: number }[] = []
  const run: Run = { deadline: performance.now() + 10_000, onStatement: s => void told.push({ text: s.text, rows: s.rows }) }
  return { run, told }
}
const run: Run = { deadline: Infinity }
const query = (entity: string, selection: Selection, more: Partial<Query> = {}): Query => ({
  kind: 'query', entity, one: false, count: 'none', select: selection, where: always,
  order: [{ by: { name: 'id', shown: always, as: 'uuid', via: [] }, dir: 'asc' }], page: { kind: 'offset', skip: null, take: 20 }, ...more,
})
const oneCustomer = may(query('customer', select('name', 'email'), { one: true, where: keyIs(0), order: [] }))
const customers = may(query('customer', select('name'), { count: 'exact' }))
const newCustomer = may(create('customer', [...given('id', 'email', 'name'), { field: 'secret', from: { kind: 'value', value: false } }, ...begun],
  { returning: { select: select('id', 'name', 'version'), where: always } }))
const rename = may(update('customer', [...given('name'), ...risen], { returning: { select: select('name', 'version'), where: always } }))
/** An order with its lines: several statements. */
const newOrder = may(create('order', [...given('id', 'customerId'), { field: 'status', from: { kind: 'value', value: 'open' } }, { field: 'placedAt', from: { kind: 'now' } }, ...begun], {
  after: [{
    relation: 'items',
    create: { ...create('item', [...given('id', 'productId', 'quantity', 'price'), { field: 'orderId', from: { kind: 'parent', field: 'id' } }, ...begun]), rows: { kind: 'parameter', slot: 1 } },
  }],
  returning: { select: { ...select('id', 'status'), related: [{ as: 'items', relation: 'items', rows: {
    select: select('quantity', 'price'), where: always, order: [{ by: { name: 'id', shown: always, as: 'uuid', via: [] }, dir: 'asc' }], page: { kind: 'offset', skip: null, take: 10 },
  } }] }, where: always },
}))

for (const [name, start] of [['PostgreSQL 18', testServer], ['PostgreSQL 15', olderServer]] as const) {
  describe(`the store on ${name}`, () => {
    let store: PostgresStore, admin: pg.Client, drop: () => Promise<void>
    before(async () => {
      const fresh = await (await start()).freshDatabase()
      drop = () => fresh.drop()
      admin = new pg.Client(fresh.config)
      await admin.connect()
      await applyPlan(admin, await planOf(admin, shop))
      await admin.query(`insert into products (id, name, price, version, updated_at) values ($1, 'Tea', 2.50, 1, now())`, [id(11)])
      store = await postgresStore({ model: shop, connection: fresh.config })
    })
    after(async () => { await store.close(); await admin.end(); await drop() })

    it('writes one level with one statement, and reads it with one', async () => {
      const w = listening()
      const written = await store.write(newCustomer, [[{ id: id(1), email: 'anna@x', name: 'Ännä 😀' }]], w.run)
      assert.deepEqual(JSON.parse(text(written.bodies[0]) ?? ''), { id: id(1), name: 'Ännä 😀', version: 1 })
      assert.deepEqual([written.touched, written.keys, written.versions], [1, [[id(1)]], ['1']])
      assert.deepEqual(w.told.map(t => t.rows), [1])
      const r = listening()
      const fetched = await store.read(oneCustomer, [id(1)], r.run)
      assert.ok(fetched.body instanceof Uint8Array, 'bytes, not a string')
      assert.deepEqual(JSON.parse(text(fetched.body) ?? ''), { name: 'Ännä 😀', email: 'anna@x' })
      assert.equal(fetched.version, '1')
      assert.equal(r.told.length, 1)
      assert.deepEqual([(await store.read(oneCustomer, [id(99)], run)).body], [null])
    })

    it('a page with an exact count is a statement of its own, and there are no others', async () => {
      await store.write(newCustomer, [[{ id: id(2), email: 'ben@x', name: 'Ben' }]], run)
      const r = listening()
      const page = await store.read(customers, [], r.run)
      assert.deepEqual(JSON.parse(text(page.body) ?? '').map((c: { name: string }) => c.name), ['Ännä 😀', 'Ben'])
      assert.deepEqual([page.rows, page.total, page.more, r.told.length], [2, 2, false, 1])
    })

    it('an estimate is the planner\'s, beside the page', async () => {
      await admin.query('analyze customers')
      const page = await store.read(may(query('customer', select('name'), { count: 'estimate' })), [], run)
      assert.deepEqual([page.rows, page.total], [2, 2])
    })

    it('several levels are one statement where nothing reads what is written, else one transaction, whole or not at all', async () => {
      const w = listening()
      const line = (n: number, productId: string, quantity: number) => ({ '#': 0, id: id(n), productId, quantity, price: '2.50' })
      const written = await store.write(newOrder, [[{ id: id(21), customerId: id(1) }], [line(31, id(11), 3)]], w.run)
      assert.deepEqual(JSON.parse(text(written.bodies[0]) ?? ''), { id: id(21), status: 'open', items: [{ quantity: 3, price: '2.50' }] })
      assert.equal(w.told.length, 1)
      const more = listening(), many = Array.from({ length: 11 }, (_, i) => i)
      await store.write(newOrder, [many.map(i => ({ id: id(300 + i), customerId: id(1) })), many.map(i => ({ ...line(400 + i, id(11), 3), '#': i }))], more.run)
      assert.deepEqual([more.told[0]?.text, more.told.at(-1)?.text], ['begin', 'commit'])
      const refused = await failing(store.write(newOrder, [[{ id: id(22), customerId: id(1) }], [line(32, id(11), 1), line(33, id(11), 2)]], run))
      assert.deepEqual([refused.code, refused.facts], ['row.duplicate', { fields: ['orderId', 'productId'] }])
      assert.equal((await admin.query('select 1 from orders where id = $1', [id(22)])).rowCount, 0)
    })

    it('what the database refuses names the field and the row', async () => {
      const taken = await failing(store.write(newCustomer, [[{ id: id(3), email: 'anna@x', name: 'Other' }]], run))
      assert.deepEqual([taken.code, taken.facts, taken.at], ['row.duplicate', { fields: ['email'] }, [0, 'email']])
    })

    it('a transaction reads what it wrote, and leaves nothing when its work throws', async () => {
      const seen: (string | null)[] = []
      await assert.rejects(store.within(run, async session => {
        await session.write(rename, [id(2), { name: 'Benjamin' }], run)
        seen.push(text((await session.read(oneCustomer, [id(2)], run)).body))
        throw new Error('changed my mind')
      }), /changed my mind/)
      seen.push(text((await store.read(oneCustomer, [id(2)], run)).body))
      assert.deepEqual(seen.map(s => JSON.parse(s ?? '').name), ['Benjamin', 'Ben'])
      const done = await store.within(run, async session => (await session.write(rename, [id(2), { name: 'Benjamin' }], run)).versions)
      assert.deepEqual(done, ['2'])
      assert.equal(JSON.parse(text((await store.read(oneCustomer, [id(2)], run)).body) ?? '').name, 'Benjamin')
    })

    it('explains with the plan that is really used, and runs nothing', async () => {
      const byKey = await store.explain(oneCustomer, [id(1)], run)
      assert.match(byKey.statement, /^select/)
      assert.match(byKey.plan ?? '', /customers/)
      // `it's` would end a literal that is not quoted.
      const writing = await store.explain(newCustomer, [[{ id: id(77), email: `it's \\ "x"`, name: 'Nobody' }]], run)
      assert.match(writing.plan ?? '', /Insert on \S*customers/)
      assert.equal((await admin.query('select 1 from customers where id = $1', [id(77)])).rowCount, 0)
      const nested = await store.explain(newOrder, [[{ id: id(78), customerId: id(1) }], []], run)
      assert.match(nested.plan ?? '', /Insert on \S*orders[^]*Insert on \S*items/)
      // Twice, so that nothing of the first is left in the session.
      assert.equal((await store.explain(oneCustomer, [id(1)], run)).plan, byKey.plan)
    })

    it('can do everything, is ready, and says so', async () => {
      assert.deepEqual(new Set(Object.values(store.can)), new Set(['native']))
      assert.ok(Object.isFrozen(store.can))
      await store.ready()
      assert.equal(store.version, name === 'PostgreSQL 18' ? 18 : 15)
    })
  })
}
