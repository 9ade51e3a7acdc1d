// Nested creates and owned parts: several levels in one transaction, wholes locked and raised; on both servers.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../../failure/index.ts'
import { and, type Create, type Delete, type Related, type Selection, type Value, type Whole } from '../../../operation/index.ts'
import { begun, create, eachShop, eq, given, id, keyIs, risen, select, update, type Session, type Shop } from './shop.fixture.ts'

const always = { kind: 'always' } as const
const visible = eq('hidden', 'boolean', false)
const body = (b: Uint8Array | string | null | undefined) => (b == null ? null : JSON.parse(Buffer.from(b as Uint8Array).toString()))
const failure = (code: string, at: Failure['at'], facts = {}) => (e: unknown) => {
  assert.ok(e instanceof Failure, String(e))
  assert.deepEqual([e.code, e.at, e.facts], [code, at, facts], String((e.cause as Error | undefined)?.message ?? e.stack))
  return true
}
const slot = (n: number) => ({ kind: 'parameter', slot: n } as const)
const parent = (field: string, of = 'id') => ({ field, from: { kind: 'parent', field: of } } as const)
const related = (name: string, of: Selection, order: string | null, take = 20): Related => ({
  as: name, relation: name, rows: { select: of, where: always, order: order === null ? [] : [{ by: { name: order, shown: always, as: 'text', via: [] }, dir: 'asc' }], page: { kind: 'offset', skip: null, take } },
})
const orderFields = [{ field: 'placedAt', from: { kind: 'now' } }, { field: 'status', from: { kind: 'given', otherwise: { kind: 'value', value: 'open' } } }, ...begun] as const
const items = (rows: number, more: Partial<Create> = {}): Create['after'][number] => ({
  relation: 'items', create: create('item', [
    ...given('id', 'productId', 'quantity'), parent('orderId'), { field: 'price', from: { kind: 'given', otherwise: { kind: 'related', relation: 'product', field: 'price', where: always } } }, ...begun,
  ], { rows: slot(rows), references: [{ relation: 'product', by: null, where: visible, optional: false }], ...more }),
})

