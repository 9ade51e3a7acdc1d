// Fastify and Drizzle, as its documentation shows it: prepared queries, relations through `with`, a pool of `pg`.
import { and, asc, count, desc, eq, gt, or, relations, sql, sum } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, numeric, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import Fastify from 'fastify'
import pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { callers } from '../by-hand/callers.ts'
import { connected } from '../peer.ts'

const at = name => timestamp(name, { withTimezone: true })
const products = pgTable('products', { id: uuid('id').primaryKey(), sku: text('sku').notNull(), name: text('name').notNull(), unit: text('unit'), price: numeric('price', { precision: 19, scale: 2 }).notNull(), stock: integer('stock').notNull(), categoryId: uuid('category_id').notNull() })
const customers = pgTable('customers', { id: uuid('id').primaryKey(), email: text('email').notNull() })
const orders = pgTable('orders', {
  id: uuid('id').primaryKey(), customerId: uuid('customer_id').notNull(), status: text('status').notNull(), placedAt: at('placed_at').notNull(), shippedAt: at('shipped_at'), note: text('note'), remark: text('remark'),
  total: numeric('total').notNull(), createdAt: at('created_at').notNull(), updatedAt: at('updated_at').notNull(), version: integer('version').notNull(),
})
const items = pgTable('order_items', { id: uuid('id').primaryKey(), orderId: uuid('order_id').notNull(), productId: uuid('product_id').notNull(), quantity: integer('quantity').notNull(), price: numeric('price').notNull(), createdAt: at('created_at').notNull(), updatedAt: at('updated_at').notNull(), version: integer('version').notNull() })
const schema = {
  products, customers, orders, items,
  ordersRelations: relations(orders, ({ many }) => ({ items: many(items) })),
  itemsRelations: relations(items, ({ one }) => ({ order: one(orders, { fields: [items.orderId], references: [orders.id] }), product: one(products, { fields: [items.productId], references: [products.id] }) })),
}

