// What the read-back and explain say of a drawn model against what is carried out: every cell of the matrix is tried, for callers of its sort and rows.
import assert from 'node:assert/strict'
import type { RunningEngine } from '../../src/engine/index.ts'
import type { Engine } from '../../src/protocols/protocol.ts'
import { toFailure } from '../../src/failure/index.ts'
import { tenantClaim, type Caller, type EntityModel, type FieldModel, type Model, type Rule, type Verb } from '../../src/model/index.ts'
import { visitPredicate, type Predicate, type Value } from '../../src/operation/index.ts'
import { rightsOf, verbs, type Rights, type Sort } from '../../src/readback/index.ts'
import type { Pick } from '../../src/testkit/arbitrary/pick.ts'
import { makeRow } from '../../src/testkit/arbitrary/rows.ts'
import { judge, type Judge, type Row, type Rows } from '../../src/testkit/judge.ts'
import { readRequest, writeRequest, type WritePart } from '../../src/testkit/request.ts'
import { now, run, type Drawn } from './world.ts'

/** How often each verb was allowed and refused, and how many cells were of each standing. */
export interface Tried { readonly yes: Record<Verb, number>; readonly no: Record<Verb, number>; readonly standing: Record<string, number>; explained: number; seen: number; unset: number }
export const nothingTried = (): Tried => ({ yes: { read: 0, create: 0, update: 0, delete: 0 }, no: { read: 0, create: 0, update: 0, delete: 0 }, standing: { always: 0, never: 0, some: 0 }, explained: 0, seen: 0, unset: 0 })

/** The column of the matrix that a caller stands in. */
export const sortOf = (model: Model, caller: Caller): Sort => ({
  name: 'drawn', signedIn: caller.id !== null, roles: [...caller.roles], bound: Object.keys(model.callers).filter(b => Object.keys(caller.claims).some(c => c.startsWith(`@${b}.`))),
})

/** Some fields that only some roles may set. */
export function withBy(pick: Pick, model: Model): Model {
  const by = (f: FieldModel): FieldModel => (f.generated === null && f.reference === null && f.name !== 'email' && pick.chance(25) ? { ...f, by: pick.chance(60) ? ['staff'] : ['editor', 'auditor'] } : f)
  return { ...model, entities: Object.fromEntries(Object.entries(model.entities).map(([n, e]) => [n, e.hidden ? e : { ...e, fields: Object.fromEntries(Object.entries(e.fields).map(([k, f]) => [k, e.key.includes(k) ? f : by(f)])) }])) }
}

const parsed = (body: Uint8Array | string): unknown => JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8'))
const at = (row: unknown, name: string): unknown => name.split('.').reduce((x, part) => (typeof x === 'object' && x !== null ? Reflect.get(x, part) as unknown : undefined), row)
const has = (row: unknown, name: string): boolean => at(row, name) !== undefined
const keyText = (entity: EntityModel, of: (name: string) => unknown): string => JSON.stringify(entity.key.map(k => String(of(k))))
export const denials = new Set(['caller.forbidden', 'caller.unknown', 'row.missing'])

export async function checkReadBack({ model, rows, callers }: Drawn, engine: RunningEngine, pick: Pick, t: Tried): Promise<void> {
  for (const caller of callers) {
    const rights = rightsOf(model, sortOf(model, caller)), by = judge(model, rows, caller, now)
    const told = (entity: EntityModel, what: string): string => `${what} of ${entity.name} as ${JSON.stringify({ ...caller, roles: [...caller.roles] })}\n${entity.rules.map(r => JSON.stringify(r)).join('\n')}`
    for (const entity of Object.values(model.entities).filter(e => !e.hidden)) {
      for (const verb of verbs) { const { kind } = rights.may(entity, verb); t.standing[kind === 'always' || kind === 'never' ? kind : 'some']!++ }
      await checkReads(engine, model, entity, rows, caller, rights, by, told, t)
      for (const verb of ['update', 'delete'] as const) for (const row of pick.some(rows[entity.name] ?? [], 55)) await checkWrite(engine, model, entity, row, verb, caller, rights, by, pick, told, t)
      for (let n = 0; n < 2; n++) await checkCreate(engine, model, entity, rows, n, caller, rights, by, pick, told, t)
    }
  }
}

