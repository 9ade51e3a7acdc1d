// Random models, rules and reads on PostgreSQL: every answer is that of an open application which holds only what the caller sees. 1,000 reads of 20 models on
// the embedded 18, 100 of 5 on the oldest server.
import { test } from 'node:test'
import { groundOf } from '../tables.ts'
import { checkViews, said, tally } from './views.ts'
import { amounts, draw } from './world.ts'
import { seed } from '../seed.ts'

for (const { name, start, models, each } of amounts) {
  test(`${name}: answers are those of the rows and fields the caller sees (SEED=${seed})`, async t => {
    const counted = tally()
    for (const [i, drawn] of draw(models).entries()) {
      const ground = await groundOf(await start(), drawn.model)
      try {
        await ground.load(drawn.rows)
        await checkViews(drawn, i, ground.engine, each, counted)
      } finally { await ground.end() }
    }
    t.diagnostic(said(counted))
  })
}
