// Changing and deleting rows: one statement, asked of the newest version of the row, however many write at once; on both servers.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../../failure/index.ts'
import { and, type Delete } from '../../../operation/index.ts'
import { eachShop, eq, given, id, keyIs, risen, select, update, type Session, type Shop } from './shop.fixture.ts'

const always = { kind: 'always' } as const
const body = (b: Uint8Array | string | null | undefined) => (b == null ? null : JSON.parse(Buffer.from(b as Uint8Array).toString()))
const failure = (code: string, at: Failure['at'], facts = {}) => (e: unknown) => {
  assert.ok(e instanceof Failure, String(e))
  assert.deepEqual([e.code, e.at, e.facts], [code, at, facts], String((e.cause as Error | undefined)?.message ?? ''))
  return true
}
const expect = { kind: 'parameter', slot: 2 } as const
const remove = (entity: string, more: Partial<Delete> = {}): Delete => ({ kind: 'delete', entity, where: keyIs(0), expect: null, whole: null, ...more })

eachShop((name, open) => describe(`update and delete, on ${name}`, () => {
  let shop: Shop, s: Session
  before(async () => {
    shop = await open()
    s = await shop.session()
    await s.rows(`insert into customers (id, email, name, secret) values ($1, 'anna@x', 'Anna', false), ($2, 'ben@x', 'Ben', true)`, id(1), id(2))
    await s.rows(`insert into products (id, name, price, hidden) values ($1, 'Tea', 2.50, false), ($2, 'Gold', 900, true)`, id(11), id(12))
    await s.rows(`insert into regions (id, name) values (1, 'North')`)
  })
  after(() => shop?.end())
  let next = 1000
  const order = async () => {
    const key = id(++next)
    await s.rows(`insert into orders (id, customer_id) values ($1, $2)`, key, id(1))
    return key
  }

  it('sets what is set, keeps the rest, raises the version, and answers from its own statement', async () => {
    const key = await order()
    const op = update('order', [...given('status', 'notes'), ...risen], { returning: { select: select('id', 'status', 'notes', 'customerId', 'version'), where: always } })
    s.sent.length = 0
    const written = await s.write(op, [key, { status: 'paid', notes: ['a'] }])
    assert.equal(s.sent.length, 1)
    assert.deepEqual(body(written.bodies[0]), { id: key, status: 'paid', notes: ['a'], customerId: id(1), version: 2 })
    assert.deepEqual([written.touched, written.keys, written.versions], [1, [[key]], ['2']])
    const [row] = await s.rows('select updated_at > placed_at as later from orders where id = $1', key)
    assert.equal(row?.later, true)
  })

  it('touches nothing where the row, the rule or the version is another', async () => {
    const key = await order()
    const op = update('order', [...given('status'), ...risen], { where: and(keyIs(0), eq('status', 'text', 'open')), expect })
    for (const values of [[id(1), { status: 'paid' }, 1], [key, { status: 'paid' }, 2], [key, { status: 'paid' }, 'no number']])
      assert.deepEqual(await s.write(op, values), { touched: 0, bodies: [], keys: [], versions: [], cut: [] })
    assert.equal((await s.write(op, [key, { status: 'paid' }, 1])).touched, 1)
    assert.equal((await s.write(op, [key, { status: 'paid' }, 2])).touched, 0)
  })

  it('takes xmin for the version of what counts no changes', async () => {
    const op = update('region', given('name'), { where: eq('id', 'integer', 1), expect })
    const [row] = await s.rows('select xmin::text from regions where id = 1')
    assert.equal((await s.write(op, [null, { name: 'N' }, '1'])).touched, 0)
    const written = await s.write(op, [null, { name: 'N' }, String(row?.xmin)])
    assert.equal(written.touched, 1)
    assert.notEqual(written.versions[0], row?.xmin)
    assert.equal((await s.write(op, [null, { name: 'M' }, written.versions[0] ?? null])).touched, 1)
  })

  it('asks the check of the row as it would be, before any constraint', async () => {
    const op = update('customer', [...given('email', 'name'), ...risen], { check: eq('name', 'text', 'Anna') })
    await assert.rejects(s.write(op, [id(1), { email: 'ben@x', name: 'Carl' }]), failure('caller.forbidden', []))
    await assert.rejects(s.write(op, [id(1), { email: 'ben@x', name: 'Anna' }]), failure('row.duplicate', ['email'], { fields: ['email'] }))
    const [row] = await s.rows('select version, email from customers where id = $1', id(1))
    assert.deepEqual(row, { version: 1, email: 'anna@x' })
  })

  it('answers missing and hidden references alike', async () => {
    const key = await order()
    const op = update('order', [...given('customerId'), ...risen], { references: [{ relation: 'customer', by: null, where: eq('secret', 'boolean', false), optional: false }] })
    for (const customerId of [id(2), id(99)]) await assert.rejects(s.write(op, [key, { customerId }]), failure('row.reference', ['customer']))
    assert.equal((await s.write(op, [key, { customerId: id(1) }])).touched, 1)
  })

  it('connects by unique fields, unless told the key', async () => {
    const key = await order()
    const set = [{ field: 'customerId', from: { kind: 'linked', relation: 'customer', field: 'id' } }, ...risen] as const
    const op = update('order', set, { references: [{ relation: 'customer', by: ['email'], where: eq('name', 'text', 'Anna'), optional: false }], returning: { select: select('customerId'), where: always } })
    await s.rows('update orders set customer_id = $2 where id = $1', key, id(2))
    for (const email of ['ben@x', 'nobody@x']) await assert.rejects(s.write(op, [key, { customer: { email } }]), failure('row.reference', ['customer']))
    assert.deepEqual(body((await s.write(op, [key, { customer: { email: 'anna@x' } }])).bodies[0]), { customerId: id(1) })
  })

  it('changes and deletes many rows in one statement, all or none', async () => {
    const tag = (n: number) => [id(5000 + n), `t${n}`]
    for (let n = 0; n < 5; n++) await s.rows('insert into tags (id, name) values ($1, $2)', ...tag(n))
    const some = { kind: 'in', as: 'uuid', left: { kind: 'field', name: 'id', scope: 0 }, right: { kind: 'parameter', slot: 0 } } as const
    const keys = Array.from({ length: 5 }, (_, n) => id(5000 + n))
    await assert.rejects(s.write(update('tag', [...given('name'), ...risen], { where: some }), [keys, { name: 'same' }]), failure('row.duplicate', ['name'], { fields: ['name'] }))
    const touched = await s.write(update('tag', risen, { where: some, returning: { select: select('name', 'version'), where: always } }), [keys.toReversed(), {}])
    assert.deepEqual(touched.bodies.map(body), Array.from({ length: 5 }, (_, n) => ({ name: `t${n}`, version: 2 })))
    const gone = await s.write(remove('tag', { where: some }), [keys.slice(1)])
    assert.deepEqual([gone.touched, gone.keys], [4, keys.slice(1).map(k => [k])])
  })

  it('keeps a row that nothing is set of', async () => {
    const key = await order()
    const written = await s.write(update('order', [], { returning: { select: select('version'), where: always } }), [key, {}])
    assert.deepEqual([written.touched, body(written.bodies[0])], [1, { version: 1 }])
  })

  it('deletes by where and version, and not what others refer to', async () => {
    const key = await order()
    await s.rows(`insert into items (id, order_id, product_id, quantity, price) values ($1, $2, $3, 1, 1)`, id(++next), key, id(11))
    assert.equal((await s.write(remove('order', { expect: { kind: 'parameter', slot: 1 } }), [key, 7])).touched, 0)
    await assert.rejects(s.write(remove('product'), [id(11)]), e => {
      assert.ok(failure('row.referenced', [])(e))
      assert.ok(!/item/i.test((e as Failure).message))
      return true
    })
    const written = await s.write(remove('order', { expect: { kind: 'parameter', slot: 1 } }), [key, 1])
    assert.deepEqual([written.touched, written.keys, written.bodies], [1, [[key]], []])
    assert.equal((await s.rows('select from items where order_id = $1', key)).length, 0)
  })

  it('lets exactly one of many writers with one version win', async () => {
    const key = await order()
    const op = update('order', [...given('number'), ...risen], { expect })
    const many = await Promise.all(Array.from({ length: 8 }, () => shop.session()))
    for (let round = 1; round <= 5; round++) {
      const touched = await Promise.all(many.map(async (one, i) => (await one.write(op, [key, { number: next * 100 + i }, round])).touched))
      assert.equal(touched.reduce((a, b) => a + b), 1)
    }
    const [row] = await s.rows('select version from orders where id = $1', key)
    assert.equal(row?.version, 6)
    await Promise.all(many.map(one => one.client.end()))
  })

  it('loses no update: what waits is asked again of the newest version', async () => {
    const key = await order()
    const first = await shop.session(), second = await shop.session()
    await first.begin()
    await first.part(update('order', [...given('status'), ...risen]), [key, { status: 'shipped' }])
    const blind = second.write(update('order', [...given('notes'), ...risen]), [key, { notes: ['b'] }])
    const ruled = s.write(update('order', [...given('notes'), ...risen], { where: and(keyIs(0), eq('status', 'text', 'open')) }), [key, { notes: ['c'] }])
    await sleep(60)
    await first.rows('commit')
    assert.equal((await blind).touched, 1)
    assert.equal((await ruled).touched, 0)
    const [row] = await s.rows('select version, status, notes from orders where id = $1', key)
    assert.deepEqual(row, { version: 3, status: 'shipped', notes: ['b'] })
  })

  it('asks a check of the newest version too', async () => {
    const key = await order()
    const first = await shop.session()
    await first.begin()
    await first.part(update('order', [...given('status'), ...risen]), [key, { status: 'shipped' }])
    const op = update('order', [...given('notes'), ...risen], { check: eq('status', 'text', 'open') })
    const waiting = assert.rejects(s.write(op, [key, { notes: ['c'] }]), failure('caller.forbidden', []))
    await sleep(60)
    await first.rows('commit')
    await waiting
  })

  it('asks grants through relations again of the newest version', async () => {
    const key = await order()
    const grants = { kind: 'or', of: [
      { kind: 'some', relation: 'customer', where: eq('name', 'text', 'Anna') }, { kind: 'some', relation: 'customer', where: eq('email', 'text', 'anna@x') },
    ] } as const
    const first = await shop.session()
    await first.begin()
    await first.part(update('order', [...given('customerId'), ...risen]), [key, { customerId: id(2) }])
    const waiting = s.write(update('order', [...given('notes'), ...risen], { where: and(keyIs(0), grants) }), [key, { notes: ['mine'] }])
    const going = (await shop.session()).write(remove('order', { where: and(keyIs(0), grants) }), [key])
    await sleep(60)
    await first.rows('commit')
    assert.deepEqual([(await waiting).touched, (await going).touched], [0, 0])
  })

  it('says what the server had against it', async () => {
    const key = await order(), other = await order()
    const op = update('order', [...given('notes', 'extra', 'number', 'placedAt'), ...risen])
    await assert.rejects(s.write(op, [key, { notes: ['a\u0000b'], extra: null, number: null, placedAt: '2026-01-01T00:00:00+00:00' }]), failure('row.invalid', []))
    await assert.rejects(s.write(op, [key, { notes: null, extra: null, number: null, placedAt: null }]), failure('row.invalid', ['placedAt'], { fields: ['placedAt'] }))
    await assert.rejects(s.write(update('order', [...given('status'), ...risen]), [key, { status: 'lost' }]), failure('row.invalid', ['status'], { fields: ['status'] }))
    const first = await shop.session(), second = await shop.session()
    const renamed = update('order', [...given('notes'), ...risen])
    for (const one of [first, second]) { await one.begin(); await one.rows(`set local deadlock_timeout = '30ms'`).catch(() => undefined) }
    await first.part(renamed, [key, { notes: null }])
    await second.part(renamed, [other, { notes: null }])
    const both = await Promise.allSettled([
      first.part(renamed, [other, { notes: null }]).finally(() => first.rows('rollback')), second.part(renamed, [key, { notes: null }]).finally(() => second.rows('rollback')),
    ])
    const lost = both.filter(x => x.status === 'rejected')
    assert.equal(lost.length, 1)
    assert.ok(failure('row.contended', [])(lost[0]?.reason))
    await first.begin()
    await first.part(renamed, [key, { notes: null }])
    await second.rows(`set statement_timeout = '40ms'`)
    await assert.rejects(second.write(renamed, [key, { notes: null }]), failure('store.timeout', []))
    await second.rows(`set statement_timeout = 0; set lock_timeout = '40ms'`)
    await assert.rejects(second.write(renamed, [key, { notes: null }]), failure('row.contended', []))
    await second.rows('set default_transaction_read_only = on; set lock_timeout = 0')
    await assert.rejects(second.write(renamed, [other, { notes: null }]), failure('store.down', []))
    await first.rows('rollback')
    await s.rows('select pg_terminate_backend($1)', (await second.rows('select pg_backend_pid() as pid'))[0]?.pid)
    await assert.rejects(second.write(renamed, [other, { notes: null }]), e => e instanceof Failure)
  })

  it('says that a unique value was taken by who was faster', async () => {
    const one = await order(), two = await order(), number = ++next * 1000
    const first = await shop.session()
    await first.begin()
    const op = update('order', [...given('number'), ...risen])
    await first.part(op, [one, { number }])
    const waiting = assert.rejects(s.write(op, [two, { number }]), failure('row.duplicate', ['number'], { fields: ['number'] }))
    await sleep(40)
    await first.rows('commit')
    await waiting
  })
}))
