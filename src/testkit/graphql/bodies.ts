// Filters, sorts and bodies of plain requests as GraphQL's inputs have them; and places in these as the request has them.
import type { At } from '../../failure/index.ts'
import { atomics, entityOf, find, isRelationWord, type EntityModel, type Model } from '../../model/index.ts'
import type { RowsPart } from '../request.ts'

export type Members = Readonly<Record<string, unknown>>
export const isMap = (x: unknown): x is Members => typeof x === 'object' && x !== null && !Array.isArray(x)

/** The arguments of a list. */
export const listed = (model: Model, entity: EntityModel, { filter, sort, size }: RowsPart): Members =>
  ({ where: filter === undefined ? undefined : where(model, entity, filter), sort: sort?.map(sortKey), first: size })

/** `-customer.name` → `{ customer: { name: DESC } }`. */
function sortKey(key: string): Members {
  const dir = key.startsWith('-') ? 'DESC' : 'ASC'
  return key.replace(/^-/, '').split('.').reduceRight<Members | string>((of, name) => ({ [name]: of }), dir) as Members
}

/** A plain value means equality; typed filters say so. */
export function where(model: Model, entity: EntityModel, filter: unknown): unknown {
  if (!isMap(filter)) return filter
  return Object.fromEntries(Object.entries(filter).map(([name, of]): [string, unknown] => {
    if (name === 'or' || name === 'and') return [name, Array.isArray(of) ? of.map(x => where(model, entity, x)) : of]
    if (name === 'not') return [name, where(model, entity, of)]
    const field = find(entity.fields, name), relation = find(entity.relations, name)
    if (field) return [name, compared(of)]
    if (relation) {
      const target = entityOf(model, relation.target)
      if (of === null) return [name, { null: true }]
      return [name, isMap(of) && 'some' in of ? { ...of, some: where(model, target, of['some']) } : where(model, target, of)]
    }
    if (Object.keys(entity.fields).some(f => f.startsWith(`${name}.`))) return [name, of === null ? { null: true } : isMap(of) ? Object.fromEntries(Object.entries(of).map(([part, x]) => [part, part === 'null' ? x : compared(x)])) : of]
    return [name, of]
  }))
}
function compared(of: unknown): unknown {
  if (of === null) return { null: true }
  if (!isMap(of)) return { eq: of }
  return Object.fromEntries(Object.entries(of).map(([op, x]) => [op, op === 'not' ? compared(x) : x]))
}

/** A body as the inputs have it: relations are objects of what is done to them, changes by what is there stand together. */
export function input(model: Model, entity: EntityModel, body: unknown, change = false): unknown {
  if (Array.isArray(body)) return body.map(b => input(model, entity, b, change))
  if (!isMap(body)) return body
  const together: Record<string, Record<string, unknown>> = {}
  const beside = Object.entries(body).filter(([name, of]) => {
    const field = find(entity.fields, name), [word = ''] = isMap(of) ? Object.keys(of) : []
    if (!change || !field || !isMap(of) || !atomics(field).some(a => a === word)) return true
    for (const [w, x] of Object.entries(of)) (together[w] ??= {})[name] = x
    return false
  })
  const related = beside.map(([name, of]): [string, unknown] => {
    const relation = find(entity.relations, name)
    return [name, relation && !find(entity.fields, name) ? done(model, entityOf(model, relation.target), worded(of, change)) : of]
  })
  return { ...Object.fromEntries(related), ...together }
}
/** In a new row the word may be left out. */
const worded = (of: unknown, change: boolean): unknown => (change || (isMap(of) && Object.keys(of).some(isRelationWord)) ? of : { create: of })
function done(model: Model, target: EntityModel, words: unknown): unknown {
  if (!isMap(words)) return words
  const each = (of: unknown, to: (one: unknown) => unknown): unknown => (Array.isArray(of) ? of.map(to) : to(of))
  return Object.fromEntries(Object.entries(words).map(([word, of]) => {
    if (word === 'create') return [word, each(of, x => input(model, target, x))]
    if (word === 'update' || word === 'set') return [word, each(of, x => input(model, target, x, true))]
    if (word === 'connectOrCreate' || word === 'upsert') {
      return [word, each(of, x => (isMap(x) ? { ...x, ...('create' in x ? { create: input(model, target, x['create']) } : {}), ...('update' in x ? { update: input(model, target, x['update'], true) } : {}) } : x))]
    }
    return [word, of]
  }))
}
/** The place in the plain body: words that it left out, lists that it wrote as their one item, and what is added with its field. */
export const unworded = (body: unknown) => (at: At): At => {
  const last = at.at(-1), word = at.at(-2)
  const turned = typeof last === 'string' && (word === 'add' || word === 'append' || word === 'remove') ? [...at.slice(0, -2), last, word] : at
  const out: (string | number)[] = []
  let here = body
  for (const part of turned) {
    if (part === 'create' && !(isMap(here) && 'create' in here)) continue
    if (typeof part === 'number' && !Array.isArray(here)) continue
    out.push(part)
    here = isMap(here) ? here[part] : Array.isArray(here) && typeof part === 'number' ? (here as unknown[])[part] : undefined
  }
  return out
}

/** Relations that a body wrote, to be answered with it. */
export function nested(model: Model, entity: EntityModel, body: unknown): Readonly<Record<string, RowsPart>> {
  const found: Record<string, RowsPart> = {}
  for (const b of Array.isArray(body) ? body as unknown[] : [body]) {
    if (!isMap(b)) continue
    for (const [name, of] of Object.entries(b)) {
      const relation = find(entity.relations, name)
      if (!relation || find(entity.fields, name)) continue
      const words = worded(of, false)
      const bodies = isMap(words) ? Object.values(words).flatMap(x => (Array.isArray(x) ? x as unknown[] : [x])) : []
      found[name] = { include: { ...found[name]?.include, ...Object.assign({}, ...bodies.map(x => nested(model, entityOf(model, relation.target), x))) as object } }
    }
  }
  return found
}
