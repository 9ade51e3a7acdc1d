// Who is measured: what starts them, how they are asked, and how their answers are compared with ours.
import path from 'node:path'
import type { Asked, Workload } from './workloads.ts'

export interface Peer {
  readonly name: string
  readonly about: string
  /** Under `bench/`. */
  readonly file: string
  /** Uses our own sources. */
  readonly ours?: true
  /** Where its packages are: those of `bench/peers` are installed when they are asked for. */
  readonly installed?: true
  /** The workloads it takes part in; all, unless said. */
  readonly only?: readonly Workload['name'][]
  /** Asked in a language of its own; without it in REST, and every byte of its answers is compared. */
  readonly speaks?: Speaks
  /** The same data in the same REST answers, but not byte for byte. */
  readonly loosely?: true
}

interface Speaks {
  readonly ask: (workload: string, asked: Asked) => { readonly path: string; readonly body?: string; readonly status: number } | null
  /** What our REST answer holds, from this one's. */
  readonly read: (workload: string, answer: unknown) => unknown
}

const of = (asked: Asked, name: string): string => new URLSearchParams(asked.path.split('?')[1]).get(name) ?? ''
const document = (query: string, variables: unknown): { path: string; body: string; status: number } => ({ path: '/graphql', body: JSON.stringify({ query, variables }), status: 200 })
type Json = Record<string, unknown>
const member = (value: unknown, ...at: readonly string[]): unknown => at.reduce<unknown>((v, name) => (typeof v === 'object' && v !== null ? (v as Json)[name] : undefined), value)
const nodes = (value: unknown): Json[] => (member(value, 'nodes') ?? []) as Json[]

const graphql: Speaks = {
  ask(workload, asked) {
    switch (workload) {
      case 'W1': return document('query ($id: ID!) { order(id: $id) { id customerId status placedAt shippedAt note remark total } }', { id: asked.path.slice('/api/orders/'.length) })
      // A cursor is good where it was handed out: of the pages, the first.
      case 'W2': return asked.path.endsWith('page[number]=1') ? document('query ($c: ID!) { products(where: { categoryId: { eq: $c } }, sort: [{ price: ASC }], first: 20) { nodes { id sku name unit price stock categoryId bought } } }', { c: of(asked, 'filter[categoryId]') }) : null
      case 'W3': case 'W6': return document('query ($c: ID!) { orders(where: { customerId: { eq: $c } }, sort: [{ placedAt: DESC }], first: 20) { nodes { id status placedAt items(first: 20) { nodes { id quantity price product { id name } } } } } }', { c: of(asked, 'filter[customerId]') })
      case 'W4': return document('query ($c: ID!) { orderItemsAggregate(where: { order: { customerId: { eq: $c } } }, groupBy: [quantity], sort: [{ group: { quantity: ASC } }]) { group { quantity } count sum { price } } }', { c: of(asked, 'filter[order][customerId]') })
      case 'W5': {
        const { customerId, items } = JSON.parse(asked.body ?? '') as { customerId: string; items: unknown[] }
        return document('mutation ($o: OrderCreate!) { createOrder(input: $o) { order { id customerId status placedAt shippedAt note remark total items { nodes { id orderId productId quantity price } } } } }', { o: { customerId, items: { create: items } } })
      }
      default: return null
    }
  },
  read(workload, answer) {
    if (member(answer, 'errors') !== undefined) return answer
    const data = member(answer, 'data')
    switch (workload) {
      case 'W1': return member(data, 'order')
      case 'W2': return nodes(member(data, 'products'))
      case 'W3': case 'W6': return nodes(member(data, 'orders')).map(o => ({ ...o, items: nodes(o['items']) }))
      case 'W4': return member(data, 'orderItemsAggregate')
      default: { const order = member(data, 'createOrder', 'order') as Json; return { ...order, items: nodes(order['items']) } }
    }
  },
}

