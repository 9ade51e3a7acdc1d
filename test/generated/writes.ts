// The property: whatever is written, PostgreSQL does what the memory store does: the same failure, the same answer, and the same rows are there afterwards.
import assert from 'node:assert/strict'
import type pg from 'pg'
import type { RunningEngine } from '../../src/engine/index.ts'
import { toFailure, type Failure } from '../../src/failure/index.ts'
import type { Caller, EntityModel, Model } from '../../src/model/index.ts'
import type { Value } from '../../src/operation/index.ts'
import type { MemoryStore } from '../../src/stores/memory/index.ts'
import type { Change, Changes, Store } from '../../src/stores/index.ts'
import { makeWrite } from '../../src/testkit/arbitrary/writes.ts'
import { same } from '../../src/testkit/check.ts'
import { writeRequest, type WritePart } from '../../src/testkit/request.ts'
import { drawMore, run, type Drawn } from './world.ts'
import { describe } from './views.ts'

export interface Written { wrote: number; readonly failed: Map<string, number> }
export const nothingWritten = (): Written => ({ wrote: 0, failed: new Map() })

interface Came { readonly bodies: readonly unknown[]; readonly keys: readonly (readonly Value[])[]; readonly failure: Failure | null }

async function write(engine: RunningEngine, part: WritePart, caller: Caller): Promise<Came> {
  try {
    const a = await engine.write(writeRequest(part), caller, run())
    return { bodies: a.bodies.map(b => (b === null ? null : JSON.parse(typeof b === 'string' ? b : Buffer.from(b).toString('utf8')) as unknown)), keys: a.keys, failure: null }
  } catch (e) {
    const failure = toFailure(e)
    if (failure.code === 'internal') throw new Error(`internal: ${JSON.stringify(part)} as ${describe(caller)}`, { cause: failure.cause ?? failure })
    return { bodies: [], keys: [], failure }
  }
}

/** Keys that each store makes itself are called by the order they were made in. */
class Names {
  readonly #known = new Map<string, string>()
  readonly #stored: ReadonlySet<string>
  constructor(stored: ReadonlySet<string>) { this.#stored = stored }
  /** Made in the order of their time; where rows lie is each store's own. */
  learn(v: unknown): void {
    for (const key of [...new Set(JSON.stringify(v).match(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g) ?? [])].sort()) this.of(key)
  }
  of(v: unknown): unknown {
    if (typeof v === 'string' && /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/.test(v) && !this.#stored.has(v)) {
      const name = this.#known.get(v) ?? `made ${this.#known.size + 1}`
      this.#known.set(v, name)
      return name
    }
    if (Array.isArray(v)) return v.map(x => this.of(x))
    if (typeof v === 'object' && v !== null) return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, this.of(x)]))
    return v
  }
}

