// What stands in addresses and headers: ids, filter, sort, page, fields, include, count, group, measure, versions.
import { entityOf, groupable, includable, isOne, measuresOf, onWire, sortable, visible, type EntityModel, type FieldModel } from '../../../model/index.ts'
import { either, given, pascal, type Json, type Members, type Schema } from './book.ts'
import { filterExample, filterSchema } from './filters.ts'
import type { Contract } from './rows.ts'
import { exampleOf, valueSchema } from './values.ts'

const brackets = 'Brackets need not be percent-encoded.'
/** Names and paths are listed as deep as they are few. */
const mostNames = 300

interface Said { readonly description: string; readonly schema: Schema; readonly example?: Json | undefined; readonly style?: string; readonly explode?: boolean; readonly required?: boolean }
function parameter(c: Contract, place: 'query' | 'path' | 'header', key: string, wanted: string, name: string, said: () => Said): Members {
  return c.book.ref('parameters', key, wanted, () => {
    const { description, schema, example, style, explode, required } = said()
    return given({ name, in: place, description, required, style, explode, schema, example })
  })
}

const namesArray = (items: Schema, most: number): Schema => ({ type: 'array', items, maxItems: most })
const commas = { style: 'form', explode: false } as const

/** `{id}`: the parts of a composite key in their order, with commas. */
export function keyParameter(c: Contract, entity: EntityModel): Members {
  const fields = entity.key.map(name => entity.fields[name]).filter((f): f is FieldModel => f !== undefined)
  const examples = fields.map(f => exampleOf(c.model, entity, f)).filter(x => x !== undefined)
  const one = fields[0]
  if (fields.length === 1 && one !== undefined) {
    return parameter(c, 'path', `key ${entity.name}`, `${entity.title}Id`, 'id', () => ({
      description: `The ${one.name} of a ${entity.title}.`, required: true, schema: { ...valueSchema(one, 'read') }, example: examples[0],
    }))
  }
  return parameter(c, 'path', `key ${entity.name}`, `${entity.title}Id`, 'id', () => ({
    description: `The key of a ${entity.title}: ${fields.map(f => f.name).join(', ')}, in this order, each percent-encoded, with commas between.`, required: true, style: 'simple', explode: false,
    schema: { type: 'array', prefixItems: fields.map(f => ({ ...valueSchema(f, 'read'), title: f.name })), items: either([...new Map(fields.map(f => [f.scalar, valueSchema(f, 'read')])).values()]), minItems: fields.length, maxItems: fields.length },
    example: examples.length === fields.length ? examples : undefined,
  }))
}

/** The schema of names in a list, one of these. */
function oneOf(c: Contract, key: string, wanted: string, names: readonly string[], description: string): Members {
  return c.book.ref('schemas', key, wanted, () => ({ type: 'string', enum: names, description }))
}

const fieldNames = (entity: EntityModel): readonly string[] => [...onWire(visible(entity)).map(x => x.name), ...Object.keys(entity.derived ?? {})]

function fieldSchema(c: Contract, entity: EntityModel): Members {
  return oneOf(c, `field ${entity.name}`, `${entity.title}Field`, fieldNames(entity), `A field of ${entity.title}.`)
}

/** Paths of relations, as many levels as there is room for. */
function includePaths(c: Contract, entity: EntityModel): readonly string[] {
  const below = (of: EntityModel, depth: number): readonly string[] =>
    includable(c.model, of).flatMap(r => [r.name, ...(depth > 1 ? below(entityOf(c.model, r.target), depth - 1).map(x => `${r.name}.${x}`) : [])])
  let paths = below(entity, 1)
  for (let depth = 2; depth <= 6; depth++) {
    const deeper = below(entity, depth)
    if (deeper.length > mostNames / 3) break
    paths = deeper
  }
  return paths
}

/** Whether there is anything to include. */
export const includes = (c: Contract, entity: EntityModel): boolean => includable(c.model, entity).length > 0

function includeSchema(c: Contract, entity: EntityModel): Members {
  return oneOf(c, `include ${entity.name}`, `${entity.title}Include`, includePaths(c, entity), `A relation of ${entity.title}, or a path of them.`)
}

const sortNames = (entity: EntityModel): readonly string[] => visible(entity).filter(sortable).map(f => f.name)

