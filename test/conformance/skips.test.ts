// What each store skips is computed from what it cannot do, and pinned in src/testkit/skips.json: a new skip is a change that somebody reads.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryCapabilities } from '../../src/stores/memory/index.ts'
import { postgresCapabilities } from '../../src/stores/postgres/index.ts'
import { cases, skipped } from '../../src/testkit/index.ts'
import pinned from '../../src/testkit/skips.json' with { type: 'json' }

test('the cases a store skips are those written down', () => {
  const of = (can: typeof memoryCapabilities) => cases.filter(c => skipped(c, can)).map(c => c.name)
  assert.deepEqual({ memory: of(memoryCapabilities), postgres: of(postgresCapabilities) }, pinned)
})

test('no two cases have one name', () => {
  const names = cases.map(c => c.name)
  assert.deepEqual(names.filter((n, i) => names.indexOf(n) !== i), [])
})
