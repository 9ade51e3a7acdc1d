// Filters, bodies and rows of plain requests as the types of the WSDL have them, and back.
import { entityOf, find, isRelationWord, type EntityModel, type Member, type Model } from '../../model/index.ts'
import type { RowsPart } from '../request.ts'

type Members = Readonly<Record<string, unknown>>
export const isObject = (x: unknown): x is Members => typeof x === 'object' && x !== null && !Array.isArray(x)

/** What is asked of rows: which, in which order, and what of them. */
export function asked(model: Model, entity: EntityModel, { filter, sort, fields, include, size }: RowsPart): Record<string, unknown> {
  return {
    ...(filter === undefined ? {} : { filter: filtered(model, entity, filter) }), ...(sort ? { sort } : {}), ...(fields ? { fields } : {}), ...(size === undefined ? {} : { page: { size } }),
    ...(include ? { include: Object.fromEntries(Object.entries(include).map(([name, of]) => [name, asked(model, entityOf(model, find(entity.relations, name)?.target ?? entity.name), of)])) } : {}),
  }
}

/** A filter with every operator by its name: a plain value is eq. */
export function filtered(model: Model, entity: EntityModel, filter: unknown): unknown {
  if (!isObject(filter)) return filter
  return Object.fromEntries(Object.entries(filter).map(([name, of]): [string, unknown] => {
    if (name === 'and' || name === 'or') return [name, Array.isArray(of) ? of.map(x => filtered(model, entity, x)) : of]
    if (name === 'not') return [name, filtered(model, entity, of)]
    if (name === 'null') return [name, of]
    const relation = find(entity.relations, name)
    if (relation) {
      const target = entityOf(model, relation.target)
      if (of === null) return [name, { null: true }]
      if (isObject(of) && 'some' in of) return [name, { ...of, some: filtered(model, target, of['some']) }]
      return [name, filtered(model, target, of)]
    }
    return [name, matched(entity, name, of)]
  }))
}
function matched(entity: EntityModel, name: string, of: unknown): unknown {
  if (of === null) return { null: true }
  if (!isObject(of)) return Array.isArray(of) ? { in: of } : { eq: of }
  const composite = Object.keys(entity.fields).some(f => f.startsWith(`${name}.`))
  return Object.fromEntries(Object.entries(of).map(([op, x]) => [op, op === 'not' ? matched(entity, name, x) : composite && op !== 'null' ? matched(entity, op, x) : x]))
}

/** A body: a list of new rows is `create`; JSON is text, bytes are base64, and what is done to fields stands around them. */
export function written(model: Model, entity: EntityModel, body: unknown): unknown {
  if (!isObject(body)) return body
  const groups: Record<string, Record<string, unknown>> = {}
  const atomic = ([name, value]: [string, unknown]): boolean => {
    const field = find(entity.fields, name)
    if (field === undefined || field.scalar === 'json' || !isObject(value)) return false
    for (const [word, of] of Object.entries(value)) (groups[word] ??= {})[name] = of
    return true
  }
  return Object.fromEntries([...Object.entries(body).filter(entry => !atomic(entry)), ...Object.entries(groups)].map(([name, value]): [string, unknown] => {
    const field = find(entity.fields, name), relation = find(entity.relations, name)
    if (field && value !== null) return [name, spokenValue(field.scalar, value)]
    if (!relation || value === null) return [name, value]
    const target = entityOf(model, relation.target)
    const below = (of: unknown): unknown => (Array.isArray(of) ? of.map(below) : written(model, target, of))
    if (Array.isArray(value)) return [name, { create: below(value) }]
    if (!isObject(value)) return [name, value]
    return [name, Object.keys(value).some(isRelationWord) ? Object.fromEntries(Object.entries(value).map(([word, of]) => [word, done(word, of, below)])) : { create: below(value) }]
  }))
}
/** `{ where, create, update }` of a word that has them. */
function done(word: string, of: unknown, below: (row: unknown) => unknown): unknown {
  if (word !== 'connectOrCreate' && word !== 'upsert') return below(of)
  if (Array.isArray(of)) return of.map(x => done(word, x, below))
  return isObject(of) ? Object.fromEntries(Object.entries(of).map(([part, row]) => [part, below(row)])) : of
}
const spokenValue = (scalar: string, value: unknown): unknown =>
  (scalar === 'json' ? JSON.stringify(value) : scalar === 'bytes' && typeof value === 'string' ? Buffer.from(value, 'base64url').toString('base64') : value)

/** An action's input. */
export function spoken(members: readonly Member[], of: unknown): unknown {
  if (Array.isArray(of)) return of.map(x => spoken(members, x))
  if (!isObject(of)) return of
  return Object.fromEntries(Object.entries(of).map(([name, x]): [string, unknown] => {
    const m = members.find(y => y.name === name)
    if (!m || x === null) return [name, x]
    return [name, m.kind === 'object' ? spoken(m.members, x) : spokenValue(m.field.scalar, x)]
  }))
}
/** What an action answers, or the facts of a failure, as JSON has it. */
export function outcomeOf(members: readonly Member[], of: unknown): unknown {
  if (Array.isArray(of)) return of.map(x => outcomeOf(members, x))
  if (!isObject(of)) return of
  return Object.fromEntries(Object.entries(of).map(([name, x]): [string, unknown] => {
    const m = members.find(y => y.name === name)
    if (!m || x === null) return [name, x]
    return [name, m.kind === 'object' ? outcomeOf(m.members, x) : saidValue(m.field.scalar, x)]
  }))
}

/** A row as JSON has it: bytes and JSON as REST writes them. */
export function said(model: Model, entity: EntityModel, row: unknown): unknown {
  if (!isObject(row)) return row
  return Object.fromEntries(Object.entries(row).map(([name, value]): [string, unknown] => {
    const field = find(entity.fields, name), relation = find(entity.relations, name), derived = find(entity.derived ?? {}, name)
    if (field && value !== null) return [name, saidValue(field.scalar, value)]
    if (derived && derived.scalar !== 'boolean' && value !== null) return [name, Number(value)]
    if (!relation) return [name, value]
    const target = entityOf(model, relation.target)
    return [name, Array.isArray(value) ? value.map(x => said(model, target, x)) : said(model, target, value)]
  }))
}
const saidValue = (scalar: string, value: unknown): unknown =>
  (Array.isArray(value) ? value.map((x: unknown) => saidValue(scalar, x)) : value instanceof Uint8Array ? Buffer.from(value).toString('base64url') : scalar === 'json' ? JSON.parse(String(value)) as unknown : value)

/** A row of an aggregate. */
export function saidGroup(model: Model, entity: EntityModel, row: unknown): unknown {
  if (!isObject(row)) return row
  const numbers = (of: unknown): unknown => Object.fromEntries(Object.entries(of as object).map(([n, v]) => [n, Number(v)]))
  return Object.fromEntries(Object.entries(row).map(([part, of]) => [part, part === 'count' ? Number(of) : part === 'countDistinct' ? numbers(of) : said(model, entity, of)]))
}
