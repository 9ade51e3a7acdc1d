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
const made = project({ 'typos.ts': typos })
after(() => made.remove())
const { output } = made.run()

for (const [line, said] of [
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
] as const) {
  test(`line ${line}: ${said}`, () => {
    const told = output.split(/\n(?=typos\.ts)/).filter(t => t.startsWith(`typos.ts(${line},`))
    assert.ok(told.some(t => t.includes(said)), told.join('\n') || output)
    for (const t of told) for (const l of t.split('\n')) assert.ok(l.length < 320, `a line of ${l.length} characters: ${l}`)
  })
}
