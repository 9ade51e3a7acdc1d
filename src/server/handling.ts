// What every way in shares, made of the options of one: a listener's, a mount's.
import { consolePage } from './console.ts'
import type { Observe, Tracing } from '../observe/index.ts'
import type { Engine, Protocol } from '../protocols/protocol.ts'
import { files } from './files.ts'
import type { Handling } from './handle.ts'
import { limits as usual, type Limits } from './limits.ts'
import { origins } from './origins.ts'
import type { Development, Measured } from './own.ts'

export interface HandlingOptions {
  /** The first one also words what belongs to none of them. */
  readonly protocols: readonly [Protocol, ...Protocol[]]
  readonly engine: Pick<Engine, 'identify' | 'ready'> & Partial<Pick<Engine, 'model'>>
  /** Present in development only. */
  readonly development?: Development
  /** Origins whose pages may read answers; `*`: all. */
  readonly origins?: readonly string[]
  readonly observe?: Observe
  readonly tracing?: Tracing
  /** Answers `/metrics` to who brings the token. */
  readonly metrics?: Measured & { readonly token: string }
  /** A folder with a built front end, served at every address that is nobody else's. */
  readonly files?: string
  readonly limits?: Partial<Limits>
}

/** Handling, and what its owner does with it. */
export interface Handlings extends Handling {
  /** Those being answered; each can be given up. */
  readonly flight: Flights
  /** From now on requests are refused. */
  stop(): void
}
/** `place`: kept by `Flights`. */
export interface Flight { cut(): void; place?: number }

/**
 * A bag of flights. Not a Set: whenever a Set has made room for newcomers, its former table, long-lived by then, goes on holding whoever was in it and every
 * table after it until the next full collection of garbage, and each flight holds its request.
 */
export class Flights {
  readonly #all: Flight[] = []
  get size(): number { return this.#all.length }
  add(flight: Flight): void { flight.place = this.#all.push(flight) - 1 }
  /** Nothing where it is not there. */
  delete(flight: Flight): void {
    const { place = -1 } = flight
    if (this.#all[place] !== flight) return
    const last = this.#all.pop()
    if (last === undefined || last === flight) return
    this.#all[place] = last
    last.place = place
  }
  [Symbol.iterator](): Iterator<Flight> { return [...this.#all].values() }
}

/** Throws where `files` names no folder, or the page of development is not built. */
export function handling(options: HandlingOptions): Handlings {
  let stopping = false
  return {
    protocols: options.protocols, engine: options.engine, limits: { ...usual, ...options.limits },
    // A log that fails must not fail the request.
    observe: observation => { try { options.observe?.(observation) } catch { /* nobody left to tell */ } },
    observed: options.observe !== undefined, tracing: options.tracing ?? null, metrics: options.metrics ?? null, files: options.files === undefined ? null : files(options.files),
    development: options.development ?? null, console: options.development?.console === undefined ? null : consolePage(options.development.console), ready: () => options.engine.ready(), stopping: () => stopping,
    origins: origins(options.origins ?? [], options.development !== undefined),
    flight: new Flights(),
    stop() { stopping = true },
  }
}
