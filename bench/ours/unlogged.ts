// Ours, with the entities that an order is made of out of the change log: what remains is what the log costs.
import { Order, OrderItem } from '../../examples/shop/shop.ts'

Object.assign(Order, { changes: false })
Object.assign(OrderItem, { changes: false })
await import('./server.ts')
