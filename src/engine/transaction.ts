// Transactions of several operations: begun, tried again as a whole where another write got in the way, and entered once more by what is within them.
import { Failure, toFailure } from '../failure/index.ts'
import { strictest, type Isolation } from '../model/index.ts'
import type { Run, Store, Transaction } from '../stores/index.ts'

/** How often a transaction is tried in all. */
const attempts = 8
/** From this try on, one at a time: two that lock the same rows in opposite orders would else meet again and again, each time for as long as a deadlock takes to be seen. */
const oneByOneFrom = 3
const lines = new WeakMap<Store, Entered['turn']>()
function lineOf(store: Store): Entered['turn'] {
  const line = lines.get(store) ?? turns()
  lines.set(store, line)
  return line
}
/** What was met on the way. `after`: what was begun and not waited for, and may yet say something. */
export interface Met { contended: boolean; after: Promise<void> | null }

/** A transaction that somebody is in. */
export interface Entered {
  readonly session: Transaction
  readonly isolation: Isolation
  /** What goes on in it comes one after the other; work within work enters a turn of its own. */
  readonly turn: <T>(work: () => Promise<T>) => Promise<T>
  /** Set where another write got in the way: what fails after that is run again, even if whoever was told went on and failed otherwise. */
  readonly met: Met
  /** How many hooks this is within. Absent: none. */
  readonly hooks?: number
}

const turns = (): Entered['turn'] => {
  let last: Promise<unknown> = Promise.resolve()
  return work => {
    const mine = last.then(work)
    last = mine.catch(() => {})
    return mine
  }
}

/** A transaction begun elsewhere and never tried again. */
export const alone = (session: Transaction): Entered => ({ session, isolation: 'read committed', turn: turns(), met: { contended: false, after: null } })

/** Runs `work` in a transaction of its own; where it is in one already, as a part of that which is undone alone where it throws. */
export async function together<T>(store: Store, around: Entered | null, run: Run, work: (entered: Entered) => Promise<T>, isolation: Isolation): Promise<T> {
  if (around !== null) {
    if (strictest([isolation, around.isolation]) !== around.isolation) {
      throw new Failure('internal', undefined, { cause: new Error(`what runs ${isolation} was called within a transaction that is ${around.isolation}: declare that on the one that calls`) })
    }
    return around.turn(() => around.session.attempt(run, () => work({ ...around, turn: turns() })))
  }
  for (let attempt = 1; ; attempt++) {
    const met: Met = { contended: false, after: null }
    const all = (): Promise<T> => store.within(run, session => work({ session, isolation, turn: turns(), met }), isolation)
    try {
      return await (attempt < oneByOneFrom ? all() : lineOf(store)(all))
    } catch (error) {
      await met.after
      const contended = met.contended || toFailure(error).code === 'row.contended'
      if (!contended || attempt === attempts || run.signal?.aborted === true) throw error
      const pause = attempt * attempt * 5 * (0.5 + Math.random())
      if (performance.now() + pause > run.deadline) throw error
      await new Promise(go => setTimeout(go, pause))
    }
  }
}

/** The session of the application's own code: one statement after the other, and what fails is undone alone, so that code that catches it can go on. */
export function orderly({ session, turn }: Entered): Transaction {
  return {
    // A sum that overflows is the one read that PostgreSQL refuses because of the data.
    read: (operation, values, run) => turn(() => (operation.operation.kind === 'aggregate' ? session.attempt(run, () => session.read(operation, values, run)) : session.read(operation, values, run))),
    write: (operation, values, run) => turn(() => session.attempt(run, () => session.write(operation, values, run))),
    attempt: (run, work) => turn(() => session.attempt(run, work)),
    lock: (name, run) => turn(() => session.lock(name, run)),
    sql: (pieces, run) => turn(() => session.attempt(run, () => session.sql(pieces, run))),
  }
}
