// Random reads of a model: filters of every operator, sorts through relations, pages, includes, counts, aggregates.
import type { EntityModel, FieldModel, Model, RelationModel } from '../../model/index.ts'
import type { Value } from '../../operation/index.ts'
import type { Aggregated, Find, Get, ReadPart, RowsPart } from '../request.ts'
import type { Pick } from './pick.ts'
import type { Rows } from './rows.ts'
import { valueFor } from './values.ts'

/** `polite` leaves out what the caller would be refused for naming, so that most random reads have an answer. */
export interface Ground {
  readonly model: Model
  readonly rows: Rows
  readonly polite?: { readonly closed: (entity: EntityModel) => boolean; readonly hidden: (entity: EntityModel, field: string) => boolean }
}

function exposed(ground: Ground): readonly EntityModel[] {
  const all = Object.values(ground.model.entities).filter(e => !e.hidden)
  const open = all.filter(e => !ground.polite?.closed(e))
  return open.length > 0 ? open : all
}
const targetOf = (ground: Ground, r: RelationModel): EntityModel => {
  const found = ground.model.entities[r.target]
  if (!found) throw new Error(`no entity ${r.target}`)
  return found
}
const visible = (ground: Ground, entity: EntityModel): readonly FieldModel[] => Object.values(entity.fields).filter(f => !f.hidden && !ground.polite?.hidden(entity, f.name))
/** Relations that may be named: not those whose reference, on whichever side it is, is hidden from the caller. */
const relations = (ground: Ground, entity: EntityModel): readonly RelationModel[] => Object.values(entity.relations).filter(r => !r.hidden && (r.through !== null || !r.on.some(pair =>
  ground.polite?.hidden(r.owner ? entity : targetOf(ground, r), r.owner ? pair.local : pair.foreign))))
const sortable = (f: FieldModel): boolean => !f.list && f.scalar !== 'json' && f.scalar !== 'duration'

/** A value the field may have: of a stored row, or any of its kind. */
function value(pick: Pick, ground: Ground, entity: EntityModel, field: FieldModel): Value {
  const stored = ground.rows[entity.name] ?? []
  const found = stored.length > 0 && pick.chance(60) ? pick.of(stored)[field.name] ?? null : null
  if (found !== null && !Array.isArray(found)) return found
  return valueFor(pick, { kind: field.kind, list: false })
}

/** `set` under a name that may have a dot: the parts of a composite reference are one object on the wire. */
function put(into: Record<string, unknown>, name: string, of: unknown): void {
  const dot = name.indexOf('.')
  if (dot < 0) into[name] = of
  else into[name.slice(0, dot)] = { [name.slice(dot + 1)]: of }
}

export function filter(pick: Pick, ground: Ground, entity: EntityModel, depth: number): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  const parts = 1 + (pick.chance(15) ? 1 : 0)
  for (let i = 0; i < parts; i++) {
    const roll = pick.nat(99)
    const deeper = relations(ground, entity)
    if (roll < 12 && depth > 0) out['or'] = [filter(pick, ground, entity, depth - 1), filter(pick, ground, entity, depth - 1)]
    else if (roll < 22 && depth > 0) out['not'] = filter(pick, ground, entity, depth - 1)
    else if (roll < 27 && depth > 0) out['and'] = [filter(pick, ground, entity, depth - 1), filter(pick, ground, entity, depth - 1)]
    else if (roll < 50 && depth > 0 && deeper.length > 0) {
      const r = pick.of(deeper), inner = filter(pick, ground, targetOf(ground, r), depth - 1)
      out[r.name] = r.one ? (pick.chance(15) ? { null: pick.chance(50) } : inner) : { some: pick.chance(15) ? {} : inner }
    } else {
      const f = pick.of(visible(ground, entity))
      put(out, f.name, comparison(pick, ground, entity, f))
    }
  }
  return out
}

function comparison(pick: Pick, ground: Ground, entity: EntityModel, f: FieldModel): unknown {
  const one = () => value(pick, ground, entity, f)
  if (f.list) return f.optional && pick.chance(30) ? { null: pick.chance(50) } : { has: one() }
  if (f.scalar === 'json' || f.scalar === 'duration') return { null: pick.chance(50) }
  const ranges = f.scalar === 'boolean' ? [] : ['lt', 'lte', 'gt', 'gte']
  const texts = f.scalar === 'text' ? ['contains', 'containsi', 'startsWith', 'startsWithi', 'endsWith', 'endsWithi'] : []
  const op = pick.of(['eq', 'plain', 'not', 'in', 'null', ...ranges, ...texts])
  switch (op) {
    case 'plain': return one()
    case 'in': return { in: [one(), one(), one()] }
    case 'null': return { null: pick.chance(50) }
    case 'not': return pick.chance(20) && f.optional ? { not: null } : { not: one() }
    case 'eq': case 'lt': case 'lte': case 'gt': case 'gte': return { [op]: one() }
    default: {
      const text = String(one())
      const from = pick.nat(Math.max(0, [...text].length - 1))
      return { [op]: [...text].slice(from, from + 1 + pick.nat(2)).join('') }
    }
  }
}