const rule = (when: Predicate): Rule => ({ id: 'cell', effect: 'allow', verbs: ['read'], when, fields: [], text: 'allow cell', place: { file: 'cell', line: 1 } })
export const holds = (by: Judge, entity: EntityModel, row: Row, when: Predicate): boolean => by.applies(rule(when), entity, row)

async function checkReads(engine: RunningEngine, model: Model, entity: EntityModel, rows: Rows, caller: Caller, rights: Rights, by: Judge, told: (e: EntityModel, what: string) => string, t: Tried): Promise<void> {
  const all = rows[entity.name] ?? [], when = rights.may(entity, 'read'), request = readRequest({ find: entity.name, size: 50 })
  const must = all.filter(r => holds(by, entity, r, when))
  let answer: readonly unknown[] | null
  try { answer = parsed((await engine.read(request, caller, run())).body) as readonly unknown[] } catch (e) {
    const { code } = toFailure(e)
    if (!denials.has(code)) throw e
    answer = null
  }
  // Refused whatever the data, where it is known without: of never mostly (a rule may contradict itself), and of a caller who lacks the claims that the condition needs.
  if (when.kind === 'always') assert.ok(answer !== null, told(entity, 'reading'))
  const there = new Set((answer ?? []).map(r => keyText(entity, k => at(r, k))))
  assert.deepEqual([...there].sort(), must.map(r => keyText(entity, k => r[k])).sort(), told(entity, `reading, which the matrix says of ${JSON.stringify(when)},`))
  if (when.kind === 'always') assert.equal(there.size, all.length)
  t.yes.read += there.size
  t.no.read += all.length - there.size
  for (const field of Object.values(entity.fields)) {
    if (field.asked || entity.key.includes(field.name)) continue
    const sees = rights.sees(entity, field)
    for (const row of must) {
      const is = (answer ?? []).find(r => keyText(entity, k => at(r, k)) === keyText(entity, k => row[k]))
      if (sees.kind === 'never') { assert.ok(!has(is, field.name), told(entity, `${field.name}, which the matrix hides,`)); t.unset++; continue }
      if (holds(by, entity, row, sees)) { if (row[field.name] !== null) assert.ok(at(is, field.name) !== null && has(is, field.name), told(entity, `${field.name}, which the matrix shows,`)) }
      else { assert.ok((at(is, field.name) ?? null) === null, told(entity, `${field.name}, which the matrix hides in this row,`)); t.unset++ }
      t.seen++
    }
  }
  // explain says yes of exactly the rows of the answer, and of every row there is.
  const why = await engine.explain(request, caller, run())
  assert.equal(why.refused !== null, answer === null, told(entity, 'explain'))
  const verdicts = new Map(why.rows.map(r => [JSON.stringify(r.key.map(String)), r]))
  // Of rows of another tenant nobody is told anything.
  if (model.tenant === undefined) assert.equal(verdicts.size, all.length, told(entity, 'rows that explain tells'))
  for (const row of all) {
    const verdict = verdicts.get(keyText(entity, k => row[k]))
    assert.equal(verdict?.granted ?? false, there.has(keyText(entity, k => row[k])), told(entity, `explain on ${keyText(entity, k => row[k])}`))
    if (verdict === undefined) continue
    const { rules, decidedBy } = verdict, decided = rules.find(r => r.rule === decidedBy)
    assert.equal(verdict.granted, decided?.effect === 'allow', told(entity, 'the rule that explain names'))
    assert.equal(verdict.granted, rules.some(r => r.effect === 'allow' && r.holds) && !rules.some(r => r.effect === 'deny' && r.holds), told(entity, 'the rules that explain tells'))
    for (const r of rules) assert.equal(r.clause.holds, r.holds)
    for (const name of Object.keys(verdict.hidden)) {
      const field = entity.fields[name]
      assert.ok(field && !holds(by, entity, row, rights.sees(entity, field)), told(entity, `${name}, which explain says is hidden,`))
    }
    t.explained++
  }
}

/** What comes of a write that is undone at once: its code, or null where it was carried out. */
const attempted = (engine: RunningEngine, part: WritePart, caller: Caller): Promise<string | null> => undone(engine, inner => inner.write(writeRequest(part), caller, run()))
export async function undone(engine: RunningEngine, work: (engine: Engine) => Promise<unknown>): Promise<string | null> {
  const enough = new Error('enough')
  try {
    await engine.within(run(), async inner => {
      await work(inner)
      throw enough
    })
    return null
  } catch (e) {
    if (e === enough) return null
    const failure = toFailure(e)
    if (failure.code === 'internal') throw failure.cause ?? failure
    return failure.code
  }
}