function sortSchema(c: Contract, entity: EntityModel): Members {
  const across = (of: EntityModel, depth: number): readonly string[] => [
    ...sortNames(of),
    ...(depth === 0 ? [] : includable(c.model, of).filter(r => r.one).flatMap(r => across(entityOf(c.model, r.target), depth - 1).map(x => `${r.name}.${x}`))),
  ]
  let names = across(entity, 0)
  for (let depth = 1; depth <= 3; depth++) {
    const deeper = across(entity, depth)
    if (deeper.length > mostNames) break
    names = deeper
  }
  return oneOf(c, `sort ${entity.name}`, `${entity.title}Sort`, names.flatMap(n => [n, `-${n}`]), `What ${entity.title}s are sorted by; with - the other way round. Paths may be longer than those listed.`)
}

export function fieldsParameter(c: Contract, entity: EntityModel): Members {
  return parameter(c, 'query', `fields ${entity.name}`, `${entity.title}Fields`, 'fields', () => ({
    ...commas, description: 'Only these fields. Without it: every field, but those answered only when named.', schema: namesArray(fieldSchema(c, entity), fieldNames(entity).length), example: fieldNames(entity).slice(0, 2),
  }))
}

export function includeParameter(c: Contract, entity: EntityModel): Members {
  return parameter(c, 'query', `include ${entity.name}`, `${entity.title}Include`, 'include', () => ({
    ...commas, description: 'Related rows to answer too, at any depth: paths may be longer than those listed.', schema: namesArray(includeSchema(c, entity), 20), example: includePaths(c, entity).slice(0, 1),
  }))
}

/** `include[items][fields]`, `include[items][sort]` … of each relation. Deeper ones follow the same pattern. */
export function includedParameters(c: Contract, entity: EntityModel): readonly Members[] {
  return includable(c.model, entity).flatMap(relation => {
    const target = entityOf(c.model, relation.target), at = `include[${relation.name}]`, wanted = `${entity.title}Include${pascal(relation.name)}`
    const make = (word: string, said: () => Said): Members =>
      parameter(c, 'query', `included ${word} ${entity.name}.${relation.name}`, `${wanted}${pascal(word)}`, `${at}${word}`, said)
    const one = [
      make('[fields]', () => ({ ...commas, description: `Of the included ${relation.name} only these fields. ${brackets}`, schema: namesArray(fieldSchema(c, target), fieldNames(target).length), example: fieldNames(target).slice(0, 1) })),
      ...(includes(c, target) ? [make('[include]', () => ({ ...commas, description: `What the included ${relation.name} include. ${brackets}`, schema: namesArray(includeSchema(c, target), 20), example: includePaths(c, target).slice(0, 1) }))] : []),
    ]
    if (relation.one) return one
    return [
      ...one,
      make('[sort]', () => ({ ...commas, description: `How the included ${relation.name} are sorted. ${brackets}`, schema: namesArray(sortSchema(c, target), 6), example: sortNames(target).slice(0, 1) })),
      make('[page][size]', () => ({ description: `How many of the ${relation.name} to include: ${target.page.size} unless said. ${brackets}`, schema: size(target.page.max, target.page.size), example: Math.min(5, target.page.max) })),
      make('[filter]', () => ({ style: 'deepObject', explode: true, description: `Which of the ${relation.name} to include: \`${at}[filter][field]=value\`. ${brackets}`, schema: filterSchema(c, target), example: filterExample(c, target) })),
    ]
  })
}

const size = (most: number, usual: number): Schema => ({ type: 'integer', format: 'int32', minimum: 1, maximum: most, default: usual })

export function filterParameter(c: Contract, entity: EntityModel): Members {
  return parameter(c, 'query', `filter ${entity.name}`, `${entity.title}Filter`, 'filter', () => ({
    style: 'deepObject', explode: true, schema: filterSchema(c, entity), example: filterExample(c, entity),
    description: `Conditions, all of which hold: \`filter[field]=value\`, \`filter[field][operator]=value\`, \`filter[relation][field]=value\`, \`filter[or][0][field]=value\`. ${brackets}`
      + ' Where a generated client cannot write nested brackets, ask by a body (`query`).',
  }))
}

