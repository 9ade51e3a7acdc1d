// The typed db over the real engine and the memory store, on the design's shop.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileModel, Decimal } from '../../define/index.ts'
import app, { shop } from '../../define/fixtures/shop/backend.ts'
import { createEngine } from '../../engine/index.ts'
import { Failure } from '../../failure/index.ts'
import { anonymous } from '../../model/index.ts'
import { memoryStore } from '../../stores/memory/index.ts'
import { connectDb } from './index.ts'

const { model } = compileModel(app)
const engine = await createEngine({ model, store: memoryStore(model) })
const system = connectDb(engine, shop, engine.system('sets up the test'))
const run = () => ({ deadline: performance.now() + 5000 })
const as = async (email: string, ...roles: string[]) =>
  connectDb(engine, shop, await engine.bind({ id: email, roles: new Set(roles), claims: { sub: email, email, email_verified: true }, until: null }, run()))
const failure = (code: string) => (error: unknown) => error instanceof Failure && error.code === code

const anna = await system.customer.create({ name: 'Anna', email: 'anna@x.example' })
const ben = await system.customer.create({ name: 'Ben', email: 'ben@x.example', friendId: anna.id })
const [wine, bread] = await system.product.create([{ sku: 'W', name: 'Wine', price: '12.50', stock: 3 }, { sku: 'B', name: 'Bread', price: new Decimal(2), stock: 0 }])
const asAnna = await as('anna@x.example'), asStaff = await as('s@x.example', 'staff')

test('a nested create answers what it nested, defaults through a reference included', async () => {
  const order = await asStaff.order.create({ customer: { connect: { email: 'anna@x.example' } }, items: [{ productId: wine!.id, quantity: 2 }] }, { include: { items: { include: { product: true } } } })
  assert.equal(order.customerId, anna.id)
  assert.equal(order.status, 'open')
  const [item] = order.items
  assert.ok(item?.price instanceof Decimal)
  assert.equal(item.price.times(item.quantity).toFixed(2), '25.00')
  assert.equal(item.product?.price.toFixed(2), '12.50')
})

test('find filters through relations, includes at any depth, sorts and pages', async () => {
  const { data } = await asStaff.order.find({ where: { customer: { email: { contains: '@x' } }, items: { some: { quantity: { gte: 2 } } } }, include: { customer: { fields: ['name'] }, items: true }, sort: ['-placedAt', 'customer.name'] })
  assert.deepEqual(data.map(o => [o.customer, o.items.length]), [[{ name: 'Anna' }, 1]])
  const first = await system.product.find({ sort: ['sku'], first: 1, count: 'exact' })
  assert.deepEqual([first.data.map(p => p.sku), first.page.total], [['B'], 2])
  const second = await system.product.find({ sort: ['sku'], first: 1, count: 'exact', after: first.page.next! })
  assert.deepEqual(second.data.map(p => p.sku), ['W'])
})

test('rules hold for code as for any caller', async () => {
  assert.deepEqual((await asAnna.product.find()).data.map(p => p.sku), ['W'])
  assert.equal((await asAnna.order.find()).data.length, 1)
  assert.equal(await asAnna.customer.get(ben.id), null)
  await assert.rejects(asAnna.as(anonymous).order.find(), failure('caller.unknown'))
  const own = await asAnna.order.create({})
  assert.equal(own.customerId, anna.id, 'the default is the caller\'s own row')
  await assert.rejects(asAnna.order.create({ status: 'paid' }), failure('caller.forbidden'))
})

test('default selections leave out times, versions and secrets; fields name them', async () => {
  const secret = await system.customer.create({ name: 'C', email: 'c@x.example', pin: '1234' })
  assert.deepEqual(Object.keys(secret).toSorted(), ['email', 'friendId', 'id', 'name'])
  const named = await system.customer.get(secret.id, { fields: ['id', 'createdAt', 'version'] })
  assert.equal(named?.version, 1)
  assert.match(named?.createdAt ?? '', /^\d{4}-\d\d-\d\dT.*\+00:00$/)
})

test('update, expected versions, delete, a missing row', async () => {
  const [v1] = (await system.product.find({ where: { sku: 'B' }, fields: ['id', 'version'] })).data
  const changed = await system.product.update(bread!.id, { name: 'Dark bread' }, { version: v1!.version })
  assert.equal(changed.name, 'Dark bread')
  await assert.rejects(system.product.update(bread!.id, { name: 'Rye' }, { version: v1!.version }), failure('row.stale'))
  await system.product.delete(bread!.id)
  assert.equal(await system.product.get(bread!.id), null)
  await assert.rejects(system.product.update(bread!.id, { name: 'Rye' }), failure('row.missing'))
})

