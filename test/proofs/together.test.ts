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
})
