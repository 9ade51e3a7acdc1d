// The change log on PostgreSQL: what is written, and that a reader misses nothing, waits for nobody and turns nothing around (fine print 11).
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { olderServer, testServer, type TestServer } from '../../../../test/server.ts'
import { backend, compileModel, Entity, integer, many, model as declare, ref, secret, sum, text } from '../../../define/index.ts'
import { createEngine, type RunningEngine } from '../../../engine/index.ts'
import { applyPlan, planOf } from '../../../migrate/index.ts'
import type { Value } from '../../../operation/index.ts'
import type { WriteRequest } from '../../../wire/index.ts'
import type { Change, Changes, Mark, Store } from '../../store.ts'
import { memoryStore } from '../../memory/index.ts'
import { postgresStore } from '../index.ts'

class Owner extends Entity {
  name = text()
  phone = text().optional().pii()
  ill = text().optional().phi()
  password = secret().optional()
  boxes = many(() => Box, 'owner').owned()
  tags = many(() => Tag)
}
class Box extends Entity {
  owner = ref(() => Owner)
  label = text()
  weight = integer().default(1)
  things = many(() => Thing, 'box').owned()
}
class Thing extends Entity { box = ref(() => Box); what = text() }
class Tag extends Entity { name = text(); owners = many(() => Owner) }
class Quiet extends Entity {
  what = text()
  static changes = false
}
class Cart extends Entity {
  name = text()
  lines = many(() => Line, 'cart').owned()
  pieces = sum(Cart, 'lines', line => line.pieces)
}
class Line extends Entity { cart = ref(() => Cart); pieces = integer() }
const { model } = compileModel(backend({ model: declare({ owner: Owner, box: Box, thing: Thing, tag: Tag, quiet: Quiet, cart: Cart, line: Line }) }))
const run = (mark?: Partial<Mark>) => ({ deadline: performance.now() + 20_000, ...(mark ? { mark } : {}) })

interface Ground { readonly engine: RunningEngine; readonly store: Store; readonly changes: Changes }
const groundOf = async (store: Store): Promise<Ground> => ({ store, engine: await createEngine({ model, store }), changes: store.changes ?? assert.fail('no log') })
const write = (g: Ground, request: Pick<WriteRequest, 'kind' | 'entity'> & Partial<WriteRequest>, mark?: Partial<Mark>) =>
  g.engine.write({ key: null, body: null, origin: 'code', expect: null, ...request }, g.engine.system('tests'), run(mark))
const created = async (g: Ground, entity: string, body: Value, mark?: Partial<Mark>): Promise<string> => String((await write(g, { kind: 'create', entity, body }, mark)).keys[0]?.[0])
/** What is told, by entity and verb; ids by the name they got here. */
const brief = (c: Change, names: ReadonlyMap<string, string>): string => {
  const named = (v: unknown): string => JSON.stringify(v, (name, x: unknown) => (name === 'createdAt' ? undefined : typeof x === 'string' ? names.get(x) ?? x : x))
  return `${c.verb} ${c.entity} ${named(c.key)} ${named(c.before)} → ${named(c.after)}`
}

