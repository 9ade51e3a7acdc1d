// What the shop promises, in stories: each runs through every protocol, on a fresh copy of the shop and its data.
import assert from 'node:assert/strict'
import { stories } from 'backwright/testkit'
import shop from './shop.ts'

const story = stories(shop)

story('a visitor sees products in stock, never a customer', async ({ as, shop }) => {
  const seen = await as.visitor.product.find({ first: 100, count: 'exact' })
  assert.ok(seen.data.length > 0)
  assert.ok(seen.data.every(product => product.stock > 0))
  assert.equal(seen.page.total, await shop.product.count({ where: { stock: { gt: 0 } } }))
  assert.ok(await shop.product.count({ where: { stock: 0 } }) > 0)
  await assert.rejects(as.visitor.customer.find(), { code: 'caller.unknown' })
})

story('two buyers want the last bottle: one gets it, one is told why', async ({ as, shop }) => {
  const { data: [product] } = await shop.product.find({ where: { stock: { gt: 0 } }, first: 1 })
  assert.ok(product)
  await shop.product.update(product.id, { stock: 1 })
  const wanted = { items: [{ productId: product.id, quantity: 1 }] }
  const done = await Promise.allSettled([as.anna.checkout(wanted), as.ben.checkout(wanted)])
  const bought = done.flatMap(d => (d.status === 'fulfilled' ? [d.value] : []))
  const [refused] = done.flatMap(d => (d.status === 'rejected' ? [d.reason as { code: string; facts: object }] : []))
  assert.equal(bought.length, 1)
  assert.ok(bought[0]?.total.eq(product.price))
  assert.equal(refused?.code, 'shop.outOfStock')
  assert.deepEqual(refused.facts, { product: product.name, left: 0 })
  assert.equal((await shop.product.get(product.id))?.stock, 0)
})

story('a customer sees her own orders only, staff sees them all', async ({ as, shop }) => {
  const own = await as.anna.order.find({ include: { customer: true }, first: 100 })
  assert.ok(own.data.length > 0)
  assert.ok(own.data.every(order => order.customer?.name === 'Annette Roulet'))
  assert.equal(await as.staff.order.count(), await shop.order.count())
  const [bens] = (await as.ben.order.find({ first: 1 })).data
  assert.ok(bens)
  assert.equal(await as.anna.order.get(bens.id), null)
})

story('nobody changes an order that is shipped', async ({ as, shop }) => {
  const { data: [order] } = await shop.order.find({ where: { status: 'shipped' }, include: { items: true }, first: 1 })
  assert.ok(order?.items[0])
  await assert.rejects(as.staff.order.update(order.id, { note: 'too late' }), { code: 'caller.forbidden' })
  await assert.rejects(as.staff.orderItem.update(order.items[0].id, { quantity: 2 }), { code: 'caller.forbidden' })
  await assert.rejects(as.staff.order.delete(order.id), { code: 'caller.forbidden' })
  assert.equal((await shop.order.get(order.id))?.note, null)
})

story('a customer cancels what is not shipped yet, and does not pay it herself', async ({ as }) => {
  const { data: [product] } = await as.anna.product.find({ first: 1 })
  assert.ok(product)
  const order = await as.anna.order.create({ items: [{ productId: product.id, quantity: 2 }] })
  assert.equal(order.status, 'open')
  await assert.rejects(as.anna.order.pay(order.id), { code: 'caller.forbidden' })
  assert.equal((await as.staff.order.pay(order.id)).status, 'paid')
  assert.equal((await as.anna.order.cancel(order.id)).status, 'cancelled')
})

story('prices are ours: an order costs what the products cost, whatever the customer writes', async ({ as }) => {
  const { data: [product] } = await as.anna.product.find({ first: 1 })
  assert.ok(product)
  const order = await as.anna.order.create({ items: [{ productId: product.id, quantity: 3 }] })
  assert.ok(order.total.eq(product.price.times(3)))
  await assert.rejects(as.anna.order.create({ items: [{ productId: product.id, quantity: 3, price: '0.01' }] }), { code: 'caller.forbidden' })
})

story('what staff remarks among itself, no customer reads', async ({ as, shop }) => {
  const { data: [order] } = await as.anna.order.find({ where: { status: { not: 'shipped' } }, first: 1 })
  assert.ok(order)
  await as.staff.order.update(order.id, { remark: 'pays late' })
  assert.equal((await as.staff.order.get(order.id))?.remark, 'pays late')
  assert.ok(!JSON.stringify(await as.anna.order.get(order.id)).includes('pays late'))
  await assert.rejects(as.anna.order.find({ where: { remark: 'pays late' } }), { code: 'caller.forbidden' })
  assert.equal(await shop.order.count({ where: { remark: 'pays late' } }), 1)
})

story('a customer changes her address, not her e-mail, and nobody else\'s', async ({ as, shop }) => {
  const { data: [anna] } = await as.anna.customer.find(), { data: [ben] } = await as.ben.customer.find()
  assert.ok(anna && ben)
  assert.equal((await as.anna.customer.update(anna.id, { city: 'Lyon' })).city, 'Lyon')
  await assert.rejects(as.anna.customer.update(anna.id, { email: 'somebody@else.example' }), { code: 'caller.forbidden' })
  await assert.rejects(as.anna.customer.update(ben.id, { city: 'Lyon' }), { code: 'row.missing' })
  assert.equal((await shop.customer.get(ben.id))?.city, ben.city)
})

export default story
