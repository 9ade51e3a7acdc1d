// A shared lane: a few connections that short statements are pipelined on, never cancelled, none of them changing the session.
import type { Text } from '../statement.ts'
import type { Run } from '../../store.ts'
import type { Answer, Link, Prepared } from './link.ts'
import type { Opener } from './opener.ts'
import type { Purpose } from './settings.ts'
import { down, Late, Lost, untilDeadline } from './trouble.ts'

/** What a lane holds at this moment. `queued`: statements behind another one on their connection, or operations waiting for a connection of their own. */
export interface Held { readonly open: number; readonly busy: number; readonly queued: number; readonly prepared: number }

export interface Lane {
  held(): Held
  /** `again`: where its connection dies before the answer, the statement may be sent once more on another, having perhaps been carried out. */
  send(statement: Prepared, parameters: readonly Text[], run: Run, again: boolean): Promise<Answer>
  /** Resolves when there is a connection; rejects `store.down`. */
  ready(): Promise<void>
  /** Finishes what is in flight. */
  close(): Promise<void>
}

/** `size` connections at most, opened as they are needed, each with `depth` statements on their way at most. */
export function sharedLane(purpose: Purpose, size: number, depth: number, opener: Opener): Lane {
  let links: Link[] = []
  let opening: Promise<Link> | null = null
  let closed = false

  const open = (): Promise<Link> => {
    opening ??= opener.open(purpose).then(
      async link => {
        opening = null
        if (closed) { await link.end(); throw down(new Error('the store is closed')) }
        links.push(link)
        return link
      },
      (e: unknown) => { opening = null; throw e },
    )
    return opening
  }
  /** The open connection with the least to do. */
  const pick = (): Link | null => {
    let best: Link | null = null
    let dead = false
    for (const link of links) {
      if (!link.open) dead = true
      else if (best === null || link.waiting < best.waiting) best = link
    }
    if (dead) links = links.filter(l => l.open)
    // All are busy: one more for those who come next. That it fails is found out by whoever needs it.
    if (best && best.waiting > 0 && links.length < size && !opening && !closed) open().catch(() => {})
    return best
  }

  return {
    held() {
      const live = links.filter(l => l.open)
      return {
        open: live.length, busy: live.filter(l => l.waiting > 0).length,
        queued: live.reduce((sum, l) => sum + Math.max(0, l.waiting - 1), 0), prepared: live.reduce((sum, l) => sum + l.names, 0),
      }
    },
    send(statement, parameters, run, again) {
      if (closed) return Promise.reject(down(new Error('the store is closed'), 'The store is closed'))
      // A read of somebody who left does no harm.
      if (!again && (run.gone ? run.gone() : run.signal?.aborted)) return Promise.reject(new Late('left', false))
      const over = (link: Link, last: boolean): Promise<Answer> => {
        if (link.waiting >= depth) return Promise.reject(new Late('crowded', false))
        const sent = link.send(statement, parameters, run)
        return last ? sent : sent.catch((e: unknown) => { if (!(e instanceof Lost) || (e.sent && !again)) throw e; return attempt(true) })
      }
      const attempt = (last: boolean): Promise<Answer> => {
        const link = pick()
        return link === null ? before(open(), run.deadline).then(opened => over(opened, last)) : over(link, last)
      }
      return attempt(false)
    },
    async ready() { if (!pick()) await open() },
    async close() {
      closed = true
      await opening?.catch(() => {})
      await Promise.all(links.map(l => l.end()))
    },
  }
}

/** The promise, or `Late` at the deadline. */
export async function before<T>(promise: Promise<T>, deadline: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => { timer = setTimeout(() => reject(new Late('waiting', false)), untilDeadline(deadline)) })
  try { return await Promise.race([promise, late]) } finally { clearTimeout(timer) }
}
