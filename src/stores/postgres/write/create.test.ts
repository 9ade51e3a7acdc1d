// Creating rows of one level: one statement, judged before any constraint, on both servers.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Failure } from '../../../failure/index.ts'
import type { Reference, Value } from '../../../operation/index.ts'
import { begun, create, eachShop, eq, given, id, select, type Session, type Shop } from './shop.fixture.ts'

const always = { kind: 'always' } as const
const visible = eq('hidden', 'boolean', false)
const body = (b: Uint8Array | string | null | undefined) => (b == null ? null : JSON.parse(Buffer.from(b as Uint8Array).toString()))
const failure = (code: string, at: Failure['at'], facts = {}) => (e: unknown) => {
  assert.ok(e instanceof Failure, String(e))
  assert.deepEqual([e.code, e.at, e.facts], [code, at, facts], String((e.cause as Error | undefined)?.message ?? ''))
  return true
}

eachShop((name, open) => describe(`create, on ${name}`, () => {
  let shop: Shop, s: Session
  before(async () => {
    shop = await open()
    s = await shop.session()
    await s.rows(`insert into customers (id, email, name, secret) values ($1, 'anna@x', 'Anna', false), ($2, 'ben@x', 'Ben', true)`, id(1), id(2))
    await s.rows(`insert into products (id, name, price, hidden) values ($1, 'Tea', 2.50, false), ($2, 'Gold', 900, true)`, id(11), id(12))
    await s.rows(`insert into orders (id, customer_id) values ($1, $2)`, id(21), id(1))
  })
  after(() => shop?.end())

  it('answers from its own statement, rows in order, an explicit null told apart from no value', async () => {
    const op = create('order', [
      ...given('id', 'customerId'), { field: 'status', from: { kind: 'given', otherwise: { kind: 'value', value: 'open' } } },
      { field: 'notes', from: { kind: 'given', otherwise: { kind: 'value', value: ['none'] } } }, { field: 'placedAt', from: { kind: 'now' } }, ...given('extra'), ...begun,
    ], { returning: { select: select('id', 'status', 'notes', 'extra', 'version'), where: always } })
    const rows = [
      { id: id(103), customerId: id(1), status: 'paid', notes: null, extra: { a: [1, null] } }, { id: id(102), customerId: id(1) }, { id: id(101), customerId: id(2), notes: ['x', '"y"', null] },
    ]
    s.sent.length = 0
    const written = await s.write(op, [rows as Value])
    assert.equal(s.sent.length, 1)
    assert.equal(s.sent[0]?.lane, 'write')
    assert.deepEqual(written.bodies.map(body), [
      { id: id(103), status: 'paid', notes: null, extra: { a: [1, null] }, version: 1 },
      { id: id(102), status: 'open', notes: ['none'], extra: null, version: 1 },
      { id: id(101), status: 'open', notes: ['x', '"y"', null], extra: null, version: 1 },
    ])
    assert.deepEqual([written.touched, written.keys, written.versions], [3, [[id(103)], [id(102)], [id(101)]], ['1', '1', '1']])
  })

  it('takes hundreds of rows in the same statement text', async () => {
    const op = create('tag', [...given('id', 'name'), ...begun])
    await s.write(op, [[{ id: id(3000), name: 'first' }]])
    const one = s.sent.at(-1)?.text
    const written = await s.write(op, [Array.from({ length: 700 }, (_, i) => ({ id: id(4000 + i), name: `tag ${700 - i}` }))])
    assert.equal(s.sent.at(-1)?.text, one)
    assert.deepEqual(written.keys.map(k => k[0]), Array.from({ length: 700 }, (_, i) => id(4000 + i)))
  })

  it('knows a key that the database makes, and versions by xmin', async () => {
    const op = create('region', [{ field: 'id', from: { kind: 'generated' } }, ...given('name')], { returning: { select: select('id', 'name'), where: always } })
    const written = await s.write(op, [[{ name: 'North' }, { name: 'South' }]])
    assert.deepEqual(written.bodies.map(body), [{ id: 1, name: 'North' }, { id: 2, name: 'South' }])
    assert.deepEqual(written.keys, [[1], [2]])
    const [row] = await s.rows('select xmin::text from regions where id = 1')
    assert.equal(written.versions[0], row?.xmin)
  })

  it('reads a default through a reference, under a rule of its own', async () => {
    const price = { field: 'price', from: { kind: 'given', otherwise: { kind: 'related', relation: 'product', field: 'price', where: visible } } } as const
    const op = create('item', [...given('id', 'orderId', 'productId', 'quantity'), price, ...begun], { returning: { select: select('price'), where: always } })
    const written = await s.write(op, [[{ id: id(201), orderId: id(21), productId: id(11), quantity: 1 }]])
    assert.deepEqual(body(written.bodies[0]), { price: '2.50' })
    await assert.rejects(s.write(op, [[{ id: id(202), orderId: id(21), productId: id(12), quantity: 1 }]]), failure('row.invalid', [0, 'price'], { fields: ['price'] }))
    const own = await s.write(op, [[{ id: id(203), orderId: id(21), productId: id(12), quantity: 1, price: '7' }]])
    assert.deepEqual(body(own.bodies[0]), { price: '7.00' })
  })

  it('answers missing and hidden references alike, and names them all', async () => {
    const op = create('stock', [...given('productId', 'place', 'amount'), ...begun], { references: [{ relation: 'product', by: null, where: visible, optional: false }] })
    const refused: unknown[] = []
    for (const productId of [id(12), id(99)]) {
      await assert.rejects(s.write(op, [[{ productId: id(11), place: 'a', amount: 1 }, { productId, place: 'a', amount: 1 }]]), e => {
        assert.ok(failure('row.reference', [1, 'product'])(e))
        const { code, at, facts, mistakes, message, cause } = e as Failure
        refused.push({ code, at, facts, mistakes, message, cause })
        return true
      })
    }
    assert.deepEqual(refused[0], refused[1])
    assert.deepEqual(await s.rows('select * from stocks'), [])
  })

  it('connects by unique fields; what the caller may not see is not there', async () => {
    const customer: Reference = { relation: 'customer', by: ['email'], where: eq('secret', 'boolean', false), optional: false }
    const op = create('order', [...given('id'), { field: 'customerId', from: { kind: 'linked', relation: 'customer', field: 'id' } }, { field: 'placedAt', from: { kind: 'now' } }, { field: 'status', from: { kind: 'value', value: 'open' } }, ...begun],
      { references: [customer], returning: { select: select('customerId'), where: always } })
    const written = await s.write(op, [[{ id: id(301), customer: { email: 'anna@x' } }, { id: id(302), customerId: id(1) }]])
    assert.deepEqual(written.bodies.map(body), [{ customerId: id(1) }, { customerId: id(1) }])
    for (const row of [{ customer: { email: 'ben@x' } }, { customer: { email: 'nobody@x' } }, { customerId: id(2) }, { customerId: id(9) }])
      await assert.rejects(s.write(op, [[{ id: id(303), ...row }]]), failure('row.reference', [0, 'customer']))
  })

  it('lets no refused row meet a unique constraint', async () => {
    const mine = eq('name', 'text', 'Anna')
    const op = create('customer', [...given('id', 'email', 'name'), { field: 'secret', from: { kind: 'value', value: false } }, ...begun], { check: mine })
    await assert.rejects(s.write(op, [[{ id: id(401), email: 'anna@x', name: 'Carl' }]]), failure('caller.forbidden', [0]))
    await assert.rejects(s.write(op, [[{ id: id(402), email: 'anna@x', name: 'Anna' }, { id: id(403), email: 'new@x', name: 'Carl' }]]), failure('caller.forbidden', [1]))
    await assert.rejects(s.write(op, [[{ id: id(404), email: 'anna@x', name: 'Anna' }]]), failure('row.duplicate', [0, 'email'], { fields: ['email'] }))
    // The key of a refused row may be another row's too.
    await assert.rejects(s.write(op, [[{ id: id(1), email: 'new@x', name: 'Carl' }]]), failure('caller.forbidden', [0]))
    assert.equal((await s.rows(`select from customers where name = 'Carl'`)).length, 0)
    // It does not wait for another's unfinished row either.
    const other = await shop.session()
    await other.begin()
    await other.rows(`insert into customers (id, email, name) values ($1, 'soon@x', 'Soon')`, id(405))
    await assert.rejects(s.write(op, [[{ id: id(406), email: 'soon@x', name: 'Carl' }]]), failure('caller.forbidden', [0]))
    await other.rows('rollback')
  })

  it('says forbidden before it says that a reference is wrong', async () => {
    const op = create('stock', [...given('productId', 'place', 'amount'), ...begun],
      { check: eq('place', 'text', 'here'), references: [{ relation: 'product', by: null, where: visible, optional: false }] })
    await assert.rejects(s.write(op, [[{ productId: id(99), place: 'here', amount: 1 }, { productId: id(11), place: 'there', amount: 1 }]]), failure('caller.forbidden', [1]))
  })

  it('answers nothing for a row that may not be read back, and reads others in the same statement', async () => {
    const owner = { kind: 'some', relation: 'customer', where: eq('secret', 'boolean', false) } as const
    const op = create('order', [...given('id', 'customerId'), { field: 'placedAt', from: { kind: 'now' } }, { field: 'status', from: { kind: 'value', value: 'open' } }, ...begun], {
      returning: {
        where: owner,
        select: { ...select('id'), related: [{ as: 'customer', relation: 'customer', rows: { select: select('name'), where: always, order: [], page: { kind: 'offset', skip: null, take: 1 } } }] },
      },
    })
    const written = await s.write(op, [[{ id: id(501), customerId: id(2) }, { id: id(502), customerId: id(1) }]])
    assert.deepEqual(written.bodies.map(body), [null, { id: id(502), customer: { name: 'Anna' } }])
    assert.equal(written.touched, 2)
  })

  it('carries bytes and refuses what a column does not take, the field named', async () => {
    const op = create('product', [...given('id', 'name', 'price', 'photo'), { field: 'hidden', from: { kind: 'value', value: false } }, ...begun], { returning: { select: select('photo', 'price'), where: always } })
    const written = await s.write(op, [[{ id: id(601), name: 'Jam', price: '1.005', photo: 'AP_8' }]])
    assert.deepEqual(body(written.bodies[0]), { photo: 'AP_8', price: '1.01' })
    await assert.rejects(s.write(op, [[{ id: id(602), name: 'Dear', price: '99999999999', photo: null }]]), failure('row.invalid', [0]))
    const item = create('item', [...given('id', 'orderId', 'productId', 'quantity', 'price'), ...begun])
    await assert.rejects(s.write(item, [[{ id: id(603), orderId: id(21), productId: id(601), quantity: 0, price: '1' }]]), failure('row.invalid', [0, 'quantity'], { fields: ['quantity'] }))
  })

  it('reads back in the same transaction where its own statement cannot see the answer', async () => {
    const op = create('person', [...given('id', 'name', 'managerId'), ...begun], {
      returning: { where: always, select: { ...select('name'), related: [{ as: 'manager', relation: 'manager', rows: { select: select('name'), where: always, order: [], page: { kind: 'offset', skip: null, take: 1 } } }] } },
    })
    s.sent.length = 0
    const written = await s.write(op, [[{ id: id(701), name: 'Eve', managerId: null }, { id: id(702), name: 'Al', managerId: id(701) }]])
    assert.deepEqual(written.bodies.map(body), [{ name: 'Eve', manager: null }, { name: 'Al', manager: { name: 'Eve' } }])
    assert.equal(s.sent.length, 2)
  })
}))
