// What the bench is made of: values within the bounds of every kind of field, plans that tell what is slow, growth that is more than noise; and the command, as a user runs it.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import {
  access, allow, backend, bigint, boolean, bytes, choice, compileModel, date, decimal, duration, email, Entity, index, integer, json, list, model, money, number, ref, secret, slug, text, time, timestamp, url, uuid,
} from '../../index.ts'
import { fits, seeded, spokenOf } from '../../testkit/proofs/index.ts'
import { testServer } from '../../../test/server.ts'
import { Trouble } from '../command.ts'
import { bench } from '../commands/bench.ts'
import { backwright, running, tillFolder, type Folder, type Running } from '../process.fixture.ts'
import type { Measured } from './measure.ts'
import { textsOf } from './pattern.ts'
import { slowIn, waysIn } from './plans.ts'
import type { Operation } from './questions.ts'
import { grows, type Report } from './report.ts'
import { showAgainst } from './show.ts'
import { makerOf } from './values.ts'

class Thing extends Entity {
  name = text({ min: 2, max: 9 })
  code = text({ pattern: /^[A-Z]{2}-(?:\d{4}|X[a-f]+)$/ })
  amount = integer({ min: -3, max: 40_000 })
  big = bigint()
  weight = decimal({ precision: 6, scale: 3, min: '0.5' })
  price = money('EUR', { min: 0 })
  ratio = number({ min: 0, max: 1 })
  fine = boolean()
  at = timestamp()
  day = date()
  hour = time()
  long = duration()
  any = json()
  state = choice('open', 'paid')
  mail = email()
  site = url()
  short = slug()
  serial = uuid()
  raw = bytes({ max: 12 })
  password = secret()
  tags = list(text({ max: 5 }), { min: 1, max: 3 })
  other = ref(() => Thing).optional()

  static indexes = [index(Thing, 'other', 'amount')]
  static access = access(Thing, ({ row }) => [allow('read').when(row.name.eq('Ada').or(row.state.eq('paid')))])
}
const { model: things } = compileModel(backend({ model: model({ thing: Thing }) }))
const thing = things.entities['thing']!

test('values of every kind are within their bounds, and differ where they must', () => {
  const making = { pick: seeded(1), spoken: spokenOf(things), now: Date.now() }
  for (const field of Object.values(thing.fields).filter(f => f.generated === null && f.reference === null)) {
    for (const unique of [false, true]) {
      const make = makerOf(field, unique && !field.list, making, [])
      assert.ok(make, field.name)
      const made = Array.from({ length: 60 }, (_, n) => make(n)).filter(v => v !== undefined)
      assert.ok(made.length >= (unique && ['choice', 'boolean', 'number'].includes(field.kind) ? 0 : 60), `${field.name}: ${made.length}`)
      for (const v of made) for (const one of field.list && Array.isArray(v) ? v : [v]) assert.ok(one !== null && fits({ ...field, list: false }, one as never), `${field.name}: ${JSON.stringify(one)}`)
      if (unique && !field.list && !['choice', 'boolean', 'number'].includes(field.kind)) assert.equal(new Set(made.map(v => JSON.stringify(v))).size, made.length, field.name)
    }
  }
  const names = Array.from({ length: 100 }, (_, n) => makerOf(thing.fields['name']!, false, making, [])!(n))
  assert.ok(names.includes('Ada') && new Set(names).size > 20, 'what rules speak of comes up, among others')
})

test('texts of a pattern, or nothing where it says what is not known', () => {
  for (const pattern of ['^K-[0-9]{6}$', '^\\d{5}(-\\d{4})?$', '^(?:[a-z]+\\.)?x$', '^[^a-c]\\w$', '^\\+?[1-9]\\d{1,14}$', '^(?<year>20\\d\\d)/[\\w-]{3}$']) {
    const make = textsOf(pattern)
    assert.ok(make, pattern)
    for (const n of [0, 1, 77, 123_456]) assert.match(make(n), new RegExp(pattern, 'u'))
    assert.notEqual(make(1), make(2), pattern)
  }
  for (const pattern of ['^(?=a)b$', '^(a)\\1$', '^\\p{L}+$', '^[a-', '^(a$']) assert.equal(textsOf(pattern), null, pattern)
})

