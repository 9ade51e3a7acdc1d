// Connections on a real server: bytes, pipelining, prepared names, timeouts, contention, transactions, and what is left of them when the server misbehaves.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import type { Failure } from '../../../failure/index.ts'
import { olderServer, testServer } from '../../../../test/server.ts'
import type { Run } from '../../store.ts'
import type { Cell, Connection, Statement } from '../statement.ts'
import { connect, type Connections, type Limits } from './index.ts'

type Fresh = Awaited<ReturnType<Awaited<ReturnType<typeof testServer>>['freshDatabase']>>
let fresh: Fresh
let admin: pg.Client
const opened: Connections[] = []

before(async () => {
  fresh = await (await testServer()).freshDatabase()
  admin = new pg.Client(fresh.config)
  await admin.connect()
  await admin.query(`create table things (id int primary key, n int not null default 0, name text);
    insert into things select i, 0, 'thing ' || i from generate_series(1, 20) i`)
})
after(async () => {
  await Promise.all(opened.map(c => c.close()))
  await admin.end()
  await fresh.drop()
})

const open = async (limits: Partial<Limits> = {}): Promise<Connections> => {
  const c = await connect(fresh.config, limits)
  opened.push(c)
  return c
}
const read = (text: string, more: Partial<Statement> = {}): Statement =>
  ({ text, parameters: values => values.map(v => (v === null ? null : typeof v === 'string' ? v : JSON.stringify(v))), lane: 'read', plan: 'generic', ...more })
const own = (text: string) => read(text, { lane: 'own' })
const write = (text: string) => read(text, { lane: 'write' })
const within = (ms = 10_000): Run => ({ deadline: performance.now() + ms })
const texts = (rows: readonly (readonly Cell[])[]) => rows.map(r => r.map(c => (c === null ? null : Buffer.from(c).toString())))
const failing = async (promise: Promise<unknown>): Promise<Failure> => promise.then(() => assert.fail('did not fail'), (e: Failure) => e)
const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
/** Waits until `is` holds. */
const until = async (is: () => Promise<boolean> | boolean) => {
  for (const end = performance.now() + 10_000; !(await is());) { assert.ok(performance.now() < end, 'waited in vain'); await pause(20) }
}

test('rows are the bytes the server sent: numbers keep their digits, large answers arrive whole, null is null', async () => {
  const c = await open()
  const digits = '{"n":123456789012345678901234567890.120}'
  const long = 'ä€😀'.repeat(100_000)
  const [row] = await c.run(read('select $1::json, $2::text, null::text, 7'), [digits, long], within())
  assert.deepEqual(row?.map(x => x && Buffer.from(x).toString()), [digits, long, null, '7'])
  // Answers of every size around the pieces a socket reads, one behind the other.
  const sizes = Array.from({ length: 60 }, (_, i) => 65_536 - 30 + i)
  const all = await Promise.all(sizes.map(n => c.run(read(`select repeat('x', $1::int), 'end'`), [n], within())))
  assert.deepEqual(all.map(rows => [rows[0]?.[0]?.length, String(rows[0]?.[1])]), sizes.map(n => [n, 'end']))
})

test('what is held is counted: connections, those at work, who waits, what is prepared', async () => {
  const c = await open({ readers: 1, own: 1 })
  assert.deepEqual(c.held(), { read: { open: 1, busy: 0, queued: 0, prepared: 0 }, write: { open: 0, busy: 0, queued: 0, prepared: 0 }, own: { open: 0, busy: 0, queued: 0, prepared: 0 } })
  for (let i = 0; i < 3; i++) await c.run(read('select 1'), [], within())
  assert.equal(c.held().read.prepared, 1)
  const slow = [read('select pg_sleep(0.3)'), read('select 2'), read('select 3')].map(s => c.run(s, [], within()))
  const alone = [own('select pg_sleep(0.3)'), own('select 4')].map(s => c.run(s, [], within()))
  await until(() => c.held().own.busy === 1)
  assert.deepEqual([c.held().read.busy, c.held().read.queued, c.held().own.open, c.held().own.queued], [1, 2, 1, 1])
  await Promise.all([...slow, ...alone])
  assert.deepEqual([c.held().read.busy, c.held().read.queued, c.held().own.busy, c.held().own.queued], [0, 0, 0, 0])
  await c.run(write('update things set n = n where id = 1'), [], within())
  assert.equal(c.held().write.open, 1)
})

