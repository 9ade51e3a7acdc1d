// `POST /{collection}/query`: the query string's words as JSON, for filters too long for a URL.
import { Failure, suggest, type At, type Mistake } from '../../failure/index.ts'
import { separate, shapeText, type FindAsk, type ReadRequest, type RowsAsk } from '../../wire/index.ts'
import { readBody } from './body.ts'
import type { Exchange } from '../protocol.ts'

type Members = Readonly<Record<string, unknown>>
const isObject = (x: unknown): x is Members => typeof x === 'object' && x !== null && !Array.isArray(x) && Object.getPrototypeOf(x) === Object.prototype
/** Relations in one another that a body may name; the engine's own budget is smaller. */
const deepestInclude = 32

/** Throws `resolve.value` with every mistake of the body's own structure; names of fields are the engine's to judge. */
export function readLong(entity: string, exchange: Pick<Exchange, 'headers' | 'body' | 'method'>): ReadRequest {
  const body = readBody(exchange)
  const mistakes: Mistake[] = []
  const values: unknown[] = []
  let cursor: ReadRequest['cursor'] = null
  let number: number | null = null
  let count: FindAsk['count']
  let rows: RowsAsk = {}
  if (!isObject(body)) mistakes.push({ at: [], detail: 'must be an object with filter, sort, include, fields, page, count' })
  else {
    rows = rowsOf(body, [], ['count'], values, mistakes)
    if (body['count'] === 'exact' || body['count'] === 'estimate') count = body['count']
    else if (body['count'] !== undefined) mistakes.push({ at: ['count'], detail: "must be 'exact' or 'estimate'" })
    const page = isObject(body['page']) ? body['page'] : {}
    const given = ['after', 'before', 'number'].filter(name => page[name] !== undefined)
    if (given.length > 1) mistakes.push({ at: ['page'], detail: `${given.join(' and ')} exclude each other` })
    for (const [name, toward] of [['after', 'next'], ['before', 'previous']] as const) {
      const token = page[name]
      if (typeof token === 'string') cursor = { toward, token }
      else if (token !== undefined) mistakes.push({ at: ['page', name], detail: 'must be a cursor, as page.next and page.previous of an answer' })
    }
    if (isCount(page['number'])) number = page['number']
    else if (page['number'] !== undefined) mistakes.push({ at: ['page', 'number'], detail: 'must be a whole number from 1' })
  }
  if (mistakes.length > 0) throw new Failure('resolve.value', undefined, { mistakes })
  const ask: FindAsk = { kind: 'find', entity, ...rows, ...(count === undefined ? {} : { count }) }
  return { key: `query ${shapeText(ask)}`, ask: () => ask, values, origin: 'body', cursor, number }
}

const isCount = (x: unknown): x is number => typeof x === 'number' && Number.isSafeInteger(x) && x >= 1

function rowsOf(body: Members, at: At, more: readonly string[], values: unknown[], mistakes: Mistake[]): RowsAsk {
  const known = ['filter', 'sort', 'page', 'fields', 'include', ...more]
  for (const name of Object.keys(body)) {
    if (!known.includes(name)) mistakes.push({ at: [...at, name], detail: `does not exist.${suggest(name, known)} There are: ${known.join(', ')}` })
  }
  const sort = body['sort'] === undefined ? undefined : namesOf(body['sort'], [...at, 'sort'], mistakes)
  const fields = body['fields'] === undefined ? undefined : namesOf(body['fields'], [...at, 'fields'], mistakes)
  const include = body['include'] === undefined ? undefined : includeOf(body['include'], [...at, 'include'], values, mistakes)
  const size = sizeOf(body['page'], at, mistakes)
  if (body['filter'] !== undefined && !isObject(body['filter'])) mistakes.push({ at: [...at, 'filter'], detail: 'must be an object' })
  return {
    ...(isObject(body['filter']) ? { filter: separate(body['filter'], values) } : {}),
    ...(sort === undefined ? {} : { sort }),
    ...(fields === undefined ? {} : { fields }),
    ...(include === undefined ? {} : { include }),
    ...(size === undefined ? {} : { size }),
  }
}

function sizeOf(page: unknown, at: At, mistakes: Mistake[]): number | undefined {
  if (page === undefined) return undefined
  if (!isObject(page)) { mistakes.push({ at: [...at, 'page'], detail: 'must be an object with size' }); return undefined }
  const known = at.length === 0 ? ['size', 'after', 'before', 'number'] : ['size']
  for (const name of Object.keys(page)) {
    if (!known.includes(name)) mistakes.push({ at: [...at, 'page', name], detail: `does not exist.${suggest(name, known)} There ${known.length > 1 ? 'are' : 'is'}: ${known.join(', ')}` })
  }
  if (page['size'] === undefined) return undefined
  if (isCount(page['size'])) return page['size']
  mistakes.push({ at: [...at, 'page', 'size'], detail: 'must be a whole number from 1' })
  return undefined
}

/** `["a", "b"]`, or as in a URL `"a,b"`. */
function namesOf(given: unknown, at: At, mistakes: Mistake[]): readonly string[] | undefined {
  const list: unknown = typeof given === 'string' ? given.split(',').map(x => x.trim()) : given
  if (Array.isArray(list) && list.every((x): x is string => typeof x === 'string' && x !== '')) return list
  mistakes.push({ at, detail: 'must be a list of names' })
  return undefined
}

/** `["customer", "items.product"]`, or an object by relation: `{ "items": { "page": { "size": 5 } }, "customer": true }`. */
function includeOf(given: unknown, at: At, values: unknown[], mistakes: Mistake[]): Readonly<Record<string, RowsAsk>> | undefined {
  const include: { [name: string]: RowsAsk } = Object.create(null)
  if (at.length > deepestInclude * 2) { mistakes.push({ at, detail: `is nested more than ${deepestInclude} deep` }); return undefined }
  if (isObject(given)) {
    for (const [relation, rows] of Object.entries(given)) {
      if (rows === true) include[relation] = {}
      else if (isObject(rows)) include[relation] = rowsOf(rows, [...at, relation], [], values, mistakes)
      else mistakes.push({ at: [...at, relation], detail: 'must be true, or an object with filter, sort, page, fields, include' })
    }
    return include
  }
  const paths = namesOf(given, at, mistakes)
  for (const path of paths ?? []) {
    const relations = path.split('.')
    if (relations.includes('') || relations.length > deepestInclude) mistakes.push({ at, detail: `'${path.slice(0, 80)}' is no path of relations` })
    else add(include, relations)
  }
  return paths === undefined ? undefined : include
}

function add(to: { [name: string]: RowsAsk }, [first = '', ...rest]: readonly string[]): void {
  const below: { [name: string]: RowsAsk } = Object.assign(Object.create(null), to[first]?.include)
  if (rest.length > 0) add(below, rest)
  to[first] = Object.keys(below).length === 0 ? {} : { include: below }
}
