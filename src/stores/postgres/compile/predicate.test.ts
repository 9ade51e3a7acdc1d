// Predicates in SQL mean what `evaluate` says: random predicates over random rows, case folding over all of Unicode, prefixes to the last code point.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { fold, mapOperands, parameter, type Comparison, type Operand, type Predicate, type Scalar, type Value } from '../../../operation/index.ts'
import { sql } from '../../sql/index.ts'
import { memoryStore } from '../../memory/index.ts'
import { query } from './build.fixture.ts'
import { afterPrefix, folded } from './text.ts'
import { context, predicate, stored, tableOf } from './index.ts'
import { authorized, rows, soon, textOf, uuid, world, worldOn, type Rows, type World } from './world.fixture.ts'
import { seed } from '../../../../test/seed.ts'

const texts = ['', 'a', 'A', 'ab', 'aB', 'Ab%', 'a_b', 'a\\b', "o'clock", '{a,"b"}', 'NULL', 'ß', 'ẞ', 'ΑΣ', 'ας', 'ασ', 'İx', 'i̇x', 'ix', 'é', 'É', '\u{10ffff}', '\u{10ffff}\u{10ffff}b', 'a\u{10ffff}', 'a\u{10ffff}b', '\ud7ff', '\ue000', '\u{10400}', '\u{10428}', 'ꟊ', 'ꟋA']
const pools: Record<Scalar, readonly Value[]> = {
  uuid: [uuid(1), uuid(2), uuid(3), uuid(101)], text: texts, integer: [-1, 0, 1, 2, 2147483647], bigint: ['-9007199254740993', '-1', '0', '9007199254740992', '9007199254740993'], number: [-1.5, 0, 0.1, 1e21, 5e-324],
  decimal: ['9.5', '10.2', '10.20', '-0.001', '12345678901234567890.5'], boolean: [true, false],
  timestamp: ['2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00.1+00:00', '2026-01-01T00:00:00.123456+00:00', '2026-01-01T00:00:00.123457+00:00', '1969-12-31T23:59:59+00:00', '9999-12-31T23:59:59+00:00'],
  date: ['2026-01-01', '2026-01-02', '0044-03-15'], time: ['10:00:00', '10:00:00.5', '10:00:00.500001', '23:59:59'], duration: ['P1M', 'P30D', 'P1D', 'PT24H', 'PT0S', 'P1Y2M3DT4H5M6.789S'],
  json: [1, 'x', true, [], {}, { a: null }, { a: 1, b: [1, 'x', null] }, { b: [1, 'x', null], a: 1 }, [1], [1, 1]], bytes: ['', 'AA', 'AP8', '__79', '_w'],
}

// Random rows of the entity that has every scalar, from the pools the predicates draw from, so that comparisons meet equality often.
const thingRows = (seed: number): readonly Readonly<Record<string, Value>>[] => {
  const fields = Object.values(world.entities['thing']!.fields)
  const row = fc.record(Object.fromEntries(fields.filter(f => f.name !== 'id').map(f => {
    const one = fc.constantFrom(...pools[f.scalar])
    return [f.name, f.list ? fc.option(fc.array(fc.oneof({ weight: 5, arbitrary: one }, { weight: 1, arbitrary: fc.constant(null) }), { maxLength: 3 })) : f.optional ? fc.option(one, { freq: 3 }) : one]
  })))
  return fc.sample(row, { seed, numRuns: 40 }).map((r, i) => ({ ...r, id: uuid(1000 + i) }) as Readonly<Record<string, Value>>)
}

const comparisons: readonly Comparison[] = ['eq', 'lt', 'lte', 'gt', 'gte']

