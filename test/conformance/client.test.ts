// The conformance cases through the typed client, over HTTP: what a page asks is answered as any caller is.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { moreOf } from '../../src/client/index.ts'
import { memoryCapabilities } from '../../src/stores/memory/index.ts'
import { calls, cases, check, checkCall, isRead } from '../../src/testkit/index.ts'
import { listen, type Listening } from '../rest/listening.ts'
import { clientDriver, unsaid } from './client.ts'

describe('the client over REST over the memory store', () => {
  // Reads leave no trace, so they share a server; every write has a world of its own.
  let shared: Listening
  before(async () => { shared = await listen() })
  after(() => shared.serving.close())
  for (const c of cases.filter(c => unsaid(c) === null)) {
    test(c.name, async () => {
      const at = isRead(c.do) && c.then === undefined ? shared : await listen()
      try {
        assert.deepEqual(await check(clientDriver(at.serving.url, moreOf), c, memoryCapabilities), [])
      } finally { if (at !== shared) await at.serving.close() }
    })
  }
  for (const c of calls) {
    test(c.name, async () => {
      const at = await listen()
      try { assert.deepEqual(await checkCall(clientDriver(at.serving.url, moreOf), c), []) } finally { await at.serving.close() }
    })
  }
})
