// `backwright import` as a person runs it: written, written again, edited, and a database that changed meanwhile.
import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { importCommand } from '../../src/cli/commands/import.ts'
import { exit } from '../../src/cli/command.ts'
import { world, type World } from './imported.ts'

let w: World
before(async () => {
  w = await world(`
    create table customers (id serial primary key, name varchar(40) not null);
    create table orders (id serial primary key, customer_id integer not null references customers on delete cascade, total numeric(10,2) not null default 0, check (total < 1000));
    create view totals as select customer_id, sum(total) as total from orders group by 1;`)
})
after(() => w.end())

async function run(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '', err = ''
  const code = await importCommand.run(args, { out: text => { out += text }, err: text => { err += text }, colour: false, cwd: w.folder, environment: { DATABASE_URL: w.url } })
  return { code, out, err }
}
const at = (...of: readonly string[]): string => path.join(w.folder, ...of)

test('writes what serves the database, and nothing the second time', async () => {
  const first = await run(w.url, 'shop')
  assert.equal(first.code, exit.ok, first.out)
  assert.match(first.out, /^✓ 3 entities in shop: 5 files new\n {2}Total \(totals\): a view: its rows are only read\n\nIn force in the database, and not part of the declaration:\n {2}Order: check orders_total_check: .*total < .*1000/)
  assert.match(first.out, /✓ the declaration and the database are the same/)
  assert.doesNotMatch(first.out + first.err, /password/)
  const files = readdirSync(at('shop')).toSorted()
  assert.deepEqual(files, ['backend.ts', 'customer.ts', 'imported.json', 'model.ts', 'order.ts', 'total.ts'])
  const times = files.map(f => statSync(at('shop', f)).mtimeMs)
  const second = await run('shop')
  assert.deepEqual([second.code, /5 files unchanged/.test(second.out)], [exit.ok, true], second.out)
  assert.deepEqual(readdirSync(at('shop')).toSorted().map(f => statSync(at('shop', f)).mtimeMs), times)
})

test('what was edited stays, and is shown beside what the database says', async () => {
  const file = at('shop', 'order.ts'), mine = readFileSync(file, 'utf8').replace('  static table', '  // mine\n  static table')
  writeFileSync(file, mine)
  const { code, out } = await run('shop')
  assert.equal(code, exit.ok)
  assert.match(out, /1 file edited by you and left, 4 files unchanged/)
  assert.match(out, /shop\/order\.ts is yours and stays as it is; the database says:\n(?: {4}.*\n)*? {2}- {3}\/\/ mine\n/)
  assert.equal(readFileSync(file, 'utf8'), mine)
})

test('a database that changed: untouched files follow, edited ones are told, what differs is said', async () => {
  await w.client.query('alter table customers add column city text; alter table orders add column note varchar(10) not null')
  const { code, out } = await run('shop')
  assert.equal(code, exit.differs)
  assert.match(out, /shop\/customer\.ts was written anew:/)
  assert.match(readFileSync(at('shop', 'customer.ts'), 'utf8'), /city = text\(\)\.optional\(\)/)
  assert.match(out, / {2}\+ {3}note = text\(\{ max: 10 \}\)/)
  assert.match(out, /✗ the declaration differs from the database:\n.*orders\.note is in the database, required and without a default/)
  writeFileSync(at('shop', 'order.ts'), readFileSync(at('shop', 'order.ts'), 'utf8').replace('  total =', '  note = text({ max: 10 })\n  total =').replace('sequence }', 'sequence, text }'))
  assert.equal((await run('shop')).code, exit.ok)
  await w.client.query('drop view totals')
  assert.match((await run('shop')).out, /shop\/total\.ts is of a table that was not imported this time/)
  assert.ok(existsSync(at('shop', 'total.ts')))
})

test('only some tables, and as JSON', async () => {
  const { code, out } = await run(w.url, 'some', '--only', 'ord*', '--json')
  const said = JSON.parse(out) as { files: { name: string; state: string }[]; entities: { title: string; cannot: string[] }[]; differs: string[] }
  assert.deepEqual([code, said.files.map(f => f.name), said.differs], [exit.ok, ['order.ts', 'model.ts', 'backend.ts'], []])
  assert.match(said.entities[0]?.cannot[0] ?? '', /foreign key orders_customer_id_fkey .* that table is not imported/)
  assert.deepEqual((JSON.parse((await run(w.url, 'some', '--only', 'ord*', '--json')).out) as typeof said).files.map(f => f.state), ['same', 'same', 'same'])
})

test('what is not understood', async () => {
  await assert.rejects(run('mysql://x', 'y'), /'mysql:\/\/x' is no address of a database/)
  await assert.rejects(run(w.url, 'x', '--schema', 'billing'), /There is no schema 'billing'/)
  await assert.rejects(run(w.url, 'x', '--only', 'nothing'), /There is no table to import/)
  await assert.rejects(run(w.url, 'x', 'y'), /too many/)
  assert.ok(!existsSync(at('x')))
})

test('a file that is no longer TypeScript is told with its place, and stays', async () => {
  appendFileSync(at('some', 'order.ts'), 'class {')
  await assert.rejects(run(w.url, 'some', '--only', 'orders'), /order\.ts/)
  assert.match(readFileSync(at('some', 'order.ts'), 'utf8'), /class \{$/)
})
