// Numbers of JSON bodies keep their digits.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Exact, parseExact } from './index.ts'

test('numbers JavaScript holds stay numbers, others keep their text', () => {
  for (const text of ['0', '-0', '1', '0.1', '1.10', '1e3', '123456789012345', '9007199254740991', '100000000000000000000000']) {
    assert.equal(parseExact(text), Number(text), text)
  }
  for (const text of ['9007199254740993', '1e400', '-1e400', '0.1234567890123456789', '123456789012345678901234567890', '12345678.123456789', '1e-400']) {
    const value = (parseExact(`{"a":[${text}]}`) as { a: unknown[] }).a[0]
    if (value instanceof Exact) assert.equal(value.text, text)
    else assert.equal(Number(value), Number(text), text)
  }
  assert.ok(parseExact('9007199254740993') instanceof Exact)
  assert.ok(parseExact('1e400') instanceof Exact)
  assert.ok(parseExact('1e-400') instanceof Exact)
})

test('written back, every number has the value it came with', () => {
  const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 40 }).map(x => x.join('').replace(/^0+(?=.)/, ''))
  fc.assert(fc.property(digits, fc.option(digits), fc.boolean(), (whole, fraction, minus) => {
    const text = `${minus ? '-' : ''}${whole}${fraction === null ? '' : `.${fraction}`}`
    const back = JSON.stringify(parseExact(`[${text}]`)).slice(1, -1)
    const value = parseExact(text)
    if (value instanceof Exact) assert.equal(back, text)
    else assert.ok(Math.abs(Number(back)) === Math.abs(Number(text)))
    // The digits that count are all there.
    const plain = (x: string): string => x.replace(/^-/, '').replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')
    if (!/e/.test(back)) assert.equal(plain(back), plain(text))
  }), { numRuns: 300 })
})

test('names of prototypes are ordinary members', () => {
  const parsed = parseExact('{"__proto__": {"admin": 12345678901234567890}}') as object
  assert.deepEqual(Object.keys(parsed), ['__proto__'])
  assert.equal((parsed as { admin?: unknown }).admin, undefined)
})
