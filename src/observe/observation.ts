// Everything that is ever reported while serving, as one union. Logs and counters are readers of it; nobody else writes a log.
import type { AnyCode, Code } from '../failure/index.ts'

/** One statement: its text, which holds no values; when it began, in milliseconds after the request; what it took and touched. */
export interface Ran {
  readonly text: string
  readonly at: number
  readonly ms: number
  readonly rows: number
}

/** One request, when its answer has gone out (or its caller). No values of filters and bodies in it. */
export interface Served {
  readonly kind: 'request'
  /** Milliseconds since 1970, when it arrived. */
  readonly time: number
  readonly id: string
  /** The trace of a `traceparent`, else null. */
  readonly trace: string | null
  readonly protocol: string | null
  readonly method: string
  readonly path: string
  /** The names in the query string, without their values. */
  readonly parameters: readonly string[]
  readonly status: number
  readonly code: AnyCode | null
  /** The caller went away before the end. */
  readonly gone: boolean
  readonly ms: number
  readonly bytes: number
  readonly ran: readonly Ran[]
  /** How many they are, what they took together, how many rows they touched. */
  readonly statements: number
  readonly storeMs: number
  readonly rows: number
  /** The address without the values in it, `/api/orders/{id}`, where the protocol knew one. */
  readonly route: string | null
  readonly operation: string | null
  readonly entity: string | null
  /** The token's subject; null: anonymous, or not known yet. */
  readonly caller: string | null
  /** Of an `internal` failure or one with a cause: what really happened. Never leaves the process by an answer. */
  readonly cause: unknown
}

export type Observation =
  | Served
  | { readonly kind: 'listening'; readonly time: number; readonly url: string }
  /** Bytes that were no request: `code` says why they were refused. */
  | { readonly kind: 'unreadable'; readonly time: number; readonly code: Code; readonly cause: unknown }
  | { readonly kind: 'stopping'; readonly time: number; readonly inFlight: number }
  /** `cut`: requests that did not finish in time. */
  /** One attempt to deliver an event. `error`: what the receiver said, or why there was no answer; nothing of the event. */
  | { readonly kind: 'delivery'; readonly time: number; readonly webhook: string; readonly event: string; readonly attempt: number; readonly status: number | null; readonly ms: number
      readonly outcome: 'delivered' | 'again' | 'failed'; readonly error: string | null; readonly next: number | null }
  /** One attempt to send a mail of an account: what for, and what came of it; not to whom, and nothing of what it says. */
  | { readonly kind: 'mail'; readonly time: number; readonly mail: string; readonly purpose: string; readonly attempt: number; readonly ms: number
      readonly outcome: 'sent' | 'again' | 'failed' | 'expired' | 'dropped'; readonly error: string | null; readonly next: number | null }
  /** Work beside requests could not go on; it is tried again. */
  | { readonly kind: 'trouble'; readonly time: number; readonly what: string; readonly cause: unknown }
  | { readonly kind: 'stopped'; readonly time: number; readonly ms: number; readonly cut: number }

export type Observe = (observation: Observation) => void

/** Tells several readers. One that throws does not keep the others from hearing. */
export function toAll(...readers: readonly Observe[]): Observe {
  return observation => {
    const errors: unknown[] = []
    for (const reader of readers) {
      try { reader(observation) } catch (error) { errors.push(error) }
    }
    if (errors.length > 0) throw errors.length === 1 ? errors[0] : new AggregateError(errors)
  }
}
