// The cases as REST carries them: every read as a URL or as a body, every write; and answers as the cases judge them.
import assert from 'node:assert/strict'
import { failures, type AnyCode, type Failure } from '../../src/failure/index.ts'
import { encodeLong, encodeQuery, encodeRead, keyText } from '../../src/protocols/rest/index.ts'
import { isRead, readRequest, world, writeRequest, type CallingDriver, type Outcome, type Part } from '../../src/testkit/index.ts'
import type { Value } from '../../src/operation/index.ts'
import type { Listening } from '../rest/listening.ts'

interface Body { readonly data?: unknown; readonly page?: { next: string | null; previous: string | null; total?: number; totalIsAtLeast?: boolean; more?: string[] }; readonly code?: AnyCode; readonly facts?: Failure['facts'] & { fields?: string[] }; readonly errors?: readonly { readonly pointer?: string; readonly parameter?: string; readonly detail: string }[] }

/** In a URL the first mistake is a 400 of its own; the cases are written for bodies. */
export const codeOf = (code: AnyCode, errors: Body['errors'] = []): AnyCode =>
  (code === 'resolve.url' || code === 'resolve.name' || (code === 'resolve.limit' && errors.some(e => e.parameter !== undefined)) ? 'resolve.value' : code)
/** A JSON pointer as the place it says. */
export const placeOf = (pointer: string): Failure['at'] => pointer.split('/').slice(1).map(p => p.replaceAll('~1', '/').replaceAll('~0', '~')).map(p => (/^\d+$/.test(p) ? Number(p) : p))

async function outcome(response: Response, listed: boolean): Promise<Outcome> {
  const text = await response.text()
  const body = (text === '' ? null : JSON.parse(text)) as Body | null
  if (response.status >= 400) {
    const rows: Readonly<Record<string, { readonly status: number }>> = { ...failures, ...Object.fromEntries(Object.values(world.actions ?? {}).flatMap(a => a.failures.map(f => [f.code, f]))) }
    assert.ok(body?.code && rows[body.code]?.status === response.status, text)
    assert.notEqual(body.code, 'internal', text)
    const mistakes = body.errors?.every(e => e.pointer !== undefined) ? body.errors.map(e => ({ at: placeOf(e.pointer ?? ''), detail: e.detail })) : undefined
    return { refusal: { code: codeOf(body.code, body.errors), ...(mistakes === undefined ? {} : { mistakes }), ...(body.facts === undefined ? {} : { facts: body.facts }), ...(body.facts?.fields === undefined ? {} : { fields: body.facts.fields }) } }
  }
  const page = body?.page
  const cut = page?.more ?? response.headers.get('page-more')?.split(', ') ?? []
  return { answer: { data: listed ? body?.data : body, page: page === undefined ? null : { total: null, totalIsAtLeast: false, ...page }, cut } }
}

export function driver(at: Pick<Listening, 'ask'>, how: 'url' | 'body'): CallingDriver {
  return {
    name: `rest (${how})`,
    async read(part, as) {
      const { ask, ...rest } = readRequest(part)
      const asked = { ...rest, ask: ask() }
      if ((how === 'body' || 'find' in part && hasEmpty(part.filter)) && 'find' in part && part.of === undefined) return outcome(await at.ask(`/${world.entities[part.find]?.path}/query`, { as, body: encodeLong(asked) }), true)
      return outcome(await at.ask(encodeRead(world, asked), { as }), !('get' in part))
    },
    async call(part, as) {
      const action = world.actions?.[part.call], entity = world.entities[action?.entity ?? '']
      const path = entity && part.key ? `/${entity.path}/${keyText(part.key as readonly Value[])}/${action?.path ?? ''}` : `/actions/${action?.path ?? ''}`
      return outcome(await at.ask(path, { as, method: 'POST', body: part.input }), false)
    },
    async write(part, as) {
      const { kind, entity, key, body, expect, fields, include, filter, count } = writeRequest(part)
      const path = `/${world.entities[entity]?.path}${key === null ? '' : `/${keyText(key as readonly Value[])}`}`
      const said = encodeQuery({ ask: { kind: 'find', entity, ...(filter === undefined ? {} : { filter: filter.of }), ...(fields === undefined ? {} : { fields }), ...(include === undefined ? {} : { include }) }, values: filter?.values ?? [], cursor: null, number: null })
      const query = [...(said === '' ? [] : [said]), ...(count === undefined ? [] : [`expect=${count}`])].join('&')
      const headers: Record<string, string> = expect === null ? {} : { 'if-match': expect === '*' ? '*' : `"${expect}"` }
      const method = { create: 'POST', update: 'PATCH', replace: 'PUT', delete: 'DELETE' }[kind]
      return outcome(await at.ask(query === '' ? path : `${path}?${query}`, { as, method, headers, ...(kind === 'delete' ? {} : { body }) }), Array.isArray(body))
    },
  }
}

/** A URL cannot write `or` of nothing or `some` of anything; the body can. */
function hasEmpty(filter: unknown): boolean {
  if (typeof filter !== 'object' || filter === null) return false
  const parts = Object.entries(filter)
  return parts.length === 0 || parts.some(([name, part]) => name !== 'in' && hasEmpty(part))
}
/** An address is one of an entity that exists. */
export const sayable = (part: Part): boolean => !isRead(part) || Object.hasOwn(world.entities, 'find' in part ? part.find : 'get' in part ? part.get : part.aggregate)