test('a plan tells which table is read from end to end, and the line that helps', () => {
  const field = (name: string) => thing.fields[name]!
  const asked = (more: Partial<Operation>): Operation => ({ entity: thing, says: 'list', kind: 'list', as: { name: 'visitor', token: null }, status: 200, requests: [], by: null, sort: [], ...more })
  const scan = (inner: string, sort = true) => `Aggregate  (cost=1..2 rows=1 width=2)\n  ->  Limit  (cost=1..2 rows=21 width=2)\n${sort ? '        ->  Sort  (cost=1..2 rows=900 width=2)\n' : ''}              ->  Seq Scan on public.things t0  (cost=0..20 rows=900 width=2)\n                    ${inner}\nSettings: jit = 'off'`
  const told = (plan: string, more: Partial<Operation>, rows = 1000) => slowIn(plan, asked(more), things, new Map([['thing', rows]])).map(s => `${s.says} ${s.add}`)
  assert.deepEqual(told(scan(''), { sort: [{ field: field('at'), dir: 'desc' }] }), [`reads all 1,000 rows of things and sorts them: no index has this order. static indexes = […, index(Thing, '-at')]`])
  assert.deepEqual(told(scan('Filter: (t0.mail = $1)'), { by: field('mail') }), [`reads all 1,000 rows of things to find those by mail: no index begins with it. static indexes = […, index(Thing, 'mail')]`])
  assert.deepEqual(told(scan('Filter: ((t0.name = $1) OR (t0.state = $2))', false), {}), [`reads all 1,000 rows of things to look at name, state, which its rule asks for. static indexes = […, index(Thing, 'name')]`])
  assert.deepEqual(told(scan('').replace(' t0 ', ' t1_1 ').replace('width=2)\n                    \n', 'width=2)\n                    Filter: (t1_1.state = t0.name)\n'), {}), [`reads all 1,000 rows of things to find what belongs to each row by state: no index begins with it. static indexes = […, index(Thing, 'state')]`])
  assert.deepEqual(told(scan('Filter: (t0.other_id = $1)'), { by: field('otherId') }), [], 'an index begins with it already')
  assert.deepEqual(told(scan('Filter: (t0.mail = $1)'), { by: field('mail') }, 100), [], 'few rows are read as fast')
  assert.deepEqual(told(scan(''), { kind: 'aggregate' }), [], 'what counts all reads all')
  assert.equal(waysIn(scan('Filter: (t0.mail = $1)')), 'Seq Scan on public.things, Filter: (t0.mail = $1)')
})

test('growth is more than a ratio: what is little of the whole is no growth', () => {
  const of = (postgresCpu: number | null, then: number | null, ratio: number): Measured => ({
    entity: 'thing', operation: 'get', as: 'visitor', request: '', perSecond: 1, p50: 1, p99: 1, nodeCpu: 50, postgresCpu, statements: 1, bytes: 1, refused: 0, grown: { perSecond: 1, p50: 1, nodeCpu: 50, postgresCpu: then, ratio },
  })
  assert.deepEqual([of(20, 24, 1.2), of(16, 28, 1.75), of(100, 400, 4), of(null, null, 2)].map(grows), [false, false, true, true])
})

let folder: Folder, address: string, drop: () => Promise<void>, admin: pg.Client
before(async () => {
  const fresh = await (await testServer()).freshDatabase()
  const { user, password, host, port, database } = fresh.config
  address = `postgres://${user}:${password}@localhost/${database}?${new URLSearchParams({ host, port: String(port) }).toString()}`
  drop = () => fresh.drop()
  admin = new pg.Client(fresh.config)
  await admin.connect()
  folder = tillFolder()
  // Its rules let nobody in, and are told so.
  folder.write('till/vault.ts', `import { Entity, text } from 'backwright'\n\nexport class Vault extends Entity { name = text({ max: 9 }) }\n`)
  folder.change('till/till.ts', `import { Order } from './order.ts'`, `import { Order } from './order.ts'\nimport { Vault } from './vault.ts'`)
  folder.change('till/till.ts', 'order: Order }', 'order: Order, vault: Vault }')
})
after(async () => {
  await admin.end()
  await drop()
  folder.remove()
})
const databases = async (): Promise<readonly string[]> => (await admin.query<{ name: string }>(`select datname as name from pg_database where datname like 'backwright_bench_%'`)).rows.map(r => r.name)

