// relay-runtime with what the compiler made: the page and its next page, by the names of nodes.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import runtime from 'relay-runtime'
const { createOperationDescriptor, Environment, fetchQuery, Network, RecordSource, Store } = runtime
const require = createRequire(import.meta.url)
const made = name => { const m = require(`./out/${name}.graphql.cjs`); return m.default ?? m }

const environment = new Environment({
  network: Network.create(async ({ text }, variables) => (await fetch(`${process.env.CONSUMER_URL}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${process.env.CONSUMER_TOKEN}` }, body: JSON.stringify({ query: text, variables }) })).json()),
  store: new Store(new RecordSource()), getDataID: record => record.nodeId,
})
const page = made('relayPageQuery'), list = made('relayListQuery'), items = made('relayItemsQuery')
const { orders } = (await (await fetch(`${process.env.CONSUMER_URL}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${process.env.CONSUMER_TOKEN}` }, body: '{"query":"{ orders(first: 1) { nodes { id nodeId } } }"}' })).json()).data
const [order] = orders.nodes
await fetchQuery(environment, page, { id: order.id }).toPromise()
environment.retain(createOperationDescriptor(page, { id: order.id }))
const source = environment.getStore().getSource()
const connection = () => source.get(source.getRecordIDs().find(id => id.startsWith('client:root:__relay_products_connection') && source.get(id).edges))
const edges = () => source.get(connection().__id).edges.__refs
assert.equal(edges().length, 5)
const { endCursor } = source.get(connection().pageInfo.__ref)
await fetchQuery(environment, list, { first: 5, after: endCursor }).toPromise()
assert.equal(edges().length, 10)
assert.ok(source.get(order.nodeId), 'the order is known by its nodeId')
await fetchQuery(environment, items, { nodeId: order.nodeId, first: 1, after: null }).toPromise()
console.log('talks to the server')
process.exit(0)
