// Before what does not fit is told: who may write such a row, and what of it another has. Only as far as what fits says so, and never more than a body that fits is told.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../failure/index.ts'
import { anonymous, type Caller, type Model, type Rule, type Verb } from '../model/index.ts'
import { constant, field, type Predicate } from '../operation/index.ts'
import { memoryStore } from '../stores/memory/index.ts'
import { literal, type EntityDraft } from '../testkit/arbitrary/literal.ts'
import { writeRequest, type WritePart } from '../testkit/index.ts'
import { createEngine } from './index.ts'

const all: readonly Verb[] = ['read', 'create', 'update', 'delete'], everyone: Predicate = { kind: 'always' }
const is = (name: string, value: string): Predicate => ({ kind: 'compare', op: 'eq', as: 'text', left: field(name), right: constant(value) })
const not = (of: Predicate): Predicate => ({ kind: 'not', of })
const mine: Predicate = { kind: 'compare', op: 'eq', as: 'text', left: field('owner'), right: { kind: 'claim', claim: 'sub' } }
const rule = (verbs: readonly Verb[], when: Predicate = everyone): Omit<Rule, 'id'> => ({ effect: 'allow', verbs, when, fields: [], text: 'allow', place: { file: 'x.ts', line: 1 } })
const entity = (name: string, rules: readonly Omit<Rule, 'id'>[], more: Partial<EntityDraft>): EntityDraft =>
  ({ name, key: { kind: 'text' }, version: true, fields: {}, refs: {}, links: {}, ...more, rules: rules.map((r, i) => ({ ...r, id: `${name}.${i}` })) })
const note = { note: { kind: 'text', optional: true, bounds: { maxLength: 3 } } } as const

const drawn = literal('taken', [
  entity('guest', [rule(all)], { fields: note }),
  entity('seat', [rule(all)], { fields: { room: { kind: 'text' }, number: { kind: 'integer', default: { kind: 'value', value: 1 } }, ...note }, refs: { guest: { target: 'guest', optional: true, unique: true, inverse: 'seat' } } }),
  entity('desk', [rule(['read'], not(is('owner', 'nobody'))), rule(['create', 'update'], mine)], { fields: { name: { kind: 'text', unique: true, optional: true }, owner: { kind: 'text', default: { kind: 'claim', claim: 'sub' } }, ...note } }),
  entity('lamp', [rule(all)], { fields: note, refs: { desk: { target: 'desk', optional: true, unique: true, inverse: 'lamp' } } }),
  // Whose a box is says another row.
  entity('box', [rule(['read']), rule(['create', 'update'], { kind: 'some', relation: 'guest', where: is('note', 'vip') })], { fields: { name: { kind: 'text', unique: true }, ...note }, refs: { guest: { target: 'guest', inverse: 'boxes' } } }),
], [], [])
const model: Model = { ...drawn, entities: { ...drawn.entities, seat: { ...drawn.entities['seat']!, uniques: [...drawn.entities['seat']!.uniques, { name: 'seats_room_number_key', fields: ['room', 'number'] }] } } }
const rows = {
  guest: [{ id: 'g', note: 'vip', version: 1 }, { id: 'h', note: null, version: 1 }],
  seat: [{ id: 'a', room: 'red', number: 1, guestId: 'g', note: null, version: 1 }, { id: 'b', room: 'red', number: 2, guestId: null, note: null, version: 1 }, { id: 'c', room: 'blue', number: 1, guestId: null, note: null, version: 1 }],
  desk: [{ id: 'd', name: 'mine', owner: 'ann', note: null, version: 1 }, { id: 'e', name: 'bens', owner: 'ben', note: null, version: 1 }],
  lamp: [{ id: 'l', deskId: 'd', note: null, version: 1 }],
  box: [{ id: 'x', name: 'full', guestId: 'g', note: null, version: 1 }],
}
const ann: Caller = { id: 'ann', roles: new Set(), claims: { sub: 'ann' }, until: null }
async function made() {
  const store = memoryStore(model)
  store.load(rows)
  const engine = await createEngine({ model, store })
  const told = async (part: WritePart, who: Caller = anonymous) => {
    const before = store.dump()
    const failure = await engine.write(writeRequest(part), who, { deadline: performance.now() + 10_000 }).then(() => assert.fail('it was written'), (e: unknown) => e)
    assert.ok(failure instanceof Failure, String(failure))
    assert.deepEqual(store.dump(), before)
    return [failure.code, failure.facts['fields'] ?? failure.mistakes.map(m => m.at.join('.'))]
  }
  return { told }
}
const long = { note: 'long' }, unfit = ['resolve.value', ['note']]

