// Values of every kind: few enough that filters hit and sorts tie, strange enough to tell apart what looks alike.
import type { Value } from '../../operation/index.ts'
import type { Kind } from '../../model/index.ts'
import type { Pick } from './pick.ts'

const uuids = [1, 2, 3, 4].map(n => `0198a000-0000-7000-8000-00000000000${n}`)
const texts = ['', 'a', 'A', 'b', 'ab', 'Ä', 'ä', 'ß', 'ẞ', 'İ', 'i', 'Σ', 'ς', '𝒳', '\ue000', '%', '_', "o'k", '\\', 'a b', 'a_b', '"q"', '{}', 'null']
/** Per kind, in canonical form. */
export const pools: Readonly<Record<Kind, readonly Exclude<Value, null>[]>> = {
  id: uuids, uuid: uuids, text: texts, secret: ['s1', 's2'],
  integer: [-2147483648, -3, 0, 1, 2, 7, 2147483647],
  bigint: ['-9223372036854775808', '-1', '0', '1', '10', '9', '9007199254740993', '9223372036854775807'],
  number: [-1.5, 0, 0.1, 0.30000000000000004, 2, 10, 1e21, 2.5e-7],
  decimal: ['-0.01', '0', '1', '9.5', '10.2', '1000000000000000000000.5', '0.30'],
  money: ['-1.00', '0.00', '9.50', '10.20', '99.99'],
  boolean: [true, false],
  timestamp: ['2021-01-01T00:00:00+00:00', '2021-01-01T00:00:00.1+00:00', '2021-01-01T00:00:00.123456+00:00', '2020-11-20T09:30:00+00:00', '1999-12-31T23:59:59.999999+00:00', '2099-01-01T00:00:00+00:00'],
  date: ['1999-12-31', '2024-02-29', '2026-01-01', '2026-11-20'],
  time: ['00:00:00', '09:30:00', '09:30:00.5', '23:59:59.999999'],
  duration: ['PT1H', 'P1D', 'PT0S', 'P1Y2M3DT4H5M6S'],
  json: [{ a: 1 }, { a: 1, b: [true, null] }, [1, 2], [], 'x', 1.5, true],
  choice: ['open', 'paid', 'shipped'],
  email: ['a@x.example', 'b@x.example', 'c@y.example'],
  url: ['https://x.example/', 'https://y.example/a?b=c'],
  slug: ['a', 'a-b', 'c1'],
  range: ['empty', '[1,5)', '(,5)'],
  bytes: ['', 'AA', 'AP8', '_w', '_-8'],
}

/** A value for a field, never null. */
export function valueFor(pick: Pick, field: { readonly kind: Kind; readonly list: boolean }): Value {
  const pool = pools[field.kind]
  if (!field.list) return pick.of(pool)
  return Array.from({ length: pick.nat(3) }, () => pick.of(pool))
}
