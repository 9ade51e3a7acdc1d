// The one error type. It points at the part of the request it is about, carries safe facts, and keeps its cause inside the process.
import { failures, type Code, type Row } from './table.ts'

/** Where in the body or the operation the trouble is: `['items', 0, 'quantity']`. */
export type At = readonly (string | number)[]
/** One of several mistakes of a body. */
export interface Mistake { readonly at: At; readonly detail: string }
/** Plain JSON. */
export type Fact = string | number | boolean | null | readonly Fact[] | { readonly [name: string]: Fact }
export type Facts = Readonly<Record<string, Fact>>
/** A failure that an application declares: a row beside those of the table, its code prefixed by the application's name, `shop.outOfStock`. */
export interface Declared { readonly code: string; readonly row: Row }
/** A code of the table, or one that an application declared: what it means is in the failure's own `row`. */
export type AnyCode = Code | (string & Record<never, never>)

export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: AnyCode
  readonly row: Row
  readonly at: At
  readonly mistakes: readonly Mistake[]
  /** Safe to show to the caller. */
  readonly facts: Facts

  constructor(code: Code | Declared, detail?: string, more: { at?: At; mistakes?: readonly Mistake[]; facts?: Facts; cause?: unknown } = {}) {
    const row = typeof code === 'string' ? failures[code] : code.row
    super(detail ?? row.title, more.cause === undefined ? undefined : { cause: more.cause })
    this.code = typeof code === 'string' ? code : code.code
    this.row = row
    this.at = more.at ?? []
    this.mistakes = more.mistakes ?? []
    this.facts = more.facts ?? {}
  }

  /** The same, its places below `at`: of one of several operations, say. */
  below(at: At): Failure {
    return new Failure({ code: this.code, row: this.row }, this.message, {
      at: [...at, ...this.at], mistakes: this.mistakes.map(m => ({ at: [...at, ...m.at], detail: m.detail })), facts: this.facts, ...(this.cause === undefined ? {} : { cause: this.cause }),
    })
  }
}

/** A mistake in what an action was given, found by its code: told with its place, as those that are found before are. Of a row's or a query's own mistakes the code's caller knows no places. */
export class InputMistake extends Failure {
  constructor(at: string | At, detail: string) {
    const place = typeof at === 'string' ? [at] : at
    super('resolve.value', `${place.join('.')} ${detail}`, { mistakes: [{ at: place, detail }] })
  }
}

/** Anything thrown, as a failure: what is not one already is `internal`, its cause kept. */
export function toFailure(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure('internal', undefined, { cause: error })
}
