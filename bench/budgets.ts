// What Backwright costs beside a request's time, and whether that is within what it may cost: the type-checker's work, the package's size, a cold start, memory under load.
import path from 'node:path'
import { published } from '../test/types/tsc.ts'
import { typeCost } from '../test/types/application.ts'
import { limits } from './limits.ts'
import type { Settings } from './peer.ts'
import { install, link, mostMemory, pack, start } from './published.ts'

/** `is` is null where it was not measured; `unit` is what both are counted in. */
export interface Budget { readonly what: string; readonly is: number | null; readonly most: number; readonly unit: string }

interface Asked {
  /** A folder to make others in. */
  readonly folder: string
  readonly settings: Settings
  /** Asks for less, and no registry. */
  readonly quick: boolean
  /** Answers when the server at `port` has. */
  readonly ask: (port: number) => Promise<void>
  /** All workloads, one after the other. */
  readonly drive: (port: number) => Promise<void>
}

export async function budgets({ folder, settings, quick, ask, drive }: Asked): Promise<readonly Budget[]> {
  const made = pack(folder), at = path.join(folder, 'project')
  const there = quick ? { ...link(made, at), packages: null, bytes: null } : install(made, at)
  const run = () => start(there, settings, path.join(folder, 'temporary'), ask)
  const timed = async (): Promise<number> => { const { ms, end } = await run(); await end(); return ms }
  const first = await timed(), later: number[] = []
  for (let n = 0; n < (quick ? 3 : 9); n++) later.push(await timed())
  const under = await run()
  await drive(under.port)
  const memory = mostMemory(under.pid)
  await under.end()
  const megabytes = (bytes: number | null): number | null => (bytes === null ? null : Math.round(bytes / 1e6))
  return [
    ...types(quick),
    { what: 'the package as it is fetched', is: made.packed, most: limits.packed, unit: 'bytes' },
    { what: 'the package unpacked', is: made.unpacked, most: limits.unpacked, unit: 'bytes' },
    { what: 'packages that an installation brings', is: there.packages, most: limits.packages, unit: '' },
    { what: 'an installation, PostgreSQL and Node.js included', is: megabytes(there.bytes), most: limits.installed, unit: 'MB' },
    { what: 'the first start to its first answer', is: Math.round(first), most: limits.cold, unit: 'ms' },
    { what: 'later starts to the first answer, the median', is: Math.round(later.toSorted((a, b) => a - b)[Math.floor(later.length / 2)] ?? Number.NaN), most: limits.cold, unit: 'ms' },
    { what: 'memory under load', is: megabytes(memory), most: limits.memory, unit: 'MB' },
  ]
}

/** The 200 entities take the type-checker long enough to be left out when time is short. */
function types(quick: boolean): readonly Budget[] {
  const built = published()
  try {
    if (built.status !== 0) throw new Error(built.output)
    let check = Number.NaN
    const counted = ([10, 50, 200] as const).flatMap((n): Budget[] => [false, true].map(pages => {
      const most = (pages ? limits.instantiationsWithClient : limits.instantiations)[n]
      const what = `instantiations, ${n} entities${pages ? ' and as many pages' : ''}`
      if (quick && n === 200) return { what, is: null, most, unit: '' }
      const cost = typeCost(n, pages, built.entry)
      if (n === 50 && !pages) check = Number.parseFloat(cost.check)
      return { what, is: cost.instantiations, most, unit: '' }
    }))
    return [...counted, { what: 'checking 50 entities', is: check, most: limits.check, unit: 's' }]
  } finally { built.remove() }
}

export const met = ({ is, most }: Budget): boolean => is === null || is <= most

export function printBudgets(of: readonly Budget[]): void {
  const number = (n: number): string => n.toLocaleString('en')
  console.log(`\n${'What it costs besides'.padEnd(50)}${''.padStart(12)}${'at most'.padStart(12)}`)
  for (const b of of) console.log(`${b.what.padEnd(50)}${(b.is === null ? '–' : number(b.is)).padStart(12)}${number(b.most).padStart(12)} ${b.unit.padEnd(6)}${b.is === null ? 'not measured' : met(b) ? 'met' : 'MISSED'}`)
}
