// Where resolve finds mistakes: collects them for a body, throws at once for a URL.
import { Failure, type At, type Code, type Mistake } from '../../failure/index.ts'
import type { Origin } from '../../wire/index.ts'

/** Names that do not exist and values that do not fit: a URL's are a 400 at once, a body's are one 422 that lists them all. */
export class Mistakes {
  readonly list: Mistake[] = []
  readonly origin: Origin
  constructor(origin: Origin) { this.origin = origin }

  add(at: At, detail: string, code: Code = 'resolve.name'): void {
    if (this.origin === 'url') throw new Failure(code, brief(detail), { at })
    this.list.push({ at, detail: brief(detail) })
  }
  /** Throws what was collected. */
  check(): void {
    if (this.list.length) throw mistaken(this.list)
  }
}

export const mistaken = (found: readonly Mistake[]): Failure => {
  const mistakes = found.map(m => ({ ...m, detail: brief(m.detail) }))
  const first = mistakes[0]
  // A detail that begins with the name stands below what has it: `items.0: 'prise' does not exist`.
  const named = first !== undefined && first.detail.startsWith(`'${String(first.at.at(-1))}' `)
  const place = first === undefined ? '' : (named ? first.at.slice(0, -1) : first.at).map(part => (String(part).length > 80 ? `${String(part).slice(0, 80)}…` : part)).join('.')
  const text = first === undefined ? undefined : mistakes.length === 1 ? `${place === '' ? '' : `${place}${named ? ':' : ''} `}${first.detail}` : `${mistakes.length} mistakes`
  return new Failure('resolve.value', text, { mistakes, at: first?.at ?? [] })
}

/** Names a caller gave are cut where they are long, so that nobody's input comes back whole. */
const brief = (detail: string): string => (detail.length <= 200 ? detail : detail.replace(/'([^']{80})[^']+'/gu, "'$1…'").slice(0, 1000))

/** What a request may ask for at most. */
export interface Limits {
  /** Levels of relations in a filter, an include or a nested write. */
  readonly depth: number
  /** Comparisons in a filter. */
  readonly comparisons: number
  /** Included relations. */
  readonly includes: number
  /** Values of one `in`. */
  readonly list: number
  /** Sort keys. */
  readonly sorts: number
  /** Rows an answer may come to if every page is full. */
  readonly cost: number
  /** Rows written by one request. */
  readonly writes: number
}
export const defaultLimits: Limits = { depth: 6, comparisons: 60, includes: 20, list: 1000, sorts: 6, cost: 20_000, writes: 2000 }
