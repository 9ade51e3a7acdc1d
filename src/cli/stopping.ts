// How a serving command is told to end: Ctrl-C, a polite kill, a closed terminal.

export interface Stopping {
  /** Resolves when the command is to end. */
  readonly told: Promise<NodeJS.Signals>
  readonly yes: () => boolean
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
  // To the very end of the process: the echo of a signal must not kill what is just done.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, heard)
  return { told: promise, yes: () => at !== null }
}
