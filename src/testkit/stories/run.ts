// Runs stories: each through every protocol, each time on a fresh copy of the database.
import { setTimeout as wait } from 'node:timers/promises'
import type { Backend, ReadyPerson } from '../../define/index.ts'
import { suggest } from '../../failure/index.ts'
import type { Model } from '../../model/index.ts'
import { askedAs, type Carry, type Entry, type Person } from './asked.ts'
import { dbDriver, type StoryDriver } from './drivers.ts'
import type { Ground } from './ground.ts'
import { Unsaid } from './part.ts'
import { storyDrivers } from './protocols.ts'
import { askedText, reasonsOf, type Told } from './reasons.ts'
import type { Story, Tell } from './story.ts'

export interface StoryRan {
  readonly says: string
  readonly file: string
  readonly line: number
  readonly protocol: string
  readonly ms: number
  /** Calls that the protocol has no words for, each made through `db` in its place. */
  readonly unsaid: readonly { readonly who: string; readonly asked: string; readonly why: string }[]
  /** What was thrown, and all that was asked before it; null: the story is true. */
  readonly failed: { readonly error: unknown; /** Where the call stands that threw it. */ readonly stack: string | null; readonly calls: readonly Told[] } | null
}

const patience = 30_000
/** What changes nothing. */
const reads = new Set(['find', 'get', 'count', 'aggregate'])
const system: Person = { name: 'system', ready: null, system: true }
const visitor: Person = { name: 'visitor', ready: null, system: false }

/** Runs them one after the other and answers each as it ends. `only`: those whose text holds this, whatever the case. */
export async function* runStories(told: Tell, ground: Ground, { only, drivers = storyDrivers, stopped = () => false }: { readonly only?: string | undefined; readonly drivers?: readonly StoryDriver[]; readonly stopped?: () => boolean } = {}): AsyncGenerator<StoryRan, void, undefined> {
  for (const story of chosen(told, only)) {
    for (const driver of drivers) {
      if (stopped()) return
      yield await runStory(story, told['~of'] as Backend, driver, ground)
    }
  }
}
export const chosen = (told: Tell, only: string | undefined): readonly Story[] =>
  told['~stories'].filter(s => only === undefined || s.says.toLowerCase().includes(only.toLowerCase()))

async function runStory(story: Story, backend: Backend, driver: StoryDriver, ground: Ground): Promise<StoryRan> {
  const stage = await ground.stage()
  const { application } = stage
  const begun = performance.now()
  const { file, line } = story.at()
  const journal: Entry[] = []
  const through = driver.carry(stage), direct = dbDriver.carry(stage), unsaid: { who: string; asked: string; why: string }[] = []
  const carry: Carry = (who, call, note) => through(who, call, note).catch((error: unknown) => {
    if (!(error instanceof Unsaid)) throw error
    unsaid.push({ who: who.name, asked: askedText(call), why: error.message })
    return direct(who, call)
  })
  const asked = (who: Person): object => askedAs(application.model, who, carry, journal)
  const outside = asked(system)
  const late = new AbortController()
  const told = { says: story.says, file: file.replace(/\?.*$/, ''), line, protocol: driver.name, unsaid }
  try {
    await Promise.race([
      (async () => story.run({ as: asOf(application.model, backend, asked), system: outside, systemIn: (tenant: unknown) => asked({ ...system, tenant }), ...(backend.name === null ? {} : { [backend.name]: outside }) } as never))(),
      wait(patience, undefined, { signal: late.signal, ref: false }).then(() => { throw new Error(`The story took longer than ${patience / 1000} s.`) }),
    ])
    const open = journal.find(e => e.outcome === 'pending' || !e.awaited)
    if (open) throw new Error(`Nobody waits for what ${open.who.name}'s ${open.entity === null ? '' : `${open.entity}.`}${open.method} answers: an await is missing.`)
    return { ...told, ms: performance.now() - begun, failed: null }
  } catch (error) {
    const ms = performance.now() - begun
    return { ...told, ms, failed: { error, stack: journal.find(e => e.came === error)?.stack ?? null, calls: await reasonsOf(stage, journal) } }
  } finally {
    late.abort()
    // What nobody waited for must not ask an application that is closed.
    await Promise.race([Promise.all(journal.map(e => e.over)), wait(5000, undefined, { ref: false })])
    await stage.leave(journal.every(e => reads.has(e.method) && e.outcome !== 'pending'))
  }
}

function asOf(model: Model, backend: Backend, asked: (who: Person) => object): object {
  const known = new Map<string, object>()
  const person = (name: string): Person | null => {
    const ready = Object.hasOwn(backend.as, name) ? backend.as[name] : model.roles.includes(name) ? { roles: [name] } : undefined
    return ready === undefined ? (name === 'visitor' ? visitor : null) : { name, ready, system: false }
  }
  const named = (name: string): object => {
    const made = known.get(name)
    if (made) return made
    const who = person(name), names = [...Object.keys(backend.as), ...model.roles, 'visitor']
    if (who === null) throw new TypeError(`Nobody is called '${name}'.${suggest(name, names)} There are: ${[...new Set(names)].join(', ')}. Anybody else is as({ email, roles, claims }).`)
    const of = asked(who)
    known.set(name, of)
    return of
  }
  const anybody = (who: string | ReadyPerson): object => {
    if (typeof who === 'string') return named(who)
    const sub: unknown = who.claims?.['sub']
    return asked({ name: typeof sub === 'string' ? sub : who.email ?? (who.roles?.join('+') || 'somebody'), ready: who, system: false })
  }
  return new Proxy(anybody, { get: (_, name) => (typeof name === 'string' ? named(name) : undefined) })
}
