// Measures: every operation in short turns, one after the other and again, so that what else the machine does falls on all alike.
import { backends, between } from './proc.ts'
import type { Child } from './child.ts'
import type { Load, Prepared, Round } from './load.ts'
import { written, type Look, type Question } from './look.ts'
import type { Operation } from './questions.ts'
import type { Listening, Usage } from './serve.ts'

export interface Measured {
  readonly entity: string
  readonly operation: string
  readonly as: string
  /** The first of what was asked. */
  readonly request: string
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  /** Microseconds of processor time per request; null where the system does not tell. */
  readonly nodeCpu: number
  readonly postgresCpu: number | null
  /** Of one such request. */
  readonly statements: number
  readonly bytes: number
  /** Answered otherwise than expected: another was faster. */
  readonly refused: number
  /** Over ten times the rows, and how much more that costs. */
  readonly grown?: { readonly perSecond: number; readonly p50: number; readonly nodeCpu: number; readonly postgresCpu: number | null; readonly ratio: number; /** Where it grows: how PostgreSQL then comes to the rows. */ readonly by?: string }
}
export interface Bench { readonly load: Child; readonly server: Child; readonly at: Listening; readonly look: Look; /** Where PostgreSQL's processes can be looked at. */ readonly folder: string | null; readonly connections: number; readonly stopped: () => boolean }
interface Turn { readonly load: Load; readonly node: number; readonly postgres: number | null }

const turns = 3
/** No server of ours answers more in a millisecond. */
const mostPerMs = 12

/** Measures each for so many seconds. `tell` hears, after every turn, which part of it all is done. */
export async function measure(operations: readonly Operation[], seconds: number, bench: Bench, tell: (part: number) => void): Promise<readonly Measured[]> {
  const { load, at, look, stopped } = bench
  const taken = operations.map((): Turn[] => []), ms = Math.max(10, Math.round(seconds * 1000 / turns)), told = operations.map(() => ({ statements: 0, bytes: 0 }))
  /** Writes that were made to be asked, and were not yet. */
  const waiting = operations.map((): readonly Question[] => [])
  for (const [i, o] of operations.entries()) {
    if (stopped()) return []
    const [first] = o.requests
    // Twice: the first time more may be asked than every time, of who it is.
    for (let n = 0; n < 2; n++) {
      const question = o.kind === 'create' ? o.more?.(1)[0] : o.requests[n] ?? first
      if (question) { const { statements, bytes } = await look(o.as, question); told[i] = { statements, bytes } }
    }
    await prepare(o, i)
    // Until its code is compiled and its statements are prepared.
    await turn(i, o, Math.min(400, ms))
    tell((i + 1) / operations.length / (turns + 1))
  }
  for (let round = 0; round < turns; round++) {
    for (const [i, o] of operations.entries()) {
      if (stopped()) return []
      taken[i]?.push(await turn(i, o, ms))
      tell((round + 1 + (i + 1) / operations.length) / (turns + 1))
    }
  }
  return operations.map((o, i) => ({
    entity: o.entity.name, operation: o.says, as: o.as.name, request: `${o.requests[0]?.method ?? ''} ${at.rest}${o.requests[0]?.path ?? ''}`, ...figures(taken[i] ?? []), statements: told[i]?.statements ?? 0, bytes: told[i]?.bytes ?? 0,
  }))

  async function prepare(o: Operation, i: number): Promise<void> {
    const requests = o.more === undefined ? o.requests : [...waiting[i] ?? [], ...o.more(Math.max(0, ms * mostPerMs - (waiting[i]?.length ?? 0)))]
    waiting[i] = requests
    const message: Prepared = { workload: String(i), port: at.port, requests: requests.map(r => written(r, o.as, at.rest)), alike: String(i), status: o.status, exact: false, once: o.more !== undefined, lenient: true }
    await load.ask<object>(message)
  }
  async function turn(i: number, o: Operation, ms: number): Promise<Turn> {
    if (o.more !== undefined) await prepare(o, i)
    const round: Round = { workload: String(i), port: at.port, ms, connections: bench.connections }
    const before = { node: await bench.server.ask<Usage>({}), postgres: bench.folder === null ? null : backends(bench.folder) }
    const done = await load.ask<Load>(round).catch((error: unknown) => { throw new Error(`${o.entity.title}, ${o.says} as ${o.as.name}: ${(error as Error).message}`, { cause: error }) })
    const node = await bench.server.ask<Usage>({})
    if (o.more !== undefined) waiting[i] = waiting[i]?.slice(done.done + done.refused) ?? []
    return { load: done, node: node.cpu - before.node.cpu, postgres: bench.folder === null ? null : between(before.postgres, backends(bench.folder)) }
  }
}

const round = (x: number, digits: number): number => Number(x.toFixed(digits))
const at = (xs: readonly number[], part: number): number => xs[Math.min(xs.length - 1, Math.floor(xs.length * part))] ?? 0
const median = (xs: readonly number[]): number => at(xs.toSorted((a, b) => a - b), 0.5)

/** Medians over the turns: in one of them somebody else may have been busy. */
function figures(of: readonly Turn[]): Pick<Measured, 'perSecond' | 'p50' | 'p99' | 'nodeCpu' | 'postgresCpu' | 'refused'> {
  const some = of.filter(t => t.load.times.length > 0), times = some.flatMap(t => t.load.times).toSorted((a, b) => a - b)
  const each = (t: Turn, used: number): number => used / (t.load.done + t.load.refused)
  const postgres = some.map(t => (t.postgres === null ? null : each(t, t.postgres)))
  return {
    perSecond: Math.round(median(some.map(t => t.load.done / t.load.ms * 1000))), p50: round(at(times, 0.5), 2), p99: round(at(times, 0.99), 2),
    nodeCpu: round(median(some.map(t => each(t, t.node))), 0), postgresCpu: postgres.some(p => p === null) ? null : round(median(postgres.map(p => p ?? 0)), 0), refused: of.reduce((sum, t) => sum + t.load.refused, 0),
  }
}
