// Keys of version 7: their form, their time, and that they only rise.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { validate, version } from 'uuid'
import { keys } from './uuid.ts'

test('keys are UUIDs of version 7 that hold the time and only rise, within a millisecond and when the clock is set back', () => {
  let time = 1_763_700_000_123
  const next = keys(() => time), all: string[] = []
  for (let i = 0; i < 3000; i++) {
    if (i % 100 === 99) time += 3
    if (i === 1500) time -= 5000
    all.push(next())
  }
  for (const key of all) assert.ok(validate(key) && version(key) === 7, key)
  assert.equal(parseInt((all[0] ?? '').replaceAll('-', '').slice(0, 12), 16), 1_763_700_000_123)
  assert.deepEqual(all.toSorted(), all)
  assert.equal(new Set(all.map(key => key.slice(-10))).size, all.length)
})
