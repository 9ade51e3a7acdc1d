// Reads: an ask → a query or an aggregate whose names all exist, with readers for its slots.
import { Failure, suggest, type At } from '../../failure/index.ts'
import { entityOf, find, sortable, type EntityModel, type FieldModel, type Model, type RelationModel } from '../../model/index.ts'
import {
  absurd, always, and, field, parameter, type Aggregate, type FieldName, type LayoutMember, type Measure, type MeasureName, type Page, type Predicate,
  type Query, type Read, type Related, type Scalar, type Seen, type Selection,
} from '../../operation/index.ts'
import type { AggregateAsk, FindAsk, GetAsk, LayoutAsk, Origin, ReadAsk, RowsAsk, Slot } from '../../wire/index.ts'
import { boundTo, surroundings, type Around, type Bound } from './around.ts'
import { namesOf, resolveFilter, type Reader, type Resolving } from './filter.ts'
import { resolveConnection, resolveMembers } from './members.ts'
import { Mistakes, type Limits } from './place.ts'
import { countedOf, size, sorted, whenRead, type Budget } from './rows.ts'
import { Misfit, readScalar } from './value.ts'

export interface ResolvedRead {
  readonly operation: Read
  readonly readers: readonly (Reader | undefined)[]
  /** What a cursor of this read is bound to: the text of its sort and filter, and the slots of the filter's values in the order the text has them. */
  readonly bound: Bound
  /** What its connections need, in the order of their slots, which follow all others. */
  readonly around: readonly Around[]
  /** `GET /orders/{id}/items`: the parent that must be there for an empty list to be an answer. */
  readonly parent: Query | null
}

/** How a page begins: from the start, at a number (its skip is the slot after the values), or at a cursor (one slot per order key after the values, null where its value is null). */
export type Start = { readonly kind: 'start' } | { readonly kind: 'number' } | { readonly kind: 'cursor'; readonly toward: 'next' | 'previous'; readonly nulls: readonly boolean[] }

/** `nulls`: of each of the request's cursors, which of its values are null. */
export function resolveRead(model: Model, ask: ReadAsk, start: Start, values: number, origin: Origin, limits: Limits, nulls: readonly (readonly boolean[])[] = []): ResolvedRead {
  const after = values + (start.kind === 'cursor' ? start.nulls.length : start.kind === 'number' ? 1 : 0)
  const around = surroundings(after, nulls)
  const c: Resolving = { model, limits, mistakes: new Mistakes(origin), readers: [], comparisons: 0, surroundings: around }
  const entity = named(c, ask.entity)
  const state: Budget = { includes: 0, cost: 0 }
  const resolved = ((): { operation: Read; parent: Query | null } => {
    switch (ask.kind) {
      case 'get': return { operation: resolveGet(c, state, entity, ask), parent: null }
      case 'find': return resolveFind(c, state, entity, ask, start, values)
      case 'aggregate': return { operation: resolveAggregate(c, entity, ask), parent: null }
      default: return absurd(ask)
    }
  })()
  c.mistakes.check()
  if (state.cost > limits.cost) {
    throw new Failure('resolve.limit', `the answer could come to ${state.cost} rows; the budget is ${limits.cost}. Ask for smaller pages or fewer relations.`, { facts: { cost: state.cost, budget: limits.cost } })
  }
  const { operation } = resolved
  return { ...resolved, readers: c.readers, bound: boundTo(operation.entity, operation.kind === 'query' ? operation.order : [], operation.where), around: around.all }
}

function named(c: Resolving, name: string): EntityModel {
  const entity = find(c.model.entities, name)
  if (entity && !entity.hidden) return entity
  throw new Failure('resolve.name', `there is no entity '${name}'.${suggest(name, Object.values(c.model.entities).filter(e => !e.hidden).map(e => e.name))}`)
}

