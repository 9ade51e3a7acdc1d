// A random model with its rows and callers, drawn by one seed; and what a read must answer by the plainest means: the same read of the rows and fields the
// caller sees, where everything is allowed.
import { createEngine, type RunningEngine } from '../../src/engine/index.ts'
import { Failure, toFailure } from '../../src/failure/index.ts'
import type { Caller, EntityModel, Model } from '../../src/model/index.ts'
import type { Run } from '../../src/stores/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { makeModel } from '../../src/testkit/arbitrary/model.ts'
import { picking, samples, type Pick } from '../../src/testkit/arbitrary/pick.ts'
import { makeCaller, makeRows } from '../../src/testkit/arbitrary/rows.ts'
import { sorts } from '../../src/testkit/arbitrary/rules.ts'
import { readRequest, type ReadPart, type RowsPart } from '../../src/testkit/request.ts'
import { olderServer, testServer } from '../server.ts'
import { judge, type Judge, type Rows } from '../../src/testkit/judge.ts'
import { seed } from '../seed.ts'

/** How much more than in every run; long runs say 10. */
const times = Number(process.env['TIMES'] ?? 1)
const more = times > 1 ? 2 : 1
/** 1,000 cases of 20 models on the embedded PostgreSQL, 100 of 5 on the oldest server; in long runs ten times the cases of twice the models. */
export const amounts = [
  { name: 'PostgreSQL 18', start: testServer, models: 20 * more, each: 50 * times / more },
  { name: 'PostgreSQL 15', start: olderServer, models: 5 * more, each: 20 * times / more },
]

/** No generated time is near it. */
export const now = '2026-06-01T12:00:00+00:00'
export const run = (): Run => ({ deadline: performance.now() + 30_000 })

export interface Drawn { readonly model: Model; readonly rows: Rows; readonly callers: readonly Caller[] }

const drawing = picking((pick): Drawn => {
  const model = makeModel(pick)
  const rows = makeRows(pick, model, 6)
  return { model, rows, callers: [0, 1, 2].map(() => makeCaller(pick, rows)) }
})

/** Every sort of rule; each must hide something in a run, or the run shows nothing of it. */
export const kinds = [
  'allow that does not hold', 'deny', 'hide from a caller', 'hide by row', 'part of a hidden whole', 'no rule at all', 'a missing claim', 'a null claim', 'an ill-typed claim', 'another tenant',
  ...sorts.filter(s => s !== 'everyone'),
]
/** The first `n` models, and as many of those after them as it takes until every sort of rule hides something: what a run shows is not left to chance. */
export function draw(n: number): readonly Drawn[] {
  const hid = new Map<string, number>()
  return samples(drawing, seed, n * 6).filter((drawn, i) => {
    const own = new Map<string, number>()
    if (i >= n && kinds.every(k => hid.has(k))) return false
    for (const caller of drawn.callers) judge(drawn.model, drawn.rows, caller, now).tally(own)
    if (i >= n && ![...own.keys()].some(k => kinds.includes(k) && !hid.has(k))) return false
    for (const [k, count] of own) hid.set(k, (hid.get(k) ?? 0) + count)
    return true
  })
}
/** Random things over one drawn model. */
export const drawMore = <T>(index: number, count: number, make: (pick: Pick) => T): readonly T[] => samples(picking(make), seed + 1000 + index, count)

/** What came of a read, in a form that can be compared: JSON of the body as data, or the failure. */
export interface Came { readonly data: unknown; readonly total: number | null; readonly more: readonly [boolean, boolean]; readonly cursors: readonly [string | null, string | null]; readonly cut: readonly string[]; readonly failure: Failure | null }

export async function ask(engine: RunningEngine, part: ReadPart, caller: Caller): Promise<Came> {
  try {
    const a = await engine.read(readRequest(part), caller, run())
    const data: unknown = JSON.parse(typeof a.body === 'string' ? a.body : Buffer.from(a.body).toString('utf8'))
    return {
      data, total: a.page?.total ?? null, more: [a.page?.next != null, a.page?.previous != null], cursors: [a.page?.next ?? null, a.page?.previous ?? null], cut: [...a.cut].sort(), failure: null,
    }
  } catch (e) {
    const failure = toFailure(e)
    if (failure.code === 'internal') throw failure.cause ?? failure
    return { data: null, total: null, more: [false, false], cursors: [null, null], cut: [], failure }
  }
}

