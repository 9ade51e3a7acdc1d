// From turns to figures: ratios of neighbouring turns, their median, and a table.
import type { Workload } from './workloads.ts'

export interface Turn {
  readonly peer: 'ours' | 'by hand'
  readonly round: number
  readonly done: number
  readonly ms: number
  readonly times: readonly number[]
  /** Microseconds of processor time. */
  readonly node: number
  readonly postgres: number | null
  readonly memory: number
}

export interface Side { readonly perSecond: number; readonly p50: number; readonly p99: number; readonly nodeCpu: number; readonly postgresCpu: number | null; readonly memory: number }
export interface Measured {
  readonly name: string
  readonly title: string
  readonly bytes: number
  readonly target: number
  /** Ours per by hand: the median over the rounds, and the quartiles around it. */
  readonly ratio: number
  readonly quartiles: readonly [number, number]
  readonly ours: Side
  readonly byHand: Side
}

const sorted = (of: readonly number[]): number[] => [...of].sort((a, b) => a - b)
const at = (of: readonly number[], part: number): number => sorted(of)[Math.min(of.length - 1, Math.floor(of.length * part))] ?? Number.NaN
const sum = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0)
const round = (n: number, digits: number): number => Number(n.toFixed(digits))

export function measured({ name, title, target }: Workload, turns: readonly Turn[], bytes: number): Measured {
  const rate = (t: Turn): number => t.done / t.ms
  const ours = turns.filter(t => t.peer === 'ours'), byHand = turns.filter(t => t.peer === 'by hand')
  const ratios = ours.map(t => rate(t) / (byHand.filter(b => b.round === t.round).map(rate)[0] ?? Number.NaN))
  return {
    name, title, target, bytes: Math.round(bytes), ratio: round(at(ratios, 0.5), 3), quartiles: [round(at(ratios, 0.25), 3), round(at(ratios, 0.75), 3)],
    ours: side(ours), byHand: side(byHand),
  }
}

function side(turns: readonly Turn[]): Side {
  const times = turns.flatMap(t => t.times), done = sum(turns.map(t => t.done))
  const postgres = turns.map(t => t.postgres)
  return {
    perSecond: Math.round(at(turns.map(t => t.done / t.ms * 1000), 0.5)), p50: round(at(times, 0.5), 2), p99: round(at(times, 0.99), 2),
    nodeCpu: round(sum(turns.map(t => t.node)) / done, 1), postgresCpu: postgres.includes(null) ? null : round(sum(postgres.map(x => x ?? 0)) / done, 1),
    memory: Math.max(...turns.map(t => t.memory)),
  }
}

const columns = ['', 'ours', 'by hand', 'ratio', 'quartiles', 'p50 ms', 'p99 ms', 'Node µs', 'PostgreSQL µs', 'MB'] as const
const widths = [4, 9, 9, 6, 12, 12, 12, 12, 14, 9] as const

export function print(results: readonly Measured[], heading: boolean): void {
  const line = (cells: readonly string[]): void => console.log(cells.map((c, i) => (i === 0 ? c.padEnd(widths[i] ?? 0) : c.padStart(widths[i] ?? 0))).join(' '))
  if (heading) line(columns)
  for (const r of results) {
    const both = (of: (side: Side) => number | null, digits: number): string => [r.ours, r.byHand].map(s => of(s)?.toFixed(digits) ?? '–').join(' / ')
    line([
      r.name, `${r.ours.perSecond}/s`, `${r.byHand.perSecond}/s`, r.ratio.toFixed(2), r.quartiles.map(q => q.toFixed(2)).join('–'),
      both(s => s.p50, 2), both(s => s.p99, 2), both(s => s.nodeCpu, 0), both(s => s.postgresCpu, 0), both(s => s.memory / 2 ** 20, 0),
    ])
  }
}

/** What the figures say, workload by workload, and what was not measured. */
export function judge({ workloads, cold }: { readonly workloads: readonly Measured[]; readonly cold: { readonly ours: number; readonly byHand: number } }): string {
  return [
    '',
    ...workloads.map(w => `${w.name} ${w.title}, ${w.bytes} bytes: ${w.ratio.toFixed(2)} of by hand; ${w.ratio >= w.target ? 'reaches' : 'MISSES'} ${w.target}`),
    `First answer ${cold.ours} ms after the start (by hand ${cold.byHand} ms), types stripped on the way.`,
    'W5, an order written in one transaction, joins with the write path. Only ratios of one run mean anything; under 0.05 apart is noise.',
  ].join('\n')
}
