// The conformance cases through REST: every read as a URL, lists also as a body, every write, over HTTP.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { contractOf } from '../../src/protocols/rest/index.ts'
import { memoryCapabilities } from '../../src/stores/memory/index.ts'
import { calls, cases, check, isRead, world } from '../../src/testkit/index.ts'
import { documented } from '../contract/documented.ts'
import { listen, type Listening } from '../rest/listening.ts'
import { driver, sayable } from './driver.ts'
import { servedFromPostgres } from './served.ts'

/** Every answer is also held against the contract. */
const contract = documented(contractOf(world, '/api'))
const said = cases.filter(c => sayable(c.do))

for (const how of ['url', 'body'] as const) {
  describe(`REST over the memory store, reads by ${how}`, () => {
    let at: Listening
    before(async () => { at = await listen({ contract }) })
    after(() => at.serving.close())
    for (const c of said.filter(c => isRead(c.do) && c.then === undefined && (how === 'url' || 'find' in c.do))) {
      test(c.name, async () => { assert.deepEqual(await check(driver(at, how), c, memoryCapabilities), []) })
    }
  })
}

servedFromPostgres('REST', { cases: said, calls, drivers: async at => [driver(at, 'url')] }, { contract })
