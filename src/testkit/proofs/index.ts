// The tests that an application's model and rules make of themselves.
import type { Backend } from '../../define/index.ts'
import type { Model } from '../../model/index.ts'
import { findRequest } from '../../protocols/db/index.ts'
import { seeded } from '../arbitrary/seeded.ts'
import type { Row, Rows } from '../judge.ts'
import { reload } from '../load.ts'
import { callerOf, storyDrivers, Unsaid, type Carry, type Ground, type StoryDriver } from '../stories/index.ts'
import { judged, type Proof, type Proven, type Round, type World } from './proof.ts'
import { proveRoundTrips } from './round-trips.ts'
import { proveRules } from './rules.ts'
import { proveUnseen } from './unseen.ts'
import { spokenOf } from './values.ts'
import { proveViews } from './views.ts'
import { callerAmong, drawPeople, drawRows, type Drawing } from './world.ts'

export type { Proof } from './proof.ts'
// What else draws rows of an application draws them from the same values.
export { candidates, fits, spokenOf, type Spoken } from './values.ts'
export { seeded } from '../arbitrary/seeded.ts'
export type { Pick } from '../arbitrary/pick.ts'

export interface ProofOptions { readonly seed: number; readonly stopped?: () => boolean; readonly drivers?: readonly StoryDriver[] }
const size = 12

/** Proves of an application what holds of every one, on rows and callers that are drawn; the same for the same seed. */
export async function* proofs(backend: Backend, ground: Ground, { seed, stopped = () => false, drivers = storyDrivers }: ProofOptions): AsyncGenerator<Proof, void, undefined> {
  const stage = await ground.stage()
  try {
    const { model } = stage.application
    const exposed = Object.values(model.entities).filter(e => !e.hidden)
    const drawing: Drawing = { model, pick: seeded(seed), spoken: spokenOf(model), seen: await there(model, stage.application), undrawable: new Set() }
    const rows = drawRows(drawing, backend, size)
    const load = (of: Rows): Promise<void> => stage.application.database.client(client => reload(client, model, of))
    try {
      await load(rows)
    } catch (error) {
      // Tables that were there before have conditions that no declaration tells.
      yield { says: 'model and rules: no drawn rows to look at', ok: null, ms: 0, details: [`the database does not take them: ${(error as Error).message}`] }
      return
    }
    const askers: World['askers'][number][] = []
    for (const who of drawPeople(drawing, backend, rows)) {
      const caller = await callerOf(stage, who)
      askers.push({ who, caller, by: judged(model, rows, caller) })
    }
    const more = (): Round => {
      const others = drawRows(drawing, backend, 2 * size)
      return { rows: others, askers: drawPeople(drawing, backend, others).map(who => { const caller = callerAmong(model, others, who); return { who, caller, by: judged(model, others, caller) } }) }
    }
    const unsaid = new Map<string, number>()
    const world: World = { model, backend, stage, drawing, pick: drawing.pick, rows, askers, load, more, carries: drivers.map(d => ({ name: d.name, carry: minding(d.name, d.carry(stage), unsaid) })) }
    const empty = exposed.filter(e => !e.readOnly && (rows[e.name] ?? []).length === 0)
    if (empty.length > 0) {
      yield { says: `${empty.map(e => e.title).join(', ')}: no rows can be drawn`, ok: null, ms: 0, details: [`so nothing is proven of ${empty.length === 1 ? 'it' : 'them'}${drawing.undrawable.size > 0 ? `: no value is known that ${[...drawing.undrawable].join(', ')} takes. A row in the folder of backend({ data }) shows one.` : '.'}`] }
    }
    for (const prove of [proveRules, proveViews, proveUnseen, proveRoundTrips]) {
      if (stopped()) return
      const begun = performance.now()
      unsaid.clear()
      // An update that changes nothing is not nothing to the application's own code.
      if (prove !== proveRules && Object.keys(model.hooks ?? {}).length > 0) await load(rows)
      const proven: Proven = await prove(world)
      const left = [...unsaid].map(([what, times]) => `${what}${times > 1 ? ` (${times} times)` : ''}`)
      yield { ...proven, details: [...proven.details, ...(left.length > 0 ? [`left out, since a protocol has no words for it: ${left.join(' · ')}`] : [])], ms: performance.now() - begun }
    }
  } finally {
    await stage.leave()
  }
}

/** Counts what the protocol has no words for. */
const minding = (name: string, carry: Carry, unsaid: Map<string, number>): Carry => async (who, call) => {
  try {
    return await carry(who, call)
  } catch (error) {
    if (error instanceof Unsaid) unsaid.set(`${name}: ${error.why}`, (unsaid.get(`${name}: ${error.why}`) ?? 0) + 1)
    throw error
  }
}

/** Rows that the application's own data has: what its fields look like. */
async function there(model: Model, { engine }: Pick<World['stage']['application'], 'engine'>): Promise<Rows> {
  const all: Record<string, readonly Row[]> = {}
  for (const entity of Object.values(model.entities)) {
    if (entity.hidden) continue
    const { body } = await engine.read(findRequest(entity, { first: Math.min(50, entity.page.max) }), engine.system('looks at the data'), { deadline: performance.now() + 30_000 })
    const found = JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as readonly Row[]
    all[entity.name] = found.map(row => Object.fromEntries(Object.values(entity.fields).map(f => [f.name, row[f.name] ?? null])))
  }
  return all
}
