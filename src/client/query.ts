// What is asked, as a query string or, where that is too long or cannot say it, as a body.

/** Options of a read as they come, names unchecked: the server knows them. */
export interface Ask {
  readonly where?: unknown; readonly sort?: readonly string[]; readonly fields?: readonly string[]; readonly include?: Readonly<Record<string, true | Ask>>; readonly first?: number
  readonly after?: string; readonly before?: string; readonly count?: string; readonly group?: readonly string[]; readonly measure?: readonly string[]
  readonly expect?: number
}

export function base64url(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Dates, decimals, bigints and bytes as JSON has them. Throws TypeError for what it has not, and in a filter for `undefined`: it would quietly ask for something else. */
export function json(value: unknown, filter = false): string {
  return JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, name, plain: unknown) {
    const raw = this[name]
    if (raw instanceof Uint8Array) return base64url(raw)
    if (typeof raw === 'bigint') return String(raw)
    if (filter && raw === undefined) throw new TypeError(`where: '${name}' is undefined. Leave it out, or say null.`)
    if ((typeof raw === 'number' && !Number.isFinite(raw)) || (raw instanceof Date && plain === null)) throw new TypeError(`'${name}' is ${String(raw)}, which JSON cannot say.`)
    return plain
  })
}
const plain = (where: unknown): unknown => JSON.parse(json(where, true))

type Say = (name: string, value: string) => void
/** A filter that only a body can say: `or` of nothing, `some` of anything. */
export class Unsayable extends TypeError {}

/** `filter[status]=paid&include=items`. Throws Unsayable. */
export function queryOf(ask: Ask): string {
  const out: string[] = []
  const say: Say = (name, value) => { out.push(`${name}=${encodeURIComponent(value)}`) }
  sayRows(ask, '', say)
  for (const word of ['group', 'measure'] as const) if (ask[word]?.length) say(word, ask[word].join())
  for (const word of ['count', 'expect'] as const) if (ask[word] !== undefined) say(word, String(ask[word]))
  for (const word of ['after', 'before'] as const) if (ask[word] !== undefined) say(`page[${word}]`, ask[word])
  return out.join('&')
}

function sayRows({ where, sort, fields, first, include }: Ask, around: string, say: Say): void {
  const at = (word: string): string => (around === '' ? word : `${around}[${word}]`)
  if (where !== undefined) {
    const filter = plain(where)
    if (typeof filter !== 'object' || filter === null || Object.keys(filter).length > 0) sayFilter(filter, at('filter'), '', say)
  }
  if (sort?.length) say(at('sort'), sort.join())
  if (fields?.length) say(at('fields'), fields.join())
  if (first !== undefined) say(`${at('page')}[size]`, String(first))
  const included = chosen(include)
  if (included.length > 0) say(at('include'), included.map(([name]) => name).join())
  for (const [name, of] of included) if (of !== true) sayRows(of, `${at('include')}[${name}]`, say)
}

const chosen = (include: Ask['include'] = {}): [string, true | Ask][] => Object.entries(include).filter(([, of]) => of)

function sayFilter(filter: unknown, name: string, word: string, say: Say): void {
  if (filter === null) return say(`${name}[null]`, 'true')
  if (typeof filter !== 'object') return say(name, typeof filter === 'string' ? filter : json(filter))
  if (word === 'in' && Array.isArray(filter)) {
    const items = filter.map(String)
    // A comma within a value: repeated, each is one value.
    if (!items.some(item => item.includes(',')) && (items.length !== 1 || items[0] !== '')) return say(name, items.join())
    for (const item of items.length === 1 ? [...items, ...items] : items) say(name, item)
    return
  }
  const parts = Object.entries(filter)
  if (parts.length === 0 || (Array.isArray(filter) && !['or', 'and', 'not'].includes(word))) throw new Unsayable('An empty filter cannot be said here; find and count can say it.')
  for (const [key, part] of parts) sayFilter(part, `${name}[${key}]`, key, say)
}

/** The body of `POST …/query`. */
export function bodyOf(ask: Ask): object {
  const { count, after, before } = ask
  const { page, ...rows } = rowsOf(ask)
  const paged = { ...page, ...(after === undefined ? {} : { after }), ...(before === undefined ? {} : { before }) }
  return { ...rows, ...(count === undefined ? {} : { count }), ...(Object.keys(paged).length ? { page: paged } : {}) }
}

function rowsOf({ where, sort, fields, first, include }: Ask): { readonly page?: object } {
  return {
    ...(where === undefined ? {} : { filter: plain(where) }),
    ...(sort?.length ? { sort } : {}),
    ...(fields?.length ? { fields } : {}),
    ...(first === undefined ? {} : { page: { size: first } }),
    ...(include ? { include: Object.fromEntries(chosen(include).map(([name, of]) => [name, of === true ? true : rowsOf(of)])) } : {}),
  }
}

/** A key in an address: a value, or of several parts `orderId=1,productId=2`. */
export function keyOf(key: unknown): string {
  const parts: string[] = []
  const walk = (part: unknown, name: string): void => {
    if (typeof part === 'object' && part !== null && !(part instanceof Uint8Array)) for (const [n, p] of Object.entries(part)) walk(p, name === '' ? n : `${name}.${n}`)
    else if (part === undefined || part === null || part === '') throw new TypeError(`The key${name && ` '${name}'`} is ${part === '' ? 'empty' : String(part)}.`)
    else parts.push(`${name && `${name}=`}${encodeURIComponent(part instanceof Uint8Array ? base64url(part) : `${part as string | number | bigint}`)}`)
  }
  walk(key, '')
  return parts.join()
}