export function listParameters(c: Contract, entity: EntityModel): readonly Members[] {
  const most = entity.page.max, usual = entity.page.size
  const cursor = (name: 'after' | 'before', from: string): Members => parameter(c, 'query', `page ${name}`, `Page${pascal(name)}`, `page[${name}]`, () => ({
    description: `The page ${name} a cursor, which is \`page.${from}\` of an answer with the same sort and filter. Excludes the other two. ${brackets}`,
    schema: { type: 'string', pattern: '^[A-Za-z0-9_-]+$', maxLength: 4096 }, example: 'WyI3Z0xwIiwiMjAyNiJd',
  }))
  return [
    filterParameter(c, entity),
    parameter(c, 'query', `sort ${entity.name}`, `${entity.title}Sort`, 'sort', () => ({
      ...commas, description: 'What to sort by; - is descending. Null comes last ascending, first descending.', schema: namesArray(sortSchema(c, entity), 6), example: sortNames(entity).slice(-1).map(n => `-${n}`),
    })),
    parameter(c, 'query', `size ${most} ${usual}`, 'PageSize', 'page[size]', () => ({ description: `How many on a page. ${brackets}`, schema: size(most, usual), example: Math.min(20, most) })),
    cursor('after', 'next'), cursor('before', 'previous'),
    parameter(c, 'query', 'page number', 'PageNumber', 'page[number]', () => ({ description: `The page of this number, from 1. Cursors are steadier and faster. ${brackets}`, schema: { type: 'integer', format: 'int32', minimum: 1, maximum: 999_999_999 }, example: 1 })),
    parameter(c, 'query', 'count', 'Count', 'count', () => ({ description: 'Adds `page.total`: counted, or as well as it is known.', schema: { type: 'string', enum: ['exact', 'estimate'] }, example: 'exact' })),
    ...oneParameters(c, entity),
    ...includedParameters(c, entity),
  ]
}

export const oneParameters = (c: Contract, entity: EntityModel): readonly Members[] => [fieldsParameter(c, entity), ...(includes(c, entity) ? [includeParameter(c, entity)] : [])]

export function aggregateParameters(c: Contract, entity: EntityModel): readonly Members[] {
  const groups = groupable(entity).map(f => f.name), all = [...groups, ...measuresOf(entity)]
  const example = groups.find(g => entity.fields[g]?.bounds.choices !== undefined) ?? groups[0]
  return [
    parameter(c, 'query', `measure ${entity.name}`, `${entity.title}Measure`, 'measure', () => ({
      ...commas, required: true, description: 'What to count, sum up and compare.',
      schema: { ...namesArray(oneOf(c, `measure ${entity.name}`, `${entity.title}Measure`, measuresOf(entity), `A measure of ${entity.title}s.`), 20), minItems: 1 }, example: ['count'],
    })),
    parameter(c, 'query', `group ${entity.name}`, `${entity.title}Group`, 'group', () => ({
      ...commas, description: 'One answer for each value of these fields. Without it: one for all.', schema: namesArray(oneOf(c, `group ${entity.name}`, `${entity.title}Group`, groups, `A field that ${entity.title}s are grouped by.`), 5), example: example === undefined ? [] : [example],
    })),
    filterParameter(c, entity),
    parameter(c, 'query', `aggregate sort ${entity.name}`, `${entity.title}AggregateSort`, 'sort', () => ({
      ...commas, description: 'By groups and measures that are asked for; - is descending.', schema: namesArray(oneOf(c, `aggregate sort ${entity.name}`, `${entity.title}AggregateSort`, all.flatMap(n => [n, `-${n}`]), `What aggregates of ${entity.title}s are sorted by.`), 25), example: ['-count'],
    })),
    parameter(c, 'query', 'aggregate size', 'AggregateSize', 'page[size]', () => ({ description: `How many groups at most. ${brackets}`, schema: size(1000, 1000), example: 10 })),
  ]
}

/** The schema of a body that asks for a list: the words of the URL. */
export function querySchema(c: Contract, entity: EntityModel): Members {
  return c.book.ref('schemas', `query ${entity.name}`, `${entity.title}Query`, () => rowsAsked(c, entity, true))
}

function rowsAsked(c: Contract, entity: EntityModel, root: boolean): Schema {
  const { default: _, ...bodySize } = size(entity.page.max, entity.page.size)
  const page: Record<string, Json> = { size: { ...bodySize, description: `${entity.page.size} unless given.` } }
  if (root) {
    const cursor = { type: 'string', pattern: '^[A-Za-z0-9_-]+$', maxLength: 4096 }
    Object.assign(page, { after: { ...cursor, description: '`page.next` of an answer.' }, before: { ...cursor, description: '`page.previous` of an answer.' }, number: { type: 'integer', format: 'int32', minimum: 1, maximum: 999_999_999 } })
  }
  const names = (items: Schema, most: number, what: string): Schema => ({ ...namesArray(items, most), description: what })
  return given({
    type: 'object', description: root ? `Which ${entity.title}s to answer, and what of them.` : `What to include of related ${entity.title}s.`, additionalProperties: false,
    properties: given({
      filter: filterSchema(c, entity),
      sort: names(sortSchema(c, entity), 6, 'What to sort by.'),
      fields: names(fieldSchema(c, entity), fieldNames(entity).length, 'Only these fields.'),
      include: includes(c, entity) ? { anyOf: [includedObject(c, entity), namesArray(includeSchema(c, entity), 20)], description: 'Related rows to answer too.' } : undefined,
      page: { type: 'object', properties: page, additionalProperties: false, description: root ? 'Which page, and how large.' : 'How many.' },
      count: root ? { type: 'string', enum: ['exact', 'estimate'], description: 'Adds `page.total`.' } : undefined,
    }),
  })
}