test('sessions start as the answers need them, with no statement of their own', async () => {
  const c = await open()
  const names = ['TimeZone', 'DateStyle', 'IntervalStyle', 'client_encoding', 'application_name', 'bytea_output', 'statement_timeout', 'lock_timeout']
  const asked = `select ${names.map(n => `current_setting('${n}')`).join(', ')}`
  const common = ['UTC', 'ISO, MDY', 'iso_8601', 'UTF8', 'backwright', 'hex']
  assert.deepEqual(texts(await c.run(read(asked), [], within())), [[...common, '5s', '0']])
  assert.deepEqual(texts(await c.run(write(asked), [], within())), [[...common, '5s', '50ms']])
  assert.deepEqual(texts(await c.run(own(asked), [], within(30_000))), [[...common, '30s', '0']])
  assert.deepEqual(c.server, { version: 18, foldCollation: 'pg_c_utf8' })
})

test('an error reaches only its own statement', async () => {
  const c = await open({ readers: 1 })
  const mixed = await Promise.allSettled([0, 1, 0, 2].map(n => c.run(read('select (10 / $1::int)::text'), [n], within())))
  assert.deepEqual(mixed.map(m => (m.status === 'fulfilled' ? texts(m.value)[0]?.[0] : (m.reason as Failure).code)), ['row.invalid', '10', 'row.invalid', '5'])
})

test('whatever is on its way together, each gets its own answer', async () => {
  const c = await open({ readers: 2, prepared: 4, depth: 2000 })
  let seed = 20261121
  const random = (below: number) => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed % below }
  const shapes = Array.from({ length: 12 }, (_, i) => read(`select $1::int as s${i}, repeat(chr(97 + ${i}), $2::int), 100 / ($3::int)`))
  const asked = Array.from({ length: 1500 }, (_, i) => ({ i, shape: random(random(2) ? 12 : 3), size: random(20) ? random(300) : 70_000, by: random(10) ? 1 : 0 }))
  const answers = await Promise.allSettled(asked.map(a => c.run(shapes[a.shape] ?? read('select 1'), [a.i, a.size, a.by], within())))
  answers.forEach((answer, n) => {
    const a = asked[n]!
    if (answer.status === 'rejected') return assert.deepEqual([(answer.reason as Failure).code, a.by], ['row.invalid', 0])
    assert.deepEqual([a.by, texts(answer.value)], [1, [[String(a.i), String.fromCharCode(97 + a.shape).repeat(a.size), '100']]])
  })
})

test('what cannot be sent is refused before it spoils the line, as is one too many on it', async () => {
  const c = await open({ readers: 1, depth: 5 })
  assert.equal((await failing(c.run(read('select \'a\0b\''), [], within()))).code, 'internal')
  assert.equal((await failing(c.run(read('select 1'), Array.from({ length: 70_000 }, () => 1), within()))).code, 'internal')
  assert.equal((await failing(c.run(read('select $1::text'), ['a\0b'], within()))).code, 'row.invalid')
  const some = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => c.run(read('select $1::int, pg_sleep(0.1)'), [i], within())))
  assert.deepEqual(some.map(s => (s.status === 'fulfilled' ? texts(s.value)[0]?.[0] : (s.reason as Failure).message)),
    ['0', '1', '2', '3', '4', ...Array.from({ length: 3 }, () => 'Too many operations are waiting for the database')])
})

test('short reads answer while long statements run on connections of their own', async () => {
  const c = await open({ readers: 1, own: 2 })
  await c.run(own('select 1'), [], within())
  let longDone = 0
  const enough = new AbortController()
  const long = [1, 2].map(() => c.run(own('select pg_sleep(5)'), [], { ...within(20_000), signal: enough.signal }).finally(() => longDone++))
  await until(async () => (await admin.query(`select 1 from pg_stat_activity where datname = current_database() and query = 'select pg_sleep(5)' and state = 'active'`)).rowCount === 2)
  for (let i = 0; i < 200; i++) await c.run(read('select name from things where id = $1'), [1 + (i % 20)], within())
  assert.equal(longDone, 0, 'two hundred reads, one after the other, were answered before any long statement')
  enough.abort()
  assert.deepEqual((await Promise.all(long.map(failing))).map(f => f.code), ['store.timeout', 'store.timeout'])
})

