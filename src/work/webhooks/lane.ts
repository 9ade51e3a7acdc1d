// One webhook's deliveries: picked in their order, sent, and what came of each written down. Stalls and failures of one webhook are nothing to the others.
import type { Value } from '../../operation/index.ts'
import { moment, run, type Clock, type OwnRow, type Working } from '../port.ts'
import { bell, type Bell } from '../waiting.ts'
import { horizonMs, pauseAfter } from './retry.ts'
import { send, type Resolve } from './send.ts'
import { signed } from './sign.ts'
import { signing, stateOf, type State, type Target } from './target.ts'

/** One attempt, as it is told. */
export interface Attempt {
  readonly webhook: string; readonly event: string; readonly attempt: number; readonly status: number | null; readonly ms: number
  readonly outcome: 'delivered' | 'again' | 'failed'; readonly error: string | null
  /** When it is tried again: milliseconds since 1970. */
  readonly next: number | null
}
export interface LaneSettings {
  readonly target: Target; readonly engine: Working; readonly clock: Clock; readonly resolve?: Resolve | undefined
  /** How often is looked for what was decided elsewhere, and what time it is: every five seconds unless said. */
  readonly lookMs?: number | undefined
  readonly tell: (attempt: Attempt) => void
  readonly trouble: (error: unknown) => void
}
export interface Lane { readonly knock: Bell; stop(): Promise<void> }

/** How many of one webhook are on their way at once, where their order allows; how often is looked; how long one that stops waits for those; how many failing ones are seen. */
const together = 8
const usualLookMs = 5_000
const graceMs = 3_000
const window = 1_000

export function startLane(settings: LaneSettings): Lane {
  const { target, engine, clock, trouble, lookMs = usualLookMs } = settings
  const name = target.webhook.name
  const knock = bell(), giveUp = new AbortController()
  const flying = new Map<string, Promise<void>>()
  let stopping = false

  const work = async (): Promise<void> => {
    for (let failures = 0; !stopping;) {
      try {
        const { ready, next } = await pick(engine, name, flying, clock)
        // Asked after: what was decided before an event was made holds for it.
        const state = await stateOf(engine, name)
        for (const delivery of state.paused || stopping ? [] : ready.slice(0, together - flying.size)) {
          const lane = String(delivery['lane'])
          flying.set(lane, attempt(settings, state, delivery, giveUp.signal).catch(trouble).finally(() => { flying.delete(lane); knock.ring() }))
        }
        failures = 0
        await knock.wait(next === null || state.paused ? lookMs : Math.min(lookMs, Math.max(5, next - clock())))
      } catch (error) {
        trouble(error)
        await knock.wait(Math.min(30_000, 500 * 2 ** failures++))
      }
    }
    await Promise.all(flying.values())
  }
  const working = work()
  return {
    knock,
    async stop() {
      stopping = true
      knock.ring()
      // What is on its way may arrive: given up at once, it would come a second time.
      const patience = setTimeout(() => { giveUp.abort() }, graceMs)
      await working
      clearTimeout(patience)
    },
  }
}

const order = [['change', 'asc'], ['id', 'asc']] as const
const earlier = (a: OwnRow, b: OwnRow): number => (BigInt(String(a['change'])) < BigInt(String(b['change'])) ? -1 : 1)
const due = (d: OwnRow): number => Date.parse(String(d['nextAt']))

/** The first of each lane, where it is due and nothing of its lane is on its way; and when the next will be due. */
async function pick(engine: Working, name: string, flying: ReadonlyMap<string, unknown>, clock: Clock): Promise<{ readonly ready: readonly OwnRow[]; readonly next: number | null }> {
  const now = clock()
  // As it was before it is looked: what arrives meanwhile may still be seen waiting.
  const busy = new Set(flying.keys())
  const mine = [['webhook', 'eq', name], ['status', 'eq', 'waiting']] as const
  const failing = await engine.records.find('~delivery', [...mine, ['attempts', 'gt', 0]], { order, take: window }, run())
  // Where so many fail the receiver is away: whatever is new waits behind them.
  const fresh = failing.length === window ? [] : await engine.records.find('~delivery', [...mine, ['attempts', 'eq', 0], ['nextAt', 'lte', moment(now)]], { order, take: 100 }, run())
  const heads = new Map<string, OwnRow>(), behind = new Map<string, Value>()
  for (const delivery of [...failing, ...fresh].toSorted(earlier)) {
    const lane = String(delivery['lane']), head = heads.get(lane)
    if (head === undefined) heads.set(lane, delivery)
    else if (due(head) > now && due(delivery) <= now) behind.set(lane, head['nextAt'] ?? null)
  }
  // What has to wait makes room for what has not.
  for (const [lane, nextAt] of behind) await engine.records.update('~delivery', [...mine, ['lane', 'eq', lane], ['attempts', 'eq', 0]], { nextAt }, run())
  const free = [...heads].filter(([lane]) => !busy.has(lane)).map(([, delivery]) => delivery)
  const later = free.map(due).filter(at => at > now)
  return { ready: free.filter(d => due(d) <= now), next: later.length === 0 ? (behind.size > 0 ? now : null) : Math.min(...later) }
}

async function attempt({ target, engine, clock, tell, resolve }: LaneSettings, state: State, delivery: OwnRow, signal: AbortSignal): Promise<void> {
  const { webhook, url, headers } = target
  const id = String(delivery['id']), body = String(delivery['body']), attempts = Number(delivery['attempts']), begun = clock(), started = performance.now()
  const sent = await send({
    url, body, allowPrivate: webhook.allowPrivate, timeoutMs: webhook.timeoutMs, signal, resolve,
    headers: { ...headers, ...signed(id, Math.floor(begun / 1000), body, signing(target, state, begun)) },
  }, begun)
  // Whoever goes on will try it again; nothing is known of what came of it.
  if (signal.aborted && sent.status === null) return
  const now = clock(), done = sent.status !== null && sent.status >= 200 && sent.status < 300
  const pause = done ? 0 : pauseAfter(attempts + 1, sent.retryAfter, Math.random())
  // 410: there is nobody any more, and never will be.
  const failed = !done && (sent.status === 410 || now + pause > Date.parse(String(delivery['createdAt'])) + horizonMs)
  const outcome = done ? 'delivered' : failed ? 'failed' : 'again'
  const next = outcome === 'again' ? now + pause : null
  await engine.records.update('~delivery', [['id', 'eq', id], ['status', 'eq', 'waiting'], ['attempts', 'eq', attempts]], {
    attempts: attempts + 1, answer: sent.status, error: sent.error,
    ...(next === null ? { status: outcome, endedAt: moment(now) } : { nextAt: moment(next) }),
  }, run())
  tell({ webhook: webhook.name, event: id, attempt: attempts + 1, status: sent.status, ms: performance.now() - started, outcome, error: sent.error, next })
}
