// A plan as lines for people, one per change, in the tone of the first three minutes.
import { relative, sep } from 'node:path'
import type { FieldModel } from '../model/index.ts'
import { absurd } from '../operation/index.ts'
import type { MigrationPlan, Refusal } from './plan.ts'

export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`
export const exist = (n: number, what: string): string => `${plural(n, what)} ${n === 1 ? 'exists' : 'exist'}`

/** The lines of a plan: what it does, then what it refuses with the ways out. Empty for an empty plan. */
export function describePlan(plan: MigrationPlan): string[] {
  return [...plan.steps.flatMap(s => s.says ?? []), ...plan.refused.map(describeRefusal)]
}

/** `shop.ts:21  Product.rating is required, but 77 rows exist.` and, below, what to do instead. */
export function describeRefusal(refusal: Refusal): string {
  const place = refusal.place === null ? '' : `${near(refusal.place.file)}:${refusal.place.line}  `
  const ways = refusal.ways.length === 0 ? '' : `\n${' '.repeat(place.length)}${refusal.ways.join('  |  ')}`
  return `${place}${refusal.reason}${ways}`
}

/** As a terminal makes it something to click on: relative where that is near. */
const near = (file: string): string => {
  const from = relative(process.cwd(), file)
  return from.startsWith(`..${sep}..${sep}`) ? file : from
}

export const reset = 'npx backwright reset   (embedded data only)'

/** A default that would do, to show how one is written; null where none can be guessed. */
export function exampleDefault(field: FieldModel): string | null {
  const { min, max, choices, minLength, pattern } = field.bounds
  if (field.reference !== null) return null
  if (field.list) return '.default([])'
  switch (field.kind) {
    case 'integer': case 'number': {
      if (typeof min === 'number' && typeof max === 'number') return `.default(${Math.floor((min + max) / 2)})`
      return `.default(${typeof min === 'number' ? min : typeof max === 'number' ? Math.min(max, 0) : 0})`
    }
    case 'bigint': case 'decimal': case 'money': return `.default('${typeof min === 'string' ? min : '0'}')`
    case 'text': return (minLength ?? 0) > 0 || pattern !== undefined ? `.default('…')` : `.default('')`
    case 'choice': return `.default('${choices?.[0] ?? '…'}')`
    case 'boolean': return '.default(false)'
    case 'timestamp': case 'date': return '.default(now)'
    case 'json': return '.default({})'
    case 'email': case 'url': case 'slug': case 'time': case 'duration': return `.default('…')`
    case 'id': case 'uuid': case 'bytes': case 'secret': case 'range': return null
    default: return absurd(field.kind)
  }
}
