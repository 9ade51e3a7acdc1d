// REST: the address, the query string and JSON bodies become requests of the engine; answers and failures become bytes. No rule, no SQL.
import { Failure, toFailure } from '../../failure/index.ts'
import { strictest, type Caller, type Isolation, type Model } from '../../model/index.ts'
import type { Engine, Exchange, Protocol, Reply } from '../protocol.ts'
import { acceptsJson } from './accept.ts'
import { contractRequest, isUnkept, renderCall, requestedOf } from './actions.ts'
import { actsOf, contractsAt, type Acts } from './acts.ts'
import { carryOutBatch, isolationsOf, readBatch } from './batch.ts'
import { readBody } from './body.ts'
import { carrying, withHeaders, type Beside } from './carry.ts'
import { documents } from './documents.ts'
import { fingerprintOf, keyGiven, replayedReply } from './once.ts'
import { problem } from './problem.ts'
import { answerRoot, isRoot } from './root.ts'
import { collections, methods, route, template, type Collections, type Route } from './route.ts'

export { foreign } from './foreign/index.ts'
export { foreignDocument } from './foreign/document.ts'
export { encodeRead, encodeQuery, encodeLong } from './encode.ts'
export { keyText } from './route.ts'
export { contractOf, yamlOf, type Document, type Json, type Members } from './contract/index.ts'

export interface RestOptions {
  readonly engine: Engine
  /** `/api` unless said. */
  readonly prefix?: string
  /** Answers `X-Why: 1`. */
  readonly development?: boolean
  /** The contract at `/openapi.json` and `/openapi.yaml`, and pages to read at `/docs`: there unless switched off. */
  readonly docs?: boolean
}

