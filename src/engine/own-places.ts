// What an action's own requests were refused with is of other bodies than the caller's. Where the value refused is the caller's own, at the same place of the input, it is told there.
import { Failure, type At, type Mistake } from '../failure/index.ts'
import type { Engine } from '../protocols/protocol.ts'

export interface OwnPlaces {
  /** The same engine; what its writes and calls are refused with is remembered with their bodies. */
  over(engine: Engine): Engine
  /** What of the places of a failure is the caller's own. */
  of(failure: Failure): { readonly at?: At; readonly mistakes?: readonly Mistake[] }
}

/** `input`: what the action was given. */
export function ownPlaces(input: unknown): OwnPlaces {
  const bodies = new WeakMap<Failure, unknown>()
  const remember = async <T>(body: unknown, work: Promise<T>): Promise<T> => {
    try { return await work } catch (error) {
      if (error instanceof Failure) bodies.set(error, body)
      throw error
    }
  }
  return {
    over: engine => ({
      ...engine,
      write: (request, caller, run) => remember(request.body, engine.write(request, caller, run)),
      call: (request, caller, run, requested) => remember(request.input, engine.call(request, caller, run, requested)),
    }),
    of(failure) {
      const body = bodies.get(failure)
      const own = (at: At): boolean => {
        const value = textOf(within(input, at))
        return at.length > 0 && value !== undefined && value === textOf(within(body, at))
      }
      const mistakes = failure.mistakes.filter(m => own(m.at))
      return { ...(own(failure.at) ? { at: failure.at } : {}), ...(mistakes.length > 0 ? { mistakes } : {}) }
    },
  }
}

const within = (of: unknown, at: At): unknown => at.reduce<unknown>((x, step) => (typeof x === 'object' && x !== null && Object.hasOwn(x, step) ? Reflect.get(x, step) as unknown : undefined), of)
/** Code has numbers that JSON has as text. */
const textOf = (x: unknown): string | undefined => JSON.stringify(x, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
