// The commands around a served application, as processes: its address and index, tokens, the database's address, data loaded again, the doctor, and .env.
import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { annasOrder, backwright, databaseRuns, running, tillFolder, type Folder, type Running } from '../process.fixture.ts'

let folder: Folder, dev: Running, url: string

before(async () => {
  folder = tillFolder()
  dev = running(folder, ['dev', 'till', '--port', '0'])
  url = await dev.url()
})
after(async () => {
  if (dev.child.exitCode === null) await dev.end('SIGINT')
  folder.remove()
})

const rowsOf = async (address: string): Promise<number> => {
  const client = new pg.Client(address)
  await client.connect()
  try {
    return (await client.query('select from orders')).rows.length
  } finally {
    await client.end()
  }
}

test('/api is an index of the collections, with their addresses', async () => {
  const answer = await fetch(`${url}/api`)
  assert.equal(answer.status, 200)
  const { data, links } = await answer.json() as { data: { name: string; href: string }[]; links: object }
  assert.deepEqual(links, { contract: '/openapi.json', docs: '/docs' })
  assert.deepEqual(data.map(c => [c.name, c.href]), [['customers', '/api/customers'], ['orders', '/api/orders']])
  assert.equal((await fetch(`${url}/api`, { method: 'HEAD' })).status, 200)
  const wrong = await fetch(`${url}/api`, { method: 'DELETE' })
  assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'GET, HEAD, OPTIONS'])
})

