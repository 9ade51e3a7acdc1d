// What can go wrong between a statement and its answer: refused by the server, lost with its connection, or too late; and what of it is a failure of the store.
import pg from 'pg'
import { Failure } from '../../../failure/index.ts'
import { absurd } from '../../../operation/index.ts'
import { failureOf } from '../failures.ts'
import type { ErrorFields } from './decode.ts'

/** The server refused a statement. The fields are the driver's usual ones: `code`, `constraint`, `detail`, `table`, `column`, … */
export type Refused = pg.DatabaseError

/** The connection ended before the answer. `sent`: the statement may have reached the server, and may have been carried out. */
export class Lost extends Error {
  override readonly name = 'Lost'
  readonly sent: boolean
  constructor(sent: boolean, cause: unknown) {
    super('the connection to the database ended before the answer', { cause })
    this.sent = sent
  }
}

export const isRefused = (error: unknown): error is Refused => error instanceof pg.DatabaseError

/** An error message of the server as an error of the driver. */
export function refusal(fields: ErrorFields): Refused {
  const e = new pg.DatabaseError(fields['M'] ?? 'refused', 0, 'error')
  const as: Readonly<Record<string, keyof pg.DatabaseError>> = {
    // V is S, but never in the server's own language.
    V: 'severity', C: 'code', D: 'detail', H: 'hint', P: 'position', p: 'internalPosition', q: 'internalQuery', W: 'where',
    s: 'schema', t: 'table', c: 'column', d: 'dataType', n: 'constraint', F: 'file', L: 'line', R: 'routine',
  }
  for (const [letter, name] of Object.entries(as)) {
    const value = fields[letter]
    if (value !== undefined) Object.assign(e, { [name]: value })
  }
  return e
}

/** The server says it will not go on with this session at all. */
export const isFatal = (e: Refused): boolean => e.severity === 'FATAL' || e.severity === 'PANIC' || (e.code ?? '').startsWith('57P')

/** The server no longer has, or can no longer use, the plan of a prepared statement (its table changed): prepared anew, the statement works. */
export const isStalePlan = (e: Refused): boolean => e.code === '26000' || (e.code === '0A000' && e.routine === 'RevalidateCachedQuery')

/** Nothing was done, because somebody else was doing something: worth trying again. */
export const isContention = (e: Refused): boolean => e.code === '55P03' || e.code === '40001' || e.code === '40P01'

/** The answer did not come in time, or nobody waits for it any more. `sent`: the statement may be running yet. */
export class Late extends Error {
  override readonly name = 'Late'
  readonly sent: boolean
  constructor(why: 'waiting' | 'running' | 'left' | 'crowded', sent: boolean) {
    super(whyLate(why))
    this.sent = sent
  }
}

function whyLate(why: 'waiting' | 'running' | 'left' | 'crowded'): string {
  switch (why) {
    case 'waiting': return 'No connection to the database became free in time'
    case 'running': return 'The database did not answer in time'
    case 'left': return 'The caller went away before the database answered'
    case 'crowded': return 'Too many operations are waiting for the database'
    default: return absurd(why)
  }
}

/** Milliseconds for a timer; a timer cannot be longer than 2^31 − 1. */
export const untilDeadline = (deadline: number): number => Math.min(2 ** 31 - 1, Math.max(0, deadline - performance.now()))

export const down = (cause: unknown, detail = 'The database cannot be reached'): Failure => new Failure('store.down', detail, { cause })

/**
 * Whatever a statement threw, as a failure; the server's reports by `failureOf`. `writing`: where it was sent and no answer came it may have been carried out,
 * and the failure says so (`facts.outcome` is `unknown`).
 */
export function toFailure(error: unknown, writing: boolean): Failure {
  const doubt = writing ? { facts: { outcome: 'unknown' } } : {}
  if (error instanceof Lost) {
    if (!writing || !error.sent) return down(error)
    return new Failure('store.down', 'The connection to the database ended before it confirmed the write: whether it was carried out is unknown', { cause: error, ...doubt })
  }
  if (error instanceof Late) {
    if (!writing || !error.sent) return new Failure('store.timeout', error.message, { cause: error })
    return new Failure('store.timeout', `${error.message}: whether the write is carried out is unknown`, { cause: error, ...doubt })
  }
  // A table changed under a prepared statement inside a transaction, which is spoilt by it: tried again, it works.
  if (isRefused(error) && isStalePlan(error)) return new Failure('row.contended', 'A table changed at this moment; try again.', { cause: new Error('a prepared statement went stale', { cause: error }) })
  return failureOf(error)
}
