// The shop's promises, over a real PostgreSQL: what each role sees, and every road to what only staff may do, through REST and through db.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { loadData, open, type Application, type Db } from 'backwright'
import { SignJWT } from 'jose'
import pg from 'pg'
import { testServer } from '../../test/server.ts'
import app from './shop.ts'
import type { Code } from '../../src/failure/index.ts'

type Who = 'visitor' | 'anna' | 'ben' | 'staff'
type Json = Record<string, unknown>
type Shop = Db<(typeof app)['~entities'], (typeof app)['~actions']>

const secret = 'the shop is tested with this secret'
let application: Application<(typeof app)['~entities'], (typeof app)['~actions']>
let client: pg.Client
let url: string
let ends: (() => Promise<unknown>)[] = []
const tokens = new Map<Who, string>()

before(async () => {
  const fresh = await (await testServer()).freshDatabase()
  ends.unshift(() => fresh.drop())
  const { user, password, host, port, database } = fresh.config
  const address = `postgres://${user}:${password}@localhost/${database}?${new URLSearchParams({ host, port: String(port) }).toString()}`
  application = await open(app, { url: address, schema: 'apply', tokens: { secret } })
  ends.unshift(() => application.close())
  await loadData(application, `${import.meta.dirname}/data`)
  client = new pg.Client(fresh.config)
  await client.connect()
  ends.unshift(() => client.end())
  for (const [name, person] of Object.entries(app.as)) {
    const claims = { roles: person.roles ?? [], ...(person.email === undefined ? {} : { email: person.email, email_verified: true }) }
    tokens.set(name as Who, await new SignJWT(claims).setSubject(name).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(new TextEncoder().encode(secret)))
  }
  url = `${(await application.serve({ port: 0 })).url}/api`
})
after(async () => { for (const end of ends) await end() })