async function story(g: Ground): Promise<readonly string[]> {
  const start = await g.changes.now(run())
  const names = new Map<string, string>()
  const owner = await created(g, 'owner', { name: 'Ann', phone: '123', ill: null, password: 'pw', boxes: { create: [{ label: 'a', things: { create: [{ what: 'x' }] } }, { label: 'b' }] }, tags: { create: [{ name: 't' }] } },
    { request: 'r1', action: 'move', caller: 'ann', reason: 'because' })
  names.set(owner, 'OWNER')
  const first = await g.changes.read(start, 100, run())
  for (const c of first.changes) {
    if (c.entity === 'box' || c.entity === 'thing' || c.entity === 'tag') names.set(String(c.key[0]), `${c.entity} ${String(c.after?.['label'] ?? c.after?.['what'] ?? c.after?.['name'])}`)
    assert.deepEqual([c.caller, c.request, c.action, c.reason], ['ann', 'r1', 'move', 'because'])
  }
  await write(g, { kind: 'update', entity: 'owner', key: [owner], body: { name: 'Anna', phone: '456', ill: 'flu', password: 'other' } })
  await write(g, { kind: 'update', entity: 'owner', key: [owner], body: { name: 'Anna', password: 'yet another' } })
  const a = [...names].find(([, name]) => name === 'box a')?.[0] ?? ''
  await write(g, { kind: 'update', entity: 'box', key: [a], body: { weight: 5 } })
  await created(g, 'quiet', { what: 'nobody hears' })
  await assert.rejects(created(g, 'box', { label: 'lost', ownerId: '00000000-0000-7000-8000-000000000000' }))
  await write(g, { kind: 'delete', entity: 'owner', key: [owner] })
  const rest = await g.changes.read(first.position, 100, run())
  assert.deepEqual(new Set(rest.changes.map(c => c.reason)), new Set(['tests']))
  assert.deepEqual(new Set(rest.changes.map(c => c.caller)), new Set([null]))
  assert.equal((await g.changes.read(rest.position, 100, run())).changes.length, 0)
  // Within one write only the order of one row's changes is promised.
  const lines = (of: readonly Change[]) => of.map(c => brief(c, names)).sort()
  const [changed, gone] = [rest.changes.filter(c => c.verb === 'update'), rest.changes.filter(c => c.verb === 'delete')]
  return [...lines(first.changes), ...changed.map(c => brief(c, names)), ...lines(gone)]
}

const expected = [
  'create box ["box a"] null → {"id":"box a","label":"a","weight":1,"ownerId":"OWNER"}', 'create box ["box b"] null → {"id":"box b","label":"b","weight":1,"ownerId":"OWNER"}',
  'create owner ["OWNER"] null → {"id":"OWNER","ill":null,"name":"Ann","phone":"***"}',
  'create tag ["tag t"] null → {"id":"tag t","name":"t"}', 'create thing ["thing x"] null → {"id":"thing x","what":"x","boxId":"box a"}',
  'create ~owner.tags ["OWNER","tag t"] null → {"tagId":"tag t","ownerId":"OWNER"}',
  'update owner ["OWNER"] {"ill":null,"name":"Ann","phone":"***"} → {"ill":"***","name":"Anna","phone":"***"}', 'update box ["box a"] {"weight":1} → {"weight":5}',
  'delete box ["box a"] {"id":"box a","label":"a","weight":5,"ownerId":"OWNER"} → null', 'delete box ["box b"] {"id":"box b","label":"b","weight":1,"ownerId":"OWNER"} → null',
  'delete owner ["OWNER"] {"id":"OWNER","ill":"***","name":"Anna","phone":"***"} → null',
  'delete thing ["thing x"] {"id":"thing x","what":"x","boxId":"box a"} → null', 'delete ~owner.tags ["OWNER","tag t"] {"tagId":"tag t","ownerId":"OWNER"} → null',
]
/** jsonb has an order of members of its own; memory has that of the declaration. */
const ordered = (lines: readonly string[]): readonly string[] => lines.map(line => line.replace(/\{[^{}]*\}/g, object => JSON.stringify(Object.fromEntries(
  Object.entries(JSON.parse(object) as object).sort(([x], [y]) => (x.length - y.length) || (x < y ? -1 : 1))))))

