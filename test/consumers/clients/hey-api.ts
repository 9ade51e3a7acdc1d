// hey-api: functions made from the shop's contract.
import { createClient } from '../generated/hey-api/client'
import { aggregateProducts, createOrder, getOrder, listProducts, queryOrders, updateOrder, type Order } from '../generated/hey-api'
import { bearer, done, equal, there, token, url } from './check.ts'

async function main(): Promise<void> {
  const visitor = createClient({ baseUrl: `${url}/api` })
  const anna = createClient({ baseUrl: `${url}/api`, auth: token })

  const { data: page } = await listProducts({ client: visitor, query: { 'page[size]': 2, sort: ['-price'], fields: ['id', 'price'], filter: { stock: 20 }, 'include[category][fields]': ['name'] } })
  const products = there(page, 'page').data
  equal(products.length > 0, true, 'that there are some')
  const { data: made, response } = await createOrder({ client: anna, body: { items: [{ product: { connect: { id: there(products[0]?.id, 'id') } }, quantity: 3 }] } })
  equal(response?.status, 201, 'status')
  const order = made as Order
  const got = await getOrder({ client: anna, path: { id: order.id }, query: { include: ['items'] } })
  equal((got.data as Order).items?.map(i => i.quantity), [3], 'its lines')
  const tag = there(got.response?.headers.get('etag'), 'ETag')
  const changed = await updateOrder({ client: anna, path: { id: order.id }, headers: { 'If-Match': tag }, body: { note: 'from hey-api' } })
  equal((changed.data as Order).note, 'from hey-api', 'the note')
  const stale = await updateOrder({ client: anna, path: { id: order.id }, headers: { 'If-Match': tag }, body: { note: 'again' } })
  equal(stale.error && 'code' in stale.error ? stale.error.code : null, 'row.stale', 'a stale write')
  const unknown = await createOrder({ client: visitor, body: {} })
  equal(unknown.response?.status, 401, 'a visitor’s order')
  const found = await queryOrders({ client: anna, body: { filter: { id: order.id }, count: 'exact' } })
  equal(there(found.data, 'answer').page.total, 1, 'how many')
  const sums = await aggregateProducts({ client: visitor, query: { measure: ['count', 'avg(price)'] } })
  equal(typeof there(sums.data, 'answer').data[0]?.avg?.price, 'string', 'an average')
  void bearer
  done('hey-api')
}
void main()
