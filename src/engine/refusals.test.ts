// Writes that rules refuse, where the world of the conformance suite has no such rule: nothing changes, and the refusal tells nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure, type Code } from '../failure/index.ts'
import { anonymous, type Rule, type Verb } from '../model/index.ts'
import { constant, field, type Predicate } from '../operation/index.ts'
import { memoryStore } from '../stores/memory/index.ts'
import { literal, type EntityDraft } from '../testkit/arbitrary/literal.ts'
import { writeRequest, type WritePart } from '../testkit/index.ts'
import { createEngine } from './index.ts'

const is = (name: string, value: string): Predicate => ({ kind: 'compare', op: 'eq', as: 'text', left: field(name), right: constant(value) })
const everyone: Predicate = { kind: 'always' }
const rule = (effect: 'allow' | 'deny', verbs: readonly Verb[], when: Predicate = everyone): Omit<Rule, 'id'> => ({ effect, verbs, when, fields: [], text: effect, place: { file: 'x.ts', line: 1 } })
const entity = (name: string, rules: readonly Omit<Rule, 'id'>[], more: Partial<EntityDraft> = {}): EntityDraft => ({
  name, key: { kind: 'text' }, version: true, fields: { state: { kind: 'text', optional: true } }, refs: {}, links: {}, ...more, rules: rules.map((r, i) => ({ ...r, id: `${name}.${i}` })),
})

const model = literal('refusals', [
  entity('note', [rule('allow', ['read'], is('state', 'open')), rule('allow', ['create', 'update', 'delete'])], { links: { tags: { target: 'tag', inverse: 'notes' } } }),
  entity('tag', [rule('allow', ['read'], is('state', 'open'))]),
  entity('ticket', [rule('allow', ['read']), rule('allow', ['update'], is('state', 'open'))], { fields: { state: { kind: 'text' }, serial: { kind: 'text', optional: true, fixed: true } } }),
  entity('order', [rule('allow', ['read', 'update']), rule('deny', ['update'], is('state', 'shipped'))]),
  entity('line', [], { key: { kind: 'text' }, refs: { order: { target: 'order', part: true, inverse: 'lines' } } }),
  entity('diary', [
    rule('allow', ['read', 'update']), { ...rule('allow', ['read'], { kind: 'not', of: is('state', 'open') }), effect: 'hide', fields: ['secret'] },
  ], { fields: { state: { kind: 'text' }, secret: { kind: 'text', optional: true } } }),
  entity('badge', [
    rule('allow', ['read', 'update']), { ...rule('allow', ['read'], { kind: 'not', of: is('state', 'open') }), effect: 'hide', fields: ['serial', 'rank'] },
  ], { fields: { state: { kind: 'text' }, serial: { kind: 'text', fixed: true }, rank: { kind: 'text', optional: true, by: ['boss'] } } }),
  entity('room', [rule('allow', ['read', 'delete'])]),
  entity('desk', [rule('allow', ['read'])], { refs: { room: { target: 'room', inverse: 'desks' } } }),
  entity('letter', [rule('allow', ['read', 'create'])], { fields: { from: { kind: 'text', default: { kind: 'claim', claim: 'email' } } }, links: { labels: { target: 'label', inverse: 'letters' } } }),
  entity('label', [rule('allow', ['read', 'create'])]),
  entity('shelf', [rule('allow', ['read', 'update'])]),
  entity('memo', [rule('allow', ['read'], is('state', 'open')), rule('allow', ['create', 'update'])], { refs: { shelf: { target: 'shelf', inverse: 'memos' } } }),
  entity('camera', [], { refs: { room: { target: 'room', inverse: 'cameras' } } }),
], [], [])
const rows = {
  note: [{ id: 'shut', state: 'shut', version: 1 }, { id: 'open', state: 'open', version: 1 }],
  tag: [{ id: 'seen', state: 'open', version: 1 }, { id: 'unseen', state: 'shut', version: 1 }],
  ticket: [{ id: 't', state: 'open', serial: 'A', version: 1 }], order: [{ id: 'o', state: 'open', version: 1 }, { id: 'p', state: 'open', version: 1 }],
  line: [{ id: 'l', orderId: 'o', state: null, version: 1 }], diary: [{ id: 'd', state: 'shut', secret: 's', version: 1 }],
  badge: [{ id: 'hidden', state: 'shut', serial: 'A', rank: 'R', version: 1 }],
  shelf: [{ id: 's', state: null, version: 1 }], memo: [{ id: 'm', state: 'shut', shelfId: 's', version: 1 }],
  room: [{ id: 'watched', version: 1 }], desk: [], camera: [{ id: 'c', roomId: 'watched', state: null, version: 1 }],
}
async function made() {
  const store = memoryStore(model)
  store.load(rows)
  const engine = await createEngine({ model, store })
  return { store, write: (part: WritePart) => engine.write(writeRequest(part), anonymous, { deadline: performance.now() + 10_000 }) }
}
async function refused(part: WritePart, code: Code, look: (failure: Failure) => void = () => {}) {
  const { store, write } = await made()
  const before = store.dump()
  await assert.rejects(write(part), e => {
    assert.ok(e instanceof Failure)
    assert.equal(e.code, code)
    look(e)
    return true
  })
  assert.deepEqual(store.dump(), before)
}