await connected(async ({ database, secret, log }) => {
  const pool = new pg.Pool({ ...database, max: 4, options: '-c TimeZone=UTC -c jit=off' })
  const db = drizzle(pool, { schema })
  const p = sql.placeholder
  const oneOrder = db.select({ id: orders.id, customerId: orders.customerId, status: orders.status, placedAt: orders.placedAt, shippedAt: orders.shippedAt, note: orders.note, remark: orders.remark, total: orders.total }).from(orders).where(eq(orders.id, p('id'))).prepare('order')
  const page = { id: products.id, sku: products.sku, name: products.name, unit: products.unit, price: products.price, stock: products.stock, categoryId: products.categoryId }
  const byNumber = db.select(page).from(products).where(eq(products.categoryId, p('category'))).orderBy(asc(products.price), asc(products.id)).limit(21).offset(p('skip')).prepare('products by number')
  const after = db.select(page).from(products).where(and(eq(products.categoryId, p('category')), or(gt(products.price, p('price')), and(eq(products.price, p('price')), gt(products.id, p('id')))))).orderBy(asc(products.price), asc(products.id)).limit(21).prepare('products after')
  const newest = db.query.orders.findMany({
    where: eq(orders.customerId, p('customer')), orderBy: [desc(orders.placedAt), desc(orders.id)], limit: 20, columns: { id: true, status: true, placedAt: true },
    with: { items: { columns: { id: true, quantity: true, price: true }, orderBy: [asc(items.id)], with: { product: { columns: { id: true, name: true, stock: true } } } } },
  }).prepare('newest orders')
  const byStatus = db.select({ status: orders.status, count: count(), total: sum(orders.total) }).from(orders).where(eq(orders.customerId, p('customer'))).groupBy(orders.status).orderBy(asc(orders.status)).prepare('orders by status')
  const customer = db.select({ id: customers.id }).from(customers).where(eq(customers.email, p('email'))).prepare('customer')

  const app = Fastify({ logger: log })
  const identify = callers(secret, async email => (await customer.execute({ email }))[0]?.id ?? null)
  app.decorateRequest('caller', null)
  app.addHook('onRequest', async (request, reply) => {
    request.caller = await identify(request.headers.authorization).catch(() => null)
    if (request.caller === null) return reply.code(401).send()
  })
  app.get('/api/orders/:id', async (request, reply) => {
    if (!request.caller.staff) return reply.code(403).send()
    const [row] = await oneOrder.execute({ id: request.params.id })
    return row ?? reply.code(404).send()
  })
  app.get('/api/products', async request => {
    const { 'filter[categoryId]': category, 'page[after]': cursor, 'page[number]': number = '1' } = request.query
    const [, price, id] = cursor === undefined ? [] : JSON.parse(Buffer.from(cursor, 'base64url').toString())
    const rows = cursor === undefined ? await byNumber.execute({ category, skip: (Number(number) - 1) * 20 }) : await after.execute({ category, price, id })
    const data = rows.slice(0, 20).map(row => ({ ...row, bought: false })), last = data.at(-1)
    return { data, page: { next: rows.length > 20 && last ? Buffer.from(JSON.stringify(['', last.price, last.id])).toString('base64url') : null, previous: null } }
  })
  app.get('/api/orders', async (request, reply) => {
    const { caller, query: { 'filter[customerId]': of } } = request
    if (!caller.staff && caller.customer !== of) return { data: [], page: { next: null, previous: null } }
    const rows = await newest.execute({ customer: of })
    const seen = product => (caller.staff || product.stock > 0 ? { id: product.id, name: product.name } : null)
    // Out of the JSON of a nested query an amount comes as a number.
    return reply.send({ data: rows.map(o => ({ ...o, items: o.items.map(({ product, ...line }) => ({ ...line, price: Number(line.price).toFixed(2), product: seen(product) })) })), page: { next: null, previous: null } })
  })
  app.get('/api/orders/aggregate', async request => {
    const rows = await byStatus.execute({ customer: request.query['filter[customerId]'] })
    return { data: rows.map(r => ({ group: { status: r.status }, count: r.count, sum: { total: r.total } })) }
  })
  app.post('/api/orders', async (request, reply) => {
    if (!request.caller.staff) return reply.code(403).send()
    const { customerId, items: lines } = request.body
    const made = await db.transaction(async tx => {
      const found = await tx.select({ id: products.id, price: products.price }).from(products).where(or(...lines.map(l => eq(products.id, l.productId))))
      const price = new Map(found.map(f => [f.id, f.price])), now = new Date(), id = uuidv7()
      const all = lines.map(l => ({ id: uuidv7(), orderId: id, productId: l.productId, quantity: l.quantity, price: price.get(l.productId), createdAt: now, updatedAt: now, version: 1 }))
      const total = (all.reduce((cents, l) => cents + Math.round(Number(l.price) * 100) * l.quantity, 0) / 100).toFixed(2)
      const [order] = await tx.insert(orders).values({ id, customerId, status: 'open', placedAt: now, total, createdAt: now, updatedAt: now, version: 1 }).returning()
      await tx.insert(items).values(all)
      const log = (entity, row) => ({ entity, key: JSON.stringify([row.id]), after: JSON.stringify(row) })
      const changes = [log('order', order), ...all.map(l => log('orderItem', l))]
      await tx.execute(sql`insert into backwright_system.change (entity, key, verb, after, caller, request) values ${sql.join(changes.map(c => sql`(${c.entity}, ${c.key}::json, 'create', ${c.after}::json, ${request.caller.id}, ${request.id})`), sql`, `)}`)
      const { createdAt: _c, updatedAt: _u, version: _v, ...answer } = order
      return { ...answer, items: all.map(({ createdAt: _a, updatedAt: _b, version: _d, ...l }) => l) }
    })
    return reply.code(201).send(made)
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: app.server.address().port, close: async () => { await app.close(); await pool.end() } }
})
