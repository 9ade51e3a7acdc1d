// The methods of one entity: what is asked becomes a request, what is answered rows.
import type { Calling, Version } from '../define/index.ts'
import { Failure, isFailure } from './failure.ts'
import { bodyOf, json, keyOf, queryOf, Unsayable, type Ask } from './query.ts'
import type { Answered, Send } from './send.ts'

export type Asked = Ask & Calling & { readonly idempotencyKey?: string; readonly version?: Version }
interface Page { readonly next: string | null; readonly previous: string | null; readonly total: number | null; readonly totalIsAtLeast: boolean; readonly more: readonly string[] }
interface Found { readonly data: readonly unknown[]; readonly page: Page }
/** The methods as they are when nothing is known of the entity. */
export interface Rows { readonly [method: string]: (...given: never[]) => unknown }

/** Longer addresses are refused here and there between client and server. */
const longest = 4000
/** Where a row keeps its ETag and its cut lists: seen by no loop, copied by no spread. */
const read = Symbol.for('backwright.read')
interface Read { readonly etag: string | null; readonly more: readonly string[] }
const readOf = (row: object): Read | undefined => Reflect.get(row, read) as Read | undefined

/** The version a row was read with, for `update(…, { version })`; null where it is not known: a row of a list without its field `version`. */
export function versionOf(row: object): string | null {
  const { etag } = readOf(row) ?? { etag: null }
  const version: unknown = etag ?? Reflect.get(row, 'version')
  return typeof version === 'string' || typeof version === 'number' ? String(version) : null
}

/** Which included lists of a row that was read alone or written were cut by their page. */
export const moreOf = (row: object): readonly string[] => readOf(row)?.more ?? []

function marked({ body, headers }: Answered): unknown {
  if (typeof body !== 'object' || body === null) return body
  return Object.defineProperty(body, read, { value: { etag: headers.get('etag'), more: headers.get('page-more')?.split(', ') ?? [] } satisfies Read })
}

/** `If-Match` of a version, an ETag or a row. */
export function expecting(version: Version | undefined): string | undefined {
  if (version === undefined) return undefined
  const text = typeof version === 'object' ? versionOf(version) : String(version)
  if (text === null) throw new TypeError('The version of this row is not known: read it with get, or choose its field version.')
  return /^(\*$|"|W\/)/.test(text) ? text : `"${text}"`
}

const plainPage = { next: null, previous: null, total: null, totalIsAtLeast: false, more: [] } as const
const at = (path: string, query: string): string => (query === '' ? path : `${path}?${query}`)

/** The rows of the entity `name`. Its address is its own name behind a tilde: which plural it has is not known here. */
export function rowsOf(send: Send, name: string): Rows {
  const path = `/~${name}`
  const reading = (asked: Asked, address: string): Promise<Answered> => send({ method: 'GET', path: address, safe: true, call: asked })
  const asking = (asked: Asked): Promise<Answered> => send({ method: 'POST', path: `${path}/query`, body: json(bodyOf(asked)), safe: true, call: asked })
  const found = ({ body }: Answered): Found => {
    const { data, page } = (body ?? {}) as Partial<Found>
    if (!Array.isArray(data)) throw new Failure({ code: 'client.answer', status: 200, message: 'What came is no list of rows. Is the address that of the application?' })
    return { data, page: { ...plainPage, ...page } }
  }
  const row = async (key: unknown, asked: Asked): Promise<unknown> => marked(await reading(asked, at(`${path}/${keyOf(key)}`, queryOf(asked))))
  const write = async (method: string, key: unknown, body: unknown, asked: Asked): Promise<unknown> => {
    const { fields, include, where, expect, version } = asked
    const place = key === undefined ? path : `${path}/${keyOf(key)}`
    const query = queryOf({ ...(fields ? { fields } : {}), ...(include ? { include } : {}), ...(where === undefined ? {} : { where }), ...(expect === undefined ? {} : { expect }) })
    const answered = await send({
      method, path: at(place, query), headers: { 'if-match': expecting(version) }, call: asked,
      ...(body === undefined ? {} : { body: json(body) }),
    })
    // What may not be read back has no body: the key that was given, or the one of the new row's address.
    if (answered.body !== null || method === 'DELETE') return marked(answered)
    const last = answered.headers.get('location')?.replace(/^.*\//, '')
    return typeof key === 'object' ? key : { id: key ?? (last === undefined ? null : decodeURIComponent(last)) }
  }

  const rows = {
    find: async (asked: Asked = {}): Promise<Found> => {
      const query = sayable(asked)
      return found(query === null ? await asking(asked) : await reading(asked, at(path, query)))
    },
    async* each(asked: Asked = {}) {
      for (let ask = asked; ;) {
        const { data, page } = await rows.find(ask)
        yield* data
        if (page.next === null) return
        ask = { ...asked, after: page.next }
      }
    },
    get: async (key: unknown, asked: Asked = {}) => {
      try {
        return await row(key, asked)
      } catch (error) {
        if (isFailure(error, 'row.missing')) return null
        throw error
      }
    },
    related: async (key: unknown, list: string, asked: Asked = {}) => found(await reading(asked, at(`${path}/${keyOf(key)}/${list}`, queryOf(asked)))),
    count: async (asked: Asked = {}) => {
      const query = sayable({ ...(asked.where === undefined ? {} : { where: asked.where }), measure: ['count'] })
      if (query === null) return found(await asking({ ...asked, count: 'exact', first: 1 })).page.total
      return (found(await reading(asked, at(`${path}/aggregate`, query))).data[0] as { readonly count: number }).count
    },
    aggregate: async (asked: Asked) => found(await reading(asked, at(`${path}/aggregate`, queryOf(asked)))).data,
    create: async (body: unknown, asked: Asked = {}) => {
      const made = await write('POST', undefined, body, asked)
      return Array.isArray(body) ? (made as Found).data : made
    },
    update: (key: unknown, changes: unknown, asked: Asked = {}) => write('PATCH', key, changes, asked),
    change: async (key: unknown, make: (row: unknown) => unknown, asked: Asked = {}) => {
      for (let tries = 5; ;) {
        const now = await row(key, asked)
        try {
          return await write('PATCH', key, await make(now), { ...asked, version: now as object })
        } catch (error) {
          if (!isFailure(error, 'row.stale') || --tries === 0) throw error
        }
      }
    },
    upsert: (key: unknown, body: unknown, asked: Asked = {}) => write('PUT', key, body, asked),
    updateMany: (asked: Asked, changes: unknown, expected: Asked) => write('PATCH', undefined, changes, { ...asked, ...expected }),
    deleteMany: (asked: Asked, expected: Asked) => write('DELETE', undefined, undefined, { ...asked, ...expected }),
    delete: async (key: unknown, asked: Asked = {}) => { await write('DELETE', key, undefined, asked) },
  }
  return rows
}

/** The query string, or null where only a body will do. */
function sayable(asked: Ask): string | null {
  try {
    const query = queryOf(asked)
    return query.length > longest ? null : query
  } catch (error) {
    if (error instanceof Unsayable) return null
    throw error
  }
}
