// A range of numbers, days or moments, in one column: the database's own range types.
import { fieldOf, type Field } from '../field.ts'

export type RangeOf = 'integer' | 'bigint' | 'decimal' | 'date' | 'timestamp'

const number = '-?\\d+(\\.\\d+)?', ends: Readonly<Record<RangeOf, string>> = {
  integer: '-?\\d+', bigint: '-?\\d+', decimal: number, date: '\\d{4,}-\\d\\d-\\d\\d', timestamp: '"?\\d{4,}-\\d\\d-\\d\\d[ T]\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,6})?)?(Z|[+-]\\d\\d(:?\\d\\d)?)?"?',
}

/** A range: `range('date')` holds `[2026-01-01,2026-02-01)`, as PostgreSQL writes it: `[` and `]` with the end, `(` and `)` without it, nothing for no end, `empty`. */
export function range(of: RangeOf): Field<'range', never, string> {
  const end = Object.hasOwn(ends, of) ? `(${ends[of]})?` : ''
  const wrong = end === '' ? [`There are no ranges of ${String(of)}. Write range('integer'), of 'bigint', 'decimal', 'date' or 'timestamp'.`] : []
  return fieldOf('range', 'text', { range: of, pattern: `^(empty|[\\[(]${end},${end}[\\])])$` }, range, { wrong })
}
