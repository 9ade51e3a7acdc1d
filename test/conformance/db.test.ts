// The conformance cases through the typed `db`, over the memory store and over PostgreSQL 18: code is answered as any caller is.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createEngine } from '../../src/engine/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { calls, cases, check, checkCall, isRead, rows, world } from '../../src/testkit/index.ts'
import { testServer } from '../server.ts'
import { groundOf, type Ground } from '../tables.ts'
import { dbDriver, untold } from './db.ts'

describe('db over the memory store', () => {
  for (const c of cases.filter(c => untold(c) === null)) {
    test(c.name, async () => {
      const store = memoryStore(world)
      store.load(rows)
      assert.deepEqual(await check(dbDriver('db', await createEngine({ model: world, store })), c, store.can), [])
    })
  }
})

describe('db over PostgreSQL 18', () => {
  let ground: Ground, again: () => Promise<void>
  before(async () => {
    ground = await groundOf(await testServer(), world)
    again = await ground.rewinding(rows)
  })
  after(() => ground.end())
  for (const c of cases.filter(c => untold(c) === null)) {
    test(c.name, async () => {
      const wrong = await check(dbDriver('db', ground.engine), c)
      if (!isRead(c.do)) await again()
      assert.deepEqual(wrong, [])
    })
  }
  for (const c of calls) {
    test(c.name, async () => {
      const wrong = await checkCall(dbDriver('db', ground.engine), c)
      await again()
      assert.deepEqual(wrong, [])
    })
  }
})
