// A reader of the change log: one process at a time, from where the last one stopped, each change at least once, and exactly once for what it writes with its position.
import type { Attendance, Change, Changes } from '../stores/index.ts'
import { moment, run, type Clock, type Records, type Working } from './port.ts'
import { bell } from './waiting.ts'

export interface ReaderSettings {
  readonly name: string
  readonly engine: Working
  readonly clock: Clock
  /** Whose changes are read; all, unless said. */
  readonly of?: readonly string[] | null
  /** Milliseconds that it rests between two looks, however much is written: for what is in no hurry. None unless said. */
  readonly restMs?: number
  /** Makes of some changes what is to be written; called again with the same where that failed. Nothing may be sent from here. */
  readonly prepare: (changes: readonly Change[]) => Promise<(records: Records) => Promise<void>>
  /** Called once in the life of the database, in the transaction that begins the reading at the present: what was there before is in no change that will be read. */
  readonly first?: (records: Records) => Promise<void>
  /** This process now is the one that reads; what it answers is called when it is so no longer. */
  readonly holding?: () => () => Promise<void>
  /** After a batch was written. */
  readonly wrote?: () => void
  readonly trouble: (error: unknown) => void
}
export interface Reader { stop(): Promise<void> }

/** How many changes are read at once, and how often it is looked for more where nobody wakes us. */
const batch = 500
const lookMs = 1_000
/** How often the position is kept where there is nothing to write with it. */
const keepMs = 60_000

/** Two processes read as one: another one went on from the position this one had. */
class Overtaken extends Error { override readonly name = 'Overtaken' }

export function startReader(settings: ReaderSettings): Reader {
  const { engine, name, trouble } = settings
  const changes = engine.changes
  if (changes === null) throw new Error('the store keeps no change log')
  const knock = bell()
  let stopping = false
  const pause = async (ms: number): Promise<void> => { if (!stopping) await knock.wait(ms) }

  const live = async (): Promise<void> => {
    while (!stopping) {
      let attendance: Attendance | null = null
      try {
        let lost = false
        attendance = await changes.attend({ wake: () => { knock.ring() }, lost: () => { lost = true; knock.ring() } })
        while (!stopping && !lost && !(await attendance.hold(name))) await pause(lookMs)
        if (!stopping && !lost) await reading(settings, changes, () => stopping || lost, pause)
      } catch (error) {
        trouble(error)
        await pause(lookMs)
      } finally {
        await attendance?.close()
      }
    }
  }
  const lived = live()
  return {
    async stop() {
      stopping = true
      knock.ring()
      await lived
    },
  }
}

/** Reads until `over`. */
async function reading({ engine, name, clock, of = null, restMs = 0, first, prepare, holding, wrote, trouble }: ReaderSettings, changes: Changes, over: () => boolean, pause: (ms: number) => Promise<void>): Promise<void> {
  const [kept] = await engine.records.find('~reader', [['name', 'eq', name]], { order: [['name', 'asc']], take: 1 }, run())
  let saved = kept ? String(kept['position']) : await changes.now(run())
  if (!kept) {
    await engine.recordsWithin(run(), async records => {
      await records.create('~reader', [{ name, position: saved, movedAt: moment(clock()) }], run())
      await first?.(records)
    })
  }
  let position = saved, keptAt = clock()
  const let_go = holding?.()
  try {
    for (let failures = 0; !over();) {
      try {
        const next = await changes.read(position, batch, run(), of)
        const some = next.changes.length > 0
        // Where nothing new was seen nothing is written: what is after the kept position is what is after this one. But now and then, so that whoever goes on need not look through it all again.
        if (some || (next.position !== saved && clock() - keptAt > keepMs)) {
          const write = some ? await prepare(next.changes) : null
          await engine.recordsWithin(run(), async records => {
            const moved = await records.update('~reader', [['name', 'eq', name], ['position', 'eq', saved]], { position: next.position, movedAt: moment(clock()) }, run())
            if (moved === 0) throw new Overtaken(`another process reads as ${name}`)
            await write?.(records)
          })
          saved = next.position
          keptAt = clock()
          if (some) wrote?.()
        }
        position = next.position
        failures = 0
        if (!next.more) {
          await pause(lookMs)
          if (restMs > 0 && !over()) await new Promise(resolve => { setTimeout(resolve, restMs).unref() })
        }
      } catch (error) {
        if (error instanceof Overtaken) throw error
        trouble(error)
        position = saved
        await pause(Math.min(30_000, lookMs * 2 ** failures++))
      }
    }
  } finally {
    await let_go?.()
  }
}
