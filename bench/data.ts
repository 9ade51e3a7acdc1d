// A hundred thousand orders over the tables of the shop's own declaration: as many rows, and spread the same way, every time.
import type { ClientBase } from 'pg'

/** The key of the n-th row of a table, counted from 1: a UUIDv7 in the order of n, as keys made one after the other are. */
export const keyOf = (table: Table, n: number): string => `0197${hex(n, 8).slice(0, 4)}-${hex(n, 8).slice(4)}-7000-8000-${hex(tables.indexOf(table) + 1, 12)}`

const tables = ['categories', 'products', 'customers', 'orders', 'order_items'] as const
export type Table = typeof tables[number]
const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0')
/** The same in SQL. */
const key = (table: Table, n: string): string => `('0197' || lpad(to_hex(${n}), 8, '0') || '70008000${hex(tables.indexOf(table) + 1, 12)}')::uuid`

export const sizes = (factor: number) => ({ categories: 50, products: 10_000 * factor, customers: 10_000 * factor, orders: 100_000 * factor, lines: 300_000 * factor, hot: 2_000 * factor })

/** Fills the empty tables. Four fifths of the orders belong to the first fifth of the customers, about forty each. */
export async function fill(client: ClientBase, factor: number): Promise<void> {
  const n = sizes(factor)
  for (const statement of [
    `select setseed(0.42)`,
    `insert into categories (id, name) select ${key('categories', 'i')}, 'Category ' || i from generate_series(1, ${n.categories}) i`,
    `insert into products (id, category_id, name, sku, price, stock)
       select ${key('products', 'i')}, ${key('categories', `1 + i % ${n.categories}`)}, 'Product number ' || i, 'SKU-' || lpad(i::text, 8, '0'), (1 + random() * 500)::numeric(12,2), (random() * 1000)::int
       from generate_series(1, ${n.products}) i`,
    `insert into customers (id, company, name, email, city, country, created_at)
       select ${key('customers', 'i')}, 'Company ' || i, 'Customer ' || i, 'c' || i || '@example.com', 'City ' || i % 100, 'Country ' || i % 20, '2024-01-01'::timestamptz + random() * interval '365 days'
       from generate_series(1, ${n.customers}) i`,
    `insert into orders (id, customer_id, status, placed_at)
       select ${key('orders', 'i')}, ${key('customers', 'c')}, (array['open', 'paid', 'shipped', 'cancelled'])[1 + (random() * 3)::int], '2025-01-01'::timestamptz + random() * interval '500 days'
       from (select i, case when i % 10 < 8 then 1 + (random() * ${n.hot - 1})::int else ${n.hot + 1} + (random() * ${n.customers - n.hot - 1})::int end as c from generate_series(1, ${n.orders}) i) x`,
    `update orders set shipped_at = placed_at + interval '3 days' where status = 'shipped'`,
    // An order has a product once: three products a third of the range apart, from a random one on.
    `insert into order_items (id, order_id, product_id, quantity, price)
       select ${key('order_items', '3 * o + k - 2')}, ${key('orders', 'o')}, ${key('products', `1 + (first + k * ${Math.floor(n.products / 3)}) % ${n.products}`)}, 1 + (random() * 4)::int, (1 + random() * 500)::numeric(12,2)
       from (select o, (random() * ${n.products - 1})::int as first from generate_series(1, ${n.orders}) o) x, generate_series(0, 2) k`,
    // What the shop computes over an order's lines.
    `update orders o set total = x.total from (select order_id, sum(price * quantity) as total from order_items group by order_id) x where x.order_id = o.id`,
    // Packed as rows that were written once are, and known to be seen by all, as autovacuum leaves a table: the first forgets what the second notes.
    `vacuum full`,
    `vacuum (analyze)`,
  ]) await client.query(statement)
}
