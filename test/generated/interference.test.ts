// Non-interference: rows and fields that a caller may not see are changed, added and taken away, and no answer, count, order, cursor or failure of any of its
// reads changes. On the embedded PostgreSQL 1,000 reads of 20 random models and rules, on the oldest server 100.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFind, makeRead } from '../../src/testkit/arbitrary/reads.ts'
import type { Find, ReadPart } from '../../src/testkit/request.ts'
import { groundOf } from '../tables.ts'
import { unseenChanges } from './change.ts'
import { judge } from '../../src/testkit/judge.ts'
import { describe, said, tally } from './views.ts'
import { amounts, ask, draw, drawMore, now, type Came } from './world.ts'
import { seed } from '../seed.ts'

for (const { name, start, models, each } of amounts) {
  test(`${name}: what is not seen does not show (SEED=${seed})`, async t => {
    const counted = tally()
    let changed = 0
    for (const [i, { model, rows, callers }] of draw(models).entries()) {
      const ground = await groundOf(await start(), model)
      try {
        for (const [n, caller] of callers.entries()) {
          const by = judge(model, rows, caller, now)
          by.tally(counted.hid)
          const polite = { closed: by.closed, hidden: by.hiddenAlways }
          const parts = drawMore(10_000 + i * 10 + n, Math.ceil(each / callers.length), pick => pick.chance(30)
            ? { ...makeFind(pick, { model, rows, polite }), size: 1 + pick.nat(2), count: 'exact' as const } : makeRead(pick, { model, rows, ...(pick.chance(90) ? { polite } : {}) }))
          const [other] = drawMore(20_000 + i * 10 + n, 1, pick => unseenChanges(pick, model, rows, caller, 40))
          if (!other) throw new Error('nothing drawn')
          changed += other.changed
          const before: Came[] = []
          await ground.load(rows)
          const asked: ReadPart[] = []
          for (const part of parts) {
            const came = await ask(ground.engine, part, caller)
            asked.push(part)
            before.push(came)
            // The next page too, by its cursor.
            if (came.cursors[0] !== null && 'find' in part && part.number === undefined) {
              const next: Find = { ...part, cursor: { toward: 'next', token: came.cursors[0] } }
              asked.push(next)
              before.push(await ask(ground.engine, next, caller))
            }
          }
          await ground.load(other.rows)
          for (const [k, part] of asked.entries()) {
            // A planner's estimate is given only where rules hide nothing.
            if ('find' in part && part.count === 'estimate' && before[k]?.failure === null && !partly(by, model, part)) continue
            const came = await ask(ground.engine, part, caller)
            counted.asked++
            if (came.failure) counted.refused++
            else { counted.answered++; counted.rows += Array.isArray(came.data) ? came.data.length : 1 }
            assert.deepEqual(plain(came), plain(before[k]), `model ${i}, caller ${n}, read ${k}: ${JSON.stringify(part)}\nas ${describe(caller)}`)
          }
        }
      } finally { await ground.end() }
    }
    assert.ok(changed > models * 5, `only ${changed} changes`)
    t.diagnostic(`${changed} changes unseen; ${said(counted)}`)
  })
}

const plain = (c: Came | undefined) => c && { ...c, failure: c.failure && { code: c.failure.code, message: c.failure.message, at: c.failure.at, facts: c.failure.facts } }
const partly = (by: ReturnType<typeof judge>, model: Parameters<typeof judge>[0], part: Find): boolean => {
  const entity = model.entities[part.find]
  const target = part.of && entity ? model.entities[entity.relations[part.of.relation]?.target ?? ''] : entity
  return target !== undefined && (by.view()[target.name] ?? []).length < (by.all[target.name] ?? []).length
}