test('every operation that callers may do, measured over rows that were made, on a server that is there', async () => {
  const { code, out, err } = await backwright(folder, ['bench', 'till', '--rows', '600', '--seconds', '0.03', '--connections', '4', '--database', address, '--json', 'first.json'], { patienceMs: 120_000, env: { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/not_to_be_touched' } })
  assert.equal(code, 0, out + err)
  assert.match(err, /1,80\d rows in 3 tables, made in [^]*is served in a process of its own, from a database made for it[^]*18,\d{3} rows in 3 tables/)
  const report = JSON.parse(folder.read('first.json')) as Report
  const named = (entity: string): readonly string[] => report.operations.filter(o => o.entity === entity).map(o => `${o.operation} as ${o.as}`)
  assert.deepEqual(named('customer'), ['get as staff', 'list as staff', 'list as a customer', 'get as a customer', 'list filter[email] as staff', 'list sort name as staff', 'list include orders as staff', 'aggregate count as staff', 'create as staff'])
  assert.deepEqual(new Set(named('order')), new Set([
    'get as staff', 'list as staff', 'list as ben', 'get as ben', 'list as a customer', 'get as a customer', 'list filter[customerId] as staff', 'list filter[status] as staff', 'list sort -placedAt as staff', 'list sort total as staff', 'list include customer as staff',
    'aggregate status: count,sum(total) as staff', 'create as staff', 'update total as staff',
  ]))
  for (const o of report.operations) {
    assert.ok(o.perSecond > 0 && o.p50 > 0 && o.p99 >= o.p50 && o.nodeCpu > 0 && o.bytes > 0 && o.refused === 0, JSON.stringify(o))
    assert.equal(o.statements, 1, JSON.stringify(o))
    assert.equal(o.postgresCpu, null, 'of somebody else\'s server it is not known')
    assert.equal(o.grown === undefined, /create|update/.test(o.operation))
  }
  assert.match(out, /order: list sort -placedAt\n {4}reads all 60\d rows of orders and sorts them: no index has this order\.\n {4}till\/order\.ts:\d+ {2}static indexes = \[index\(Order, '-placedAt'\)\]/)
  assert.match(out, /Left out\n {2}vault: nobody may read it\n$/)
  assert.deepEqual(await databases(), [], 'its database is dropped')
  assert.equal((await admin.query(`select from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and nspname = 'public'`)).rows.length, 0, 'nothing is made in the one of the address')
})

test('against an earlier run: ratios, what is not alike, and the warning', () => {
  const earlier = JSON.parse(folder.read('first.json')) as Report, [one, ...others] = earlier.operations
  assert.ok(one)
  const now: Report = { ...earlier, machine: 'another', operations: [{ ...one, perSecond: one.perSecond * 2, p50: one.p50 / 2, postgresCpu: 10, statements: 3 }, ...others.slice(1)] }
  const said = showAgainst(now, { ...earlier, operations: [{ ...one, postgresCpu: one.nodeCpu }, ...others] }, 'first.json', { out() {}, err() {}, colour: false, cwd: '/', environment: {} })
  assert.match(said, new RegExp(`\\n {2}customer get as staff +2\\.00× +0\\.[45]\\d× +${((one.nodeCpu + 10) / (2 * one.nodeCpu)).toFixed(2)}× +1 → 3 statements\\n`))
  assert.match(said, /\n {2}order list as ben +1\.00× +1\.00× +–\n[^]*\n {2}1 of its operations were not measured now\n {2}not alike: machine: .* then, another now\n {2}Only ratios of runs on the same machine mean anything/)
})

test('what is wrong is told before anything is started', async () => {
  writeFileSync(path.join(folder.at, 'odd.json'), '{}')
  for (const [args, code, says] of [
    [['nowhere'], 2, /There is no nowhere here/], [['till', '--only', 'ordr'], 2, /--only: there is no entity 'ordr'\. Did you mean 'order'\?/], [['till', '--as', 'ana'], 2, /There is nobody 'ana'\. Did you mean 'anna'\? There are: visitor, a customer, anna, ben, staff\./],
    [['till', '--rows', 'many'], 2, /--rows is a whole number from 10 to 10000000, not many/], [['till', '--against', 'odd.json'], 2, /odd\.json is no run of the bench/], [['till', '--against', 'none.json'], 1, /none\.json cannot be read/], [['till', '--database', 'mysql://x'], 2, /--database is an address/],
  ] as const) {
    await assert.rejects(bench.run(args, { out() {}, err() {}, colour: false, cwd: folder.at, environment: {} }), (error: Trouble) => error instanceof Trouble && error.code === code && says.test(error.message), args.join(' '))
  }
  assert.ok(!existsSync(path.join(folder.at, '.backwright')))
})

test('Ctrl-C leaves nothing behind, and what a killed one left is swept away: no server, no folder, no process', async () => {
  const home = path.join(folder.at, '.backwright', 'till'), args = ['bench', 'till', '--rows', '100', '--seconds', '60', '--no-growth', '--only', 'orders', '--as', 'ben']
  const begun = async (): Promise<{ readonly bench: Running; readonly own: string; readonly pids: readonly number[] }> => {
    const bench = running(folder, args)
    await bench.until(/is served in a process of its own, from a PostgreSQL of its own: 8 reads, 60 s each/)
    const own = path.join(home, `bench-${bench.child.pid}`), children = readFileSync(`/proc/${bench.child.pid}/task/${bench.child.pid}/children`, 'utf8').trim().split(' ').map(Number)
    assert.ok(children.length >= 2, 'the server and the load are processes of their own')
    return { bench, own, pids: [Number(readFileSync(path.join(own, 'postmaster.pid'), 'utf8').split('\n', 1)[0]), ...children] }
  }
  const killed = await begun()
  assert.equal(await killed.bench.end('SIGKILL'), null)
  assert.ok(existsSync(killed.own))
  const { bench, own, pids } = await begun()
  assert.ok(!existsSync(killed.own))
  assert.equal(await bench.end('SIGINT'), 1)
  assert.match(bench.said(), /Stopped, and what was started with it/)
  assert.ok(!existsSync(own))
  for (const pid of [...killed.pids, ...pids]) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' }, String(pid))
})
