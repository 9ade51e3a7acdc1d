// Webhooks out: the first reader of the change log. A change becomes deliveries in the transaction that moves the reader on, so a process that dies loses none; each is
// sent until its receiver has it, or its time is over.
import type { Caller } from '../../model/index.ts'
import type { Change } from '../../stores/index.ts'
import type { Clock, OwnRow, Working } from '../port.ts'
import { startReader, type Reader } from '../reader.ts'
import { deliveriesOf, type Telling } from './events.ts'
import { startLane, type Attempt } from './lane.ts'
import type { Resolve } from './send.ts'
import type { Target } from './target.ts'

export { targetsOf, pauseWebhook, rotateSecret, stateOf, type Environment, type Target } from './target.ts'
export type { Attempt } from './lane.ts'
export { backlog, deliveries, listWebhooks, replay, type Backlog, type Failed, type Listed } from './hand.ts'

export interface Sending {
  readonly engine: Working
  readonly targets: readonly Target[]
  /** The declared caller of a webhook, asked for anew now and then: what it is bound to may change. */
  readonly callerOf: (target: Target) => Promise<Caller | null>
  readonly clock: Clock
  readonly resolve?: Resolve | undefined
  readonly lookMs?: number | undefined
  readonly tell: (attempt: Attempt) => void
  readonly trouble: (error: unknown) => void
}

export function startWebhooks({ engine, targets, callerOf, clock, resolve, lookMs, tell, trouble }: Sending): Reader {
  let knock = (): void => {}
  return startReader({
    engine, clock, trouble, name: 'webhooks', of: [...new Set(targets.flatMap(t => t.webhook.on.map(e => e.entity)))],
    async prepare(changes: readonly Change[]) {
      const tellings: readonly Telling[] = await Promise.all(targets.map(async target => ({ webhook: target.webhook, caller: await callerOf(target) })))
      const made: OwnRow[] = []
      for (const change of changes) made.push(...await deliveriesOf(change, tellings, engine, clock))
      return records => records.create('~delivery', made, { deadline: performance.now() + 30_000 })
    },
    holding() {
      const lanes = targets.map(target => startLane({ target, engine, clock, resolve, lookMs, tell, trouble }))
      knock = () => { for (const lane of lanes) lane.knock.ring() }
      return async () => {
        knock = () => {}
        await Promise.all(lanes.map(lane => lane.stop()))
      }
    },
    wrote: () => { knock() },
  })
}