/** The predicate that finds a row by its key (or by fields that are unique together), one slot per part. A part that does not fit is a row that does not exist. */
export function keyIs(c: Resolving, entity: EntityModel, key: readonly Slot[], by: readonly FieldName[] = entity.key): Predicate {
  if (by.length === 0) throw new Failure('row.missing', `the rows of ${entity.path} cannot be told apart, so none has an address`)
  if (key.length !== by.length) throw new Failure('row.missing', `${entity.title} has a key of ${by.length} ${by.length === 1 ? 'part' : 'parts'}: ${by.join(', ')}`)
  return and(...by.map((name, i): Predicate => {
    const f = entity.fields[name], slot = key[i]
    if (!f || !slot) throw new Error(`no key field ${name}`)
    c.readers[slot.index] = { at: [], read: (raw, origin) => {
      try { return readScalar(f.scalar, raw, origin === 'body' ? 'url' : origin) } catch (e) {
        if (e instanceof Misfit) throw new Failure('row.missing', `there is no such ${entity.title}: ${name} ${e.message}`)
        throw e
      }
    } }
    return { kind: 'compare', op: 'eq', as: f.scalar, left: field(name), right: parameter(slot.index) }
  }))
}

function resolveGet(c: Resolving, state: Budget, entity: EntityModel, ask: GetAsk): Query {
  state.cost += 1
  return {
    kind: 'query', entity: entity.name, one: true, count: 'none', where: keyIs(c, entity, ask.key, ask.by), order: [], page: { kind: 'offset', skip: null, take: 1 },
    select: selection(c, state, entity, ask, [], 1, 0),
  }
}

function resolveFind(c: Resolving, state: Budget, asked: EntityModel, ask: FindAsk, start: Start, values: number): { operation: Query; parent: Query | null } {
  let entity = asked, where: Predicate = always, parent: Query | null = null
  if (ask.of) {
    const relation = find(asked.relations, ask.of.relation)
    if (!relation || relation.hidden || relation.one) {
      throw new Failure('resolve.name', `${asked.title} has no list '${ask.of.relation}'.${suggest(ask.of.relation, Object.values(asked.relations).filter(r => !r.one && !r.hidden).map(r => r.name))}`)
    }
    entity = entityOf(c.model, relation.target)
    const found = keyIs(c, asked, ask.of.key, ask.of.by)
    where = { kind: 'some', relation: relation.inverse, where: found }
    parent = {
      kind: 'query', entity: asked.name, one: true, count: 'none', where: found, order: [], page: { kind: 'offset', skip: null, take: 1 },
      select: { fields: [], related: [], probes: [] },
    }
  }
  if (ask.connection) {
    const { where: filter, ...rows } = resolveConnection(c, state, entity, ask, [], 1, 0)
    const total = rows.connection.members.some(m => m.kind === 'total')
    return { parent, operation: { kind: 'query', entity: entity.name, one: false, count: total ? 'exact' : 'none', ...rows, where: and(where, filter) } }
  }
  const take = size(c, entity, ask.size, ['page', 'size'])
  state.cost += take
  const order = sorted(c, entity, ask.sort ?? [], ['sort'])
  const page: Page = start.kind === 'cursor'
    ? { kind: 'keyset', take, toward: start.toward, from: order.map((_, i) => (start.nulls[i] ? null : parameter(values + i))) }
    : start.kind === 'number' ? { kind: 'offset', skip: parameter(values), take } : { kind: 'keyset', from: null, toward: 'next', take }
  if (start.kind === 'cursor' && start.nulls.length !== order.length) throw new Failure('resolve.cursor', 'this cursor holds other keys than the sort of this request: take page.next or page.previous as they are')
  return {
    parent,
    operation: {
      kind: 'query', entity: entity.name, one: false, count: ask.count ?? 'none', order, page,
      where: and(where, ask.filter === undefined ? always : resolveFilter(c, entity, ask.filter, ['filter'], 0)),
      select: selection(c, state, entity, ask, [], take, 0),
    },
  }
}