function includedObject(c: Contract, entity: EntityModel): Members {
  return c.book.ref('schemas', `included ${entity.name}`, `${entity.title}Relations`, () => ({
    type: 'object', description: `Relations of ${entity.title}, each as it is or with what to answer of it.`, additionalProperties: false,
    properties: Object.fromEntries(includable(c.model, entity).map(r => [r.name, { anyOf: [{ const: true, type: 'boolean' }, includedRows(c, entityOf(c.model, r.target), r.one)] }])),
  }))
}

function includedRows(c: Contract, entity: EntityModel, one: boolean): Members {
  return c.book.ref('schemas', `included rows ${entity.name} ${one}`, `${entity.title}${one ? 'One' : 'Many'}Included`, () => {
    const all = rowsAsked(c, entity, false)
    const { filter, sort, page, ...properties } = all['properties'] as Members
    return one ? { ...all, properties } : all
  })
}

export function queryExample(c: Contract, entity: EntityModel): Members {
  return { filter: filterExample(c, entity), sort: sortNames(entity).slice(-1).map(n => `-${n}`), page: { size: Math.min(20, entity.page.max) } }
}

/** Group fields of an aggregate's answer, each once. */
export const groupFields = groupable
export const wireGroups = (entity: EntityModel) => onWire(groupFields(entity)).map(x => ({ name: x.name, of: isOne(x.of) ? [x.of] : x.of, one: isOne(x.of) }))

export const expectParameter = (c: Contract): Members => parameter(c, 'query', 'expect', 'Expect', 'expect', () => ({
  description: 'How many rows you believe there are: with another number nothing is written, and the answer is 409.', required: true, schema: { type: 'integer', format: 'int64', minimum: 0, maximum: 999_999_999 }, example: 12,
}))
export const ifMatch = (c: Contract): Members => parameter(c, 'header', 'if-match', 'IfMatch', 'If-Match', () => ({
  description: 'The `ETag` that the object had when you read it: written only if it still has that version, else 412. `*`: any version, but it must exist.',
  schema: { type: 'string', pattern: '^(\\*|(W/)?"[^"]*"( *, *(W/)?"[^"]*")*)$', maxLength: 4096 }, example: '"3.0cd1h1c6T4IFStn1HQ9PoXGQ2HM"',
}))
export const idempotencyKey = (c: Contract): Members => parameter(c, 'header', 'idempotency-key', 'IdempotencyKey', 'Idempotency-Key', () => ({
  description: 'Which request this is, so that it may be sent again: a repeat gets the same answer with `Idempotent-Replayed: true`, and writes nothing. A UUID is a good one.',
  schema: { type: 'string', pattern: '^([!-~]{1,255}|"[!-~]{1,255}")$', maxLength: 257 }, example: '5f0a2f0e-8f2a-4c36-9d6b-9a1c1d6d1f6e',
}))
export const ifNoneMatch = (c: Contract): Members => parameter(c, 'header', 'if-none-match', 'IfNoneMatch', 'If-None-Match', () => ({
  description: 'The `ETag` of an answer you have: 304 without a body if it still fits.', schema: { type: 'string', pattern: '^(\\*|(W/)?"[^"]*"( *, *(W/)?"[^"]*")*)$', maxLength: 4096 }, example: '"3.0cd1h1c6T4IFStn1HQ9PoXGQ2HM"',
}))
export const requestId = (c: Contract): Members => parameter(c, 'header', 'x-request-id', 'RequestId', 'X-Request-Id', () => ({
  description: 'Your id of this request: comes back and is logged. Without it one is made.', schema: { type: 'string', pattern: '^[A-Za-z0-9_.~-]{1,128}$', maxLength: 128 }, example: 'checkout-7f3a',
}))
