// The conformance world under a foreign contract: whoever asks sees through it what REST shows them, row for row and value for value, on memory and on PostgreSQL.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEngine } from '../../src/engine/index.ts'
import type { ContractModel, EntityModel, Model, ResourceModel, RouteModel } from '../../src/model/index.ts'
import { toFailure } from '../../src/failure/index.ts'
import type { Protocol } from '../../src/protocols/protocol.ts'
import { foreign, keyText, rest } from '../../src/protocols/rest/index.ts'
import type { Store } from '../../src/stores/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { callers, rows, world, type Who } from '../../src/testkit/index.ts'
import { inPostgres } from '../rest/listening.ts'

/** Entities with a key of one part; composite ones have no single place in an address here. */
const told = Object.values(world.entities).filter(e => !e.hidden && e.key.length === 1 && e.name !== 'wide')
/** What no rule hides from anybody: a contract names its members, and what is hidden from the caller is refused where it is named. */
const fieldsOf = (e: EntityModel): readonly string[] => Object.values(e.fields).filter(f => !f.hidden && !f.name.includes('.') && !e.rules.some(r => r.effect === 'hide' && r.fields.includes(f.name))).map(f => f.name)
const place = { file: 'world', line: 1 }

const resourceOf = (e: EntityModel): ResourceModel => {
  const members = fieldsOf(e).map(name => ({ kind: 'field' as const, as: `its-${name}`, field: name }))
  return { as: e.name, list: `${e.name}s`, count: 'inAll', entity: e.name, by: e.key, members, listed: members, takes: {}, sort: [], version: null, token: null }
}
const routesOf = (resource: ResourceModel): readonly RouteModel[] => {
  const base = { method: 'GET', signedIn: false, status: 200, failures: {}, place, resource } as const
  return [
    { ...base, path: `/${resource.as}`, parts: [{ text: resource.as }], do: 'list', where: null, filters: {}, sort: [], all: false, parent: null },
    { ...base, path: `/${resource.as}/{${resource.as}}`, parts: [{ text: resource.as }, { resource, within: null }], do: 'get', own: null },
  ]
}
const resources = told.map(resourceOf)
const contract: ContractModel = {
  name: 'mirror', path: '/mirror', about: null, scheme: 'Bearer', page: { limit: 'limit', offset: 'offset', size: 100, max: 100 }, blank: 'kept', extra: 'refused', failures: {}, form: { errors: 'fields' }, resources,
  routes: resources.flatMap(routesOf), place,
}
const model: Model = { ...world, contracts: [contract] }

async function same(store: Store): Promise<number> {
  const engine = await createEngine({ model, store }), protocols = { mirror: foreign({ engine }), rest: rest({ engine }) }
  const ask = async (protocol: Protocol, who: Who, path: string, query = ''): Promise<{ status: number; body: unknown }> => {
    const exchange = { id: 'x', method: 'GET', path, query, headers: {}, body: new Uint8Array(), run: { deadline: performance.now() + 30_000 }, caller: async () => callers[who], note: () => {} }
    const reply = await protocol.answer(exchange).catch((error: unknown) => protocol.refuse(toFailure(error), exchange))
    return { status: reply.status, body: JSON.parse(Buffer.concat(reply.body.map(part => Buffer.from(part))).toString('utf8')) as unknown }
  }
  const plain = (row: unknown): unknown => Object.fromEntries(Object.entries(row as object).map(([name, value]) => [name.replace('its-', ''), value as unknown]))
  let compared = 0
  for (const e of told) {
    const fields = `fields=${fieldsOf(e).join(',')}`
    for (const who of Object.keys(callers) as Who[]) {
      const [a, b] = [await ask(protocols.mirror, who, `/mirror/${e.name}`), await ask(protocols.rest, who, `/api/${e.path}`, `${fields}&count=exact&page[size]=100`)]
      assert.equal(a.status, b.status, `${who} ${e.name}`)
      if (a.status === 200) {
        const { [`${e.name}s`]: list, inAll } = a.body as Readonly<Record<string, unknown>>, { data, page } = b.body as { data: unknown[]; page: { total: number } }
        assert.deepEqual([(list as unknown[]).map(plain), inAll], [data, page.total], `${who} ${e.name}`)
      }
      for (const row of rows[e.name] ?? []) {
        const key = keyText(e.key.map(k => row[k] ?? null)), [one, other] = [await ask(protocols.mirror, who, `/mirror/${e.name}/${key}`), await ask(protocols.rest, who, `/api/${e.path}/${key}`, fields)]
        assert.equal(one.status, other.status, `${who} ${e.name} ${key}`)
        if (one.status === 200) assert.deepEqual(plain((one.body as Readonly<Record<string, unknown>>)[e.name]), other.body, `${who} ${e.name} ${key}`)
        else assert.ok(Object.hasOwn(one.body as object, 'errors'))
        compared++
      }
    }
  }
  return compared
}

test('on memory', async t => {
  const store = memoryStore(model)
  store.load(rows)
  t.diagnostic(`${await same(store)} rows and callers`)
})

test('on PostgreSQL', async t => {
  const database = await inPostgres()
  try { t.diagnostic(`${await same(database.store)} rows and callers`) } finally { await database.drop() }
})