/** A model in which everything is allowed; what is hidden from this caller whatever the row does not exist in it. */
function open(model: Model, by: Judge): Model {
  const told = (e: EntityModel, name: string): boolean => {
    const relation = e.relations[name], holder = relation?.owner ? e : model.entities[relation?.target ?? '']
    return !relation || !holder || relation.through !== null || !relation.on.some(p => by.hiddenAlways(holder, relation.owner ? p.local : p.foreign))
  }
  const entities = Object.values(model.entities).map((e): EntityModel => ({
    ...e,
    ...(e.derived ? { derived: Object.fromEntries(Object.entries(e.derived).filter(([, d]) => told(e, d.relation))) } : {}),
    fields: Object.fromEntries(Object.values(e.fields).map(f => [f.name, { ...f, hidden: f.hidden || by.hiddenAlways(e, f.name) }])),
    rules: e.hidden || e.whole !== null ? [] : [{ id: 'open', effect: 'allow', verbs: ['read'], when: { kind: 'always' }, fields: [], text: 'open', place: e.place }],
  }))
  return { ...model, entities: Object.fromEntries(entities.map(e => [e.name, e])) }
}

export interface Oracle { readonly by: Judge; readonly view: Rows; answer(part: ReadPart): Promise<Came>; /** Whether rows of the entity are kept from the caller. */ hides(entity: string): boolean }

/** What this caller must be answered. */
export async function oracle(model: Model, rows: Rows, caller: Caller): Promise<Oracle> {
  const by = judge(model, rows, caller, now)
  const opened = open(model, by)
  const view = by.view()
  const store = memoryStore(opened, () => now)
  store.load(view)
  const engine = await createEngine({ model: opened, store })
  return { by, view, answer: part => ask(engine, part, caller), hides: e => (view[e] ?? []).length < (rows[e] ?? []).length }
}

/** Whether a refusal is known without data: an entity of the request is closed to this caller, or a field it names is hidden from it in every row. */
export function refusable(model: Model, by: Judge, part: ReadPart): boolean {
  const root = model.entities['find' in part ? part.find : 'get' in part ? part.get : part.aggregate]
  if (!root) return false
  if (by.closed(root)) return true
  const entityAt = (e: EntityModel, relation: string): EntityModel | undefined => model.entities[e.relations[relation]?.target ?? '']
  const named = (e: EntityModel, name: string): boolean =>
    Object.keys(e.fields).some(f => (f === name || f.startsWith(`${name}.`)) && by.hiddenAlways(e, f))
  /** A relation is named as its reference is, on whichever side that is. */
  const crossed = (e: EntityModel, name: string): boolean => {
    const relation = e.relations[name], holder = relation?.owner ? e : entityAt(e, name)
    return relation !== undefined && holder !== undefined && relation.through === null && relation.on.some(p => by.hiddenAlways(holder, relation.owner ? p.local : p.foreign))
  }
  const path = (e: EntityModel, text: string): boolean => {
    const parts = text.replace(/^-/, '').split('.')
    let here: EntityModel | undefined = e
    while (here && parts.length > 1 && here.relations[parts[0] ?? '']?.one) {
      const name = parts.shift() ?? ''
      if (crossed(here, name)) return true
      here = entityAt(here, name)
    }
    return here !== undefined && named(here, parts.join('.'))
  }
  const filtered = (e: EntityModel, f: unknown): boolean => {
    if (Array.isArray(f)) return f.some(x => filtered(e, x))
    if (typeof f !== 'object' || f === null) return false
    return Object.entries(f).some(([name, x]: [string, unknown]) => {
      if (name === 'or' || name === 'and' || name === 'not' || name === 'some') return filtered(e, x)
      const target = entityAt(e, name)
      return target ? crossed(e, name) || filtered(target, x) : named(e, name)
    })
  }
  const rowsPart = (e: EntityModel, r: RowsPart): boolean =>
    filtered(e, r.filter) || (r.sort ?? []).some(s => path(e, s)) || (r.fields ?? []).some(f => named(e, f))
    || Object.entries(r.include ?? {}).some(([name, x]) => { const t = entityAt(e, name); return t !== undefined && (crossed(e, name) || rowsPart(t, x)) })
  if ('aggregate' in part) {
    const of = part.measure.flatMap(m => /\((.*)\)/.exec(m)?.[1] ?? [])
    return filtered(root, part.filter) || [...(part.group ?? []), ...of].some(n => named(root, n))
  }
  if ('get' in part) return rowsPart(root, { ...part, ...{ filter: undefined } })
  if (!part.of) return rowsPart(root, part)
  const target = entityAt(root, part.of.relation)
  return target !== undefined && (by.closed(target) || crossed(root, part.of.relation) || rowsPart(target, part))
}