/** One request as somebody. */
async function ask(who: Who, method: string, path: string, body?: unknown): Promise<{ status: number; body: Json & { data: Json[] }; code: unknown; text: string }> {
  const token = tokens.get(who)
  const answer = await fetch(`${url}/${path}`, {
    method, headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const json = (text === '' ? {} : JSON.parse(text)) as Json & { data: Json[] }
  return { status: answer.status, body: json, code: json['code'], text }
}
const get = (who: Who, path: string) => ask(who, 'GET', path)
const dbAs = async (who: Who): Promise<Shop> => application.db(who === 'visitor' ? { id: null, roles: new Set(), claims: {}, until: null } : await application.as(who))

/** Everything the rules guard, as the database has it: compared before and after each attempt. */
async function state(): Promise<string> {
  const { rows } = await client.query<{ all: string }>(`select md5(concat(
    (select string_agg(t::text, '' order by id) from orders t), (select string_agg(t::text, '' order by id) from order_items t),
    (select string_agg(t::text, '' order by id) from products t), (select string_agg(t::text, '' order by id) from customers t))) as all`)
  return rows[0]!.all
}
const one = async (sql: string, ...values: unknown[]): Promise<Json> => (await client.query<Json>(sql, values)).rows[0] ?? assert.fail(`no row: ${sql}`)
const customerOf = async (who: Who): Promise<string> => String((await one('select id from customers where email = $1', app.as[who]!.email))['id'])
/** Two products that anna sees. */
const products = async (): Promise<{ id: string; price: string }[]> => (await client.query<{ id: string; price: string }>('select id, price::text from products where stock > 0 order by sku limit 6')).rows
/** A fresh order of somebody with one line, made by staff, in a state. */
async function orderOf(who: Who, status: string): Promise<{ order: string; line: string }> {
  const [first] = await products()
  const made = await ask('staff', 'POST', 'orders?include=items', { customerId: await customerOf(who), status, items: [{ productId: first!.id, quantity: 2 }] })
  assert.equal(made.status, 201, made.text)
  return { order: String(made.body['id']), line: String((made.body['items'] as Json[])[0]!['id']) }
}

test('a visitor sees products in stock, and never a customer or an order', async () => {
  const seen = await get('visitor', 'products?page[size]=100&count=exact')
  const { n } = await one('select count(*)::int as n from products where stock > 0')
  assert.equal((seen.body['page'] as Json)['total'], n)
  assert.ok(seen.body.data.every(p => Number(p['stock']) > 0))
  assert.ok(Number((await one('select count(*)::int as n from products where stock = 0'))['n']) > 0)
  assert.equal(((await get('staff', 'products?count=exact')).body['page'] as Json)['total'], 77)
  const { id } = await one('select id from products where stock = 0 limit 1')
  assert.equal((await get('visitor', `products/${String(id)}`)).status, 404)
  for (const path of ['customers', 'orders', 'order-items', `customers/${await customerOf('anna')}`, 'customers/aggregate?measure=count', 'orders?include=customer', 'categories?filter[products][some][soldAs][some][quantity]=1']) {
    const answer = await get('visitor', path)
    assert.ok([401, 404].includes(answer.status) || (answer.status === 200 && answer.body.data.length === 0), `${path}: ${answer.status} ${answer.text.slice(0, 200)}`)
  }
  const through = await get('visitor', 'products?include=soldAs.order.customer&page[size]=100')
  assert.ok(through.status === 401 || through.body.data.every(p => (p['soldAs'] as Json[]).length === 0), through.text.slice(0, 300))
})

test('anna sees her own orders with their lines, through REST and db, whatever she asks', async () => {
  const mine = await customerOf('anna')
  const { orders, lines } = await one('select count(distinct o.id)::int as orders, count(*)::int as lines from orders o join order_items i on i.order_id = o.id where o.customer_id = $1', mine)
  const answer = await get('anna', 'orders?include=items.product,customer&page[size]=100')
  assert.equal(answer.body.data.length, orders)
  assert.equal(answer.body.data.flatMap(o => o['items'] as Json[]).length, lines)
  assert.ok(answer.body.data.every(o => o['customerId'] === mine && !('remark' in o)))
  assert.equal((await get('anna', 'order-items?page[size]=100')).body.data.length, lines)
  assert.deepEqual((await get('anna', 'customers')).body.data.map(c => c['id']), [mine])
  assert.deepEqual((await get('anna', `orders?filter[customerId]=${await customerOf('ben')}`)).body.data, [])
  assert.deepEqual((await get('anna', 'orders/aggregate?group=customerId&measure=count')).body.data, [{ group: { customerId: mine }, count: orders }])
  const others = await one('select id from orders where customer_id <> $1 limit 1', mine)
  assert.equal((await get('anna', `orders/${String(others['id'])}`)).status, 404)
  assert.equal((await get('anna', `orders/${String(others['id'])}/items`)).status, 404)
  for (const path of ['orders?filter[remark][null]=true', 'orders?sort=remark', 'orders?fields=remark', 'orders/aggregate?group=remark&measure=count']) assert.equal((await get('anna', path)).status, 403, path)
  const found = await (await dbAs('anna')).order.find({ include: { items: true }, first: 100 })
  assert.equal(found.data.flatMap(o => o.items).length, lines)
})

test('an order of anna\'s own: hers, open, now, at the products\' prices', async () => {
  const [first, second] = await products()
  const made = await ask('anna', 'POST', 'orders', { note: 'ring twice', items: [{ productId: first!.id, quantity: 2 }, { productId: second!.id }] })
  assert.equal(made.status, 201, made.text)
  assert.deepEqual([made.body['customerId'], made.body['status'], made.body['note'], made.body['shippedAt']], [await customerOf('anna'), 'open', 'ring twice', null])
  assert.ok(Math.abs(Date.now() - Date.parse(String(made.body['placedAt']))) < 60_000)
  assert.deepEqual((made.body['items'] as Json[]).map(i => [i['quantity'], i['price']]), [[2, first!.price], [1, second!.price]])
  const db = await dbAs('anna')
  const again = await db.order.create({ items: [{ productId: second!.id, quantity: 3 }] }, { include: { items: true } })
  assert.deepEqual([again.status, again.items[0]!.quantity, again.items[0]!.price.toFixed(2)], ['open', 3, second!.price])
  const added = await ask('anna', 'POST', 'order-items', { orderId: made.body['id'], product: { connect: { sku: 'NW-003' } } })
  assert.deepEqual([added.status, added.body['price']], [201, '10.00'])
  // The price is of the day of the order: a product that becomes dearer leaves it.
  assert.equal((await ask('staff', 'PATCH', `products/${first!.id}`, { price: '999.00' })).status, 200)
  assert.equal(((await get('anna', `orders/${String(made.body['id'])}?include=items`)).body['items'] as Json[])[0]!['price'], first!.price)
  assert.equal((await ask('staff', 'PATCH', `products/${first!.id}`, { price: first!.price })).status, 200)
  assert.equal((await ask('staff', 'POST', 'orders', { customerId: await customerOf('ben'), status: 'paid', items: [{ productId: first!.id, price: '1.00' }] })).status, 201, 'staff may')
})

/** A way to what only staff may do, and how it ends for anna: with `caller.forbidden` unless said. `{…}` stands for rows made for the attempt. */
interface Road { readonly name: string; readonly method: string; readonly path: string; readonly body?: unknown; readonly code?: Code }
const line = { productId: '{other}' }
const roads: readonly Road[] = [
  // an order that is not open
  ...['paid', 'shipped', 'cancelled'].map(status => ({ name: `create ${status}`, method: 'POST', path: 'orders', body: { status } })),
  { name: 'create one of several paid', method: 'POST', path: 'orders', body: [{ note: 'a' }, { status: 'paid' }] },
  { name: 'create at an id of one\'s own, paid', method: 'PUT', path: 'orders/{fresh}', body: { status: 'paid' } },
  { name: 'open order becomes paid by PATCH', method: 'PATCH', path: 'orders/{open}', body: { status: 'paid' } },
  { name: 'open order becomes paid by PUT', method: 'PUT', path: 'orders/{open}', body: { status: 'paid' } },
  { name: 'paid order becomes open by PUT that leaves the status out', method: 'PUT', path: 'orders/{paid}', body: { note: 'x' } },
  { name: 'paid order is changed', method: 'PATCH', path: 'orders/{paid}', body: { note: 'x' } },
  { name: 'through one\'s customer, created paid', method: 'PATCH', path: 'customers/{anna}', body: { orders: { create: [{ status: 'paid' }] } } },
  { name: 'through one\'s customer, created paid, by a list', method: 'PATCH', path: 'customers/{anna}', body: { orders: [{ status: 'paid' }] }, code: 'resolve.value' },
  { name: 'a paid order for ben', method: 'POST', path: 'orders', body: { customerId: '{ben}', status: 'paid' } },
  { name: 'an open order for ben', method: 'POST', path: 'orders', body: { customerId: '{ben}' } },
  { name: 'an open order for ben, connected', method: 'POST', path: 'orders', body: { customer: { connect: { id: '{ben}' } } } },
  { name: 'ben\'s order becomes mine', method: 'PATCH', path: 'orders/{bens}', body: { customerId: '{anna}' }, code: 'row.missing' },
  { name: 'ben\'s order, connected to my customer', method: 'PATCH', path: 'customers/{anna}', body: { orders: { connect: [{ id: '{bens}' }] } }, code: 'resolve.value' },
  { name: 'placed another day', method: 'POST', path: 'orders', body: { placedAt: '2020-01-01T00:00:00Z' } },
  { name: 'shippedAt is set', method: 'PATCH', path: 'orders/{open}', body: { shippedAt: '2020-01-01T00:00:00Z' } },
  { name: 'the hidden remark is set', method: 'PATCH', path: 'orders/{open}', body: { remark: 'x' } },
  { name: 'the hidden remark is set on create', method: 'POST', path: 'orders', body: { remark: 'x' } },
  { name: 'through one\'s customer, made paid', method: 'PATCH', path: 'customers/{anna}', body: { orders: { update: { id: '{open}', status: 'paid' } } } },
  { name: 'through one\'s customer, a paid order', method: 'PATCH', path: 'customers/{anna}', body: { orders: { update: { id: '{paid}', note: 'x' } } } },
  { name: 'through one\'s customer, a paid order, upserted', method: 'PATCH', path: 'customers/{anna}', body: { orders: { upsert: { where: { id: '{paid}' }, create: {}, update: { note: 'x' } } } } },
  { name: 'through one\'s customer, upserted paid', method: 'PATCH', path: 'customers/{anna}', body: { orders: { upsert: { where: { id: '{fresh}' }, create: { status: 'paid' }, update: {} } } } },
  { name: 'through one\'s customer, a paid order deleted', method: 'PATCH', path: 'customers/{anna}', body: { orders: { delete: { id: '{paid}' } } } },
  { name: 'through one\'s customer, ben\'s order', method: 'PATCH', path: 'customers/{anna}', body: { orders: { update: { id: '{bens}', note: 'x' } } }, code: 'row.missing' },
  { name: 'through one\'s customer, ben\'s order deleted', method: 'PATCH', path: 'customers/{anna}', body: { orders: { delete: { id: '{bens}' } } } },
  { name: 'through its line, made paid', method: 'PATCH', path: 'order-items/{openLine}', body: { order: { update: { status: 'paid' } } } },
  { name: 'through the order, another\'s e-mail', method: 'PATCH', path: 'orders/{open}', body: { customer: { update: { email: 'x@else.example' } } } },
  { name: 'through the order, ben', method: 'PATCH', path: 'orders/{bens}', body: { customer: { update: { name: 'x' } } }, code: 'row.missing' },
  // a price
  ...[
    ['create', [{ ...line, price: '0.01' }]], ['update', { id: '{openLine}', price: '0.01' }], ['set', [{ id: '{openLine}', price: '0.01' }]], ['set', [{ ...line, price: '0.01' }]],
    ['upsert', { where: { id: '{openLine}' }, create: line, update: { price: '0.01' } }], ['upsert', { where: { id: '{fresh}' }, create: { ...line, price: '0.01' }, update: {} }],
    ['update', { id: '{openLine}', price: { add: '-1' } }], ['update', { id: '{openLine}', product: { update: { price: '0.01' } } }], ['update', { id: '{openLine}', product: { update: { stock: { add: 5 } } } }],
    ['create', [{ product: { create: { sku: 'MINE', name: 'Mine', price: '0.01', stock: 1, categoryId: '{category}' } } }]],
    ['create', [{ product: { connectOrCreate: { where: { sku: 'MINE' }, create: { name: 'Mine', price: '0.01', stock: 1, categoryId: '{category}' } } } }]],
  ].map(([word, rows], i) => ({ name: `price by the order, ${String(word)} ${i}`, method: 'PATCH', path: 'orders/{open}', body: { items: { [String(word)]: rows } } })),
  { name: 'a cheap line becomes a dear product, by the order', method: 'PATCH', path: 'orders/{open}', body: { items: { update: { id: '{openLine}', productId: '{other}' } } }, code: 'resolve.value' },
  { name: 'a cheap line becomes a dear product, by the order, connected', method: 'PATCH', path: 'orders/{open}', body: { items: { update: { id: '{openLine}', product: { connect: { id: '{other}' } } } } }, code: 'resolve.value' },
  { name: 'price in a nested create', method: 'POST', path: 'orders', body: { items: [{ ...line, price: '0.01' }] } },
  { name: 'price in a nested create, written as create', method: 'POST', path: 'orders', body: { items: { create: [{ ...line, price: '0.01' }] } } },
  { name: 'price in one of several', method: 'POST', path: 'orders', body: [{ items: [line] }, { items: [{ ...line, price: '0.01' }] }] },
  { name: 'price in a line of its own', method: 'POST', path: 'order-items', body: { orderId: '{open}', ...line, price: '0.01' } },
  { name: 'price null', method: 'POST', path: 'order-items', body: { orderId: '{open}', ...line, price: null } },
  { name: 'price in lines, several', method: 'POST', path: 'order-items', body: [{ orderId: '{open}', ...line, price: '0.01' }] },
  { name: 'price changed', method: 'PATCH', path: 'order-items/{openLine}', body: { price: '0.01' } },
  { name: 'price changed by PUT', method: 'PUT', path: 'order-items/{openLine}', body: { orderId: '{open}', productId: '{first}', price: '0.01' } },
  { name: 'a cheap line becomes a dear product', method: 'PATCH', path: 'order-items/{openLine}', body: { productId: '{other}' }, code: 'resolve.value' },
  { name: 'a cheap line becomes a dear product by PUT', method: 'PUT', path: 'order-items/{openLine}', body: { orderId: '{open}', productId: '{other}' }, code: 'resolve.value' },
  { name: 'a cheap line becomes a dear product, connected', method: 'PATCH', path: 'order-items/{openLine}', body: { product: { connect: { id: '{other}' } } }, code: 'resolve.value' },
  { name: 'a line at a chosen id with a price', method: 'PUT', path: 'order-items/{fresh}', body: { orderId: '{open}', ...line, price: '0.01' } },
  { name: 'a product\'s price', method: 'PATCH', path: 'products/{first}', body: { price: '0.01' } },
  { name: 'a product of one\'s own within a line', method: 'POST', path: 'order-items', body: { orderId: '{open}', product: { create: { sku: 'MINE', name: 'Mine', price: '0.01', stock: 1, categoryId: '{category}' } } } },
  { name: 'a product out of stock', method: 'POST', path: 'order-items', body: { orderId: '{open}', productId: '{none}' }, code: 'row.reference' },
  // lines of a shipped order
  { name: 'line added by PATCH of the order', method: 'PATCH', path: 'orders/{shipped}', body: { items: [line] } },
  { name: 'lines replaced by PUT of the order', method: 'PUT', path: 'orders/{shipped}', body: { items: [line] } },
  ...[
    ['create', [line]], ['update', { id: '{shippedLine}', quantity: 9 }], ['update', { id: '{shippedLine}', quantity: { add: 9 } }], ['delete', { id: '{shippedLine}' }], ['set', []], ['set', [line]],
    ['upsert', { where: { id: '{shippedLine}' }, create: line, update: { quantity: 9 } }],
  ].flatMap(([word, rows], i) => [
    { name: `by the order, ${String(word)} ${i}`, method: 'PATCH', path: 'orders/{shipped}', body: { items: { [String(word)]: rows } } },
    { name: `by its customer, ${String(word)} ${i}`, method: 'PATCH', path: 'customers/{anna}', body: { orders: { update: { id: '{shipped}', items: { [String(word)]: rows } } } } },
    { name: `by another line, ${String(word)} ${i}`, method: 'PATCH', path: 'order-items/{openLine}', body: { order: { update: { customer: { update: { orders: { update: { id: '{shipped}', items: { [String(word)]: rows } } } } } } } } },
  ]),
  ...[['update', { id: '{shippedLine}', quantity: 9 }], ['delete', { id: '{shippedLine}' }], ['set', [{ id: '{shippedLine}' }]]].map(([word, rows]) =>
    ({ name: `by an open order, ${String(word)}`, method: 'PATCH', path: 'orders/{open}', body: { items: { [String(word)]: rows } }, code: 'row.missing' as const })),
  { name: 'many at once', method: 'PATCH', path: 'order-items?filter[orderId]={shipped}&expect=1', body: { quantity: 9 }, code: 'row.count' },
  { name: 'many at once, deleted', method: 'DELETE', path: 'order-items?filter[orderId]={shipped}&expect=1', code: 'row.count' },
  { name: 'line created', method: 'POST', path: 'order-items', body: { orderId: '{shipped}', ...line } },
  { name: 'line created, its order connected', method: 'POST', path: 'order-items', body: { order: { connect: { id: '{shipped}' } }, ...line } },
  { name: 'lines created, one of them of a shipped order', method: 'POST', path: 'order-items', body: [{ orderId: '{open}', ...line }, { orderId: '{shipped}', ...line }] },
  { name: 'line at a chosen id', method: 'PUT', path: 'order-items/{fresh}', body: { orderId: '{shipped}', ...line } },
  { name: 'quantity changed', method: 'PATCH', path: 'order-items/{shippedLine}', body: { quantity: 9 } },
  { name: 'line replaced', method: 'PUT', path: 'order-items/{shippedLine}', body: { orderId: '{shipped}', productId: '{first}', quantity: 9 } },
  { name: 'line deleted', method: 'DELETE', path: 'order-items/{shippedLine}' },
  { name: 'line moved out', method: 'PATCH', path: 'order-items/{shippedLine}', body: { orderId: '{spare}' } },
  { name: 'line moved out by PUT', method: 'PUT', path: 'order-items/{shippedLine}', body: { orderId: '{spare}', productId: '{first}' } },
  { name: 'line moved in', method: 'PATCH', path: 'order-items/{openLine}', body: { orderId: '{shipped}' }, code: 'resolve.value' },
  { name: 'line moved in, connected', method: 'PATCH', path: 'order-items/{openLine}', body: { order: { connect: { id: '{shipped}' } } }, code: 'resolve.value' },
  { name: 'line moved in, connected from the order', method: 'PATCH', path: 'orders/{shipped}', body: { items: { connect: [{ id: '{openLine}' }] } } },
  { name: 'line moved out, connected from an open order', method: 'PATCH', path: 'orders/{spare}', body: { items: { connect: [{ id: '{shippedLine}' }] } }, code: 'resolve.value' },
  { name: 'line moved out into a new order', method: 'POST', path: 'orders', body: { items: { connect: [{ id: '{shippedLine}' }] } }, code: 'resolve.value' },
  { name: 'line through its product', method: 'PATCH', path: 'products/{other}', body: { soldAs: { create: [{ orderId: '{shipped}' }] } } },
  { name: 'the order deleted with its lines', method: 'DELETE', path: 'orders/{shipped}' },
  { name: 'the customer deleted with her orders', method: 'DELETE', path: 'customers/{anna}' },
  { name: 'ben\'s line changed', method: 'PATCH', path: 'order-items/{bensLine}', body: { quantity: 9 }, code: 'row.missing' },
  { name: 'ben\'s line moved to my order', method: 'PATCH', path: 'order-items/{bensLine}', body: { orderId: '{spare}' }, code: 'row.missing' },
  { name: 'my line moved to ben\'s order', method: 'PATCH', path: 'order-items/{openLine}', body: { orderId: '{bens}' }, code: 'resolve.value' },
  // mass assignment
  { name: 'the version', method: 'PATCH', path: 'orders/{open}', body: { version: 9 }, code: 'resolve.value' },
  { name: 'the times', method: 'PATCH', path: 'orders/{open}', body: { createdAt: '2020-01-01T00:00:00Z', updatedAt: '2020-01-01T00:00:00Z' }, code: 'resolve.value' },
  { name: 'another key', method: 'PATCH', path: 'orders/{open}', body: { id: '{fresh}' }, code: 'resolve.value' },
  { name: 'a role', method: 'PATCH', path: 'customers/{anna}', body: { roles: ['staff'] }, code: 'resolve.value' },
  { name: 'the e-mail she is known by', method: 'PATCH', path: 'customers/{anna}', body: { email: 'somebody@else.example' } },
  { name: 'a prototype', method: 'POST', path: 'orders', body: JSON.parse('{"__proto__": {"status": "paid"}}'), code: 'resolve.value' },
]
/** Fresh rows for one attempt, by the names that roads use. */
async function rowsFor(): Promise<Readonly<Record<string, string>>> {
  const [first, , other] = await products()
  const [open, spare, paid, shipped, bens] = [await orderOf('anna', 'open'), await orderOf('anna', 'open'), await orderOf('anna', 'paid'), await orderOf('anna', 'shipped'), await orderOf('ben', 'open')]
  await ask('staff', 'DELETE', `order-items/${spare.line}`) // so that no unique stands in the way of moving a line there
  const fresh = String((await one('select gen_random_uuid() as id'))['id'])
  return {
    open: open.order, openLine: open.line, spare: spare.order, paid: paid.order, shipped: shipped.order, shippedLine: shipped.line, bens: bens.order, bensLine: bens.line, fresh,
    first: first!.id, other: other!.id, anna: await customerOf('anna'), ben: await customerOf('ben'),
    category: String((await one('select id from categories limit 1'))['id']), none: String((await one('select id from products where stock = 0 limit 1'))['id']),
  }
}
const fill = <T>(template: T, names: Readonly<Record<string, string>>): T =>
  template === undefined ? template : JSON.parse(JSON.stringify(template).replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? assert.fail(`no ${name}`))) as T

test('no road leads anna to another status, a price, or the lines of a shipped order', async t => {
  const names = await rowsFor()
  for (const { name, method, path, body, code = 'caller.forbidden' } of roads) {
    await t.test(name, async () => {
      const was = await state()
      const answer = await ask('anna', method, fill(path, names), fill(body, names))
      assert.deepEqual([answer.code, await state() === was], [code, true], answer.text)
    })
  }
})

test('nor a visitor', async () => {
  const names = await rowsFor(), was = await state()
  for (const { name, method, path, body } of roads) assert.equal((await ask('visitor', method, fill(path, names), fill(body, names))).code, 'caller.unknown', name)
  assert.equal(await state(), was)
})

test('staff may, but for the lines of a shipped order', async () => {
  const names = await rowsFor()
  const may = async (method: string, path: string, body?: unknown) => {
    const answer = await ask('staff', method, fill(path, names), fill(body, names))
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.text}`)
  }
  const mayNot = async (method: string, path: string, body?: unknown) => {
    const was = await state(), answer = await ask('staff', method, fill(path, names), fill(body, names))
    assert.deepEqual([answer.code, await state() === was], ['caller.forbidden', true], `${method} ${path}: ${answer.text}`)
  }
  await may('PATCH', 'order-items/{openLine}', { price: '0.50', quantity: 3 })
  await may('POST', 'order-items', { orderId: '{open}', productId: '{other}', price: '0.01' })
  await may('PATCH', 'orders/{paid}', { note: 'x' })
  await may('POST', 'orders', { customerId: '{ben}', status: 'cancelled', remark: 'by phone' })
  await mayNot('PATCH', 'orders/{shipped}', { status: 'open' })
  await mayNot('POST', 'order-items', { orderId: '{shipped}', productId: '{other}' })
  await mayNot('PUT', 'order-items/{fresh}', { orderId: '{shipped}', productId: '{other}' })
  await mayNot('PATCH', 'order-items/{shippedLine}', { quantity: 9 })
  await mayNot('DELETE', 'order-items/{shippedLine}')
  await mayNot('DELETE', 'orders/{shipped}')
  // Shipping is a change of an order that is not shipped yet.
  assert.equal((await ask('staff', 'PATCH', fill('orders/{open}', names), { status: 'shipped' })).code, 'row.transition')
  await may('POST', 'orders/{open}/pay')
  await may('PATCH', 'orders/{open}', { status: 'shipped', shippedAt: new Date().toISOString() })
  await mayNot('PATCH', 'order-items/{openLine}', { quantity: 9 })
  await may('DELETE', 'orders/{paid}')
})

test('no road through db either', async t => {
  const names = await rowsFor(), db = await dbAs('anna')
  const { open = '', openLine = '', shipped = '', shippedLine = '', paid = '', other = '', first = '', ben = '', bens = '', anna = '' } = names
  const tries: Readonly<Record<string, readonly [Code, () => Promise<unknown>]>> = {
    'create paid': ['caller.forbidden', () => db.order.create({ status: 'paid' })],
    'create several, one paid': ['caller.forbidden', () => db.order.create([{ note: 'a' }, { status: 'paid' }])],
    'create for ben': ['caller.forbidden', () => db.order.create({ customerId: ben })],
    'become paid': ['caller.forbidden', () => db.order.update(open, { status: 'paid' })],
    'a paid one changed': ['caller.forbidden', () => db.order.update(paid, { note: 'x' })],
    'ben\'s changed': ['row.missing', () => db.order.update(bens, { note: 'x' })],
    'price, nested': ['caller.forbidden', () => db.order.create({ items: [{ productId: other, price: 1 }] })],
    'price, nested in create': ['caller.forbidden', () => db.order.create({ items: { create: [{ productId: other, price: 1 }] } })],
    'price of a line': ['caller.forbidden', () => db.orderItem.update(openLine, { price: 1 })],
    'a line with a price': ['caller.forbidden', () => db.orderItem.create({ orderId: open, productId: other, price: 1 })],
    'price of a product': ['caller.forbidden', () => db.product.update(first, { price: 1 })],
    'another product': ['resolve.value', () => db.orderItem.update(openLine, { productId: other } as object)],
    'line into a shipped order': ['caller.forbidden', () => db.orderItem.create({ order: { connect: { id: shipped } }, productId: other })],
    'lines, one into a shipped order': ['caller.forbidden', () => db.orderItem.create([{ orderId: open, productId: other }, { orderId: shipped, productId: other }])],
    'line of a shipped order changed': ['caller.forbidden', () => db.orderItem.update(shippedLine, { quantity: 9 })],
    'line of a shipped order moved': ['caller.forbidden', () => db.orderItem.update(shippedLine, { orderId: open } as object)],
    'line moved into a shipped order': ['resolve.value', () => db.orderItem.update(openLine, { orderId: shipped } as object)],
    'line of a shipped order deleted': ['caller.forbidden', () => db.orderItem.delete(shippedLine)],
    'shipped order deleted': ['caller.forbidden', () => db.order.delete(shipped)],
    'through the customer': ['resolve.value', () => db.customer.update(anna, { orders: [{ status: 'paid' }] } as object)],
    'a product with a line in it': ['caller.forbidden', () => db.product.create({ sku: 'X', name: 'X', price: 1, categoryId: names['category'] ?? '', soldAs: [{ orderId: shipped }] })],
  }
  for (const [name, [code, attempt]] of Object.entries(tries)) {
    await t.test(name, async () => {
      const was = await state()
      await assert.rejects(attempt(), { code })
      assert.equal(await state(), was)
    })
  }
})

test('two at once: one gets it, the other is told why', async () => {
  const { open, other, openLine } = await rowsFor()
  const line = { orderId: open, productId: other }
  const both = await Promise.all([ask('anna', 'POST', 'order-items', line), ask('anna', 'POST', 'order-items', line)])
  assert.deepEqual(both.map(a => a.status).toSorted(), [201, 409])
  assert.equal(both.find(a => a.status === 409)?.code, 'row.duplicate')
  const db = await dbAs('anna'), was = await db.orderItem.get(String(openLine), { fields: ['version'] })
  const changes = await Promise.allSettled([4, 5].map(quantity => db.orderItem.update(String(openLine), { quantity }, { version: was!.version })))
  assert.deepEqual(changes.map(c => (c.status === 'rejected' ? (c.reason as { code: string }).code : 'changed')).toSorted(), ['changed', 'row.stale'])
})

test('an order shipped while its line is on the way: the line is refused', async () => {
  const { open, other, openLine } = await rowsFor()
  const attempts: readonly [string, string, unknown][] = [['POST', 'order-items', { orderId: open, productId: other }], ['PATCH', `order-items/${openLine}`, { quantity: 9 }], ['DELETE', `order-items/${openLine}`, undefined]]
  await client.query('begin')
  await client.query(`update orders set status = 'shipped' where id = $1`, [open])
  const waiting = attempts.map(([method, path, body]) => ask('anna', method, path, body))
  for (let n = 0; n < attempts.length;) {
    await new Promise(go => setTimeout(go, 10))
    await client.query('select pg_stat_clear_snapshot()') // within a transaction the list of connections is read once, later ones would never be seen
    n = Number((await client.query<{ n: string }>(`select count(*) as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`)).rows[0]?.n)
  }
  await client.query('commit')
  assert.deepEqual((await Promise.all(waiting)).map(a => a.code), attempts.map(() => 'caller.forbidden'))
  assert.equal((await one('select sum(quantity)::int as n from order_items where order_id = $1', open))['n'], 2)
})

test('stock and status have their bounds, said all at once', async () => {
  const { first, open, openLine } = await rowsFor()
  const below = await ask('staff', 'PATCH', `products/${first}`, { stock: -1, price: '-0.01', name: '' })
  assert.deepEqual([below.status, (below.body['errors'] as Json[]).map(e => e['pointer']).toSorted()], [422, ['/name', '/price', '/stock']])
  assert.equal((await ask('staff', 'PATCH', `orders/${open}`, { status: 'sent' })).status, 422)
  assert.equal((await ask('anna', 'PATCH', `order-items/${openLine}`, { quantity: 0 })).status, 422)
  assert.equal((await ask('anna', 'PATCH', `order-items/${openLine}`, { quantity: 1001 })).status, 422)
  assert.equal((await ask('staff', 'PATCH', `products/${first}`, { stock: 0 })).status, 200)
  assert.equal((await get('visitor', `products/${first}`)).status, 404)
  assert.equal((await get('staff', `products/${first}`)).status, 200)
  // What she bought stays hers, though the product is out of stock: its line is there, the product is not shown.
  assert.equal(((await get('anna', `order-items/${openLine}?include=product`)).body)['product'], null)
  assert.equal((await ask('staff', 'DELETE', `products/${first}`)).code, 'row.referenced')
})

test('two buyers want the last bottle: one gets it, one is told why', async () => {
  const staff = await dbAs('staff')
  const { data: [category] } = await staff.category.find({ first: 1 })
  const bottle = await staff.product.create({ sku: 'last-bottle', name: 'The last bottle', price: '9.50', stock: 1, categoryId: category!.id })
  const other = await staff.product.create({ sku: 'enough', name: 'Enough of it', price: '1.25', stock: 100, categoryId: category!.id })
  const items = [{ productId: other.id, quantity: 2 }, { productId: bottle.id, quantity: 1 }]
  const answers = await Promise.all(['anna', 'ben', 'anna', 'ben'].map(who => ask(who as Who, 'POST', 'actions/checkout', { items })))
  assert.deepEqual(answers.map(a => a.status).toSorted((a, b) => a - b), [200, 409, 409, 409])
  const got = answers.find(a => a.status === 200)!.body
  assert.equal(got['total'], '12.00')
  for (const { status, body } of answers) {
    if (status === 409) assert.deepEqual([body['code'], body['title'], body['facts']], ['shop.outOfStock', 'Less of a product is left than was asked for', { product: 'The last bottle', left: 0 }])
  }
  assert.deepEqual([(await staff.product.get(bottle.id))?.stock, (await staff.product.get(other.id))?.stock], [0, 98])
  assert.equal(await staff.orderItem.count({ where: { product: { sku: 'last-bottle' } } }), 1)
  // The order is the caller's own, and in db the call is typed.
  const anna = await dbAs('anna')
  const { orderId, total } = await anna.checkout({ items: [{ productId: other.id, quantity: 3 }], note: 'to the back door' })
  assert.equal(total.toFixed(2), '3.75')
  assert.equal((await anna.order.get(orderId))?.note, 'to the back door')
  await assert.rejects(anna.checkout({ items: [{ productId: other.id, quantity: 96 }] }), { code: 'shop.outOfStock', facts: { product: 'Enough of it', left: 95 } })
  assert.equal((await ask('visitor', 'POST', 'actions/checkout', { items })).status, 401)
})
