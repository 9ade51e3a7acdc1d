// A run under fire: the application, its clients and the keeper as processes, and somebody who kills. What is wrong afterwards is its answer.
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { open as openFile, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import type pg from 'pg'
import type { Clients } from './clients.ts'
import { openHome, type Home, type HomeName, type Seeds } from './home.ts'
import { judge, type Judged, type Wrong } from './judge.ts'
import { openLine, type Line } from './line.ts'
import { kill, killDatabase, postmaster, serversOf, start, type Started } from './processes.ts'
import type { Ready, Serving } from './server.ts'
import { cutLog, endOfLog } from './tail.ts'
import { pause, randomOf, type Application, type Broken, type Told } from './world.ts'

/** What somebody does to the processes (those are counted as kills), and to the lines between them. */
const kills = ['node', 'postmaster', 'backend', 'database', 'everything'] as const
const cuts = ['line', 'answers', 'database line', 'database answers'] as const
export type Blow = (typeof kills)[number] | (typeof cuts)[number]

export interface Run {
  readonly home: HomeName
  readonly seed: number
  readonly kills: number
  readonly clients: number
  /** A folder that is not there yet. */
  readonly folder: string
  readonly seeds: Seeds
  readonly broken?: Broken
  /** What else to do with the data when all is over; `again` judges it once more. */
  readonly examine?: (clients: Readonly<Record<Application, pg.Client>>, again: () => Promise<Judged>) => Promise<void>
  readonly say: (line: string) => void
}
export interface Outcome extends Judged { readonly blows: Readonly<Partial<Record<Blow, number>>>; readonly kills: number; readonly seconds: number; readonly wrong: readonly Wrong[] }

/** How long nothing may be answered before it is said that the application does not come back; as long as a crowded machine may need. */
const patience = 60_000

export async function fire(run: Run): Promise<Outcome> {
  const begun = performance.now(), random = randomOf(run.seed)
  mkdirSync(run.folder, { recursive: true })
  const file = path.join(run.folder, 'kept')
  const wrong: Wrong[] = []
  const blows: Partial<Record<Blow, number>> = {}
  const ends: (() => Promise<void> | void)[] = []
  try {
    const home = await openHome(run.home, run.folder, run.seeds, run.broken === 'tail' ? { fsync: 'off' } : {})
    ends.unshift(() => home.close())
    // Who is told to end takes the database along; the other processes see their standard input close.
    const leave = (): void => { process.exit(130) }, take = (): void => { killDatabase(home.folder) }
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
    for (const signal of signals) process.once(signal, leave)
    process.once('exit', take)
    ends.unshift(() => {
      for (const signal of signals) process.removeListener(signal, leave)
      process.removeListener('exit', take)
    })
    const keeper = start<{ port: number }>('keeper.ts', file, run.seeds.compiled)
    ends.unshift(() => ended(keeper))
    const served = supervise(home, run, wrong)
    ends.unshift(() => served.close())
    await served.up()
    const lines = { bank: await openLine(() => served.now()?.bank ?? null), shop: await openLine(() => served.now()?.shop ?? null) }
    ends.unshift(async () => { await Promise.all([lines.bank.close(), lines.shop.close()]) })
    const url = (line: Line): string => `http://127.0.0.1:${line.port}`
    const clients = start<{ begun: true }>('clients.ts', JSON.stringify({ urls: { bank: url(lines.bank), shop: url(lines.shop) }, keeper: (await keeper.ready).port, clients: run.clients, seed: run.seed } satisfies Clients), run.seeds.compiled)
    ends.unshift(() => ended(clients))
    await clients.ready
    const gone = clients.ended.then(how => { throw new Error(`the clients ended with ${how}\n${clients.said()}`) })
    gone.catch(() => {})

    const tail = await following(file)
    ends.unshift(() => tail.close())
    /** Waits until so many more are answered. */
    const progress = async (answers: number): Promise<void> => {
      const goal = await tail.answers() + answers
      for (const until = Date.now() + patience; await tail.answers() < goal;) {
        if (Date.now() > until) throw new Error(`nothing is answered any more (${JSON.stringify(blows)}, seed ${run.seed})\n${served.said()}`)
        await Promise.race([pause(10), gone])
      }
    }
    const strike = (blow: Blow): boolean => {
      const master = postmaster(home.folder)
      switch (blow) {
        case 'node': return served.kill()
        case 'postmaster': return master !== null && kill(master)
        case 'backend': {
          const under = master === null ? [] : serversOf(master)
          const one = under[Math.floor(random() * under.length)]
          return one !== undefined && kill(one)
        }
        case 'database': return killDatabase(home.folder)
        case 'everything': {
          const node = served.kill()
          return killDatabase(home.folder) || node
        }
        case 'line': for (const line of Object.values(lines)) line.cut(0.3 + random() * 0.7, random); return true
        case 'answers': for (const line of Object.values(lines)) line.loseAnswers(1 + Math.floor(random() * 8)); return true
        case 'database line': home.line?.cut(0.3 + random() * 0.7, random); return home.line !== null
        case 'database answers': home.line?.loseAnswers(1 + Math.floor(random() * 8)); return home.line !== null
      }
    }
    const lineCuts = home.line === null ? cuts.slice(0, 2) : cuts
    let killed = 0, last = 0
    while (killed < run.kills) {
      // Most blows meet an application at work, some meet one that is just coming back.
      if (random() < 0.8) await progress(8 + Math.floor(random() * 15))
      await Promise.race([pause(random() * 250), gone])
      const cutting = random() < 0.3
      // Each kind of kill once before any comes a second time, in an order of the seed.
      const blow = cutting ? lineCuts[Math.floor(random() * lineCuts.length)] : [...kills].toSorted((a, b) => (blows[a] ?? 0) - (blows[b] ?? 0) || random() - 0.5)[0]
      if (blow === undefined || !strike(blow)) { await pause(20); continue }
      blows[blow] = (blows[blow] ?? 0) + 1
      if (!cutting) killed++
      if (killed - last >= 20 && killed < run.kills) {
        last = killed
        run.say(`${run.home}: ${killed} of ${run.kills} kills, ${await tail.answers()} writes answered, ${Math.round((performance.now() - begun) / 1000)} s`)
      }
    }
    await progress(run.kills > 0 ? 40 : 10)
    const from = run.broken === 'tail' ? await home.look(({ bank }) => endOfLog(bank)) : null
    if (from !== null) await progress(100)

    // All finish what they began, then everything is killed once more: what was confirmed last must be there too.
    // An answer before the commit is the truth after a while: it is a lie as long as that did not come.
    if (run.broken === 'early') {
      await served.close(true)
      clients.child.kill('SIGKILL')
      await clients.ended
    } else {
      clients.child.stdin?.write('stop\n')
      const timer = setTimeout(() => clients.child.kill('SIGKILL'), patience)
      const how = await clients.ended
      clearTimeout(timer)
      if (how !== 0) throw new Error(`the clients do not finish: ${how}\n${clients.said()}\n${served.said()}`)
      await served.close(true)
    }
    if (from === null) killDatabase(home.folder)
    else await cutLog(home.folder, from)
    await ended(keeper)

    const told = readFileSync(file, 'utf8').split('\n').filter(line => line !== '').map(line => JSON.parse(line) as Told)
    const judged = await home.look(async databases => {
      const again = (): Promise<Judged> => judge(told, databases, run.broken)
      const first = await again()
      await run.examine?.(databases, again)
      return first
    })
    return { ...judged, wrong: [...wrong, ...judged.wrong], blows, kills: killed, seconds: (performance.now() - begun) / 1000 }
  } finally {
    for (const end of ends) await end()
  }
}

/** What a run was, in a line. */
export function summary(run: Pick<Run, 'home' | 'seed'>, { kills: killed, blows, acknowledged, refused, replayed, doubtful, left, changes, seconds, wrong }: Outcome): string {
  const by = Object.entries(blows).map(([blow, times]) => `${blow} ${times}`).join(', ')
  return `${run.home}, seed ${run.seed}: ${killed} kills and the last (${by}); ${acknowledged} writes acknowledged, ${refused} refused, ${replayed} replayed, ${doubtful} in doubt before, ${left} left in doubt, `
    + `${changes} changes; ${wrong.length} wrong; ${seconds.toFixed(1)} s`
}

async function ended(one: Started<unknown>): Promise<void> {
  one.child.stdin?.end()
  const timer = setTimeout(() => one.child.kill('SIGKILL'), 10_000)
  await one.ended
  clearTimeout(timer)
}

/** The application, started again when it was killed. That it ends by itself is wrong. */
function supervise(home: Home, run: Run, wrong: Wrong[]) {
  let process: Started<Ready> | null = null, ready: Ready | null = null, closing = false
  const begin = (first: boolean): void => {
    const mine = process = start<Ready>('server.ts', JSON.stringify({ at: home.at, first, broken: run.broken ?? null } satisfies Serving), run.seeds.compiled)
    mine.ready.then(says => {
      if (process !== mine) return
      ready = says
      if (says.durable !== 'fsync on, full_page_writes on, synchronous_commit on' && run.broken !== 'tail') wrong.push({ of: 'durable', what: says.durable })
    }, () => {})
    void mine.ended.then(how => {
      if (process !== mine) return
      ready = null
      if (closing) return
      wrong.push({ of: 'ended', what: `the application ended by itself: ${how}\n${mine.said()}` })
      if (!first) begin(false)
    })
  }
  begin(true)
  return {
    up: async () => { await process?.ready },
    now: () => ready,
    said: () => process?.said() ?? '',
    /** Killed, and started again at once. */
    kill(): boolean {
      const before = process
      if (before?.child.pid === undefined || !kill(before.child.pid)) return false
      process = ready = null
      begin(false)
      return true
    },
    async close(hard = false): Promise<void> {
      closing = true
      const last = process
      if (last === null) return
      if (hard) last.child.kill('SIGKILL')
      await ended(last)
    },
  }
}

/** How many answers are in a file that grows. */
async function following(file: string): Promise<{ answers(): Promise<number>; close(): Promise<void> }> {
  while (!existsSync(file)) await pause(10)
  const handle: FileHandle = await openFile(file, 'r')
  const piece = Buffer.alloc(1 << 16)
  let found = 0, rest = ''
  return {
    async answers() {
      for (;;) {
        const { bytesRead } = await handle.read(piece, 0, piece.length, null)
        if (bytesRead === 0) return found
        const lines = (rest + piece.toString('latin1', 0, bytesRead)).split('\n')
        rest = lines.pop() ?? ''
        found += lines.filter(line => line.startsWith('{"is":"answer"')).length
      }
    },
    close: () => handle.close(),
  }
}
