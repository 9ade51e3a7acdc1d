// Random writes on PostgreSQL: what comes of each, and what is there afterwards, is what the memory store makes of it. Two for five reads: each reads all tables.
import { test } from 'node:test'
import { createEngine } from '../../src/engine/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { groundOf } from '../tables.ts'
import { amounts, draw } from './world.ts'
import { seed } from '../seed.ts'
import { checkWrites, nothingWritten } from './writes.ts'

for (const { name, start, models, each } of amounts) {
  test(`${name}: writes do what they do in memory (SEED=${seed})`, async t => {
    const counted = nothingWritten()
    for (const [i, drawn] of draw(models).entries()) {
      const ground = await groundOf(await start(), drawn.model)
      try {
        await ground.client.query(`set timezone = 'UTC'; set intervalstyle = iso_8601`)
        await ground.load(drawn.rows)
        const store = memoryStore(drawn.model)
        store.load(drawn.rows)
        await checkWrites(drawn, i, { engine: await createEngine({ model: drawn.model, store }), store }, ground, Math.ceil(each * 0.4), counted)
      } finally { await ground.end() }
    }
    t.diagnostic(`wrote ${counted.wrote}; ${[...counted.failed].map(([k, v]) => `${k} ${v}`).join(', ')}`)
  })
}