test('a cancel reaches its own statement and no neighbour', async () => {
  const c = await open({ own: 3 })
  const gone = new AbortController()
  const neighbours = [c.run(own(`select 'a', pg_sleep(1)`), [], within()), c.run(read(`select 'b', pg_sleep(1)`), [], within())]
  const left = failing(c.run(own(`select 'left', pg_sleep(30)`), [], { ...within(60_000), signal: gone.signal }))
  const late = failing(c.run(own(`select 'late', pg_sleep(30)`), [], within(300)))
  setTimeout(() => gone.abort(), 200)
  assert.equal((await left).code, 'store.timeout')
  assert.equal((await late).code, 'store.timeout')
  await until(async () => (await admin.query(`select 1 from pg_stat_activity where query ~ '^select .(left|late)' and state = 'active'`)).rowCount === 0)
  assert.deepEqual((await Promise.all(neighbours)).map(rows => texts(rows)[0]?.[0]), ['a', 'b'])
})

test('on a shared connection a statement ends at the session\'s timeout, and the next ones answer', async () => {
  const c = await open({ readers: 1, statement: 300 })
  const [slow, quick] = await Promise.all([failing(c.run(read('select pg_sleep(5)'), [], within())), c.run(read('select 1'), [], within())])
  assert.equal(slow.code, 'store.timeout')
  assert.deepEqual(texts(quick), [['1']])
})

test('a deadline shorter than the session\'s timeout is kept, and its late answer goes to nobody', async () => {
  const c = await open({ readers: 1 })
  const late = await failing(c.run(read('select pg_sleep(0.6)'), [], within(150)))
  assert.equal(late.code, 'store.timeout')
  assert.deepEqual(texts(await c.run(read(`select 'mine'`), [], within())), [['mine']])
})

test('a write that meets a lock waits for it alone, while others go on', async () => {
  const c = await open({ writers: 1 })
  await admin.query('begin; update things set n = 0 where id = 1')
  const order: string[] = []
  const blocked = c.run(write('update things set n = n + 1 where id = $1 returning n'), [1], within()).then(rows => { order.push('blocked'); return rows })
  await Promise.all([2, 3, 4].map(id => c.run(write('update things set n = n + 1 where id = $1 returning n'), [id], within()).then(() => order.push('free'))))
  assert.deepEqual(order, ['free', 'free', 'free'])
  await admin.query('commit')
  assert.deepEqual(texts(await blocked), [['1']])
})

test('a transaction is all or nothing', async () => {
  const c = await open()
  const set = own('update things set n = $2 where id = $1')
  const n = async (id: number) => texts(await c.run(read('select n from things where id = $1'), [id], within()))[0]?.[0]
  const told: string[] = []
  await c.within({ ...within(), onStatement: s => told.push(s.text) }, async t => { await t.run(set, [10, 1], within()); await t.run(set, [11, 1], within()) })
  assert.deepEqual([await n(10), await n(11)], ['1', '1'])
  assert.deepEqual(told, ['begin', 'commit'])
  await assert.rejects(c.within(within(), async t => { await t.run(set, [10, 2], within()); throw new Error('no') }), /^Error: no$/)
  assert.equal(await n(10), '1')
  // A failure that `work` swallows still spoils the transaction, and is told.
  let after: Connection | undefined
  const spoilt = await failing(c.within(within(), async t => {
    after = t
    await t.run(set, [10, 3], within())
    await t.run(own('select 1 / $1::int'), [0], within()).catch(() => {})
    assert.equal((await failing(t.run(own('select 1'), [], within()))).code, 'row.invalid')
  }))
  assert.equal(spoilt.code, 'row.invalid')
  assert.equal(await n(10), '1')
  await assert.rejects(async () => after?.run(set, [10, 4], within()), /the transaction is over/)
})

test('a transaction whose work outlives the deadline is rolled back, and its connection is nobody\'s', async () => {
  const c = await open({ own: 1 })
  const late = await failing(c.within(within(300), async t => {
    await t.run(own('update things set n = 9 where id = 12'), [], within())
    await pause(800)
    await t.run(own('update things set n = 10 where id = 12'), [], within()).catch(() => {})
  }))
  assert.equal(late.code, 'store.timeout')
  assert.deepEqual(texts(await c.run(own('select n from things where id = 12 for update'), [], within())), [['0']])
  await pause(700)
  assert.deepEqual(texts(await c.run(own('select n from things where id = 12'), [], within())), [['0']])
})

