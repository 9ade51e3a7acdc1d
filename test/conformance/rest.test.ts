// The conformance cases through REST: every read as a URL, lists also as a body, every write, over HTTP.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { failures, type Code, type Failure } from '../../src/failure/index.ts'
import { contractOf, encodeLong, encodeRead, keyText } from '../../src/protocols/rest/index.ts'
import { memoryCapabilities } from '../../src/stores/memory/index.ts'
import { cases, check, isRead, readRequest, world, writeRequest, type Driver, type Outcome, type Part } from '../../src/testkit/index.ts'
import type { Value } from '../../src/operation/index.ts'
import { documented } from '../contract/documented.ts'
import { inPostgres, listen, type Listening } from '../rest/listening.ts'

/** Every answer is also held against the contract. */
const contract = documented(contractOf(world, '/api'))

interface Body { readonly data?: unknown; readonly page?: { next: string | null; previous: string | null; total?: number; totalIsAtLeast?: boolean; more?: string[] }; readonly code?: Code; readonly facts?: { fields?: string[] }; readonly errors?: { pointer?: string; parameter?: string; detail: string }[] }

async function outcome(response: Response, listed: boolean): Promise<Outcome> {
  const text = await response.text()
  const body = (text === '' ? null : JSON.parse(text)) as Body | null
  if (response.status >= 400) {
    assert.ok(body?.code && failures[body.code].status === response.status, text)
    assert.notEqual(body.code, 'internal', text)
    // In a URL the first mistake is a 400 of its own; the cases are written for bodies.
    const placed = body.errors?.some(e => e.parameter !== undefined) ?? false
    const code = body.code === 'resolve.url' || body.code === 'resolve.name' || (body.code === 'resolve.limit' && placed) ? 'resolve.value' : body.code
    const at = (pointer: string): Failure['at'] => pointer.split('/').slice(1).map(p => p.replaceAll('~1', '/').replaceAll('~0', '~')).map(p => (/^\d+$/.test(p) ? Number(p) : p))
    const mistakes = body.errors?.every(e => e.pointer !== undefined) ? body.errors.map(e => ({ at: at(e.pointer ?? ''), detail: e.detail })) : undefined
    return { refusal: { code, ...(mistakes === undefined ? {} : { mistakes }), ...(body.facts?.fields === undefined ? {} : { fields: body.facts.fields }) } }
  }
  const page = body?.page
  const cut = page?.more ?? response.headers.get('page-more')?.split(', ') ?? []
  return { answer: { data: listed ? body?.data : body, page: page === undefined ? null : { total: null, totalIsAtLeast: false, ...page }, cut } }
}

function driver(at: Listening, how: 'url' | 'body'): Driver {
  return {
    name: `rest (${how})`,
    async read(part, as) {
      const { ask, ...rest } = readRequest(part)
      const asked = { ...rest, ask: ask() }
      if ((how === 'body' || 'find' in part && hasEmpty(part.filter)) && 'find' in part && part.of === undefined) return outcome(await at.ask(`/${world.entities[part.find]?.path}/query`, { as, body: encodeLong(asked) }), true)
      return outcome(await at.ask(encodeRead(world, asked), { as }), !('get' in part))
    },
    async write(part, as) {
      const { kind, entity, key, body, expect, fields, include } = writeRequest(part)
      const path = `/${world.entities[entity]?.path}${key === null ? '' : `/${keyText(key as readonly Value[])}`}`
      const query = encodeRead(world, { ask: { kind: 'get', entity, key: [], ...(fields === undefined ? {} : { fields }), ...(include === undefined ? {} : { include }) }, values: [], cursor: null, number: null }).split('?')[1] ?? ''
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
const sayable = (part: Part): boolean => !isRead(part) || Object.hasOwn(world.entities, 'find' in part ? part.find : 'get' in part ? part.get : part.aggregate)

for (const how of ['url', 'body'] as const) {
  describe(`REST over the memory store, reads by ${how}`, () => {
    // Reads leave no trace, so they share a server; every write has a world of its own.
    let shared: Listening
    before(async () => { shared = await listen({ contract }) })
    after(() => shared.serving.close())
    for (const c of cases.filter(c => sayable(c.do) && (how === 'url' || 'find' in c.do))) {
      test(c.name, async () => {
        if (isRead(c.do) && c.then === undefined) return assert.deepEqual(await check(driver(shared, how), c, memoryCapabilities), [])
        const at = await listen({ contract })
        try { assert.deepEqual(await check(driver(at, how), c, memoryCapabilities), []) } finally { await at.serving.close() }
      })
    }
  })
}

describe('REST over PostgreSQL 18', () => {
  let database: Awaited<ReturnType<typeof inPostgres>>, at: Listening
  let touched = false
  before(async () => {
    database = await inPostgres()
    at = await listen({ store: database.store, contract })
  })
  after(async () => {
    await at.serving.close()
    await database.drop()
  })
  for (const c of cases.filter(c => sayable(c.do))) {
    test(c.name, async () => {
      if (touched) await database.again()
      touched = !isRead(c.do) || c.then !== undefined
      assert.deepEqual(await check(driver(at, 'url'), c), [])
    })
  }
})