function predicates(entity: string, outer: readonly string[], depth: number): fc.Arbitrary<Predicate> {
  const scopes = [entity, ...outer]
  const fieldsOf = (list: boolean, scalar?: Scalar) => scopes.flatMap((name, scope) => Object.values(world.entities[name]!.fields)
    .filter(f => f.list === list && (scalar === undefined || f.scalar === scalar)).map(f => ({ operand: { kind: 'field' as const, name: f.name, scope }, scalar: f.scalar })))
  const value = (as: Scalar): fc.Arbitrary<Operand> => fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...pools[as]) }, { weight: 1, arbitrary: fc.constant(null) }).map((v): Operand => ({ kind: 'value', value: v }))
  const other = (as: Scalar): fc.Arbitrary<Operand> => fc.oneof({ weight: 4, arbitrary: value(as) }, { weight: 1, arbitrary: fc.constantFrom(...fieldsOf(false, as).map(f => f.operand), ...(as === 'timestamp' ? [{ kind: 'now' as const }] : [])) })
  const plain = fc.constantFrom(...fieldsOf(false)), text = fc.constantFrom(...fieldsOf(false, 'text')), lists = fieldsOf(true)
  const leaves: fc.Arbitrary<Predicate>[] = [
    plain.chain(f => fc.record({ kind: fc.constant('compare' as const), op: fc.constantFrom(...comparisons), as: fc.constant(f.scalar), left: fc.constant(f.operand), right: other(f.scalar) })),
    plain.chain(f => fc.record({ kind: fc.constant('compare' as const), op: fc.constantFrom(...comparisons), as: fc.constant(f.scalar), left: other(f.scalar), right: fc.constant(f.operand) })),
    plain.chain(f => fc.array(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...pools[f.scalar]) }, { weight: 1, arbitrary: fc.constant(null) }), { maxLength: 3 }).map((of): Predicate => ({ kind: 'in', as: f.scalar, left: f.operand, right: { kind: 'value', value: of } }))),
    fc.constantFrom(...fieldsOf(false), ...lists).map((f): Predicate => ({ kind: 'null', of: f.operand })),
    fc.record({ kind: fc.constant('text' as const), how: fc.constantFrom('startsWith' as const, 'endsWith' as const, 'contains' as const), of: text.map(f => f.operand), text: other('text'), fold: fc.boolean() }),
    ...(lists.length ? [fc.constantFrom(...lists).chain(f => fc.record({ kind: fc.constant('has' as const), as: fc.constant(f.scalar), of: fc.constant(f.operand), value: other(f.scalar) }))] : []),
  ]
  const leaf: fc.Arbitrary<Predicate> = fc.oneof({ weight: 20, arbitrary: fc.oneof(...leaves) }, { weight: 1, arbitrary: fc.constantFrom<Predicate>({ kind: 'always' }, { kind: 'never' }) })
  if (depth === 0) return leaf
  const inner = predicates(entity, outer, depth - 1), several = fc.array(inner, { minLength: 1, maxLength: 4 })
  const relations = Object.values(world.entities[entity]!.relations)
  return fc.oneof(
    { weight: 2, arbitrary: leaf }, { weight: 1, arbitrary: several.map((of): Predicate => ({ kind: 'and', of })) }, { weight: 2, arbitrary: several.map((of): Predicate => ({ kind: 'or', of })) },
    { weight: 2, arbitrary: inner.map((of): Predicate => ({ kind: 'not', of })) },
    ...(relations.length ? [{ weight: 4, arbitrary: fc.constantFrom(...relations).chain(r => predicates(r.target, [entity, ...outer], depth - 1).map((where): Predicate => ({ kind: 'some', relation: r.name, where }))) }] : []),
  )
}

