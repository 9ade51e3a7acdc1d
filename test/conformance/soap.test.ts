// The conformance cases through SOAP, over HTTP: every message made by the WSDL's schema, every answer read by it, in both versions.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { memoryCapabilities } from '../../src/stores/memory/index.ts'
import { calls, cases, check, checkCall, isRead, type CallingDriver } from '../../src/testkit/index.ts'
import { inPostgres, listen, tokenOf, type Listening } from '../rest/listening.ts'
import { soapDriver, unsaidCall, unsaidCase } from './soap.ts'

const said = cases.filter(c => unsaidCase(c) === null)

describe('SOAP 1.2 over the memory store', () => {
  let shared: Listening, driver: CallingDriver
  before(async () => {
    shared = await listen()
    driver = await soapDriver(shared.serving.url, '1.2', tokenOf)
  })
  after(() => shared.serving.close())
  for (const c of said.filter(c => isRead(c.do))) test(c.name, async () => { assert.deepEqual(await check(driver, c, memoryCapabilities), []) })
})

describe('SOAP 1.1 over PostgreSQL 18', () => {
  let database: Awaited<ReturnType<typeof inPostgres>>, at: Listening, driver: CallingDriver
  let touched = false
  before(async () => {
    database = await inPostgres()
    at = await listen({ store: database.store })
    driver = await soapDriver(at.serving.url, '1.1', tokenOf)
  })
  after(async () => {
    await at.serving.close()
    await database.drop()
  })
  for (const c of said) {
    test(c.name, async () => {
      if (touched) await database.again()
      touched = !isRead(c.do) || c.then !== undefined
      assert.deepEqual(await check(driver, c), [])
    })
  }
  for (const c of calls.filter(c => unsaidCall(c) === null)) {
    test(c.name, async () => {
      if (touched) await database.again()
      touched = true
      assert.deepEqual(await checkCall(driver, c), [])
    })
  }
})
