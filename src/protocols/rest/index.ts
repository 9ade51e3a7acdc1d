// REST: the address, the query string and JSON bodies become requests of the engine; answers and failures become bytes. No rule, no SQL.
import { Failure, toFailure } from '../../failure/index.ts'
import type { Caller, Model } from '../../model/index.ts'
import type { WriteRequest } from '../../wire/index.ts'
import type { Engine, Exchange, Protocol, Reply, Why, WriteAnswer } from '../protocol.ts'
import { acceptsJson } from './accept.ts'
import { readBody } from './body.ts'
import { documents } from './documents.ts'
import { readLong } from './long.ts'
import { problem } from './problem.ts'
import { readRequest, renderRead, type Readable } from './read.ts'
import { answerRoot, isRoot } from './root.ts'
import { collections, methods, route, template, type Collections, type Route } from './route.ts'
import { tagOf } from './tags.ts'
import { isStale, renderWrite, writeRequests, type Writable } from './write.ts'

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
  let known: { readonly model: Model; readonly collections: Collections } | null = null
  const collectionsNow = (): Collections => {
    if (known?.model !== engine.model) known = { model: engine.model, collections: collections(engine.model) }
    return known.collections
  }
  // What a refusal says beside its failure; kept apart because failures carry plain facts only.
  const beside = new WeakMap<Failure, { headers?: Readonly<Record<string, string>>; why?: Why }>()

  async function answer(exchange: Exchange): Promise<Reply> {
    if (beneath?.owns(exchange.path)) return beneath.answer(exchange, engine.model)
    // The order of failures: what cannot be read, who asks, whether the place exists.
    const { method } = exchange
    if (isRoot(exchange.path, prefix)) return answerRoot(exchange, `${exchange.mount ?? ''}${prefix}`, collectionsNow(), docs)
    let at: Route | null = null
    let wrongPlace: unknown = null
    try {
      at = route(exchange.path.slice(prefix.length), `${exchange.mount ?? ''}${prefix}`, collectionsNow())
      exchange.note({ route: `${prefix}/${template(at)}` })
    } catch (error) {
      wrongPlace = error
    }
    if (at !== null && !methods[at.kind].includes(method)) {
      const allow = methods[at.kind].join(', ')
      throw new Failure('request.method', `${method} is not available at ${exchange.path.slice(0, 200)}. There are: ${allow}.`, { facts: { allow } })
    }
    if (at !== null && method === 'OPTIONS') return { status: 204, headers: { allow: methods[at.kind].join(', ') }, body: [] }
    const body = method === 'POST' || method === 'PATCH' || method === 'PUT' ? read(exchange) : undefined
    const caller = await exchange.caller()
    exchange.note({ caller: caller.id })
    if (at === null) throw wrongPlace
    acceptsJson(exchange.headers.accept)
    const why = development && exchange.headers['x-why'] === '1'
    if (at.kind === 'query') return long(at, exchange, caller, why)
    if (method === 'GET' || method === 'HEAD') return get(at, exchange, caller, why)
    return write(at as Writable, exchange, body, caller, why)
  }

  function read(exchange: Exchange): unknown {
    try {
      return readBody(exchange)
    } catch (error) {
      const failure = toFailure(error)
      if (failure.code !== 'request.media') throw failure
      const patch = exchange.method === 'PATCH'
      throw withHeaders(failure, patch ? { 'accept-patch': 'application/merge-patch+json, application/json' } : { 'accept-post': 'application/json' })
    }
  }

  async function get(at: Readable, exchange: Exchange, caller: Caller, wanted: boolean): Promise<Reply> {
    const request = readRequest(at, exchange.query)
    exchange.note({ operation: at.kind === 'aggregate' ? 'aggregate' : at.kind === 'one' ? 'get' : 'find', entity: at.entity.name })
    return because(wanted, () => engine.explain(request, caller, exchange.run), async why => {
      const found = await engine.read(request, caller, exchange.run)
      return renderRead(found, at.kind === 'one' ? 'object' : 'list', exchange.headers, why)
    })
  }

  async function long(at: Route, exchange: Exchange, caller: Caller, wanted: boolean): Promise<Reply> {
    if (exchange.query !== '') throw new Failure('request.malformed', 'A query in the body takes no query string; put everything into the body.')
    const request = readLong(at.entity.name, exchange)
    exchange.note({ operation: 'find', entity: at.entity.name })
    return because(wanted, () => engine.explain(request, caller, exchange.run), async why =>
      renderRead(await engine.read(request, caller, exchange.run), 'list', {}, why))
  }

  async function write(at: Writable, exchange: Exchange, body: unknown, caller: Caller, wanted: boolean): Promise<Reply> {
    const requests = writeRequests(at, exchange, body)
    const [{ kind }] = requests
    exchange.note({ operation: kind, entity: at.entity.name })
    return because(wanted, () => engine.explainWrite(requests[0], caller, exchange.run), async why => {
      const written = await firstNotStale(requests, request => engine.write(request, caller, exchange.run), failure => current(at, exchange, caller, failure))
      return renderWrite(at, kind, Array.isArray(body), written, prefix, why)
    })
  }

  async function firstNotStale(requests: readonly WriteRequest[], run: (request: WriteRequest) => Promise<WriteAnswer>, last: (failure: Failure) => Promise<Failure>): Promise<WriteAnswer> {
    let stale: unknown = null
    for (const request of requests) {
      try {
        return await run(request)
      } catch (error) {
        if (!isStale(error)) throw error
        stale = error
      }
    }
    throw isStale(stale) ? await last(stale) : stale
  }

  /** The tag that a GET here would show now, where the engine says that the caller may see the version. */
  async function current(at: Writable, exchange: Exchange, caller: Caller, failure: Failure): Promise<Failure> {
    if (failure.facts['version'] === undefined || at.kind !== 'one') return failure
    try {
      const { body, version } = await engine.read(readRequest(at, exchange.query), caller, exchange.run)
      return withHeaders(failure, { etag: tagOf(version, [body]) })
    } catch {
      return failure
    }
  }

  /** With X-Why the reasons stand beside the answer, and beside the refusal too. */
  async function because(wanted: boolean, explain: () => Promise<Why>, reply: (why: Why | null) => Promise<Reply>): Promise<Reply> {
    if (!wanted) return reply(null)
    let why: Why | null = null
    try {
      why = await explain()
    } catch (error) {
      // What cannot be explained (a wrong name) is refused by the request itself just below.
      if (!(error instanceof Failure)) throw error
    }
    try {
      return await reply(why)
    } catch (error) {
      const failure = toFailure(error)
      if (why !== null) beside.set(failure, { ...beside.get(failure), why })
      throw failure
    }
  }

  function withHeaders(failure: Failure, headers: Readonly<Record<string, string>>): Failure {
    beside.set(failure, { ...beside.get(failure), headers })
    return failure
  }

  return {
    name: 'rest',
    root: prefix,
    ...(beneath === null ? {} : { beside: beneath.roots }),
    owns: path => (path.startsWith(prefix) && (path.length === prefix.length || path.charCodeAt(prefix.length) === 0x2f)) || beneath?.owns(path) === true,
    answer,
    refuse(failure, exchange) {
      const more = beside.get(failure)
      return problem(failure, exchange, more)
    },
  }
}
