// openapi-typescript and openapi-fetch: the types made from the shop's contract, and a client of them.
import createClient from 'openapi-fetch'
import type { components, paths } from '../generated/shop.ts'
import { bearer, done, equal, there, token, url } from './check.ts'

type Order = components['schemas']['Order']

async function main(): Promise<void> {
  // Names are separated by commas, as the contract says (explode: false); this client reads types only and must be told.
  const common = { baseUrl: `${url}/api`, querySerializer: { array: { style: 'form', explode: false } } } as const
  const visitor = createClient<paths>(common)
  const anna = createClient<paths>({ ...common, headers: bearer(token) })

  const products = await visitor.GET('/products', { params: { query: { 'page[size]': 3, sort: ['-price', 'name'], fields: ['id', 'name', 'price'], filter: { unit: '500 g' }, count: 'exact' } } })
  const page = there(products.data, 'page of products')
  equal(page.page.total !== 0, true, 'that there are some')
  equal(page.data.every(p => p.price !== undefined && p.unit === undefined), true, 'only the fields asked for')
  // @ts-expect-error there is no such field to sort by
  void ({ sort: ['-prise'] } satisfies paths['/products']['get']['parameters']['query'])

  // @ts-expect-error a product has a category: by its key, or connected
  void ({ sku: 'x', name: 'x', price: '1.00', unit: 'x' } satisfies components['schemas']['ProductCreate'])
  void ({ sku: 'x', name: 'x', price: '1.00', unit: 'x', category: { connect: { name: 'Tea' } } } satisfies components['schemas']['ProductCreate'])

  const [first] = there((await visitor.GET('/products', { params: { query: { 'page[size]': 1 } } })).data, 'page').data
  const created = await anna.POST('/orders', { body: { note: 'from openapi-fetch', items: [{ productId: there(first?.id, 'product'), quantity: 2 }] } })
  equal(created.response.status, 201, 'status')
  const order = there(created.data, 'order') as Order
  equal([order.status, order.note, order.items?.length], ['open', 'from openapi-fetch', 1], 'the order')

  const got = await anna.GET('/orders/{id}', { params: { path: { id: order.id }, query: { include: ['items.product', 'customer'] } } })
  const tag = there(got.response.headers.get('etag'), 'ETag')
  equal(got.data?.items?.[0]?.product?.name, first?.name, 'the product of its line')
  const same = await anna.GET('/orders/{id}', { params: { path: { id: order.id }, query: { include: ['items.product', 'customer'] }, header: { 'If-None-Match': tag } } })
  equal(same.response.status, 304, 'status of what did not change')

  const changed = await anna.PATCH('/orders/{id}', { params: { path: { id: order.id }, header: { 'If-Match': tag } }, body: { note: null } })
  equal((changed.data as Order | undefined)?.note, null, 'the note')
  const stale = await anna.PATCH('/orders/{id}', { params: { path: { id: order.id }, header: { 'If-Match': tag } }, body: { note: 'again' } })
  equal([stale.error?.code, stale.error?.status], ['row.stale', 412], 'a stale write')
  const wrong = await anna.POST('/orders', { body: { items: [{ productId: there(first?.id, 'product'), quantity: 0 }] } })
  equal([wrong.error?.code, wrong.error && 'errors' in wrong.error ? wrong.error.errors?.[0]?.pointer : null], ['resolve.value', '/items/0/quantity'], 'a mistake')

  const queried = await anna.POST('/orders/query', { body: { filter: { items: { some: { quantity: { gte: 2 } } }, or: [{ status: 'open' }, { status: { in: ['paid'] } }] }, include: { items: { page: { size: 1 } }, customer: true }, sort: ['-placedAt'] } })
  equal(there(queried.data, 'answer').data.some(o => o.id === order.id), true, 'the order among those asked for')
  const counted = await anna.GET('/orders/aggregate', { params: { query: { measure: ['count', 'max(placedAt)'], group: ['status'] } } })
  equal(typeof there(counted.data, 'answer').data[0]?.count, 'number', 'a count')
  const lines = await anna.GET('/orders/{id}/items', { params: { path: { id: order.id } } })
  equal(there(lines.data, 'lines').data.map(l => l.quantity), [2], 'lines')
  done('openapi-typescript')
}
void main()
