// Ten kills, five in each home of the data, and what must be true all the same; that the judge notices what must not be; and a run that is broken on purpose. `npm run test:long -- fire` kills twenty times as often.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { makeSeeds, type Seeds } from './home.ts'
import { fire, summary, type Run } from './run.ts'
import { tamper } from './tamper.ts'
import { seed } from '../seed.ts'

const root = mkdtempSync(path.join(tmpdir(), 'bw-fire-'))
let seeds: Seeds
before(async () => { seeds = await makeSeeds(root, false) })
after(() => { rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) })

const runOf = (run: Pick<Run, 'home' | 'kills'> & Partial<Run>, name: string): Run => ({ seed, clients: 6, folder: path.join(root, name), seeds, say: line => { console.log(line) }, ...run })

describe('under fire', { concurrency: true }, () => {
  for (const home of ['embedded', 'server'] as const) {
    test(`killed again and again, nothing is lost and nothing done twice: ${home}`, async () => {
      const noticed: string[] = []
      const run = runOf({ home, kills: 5, examine: async (clients, again) => { noticed.push(...await tamper(clients, again)) } }, home)
      const outcome = await fire(run)
      console.log(summary(run, outcome))
      assert.deepEqual(outcome.wrong.map(w => `${w.of}: ${w.what}`), [], `seed ${seed}`)
      assert.equal(outcome.kills, 5)
      assert.ok(outcome.acknowledged > 30, String(outcome.acknowledged))
      assert.deepEqual(noticed, [])
    })
  }

  // Its one kill is the last, with which every run ends.
  test('an answer before the commit is found out', async () => {
    const run = runOf({ home: 'embedded', kills: 0, broken: 'early' }, 'early')
    const outcome = await fire(run)
    console.log(summary(run, outcome))
    assert.ok(outcome.wrong.some(w => w.of === 'lost'), JSON.stringify(outcome.wrong))
  })
})
