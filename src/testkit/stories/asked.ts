// What a story asks with: entities, their methods and the actions by name, each call handed to whatever carries it, and written down.
import { actionsOf, type Model } from '../../model/index.ts'
import { suggest } from '../../failure/index.ts'
import type { ReadyPerson } from '../../define/index.ts'

/** Whoever a story asks as. `ready`: what their token says; null: nobody. */
export interface Person { readonly name: string; readonly ready: ReadyPerson | null; readonly system: boolean; /** Of the system: where it acts, if not in all tenants. */ readonly tenant?: unknown }
/** One call: `entity` is null where it is an action that is nobody's own. */
export interface Call { readonly entity: string | null; readonly method: string; readonly given: readonly unknown[] }
/** One call as it went. `came` is what was answered or thrown. */
export interface Entry extends Call { readonly who: Person; outcome: 'pending' | 'answered' | 'failed'; came: unknown; /** Somebody waits for the answer, or did. */ awaited: boolean; /** Where in the story it was asked. */ readonly stack: string; /** What the protocol was sent, in its own words. */ words: string | null; /** Resolves when it is over, however it went. */ over: Promise<unknown> }
/** `note` is told what is sent, in the protocol's words. Throws Unsaid where it has none. */
export type Carry = (who: Person, call: Call, note?: (words: string) => void) => Promise<unknown>

const methods = ['find', 'get', 'count', 'aggregate', 'create', 'update', 'delete', 'updateMany', 'deleteMany'] as const
/** Names that JavaScript itself asks objects for: a promise, JSON, a debugger. */
const own = (name: string | symbol): name is symbol => typeof name === 'symbol' || name === 'then' || name === 'toJSON' || name === 'constructor'

/** The application as one person has it. A name there is none of is said at once, with the nearest. */
export function askedAs(model: Model, who: Person, carry: Carry, journal: Entry[]): object {
  const entities = Object.values(model.entities).filter(e => !e.hidden).map(e => e.name)
  const actions = actionsOf(model)
  const calling = (entity: string | null, method: string) => function ask(...given: unknown[]): Promise<unknown> {
    const holder: { stack?: string } = {}
    Error.captureStackTrace(holder, ask)
    const entry: Entry = { who, entity, method, given, outcome: 'pending', came: undefined, awaited: false, stack: holder.stack ?? '', words: null, over: Promise.resolve() }
    journal.push(entry)
    const carried = async (): Promise<unknown> => {
      try {
        entry.came = await carry(who, entry, words => { entry.words ??= words })
        entry.outcome = 'answered'
        return entry.came
      } catch (error) {
        entry.came = error
        entry.outcome = 'failed'
        throw error
      }
    }
    const work = carried()
    entry.over = work.catch(() => {})
    return noticing(work, () => { entry.awaited = true })
  }
  const named = (of: string, names: readonly string[], make: (name: string) => unknown): object => new Proxy(Object.create(null) as object, {
    get: (_, name) => {
      if (own(name)) return undefined
      if (names.includes(name)) return make(name)
      throw new TypeError(`${of} has no '${name}'.${suggest(name, names)}`)
    },
    has: (_, name) => typeof name === 'string' && names.includes(name),
  })
  const plain = actions.filter(a => a.entity === null).map(a => a.name)
  return named(model.name, [...entities, ...plain], name => (entities.includes(name)
    ? named(name, [...methods, ...actions.filter(a => a.entity === name).map(a => a.name)], method => calling(name, method))
    : calling(null, name)))
}

/** A promise that tells when it is waited for: a story in which an await is missing must not be true by luck. */
function noticing<T>(work: Promise<T>, noticed: () => void): Promise<T> {
  return {
    then(kept, failed) { noticed(); return work.then(kept, failed) },
    catch(failed) { noticed(); return work.catch(failed) },
    finally(end) { noticed(); return work.finally(end) },
    [Symbol.toStringTag]: 'Promise',
  }
}
