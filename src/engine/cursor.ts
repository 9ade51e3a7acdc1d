// Cursors: the order keys of a row, bound to the sort, the filter and the caller they were made for.
import { hash } from 'node:crypto'
import { Failure } from '../failure/index.ts'
import { tenantOf, type Caller } from '../model/index.ts'
import type { Order, Value } from '../operation/index.ts'
import { Misfit, readScalar, type Around, type ResolvedRead } from './resolve/index.ts'

/** What a cursor is valid for: a sort and a filter with its values, for one caller. Fields, relations, page size and count may change from page to page. */
export function bindingOf(bound: ResolvedRead['bound'], values: readonly Value[], caller: Caller): string {
  return hash('sha256', bound.text + JSON.stringify([bound.slots.map(s => values[s] ?? null), caller.id, [...caller.roles].toSorted(), ...(tenantOf(caller) === null ? [] : [tenantOf(caller)])]), 'base64url').slice(0, 12)
}

export function writeCursor(binding: string, keys: readonly Value[]): string {
  return Buffer.from(JSON.stringify([binding, ...keys])).toString('base64url')
}

/** Throws `resolve.cursor` for what is no cursor of this request. */
export function readCursor(token: string): { readonly binding: string; readonly keys: readonly Value[] } {
  const bad = () => new Failure('resolve.cursor', 'this cursor cannot be read: take page.next or page.previous as they are')
  if (token.length > 4096 || !/^[A-Za-z0-9_-]+$/.test(token)) throw bad()
  let parsed: unknown
  try { parsed = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) } catch { throw bad() }
  if (!Array.isArray(parsed)) throw bad()
  const [binding, ...keys] = parsed as unknown[]
  if (typeof binding !== 'string' || keys.length === 0 || !keys.every(k => k === null || ['string', 'number', 'boolean'].includes(typeof k))) throw bad()
  return { binding, keys: keys as Value[] }
}

/** The values of the slots of connections. Throws `resolve.cursor` where a cursor was made for another sort, filter or caller. */
export function aroundValues(around: readonly Around[], cursors: readonly { readonly binding: string; readonly keys: readonly Value[] }[], values: readonly Value[], caller: Caller): readonly Value[] {
  return around.flatMap(({ bound, order, cursor }): readonly Value[] => {
    const binding = bindingOf(bound, values, caller)
    const at = cursor === null ? undefined : cursors[cursor]
    if (at === undefined) return [binding]
    if (at.binding !== binding) throw new Failure('resolve.cursor', 'this cursor was made for another sort, filter or caller')
    return [binding, ...cursorValues(order, at.keys)]
  })
}

/** The cursor's values as the order keys want them. */
export function cursorValues(order: readonly Order[], keys: readonly Value[]): readonly Value[] {
  const bad = () => new Failure('resolve.cursor', 'this cursor holds other keys than the sort of this request: take page.next or page.previous as they are')
  if (order.length !== keys.length) throw bad()
  return order.map((o, i) => {
    const key = keys[i] ?? null
    if (key === null) return null
    try { return readScalar(o.by.as, key, 'code') } catch (e) {
      if (e instanceof Misfit) throw bad()
      throw e
    }
  })
}
