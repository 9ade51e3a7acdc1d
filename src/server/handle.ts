// One request from its first byte to its log line, whoever carries it: our listener, a host framework, the web's Request. Knows bytes, paths and failures; what a path means is its protocol's.
import { Failure, toFailure } from '../failure/index.ts'
import type { Observe, Ran, Served, Traced, Tracing } from '../observe/index.ts'
import type { Engine, Exchange, Protocol, Reply } from '../protocols/protocol.ts'
import { foreignSite } from '../wire/index.ts'
import { bearer, cookieOf, requestId, traceOf } from './headers.ts'
import type { Limits } from './limits.ts'
import { allowing, preflight, type Origins } from './origins.ts'
import { ownAnswer, type Own } from './own.ts'
import type { ConsolePage } from './console.ts'
import type { Files } from './files.ts'
import { ready, type Answer, type Outgoing } from './send.ts'

export interface Handling extends Own {
  readonly protocols: readonly [Protocol, ...Protocol[]]
  readonly engine: Pick<Engine, 'identify'> & Partial<Pick<Engine, 'model'>>
  readonly origins: Origins
  readonly observe: Observe
  /** Whether anybody hears what is observed; else nothing is counted for it. */
  readonly observed: boolean
  readonly tracing: Tracing | null
  readonly files: Files | null
  /** The page of development. */
  readonly console: ConsolePage | null
  readonly limits: Limits
}

/** A request as it arrived, whatever brought it. Header names are lower case. */
export interface Arrived {
  readonly method: string
  /** Path and query, undecoded, as the application knows them: without `mount`. */
  readonly url: string
  /** What stands before them where the application is mounted: `/backend`; else empty. */
  readonly mount: string
  readonly headers: Exchange['headers']
  /** How long all headers are together. */
  headerBytes(): number
  readonly body: Uint8Array
  /** What was found before the request came here, a body too large for one; else null. */
  readonly early: unknown
  /** The address it came from, where that is known. */
  readonly from: string | undefined
  /** Whether the caller has gone before the end of the answer. */
  gone(): boolean
  /** Calls once, when the caller goes before the end of the answer; at once where that has happened. */
  onGone(listener: () => void): void
}

/** A request being handled. */
export interface Handled {
  /** Never rejects: what goes wrong is an answer too. */
  answer(): Promise<Outgoing>
  /** The answer could not be sent as it was. */
  broken(error: unknown): void
  /** Called once, at the very end: tells what was served. */
  over(end: { readonly status: number; readonly gone: boolean; readonly bytes: number }): void
}

/** Where nobody listens. */
const unnoted: Exchange['note'] = () => {}

const accounting = (): Account => ({ ran: [], statements: 0, storeMs: 0, busy: [], rows: 0, operation: null, entity: null, route: null, caller: null })

type Run = Exchange['run']
type Identify = Exchange['caller']
interface Busy { readonly from: number; readonly to: number }
/** Mutable while the request runs; ends as an observation. */
interface Account { ran: Ran[]; statements: number; /** Milliseconds in which at least one statement was under way. */ storeMs: number; /** These, as spans that do not touch, in order. */ busy: Busy[]; rows: number; operation: string | null; entity: string | null; route: string | null; caller: string | null }

/** Begins to handle a request; what it does is `answer`. */
export function begin(h: Handling, arrived: Arrived): Handled {
  const time = Date.now()
  const start = performance.now()
  const { url, headers, method } = arrived
  const id = requestId(headers['x-request-id'])
  const question = url.indexOf('?')
  const path = question === -1 ? url : url.slice(0, question)
  const query = question === -1 ? '' : url.slice(question + 1)
  const owner = h.protocols.find(p => p.owns(path))
  const counts = h.observed || h.tracing !== null || headers['x-server-timing'] === '1'
  const account = counts ? accounting() : null
  const traced = h.tracing === null ? null : h.tracing.begin(method, headers, time)
  let failure: Failure | null = null

  const exchange: Exchange = {
    id, method, path, query, headers, mount: arrived.mount,
    body: arrived.body, from: arrived.from, early: tellable(arrived.early) && owner?.tellsBodies === true ? arrived.early : undefined,
    run: new Running(arrived, id, start, h.limits.answerMs, account),
    caller: once(scheme => callerOf(h, exchange, scheme)),
    note: account === null ? unnoted : facts => { Object.assign(account, facts) },
  }
  const extra = (): Record<string, string | number> => {
    const more: Record<string, string | number> = { 'x-request-id': id }
    const origin = headers['origin']
    if (typeof origin === 'string') {
      const own = isOwn(h, origin)
      if (own || h.origins.allows(origin)) Object.assign(more, allowing(origin, own))
    }
    if (account !== null && headers['x-server-timing'] === '1') more['server-timing'] = timing(account, performance.now() - start, traced)
    if (h.stopping()) more['connection'] = 'close'
    return more
  }
  return {
    async answer() {
      let reply: Answer
      try {
        reply = traced === null ? await answer(h, exchange, arrived, owner) : await traced.within(async () => answer(h, exchange, arrived, owner))
      } catch (error) {
        failure = toFailure(error)
        reply = refusal(owner ?? h.protocols[0], failure, exchange)
      }
      try {
        const made = ready(method, headers['accept-encoding'] as string | undefined, mounted(varied(h, reply), arrived.mount), extra(), h.limits.compressFrom)
        return made instanceof Promise ? await made : made
      } catch (error) {
        failure ??= toFailure(error)
        return { status: 500, headers: { 'content-type': 'text/plain', 'x-request-id': id }, body: [`internal ${id}\n`], length: 10 + id.length, stream: null }
      }
    },
    broken(error) { failure ??= toFailure(error) },
    over({ status, gone, bytes }) {
      if (account === null) return
      const served: Served = {
        kind: 'request', time, id, trace: traced === null ? traceOf(headers['traceparent']) : traced.trace, protocol: owner?.name ?? null, method, path: path.slice(0, 2048), parameters: parametersOf(query),
        status, code: failure?.code ?? null, gone, ms: performance.now() - start, bytes, ...account, cause: failure?.cause ?? null,
      }
      traced?.end(served)
      h.observe(served)
    },
  }
}

