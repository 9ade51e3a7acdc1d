// Random models, rules, rows and callers on PostgreSQL: every cell of the matrix that `backwright read` shows equals what execution allows, and explain's verdict whether the row is in the answer.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileModel } from '../../src/index.ts'
import { actionsOf, anonymous, type Caller } from '../../src/model/index.ts'
import { rightsOf, verbs } from '../../src/readback/index.ts'
import { judge, type Rows } from '../../src/testkit/judge.ts'
import { callRequest } from '../../src/testkit/request.ts'
import parcels from '../states/parcels.ts'
import { groundOf } from '../tables.ts'
import { testServer } from '../server.ts'
import { checkReadBack, denials, holds, nothingTried, sortOf, undone, withBy } from './readback.ts'
import { draw, drawMore, now, run } from './world.ts'
import { seed } from '../seed.ts'
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
  // What a short run draws may be nobody's; a long one has enough of both, of every verb.
  const sum = (of: Record<string, number>): number => Object.values(of).reduce((a, b) => a + b, 0)
  assert.ok(sum(tried.yes) > 0 && sum(tried.no) > 0 && tried.explained > 0, JSON.stringify(tried))
  if (models > 3) for (const verb of verbs) assert.ok(tried.yes[verb] > 20 && tried.no[verb] > 100, `${verb}: ${JSON.stringify(tried)}`)
  t.diagnostic(JSON.stringify(tried))
})

test('whoever a cell says may call an action of a row may, and nobody else', async t => {
  const { model } = compileModel(parcels), parcel = model.entities['parcel']!
  const id = (n: number): string => `0198a000-0000-7000-8000-${String(n).padStart(12, '0')}`
  const rows: Rows = {
    person: [1, 2].map(n => ({ id: id(n), email: `p${n}@x.example`, createdAt: now, updatedAt: now, version: 1 })), stop: [],
    parcel: ['packed', 'sent', 'arrived', 'lost', 'returned'].flatMap((status, i) => [0, 1].map(n => ({ id: id(10 + i * 2 + n), senderId: id(n + 1), status, weighed: n === 0, note: null, createdAt: now, updatedAt: now, version: 1 }))),
  }
  const caller = (roles: readonly string[], bound: number | null): Caller => ({ id: 'somebody', roles: new Set(roles), claims: bound === null ? {} : { '@person.id': id(bound) }, until: null })
  const ground = await groundOf(await testServer(), model)
  let yes = 0, no = 0
  try {
    await ground.load(rows)
    for (const who of [anonymous, caller([], null), caller([], 1), caller([], 2), caller(['depot'], null), caller(['driver'], null), caller(['driver', 'depot'], 2)]) {
      const rights = rightsOf(model, sortOf(model, who)), by = judge(model, rows, who, now)
      for (const action of actionsOf(model).filter(a => a.entity === 'parcel')) for (const row of rows['parcel']!) {
        const must = holds(by, parcel, row, rights.may(parcel, 'read')) && holds(by, parcel, row, rights.calls(action))
        const came = await undone(ground.engine, engine => engine.call(callRequest({ call: action.id, key: [row['id']], input: {} }), who, run()))
        // A state that leads nowhere is no matter of who asks; a condition that does not hold of the row may be told as either.
        assert.ok(must ? came === null || !denials.has(came) : came !== null && (denials.has(came) || came === 'row.transition'), `${action.id} of a ${String(row['status'])} parcel as ${JSON.stringify([...who.roles])} ${JSON.stringify(who.claims)}: ${came}`)
        if (must) yes++
        else no++
      }
    }
  } finally { await ground.end() }
  assert.ok(yes > 30 && no > 100, `${yes} ${no}`)
  t.diagnostic(`${yes} allowed, ${no} refused`)
})
