// Other people's APIs: contracts that are declared once for a whole API, over the same engine and the same rules as our own.
import { Failure, toFailure } from '../../../failure/index.ts'
import { find, type ContractModel } from '../../../model/index.ts'
import { absurd } from '../../../operation/index.ts'
import type { Engine, Exchange, Protocol, Reply } from '../../protocol.ts'
import { acceptsJson } from '../accept.ts'
import { fingerprintOf, keyGiven, replayedReply } from '../once.ts'
import { always } from '../read.ts'
import { matching, readTags, tagOf } from '../tags.ts'
import { wrapped } from './body.ts'
import { foreignDocument } from './document.ts'
import { list, valuesOf } from './lists.ts'
import { located, oneRow, type Serving } from './rows.ts'
import { below, routeOf, routesAt, templateOf, type Found } from './routes.ts'
import { refusal, type About } from './told.ts'

/** The contracts of an engine's model, which may change between requests. */
export function foreign({ engine, docs = true }: { readonly engine: Engine; /** Each contract's document at its `/openapi.json`: there unless switched off. */ readonly docs?: boolean }): Protocol {
  const contracts = (): readonly ContractModel[] => engine.model.contracts ?? []
  const at = (path: string): { readonly contract: ContractModel; readonly path: string } | null => {
    for (const contract of contracts()) {
      const rest = below(contract, path)
      if (rest !== null) return { contract, path: rest }
    }
    return null
  }
  // What was known of a request when it failed; kept apart because failures carry plain facts only.
  const known = new WeakMap<Failure, About>()

  async function answer(exchange: Exchange): Promise<Reply> {
    const here = at(exchange.path)
    if (here === null) throw new Failure('request.route')
    let about: About = {}
    try {
      if (docs && here.path === '/openapi.json' && (exchange.method === 'GET' || exchange.method === 'HEAD') && routesAt(here.contract, here.path).length === 0) {
        return readReply(200, [JSON.stringify(foreignDocument(engine.model, here.contract, exchange.mount))], exchange)
      }
      const found = routeOf(here.contract, here.path, exchange)
      if ('allow' in found) return { status: 204, headers: { allow: found.allow }, body: [] }
      exchange.note({ route: templateOf(here.contract, found.route), operation: found.route.do, entity: found.route.resource.entity })
      about = { route: found.route, resource: found.route.resource }
      const caller = await exchange.caller(here.contract.scheme)
      exchange.note({ caller: caller.id })
      if (found.route.signedIn && caller.id === null) throw new Failure('caller.unknown', 'Sign in first.')
      acceptsJson(exchange.headers.accept)
      if (exchange.early !== undefined && !readsBody(engine, found)) throw exchange.early
      const carry = (on: Engine): Promise<Reply> => carryOut({ on, contract: here.contract, exchange, caller, learn: more => { about = { ...more, route: found.route } }, known: () => about }, found)
      const key = exchange.early === undefined && keptOnce(engine, found) ? keyGiven(exchange) : null
      if (key === null) return await carry(engine)
      const { reply, replayed } = await engine.once({ key, fingerprint: fingerprintOf(exchange) }, caller, exchange.run, carry, failure => refusal(engine.model, here.contract, failure, exchange, about))
      return replayed ? replayedReply(reply) : reply
    } catch (error) {
      const failure = toFailure(error)
      known.set(failure, about)
      throw failure
    }
  }

  return {
    name: 'foreign', tellsBodies: true,
    get root() { return contracts()[0]?.path },
    get beside() { return contracts().slice(1).map(c => c.path) },
    owns: path => at(path) !== null,
    answer,
    refuse(failure, exchange) {
      const here = at(exchange.path)
      if (here === null) throw new Error(`no contract at ${exchange.path}`)
      return refusal(engine.model, here.contract, failure, exchange, known.get(failure) ?? {})
    },
  }
}

/** Answers that hold secrets are not kept to be given again; what may be asked for as often as one likes need not be. */
const keptOnce = ({ model }: Engine, { route }: Found): boolean =>
  route.method !== 'GET' && route.do !== 'link' && route.do !== 'unlink' && route.resource.token === null && !(route.do === 'call' && find(model.actions ?? {}, route.action)?.unkept)

/** Of others a body means nothing. */
const readsBody = ({ model }: Engine, { route }: Found): boolean => route.do === 'create' || route.do === 'update' || (route.do === 'call' && (find(model.actions ?? {}, route.action)?.input.length ?? 0) > 0)

async function carryOut(s: Serving, { route, named }: Found): Promise<Reply> {
  switch (route.do) {
    case 'list': {
      const key = route.parent === null ? null : (await located(s, route, named)).at(-1) ?? null
      s.learn({ resource: route.resource })
      return readReply(route.status, await list(s.on, s.contract, route, s.exchange, s.caller, key && { key }), s.exchange)
    }
    case 'values': return readReply(route.status, await valuesOf(s.on, s.contract, route, s.exchange, s.caller), s.exchange)
    case 'get': case 'create': case 'update': case 'delete': case 'link': case 'unlink': case 'call': {
      const answered = await oneRow(s, route, named)
      if (route.do === 'delete') return { status: route.status, headers: { 'cache-control': 'no-store' }, body: [] }
      const body = wrapped(route.resource, answered)
      return route.do === 'get' ? readReply(route.status, body, s.exchange) : { status: route.status, headers: { ...always, 'cache-control': 'no-store', ...answered.headers }, body }
    }
    default: return absurd(route)
  }
}

function readReply(status: number, body: readonly (Uint8Array | string)[], { headers }: Exchange): Reply {
  const etag = tagOf(null, body), asked = headers['if-none-match']
  const same = asked === undefined ? null : matching(readTags(String(asked), 'If-None-Match'), etag)
  if (same !== null) return { status: 304, headers: { etag: same, 'cache-control': always['cache-control'], vary: always.vary }, body: [] }
  return { status, headers: { ...always, etag }, body }
}
