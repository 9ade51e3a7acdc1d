// Where the database is, how many connections there may be, and what every session is told when it starts.

/** A connection string, or its parts; what is missing comes from the usual PG… environment variables. */
export type Place =
  | { readonly connectionString: string }
  | { readonly host?: string; readonly port?: number; readonly user?: string; readonly password?: string; readonly database?: string }

/** Milliseconds, and numbers of connections. */
export interface Limits {
  /** Shared pipelined connections for short reads; as many again for those planned anew each time, where there are any. More than the database has processors only makes the tails longer. */
  readonly readers: number
  /** Shared pipelined connections for writes of one statement; likewise. A write waits for its commit and for locks, and those behind it wait with it: so they are more than the readers. */
  readonly writers: number
  /** Connections of their own: transactions, exact counts, long aggregates. */
  readonly own: number
  /** How many may wait for a connection of their own before the next is refused at once. */
  readonly queue: number
  /** How many statements may be on their way on one shared connection before the next is refused at once. */
  readonly depth: number
  /** The longest a statement may run on a shared connection. */
  readonly statement: number
  /** The longest it may run on a connection of its own, whatever the operation's deadline. */
  readonly longStatement: number
  /** The longest a write waits for a row lock on a shared connection before it goes to wait on one of its own. */
  readonly lock: number
  /** The longest a transaction may do nothing. */
  readonly idleTransaction: number
  readonly connect: number
  /** A server that owes an answer and says nothing for this long beyond its own statement timeout is not there any more. */
  readonly silence: number
  /** Statements kept prepared on each connection. */
  readonly prepared: number
}

export const defaultLimits: Limits = {
  readers: 3, writers: 4, own: 8, queue: 200, depth: 1000,
  statement: 5_000, longStatement: 60_000, lock: 50, idleTransaction: 60_000, connect: 5_000, silence: 5_000, prepared: 200,
}

/**
 * What a connection is for. Shared ones are apart by how the server plans their prepared statements, which it cannot be told per statement: `generic` ones once,
 * `custom` ones anew for each set of values. On one's own, the server decides (`auto`), and statements marked custom are not prepared.
 */
export type Purpose =
  | { readonly lane: 'read' | 'write'; readonly plan: 'custom' | 'generic' }
  | { readonly lane: 'own'; readonly plan: 'auto' }

/**
 * The session's settings, sent with the start-up message: no round trip, and nothing on a shared connection ever changes them. They pin down what the
 * role, the database or the server's file may have set otherwise and an answer's bytes depend on.
 */
export function settings({ lane, plan }: Purpose, limits: Limits): Readonly<Record<string, string>> {
  return {
    TimeZone: 'UTC',
    DateStyle: 'ISO',
    IntervalStyle: 'iso_8601',
    bytea_output: 'hex',
    extra_float_digits: '1',
    standard_conforming_strings: 'on',
    default_transaction_isolation: 'read committed',
    // A statement that builds JSON looks expensive to the planner; compiling it to machine code takes longer than running it.
    jit: 'off',
    plan_cache_mode: plan === 'auto' ? 'auto' : `force_${plan}_plan`,
    statement_timeout: String(lane === 'own' ? limits.longStatement : limits.statement),
    lock_timeout: String(lane === 'write' ? limits.lock : 0),
    idle_in_transaction_session_timeout: String(limits.idleTransaction),
  }
}

/** As the `options` of the start-up message; what the connection string asks for comes first, so that ours holds. */
export function startupOptions(asked: string | undefined, all: Readonly<Record<string, string>>): string {
  const ours = Object.entries(all).map(([name, value]) => `-c ${name}=${value.replace(/[\\ ]/g, '\\$&')}`)
  return [asked ?? '', ...ours].join(' ').trim()
}
