// REST carries stories through the typed client, over a socket.
import { client, Failure as Refused } from '../../client/index.ts'
import { Failure } from '../../failure/index.ts'
import { entityOf, type EntityModel, type Model } from '../../model/index.ts'
import { reviveAggregate, reviveRow, reviveShape } from '../../protocols/db/index.ts'
import type { Call } from './asked.ts'
import { called, inProcess, type StoryDriver } from './drivers.ts'
import { signing } from './over-http.ts'
import { actionIn, keyOf } from './part.ts'

/** Answers are revived as `db` answers them, by the model: a story compares Decimals with Decimals, whatever carried them. The system has no way in over HTTP. */
export const restDriver: StoryDriver = {
  name: 'REST',
  carry(stage) {
    const { application: { model } } = stage
    const direct = inProcess(stage), tokenOf = signing(stage.secret)
    return async (who, call, note) => {
      if (who.system) return direct(who, call)
      const url = await stage.url()
      const noted: typeof fetch = (address, init) => {
        note?.(`${init?.method ?? 'GET'} ${decodeURI(String(address).slice(url.length))}${typeof init?.body === 'string' ? ` ${init.body}` : ''}`)
        return fetch(address, init)
      }
      try {
        return revived(model, call, await called(client(url, { ...(model.restPath === undefined ? {} : { prefix: model.restPath }), token: await tokenOf(who), fetch: noted }), call))
      } catch (error) {
        throw error instanceof Refused ? asFailure(error) : error
      }
    }
  },
}

/** Of what may not be read back the client has the text of its address; what it is a key of, only the model knows. */
function keyed(of: EntityModel, row: unknown): unknown {
  const [only, ...more] = typeof row === 'object' && row !== null ? Object.entries(row) as [string, unknown][] : []
  return only?.[0] === 'id' && more.length === 0 && typeof only[1] === 'string' ? keyOf(of, only[1]) : row
}

/** The client's failure as `db` throws it, as far as it came over the wire. */
function asFailure(refused: Refused): Failure {
  const { code, status, title, message, errors, retryAfter, version } = refused
  // The version of a stale row travels in its tag.
  const facts = code === 'row.stale' && version !== null ? { version: version.replace(/^(W\/)?"|[."].*$/g, ''), ...refused.facts } : refused.facts
  return new Failure({ code, row: { status, title, blame: status >= 500 ? 'engine' : 'caller', retry: retryAfter === null ? 'never' : 'later', rpc: 0 } }, message, {
    facts: facts as Failure['facts'], mistakes: errors.map(e => ({ at: (e.pointer ?? e.parameter ?? '').split('/').filter(Boolean), detail: e.detail })), cause: refused,
  })
}

function revived(model: Model, call: Call, came: unknown): unknown {
  const { entity, method, given } = call, action = actionIn(model, call)
  if (action !== undefined) return action.output === null ? came : reviveShape(action.output, came)
  if (entity === null) return came
  const of = entityOf(model, entity)
  const row = (it: unknown): unknown => reviveRow(model, of, keyed(of, it))
  switch (method) {
    case 'find': {
      const { data, page: { next, previous, total, totalIsAtLeast } } = came as { readonly data: readonly unknown[]; readonly page: Readonly<Record<'next' | 'previous' | 'total' | 'totalIsAtLeast', unknown>> }
      return { data: data.map(row => reviveRow(model, of, row)), page: { next, previous, total, totalIsAtLeast } }
    }
    case 'get': case 'update': return came === null ? null : row(came)
    case 'create': return Array.isArray(given[0]) && Array.isArray(came) ? came.map(row) : row(came)
    case 'aggregate': return (came as readonly unknown[]).map(row => reviveAggregate(of, row))
    default: return came
  }
}
