// Sends one event, once: to an address that was looked up, judged, and is then the one connected to. Redirects are not followed, and of the answer only its head counts.
import { lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { isPublic } from './addresses.ts'

export interface Sending {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly allowPrivate: boolean
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** How names are looked up: the system's way unless given. */
  readonly resolve?: Resolve | undefined
}
export type Resolve = (host: string, done: (error: Error | null, addresses: readonly { readonly address: string; readonly family: number }[]) => void) => void
/** What came of it. `status`: what the receiver answered; null: it did not, and `error` says why. `retryAfter`: milliseconds it asks us to wait. */
export interface Sent { readonly status: number | null; readonly error: string | null; readonly retryAfter: number | null }

/** As much of an answer as is kept to say why an event was refused. */
const excerpt = 500

const systemLookup: Resolve = (host, done) => { lookup(host, { all: true, verbatim: true }, (error, addresses) => { done(error, addresses ?? []) }) }

export function send({ url, headers, body, allowPrivate, timeoutMs, signal, resolve = systemLookup }: Sending, now: number): Promise<Sent> {
  const failed = (error: string): Sent => ({ status: null, error, retryAfter: null })
  const { address, problem } = addressOf(url, allowPrivate)
  if (address === null) return Promise.resolve(failed(problem))
  const guarded: LookupFunction = (host, options, callback) => {
    resolve(host, (error, addresses) => {
      if (error) { callback(error, '', 4); return }
      const wrong = allowPrivate ? undefined : addresses.find(a => !isPublic(a.address))
      const [first] = addresses
      if (wrong || !first) { callback(new Error(wrong ? privately(host, wrong.address) : `${host} has no address`), '', 4); return }
      if (options.all === true) callback(null, [...addresses])
      else callback(null, first.address, first.family)
    })
  }
  return new Promise(done => {
    const over = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    // Not imported: that would load all that node:http gives away at start, Node's whole fetch among it.
    const request = process.getBuiltinModule(address.protocol === 'https:' ? 'node:https' : 'node:http').request(address, {
      method: 'POST', agent: false, lookup: guarded, signal: over, maxHeaderSize: 16_384,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'user-agent': 'Backwright', accept: '*/*', ...headers },
    })
    let answered: (() => void) | null = null
    request.on('error', (error: Error & { readonly code?: string }) => {
      // Its head is what counts; that the rest never came is no news.
      if (answered !== null) { answered(); return }
      done(failed(signal.aborted ? 'stopped' : over.aborted ? `no answer within ${timeoutMs / 1000} s` : error.message || (error.code ?? 'the connection failed')))
    })
    request.on('response', answer => {
      const status = answer.statusCode ?? 0, retryAfter = waitAsked(answer.headers['retry-after'], now)
      let text = ''
      const finish = (): void => {
        answer.destroy()
        done({ status, error: status >= 200 && status < 300 ? null : said(status, answer.headers.location, text), retryAfter })
      }
      answered = finish
      // What it says in full is not ours to read: a receiver must not fill our memory.
      if (status >= 200 && status < 300) { finish(); return }
      answer.setEncoding('utf8')
      answer.on('data', (piece: string) => { text += piece; if (text.length >= excerpt) finish() })
      answer.on('end', finish).on('error', finish).on('close', finish)
    })
    request.end(body)
  })
}

function addressOf(url: string, allowPrivate: boolean): { readonly address: URL; readonly problem: '' } | { readonly address: null; readonly problem: string } {
  const no = (problem: string) => ({ address: null, problem })
  if (!URL.canParse(url)) return no(`${url} is no address`)
  const address = new URL(url), host = address.hostname.replace(/^\[|\]$/g, '')
  if (address.protocol !== 'https:' && address.protocol !== 'http:') return no(`${address.protocol} is neither https nor http`)
  if (address.username !== '' || address.password !== '') return no(`The address holds a password. Write headers: { authorization: env('…') } instead`)
  if (isIP(host) && !allowPrivate && !isPublic(host)) return no(privately(host, host))
  if (address.protocol === 'http:' && !allowPrivate) return no(`${address.origin} is not https, so that anybody on the way could read it. Within your own walls write allowPrivate: true`)
  return { address, problem: '' }
}

const privately = (host: string, address: string): string =>
  `${host === address ? host : `${host} is ${address}, which`} is an address of a private network or of this machine. Where that is meant, as in development, write allowPrivate: true`

const said = (status: number, location: string | undefined, text: string): string => {
  if (status >= 300 && status < 400) return `${status}: it redirects${location === undefined ? '' : ` to ${location.slice(0, 200)}`}, which is not followed`
  const short = text.slice(0, excerpt).replace(/\s+/g, ' ').trim()
  return short === '' ? String(status) : `${status}: ${short}`
}

/** Milliseconds of a Retry-After: seconds, or a date. */
function waitAsked(header: string | undefined, now: number): number | null {
  if (header === undefined) return null
  const ms = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isFinite(ms) && ms > 0 ? ms : null
}
