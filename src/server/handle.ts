// One request from its first byte to its log line. Knows bytes, paths and failures; what a path means is its protocol's.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Failure, toFailure } from '../failure/index.ts'
import type { Observe, Served } from '../observe/index.ts'
import type { Engine, Exchange, Protocol, Reply } from '../protocols/protocol.ts'
import { bearer, requestId, traceOf } from './headers.ts'
import type { Limits } from './limits.ts'
import { allowing, preflight, type Origins } from './origins.ts'
import { ownAnswer, type Own } from './own.ts'
import { send } from './send.ts'

export interface Handling extends Own {
  readonly protocols: readonly [Protocol, ...Protocol[]]
  readonly engine: Pick<Engine, 'identify'>
  readonly origins: Origins
  readonly observe: Observe
  readonly limits: Limits
}

type Run = Exchange['run']
type Identify = Exchange['caller']
/** Mutable while the request runs; ends as an observation. */
interface Account { statements: number; storeMs: number; operation: string | null; entity: string | null; caller: string | null }

/** `early`: what was found before the request came here, a body too large for one. Never rejects. */
export async function handle(h: Handling, request: IncomingMessage, response: ServerResponse, url: string, body: Uint8Array, early: unknown): Promise<void> {
  const time = Date.now()
  const start = performance.now()
  const id = requestId(request.headers['x-request-id'])
  const question = url.indexOf('?')
  const path = question === -1 ? url : url.slice(0, question)
  const query = question === -1 ? '' : url.slice(question + 1)
  const method = request.method ?? 'GET'
  const owner = h.protocols.find(p => p.owns(path))
  const account: Account = { statements: 0, storeMs: 0, operation: null, entity: null, caller: null }
  let status = 0
  let failure: Failure | null = null
  let bytes = 0

  response.once('close', () => {
    h.observe({
      kind: 'request', time, id, trace: traceOf(request.headers['traceparent']), protocol: owner?.name ?? null, method, path: path.slice(0, 2048), parameters: parametersOf(query),
      status, code: failure?.code ?? null, gone: !response.writableFinished, ms: performance.now() - start, bytes, ...account, cause: failure?.cause ?? null,
    } satisfies Served)
  })

  const exchange: Exchange = {
    id, method, path, query, body,
    headers: request.headers,
    run: runOf(response, start + h.limits.answerMs, account),
    caller: once(() => h.engine.identify(bearer(request.headers.authorization), exchange.run)),
    note: facts => { Object.assign(account, facts) },
  }
  let reply: Reply
  try {
    reply = await answer(h, exchange, request, owner, early, url)
  } catch (error) {
    failure = toFailure(error)
    reply = refusal(owner ?? h.protocols[0], failure, exchange)
  }
  status = reply.status
  const origin = request.headers.origin
  const extra = {
    'x-request-id': id,
    ...(origin !== undefined && !('access-control-allow-origin' in reply.headers) && h.origins.allows(origin) ? allowing(origin) : {}),
    ...(request.headers['x-server-timing'] === '1' ? { 'server-timing': timing(account, performance.now() - start) } : {}),
    ...(h.stopping() ? { connection: 'close' } : {}),
  }
  try {
    bytes = (await send(request, response, reply, extra, h.limits.compressFrom)).bytes
  } catch (error) {
    // Nothing sensible can follow on this socket.
    failure ??= toFailure(error)
    response.destroy()
  }
}

async function answer(h: Handling, exchange: Exchange, request: IncomingMessage, owner: Protocol | undefined, early: unknown, url: string): Promise<Reply> {
  if (h.stopping() && exchange.path !== '/health') throw new Failure('server.stopping')
  if (early !== null) throw early
  if (url.length > h.limits.url) throw new Failure('request.url', `The address has ${url.length} bytes; ${h.limits.url} is the limit. Long filters go into the body of POST …/query.`)
  const headers = request.rawHeaders.reduce((sum, text) => sum + text.length + 2, 0)
  if (headers > h.limits.headers) throw new Failure('request.headers', `The headers have ${headers} bytes; ${h.limits.headers} is the limit.`)
  const origin = request.headers.origin
  if (exchange.method === 'OPTIONS' && origin !== undefined && request.headers['access-control-request-method'] !== undefined && h.origins.allows(origin)) {
    return { status: 204, headers: preflight(origin, request.headers['access-control-request-headers'] as string | undefined), body: [] }
  }
  if (owner !== undefined) return owner.answer(exchange)
  const own = await ownAnswer(exchange.path, request, h)
  if (own !== null) return own
  const places = [...h.protocols.map(p => p.root ?? p.name), '/health', '/ready', ...(h.development === null ? [] : ['/dev/as'])]
  throw new Failure('request.route', `There is nothing at ${exchange.path.slice(0, 200)}. There are: ${places.join(', ')}.`)
}

/** A protocol that cannot even refuse must not leave the caller waiting. */
function refusal(protocol: Protocol, failure: Failure, exchange: Exchange): Reply {
  try {
    return protocol.refuse(failure, exchange)
  } catch {
    return { status: 500, headers: { 'content-type': 'text/plain' }, body: [`internal ${exchange.id}\n`] }
  }
}

/** The signal is made when somebody asks for it; most reads never do. */
function runOf(response: ServerResponse, deadline: number, account: Account): Run {
  let controller: AbortController | null = null
  return {
    deadline,
    get signal() {
      if (controller === null) {
        const made = controller = new AbortController()
        const gone = (): void => { if (!response.writableFinished) made.abort(new Error('the caller went away')) }
        if (response.destroyed) gone()
        else response.once('close', gone)
      }
      return controller.signal
    },
    onStatement: ({ ms }) => {
      account.statements++
      account.storeMs += ms
    },
  }
}

function once(identify: Identify): Identify {
  let asked: ReturnType<Identify> | null = null
  return () => (asked ??= Promise.resolve().then(identify))
}

const timing = (account: Account, total: number): string =>
  `db;dur=${account.storeMs.toFixed(2)};desc="${account.statements} statement${account.statements === 1 ? '' : 's'}", total;dur=${total.toFixed(2)}`

/** Names only: values of filters are nobody's business in a log. */
function parametersOf(query: string): readonly string[] {
  return query === '' ? [] : query.slice(0, 2048).split('&').slice(0, 50).map(pair => pair.split('=', 1)[0]?.replace(/%5b/gi, '[').replace(/%5d/gi, ']') ?? '')
}
