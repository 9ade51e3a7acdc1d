// A flood of shapes leaves a bounded number of prepared statements on each connection and bounded caches in the engine, and the hot shape stays named.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { defaultLimits } from '../../src/stores/postgres/index.ts'
import { wire } from '../fuzz/wire.ts'
import { testServer } from '../server.ts'
import { product, staff, tap, type Product, type Tap } from './product.ts'

let fresh: Awaited<ReturnType<Awaited<ReturnType<typeof testServer>>['freshDatabase']>>
let line: Tap
let p: Product
before(async () => {
  fresh = await (await testServer()).freshDatabase()
  line = await tap(fresh.config, false)
  p = await product(fresh.config, { orders: 20, through: line.config })
})
after(async () => {
  await p.end()
  await line.close()
  await fresh.drop()
})

test('five thousand shapes', async () => {
  const boss = await staff()
  const hot = '/api/orders?sort=-placedAt&page[size]=2&filter[status]=open'
  const wires = Array.from({ length: 12 }, () => wire(p.serving.port))
  const ask = async (target: string, on = 0): Promise<void> => {
    const answer = await wires[on]?.send(Buffer.from(`GET ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${boss}\r\n\r\n`), 'GET')
    assert.equal(answer?.status, 200, answer?.body.toString())
  }
  for (let i = 0; i < 60; i++) await ask(hot)
  const fields = ['status', 'placedAt', 'rank', 'code', 'total', 'note', 'customerId', 'id', 'version', 'createdAt', 'updatedAt']
  // Subsets of the fields, two sorts, two filters: each another statement. Every eighth is used twice, and would be named if there were room.
  const shapes = Array.from({ length: 5000 }, (_, i) => {
    const chosen = fields.filter((_, bit) => ((i % 2000) + 1) & (1 << bit))
    return `/api/orders?fields=${chosen.join(',')}&page[size]=1${i >= 2000 ? `&sort=${i >= 4000 ? '-' : ''}rank` : ''}`
  })
  assert.equal(new Set(shapes).size, 5000)
  let next = 0
  await Promise.all(wires.map(async (_, on) => {
    while (next < shapes.length) {
      const i = next++
      await ask(shapes[i] ?? hot, on)
      if (i % 8 === 0) await ask(shapes[i] ?? hot, on)
      if (i % 20 === 0) await ask(hot, on)
    }
  }))
  const held = line.named.map(names => names.size)
  assert.ok(line.most() <= defaultLimits.prepared, `a connection held ${line.most()} statements`)
  assert.ok(Math.max(...held) > defaultLimits.prepared / 2, `the flood named hardly anything: ${held.join(', ')}`)
  const { shapes: known, compiled } = p.engine.counts()
  assert.ok(known <= 4000 && compiled <= 4000, `${known} shapes and ${compiled} compiled operations are kept`)
  assert.ok(known >= 1000, 'the shapes were not distinct to the engine')
  const before = line.parses()
  for (let i = 0; i < 20; i++) await ask(hot)
  assert.equal(line.parses() - before, 0, 'the hot shape was prepared again')
  for (const w of wires) w.close()
})
