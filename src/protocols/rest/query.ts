// The query string in one pass: the text that names its shape, and the values. Its structure is read (`grammar.ts`) only for a shape not seen before.
import type { ReadRequest } from '../../wire/index.ts'
import { fromQuery, malformed, shown } from './text.ts'

export interface QueryString {
  /** Names and structure without filter values, cursors and page numbers. Equal texts mean equal structure. */
  readonly shape: string
  readonly values: unknown[]
  readonly cursor: ReadRequest['cursor']
  readonly number: number | null
}

/** `name` and `value` are raw; `name` has plain brackets. */
export function eachParameter(query: string, visit: (name: string, value: string) => void): void {
  for (let start = 0; start <= query.length;) {
    const and = query.indexOf('&', start)
    const end = and === -1 ? query.length : and
    if (end > start) {
      const equals = query.indexOf('=', start)
      const split = equals === -1 || equals > end ? end : equals
      const name = query.slice(start, split)
      visit(name.includes('%') ? name.replace(/%5b/gi, '[').replace(/%5d/gi, ']') : name, query.slice(Math.min(split + 1, end), end))
    }
    start = end + 1
  }
}

/** How a parameter takes part in the shape. `name` is decoded. Hot and cold pass agree on slots because both ask this. */
export function roleOf(name: string): 'value' | 'list' | 'shape' {
  const filters = name.startsWith('filter[') || (name.startsWith('include[') && name.includes('][filter]['))
  return !filters || name.endsWith('[null]') ? 'shape' : name.endsWith('[in]') ? 'list' : 'value'
}

/** Throws `request.malformed` for text that cannot be decoded and for paging that contradicts itself. */
export function readQuery(query: string): QueryString {
  let shape = ''
  const values: unknown[] = []
  let cursor: ReadRequest['cursor'] = null
  let number: number | null = null
  // Lists by name: their slot, and the first text while it is the only one.
  let lists: Map<string, { readonly items: string[]; only: string | null }> | null = null
  const once = (name: string): void => {
    if (cursor !== null || number !== null) throw malformed(`page[after], page[before] and page[number] exclude each other, and each is given once; '${name}' is one too many.`)
  }
  if (query !== '') eachParameter(query, (raw, text) => {
    const name = fromQuery(raw)
    const role = roleOf(name)
    if (role === 'value') {
      shape += `&${raw}=$`
      values.push(fromQuery(text))
    } else if (role === 'list') {
      const value = fromQuery(text)
      const list = lists?.get(name)
      if (list === undefined) {
        const items = value === '' ? [] : value.split(',')
        values.push(items)
        ;(lists ??= new Map()).set(name, { items, only: value })
        shape += `&${raw}=$`
      } else {
        // Repeated: each is one value, commas and all.
        if (list.only !== null) list.items.splice(0, list.items.length, list.only)
        list.only = null
        list.items.push(value)
      }
    } else if (name === 'page[after]' || name === 'page[before]') {
      once(name)
      cursor = { toward: name === 'page[after]' ? 'next' : 'previous', token: fromQuery(text) }
    } else if (name === 'page[number]') {
      once(name)
      number = wholeNumber(name, fromQuery(text))
    } else {
      shape += `&${raw}=${text}`
    }
  })
  return { shape, values, cursor, number }
}

/** A whole number from `least` on. */
export function wholeNumber(name: string, text: string, least: 0 | 1 = 1): number {
  const number = Number(text)
  if (!/^(0|[1-9]\d{0,8})$/.test(text) || number < least) throw malformed(`${name} is a whole number from ${least}, not '${shown(text)}'.`)
  return number
}
