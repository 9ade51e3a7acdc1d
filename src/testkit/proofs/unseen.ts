// Non-interference: rows and fields that a caller may not see are changed, added and taken away, and no answer, count, order or failure of its reads changes.
import type { EntityModel, Model } from '../../model/index.ts'
import type { Row, Rows } from '../judge.ts'
import { makeRead, type Ground } from '../arbitrary/reads.ts'
import { clashes } from '../arbitrary/rows.ts'
import type { ReadPart, RowsPart } from '../request.ts'
import { Unsaid, type Call } from '../stories/index.ts'
import { judged, type Asker, type Proven, type World } from './proof.ts'
import { draw } from './values.ts'
import { drawRow, valuesOf } from './world.ts'

/** Reads of each caller, and changes that are tried for it. */
const reads = 8, tries = 40, most = 6

export async function proveUnseen(world: World): Promise<Proven> {
  const { model, rows, askers, carries, pick } = world
  const wrong: string[] = []
  let asked = 0, changed = 0
  // Those from whom something is kept; of whom all is seen, nothing is to be shown.
  const some = askers.filter(({ by }) => Object.values(model.entities).some(e => !e.hidden && (rows[e.name] ?? []).some(r => !by.readable(e, r)))).slice(0, most)
  for (const asker of some) {
    const other = unseenChanges(world, asker)
    if (other.changed === 0) continue
    changed += other.changed
    const ground: Ground = { model, rows, polite: { closed: asker.by.closed, hidden: asker.by.hiddenAlways } }
    const calls = Array.from({ length: reads }, () => callOf(makeRead(pick, ground))).filter(call => call !== null)
    await world.load(rows)
    const before: (string | null)[] = []
    for (const call of calls) for (const { carry } of carries) before.push(await outcome(carry(asker.who, call)))
    await world.load(other.rows)
    let i = 0
    for (const call of calls) {
      for (const { name, carry } of carries) {
        const after = await outcome(carry(asker.who, call)), was = before[i++]
        if (after === null && was === null) continue
        asked++
        if (after !== was) wrong.push(`${asker.who.name} through ${name} learns of what it may not see: ${call.entity}.${call.method}(${JSON.stringify(call.given)})`, `  answered  ${was?.slice(0, 300) ?? ''}`, `  and then  ${after?.slice(0, 300) ?? ''}`)
      }
    }
  }
  await world.load(rows)
  return {
    ok: wrong.length === 0, details: wrong.slice(0, 12),
    says: changed === 0 ? 'nothing is kept from anybody, so there is nothing that could show' : `what is not seen does not show: ${asked} reads of ${some.length} callers, before and after ${changed} changes of what they may not see`,
  }
}

/** null: there are no words to ask. */
async function outcome(came: Promise<unknown>): Promise<string | null> {
  try {
    return JSON.stringify(await came, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v))
  } catch (error) {
    if (error instanceof Unsaid) return null
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
    if (typeof code !== 'string' || code === 'internal') throw error
    return `${code}: ${String(message)}`
  }
}

/** A read as `db` asks it; null where it has no such read. */
function callOf(part: ReadPart): Call | null {
  const asked = (r: RowsPart): object => ({
    ...(r.filter === undefined ? {} : { where: r.filter }), ...(r.sort?.length ? { sort: r.sort } : {}), ...(r.fields ? { fields: r.fields } : {}), ...(r.size === undefined ? {} : { first: r.size }),
    ...(r.include ? { include: Object.fromEntries(Object.entries(r.include).map(([name, of]) => [name, Object.keys(of).length === 0 ? true : asked(of)])) } : {}),
  })
  // A total over an empty condition has no query string.
  if ('aggregate' in part) return /\{\}|\[\]/.test(JSON.stringify(part.filter ?? null)) ? null : { entity: part.aggregate, method: 'aggregate', given: [{ ...asked(part), measure: part.measure, ...(part.group ? { group: part.group } : {}) }] }
  if ('get' in part) return part.key.length === 1 ? { entity: part.get, method: 'get', given: [part.key[0], asked(part)] } : null
  if (part.of !== undefined) return null
  return { entity: part.find, method: 'find', given: [{ ...asked(part), ...(part.count === undefined ? {} : { count: 'exact' }) }] }
}

/** The same rows but for some that this caller may not see or that hide fields from it: tried one by one, kept where what it sees stays the same to the last value. */
function unseenChanges(world: World, asker: Asker): { readonly rows: Rows; readonly changed: number } {
  const { model, pick } = world
  const view = (of: Rows): string => {
    const by = judged(model, of, asker.caller)
    return JSON.stringify(Object.values(model.entities).map(e => (of[e.name] ?? []).filter(r => e.hidden || by.readable(e, r)).map(r =>
      Object.entries(r).map(([f, v]) => (e.fields[f]?.hidden === true || by.hidden(e, r, f) ? null : v)))))
  }
  const seen = view(world.rows)
  let current = world.rows, changed = 0
  const exposed = Object.values(model.entities).filter(e => !e.hidden && !e.readOnly && (world.rows[e.name] ?? []).length > 0)
  for (let i = 0; i < tries && exposed.length > 0; i++) {
    const candidate = change(world, current, pick.of(exposed), asker, 500 + i)
    if (candidate && view(candidate) === seen) { current = candidate; changed++ }
  }
  return { rows: current, changed }
}

function change({ model, pick, drawing }: World, rows: Rows, entity: EntityModel, { caller }: Asker, n: number): Rows | null {
  const by = judged(model, rows, caller)
  const mine = rows[entity.name] ?? []
  const unseen = mine.filter(r => !by.readable(entity, r))
  const roll = pick.nat(99)
  if (roll < 25) {
    const row = drawRow(drawing, entity, rows, n)
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
  const value = field.optional && pick.chance(25) ? null : draw(pick, field, valuesOf(drawing, entity, field))
  if (value === undefined || JSON.stringify(value) === JSON.stringify(row[field.name])) return null
  const next: Row = { ...row, [field.name]: value }
  return { ...rows, [entity.name]: mine.map(r => (r === row ? next : r)) }
}

/** Whether some row points at this one. */
const referred = (model: Model, rows: Rows, entity: EntityModel, row: Row): boolean => Object.values(model.entities).some(e => Object.values(e.relations).some(r =>
  r.owner && r.target === entity.name && (rows[e.name] ?? []).some(x => r.on.every(p => x[p.local] === row[p.foreign]))))
