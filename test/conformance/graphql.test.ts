// The conformance cases through GraphQL, over HTTP: every document made by the schema that introspection tells.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { memoryCapabilities } from '../../src/stores/memory/index.ts'
import { calls, cases, check, checkCall, isRead, type CallingDriver } from '../../src/testkit/index.ts'
import { inPostgres, listen, tokenOf, type Listening } from '../rest/listening.ts'
import { graphqlDriver, uncalled, undocumented } from './graphql.ts'

const said = cases.filter(c => undocumented(c) === null)

describe('GraphQL over the memory store', () => {
  let shared: Listening, driver: CallingDriver
  before(async () => {
    shared = await listen()
    driver = await graphqlDriver(shared.serving.url, tokenOf)
  })
  after(() => shared.serving.close())
  for (const c of said.filter(c => isRead(c.do))) test(c.name, async () => { assert.deepEqual(await check(driver, c, memoryCapabilities), []) })
})

describe('GraphQL over PostgreSQL 18', () => {
  let database: Awaited<ReturnType<typeof inPostgres>>, at: Listening, driver: CallingDriver
  let touched = false
  before(async () => {
    database = await inPostgres()
    at = await listen({ store: database.store })
    driver = await graphqlDriver(at.serving.url, tokenOf)
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
  for (const c of calls.filter(c => uncalled(c) === null)) {
    test(c.name, async () => {
      if (touched) await database.again()
      touched = true
      assert.deepEqual(await checkCall(driver, c), [])
    })
  }
})
