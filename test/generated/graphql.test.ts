// Random reads of the world as documents: what GraphQL answers is what the engine answers, whoever asks.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { rulingOf } from '../../src/engine/ruling.ts'
import { makeRead, type Ground } from '../../src/testkit/arbitrary/reads.ts'
import { picking, samples } from '../../src/testkit/arbitrary/pick.ts'
import { callers, engineDriver, rows, world, type CallingDriver, type Case, type Outcome, type Who } from '../../src/testkit/index.ts'
import { graphqlDriver, undocumented } from '../conformance/graphql.ts'
import { listen, tokenOf, type Listening } from '../rest/listening.ts'
import { seed } from '../seed.ts'

let at: Listening, driver: CallingDriver
before(async () => {
  at = await listen()
  driver = await graphqlDriver(at.serving.url, tokenOf)
})
after(() => at.serving.close())

/** What is compared of an outcome: the rows, which lists were cut, whether pages follow, how many there are; of a refusal its code. */
const told = (o: Outcome): unknown => ('refusal' in o ? o.refusal.code : { data: o.answer.data, cut: o.answer.cut.toSorted(), next: o.answer.page?.next != null, previous: o.answer.page?.previous != null, total: o.answer.page?.total ?? null })

test(`what GraphQL answers is what the engine answers (SEED=${seed})`, async t => {
  const engine = engineDriver('engine', at.engine)
  let asked = 0, answered = 0
  for (const as of ['ann', 'staff', 'nobody'] as readonly Who[]) {
    const ruling = rulingOf(world, callers[as])
    const ground: Ground = { model: world, rows, polite: { closed: e => ruling.may(e, 'read').kind === 'never', hidden: (e, f) => ruling.shown(e, f).kind === 'never' } }
    for (const part of samples(picking(pick => makeRead(pick, ground)), seed, 60)) {
      const dotted = 'aggregate' in part && [...part.group ?? [], ...part.measure].some(name => name.includes('.'))
      const c: Case = { name: 'drawn', as, do: part, expect: {} }
      if (dotted || undocumented(c) !== null) continue
      asked++
      const expected = told(await engine.read(part, as)), found = told(await driver.read(part, as))
      if (typeof expected === 'object') answered++
      assert.deepEqual(found, expected, `${as} ${JSON.stringify(part)}`)
    }
  }
  t.diagnostic(`${asked} asked, ${answered} answered`)
  assert.ok(answered > 80, `${answered} of ${asked} answered`)
})
