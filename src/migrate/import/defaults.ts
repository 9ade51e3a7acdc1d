// The default of a column as a modifier of its field.
import type { Value } from '../../operation/index.ts'
import { normal } from '../expression.ts'
import type { Column } from '../live.ts'
import type { KindOf } from './kinds.ts'
import { textLiteral, valueLiteral } from './literal.ts'

export interface DefaultOf { readonly code: string; readonly uses: readonly string[] }

/** `.default(…)`, or null where there is none. Sequences of the column's own are no default but a counted field. */
export function defaultOf(column: Column, kind: KindOf): DefaultOf | null {
  const text = column.default
  if (text === null || /^NULL\b/i.test(text.trim())) return null
  const constant = constantOf(text, kind)
  if (constant !== undefined) return { code: `.default(${constant})`, uses: [] }
  const said = normal(text)
  const isNow = [normal('now()'), normal('CURRENT_TIMESTAMP')].includes(said)
  if (!kind.list && ((kind.scalar === 'timestamp' && isNow) || (kind.scalar === 'date' && said === normal('CURRENT_DATE')))) return { code: '.default(now)', uses: ['now'] }
  return { code: `.default(expression(${textLiteral(text)}))`, uses: ['expression'] }
}

/** The default of a reference is the database's to work out. */
export const referenceDefault = (column: Column): DefaultOf | null =>
  (column.default === null || /^NULL\b/i.test(column.default) ? null : { code: `.default(expression(${textLiteral(column.default)}))`, uses: ['expression'] })

/** A constant as TypeScript source. */
function constantOf(expression: string, kind: KindOf): string | undefined {
  const tokens = JSON.parse(normal(expression)) as [string, string][]
  const [only] = tokens
  if (tokens.length !== 1 || only === undefined) return undefined
  const [is, text] = only
  if (kind.list) return is === 'text' && text === '{}' ? '[]' : undefined
  if (is === 'number') {
    const whole = /^-?\d+$/.test(text)
    switch (kind.scalar) {
      case 'integer': return whole && Math.abs(Number(text)) <= 2_147_483_647 ? text : undefined
      case 'bigint': return whole ? `${text}n` : undefined
      // One that JavaScript writes otherwise (1e-7) would come out as another text.
      case 'number': return String(Number(text)) === text && /^-?\d+(\.\d+)?$/.test(text) ? text : undefined
      // As it was written: `0.10` has its nought.
      case 'decimal': return /^-?\d+(\.\d+)?$/.test(text) ? textLiteral(/^\(?'?(-?\d+(?:\.\d+)?)'?\)?(?:::numeric(?:\([\d, ]+\))?)?$/.exec(expression)?.[1] ?? text) : undefined
      default: return undefined
    }
  }
  if (is === 'name') return kind.scalar === 'boolean' && (text === 'true' || text === 'false') ? text : undefined
  if (is !== 'text') return undefined
  switch (kind.scalar) {
    case 'text': return kind.kind === 'range' || (kind.choices && !kind.choices.includes(text)) ? undefined : textLiteral(text)
    case 'date': return /^\d{4}-\d\d-\d\d$/.test(text) ? textLiteral(text) : undefined
    case 'json': try { return valueLiteral(JSON.parse(text) as Value) } catch { return undefined }
    default: return undefined
  }
}
