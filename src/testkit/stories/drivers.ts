// What carries the calls of a story: `db` in this process, and REST through the typed client over a socket. A protocol joins by one more of these.
import { SignJWT } from 'jose'
import type { Application } from '../../application/index.ts'
import { client, Failure as Refused } from '../../client/index.ts'
import type { ReadyPerson } from '../../define/index.ts'
import { Failure } from '../../failure/index.ts'
import { actionsOf, anonymous, entityOf, type Caller, type Model } from '../../model/index.ts'
import { reviveAggregate, reviveRow, reviveShape } from '../../protocols/db/index.ts'
import type { Call, Carry, Person } from './asked.ts'

/** One opened application, for one story. */
export interface Stage { readonly application: Application; readonly secret: string; readonly url: () => Promise<string> }
export interface StoryDriver { readonly name: string; carry(stage: Stage): Carry }

/** By name: an application's own actions may be called anything, which only its types know. */
type Loose = Readonly<Record<string, ((...given: readonly unknown[]) => Promise<unknown>) & Readonly<Record<string, (...given: readonly unknown[]) => Promise<unknown>>>>>
const called = (of: object, { entity, method, given }: Call): Promise<unknown> => {
  const names = of as Loose
  const found = entity === null ? names[method] : names[entity]?.[method]
  if (found === undefined) throw new TypeError(`${entity === null ? '' : `${entity}.`}${method} cannot be called here`)
  return found(...given)
}

/** The caller that somebody's token would make. Bound anew each time: the story may have made the row a moment ago. */
export async function callerOf({ application }: Pick<Stage, 'application'>, who: Person): Promise<Caller> {
  if (who.system) return application.system('a story')
  return who.ready === null ? anonymous : application.as(named(who.name, who.ready))
}
const named = (name: string, ready: ReadyPerson): ReadyPerson => ({ ...ready, claims: { sub: name, ...ready.claims } })

const inProcess = (stage: Stage): Carry => async (who, call) => called(stage.application.db(await callerOf(stage, who)), call)

export const dbDriver: StoryDriver = { name: 'db', carry: inProcess }

/** Answers are revived as `db` answers them, by the model: a story compares Decimals with Decimals, whatever carried them. The system has no way in over HTTP. */
export const restDriver: StoryDriver = {
  name: 'REST',
  carry(stage) {
    const { application: { model } } = stage
    const direct = inProcess(stage)
    const key = new TextEncoder().encode(stage.secret)
    let signed = 0
    return async (who, call) => {
      if (who.system) return direct(who, call)
      const { ready } = who
      // A token of its own for each call: what the server believes of one for a while must not outlive what the story does.
      const token = ready === null ? null : await new SignJWT({
        ...(ready.email === undefined ? {} : { email: ready.email, email_verified: true }), ...(ready.roles?.length ? { roles: [...ready.roles] } : {}), ...ready.claims,
      }).setProtectedHeader({ alg: 'HS256' }).setSubject(typeof ready.claims?.['sub'] === 'string' ? ready.claims['sub'] : who.name).setJti(String(++signed)).setExpirationTime('1h').sign(key)
      try {
        return revived(model, call, await called(client(await stage.url(), { token }), call))
      } catch (error) {
        throw error instanceof Refused ? asFailure(error) : error
      }
    }
  },
}

/** The client's failure as `db` throws it, as far as it came over the wire. */
function asFailure(refused: Refused): Failure {
  const { code, status, title, message, facts, errors, retryAfter } = refused
  return new Failure({ code, row: { status, title, blame: status >= 500 ? 'engine' : 'caller', retry: retryAfter === null ? 'never' : 'later', rpc: 0 } }, message, {
    facts: facts as Failure['facts'], mistakes: errors.map(e => ({ at: (e.pointer ?? e.parameter ?? '').split('/').filter(Boolean), detail: e.detail })), cause: refused,
  })
}

function revived(model: Model, { entity, method, given }: Call, came: unknown): unknown {
  const action = actionsOf(model).find(a => a.entity === entity && a.name === method)
  if (action !== undefined) return action.output === null ? came : reviveShape(action.output, came)
  if (entity === null) return came
  const of = entityOf(model, entity)
  switch (method) {
    case 'find': {
      const { data, page: { next, previous, total, totalIsAtLeast } } = came as { readonly data: readonly unknown[]; readonly page: Readonly<Record<'next' | 'previous' | 'total' | 'totalIsAtLeast', unknown>> }
      return { data: data.map(row => reviveRow(model, of, row)), page: { next, previous, total, totalIsAtLeast } }
    }
    case 'get': case 'update': return came === null ? null : reviveRow(model, of, came)
    case 'create': return Array.isArray(given[0]) && Array.isArray(came) ? came.map(row => reviveRow(model, of, row)) : reviveRow(model, of, came)
    case 'aggregate': return (came as readonly unknown[]).map(row => reviveAggregate(of, row))
    default: return came
  }
}

export const storyDrivers: readonly StoryDriver[] = [restDriver, dbDriver]
