// Random models, rules, rows and callers on PostgreSQL: every cell of the matrix that `backwright read` shows equals what execution allows, and explain's verdict whether the row is in the answer.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verbs } from '../../src/readback/index.ts'
import { groundOf } from '../tables.ts'
import { testServer } from '../server.ts'
import { checkReadBack, nothingTried, withBy } from './readback.ts'
import { draw, drawMore, seed } from './world.ts'
import { picking } from '../../src/testkit/arbitrary/pick.ts'
import fc from 'fast-check'

const models = Number(process.env['TIMES'] ?? 1) > 1 ? 40 : 2

test(`the matrix and explain say what is carried out (SEED=${seed})`, async t => {
  const tried = nothingTried()
  for (const [i, drawn] of draw(models).slice(0, models).entries()) {
    const [model = drawn.model] = drawMore(7000 + i, 1, pick => withBy(pick, drawn.model))
    const ground = await groundOf(await testServer(), model)
    try {
      await ground.load(drawn.rows)
      // Choices are made as it goes, by the same seed.
      let running: Promise<void> = Promise.resolve()
      fc.sample(picking(pick => { running = checkReadBack({ ...drawn, model }, ground.engine, pick, tried) }), { seed: seed + 9000 + i, numRuns: 1 })
      await running
    } finally { await ground.end() }
  }
  // In a short run one verb may be nobody's; over all of them there is of both.
  const sum = (of: Record<string, number>): number => Object.values(of).reduce((a, b) => a + b, 0)
  assert.ok(sum(tried.yes) > 20 && sum(tried.no) > 100, JSON.stringify(tried))
  if (models > 3) for (const verb of verbs) assert.ok(tried.yes[verb] > 20 && tried.no[verb] > 100, `${verb}: ${JSON.stringify(tried)}`)
  assert.ok(tried.explained > 50 && tried.seen > 100)
  t.diagnostic(JSON.stringify(tried))
})
