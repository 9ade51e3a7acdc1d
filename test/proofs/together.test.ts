// Writers at once: nothing lost, nothing twice, and what one of them may not do it does not.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { Failure } from '../../src/failure/index.ts'
import { rows, world, writeRequest, type WritePart } from '../../src/testkit/index.ts'
import { id } from '../../src/testkit/world.ts'
import { testServer } from '../server.ts'
import { groundOf, type Ground } from '../tables.ts'

describe('writers at once', () => {
  let ground: Ground
  before(async () => { ground = await groundOf(await testServer(), world) })
  after(() => ground.end())
  beforeEach(() => ground.load(rows))

  const write = (part: WritePart) => ground.engine.write(writeRequest(part), ground.engine.system('writes at once'), { deadline: performance.now() + 20_000 })
  /** What became of each: `ok`, or the code of its failure. */
  const fates = async (parts: readonly WritePart[]): Promise<Readonly<Record<string, number>>> => {
    const all = await Promise.allSettled(parts.map(write))
    const count: Record<string, number> = {}
    for (const x of all) {
      const fate = x.status === 'fulfilled' ? 'ok' : x.reason instanceof Failure ? x.reason.code : String(x.reason)
      count[fate] = (count[fate] ?? 0) + 1
    }
    return count
  }
  const one = async (sql: string): Promise<unknown> => (await ground.client.query<{ x: unknown }>(sql)).rows[0]?.x
  const times = <T>(n: number, of: (i: number) => T): readonly T[] => Array.from({ length: n }, (_, i) => of(i))

  test('what is added is added, every time', async () => {
    assert.deepEqual(await fates(times(40, () => ({ update: 'post', key: [id(11)], body: { views: { add: 3 } } }))), { ok: 40 })
    assert.equal(await one(`select views as x from posts where id = '${id(11)}'`), 130)
    assert.equal(await one(`select version as x from posts where id = '${id(11)}'`), 41)
  })

  test('a condition holds for as many as there is for', async () => {
    const take: WritePart = { update: 'post', key: [id(11)], body: { views: { add: -1 } }, filter: { views: { gte: 1 } } }
    assert.deepEqual(await fates(times(30, () => take)), { ok: 10, 'row.condition': 20 })
    assert.equal(await one(`select views as x from posts where id = '${id(11)}'`), 0)
  })

  test('of many, all or none, and never a number that was not expected', async () => {
    const raise: WritePart = { updateMany: 'post', filter: { views: { lt: 100 } }, body: { views: { add: 100 } }, count: 5 }
    assert.deepEqual(await fates(times(12, () => raise)), { ok: 1, 'row.count': 11 })
    assert.deepEqual(await fates(times(6, () => ({ deleteMany: 'duty', count: 3 }))), { ok: 1, 'row.count': 5 })
  })

  test('connected or created once, however many try', async () => {
    const link = (i: number): WritePart => ({ create: 'post', body: { title: `p${i}`, authorId: id(1), tags: { connectOrCreate: { where: { id: 'shared' }, create: { label: 'Shared' } } } } })
    assert.deepEqual(await fates(times(16, link)), { ok: 16 })
    assert.equal(await one(`select count(*)::int as x from tags where id = 'shared'`), 1)
    assert.equal(await one(`select count(*)::int as x from post_tagss where far_id = 'shared'`), 16)
    const author = (i: number): WritePart => ({ create: 'post', body: { title: `q${i}`, author: { connectOrCreate: { where: { email: 'one@x.example' }, create: { name: 'One' } } } } })
    assert.deepEqual(await fates(times(16, author)), { ok: 16 })
    assert.equal(await one(`select count(distinct author_id)::int as x from posts where title like 'q%'`), 1)
  })

  test('upserted once, however many try, and changed by all the others', async () => {
    const upsert: WritePart = { update: 'person', key: [id(1)], body: { reports: { upsert: { where: { email: 'new@x.example' }, create: { name: 'New', age: 1 }, update: { age: { add: 1 } } } } } }
    assert.deepEqual(await fates(times(12, () => upsert)), { ok: 12 })
    assert.equal(await one(`select age as x from persons where email = 'new@x.example'`), 12)
  })

  test('nested changes of one whole come one after the other, and what it computes is right', async () => {
    const add = (i: number): WritePart => ({ update: 'bill', key: [id(61)], body: { rows: { create: { label: `r${i}`, price: '1' }, update: { id: id(64), quantity: { add: 1 } } } } })
    assert.deepEqual(await fates(times(12, add)), { ok: 12 })
    assert.equal(await one(`select (total = (select sum(price * quantity) + coalesce(sum(extra), 0) from rows where bill_id = b.id))::text as x from bills b where id = '${id(61)}'`), 'true')
    assert.equal(await one(`select size as x from bills where id = '${id(61)}'`), 14)
    assert.equal(await one(`select version as x from bills where id = '${id(61)}'`), 13)
  })

  test('what fails in the middle leaves nothing behind', async () => {
    const wrong: WritePart = { update: 'post', key: [id(11)], body: { title: 'x', tags: { create: { id: 'made', label: 'Made' } }, comments: { create: [{ text: 'made' }], update: { id: 5, text: 'of another' } } } }
    assert.deepEqual(await fates(times(4, () => wrong)), { 'row.missing': 4 })
    assert.equal(await one(`select count(*)::int as x from comments where text = 'made'`), 0)
    assert.equal(await one(`select count(*)::int as x from tags where id = 'made'`), 0)
    assert.equal(await one(`select version as x from posts where id = '${id(11)}'`), 1)
  })

  test('inside a transaction, what fails is undone alone', async () => {
    const system = ground.engine.system('writes at once')
    const run = { deadline: performance.now() + 20_000 }
    await ground.engine.together(run, async engine => {
      const inside = (part: WritePart) => engine.write(writeRequest(part), system, run)
      await inside({ update: 'post', key: [id(11)], body: { comments: { create: { text: 'first' } } } })
      const wrong = inside({ update: 'post', key: [id(11)], body: { title: 'x', comments: { create: { text: 'lost' }, update: { id: 5, text: 'of another' } } } })
      await assert.rejects(wrong, e => e instanceof Failure && e.code === 'row.missing')
      await assert.rejects(inside({ update: 'post', key: [id(11)], body: { slug: 'beta', tags: { create: { id: 'gone', label: 'Gone' } } } }), e => e instanceof Failure && e.code === 'row.duplicate')
      await inside({ update: 'post', key: [id(11)], body: { tags: { connectOrCreate: { where: { id: 'late' }, create: { label: 'Late' } } } } })
    })
    assert.equal(await one(`select string_agg(text, ',' order by id) as x from comments where text in ('first', 'lost')`), 'first')
    assert.equal(await one(`select string_agg(id, ',' order by id) as x from tags where id in ('gone', 'late')`), 'late')
    assert.equal(await one(`select version as x from posts where id = '${id(11)}'`), 3)
  })
})
