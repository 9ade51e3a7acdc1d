// One call: the request, its token, how long it may take, and when it is sent again.
import type { Calling } from '../define/index.ts'
import { Failure, failureOf, unreadable } from './failure.ts'

export interface ClientOptions {
  /** Where the API begins: `/api` unless said. */
  readonly prefix?: string
  /** The bearer token, or what gives it for each request. Asked again, once, with the token that the server `refused`. */
  readonly token?: string | null | ((asked: { readonly refused: string | null }) => string | null | undefined | Promise<string | null | undefined>)
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
  /** Milliseconds for one call, repeats included: 30,000 unless said. */
  readonly timeout?: number
  /** How often a call is sent again when that is safe: 2 unless said. */
  readonly retries?: number
  /** Writes carry an Idempotency-Key, by which the server carries them out once, so that they too are sent again when no answer came. With false they carry none unless one is given, and are not. */
  readonly idempotent?: boolean
}
export interface Sending {
  readonly method: string
  readonly path: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** It changes nothing, however often it is sent. */
  readonly safe?: boolean
  readonly call: Calling & { readonly idempotencyKey?: string | undefined }
}
export interface Answered { readonly body: unknown; readonly headers: Headers; readonly status: number }
export type Send = (sending: Sending) => Promise<Answered>

const randomKey = (): string => Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('')

export function sender(url: string, options: ClientOptions): Send {
  const { prefix = '/api', token: given = null, timeout: usual = 30_000, retries = 2 } = options
  const root = url.replace(/\/+$/, '') + prefix
  // Several calls whose token is refused at once ask for one new token.
  let renewal: { readonly refused: string | null; readonly token: Promise<string | null> } | null = null

  const tokenNow = async (refused: string | null): Promise<string | null> => (typeof given === 'function' ? await given({ refused }) : given) ?? null
  const renewed = (refused: string | null): Promise<string | null> => {
    if (renewal?.refused !== refused) {
      const mine = renewal = { refused, token: tokenNow(refused) }
      const done = (): void => { if (renewal === mine) renewal = null }
      mine.token.then(done, done)
    }
    return renewal.token
  }

  /** Whether it may be sent again: the server did nothing yet, or what it does it does once. */
  const again = ({ status, code, retryAfter }: Failure, once: boolean): boolean =>
    code === 'row.contended' || ((status === 429 || status === 409) && retryAfter !== null) || (once && [0, 408, 429, 502, 503, 504].includes(status))

  return async ({ method, path, body, headers, safe = false, call }) => {
    if (root.startsWith('/') && options.fetch === undefined && !('location' in globalThis)) throw new TypeError("A client without an address is for pages, which have one. Here write client('https://…').")
    const { signal, timeout = usual } = call
    const until = Date.now() + timeout
    const late = AbortSignal.timeout(timeout)
    const stop = signal ? AbortSignal.any([signal, late]) : late
    const sent: Record<string, string> = { accept: 'application/json', ...options.headers, ...call.headers }
    for (const [name, value] of Object.entries(headers ?? {})) if (value !== undefined) sent[name] = value
    if (body !== undefined) sent['content-type'] = 'application/json'
    const key = safe ? undefined : call.idempotencyKey ?? (options.idempotent === false ? undefined : randomKey())
    if (key !== undefined) sent['idempotency-key'] = key
    signal?.throwIfAborted()
    let token = await tokenNow(null), refreshed = typeof given !== 'function'
    for (let repeats = 0;;) {
      if (token !== null) sent['authorization'] = `Bearer ${token}`
      let failure: Failure
      try {
        const response = await (options.fetch ?? fetch)(root + path, { method, headers: sent, signal: stop, ...(body === undefined ? {} : { body }) })
        const text = await response.text()
        const read = parsed(text)
        if (response.ok && read !== undefined) return { body: read, headers: response.headers, status: response.status }
        failure = response.ok ? unreadable(response) : failureOf(response, read)
      } catch (cause) {
        signal?.throwIfAborted()
        if (late.aborted) throw timedOut(timeout, cause)
        failure = new Failure({ code: 'client.network', message: `No answer from ${root + path.replace(/\?.*/, '')}: ${reason(cause)}`, cause })
      }
      if (failure.status === 401 && !refreshed) {
        refreshed = true
        // Another call may have renewed it meanwhile: what renews a token may be good for once.
        const now = await tokenNow(null), next = now === token ? await renewed(token) : now
        if (next !== null && next !== token) { token = next; continue }
      }
      // Half of the wait is drawn, so that many clients do not come back at one moment.
      const wait = (failure.retryAfter ?? 0) * 1000 + 200 * 2 ** repeats * (0.5 + Math.random() / 2)
      if (repeats++ >= retries || !again(failure, safe || key !== undefined) || Date.now() + wait >= until) throw failure
      await pause(wait, stop)
      signal?.throwIfAborted()
    }
  }
}

const parsed = (text: string): unknown => {
  try { return text === '' ? null : JSON.parse(text) as unknown } catch { return undefined }
}
const timedOut = (timeout: number, cause: unknown): Failure => new Failure({ code: 'client.timeout', message: `No answer within ${timeout} ms.`, cause })
const reason = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message
}
/** Ends early when the call is given up. */
const pause = (ms: number, stop: AbortSignal): Promise<void> => new Promise(done => {
  const timer = setTimeout(finish, ms)
  function finish(): void { clearTimeout(timer); stop.removeEventListener('abort', finish); done() }
  stop.addEventListener('abort', finish)
})
