// Computed fields as they are declared: what they become, what they cannot be, and the database that learns of one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { testServer } from '../../test/server.ts'
import { createEngine } from '../engine/index.ts'
import { applyPlan, planOf } from '../migrate/index.ts'
import { DeclarationErrors } from '../model/compile/index.ts'
import { connectDb } from '../protocols/db/index.ts'
import { postgresStore } from '../stores/postgres/index.ts'
import { backend, bigint, choice, compileModel, count, Decimal, decimal, Entity, integer, many, max, min, model, money, number, ref, some, sum, text, type Entities } from './index.ts'

const compiled = (entities: Entities) => compileModel(backend({ model: model(entities) })).model
const wrong = (entities: Entities): string[] => {
  try { compiled(entities) } catch (error) { if (error instanceof DeclarationErrors) return error.mistakes.map(m => `${m.entity}.${m.field}: ${m.reason} ${m.suggestion ?? ''}`.trim()); throw error }
  return []
}

test('a total has the kind and the digits of what it is made of', () => {
  class Line extends Entity { order = ref(() => Order); price = money('EUR'); rate = decimal({ precision: 6, scale: 4 }); free = decimal(); n = integer(); big = bigint(); f = number(); name = text() }
  class Order extends Entity {
    lines = many(() => Line, 'order').owned()
    paid = sum(Order, 'lines', l => l.price.times(l.n)); rated = sum(Order, 'lines', l => l.price.times(l.rate)); any = sum(Order, 'lines', l => l.free.plus('0.5'))
    pieces = sum(Order, 'lines', l => l.n); both = sum(Order, 'lines', l => l.n.times(l.big).minus(1)); weight = sum(Order, 'lines', l => l.f)
    size = count(Order, 'lines'); first = min(Order, 'lines', l => l.name); dearest = max(Order, 'lines', l => l.price).index()
  }
  const { fields, indexes } = compiled({ order: Order, line: Line }).entities['order']!
  const said = Object.values(fields).filter(f => f.generated === 'computed').map(f => [f.name, f.kind, f.bounds.scale ?? null, f.optional])
  assert.deepEqual(said, [
    ['paid', 'money', 2, false], ['rated', 'money', 6, false], ['any', 'decimal', null, false], ['pieces', 'bigint', null, false], ['both', 'bigint', null, false], ['weight', 'number', null, false],
    ['size', 'integer', null, false], ['first', 'text', null, true], ['dearest', 'money', 2, true],
  ])
  assert.ok(indexes.some(i => i.fields[0]?.name === 'dearest'))
})

test('what cannot be computed is told with what was probably meant', () => {
  class Line extends Entity { order = ref(() => Order); name = text(); n = integer(); f = number(); eur = money('EUR'); usd = money('USD'); list = choice('a', 'b') }
  class Visit extends Entity { order = ref(() => Order); n = integer() }
  const loose = <T>(x: T) => x as never
  class Order extends Entity {
    lines = many(() => Line, 'order').owned(); visits = many(() => Visit, 'order'); note = text()
    a = sum(Order, 'visits', v => v.n)
    b = sum(Order, loose('line'), () => loose(1))
    c = sum(Order, 'lines', l => loose(l.name))
    d = sum(Order, 'lines', l => l.n.plus(loose(l.f)))
    e = sum(Order, 'lines', l => l.eur.plus(l.usd))
    f = sum(Order, 'lines', l => loose((l as never as { quantity: unknown }).quantity))
    g = count(Order, 'visits').index()
    h = some(Order, 'visits', v => loose(v.n))
    i = sum(loose(Line), loose('lines'), () => loose(1))
    j = count(Order, 'note')
  }
  assert.deepEqual(wrong({ order: Order, line: Line, visit: Visit }), [
    "Order.a: sum() goes over owned parts only, and 'visits' are none. Write visits = many(…).owned(), or ask for an aggregate when reading.",
    "Order.b: 'line' is no list of Order. Did you mean 'lines'?",
    'Order.c: There is no sum of text.',
    'Order.d: A floating number does not mix with an exact one. Declare it as decimal(…).',
    'Order.e: EUR and USD do not add up.',
    "Order.f: 'quantity' does not exist on Line.",
    'Order.g: .index() has no effect: it is computed when it is read.',
    "Order.h: some(Order, 'visits', …) gives no condition. Write row => row.… .eq(…).",
    'Order.i: sum(Line, …) is of another entity. Write sum(Order, …).',
    "Order.j: 'note' is no list of Order.",
  ])
})

test('a new total is computed for the rows that are there, one reckoned otherwise again, and many writers at once leave it right', async () => {
  const database = await (await testServer()).freshDatabase()
  const client = new pg.Client(database.config)
  await client.connect()
  try {
    class Line0 extends Entity { order = ref(() => Order0); n = integer(); price = decimal() }
    class Order0 extends Entity { lines = many(() => Line0, 'order').owned() }
    const open = async (entities: Entities) => {
      const made = compiled(entities), plan = await planOf(client, made)
      const { done } = await applyPlan(client, plan)
      assert.equal((await planOf(client, made)).empty, true, 'planned again, nothing is left')
      const store = await postgresStore({ model: made, connection: database.config })
      const engine = await createEngine({ model: made, store })
      return { says: done.flatMap(s => s.says ?? []), store, engine }
    }
    const first = await open({ order: Order0, line: Line0 })
    const db0 = connectDb(first.engine, model({ order: Order0, line: Line0 }), first.engine.system('test'))
    const { id } = await db0.order.create({ lines: [{ n: 2, price: '1.5' }, { n: 1, price: '0.25' }] })
    await first.store.close()
    class Line extends Entity { order = ref(() => Order); n = integer(); price = decimal() }
    class Order extends Entity { lines = many(() => Line, 'order').owned(); total = sum(Order, 'lines', l => l.price.times(l.n)) }
    const second = await open({ order: Order, line: Line })
    assert.deepEqual(second.says, ['+column orders.total', 'orders.total computed for 1 row'])
    const db = connectDb(second.engine, model({ order: Order, line: Line }), second.engine.system('test'))
    const total = async () => String((await db.order.get(id))!.total)
    assert.equal(await total(), '3.25')
    const ids = await Promise.all(Array.from({ length: 24 }, async (_, i) => (await db.line.create({ orderId: id, n: i + 1, price: '0.1' })).id))
    await Promise.all(ids.map(async (line, i) => (i % 3 === 0 ? db.line.delete(line) : i % 3 === 1 ? db.line.update(line, { n: 100 }) : db.line.create({ orderId: id, n: 1, price: '1' }))))
    const { rows: [row] } = await client.query<{ all: string; stored: string }>('select trim_scale(sum(n * price))::text as all, (select total::text from orders) as stored from lines')
    assert.equal(row!.stored, row!.all)
    assert.equal(await total(), new Decimal(row!.all).toString())
    await second.store.close()
    class Line2 extends Entity { order = ref(() => Order2); n = integer(); price = decimal() }
    class Order2 extends Entity { lines = many(() => Line2, 'order').owned(); total = sum(Order2, 'lines', l => l.price) }
    const third = await open({ order: Order2, line: Line2 })
    assert.deepEqual(third.says, ['orders.total computed for 1 row'])
    const { rows: [now] } = await client.query<{ same: boolean }>('select (select total from orders) = (select sum(price) from lines) as same')
    assert.equal(now!.same, true)
    await third.store.close()
  } finally {
    await client.end()
    await database.drop()
  }
})
