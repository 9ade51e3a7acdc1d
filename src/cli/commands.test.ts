// The other commands as scripts use them: what they print where, and how they end; beside a server that runs, and without one.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { testServer, type TestServer } from '../../test/server.ts'
import { annasOrder, backwright, bensOrder, databaseRuns, running, tillFolder, type Folder } from './process.fixture.ts'

let folder: Folder, server: TestServer
before(async () => {
  folder = tillFolder()
  server = await testServer()
})
after(() => { folder.remove() })

const bw = (...args: string[]) => backwright(folder, args)
const json = (text: string): any => JSON.parse(text)

test('help and misunderstandings', async () => {
  const help = await bw('--help')
  assert.equal(help.code, 0)
  for (const name of ['dev', 'start', 'get', 'post', 'patch', 'delete', 'explain', 'schema', 'reset', 'new', 'openapi', 'wsdl', 'seed', 'token', 'db', 'doctor']) assert.match(help.out, new RegExp(`^  ${name} `, 'm'))
  const each = await Promise.all(['dev', 'explain', 'schema'].map(name => bw(name, '--help')))
  for (const { code, out } of each) {
    assert.equal(code, 0)
    assert.match(out, /Exit codes: 0 /)
    assert.match(out, /\n {2}backwright /, 'examples')
  }
  const wrong = await bw('gett')
  assert.deepEqual([wrong.code, wrong.out], [2, ''])
  assert.match(wrong.err, /there is no command 'gett'\. Did you mean 'get'\?/)
  const option = await bw('get', 'orders', '--az', 'anna')
  assert.equal(option.code, 2)
  assert.match(option.err, /Unknown option '--az'[^]*backwright get --help/)
  const nowhere = await bw('dev', 'nowhere')
  assert.equal(nowhere.code, 2)
  assert.match(nowhere.err, /There is no nowhere here/)
  const none = await bw('get', 'orders')
  assert.equal(none.code, 2)
  assert.match(none.err, /There is no application in the current folder: none of backend\.ts, app\.ts, /)
})

test('the WSDL, into a file or not, with the address that is asked for', async () => {
  const printed = await bw('wsdl', '--app', 'till')
  assert.equal(printed.code, 0)
  assert.match(printed.out, /^<\?xml version="1\.0"[^]*<wsdl:operation name="FindOrders">[^]*<soap:address location="http:\/\/127\.0\.0\.1:3000\/soap"\/>[^]*<\/wsdl:definitions>\n$/)
  const file = path.join(folder.at, 'till.wsdl')
  assert.deepEqual(await bw('wsdl', '--app', 'till', '--url', 'https://till.example/', '-o', 'till.wsdl').then(({ code, out }) => ({ code, out })), { code: 0, out: '' })
  assert.ok(readFileSync(file, 'utf8').includes('<soap12:address location="https://till.example/soap"/>'))
  const wrong = await bw('wsdl', '--app', 'till', '--url', 'till.example')
  assert.equal(wrong.code, 2)
  assert.match(wrong.err, /--url is 'till\.example'; it must be an address like https:/)
})

