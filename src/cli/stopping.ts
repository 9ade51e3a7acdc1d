// How a serving command is told to end: Ctrl-C, a polite kill, a closed terminal.
import { setTimeout as wait } from 'node:timers/promises'

/** npm, a shell and a terminal hand the same Ctrl-C on within this time. */
const echoMs = 250

export interface Stopping {
  /** Resolves when the command is to end. */
  readonly told: Promise<NodeJS.Signals>
  readonly yes: () => boolean
  /** Waits until the echo of the signal has passed. While a process is torn down nobody listens any more, and an echo then would count as a kill. */
  settled(): Promise<void>
}

/**
 * Listens for signals. npm and a terminal both hand on a Ctrl-C, so one within a second of another is the same one; a later one, from somebody who has
 * waited, ends the process at once (the database server notices by itself).
 */
export function stopping(): Stopping {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>()
  let at: number | null = null
  const heard = (signal: NodeJS.Signals): void => {
    const now = Date.now()
    if (at === null) { at = now; resolve(signal) } else if (now - at > 1000) process.exit(130)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, heard)
  return { told: promise, yes: () => at !== null, settled: async () => { if (at !== null) await wait(Math.max(0, at + echoMs - Date.now())) } }
}