/** What is told of a cart while its lines come, change and go. */
async function totals(g: Ground): Promise<readonly string[]> {
  const start = await g.changes.now(run())
  const cart = await created(g, 'cart', { name: 'c', lines: { create: [{ pieces: 2 }, { pieces: 3 }] } })
  // More than are made in one statement: level by level.
  const many = Array.from({ length: 11 }, (_, i) => ({ name: `of many ${i}`, lines: { create: [{ pieces: i }] } }))
  const { keys } = await write(g, { kind: 'create', entity: 'cart', body: many })
  const line = await created(g, 'line', { cartId: cart, pieces: 4 })
  await write(g, { kind: 'update', entity: 'line', key: [line], body: { pieces: 5 } })
  await write(g, { kind: 'update', entity: 'line', key: [line], body: { pieces: 5 } })
  await write(g, { kind: 'delete', entity: 'line', key: [line] })
  await write(g, { kind: 'delete', entity: 'cart', key: [cart] })
  const { changes } = await g.changes.read(start, 100, run())
  const told = (row: Change['before']): string => (row === null ? '-' : String(row['pieces']))
  const lots = changes.filter(c => c.entity === 'cart' && keys.some(k => k[0] === c.key[0]))
  assert.deepEqual(lots.map(c => `${c.verb} ${told(c.before)} → ${told(c.after)}`), many.map((_, i) => `create - → ${i}`))
  return changes.filter(c => c.entity === 'cart' && !lots.includes(c)).map(c => `${c.verb} ${told(c.before)} → ${told(c.after)}`)
}
/** What readers of lines alone are told of two carts made at once, and of one with more lines than are told in a row. */
async function parts(g: Ground): Promise<readonly Change[]> {
  const start = await g.changes.now(run())
  const line = (pieces: number) => ({ pieces })
  const { keys } = await write(g, { kind: 'create', entity: 'cart', body: [{ name: 'a', lines: { create: [1, 2, 3].map(line) } }, { name: 'b', lines: { create: [4].map(line) } }, { name: 'none' }] }, { request: 'r2', caller: 'ben' })
  await created(g, 'cart', { name: 'large', lines: { create: Array.from({ length: 101 }, (_, i) => line(100 + i)) } })
  const all = await g.changes.read(start, 1000, run()), { changes } = await g.changes.read(start, 1000, run(), ['line'])
  assert.deepEqual(changes, all.changes.filter(c => c.entity === 'line'))
  assert.equal(all.changes.length, 3 + 4 + 1 + 101)
  assert.equal(new Set(all.changes.map(c => c.id)).size, all.changes.length)
  assert.deepEqual(all.changes.map(c => BigInt(c.id)), all.changes.map(c => BigInt(c.id)).toSorted((x, y) => (x < y ? -1 : 1)))
  const some = changes.slice(0, 4)
  assert.deepEqual(some.map(c => [c.verb, c.before, c.caller, c.request, c.key]), some.map(c => ['create', null, 'ben', 'r2', [c.after?.['id']]]))
  const cartOf = (c: Change): unknown => keys.findIndex(k => k[0] === c.after?.['cartId'])
  assert.deepEqual(some.map(c => [cartOf(c), c.after?.['pieces']]), [[0, 1], [0, 2], [0, 3], [1, 4]])
  // A position in the midst is that of a row: nothing comes twice, nothing is left out.
  const seen: string[] = []
  for (let position: string = start, more = true; more;) {
    const next = await g.changes.read(position, 2, run())
    seen.push(...next.changes.map(c => c.id))
    position = next.position
    more = next.more
  }
  assert.deepEqual(seen, all.changes.map(c => c.id))
  return changes
}
it('in memory, parts are told of with their wholes', async () => { await parts(await groundOf(memoryStore(model))) })

/** Each change begins where the one before has ended. */
const toldTotals = ['create - → 5', 'update 5 → 9', 'update 9 → 10', 'update 10 → 5', 'delete 5 → -']
it('in memory, totals that change with their parts are told', async () => {
  assert.deepEqual(await totals(await groundOf(memoryStore(model))), toldTotals)
})

it('in memory, everything written is told, parts and links that go along too, and nothing that was not', async () => {
  assert.deepEqual(ordered(await story(await groundOf(memoryStore(model)))), expected)
})

