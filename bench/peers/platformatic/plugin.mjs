// What Platformatic DB has no words for, written by hand in it: over its entities where it can be, in SQL where it cannot.
import { v7 as uuidv7 } from 'uuid'

export default async function plugin(app) {
  const { db, sql, entities } = app.platformatic
  app.get('/orders-by-status', async request => {
    const rows = await db.query(sql`select status, count(*)::integer, sum(total)::text as total from orders where customer_id = ${request.query.customerId} group by status order by status`)
    return { data: rows.map(r => ({ group: { status: r.status }, count: r.count, sum: { total: r.total } })) }
  })
  app.post('/place-order', async (request, reply) => {
    const { customerId, items: lines } = request.body
    const made = await db.tx(async tx => {
      const found = await entities.product.find({ where: { id: { in: lines.map(l => l.productId) } }, fields: ['id', 'price'], limit: lines.length, tx })
      const price = new Map(found.map(f => [f.id, f.price])), now = new Date().toISOString(), id = uuidv7(), written = { createdAt: now, updatedAt: now, version: 1 }
      const all = lines.map(l => ({ id: uuidv7(), orderId: id, productId: l.productId, quantity: l.quantity, price: price.get(l.productId), ...written }))
      const total = (all.reduce((cents, l) => cents + Math.round(Number(l.price) * 100) * l.quantity, 0) / 100).toFixed(2)
      const [order] = await entities.order.insert({ inputs: [{ id, customerId, status: 'open', placedAt: now, total, ...written }], fields: ['id', 'customerId', 'status', 'placedAt', 'shippedAt', 'note', 'remark', 'total'], tx })
      const items = await entities.orderItem.insert({ inputs: all, fields: ['id', 'orderId', 'productId', 'quantity', 'price'], tx })
      const log = (entity, of) => sql`(${entity}, ${JSON.stringify([of.id])}::json, 'create', ${JSON.stringify({ ...of, createdAt: now })}::json, 'staff', ${request.id})`
      await tx.query(sql`insert into backwright_system.change (entity, key, verb, after, caller, request) values ${sql.join([log('order', order), ...items.map(l => log('orderItem', l))], sql`, `)}`)
      return { ...order, items }
    })
    return reply.code(201).send(made)
  })
}
