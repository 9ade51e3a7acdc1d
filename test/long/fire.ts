// The bank and the shop under two hundred kills and more, in both homes of their data, and every way to break a run on purpose. `SEED` repeats the order of the blows, `KILLS` says how many in all.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { makeSeeds, type Seeds } from '../fire/home.ts'
import type { Wrong } from '../fire/judge.ts'
import { fire, summary, type Run } from '../fire/run.ts'
import { tamper } from '../fire/tamper.ts'
import type { Broken } from '../fire/world.ts'

const root = mkdtempSync(path.join(tmpdir(), 'bw-fire-'))
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e6)), kills = Number(process.env['KILLS'] ?? 220)
let seeds: Seeds
before(async () => { seeds = await makeSeeds(root, true) })
after(() => { rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) })

const runOf = (run: Pick<Run, 'home' | 'kills'> & Partial<Run>, name: string): Run => ({ seed, clients: 12, folder: path.join(root, name), seeds, say: line => { console.log(line) }, ...run })
console.log(`seed ${seed}: ${kills} kills`)

// Both at once: most of the time of each is waiting for what was killed.
describe('under fire', { concurrency: true }, () => {
  for (const home of ['embedded', 'server'] as const) {
    test(`${Math.ceil(kills / 2)} kills: ${home}`, { timeout: 30 * 60_000 }, async () => {
      const noticed: string[] = []
      const run = runOf({ home, kills: Math.ceil(kills / 2), examine: async (clients, again) => { noticed.push(...await tamper(clients, again)) } }, home)
      const outcome = await fire(run)
      console.log(summary(run, outcome))
      assert.deepEqual(outcome.wrong.map(w => `${w.of}: ${w.what}`), [], `seed ${seed}`)
      assert.equal(outcome.kills, run.kills)
      assert.deepEqual(noticed, [])
    })
  }
})

/** What must be found wrong where a run is broken so. */
const broken: readonly (readonly [Broken, Run['home'], number, readonly Wrong['of'][]])[] = [
  ['early', 'embedded', 3, ['lost']], ['early', 'server', 3, ['lost']], ['keyless', 'server', 12, ['twice']], ['careless', 'embedded', 2, ['sum']], ['tail', 'server', 2, ['lost', 'record']],
]
for (const [how, home, times, found] of broken) {
  test(`broken on purpose, and found out: ${how}, ${home}`, { timeout: 10 * 60_000 }, async () => {
    const run = runOf({ home, kills: times, broken: how }, `${how}-${home}`)
    const outcome = await fire(run)
    console.log(`${how}: ${summary(run, outcome)}`)
    const kinds = new Set(outcome.wrong.map(w => w.of))
    for (const of of found) assert.ok(kinds.has(of), `${of} is not among ${[...kinds].join(', ')}`)
  })
}
