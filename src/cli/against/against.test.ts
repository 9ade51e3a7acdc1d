// `check --against` on a repository of its own: what a changed rule gives and takes, names that changed in between, a database that is not there yet, and nothing written.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { loadData, open } from '../../application/index.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { check } from '../commands/check.ts'
import { declarations } from '../declaration.ts'
import { locate } from '../locate.ts'
import { anna, annasOrder, bensOrder, tillFolder, type Folder } from '../process.fixture.ts'

let folder: Folder, drop: () => Promise<void>, client: (sql: string) => Promise<unknown[]>
const url = process.env['DATABASE_URL']
const git = (...args: string[]): void => { execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false', ...args], { cwd: folder.at, stdio: 'pipe' }) }
let ends: (() => Promise<void>)[] = []

before(async () => {
  folder = tillFolder()
  folder.write('.gitignore', 'node_modules\n.backwright\n')
  folder.write('package.json', '{ "type": "module" }')
  symlinkSync(path.join(import.meta.dirname, '../../../node_modules'), path.join(folder.at, 'node_modules'))
  git('init', '-q')
  git('add', '-A')
  git('commit', '-qm', 'first')
  git('tag', 'first')
  const server: TestServer = await testServer()
  const fresh = await server.freshDatabase()
  drop = () => fresh.drop()
  const { user, password, host, port, database } = fresh.config
  process.env['DATABASE_URL'] = `postgres://${user}:${password}@localhost/${database}?${new URLSearchParams({ host, port: String(port) }).toString()}`
  const app = locate('till', folder.at), from = declarations(app, folder.at)
  const application = await open(await from.read(), { url: process.env['DATABASE_URL'], name: 'till', schema: 'apply' })
  await loadData(application, path.join(folder.at, 'till/data'))
  client = sql => application.database.client(async c => (await c.query(sql)).rows)
  ends = [() => application.close(), async () => { from.close() }]
})
after(async () => {
  for (const end of ends) await end()
  if (url === undefined) delete process.env['DATABASE_URL']
  else process.env['DATABASE_URL'] = url
  await drop()
  folder.remove()
})

async function run(...args: string[]): Promise<{ readonly code: number; readonly out: string }> {
  let out = ''
  const code = await check.run(['till', ...args], { out: text => { out += text }, err: () => {}, colour: false, cwd: folder.at, environment: process.env })
  return { code, out }
}
const refused = (...args: string[]): Promise<string> => run(...args).then(() => 'it ran', (error: unknown) => `${(error as { code?: number }).code ?? ''} ${(error as Error).message}`)

test('nothing differs', async () => {
  for (const args of [['--against', 'HEAD'], ['--against', 'first', '--on', 'data']]) {
    const { code, out } = await run(...args)
    assert.equal(code, 0, out)
    assert.match(out, /✓ no rule differs/)
  }
})

test('a wider rule: who gains how many rows, and which', async () => {
  folder.change('till/order.ts', `allow('read', 'create').when(row.customer.is(caller)),`, `allow('read').always(),\n    allow('create').when(row.customer.is(caller)),`)
  const before = await client(`select table_schema, table_name from information_schema.tables where table_schema !~ '^(pg_|information)' order by 1, 2`)
  const { code, out } = await run('--against', 'HEAD', '--on', 'data')
  assert.equal(code, 3)
  assert.match(out, /Order {2}till\/order\.ts:\d+/)
  assert.match(out, /- allow\('read', 'create'\)\.when\(row\.customer\.is\(caller\)\)\n {4}A customer may read or create an order if it is hers\.\n/)
  assert.match(out, /\+ allow\('read'\)\.always\(\)\n {4}Anyone may read any order\.\n/)
  assert.match(out, new RegExp(`anonymous GAINS 2 orders to read {2}${annasOrder} {2}${bensOrder}\\n`))
  assert.match(out, new RegExp(`anna GAINS 1 of the orders to read {2}${bensOrder}\\n`))
  assert.match(out, new RegExp(`ben GAINS 1 of the orders to read {2}${annasOrder}\\n`))
  assert.doesNotMatch(out, /staff (GAINS|LOSES)/)
  const asJson = JSON.parse((await run('--against', 'HEAD', '--on', 'data', '--json')).out) as { against: string; commit: string; rules: unknown[]; effects: { caller: string; right: string; gains: { rows: number }; alone: number | null }[]; uncompared: unknown[] }
  assert.equal(asJson.against, 'HEAD')
  assert.match(asJson.commit, /^[0-9a-f]{40}$/)
  assert.deepEqual(asJson.effects.filter(e => e.alone === null).map(e => [e.caller, e.right, e.gains.rows]), [['anonymous', 'read', 2], ['anna', 'read', 1], ['ben', 'read', 1], ['signed in', 'read', 2]])
  // Without the data only the rules are told, and that is told, too.
  const rules = await run('--against', 'HEAD')
  assert.equal(rules.code, 3)
  assert.match(rules.out, /With --on data it is counted/)
  assert.deepEqual(await client(`select table_schema, table_name from information_schema.tables where table_schema !~ '^(pg_|information)' order by 1, 2`), before)
  assert.deepEqual(readdirSync(tmpdir()).filter(name => name.startsWith('backwright-against-')), [])
  git('checkout', '-q', '--', '.')
})

test('a rule written otherwise that means the same is none that differs; one that asks more takes rows away', async () => {
  folder.change('till/order.ts', `allow('read', 'create').when(row.customer.is(caller)),`, `allow('create', 'read').when(row.customer.is(caller).and(row.customer.is(caller))),`)
  assert.equal((await run('--against', 'HEAD', '--on', 'data')).code, 0)
  folder.change('till/order.ts', '.and(row.customer.is(caller))', `.and(row.status.eq('open'))`)
  const { code, out } = await run('--against', 'HEAD', '--on', 'data')
  assert.equal(code, 3)
  assert.match(out, new RegExp(`anna LOSES 1 of the orders to read {2}${annasOrder}\\n`))
  assert.match(out, /anna LOSES 1 of the orders to create \(such as are there\)/)
  assert.doesNotMatch(out, /ben/)
  git('checkout', '-q', '--', '.')
})

test('what was renamed is the same, on a database that is not', async () => {
  folder.change('till/order.ts', `status = choice('open', 'paid').default('open')`, `state = choice('open', 'paid').default('open').was('status')`)
  folder.change('till/order.ts', `transitions(Order, 'status'`, `transitions(Order, 'state'`)
  folder.change('till/order.ts', 'export class Order extends Entity {', `export class Purchase extends Entity {\n  static table = { name: 'purchases', was: 'orders' }`)
  folder.write('till/order.ts', folder.read('till/order.ts').replaceAll('(Order,', '(Purchase,').replace(`allow('read', 'create').when(row.customer.is(caller)),`, `allow('read', 'create').when(row.customer.is(caller)), allow('update').when(row.customer.is(caller).and(row.state.eq('open'))),`))
  folder.write('till/customer.ts', folder.read('till/customer.ts').replaceAll('{ Order }', '{ Purchase }').replace('() => Order', '() => Purchase'))
  folder.write('till/till.ts', folder.read('till/till.ts').replaceAll('{ Order }', '{ Purchase }').replace('order: Order', 'purchase: Purchase').replace(`data: './data',`, ''))
  const { code, out } = await run('--against', 'first', '--on', 'data')
  assert.equal(code, 3, out)
  assert.deepEqual(out.match(/\w+ (GAINS|LOSES) .*/g), [`ben GAINS 1 of the purchases to update  ${bensOrder}`], out)
  git('checkout', '-q', '--', '.')
})

test('what the database does not have is said, and fails a gate', async () => {
  folder.change('till/order.ts', `total = money`, `secret = choice('yes', 'no').default('no')\n  total = money`)
  folder.change('till/order.ts', `allow('read', 'create').when(row.customer.is(caller)),`, `allow('read', 'create').when(row.customer.is(caller).and(row.secret.eq('no'))),`)
  const { code, out } = await run('--against', 'HEAD', '--on', 'data')
  assert.equal(code, 3)
  assert.match(out, /could not be compared\n {2}Order, to read: the database has no Order\.secret\n/)
  git('checkout', '-q', '--', '.')
})

test('an entity that is gone takes its rows along; one that is new has none yet', async () => {
  folder.write('till/till.ts', folder.read('till/till.ts').replace('customer: Customer, order: Order', 'customer: Customer').replace(/import \{ Order.*\n/, '').replace(`data: './data',`, ''))
  folder.write('till/customer.ts', folder.read('till/customer.ts').replace(/import \{ Order.*\n/, '').replace(/ {2}orders = .*\n/, '').replace('entity, many,', 'entity,'))
  const { code, out } = await run('--against', 'HEAD', '--on', 'data')
  assert.equal(code, 3)
  assert.match(out, /anna LOSES 1 of the orders to read/)
  assert.match(out, /staff LOSES 2 orders to delete/)
  git('checkout', '-q', '--', '.')
})

test('where nobody is ready-made, the first rows that may be callers are asked', async () => {
  folder.write('till/till.ts', folder.read('till/till.ts').replace(/ {2}as: .*\n/, ''))
  git('commit', '-qam', 'nobody')
  folder.change('till/customer.ts', `allow('read').when(row.is(caller)),`, `allow('read', 'update').when(row.is(caller)),`)
  const { code, out } = await run('--against', 'HEAD', '--on', 'data')
  assert.equal(code, 3)
  assert.match(out, new RegExp(`customer (${anna}) GAINS 1 of the customers to update {2}\\1\\n`))
  git('checkout', '-q', '--', '.')
})

test('a role that may only select is enough, in a hook of git\'s too', async () => {
  const role = `reader_${process.pid}`, whole = process.env['DATABASE_URL'] ?? ''
  await client(`create role ${role} login password 'x'; grant select on all tables in schema public to ${role}`)
  folder.change('till/order.ts', `allow('read', 'create').when(row.customer.is(caller)),`, `allow('read').always(),`)
  process.env['DATABASE_URL'] = whole.replace(/\/\/[^@]*@/, `//${role}:x@`)
  process.env['GIT_INDEX_FILE'] = '.git/index'
  process.env['GIT_DIR'] = '.git'
  try {
    const { code, out } = await run('--against', 'HEAD', '--on', 'data')
    assert.equal(code, 3)
    assert.match(out, /signed in GAINS 2 orders to read/)
  } finally {
    process.env['DATABASE_URL'] = whole
    delete process.env['GIT_INDEX_FILE']
    delete process.env['GIT_DIR']
    await client(`drop owned by ${role}; drop role ${role}`)
    git('checkout', '-q', '--', '.')
  }
})

test('misunderstandings', async () => {
  assert.match(await refused('--against', 'nowhere'), /^2 There is no revision 'nowhere'/)
  assert.match(await refused('--against', '--output=x'), /^2 /)
  assert.match(await refused('--on', 'data'), /^2 --on data goes with --against/)
  assert.match(await refused('--against', 'HEAD', '--on', 'paper'), /^2 --on is data, not paper/)
})
