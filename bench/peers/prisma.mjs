// Express and Prisma 7, as its documentation shows it: the adapter over `pg` (statements named, so that they are planned once), relations by one join (a preview, and the faster way).
import { createHash } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import express from 'express'
import { v7 as uuidv7 } from 'uuid'
import { callers } from '../by-hand/callers.ts'
import { connected } from '../peer.ts'
import { PrismaClient } from './generated/client.ts'

const amount = value => value.toFixed(2)

await connected(async ({ database, secret, log }) => {
  const names = new Map()
  const statementNameGenerator = ({ sql }) => {
    let name = names.get(sql)
    if (name === undefined) names.set(sql, name = createHash('sha256').update(sql).digest('base64url').slice(0, 32))
    return name
  }
  const prisma = new PrismaClient({ adapter: new PrismaPg({ ...database, max: 4, options: '-c TimeZone=UTC -c jit=off' }, { statementNameGenerator }), log: log ? ['query'] : [] })
  const identify = callers(secret, async email => (await prisma.customer.findUnique({ where: { email }, select: { id: true } }))?.id ?? null)
  const order = { id: true, customerId: true, status: true, placedAt: true, shippedAt: true, note: true, remark: true, total: true }
  const product = { id: true, sku: true, name: true, unit: true, price: true, stock: true, categoryId: true }

  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', 'simple')
  app.use(async (request, response, next) => {
    request.caller = await identify(request.headers.authorization).catch(() => null)
    if (request.caller === null) return response.sendStatus(401)
    next()
  })
  const staff = (request, response, next) => (request.caller.staff ? next() : response.sendStatus(403))
  // Express takes the first that fits.
  app.get('/api/orders/aggregate', staff, async (request, response) => {
    const rows = await prisma.order.groupBy({ by: ['status'], where: { customerId: request.query['filter[customerId]'] }, _count: true, _sum: { total: true }, orderBy: { status: 'asc' } })
    response.json({ data: rows.map(r => ({ group: { status: r.status }, count: r._count, sum: { total: amount(r._sum.total) } })) })
  })
  app.get('/api/orders/:id', staff, async (request, response) => {
    const row = await prisma.order.findUnique({ where: { id: request.params.id }, select: order })
    if (row === null) return response.sendStatus(404)
    response.json({ ...row, total: amount(row.total) })
  })
  app.get('/api/products', staff, async (request, response) => {
    const { 'filter[categoryId]': categoryId, 'page[after]': cursor, 'page[number]': number = '1' } = request.query
    const [, price, id] = cursor === undefined ? [] : JSON.parse(Buffer.from(cursor, 'base64url').toString())
    const rows = await prisma.product.findMany({
      where: cursor === undefined ? { categoryId } : { categoryId, OR: [{ price: { gt: price } }, { price, id: { gt: id } }] },
      orderBy: [{ price: 'asc' }, { id: 'asc' }], take: 21, skip: (Number(number) - 1) * 20, select: product,
    })
    const data = rows.slice(0, 20).map(row => ({ ...row, price: amount(row.price), bought: false })), last = data.at(-1)
    response.json({ data, page: { next: rows.length > 20 && last ? Buffer.from(JSON.stringify(['', last.price, last.id])).toString('base64url') : null, previous: null } })
  })
  app.get('/api/orders', async (request, response) => {
    const { caller, query: { 'filter[customerId]': customerId } } = request
    if (!caller.staff && caller.customer !== customerId) return response.json({ data: [], page: { next: null, previous: null } })
    const rows = await prisma.order.findMany({
      relationLoadStrategy: 'join', where: { customerId }, orderBy: [{ placedAt: 'desc' }, { id: 'desc' }], take: 20,
      select: { id: true, status: true, placedAt: true, items: { orderBy: { id: 'asc' }, select: { id: true, quantity: true, price: true, product: { select: { id: true, name: true, stock: true } } } } },
    })
    const seen = ({ id, name, stock }) => (caller.staff || stock > 0 ? { id, name } : null)
    response.json({ data: rows.map(o => ({ ...o, items: o.items.map(l => ({ ...l, price: amount(l.price), product: seen(l.product) })) })), page: { next: null, previous: null } })
  })
  app.post('/api/orders', staff, express.json(), async (request, response) => {
    const { customerId, items: lines } = request.body
    const made = await prisma.$transaction(async tx => {
      const found = await tx.product.findMany({ where: { id: { in: lines.map(l => l.productId) } }, select: { id: true, price: true } })
      const price = new Map(found.map(f => [f.id, f.price])), now = new Date(), written = { createdAt: now, updatedAt: now, version: 1 }
      const id = uuidv7(), all = lines.map(l => ({ id: uuidv7(), orderId: id, productId: l.productId, quantity: l.quantity, price: price.get(l.productId), ...written }))
      const total = all.map(l => l.price.times(l.quantity)).reduce((sum, part) => sum.plus(part))
      const row = await tx.order.create({ data: { id, customerId, placedAt: now, total, ...written }, select: order })
      await tx.orderItem.createMany({ data: all })
      const answer = { ...row, total: amount(row.total), items: all.map(({ createdAt: _c, updatedAt: _u, version: _v, ...l }) => ({ ...l, price: amount(l.price) })) }
      const log = (entity, of) => ({ entity, key: [of.id], verb: 'create', after: { ...of, createdAt: now }, caller: request.caller.id, request: id })
      const { items, ...own } = answer
      await tx.change.createMany({ data: [log('order', own), ...items.map(l => log('orderItem', l))] })
      return answer
    })
    response.status(201).json(made)
  })
  const server = await new Promise((resolve, reject) => { const listening = app.listen(0, '127.0.0.1', error => (error ? reject(error) : resolve(listening))) })
  return { port: server.address().port, close: async () => { server.closeAllConnections(); server.close(); await prisma.$disconnect() } }
})
