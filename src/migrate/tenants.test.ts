// Rows that were there before they were of tenants: the way there, the way back, and references that join other columns than they did. PostgreSQL 18 and 15.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { access, allow, backend, compileModel, Entity, entity, everyone, many, model, ref, text } from 'backwright'
import { eachServer } from './database.fixture.ts'
import { applyPlan, describePlan, planOf } from './index.ts'

class Company extends Entity { name = text(); static access = access(Company, () => [allow('read').to(everyone)]) }
const plain = () => {
  class Doc extends Entity { title = text().unique(); parent = ref(() => Doc).optional(); see = many(() => Doc); static access = access(Doc, () => [allow('read').to(everyone)]) }
  class Note extends Entity { doc = ref(() => Doc); static access = access(Note, () => [allow('read').to(everyone)]) }
  return backend({ name: 'kept', model: model({ company: Company, doc: Doc, note: Note }) })
}
const scoped = () => {
  class Doc extends entity({ tenant: () => Company }) { title = text().unique(); parent = ref(() => Doc).optional(); see = many(() => Doc); static access = access(Doc, () => [allow('read').to(everyone)]) }
  class Note extends entity({ tenant: () => Company }) { doc = ref(() => Doc); static access = access(Note, () => [allow('read').to(everyone)]) }
  return backend({ name: 'kept', model: model({ company: Company, doc: Doc, note: Note }) })
}
const without = () => backend({ name: 'kept', model: model({ company: Company }) })
/** `doc` means a company now, under the same name. */
const turned = () => {
  class Note extends Entity { doc = ref(() => Company).optional(); static access = access(Note, () => [allow('read').to(everyone)]) }
  return backend({ name: 'kept', model: model({ company: Company, note: Note }) })
}

eachServer((name, connect) => describe(`rows become a tenant's, on ${name}`, () => {
  it('after a column for it is there and filled, and back again', async () => {
    const db = await connect()
    try {
      const to = async (app: ReturnType<typeof without>) => {
        const made = compileModel(app).model, plan = await planOf(db.client, made)
        if (plan.refused.length > 0) return plan.refused.map(r => [r.reason, ...r.ways])
        await applyPlan(db.client, plan)
        assert.ok((await planOf(db.client, made)).empty, describePlan(await planOf(db.client, made)).join('\n'))
        return describePlan(plan)
      }
      await to(plain())
      await db.client.query(`with c as (insert into companies (name) values ('c') returning id), d as (insert into docs (title) values ('one') returning id), e as (insert into docs (title, parent_id) select 'two', id from d) insert into notes (doc_id) select id from d`)
      assert.deepEqual(await to(scoped()), [
        ['Doc.tenant is required, but 2 rows exist.', 'alter table docs add column tenant_id uuid; update docs set tenant_id = …', 'npx backwright reset   (embedded data only)'],
        ['Note.tenant is required, but 1 row exists.', 'alter table notes add column tenant_id uuid; update notes set tenant_id = …', 'npx backwright reset   (embedded data only)'],
      ])
      for (const table of ['docs', 'notes']) await db.client.query(`alter table ${table} add column tenant_id uuid`)
      assert.deepEqual((await to(scoped()))[0], ['Doc.tenantId is required, but 2 rows have no value for it.', 'update docs set tenant_id = …'])
      for (const table of ['docs', 'notes']) await db.client.query(`update ${table} set tenant_id = (select id from companies)`)
      assert.match(JSON.stringify(await to(scoped())), /docs.tenant_id, parent_id refers to docs/)
      await assert.rejects(db.client.query(`with c as (insert into companies (name) values ('d') returning id) update docs set tenant_id = c.id from c where title = 'two'`), { constraint: 'docs_parent_fkey' })
      // The unique that references stand on goes with those, whichever table is looked at first.
      assert.ok((await to(plain())).length > 0)
      assert.equal((await db.client.query('select * from docs join notes on notes.doc_id = docs.id')).rows.length, 1)
    } finally { await db.end() }
  })
  it('entities that refer to each other go at once; a reference means another entity', async () => {
    const db = await connect()
    try {
      for (const app of [scoped(), without(), scoped(), turned(), plain()]) {
        const made = compileModel(app).model
        await applyPlan(db.client, await planOf(db.client, made))
        assert.ok((await planOf(db.client, made)).empty)
      }
    } finally { await db.end() }
  })
}))
