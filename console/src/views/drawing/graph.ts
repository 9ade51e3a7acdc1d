// What is drawn: entities and how they hang together, or one field's states and what leads from one to another; without places yet.
import type { Entity, States } from '../../application/contract.ts'

/** How many rows of one end a row of the other may have. */
export type End = { readonly many: boolean; readonly optional: boolean } | null
export interface Link { readonly id: string; readonly from: string; readonly to: string; readonly label: string; readonly note: string; readonly fromEnd: End; readonly toEnd: End; readonly owned: boolean; /** Read aloud. */ readonly said: string }
export interface Box { readonly id: string; readonly width: number; readonly height: number }
export interface Graph { readonly boxes: readonly Box[]; readonly links: readonly Link[] }

/** Fields shown in a box. */
export const most = 9
export const fieldsOf = (entity: Entity): Entity['fields'] => entity.fields.filter(f => !f.asked)

export function relationGraph(entities: readonly Entity[], around: string | null): Graph {
  const links = linksOf(entities)
  const near = around === null ? null : new Set([around, ...links.filter(l => l.from === around || l.to === around).flatMap(l => [l.from, l.to])])
  const shown = entities.filter(e => near === null || near.has(e.name))
  return {
    boxes: shown.map(e => {
      const fields = fieldsOf(e), longest = Math.max(e.title.length * 8.6 + 40, ...fields.slice(0, most).map(f => f.name.length * 7.2 + f.kind.length * 6.2 + 52))
      return { id: e.name, width: Math.min(300, Math.max(180, Math.ceil(longest))), height: 42 + 24 * Math.min(fields.length, most) + (fields.length > most ? 24 : 0) + 10 }
    }),
    links: links.filter(l => near === null || l.from === around || l.to === around),
  }
}

/** One link for each relation, whether it is declared at one end or both; from the one to the many. */
export function linksOf(entities: readonly Entity[]): readonly Link[] {
  const byName = new Map(entities.map(e => [e.name, e])), links: Link[] = [], seen = new Set<string>()
  for (const entity of entities) {
    for (const r of entity.relations) {
      const other = byName.get(r.to)
      const id = `${entity.name}.${r.name}`
      if (other === undefined || seen.has(id)) continue
      seen.add(id)
      if (r.inverse !== null) seen.add(`${r.to}.${r.inverse}`)
      const there = { many: r.many, optional: r.optional }
      const back = r.inverse === null ? undefined : other.relations.find(x => x.name === r.inverse)
      const here = { many: r.manyBack, optional: back === undefined ? true : back.optional }
      // The keeper of the key is the many's side as a rule: it is drawn behind.
      const turned = r.by.length > 0
      const names = [r.name, ...(r.inverse === null ? [] : [r.inverse])]
      const label = turned ? names.toReversed().join(' · ') : names.join(' · ')
      const owned = r.owned || back?.owned === true
      const said = `${entity.title} ${r.name}: ${howMany(there)} ${other.title}${r.inverse === null ? '' : `; ${other.title} ${r.inverse}: ${howMany(here)} ${entity.title}`}`
      links.push(turned ? { id, from: r.to, to: entity.name, label, note: '', fromEnd: there, toEnd: here, owned, said } : { id, from: entity.name, to: r.to, label, note: '', fromEnd: here, toEnd: there, owned, said })
    }
  }
  return links
}

export const howMany = ({ many, optional }: { readonly many: boolean; readonly optional: boolean }): string => (many ? 'any number of' : optional ? 'at most one' : 'exactly one')
export const sign = (end: NonNullable<End>): string => (end.many ? '∗' : end.optional ? '0..1' : '1')

export function stateGraph({ states, transitions }: States): Graph {
  return {
    boxes: states.map(s => ({ id: s, width: Math.max(96, s.length * 8.4 + 44), height: 40 })),
    links: transitions.flatMap(t => t.from.map(from => ({
      id: `${t.name} ${from}`, from, to: t.to, label: t.name, note: [t.by === null ? '' : `by ${t.by.join(', ')}`, t.when === null ? '' : `when ${t.when.length > 48 ? `${t.when.slice(0, 46)}…` : t.when}`].filter(x => x !== '').join(', '), fromEnd: null, toEnd: null, owned: false,
      said: `${t.name}: from ${from} to ${t.to}${t.by === null ? '' : `, by ${t.by.join(' or ')}`}${t.when === null ? '' : `, when ${t.when}`}`,
    }))),
  }
}