/** Fields (all but those only given when asked for, unless named) and included relations. */
export function selection(c: Resolving, state: Budget, entity: EntityModel, ask: Pick<RowsAsk, 'fields' | 'include' | 'members'>, at: At, rows: number, depth: number): Selection {
  if (ask.members) return resolveMembers(c, state, entity, ask.members, at, rows, depth)
  const seen = (f: FieldModel): Seen => ({ name: f.name, shown: always })
  const counted = Object.values(entity.derived ?? {}).filter(d => ask.fields?.includes(d.name) ?? true).map(d => countedOf(d, d.name))
  const fields = ask.fields
    ? ask.fields.flatMap((name, i): Seen[] => {
      if (counted.some(x => x.as === name)) return []
      const found = fieldsNamed(entity, name)
      if (found.length === 0) {
        c.mistakes.add([...at, 'fields', i], find(entity.relations, name) ? `'${name}' is a relation: include it` : `'${name}' does not exist on ${entity.title}.${suggest(name, [...namesOf(entity), ...Object.keys(entity.derived ?? {})])}`)
      }
      return found.map(seen)
    })
    : Object.values(entity.fields).filter(f => !f.hidden && !f.asked).map(seen)
  const unique = [...new Map(fields.map(f => [f.name, f])).values()]
  const related = Object.entries(ask.include ?? {}).flatMap(([name, of]): Related[] => {
    const here = [...at, 'include', name]
    const relation = find(entity.relations, name)
    if (!relation || relation.hidden) {
      c.mistakes.add(here, `'${name}' is not a relation of ${entity.title}.${suggest(name, Object.values(entity.relations).filter(r => !r.hidden).map(r => r.name))}`)
      return []
    }
    if (depth + 1 > c.limits.depth) { c.mistakes.add(here, `include may be ${c.limits.depth} relations deep`, 'resolve.limit'); return [] }
    if (++state.includes > c.limits.includes) { c.mistakes.add(here, `at most ${c.limits.includes} relations may be included`, 'resolve.limit'); return [] }
    return [include(c, state, relation, of, here, rows, depth + 1)]
  })
  return { ...(ask.fields ? { named: true as const } : {}), fields: unique, ...(counted.length > 0 ? { counted } : {}), related, probes: [] }
}

function include(c: Resolving, state: Budget, relation: RelationModel, ask: RowsAsk, at: At, rows: number, depth: number): Related {
  const target = entityOf(c.model, relation.target)
  if (relation.one) {
    if (ask.sort || ask.size !== undefined || ask.filter !== undefined) c.mistakes.add(at, `is one ${target.title}: it has no filter, sort or page`)
    return { as: relation.name, relation: relation.name, rows: { where: always, order: [], page: { kind: 'offset', skip: null, take: 1 }, select: selection(c, state, target, ask, at, rows, depth) } }
  }
  const take = size(c, target, ask.size, [...at, 'page', 'size'])
  state.cost += rows * take
  return {
    as: relation.name, relation: relation.name,
    rows: {
      where: ask.filter === undefined ? always : resolveFilter(c, target, ask.filter, [...at, 'filter'], depth),
      order: sorted(c, target, ask.sort ?? [], [...at, 'sort']),
      page: { kind: 'offset', skip: null, take },
      select: selection(c, state, target, ask, at, rows * take, depth),
    },
  }
}

/** The fields of one name on the wire: one, or the parts of a composite reference. */
export function fieldsNamed(entity: EntityModel, name: string): readonly FieldModel[] {
  const f = find(entity.fields, name)
  if (f) return f.hidden ? [] : [f]
  return Object.values(entity.fields).filter(x => x.name.startsWith(`${name}.`) && !x.hidden)
}


const functions: readonly MeasureName[] = ['count', 'countDistinct', 'sum', 'avg', 'min', 'max']
const numeric: ReadonlySet<Scalar> = new Set(['integer', 'bigint', 'number', 'decimal'])

