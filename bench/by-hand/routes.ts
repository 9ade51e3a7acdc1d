// The six addresses that are answered by hand: Fastify, named statements, JSON made by the database. How statements are sent is its driver's: `pg` for by hand, a bare one for the ceiling.
import { createHash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { v7 as uuidv7 } from 'uuid'
import { callers, type Caller } from './callers.ts'
import * as sql from './sql.ts'

/** Columns by name; a body may be the bytes that came. */
export type Row = Readonly<Record<string, unknown>>
/** The only row of an answer. */
export type One = (name: string, text: string, values: readonly unknown[]) => Promise<Row | undefined>
type Query = Readonly<Record<string, string | undefined>>

export async function serveByHand({ one, secret, log }: { readonly one: One; readonly secret: string; readonly log: boolean }): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const app = Fastify({ logger: log })
  const identify = callers(secret, async email => {
    const id = (await one('customer', sql.customerByEmail, [email]))?.['id']
    return typeof id === 'string' ? id : null
  })
  app.decorateRequest('caller', null)
  app.addHook('onRequest', async (request, reply) => {
    const caller = await identify(request.headers.authorization).catch(() => null)
    if (caller === null) return reply.code(401).send()
    request.setDecorator('caller', caller)
  })
  const of = (request: { getDecorator<T>(name: string): T }): Caller => request.getDecorator('caller')
  const json = 'application/json'

  app.get<{ Params: { id: string } }>('/api/orders/:id', async (request, reply) => {
    if (!of(request).staff) return reply.code(403).send()
    const row = await one('order', sql.order, [request.params.id])
    if (!row) return reply.code(404).send()
    return reply.type(json).send(row['body'])
  })

  app.get<{ Querystring: Query }>('/api/products', async (request, reply) => {
    const caller = of(request)
    if (!caller.staff) return reply.code(403).send()
    const { 'filter[categoryId]': category = '', 'page[after]': after, 'page[number]': number = '1' } = request.query
    const tie = binding('products of a category by price', category, caller)
    let page: Row | undefined
    if (after === undefined) page = await one('products by number', sql.productsByNumber, [category, (Number(number) - 1) * 20])
    else {
      const [from, price, id] = JSON.parse(Buffer.from(after, 'base64url').toString()) as string[]
      if (from !== tie) return reply.code(400).send()
      page = await one('products after', sql.productsAfter, [category, price, id])
    }
    return reply.type(json).send(list(page, tie, after !== undefined || number !== '1'))
  })

  app.get<{ Querystring: Query }>('/api/orders', async (request, reply) => {
    const caller = of(request)
    const { 'filter[customerId]': customer = '' } = request.query
    const tie = binding('orders of a customer, newest first', customer, caller)
    const page = caller.staff ? await one('orders', sql.ordersOfAnybody, [customer]) : await one('own orders', sql.ordersOfCaller, [customer, caller.customer])
    return reply.type(json).send(list(page, tie, false))
  })

  const line = { type: 'object', required: ['productId', 'quantity'], properties: { productId: { type: 'string', format: 'uuid' }, quantity: { type: 'integer', minimum: 1, maximum: 1000 } } }
  const body = { type: 'object', required: ['customerId', 'items'], properties: { customerId: { type: 'string', format: 'uuid' }, items: { type: 'array', minItems: 1, maxItems: 100, items: line } } }
  app.post<{ Body: { readonly customerId: string; readonly items: readonly { readonly productId: string; readonly quantity: number }[] } }>('/api/orders', { schema: { body } }, async (request, reply) => {
    const caller = of(request)
    if (!caller.staff) return reply.code(403).send()
    const { customerId, items } = request.body
    const lines = items.map(i => ({ id: uuidv7(), product: i.productId, quantity: i.quantity }))
    const row = await one('place order', sql.placeOrder, [uuidv7(), customerId, JSON.stringify(lines), caller.id, request.id])
    if (!row) return reply.code(422).send()
    return reply.code(201).type(json).send(row['body'])
  })

  app.get<{ Querystring: Query }>('/api/orders/aggregate', async (request, reply) => {
    if (!of(request).staff) return reply.code(403).send()
    const row = await one('orders by status', sql.ordersByStatus, [request.query['filter[customerId]']])
    return reply.type(json).send(around('{"data":', row?.['body'] ?? '[]', '}'))
  })

  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  return { port, close: () => app.close() }
}

/** What a cursor is good for: this list, this filter, this caller. */
function binding(shape: string, value: string, caller: Caller): string {
  return createHash('sha256').update(JSON.stringify([shape, [value], caller.id, caller.staff ? ['staff'] : []])).digest('base64url').slice(0, 12)
}

function list(page: Row | undefined, tie: string, inside: boolean): string | Buffer {
  if (!page) throw new Error('an aggregate has no row')
  const cursor = (key: unknown, id: unknown): string => Buffer.from(JSON.stringify([tie, text(key), text(id)])).toString('base64url')
  const next = page['more'] === true || text(page['more']) === 't' ? `"${cursor(page['last_key'], page['last_id'])}"` : null
  const previous = inside ? `"${cursor(page['first_key'], page['first_id'])}"` : null
  return around('{"data":', page['body'], `,"page":{"next":${next},"previous":${previous}}}`)
}

const text = (cell: unknown): unknown => (cell instanceof Uint8Array ? Buffer.from(cell).toString() : cell)
/** A body between what is around it, as it came: text stays text, bytes stay bytes. */
const around = (before: string, body: unknown, after: string): string | Buffer => (body instanceof Uint8Array ? Buffer.concat([Buffer.from(before), body, Buffer.from(after)]) : `${before}${String(body)}${after}`)
