// Changes of rows and fields a caller may not see: tried one by one, kept only where what the caller sees stays the same to the last value.
import type { Caller, EntityModel, Model } from '../../src/model/index.ts'
import { clashes, makeRow, type Row, type Rows } from '../../src/testkit/arbitrary/rows.ts'
import type { Pick } from '../../src/testkit/arbitrary/pick.ts'
import { valueFor } from '../../src/testkit/arbitrary/values.ts'
import { judge } from '../../src/testkit/judge.ts'
import { now } from './world.ts'

/** The same rows but for some that this caller may not see or that hide fields from it; `changed` counts them. */
export function unseenChanges(pick: Pick, model: Model, rows: Rows, caller: Caller, tries: number): { readonly rows: Rows; readonly changed: number } {
  // Values of secrets and of fields hidden from everyone are no part of what is seen.
  const viewed = (of: Rows): string => JSON.stringify(judge(model, of, caller, now).view(), (name, v: unknown) => (kept.has(name) ? undefined : v))
  const kept = new Set(Object.values(model.entities).flatMap(e => Object.values(e.fields).filter(f => f.hidden && Object.values(model.entities).every(x => x.fields[f.name]?.hidden !== false)).map(f => f.name)))
  const seen = viewed(rows)
  let current = rows, changed = 0
  const exposed = Object.values(model.entities).filter(e => !e.hidden)
  for (let i = 0; i < tries; i++) {
    const entity = pick.of(exposed)
    const candidate = change(pick, model, current, entity, judge(model, current, caller, now), 500 + i)
    if (candidate && viewed(candidate) === seen) { current = candidate; changed++ }
  }
  return { rows: current, changed }
}

function change(pick: Pick, model: Model, rows: Rows, entity: EntityModel, by: ReturnType<typeof judge>, n: number): Rows | null {
  const mine = rows[entity.name] ?? []
  const unseen = mine.filter(r => !by.readable(entity, r))
  const roll = pick.nat(99)
  if (roll < 25) {
    const row = makeRow(pick, model, entity, rows, n)
    return row && !clashes(entity, mine, row) ? { ...rows, [entity.name]: [...mine, row] } : null
  }
  if (roll < 45) {
    const free = unseen.filter(r => !referred(model, rows, entity, r))
    if (free.length === 0) return null
    const gone = pick.of(free)
    return { ...rows, [entity.name]: mine.filter(r => r !== gone) }
  }
  if (mine.length === 0) return null
  const row = unseen.length > 0 && pick.chance(60) ? pick.of(unseen) : pick.of(mine)
  const plain = Object.values(entity.fields).filter(f => f.reference === null && f.generated === null && !entity.key.includes(f.name) && !entity.uniques.some(u => u.fields.includes(f.name)))
  const hidden = plain.filter(f => !by.readable(entity, row) || by.hidden(entity, row, f.name) || f.hidden)
  if (hidden.length === 0) return null
  const field = pick.of(hidden)
  const next: Row = { ...row, [field.name]: field.optional && pick.chance(25) ? null : valueFor(pick, field) }
  return JSON.stringify(next) === JSON.stringify(row) ? null : { ...rows, [entity.name]: mine.map(r => (r === row ? next : r)) }
}

/** Whether some row points at this one. */
function referred(model: Model, rows: Rows, entity: EntityModel, row: Row): boolean {
  return Object.values(model.entities).some(e => Object.values(e.relations).some(r => r.owner && r.target === entity.name
    && (rows[e.name] ?? []).some(x => r.on.every(p => x[p.local] === row[p.foreign]))))
}
