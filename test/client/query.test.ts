// What the client says in an address is what REST reads from it, for any filter; and what an address cannot say goes into a body.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bodyOf, keyOf, queryOf, Unsayable, type Ask } from '../../src/client/query.ts'
import { readStructure } from '../../src/protocols/rest/grammar.ts'
import { readLong } from '../../src/protocols/rest/long.ts'
import { readQuery } from '../../src/protocols/rest/query.ts'
import { Slot, type Filter, type ReadAsk, type RowsAsk } from '../../src/wire/index.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter(x => !x.includes('\0'))
const leaf = fc.oneof(text, fc.integer(), fc.boolean())
const names = fc.constantFrom('status', 'total', 'placedAt', 'customerId')
const operators = fc.dictionary(fc.constantFrom('eq', 'not', 'gte', 'lt', 'contains', 'startsWithi', 'has', 'search'), leaf, { minKeys: 1, maxKeys: 3 })
const { filter } = fc.letrec(tie => ({
  field: fc.oneof({ weight: 3, arbitrary: leaf }, operators, fc.constant(null), fc.record({ in: fc.array(text, { maxLength: 4 }) }), fc.record({ null: fc.boolean() })),
  plain: fc.dictionary(names, tie('field'), { minKeys: 1, maxKeys: 3 }),
  filter: fc.oneof({ maxDepth: 3 },
    tie('plain'),
    fc.record({ customer: tie('filter') }), fc.record({ items: fc.record({ some: tie('filter') }) }), fc.record({ not: tie('filter') }),
    fc.tuple(fc.constantFrom('or', 'and'), fc.array(tie('filter'), { minLength: 1, maxLength: 3 })).map(([word, of]) => ({ [word]: of })),
  ),
})) as unknown as { filter: fc.Arbitrary<object> }
const rows = fc.record({
  where: filter, sort: fc.array(fc.constantFrom('-placedAt', 'customer.name'), { minLength: 1, maxLength: 2 }), fields: fc.array(names, { minLength: 1, maxLength: 2 }), first: fc.integer({ min: 1, max: 100 }),
}, { requiredKeys: [] })
const ask = fc.record({ rows, include: fc.dictionary(fc.constantFrom('items', 'customer'), fc.oneof(fc.constant(true as const), rows), { minKeys: 1 }) }, { requiredKeys: ['rows'] })
  .map(({ rows: own, include }): Ask => ({ ...own, ...(include ? { include } : {}) }))

/** What was asked, as REST should have it: values as text, as in every address. */
const meant = (x: unknown, name = ''): unknown => {
  if (x === null) return { null: true }
  if (typeof x !== 'object') return name === 'null' ? x : String(x)
  // One value with a comma is said twice: the same set.
  if (name === 'in' && Array.isArray(x)) return x.length === 1 && (x[0] === '' || String(x[0]).includes(',')) ? [String(x[0]), String(x[0])] : x.map(String)
  if (Array.isArray(x)) return x.map(y => meant(y))
  return Object.fromEntries(Object.entries(x).map(([n, v]) => [n, meant(v, n)]))
}
const meantRows = ({ where, sort, fields, first, include }: Ask, filtered: (where: unknown) => unknown): object => ({
  ...(where === undefined ? {} : { filter: filtered(where) }), ...(sort ? { sort } : {}), ...(fields ? { fields } : {}), ...(first === undefined ? {} : { size: first }),
  ...(include ? { include: Object.fromEntries(Object.entries(include).map(([n, of]) => [n, of === true ? {} : meantRows(of, filtered)])) } : {}),
})

const filled = (of: Filter, values: readonly unknown[]): unknown => {
  if (of instanceof Slot) return values[of.index]
  if (Array.isArray(of)) return of.map(part => filled(part, values))
  if (of === null || typeof of === 'boolean') return of
  return Object.fromEntries(Object.entries(of).map(([name, part]) => [name, filled(part, values)]))
}
const readRows = ({ filter: of, include, ...rest }: RowsAsk, values: readonly unknown[]): object => ({
  ...rest, ...(of === undefined ? {} : { filter: filled(of, values) }),
  ...(include ? { include: Object.fromEntries(Object.entries(include).map(([n, below]) => [n, readRows(below, values)])) } : {}),
})

test('an address says what is asked', () => {
  fc.assert(fc.property(ask, asked => {
    const query = queryOf(asked)
    assert.deepEqual(readRows(readStructure(query, 'find', 0), readQuery(query).values), meantRows(asked, meant), query)
    // As a browser writes it into its request.
    const { search } = new URL(`http://x.example/api/~order?${query}`)
    assert.equal(decodeURIComponent(search.slice(1)), decodeURIComponent(query))
  }), { numRuns: 400 })
})

test('a body says what is asked, with the types of its values', () => {
  fc.assert(fc.property(ask, asked => {
    const body = new TextEncoder().encode(JSON.stringify(bodyOf(asked)))
    const request = readLong('order', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const { kind: _, entity: __, ...read } = request.ask() as Extract<ReadAsk, { kind: 'find' }>
    assert.deepEqual(readRows(read, request.values), meantRows(asked, where => JSON.parse(JSON.stringify(where)) as unknown))
  }), { numRuns: 200 })
})

test('what an address cannot say is refused, not left out', () => {
  for (const where of [{ or: [] }, { items: { some: {} } }, { not: {} }, { status: {} }, { or: [{ status: 'a' }, {}] }]) assert.throws(() => queryOf({ where }), Unsayable, JSON.stringify(where))
  assert.equal(queryOf({ where: {} }), '')
  assert.equal(queryOf({ where: { status: { in: [] } } }), 'filter[status][in]=')
  assert.throws(() => queryOf({ where: { status: undefined } }), /'status' is undefined/)
  assert.throws(() => queryOf({ include: { items: { where: { quantity: { gt: NaN } } } } }), /'gt' is NaN/)
})

test('keys as they stand in an address', () => {
  assert.equal(keyOf('a/b,c'), 'a%2Fb%2Cc')
  assert.equal(keyOf(7), '7')
  assert.equal(keyOf(9007199254740993n), '9007199254740993')
  assert.equal(keyOf({ productId: 'p', detailId: { orderId: 1, code: 'a=b' } }), 'productId=p,detailId.orderId=1,detailId.code=a%3Db')
  assert.throws(() => keyOf({ productId: undefined }), /'productId' is undefined/)
  assert.throws(() => keyOf(''), /empty/)
})