function resolveAggregate(c: Resolving, entity: EntityModel, ask: AggregateAsk): Aggregate {
  const fieldAt = (name: FieldName, at: At): (Seen & { as: Scalar }) | null => {
    const f = find(entity.fields, name)
    if (f && !f.hidden) return { name: f.name, as: f.scalar, shown: always }
    const parts = Object.keys(entity.fields).filter(x => x.startsWith(`${name}.`))
    if (parts.length) { c.mistakes.add(at, `'${name}' is a key of several parts: take ${parts.join(', ')}`); return null }
    c.mistakes.add(at, find(entity.derived ?? {}, name) ? `nothing is measured or grouped by '${name}': ${whenRead}` : `'${name}' does not exist on ${entity.title}.${suggest(name, namesOf(entity))}`)
    return null
  }
  const group = (ask.group ?? []).flatMap((name, i): Aggregate['group'][number][] => {
    const seen = fieldAt(name, ['group', i])
    const f = seen && entity.fields[name]
    if (f && !sortable({ ...f, list: false })) { c.mistakes.add(['group', i], `cannot group by ${name}: a ${f.kind} has no order`); return [] }
    return seen ? [f?.list ? { ...seen, each: true } : seen] : []
  })
  const measures = ask.measure.flatMap((text, i): Measure[] => {
    const m = /^([A-Za-z]+)(?:\((.*)\))?$/.exec(text)
    const fn = functions.find(x => x === m?.[1])
    if (!m || !fn) { c.mistakes.add(['measure', i], `'${text}' is not a measure. There are count, ${functions.slice(1).map(x => `${x}(field)`).join(', ')}.`); return [] }
    if (fn === 'count') {
      if (m[2] !== undefined) { c.mistakes.add(['measure', i], 'count takes no field: it counts rows'); return [] }
      return [{ fn, of: null }]
    }
    if (!m[2]) { c.mistakes.add(['measure', i], `${fn} needs a field: ${fn}(…)`); return [] }
    const of = fieldAt(m[2], ['measure', i]), f = of && entity.fields[of.name]
    if (!of || !f) return []
    const fits = sortable(f) && (fn === 'sum' || fn === 'avg' ? numeric.has(f.scalar) : !(f.scalar === 'boolean' && fn !== 'countDistinct'))
    if (!fits) { c.mistakes.add(['measure', i], `${fn} does not work on ${f.name}, a ${f.list ? 'list' : f.kind}`); return [] }
    return [{ fn, of }]
  })
  if (ask.measure.length === 0) c.mistakes.add(['measure'], 'name at least one measure, as in measure=count,sum(total)')
  if (group.length > 5 || measures.length > 20) c.mistakes.add(['measure'], 'at most 5 group fields and 20 measures', 'resolve.limit')
  const text = (m: Measure) => (m.of ? `${m.fn}(${m.of.name})` : m.fn)
  const unique = measures.filter((m, i) => measures.findIndex(x => text(x) === text(m)) === i)
  const order = (ask.sort ?? []).flatMap((key, i): Aggregate['order'][number][] => {
    const dir = key.startsWith('-') ? 'desc' : 'asc', name = key.replace(/^-/, '')
    const g = group.findIndex(x => x.name === name), m = unique.findIndex(x => text(x) === name)
    if (g < 0 && m < 0) { c.mistakes.add(['sort', i], `sort by what is grouped or measured.${suggest(name, [...group.map(x => x.name), ...unique.map(text)])}`); return [] }
    return [{ by: g >= 0 ? { group: g } : { measure: m }, dir }]
  })
  const rest = group.map((_, i) => i).filter(i => !order.some(o => 'group' in o.by && o.by.group === i))
  const layout = (asked: LayoutAsk, at: At): LayoutMember[] => {
    switch (asked.kind) {
      case 'constant': return [asked]
      case 'object': return [{ kind: 'object', as: asked.as, of: asked.members.flatMap(m => layout(m, [...at, asked.as])) }]
      case 'group': case 'measure': {
        const index = asked.kind === 'group' ? group.findIndex(x => x.name === asked.of) : unique.findIndex(x => text(x) === asked.of)
        if (index >= 0) return [{ kind: asked.kind, as: asked.as, index }]
        c.mistakes.add([...at, asked.as], asked.kind === 'group' ? `is not grouped by ${asked.of}` : `does not measure ${asked.of}`)
        return []
      }
      default: return absurd(asked)
    }
  }
  return {
    ...(ask.layout ? { layout: ask.layout.flatMap(m => layout(m, [])) } : {}),
    kind: 'aggregate', entity: entity.name, group, measures: unique, order: [...order, ...rest.map(i => ({ by: { group: i }, dir: 'asc' as const }))],
    where: ask.filter === undefined ? always : resolveFilter(c, entity, ask.filter, ['filter'], 0),
    take: ask.size === undefined ? 1000 : Number.isInteger(ask.size) && ask.size >= 1 && ask.size <= 1000 ? ask.size : size(c, entity, -1, ['page', 'size']),
  }
}
