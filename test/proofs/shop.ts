// What the proofs are about: a small shop, declared as a user would, with a table large enough that a wrong plan shows.
import { Entity, access, allow, backend, caller, choice, decimal, deny, email, entity, index, integer, many, model, ref, text, timestamp, transitions, now } from 'backwright'
import type pg from 'pg'

export class Customer extends entity({ caller: true }) {
  name   = text()
  email  = email().unique()
  orders = many(() => Order, 'customer')
  seen   = many(() => Share, 'customer')

  static access = access(Customer, ({ row, caller }) => [allow('read').when(row.is(caller)), allow('read', 'create', 'update', 'delete').to('staff')])
}
export class Order extends Entity {
  customer = ref(() => Customer).default(caller.customer)
  status   = text().default('open')
  placedAt = timestamp().default(now)
  rank     = integer().default(0)
  code     = text().default('new')
  total    = decimal({ precision: 60, scale: 20 }).default('0')
  note     = text().optional()
  lines    = many(() => Line, 'order').owned()
  letters  = many(() => Letter, 'order')

  static indexes = [index(Order, 'customer', '-placedAt'), index(Order, 'rank', '-placedAt'), index(Order, 'code')]
  static access = access(Order, ({ row, caller }) => [
    allow('read', 'create', 'update', 'delete').when(row.customer.is(caller)),
    allow('read', 'create', 'update', 'delete').to('staff'),
    deny('update', 'delete').when(row.status.eq('shipped')),
  ])
}
export class Line extends Entity {
  order    = ref(() => Order)
  product  = ref(() => Product)
  quantity = integer({ min: 1 }).default(1)
}
export class Product extends Entity {
  sku   = text().unique()
  maker = ref(() => Maker).optional()
  lines = many(() => Line, 'product')

  static access = access(Product, () => [allow('read').always(), allow('create', 'update', 'delete').to('staff')])
}
export class Maker extends Entity {
  name     = text()
  products = many(() => Product, 'maker')
  state    = choice('new', 'known', 'gone').default('new')

  static transitions = transitions(Maker, 'state', () => ({ leave: { from: 'known', to: 'gone' } }))
  static access = access(Maker, () => [allow('read').always(), allow('update').to('staff')])
}
/** Seen by the customer of its order, and by those it is shared with: two grants through relations. */
export class Letter extends entity({ version: 'required' }) {
  order  = ref(() => Order)
  body   = text()
  shares = many(() => Share, 'letter')

  static access = access(Letter, ({ row, caller }) => [
    allow('read').when(row.order.customer.is(caller)),
    allow('read').when(row.shares.some(s => s.customer.is(caller))),
    allow('read', 'create', 'delete').to('staff'),
  ])
}
export class Share extends Entity {
  letter   = ref(() => Letter)
  customer = ref(() => Customer)

  static access = access(Share, ({ row, caller }) => [allow('read').when(row.customer.is(caller)), allow('read', 'create').to('staff')])
}

export const shop = backend({
  name: 'proofs', model: model({ customer: Customer, order: Order, line: Line, product: Product, maker: Maker, letter: Letter, share: Share }),
  callers: { customer: { entity: Customer, match: 'email', claim: 'email' } },
})

const id = (kind: number, of: string): string => `('0198a000-0000-700${kind}-8000-' || lpad(to_hex(${of}), 12, '0'))::uuid`
export const idOf = (kind: 'customer' | 'order' | 'product' | 'maker' | 'letter', n: number): string =>
  `0198a000-0000-700${{ customer: 1, order: 2, product: 3, maker: 4, letter: 5 }[kind]}-8000-${n.toString(16).padStart(12, '0')}`

/** `orders` orders of 2,000 customers, the first 20,000 with a letter each; every tenth order has lines. */
export async function fill(client: pg.Client, orders: number): Promise<void> {
  const letters = Math.min(orders, 20_000)
  const say = (sql: string): Promise<unknown> => client.query(sql)
  await say(`insert into customers (id, name, email) select ${id(1, 'n')}, 'customer ' || n, 'c' || n || '@proofs.example' from generate_series(1, 2000) n`)
  await say(`insert into makers (id, name) select ${id(4, 'n')}, 'maker ' || n from generate_series(1, 5) n`)
  await say(`insert into products (id, sku, maker_id) select ${id(3, 'n')}, 'sku-' || n, ${id(4, '1 + n % 5')} from generate_series(1, 50) n`)
  await say(`insert into orders (id, customer_id, status, placed_at, rank, code, total, note) select ${id(2, 'n')}, ${id(1, '1 + n % 2000')}, case when n % 7 = 0 then 'shipped' else 'open' end,
    '2026-01-01'::timestamptz + n * interval '1 minute', n % 40, md5(n::text), n, null from generate_series(1, ${orders}) n`)
  await say(`insert into lines (id, order_id, product_id, quantity) select ${id(6, 'n')}, ${id(2, '1 + n % ' + Math.max(1, Math.floor(orders / 10)))}, ${id(3, '1 + n % 50')}, 1 + n % 5 from generate_series(1, ${Math.floor(orders / 5)}) n`)
  await say(`insert into letters (id, order_id, body) select ${id(5, 'n')}, ${id(2, 'n')}, 'letter ' || n from generate_series(1, ${letters}) n`)
  await say(`insert into shares (id, letter_id, customer_id) select ${id(7, 'n')}, ${id(5, `1 + (n * 37) % ${letters}`)}, ${id(1, '1 + n % 2000')} from generate_series(1, 4000) n`)
  await say('vacuum analyze')
}
