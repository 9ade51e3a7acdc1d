// What a case of the conformance suite is: who asks what of the world, and what must come of it. Plain data.
import type { AnyCode } from '../failure/index.ts'
import type { Capability } from '../operation/index.ts'
import type { CallPart, Part, ReadPart } from './request.ts'
import type { Who } from './world.ts'

/** All that is given must hold; what is not given is not looked at. */
export interface Expect {
  /** The answer: a list of rows, or one. */
  readonly data?: unknown
  /** Of each row of the list, only these: `[field, values]`. */
  readonly pluck?: readonly [field: string, values: readonly unknown[]]
  /** The one row has at least this. */
  readonly has?: Readonly<Record<string, unknown>>
  /** The one row, or each row of the list, has no such members. */
  readonly lacks?: readonly string[]
  readonly total?: number
  /** Included lists that were cut by their page. */
  readonly cut?: readonly string[]
  /** Whether pages follow and precede. */
  readonly next?: boolean
  readonly previous?: boolean
  /** Every page from the first to the last, then back again: the same pages. Of each row its first key field. */
  readonly pages?: readonly (readonly unknown[])[]
  readonly failure?: AnyCode
  /** Of a failure: what is known of it. */
  readonly facts?: Readonly<Record<string, unknown>>
  /** Of a failure: where, and the fields it names. */
  readonly at?: readonly (string | number)[]
  readonly mistakes?: readonly (readonly (string | number)[])[]
  readonly fields?: readonly string[]
  /** No row may be had: an empty list, no row, or refused. */
  readonly nothing?: true
}
export interface Step { readonly as: Who; readonly do: ReadPart; readonly expect: Expect }
/** A call of an action; `then` as of a write. */
export interface CallCase { readonly name: string; readonly as: Who; readonly call: CallPart; readonly expect: Expect; readonly then?: readonly Step[] }
export interface Case {
  readonly name: string
  readonly as: Who
  readonly do: Part
  readonly expect: Expect
  /** After a write: what is there now. */
  readonly then?: readonly Step[]
  /** What not every store can: where it is `none` the case must be refused instead, with `store.unsupported`. */
  readonly needs?: readonly Capability[]
}
