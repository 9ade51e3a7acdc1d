// Nested changes where the world of the conformance suite has no such relation or rule: parts whose key callers choose, references hidden by row, one-to-one that may be empty.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../failure/index.ts'
import { anonymous, type Rule, type Verb } from '../model/index.ts'
import { constant, field, type Predicate } from '../operation/index.ts'
import { memoryStore } from '../stores/memory/index.ts'
import { literal, type EntityDraft } from '../testkit/arbitrary/literal.ts'
import { writeRequest, type WritePart } from '../testkit/index.ts'
import { createEngine } from './index.ts'

const all: readonly Verb[] = ['read', 'create', 'update', 'delete']
const is = (name: string, value: string): Predicate => ({ kind: 'compare', op: 'eq', as: 'text', left: field(name), right: constant(value) })
type Clause = Omit<Rule, 'id'>
const rule = (effect: Rule['effect'], verbs: readonly Verb[], when: Predicate = { kind: 'always' }, fields: readonly string[] = []): Clause => ({ effect, verbs, when, fields, text: effect, place: { file: 'x.ts', line: 1 } })
const entity = (name: string, rules: readonly Clause[], more: Partial<EntityDraft> = {}): EntityDraft =>
  ({ name, key: { kind: 'text' }, version: true, fields: {}, refs: {}, links: {}, ...more, rules: rules.map((r, i) => ({ ...r, id: `${name}.${i}` })) })

const model = literal('steps', [
  entity('product', [rule('allow', all)]),
  entity('basket', [rule('allow', all)]),
  entity('line', [], { key: { kind: 'refs', refs: ['basket', 'product'] }, fields: { amount: { kind: 'integer' }, note: { kind: 'text', optional: true, fixed: true } }, refs: { basket: { target: 'basket', part: true, inverse: 'lines' }, product: { target: 'product', inverse: 'lines' } } }),
  entity('person', [rule('allow', all)]),
  // Whose pet it is is told of tame ones only.
  entity('pet', [rule('allow', all), rule('hide', ['read'], { kind: 'not', of: is('temper', 'tame') }, ['ownerId'])], { fields: { temper: { kind: 'text' } }, refs: { owner: { target: 'person', optional: true, inverse: 'pets' } } }),
  entity('mole', [rule('allow', ['create', 'update', 'delete']), rule('allow', ['read'], is('temper', 'tame'))], { fields: { temper: { kind: 'text' } }, refs: { owner: { target: 'person', optional: true, inverse: 'moles' } } }),
  entity('badge', [rule('allow', all)], { refs: { person: { target: 'person', optional: true, unique: true, inverse: 'badge' } } }),
  entity('secret', [rule('allow', all), rule('hide', ['read'], { kind: 'always' }, ['personId'])], { refs: { person: { target: 'person', optional: true, inverse: 'secrets' } } }),
], [], [])
const rows = {
  product: ['tea', 'gin', 'rum'].map(id => ({ id, version: 1 })),
  basket: [{ id: 'b', version: 1 }, { id: 'c', version: 1 }],
  line: [{ basketId: 'b', productId: 'tea', amount: 1, note: 'n', version: 1 }, { basketId: 'b', productId: 'gin', amount: 2, note: null, version: 1 }, { basketId: 'c', productId: 'rum', amount: 3, note: null, version: 1 }],
  person: ['ann', 'ben'].map(id => ({ id, version: 1 })),
  pet: [{ id: 'rex', temper: 'tame', ownerId: 'ann', version: 1 }, { id: 'tiger', temper: 'wild', ownerId: 'ann', version: 1 }],
  mole: [{ id: 'm', temper: 'wild', ownerId: 'ann', version: 1 }],
  badge: [{ id: 'one', personId: 'ann', version: 1 }, { id: 'two', personId: null, version: 1 }],
  secret: [{ id: 's', personId: 'ann', version: 1 }],
}
async function made() {
  const store = memoryStore(model)
  store.load(rows)
  const engine = await createEngine({ model, store })
  const write = (part: WritePart) => engine.write(writeRequest(part), anonymous, { deadline: performance.now() + 10_000 })
  const fails = async (part: WritePart, code: string, at?: readonly (string | number)[]) => {
    const before = store.dump()
    await assert.rejects(write(part), e => {
      assert.ok(e instanceof Failure, String(e))
      assert.equal(e.code, code, `${e.message} ${JSON.stringify(e.mistakes)}`)
      if (at) assert.deepEqual(e.mistakes[0]?.at ?? e.at, at)
      return true
    })
    assert.deepEqual(store.dump(), before)
  }
  const lines = (basket: string) => (store.dump()['line'] ?? []).filter(l => l['basketId'] === basket).map(l => `${String(l['productId'])} ${String(l['amount'])} ${String(l['version'])}`).sort()
  return { store, write, fails, lines }
}
const basket = (lines: object): WritePart => ({ update: 'basket', key: ['b'], body: { lines } })

