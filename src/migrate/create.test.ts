// A rich model on an empty database: created, read back, and then nothing is left to do. PostgreSQL 18 and 15.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { eachServer } from './database.fixture.ts'
import { applyPlan, describePlan, planOf, readSchema } from './index.ts'
import { searchVector } from '../stores/postgres/compile/index.ts'
import { ident } from '../stores/sql/index.ts'
import { searchExpression } from './desired.ts'
import { rich } from './model.fixture.ts'

it('a search index is over what the store searches', () => assert.equal(searchExpression('"a""b"'), searchVector(ident('a"b')).text))

eachServer((name, connect) => describe(`creating, on ${name}`, () => {
  let db: Awaited<ReturnType<typeof connect>>
  before(async () => { db = await connect() })
  after(() => db.end())

  it('creates every kind of field and relation, then has nothing to do', async () => {
    const plan = await planOf(db.client, rich)
    assert.deepEqual(plan.refused, [])
    assert.equal(plan.additive, true)
    assert.deepEqual(describePlan(plan), ['+table customers', '+table order', '+table details', '+table remarks', '+table Tägs "quoted"', '+table order_tags'])
    const { done } = await applyPlan(db.client, plan)
    assert.equal(done.length, plan.steps.length)
    const again = await planOf(db.client, rich)
    assert.deepEqual(again.steps.map(s => s.sql), [])
    assert.deepEqual([again.refused, again.notes, again.empty, again.additive], [[], [], true, true])
    assert.deepEqual(await applyPlan(db.client, again), { done: [] })
  })

  it('takes rows by hand: columns have the defaults, references hold and cascade as said', async () => {
    await db.client.query(`insert into customers (email, name) values ('a@x', 'Anna')`)
    const { rows: [customer] } = await db.client.query('select * from customers')
    assert.deepEqual([customer.version, customer.tags, customer.scores], [1, ['a', 'b c', '"q"', '007', 'NULL', '\\'], [1.5, -2]])
    const { rows: [order] } = await db.client.query(`insert into "order" (customer_id, "natural") values ($1, 'x') returning *, since::text as since_text, encode(blob, 'hex') as hex`, [customer.id])
    assert.deepEqual([order.status, order.select, order.price, order.big, order.exact, order.extra, order.hex, order.code, order.quoted],
      ['open', -5, '12.50', '-9007199254740993', '-0.10', { b: [1, 'x'], a: null }, '00ff5c', '007', "a'b\\c::text"])
    await db.client.query(`insert into details values ($1, 1, 2)`, [order.id])
    await assert.rejects(db.client.query(`insert into details values ($1, 2, 0)`, [order.id]), { constraint: 'details_quantity_check' })
    await assert.rejects(db.client.query('delete from customers'), { code: '23503', constraint: 'order_customer_fkey' })
    await assert.rejects(db.client.query(`insert into "order" (status, "natural") values ('lost', 'x')`), { constraint: 'order_status_check' })
    await db.client.query('delete from "order"')
    assert.equal((await db.client.query('select from details')).rows.length, 0)
  })

  it('reads what the catalog says', async () => {
    const live = await readSchema(db.client, ['public'])
    const order = live.tables.find(t => t.name === 'order')!
    assert.equal(order.kind, 'table')
    assert.deepEqual(order.columns.find(c => c.name === 'price'), {
      name: 'price', type: 'numeric(12,2)', sort: 'b', base: null, sequence: null, collation: null, notNull: true, default: '12.50', identity: null, generated: null, comment: null,
    })
    assert.equal(order.columns.find(c => c.name === 'status')!.collation, 'C')
    assert.deepEqual(order.references.find(r => r.name === 'order_customer_fkey'), {
      name: 'order_customer_fkey', columns: ['customer_id'], target: { schema: 'public', name: 'customers', columns: ['id'] }, onDelete: 'no action', onUpdate: 'no action', valid: true,
    })
    assert.deepEqual(order.indexes.map(i => [i.name, i.parts.map(p => [p.column, p.desc])]), [
      ['order_customer_id_placed_at_idx', [['customer_id', false], ['placed_at', true]]], ['order_parent_id_idx', [['parent_id', false]]], ['order_status_day_idx', [['status', true], ['day', false]]],
    ])
    assert.equal(live.tables.find(t => t.name === 'remarks')!.columns[0]!.identity, 'default')
    assert.ok(!live.tables.some(t => t.schema !== 'public'))
  })
}))
