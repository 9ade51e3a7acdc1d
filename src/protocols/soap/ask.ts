// What an operation's element says → requests of the engine: shapes with slots, values beside them.
import { Failure, type At, type Mistake } from '../../failure/index.ts'
import type { EntityModel } from '../../model/index.ts'
import { idParts, separate, shapeText, Slot, type AggregateAsk, type CallRequest, type FindAsk, type ReadAsk, type ReadRequest, type RowsAsk, type WriteRequest } from '../../wire/index.ts'
import type { Calls, Reads, Writes } from './contract/index.ts'
import type { Members } from './read.ts'

const isMembers = (x: unknown): x is Members => typeof x === 'object' && x !== null && !Array.isArray(x)
const texts = (x: unknown): readonly string[] | undefined => (x === undefined ? undefined : (Array.isArray(x) ? x as readonly unknown[] : [x]).map(one => String(one).trim()))

/** The parts of the key that `id` names. Throws `row.missing` where it is none. */
export function keyOf(entity: EntityModel, input: Members): readonly unknown[] {
  const id = input['id'], text = typeof id === 'string' ? id : JSON.stringify(id)
  const parts = idParts(text, entity.key.length)
  if (parts === null) throw new Failure('row.missing', `The id of a ${entity.title} is ${entity.key.join(', ')}, each percent-encoded, joined by commas.`)
  return parts
}

/** Find, get or aggregate. Throws `resolve.value` for mistakes of the request's own structure. */
export function readRequest(does: Reads, input: Members): ReadRequest {
  const { entity } = does
  const values: unknown[] = []
  const mistakes: Mistake[] = []
  const keyed = does.kind === 'get' || does.of !== null
  const key = keyed ? keyOf(entity, input).map(part => new Slot(values.push(part) - 1)) : []
  const rows = rowsAsk(input, [], values, mistakes)
  const page = does.kind === 'find' ? paging(input['page'], mistakes) : { cursor: null, number: null }
  const ask = ((): ReadAsk => {
    switch (does.kind) {
      case 'get': return { kind: 'get', entity: entity.name, key, ...only(rows, 'fields', 'include') }
      case 'aggregate': return { kind: 'aggregate', entity: entity.name, ...aggregated(input), ...only(rows, 'filter', 'sort', 'size') }
      case 'find': return { kind: 'find', entity: entity.name, ...rows, ...(does.of === null ? {} : { of: { key, relation: does.of.name } }), ...counting(input['count'], mistakes) }
    }
  })()
  if (mistakes.length > 0) throw new Failure('resolve.value', undefined, { mistakes })
  return { key: `soap ${shapeText(ask)}`, ask: () => ask, values, origin: 'body', ...page }
}

/** A write. Throws `resolve.value` for mistakes of the request's own structure. */
export function writeRequest(does: Writes, input: Members): WriteRequest {
  const { entity, kind } = does
  const mistakes: Mistake[] = []
  const filters: unknown[] = [], values: unknown[] = []
  const answer = only(rowsAsk({ fields: input['fields'], include: input['include'] }, [], filters, mistakes), 'fields', 'include')
  if (filters.length > 0) mistakes.push({ at: ['include'], detail: 'has a filter: the answer of a write cannot be filtered. Read it afterwards' })
  const { filter, version, expect, data } = input
  const many = kind === 'updateMany' || kind === 'deleteMany'
  if (many && typeof expect !== 'number') mistakes.push({ at: ['expect'], detail: 'must be a whole number' })
  const body = kind === 'createMany' ? data ?? [] : data
  if (mistakes.length > 0) throw new Failure('resolve.value', undefined, { mistakes })
  return {
    kind: engineKind[kind], entity: entity.name, origin: 'body', key: kind === 'create' || kind === 'createMany' || many ? null : keyOf(entity, input),
    body, expect: typeof version === 'string' ? version.trim() : null, ...answer,
    ...(filter === undefined || filter === null ? {} : { filter: { of: separate(filter, values), values, origin: 'body' } }),
    ...(typeof expect === 'number' ? { count: expect } : {}),
  }
}
/** What a write is to the engine. */
export const engineKind = { create: 'create', createMany: 'create', update: 'update', updateMany: 'update', upsert: 'replace', delete: 'delete', deleteMany: 'delete' } as const

/** A call of an action. */
export function callRequest({ action, entity }: Calls, input: Members): CallRequest {
  const { version } = input
  return entity === null
    ? { action: action.id, key: null, input, origin: 'body' }
    : { action: action.id, key: keyOf(entity, input), input: input['input'], origin: 'body', expect: typeof version === 'string' ? version.trim() : null }
}

const only = <K extends keyof RowsAsk>(rows: RowsAsk, ...names: readonly K[]): Pick<RowsAsk, K> =>
  Object.fromEntries(names.flatMap(n => (rows[n] === undefined ? [] : [[n, rows[n]]]))) as Pick<RowsAsk, K>

function aggregated(input: Members): Pick<AggregateAsk, 'group' | 'measure'> {
  const group = texts(input['group'])
  return { measure: texts(input['measure']) ?? [], ...(group === undefined ? {} : { group }) }
}

function rowsAsk(input: Members, at: At, values: unknown[], mistakes: Mistake[]): RowsAsk {
  const { filter, include, page } = input
  const sort = texts(input['sort']), fields = texts(input['fields'])
  const size = isMembers(page) ? page['size'] : undefined
  const within: { [relation: string]: RowsAsk } = Object.create(null) as { [relation: string]: RowsAsk }
  if (isMembers(include)) for (const [name, of] of Object.entries(include)) within[name] = isMembers(of) ? rowsAsk(of, [...at, 'include', name], values, mistakes) : {}
  if (size !== undefined && typeof size !== 'number') mistakes.push({ at: [...at, 'page', 'size'], detail: 'must be a whole number from 1' })
  return {
    ...(filter === undefined || filter === null ? {} : { filter: separate(filter, values) }),
    ...(sort === undefined ? {} : { sort }), ...(fields === undefined ? {} : { fields }),
    ...(isMembers(include) ? { include: within } : {}), ...(typeof size === 'number' ? { size } : {}),
  }
}

function paging(page: unknown, mistakes: Mistake[]): Pick<ReadRequest, 'cursor' | 'number'> {
  const asked = isMembers(page) ? page : {}
  const given = ['after', 'before', 'number'].filter(name => asked[name] !== undefined)
  if (given.length > 1) mistakes.push({ at: ['page'], detail: `${given.join(' and ')} exclude each other` })
  const { after, before, number } = asked
  if (number !== undefined && !(typeof number === 'number' && Number.isSafeInteger(number) && number >= 1)) mistakes.push({ at: ['page', 'number'], detail: 'must be a whole number from 1' })
  const token = typeof after === 'string' ? after : typeof before === 'string' ? before : null
  return { cursor: token === null ? null : { toward: typeof after === 'string' ? 'next' : 'previous', token: token.trim() }, number: typeof number === 'number' ? number : null }
}

function counting(count: unknown, mistakes: Mistake[]): Pick<FindAsk, 'count'> {
  if (count === undefined) return {}
  if (count === 'exact' || count === 'estimate') return { count }
  mistakes.push({ at: ['count'], detail: "must be 'exact' or 'estimate'" })
  return {}
}