export function sort(pick: Pick, ground: Ground, entity: EntityModel): readonly string[] {
  return Array.from({ length: pick.nat(2) + (pick.chance(50) ? 1 : 0) }, () => {
    let here = entity
    const path: string[] = []
    while (path.length < 2 && pick.chance(35)) {
      const ones = relations(ground, here).filter(r => r.one)
      if (ones.length === 0) break
      const r = pick.of(ones)
      path.push(r.name)
      here = targetOf(ground, r)
    }
    const f = pick.of(visible(ground, here).filter(sortable))
    return `${pick.chance(45) ? '-' : ''}${[...path, f.name].join('.')}`
  })
}

const names = (ground: Ground, entity: EntityModel): readonly string[] => [...new Set(visible(ground, entity).map(f => f.name.split('.')[0] ?? f.name))]

function rowsPart(pick: Pick, ground: Ground, entity: EntityModel, depth: number, many: boolean): RowsPart {
  const included = depth > 0 ? pick.some(relations(ground, entity), 30).slice(0, 3) : []
  const fields = pick.chance(25) ? pick.some(names(ground, entity), 50) : []
  return {
    ...(many && pick.chance(45) ? { filter: filter(pick, ground, entity, 2) } : {}),
    ...(many && pick.chance(60) ? { sort: sort(pick, ground, entity) } : {}),
    // The key is always asked for, so that whoever reads an answer knows the row.
    ...(fields.length > 0 ? { fields: [...new Set([...entity.key.map(k => k.split('.')[0] ?? k), ...fields])] } : {}),
    ...(included.length > 0 ? { include: Object.fromEntries(included.map(r => [r.name, rowsPart(pick, ground, targetOf(ground, r), depth - 1, !r.one)])) } : {}),
    ...(many && pick.chance(60) ? { size: 1 + pick.nat(5) } : {}),
  }
}

export function makeFind(pick: Pick, ground: Ground): Find {
  const entity = pick.of(exposed(ground))
  const lists = relations(ground, entity).filter(r => !r.one)
  const keyed = ground.rows[entity.name] ?? []
  if (lists.length > 0 && keyed.length > 0 && pick.chance(10)) {
    const r = pick.of(lists), of = pick.of(keyed)
    return { find: entity.name, of: { key: entity.key.map(k => of[k] ?? null), relation: r.name }, ...rowsPart(pick, ground, targetOf(ground, r), 1, true) }
  }
  return {
    find: entity.name, ...rowsPart(pick, ground, entity, 2, true),
    ...(pick.chance(35) ? { count: pick.chance(80) ? 'exact' as const : 'estimate' as const } : {}), ...(pick.chance(15) ? { number: 1 + pick.nat(2) } : {}),
  }
}

export function makeGet(pick: Pick, ground: Ground): Get {
  const some = exposed(ground).filter(e => (ground.rows[e.name] ?? []).length > 0)
  if (some.length === 0) return { get: 'account', key: ['none'] }
  const entity = pick.of(some)
  const row = pick.of(ground.rows[entity.name] ?? [])
  return { get: entity.name, key: entity.key.map(k => row[k] ?? null), ...rowsPart(pick, ground, entity, 2, false) }
}

export function makeAggregate(pick: Pick, ground: Ground): Aggregated {
  const entity = pick.of(exposed(ground))
  const of = visible(ground, entity).filter(sortable)
  const numbers = of.filter(f => ['integer', 'bigint', 'decimal'].includes(f.scalar)), ends = of.filter(f => f.scalar !== 'boolean')
  const group = pick.some(of, 20).slice(0, 2).map(f => f.name)
  const measure = ['count', ...Array.from({ length: pick.nat(3) }, () => {
    const fn = pick.of(['sum', 'avg', 'min', 'max', 'countDistinct'])
    const from = fn === 'sum' || fn === 'avg' ? numbers : ends
    return from.length === 0 ? 'count' : `${fn}(${pick.of(from).name})`
  })]
  return {
    aggregate: entity.name, measure, ...(group.length > 0 ? { group } : {}), ...(pick.chance(50) ? { filter: filter(pick, ground, entity, 2) } : {}),
    ...(pick.chance(40) ? { sort: [`${pick.chance(50) ? '-' : ''}${pick.of([...group, 'count'])}`] } : {}), ...(pick.chance(20) ? { size: 1 + pick.nat(3) } : {}),
  }
}

/** Any read: two finds for each get and aggregate. */
export const makeRead = (pick: Pick, ground: Ground): ReadPart => {
  const roll = pick.nat(99)
  return roll < 60 ? makeFind(pick, ground) : roll < 78 ? makeGet(pick, ground) : makeAggregate(pick, ground)
}
