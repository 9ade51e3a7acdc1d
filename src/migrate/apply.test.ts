// Plans applied under trouble: two processes at once, a failure in the middle, a table others hold, rows that change in between. PostgreSQL 18 and 15.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { eachServer, type Database } from './database.fixture.ts'
import { applyPlan, planOf, readSchema } from './index.ts'
import { entity, field, idField, model, products, rich, value } from './model.fixture.ts'

eachServer((name, connect) => describe(`applying, on ${name}`, () => {
  let database: Database
  before(async () => { database = await connect() })
  after(() => database.end())
  const trouble = (what: string, run: (db: Database) => Promise<void>): void => {
    it(what, async () => {
      try { await run(database) } finally { await database.clear() }
    })
  }
  const start = async (db: Database, ...fields: Parameters<typeof products>): Promise<void> => {
    await applyPlan(db.client, await planOf(db.client, model([products(...fields)])))
  }
  const rating = field('rating', 'integer', { default: value(3), bounds: { min: 1, max: 5 } })

  trouble('two processes that start at once create once', async db => {
    const clients = await Promise.all([db.another(), db.another(), db.another()])
    const done = await Promise.all(clients.map(async client => (await applyPlan(client, await planOf(client, rich))).done.length))
    assert.equal(done.filter(n => n > 0).length, 1)
    assert.equal((await planOf(db.client, rich)).empty, true)
  })

  trouble('a statement that fails in the middle takes everything back', async db => {
    await start(db)
    await db.client.query(`insert into products (name) values ('a')`)
    // A function index of somebody else's takes the name of one of ours.
    const wanted = model([products(rating), entity('post', [idField, field('title', 'text', { searchable: true })])])
    const plan = await planOf(db.client, wanted)
    await db.client.query(`create sequence posts_title_search`)
    const before = await readSchema(db.client)
    await assert.rejects(applyPlan(db.client, plan), { code: '42P07' })
    assert.deepEqual(await readSchema(db.client), before)
    await db.client.query('drop sequence posts_title_search')
    await applyPlan(db.client, plan)
    assert.equal((await planOf(db.client, wanted)).empty, true)
  })

  trouble('a plan made before the rows changed is not applied', async db => {
    await start(db)
    const required = model([products(field('size', 'integer'))])
    const plan = await planOf(db.client, required)
    assert.equal(plan.additive, true)
    await db.client.query(`insert into products (name) values ('a')`)
    const before = await readSchema(db.client)
    await assert.rejects(applyPlan(db.client, plan), /no longer as it was when this plan was made/)
    assert.deepEqual(await readSchema(db.client), before)
  })

  trouble('a table in use is waited for in short turns, so that nobody queues behind us for long', async db => {
    await start(db)
    const other = await db.another(), reader = await db.another()
    await other.query('begin')
    await other.query('select from products')
    const applying = applyPlan(db.client, await planOf(db.client, model([products(rating)])), { lockTimeoutMs: 100, tries: 100 })
    await new Promise(resolve => setTimeout(resolve, 150))
    const began = performance.now()
    await reader.query('select from products')
    assert.ok(performance.now() - began < 1000)
    await other.query('commit')
    assert.equal((await applying).done.length, 2)
  })

  trouble('a table that stays in use is given up, with nothing changed', async db => {
    await start(db)
    const other = await db.another()
    await other.query('begin')
    await other.query('select from products')
    const before = await readSchema(other)
    await assert.rejects(applyPlan(db.client, await planOf(db.client, model([products(rating)])), { lockTimeoutMs: 20, tries: 2 }), { code: '55P03' })
    assert.deepEqual(await readSchema(other), before)
    await other.query('commit')
  })

  trouble('a check left unvalidated by a crash is validated by the next plan, or refused by its rows', async db => {
    await start(db, rating)
    await db.client.query(`insert into products (name) values ('a')`)
    await db.client.query('alter table products drop constraint products_rating_check, add constraint products_rating_check check (rating >= 1 and rating <= 5) not valid')
    const plan = await planOf(db.client, model([products(rating)]))
    assert.deepEqual(plan.steps.map(s => [s.change.kind, s.phase, s.lock]), [['validate', 'validate', 'share update exclusive']])
    await db.client.query('alter table products drop constraint products_rating_check; update products set rating = 7')
    await db.client.query('alter table products add constraint products_rating_check check (rating >= 1 and rating <= 5) not valid')
    assert.deepEqual((await planOf(db.client, model([products(rating)]))).refused.map(r => r.reason), ['Product.rating allows only rating >= 1 and rating <= 5, but 1 row has another value.'])
    await db.client.query('update products set rating = 5')
    await applyPlan(db.client, plan)
    assert.equal((await planOf(db.client, model([products(rating)]))).empty, true)
  })

  trouble('only what is additive, where only that is asked for', async db => {
    await start(db, rating)
    const wanted = model([products(field('note', 'text', { optional: true }))])
    const plan = await planOf(db.client, wanted)
    assert.equal(plan.additive, false)
    const { done } = await applyPlan(db.client, plan, { which: 'additive' })
    assert.deepEqual(done.map(s => s.says), ['+column products.note'])
    const rest = await planOf(db.client, wanted)
    assert.deepEqual(rest.steps.flatMap(s => s.says ?? []), ['-column products.rating, kept as _dropped_rating with 0 values'])
    assert.equal((await applyPlan(db.client, rest, { which: 'additive' })).done.length, 0)
    assert.equal((await applyPlan(db.client, rest)).done.length > 0, true)
    assert.equal((await planOf(db.client, wanted)).empty, true)
  })

  trouble('what needs a rename waits for it', async db => {
    await start(db, rating)
    await db.client.query(`insert into products (name) values ('a')`)
    const wanted = model([products(field('stars', 'integer', { was: 'rating', default: value(4), bounds: { min: 0 } }), field('note', 'text', { optional: true })), entity('post', [idField])])
    const { done } = await applyPlan(db.client, await planOf(db.client, wanted), { which: 'additive' })
    assert.deepEqual(done.map(s => s.says), ['+table posts'])
    await applyPlan(db.client, await planOf(db.client, wanted))
    assert.deepEqual((await db.client.query('select name, stars from products')).rows, [{ name: 'a', stars: 3 }])
    assert.equal((await planOf(db.client, wanted)).empty, true)
  })

  trouble('a database that was there before us keeps its names, its defaults and its ways', async db => {
    await db.client.query(`create table makers (id uuid primary key default gen_random_uuid()); create table products (id uuid constraint pk primary key default gen_random_uuid(), name text collate "C" not null default 'nameless',
      rating int not null default 3 constraint between_one_and_five check (rating between 1 and 5), maker_id uuid constraint made_by references makers on delete restrict, constraint one_name unique (name)); create index their_makers on products (maker_id);
      comment on table products is 'theirs'`)
    const wanted = model([entity('maker', [idField]), entity('product', [idField, field('name', 'text'), rating, field('makerId', 'id', { reference: 'maker', optional: true })],
      { uniques: [['name']], refs: { maker: { target: 'maker', on: [['makerId', 'id']] } } })])
    assert.deepEqual((await planOf(db.client, wanted)).steps.map(s => s.sql), [])
    // Removed from the declaration, it is no more ours than before.
    assert.deepEqual((await planOf(db.client, model([products()]))).steps, [])
  })

  trouble('a schema is read by somebody who may read no table', async db => {
    await start(db)
    const role = `reader_${process.pid}_${Math.floor(performance.now() * 1000)}`
    await db.client.query(`create role ${role}`)
    try {
      await db.client.query(`grant usage on schema public to ${role}`)
      await db.client.query(`set role ${role}`)
      assert.equal((await planOf(db.client, model([products()]))).empty, true)
    } finally { await db.client.query(`reset role; drop owned by ${role}; drop role ${role}`) }
  })
}))
