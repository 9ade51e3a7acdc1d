// The conformance cases over PostgreSQL: the embedded 18, and a server of the oldest major we serve.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { calls, cases, check, checkCall, engineDriver, isRead, rows, world } from '../../src/testkit/index.ts'
import { olderServer, testServer } from '../server.ts'
import { groundOf, type Ground } from '../tables.ts'

for (const [name, start] of [['PostgreSQL 18', testServer], ['PostgreSQL 15', olderServer]] as const) {
  describe(name, () => {
    let ground: Ground, again: () => Promise<void>
    before(async () => {
      ground = await groundOf(await start(), world)
      again = await ground.rewinding(rows)
    })
    after(() => ground.end())
    for (const c of cases) {
      test(c.name, async () => {
        const wrong = await check(engineDriver(name, ground.engine), c)
        if (!isRead(c.do)) await again()
        assert.deepEqual(wrong, [])
      })
    }
    for (const c of calls) {
      test(c.name, async () => {
        const wrong = await checkCall(engineDriver(name, ground.engine), c)
        await again()
        assert.deepEqual(wrong, [])
      })
    }
  })
}
