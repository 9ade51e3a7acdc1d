// The one error type. It points at the part of the request it is about, carries safe facts, and keeps its cause inside the process.
import { failures, type Code, type Row } from './table.ts'

/** Where in the body or the operation the trouble is: `['items', 0, 'quantity']`. */
export type At = readonly (string | number)[]
/** One of several mistakes of a body. */
export interface Mistake { readonly at: At; readonly detail: string }
export type Facts = Readonly<Record<string, string | number | boolean | null | readonly string[]>>

export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: Code
  readonly at: At
  readonly mistakes: readonly Mistake[]
  /** Safe to show to the caller. */
  readonly facts: Facts

  constructor(code: Code, detail?: string, more: { at?: At; mistakes?: readonly Mistake[]; facts?: Facts; cause?: unknown } = {}) {
    super(detail ?? failures[code].title, more.cause === undefined ? undefined : { cause: more.cause })
    this.code = code
    this.at = more.at ?? []
    this.mistakes = more.mistakes ?? []
    this.facts = more.facts ?? {}
  }
  get row(): Row { return failures[this.code] }
}

/** Anything thrown, as a failure: what is not one already is `internal`, its cause kept. */
export function toFailure(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure('internal', undefined, { cause: error })
}
