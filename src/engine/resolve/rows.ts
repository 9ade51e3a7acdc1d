// How many rows of a list, and in which order.
import { suggest, type At } from '../../failure/index.ts'
import { entityOf, find, sortable, type DerivedModel, type EntityModel } from '../../model/index.ts'
import { always, type Counted, type Hop, type Order } from '../../operation/index.ts'
import { namesOf, type Resolving } from './filter.ts'

/** What a request has come to so far: relations included, rows if every page is full. */
export interface Budget { includes: number; cost: number }

/** `least`: 0 where a list may be asked for without its rows. */
export function size(c: Resolving, entity: EntityModel, asked: number | undefined, at: At, least = 1): number {
  if (asked === undefined) return entity.page.size
  if (Number.isInteger(asked) && asked >= least && asked <= entity.page.max) return asked
  c.mistakes.add(at, `must be a whole number from ${least} to ${entity.page.max}`, 'resolve.limit')
  return 1
}

/** The fields that tell rows apart: the key; without one, all that can be compared, so that only rows that are alike have no order. */
const totalOrder = (entity: EntityModel): readonly string[] => (entity.key.length > 0 ? entity.key
  : Object.values(entity.fields).filter(f => sortable(f) && !f.hidden && !entity.rules.some(r => r.effect === 'hide' && r.fields.includes(f.name))).map(f => f.name))
/** Why nothing is sorted or measured by a derived field. */
export const whenRead = 'it is computed when it is read'

/** A derived field in a selection, under a name of its own. */
export const countedOf = (d: DerivedModel, as: string): Counted => ({ as, fn: d.fn, relation: d.relation, where: d.where })

/** Total: the key is appended. */
export function sorted(c: Resolving, entity: EntityModel, sorts: readonly string[], at: At): readonly Order[] {
  if (sorts.length > c.limits.sorts) c.mistakes.add(at, `at most ${c.limits.sorts} sort keys`, 'resolve.limit')
  const order: Order[] = []
  sorts.slice(0, c.limits.sorts).forEach((text, i) => {
    const dir = text.startsWith('-') ? 'desc' : 'asc'
    const path = text.replace(/^-/, '').split('.')
    const via: Hop[] = []
    let here = entity
    while (path.length > 1 && !find(here.fields, path.join('.'))) {
      const name = path.shift() ?? ''
      const relation = find(here.relations, name)
      if (!relation || relation.hidden) { c.mistakes.add([...at, i], `'${name}' is not a relation of ${here.title}.${suggest(name, Object.keys(here.relations))}`); return }
      if (!relation.one) { c.mistakes.add([...at, i], `cannot sort by '${text}': ${name} is a list`); return }
      if (via.length >= c.limits.depth) { c.mistakes.add([...at, i], `sort may be ${c.limits.depth} relations deep`, 'resolve.limit'); return }
      via.push({ relation: name, where: always })
      here = entityOf(c.model, relation.target)
    }
    const name = path.join('.')
    const f = find(here.fields, name)
    if (!f || f.hidden) { c.mistakes.add([...at, i], find(here.derived ?? {}, name) ? `cannot sort by '${name}': ${whenRead}` : `'${name}' does not exist on ${here.title}.${suggest(name, namesOf(here))}`); return }
    if (!sortable(f)) { c.mistakes.add([...at, i], `cannot sort by '${name}': a ${f.list ? 'list' : f.kind} has no order`); return }
    if (!order.some(o => o.by.name === f.name && o.by.via.map(h => h.relation).join('.') === via.map(h => h.relation).join('.'))) {
      order.push({ by: { name: f.name, as: f.scalar, via, shown: always }, dir })
    }
  })
  for (const name of totalOrder(entity)) {
    const f = entity.fields[name]
    if (f && !order.some(o => o.by.via.length === 0 && o.by.name === name)) order.push({ by: { name, as: f.scalar, via: [], shown: always }, dir: order[0]?.dir ?? 'asc' })
  }
  return order
}
