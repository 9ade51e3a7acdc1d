// What the server needs of traces: a span per request, begun when it arrives and ended with what was served. Who exports them is behind it.
import type { Served } from './observation.ts'

export interface Tracing {
  /** Begins a request's span, under the caller's `traceparent` where there is one. */
  begin(method: string, headers: Readonly<Record<string, string | readonly string[] | undefined>>, time: number): Traced
  /** Exports what is left. */
  close(): Promise<void>
}

export interface Traced {
  /** The trace's id. */
  readonly trace: string
  /** What to hand on: version, trace, our span, flags. */
  readonly traceparent: string
  /** Runs work whose own spans, and whose calls of others, belong to this one. */
  within<T>(work: () => Promise<T>): Promise<T>
  end(served: Served): void
}