/** What a protocol may tell at its own time: there is a body, and it will not be read. */
const tellable = (early: unknown): early is Failure => early instanceof Failure && (early.code === 'request.size' || early.code === 'request.media')

/** What cannot be served whatever its path is thrown at once; else who owns the path answers. */
function answer(h: Handling, exchange: Exchange, arrived: Arrived, owner: Protocol | undefined): Promise<Answer> {
  if (h.stopping() && exchange.path !== '/health') throw new Failure('server.stopping', 'This server finishes what it has begun and takes no new requests.')
  if (arrived.early !== null && exchange.early === undefined) throw arrived.early
  const { url } = arrived
  if (url.length > h.limits.url) throw new Failure('request.url', `The address has ${url.length} bytes; ${h.limits.url} is the limit. Long filters go into the body of POST …/query.`)
  const size = arrived.headerBytes()
  if (size > h.limits.headers) throw new Failure('request.headers', `The headers have ${size} bytes; ${h.limits.headers} is the limit.`)
  const origin = exchange.headers['origin']
  if (exchange.method === 'OPTIONS' && typeof origin === 'string' && exchange.headers['access-control-request-method'] !== undefined && (isOwn(h, origin) || h.origins.allows(origin))) {
    return Promise.resolve({ status: 204, headers: preflight(origin, exchange.headers['access-control-request-headers'] as string | undefined, isOwn(h, origin)), body: [] })
  }
  return owner === undefined ? unowned(h, exchange, arrived) : owner.answer(exchange)
}

async function unowned(h: Handling, exchange: Exchange, arrived: Arrived): Promise<Answer> {
  const own = await ownAnswer(exchange, arrived.from, h)
  if (own !== null) return own
  const shown = (): Promise<Answer | null> => h.console?.find(exchange, [...h.protocols.flatMap(p => [...(p.root !== undefined && p.owns(p.root) ? [p.root] : []), ...p.beside ?? []]), ...localRoot(h)]) ?? Promise.resolve(null)
  // The root belongs to the application's own front end, where it has one.
  const file = (exchange.path === '/' ? null : await shown()) ?? (h.files === null ? null : await h.files.find(exchange)) ?? (exchange.path === '/' ? await shown() : null)
  if (file !== null) return file
  if (exchange.path === '/' && h.development !== null && (exchange.method === 'GET' || exchange.method === 'HEAD')) {
    // Whoever opens a server of development in a browser wants to read about it.
    return { status: 302, headers: { location: h.protocols.some(p => p.owns('/docs')) ? '/docs' : h.protocols[0].root ?? '/health', 'cache-control': 'no-store' }, body: [] }
  }
  const places = [...h.protocols.filter(p => p.root === undefined || p.owns(p.root)).flatMap(p => p.root ?? (p.beside ? [] : p.name)), '/health', '/ready', ...(h.development === null ? [] : ['/dev/as', ...localRoot(h)]), ...(h.console === null ? [] : ['/dev/console/'])]
  throw new Failure('request.route', `There is nothing at ${arrived.mount}${exchange.path.slice(0, 200)}. There are: ${places.map(p => arrived.mount + p).join(', ')}.`)
}

/** Where pages of development are that come and go with the declaration. */
const localRoot = ({ development }: Handling): readonly string[] => (development?.local?.owns(development.local.root) === true ? [development.local.root] : [])

/** A protocol that cannot even refuse must not leave the caller waiting. */
function refusal(protocol: Protocol, failure: Failure, exchange: Exchange): Reply {
  try {
    return protocol.refuse(failure, exchange)
  } catch {
    return { status: 500, headers: { 'content-type': 'text/plain' }, body: [`internal ${exchange.id}\n`] }
  }
}

