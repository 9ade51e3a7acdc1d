// Carrying out what an address asks, over whichever engine is given: one operation alone, or within somebody's transaction.
import { Failure, toFailure } from '../../failure/index.ts'
import type { Caller } from '../../model/index.ts'
import { absurd } from '../../operation/index.ts'
import type { Engine, Exchange, Reply, Why } from '../protocol.ts'
import { callRequests, renderCall, requestedOf } from './actions.ts'
import { readLong } from './long.ts'
import { readRequest, renderRead, type Readable } from './read.ts'
import type { Called, Route } from './route.ts'
import { tagOf } from './tags.ts'
import { isStale, renderWrite, writeRequests, type Writable } from './write.ts'

/** What a refusal says beside its failure; kept apart because failures carry plain facts only. */
export type Beside = WeakMap<Failure, { headers?: Readonly<Record<string, string>>; why?: Why }>

export function withHeaders(beside: Beside, failure: Failure, headers: Readonly<Record<string, string>>): Failure {
  beside.set(failure, { ...beside.get(failure), headers })
  return failure
}

/** `body`: the JSON that was read, for methods that have one. `why`: the reasons are asked for too. */
export type CarryOut = (on: Engine, at: Route, exchange: Exchange, body: unknown, caller: Caller, why: boolean) => Promise<Reply>

export function carrying(prefix: string, beside: Beside): CarryOut {
  async function get(on: Engine, at: Readable, exchange: Exchange, caller: Caller, wanted: boolean): Promise<Reply> {
    const request = readRequest(at, exchange.query)
    exchange.note({ operation: at.kind === 'aggregate' ? 'aggregate' : at.kind === 'one' ? 'get' : 'find', entity: at.entity.name })
    const of = at.kind === 'one' ? 'object' : 'list'
    if (!wanted) return renderRead(await on.read(request, caller, exchange.run), of, exchange.headers, null)
    return because(() => on.explain(request, caller, exchange.run), async why => renderRead(await on.read(request, caller, exchange.run), of, exchange.headers, why))
  }

  async function long(on: Engine, at: Extract<Route, { readonly kind: 'query' }>, exchange: Exchange, caller: Caller, wanted: boolean): Promise<Reply> {
    if (exchange.query !== '') throw new Failure('request.malformed', 'A query in the body takes no query string; put everything into the body.')
    const request = readLong(at.entity.name, exchange)
    exchange.note({ operation: 'find', entity: at.entity.name })
    const reply = async (why: Why | null): Promise<Reply> => renderRead(await on.read(request, caller, exchange.run), 'list', {}, why)
    return wanted ? because(() => on.explain(request, caller, exchange.run), reply) : reply(null)
  }

  async function write(on: Engine, at: Writable, exchange: Exchange, body: unknown, caller: Caller, wanted: boolean): Promise<Reply> {
    const requests = writeRequests(at, exchange, body)
    const [{ kind }] = requests
    exchange.note({ operation: kind, entity: at.entity.name })
    const written = () => firstNotStale(requests, request => on.write(request, caller, exchange.run), failure => current(on, at, exchange, caller, failure))
    if (!wanted) return renderWrite(at, kind, Array.isArray(body), await written(), prefix, null)
    return because(() => on.explainWrite(requests[0], caller, exchange.run), async why => renderWrite(at, kind, Array.isArray(body), await written(), prefix, why))
  }

  async function call(on: Engine, at: Called, exchange: Exchange, body: unknown, caller: Caller, wanted: boolean): Promise<Reply> {
    exchange.note({ operation: 'call', entity: at.action.id })
    const requests = callRequests(at.action, at.key, body, exchange)
    const reply = async (why: Why | null): Promise<Reply> =>
      renderCall(at.action, await firstNotStale(requests, request => on.call(request, caller, exchange.run, requestedOf(exchange)), async failure => failure), why)
    return wanted ? because(() => on.explainCall(requests[0], caller, exchange.run), reply) : reply(null)
  }

  function firstNotStale<R, A>([first, ...others]: readonly [R, ...R[]], run: (request: R) => Promise<A>, last: (failure: Failure) => Promise<Failure>): Promise<A> {
    return run(first).catch(async (error: unknown) => {
      if (!isStale(error)) throw error
      const [next, ...more] = others
      if (next === undefined) throw await last(error)
      return firstNotStale([next, ...more], run, last)
    })
  }

  /** The tag that a GET here would show now, where the engine says that the caller may see the version. */
  async function current(on: Engine, at: Writable, exchange: Exchange, caller: Caller, failure: Failure): Promise<Failure> {
    if (failure.facts['version'] === undefined || at.kind !== 'one') return failure
    try {
      const { body, version } = await on.read(readRequest(at, exchange.query), caller, exchange.run)
      return withHeaders(beside, failure, { etag: tagOf(version, [body]) })
    } catch {
      return failure
    }
  }

  /** With X-Why the reasons stand beside the answer, and beside the refusal too. */
  async function because(explain: () => Promise<Why>, reply: (why: Why | null) => Promise<Reply>): Promise<Reply> {
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

  return (on, at, exchange, body, caller, why) => {
    switch (at.kind) {
      case 'query': return long(on, at, exchange, caller, why)
      case 'action': return call(on, at, exchange, body, caller, why)
      case 'collection': case 'one':
        if (exchange.method !== 'GET' && exchange.method !== 'HEAD') return write(on, at, exchange, body, caller, why)
        return get(on, at, exchange, caller, why)
      case 'aggregate': case 'related': return get(on, at, exchange, caller, why)
      default: return absurd(at)
    }
  }
}
