// Connections of their own: each used by one operation at a time, which sets its own statement timeout and can be cancelled without harming a neighbour.
import type { Run } from '../../store.ts'
import { patient, unprepared, type Answer, type Link, type Prepared } from './link.ts'
import type { Held } from './lane.ts'
import type { Opener } from './opener.ts'
import type { Text } from '../statement.ts'
import { down, Late, untilDeadline } from './trouble.ts'

export interface Pool {
  held(): Held
  /** Gives `work` a connection, waiting for one until the deadline. At the deadline, or when the caller goes, what runs is cancelled and the rest refused. */
  use<T>(run: Run, work: (own: Own) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface Own {
  send(statement: Prepared, parameters: readonly Text[]): Promise<Answer>
  /** The connection is not to be used again. */
  doubt(cause: unknown): void
}

/** Server-side timeouts are rounded up to these, so that a connection seldom needs to be told a new one; the deadline itself is kept by cancelling. */
const STEPS = [1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000]

interface Waiter { readonly give: (link: Link) => void; readonly refuse: (error: unknown) => void }

export function pool(limits: { readonly own: number; readonly queue: number; readonly longStatement: number }, opener: Opener): Pool {
  const idle: Link[] = []
  const waiters: Waiter[] = []
  const timeouts = new WeakMap<Link, number>()
  const active = new Set<Promise<unknown>>()
  let count = 0
  let closed = false

  const track = (doing: Promise<unknown>): void => {
    active.add(doing)
    const gone = () => void active.delete(doing)
    doing.then(gone, gone)
  }
  const acquire = async (run: Run): Promise<Link> => {
    for (let link = idle.pop(); link; link = idle.pop()) {
      if (link.open) return link
      count--
    }
    if (count < limits.own) {
      count++
      const opening = opener.open({ lane: 'own', plan: 'auto' })
      try { return await guard(opening, run, false) } catch (e) {
        // It may still open; whoever waits can have it.
        opening.then(release, () => { count--; next() })
        throw e
      }
    }
    if (waiters.length >= limits.queue) throw new Late('crowded', false)
    let waiter: Waiter | undefined
    const turn = new Promise<Link>((give, refuse) => { waiter = { give, refuse }; waiters.push(waiter) })
    try { return await guard(turn, run, false) } catch (e) {
      const at = waiter ? waiters.indexOf(waiter) : -1
      if (at >= 0) waiters.splice(at, 1)
      else turn.then(release, () => {})
      throw e
    }
  }
  const release = (link: Link): void => {
    if (!link.open) { count--; return next() }
    const waiter = waiters.shift()
    if (waiter) waiter.give(link)
    else if (closed) { count--; track(link.end()) }
    else idle.push(link)
  }
  /** A place became free without a connection: whoever waits first may open one. */
  const next = (): void => {
    const waiter = waiters.shift()
    if (!waiter) return
    count++
    opener.open({ lane: 'own', plan: 'auto' }).then(waiter.give, (e: unknown) => { count--; waiter.refuse(e); next() })
  }

  const use = async <T>(run: Run, work: (own: Own) => Promise<T>): Promise<T> => {
    if (run.signal?.aborted) throw new Late('left', false)
    const left = run.deadline - performance.now()
    if (left <= 0) throw new Late('waiting', false)
    const link = await acquire(run)
    let over = false
    let settled = false
    let canceling = false
    try {
      const most = Math.min(limits.longStatement, STEPS.find(s => s >= left) ?? limits.longStatement)
      if ((timeouts.get(link) ?? limits.longStatement) !== most) {
        timeouts.set(link, most)
        link.send(unprepared(`set statement_timeout = ${most}`), [], patient).catch((e: unknown) => link.destroy(e))
      }
      const own: Own = {
        send: (statement, parameters) => (over ? Promise.reject(new Late('left', false)) : link.send(statement, parameters, patient)),
        doubt: cause => { if (!over) link.destroy(cause) },
      }
      const working = work(own)
      const done = () => { settled = true }
      working.then(done, done)
      return await guard(working, run, true)
    } catch (e) {
      // Still running: `guard` gave up on it. What the server does is cancelled, and the connection ended; its place is free only then.
      if (link.open && !settled) { canceling = true; track(link.cancel().then(() => release(link))) }
      throw e
    } finally {
      over = true
      if (!canceling) release(link)
    }
  }

  return {
    // Those at work prepare nothing for others: what is prepared on them is counted when they are back.
    held: () => ({ open: count, busy: count - idle.length, queued: waiters.length, prepared: idle.reduce((sum, l) => sum + l.names, 0) }),
    use(run, work) {
      if (closed) return Promise.reject(down(new Error('the store is closed'), 'The store is closed'))
      const using = use(run, work)
      track(using)
      return using
    },
    async close() {
      closed = true
      while (active.size > 0) await Promise.allSettled(active)
      await Promise.all(idle.splice(0).map(l => l.end()))
    },
  }
}

/** The promise; or `Late` at the deadline or as soon as the caller goes. */
async function guard<T>(promise: Promise<T>, run: Run, using: boolean): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  let gone: (() => void) | undefined
  const given = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late(using ? 'running' : 'waiting', using)), untilDeadline(run.deadline))
    gone = () => reject(new Late('left', using))
    run.signal?.addEventListener('abort', gone, { once: true })
  })
  try { return await Promise.race([promise, given]) } finally {
    clearTimeout(timer)
    if (gone) run.signal?.removeEventListener('abort', gone)
  }
}