/** Addresses in answers are the caller's: with what stands before ours. */
function mounted(reply: Answer, mount: string): Answer {
  const location = reply.headers['location']
  return mount === '' || location?.startsWith('/') !== true ? reply : { ...reply, headers: { ...reply.headers, location: mount + location } }
}

/**
 * What runs for one request. The signal is made when somebody asks for it; most reads never do. A class, because an accessor in an object literal gives each
 * object a hidden class of its own, which keeps its whole request until the next full collection of garbage (each small one then copied 6 MB instead of 40 kB).
 */
class Running implements Run {
  readonly deadline: number
  readonly #arrived: Arrived
  readonly mark: { readonly request: string }
  readonly onStatement: Run['onStatement']
  #controller: AbortController | null = null
  constructor(arrived: Arrived, id: string, start: number, answerMs: number, account: Account | null) {
    this.#arrived = arrived
    this.deadline = start + answerMs
    this.mark = { request: id }
    this.onStatement = account === null ? undefined : counting(account, start)
  }
  gone(): boolean { return this.#arrived.gone() }
  get signal(): AbortSignal {
    if (this.#controller === null) {
      const made = this.#controller = new AbortController()
      this.#arrived.onGone(() => { made.abort(new Error('the caller went away')) })
    }
    return this.#controller.signal
  }
}

/** Takes down what statements take. */
const counting = (account: Account, start: number): NonNullable<Run['onStatement']> => ({ text, ms, rows }) => {
  account.statements++
  account.rows += rows
  const to = performance.now() - start
  count(account, to - ms, to)
  account.ran.push({ text, at: to - ms, ms, rows })
}

/** Statements that are sent together are waited for together: time that several share counts once. They are told as they end. */
function count(account: Account, began: number, to: number): void {
  let from = began
  for (let last = account.busy.at(-1); last !== undefined && last.to >= from; last = account.busy.at(-1)) {
    account.busy.pop()
    account.storeMs -= last.to - last.from
    if (last.from < from) from = last.from
  }
  account.busy.push({ from, to })
  account.storeMs += to - from
}

function once(identify: Identify): Identify {
  let asked: ReturnType<Identify> | null = null
  return scheme => (asked ??= identify(scheme))
}

/** Another site of the application's own, whose pages may use its cookies. */
const isOwn = ({ engine }: Pick<Handling, 'engine'>, origin: string): boolean => engine.model?.identity?.origins.includes(origin) === true

/** What depends on who asks depends on the cookie too, where there are any. */
function varied(h: Handling, reply: Answer): Answer {
  const { vary } = reply.headers
  return h.engine.model?.identity === undefined || vary?.includes('Authorization') !== true ? reply : { ...reply, headers: { ...reply.headers, vary: vary.replace('Authorization', 'Authorization, Cookie') } }
}

/** A browser goes on sending the cookie of a session that is over: who brings one is a stranger, and may sign in. */
function callerOf(h: Handling, exchange: Exchange, scheme: string | undefined): ReturnType<Identify> {
  try {
    const { token, cookie } = tokenOf(h, exchange, scheme), caller = h.engine.identify(token, exchange.run)
    return cookie ? caller.catch((error: unknown) => {
      if (error instanceof Failure && error.code === 'caller.token') return h.engine.identify(null, exchange.run)
      throw error
    }) : caller
  } catch (error) {
    return Promise.reject(toFailure(error))
  }
}

/** A header says who asks before a cookie does. What a cookie asks for must come from a page of ours: a browser sends it along with whatever any page has it send. */
function tokenOf({ engine }: Handling, { headers, method }: Pick<Exchange, 'headers' | 'method'>, scheme: string | undefined): { readonly token: string | null; readonly cookie: boolean } {
  const { authorization, cookie } = headers, identity = engine.model?.identity
  if (authorization !== undefined || cookie === undefined || identity === undefined) return { token: bearer(authorization as string | undefined, scheme), cookie: false }
  const token = cookieOf(cookie, identity.cookie)
  if (token !== null && method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS') {
    const why = foreignSite(headers, identity.origins)
    if (why !== null) throw new Failure('caller.forbidden', `${why} A session by cookie writes only from pages of this site.`)
  }
  return { token, cookie: token !== null }
}

const timing = (account: Account, total: number, traced: Traced | null): string =>
  `db;dur=${account.storeMs.toFixed(2)};desc="${account.statements} statement${account.statements === 1 ? '' : 's'}", total;dur=${total.toFixed(2)}${traced === null ? '' : `, traceparent;desc="${traced.traceparent}"`}`

/** Names only: values of filters are nobody's business in a log. */
function parametersOf(query: string): readonly string[] {
  return query === '' ? [] : query.slice(0, 2048).split('&').slice(0, 50).map(pair => pair.split('=', 1)[0]?.replace(/%5b/gi, '[').replace(/%5d/gi, ']') ?? '')
}
