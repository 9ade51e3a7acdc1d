// What PostgreSQL's processes have used, where the system tells (Linux).
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Microseconds of processor time of a server's children so far, by process; null where /proc does not say. */
export function backends(dataFolder: string): ReadonlyMap<string, number> | null {
  const postmaster = readFileSync(path.join(dataFolder, 'postmaster.pid'), 'utf8').split('\n', 1)[0] ?? ''
  const children = `/proc/${postmaster}/task/${postmaster}/children`
  if (!existsSync(children)) return null
  const used = new Map<string, number>()
  for (const pid of readFileSync(children, 'utf8').trim().split(' ')) {
    // Nanoseconds on a processor; a child may end while it is asked.
    try { used.set(pid, Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ', 1)[0]) / 1000) } catch { continue }
  }
  return used
}

/** Microseconds that were used between two such looks, by those that were there at the second. */
export function between(before: ReadonlyMap<string, number> | null, after: ReadonlyMap<string, number> | null): number | null {
  if (before === null || after === null) return null
  let sum = 0
  for (const [pid, used] of after) sum += used - (before.get(pid) ?? 0)
  return sum
}
