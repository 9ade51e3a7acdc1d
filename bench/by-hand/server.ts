// What a careful engineer would write by hand for these five addresses alone: Fastify, `pg` with pipelining, named statements, JSON made by the database.
// It answers the bodies that ours answers, byte for byte, cursors of the same form included. It has no ETags, no request ids, no limits, and knows no other question.
import { createHash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import pg from 'pg'
import { connected } from '../peer.ts'
import { callers, type Caller } from './callers.ts'
import * as sql from './sql.ts'

/** Four connections held directly: pg-pool would give each to one query at a time, and more only make the tails longer. Planned once: left to itself the server would plan each page anew, for twice the time. */
const connections = 4

interface Page { readonly body: string; readonly more: boolean; readonly first_key: string; readonly first_id: string; readonly last_key: string; readonly last_id: string }
type Query = Readonly<Record<string, string | undefined>>

await connected(async ({ database, secret, log }) => {
  const clients = await Promise.all(Array.from({ length: connections }, async () => {
    const client = new pg.Client({ ...database, pipeline: true, statement_timeout: 5000, options: '-c TimeZone=UTC -c jit=off -c plan_cache_mode=force_generic_plan' } as pg.ClientConfig)
    await client.connect()
    return client
  }))
  let turn = 0
  async function one<Row>(name: string, text: string, values: readonly unknown[]): Promise<Row | undefined> {
    const client = clients[turn = (turn + 1) % connections]
    return (await client?.query({ name, text, values: [...values] }))?.rows[0] as Row | undefined
  }

  const app = Fastify({ logger: log })
  const identify = callers(secret, async email => (await one<{ id: string }>('customer', sql.customerByEmail, [email]))?.id ?? null)
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
    const row = await one<{ body: string }>('order', sql.order, [request.params.id])
    if (!row) return reply.code(404).send()
    return reply.type(json).send(row.body)
  })

  app.get<{ Querystring: Query }>('/api/products', async (request, reply) => {
    const caller = of(request)
    if (!caller.staff) return reply.code(403).send()
    const { 'filter[categoryId]': category = '', 'page[after]': after, 'page[number]': number = '1' } = request.query
    const tie = binding('products of a category by price', category, caller)
    let page: Page | undefined
    if (after === undefined) page = await one<Page>('products by number', sql.productsByNumber, [category, (Number(number) - 1) * 20])
    else {
      const [from, price, id] = JSON.parse(Buffer.from(after, 'base64url').toString()) as string[]
      if (from !== tie) return reply.code(400).send()
      page = await one<Page>('products after', sql.productsAfter, [category, price, id])
    }
    return reply.type(json).send(list(page, tie, after !== undefined || number !== '1'))
  })

  app.get<{ Querystring: Query }>('/api/orders', async (request, reply) => {
    const caller = of(request)
    const { 'filter[customerId]': customer = '' } = request.query
    const tie = binding('orders of a customer, newest first', customer, caller)
    const page = caller.staff ? await one<Page>('orders', sql.ordersOfAnybody, [customer]) : await one<Page>('own orders', sql.ordersOfCaller, [customer, caller.customer])
    return reply.type(json).send(list(page, tie, false))
  })

  app.get<{ Querystring: Query }>('/api/order-items/aggregate', async (request, reply) => {
    if (!of(request).staff) return reply.code(403).send()
    const row = await one<{ body: string }>('lines by quantity', sql.linesByQuantity, [request.query['filter[order][customerId]']])
    return reply.type(json).send(`{"data":${row?.body ?? '[]'}}`)
  })

  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  return { port, close: async () => { await app.close(); await Promise.all(clients.map(c => c.end())) } }
})

/** What a cursor is good for: this list, this filter, this caller. */
function binding(shape: string, value: string, caller: Caller): string {
  return createHash('sha256').update(JSON.stringify([shape, [value], caller.id, caller.staff ? ['staff'] : []])).digest('base64url').slice(0, 12)
}

function list(page: Page | undefined, tie: string, inside: boolean): string {
  if (!page) throw new Error('an aggregate has no row')
  const cursor = (key: string, id: string): string => Buffer.from(JSON.stringify([tie, key, id])).toString('base64url')
  const next = page.more ? `"${cursor(page.last_key, page.last_id)}"` : null
  const previous = inside ? `"${cursor(page.first_key, page.first_id)}"` : null
  return `{"data":${page.body},"page":{"next":${next},"previous":${previous}}}`
}
