// What predicates mean, where a store would not show that the oracle is wrong as well.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compare, evaluate, fold } from './evaluate.ts'
import { constant, field, not, parameter, type Comparison, type Predicate } from './predicate.ts'
import type { Readable } from './evaluate.ts'
import type { Scalar, Value } from './value.ts'

const row = (values: Readonly<Record<string, Value>>): Readable => ({ value: name => values[name] ?? null, related: () => [] })
const holds = (p: Predicate, values: Readonly<Record<string, Value>> = {}, slots: readonly Value[] = []) => evaluate(p, row(values), { values: slots, now: '2026-01-01T00:00:00+00:00' })
const is = (op: Comparison, right: Value): Predicate => ({ kind: 'compare', op, as: 'integer', left: field('n'), right: constant(right) })

test('null compares with nothing, and not is complement', () => {
  for (const op of ['eq', 'lt', 'lte', 'gt', 'gte'] as const) {
    for (const [n, right] of [[null, null], [null, 1], [1, null]] as const) {
      assert.equal(holds(is(op, right), { n }), false, `${n} ${op} ${right}`)
      assert.equal(holds(not(is(op, right)), { n }), true, `not ${n} ${op} ${right}`)
    }
  }
  const list: Predicate = ({ kind: 'in', as: 'integer', left: field('n'), right: parameter(0) })
  assert.equal(holds(list, { n: null }, [[null]]), false)
  assert.equal(holds(list, { n: 1 }, [[null, 1]]), true)
  assert.equal(holds({ kind: 'has', as: 'integer', of: field('n'), value: constant(null) }, { n: [null] }), false)
})

test('text orders by code point', () => {
  assert.ok((compare('text', '\u{ff5e}', '\u{10000}') ?? 0) < 0, 'UTF-16 has it the other way round')
  assert.ok((compare('text', '\u{10000}', '\u{ff5e}') ?? 0) > 0)
  assert.ok((compare('text', '\u{10000}', '\u{10001}') ?? 0) < 0)
  assert.ok((compare('text', 'a', 'ab') ?? 0) < 0)
})

test('scalars compare by value', () => {
  const order = (as: Scalar, a: Value, b: Value) => Math.sign(compare(as, a, b) ?? Number.NaN)
  assert.equal(order('decimal', '9.5', '10.2'), -1)
  assert.equal(order('decimal', '1.50', '1.5'), 0)
  assert.equal(order('bigint', '9007199254740993', '9007199254740992'), 1)
  assert.equal(order('bytes', '-A', 'AA'), 1, 'base64url has it the other way round')
  assert.equal(compare('number', Number.NaN, Number.NaN), null)
  assert.equal(compare('duration', 'P1D', 'PT24H'), null)
  assert.equal(order('json', { a: [1, { b: null }] }, { a: [1, { b: null }] }), 0)
})

test('folding is by code point, and never changes the length', () => {
  assert.equal(fold('ÄßΣ'), 'äßσ')
  assert.equal(fold('ΑΣ'), 'ας'.slice(0, 1) + 'σ', 'no final sigma')
  assert.equal(fold('İ'), 'i')
  for (const c of ['İ', 'ẞ', 'ﬃ', '𐐀', 'Ⅳ']) assert.equal([...fold(c)].length, 1, c)
})