/** The REST protocol over an engine. Its model may change between requests (a declaration saved in development). */
export function rest({ engine, prefix = '/api', development = false, docs = true }: RestOptions): Protocol {
  const beneath = docs ? documents(prefix) : null
  let known: { readonly model: Model; readonly collections: Collections; readonly acts: Acts } | null = null
  const now = (): NonNullable<typeof known> => {
    if (known?.model !== engine.model) known = { model: engine.model, collections: collections(engine.model), acts: actsOf(engine.model) }
    return known
  }
  // What a refusal says beside its failure; kept apart because failures carry plain facts only.
  const beside: Beside = new WeakMap()
  const carryOut = carrying(prefix, beside)

  async function answer(exchange: Exchange): Promise<Reply> {
    if (beneath?.owns(exchange.path)) return beneath.answer(exchange, engine.model)
    // The order of failures: what cannot be read, who asks, whether the place exists.
    const { method } = exchange
    const contracts = contractsAt(now().acts, exchange.path)
    if (contracts.length > 0) return foreign(contracts, exchange)
    if (isRoot(exchange.path, prefix)) return answerRoot(exchange, `${exchange.mount ?? ''}${prefix}`, now().collections, now().acts, docs)
    if (exchange.path === `${prefix}/batch`) return batch(exchange)
    let at: Route | null = null
    let wrongPlace: unknown = null
    try {
      at = route(exchange.path.slice(prefix.length), `${exchange.mount ?? ''}${prefix}`, now().collections, now().acts)
      exchange.note({ route: `${prefix}/${template(at)}` })
    } catch (error) {
      wrongPlace = error
    }
    if (at !== null && !methods[at.kind].includes(method)) {
      const allow = methods[at.kind].join(', ')
      throw new Failure('request.method', `${method} is not available at ${exchange.path.slice(0, 200)}. There are: ${allow}.`, { facts: { allow } })
    }
    if (at !== null && method === 'OPTIONS') return { status: 204, headers: { allow: methods[at.kind].join(', ') }, body: [] }
    // An action may take nothing.
    const bare = at?.kind === 'action' && exchange.body.byteLength === 0 && exchange.headers['content-type'] === undefined
    const body = bare ? undefined : method === 'POST' || method === 'PATCH' || method === 'PUT' ? read(exchange) : undefined
    const caller = await exchange.caller()
    exchange.note({ caller: caller.id })
    if (at === null) throw wrongPlace
    acceptsJson(exchange.headers.accept)
    const why = development && exchange.headers['x-why'] === '1'
    const place = at
    return once(at.kind === 'query' || (at.kind === 'action' && isUnkept(at.action)) ? null : keyGiven(exchange), exchange, caller, at.kind === 'action' ? at.action.isolation : undefined, on => carryOut(on, place, exchange, body, caller, why))
  }

  /** Carries a request out, once where it says which it is. */
  const once = (key: string | null, exchange: Exchange, caller: Caller, isolation: Isolation | undefined, work: (on: Engine) => Promise<Reply>): Promise<Reply> =>
    key === null ? work(engine) : keyed(key, exchange, caller, isolation, work)

  async function keyed(key: string, exchange: Exchange, caller: Caller, isolation: Isolation | undefined, work: (on: Engine) => Promise<Reply>): Promise<Reply> {
    // Whoever reads it knows that the key was honoured.
    const named = { 'idempotency-key': key }
    try {
      const { reply, replayed } = await engine.once(
        { key, fingerprint: fingerprintOf(exchange), ...(isolation === undefined ? {} : { isolation }) }, caller, exchange.run,
        async on => { const made = await work(on); return { ...made, headers: { ...made.headers, ...named } } },
        failure => problem(withHeaders(beside, failure, { ...beside.get(failure)?.headers, ...named }), exchange, beside.get(failure)),
      )
      return replayed ? replayedReply(reply) : reply
    } catch (error) {
      const failure = toFailure(error)
      throw withHeaders(beside, failure, { ...beside.get(failure)?.headers, ...named })
    }
  }

  /** Several requests in one transaction. */
  async function batch(exchange: Exchange): Promise<Reply> {
    const allow = 'POST, OPTIONS'
    exchange.note({ route: `${prefix}/batch`, operation: 'batch' })
    if (exchange.method === 'OPTIONS') return { status: 204, headers: { allow }, body: [] }
    if (exchange.method !== 'POST') throw new Failure('request.method', `${exchange.method} is not available at ${exchange.path}. There are: ${allow}.`, { facts: { allow } })
    const body = read(exchange), caller = await exchange.caller()
    exchange.note({ caller: caller.id })
    acceptsJson(exchange.headers.accept)
    if (exchange.query !== '') throw new Failure('resolve.name', 'A batch takes no parameters; its operations do.')
    const key = keyGiven(exchange), operations = readBatch(body, prefix)
    const batching = { prefix, carryOut, beside, place: (path: string) => route(path, prefix, now().collections, now().acts) }
    const isolation = strictest(isolationsOf(operations, batching))
    return once(key, exchange, caller, isolation, on => on.together(exchange.run, inner => carryOutBatch(inner, operations, batching, exchange, caller), isolation))
  }

  /** Somebody else's contract: the same pipeline at another path. */
  async function foreign(found: ReturnType<typeof contractsAt>, exchange: Exchange): Promise<Reply> {
    const [first] = found, verb = exchange.method === 'HEAD' ? 'GET' : exchange.method, at = found.find(x => x.action.contract.method === verb)
    if (first) exchange.note({ route: first.action.contract.path, operation: 'call' })
    if (at === undefined) {
      const allow = [...new Set(found.map(x => x.action.contract.method)), 'OPTIONS'].join(', ')
      if (exchange.method === 'OPTIONS') return { status: 204, headers: { allow }, body: [] }
      throw new Failure('request.method', `${exchange.method} is not available at ${exchange.path.slice(0, 200)}. There are: ${allow}.`, { facts: { allow } })
    }
    const { contract } = at.action
    const body = contract.raw || verb === 'GET' || exchange.body.byteLength === 0 ? undefined : read(exchange)
    const caller = await exchange.caller(contract.scheme)
    exchange.note({ caller: caller.id, entity: at.action.id })
    if (!contract.raw) acceptsJson(exchange.headers.accept)
    const request = contractRequest(at.action, at.named, body, exchange.query)
    return once(isUnkept(at.action) ? null : keyGiven(exchange), exchange, caller, at.action.isolation, async on => renderCall(at.action, await on.call(request, caller, exchange.run, requestedOf(exchange))))
  }

  function read(exchange: Exchange): unknown {
    try {
      return readBody(exchange)
    } catch (error) {
      const failure = toFailure(error)
      if (failure.code !== 'request.media') throw failure
      const patch = exchange.method === 'PATCH'
      throw withHeaders(beside, failure, patch ? { 'accept-patch': 'application/merge-patch+json, application/json' } : { 'accept-post': 'application/json' })
    }
  }

  return {
    name: 'rest',
    root: prefix,
    get beside() {
      const roots = now().acts.contracts.map(c => `/${c.parts[1] ?? ''}`).filter(path => path !== prefix && !path.includes('{'))
      return [...new Set([...(beneath?.roots ?? []), ...roots])]
    },
    owns: path => (path.startsWith(prefix) && (path.length === prefix.length || path.charCodeAt(prefix.length) === 0x2f)) || beneath?.owns(path) === true || contractsAt(now().acts, path).length > 0,
    answer,
    refuse(failure, exchange) {
      const more = beside.get(failure)
      return problem(failure, exchange, more)
    },
  }
}
