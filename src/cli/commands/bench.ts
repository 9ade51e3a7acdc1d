// `backwright bench`: what an application's requests cost, over rows made for it, in a database of its own.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { readReport, runBench, showAgainst, showReport } from '../bench/index.ts'
import { exit, parse, Trouble, usage, type Command, type Terminal } from '../command.ts'
import { locate, rules } from '../locate.ts'
import { once } from '../opened.ts'
import { stopping } from '../stopping.ts'

const options = {
  rows: { type: 'string' }, seconds: { type: 'string' }, only: { type: 'string' }, as: { type: 'string' }, quick: { type: 'boolean' }, 'no-growth': { type: 'boolean' }, connections: { type: 'string' },
  database: { type: 'string' }, json: { type: 'string' }, against: { type: 'string' }, app: { type: 'string' },
} as const

export const bench: Command = {
  name: 'bench',
  summary: 'measures what the application\'s requests cost, and says what is slow and why',
  help: `backwright bench [PATH]        measures what the requests of an application cost, and says what is slow and why

  backwright bench
  backwright bench --quick                               in half a minute, without growth
  backwright bench --only order,product --as anna --rows 100000
  backwright bench --json before.json                    … change something …
  backwright bench --against before.json

Makes a database of its own and fills it: the declaration's data, and rows that fit the declaration, as many of each entity. Serves the application as backwright start does, in a
process of its own, and asks it over HTTP for every entity what its callers may do: one row, its list, found and ordered by what is indexed, with what belongs to it, its totals, creates
and updates. Then once more over ten times the rows: what costs more than 1.3 times as much grows with them. No webhook is sent, no mail; hooks run. DATABASE_URL is not touched.

Options
  --rows N         rows of each entity. Default: 10000, quick: 2000
  --seconds N      of each operation. Default: 1, quick: 0.3
  --only NAMES     these entities alone, separated by commas
  --as NAME        as a person of backend({ as }), a role, visitor. Default: each operation as whoever sees the most
  --quick          few rows, short turns, no growth
  --no-growth      without ten times the rows
  --connections N  requests at the same time. Default: 16
  --database URL   makes its database on this PostgreSQL server, and drops it; what is there is not touched
  --json FILE      the figures also there; as given to --against
  --against FILE   and how they compare with an earlier run: only ratios of runs on the same machine mean anything
  --app PATH       the folder or file of the application, as PATH

${rules}

Exit codes: 0 measured · 1 failed, or stopped · 2 the command line cannot be understood`,
  async run(args, terminal) {
    const { values, positionals } = parse(args, options, 1)
    const quick = values.quick === true
    const rows = number('--rows', values.rows, quick ? 2000 : 10_000, 10, 10_000_000, true), seconds = number('--seconds', values.seconds, quick ? 0.3 : 1, 0.03, 600, false)
    const connections = number('--connections', values.connections, 16, 1, 1000, true)
    const earlier = values.against === undefined ? null : readReport(path.resolve(terminal.cwd, values.against), values.against)
    const app = locate(positionals[0] ?? values.app, terminal.cwd)
    return once(app, terminal.cwd, async read => {
      const result = await within(terminal, (leaving, stopped, said) => runBench({
        app, read, cwd: terminal.cwd, address: values.database ?? null, only: values.only?.split(',').map(name => name.trim()).filter(name => name !== '') ?? [], as: values.as, rows, seconds, connections, quick,
        growth: !quick && values['no-growth'] !== true, stopped, ...said,
      }, leaving))
      if (result === null) return exit.failed
      const { report, model } = result
      terminal.out(`${showReport(report, model, terminal)}\n`)
      if (earlier !== null) terminal.out(`${showAgainst(report, earlier, values.against ?? '', terminal)}\n`)
      if (values.json !== undefined) {
        try {
          writeFileSync(path.resolve(terminal.cwd, values.json), `${JSON.stringify(report, null, 2)}\n`)
        } catch (error) {
          throw new Trouble(`${values.json} cannot be written: ${(error as Error).message}`, undefined, error)
        }
        terminal.err(`\nwritten to ${values.json}\n`)
      }
      return exit.ok
    })
  },
}

function number(option: string, given: string | undefined, otherwise: number, least: number, most: number, whole: boolean): number {
  if (given === undefined) return otherwise
  const n = Number(given)
  if (!(n >= least && n <= most) || (whole && !Number.isInteger(n))) throw usage(`${option} is a ${whole ? 'whole number' : 'number'} from ${least} to ${most}, not ${given}.`)
  return n
}

/** Runs `work`; on Ctrl-C or at the end, whatever it started is ended before this answers. */
async function within<T>(terminal: Terminal, work: (leaving: AsyncDisposableStack, stopped: () => boolean, said: { tell(line: string): void; progress(line: string): void }) => Promise<T | null>): Promise<T | null> {
  const stop = stopping()
  let width = 0
  const clear = (): void => { if (width > 0) terminal.err(`\r${' '.repeat(width)}\r`); width = 0 }
  const said = {
    tell(line: string) { clear(); terminal.err(`  ${line}\n`) },
    progress(line: string) { if (!terminal.colour) return; clear(); terminal.err(`  ${line}`); width = line.length + 2 },
  }
  const leaving = new AsyncDisposableStack()
  let result: T | null = null
  try {
    const working = work(leaving, stop.yes, said)
    working.catch(() => {})
    result = await Promise.race([working, stop.told.then(() => null)])
    // What is being done finds out that it is to end, and what it was about to start is not started.
    if (stop.yes()) await Promise.race([working.catch(() => {}), new Promise(resolve => { setTimeout(resolve, 3000).unref() })])
  } finally {
    clear()
    await leaving.disposeAsync()
    await stop.settled()
  }
  if (!stop.yes()) return result
  terminal.err('Stopped, and what was started with it.\n')
  process.exit(exit.failed)
}
