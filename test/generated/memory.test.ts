// Random models, rules and reads over the memory store: the engine against the plain judge, before any database is in it.
import { test } from 'node:test'
import { createEngine } from '../../src/engine/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { checkViews, said, tally } from './views.ts'
import { draw, now } from './world.ts'
import { seed } from '../seed.ts'

test(`memory: answers are those of the rows and fields the caller sees (SEED=${seed})`, async t => {
  const counted = tally()
  for (const [i, drawn] of draw(20).entries()) {
    const store = memoryStore(drawn.model, () => now)
    store.load(drawn.rows)
    await checkViews(drawn, i, await createEngine({ model: drawn.model, store }), 50, counted)
  }
  t.diagnostic(said(counted))
})
