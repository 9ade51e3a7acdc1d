// The system's own tables: made when a store opens, by one of those that open at once, added to and never changed; where the role may not, it is told what to grant.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import { olderServer, testServer } from '../../../../test/server.ts'
import { compileModel, backend, Entity, model as declare, text } from '../../../define/index.ts'
import type { Failure } from '../../../failure/index.ts'
import { applyPlan, planOf } from '../../../migrate/index.ts'
import type { Create, Query } from '../../../operation/index.ts'
import { Authorized, authorizeKey } from '../../authorized.ts'
import { memoryStore } from '../../memory/index.ts'
import { postgresStore } from '../index.ts'
import { addSystem, unmadeSystem } from './index.ts'

class Note extends Entity { body = text() }
const { model } = compileModel(backend({ model: declare({ note: Note }) }))
const run = { deadline: Infinity }
const always = { kind: 'always' } as const
const fields = Object.keys(model.system?.['~idempotency']?.fields ?? {})
const remember: Create = {
  kind: 'create', entity: '~idempotency', rows: { kind: 'parameter', slot: 0 }, set: fields.map(field => ({ field, from: { kind: 'given', otherwise: null } })),
  references: [], check: always, whole: null, before: [], after: [], links: [], returning: null,
}
const recall: Query = {
  kind: 'query', entity: '~idempotency', one: true, count: 'none', order: [], page: { kind: 'offset', skip: null, take: 1 },
  select: { fields: fields.map(name => ({ name, shown: always })), related: [], probes: [] },
  where: { kind: 'compare', op: 'eq', as: 'text', left: { kind: 'field', name: 'key', scope: 0 }, right: { kind: 'parameter', slot: 0 } },
}
const row = {
  caller: 'anna', key: 'k1', fingerprint: 'f', status: 201, headers: { etag: '"1"' }, body: Buffer.from('{"a":1}').toString('base64url'),
  createdAt: '2026-11-20T09:30:00+00:00', expiresAt: '2026-11-21T09:30:00+00:00',
}

it('is apart from the entities of the application', () => {
  assert.deepEqual(Object.keys(model.entities), ['note'])
  assert.ok(Object.values(model.system ?? {}).every(e => e.system && e.hidden && e.name.startsWith('~') && e.table.schema === 'backwright_system'))
})

for (const [name, start] of [['PostgreSQL 18', testServer], ['PostgreSQL 15', olderServer]] as const) {
  describe(`the system's tables on ${name}`, () => {
    let config: pg.ClientConfig, drop: () => Promise<void>, admin: pg.Client
    before(async () => {
      const fresh = await (await start()).freshDatabase()
      config = fresh.config
      drop = () => fresh.drop()
      admin = new pg.Client(config)
      await admin.connect()
    })
    after(async () => { await admin.end(); await drop() })
    const columns = async () => (await admin.query(`select table_name || '.' || column_name as c from information_schema.columns where table_schema = 'backwright_system' order by 1`)).rows.map((r: { c: string }) => r.c)

    it('are made by one of four that open at once, and hold rows as any entity does', async () => {
      const stores = await Promise.all([1, 2, 3, 4].map(() => postgresStore({ model, connection: config as { database: string } })))
      try {
        assert.ok((await columns()).includes('change.tx'))
        const memory = memoryStore(model)
        for (const store of [stores[0]!, memory]) {
          await store.write(new Authorized(authorizeKey, remember, []), [[row]], run)
          const { body } = await store.read(new Authorized(authorizeKey, recall, []), ['k1'], run)
          assert.deepEqual(JSON.parse(Buffer.from(body ?? '').toString()), row, store.name)
        }
      } finally { await Promise.all(stores.map(s => s.close())) }
    })

    it('are no part of the schema that plans compare', async () => {
      await applyPlan(admin, await planOf(admin, model))
      const plan = await planOf(admin, model)
      assert.deepEqual([plan.steps.map(s => s.sql), plan.notes], [[], []])
    })

    it('get what a later version adds, and keep what is in them', async () => {
      await admin.query('alter table backwright_system.idempotency drop column headers; drop index backwright_system.idempotency_expires_at_idx; alter table backwright_system.idempotency add column later text; delete from backwright_system.idempotency')
      await addSystem(admin, model)
      assert.ok((await columns()).includes('idempotency.headers') && (await columns()).includes('idempotency.later'))
      assert.equal((await admin.query(`select from pg_indexes where indexname = 'idempotency_expires_at_idx'`)).rowCount, 1)
    })

    it('may be made by nobody but who has the right, and it is said which', async () => {
      const role = `apps ${process.pid}`, quoted = `"${role}"`
      await admin.query(`drop schema backwright_system cascade; create role ${quoted} login password 'x'; grant all on all tables in schema public to ${quoted}`)
      const theirs = { ...config, user: role, password: 'x' } as { database: string }
      const refused = (): Promise<Failure> => postgresStore({ model, connection: theirs }).then(() => assert.fail('opened'), (e: Failure) => e)
      try {
        const { code, message } = await refused()
        assert.equal(code, 'store.down')
        assert.match(message, /the role apps \d+ may not make them\. Let an owner of the database run\n {2}grant create on database "\w+" to "apps \d+";\nand start again; or make them by hand/)
        // The second way: by hand, as told.
        await admin.query(message.slice(message.indexOf('create schema')))
        const second = await refused()
        assert.match(second.message, /may not use them/)
        const grants = second.message.slice(second.message.indexOf('\n') + 1, second.message.indexOf('\nand start'))
        await admin.query(grants)
        assert.equal(await unmadeSystem(admin, model), null)
        await (await postgresStore({ model, connection: theirs })).close()
        // The first way.
        await admin.query(`drop schema backwright_system cascade; grant create on database "${String(config.database)}" to ${quoted}`)
        await (await postgresStore({ model, connection: theirs })).close()
        assert.ok((await columns()).length > 0)
      } finally {
        await admin.query(`drop owned by ${quoted}; drop role ${quoted}`)
      }
    })
  })
}
