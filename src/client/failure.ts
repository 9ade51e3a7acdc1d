// What a call throws: the server's failures as they came, and the few that only a client can meet.
import type { Code } from '../failure/index.ts'

/** `client.network`: no answer came. `client.timeout`: none came in time. `client.answer`: what came is not from this application. */
export type ClientCode = Code | 'client.network' | 'client.timeout' | 'client.answer'
/** One mistake: in a body `pointer` says where (`/items/0/quantity`), in an address `parameter`. */
export interface FailureMistake { readonly pointer?: string; readonly parameter?: string; readonly detail: string }

export interface FailureParts {
  readonly code: string; readonly message: string; readonly status?: number; readonly title?: string; readonly requestId?: string | null; readonly errors?: readonly FailureMistake[]
  readonly facts?: Readonly<Record<string, unknown>>; readonly declared?: string | null; readonly retryAfter?: number | null; readonly version?: string | null; readonly cause?: unknown
}

/** A call that failed. `message` is written for the person who must act. */
export class Failure<C extends string = string> extends Error {
  override readonly name: string = 'Failure'
  readonly code: C
  /** The HTTP status; 0 where no answer came. */
  readonly status: number
  readonly title: string
  /** What to quote when reporting it. */
  readonly requestId: string | null
  readonly errors: readonly FailureMistake[]
  readonly facts: Readonly<Record<string, unknown>>
  /** The name of a failure that an action declares, without the application's name before it. */
  readonly declared: string | null
  /** Seconds after which a repeat makes sense. */
  readonly retryAfter: number | null
  /** Of a stale row: its ETag now, where the caller may know it. */
  readonly version: string | null

  constructor(of: FailureParts & { readonly code: C }) {
    super(of.message, of.cause === undefined ? undefined : { cause: of.cause })
    this.code = of.code
    this.status = of.status ?? 0
    this.title = of.title ?? ''
    this.requestId = of.requestId ?? null
    this.errors = of.errors ?? []
    this.facts = of.facts ?? {}
    this.declared = of.declared ?? null
    this.retryAfter = of.retryAfter ?? null
    this.version = of.version ?? null
  }
}

/** Whether something thrown is a failure, of one of these codes where any are given: `isFailure(error, 'row.stale')`. */
export function isFailure<const C extends ClientCode | (string & {}) = string>(error: unknown, ...codes: readonly C[]): error is Failure<C> {
  return error instanceof Failure && (codes.length === 0 || codes.includes(error.code as C))
}

interface Problem {
  readonly code?: unknown; readonly title?: string; readonly detail?: string; readonly instance?: string; readonly declared?: string
  readonly errors?: readonly FailureMistake[]; readonly facts?: Readonly<Record<string, unknown>>
}

/** The failure that an answer is. */
export function failureOf(response: Response, body: unknown): Failure {
  const { status, headers } = response
  const wait = headers.get('retry-after')
  const around = { status, retryAfter: wait === null ? null : Number.isFinite(Number(wait)) ? Number(wait) : Math.max(0, (Date.parse(wait) - Date.now()) / 1000) || 0 }
  const { code, title, detail, instance, declared, errors, facts } = (typeof body === 'object' && body !== null ? body : {}) as Problem
  const requestId = headers.get('x-request-id') ?? instance ?? null
  if (typeof code !== 'string') return unreadable(response, around)
  return new Failure({
    ...around, code, message: detail ?? title ?? code, title: title ?? '', requestId, errors: errors ?? [], facts: facts ?? {}, declared: declared ?? null, version: headers.get('etag'),
  })
}

/** What came is nothing that this application answers: another server, or something between. */
export function unreadable(response: Response, more: Partial<FailureParts> = {}): Failure {
  const { status, headers, url } = response
  return new Failure({
    code: 'client.answer', status, requestId: headers.get('x-request-id'), ...more,
    message: `${url} answered ${status} with ${headers.get('content-type') ?? 'nothing'}, which is not an answer of the application. Is its address right?`,
  })
}