test('in production: nothing applies by itself, schema apply does it, and start then serves', async () => {
  const database = await server.freshDatabase()
  const { config } = database
  const secret = 'a secret of thirty-two bytes or so'
  const url = `postgres://${config.user}:${config.password}@${encodeURIComponent(config.host)}:${config.port}/${config.database}`
  const env = { DATABASE_URL: url, BACKWRIGHT_JWT_SECRET: secret, ORIGINS: 'https://shop.example' }
  const run = (...args: string[]) => backwright(folder, args, { env })
  try {
    const refused = await run('start', 'till', '--port', '0')
    assert.equal(refused.code, 3)
    assert.match(refused.err, /differs from the declaration:\n {2}\+table customers[^]*Run: backwright schema apply --app till/)
    const shown = await run('schema', '--app', 'till', '--json')
    assert.equal(shown.code, 3)
    assert.ok(json(shown.out).steps.some((s: { says: string }) => s.says === '+table orders'))
    const unasked = await run('schema', 'apply', '--app', 'till')
    assert.equal(unasked.code, 2)
    assert.match(unasked.err, /add --yes/)
    const applied = await run('schema', 'apply', '--app', 'till', '--yes')
    assert.equal(applied.code, 0, applied.err)
    assert.match(applied.out, /✓ \d+ steps applied/)
    assert.doesNotMatch(applied.out, new RegExp(config.password), 'no password is printed')
    assert.equal((await run('schema', '--app', 'till')).code, 0)

    const start = running(folder, ['start', 'till', '--port', '0'], env)
    try {
      const at = await start.url()
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const unsigned = `${part({ alg: 'HS256' })}.${part({ sub: 'joe', roles: ['staff'], exp: Math.floor(Date.now() / 1000) + 60 })}`
      const token = `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`
      const answer = await fetch(`${at}/api/orders`, { headers: { authorization: `Bearer ${token}`, origin: 'https://shop.example', 'x-why': '1' } })
      assert.equal(answer.status, 200)
      assert.equal(answer.headers.get('access-control-allow-origin'), 'https://shop.example')
      assert.deepEqual(json(await answer.text()), { data: [], page: { next: null, previous: null } }, 'no data is loaded, and nothing says why')
      assert.equal((await fetch(`${at}/dev/as`)).status, 404)
      const line = await start.until(/\{"level":30,[^\n]*"kind":"request"[^\n]*"address":"\/api\/orders"[^\n]*\n/)
      assert.equal(json(line.trimEnd().split('\n').at(-1) ?? '').status, 200)
    } finally {
      assert.equal(await start.end('SIGTERM'), 0)
    }
    folder.change('till/order.ts', '  placedAt =', '  note = choice("a", "b").optional()\n  placedAt =')
    const older = await run('start', 'till', '--port', '0')
    assert.equal(older.code, 3)
    assert.match(older.err, /\+column orders\.note/)
    folder.change('till/order.ts', '  note = choice("a", "b").optional()\n', '')
  } finally {
    await database.drop()
  }
  const gone = await run('start', 'till', '--port', '0')
  assert.equal(gone.code, 1)
  assert.match(gone.err, new RegExp(`^backwright: PostgreSQL at .* has no database ${config.database}\\. Create it: createdb`))
  assert.doesNotMatch(gone.err, /\n\s+at /)
  const without = await backwright(folder, ['start', 'till'], { env: { BACKWRIGHT_JWT_SECRET: 'short' } })
  assert.equal(without.code, 2)
  assert.match(without.err, /DATABASE_URL=postgres:/)
})

test('without a server, a command opens the application for itself and leaves nothing running', async () => {
  const { code, out } = await bw('get', 'orders', '--as', 'anna', '--json', '--app', 'till')
  assert.equal(code, 0)
  assert.deepEqual(json(out).data.map((o: { id: string }) => o.id), [annasOrder])
  assert.equal(databaseRuns(folder), false)
})

test('beside a server: get, post, patch, delete, explain', async () => {
  const dev = running(folder, ['dev', 'till', '--port', '0', '--log', 'json'])
  try {
    const url = await dev.url()
    const [one, list, nobody, staff, wrong, missing] = await Promise.all([
      bw('get', `orders/${annasOrder}`, '--as', 'anna'), bw('get', 'orders?filter[status]=paid&fields=id,total', '--as', 'staff', '--json'), bw('get', 'orders', annasOrder),
      bw('get', 'orders', '--as', 'staff', '--why'), bw('get', 'orders', '--as', 'annaa'), bw('get', 'order'),
    ])
    assert.equal(one.code, 0)
    assert.match(one.out, /^\{\n {2}"id": "0{8}-.*\n/)
    assert.equal(json(one.out).total, '12.50')
    assert.match(dev.said(), /"kind":"request".*"address":"\/api\/orders\/\{id\}"/, 'the server was asked')
    assert.deepEqual(json(list.out).data, [{ id: annasOrder, total: '12.50' }])
    assert.equal(nobody.code, 4)
    assert.match(nobody.err, /^401 /)
    assert.equal(json(staff.out).data.length, 2)
    assert.match(staff.err, /read order {2}as staff · staff[^]*✓ Order\.2[^]*statement\n[^]*from "orders"[^]*plan\n/)
    assert.equal(wrong.code, 2)
    assert.match(wrong.err, /no ready-made caller 'annaa'\. Did you mean 'anna'\?/)
    assert.equal(missing.code, 4)
    assert.match(missing.err, /^404 .*Did you mean 'orders'\?/)

    folder.write('order.json', '{ "total": "4.20" }')
    const [made, piped, mistaken] = await Promise.all([
      bw('post', 'orders', '@order.json', '--as', 'anna'), backwright(folder, ['post', 'orders', '-', '--as', 'ben', '--json'], { input: '{ "total": "5.00" }' }), bw('post', 'orders', '{ "total": "x", "foo": 1 }', '--as', 'anna'),
    ])
    assert.equal(made.code, 0, made.err)
    const { id } = json(made.out)
    assert.match(made.err, new RegExp(`created /api/orders/${id}`))
    assert.equal(json(piped.out).total, '5.00')
    assert.equal(mistaken.code, 4)
    assert.match(mistaken.err, /^422 [^]*\/total {2}must be a decimal[^]*\/foo {2}'foo' does not exist/)

    const [changed, denied, explained, would, create] = await Promise.all([
      bw('patch', `orders/${id}`, '{ "status": "paid" }', '--as', 'staff'), bw('patch', 'orders', id, '{ "status": "paid" }', '--as', 'anna', '--why'),
      bw('explain', 'get', `orders/${bensOrder}`, '--as', 'anna'), bw('explain', 'delete', `orders/${id}`, '--as', 'staff', '--json'), bw('explain', 'post', 'orders', '--as', 'anna'),
    ])
    assert.equal(json(changed.out).status, 'paid')
    assert.equal(denied.code, 4)
    assert.match(denied.err, /^403 [^]*update order {2}as anna/)
    assert.equal(explained.code, 0)
    assert.match(explained.out, new RegExp(`${bensOrder} {2}no, no rule allows it[^]*✗ Order\\.1 .*row\\.customer\\.is\\(caller\\).* till/order\\.ts:\\d+[^]*plan`))
    assert.deepEqual([json(would.out).verb, json(would.out).rows[0].granted, json(would.out).rows[0].decidedBy], ['delete', true, 'Order.2'])
    assert.match(create.out, /depends on what is in it/)

    const [pay, paid] = await Promise.all([bw('explain', 'post', `orders/${id}/pay`, '--as', 'anna'), bw('explain', 'post', `orders/${id}/payed`)])
    assert.match(pay.out, /^call order {2}as .*\n {2}✗ You may not call pay\.\n {2}[0-9a-f-]{36} {2}no, no rule allows it\n {4}✗ order\.pay {2}'staff' {2}till\/order\.ts:\d+\n {6}✗ caller is staff\n {6}✗ row\.status = "open"\n$/)
    assert.deepEqual([paid.code, /no action 'payed' here\. Did you mean 'pay'/.test(paid.err)], [2, true], paid.err)

    const gone = await bw('delete', `orders/${id}`, '--as', 'staff')
    assert.equal(gone.code, 0)
    assert.equal((await bw('delete', `orders/${id}`, '--as', 'staff')).code, 4)

    // A declaration that is broken now does not keep what is served from answering.
    folder.change('till/order.ts', 'row.customer.is', 'row.custmer.is')
    await dev.until(/Still serving/)
    assert.equal((await bw('get', `orders/${annasOrder}`, '--as', 'anna')).code, 0)
    folder.change('till/order.ts', 'row.custmer.is', 'row.customer.is')
    assert.equal((await fetch(`${url}/health`)).status, 200)
  } finally {
    assert.equal(await dev.end('SIGINT'), 0)
  }
})

test('reset asks, and then begins anew', async () => {
  const asked = await bw('reset')
  assert.equal(asked.code, 2)
  assert.match(asked.err, /add --yes/)
  assert.ok(existsSync(path.join(folder.at, '.backwright', 'till', 'data')))
  const done = await bw('reset', '--yes')
  assert.equal(done.code, 0, done.err)
  assert.match(done.out, /✓ till begins anew · 4 rows of data loaded/)
  const { out } = await bw('get', 'orders?count=exact', '--as', 'staff', '--json')
  assert.equal(json(out).page.total, 2)
  const kept = await backwright(folder, ['reset', '--yes'], { env: { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' } })
  assert.equal(kept.code, 2)
  assert.match(kept.err, /only embedded data is thrown away/)
  assert.equal(databaseRuns(folder), false)
})

test('embedded in production, and what is broken there', async () => {
  const start = running(folder, ['start', 'till', '--port', '0'])
  await start.url()
  const reset = await bw('reset', '--yes')
  assert.equal(reset.code, 1)
  assert.match(reset.err, new RegExp(`Process ${start.child.pid} serves it in production`))
  assert.equal(await start.end('SIGINT'), 0)
  folder.change('till/order.ts', 'row.customer.is', 'row.custmer.is')
  const broken = await bw('start', 'till')
  assert.equal(broken.code, 1)
  assert.match(broken.err, /^backwright: till\/order\.ts:\d+ {2}.*Did you mean 'customer'\?/)
  folder.change('till/order.ts', 'row.custmer.is', 'row.customer.is')
  assert.equal(databaseRuns(folder), false)
})
