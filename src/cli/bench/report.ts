// A run as data: what is kept in a file, and how two of them compare.
import { readFileSync } from 'node:fs'
import { Trouble, usage } from '../command.ts'
import type { Measured } from './measure.ts'
import type { Slow } from './plans.ts'

export interface Report {
  readonly format: 'backwright bench 1'
  readonly application: string
  readonly backwright: string
  readonly when: string
  readonly machine: string
  readonly node: string
  readonly postgres: string
  readonly rows: number
  readonly seconds: number
  /** Whether there were ten times the rows when it wrote. */
  readonly growth: boolean
  readonly connections: number
  /** Megabytes that the serving process held after all of it. */
  readonly memory: number
  readonly operations: readonly Measured[]
  readonly slow: readonly Slow[]
  readonly left: readonly { readonly entity: string | null; readonly what: string; readonly why: string }[]
}

/** What costs more than this many times as much over ten times the rows grows with them, unless what it costs there is little of the whole. */
const most = 1.3, share = 0.2
export function grows({ nodeCpu, postgresCpu, grown }: Measured): boolean {
  if (grown === undefined || grown.ratio <= most) return false
  return postgresCpu === null || (grown.postgresCpu ?? 0) - postgresCpu > share * (nodeCpu + postgresCpu)
}

/** An earlier run. Throws Trouble where the file is none. */
export function readReport(file: string, said: string): Report {
  let read: unknown
  try {
    read = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Trouble(`--against: ${said} cannot be read: ${(error as Error).message}`, undefined, error)
  }
  if (typeof read !== 'object' || read === null || (read as Partial<Report>).format !== 'backwright bench 1') throw usage(`--against: ${said} is no run of the bench; backwright bench --json FILE writes one.`)
  return read as Report
}

export interface Compared { readonly before: Measured; readonly rate: number; readonly p50: number; /** Processor time of both; null where either does not tell it. */ readonly cpu: number | null }
/** What became of one operation: now per before. */
export function compared(now: Measured, earlier: Report): Compared | null {
  const before = earlier.operations.find(o => o.entity === now.entity && o.operation === now.operation && o.as === now.as)
  if (before === undefined || before.perSecond === 0) return null
  const cost = (m: Measured): number | null => (m.postgresCpu === null ? null : m.nodeCpu + m.postgresCpu)
  const [a, b] = [cost(now), cost(before)]
  return { before, rate: now.perSecond / before.perSecond, p50: now.p50 / before.p50, cpu: a === null || b === null || b === 0 ? null : a / b }
}

/** Why the two may not be compared; empty: nothing speaks against it. */
export function unlike(now: Report, earlier: Report): readonly string[] {
  const differs = (what: string, a: unknown, b: unknown): readonly string[] => (a === b ? [] : [`${what}: ${String(b)} then, ${String(a)} now`])
  return [
    ...differs('application', now.application, earlier.application), ...differs('machine', now.machine, earlier.machine), ...differs('rows', now.rows, earlier.rows), ...differs('growth', now.growth, earlier.growth),
    ...differs('connections', now.connections, earlier.connections), ...differs('PostgreSQL', now.postgres, earlier.postgres), ...differs('Node', now.node, earlier.node),
  ]
}