test('of what is unique together all must be known: given, a default, or as the row has it', async () => {
  const { told } = await made(), taken = ['row.duplicate', ['room', 'number']]
  assert.deepEqual(await told({ create: 'seat', body: { id: 'n', room: 'red', number: 2, ...long } }), taken)
  assert.deepEqual(await told({ create: 'seat', body: { id: 'n', room: 'blue', ...long } }), taken)
  assert.deepEqual(await told({ create: 'seat', body: { id: 'n', room: 'blue', number: 2, ...long } }), unfit)
  // A default does not stand for what does not fit.
  assert.deepEqual(await told({ create: 'seat', body: { id: 'n', room: 'blue', number: 'x' } }), ['resolve.value', ['number']])
  assert.deepEqual(await told({ create: 'seat', body: { id: 'n', room: 7, number: 1 } }), ['resolve.value', ['room']])
  assert.deepEqual(await told({ create: 'seat', body: { id: 'a', room: 'green', ...long } }), ['row.duplicate', ['id']])
  assert.deepEqual(await told({ update: 'seat', key: ['b'], body: { number: 1, ...long } }), taken)
  assert.deepEqual(await told({ update: 'seat', key: ['c'], body: { room: 'red', ...long } }), taken)
  assert.deepEqual(await told({ update: 'seat', key: ['b'], body: { number: 3, ...long } }), unfit)
  assert.deepEqual(await told({ update: 'seat', key: ['a'], body: { room: 'red', number: 1, ...long } }), unfit)
  assert.deepEqual(await told({ update: 'seat', key: ['b'], body: { number: { add: -1 }, ...long } }), unfit)
  assert.deepEqual(await told({ replace: 'seat', key: ['b'], body: { room: 'blue', number: 1, ...long } }), taken)
  assert.deepEqual(await told({ replace: 'seat', key: ['n'], body: { room: 'blue', ...long } }), taken)
})

test('references that are unique, by key; what is found on the way is not known', async () => {
  const { told } = await made()
  assert.deepEqual(await told({ create: 'seat', body: { id: 'n', room: 'green', guestId: 'g', ...long } }), ['row.duplicate', ['guestId']])
  assert.deepEqual(await told({ update: 'seat', key: ['b'], body: { guestId: 'g', ...long } }), ['row.duplicate', ['guestId']])
  assert.deepEqual(await told({ update: 'seat', key: ['b'], body: { guestId: 'h', ...long } }), unfit)
  assert.deepEqual(await told({ update: 'seat', key: ['b'], body: { guestId: null, ...long } }), unfit)
  assert.deepEqual(await told({ create: 'seat', body: { id: 'n', room: 'green', guest: { connect: { id: 'g' } }, ...long } }), ['row.duplicate', ['guestId']])
  // With rows around it that take steps of their own.
  assert.deepEqual(await told({ create: 'seat', body: { id: 'n', room: 'red', guest: { connectOrCreate: { where: { id: 'k' }, create: { note: 'x' } } }, ...long } }), ['row.duplicate', ['room', 'number']])
  assert.deepEqual(await told({ update: 'seat', key: ['b'], body: { number: 1, guest: { create: { id: 'k' } }, ...long } }), ['row.duplicate', ['room', 'number']])
})

test('what the store finds that does not fit comes after what is taken, too', async () => {
  const { told } = await made(), lost = ['row.reference', ['guest']]
  assert.deepEqual(await told({ create: 'seat', body: { id: 'n', room: 'red', number: 2, guestId: 'none' } }), ['row.duplicate', ['room', 'number']])
  assert.deepEqual(await told({ create: 'seat', body: { id: 'n', room: 'red', number: 3, guestId: 'none' } }), lost)
  assert.deepEqual(await told({ update: 'seat', key: ['b'], body: { number: 1, guestId: 'none' } }), ['row.duplicate', ['room', 'number']])
  assert.deepEqual(await told({ update: 'seat', key: ['b'], body: { number: 3, guestId: 'none' } }), lost)
  // Who may not make it is told that by the store; of a rule that looks elsewhere nothing is known.
  for (const name of ['full', 'free']) assert.deepEqual(await told({ create: 'box', body: { id: 'n', name, guestId: 'none' } }), lost)
})

test('who may not write the row is told that, and of nothing that is taken; where a rule asks what is not known, nothing is asked', async () => {
  const { told } = await made(), forbidden = ['caller.forbidden', []]
  assert.deepEqual(await told({ create: 'desk', body: { id: 'n', name: 'bens', ...long } }, ann), ['row.duplicate', ['name']])
  for (const name of ['bens', 'free', 'mine']) assert.deepEqual(await told({ create: 'desk', body: { id: 'n', name, owner: 'ben', ...long } }, ann), forbidden)
  for (const name of ['bens', 'free']) assert.deepEqual(await told({ create: 'desk', body: { id: 'n', name, owner: 7 } }, ann), ['resolve.value', ['owner']])
  assert.deepEqual(await told({ update: 'desk', key: ['d'], body: { name: 'bens', ...long } }, ann), ['row.duplicate', ['name']])
  for (const name of ['bens', 'free']) assert.deepEqual(await told({ update: 'desk', key: ['d'], body: { name, owner: 'ben', ...long } }, ann), forbidden)
  for (const name of ['mine', 'free']) assert.deepEqual(await told({ update: 'desk', key: ['e'], body: { name, ...long } }, ann), forbidden)
  // One of several.
  assert.deepEqual(await told({ create: 'desk', body: [{ id: 'n', name: 'bens', ...long }, { id: 'm', owner: 'ben' }] }, ann), forbidden)
  // A reference to a row that may not be read.
  for (const deskId of ['d', 'e', 'none']) assert.deepEqual(await told({ create: 'lamp', body: { id: 'n', deskId, ...long } }), unfit)
  for (const name of ['full', 'free']) assert.deepEqual(await told({ create: 'box', body: { id: 'n', name, guestId: 'h', ...long } }), unfit)
  for (const name of ['full', 'free']) assert.deepEqual(await told({ update: 'box', key: ['x'], body: { name, guestId: 'h', ...long } }), unfit)
})