test('token prints what the application takes: people, roles, claims, for as long as said', async () => {
  const ask = async (bearer: string): Promise<{ status: number; rows: number }> => {
    const answer = await fetch(`${url}/api/orders`, { headers: { authorization: `Bearer ${bearer.trim()}` } })
    return { status: answer.status, rows: (await answer.json() as { data?: unknown[] }).data?.length ?? -1 }
  }
  const asAnna = await backwright(folder, ['token', '--as', 'anna'])
  const asEmail = await backwright(folder, ['token', '--email', 'ben@example.com', '--expires', '90s'])
  const asStaff = await backwright(folder, ['token', '--as', 'staff'])
  const json = await backwright(folder, ['token', '--as', 'anna', '--role', 'staff', '--claim', 'tenant=acme', '--claim', 'limits={"day":5}', '--json', '--expires', '2h'])
  const nobody = await backwright(folder, ['token', '--as', 'ana'])
  assert.deepEqual(await ask(asAnna.out), { status: 200, rows: 1 })
  assert.deepEqual(await ask(asEmail.out), { status: 200, rows: 1 })
  assert.deepEqual(await ask(asStaff.out), { status: 200, rows: 2 })
  assert.match(asAnna.out, /^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  const told = JSON.parse(json.out) as { token: string; claims: object; expires: string }
  assert.deepEqual(told.claims, { sub: 'anna', email: 'anna@example.com', email_verified: true, roles: ['staff'], tenant: 'acme', limits: { day: 5 } })
  assert.ok(Math.abs(Date.parse(told.expires) - Date.now() - 7_200_000) < 60_000)
  const { exp, iat } = JSON.parse(Buffer.from(asEmail.out.split('.')[1] ?? '', 'base64url').toString()) as { exp: number; iat: number }
  assert.ok(exp - iat >= 90 && exp - iat <= 91)
  assert.equal(nobody.code, 2)
  assert.match(nobody.err, /There is no 'ana'.* Did you mean 'anna'\? There are: anna, ben, staff/)
})

test('token --production says what start expects', async () => {
  const env = { BACKWRIGHT_JWT_SECRET: 'x'.repeat(32), BACKWRIGHT_JWT_ISSUER: 'https://id.example', BACKWRIGHT_JWT_AUDIENCE: 'till', BACKWRIGHT_JWT_ROLES: 'realm_access.roles' }
  const { out } = await backwright(folder, ['token', '--as', 'staff', '--production', '--json'], { env })
  assert.deepEqual((JSON.parse(out) as { claims: object }).claims, { sub: 'staff', iss: 'https://id.example', aud: 'till', realm_access: { roles: ['staff'] } })
  const without = await backwright(folder, ['token', '--production'])
  assert.equal(without.code, 2)
})

test('db prints an address that PostgreSQL\'s clients take, and one at a port for those without sockets', async () => {
  const [plain, json] = await Promise.all([backwright(folder, ['db']), backwright(folder, ['db', '--json'])])
  assert.equal(plain.code, 0, plain.err)
  assert.match(plain.err, /a secret/)
  assert.equal(await rowsOf(plain.out.trim()), 2)
  const { host, port, user, password, database } = JSON.parse(json.out) as { host: string; port: number; user: string; password: string; database: string }
  assert.ok(path.isAbsolute(host) && port > 0 && user !== '' && password.length > 20)
  assert.equal(database, 'till')
  const tcp = running(folder, ['db', '--tcp'])
  const at = /postgresql:\S+/.exec(await tcp.until(/postgresql:\/\/\S+\n/))?.[0] ?? ''
  assert.equal(new URL(at).hostname, '127.0.0.1')
  assert.equal(await rowsOf(at), 2)
  assert.equal(await tcp.end('SIGINT'), 0)
  assert.ok(databaseRuns(folder), 'dev still has it')
})

test('openapi prints the contract that is served, as JSON and as YAML', async () => {
  const served = await (await fetch(`${url}/openapi.json`)).json()
  const printed = await backwright(folder, ['openapi'])
  assert.deepEqual(JSON.parse(printed.out), served, printed.err)
  const written = await backwright(folder, ['openapi', '--yaml', '-o', 'api.yaml'])
  assert.deepEqual([written.code, written.out], [0, ''])
  assert.equal(folder.read('api.yaml'), await (await fetch(`${url}/openapi.yaml`)).text())
  assert.equal((await backwright(folder, ['openapi', '-o', 'none/such'])).code, 1)
})

test('graphql prints the schema that is served', async () => {
  const printed = await backwright(folder, ['graphql'])
  assert.equal(printed.out, await (await fetch(`${url}/graphql/schema.graphql`)).text())
  assert.match(printed.out, /^type Query \{$/m)
  assert.equal((await backwright(folder, ['graphql', '-o', 'none/such'])).code, 1)
  const { data } = await (await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{ __typename }"}' })).json() as { data: unknown }
  assert.deepEqual(data, { __typename: 'Query' })
})

test('seed adds what is missing and leaves what is there', async () => {
  await fetch(`${url}/api/orders/${annasOrder}`, { method: 'DELETE', headers: { authorization: `Bearer ${(await backwright(folder, ['token', '--as', 'staff'])).out.trim()}` } })
  const first = await backwright(folder, ['seed', '--json'])
  assert.deepEqual(JSON.parse(first.out), { files: 2, rows: 4, added: 1 }, first.err)
  assert.match((await backwright(folder, ['seed'])).out, /all 4 rows of 2 files are there/)
})

test('the doctor finds all well, then what is not, with what to do', async () => {
  const well = await backwright(folder, ['doctor'])
  assert.equal(well.code, 0, well.out)
  for (const what of ['backwright', 'node', 'folder', 'disk', 'application', 'postgresql', 'own files', 'port', 'database']) assert.match(well.out, new RegExp(`^✓ ${what} `, 'm'), what)
  assert.match(well.out, /process \d+ serves it \(dev\)/)
  assert.match(well.out, /running, .*; its schema is the declaration's/)

  chmodSync(path.join(folder.at, '.backwright', 'till', 'secret'), 0o644)
  folder.write('.git/HEAD', '')
  folder.write('.env', 'PORT=http\n')
  const ill = await backwright(folder, ['doctor', '--json'])
  chmodSync(path.join(folder.at, '.backwright', 'till', 'secret'), 0o600)
  assert.equal(ill.code, 1)
  const found = (JSON.parse(ill.out) as { what: string; status: string; do: string | null }[]).filter(f => f.status !== 'ok')
  assert.deepEqual(found.map(f => [f.what, f.status, f.do]), [['.env', 'warning', 'echo .env >> .gitignore'], ['own files', 'wrong', `chmod 600 '.backwright/till/secret'`]])
  const server = await backwright(folder, ['doctor'], { env: { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' } })
  assert.equal(server.code, 1)
  assert.match(server.out, /✗ database .*No PostgreSQL listens at 127\.0\.0\.1:1/)
})

test('.env is read, and the environment wins', async () => {
  folder.write('.env', `DATABASE_URL='postgres://me:pa%23ss@db.example/till' # ours\n`)
  assert.equal((await backwright(folder, ['db'])).out, 'postgres://me:pa%23ss@db.example/till\n')
  const { out } = await backwright(folder, ['db', '--json'], { env: { DATABASE_URL: 'postgres://other@[::1]:5433/x' } })
  assert.deepEqual(JSON.parse(out), { url: 'postgres://other@[::1]:5433/x', host: '::1', port: 5433, user: 'other', password: '', database: 'x' })
  folder.write('.env', '')
})

test('a database that nobody keeps has no address; db --keep keeps it', async () => {
  assert.equal(await dev.end('SIGINT'), 0)
  const without = await backwright(folder, ['db'])
  assert.deepEqual([without.code, without.out], [1, ''])
  assert.match(without.err, /does not run.*backwright db --keep/)
  const kept = running(folder, ['db', '--keep'])
  const at = /postgresql:\S+/.exec(await kept.until(/postgresql:\/\/\S+\n/))?.[0] ?? ''
  assert.equal(await rowsOf(at), 2)
  assert.equal(await kept.end('SIGTERM'), 0)
  assert.equal(databaseRuns(folder), false)
})
