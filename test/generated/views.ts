// The property: whatever is asked, the answer is that of an open application which holds only what the caller sees. It includes that no answer holds a hidden
// row or field, and that no count, order or page tells of one.
import assert from 'node:assert/strict'
import type { RunningEngine } from '../../src/engine/index.ts'
import { makeRead } from '../../src/testkit/arbitrary/reads.ts'
import { same } from '../../src/testkit/check.ts'
import type { Find } from '../../src/testkit/request.ts'
import type { Caller } from '../../src/model/index.ts'
import { ask, drawMore, kinds, oracle, refusable, type Came, type Drawn } from './world.ts'

export interface Tally { readonly hid: Map<string, number>; asked: number; answered: number; refused: number; rows: number }
/** How much each kind of rule hid, as one line; throws where one hid nothing. */
export function said(t: Tally): string {
  assert.deepEqual(kinds.filter(k => !t.hid.get(k)), [], 'kinds of rules that hid nothing in this run')
  return `asked ${t.asked}, answered ${t.answered} with ${t.rows} rows, refused ${t.refused}; hid by ${kinds.map(k => `${k} ${t.hid.get(k) ?? 0}`).join(', ')}`
}
export const tally = (): Tally => ({ hid: new Map(), asked: 0, answered: 0, refused: 0, rows: 0 })

/** Asks `count` random reads of one drawn model, shared among its callers. */
export async function checkViews(drawn: Drawn, index: number, engine: RunningEngine, count: number, t: Tally): Promise<void> {
  const { model, rows, callers } = drawn
  const oracles = await Promise.all(callers.map(c => oracle(model, rows, c)))
  let turn = 0
  const parts = drawMore(index, count, pick => {
    const by = oracles[turn++ % callers.length]?.by
    return makeRead(pick, by && pick.chance(90) ? { model, rows, polite: { closed: by.closed, hidden: by.hiddenAlways } } : { model, rows })
  })
  for (const o of oracles) o.by.tally(t.hid)
  for (const [i, part] of parts.entries()) {
    const who = i % callers.length, caller = callers[who], o = oracles[who]
    if (!caller || !o) throw new Error('no caller')
    const estimate = 'find' in part && part.count === 'estimate'
    const is = await ask(engine, part, caller)
    // Where rules hide nothing an estimate is the planner's, or cannot be had; elsewhere it is exact (fine print 6).
    const must = await o.answer(estimate ? { ...part, count: 'exact' } : part)
    t.asked++
    const where = () => `model ${index}, read ${i}: ${JSON.stringify(part)}\nas ${describe(caller)}`
    if (is.failure && (is.failure.code === 'caller.forbidden' || is.failure.code === 'caller.unknown')) {
      t.refused++
      assert.ok(refusable(model, o.by, part), `refused, though nothing but data could tell\n${where()}`)
      continue
    }
    if (estimate && is.failure?.code === 'store.unsupported') continue
    // What is asked costs too much whatever it names; the oracle, which lacks hidden fields, finds one of them named first.
    if (is.failure?.code === 'resolve.limit' && must.failure?.code === 'resolve.value') continue
    const guessed = estimate && !o.hides(part.of ? targetOf(drawn, part) : part.find)
    compareAnswers(guessed ? { ...is, total: must.total } : is, must, where)
    if (!is.failure) { t.answered++; t.rows += Array.isArray(is.data) ? is.data.length : 1 }
  }
}

const targetOf = ({ model }: Drawn, part: Find): string => model.entities[part.find]?.relations[part.of?.relation ?? '']?.target ?? part.find

/** The failure's code, or the whole answer but its cursors. */
export function compareAnswers(is: Came, must: Came, where: () => string): void {
  assert.equal(is.failure?.code, must.failure?.code, `${is.failure?.message ?? ''} / ${must.failure?.message ?? ''}\n${where()}`)
  assert.ok(same(is.data, must.data), `answered ${JSON.stringify(is.data)}\nmust be  ${JSON.stringify(must.data)}\n${where()}`)
  assert.deepEqual([is.total, is.more, is.cut], [must.total, must.more, must.cut], where())
}

export const describe = (c: Caller): string => JSON.stringify({ ...c, roles: [...c.roles] })