test('parts whose key callers choose are changed where they are there, and made where they are not', async () => {
  const { store, write, fails, lines } = await made()
  await write(basket({ set: [{ productId: 'tea', amount: 5 }, { productId: 'rum', amount: 1 }] }))
  assert.deepEqual(lines('b'), ['rum 1 1', 'tea 5 2'])
  assert.deepEqual(lines('c'), ['rum 3 1'], 'those of another basket stay')
  assert.equal(store.dump()['basket']?.find(b => b['id'] === 'b')?.['version'], 2)
  await write(basket({ update: { productId: 'rum', amount: { add: 2 } }, delete: { productId: 'tea', version: 2 } }))
  assert.deepEqual(lines('b'), ['rum 3 2'])
  await write(basket({ upsert: [{ where: { productId: 'rum' }, create: { amount: 9 }, update: { amount: 4 } }, { where: { productId: 'gin' }, create: { amount: 7, productId: 'gin' }, update: {} }] }))
  assert.deepEqual(lines('b'), ['gin 7 1', 'rum 4 3'])
  await fails(basket({ set: [{ productId: 'rum' }] }), 'resolve.value', ['lines', 'set', 0, 'amount'])
  await fails(basket({ update: { productId: 'tea', amount: 1 } }), 'row.missing', ['lines', 'update'])
  await fails(basket({ update: { basketId: 'c', productId: 'rum', amount: 1 } }), 'resolve.value', ['lines', 'update', 'basketId'])
})

test('what never changes is refused of a part that is there, in a list of all there is to be', async () => {
  const { write, fails, lines } = await made()
  await fails(basket({ set: [{ productId: 'tea', amount: 1, note: 'other' }] }), 'resolve.value', ['lines', 'set', 0, 'note'])
  await write(basket({ set: [{ productId: 'rum', amount: 1, note: 'new' }] }))
  assert.deepEqual(lines('b'), ['rum 1 1'])
})

test('a reference that is hidden in a row tells nothing of whose it is', async () => {
  const { write, fails } = await made()
  const ann = (pets: object): WritePart => ({ update: 'person', key: ['ann'], body: { pets } })
  for (const pets of [{ update: { id: 'tiger' } }, { delete: { id: 'tiger' } }, { disconnect: { id: 'tiger' } }]) {
    await fails(ann(pets), 'row.missing')
    await fails({ update: 'person', key: ['ben'], body: { pets } }, 'row.missing')
  }
  await fails({ update: 'pet', key: ['tiger'], body: { owner: { update: {} } } }, 'row.missing', ['owner', 'update'])
  await write(ann({ disconnect: { id: 'rex' } }))
})

test('what may not be read is connected to nothing', async () => {
  const { fails } = await made()
  const ben = (moles: object): WritePart => ({ update: 'person', key: ['ben'], body: { moles } })
  await fails(ben({ connect: { id: 'm' } }), 'row.reference', ['moles', 'connect'])
  await fails(ben({ set: [{ id: 'm' }] }), 'row.reference', ['moles', 'set', 0])
  await fails(ben({ connectOrCreate: { where: { id: 'm' }, create: { temper: 'tame' } } }), 'row.duplicate')
  await fails({ update: 'person', key: ['ann'], body: { moles: { update: { id: 'm' } } } }, 'row.missing')
})

test('a reference that is hidden in every row cannot be written through', async () => {
  const { fails } = await made()
  for (const secrets of [{ create: { id: 't' } }, { connect: { id: 's' } }, { update: { id: 's' } }, { disconnect: { id: 's' } }, { delete: { id: 's' } }, { set: [] }]) {
    await fails({ update: 'person', key: ['ann'], body: { secrets } }, 'caller.unknown')
  }
  await fails({ update: 'secret', key: ['s'], body: { person: { update: {} } } }, 'caller.unknown')
})

test('where there is room for one, whoever is there gives way', async () => {
  const { store, write, fails } = await made()
  const badges = () => (store.dump()['badge'] ?? []).map(b => `${String(b['id'])} ${String(b['personId'])}`)
  await write({ update: 'person', key: ['ann'], body: { badge: { connect: { id: 'two' } } } })
  assert.deepEqual(badges(), ['one null', 'two ann'])
  await write({ update: 'person', key: ['ann'], body: { badge: { disconnect: true } } })
  assert.deepEqual(badges(), ['one null', 'two null'])
  await write({ update: 'person', key: ['ben'], body: { badge: { connectOrCreate: { where: { id: 'three' }, create: {} } } } })
  assert.deepEqual(badges(), ['one null', 'two null', 'three ben'])
  await fails({ update: 'person', key: ['ann'], body: { badge: { delete: true } } }, 'row.missing', ['badge', 'delete'])
  await write({ update: 'person', key: ['ben'], body: { badge: { delete: true } } })
  assert.deepEqual(badges(), ['one null', 'two null'])
})

test('a body changes at most so many rows', async () => {
  const { fails } = await made()
  await fails(basket({ update: Array.from({ length: 2001 }, () => ({ productId: 'tea', amount: 1 })) }), 'resolve.value')
})
