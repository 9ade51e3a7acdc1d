// Aggregates on a real database answer what the memory store answers: groups, every measure, hidden fields, order, take.
import { after, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { always, never, not, or, type Aggregate, type Measure, type MeasureName, type Scalar } from '../../../operation/index.ts'
import { aggregate, constant, eq, parameter, seen, some } from './build.fixture.ts'
import { plain, oracle, same, textOf, uuid, world, worldOn, type World } from './world.fixture.ts'

const by = (name: string, as: Scalar, shown = always) => ({ ...seen(name, shown), as })
const of = (fn: MeasureName, name: string, as: Scalar, shown = always): Measure => ({ fn, of: by(name, as, shown) })

for (const server of ['current', 'older'] as const) describe(`aggregates on the ${server} server`, () => {
  let w: World
  before(async () => { w = await worldOn(server) })
  after(() => w.end())

  test('without groups there is one row, of no rows too', async () => {
    const measures: Measure[] = [{ fn: 'count', of: null }, of('sum', 'rating', 'integer'), of('avg', 'rating', 'integer'), of('sum', 'price', 'decimal'), of('avg', 'price', 'decimal'), of('min', 'title', 'text'), of('max', 'createdAt', 'timestamp'),
      of('countDistinct', 'status', 'text'), of('countDistinct', 'rating', 'integer'), of('min', 'rating', 'integer')]
    await same(w, aggregate('post', { measures }))
    await same(w, aggregate('post', { measures, where: never }))
    await same(w, aggregate('post', { measures, where: some('author', eq('name', parameter(0), 'text')) }), ['Bob'])
  })
  test('min, max and countDistinct of every scalar that has an order', async () => {
    const fields = Object.values(world.entities['thing']!.fields).filter(f => !f.list && !['json', 'duration'].includes(f.scalar))
    await same(w, aggregate('thing', { measures: fields.flatMap(f => [of('min', f.name, f.scalar), of('max', f.name, f.scalar)]) }))
    await same(w, aggregate('thing', { measures: fields.map(f => of('countDistinct', f.name, f.scalar)) }))
    await same(w, aggregate('thing', { measures: (['sum', 'avg'] as const).flatMap(fn => [of(fn, 'bBigint', 'bigint'), of(fn, 'aInteger', 'integer'), of(fn, 'bDecimal', 'decimal')]) }))
    const { body } = await w.read(aggregate('thing', { where: eq('id', parameter(0)), measures: [of('sum', 'aNumber', 'number'), of('avg', 'aNumber', 'number'), of('sum', 'aBigint', 'bigint')] }), [uuid(402)])
    assert.deepEqual(JSON.parse(textOf(body)), [{ sum: { aNumber: 2 / 3, aBigint: '9007199254740992' }, avg: { aNumber: 2 / 3 } }])
  })
  test('groups, ordered by group and by measure, cut at take', async () => {
    const group = [by('status', 'text'), by('rating', 'integer')]
    const measures = [{ fn: 'count', of: null }, of('sum', 'price', 'decimal')] as const
    const orders: Aggregate['order'][] = [[{ by: { group: 0 }, dir: 'asc' }, { by: { group: 1 }, dir: 'desc' }], [{ by: { measure: 0 }, dir: 'desc' }, { by: { group: 0 }, dir: 'asc' }, { by: { group: 1 }, dir: 'asc' }],
      [{ by: { measure: 1 }, dir: 'asc' }, { by: { group: 1 }, dir: 'asc' }, { by: { group: 0 }, dir: 'asc' }]]
    for (const order of orders) for (const take of [3, 100]) await same(w, aggregate('post', { group, measures, order, take }))
  })
  test('a hidden field is null in groups and measures', async () => {
    const shown = or(eq('status', parameter(0), 'text'), not({ kind: 'null', of: { kind: 'field', name: 'price', scope: 0 } }))
    await same(w, aggregate('post', { group: [by('rating', 'integer', shown)], measures: [of('sum', 'price', 'decimal', eq('status', constant('open'), 'text')), of('count', 'body', 'text', shown)], order: [{ by: { group: 0 }, dir: 'desc' }] }), ['draft'])
  })
  test('the parts of a composite reference group as one object', async () => {
    await same(w, aggregate('booking', { group: [by('seat.row', 'text'), by('seat.number', 'integer')], order: [{ by: { group: 0 }, dir: 'asc' }, { by: { group: 1 }, dir: 'asc' }] }))
  })
  test('groups of every scalar', async () => {
    for (const f of Object.values(world.entities['thing']!.fields).filter(x => !x.list && x.scalar !== 'json')) {
      const sorted = (x: unknown): string[] => (x as { body: unknown[] }).body.map(y => JSON.stringify(y)).sort()
      const read = aggregate('thing', { group: [by(f.name, f.scalar)] })
      assert.deepEqual(sorted(plain(await w.read(read))), sorted(plain(await oracle(read))))
    }
  })
})
