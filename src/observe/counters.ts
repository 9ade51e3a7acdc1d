// Counts what is observed: requests by protocol, status and failure, how long they took, statements.
import type { Observe } from './observation.ts'

/** Upper ends of the classes of duration, in milliseconds. */
export const durations = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, Infinity] as const

export interface Counts {
  readonly requests: number
  /** By `protocol status`: `rest 200`. */
  readonly statuses: Readonly<Record<string, number>>
  readonly failures: Readonly<Record<string, number>>
  /** How many took at most as long as `durations` says, class by class (not summed up). */
  readonly durations: readonly number[]
  readonly bytes: number
  readonly statements: number
  readonly storeMs: number
  readonly gone: number
  readonly unreadable: number
}

export function counters(): { readonly observe: Observe; readonly counts: () => Counts } {
  const statuses = new Map<string, number>()
  const failures = new Map<string, number>()
  const took = durations.map(() => 0)
  const sums = { requests: 0, bytes: 0, statements: 0, storeMs: 0, gone: 0, unreadable: 0 }
  const add = (to: Map<string, number>, name: string): void => { to.set(name, (to.get(name) ?? 0) + 1) }
  return {
    observe: o => {
      if (o.kind === 'unreadable') { sums.unreadable++; add(failures, o.code); return }
      if (o.kind !== 'request') return
      sums.requests++
      sums.bytes += o.bytes
      sums.statements += o.statements
      sums.storeMs += o.storeMs
      if (o.gone) sums.gone++
      add(statuses, `${o.protocol ?? 'server'} ${o.status}`)
      if (o.code !== null) add(failures, o.code)
      const length = durations.findIndex(limit => o.ms <= limit)
      took[length] = (took[length] ?? 0) + 1
    },
    counts: () => ({ ...sums, statuses: Object.fromEntries(statuses), failures: Object.fromEntries(failures), durations: [...took] }),
  }
}
