// Short reads are answered while long statements run: told by the order of answers, not by time.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { testServer } from '../server.ts'
import { customer, product, staff, type Product } from './product.ts'
import { idOf } from './shop.ts'

let fresh: Awaited<ReturnType<Awaited<ReturnType<typeof testServer>>['freshDatabase']>>
let p: Product
before(async () => {
  fresh = await (await testServer()).freshDatabase()
  p = await product(fresh.config, { orders: 400 })
})
after(async () => {
  await p.end()
  await fresh.drop()
})

test('short reads and writes of a row are answered while every connection for long ones is busy, and more wait', async () => {
  const boss = await staff(), anna = await customer(7)
  const order: string[] = []
  // A table nobody can read for now: whoever asks it waits in the database, for as long as this test likes.
  const giveBack = await p.lock('letters')
  const long = Array.from({ length: 12 }, async (_, i) => {
    const { status, text } = await p.ask(boss, `/api/letters/aggregate?measure=count,max(body)&filter[body][contains]=${i}`)
    order.push('long')
    assert.equal(status, 200, text)
  })
  for (let until = Date.now() + 5000; ;) {
    const { rows } = await p.client.query<{ n: number }>(`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
    if ((rows[0]?.n ?? 0) >= 8) break
    assert.ok(Date.now() < until, 'the long statements do not wait on connections of their own')
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  for (let i = 0; i < 60; i++) {
    const [list, one, changed] = await Promise.all([
      p.ask(boss, `/api/orders?page[size]=5&filter[rank]=${i % 7}`), p.ask(anna, `/api/orders/${idOf('order', 6)}`),
      p.ask(anna, `/api/orders/${idOf('order', 6)}`, { method: 'PATCH', body: { note: `n${i}` } }),
    ])
    assert.deepEqual([list.status, one.status, changed.status], [200, 200, 200], changed.text)
    order.push('short')
  }
  assert.deepEqual(new Set(order), new Set(['short']), 'a long one was answered before the table was free')
  await giveBack()
  await Promise.all(long)
  assert.equal(order.filter(x => x === 'long').length, 12)
})
