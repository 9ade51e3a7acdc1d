// What relay-compiler compiles: a connection that pages, a fragment that fetches itself again by `node`, a mutation that appends an edge and one that deletes a record.
import { graphql } from 'relay-runtime'

export const list = graphql`fragment relay_list on Query @argumentDefinitions(first: { type: "Int", defaultValue: 5 }, after: { type: "String" }) @refetchable(queryName: "relayListQuery") {
  products(first: $first, after: $after, sort: [{ name: ASC }]) @connection(key: "relay_products") { edges { node { ...relay_product } } }
}`
export const product = graphql`fragment relay_product on Product @refetchable(queryName: "relayProductQuery") { name price category { name } }`
export const items = graphql`fragment relay_items on Order @argumentDefinitions(first: { type: "Int", defaultValue: 5 }, after: { type: "String" }) @refetchable(queryName: "relayItemsQuery") {
  items(first: $first, after: $after) @connection(key: "relay_items") { edges { node { quantity product { name } } } }
}`
export const page = graphql`query relayPageQuery($id: ID!) { ...relay_list order(id: $id) { status ...relay_items } }`
export const remove = graphql`mutation relayRemoveMutation($id: ID!, $version: Int) { deleteOrder(id: $id, version: $version) { nodeId @deleteRecord } }`
export const change = graphql`mutation relayChangeMutation($id: ID!, $input: OrderUpdate!) { updateOrder(id: $id, input: $input) { order { note version ...relay_items } } }`
