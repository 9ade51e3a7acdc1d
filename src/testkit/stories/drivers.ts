// What carries the calls of a story: `db` in this process, and each protocol over a socket. A protocol joins by one more of these.
import type { Application } from '../../application/index.ts'
import type { ReadyPerson } from '../../define/index.ts'
import { anonymous, type Caller } from '../../model/index.ts'
import type { Call, Carry, Person } from './asked.ts'

/** One opened application, for one story. `once`: what is the same for every copy of its ground, made by whoever asks first. */
export interface Stage { readonly application: Application; readonly secret: string; readonly url: () => Promise<string>; readonly once: <T>(name: string, make: () => Promise<T>) => Promise<T> }
export interface StoryDriver { readonly name: string; carry(stage: Stage): Carry }

/** By name: an application's own actions may be called anything, which only its types know. */
type Loose = Readonly<Record<string, ((...given: readonly unknown[]) => Promise<unknown>) & Readonly<Record<string, (...given: readonly unknown[]) => Promise<unknown>>>>>
export const called = (of: object, { entity, method, given }: Call): Promise<unknown> => {
  const names = of as Loose
  const found = entity === null ? names[method] : names[entity]?.[method]
  if (found === undefined) throw new TypeError(`${entity === null ? '' : `${entity}.`}${method} cannot be called here`)
  return found(...given)
}

/** The caller that somebody's token would make. Bound anew each time: the story may have made the row a moment ago. */
export async function callerOf({ application }: Pick<Stage, 'application'>, who: Person): Promise<Caller> {
  if (who.system) return application.model.tenant === undefined ? application.system('a story') : application.system('a story', who.tenant === undefined ? { allTenants: true } : { tenant: who.tenant })
  return who.ready === null ? anonymous : application.as(named(who.name, who.ready))
}
const named = (name: string, ready: ReadyPerson): ReadyPerson => ({ ...ready, claims: { sub: name, ...ready.claims } })

export const inProcess = (stage: Stage): Carry => async (who, call) => called(stage.application.db(await callerOf(stage, who)), call)

export const dbDriver: StoryDriver = { name: 'db', carry: inProcess }
