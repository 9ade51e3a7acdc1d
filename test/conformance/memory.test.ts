// The conformance cases over the memory store.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createEngine } from '../../src/engine/index.ts'
import { speakTypeScript } from '../../src/protocols/db/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { calls, cases } from '../../src/testkit/cases/index.ts'
import { check, checkCall } from '../../src/testkit/check.ts'
import { engineDriver } from '../../src/testkit/engine.ts'
import { rows, world } from '../../src/testkit/world.ts'

describe('the memory store', () => {
  for (const c of cases) {
    test(c.name, async () => {
      const store = memoryStore(world)
      store.load(rows)
      const engine = await createEngine({ model: world, store })
      assert.deepEqual(await check(engineDriver('memory', engine), c, store.can), [])
    })
  }
  for (const c of calls) {
    test(c.name, async () => {
      const store = memoryStore(world)
      store.load(rows)
      assert.deepEqual(await checkCall(engineDriver('memory', await createEngine({ model: world, store, speak: speakTypeScript })), c), [])
    })
  }
})
