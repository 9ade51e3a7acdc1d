// The conformance cases through GraphQL, over HTTP: every document made by the schema that introspection tells.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { memoryCapabilities } from '../../src/stores/memory/index.ts'
import { calls, cases, check, isRead, type CallingDriver } from '../../src/testkit/index.ts'
import { listen, tokenOf, type Listening } from '../rest/listening.ts'
import { graphqlDriver, uncalled, undocumented } from './graphql.ts'
import { servedFromPostgres } from './served.ts'

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

servedFromPostgres('GraphQL', { cases: said, calls: calls.filter(c => uncalled(c) === null), drivers: async at => [await graphqlDriver(at.serving.url, tokenOf)] })
