// Five mutants of the list, drawn by a seed (SEED=… draws the same again), are killed by the tests that are expected to; all of them by `npm run mutants`.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { mutants } from './mutants.ts'
import { mutated, sourceOf, workshop, type Workshop } from './workshop.ts'
import { seed } from '../seed.ts'

/** Five, in an order that the seed alone decides. */
function drawn() {
  let state = seed >>> 0
  const next = () => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return state }
  return mutants.map(m => ({ m, at: next() })).toSorted((a, b) => a.at - b.at).slice(0, 5).map(x => x.m)
}

test('every mutant still has its line', () => {
  assert.ok(mutants.length >= 25)
  assert.equal(new Set(mutants.map(m => m.name)).size, mutants.length, 'names are told apart')
  for (const m of mutants) mutated(sourceOf(m.file), m)
  assert.throws(() => mutated('a a', { name: 'twice', file: 'x', from: 'a', to: 'b', killedBy: { file: 'x', test: 'x' } }), /occurs 2 times/)
  assert.throws(() => mutated('b', { name: 'gone', file: 'x', from: 'a', to: 'b', killedBy: { file: 'x', test: 'x' } }), /occurs 0 times/)
})

describe(`mutants drawn by SEED=${seed}`, () => {
  const some = drawn()
  let shop: Workshop
  before(() => { shop = workshop() })
  after(() => shop.close())
  test('the tests that are to kill them pass as things are', async () => { assert.deepEqual(await shop.baseline(some), []) })
  for (const m of some) {
    test(m.name, async () => {
      const fate = await shop.try(m)
      assert.ok(fate.killed, fate.killed ? '' : fate.trouble)
    })
  }
})
