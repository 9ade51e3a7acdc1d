// What a write is marked with in the change log: its caller, beside what the request or the action around it says.
import type { Caller } from '../model/index.ts'
import type { Mark, Run } from '../stores/index.ts'
import type { Context } from './context.ts'

/** `run` with a whole mark. What is said already stays: within an action, the system writes for whoever called it. */
export function marked(c: Pick<Context, 'known'>, caller: Caller, run: Run): Run {
  const reason = c.known.systems.get(caller), said = run.mark
  return new Marked(run, {
    caller: said?.caller ?? (reason === undefined ? caller.id : null), request: said?.request ?? null, action: said?.action ?? null, reason: said?.reason ?? reason ?? null,
  })
}

/** A class, and not a copy: to ask for the signal is to make it. */
class Marked implements Run {
  readonly #run: Run
  readonly mark: Mark
  constructor(run: Run, mark: Mark) {
    this.#run = run
    this.mark = mark
  }
  get deadline(): number { return this.#run.deadline }
  get signal(): AbortSignal | undefined { return this.#run.signal }
  gone(): boolean { return this.#run.gone ? this.#run.gone() : this.#run.signal?.aborted === true }
  get onStatement(): Run['onStatement'] { return this.#run.onStatement }
}

/** What the code of an action writes: as its caller, or as the system where it says why. */
export function actingMark(c: Pick<Context, 'known'>, caller: Caller, run: Run, action: string | null, reason: string | null): Run {
  const { mark } = marked(c, caller, run)
  return new Marked(run, { caller: mark?.caller ?? null, request: mark?.request ?? null, action, reason: reason ?? mark?.reason ?? null })
}
