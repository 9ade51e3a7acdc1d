// What is resolved, authorized and compiled once serves many callers: none of them gets what is another's.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../failure/index.ts'
import type { Caller } from '../model/index.ts'
import { claim, field, type Predicate, type Scalar, type Value } from '../operation/index.ts'
import { memoryStore } from '../stores/memory/index.ts'
import { literal } from '../testkit/arbitrary/literal.ts'
import { callers, id, readRequest, rows, world, type Find, type ReadPart } from '../testkit/index.ts'
import { createEngine, type RunningEngine } from './index.ts'

const run = () => ({ deadline: performance.now() + 10_000 })
const parse = (body: Uint8Array | string): unknown => JSON.parse(String(body))
const everything = async (): Promise<RunningEngine> => {
  const store = memoryStore(world)
  store.load(rows)
  return createEngine({ model: world, store })
}
async function told(engine: RunningEngine, part: ReadPart, as: Caller): Promise<unknown> {
  try { return parse((await engine.read(readRequest(part), as, run())).body) } catch (e) {
    if (e instanceof Failure) return e.code
    throw e
  }
}

test('what is compiled for one caller does not serve another', async () => {
  const shared = await everything()
  const parts: readonly ReadPart[] = [
    { find: 'post', fields: ['title', 'draft'], sort: ['title'] }, { find: 'person', fields: ['name', 'phone'], sort: ['phone', 'name'] }, { find: 'vault' }, { find: 'team', fields: ['name'] },
    { find: 'tag', fields: ['id'], include: { posts: { fields: ['title'] } } }, { aggregate: 'post', group: ['status'], measure: ['count'] }, { find: 'person', fields: ['salary'] },
    { find: 'pet', fields: ['name'], include: { keeper: { fields: ['name'] } } }, { find: 'grantOfUnknown', fields: ['id'] }, { find: 'hideOfNotUnknown', sort: ['id'] },
  ]
  let differ = 0
  // Everybody in turn, and in the other order: whoever asks first, what is kept is not theirs alone.
  for (const people of [Object.values(callers), Object.values(callers).toReversed()]) {
    for (const part of parts) {
      const answers = new Set<string>()
      for (const caller of people) {
        const answer = await told(shared, part, caller)
        assert.deepEqual(answer, await told(await everything(), part, caller), `${JSON.stringify(part)} as ${caller.id}`)
        answers.add(JSON.stringify(answer))
      }
      if (answers.size > 1) differ++
    }
  }
  assert.equal(differ, parts.length * 2, 'each of them is answered differently to some')
})

test('claims of one rule keep apart', async () => {
  const is = (name: string, of: string, as: Scalar): Predicate => ({ kind: 'compare', op: 'eq', as, left: field(name), right: claim(of) })
  const upper = id(1).toUpperCase().replaceAll('0', 'A')
  const model = literal('apart', [{
    name: 'doc', key: { kind: 'text' }, version: false, refs: {}, links: {},
    fields: { owner: { kind: 'text' }, team: { kind: 'text' }, code: { kind: 'uuid' }, label: { kind: 'text' } },
    rules: [{
      id: 'Doc.1', place: { file: 'x.ts', line: 1 }, effect: 'allow', verbs: ['read'], fields: [], text: 'allow',
      when: { kind: 'and', of: [is('label', 'code', 'text'), is('code', 'code', 'uuid'), is('owner', 'me', 'text'), is('team', 'us', 'text')] },
    }],
  }], [], [])
  const store = memoryStore(model)
  const row = { owner: 'o', team: 't', code: upper.toLowerCase(), label: upper }
  store.load({ doc: [{ id: 'seen', ...row }, { id: 'owner', ...row, owner: 't' }, { id: 'team', ...row, team: 'o' }, { id: 'label', ...row, label: upper.toLowerCase() }] })
  const engine = await createEngine({ model, store })
  const caller = (claims: Readonly<Record<string, Value>>): Caller => ({ id: 'x', roles: new Set(), claims, until: null })
  assert.deepEqual(await told(engine, { find: 'doc', fields: ['id'] }, caller({ me: 'o', us: 't', code: upper })), [{ id: 'seen' }])
  assert.deepEqual(await told(engine, { find: 'doc', fields: ['id'] }, caller({ me: 't', us: 't', code: upper })), [{ id: 'owner' }])
})

test('a cursor is of one caller, one sort and one filter', async () => {
  const engine = await everything()
  const part: Find = { find: 'post', fields: ['id'], sort: ['views'], size: 1, filter: { views: { gte: 1 } } }
  const { page } = await engine.read(readRequest(part), callers.ann, run())
  const token = page?.next ?? assert.fail('no next page')
  const next = (other: Partial<Find>, as: Caller) => told(engine, { ...part, ...other, cursor: { toward: 'next', token } }, as)
  assert.deepEqual(await next({}, callers.ann), [{ id: id(15) }])
  assert.equal(await next({}, callers.ben), 'resolve.cursor', 'another caller')
  assert.equal(await next({}, { ...callers.ann, roles: new Set(['staff']) }), 'resolve.cursor', 'another role')
  assert.equal(await next({ filter: { views: { gte: 0 } } }, callers.ann), 'resolve.cursor', 'another value')
  assert.equal(await next({ filter: { views: { gt: 1 } } }, callers.ann), 'resolve.cursor', 'another filter')
  assert.equal(await next({ sort: ['-views'] }, callers.ann), 'resolve.cursor', 'another sort')
})

test('a caller is bound by an address that is confirmed', async () => {
  const engine = await everything()
  const claims = { email: 'ann@world.example' }
  const bound = async (more: Readonly<Record<string, Value>>) => (await engine.bind({ id: 'x', roles: new Set(), claims: { ...claims, ...more }, until: null }, run())).claims['@me.id']
  assert.equal(await bound({ email_verified: true }), id(1))
  for (const email_verified of [undefined, null, false, 'true', 1] as const) assert.equal(await bound(email_verified === undefined ? {} : { email_verified }), undefined, String(email_verified))
  assert.equal(await bound({ email: 'none@world.example', email_verified: true }), undefined)
})
