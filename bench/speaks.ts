// How others are asked for what the workloads ask of us, each in its own words, and what their answers hold.
import type { Asked } from './workloads.ts'

export interface Speaks {
  readonly ask: (workload: string, asked: Asked) => { readonly path: string; readonly body?: string; readonly status: number } | null
  /** What our REST answer holds, from this one's. */
  readonly read: (workload: string, answer: unknown) => unknown
}

const of = (asked: Asked, name: string): string => new URLSearchParams(asked.path.split('?')[1]).get(name) ?? ''
const document = (query: string, variables: unknown): { path: string; body: string; status: number } => ({ path: '/graphql', body: JSON.stringify({ query, variables }), status: 200 })
type Json = Record<string, unknown>
export const member = (value: unknown, ...at: readonly string[]): unknown => at.reduce<unknown>((v, name) => (typeof v === 'object' && v !== null ? (v as Json)[name] : undefined), value)
const nodes = (value: unknown): Json[] => (member(value, 'nodes') ?? []) as Json[]

export const graphql: Speaks = {
  ask(workload, asked) {
    switch (workload) {
      case 'W1': return document('query ($id: ID!) { order(id: $id) { id customerId status placedAt shippedAt note remark total } }', { id: asked.path.slice('/api/orders/'.length) })
      // A cursor is good where it was handed out: of the pages, the first.
      case 'W2': return asked.path.endsWith('page[number]=1') ? document('query ($c: ID!) { products(where: { categoryId: { eq: $c } }, sort: [{ price: ASC }], first: 20) { nodes { id sku name unit price stock categoryId bought } } }', { c: of(asked, 'filter[categoryId]') }) : null
      case 'W3': case 'W6': return document('query ($c: ID!) { orders(where: { customerId: { eq: $c } }, sort: [{ placedAt: DESC }], first: 20) { nodes { id status placedAt items(first: 20) { nodes { id quantity price product { id name } } } } } }', { c: of(asked, 'filter[customerId]') })
      case 'W4': return document('query ($c: ID!) { ordersAggregate(where: { customerId: { eq: $c } }, groupBy: [status], sort: [{ group: { status: ASC } }]) { group { status } count sum { total } } }', { c: of(asked, 'filter[customerId]') })
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
      case 'W4': return member(data, 'ordersAggregate')
      default: { const order = member(data, 'createOrder', 'order') as Json; return { ...order, items: nodes(order['items']) } }
    }
  },
}

/** PostGraphile's names for the same tables, and for the two functions of `postgraphile.sql`. */
export const postgraphile: Speaks = {
  ask(workload, asked) {
    switch (workload) {
      case 'W1': return document('query ($id: UUID!) { order: orderByRowId(rowId: $id) { id: rowId customerId status placedAt shippedAt note remark total } }', { id: asked.path.slice('/api/orders/'.length) })
      // As our GraphQL, which it stands beside: of the pages, the first.
      case 'W2': return asked.path.endsWith('page[number]=1') ? document('query ($c: UUID!) { products: allProducts(condition: { categoryId: $c }, orderBy: [PRICE_ASC, ROW_ID_ASC], first: 20) { nodes { id: rowId sku name unit price stock categoryId } } }', { c: of(asked, 'filter[categoryId]') }) : null
      case 'W3': case 'W6': return document('query ($c: UUID!) { orders: allOrders(condition: { customerId: $c }, orderBy: [PLACED_AT_DESC, ROW_ID_DESC], first: 20) { nodes { id: rowId status placedAt items: orderItemsByOrderId(first: 20, orderBy: [ROW_ID_ASC]) { nodes { id: rowId quantity price product: productByProductId { id: rowId name } } } } } }', { c: of(asked, 'filter[customerId]') })
      case 'W4': return document('query ($c: UUID!) { orders: postgraphileOrdersByStatus(customerId: $c) { nodes { status count total } } }', { c: of(asked, 'filter[customerId]') })
      case 'W5': {
        const { customerId, items } = JSON.parse(asked.body ?? '') as { customerId: string; items: unknown[] }
        return document('mutation ($c: UUID!, $i: JSON!) { createOrder: postgraphilePlaceOrder(input: { customerId: $c, items: $i }) { order: result { id: rowId customerId status placedAt shippedAt note remark total items: orderItemsByOrderId(first: 20, orderBy: [ROW_ID_ASC]) { nodes { id: rowId orderId productId quantity price } } } } }', { c: customerId, i: items })
      }
      default: return null
    }
  },
  read(workload, answer) {
    if (workload === 'W4' && member(answer, 'errors') === undefined) return nodes(member(answer, 'data', 'orders')).map(({ status, count, total }) => ({ group: { status }, count, sum: { total } }))
    const rows = graphql.read(workload, answer)
    return workload === 'W2' && Array.isArray(rows) ? rows.map(row => ({ ...row as Json, bought: false })) : rows
  },
}

/** Platformatic's own REST and GraphQL, and the two addresses of its plugin. */
export const platformatic: Speaks = {
  ask(workload, asked) {
    const get = (path: string, query: Record<string, string>): { path: string; status: number } => ({ path: `${path}?${new URLSearchParams(query).toString()}`, status: 200 })
    switch (workload) {
      case 'W1': return get(asked.path.slice('/api'.length), { fields: 'id,customerId,status,placedAt,shippedAt,note,remark,total' })
      case 'W2': {
        const [, page] = /page\[number\]=(\d+)$/.exec(asked.path) ?? []
        return page === undefined ? null : get('/products', { 'where.categoryId.eq': of(asked, 'filter[categoryId]'), 'orderby.price': 'asc', 'orderby.id': 'asc', limit: '20', offset: String((Number(page) - 1) * 20), fields: 'id,sku,name,unit,price,stock,categoryId' })
      }
      case 'W3': return document('query ($c: ID) { orders(where: { customerId: { eq: $c } }, orderBy: [{ field: placedAt, direction: DESC }, { field: id, direction: DESC }], limit: 20) { id status placedAt items: orderItems(limit: 20, orderBy: [{ field: id, direction: ASC }]) { id quantity price product { id name } } } }', { c: of(asked, 'filter[customerId]') })
      case 'W4': return get('/orders-by-status', { customerId: of(asked, 'filter[customerId]') })
      case 'W5': return { path: '/place-order', body: asked.body ?? '', status: 201 }
      default: return null
    }
  },
  read(workload, answer) {
    switch (workload) {
      case 'W2': return Array.isArray(answer) ? answer.map(row => ({ ...row as Json, bought: false })) : answer
      case 'W3': return member(answer, 'data', 'orders') ?? answer
      case 'W4': return member(answer, 'data')
      default: return answer
    }
  },
}
