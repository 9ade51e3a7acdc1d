// Opens connections for all lanes of a store, and knows whether the database is there: while it is not, requests fail at once and attempts keep their distance.
import { Failure } from '../../../failure/index.ts'
import type { Link } from './link.ts'
import type { Purpose } from './settings.ts'
import { down } from './trouble.ts'

export interface Opener {
  /** A new connection; `store.down` where the database cannot be reached, at once if that was so a moment ago. */
  open(purpose: Purpose): Promise<Link>
}

const FIRST_WAIT = 100
const LONGEST_WAIT = 5_000

/**
 * After a failed attempt the next one is made by the first request that comes when a pause is over (100 ms, doubling to 5 s), and only by that one:
 * the others need not wait for it to fail. No timer, and no queue that could grow.
 */
export function opener(connect: (purpose: Purpose) => Promise<Link>): Opener {
  let failed = 0
  let again = 0
  let why: unknown
  let trying = false
  return {
    async open(purpose) {
      const probing = failed > 0
      if (probing && (trying || performance.now() < again)) throw refused(why)
      if (probing) trying = true
      try {
        const link = await connect(purpose)
        failed = 0
        return link
      } catch (e) {
        why = e
        // Several attempts that fail side by side are one piece of news.
        if (performance.now() >= again) {
          again = performance.now() + Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failed) * (0.75 + Math.random() / 2)
          failed++
        }
        throw refused(e)
      } finally {
        if (probing) trying = false
      }
    },
  }
}

const refused = (e: unknown): Failure => (e instanceof Failure ? e : down(e))
