// GET and `POST …/query`: a request of the wire becomes a ReadRequest; its answer becomes bytes.
import { createHash } from 'node:crypto'
import { absurd } from '../../operation/index.ts'
import { Slot, type FindAsk, type ReadAsk, type ReadRequest, type WriteRequest } from '../../wire/index.ts'
import type { ReadAnswer, Reply, Why } from '../protocol.ts'
import { Failure } from '../../failure/index.ts'
import { readStructure, type Structure } from './grammar.ts'
import { readQuery } from './query.ts'
import type { Route } from './route.ts'
import { matching, readTags, tagOf } from './tags.ts'

export type Readable = Exclude<Route, { readonly kind: 'query' | 'action' }>
type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** What a GET of this address asks. Throws `request.malformed`; the ask itself throws what `readStructure` throws. */
export function readRequest(route: Readable, query: string): ReadRequest {
  const { shape, values, cursor, number } = readQuery(query)
  const key = route.kind === 'one' || route.kind === 'related' ? route.key : []
  const place = route.kind === 'related' ? `${route.relation.name} of ${route.entity.name}` : route.entity.name
  return {
    key: shorter(`${route.kind} ${place} ${shape}`),
    ask: () => askOf(route, query),
    values: key.length === 0 ? values : [...key, ...values],
    origin: 'url', cursor, number,
  }
}

/** Long names of shapes give way to a hash, so that whoever keeps them keeps little. */
const shorter = (text: string): string => (text.length <= 256 ? text : `sha256 ${createHash('sha256').update(text).digest('base64url')}`)

function askOf(route: Readable, query: string): ReadAsk {
  const entity = route.entity.name
  const key = 'key' in route ? route.key.map((_, i) => new Slot(i)) : []
  switch (route.kind) {
    case 'one': return { kind: 'get', entity, key, ...onlyOne(readStructure(query, 'get', key.length)) }
    case 'collection': return { kind: 'find', entity, ...rowsOnly(readStructure(query, 'find', 0)) }
    case 'related': {
      const structure = readStructure(query, 'find', key.length)
      return { kind: 'find', entity, of: { key, relation: route.relation.name }, ...rowsOnly(structure) }
    }
    case 'aggregate': {
      const { filter, group, measure = [], sort, size } = readStructure(query, 'aggregate', 0)
      return {
        kind: 'aggregate', entity, measure, ...(filter === undefined ? {} : { filter }), ...(group === undefined ? {} : { group }),
        ...(sort === undefined ? {} : { sort }), ...(size === undefined ? {} : { size }),
      }
    }
    default: return absurd(route)
  }
}

const onlyOne = ({ fields, include }: Structure): Pick<Structure, 'fields' | 'include'> =>
  ({ ...(fields === undefined ? {} : { fields }), ...(include === undefined ? {} : { include }) })
const rowsOnly = ({ filter, sort, size, count, ...one }: Structure): Omit<FindAsk, 'kind' | 'entity' | 'of'> => ({
  ...onlyOne(one), ...(filter === undefined ? {} : { filter }), ...(sort === undefined ? {} : { sort }), ...(size === undefined ? {} : { size }), ...(count === undefined ? {} : { count }),
})

/** What a write answers with, the same words as of a read of one; and its condition. */
export function askedOfWrite(query: string, parameters: 'write' | 'change'): Pick<WriteRequest, 'fields' | 'include' | 'filter'> {
  const { filter, ...one } = structureOfWrite(query, parameters)
  return { ...onlyOne(one), ...filter }
}

/** Which rows of many, and how many they are believed to be. */
export function askedOfMany(query: string): { readonly filter: Pick<WriteRequest, 'filter'>; readonly expect: number | undefined } {
  const { filter, expect } = structureOfWrite(query, 'many')
  return { filter, expect }
}

const unsaid = { filter: {} }
function structureOfWrite(query: string, parameters: 'write' | 'change' | 'many'): Omit<Structure, 'filter'> & { readonly filter: Pick<WriteRequest, 'filter'> } {
  if (query === '') return unsaid
  const { cursor, number, values } = readQuery(query)
  const { filter, ...structure } = readStructure(query, parameters, 0)
  if (cursor !== null || number !== null) throw new Failure('resolve.name', 'There is no paging of a write.')
  return { ...structure, filter: filter === undefined ? {} : { filter: { of: filter, values, origin: 'url' } } }
}

/** An answer as bytes, 304 and 412 included. `of`: what stands there. */
export function renderRead(answer: ReadAnswer, of: 'object' | 'list', headers: Headers, why: Why | null): Reply {
  const parts = of === 'object' ? [answer.body] : together('{"data":', answer.body, `${pageText(answer)}}`)
  const more = of !== 'list' && answer.cut.length > 0 ? { 'page-more': answer.cut.join(', ') } : {}
  if (why !== null) {
    const body = of === 'list' ? ['{"data":', answer.body, `${pageText(answer)},"why":${JSON.stringify(why)}}`] : ['{"data":', ...parts, `,"why":${JSON.stringify(why)}}`]
    return { status: 200, headers: { ...always, 'cache-control': 'no-store', ...more }, body }
  }
  const tag = tagOf(of === 'object' ? answer.version : null, parts)
  const ifMatch = headers['if-match']
  if (ifMatch !== undefined) {
    const tags = readTags(String(ifMatch), 'If-Match')
    const holds = tags === '*' || tags.some(t => (answer.version === null ? matching([t], tag) !== null : t.version === answer.version))
    if (!holds) throw new Failure('row.stale', 'What is here now has another ETag than If-Match names.')
  }
  const ifNone = headers['if-none-match']
  const same = ifNone === undefined ? null : matching(readTags(String(ifNone), 'If-None-Match'), tag)
  if (same !== null) return { status: 304, headers: { etag: same, 'cache-control': always['cache-control'], vary: always.vary, ...more }, body: [] }
  return { status: 200, headers: { ...always, etag: tag, ...more }, body: parts }
}

export const always = { 'content-type': 'application/json', 'cache-control': 'private, no-cache', vary: 'Accept, Authorization' } as const

/** Cursors are base64url: there is nothing in them to escape. */
function pageText({ page, cut }: ReadAnswer): string {
  if (page === null) return ''
  const cursor = (token: string | null): string => (token === null ? 'null' : `"${token}"`)
  return `,"page":{"next":${cursor(page.next)},"previous":${cursor(page.previous)}${page.total === null ? '' : `,"total":${page.total}`}${page.totalIsAtLeast ? ',"totalIsAtLeast":true' : ''}${cut.length === 0 ? '' : `,"more":${JSON.stringify(cut)}`}}`
}

/** The parts of a small answer as one: it is hashed and sent as such. */
const together = (before: string, body: Uint8Array | string, after: string): readonly (Uint8Array | string)[] =>
  (body.length < 32_768 && typeof body !== 'string' ? [Buffer.concat([Buffer.from(before), body, Buffer.from(after)])] : [before, body, after])
