// Every kind of change to a database with rows in it: what applies and keeps the values, and what is refused and touches nothing. PostgreSQL 18 and 15.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Model } from '../model/index.ts'
import { eachServer, type Database } from './database.fixture.ts'
import { applyPlan, describePlan, planOf, readSchema } from './index.ts'
import { entity, field, idField, model, products, value } from './model.fixture.ts'

eachServer((name, connect) => describe(`changing, on ${name}`, () => {
  let database: Database
  before(async () => { database = await connect() })
  after(() => database.end())
  const change = (what: string, run: (db: Database) => Promise<void>): void => {
    it(what, async () => {
      try { await run(database) } finally { await database.clear() }
    })
  }
  /** Applies a model and answers what was said; the database then fits it. */
  const apply = async ({ client }: Database, to: Model): Promise<string[]> => {
    const plan = await planOf(client, to)
    assert.deepEqual(plan.refused.map(r => r.reason), [])
    await applyPlan(client, plan)
    const again = await planOf(client, to)
    assert.deepEqual([again.steps.map(s => s.sql), again.refused], [[], []])
    return describePlan(plan)
  }
  /** What a model is refused with; nothing of the database changes, not even where other steps would have been possible. */
  const refused = async ({ client }: Database, to: Model): Promise<string[]> => {
    const [before, rows] = [await readSchema(client), await dump(client)]
    const plan = await planOf(client, to)
    assert.equal(plan.additive || plan.empty, false)
    await assert.rejects(applyPlan(client, plan), /^Error: refused: /)
    assert.deepEqual([await readSchema(client), await dump(client)], [before, rows])
    return plan.refused.map(r => r.reason)
  }
  const dump = async (client: Database['client']): Promise<unknown> => (await client.query(`select query_to_xml('select * from products', true, false, '')::text as all`)).rows
  const rating = (more: Parameters<typeof field>[2] = {}) => field('rating', 'integer', { bounds: { min: 1, max: 5 }, ...more })
  const seeded = async (db: Database, ...fields: Parameters<typeof products>): Promise<void> => {
    await apply(db, model([products(...fields)]))
    await db.client.query(`insert into products (name) select 'p' || n from generate_series(1, 77) n`)
  }
  const one = async (db: Database, text: string): Promise<unknown> => Object.values((await db.client.query(text)).rows[0])[0]

  change('a new field: optional, with a default, or required on an empty table', async db => {
    await apply(db, model([products()]))
    assert.deepEqual(await apply(db, model([products(rating())])), ['+column products.rating'])
    await db.client.query(`insert into products (name, rating) values ('a', 2)`)
    assert.deepEqual(await apply(db, model([products(rating(), field('note', 'text', { optional: true }), field('stock', 'integer', { default: value(3), bounds: { min: 0 } }))])),
      ['+column products.note', '+column products.stock'])
    assert.deepEqual((await db.client.query('select name, rating, note, stock from products')).rows, [{ name: 'a', rating: 2, note: null, stock: 3 }])
  })

  change('a new required field on a table with rows is refused in the words of the first three minutes', async db => {
    await seeded(db)
    const plan = await planOf(db.client, model([products(rating())]))
    assert.deepEqual(describePlan(plan), [
      '/app/shop.ts:21  Product.rating is required, but 77 rows exist.\n                 .optional()  |  .default(3)  |  npx backwright reset   (embedded data only)'])
    assert.deepEqual(await refused(db, model([products(rating(), field('fine', 'text', { optional: true }))])), ['Product.rating is required, but 77 rows exist.'])
    assert.deepEqual(await apply(db, model([products(rating({ default: value(3) }))])), ['+column products.rating'])
    assert.equal(await one(db, 'select sum(rating)::int from products'), 77 * 3)
  })

  change('a rename keeps the values, its constraints follow, and .was is ignored once it is done', async db => {
    await seeded(db, rating({ default: value(3) }))
    const to = model([products(field('stars', 'integer', { bounds: { min: 1, max: 5 }, default: value(3), was: 'rating' }))])
    assert.deepEqual(await apply(db, to), ['renamed products.rating → stars, 77 values kept'])
    await assert.rejects(db.client.query(`insert into products (name, stars) values ('x', 6)`), { constraint: 'products_stars_check' })
    assert.equal((await planOf(db.client, to)).empty, true)
    assert.deepEqual(await apply(db, model([products(field('stars', 'integer', { bounds: { min: 1, max: 5 }, default: value(3) }))])), [])
  })

  change('a renamed entity with references, indexes, uniques and a part', async db => {
    const make = (n: string, table: string, was?: string) => model([
      entity(n, [idField, field('name', 'text', { searchable: true }), field('rank', 'integer', { bounds: { min: 0 } })], { table, uniques: [['name']], indexes: [{ fields: ['-rank'] }], ...(was ? { was } : {}) }),
      entity('line', [idField, field('ownerId', 'id', { reference: 'owner' })], { whole: 'owner', refs: { owner: { target: n, on: [['ownerId', 'id']] } } }),
    ])
    await apply(db, make('order', 'orders'))
    await db.client.query(`with o as (insert into orders (name, rank) values ('a', 1) returning id) insert into lines (owner_id) select id from o`)
    assert.deepEqual(await apply(db, make('purchase', 'purchases', 'orders')), ['renamed orders → purchases, 1 row kept'])
    const live = await readSchema(db.client)
    const table = live.tables.find(t => t.name === 'purchases')!
    assert.deepEqual([table.key!.name, table.uniques[0]!.name, table.checks[0]!.name, table.indexes.map(i => i.name)],
      ['purchases_pkey', 'purchases_name_key', 'purchases_rank_check', ['purchases_name_search', 'purchases_rank_idx']])
    assert.equal(await one(db, 'select count(*)::int from purchases join lines on lines.owner_id = purchases.id'), 1)
  })

  change('a removed field is kept without its constraints, and comes back with its values', async db => {
    const full = products(rating({ default: value(3) }), field('code', 'text', { optional: false, default: value('c') }))
    const withUnique = { ...full, uniques: [{ name: 'products_code_name_key', fields: ['code', 'name'] }] }
    await apply(db, model([withUnique]))
    await db.client.query(`insert into products (name, rating, code) values ('a', 5, 'x')`)
    assert.deepEqual(await apply(db, model([products()])), ['-column products.rating, kept as _dropped_rating with 1 value', '-column products.code, kept as _dropped_code with 1 value'])
    await db.client.query(`insert into products (name, _dropped_rating, _dropped_code) values ('b', null, 'x'), ('b', 99, 'x')`)
    await db.client.query(`delete from products where _dropped_rating = 99`)
    assert.deepEqual(await apply(db, model([withUnique])), ['+column products.rating, back with 1 value', '+column products.code, back with 2 values', '1 row of products.rating filled with the default',
      'products (code, name) is now unique', 'check of products.rating: rating >= 1 and rating <= 5'])
    assert.deepEqual((await db.client.query('select name, rating, code from products order by 1')).rows, [{ name: 'a', rating: 5, code: 'x' }, { name: 'b', rating: 3, code: 'x' }])
  })

  change('a field removed twice, and one that is declared again as something else', async db => {
    await seeded(db, rating({ optional: true }))
    await apply(db, model([products()]))
    assert.deepEqual(await apply(db, model([products(field('rating', 'text', { optional: true }))])), ['+column products.rating'])
    assert.deepEqual(await apply(db, model([products()])), ['-column products.rating, kept as _dropped_rating_2 with 0 values'])
  })

  change('a removed reference and entity let go of others; both come back', async db => {
    const shop = model([
      entity('category', [idField, field('name', 'text')], { table: 'categories', uniques: [['name']] }),
      entity('product', [idField, field('name', 'text'), field('categoryId', 'id', { reference: 'category' })], { refs: { category: { target: 'category', on: [['categoryId', 'id']] } } }),
    ])
    await apply(db, shop)
    await db.client.query(`with c as (insert into categories (name) values ('c') returning id) insert into products (name, category_id) select 'p', id from c`)
    assert.deepEqual(await apply(db, model([products()])),
      ['-table categories, kept as _dropped_categories with 1 row', '-column products.category_id, kept as _dropped_category_id with 1 value'])
    await db.client.query('delete from _dropped_categories where false')
    assert.deepEqual((await apply(db, shop)).slice(0, 2), ['+table categories, back with 1 row', '+column products.category_id, back with 1 value'])
    assert.equal(await one(db, 'select count(*)::int from products join categories on categories.id = category_id'), 1)
    await assert.rejects(db.client.query('delete from categories'), { constraint: 'products_category_fkey' })
  })

  change('a type is not changed under its values; more digits are', async db => {
    await seeded(db, field('price', 'decimal', { bounds: { precision: 8, scale: 2 }, default: value('1.25') }))
    assert.deepEqual(await apply(db, model([products(field('price', 'decimal', { bounds: { precision: 12, scale: 2 }, default: value('1.25') }))])), ['products.price is now numeric(12,2)'])
    assert.deepEqual(await refused(db, model([products(field('price', 'decimal', { bounds: { precision: 6, scale: 2 }, default: value('1.25') }))])),
      ['Product.price is numeric(6,2), but products.price in the database is numeric(12,2). A type is not changed under its values.'])
    assert.match((await refused(db, model([products(field('price', 'text', { default: value('') }))])))[0]!, /^Product.price is text, but products.price in the database is numeric\(12,2\)/)
    assert.match((await refused(db, model([products(field('price', 'decimal', { bounds: { precision: 12, scale: 2 }, default: value('1.25') }), field('name', 'text', { bounds: { collation: 'POSIX' } }))])))[0]!,
      /^Product.name compares by POSIX, but products.name in the database by code point/)
  })

  change('choices are added, and taken away where no row has them', async db => {
    const status = (...choices: string[]) => model([products(field('status', 'choice', { bounds: { choices }, default: value('open') }))])
    await apply(db, status('open', 'paid'))
    await db.client.query(`insert into products (name, status) values ('a', 'paid'), ('b', 'open')`)
    assert.deepEqual(await apply(db, status('paid', 'open')), [])
    assert.equal((await apply(db, status('open', 'paid', 'shipped'))).length, 1)
    await db.client.query(`insert into products (name, status) values ('c', 'shipped')`)
    assert.deepEqual(await refused(db, status('open', 'shipped')), [`Product.status allows only status = any (array['open', 'shipped']), but 1 row has another value.`])
    await db.client.query(`delete from products where status = 'paid'`)
    await apply(db, status('open', 'shipped'))
    await assert.rejects(db.client.query(`insert into products (name, status) values ('d', 'paid')`), { constraint: 'products_status_check' })
  })

  change('bounds widen, narrow only over rows that fit, and go', async db => {
    await seeded(db, rating({ default: value(3) }))
    assert.equal((await apply(db, model([products(rating({ default: value(3), bounds: { min: 1, max: 10 } }))]))).length, 1)
    await db.client.query('update products set rating = 9 where name in (\'p1\', \'p2\')')
    assert.deepEqual(await refused(db, model([products(rating({ default: value(3) }))])), ['Product.rating allows only rating >= 1 and rating <= 5, but 2 rows have other values.'])
    await db.client.query('update products set rating = 5 where rating = 9')
    await apply(db, model([products(rating({ default: value(3) }))]))
    assert.deepEqual(await apply(db, model([products(rating({ default: value(3), bounds: {} }))])), ['check of products.rating is gone'])
  })

  change('required where values are missing is refused; optional is not', async db => {
    await seeded(db, field('note', 'text', { optional: true }))
    await db.client.query(`update products set note = 'n' where name <> 'p1'`)
    assert.deepEqual(await refused(db, model([products(field('note', 'text'))])), ['Product.note is required, but 1 row has no value for it.'])
    assert.deepEqual(await refused(db, model([products(field('note', 'text', { default: value('x') }))])), ['Product.note is required, but 1 row has no value for it.'])
    await db.client.query(`delete from products where note is null`)
    assert.deepEqual(await apply(db, model([products(field('note', 'text'))])), ['products.note is now required'])
    assert.deepEqual(await apply(db, model([products(field('note', 'text', { optional: true }))])), ['products.note is now optional'])
  })

  change('unique is added where values differ, refused where they do not, and goes', async db => {
    await seeded(db)
    const unique = (...fields: string[][]) => model([entity('product', [idField, field('name', 'text')], { uniques: fields })])
    assert.deepEqual(await apply(db, unique(['name'])), ['products (name) is now unique'])
    assert.deepEqual(await apply(db, unique()), ['products (name) is no longer unique'])
    await db.client.query(`insert into products (name) values ('p1'), ('p2'), ('p2')`)
    assert.deepEqual(await refused(db, unique(['name'])), ['Product.name is unique, but 2 values occur more than once.'])
    const withNew = model([entity('product', [idField, field('name', 'text'), field('code', 'text', { default: value('x') })], { uniques: [['code']] })])
    assert.deepEqual(await refused(db, withNew), ['Product.code is unique, but 1 value occurs more than once.'])
  })

  change('a reference over values that were there is refused where a row points at nothing', async db => {
    const shop = (refs: boolean) => model([
      entity('category', [idField, field('name', 'text')], { table: 'categories' }),
      entity('product', [idField, field('name', 'text'), field('categoryId', 'id', refs ? { reference: 'category', optional: true } : { optional: true })],
        refs ? { refs: { category: { target: 'category', on: [['categoryId', 'id']] } } } : {}),
    ])
    await apply(db, shop(false))
    await db.client.query(`insert into products (name, category_id) values ('a', gen_random_uuid()), ('b', null)`)
    assert.deepEqual(await refused(db, shop(true)), ['Product.category refers to categories, but 1 row points at nothing there.'])
    await db.client.query('update products set category_id = null')
    assert.deepEqual(await apply(db, shop(true)), ['products.category_id refers to categories', '+index products_category_id_idx'].toSorted((a, b) => (a < b ? -1 : 1)))
  })

  change('a key is not changed', async db => {
    await seeded(db)
    assert.match((await refused(db, model([entity('product', [idField, field('name', 'text')], { key: ['name'] })])))[0]!, /^Product has the key \(name\), but products in the database has the primary key \(id\)/)
    assert.equal((await refused(db, model([entity('product', [field('name', 'text')], { key: ['name'] })]))).length, 1)
  })

  change('defaults, comments and indexes follow', async db => {
    await seeded(db, field('note', 'text', { optional: true, about: 'one', default: value('a') }))
    assert.deepEqual(await apply(db, model([products(field('note', 'text', { optional: true, about: "two's", default: value('b'), searchable: true }))])),
      ["products.note has the default 'b'", '+index products_note_search', 'comment of products.note'])
    assert.deepEqual(await apply(db, model([products(field('note', 'text', { optional: true }))])), ['products.note has no default any more', '-index products_note_search'])
  })

  change("what is not ours is left alone; a strange required column is refused", async db => {
    await apply(db, model([products()]))
    await db.client.query(`create table strangers (id int); alter table products add column theirs int; create index theirs_idx on products (theirs); alter table products add check (theirs > 0)`)
    const plan = await planOf(db.client, model([products()]))
    assert.equal(plan.empty, true)
    assert.deepEqual(plan.notes.toSorted(), ['check products_theirs_check of products is not part of Product: left alone', 'column products.theirs is not part of Product: left alone',
      'index theirs_idx of products is not part of Product: left alone', 'table strangers is not part of shop: left alone'])
    await db.client.query('alter table products alter theirs set not null')
    assert.deepEqual(await refused(db, model([products()])), ['products.theirs is in the database, required and without a default, but not in Product: nothing could be created.'])
  })

  change('an application leaves the tables of another one in the same database', async db => {
    await apply(db, model([products()], 'shop'))
    await apply(db, model([entity('post', [idField])], 'blog'))
    assert.deepEqual(await apply(db, model([products()], 'shop')), [])
    assert.deepEqual(await apply(db, model([entity('post', [idField, field('title', 'text')])], 'blog')), ['+column posts.title'])
  })

  change('a view in the place of a table is refused', async db => {
    await db.client.query('create view products as select 1 as id')
    assert.deepEqual(await refused(db, model([products()])), ['Product is a table, but products in the database is a view.'])
  })

  change('a renamed reference takes its foreign key and index along', async db => {
    const make = (ref: string, was?: string) => model([
      entity('customer', [idField]), entity('order', [idField, field(`${ref}Id`, 'id', { reference: ref, ...(was ? { was } : {}) })], { refs: { [ref]: { target: 'customer', on: [[`${ref}Id`, 'id']] } } })])
    await apply(db, make('customer'))
    await db.client.query(`with c as (insert into customers default values returning id) insert into orders (customer_id) select id from c`)
    assert.deepEqual(await apply(db, make('buyer', 'customer')), ['renamed orders.customer_id → buyer_id, 1 value kept'])
    const orders = (await readSchema(db.client)).tables.find(t => t.name === 'orders')!
    assert.deepEqual([orders.references[0]!.name, orders.indexes[0]!.name], ['orders_buyer_fkey', 'orders_buyer_id_idx'])
  })

  change('what was put away comes back under another name', async db => {
    await seeded(db, rating({ default: value(3) }))
    await apply(db, model([products()]))
    assert.deepEqual((await apply(db, model([products(field('stars', 'integer', { was: 'rating', default: value(3) }))])))[0], 'renamed products._dropped_rating → stars, 77 values kept')
  })

  change('names that are too long, renamed and removed', async db => {
    const long = 'x'.repeat(63), longer = `${'x'.repeat(62)}y`
    const make = (column: string, was?: string) => model([products(field('long', 'integer', { column, optional: true, bounds: { min: 0 }, ...(was ? { was } : {}) }))])
    await apply(db, make(long))
    await db.client.query(`insert into products (name, "${long}") values ('a', 1)`)
    assert.deepEqual(await apply(db, make(longer, long)), [`renamed products.${long} → ${longer}, 1 value kept`])
    await apply(db, model([products()]))
    await apply(db, make(longer))
    assert.equal(await one(db, `select "${longer}" from products`), 1)
  })
}))
