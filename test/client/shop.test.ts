// The typed client and the shop, over a real PostgreSQL: what a page of it would do, in the words of its types.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { loadData, open } from 'backwright'
import { client, isFailure, moreOf, versionOf } from 'backwright/client'
import { SignJWT } from 'jose'
import type app from '../../examples/shop/shop.ts'
import shop from '../../examples/shop/shop.ts'
import { testServer } from '../server.ts'

const secret = 'the client is tested with this secret'
const ends: (() => Promise<unknown>)[] = []
let url: string
const as = (token?: () => Promise<string>) => client<typeof app>(url, token ? { token } : {})
const sign = (claims: Record<string, unknown>, until = '1h'): Promise<string> =>
  new SignJWT({ email_verified: true, ...claims }).setSubject('somebody').setProtectedHeader({ alg: 'HS256' }).setExpirationTime(until).sign(new TextEncoder().encode(secret))
const annas = { email: 'annette.roulet@la-maison-d-asie.example' }

before(async () => {
  const fresh = await (await testServer()).freshDatabase()
  ends.unshift(() => fresh.drop())
  const { user, password, host, port, database } = fresh.config
  const application = await open(shop, {
    url: `postgres://${user}:${password}@localhost/${database}?${new URLSearchParams({ host, port: String(port) }).toString()}`, schema: 'apply', tokens: { secret },
  })
  ends.unshift(() => application.close())
  await loadData(application, `${import.meta.dirname}/../../examples/shop/data`)
  url = (await application.serve({ port: 0 })).url
})
after(async () => { for (const end of ends) await end() })

test('a visitor reads products and their shelves, and is told to sign in', async () => {
  const api = as()
  const { data, page } = await api.product.find({ where: { category: { name: { in: ['Beverages', 'Seafood'] } }, price: { gte: '10' } }, include: { category: { fields: ['name'] } }, sort: ['-price'], first: 3, count: 'exact' })
  assert.equal(data.length, 3)
  assert.ok(data.every(p => /^\d+\.\d\d$/.test(p.price) && ['Beverages', 'Seafood'].includes(p.category?.name ?? '')))
  assert.equal(page.total, await api.product.count({ where: { category: { name: { in: ['Beverages', 'Seafood'] } }, price: { gte: '10' } } }))
  const [dearest] = data
  assert.ok(dearest)
  assert.deepEqual(await api.product.get(dearest.id, { fields: ['name'] }), { name: dearest.name })
  assert.equal(await api.product.get('0198a000-0000-7000-8000-000000000000'), null)
  const [row] = await api.product.aggregate({ measure: ['max(price)', 'avg(stock)'] })
  assert.match(row?.max.price ?? '', /^\d+\.\d\d$/)
  assert.equal(typeof row?.avg.stock, 'string')
  await assert.rejects(api.order.create({}), (e: unknown) => isFailure(e, 'caller.unknown') && e.status === 401 && typeof e.requestId === 'string')
})

test('a customer orders, changes what she saw, and is told when somebody else was faster', async () => {
  const anna = as(() => sign(annas)), staff = as(() => sign({ roles: ['staff'] }))
  const { data: [first, second] } = await anna.product.find({ where: { stock: { gt: 5 } }, first: 2 })
  assert.ok(first && second)
  const order = await anna.order.create({ note: 'ring twice', items: [{ productId: first.id, quantity: 2 }, { productId: second.id }] }, { include: { items: { first: 1 }, customer: true } })
  assert.equal(order.items.length, 1)
  assert.deepEqual(moreOf(order), ['items'])
  assert.equal(order.customer?.email, annas.email)
  assert.equal((await anna.order.related(order.id, 'items', { sort: ['-quantity'] })).data[0]?.quantity, 2)

  const seen = await anna.order.get(order.id)
  assert.ok(seen && versionOf(seen) !== null)
  await staff.order.update(order.id, { remark: 'good customer' })
  await assert.rejects(anna.order.update(order.id, { note: 'no' }, { version: seen }), (e: unknown) => isFailure(e, 'row.stale') && e.version !== null)
  const changed = await anna.order.change(order.id, row => ({ note: `${row.note ?? ''}, and knock` }))
  assert.equal(changed.note, 'ring twice, and knock')
  const [listed] = (await anna.order.find({ where: { id: order.id }, fields: ['id', 'version'] })).data
  assert.ok(listed)
  await staff.order.delete(order.id, { version: listed })
  assert.equal(await anna.order.get(order.id), null)
})

