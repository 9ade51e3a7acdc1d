// Conformance cases over HTTP, the rows in PostgreSQL 18: as they were before each case, whatever the one before it wrote.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { check, checkCall, isRead, type CallCase, type CallingDriver, type Case } from '../../src/testkit/index.ts'
import { inPostgres, listen, type Listening, type ListenOptions } from '../rest/listening.ts'

/** `drivers` speak to the server by turns. */
export function servedFromPostgres(protocol: string, said: { readonly cases: readonly Case[]; readonly calls: readonly CallCase[]; drivers(at: Listening): Promise<readonly CallingDriver[]> }, options: ListenOptions = {}): void {
  describe(`${protocol} over PostgreSQL 18`, () => {
    let database: Awaited<ReturnType<typeof inPostgres>>, at: Listening, drivers: readonly CallingDriver[]
    let touched = false, turn = 0
    before(async () => {
      database = await inPostgres()
      at = await listen({ ...options, store: database.store })
      drivers = await said.drivers(at)
    })
    after(async () => {
      await at.serving.close()
      await database.drop()
    })
    const next = async (writes: boolean): Promise<CallingDriver> => {
      if (touched) await database.again()
      touched = writes
      return drivers[turn++ % drivers.length] ?? assert.fail('nobody speaks')
    }
    for (const c of said.cases) test(c.name, async () => { assert.deepEqual(await check(await next(!isRead(c.do) || c.then !== undefined), c), []) })
    for (const c of said.calls) test(c.name, async () => { assert.deepEqual(await checkCall(await next(true), c), []) })
  })
}