/** Carries out `count` random writes on both, one after the other, and compares after each. Both hold the drawn rows. */
export async function checkWrites(drawn: Drawn, index: number, oracle: { engine: RunningEngine; store: MemoryStore }, subject: { engine: RunningEngine; store: Store; client: pg.Client }, count: number, t: Written): Promise<void> {
  const { model, rows, callers } = drawn
  const parts = drawMore(5000 + index, count, pick => {
    const part = makeWrite(pick, { model, rows }, 100 + pick.nat(1000) * 100)
    // What touches many entities is seldom allowed to anybody but the system.
    const much = 'update' in part && JSON.stringify(part.body).includes('":{"')
    const [firm] = rows['firm'] ?? []
    return { part, caller: pick.chance(much ? 80 : 50) ? null : pick.of([...callers.filter(c => c.id !== null), null]), in: model.tenant !== undefined && firm ? { tenant: pick.of(rows['firm'] ?? [])['id'] ?? null } : undefined }
  })
  const stored = new Set(JSON.stringify(rows).match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? [])
  const left = new Names(stored), right = new Names(stored)
  let told: readonly [string, string] = [await logOf(subject.store).now(run()), await logOf(oracle.store).now(run())]
  for (const [i, { part, caller, in: scope }] of parts.entries()) {
    const numbers = await sequences(subject.client, model)
    const is = await write(subject.engine, part, caller ?? subject.engine.system('a generated write', scope))
    const must = await write(oracle.engine, part, caller ?? oracle.engine.system('a generated write', scope))
    const where = () => `model ${index}, write ${i}: ${JSON.stringify(part)}\nas ${caller ? describe(caller) : 'the system'}`
    assert.equal(is.failure?.code, must.failure?.code, `${is.failure?.message ?? ''} ${String((is.failure?.cause as Error | undefined)?.message ?? '')} / ${must.failure?.message ?? ''} ${JSON.stringify(must.failure?.facts)}\n${where()}`)
    if (is.failure) {
      // A write that failed has used up numbers; the memory store gives them back.
      for (const [name, last] of numbers) await subject.client.query('select setval($1, $2)', [name, last])
      t.failed.set(is.failure.code, (t.failed.get(is.failure.code) ?? 0) + 1)
      if (is.failure.code === 'caller.forbidden' || is.failure.code === 'row.reference') assert.deepEqual(is.failure.at, must.failure?.at, where())
      assert.deepEqual(is.failure.facts, must.failure?.facts, where())
    } else {
      t.wrote++
      const [a, b] = [left.of([is.keys, is.bodies]), right.of([must.keys, must.bodies])]
      assert.ok(same(a, b), `answered ${JSON.stringify(a)}\nmust be  ${JSON.stringify(b)}\n${where()}`)
    }
    const touched = is.failure ? [] : Object.values(model.entities)
    const all: Record<string, readonly Record<string, unknown>[]> = {}
    for (const e of touched) all[e.name] = await dump(subject.client, model, e)
    if (touched.length > 0) { left.learn(all); right.learn(oracle.store.dump()) }
    for (const e of touched) {
      const [a, b] = [left.of(all[e.name] ?? []), right.of((oracle.store.dump()[e.name] ?? []).map(r => comparable(e, r)))]
      const sorted = (x: unknown) => (x as unknown[]).map(r => JSON.stringify(r)).sort()
      assert.deepEqual(sorted(a), sorted(b), `${e.name} afterwards\n${where()}`)
    }
    // Both tell the same changes. Of those of one write, none is of a row that another is of.
    const [is_, must_] = [await toldBy(subject.store, told[0]), await toldBy(oracle.store, told[1])]
    const lines = (names: Names, of: readonly Change[]) => of.map(c => JSON.stringify(names.of(ordered([c.entity, c.verb, c.key, timeless(c.before), timeless(c.after), c.caller, c.reason] as Value)))).sort()
    assert.deepEqual(lines(left, is_.changes), lines(right, must_.changes), `changes told\n${where()}`)
    told = [is_.position, must_.position]
  }
}

const logOf = (store: Store): Changes => store.changes ?? assert.fail(`${store.name} keeps no log`)
const toldBy = (store: Store, after: string) => logOf(store).read(after, 1000, run())
/** Made by each store's own clock. */
const timeless = (row: Change['after']): Change['after'] => row && Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'createdAt'))

async function sequences(client: pg.Client, model: Model): Promise<readonly (readonly [name: string, last: string])[]> {
  const out: (readonly [string, string])[] = []
  for (const e of Object.values(model.entities)) {
    for (const f of Object.values(e.fields)) {
      if (f.generated !== 'identity') continue
      const { rows: [row] } = await client.query<{ name: string; last: string }>(`select pg_get_serial_sequence($1, $2) as name, pg_sequence_last_value(pg_get_serial_sequence($1, $2)) as last`, [e.table.name, f.column])
      if (row?.last) out.push([row.name, row.last])
    }
  }
  return out
}

/** A row as both can say it: times the stores made themselves are left out, json has one order of members. */
function comparable(e: EntityModel, row: Readonly<Record<string, Value>>): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const f of Object.values(e.fields)) {
    if (f.generated === 'createdAt' || f.generated === 'updatedAt') continue
    out[f.name] = f.scalar === 'json' ? ordered(row[f.name] ?? null) : row[f.name] ?? null
  }
  return out
}
const ordered = (v: Value): Value => (typeof v === 'object' && v !== null && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, x]) => [k, ordered(x)])) : Array.isArray(v) ? v.map(ordered) : v)

async function dump(client: pg.Client, model: Model, e: EntityModel): Promise<readonly Record<string, unknown>[]> {
  const fields = Object.values(e.fields)
  const q = (n: string) => `"${n}"`
  const { rows } = await client.query<{ r: Record<string, Value> }>(`select to_jsonb(t) as r from (select ${fields.map(f => (f.scalar === 'bytes' && !f.list
    ? `rtrim(translate(encode(${q(f.column)}, 'base64'), E'+/\\n', '-_'), '=') as ${q(f.column)}`
    : ['bigint', 'decimal'].includes(f.scalar) ? `${q(f.column)}::text${f.list ? '[]' : ''}` : q(f.column))).join(', ')} from ${q(e.table.name)}) t`)
  return rows.map(({ r }) => comparable(e, Object.fromEntries(fields.map(f => [f.name, r[f.column] ?? null]))))
}
