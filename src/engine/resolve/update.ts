// Updates: a body → one row's changes. Mistakes are collected, not thrown: 404, 403 and 412 come before them.
import { suggest } from '../../failure/index.ts'
import { find, relationOf, type EntityModel } from '../../model/index.ts'
import { always, parameter, type Assignment, type Atomic, type Update, type Value } from '../../operation/index.ts'
import { atomicOf, readAtomic } from './atomic.ts'
import { begin, done, fallbackOf, item, kept, referencesOf, writeComposite, writeField, type ResolvedWrite, type Row, type WriteOptions } from './body.ts'
import { namesOf } from './filter.ts'
import { writeRelation, type Into } from './nested.ts'

/** `replace`: every field the body leaves out is set to its default or to null. `where`, `expect` and the read-back are the engine's. */
export function resolveUpdate(options: WriteOptions, entity: EntityModel, body: unknown, replace: boolean): ResolvedWrite<Update> & { readonly fixed: Readonly<Record<string, Value>> } {
  const w = begin(options)
  const row: Row = {}, fixed: Row = {}
  const slot = w.values.push(row) - 1
  const linked = new Map<string, readonly string[]>(), given = new Set<string>(), atomic = new Map<string, Atomic>()
  const immovable = (name: string) => name === entity.whole || find(entity.relations, name)?.fixed === true
  for (const it of item(w, body, [], null)) {
    for (const [name, raw] of Object.entries(it.body)) {
      const at = [name]
      if (raw === undefined) continue
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
        } else if (f) writeField(w, f.transitions ? { ...f, by: null } : f, raw, at, !f.generated || (never && f.generated === 'key'), v => give(name, v))
        else writeComposite(w, fields.flatMap(n => entity.fields[n] ?? []), raw, at, give)
        continue
      }
      const relation = find(entity.relations, name)
      if (relation && !relation.hidden) {
        if (!relation.owner || immovable(name)) { w.mistakes.push({ at, detail: relation.owner ? 'never changes after creation' : `cannot be written in a change${relation.through ? '' : ': write its rows at their own address'}` }); continue }
        const into: Into = { linked, before: new Map(), after: new Map(), links: new Map() }
        writeRelation(w, entity, relation, raw, at, 0, row, into, it.body)
        if (into.before.size) w.mistakes.push({ at: [name, 'create'], detail: "'create' cannot be done in a change. There is connect." })
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
    if (fallback === null) { if (!w.mistakes.some(m => m.at[0] === f.name)) w.mistakes.push({ at: [f.name.split('.')[0] ?? f.name], detail: 'is required' }); return [] }
    return [{ field: f.name, from: fallback }]
  })
  const moves = Object.values(entity.fields).flatMap(f => (f.transitions && given.has(f.name) ? [{ field: f.name, to: row[f.name] ?? null }] : []))
  return {
    ...done<Update>(w, {
      kind: 'update', entity: entity.name, where: always, expect: null, row: parameter(slot), ...(moves.length > 0 ? { moves } : {}), set, references: referencesOf(entity, set, linked), check: always, whole: null, returning: null,
    }, [...linked.keys()]),
    fixed,
  }
}
