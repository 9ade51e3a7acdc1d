// Types checked beside the server of development: after each save that serves, in a process of its own, given up at the next save.
import { paint, type Terminal } from './command.ts'
import { shown, type Home, type Located } from './locate.ts'
import { typeCheck } from './typecheck.ts'

export interface TypeWatch {
  /** Begins anew, giving up what is under way. Says one line per mistake, and once that there are none any more. */
  begin(home: Home): void
  /** Gives up what is under way; resolves when its process has ended. */
  stop(): Promise<void>
}

/** Says nothing where TypeScript is not installed. */
export function typeWatch(app: Located, terminal: Terminal, say: (line: string) => void): TypeWatch {
  let controller = new AbortController()
  let work: Promise<void> = Promise.resolve()
  let wrong = false
  const run = async (home: Home, signal: AbortSignal): Promise<void> => {
    const began = performance.now()
    try {
      const found = await typeCheck(app, home, signal)
      if (found === null || signal.aborted) return
      for (const { file, line, says } of found) say(`${paint(terminal, 33, '!')} ${shown(file, terminal.cwd)}:${line}  ${says}`)
      if (wrong && found.length === 0) say(`${paint(terminal, 32, '✓')} types are right · ${Math.round(performance.now() - began)} ms`)
      wrong = found.length > 0
    } catch (error) {
      if (!signal.aborted) say(paint(terminal, 2, (error as Error).message))
    }
  }
  const stop = (): Promise<void> => {
    controller.abort()
    return work
  }
  return {
    begin(home) {
      const before = stop()
      const { signal } = controller = new AbortController()
      work = before.then(() => run(home, signal))
    },
    stop,
  }
}
