// What works beside requests: webhooks, and the change log kept as short as it is to be. Begun and stopped with the application.
import type { Caller, Model } from '../model/index.ts'
import { moment, run, type Clock, type Working } from './port.ts'
import { bell } from './waiting.ts'
import { startWebhooks, targetsOf, type Attempt, type Environment, type Target } from './webhooks/index.ts'

export { backlog, deliveries, listWebhooks, pauseWebhook, replay, rotateSecret, stateOf, targetsOf, type Attempt, type Environment, type Failed, type Listed, type Target } from './webhooks/index.ts'
export { moment, run, type Clock, type OwnRow, type Records, type Working } from './port.ts'
export { startReader, type Reader, type ReaderSettings } from './reader.ts'
export { bell, type Bell } from './waiting.ts'

export interface WorkSettings {
  readonly engine: Working
  readonly environment: Environment
  readonly callerOf: (target: Target) => Promise<Caller | null>
  readonly clock?: Clock | undefined
  readonly lookMs?: number | undefined
  readonly tell: (attempt: Attempt) => void
  readonly trouble: (error: unknown) => void
}
export interface Work {
  /** Why some webhooks do not work, in sentences. Their events are not made. */
  readonly problems: readonly string[]
  stop(): Promise<void>
}

/** Begins. Where nothing is declared that reads the log nothing reads it, and no connection is opened for it. */
export function startWork({ engine, environment, callerOf, clock = Date.now, lookMs, tell, trouble }: WorkSettings): Work {
  const { targets, problems } = targetsOf(engine.model, environment)
  const reader = targets.length === 0 || engine.changes === null ? null : startWebhooks({ engine, targets, callerOf, clock, lookMs, tell, trouble })
  const tidying = tidy(engine, engine.model, clock, trouble)
  return {
    problems,
    async stop() { await Promise.all([reader?.stop(), tidying.stop()]) },
  }
}

const hourMs = 3_600_000
/** So many changes at once, so that nobody waits for them long. */
const batch = 5_000

/** Takes away, every hour, the changes and deliveries that are older than they are to be kept. */
function tidy(engine: Working, model: Model, clock: Clock, trouble: (error: unknown) => void): { stop(): Promise<void> } {
  const kept = model.changesKeptMs, knock = bell()
  let stopping = false
  const work = async (): Promise<void> => {
    // Not at once: processes that come and go have other things to do, and several that start together need not do the same.
    for (let wait = 60_000 * (0.5 + Math.random()); ; wait = hourMs * (0.9 + Math.random() / 5)) {
      await knock.wait(wait)
      if (stopping) return
      try { await forget(engine, clock() - (kept ?? 0), () => stopping) } catch (error) { trouble(error) }
    }
  }
  const working = engine.changes === null || kept === undefined ? Promise.resolve() : work()
  return {
    async stop() {
      stopping = true
      knock.ring()
      await working
    },
  }
}

/** Takes away what is older than a moment. */
export async function forget(engine: Pick<Working, 'changes' | 'records'>, before: number, over: () => boolean = () => false): Promise<void> {
  const at = moment(before)
  while (!over() && await engine.changes?.forget(at, batch, run()) === batch) { /* and the next */ }
  for (const ended of ['~delivery', '~mail']) if (!over()) await engine.records.remove(ended, [['endedAt', 'lt', at]], run())
  // Of accounts: mails that are long over, tries that nobody remembers, keys that nothing is checked by any more.
  if (!over()) await engine.records.remove('~challenge', [['expiresAt', 'lt', at]], run())
  for (const [entity, over] of [['~attempt', 'forgetAt'], ['~signingKey', 'retiredAt']] as const) await engine.records.remove(entity, [[over, 'lt', moment(Date.now())]], run())
}