test('what may be changed but not read is not changed', async () => {
  await refused({ update: 'note', key: ['shut'], body: { state: 'open' } }, 'row.missing')
  await refused({ delete: 'note', key: ['shut'] }, 'row.missing')
})

test('an update leaves no row that nobody may update', async () => {
  await refused({ update: 'ticket', key: ['t'], body: { state: 'shut' } }, 'caller.unknown')
})

test('a row may be changed into one that no longer may be', async () => {
  const { write } = await made()
  await write({ update: 'order', key: ['o'], body: { state: 'shipped' } })
  await assert.rejects(write({ update: 'order', key: ['o'], body: { state: 'open' } }), (e: unknown) => e instanceof Failure && e.code === 'caller.unknown')
})

test('what is fixed never changes', async () => {
  await refused({ update: 'ticket', key: ['t'], body: { serial: 'B' } }, 'resolve.value')
})

test('a part never moves to another whole', async () => {
  for (const body of [{ orderId: 'p' }, { order: { connect: { id: 'p' } } }]) await refused({ update: 'line', key: ['l'], body }, 'resolve.value')
})

test('a hidden field is not written by a change that would show it', async () => {
  await refused({ update: 'diary', key: ['d'], body: { state: 'open', secret: 'mine' } }, 'caller.unknown')
  const { write } = await made()
  await write({ update: 'diary', key: ['d'], body: { state: 'open' } })
  await write({ update: 'diary', key: ['d'], body: { secret: 'mine' } })
})

test('a PUT does not tell whether what it gives is what is hidden', async () => {
  const said = async (body: object, code: Code): Promise<string> => {
    let told = ''
    await refused({ replace: 'badge', key: ['hidden'], body }, code, e => { told = JSON.stringify([e.message, e.at, e.mistakes, e.facts]) })
    return told
  }
  assert.equal(await said({ state: 'shut', serial: 'A' }, 'resolve.value'), await said({ state: 'shut', serial: 'B' }, 'resolve.value'))
  assert.equal(await said({ state: 'shut', rank: 'R' }, 'caller.unknown'), await said({ state: 'shut', rank: 'S' }, 'caller.unknown'))
})

test('a link to what may not be read is one to nothing', async () => {
  const { write } = await made()
  await write({ create: 'note', body: { id: 'n', state: 'open', tags: { connect: [{ id: 'seen' }] } } })
  await refused({ create: 'note', body: { id: 'n', state: 'open', tags: { connect: [{ id: 'unseen' }] } } }, 'row.reference')
  await refused({ create: 'note', body: { id: 'n', state: 'open', tags: { connect: [{ id: 'none' }] } } }, 'row.reference')
})

test('what may not be read is not there to be changed instead of made', async () => {
  const { store, write } = await made()
  await write({ update: 'shelf', key: ['s'], body: { memos: { upsert: { where: { id: 'm' }, create: { id: 'n', state: 'new' }, update: { state: 'changed' } } } } })
  assert.deepEqual(store.dump()['memo']?.map(row => [row['id'], row['state']]), [['m', 'shut'], ['n', 'new']])
})

test('row.referenced names only what the caller may read', async () => {
  await refused({ delete: 'room', key: ['watched'] }, 'row.referenced', e => {
    assert.match(e.message, /desks/)
    assert.doesNotMatch(JSON.stringify([e.message, e.facts, e.at]), /camera/i)
  })
})

test('a write answers nothing of what may not be read', async () => {
  const { write } = await made()
  assert.deepEqual((await write({ create: 'note', body: [{ id: 'a', state: 'shut' }, { id: 'b', state: 'open' }] })).bodies.map(b => b !== null), [false, true])
})

const said = (detail: string) => (failure: Failure) => assert.ok(failure.mistakes.some(m => m.detail === detail), JSON.stringify(failure.mistakes))
test('a mistake says what to write instead', async () => {
  await refused({ create: 'letter', body: { id: 'x' } }, 'resolve.value', said('is required: your token says no email, which is its default'))
  await refused({ create: 'letter', body: { id: 'x', from: 'me', labels: [{ connect: { id: 'seen' } }] } }, 'resolve.value',
    said(`'connect' does not exist on Label. To connect rows that exist, write { "connect": [ … ] } instead of the list.`))
  await refused({ update: 'note', key: ['open'], body: { tags: [] } }, 'resolve.value', said('must say what to do: { "create": …, "connect": …, "connectOrCreate": …, "disconnect": …, "set": …, "update": …, "upsert": …, "delete": … }.'))
})
