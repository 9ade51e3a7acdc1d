// What fits a scalar, in which canonical form, and what does not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Decimal } from 'decimal.js'
import type { Scalar, Value } from '../../operation/index.ts'
import { Exact, type Origin } from '../../wire/index.ts'
import { Misfit, readScalar } from './value.ts'

type Case = readonly [Scalar, unknown, Value | typeof no, Origin?]
const no = Symbol('misfit')
const cases: readonly Case[] = [
  ['uuid', '018F0000-0000-7000-8000-00000000000A', '018f0000-0000-7000-8000-00000000000a'], ['uuid', '018f', no], ['uuid', 7, no],
  ['text', 'ä\u{1F600}', 'ä\u{1F600}'], ['text', 'a\0b', no], ['text', '\ud800', no], ['text', 1, no], ['text', null, no],
  ['integer', 5, 5], ['integer', -0, 0], ['integer', '5', 5, 'url'], ['integer', '5', no], ['integer', 5.5, no], ['integer', 2147483648, no], ['integer', '1e3', 1000, 'url'], ['integer', '', no, 'url'], ['integer', '0x10', no, 'url'],
  ['bigint', '9223372036854775807', '9223372036854775807'], ['bigint', '9223372036854775808', no], ['bigint', new Exact('9007199254740993'), '9007199254740993'], ['bigint', 9007199254740993, no],
  ['bigint', '+007', '7'], ['bigint', '1.0', no], ['bigint', 12n, '12', 'code'],
  ['number', 1.5, 1.5], ['number', Infinity, no], ['number', NaN, no], ['number', '1e400', no, 'url'], ['number', 'NaN', no, 'url'],
  ['decimal', '12.50', '12.5'], ['decimal', 0.1, '0.1'], ['decimal', new Exact('123456789012345678901234567890.123456789'), '123456789012345678901234567890.123456789'],
  ['decimal', '1e3', '1000'], ['decimal', 'NaN', no], ['decimal', 'Infinity', no], ['decimal', '-0', '0'], ['decimal', '1e9999', no], ['decimal', '1'.repeat(1001), no], ['decimal', '0x1', no], ['decimal', '', no],
  ['decimal', new Decimal('1.10'), '1.1', 'code'],
  ['boolean', true, true], ['boolean', 'true', no], ['boolean', 'true', true, 'url'], ['boolean', 1, no],
  ['timestamp', '2026-11-20T09:30:00.1234560Z', no], ['timestamp', '2026-11-20T09:30:00.123450Z', '2026-11-20T09:30:00.12345+00:00'], ['timestamp', '2026-11-20T10:30:00+01:00', '2026-11-20T09:30:00+00:00'],
  ['timestamp', '2026-11-20T10:30:00 01:00', '2026-11-20T09:30:00+00:00', 'url'], ['timestamp', '2026-11-20T09:30:00', no], ['timestamp', '2026-02-30T09:30:00Z', no], ['timestamp', '2026-11-20T24:00:00Z', no],
  ['timestamp', '9999-12-31T23:59:59-01:00', no], ['timestamp', '0000-01-01T00:00:00Z', no], ['timestamp', 'infinity', no], ['timestamp', new Date(0), '1970-01-01T00:00:00+00:00', 'code'],
  ['date', '2024-02-29', '2024-02-29'], ['date', '2023-02-29', no], ['date', '10000-01-01', no], ['date', '0000-01-01', no],
  ['time', '09:30', '09:30:00'], ['time', '09:30:00.500', '09:30:00.5'], ['time', '24:00:00', no],
  ['duration', 'PT90M', 'PT1H30M'], ['duration', 'P1W', 'P7D'], ['duration', 'P14M', 'P1Y2M'], ['duration', 'PT0S', 'PT0S'], ['duration', 'P', no], ['duration', 'PT', no], ['duration', '-P1DT1H', 'P-1DT-1H'], ['duration', 'PT1.5S', 'PT1.5S'], ['duration', 'P1.5D', no],
  ['json', { a: [1, { b: null }] }, { a: [1, { b: null }] }], ['json', { a: 'x\0' }, no], ['json', Infinity, no], ['json', undefined, no],
  ['bytes', 'AQID', 'AQID'], ['bytes', 'AQI=', 'AQI'], ['bytes', 'A', no], ['bytes', 'A$', no], ['bytes', new Uint8Array([255, 254]), '__4', 'code'],
]

for (const [as, raw, wanted, origin = 'body'] of cases) {
  const shown = raw instanceof Exact ? raw.text : typeof raw === 'string' ? JSON.stringify(raw.slice(0, 40)) : String(raw)
  test(`${as} ${shown} from ${origin === 'body' ? 'a body' : origin === 'url' ? 'a URL' : 'code'} ${wanted === no ? 'does not fit' : 'fits'}`, () => {
    if (wanted === no) assert.throws(() => readScalar(as, raw, origin), Misfit)
    else assert.deepEqual(JSON.parse(JSON.stringify(readScalar(as, raw, origin))), wanted)
  })
}
