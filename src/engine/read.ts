// Reads: the chain from a request to its answer.
import { Failure, toFailure } from '../failure/index.ts'
import type { Caller } from '../model/index.ts'
import type { Query, Read, Value } from '../operation/index.ts'
import type { ReadAnswer } from '../protocols/protocol.ts'
import type { Authorized, Fetched, Run } from '../stores/index.ts'
import type { ReadRequest } from '../wire/index.ts'
import { authorized, filled, mayRead, missing, type Context } from './context.ts'
import { aroundValues, bindingOf, cursorValues, readCursor, writeCursor } from './cursor.ts'
import { mistaken, Misfit, resolveRead, slotsAround, type ResolvedRead, type Start } from './resolve/index.ts'

/** A read resolved: its shape, its operation and its values, rules not yet asked. */
export interface Asked { readonly shape: string; readonly resolved: ResolvedRead; readonly start: Start; readonly extra: (values: readonly Value[]) => readonly Value[] }

export function ask(c: Context, request: ReadRequest, caller: Caller): Asked {
  const cursor = request.cursor && readCursor(request.cursor.token)
  const start: Start = cursor && request.cursor ? { kind: 'cursor', toward: request.cursor.toward, nulls: cursor.keys.map(k => k === null) }
    : request.number !== null || request.skip !== undefined ? { kind: 'number' } : { kind: 'start' }
  const from = start.kind === 'cursor' ? `${start.toward}${start.nulls.map(n => (n ? '0' : '1')).join('')}` : start.kind
  const cursors = (request.cursors ?? []).map(readCursor)
  const nulls = cursors.map(c => c.keys.map(k => k === null))
  const shape = `${request.origin} ${from}${nulls.map(n => `,${n.map(isNull => (isNull ? '0' : '1')).join('')}`).join('')} ${request.key}`
  let resolved = c.known.shapes.get(shape)
  if (!resolved) {
    try {
      resolved = resolveRead(c.model, request.ask(), start, request.values.length, request.origin, c.limits, nulls)
    } catch (e) {
      // A body's mistakes come after what the caller may not know without any data.
      if (e instanceof Failure && e.code === 'resolve.value') mayRead(c, request.ask().entity, caller)
      throw e
    }
    c.known.shapes.set(shape, resolved)
  }
  const { operation, bound, around } = resolved
  const ofStart = (values: readonly Value[]): readonly Value[] => {
    if (cursor && operation.kind === 'query') {
      if (cursor.binding !== bindingOf(bound, values, caller)) throw new Failure('resolve.cursor', 'this cursor was made for another sort, filter or caller')
      return [...values, ...cursorValues(operation.order, cursor.keys)]
    }
    if (request.skip !== undefined) return [...values, request.skip]
    if (request.number === null) return values
    const take = operation.kind === 'query' ? operation.page.take : 0
    if (!Number.isSafeInteger(request.number) || request.number < 1 || request.number * take > 2_000_000_000) throw new Failure('resolve.url', 'page[number] must be a whole number from 1', { at: ['page', 'number'] })
    return [...values, (request.number - 1) * take]
  }
  return { shape, resolved, start, extra: own => (around.length === 0 ? ofStart(own) : [...ofStart(own), ...aroundValues(around, cursors, own, caller)]) }
}

/** Raw values as their slots want them: a URL's first misfit is a 400, a body's are one 422. */
export function readValues(resolved: ResolvedRead, request: ReadRequest): readonly Value[] {
  const mistakes: { at: readonly (string | number)[]; detail: string }[] = []
  const values = request.values.map((raw, i): Value => {
    const reader = resolved.readers[i]
    if (!reader) return null
    try { return reader.read(raw, request.origin) } catch (e) {
      if (!(e instanceof Misfit)) throw e
      if (request.origin === 'url') throw new Failure('resolve.url', `${reader.at.join('.')} ${e.message}`, { at: reader.at, cause: e })
      mistakes.push({ at: reader.at, detail: e.message })
      return null
    }
  })
  if (mistakes.length) throw mistaken(mistakes)
  return values
}

/** Runs a read: resolve → authorize → plan → execute → respond. */
export async function read(c: Context, request: ReadRequest, caller: Caller, run: Run): Promise<ReadAnswer> {
  try {
    const asked = ask(c, request, caller)
    const { operation } = asked.resolved
    const slots = slotsAround(asked.resolved.around) + request.values.length + (asked.start.kind === 'cursor' ? asked.start.nulls.length : asked.start.kind === 'number' ? 1 : 0)
    const ready: Authorized<Read> = authorized(c, asked.shape, operation, slots, caller)
    const parent = asked.resolved.parent && authorized<Query>(c, `parent ${asked.shape}`, asked.resolved.parent, slots, caller)
    const own = readValues(asked.resolved, request)
    const values = asked.extra(own)
    const fetched = await c.session.read(ready, filled(ready, values, caller), run)
    if (parent && fetched.rows === 0 && (await c.session.read(parent, filled(parent, values, caller), run)).body === null) throw missing(c, parent.operation.entity)
    return respond(c, operation, request, asked, own, caller, fetched)
  } catch (e) { throw toFailure(e) }
}

function respond(c: Context, operation: Read, request: ReadRequest, asked: Asked, values: readonly Value[], caller: Caller, fetched: Fetched): ReadAnswer {
  const { body } = fetched
  if (body === null) throw missing(c, operation.entity)
  if (operation.kind === 'aggregate') return { body, version: null, page: null, cut: [] }
  if (operation.connection) return { body, version: null, page: null, cut: [] }
  if (operation.one) return { body, version: fetched.version, page: null, cut: fetched.cut }
  let binding: string | null = null
  const cursor = (keys: readonly Value[] | null) => keys && writeCursor(binding ??= bindingOf(asked.resolved.bound, values, caller), keys)
  const backwards = asked.start.kind === 'cursor' && asked.start.toward === 'previous'
  const inside = asked.start.kind === 'cursor' || (request.number ?? 1) > 1
  const hasNext = backwards ? inside : fetched.more, hasPrevious = backwards ? fetched.more : inside
  return {
    body, version: null, cut: fetched.cut,
    page: {
      next: hasNext ? cursor(fetched.last) : null, previous: hasPrevious ? cursor(fetched.first) : null,
      total: fetched.total, totalIsAtLeast: fetched.totalIsAtLeast,
    },
  }
}
