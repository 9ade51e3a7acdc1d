// Updates: a body → one row's changes. Mistakes are collected, not thrown: 404, 403 and 412 come before them.
import { suggest } from '../../failure/index.ts'
import { isTenantReference, find, relationOf, type EntityModel, type RelationModel } from '../../model/index.ts'
import { always, parameter, type Assignment, type Atomic, type Update, type Value } from '../../operation/index.ts'
import { atomicOf, readAtomic } from './atomic.ts'
import { fallbackOf, kept, referencesOf, writeComposite, writeField, type Item, type Row, type Writing } from './body.ts'
import { namesOf } from './filter.ts'
import { rowOf } from './find.ts'
import { writeRelation, type Into } from './nested.ts'
import { mistaken } from './place.ts'
import { noSteps, type Finding, type Relate, type Steps } from './steps.ts'

export interface Changed {
  readonly update: Update
  readonly row: Row
  /** What never changes, as the body of a PUT has it. */
  readonly fixed: Readonly<Record<string, Value>>
  readonly steps: Steps
}
/** `replace`: every field the body leaves out is set to its default or to null. `ties`: fields that the row's place gives. `relate`: what relations become; null where they may not be written. */
export interface Changing { readonly replace: boolean; readonly depth: number; readonly ties: readonly string[]; readonly relate: Relate | null }

/** A body's changes of one row. `where`, `expect` and the read-back are the engine's. */
export function changeRow(w: Writing, entity: EntityModel, it: Item | null, { replace, depth, ties, relate }: Changing): Changed {
  if (depth > w.limits.depth) throw mistaken([{ at: it?.at ?? [], detail: `a body may be ${w.limits.depth} relations deep` }])
  const row: Row = {}, fixed: Row = {}, steps = noSteps()
  const slot = w.values.push(row) - 1
  const linked = new Map<string, readonly string[]>(), given = new Set<string>(), atomic = new Map<string, Atomic>()
  const immovable = (name: string) => name === entity.whole || find(entity.relations, name)?.fixed === true
  if (it) {
    for (const [name, raw] of Object.entries(it.body)) {
      const at = [...it.at, name]
      if (raw === undefined) continue
      if (ties.some(n => n === name || n.startsWith(`${name}.`) || entity.fields[n]?.reference === name)) { w.mistakes.push({ at, detail: 'is given by the place in the body: leave it out' }); continue }
      const fields = find(entity.fields, name) ? [name] : Object.keys(entity.fields).filter(x => x.startsWith(`${name}.`))
      const f = find(entity.fields, name)
      if (fields.length && !(f?.hidden && f.kind !== 'secret')) {
        const never = fields.some(n => { const x = entity.fields[n]; return x && (x.fixed || entity.key.includes(n) || (x.reference !== null && immovable(x.reference))) })
        if (never && !replace) { w.mistakes.push({ at, detail: entity.key.includes(name) ? 'is the key and never changes' : 'never changes after creation' }); continue }
        const give = (n: string, v: Value) => { (never ? fixed : row)[n] = v; if (!never) given.add(n) }
        const by = f && atomicOf(f, raw)
        if (f && by) {
          if (replace) w.mistakes.push({ at: [...at, by], detail: 'is for a change (PATCH): here the value itself is said' })
          else readAtomic(w, f, by, raw, at, v => { atomic.set(name, by); row[name] = v })
        // Who may change a state is said by its transitions.
        } else if (f) writeField(w, f.transitions ? { ...f, by: null } : f, raw, at, !f.generated || (never && (f.generated === 'key' || f.generated === 'tenant')), v => give(name, v))
        else writeComposite(w, fields.flatMap(n => entity.fields[n] ?? []), raw, at, give)
        continue
      }
      const relation = find(entity.relations, name)
      if (relation && isTenantReference(entity, relation)) { w.mistakes.push({ at, detail: kept }); continue }
      if (relation && !relation.hidden) {
        if (relate && !replace) {
          const link = (r: RelationModel, by: Finding) => { linked.set(r.name, by.by); row[r.name] = rowOf(by) }
          relate({ w, entity, change: 'update', depth, steps, give: (n, v) => { row[n] = v; given.add(n) }, link, body: it.body }, relation, raw, at)
          continue
        }
        if (!relation.owner || immovable(name)) { w.mistakes.push({ at, detail: relation.owner ? 'never changes after creation' : replace ? 'cannot be written by a replace: change its rows by PATCH, or at their own address' : 'cannot be written in a change of many' }); continue }
        const into: Into = { linked, before: new Map(), after: new Map(), links: new Map() }
        writeRelation(w, entity, relation, raw, at, 0, row, into, it.body)
        if (into.before.size) w.mistakes.push({ at: [...at, 'create'], detail: "'create' cannot be done here. There is connect." })
        continue
      }
      w.mistakes.push({ at, detail: find(entity.derived ?? {}, name) ? kept : `'${name}' does not exist on ${entity.title}.${suggest(name, namesOf(entity))}` })
    }
  }
  const set = Object.values(entity.fields).flatMap((f): Assignment[] => {
    if (f.generated === 'updatedAt') return [{ field: f.name, from: { kind: 'now' } }]
    if (f.generated === 'version') return [{ field: f.name, from: { kind: 'next' } }]
    if (f.reference && linked.has(f.reference)) return [{ field: f.name, from: { kind: 'linked', relation: f.reference, field: relationOf(entity, f.reference).on.find(x => x.local === f.name)?.foreign ?? '' } }]
    const by = atomic.get(f.name)
    if (by) return [{ field: f.name, from: { kind: 'atomic', by } }]
    if (given.has(f.name)) return [{ field: f.name, from: { kind: 'given', otherwise: null } }]
    const stays = !replace || f.generated || f.fixed || f.hidden || f.by || f.transitions || entity.key.includes(f.name) || (f.reference !== null && immovable(f.reference))
    if (stays) return []
    const fallback = fallbackOf(f)
    if (fallback === null) { if (!w.mistakes.some(m => m.at[0] === f.name)) w.mistakes.push({ at: [...(it?.at ?? []), f.name.split('.')[0] ?? f.name], detail: 'is required' }); return [] }
    return [{ field: f.name, from: fallback }]
  })
  const moves = Object.values(entity.fields).flatMap(f => (f.transitions && given.has(f.name) ? [{ field: f.name, to: row[f.name] ?? null }] : []))
  steps.nested.push(...linked.keys())
  return {
    row, fixed, steps,
    update: {
      kind: 'update', entity: entity.name, where: always, expect: null, row: parameter(slot), ...(moves.length > 0 ? { moves } : {}), set, references: referencesOf(entity, set, linked, steps.placed), check: always, whole: null, returning: null,
    },
  }
}