for (const [server, cases] of [['current', 1200], ['older', 300]] as const) describe(`predicates on the ${server} server`, () => {
  let w: World
  const given: Rows = { ...rows, thing: thingRows(seed) }
  before(async () => { w = await worldOn(server, given) })
  after(() => w.end())

  test(`${cases} random predicates are true of the same rows as evaluate says (seed ${seed})`, async t => {
    const names = ['thing', 'thing', 'thing', 'person', 'post', 'comment', 'booking', 'tag', 'seat']
    const drawn = fc.sample(fc.constantFrom(...names).chain(name => predicates(name, [], 3).map(p => ({ name, p }))), { seed, numRuns: cases })
    const store = memoryStore(world, () => now)
    store.load(given)
    const [[now = ''] = []] = (await w.query(`select to_json(now())#>>'{}'`)) as string[][]
    const wrong: { size: number; text: string }[] = []
    let some = 0, none = 0
    for (let at = 0; at < drawn.length; at += 60) {
      const values: Value[] = []
      // Half of the constants travel as parameters; all predicates of a batch share one statement.
      let n = 0
      const batch = drawn.slice(at, at + 60).map(d => ({ ...d, p: mapOperands(d.p, o => (o.kind === 'value' && n++ % 2 ? parameter(values.push(o.value) - 1) : o)) }))
      const ctx = context(world, w.connections.server)
      const parts = batch.map(({ name, p }) => {
        const entity = world.entities[name]!, alias = ctx.alias(), scope = stored(entity, alias)
        const key = entity.key.map(k => sql`${scope.column(k)}::text`).reduce((a, b) => sql`${a} || ' ' || ${b}`)
        return { name, p, sql: sql`(select string_agg(${key}, ',') from ${tableOf(entity)} ${alias} where ${predicate(p, [scope], ctx)})` }
      })
      const text = `select ${parts.map(x => x.sql.text).join(', ')}`
      const [found = []] = await w.query(text, ctx.parameters.bind(values))
      for (const [i, { name, p, sql: statement }] of parts.entries()) {
        const entity = world.entities[name]!
        const read = await store.read(authorized(query(name, entity.key, { where: p, page: { kind: 'offset', skip: null, take: 10_000 } })), values, soon())
        const expected = (JSON.parse(textOf(read.body)) as Record<string, Value>[]).map(r => entity.key.map(k => String(r[k])).join(' ')).sort()
        const got = (found[i] ?? '').split(',').filter(x => x !== '').sort()
        if (expected.length === 0) none++
        else some++
        if (JSON.stringify(got) !== JSON.stringify(expected)) {
          const size = JSON.stringify(p).length
          wrong.push({ size, text: `${name}: ${JSON.stringify(p)}\nvalues ${JSON.stringify(values)}\n${statement.text}\nexpected ${expected.join(', ')}\ngot      ${got.join(', ')}` })
        }
      }
    }
    t.diagnostic(`${some} predicates held of some row, ${none} of none`)
    assert.ok(some > cases / 3 && none > cases / 20, 'the predicates say too little')
    assert.equal(wrong.length, 0, `${wrong.length} of ${cases} differ (seed ${seed}); the shortest:\n${wrong.sort((a, b) => a.size - b.size)[0]?.text}`)
  })

  test('case folds as `fold` does over all of Unicode', async () => {
    const all: string[] = []
    for (let point = 1; point < 0x110000; point++) {
      const c = String.fromCodePoint(point)
      // Old servers look each letter up in a table, which takes 6 s for all of them; what has no case can be in no table.
      if (/\p{Cs}/u.test(c) || (server === 'older' && /\p{Lo}|\p{Cn}|\p{Co}/u.test(c) && fold(c) === c)) continue
      all.push(c)
    }
    for (let at = 0; at < all.length; at += 100_000) {
      const text = all.slice(at, at + 100_000).join('')
      const [[got = ''] = []] = (await w.query(`select ${folded(sql`($1::text collate "C")`, context(world, w.connections.server)).text}`, [text])) as string[][]
      if (got === fold(text)) continue
      const mine = [...fold(text)], theirs = [...got]
      assert.fail(mine.map((c, i) => (c === theirs[i] ? '' : `U+${[...text][i]?.codePointAt(0)?.toString(16)}: ${c} here, ${theirs[i]} there`)).filter(x => x !== '').slice(0, 50).join('\n'))
    }
  })
})

test('the end of a prefix', () => {
  assert.equal(afterPrefix('ab'), 'ac')
  assert.equal(afterPrefix('a\ud7ff'), 'a\ue000')
  assert.equal(afterPrefix('a\u{10ffff}\u{10ffff}'), 'b')
  assert.equal(afterPrefix(null), null)
  assert.ok(String(afterPrefix('')) > '\u{10ffff}'.repeat(255))
})
