// Rows of a declaration with everything that ties rows together: PostgreSQL takes them, totals are reckoned, and ten times as many rows mean as many at each.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { access, allow, backend, compileModel, email, entity, Entity, integer, many, model, money, ref, sum, text, unique } from '../../index.ts'
import { applyPlan, planOf } from '../../migrate/index.ts'
import { seeded, spokenOf } from '../../testkit/proofs/index.ts'
import { testServer } from '../../../test/server.ts'
import { filling, type Filling } from './fill.ts'

class Company extends Entity { name = text({ max: 60 }); static access = access(Company, () => [allow('read').always()]) }
class User extends entity({ caller: true }) { email = email().unique(); static access = access(User, ({ row, caller }) => [allow('read').when(row.is(caller))]) }
class Membership extends Entity {
  user = ref(() => User)
  company = ref(() => Company)
  static uniques = [unique(Membership, 'user', 'company')]
  static access = access(Membership, () => [allow('read').always()])
}
class Customer extends entity({ tenant: () => Company }) {
  name = text({ max: 20 })
  number = text({ max: 8 }).unique()
  boss = ref(() => Customer).optional()
  static access = access(Customer, () => [allow('read').always()])
}
class Card extends entity({ tenant: () => Company }) { customer = ref(() => Customer).unique(); static access = access(Card, () => [allow('read').always()]) }
class Invoice extends entity({ tenant: () => Company }) {
  customer = ref(() => Customer)
  lines = many(() => Line, 'invoice').owned()
  labels = many(() => Label)
  total = sum(Invoice, 'lines', line => line.price.times(line.quantity))
  static access = access(Invoice, () => [allow('read').always()])
}
class Label extends entity({ tenant: () => Company }) { title = text({ max: 9 }); static access = access(Label, () => [allow('read').always()]) }
class Line extends Entity { invoice = ref(() => Invoice); price = money('EUR', { min: 1 }); quantity = integer({ min: 1, max: 5 }) }
class Visit extends entity({ key: ['user', 'company'] }) { user = ref(() => User); company = ref(() => Company); times = integer({ min: 1 }); static access = access(Visit, () => [allow('read').always()]) }
class Remark extends Entity { visit = ref(() => Visit); words = text({ max: 20 }); static access = access(Remark, () => [allow('read').always()]) }
class Only extends Entity { kind = integer({ min: 1, max: 7 }).unique(); static access = access(Only, () => [allow('read').always()]) }

const { model: firm } = compileModel(backend({
  name: 'firm', model: model({ company: Company, user: User, membership: Membership, customer: Customer, card: Card, invoice: Invoice, label: Label, line: Line, visit: Visit, remark: Remark, only: Only }),
  callers: { user: { entity: User, match: 'email', claim: 'email' } },
}))

let client: pg.Client, drop: () => Promise<void>, filled: Filling
before(async () => {
  const fresh = await (await testServer()).freshDatabase()
  drop = () => fresh.drop()
  client = new pg.Client(fresh.config)
  await client.connect()
  await applyPlan(client, await planOf(client, firm))
  filled = await filling({ client, model: firm, making: { pick: seeded(7), spoken: spokenOf(firm), now: Date.now() }, people: new Map() })
})
after(async () => {
  await client.end()
  await drop()
})
const one = async (sql: string): Promise<Record<string, unknown>> => (await client.query<Record<string, unknown>>(sql)).rows[0] ?? {}
const most = (table: string, by: string): Promise<Record<string, unknown>> => one(`select max(n)::int as most from (select count(*) as n from ${table} group by ${by}) x`)

test('as many of each as wanted, but of those that cannot be told apart', async () => {
  await filled.to(400, () => false, () => {})
  const counts = Object.fromEntries([...filled.pools].map(([name, pool]) => [name, pool.count]))
  const [links = ''] = Object.values(firm.entities).filter(e => e.hidden).map(e => e.name)
  assert.deepEqual(counts, { company: 3, user: 400, membership: 400, customer: 400, card: 400, invoice: 400, label: 400, line: 400, visit: 400, remark: 400, only: 7, [links]: 400 })
  assert.deepEqual([...filled.short], [['only', 'Only.kind has no more values that differ']])
  assert.deepEqual(await one('select bool_and(total = (select sum(price * quantity) from lines l where l.invoice_id = i.id)) as reckoned, count(*) filter (where total > 0)::int > 20 as some from invoices i where exists (select from lines l where l.invoice_id = i.id)'), { reckoned: true, some: true })
  assert.deepEqual(await one('select count(*)::int as across from invoices i join customers c on c.id = i.customer_id where c.tenant_id <> i.tenant_id'), { across: 0 })
})

test('ten times as many rows are as many at each', async () => {
  const before = [await most('invoices', 'customer_id'), await most('lines', 'invoice_id')]
  await filled.to(4000, () => false, () => {})
  assert.deepEqual(filled.pools.get('invoice')?.count, 4000)
  assert.deepEqual([await most('invoices', 'customer_id'), await most('lines', 'invoice_id')], before)
  assert.equal((await one('select count(*)::int as n from companies'))['n'], 4)
})

test('told to stop, it stops', async () => {
  const told: string[] = []
  await filled.to(8000, () => told.length > 0, entity => { told.push(entity.name) })
  assert.equal(told.length, 1)
})