for (const [name, start] of [['PostgreSQL 18', testServer], ['PostgreSQL 15', olderServer]] as const) {
  describe(`the change log on ${name}`, () => {
    let server: TestServer, config: { readonly database: string }, drop: () => Promise<void>, g: Ground, one: pg.Client, two: pg.Client
    before(async () => {
      server = await start()
      const fresh = await server.freshDatabase()
      config = fresh.config as { database: string }
      drop = () => fresh.drop()
      one = new pg.Client(config)
      two = new pg.Client(config)
      await Promise.all([one.connect(), two.connect()])
      await applyPlan(one, await planOf(one, model))
      g = await groundOf(await postgresStore({ model, connection: config }))
    })
    after(async () => { await g.engine.close(); await Promise.all([one.end(), two.end()]); await drop() })

    it('everything written is told, parts and links that go along too, and nothing that was not', async () => {
      assert.deepEqual(ordered(await story(g)), expected)
    })

    it('totals that change with their parts are told', async () => {
      assert.deepEqual(await totals(g), toldTotals)
    })

    it('parts are told of in the row of their whole, and as changes of their own', async () => {
      const count = async (): Promise<number> => Number((await one.query<{ n: string }>('select count(*) as n from backwright_system.change')).rows[0]?.n)
      const before = await count()
      const told = await parts(g)
      assert.equal(await count() - before, 3 + 1 + 101)
      // The log keeps the answer where that says the same: with the parts in it, and not when they were made. Readers are told of rows as they are.
      const { rows: kept } = await one.query<{ lines: number }>(`select json_array_length(after -> 'lines') as lines from backwright_system.change where entity = 'cart' and after -> 'lines' is not null order by id`)
      assert.deepEqual(kept.slice(-3).map(k => k.lines), [3, 1, 0])
      const { rows } = await one.query<{ id: string; made: string }>('select id, to_json(created_at) as made from lines')
      const made = new Map(rows.map(row => [row.id, row.made]))
      assert.deepEqual(told.map(c => c.after?.['createdAt']), told.map(c => made.get(String(c.key[0]))))
      assert.deepEqual([...new Set(told.flatMap(c => Object.keys(c.after ?? {})))].toSorted(), ['cartId', 'createdAt', 'id', 'pieces'])
    })

    const tell = (client: pg.Client, what: string) => client.query(`insert into backwright_system.change (entity, key, verb, after) values ('owner', '["${what}"]', 'update', '{}')`)
    const keys = (of: { readonly changes: readonly Change[] }) => of.changes.map(c => c.key[0])

    it('two changes of one row come in their order, though the transaction of the second began first', async () => {
      const begin = await g.changes.now(run())
      const owner = await created(g, 'owner', { name: 'n' })
      const at = (await g.changes.read(begin, 10, run())).position
      await one.query('begin; select pg_current_xact_id()')
      await write(g, { kind: 'update', entity: 'owner', key: [owner], body: { name: 'first' } })
      // What a write does: the row's lock, then the change.
      await one.query(`update owners set name = 'second' where id = '${owner}'`)
      await one.query(`insert into backwright_system.change (entity, key, verb, before, after) values ('owner', '["${owner}"]', 'update', '{"name":"first"}', '{"name":"second"}')`)
      await one.query('commit')
      const { changes } = await g.changes.read(at, 10, run())
      assert.deepEqual(changes.map(c => c.after?.['name']), ['first', 'second'])
      const { rows } = await one.query<{ turned: boolean }>(`select (select tx from backwright_system.change where id = $1) > (select tx from backwright_system.change where id = $2) as turned`, changes.map(c => c.id.slice(0, -3)))
      assert.equal(rows[0]?.turned, true, 'the transactions must be the other way round for this to show anything')
    })

    it('a transaction that commits late is not skipped, nor waited for', async () => {
      const at = await g.changes.now(run())
      await one.query('begin')
      await tell(one, 'late')
      await tell(two, 'early')
      const first = await g.changes.read(at, 10, run())
      assert.deepEqual(keys(first), ['early'])
      const nothing = await g.changes.read(first.position, 10, run())
      assert.deepEqual(keys(nothing), [])
      await one.query('commit')
      await tell(two, 'after')
      const then = await g.changes.read(nothing.position, 10, run())
      assert.deepEqual(keys(then), ['late', 'after'])
      assert.ok(BigInt(then.changes[0]?.id ?? 0) < BigInt(first.changes[0]?.id ?? 0), 'its number was drawn before')
      assert.deepEqual(keys(await g.changes.read(then.position, 10, run())), [])
    })

    it('an open transaction in another database of the server stops nobody', async () => {
      const other = await server.freshDatabase(), stranger = new pg.Client(other.config)
      await stranger.connect()
      try {
        await stranger.query('begin; create table t (n int)')
        let { position } = { position: await g.changes.now(run()) }
        for (const what of ['a', 'b', 'c']) {
          await tell(one, what)
          const read = await g.changes.read(position, 10, run())
          assert.deepEqual(keys(read), [what])
          position = read.position
        }
      } finally {
        await stranger.end()
        await other.drop()
      }
    })

    it('long stretches come in batches, each change once, whatever is committed in between', async () => {
      const at = await g.changes.now(run())
      await one.query('begin')
      await tell(one, 'open')
      for (let i = 0; i < 7; i++) await tell(two, `n${i}`)
      let position = at
      const seen: unknown[] = []
      for (let i = 0; i < 3; i++) {
        const read = await g.changes.read(position, 3, run())
        seen.push(...keys(read))
        position = read.position
        assert.equal(read.more, i < 2)
        if (i === 0) await one.query('commit')
      }
      assert.deepEqual(seen, ['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6'])
      assert.deepEqual(keys(await g.changes.read(position, 3, run())), ['open'])
    })

    it('who attends is woken by what others commit, and holds what nobody else then holds', async () => {
      const another = await groundOf(await postgresStore({ model, connection: config }))
      let woken = 0, lost = 0
      const mine = await g.changes.attend({ wake: () => { woken++ }, lost: () => { lost++ } })
      const theirs = await another.changes.attend({ wake: () => {}, lost: () => {} })
      try {
        assert.deepEqual([await mine.hold('x'), await theirs.hold('x'), await theirs.hold('y')], [true, false, true])
        const begun = performance.now()
        for (let i = 0; i < 20; i++) await created(another, 'tag', { name: `t${i}` })
        while (woken === 0 && performance.now() - begun < 900) await wait(5)
        assert.ok(woken > 0, 'nobody was woken')
        await one.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'backwright: changes' and datname = current_database()`)
        while (lost === 0 && performance.now() - begun < 5_000) await wait(5)
        assert.equal(lost, 1)
        const again = await another.changes.attend({ wake: () => {}, lost: () => {} })
        assert.equal(await again.hold('x'), true, 'what the dead held is free')
        await again.close()
      } finally {
        await mine.close()
        await theirs.close()
        await another.engine.close()
      }
    })

    it('the oldest can be taken away', async () => {
      await one.query(`update backwright_system.change set at = now() - interval '40 days' where id in (select id from backwright_system.change order by id limit 5)`)
      const cutoff = new Date(Date.now() - 30 * 86_400_000).toISOString()
      assert.deepEqual([await g.changes.forget(cutoff, 3, run()), await g.changes.forget(cutoff, 3, run()), await g.changes.forget(cutoff, 3, run())], [3, 2, 0])
    })

    it('a position that is none is refused', async () => {
      await assert.rejects(g.changes.read("'; drop table x", 1, run()), /no position in the change log/)
    })

    it('of some entities only: what is of others is passed over, in the first batch and in those after it', async () => {
      const at = await g.changes.now(run())
      await one.query(`insert into backwright_system.change (entity, key, verb) select case when n % 3 = 0 then 'owner' else 'tag' end, jsonb_build_array(n), 'update' from generate_series(1, 21) as n`)
      const seen: unknown[] = []
      let position = at, more = true
      while (more) {
        const read = await g.changes.read(position, 3, run(), ['owner', 'nobody'])
        seen.push(...read.changes.map(c => c.key[0]))
        assert.ok(read.changes.every(c => c.entity === 'owner') && (read.changes.length === 3 || !read.more));
        ({ position, more } = read)
      }
      assert.deepEqual(seen, [3, 6, 9, 12, 15, 18, 21])
      assert.equal((await g.changes.read(position, 30, run())).changes.length, 0, 'the position is past the others')
      assert.equal((await g.changes.read(at, 30, run(), [])).changes.length, 0)
    })

    it('what was not seen is found by an index, however much was', async () => {
      await one.query(`insert into backwright_system.change (entity, key, verb) select 'tag', '[]', 'update' from generate_series(1, 20000)`)
      await one.query('analyze backwright_system.change')
      const at = await g.changes.now(run())
      await tell(one, 'new')
      const statements: string[] = []
      const listen = { ...run(), onStatement: (s: { readonly text: string }) => void statements.push(s.text) }
      await g.changes.read(at, 10, listen)
      await g.changes.read(at, 10, listen, ['tag'])
      assert.equal(statements.length, 2)
      for (const begin of statements) {
        const { rows } = await one.query<{ 'QUERY PLAN': string }>(`explain ${begin.replaceAll('$1', `'${at}'`).replaceAll('$2', '11').replaceAll('$3', `'["tag"]'`)}`)
        assert.doesNotMatch(rows.map(r => r['QUERY PLAN']).join('\n'), /Seq Scan on change/)
      }
    })
  })
}