test('buying: an action, what it answers, and what it declares', async () => {
  const anna = as(() => sign(annas))
  const { data: [product] } = await anna.product.find({ where: { stock: { gt: 5 } }, sort: ['name'], first: 1 })
  assert.ok(product)
  const { orderId, total } = await anna.checkout({ items: [{ productId: product.id, quantity: 2 }] })
  assert.equal((await anna.order.get(orderId, { fields: ['total'] }))?.total, total)
  assert.equal((await anna.product.get(product.id, { fields: ['stock'] }))?.stock, product.stock - 2)
  const short = await anna.checkout.attempt({ items: [{ productId: product.id, quantity: 1000 }] })
  assert.ok(!short.ok && short.name === 'outOfStock')
  assert.deepEqual({ ...short.facts }, { product: product.name, left: product.stock - 2 })
  await assert.rejects(as().checkout({ items: [{ productId: product.id, quantity: 1 }] }), (e: unknown) => isFailure(e, 'caller.unknown'))
})

test('a write whose answer is lost is sent again, and is carried out once', async () => {
  const token = await sign(annas)
  let lose = false, sent = 0
  // The request is carried out; its answer never comes.
  const losing = async (at: string, init: RequestInit): Promise<Response> => {
    sent++
    const answer = await fetch(at, init)
    if (!lose) return answer
    lose = false
    await answer.text()
    throw new TypeError('the line broke')
  }
  const anna = client<typeof app>(url, { token, fetch: losing })
  const { data: [product] } = await anna.product.find({ where: { stock: { gt: 20 } }, first: 1 })
  assert.ok(product)
  const stock = async (): Promise<number | undefined> => (await anna.product.get(product.id))?.stock

  lose = true
  sent = 0
  const { orderId } = await anna.checkout({ items: [{ productId: product.id, quantity: 1 }] })
  assert.equal(sent, 2)
  assert.equal(await stock(), product.stock - 1, 'carried out once')
  assert.equal((await anna.order.find({ where: { id: orderId } })).data.length, 1)
  // A row that is written again is the row, its version with it.
  lose = true
  const order = await anna.order.create({ note: 'once' })
  assert.notEqual(versionOf(order), null)
  lose = true
  await anna.order.update(order.id, { note: 'twice' }, { version: order })
  assert.equal((await anna.order.find({ where: { note: { in: ['once', 'twice'] } } })).data.length, 1)
  // A refusal is kept too.
  lose = true
  const short = await anna.checkout.attempt({ items: [{ productId: product.id, quantity: 1000 }] })
  assert.ok(!short.ok && short.name === 'outOfStock')

  const mine = { idempotencyKey: 'an-order-of-mine-said-once' }
  const one = await anna.order.create({ note: 'mine' }, mine)
  assert.equal((await anna.order.create({ note: 'mine' }, mine)).id, one.id)
  await assert.rejects(anna.order.create({ note: 'another' }, mine), (e: unknown) => isFailure(e, 'request.reused'))
})

test('two who count up at once both count', async () => {
  const staff = as(() => sign({ roles: ['staff'] }))
  const { data: [product] } = await staff.product.find({ first: 1 })
  assert.ok(product)
  await Promise.all([1, 2, 3].map(() => staff.product.change(product.id, row => ({ stock: row.stock + 1 }))))
  assert.equal((await staff.product.get(product.id))?.stock, product.stock + 3)
})

test('a token that has run out is renewed on the way', async () => {
  let asked = 0
  const api = as(async () => (asked++ === 0 ? sign(annas, '1h ago') : sign(annas)))
  assert.equal((await api.customer.find()).data[0]?.email, annas.email)
  assert.equal(asked, 2)
})

test('several rows, upserts, every page', async () => {
  const staff = as(() => sign({ roles: ['staff'] }))
  const made = await staff.category.create([{ name: 'Tea' }, { name: 'Coffee' }])
  assert.deepEqual(made.map(c => c.name), ['Tea', 'Coffee'])
  const key = '0198a000-0000-7000-8000-00000000abcd'
  assert.equal((await staff.category.upsert(key, { name: 'Cocoa' })).id, key)
  assert.equal((await staff.category.upsert(key, { name: 'Chocolate' })).name, 'Chocolate')
  const names = new Set<string>()
  for await (const { name } of staff.category.each({ sort: ['name'], first: 2 })) names.add(name)
  assert.equal(names.size, await staff.category.count())
  await assert.rejects(staff.category.create({ name: '' }), (e: unknown) => isFailure(e, 'resolve.value') && e.errors[0]?.pointer === '/name')
})
