// Apollo Client 4 with documents that graphql-codegen has typed: pages merged by its own Relay policy, a mutation that updates its cache, errors, documents by their hash.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache } from '@apollo/client'
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries'
import { relayStylePagination } from '@apollo/client/utilities'
import { graphql } from './made/index.js'

const { CONSUMER_URL: url = '', CONSUMER_TOKEN: token = '', CONSUMER_STAFF: staff = '' } = process.env
let hashed = 0
const counting: typeof fetch = (input, init) => {
  if (typeof init?.body === 'string' && !init.body.includes('"query"')) hashed++
  return fetch(input, init)
}
const connect = (bearer: string) => new ApolloClient({
  cache: new InMemoryCache({ possibleTypes: {}, typePolicies: { Query: { fields: { products: relayStylePagination(['where', 'sort']) } } } }),
  link: ApolloLink.from([
    new PersistedQueryLink({ sha256: (text: string) => createHash('sha256').update(text).digest('hex') }),
    new HttpLink({ uri: `${url}/graphql`, fetch: counting, headers: { authorization: `Bearer ${bearer}` } }),
  ]),
})

const Products = graphql(`query Products($after: String, $where: ProductWhere) {
  products(first: 5, after: $after, where: $where, sort: [{ name: ASC }]) { edges { cursor node { ...Product } } pageInfo { endCursor hasNextPage } totalCount }
} fragment Product on Product { id nodeId name price category { id name } }`)
const Orders = graphql(`query Orders { orders(first: 3, where: { status: { eq: open } }, sort: [{ placedAt: DESC }]) { nodes { id status version items(first: 2) { nodes { quantity product { id name } } } } } }`)
const Note = graphql(`mutation Note($id: ID!, $version: Int, $input: OrderUpdate!) { updateOrder(id: $id, version: $version, input: $input) { order { id note version } } }`)
const Node = graphql(`query Node($id: ID!) { node(id: $id) { __typename nodeId ... on Product { name stock } } }`)

const anna = connect(token)
const query = anna.watchQuery({ query: Products, variables: { where: { price: { lt: '20' } } } })
const subscription = await new Promise<{ unsubscribe(): void }>(done => {
  const made = query.subscribe(result => { if (!result.loading) setTimeout(() => { done(made) }, 0) })
})
await query.fetchMore({ variables: { after: query.getCurrentResult().data?.products?.pageInfo?.endCursor ?? null } })
await new Promise(done => setTimeout(done, 50))
const { data } = query.getCurrentResult()
const names = (data as { products: { edges: { node: { name: string } }[] } }).products.edges.map(e => e.node.name)
assert.equal(names.length, 10)
assert.deepEqual(names, names.toSorted((a, b) => (a < b ? -1 : 1)))
subscription.unsubscribe()
assert.ok(hashed > 0, 'documents went by their hash')

const boss = connect(staff)
const orders = await boss.query({ query: Orders })
const [order] = orders.data?.orders?.nodes ?? []
assert.ok(order)
const changed = await boss.mutate({ mutation: Note, variables: { id: order.id, version: order.version, input: { note: 'by Apollo' } } })
assert.equal(changed.data?.updateOrder?.order?.note, 'by Apollo')
// The cache knows the same row by its type and id.
const cached = (boss.cache.extract() as Record<string, unknown>)[`Order:${order.id}`] as { note?: string; version?: number }
assert.deepEqual([cached.note, cached.version], ['by Apollo', order.version + 1])
const stale: unknown = await boss.mutate({ mutation: Note, variables: { id: order.id, version: order.version, input: { note: 'late' } } }).then(() => null, (error: unknown) => error)
const [refusal] = CombinedGraphQLErrors.is(stale) ? stale.errors : []
assert.deepEqual([refusal?.extensions?.['code'], refusal?.path], ['row.stale', ['updateOrder']])

const first = (data as { products: { edges: { node: { nodeId: string; name: string } }[] } }).products.edges[0]?.node
const found = await boss.query({ query: Node, variables: { id: first?.nodeId ?? '' } })
assert.equal(found.data?.node?.__typename === 'Product' && found.data.node.name, first?.name)
console.log('talks to the server')
process.exit(0)