test('connections of their own are limited; who waits too long, or behind too many, is told so', async () => {
  const c = await open({ own: 1, queue: 1 })
  const first = c.run(own('select pg_sleep(0.5)'), [], within())
  const second = c.run(own('select 2'), [], within())
  const third = await failing(c.run(own('select 3'), [], within()))
  assert.deepEqual([third.code, third.message], ['store.timeout', 'Too many operations are waiting for the database'])
  assert.deepEqual(texts(await second), [['2']])
  await first
  const long = c.run(own('select pg_sleep(0.6)'), [], within())
  assert.equal((await failing(c.run(own('select 4'), [], within(100)))).message, 'No connection to the database became free in time')
  await long
  assert.deepEqual(texts(await c.run(own('select 5'), [], within())), [['5']])
})

test('statements are named at their second use, at most so many, and a flood of new shapes leaves hot ones alone', async () => {
  const c = await open({ readers: 1, prepared: 6 })
  let asked = 0
  const names = async () => texts(await c.run(read(`select statement from pg_prepared_statements where statement !~ 'pg_prepared' and $1::text <> '' order by prepare_time`), [String(asked++)], within())).map(r => r[0])
  const hot = [1, 2, 3].map(i => read(`select ${i} as hot, $1::int`))
  for (const s of hot) await c.run(s, [1], within())
  assert.deepEqual(await names(), [], 'once is not named')
  for (let i = 0; i < 20; i++) for (const s of hot) await c.run(s, [1], within())
  assert.deepEqual(await names(), hot.map(s => s.text))
  for (let i = 0; i < 300; i++) {
    const flood = read(`select ${i} as flood`)
    for (let uses = 0; uses < 1 + (i % 2); uses++) await c.run(flood, [], within())
    if (i % 10 === 0) for (const s of hot) await c.run(s, [1], within())
  }
  const left = await names()
  assert.equal(left.length, 5)
  assert.deepEqual(hot.map(s => left.includes(s.text)), [true, true, true])
  // What becomes popular later takes the place of what is not: closed on the server, not only forgotten here.
  const late = read(`select 'late' as hot`)
  for (let i = 0; i < 50; i++) await c.run(late, [], within())
  const then = await names()
  assert.equal(then.length, 5)
  assert.ok(then.includes(late.text))
})

test('a prepared statement whose table changes, or which somebody deallocates, is prepared anew', async () => {
  const c = await open({ readers: 1 })
  await admin.query('create table changing (a int); insert into changing values (1)')
  const s = read('select * from changing')
  for (let i = 0; i < 3; i++) assert.deepEqual(texts(await c.run(s, [], within())), [['1']])
  await admin.query(`alter table changing add b text default 'b'`)
  assert.deepEqual(texts((await Promise.all([1, 2, 3].map(() => c.run(s, [], within())))).flat()), [['1', 'b'], ['1', 'b'], ['1', 'b']])
  await c.run(s, [], within())
  await c.run(read('deallocate all'), [], within())
  assert.deepEqual(texts((await Promise.all([1, 2].map(() => c.run(s, [], within())))).flat()), [['1', 'b'], ['1', 'b']])
})

test('a statement is planned as it asks: once for all values, or anew for each', async () => {
  const c = await open({ readers: 1 })
  for (const plan of ['generic', 'custom'] as const) {
    const s = read(`select name as ${plan} from things where id = $1`, { plan })
    for (let i = 0; i < 12; i++) await c.run(s, [i], within())
    const counted = read('select generic_plans, custom_plans from pg_prepared_statements where statement = $1', { plan })
    // Eleven: the first use is not prepared by name.
    assert.deepEqual(texts(await c.run(counted, [s.text], within())), [plan === 'generic' ? ['11', '0'] : ['0', '11']])
  }
})

