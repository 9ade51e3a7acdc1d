// Bodies of one form are one mutation: whatever is remembered of earlier ones, each is resolved and authorized as if it were the first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toFailure } from '../failure/index.ts'
import { entityOf, type Caller, type EntityModel, type Model } from '../model/index.ts'
import type { Value } from '../operation/index.ts'
import { memoryStore } from '../stores/memory/index.ts'
import type { Authorized, Store } from '../stores/index.ts'
import type { Operation } from '../operation/index.ts'
import { makeModel } from '../testkit/arbitrary/model.ts'
import type { Pick } from '../testkit/arbitrary/pick.ts'
import { makeCaller, makeRows } from '../testkit/arbitrary/rows.ts'
import { seeded } from '../testkit/arbitrary/seeded.ts'
import { body } from '../testkit/arbitrary/writes.ts'
import { callers as people, rows as worldRows, world } from '../testkit/index.ts'
import type { WriteRequest } from '../wire/index.ts'
import { createEngine, type RunningEngine } from './index.ts'
import { seed } from '../../test/seed.ts'

/** Takes what it is told to write and makes nothing of it. */
function recorder(model: Model): { readonly store: Store; readonly told: unknown[] } {
  const told: unknown[] = [], memory = memoryStore(model)
  const take = ({ operation, fills }: Authorized<Operation>, values: readonly Value[]): void => { told.push(operation, fills, values) }
  const store: Store = {
    ...memory,
    read: async (ready, values) => { take(ready, values); return { body: '{}', rows: 1, version: null, first: null, last: null, more: false, total: null, totalIsAtLeast: false, cut: [] } },
    write: async (ready, values) => { take(ready, values); return { touched: 1, bodies: ['{}'], keys: [], versions: ['1'], cut: [] } },
  }
  return { store, told }
}

/** Keys that were made are new each time. */
const unmade = (x: unknown): string => JSON.stringify(x).replaceAll(/"0[1-9a-f][0-9a-f]{6}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"/g, made => (made.includes('-7000-8000-') ? made : '"…"'))

async function outcome({ engine, told }: { readonly engine: RunningEngine; readonly told: unknown[] }, request: WriteRequest, caller: Caller): Promise<string> {
  told.length = 0
  let failed: unknown = null
  try { await engine.write(request, caller, { deadline: performance.now() + 10_000 }) } catch (error) {
    const { code, message, at, mistakes } = toFailure(error)
    failed = { code, message, at, mistakes }
  }
  return unmade([told, failed])
}

/** The same rows said otherwise: other names, another order, fewer, more, nulls, and the words that relations have. */
function varied(pick: Pick, entity: EntityModel, model: Model, of: Record<string, unknown>): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const name of pick.chance(40) ? Object.keys(of).toReversed() : Object.keys(of)) {
    const relation = Object.hasOwn(entity.fields, name) ? undefined : entity.relations[name], raw = of[name]
    if (pick.chance(6)) continue
    if (pick.chance(4)) { out[name] = null; continue }
    if (pick.chance(2)) { out[name] = { strange: [1, 'x'] }; continue }
    if (!relation || !Array.isArray(raw)) { out[name] = raw; continue }
    const target = entityOf(model, relation.target), rows = raw.map((row: Record<string, unknown>) => varied(pick, target, model, row))
    const more = pick.chance(30) ? [...rows, ...rows.slice(0, 1)] : rows
    out[name] = pick.chance(30) ? { create: more } : pick.chance(10) ? { create: more, connect: [] } : pick.chance(5) ? { connectOrCreate: [] } : more
  }
  for (const r of Object.values(entity.relations)) {
    if (!r.owner || !pick.chance(12)) continue
    const target = entityOf(model, r.target), key = Object.fromEntries(target.key.map(name => [name, '00000000-0000-7000-8000-000000000001']))
    for (const pair of r.on) if (pick.chance(90)) delete out[pair.local.split('.')[0] ?? '']
    out[r.name] = pick.chance(60) ? { connect: key } : { create: {} }
  }
  if (pick.chance(3)) out['nothing'] = 1
  return out
}

/** What may be asked to be answered. */
const answers = (pick: Pick, entity: EntityModel): Partial<WriteRequest> => (pick.chance(75) ? {}
  : pick.chance(50) ? { fields: pick.some(Object.keys(entity.fields), 40) }
  : { include: Object.fromEntries(pick.some(Object.keys(entity.relations), 40).map(name => [name, pick.chance(50) ? {} : { size: 1 + pick.nat(3) }])) })

test(`bodies are resolved the same by who has seen many and who has seen none (SEED=${seed})`, async () => {
  const pick = seeded(seed)
  const drawn = Array.from({ length: 12 }, () => {
    const model = makeModel(pick), rows = makeRows(pick, model, 4)
    return { model, rows, callers: [0, 1].map(() => makeCaller(pick, rows)) }
  })
  let written = 0, refused = 0, again = 0
  for (const { model, rows, callers } of [{ model: world, rows: worldRows, callers: Object.values(people) }, ...drawn]) {
    const { store, told } = recorder(model), warm = { engine: await createEngine({ model, store }), told }
    const entities = Object.values(model.entities).filter(e => !e.hidden)
    for (let n = 0; n < 120; n++) {
      const entity = pick.of(entities), caller = pick.chance(40) ? warm.engine.system('writes') : pick.of(callers)
      const one = (): Record<string, unknown> => varied(pick, entity, model, body(pick, { model, rows }, entity, n, 2))
      const request: WriteRequest = { kind: 'create', entity: entity.name, key: null, origin: 'body', expect: null, body: pick.chance(20) ? [one(), one()] : one(), ...answers(pick, entity) }
      const known = warm.engine.counts().shapes
      const first = await outcome(warm, request, caller)
      const cold = recorder(model), fresh = await createEngine({ model, store: cold.store })
      const asSystem = caller.id?.startsWith('system:') === true ? fresh.system('writes') : caller
      const expected = await outcome({ engine: fresh, told: cold.told }, request, asSystem)
      assert.equal(first, expected, JSON.stringify(request))
      // And once more, by who has seen this very one.
      assert.equal(await outcome(warm, request, caller), expected, JSON.stringify(request))
      if (expected.endsWith(',null]')) written++
      else refused++
      if (warm.engine.counts().shapes === known) again++
    }
  }
  assert.ok(written > 200 && refused > 200 && again > 100, `${written} written, ${refused} refused, ${again} of a form that was known`)
})
