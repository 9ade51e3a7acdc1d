// orval: functions made from the shop's contract, over fetch.
import { createOrder, deleteOrder, getOrder, listProducts, queryOrders, type Order } from '../generated/orval'
import { bearer, done, equal, staff, there, token, url } from './check.ts'

async function main(): Promise<void> {
  // Its addresses are relative, as the contract's server is.
  const plain = globalThis.fetch
  globalThis.fetch = (input, init) => plain(typeof input === 'string' && input.startsWith('/') ? url + input : input, init)
  const anna = { headers: bearer(token) }

  const page = await listProducts({ 'page[size]': 2, sort: ['-price', 'name'], fields: ['id', 'name'] })
  if (page.status !== 200) throw new Error(`status ${page.status}`)
  equal(page.data.data.map(p => Object.keys(p).sort().join()), ['id,name', 'id,name'], 'only the fields asked for')
  const made = await createOrder({ items: [{ productId: there(page.data.data[0]?.id, 'id') }] }, undefined, anna)
  if (made.status !== 201) throw new Error(`status ${made.status}`)
  const order = made.data as Order
  const got = await getOrder(order.id, { include: ['items'] }, anna)
  equal(got.status === 200 ? (got.data as Order).items?.length : got.status, 1, 'its lines')
  const found = await queryOrders({ filter: { status: { in: ['open'] }, items: { some: { quantity: 1 } } } }, anna)
  equal(found.status === 200 && found.data.data.some(o => o.id === order.id), true, 'among those asked for')
  const refused = await deleteOrder(order.id, {}, anna)
  equal([refused.status, refused.status === 403 ? refused.data.code : null], [403, 'caller.forbidden'], 'a customer’s delete')
  equal((await deleteOrder(order.id, {}, { headers: bearer(staff) })).status, 204, 'delete')
  done('orval')
}
void main()
