// From turns to figures: ratios of neighbouring turns, their median, and a table.
import type { Peer } from './peers.ts'
import type { Workload } from './workloads.ts'

export interface Turn {
  readonly peer: string
  readonly round: number
  readonly done: number
  readonly ms: number
  readonly times: readonly number[]
  /** Microseconds of processor time. */
  readonly node: number
  readonly postgres: number | null
  readonly memory: number
}

/** `rate`: ours per this one, the median over the rounds, and the quartiles around it. `cpu`: what this one needs of processor per request, Node's and PostgreSQL's, per what ours needs: it hardly minds what else the machine does. */
export interface Side {
  readonly name: string
  readonly rate: number; readonly quartiles: readonly [number, number]; readonly cpu: number | null
  /** What a peer is to be left behind by: how many times what it does `of` (ours, or our GraphQL) does in the same time, and what we want. */
  readonly wanted?: { readonly of: string; readonly rate: number; readonly cpu: number | null; readonly target: number }
  readonly perSecond: number; readonly p50: number; readonly p99: number; readonly nodeCpu: number; readonly postgresCpu: number | null; readonly memory: number
}
export interface Measured { readonly name: string; readonly title: string; readonly bytes: number; readonly target: number; readonly sides: readonly Side[] }

const sorted = (of: readonly number[]): number[] => [...of].sort((a, b) => a - b)
const at = (of: readonly number[], part: number): number => sorted(of)[Math.min(of.length - 1, Math.floor(of.length * part))] ?? Number.NaN
const round = (n: number, digits: number): number => Number(n.toFixed(digits))

/** Ratios of one to the other over the rounds: what `a` does per what `b` does, and what `b` needs of processor per what `a` needs. */
function compared(turns: readonly Turn[], a: string, b: string): { readonly rates: readonly number[]; readonly cpu: number | null } {
  const rate = (t: Turn): number => t.done / t.ms
  const each = (t: Turn): number => (t.node + (t.postgres ?? Number.NaN)) / t.done
  const pairs = turns.filter(t => t.peer === a).flatMap(t => { const other = turns.find(x => x.peer === b && x.round === t.round); return other ? [{ t, other }] : [] })
  const cpu = at(pairs.map(({ t, other }) => each(other) / each(t)), 0.5)
  return { rates: pairs.map(({ t, other }) => rate(t) / rate(other)), cpu: Number.isNaN(cpu) ? null : round(cpu, 3) }
}

export function measured({ name, title, target }: Workload, turns: readonly Turn[], bytes: number, peers: readonly Peer[]): Measured {
  const there = [...new Set(turns.map(t => t.peer))]
  return {
    name, title, target, bytes: Math.round(bytes),
    sides: there.map(peer => {
      const { rates, cpu } = compared(turns, 'ours', peer), { targets, than: of = 'ours' } = peers.find(p => p.name === peer) ?? {}
      const target = there.includes(of) ? targets?.[name] : undefined, beside = compared(turns, of, peer)
      return {
        name: peer, rate: round(at(rates, 0.5), 3), quartiles: [round(at(rates, 0.25), 3), round(at(rates, 0.75), 3)], cpu,
        ...(target === undefined ? {} : { wanted: { of, target, rate: round(at(beside.rates, 0.5), 3), cpu: beside.cpu } }), ...side(turns.filter(t => t.peer === peer)),
      }
    }),
  }
}

function side(turns: readonly Turn[]): Omit<Side, 'name' | 'rate' | 'quartiles' | 'cpu' | 'wanted'> {
  const times = turns.flatMap(t => t.times), postgres = turns.map(t => t.postgres)
  // Medians over the turns: in one of them somebody else may have been busy.
  return {
    perSecond: Math.round(at(turns.map(t => t.done / t.ms * 1000), 0.5)), p50: round(at(times, 0.5), 2), p99: round(at(times, 0.99), 2),
    nodeCpu: round(at(turns.map(t => t.node / t.done), 0.5), 1), postgresCpu: postgres.includes(null) ? null : round(at(turns.map(t => (t.postgres ?? 0) / t.done), 0.5), 1),
    memory: Math.max(...turns.map(t => t.memory)),
  }
}

const columns = ['', 'per second', 'ours per', 'quartiles', 'by CPU', 'p50 ms', 'p99 ms', 'Node µs', 'PostgreSQL µs', 'MB'] as const
const widths = [18, 11, 9, 12, 7, 8, 8, 9, 14, 6] as const

export function print(results: readonly Measured[]): void {
  const line = (cells: readonly string[]): void => console.log(cells.map((c, i) => (i === 0 ? c.padEnd(widths[i] ?? 0) : c.padStart(widths[i] ?? 0))).join(' '))
  for (const r of results) {
    console.log(`\n${r.name}  ${r.title}, ${r.bytes} bytes`)
    line(columns)
    for (const s of r.sides) {
      line([
        s.name, String(s.perSecond), s.name === 'ours' ? '' : s.rate.toFixed(2), s.name === 'ours' ? '' : s.quartiles.map(q => q.toFixed(2)).join('–'), s.name === 'ours' ? '' : s.cpu?.toFixed(2) ?? '–',
        s.p50.toFixed(2), s.p99.toFixed(2), s.nodeCpu.toFixed(0), s.postgresCpu?.toFixed(0) ?? '–', (s.memory / 2 ** 20).toFixed(0),
      ])
    }
  }
}

/** What the figures say, workload by workload: by processor time where the system tells it, since rates say more of who else was busy. */
export function judge({ workloads, cold }: { readonly workloads: readonly Measured[]; readonly cold: Readonly<Record<string, number>> }): string {
  const lines = workloads.flatMap(w => {
    const hand = w.sides.find(s => s.name === 'by hand'), log = w.sides.find(s => s.name === 'no log')
    return [
      ...(hand ? [`${w.name}: ${hand.rate.toFixed(2)} of by hand by rate, ${hand.cpu?.toFixed(2) ?? '–'} by processor; ${(hand.cpu ?? hand.rate) >= w.target ? 'reaches' : 'MISSES'} ${w.target}`] : []),
      ...(log ? [`${w.name}: with the change log ${log.rate.toFixed(2)} of without by rate, ${log.cpu?.toFixed(2) ?? '–'} by processor; ${(log.cpu ?? log.rate) >= 0.9 ? 'reaches' : 'MISSES'} 0.9`] : []),
      ...w.sides.flatMap(s => (s.wanted ? [`${w.name}: ${s.wanted.of === 'ours' ? 'ours' : `our ${s.wanted.of}`} ${s.wanted.rate.toFixed(2)} of ${s.name} by rate, ${s.wanted.cpu?.toFixed(2) ?? '–'} by processor; ${verdict(s.wanted)}`] : [])),
    ]
  })
  return [
    '', ...lines, `First answer after the start, ms: ${Object.entries(cold).map(([name, ms]) => `${name} ${ms}`).join(', ')}; types stripped on the way.`,
    'Only ratios of one run mean anything; under 0.05 apart is noise.',
  ].join('\n')
}

/** Others answer in one thread and leave processors idle that ours uses: by rate and by processor may say different things, so both are said. */
function verdict({ rate, cpu, target }: { readonly rate: number; readonly cpu: number | null; readonly target: number }): string {
  if (rate >= target && (cpu ?? rate) >= target) return `reaches ${target}`
  return rate < target && (cpu ?? rate) < target ? `MISSES ${target}` : `reaches ${target} by ${rate >= target ? 'rate' : 'processor'} alone`
}
