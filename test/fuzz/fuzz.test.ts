// A few thousand requests of the grammar in every run of the tests; `npm run fuzz` makes fifty thousand.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { world } from '../../src/testkit/index.ts'
import { operatorsOf } from '../../src/model/index.ts'
import { ground, type Fuzzed } from './ground.ts'
import { rounds, type Tally } from './rounds.ts'
import { seed } from '../seed.ts'

let fuzzed: Fuzzed
before(async () => { fuzzed = await ground() })
after(() => fuzzed.end())

test('no input reaches a 500, tells what it may not, or leaves damage', async t => {
  t.diagnostic(`SEED=${seed}`)
  const tally = await rounds(fuzzed, { seed, requests: 3000, perRound: 750 })
  assert.deepEqual(tally.wrong.slice(0, 5), [], `SEED=${seed}`)
  reaches(tally)
})

/** The grammar is of no use where it reaches nothing. */
function reaches(tally: Tally): void {
  const parameters = ['filter', 'sort', 'fields', 'include', 'count', 'group', 'measure', 'page[size]', 'page[after]', 'page[number]', 'include[…][filter]', 'include[…][sort]', 'include[…][page]', 'include[…][fields]', 'include[…][include]', 'filter some', 'filter or', 'filter not']
  assert.deepEqual(parameters.filter(p => !tally.reached.has(p)), [], 'answered with 200 in no request')
  const codes = ['200', '201', '204', '304', 'request.malformed', 'request.route', 'request.method', 'request.accept', 'request.media', 'request.url', 'resolve.name', 'resolve.url', 'resolve.cursor', 'resolve.value', 'caller.token', 'caller.unknown', 'caller.forbidden', 'row.missing', 'row.stale']
  assert.deepEqual(codes.filter(c => !tally.codes.has(c)), [], 'met in no answer')
  for (const code of ['answered', 'resolve.value', 'caller.forbidden', 'caller.unknown', 'row.missing', 'request.malformed']) for (const protocol of ['graphql', 'soap']) assert.ok(tally.codes.has(`${protocol} ${code}`), `${protocol} ${code}`)
  const operators = Object.values(world.entities['sample']?.fields ?? {}).filter(f => !f.hidden).flatMap(f => operatorsOf(f).map(op => `filter ${f.list ? 'list of ' : ''}${f.scalar} ${op}`))
  const met = operators.filter(o => tally.reached.has(o)).length
  assert.ok(met * 4 > operators.length, `${met} of ${operators.length} operators and kinds were answered`)
}
