// The conformance cases through SOAP over PostgreSQL 18, over HTTP: every message made by the WSDL's schema, every answer read by it; in the two versions by turns.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { calls, cases, check, checkCall, isRead, type CallingDriver } from '../../src/testkit/index.ts'
import { inPostgres, listen, tokenOf, type Listening } from '../rest/listening.ts'
import { soapDrivers, unsaidCall, unsaidCase } from './soap.ts'

describe('SOAP over PostgreSQL 18', () => {
  let database: Awaited<ReturnType<typeof inPostgres>>, at: Listening, drivers: readonly [CallingDriver, CallingDriver]
  let touched = false, turn = 0
  before(async () => {
    database = await inPostgres()
    at = await listen({ store: database.store })
    drivers = await soapDrivers(at.serving.url, tokenOf)
  })
  after(async () => {
    await at.serving.close()
    await database.drop()
  })
  const next = async (writes: boolean): Promise<CallingDriver> => {
    if (touched) await database.again()
    touched = writes
    return turn++ % 2 === 0 ? drivers[0] : drivers[1]
  }
  for (const c of cases.filter(c => unsaidCase(c) === null)) {
    test(c.name, async () => { assert.deepEqual(await check(await next(!isRead(c.do) || c.then !== undefined), c), []) })
  }
  for (const c of calls.filter(c => unsaidCall(c) === null)) {
    test(c.name, async () => { assert.deepEqual(await checkCall(await next(true), c), []) })
  }
})
