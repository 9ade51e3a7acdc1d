// What `backwright start` loads until its first answer. Times differ from machine to machine, files do not: what is loaded for nothing shows here.
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { open } from '../application/index.ts'
import { testServer } from '../../test/server.ts'
import shop from '../../examples/shop/shop.ts'
import { running, tillFolder, type Folder, type Running } from './process.fixture.ts'

const root = path.dirname(path.dirname(import.meta.dirname))
let folder: Folder, app: Running, url: string, address: string
let drop = async (): Promise<void> => {}

interface Loaded { readonly files: readonly string[]; readonly own: readonly string[] }
const secret = 'a secret that is long enough for tests'

before(async () => {
  const made = await (await testServer()).freshDatabase()
  drop = made.drop
  const { host, port, user, password, database } = made.config
  address = `postgres://${user}:${password}@${host.startsWith('/') ? '' : `${host}:${port}`}/${database}${host.startsWith('/') ? `?host=${encodeURIComponent(host)}&port=${port}` : ''}`
  await (await open(shop, { url: address, schema: 'apply' })).close()
  folder = tillFolder()
  app = running(folder, ['start', path.join(root, 'examples', 'shop'), '--port', '0', '--log', 'none'], {
    DATABASE_URL: address, BACKWRIGHT_JWT_SECRET: secret, NODE_OPTIONS: `--import=${pathToFileURL(path.join(import.meta.dirname, 'loaded.fixture.mjs')).href}`,
  })
  url = await app.url()
  assert.equal((await fetch(`${url}/api/products?page[size]=1`)).status, 200)
})
after(async () => {
  assert.equal(await app?.end('SIGTERM'), 0)
  await drop()
  folder?.remove()
})

async function loaded(): Promise<Loaded> {
  app.child.kill('SIGUSR2')
  const said = await app.until(/loaded \{.*\}\n/)
  return JSON.parse(said.slice(said.indexOf('{'))) as Loaded
}

test('the first answer needs what it needs, and nothing else is loaded', async () => {
  const { files, own } = await loaded()
  const packages = new Map<string, number>()
  let ours = 0
  for (const file of files) {
    const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? []
    if (name === undefined) ours += file.includes('/src/') ? 1 : 0
    else packages.set(name, (packages.get(name) ?? 0) + 1)
  }
  // Whoever adds to these has a reason; a hundred files take some 20 ms of every start from source, and 2 MB.
  const theirs = [...packages.values()].reduce((sum, count) => sum + count, 0)
  assert.ok(ours < 430, `${ours} files of ours`)
  assert.ok(theirs < 230, `${theirs} files of packages: ${[...packages].toSorted((a, b) => b[1] - a[1]).map(([name, count]) => `${name} ${count}`).join(', ')}`)
  for (const name of ['graphql', 'saxes', 'prom-client', 'pino', 'nodemailer', '@zxcvbn-ts/core', 'ajv', 'uuid', '@fastify/send', 'typescript', '@opentelemetry/api']) assert.equal(packages.get(name) ?? 0, 0, name)
  assert.ok(!files.some(file => /\/src\/(cli\/(commands\/(?!start)|typecheck|watch|trouble)|migrate\/import|stores\/(memory|postgres\/embedded)|testkit|readback|protocols\/graphql\/schema|protocols\/soap\/contract)/.test(file)), 'what other commands and other requests need')
  // Of Node: fetch, which whoever imports node:http by name gets too, is 14 MB.
  assert.deepEqual(own.filter(name => /internal\/deps\/undici/.test(name)), [])
})

test('what comes later is there when it is asked for', async () => {
  const ask = async (at: string, body?: string): Promise<number> => (await fetch(`${url}${at}`, body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body })).status
  assert.deepEqual(await Promise.all([ask('/graphql', '{"query":"{ __typename }"}'), ask('/soap?wsdl'), ask('/openapi.json'), ask('/docs')]), [200, 200, 200, 200])
  const { files } = await loaded()
  assert.ok(files.some(file => file.includes('/node_modules/graphql/')))
})

test('what V8 made of the files is kept by a process that is killed, too', async () => {
  const { existsSync, mkdtempSync, readdirSync, rmSync } = await import('node:fs')
  const { tmpdir } = await import('node:os')
  const kept = mkdtempSync(path.join(tmpdir(), 'backwright-kept-'))
  const short = running(folder, ['start', path.join(root, 'examples', 'shop'), '--port', '0', '--log', 'none'], { DATABASE_URL: address, BACKWRIGHT_JWT_SECRET: secret, NODE_COMPILE_CACHE: kept })
  const files = (): number => (existsSync(kept) ? readdirSync(kept, { recursive: true, withFileTypes: true }).filter(at => at.isFile()).length : 0)
  try {
    await short.url()
    for (const end = performance.now() + 20_000; files() < 100;) { assert.ok(performance.now() < end, `${files()} files are kept`); await new Promise(resolve => setTimeout(resolve, 100)) }
  } finally {
    await short.end('SIGKILL')
    rmSync(kept, { recursive: true, force: true })
  }
})

if (process.platform === 'linux') {
  test('the process is one, and has little to grow into', async () => {
    const { readFileSync } = await import('node:fs')
    const of = (name: string): readonly string[] => readFileSync(`/proc/${app.child.pid}/${name}`, 'utf8').split('\0')
    assert.ok(of('cmdline').includes('--max-semi-space-size=8'))
    assert.ok(of('environ').includes('MALLOC_ARENA_MAX=1'))
  })
}