/** Rules of a whole that look at its parts may be true before a write of one and not after. */
function looksAtParts(model: Model, entity: EntityModel): boolean {
  const whole = entity.whole === null ? undefined : model.entities[entity.relations[entity.whole]?.target ?? '']
  if (!whole) return false
  let looks = looksAtParts(model, whole)
  for (const r of whole.rules) if (r.effect === 'allow') visitPredicate(r.when, x => { if (x.kind === 'some') looks = true })
  return looks
}

async function checkWrite(engine: RunningEngine, model: Model, entity: EntityModel, row: Row, verb: 'update' | 'delete', caller: Caller, rights: Rights, by: Judge, pick: Pick, told: (e: EntityModel, what: string) => string, t: Tried): Promise<void> {
  const key = entity.key.map(k => row[k])
  let must = holds(by, entity, row, rights.may(entity, verb)), part: WritePart = { delete: entity.name, key }
  if (verb === 'update') {
    const may = Object.values(entity.fields).filter(f => f.generated === null && (!f.hidden || f.kind === 'secret') && f.reference === null && !f.fixed && !entity.key.includes(f.name))
    if (may.length === 0) return
    const field = pick.of(may)
    part = { update: entity.name, key, body: { [field.name]: row[field.name] ?? null } }
    must &&= holds(by, entity, row, rights.sets(entity, field))
  } else if (looksAtParts(model, entity)) return
  const came = await attempted(engine, part, caller)
  assert.equal(came === null || !denials.has(came), must, `${told(entity, JSON.stringify(part))}\n${came}; the matrix says ${must} by ${JSON.stringify(rights.may(entity, verb))}`)
  ++(must ? t.yes : t.no)[verb]
  const why = await engine.explainWrite({ ...writeRequest(part), kind: verb }, caller, run())
  assert.equal(why.rows[0]?.granted ?? false, holds(by, entity, row, rights.may(entity, verb)), told(entity, `explain of ${verb} on ${JSON.stringify(key)}`))
}

async function checkCreate(engine: RunningEngine, model: Model, entity: EntityModel, rows: Rows, n: number, caller: Caller, rights: Rights, by: Judge, pick: Pick, told: (e: EntityModel, what: string) => string, t: Tried): Promise<void> {
  const fields = Object.values(entity.fields)
  if (looksAtParts(model, entity) || fields.some(f => f.hidden && f.kind !== 'secret' && !f.optional && f.generated === null)) return
  const made = makeRow(pick, model, entity, rows, 500 + n)
  if (made === null) return
  const row: Record<string, Value> = { ...made }, body: Record<string, unknown> = {}
  const given = fields.filter(f => f.generated === null && (!f.hidden || f.kind === 'secret') && (!f.optional || row[f.name] !== null))
  for (const f of fields) if (f.generated === 'tenant') row[f.name] = caller.claims[tenantClaim] ?? null
  for (const f of fields) if (!given.includes(f) && f.generated === null) row[f.name] = null
  for (const f of given) {
    const [head = '', tail] = f.name.split('.')
    if (tail === undefined) body[head] = row[head]
    else body[head] = { ...(body[head] as object | undefined), [tail]: row[f.name] }
  }
  const targets = Object.values(entity.relations).filter(r => r.owner && r.on.every(p => row[p.local] !== null && entity.fields[p.local]?.generated !== 'tenant')).map(r => {
    const target = model.entities[r.target]!
    return { target, row: (rows[r.target] ?? []).find(x => r.on.every(p => x[p.foreign] === row[p.local]))! }
  })
  const lost = targets.some(x => !by.readable(x.target, x.row))
  const must = holds(by, entity, row, rights.may(entity, 'create')) && given.every(f => holds(by, entity, row, rights.sets(entity, f)))
  const came = await attempted(engine, { create: entity.name, body }, caller)
  const denied = came !== null && (denials.has(came) || came === 'row.reference')
  assert.equal(!denied, must && !lost, `${told(entity, `creating ${JSON.stringify(body)}`)}\n${came}; the matrix says ${must} by ${JSON.stringify(rights.may(entity, 'create'))}${lost ? ', and a reference is lost' : ''}`)
  ++(must ? t.yes : t.no).create
}