eachShop((name, open) => describe(`nested writes and parts, on ${name}`, () => {
  let shop: Shop, s: Session
  let next = 1000
  const key = () => id(++next)
  before(async () => {
    shop = await open()
    s = await shop.session()
    await s.rows(`insert into customers (id, email, name) values ($1, 'anna@x', 'Anna'), ($2, 'ben@x', 'Ben')`, id(1), id(2))
    await s.rows(`insert into products (id, name, price, hidden) values ($1, 'Tea', 2.50, false), ($2, 'Gold', 900, true), ($3, 'Jam', 4, false)`, id(11), id(12), id(13))
    await s.rows(`insert into tags (id, name) values ($1, 'red'), ($2, 'blue')`, id(31), id(32))
  })
  after(() => shop?.end())
  const order = async (status = 'open') => {
    const [o, i] = [key(), key()]
    await s.rows(`insert into orders (id, customer_id, status) values ($1, $2, $3)`, o, id(1), status)
    await s.rows(`insert into items (id, order_id, product_id, quantity, price) values ($1, $2, $3, 1, 1)`, i, o, id(13))
    return { o, i }
  }
  const version = async (table: string, of: string) => (await s.rows(`select version from ${table} where id = $1`, of))[0]?.version

  it('makes rows of every level and answers them all', async () => {
    const op = create('order', [...given('id'), { field: 'customerId', from: { kind: 'linked', relation: 'customer', field: 'id' } }, ...orderFields], {
      before: [{ relation: 'customer', create: create('customer', [...given('id', 'email', 'name'), { field: 'secret', from: { kind: 'value', value: false } }, ...begun], { rows: slot(1) }) }],
      after: [
        items(2, { after: [{ relation: 'options', create: create('option', [...given('id', 'text'), parent('itemId'), ...begun], { rows: slot(3) }) }] }),
        { relation: 'tags', create: create('tag', [...given('id', 'name'), ...begun], { rows: slot(4) }) },
      ],
      links: [{ relation: 'tags', rows: slot(5), by: ['name'], where: always }],
      returning: {
        where: always, select: {
          ...select('id', 'version'),
          related: [related('customer', select('name'), null), related('items', { ...select('price'), related: [related('options', select('text'), 'text')] }, 'id'), related('tags', select('name'), 'name', 2)],
        },
      },
    })
    const [o1, o2, i1, i2, i3] = [key(), key(), key(), key(), key()]
    const written = await s.write(op, [
      [{ id: o1, '#customer': 1 }, { id: o2, '#customer': 0 }], [{ id: key(), email: 'c@x', name: 'Carl' }, { id: key(), email: 'd@x', name: 'Dora' }],
      [{ '#': 0, id: i1, productId: id(11), quantity: 1 }, { '#': 1, id: i2, productId: id(13), quantity: 1 }, { '#': 0, id: i3, productId: id(13), quantity: 2, price: '1' }],
      [{ '#': 2, id: key(), text: 'z' }, { '#': 2, id: key(), text: 'a' }], [{ '#': 1, id: key(), name: 'green' }],
      [{ '#': 1, name: 'red' }, { '#': 0, name: 'blue' }, { '#': 0, name: 'blue' }, { '#': 1, name: 'blue' }],
    ])
    assert.deepEqual(written.bodies.map(body), [
      { id: o1, version: 1, customer: { name: 'Dora' }, items: [{ price: '2.50', options: [] }, { price: '1.00', options: [{ text: 'a' }, { text: 'z' }] }], tags: [{ name: 'blue' }] },
      { id: o2, version: 1, customer: { name: 'Carl' }, items: [{ price: '4.00', options: [] }], tags: [{ name: 'blue' }, { name: 'green' }] },
    ])
    assert.deepEqual([written.touched, written.keys, written.versions, written.cut], [2, [[o1], [o2]], ['1', '1'], ['tags']])
  })

  it('hangs rows on keys that the database makes', async () => {
    const op = create('customer', [...given('id', 'email', 'name'), { field: 'secret', from: { kind: 'value', value: false } }, { field: 'regionId', from: { kind: 'linked', relation: 'region', field: 'id' } }, ...begun], {
      before: [{ relation: 'region', create: create('region', [{ field: 'id', from: { kind: 'generated' } }, ...given('name')], { rows: slot(1) }) }],
      returning: { where: always, select: { ...select('name'), related: [related('region', select('id', 'name'), null)] } },
    })
    const written = await s.write(op, [[{ id: key(), email: 'e@x', name: 'Eve', '#region': 0 }, { id: key(), email: 'f@x', name: 'Fritz' }], [{ name: 'South' }]])
    assert.deepEqual(written.bodies.map(body), [{ name: 'Eve', region: { id: 1, name: 'South' } }, { name: 'Fritz', region: null }])
  })

  it('says where in the body the trouble is, and leaves nothing behind', async () => {
    const op = create('order', [...given('id', 'customerId'), ...orderFields], {
      after: [items(1)], links: [{ relation: 'tags', rows: slot(2), by: ['name'], where: eq('name', 'text', 'red') }],
    })
    const orders = () => [{ id: key(), customerId: id(1) }, { id: key(), customerId: id(1) }]
    const line = (n: number, product: string, quantity = 1) => ({ '#': n, id: key(), productId: product, quantity })
    const count = async () => (await s.rows('select count(*)::int as n from orders'))[0]?.n
    const begin = await count()
    const rows = (): Value => [line(1, id(11)), line(0, id(11)), line(1, id(12)), line(0, id(99))]
    await assert.rejects(s.write(op, [orders(), rows(), []]), e => {
      assert.ok(failure('row.reference', [1, 'items', 1, 'product'])(e))
      assert.deepEqual((e as Failure).mistakes.map(m => m.at), [[1, 'items', 1, 'product'], [0, 'items', 1, 'product']])
      return true
    })
    for (const name of ['blue', 'nothing'])
      await assert.rejects(s.write(op, [orders(), [], [{ '#': 1, name: 'red' }, { '#': 1, name }]]), failure('row.reference', [1, 'tags', 1]))
    await assert.rejects(s.write(op, [[{ id: key(), customerId: id(1) }], [line(0, id(11), 0)], []]), failure('row.invalid', [0, 'items', 0, 'quantity'], { fields: ['quantity'] }))
    const forbidden = create('order', [...given('id', 'customerId'), ...orderFields], { after: [items(1, { check: { kind: 'not', of: eq('quantity', 'integer', 3) } })] })
    await assert.rejects(s.write(forbidden, [orders(), [line(0, id(11)), line(1, id(11), 3)]]), failure('caller.forbidden', [1, 'items', 0]))
    assert.equal(await count(), begin)
  })

  it('sends what it knows the keys of at once, and nothing behind a refused row meets a constraint', async () => {
    const taken = await order()
    const op = create('order', [...given('id', 'customerId'), ...orderFields], {
      check: eq('status', 'text', 'open'), after: [items(1, { after: [{ relation: 'options', create: create('option', [...given('id', 'text'), parent('itemId'), ...begun], { rows: slot(2) }) }] })],
      returning: { where: always, select: { ...select('status'), related: [related('items', select('quantity'), 'id')] } },
    })
    const one = (status: string, item: string): Value[] => [[{ id: key(), customerId: id(1), status }], [{ '#': 0, id: item, productId: id(11), quantity: 1 }], [{ '#': 0, id: key(), text: 'x' }]]
    const alone = await shop.session()
    assert.deepEqual((await alone.write(op, one('open', key()))).bodies.map(body), [{ status: 'open', items: [{ quantity: 1 }] }])
    assert.deepEqual([alone.sent.length, alone.peak.most], [4, 4])
    // The item's key is another's, which the refused order must not tell.
    await assert.rejects(alone.write(op, one('paid', taken.i)), failure('caller.forbidden', [0]))
    assert.deepEqual(alone.refusals, [])
    await assert.rejects(alone.write(op, one('open', taken.i)), failure('row.duplicate', [0, 'items', 0, 'id'], { fields: ['id'] }))
    assert.equal((await s.rows('select from options where text = $1', 'x')).length, 1)
  })

  it('hangs rows on keys of several fields, and refers to them', async () => {
    const op = create('stock', [...given('productId', 'place', 'amount'), ...begun], {
      after: [{ relation: 'moves', create: create('move', [...given('id', 'by'), parent('stock.productId', 'productId'), parent('stock.place', 'place')], { rows: slot(1) }) }],
      returning: { where: always, select: { ...select('place'), related: [related('moves', select('by', 'stock.productId', 'stock.place'), 'id')] } },
    })
    const written = await s.write(op, [[{ productId: id(11), place: 'a', amount: 1 }, { productId: id(11), place: 'b', amount: 1 }], [{ '#': 1, id: key(), by: 3 }, { '#': 1, id: key(), by: 4 }]])
    const stock = { productId: id(11), place: 'b' }
    assert.deepEqual(written.bodies.map(body), [{ place: 'a', moves: [] }, { place: 'b', moves: [{ by: 3, stock }, { by: 4, stock }] }])
    assert.deepEqual(written.keys, [[id(11), 'a'], [id(11), 'b']])
    const move = create('move', [...given('id', 'by', 'stock.productId', 'stock.place')], { references: [{ relation: 'stock', by: null, where: eq('place', 'text', 'a'), optional: true }], returning: { where: always, select: select('stock.productId', 'stock.place') } })
    const moved = await s.write(move, [[{ id: key(), by: 1, 'stock.productId': id(11), 'stock.place': 'a' }, { id: key(), by: 1 }]])
    assert.deepEqual(moved.bodies.map(body), [{ stock: { productId: id(11), place: 'a' } }, { stock: null }])
    for (const place of ['b', 'z'])
      await assert.rejects(s.write(move, [[{ id: key(), by: 1, 'stock.productId': id(11), 'stock.place': place }]]), failure('row.reference', [0, 'stock']))
  })

  const wholeOpen: Whole = { relation: 'order', where: eq('status', 'text', 'open'), check: always, raise: true, whole: null }
  const part = create('item', [...given('id', 'orderId', 'productId', 'quantity', 'price'), ...begun], { whole: wholeOpen, returning: { where: always, select: { ...select('id'), related: [related('order', select('version'), null)] } } })

  it('changes a part by changing its whole', async () => {
    const { o, i } = await order()
    const line = (product: string) => ({ id: key(), orderId: o, productId: product, quantity: 1, price: '1' })
    const made = await s.write(part, [[line(id(11)), line(id(12))]])
    assert.deepEqual(made.bodies.map(body).map(b => b.order), [{ version: 2 }, { version: 2 }])
    const changed = await s.write(update('item', [...given('quantity'), ...risen], { whole: wholeOpen }), [i, { quantity: 5 }])
    assert.deepEqual([changed.touched, changed.versions, await version('orders', o)], [1, ['2'], 3])
    const gone = await s.write({ kind: 'delete', entity: 'item', where: keyIs(0), expect: null, whole: wholeOpen }, [i])
    assert.deepEqual([gone.touched, await version('orders', o)], [1, 4])
    assert.equal((await s.write({ kind: 'delete', entity: 'item', where: keyIs(0), expect: null, whole: wholeOpen }, [i])).touched, 0)
    assert.equal(await version('orders', o), 4)
  })

  it('changes both wholes of a part that moves, and is refused by either', async () => {
    const from = await order(), to = await order(), shipped = await order('shipped')
    const open: Whole = { ...wholeOpen, check: wholeOpen.where }
    const move = update('item', [...given('orderId', 'productId'), ...risen], { whole: open })
    assert.equal((await s.write(move, [from.i, { orderId: to.o, productId: id(12) }])).touched, 1)
    assert.deepEqual([await version('orders', from.o), await version('orders', to.o)], [2, 2])
    await assert.rejects(s.write(move, [from.i, { orderId: shipped.o, productId: id(12) }]), failure('caller.forbidden', []))
    assert.equal((await s.write(move, [shipped.i, { orderId: to.o, productId: id(11) }])).touched, 0)
    assert.deepEqual([await version('orders', to.o), await version('orders', shipped.o)], [2, 1])
  })

  it('keeps parts as they are where the whole may not be changed', async () => {
    const { o, i } = await order('shipped')
    await assert.rejects(s.write(part, [[{ id: key(), orderId: o, productId: id(11), quantity: 1, price: '1' }]]), failure('caller.forbidden', [0]))
    await assert.rejects(s.write(part, [[{ id: key(), orderId: id(99), productId: id(11), quantity: 1, price: '1' }]]), failure('caller.forbidden', [0]))
    // Not even a duplicate tells what is there.
    await assert.rejects(s.write(part, [[{ id: key(), orderId: o, productId: id(13), quantity: 1, price: '1' }]]), failure('caller.forbidden', [0]))
    assert.equal((await s.write(update('item', [...given('quantity'), ...risen], { whole: wholeOpen }), [i, { quantity: 5 }])).touched, 0)
    const remove: Delete = { kind: 'delete', entity: 'item', where: keyIs(0), expect: null, whole: wholeOpen }
    assert.equal((await s.write(remove, [i])).touched, 0)
    assert.deepEqual([await version('orders', o), await version('items', i)], [1, 1])
  })

  it('asks of the whole what must hold after', async () => {
    const { o } = await order()
    const few: Whole = { ...wholeOpen, check: { kind: 'not', of: { kind: 'some', relation: 'items', where: eq('quantity', 'integer', 9) } } }
    const op = { ...part, whole: few }
    await assert.rejects(s.write(op, [[{ id: key(), orderId: o, productId: id(11), quantity: 9, price: '1' }]]), failure('caller.forbidden', [0]))
    assert.equal((await s.write(op, [[{ id: key(), orderId: o, productId: id(11), quantity: 8, price: '1' }]])).touched, 1)
    assert.equal(await version('orders', o), 2)
  })

  it('raises the whole of a whole', async () => {
    const { o, i } = await order()
    const whole: Whole = { relation: 'item', where: always, check: always, raise: true, whole: wholeOpen }
    const op = create('option', [...given('id', 'itemId', 'text'), ...begun], { whole })
    const k = key()
    assert.equal((await s.write(op, [[{ id: k, itemId: i, text: 'x' }]])).touched, 1)
    assert.deepEqual([await version('items', i), await version('orders', o)], [2, 2])
    await s.rows(`update orders set status = 'shipped' where id = $1`, o)
    await assert.rejects(s.write(op, [[{ id: key(), itemId: i, text: 'y' }]]), failure('caller.forbidden', [0]))
    assert.equal((await s.write(update('option', [...given('text'), ...risen], { whole }), [k, { text: 'y' }])).touched, 0)
  })

  it('locks the whole: what waits for it sees what it has become', async () => {
    const { o, i } = await order()
    const first = await shop.session(), second = await shop.session(), third = await shop.session()
    await first.begin()
    await first.part(update('order', [...given('status'), ...risen]), [o, { status: 'shipped' }])
    const refused = assert.rejects(s.write(part, [[{ id: key(), orderId: o, productId: id(11), quantity: 1, price: '1' }]]), failure('caller.forbidden', [0]))
    const none = second.write(update('item', [...given('quantity'), ...risen], { whole: wholeOpen }), [i, { quantity: 7 }])
    const kept = third.write({ kind: 'delete', entity: 'item', where: keyIs(0), expect: null, whole: wholeOpen }, [i])
    await sleep(80)
    await first.rows('commit')
    await refused
    assert.deepEqual([(await none).touched, (await kept).touched], [0, 0])
    assert.equal(await version('orders', o), 2)
  })

  it('puts parts written at once one after the other', async () => {
    const { o } = await order()
    // At most one line of quantity 9, whoever asks: each sees what the one before it has written.
    const once: Whole = { ...wholeOpen, where: and(wholeOpen.where, { kind: 'not', of: { kind: 'some', relation: 'items', where: eq('quantity', 'integer', 9) } }) }
    const products = [id(11), id(12), id(13)]
    const sessions = await Promise.all(Array.from({ length: 4 }, () => shop.session()))
    const tried = await Promise.allSettled(sessions.map((one, n) => one.write({ ...part, whole: once }, [[{ id: key(), orderId: o, productId: products[n % 2] ?? '', quantity: 9, price: '1' }]])))
    assert.equal(tried.filter(t => t.status === 'fulfilled').length, 1)
    for (const t of tried) if (t.status === 'rejected') assert.ok(failure('caller.forbidden', [0])(t.reason))
    assert.equal(await version('orders', o), 2)
    assert.equal((await s.rows('select from items where order_id = $1 and quantity = 9', o)).length, 1)
  })
}))
