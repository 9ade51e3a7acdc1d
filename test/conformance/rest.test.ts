// The conformance cases through REST: every read as a URL, lists also as a body, every write, over HTTP.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { contractOf } from '../../src/protocols/rest/index.ts'
import { memoryCapabilities } from '../../src/stores/memory/index.ts'
import { calls, cases, check, checkCall, isRead, world } from '../../src/testkit/index.ts'
import { documented } from '../contract/documented.ts'
import { inPostgres, listen, type Listening } from '../rest/listening.ts'
import { driver, sayable } from './driver.ts'

/** Every answer is also held against the contract. */
const contract = documented(contractOf(world, '/api'))

for (const how of ['url', 'body'] as const) {
  describe(`REST over the memory store, reads by ${how}`, () => {
    // Reads leave no trace, so they share a server; every write has a world of its own.
    let shared: Listening
    before(async () => { shared = await listen({ contract }) })
    after(() => shared.serving.close())
    for (const c of cases.filter(c => sayable(c.do) && (how === 'url' || 'find' in c.do))) {
      test(c.name, async () => {
        if (isRead(c.do) && c.then === undefined) return assert.deepEqual(await check(driver(shared, how), c, memoryCapabilities), [])
        const at = await listen({ contract })
        try { assert.deepEqual(await check(driver(at, how), c, memoryCapabilities), []) } finally { await at.serving.close() }
      })
    }
  })
}

describe('REST over PostgreSQL 18', () => {
  let database: Awaited<ReturnType<typeof inPostgres>>, at: Listening
  let touched = false
  before(async () => {
    database = await inPostgres()
    at = await listen({ store: database.store, contract })
  })
  after(async () => {
    await at.serving.close()
    await database.drop()
  })
  for (const c of cases.filter(c => sayable(c.do))) {
    test(c.name, async () => {
      if (touched) await database.again()
      touched = !isRead(c.do) || c.then !== undefined
      assert.deepEqual(await check(driver(at, 'url'), c), [])
    })
  }
  for (const c of calls) {
    test(c.name, async () => {
      if (touched) await database.again()
      touched = true
      assert.deepEqual(await checkCall(driver(at, 'url'), c), [])
    })
  }
})