test('after twenty calls with an unselective value, a `custom` statement still scans the index for a selective one', async () => {
  const c = await open({ readers: 1 })
  await admin.query(`create table owned (id int primary key, owner int not null, filler text);
    insert into owned select i, case when i <= 20000 then 0 else i end, repeat('x', 50) from generate_series(1, 21000) i;
    create index owned_owner on owned (owner); analyze owned`)
  const text = 'select count(filler)::text from owned where owner = $1'
  const custom = read(text, { plan: 'custom' })
  for (let i = 0; i < 20; i++) assert.equal(texts(await c.run(custom, [0], within()))[0]?.[0], '20000')
  const plan = async (value: number) => texts(await c.run(read(`explain (costs off) ${text}`, { plan: 'custom' }), [value], within())).flat().join('\n')
  assert.match(await plan(0), /Seq Scan on owned/)
  assert.match(await plan(20500), /owned_owner/)
  // Not what explain would do, but what this very statement did: it touched the index.
  const scans = async () => Number((await admin.query(`select pg_stat_force_next_flush(), idx_scan::int as n from pg_stat_user_indexes where indexrelname = 'owned_owner'`)).rows[0].n)
  const were = await scans()
  assert.deepEqual(texts(await c.run(custom, [20500], within()))[0]?.[0], '1')
  await until(async () => { await c.run(read('select pg_stat_force_next_flush()', { plan: 'custom' }), [], within()); return (await scans()) > were })
})

test('a killed session fails its own requests only; what is a read is asked again', async () => {
  const c = await open({ readers: 2, writers: 1, own: 2 })
  const pid = async (s: Statement) => texts(await c.run(s, [], within()))[0]?.[0]
  const busy = c.run(own('select pg_sleep(1)'), [], within())
  const victim = failing(c.within(within(), async t => {
    const [[mine] = []] = texts(await t.run(own('select pg_backend_pid()'), [], within()))
    await Promise.all([t.run(own('select pg_sleep(10)'), [], within()), pause(100).then(() => admin.query('select pg_terminate_backend($1)', [mine]))])
  }))
  assert.equal((await victim).code, 'store.down')
  await busy
  const reader = await pid(read('select pg_backend_pid()'))
  const reading = c.run(read('select pg_sleep(0.5), pg_backend_pid()'), [], within())
  await pause(100)
  await admin.query(`select pg_terminate_backend($1)`, [reader])
  assert.notEqual(texts(await reading)[0]?.[1], reader)
  const writer = await pid(write('select pg_backend_pid()'))
  const writing = failing(c.run(write('with a as (select pg_sleep(2)) update things set n = 1 where id = 19 and (select count(*) from a) = 1'), [], within()))
  await pause(200)
  await admin.query(`select pg_terminate_backend($1)`, [writer])
  const doubt = await writing
  assert.deepEqual([doubt.code, doubt.facts], ['store.down', { outcome: 'unknown' }])
  assert.notEqual(await pid(write('select pg_backend_pid()')), writer)
})

test('closing finishes what is in flight', async () => {
  const c = await connect(fresh.config)
  const pids = await Promise.all([read, write, own].map(async lane => Number(texts(await c.run(lane('select pg_backend_pid()'), [], within()))[0]?.[0])))
  const flying = [c.run(read(`select 'read', pg_sleep(0.3)`), [], within()), c.run(own(`select 'own', pg_sleep(0.3)`), [], within()),
    c.within(within(), async t => { await pause(200); return t.run(own(`select 'transaction'`), [], within()) })]
  await pause(50)
  await c.close()
  assert.deepEqual((await Promise.all(flying)).map(rows => texts(rows)[0]?.[0]), ['read', 'own', 'transaction'])
  for (const s of [read('select 1'), write('select 1'), own('select 1')]) assert.equal((await failing(c.run(s, [], within()))).code, 'store.down')
  await until(async () => (await admin.query('select 1 from pg_stat_activity where pid = any($1)', [pids])).rowCount === 0)
})

test('an older server, over TCP with a password', async () => {
  const older = await (await olderServer()).freshDatabase()
  const c = await connect(older.config)
  try {
    assert.equal(c.server.version, 15)
    assert.deepEqual(texts(await c.run(read(`select '1 day 2 hours'::interval::text, $1::int`), [4], within())), [['P1DT2H', '4']])
    const { user, password, host, port, database } = older.config
    const byString = await connect({ connectionString: `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}?options=-c%20search_path%3Dpg_catalog%20-c%20TimeZone%3DAsia/Tokyo` })
    assert.deepEqual(texts(await byString.run(read(`select current_setting('search_path'), current_setting('TimeZone')`), [], within())), [['pg_catalog', 'UTC']])
    await byString.close()
  } finally {
    await c.close()
    await older.drop()
  }
})