test('count and aggregate', async () => {
  assert.equal(await system.orderItem.count({ where: { quantity: { gt: 1 } } }), 1)
  const rows = await system.orderItem.aggregate({ group: ['productId'], measure: ['count', 'sum(price)', 'max(price)'] })
  assert.deepEqual(rows.map(r => [r.group.productId, r.count, r.sum.price?.toFixed(2), r.max.price?.toFixed(2)]), [[wine!.id, 1, '12.50', '12.50']])
})

test('a natural key, one-to-one and many-to-many', async () => {
  await system.profile.create({ customerId: anna.id, motto: 'Cheers' })
  assert.equal((await system.profile.get(anna.id, { include: { customer: true } }))?.customer?.name, 'Anna')
  assert.equal((await system.customer.get(anna.id, { include: { profile: true } }))?.profile?.motto, 'Cheers')
  const tagged = await system.product.create({ sku: 'T', name: 'Tea', price: 3, stock: 1, tags: [{ name: 'hot' }] }, { include: { tags: true } })
  assert.deepEqual(tagged.tags.map(t => t.name), ['hot'])
  assert.equal((await system.tag.find({ where: { name: 'hot' }, include: { products: true } })).data[0]?.products[0]?.sku, 'T')
})

test('what is undefined in a filter is refused, not left out', async () => {
  const where: Record<string, unknown> = { status: undefined }
  await assert.rejects(system.order.find({ where }), /where\.status is undefined/)
})

test('an object of entities, and nothing else', () => {
  assert.deepEqual(Object.keys(system), ['customer', 'profile', 'order', 'orderItem', 'product', 'tag'])
  assert.equal(Reflect.get(system, 'then'), undefined)
})

test('changes by what is there, on condition, and of many', async () => {
  const tea = await system.product.create({ sku: 'G', name: 'Green tea', price: '4.00', stock: 3 })
  assert.equal((await system.product.update(tea.id, { stock: { add: -2 }, price: { add: new Decimal('0.5') } }, { where: { stock: { gte: 2 } } })).stock, 1)
  await assert.rejects(system.product.update(tea.id, { stock: { add: -2 } }, { where: { stock: { gte: 2 } } }), failure('row.condition'))
  // @ts-expect-error a text has nothing to add to
  await assert.rejects(system.product.update(tea.id, { name: { add: 1 } }), failure('resolve.value'))
  assert.deepEqual(await system.product.updateMany({ where: { sku: { in: ['G', 'T'] } } }, { stock: { add: 10 } }, { expect: 2 }), { count: 2 })
  await assert.rejects(system.product.deleteMany({ where: { sku: 'G' } }, { expect: 2 }), failure('row.count'))
  assert.deepEqual(await system.product.deleteMany({ where: { sku: 'G' } }, { expect: 1 }), { count: 1 })
  await assert.rejects(system.product.deleteMany({ where: { stock: { gte: 'many' as never } } }, { expect: 1 }), failure('resolve.value'))
})

test('changes that nest others are typed', async () => {
  const tea = await system.product.create({ sku: 'N', name: 'Nettle', price: '1.00', stock: 9, tags: [{ name: 'wild' }] })
  const order = await system.order.create({ customerId: anna.id, items: [{ productId: tea.id, quantity: 1 }] }, { include: { items: true } })
  const [item] = order.items
  const changed = await system.order.update(order.id, {
    note: 'nested', customer: { update: { name: 'Anna B.' } },
    items: { update: { id: item!.id, quantity: { add: 2 } }, create: [{ product: { connectOrCreate: { where: { sku: 'X' }, create: { name: 'Made', price: '2', stock: 1 } } }, quantity: 1 }] },
  }, { include: { customer: true, items: { include: { product: true }, sort: ['quantity'] } } })
  assert.deepEqual([changed.customer?.name, changed.items.map(x => [x.quantity, x.product?.sku])], ['Anna B.', [[1, 'X'], [3, 'N']]])
  // @ts-expect-error there is no such word
  await assert.rejects(system.order.update(order.id, { items: { remove: [{ id: item!.id }] } }), failure('resolve.value'))
  // @ts-expect-error nor such a field
  await assert.rejects(system.order.update(order.id, { items: { update: { id: item!.id, quantityy: 2 } } }), failure('resolve.value'))
  assert.equal((await system.order.update(order.id, { items: { set: [] } }, { include: { items: true } })).items.length, 0)
  await system.product.update(tea.id, { tags: { connectOrCreate: [{ where: { name: 'dry' }, create: {} }], disconnect: { name: 'wild' } } })
  assert.deepEqual((await system.product.get(tea.id, { include: { tags: true } }))?.tags.map(t => t.name), ['dry'])
})
