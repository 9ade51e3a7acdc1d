// A Next application that mounts ours, both of its routers, built and served by Next itself with the packed package: `npm run test:consumers -- next`.
import assert from 'node:assert/strict'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { olderServer } from '../server.ts'

const root = path.dirname(path.dirname(import.meta.dirname)), project = path.join(import.meta.dirname, 'next')
const { NODE_TEST_CONTEXT: _, DATABASE_URL: __, NODE_OPTIONS: ___, ...plain } = process.env
const bin = (name: string): string => path.join(project, 'node_modules', '.bin', name)
let env: NodeJS.ProcessEnv = { ...plain, NEXT_TELEMETRY_DISABLED: '1' }

/** Runs a command to its end; throws what it said where it fails. */
function run(command: string, args: readonly string[], cwd = project): string {
  const ran = spawnSync(command, args, { cwd, env, encoding: 'utf8', shell: process.platform === 'win32' })
  assert.equal(ran.status, 0, `${command} ${args.join(' ')}\n${ran.stdout}${ran.stderr}${ran.error?.message ?? ''}`)
  return ran.stdout
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

describe('Next', () => {
  let next: ChildProcess | undefined, drop: (() => Promise<void>) | undefined, url = '', said = ''
  before(async () => {
    const packed = mkdtempSync(path.join(tmpdir(), 'bw-next-'))
    try {
      run(process.execPath, [path.join(root, 'tools', 'build.mjs')], root)
      run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', packed], root)
      run('npm', ['install', '--no-save', '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error', path.join(packed, readdirSync(packed)[0] ?? '')])
    } finally {
      rmSync(packed, { recursive: true, force: true })
    }
    // Without a database: building must not ask for one.
    run(bin('next'), ['build'])
    const fresh = await (await olderServer()).freshDatabase()
    drop = () => fresh.drop()
    const { user, password, host, port, database } = fresh.config
    env = { ...env, DATABASE_URL: `postgres://${user}:${password}@${host}:${port}/${database}` }
    run(bin('backwright'), ['schema', 'apply', '--yes', '--app', 'lib/shop.ts'])
    const at = await freePort()
    next = spawn(process.execPath, [path.join(project, 'node_modules/next/dist/bin/next'), 'start', '-H', '127.0.0.1', '-p', String(at)], { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [next.stdout, next.stderr]) stream?.on('data', (chunk: Buffer) => { said += chunk.toString() })
    url = `http://127.0.0.1:${at}`
    for (const until = Date.now() + 30_000; !said.includes('Ready');) { assert.ok(Date.now() < until && next.exitCode === null, said); await wait(50) }
  }, { timeout: 300_000 })
  after(async () => {
    if (next !== undefined && next.exitCode === null) { next.kill('SIGTERM'); await once(next, 'exit') }
    await drop?.()
    rmSync(path.join(project, '.next'), { recursive: true, force: true })
  })

  for (const [name, at] of [['a route handler of the app router', '/backend'], ['an API route of the pages router', '/api/legacy']] as const) {
    test(name, async () => {
      const json = { 'content-type': 'application/json' }
      const made = await fetch(`${url}${at}/api/products`, { method: 'POST', headers: json, body: `{"name":"Tea at ${at}","price":12.50,"reviews":[{"words":"${'ä'.repeat(1500)}"}]}` })
      assert.equal(made.status, 201, await made.clone().text())
      const location = made.headers.get('location') ?? ''
      assert.ok(location.startsWith(`${at}/api/products/`), location)
      // Large enough to be compressed, once, whoever does it.
      const one = await fetch(`${url}${location}?include=reviews`, { headers: { 'accept-encoding': 'gzip, br' } })
      assert.match(one.headers.get('content-encoding') ?? '', /^(gzip|br)$/)
      const tag = one.headers.get('etag') ?? ''
      const row = await one.json() as { price: string; reviews: { words: string }[] }
      assert.deepEqual([row.price, row.reviews[0]?.words], ['12.50', 'ä'.repeat(1500)])
      assert.equal((await fetch(`${url}${location}?include=reviews`, { headers: { 'accept-encoding': 'gzip, br', 'if-none-match': tag } })).status, 304)
      assert.equal((await fetch(url + location, { method: 'PATCH', headers: { ...json, 'if-match': '"7"' }, body: '{"price":1}' })).status, 412)
      const changed = await fetch(url + location, { method: 'PATCH', headers: { ...json, 'if-match': tag }, body: '{"price":"13.00"}' })
      assert.deepEqual([changed.status, (await changed.json() as { price: string }).price], [200, '13.00'])
      const listed = await (await fetch(`${url}${at}/api/products?filter[price][gte]=13&filter[name]=${encodeURIComponent(`Tea at ${at}`)}`)).json() as { data: object[] }
      assert.equal(listed.data.length, 1)
      const contract = await (await fetch(`${url}${at}/openapi.json`)).json() as { servers: { url: string }[] }
      assert.equal(contract.servers[0]?.url, `${at}/api`)
      const page = await (await fetch(`${url}${at}/docs`)).text()
      const links = new Set([...page.matchAll(/(?:href|src)="([^"#:]+)"/g)].map(m => m[1] ?? ''))
      assert.ok(links.size >= 5)
      for (const link of links) assert.equal((await fetch(new URL(link, `${url}${at}/docs`))).status, 200, link)
      const wrong = await fetch(`${url}${at}/api/products`, { method: 'POST', headers: json, body: '{"nam":"x"' })
      assert.deepEqual([wrong.status, (await wrong.json() as { type: string }).type], [400, `${at}/docs/failures#request.malformed`])
      const gone = await fetch(url + location, { method: 'DELETE' })
      assert.deepEqual([gone.status, await gone.text()], [204, ''])
      assert.equal((await fetch(url + location)).status, 404)
      assert.equal((await fetch(url + location, { method: 'HEAD' })).status, 404)
    })
  }

  test('a page reads through the application in its own process', async () => {
    assert.equal((await fetch(`${url}/backend/api/products`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name":"Mate","price":"7.5"}' })).status, 201)
    assert.match(await (await fetch(url)).text(), /<p>Mate: 7\.50<\/p>/)
    assert.doesNotMatch(said, /⨯|Error|resolved without sending/)
  })
})
