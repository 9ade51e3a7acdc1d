// What people declare, compiled and created: nothing is left to do, whatever kind of field, relation, key or name it has. PostgreSQL 18 and 15.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  Entity, access, allow, backend, bigint, boolean, bytes, choice, compileModel, date, decimal, duration, email, entity, index, integer, json, list, many, model, money, now, number, ref, secret,
  sequence, slug, text, time, timestamp, unique, url, uuid,
} from 'backwright'
import shop from '../define/fixtures/shop/backend.ts'
import { eachServer, type Database } from './database.fixture.ts'
import { applyPlan, planOf } from './index.ts'

/** Everything there is. */
class Person extends Entity {
  joinedAt = timestamp().default(now)
  email = email().unique()
  name = text({ min: 1, max: 100 }).searchable().about("What they are called, 'really'")
  nick = text().default("o'\\neill").index()
  site = url().optional()
  handle = slug().optional()
  age = integer({ min: 0, max: 150 }).default(18)
  big = bigint({ min: -5n }).optional()
  ratio = number({ min: -1.5, max: 1e21 }).default(1e-7)
  exact = decimal({ precision: 30, scale: 10 }).optional()
  wage = money('EUR').default('0.10')
  active = boolean().default(true)
  born = date({ min: '1900-01-01' }).optional()
  wakes = time().default('06:30:00')
  naps = duration().default('PT20M')
  seen = timestamp({ min: '2000-01-01T00:00:00Z' }).optional()
  extra = json().default({ a: [1, null, 'x'] })
  mood = choice('good', "it's ok", 'bad').default('good')
  tags = list(text({ max: 20 }), { max: 5 }).default(['a', 'b c']).index()
  luck = list(integer({ min: 1, max: 49 })).default([])
  photo = bytes({ max: 1000 }).optional()
  pin = secret().optional()
  other = uuid().optional()
  boss = ref(() => Person).optional()
  groups = many(() => Group)
  posts = many(() => Post, 'author').owned()
  static indexes = [index(Person, '-born', 'name')]
  static access = access(Person, () => [allow('read').to('staff')])
}
class Group extends entity({ key: ['code'] }) {
  code = text({ max: 10 })
  order = integer().optional()
  members = many(() => Person)
  static table = { name: 'user', columns: { order: 'group by' } }
  static access = access(Group, () => [allow('read').to('staff')])
}
class Post extends Entity {
  author = ref(() => Person)
  day = date()
  static uniques = [unique(Post, 'author', 'day')]
}
class Visit extends entity({ key: ['person', 'number'] }) {
  person = ref(() => Person)
  number = integer({ min: 1 })
  static access = access(Visit, () => [allow('read').to('staff')])
}
class Note extends entity({ id: sequence() }) {
  visit = ref(() => Visit)
  static access = access(Note, () => [allow('read').to('staff')])
}

eachServer((server, connect) => describe(`declared, on ${server}`, () => {
  let db: Database
  before(async () => { db = await connect() })
  after(() => db.end())
  for (const [name, app] of Object.entries({ shop, world: backend({ model: model({ person: Person, group: Group, post: Post, visit: Visit, note: Note }) }) })) it(`${name} is created, and then fits`, async () => {
    const { model: compiled } = compileModel(app)
    await applyPlan(db.client, await planOf(db.client, compiled))
    const again = await planOf(db.client, compiled)
    assert.deepEqual([again.steps.map(s => s.sql), again.refused, again.notes], [[], [], []])
    await db.clear()
  })
}))
