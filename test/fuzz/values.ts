// Values of fields, right, at the edge and wrong, as text of a URL and as text of JSON.
import type { FieldModel } from '../../src/model/index.ts'
import type { Scalar } from '../../src/operation/index.ts'
import { id } from '../../src/testkit/index.ts'
import type { Draw } from './draw.ts'

const ids = [...Array.from({ length: 16 }, (_, i) => id(i)), id(21), id(22), id(31), id(32), id(99)]
const words = ['open', 'locked', 'secret', 'Ann', 'art', 'a,b', 'äö/ü', 'bio', 'alpha', 'gold', 'x', 'o', 'ox', 'main', 'w', '', ' ', 'Ä', 'İ', '𝒳', '%', '_', '\\', "'", '"', 'null', 'true', '0']
/** Text that means something to somebody: to SQL, to JavaScript, to a shell, to a terminal, to a path. */
export const hostile = [
  "'; drop table posts; --", "' or '1'='1", '$1', '$$', '\\', '\\x00', '%00', '__proto__', 'constructor', 'toString', 'hasOwnProperty', '../../etc/passwd', '..%2f..%2f', '{{7*7}}', '${7*7}',
  '<script>alert(1)</script>', '\u202e', '\ufeff', '\ufffd', '\u0085', '\u2028', '\r\nX-Injected: 1', '\t', 'ﬃ', 'ß', 'ǆ', '\u{1f468}\u200d\u{1f469}', 'é', '\u{10ffff}', '-- x', '/* x */', ';', 'NaN', 'Infinity', '-0',
]
const long = ['a'.repeat(81), 'ü'.repeat(300), '\u{1d4b3}'.repeat(2000), '9'.repeat(400)]

const numbers = ['0', '1', '-1', '5', '10', '2147483647', '-2147483648', '2147483648', '9007199254740991', '9007199254740993', '9223372036854775807', '9223372036854775808', '1e3', '1e400', '-1e400', '1e-400', '0.1', '9.5', '10.2',
  '-0.01', '1.10', '00', '+1', '.5', '5.', '1_000', '0x10', ' 1', '123456789012345678901234567890.123456789012345678901234567890', '1e131071', '1e131073']
