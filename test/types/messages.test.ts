// A typo in a declaration or a query gives one readable line that names what was meant.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { project } from './tsc.ts'

const typos = `// Eleven typos, one on each line that has one.
import { Entity, access, allow, choice, integer, many, model, ref, text, type Db } from 'backwright'
class Customer extends Entity { name = text(); orders = many(() => Order, 'custmer') }
class Order extends Entity {
  status = choice('open', 'paid').default('opn'); customer = ref(() => Custmer); count = integer()
  static access = access(Order, ({ row }) => [allow('read').when(row.custome.name.eq('a'))])
}
const shop = model({ customer: Customer, order: Order })
declare const db: Db<typeof shop.entities>
void db.order.find({ where: { statsu: 'paid' } })
void db.order.find({ sort: ['-statsu'] })
void db.customer.find({ include: { ordrs: true } })
void db.order.create({ status: 'open', coun: 1 })
void db.order.update('x', { coutn: 1 })
void db.customer.find({ where: { orders: { some: { counter: 1 } } } })
void db.order.get('x', { fields: ['stat'] })
`
// The client's types are `db`'s over rows as JSON has them; its messages are as short.
const calls = `// Fourteen more, in calls of the client.
import { client } from 'backwright/client'
import type { shop } from './shop.ts'
interface App { readonly '~entities': typeof shop.entities }
const api = client<App>('https://shop.example')
void api.order.find({ where: { statsu: 'paid' } })
void api.order.find({ sort: ['-statsu'] })
void api.customer.find({ include: { ordrs: true } })
void api.order.create({ status: 'open', count: 1, coun: 1 })
void api.order.update('x', { coutn: 1 })
void api.customer.find({ where: { orders: { some: { counter: 1 } } } })
void api.order.get('x', { fields: ['stat'] })
void api.ordr.find()
void api.order.fnd()
void api.customer.related('x', 'ordrs')
void api.customer.find({ include: { orders: { include: { customer: true, custmer: true } } } })
void api.customer.find({ include: { orders: { where: { count: 1, coun: 2 } } } })
void api.customer.find({ include: { orders: { first: 1, frst: 2 } } })
void api.customer.find({ include: { orders: true, ordrs: true } })
`
const declared = `import { Entity, choice, integer, many, model, ref, text } from 'backwright'
class Customer extends Entity { name = text(); orders = many(() => Order, 'customer') }
class Order extends Entity { status = choice('open', 'paid').default('open'); customer = ref(() => Customer); count = integer() }
export const shop = model({ customer: Customer, order: Order })
`
const made = project({ 'typos.ts': typos, 'calls.ts': calls, 'shop.ts': declared })
after(() => made.remove())
const { output } = made.run()

const inTypos = [
  [3, `Argument of type '"custmer"' is not assignable to parameter of type '"count" |`],
  [5, `Argument of type '"opn"' is not assignable to parameter of type`],
  [5, `Cannot find name 'Custmer'. Did you mean 'Customer'?`],
  [6, `Property 'custome' does not exist on type 'RowProxy<Order>'. Did you mean 'customer'?`],
  [10, `'statsu' does not exist in type 'Where<Order>'. Did you mean to write 'status'?`],
  [11, `Type '"-statsu"' is not assignable to type 'Sort<Order>'. Did you mean '"-status"'?`],
  [12, `'ordrs' does not exist in type 'Include<Customer>`],
  [13, `'coun' does not exist in type 'New<Order>'. Did you mean to write 'count'?`],
  [14, `'coutn' does not exist in type 'Changes<Order>'. Did you mean to write 'count'?`],
  [15, `'counter' does not exist in type 'Where<Order>'. Did you mean to write 'count'?`],
  [16, `Type '"stat"' is not assignable to type`],
] as const
const inCalls = [
  [6, `'statsu' does not exist in type 'Where<Wire<Order>>'. Did you mean to write 'status'?`],
  [7, `Type '"-statsu"' is not assignable to type 'Sort<Wire<Order>>'. Did you mean '"-status"'?`],
  [8, `'ordrs' does not exist in type 'Include<Wire<Customer>>`],
  [9, `'coun' does not exist in type 'New<Wire<Order>>'. Did you mean to write 'count'?`],
  [10, `'coutn' does not exist in type 'Changes<Wire<Order>>'. Did you mean to write 'count'?`],
  [11, `'counter' does not exist in type 'Where<Wire<Order>>'. Did you mean to write 'count'?`],
  [12, `Type '"stat"' is not assignable to type`],
  [13, `Property 'ordr' does not exist on type 'Client<App>'. Did you mean 'order'?`],
  [14, `Property 'fnd' does not exist on type 'Collection<Order, `],
  [15, `Argument of type '"ordrs"' is not assignable to parameter of type '"orders"'`],
  // Beside a name that is right.
  [16, `'custmer' does not exist in type 'Include<Wire<Order>>'. Did you mean to write 'customer'?`],
  [17, `'coun' does not exist in type 'Where<Wire<Order>>'. Did you mean to write 'count'?`],
  [18, `'frst' does not exist in type 'Nested<Wire<Order>>'. Did you mean to write 'first'?`],
  [19, `'ordrs' does not exist in type 'Include<Wire<Customer>>'. Did you mean to write 'orders'?`],
] as const

for (const [file, lines] of [['typos.ts', inTypos], ['calls.ts', inCalls]] as const) for (const [line, said] of lines) {
  test(`${file} line ${line}: ${said}`, () => {
    const told = output.split(/\n(?=\w+\.ts)/).filter(t => t.startsWith(`${file}(${line},`))
    assert.ok(told.some(t => t.includes(said)), told.join('\n') || output)
    for (const t of told) for (const l of t.split('\n')) assert.ok(l.length < 320, `a line of ${l.length} characters: ${l}`)
  })
}
