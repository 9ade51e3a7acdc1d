// Requests as plain data, short enough to write by hand and to draw at random; drivers turn them into what their protocol carries.
import { separate, shapeText, Slot, type CallRequest, type Filter, type Origin, type ReadAsk, type ReadRequest, type RowsAsk, type WriteRequest } from '../wire/index.ts'

export interface RowsPart {
  readonly filter?: unknown
  readonly sort?: readonly string[]
  readonly fields?: readonly string[]
  readonly include?: Readonly<Record<string, RowsPart>>
  readonly size?: number
}
export interface Find extends RowsPart {
  readonly find: string
  /** Only the rows at the other end of a relation of one row: `find` is then the entity of that row. */
  readonly of?: { readonly key: readonly unknown[]; readonly relation: string }
  readonly count?: 'exact' | 'estimate'
  readonly number?: number
  readonly cursor?: { readonly toward: 'next' | 'previous'; readonly token: string }
}
export interface Get { readonly get: string; readonly key: readonly unknown[]; readonly fields?: readonly string[]; readonly include?: Readonly<Record<string, RowsPart>> }
export interface Aggregated {
  readonly aggregate: string; readonly filter?: unknown; readonly group?: readonly string[]; readonly measure: readonly string[]; readonly sort?: readonly string[]; readonly size?: number
}
/** `key` only of an entity's own action. */
export interface CallPart { readonly call: string; readonly key?: readonly unknown[]; readonly input: unknown }
export type ReadPart = Find | Get | Aggregated
interface Answering { readonly fields?: readonly string[]; readonly include?: Readonly<Record<string, RowsPart>> }
export type WritePart =
  | ({ readonly create: string; readonly body: unknown } & Answering)
  | ({ readonly update: string; readonly key: readonly unknown[]; readonly body: unknown; readonly expect?: string; readonly filter?: unknown } & Answering)
  | ({ readonly replace: string; readonly key: readonly unknown[]; readonly body: unknown; readonly expect?: string } & Answering)
  | { readonly delete: string; readonly key: readonly unknown[]; readonly expect?: string; readonly filter?: unknown }
  | { readonly updateMany: string; readonly filter?: unknown; readonly body: unknown; readonly count: number }
  | { readonly deleteMany: string; readonly filter?: unknown; readonly count: number }
export type Part = ReadPart | WritePart

export const isRead = (part: Part): part is ReadPart => 'find' in part || 'get' in part || 'aggregate' in part

/** The request of a read, as a protocol makes it. */
export function readRequest(part: ReadPart, origin: Origin = 'body'): ReadRequest {
  const values: unknown[] = []
  const ask = askOf(part, values)
  const find = 'find' in part ? part : null
  return { key: shapeText(ask), ask: () => ask, values, origin, cursor: find?.cursor ?? null, number: find?.number ?? null }
}

function askOf(part: ReadPart, values: unknown[]): ReadAsk {
  const key = (parts: readonly unknown[]) => parts.map(p => new Slot(values.push(p) - 1))
  if ('get' in part) return { kind: 'get', entity: part.get, key: key(part.key), ...rowsAsk(part, values) }
  const filter: { filter?: Filter } = part.filter === undefined ? {} : { filter: separate(part.filter, values) }
  if ('aggregate' in part) {
    const { group, measure, sort, size } = part
    return { kind: 'aggregate', entity: part.aggregate, measure, ...filter, ...(group ? { group } : {}), ...(sort ? { sort } : {}), ...(size === undefined ? {} : { size }) }
  }
  return {
    kind: 'find', entity: part.find, ...(part.of ? { of: { key: key(part.of.key), relation: part.of.relation } } : {}), ...(part.count ? { count: part.count } : {}), ...filter,
    ...rowsAsk({ ...part, filter: undefined }, values),
  }
}

function rowsAsk(part: RowsPart, values: unknown[]): RowsAsk {
  const { filter, sort, fields, include, size } = part
  return {
    ...(filter === undefined ? {} : { filter: separate(filter, values) }), ...(sort ? { sort } : {}), ...(fields ? { fields } : {}), ...(size === undefined ? {} : { size }),
    ...(include ? { include: Object.fromEntries(Object.entries(include).map(([n, r]) => [n, rowsAsk(r, values)])) } : {}),
  }
}

/** The request of a call, as a protocol makes it. */
export const callRequest = (part: CallPart, origin: Origin = 'body'): CallRequest => ({ action: part.call, key: part.key ?? null, input: part.input, origin })

/** The request of a write, as a protocol makes it. */
export function writeRequest(part: WritePart, origin: Origin = 'body'): WriteRequest {
  const answer = 'fields' in part || 'include' in part ? {
    ...(part.fields ? { fields: part.fields } : {}), ...(part.include ? { include: Object.fromEntries(Object.entries(part.include).map(([n, r]) => [n, rowsAsk(r, [])])) } : {}),
  } : {}
  if ('create' in part) return { kind: 'create', entity: part.create, key: null, body: part.body, origin, expect: null, ...answer }
  const filter = 'filter' in part && part.filter !== undefined ? filterOf(part.filter, origin) : {}
  if ('updateMany' in part) return { kind: 'update', entity: part.updateMany, key: null, body: part.body, origin, expect: null, count: part.count, ...filter }
  if ('deleteMany' in part) return { kind: 'delete', entity: part.deleteMany, key: null, body: undefined, origin, expect: null, count: part.count, ...filter }
  if ('update' in part) return { kind: 'update', entity: part.update, key: part.key, body: part.body, origin, expect: part.expect ?? null, ...filter, ...answer }
  if ('replace' in part) return { kind: 'replace', entity: part.replace, key: part.key, body: part.body, origin, expect: part.expect ?? null, ...answer }
  return { kind: 'delete', entity: part.delete, key: part.key, body: undefined, origin, expect: part.expect ?? null, ...filter }
}

function filterOf(filter: unknown, origin: Origin): Pick<WriteRequest, 'filter'> {
  const values: unknown[] = []
  const of = separate(filter, values)
  return { filter: { of, values, origin } }
}