const good: Readonly<Record<Scalar, readonly string[]>> = {
  uuid: ids, text: words, integer: ['0', '1', '2', '5', '10', '-2147483648', '2147483647', '30'], bigint: ['0', '-1', '9007199254740993', '9223372036854775807', '-9223372036854775808'],
  number: ['0', '0.1', '-1.5', '2.5e-7', '1e308', '-5e-324'], decimal: ['0', '9.5', '10.2', '-0.01', '1.10', '1000000000000000000000000.000000000000000000000000000001'],
  boolean: ['true', 'false'], timestamp: ['2026-01-01T00:00:00.123456Z', '2026-01-01T00:00:00+00:00', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999999Z', '2026-02-01T10:00:00.000001+05:30'],
  date: ['2024-02-29', '1999-12-31', '0001-01-01', '9999-12-31'], time: ['09:30:00', '00:00:00', '23:59:59.999999', '09:30'], duration: ['P1D', 'PT1H', 'P1Y2M3DT4H5M6S', '-P1D', 'PT0.000001S'],
  json: ['null', '{}', '[1,{"a":null}]', '"x"', '1e400'], bytes: ['', 'AP8', '_w', 'AAAA'],
}
const edge: Partial<Record<Scalar, readonly string[]>> = {
  timestamp: ['2026-02-30T00:00:00Z', '2026-01-01', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59-14:00', '0001-01-01T00:00:00+14:00', '2026-01-01T24:00:00Z', '2026-01-01T23:59:60Z', '+010000-01-01T00:00:00Z', 'infinity', 'now', 'epoch', '2026-01-01T00:00:00.1234567Z', '2026-01-01T00:00:00+99:99'],
  date: ['2023-02-29', '0000-01-01', '10000-01-01', 'infinity', 'today', '2026-1-1', '-0001-01-01'], time: ['24:00:00', '23:59:60', '25:00', '9:30', '23:59:59.9999999', 'allballs'],
  duration: ['P', 'PT', 'P999999999Y', 'P1W1D', 'PT999999999H', 'infinity', '1 day', 'P1.5D', 'P178000000Y', 'PT2147483648S', 'P2147483648D', 'P306783378W'],
  decimal: ['1e400', '9'.repeat(200), `0.${'0'.repeat(150)}1`, 'NaN', 'Infinity', '1e131071', '99999999999.99', '9999999999.99', '9999999999.999'], number: ['1e309', '-1e309', 'NaN', '1e-400', '4.9e-324', '1e-323'],
  uuid: ['0198A000-0000-7000-8000-000000000001', '{0198a000-0000-7000-8000-000000000001}', '0198a000000070008000000000000001', '0198a000-0000-7000-8000-00000000000', '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  bytes: ['A', 'AP8=', '+/8', '\\x00', 'é'], integer: ['2147483648', '-2147483649', '1.5', '1e3', '1e9', '1e10'], bigint: ['9223372036854775808', '-9223372036854775809', '1.5', '1e3'], boolean: ['1', '0', 'TRUE', 't', 'yes', ''],
}
const choices = (f: FieldModel): readonly string[] => f.bounds.choices ?? (f.kind === 'email' ? ['a@x.example', 'ann@world.example', 'new@x.example', 'a@b', '@'] : f.kind === 'url' ? ['https://x.example/', 'http://y.example/?q=1', 'javascript:alert(1)', 'x'] : f.kind === 'slug' ? ['alpha', 'a-b', 'new-slug', 'A B', '-'] : good[f.scalar])

/** Text of one value of a field, as a URL or a string of a body carries it; right in most cases. */
export function textOf(d: Draw, f: FieldModel | null): string {
  return d.but(f === null ? 100 : 9, () => d.any(() => d.of(words), () => d.of(hostile), () => d.of(numbers), () => d.of(long), () => d.of(ids), () => d.of(edge[f?.scalar ?? d.of(Object.keys(edge) as Scalar[])] ?? words), () => unlikely(d)),
    () => d.of(f === null ? words : choices(f)))
}

const unlikely = (d: Draw): string => Array.from({ length: 1 + d.nat(12) }, () => String.fromCodePoint(d.any(() => d.nat(0x7f), () => d.nat(0xd7ff), () => 0xe000 + d.nat(0x1fff), () => 0x10000 + d.nat(0xfffff)))).join('')

/** JSON text of a value of a field. What JSON.stringify never writes is here too: duplicate names, lone surrogates, numbers without end. */
export function jsonOf(d: Draw, f: FieldModel | null): string {
  if (f !== null && f.list) return d.but(15, () => jsonOf(d, { ...f, list: false }), () => `[${Array.from({ length: d.nat(4) }, () => jsonOf(d, { ...f, list: false })).join(',')}]`)
  return d.but(3, () => strange(d), () => {
    if (f !== null && f.optional && d.chance(12)) return 'null'
    const text = textOf(d, f)
    const bare = f !== null && (f.scalar === 'integer' || f.scalar === 'number' || f.scalar === 'boolean' || f.scalar === 'json')
    if ((bare || d.chance(12)) && isJson(text)) return text
    return JSON.stringify(text)
  })
}
const isJson = (text: string): boolean => { try { JSON.parse(text); return true } catch { return false } }

const strange = (d: Draw): string => d.any(
  () => 'null', () => 'true', () => '{}', () => '[]', () => '[[]]', () => '""', () => '"\\u0000"', () => '"a\\u0000b"', () => '"\\ud800"', () => '"\\udc00\\ud800"', () => '{"\\ud800":1}', () => '{"a\\u0000":1}',
  () => `"${'x'.repeat(1 + d.nat(20_000))}"`, () => d.of(['1e400', '-1e400', '9'.repeat(60), '0.1234567890123456789', '-0', '1E5', '12345678901234567890']), () => '{"__proto__":{"admin":true}}', () => '{"constructor":{"prototype":{}}}',
  () => '{"connect":{}}', () => '{"connect":{"id":1}}', () => '{"create":{}}', () => '{"update":{}}', () => '{"delete":true}', () => '{"a":1,"a":2}', () => `${'['.repeat(d.nat(60))}0${''}`.replace(/^(\[*)0$/, (_, open: string) => `${open}0${']'.repeat(open.length)}`),
  () => `[${Array.from({ length: d.nat(300) }, (_, i) => i).join(',')}]`, () => JSON.stringify(d.of(hostile)))
