// The other direction: an ask as the URL or the body that asks it. For the command line, the conformance suite and the round trip.
import type { Model } from '../../model/index.ts'
import { entityOf } from '../../model/index.ts'
import { absurd, type Value } from '../../operation/index.ts'
import { Slot, type Filter, type ReadAsk, type ReadRequest, type RowsAsk } from '../../wire/index.ts'
import { keyText } from './route.ts'

type Asked = Pick<ReadRequest, 'values' | 'cursor' | 'number'> & { readonly ask: ReadAsk }
const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** `/orders?filter[status]=paid`, below the prefix. A list of one text that contains a comma is said twice. */
export function encodeRead(model: Model, asked: Asked): string {
  const { ask, values } = asked
  const place = `/${entityOf(model, ask.entity).path}`
  const key = (slots: readonly Slot[]): string => keyText(slots.map(slot => values[slot.index] as Value))
  const query = encodeQuery(asked)
  const ending = query === '' ? '' : `?${query}`
  switch (ask.kind) {
    case 'get': return `${place}/${key(ask.key)}${ending}`
    case 'aggregate': return `${place}/aggregate${ending}`
    case 'find': return ask.of === undefined ? place + ending : `${place}/${key(ask.of.key)}/${encodeURIComponent(ask.of.relation)}${ending}`
    default: return absurd(ask)
  }
}

/** The query string alone, without `?`. */
export function encodeQuery({ ask, values, cursor, number }: Asked): string {
  const out: string[] = []
  const say = (name: string, value: string): void => { out.push(`${escaped(name)}=${encodeURIComponent(value)}`) }
  if (ask.kind === 'aggregate') {
    if (ask.filter !== undefined) sayFilter(ask.filter, 'filter', values, say)
    if (ask.group !== undefined) say('group', ask.group.join(','))
    if (ask.measure.length > 0) say('measure', ask.measure.join(','))
    if (ask.sort !== undefined) say('sort', ask.sort.join(','))
    if (ask.size !== undefined) say('page[size]', String(ask.size))
    return out.join('&')
  }
  sayRows(ask, '', values, say)
  if (ask.kind === 'find' && ask.count !== undefined) say('count', ask.count)
  if (cursor !== null) say(cursor.toward === 'next' ? 'page[after]' : 'page[before]', cursor.token)
  if (number !== null) say('page[number]', String(number))
  return out.join('&')
}

type Say = (name: string, value: string) => void
const escaped = (name: string): string => encodeURIComponent(name).replaceAll('%5B', '[').replaceAll('%5D', ']')

function sayRows(rows: RowsAsk, around: string, values: readonly unknown[], say: Say): void {
  const at = (word: string): string => (around === '' ? word : `${around}[${word.replace('[', '][').replace(/\]$/, '')}]`)
  if (rows.filter !== undefined) sayFilter(rows.filter, at('filter'), values, say)
  if (rows.sort !== undefined) say(at('sort'), rows.sort.join(','))
  if (rows.fields !== undefined) say(at('fields'), rows.fields.join(','))
  if (rows.size !== undefined) say(at('page[size]'), String(rows.size))
  const include = Object.entries(rows.include ?? {})
  if (include.length > 0) say(at('include'), include.map(([name]) => name).join(','))
  for (const [name, below] of include) sayRows(below, `${at('include')}[${name}]`, values, say)
}

function sayFilter(filter: Filter, name: string, values: readonly unknown[], say: Say): void {
  if (filter === null) return say(`${name}[null]`, 'true')
  if (typeof filter === 'boolean') return say(name, String(filter))
  if (filter instanceof Slot) {
    const value = values[filter.index]
    if (!name.endsWith('[in]') || !Array.isArray(value)) return say(name, text(value))
    const items = value.map(text)
    if (items.length === 0) return say(name, '')
    const repeated = items.some(x => x.includes(',')) || (items.length === 1 && items[0] === '')
    if (!repeated) return say(name, items.join(','))
    for (const item of items.length === 1 ? [...items, ...items] : items) say(name, item)
    return
  }
  if (Array.isArray(filter)) return filter.forEach((part: Filter, i) => sayFilter(part, `${name}[${i}]`, values, say))
  for (const [key, part] of Object.entries(filter)) sayFilter(part, `${name}[${key}]`, values, say)
}

/** The body of `POST /{collection}/query`. */
export function encodeLong({ ask, values, cursor, number }: Asked): object {
  if (ask.kind !== 'find') throw new Error('only a list can be asked for in a body')
  const page = {
    ...(ask.size === undefined ? {} : { size: ask.size }),
    ...(cursor === null ? {} : { [cursor.toward === 'next' ? 'after' : 'before']: cursor.token }),
    ...(number === null ? {} : { number }),
  }
  const { page: _, ...rows } = rowsOf(ask, values)
  return { ...rows, ...(ask.count === undefined ? {} : { count: ask.count }), ...(Object.keys(page).length === 0 ? {} : { page }) }
}

function rowsOf(rows: RowsAsk, values: readonly unknown[]): { readonly page?: object; readonly [word: string]: unknown } {
  return {
    ...(rows.filter === undefined ? {} : { filter: filled(rows.filter, values) }),
    ...(rows.sort === undefined ? {} : { sort: rows.sort }),
    ...(rows.fields === undefined ? {} : { fields: rows.fields }),
    ...(rows.size === undefined ? {} : { page: { size: rows.size } }),
    ...(rows.include === undefined ? {} : { include: Object.fromEntries(Object.entries(rows.include).map(([name, below]) => [name, rowsOf(below, values)])) }),
  }
}

function filled(filter: Filter, values: readonly unknown[]): unknown {
  if (filter instanceof Slot) return values[filter.index]
  if (Array.isArray(filter)) return filter.map(part => filled(part, values))
  if (filter === null || typeof filter === 'boolean') return filter
  return Object.fromEntries(Object.entries(filter).map(([name, part]) => [name, filled(part, values)]))
}