/** PostGraphile's names for the same tables; what it has no words for without functions of the database is left out. */
const postgraphile: Speaks = {
  ask(workload, asked) {
    switch (workload) {
      case 'W1': return document('query ($id: UUID!) { order: orderByRowId(rowId: $id) { id: rowId customerId status placedAt shippedAt note remark total } }', { id: asked.path.slice('/api/orders/'.length) })
      case 'W2': {
        const [, page] = /page\[number\]=(\d+)$/.exec(asked.path) ?? []
        return page === undefined ? null : document('query ($c: UUID!, $o: Int!) { products: allProducts(condition: { categoryId: $c }, orderBy: [PRICE_ASC, ROW_ID_ASC], first: 20, offset: $o) { nodes { id: rowId sku name unit price stock categoryId } } }', { c: of(asked, 'filter[categoryId]'), o: (Number(page) - 1) * 20 })
      }
      case 'W3': return document('query ($c: UUID!) { orders: allOrders(condition: { customerId: $c }, orderBy: [PLACED_AT_DESC, ROW_ID_DESC], first: 20) { nodes { id: rowId status placedAt items: orderItemsByOrderId(first: 20, orderBy: [ROW_ID_ASC]) { nodes { id: rowId quantity price product: productByProductId { id: rowId name } } } } } }', { c: of(asked, 'filter[customerId]') })
      default: return null
    }
  },
  read(workload, answer) {
    const rows = graphql.read(workload, answer)
    return workload === 'W2' && Array.isArray(rows) ? rows.map(row => ({ ...row as Json, bought: false })) : rows
  },
}

export const peers: readonly Peer[] = [
  { name: 'ours', about: 'the shop as `backwright start` serves it, over REST', file: 'ours/server.ts', ours: true },
  { name: 'by hand', about: 'Fastify and `pg` with pipelining, the same SQL', file: 'by-hand/server.ts' },
  { name: 'ceiling', about: 'Fastify and a bare pipelining driver, the same SQL', file: 'ceiling/server.ts', ours: true },
  { name: 'no log', about: 'ours, orders and their lines out of the change log', file: 'ours/unlogged.ts', ours: true, only: ['W5'] },
  { name: 'GraphQL', about: 'ours, over GraphQL', file: 'ours/server.ts', ours: true, speaks: graphql },
  { name: 'Drizzle', about: 'Fastify and Drizzle with prepared queries, written by hand', file: 'peers/drizzle.mjs', installed: true, loosely: true },
  { name: 'PostGraphile', about: 'GraphQL over the same tables, without rules', file: 'peers/postgraphile.mjs', installed: true, only: ['W1', 'W2', 'W3'], speaks: postgraphile },
]

export const fileOf = (peer: Peer): string => path.join(import.meta.dirname, peer.file)

/** How a peer is asked for what `asked` asks of us; null: not at all. */
export function asking(peer: Peer, workload: Workload, asked: Asked): { readonly path: string; readonly as: string; readonly body: string | null; readonly status: number } | null {
  if (!peer.speaks) return { path: asked.path, as: asked.as, body: asked.body ?? null, status: workload.status ?? 200 }
  const own = peer.speaks.ask(workload.name, asked)
  return own && { path: own.path, as: asked.as, body: own.body ?? null, status: own.status }
}

/** A REST answer without what differs each time: the twelve characters by which a server knows its cursors again; of what was just written, its keys and times. */
export function comparable(text: string, written: boolean): string {
  const known = text.replaceAll(/"(next|previous)":"([\w-]+)"/g, (_, name: string, token: string) => {
    const [, ...keys] = JSON.parse(Buffer.from(token, 'base64url').toString()) as string[]
    return `"${name}":${JSON.stringify([token.length, ...keys])}`
  })
  return written ? known.replaceAll(/"(id|orderId)"( ?: ?)"[\w-]{36}"/g, '"$1"$2"…"').replaceAll(/"placedAt"( ?: ?)"[^"]*"/g, '"placedAt"$1"…"') : known
}

/** The same moments in one form: others write them with fewer or more digits. */
export const moments = (text: string): string => text.replaceAll(/"(\d{4}-\d\d-\d\dT[\d:]+(?:\.\d+)?(?:Z|\+00:00))"/g, (_, moment: string) => `"${new Date(moment).toISOString()}"`)

/** What a REST answer holds, in an order of its own. */
export function held(workload: Workload, answer: unknown): unknown {
  return workload.name === 'W1' || workload.name === 'W5' ? answer : member(answer, 'data')
}
