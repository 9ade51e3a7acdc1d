// The typed client as published and bundled, in Node, Deno, Bun, and in a real browser: in a page of another origin and in a worker of it. `npm run test:consumers -- client`.
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { SignJWT } from 'jose'
import { loadData, open } from '../../src/index.ts'
import shop from '../../examples/shop/shop.ts'
import { testServer } from '../server.ts'

const root = path.dirname(path.dirname(import.meta.dirname)), project = path.join(import.meta.dirname, 'runtimes')
const secret = 'the runtimes are tested with this secret'
const sign = (until: string): Promise<string> => new SignJWT({ email: 'annette.roulet@la-maison-d-asie.example', email_verified: true }).setSubject('anna')
  .setProtectedHeader({ alg: 'HS256' }).setExpirationTime(until).sign(new TextEncoder().encode(secret))
const bin = (name: string): string => path.join(project, 'node_modules', '.bin', name)
const run = promisify(execFile)
/** Where a browser lies; `apt-get install chromium` on Debian. */
const browsers = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].filter(at => at !== undefined)

/** What this needs of the browser's driver; it is installed for this test alone. */
interface Driver {
  readonly chromium: {
    launch(options: object): Promise<{ newPage(): Promise<{ goto(url: string): Promise<unknown>; evaluate(text: string): Promise<unknown> }>; close(): Promise<void> }>
  }
}

describe('the client', { timeout: 300_000 }, () => {
  const ends: (() => unknown)[] = []
  let url = '', page = '', script = '', given: readonly string[] = []
  before(async () => {
    const installed = spawnSync('npm', ['install', '--no-package-lock', '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'], { cwd: project, encoding: 'utf8', shell: process.platform === 'win32' })
    assert.equal(installed.status, 0, installed.stderr)
    // Bun's own script puts its binary in place; nobody else's is run.
    const placed = spawnSync(process.execPath, ['install.js'], { cwd: path.join(project, 'node_modules/bun'), encoding: 'utf8' })
    assert.equal(placed.status, 0, placed.stderr)
    const made = mkdtempSync(path.join(tmpdir(), 'bw-runtimes-'))
    ends.unshift(() => { rmSync(made, { recursive: true, force: true }) })
    const dist = path.join(made, 'dist')
    const compiled = spawnSync(process.execPath, [path.join(root, 'tools/build.mjs'), dist], { encoding: 'utf8' })
    assert.equal(compiled.status, 0, compiled.stderr)
    // What a front end's tool makes of the published files.
    const { outputFiles: [file] } = await build({
      entryPoints: [path.join(root, 'test/client/page.ts')], bundle: true, minify: true, format: 'esm', platform: 'browser', target: 'es2022', write: false, alias: { 'backwright/client': path.join(dist, 'client/index.js') },
    })
    assert.ok(file)
    script = path.join(made, 'page.mjs')
    writeFileSync(script, file.contents)
    writeFileSync(path.join(made, 'main.mjs'), `import { talk } from './page.mjs'\nconst args = globalThis.Deno ? Deno.args : process.argv.slice(2)\nconsole.log(await talk(...args))\n`)

    // A page of an origin of its own, as in life.
    const server = createServer((request, response) => {
      if (request.url === '/page.mjs') response.writeHead(200, { 'content-type': 'text/javascript' }).end(Buffer.from(file.contents))
      else response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>A page</title>')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    ends.unshift(() => server.close())
    page = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

    const fresh = await (await testServer()).freshDatabase()
    ends.unshift(() => fresh.drop())
    const { user, password, host, port, database } = fresh.config
    const application = await open(shop, { url: `postgres://${user}:${password}@localhost/${database}?${new URLSearchParams({ host, port: String(port) }).toString()}`, schema: 'apply', tokens: { secret } })
    ends.unshift(() => application.close())
    await loadData(application, path.join(root, 'examples/shop/data'))
    url = (await application.serve({ port: 0, origins: [page] })).url
    given = [url, await sign('1h'), await sign('1h ago')]
  })
  after(async () => { for (const end of ends) await end() })

  for (const [name, command] of [
    ['Node', () => [process.execPath]], ['Deno', () => [bin('deno'), 'run', '--no-config', '--no-remote', '--allow-net=127.0.0.1']], ['Bun', () => [bin('bun'), 'run', '--no-install']],
  ] as const) {
    test(`in ${name}`, async () => {
      const [first = '', ...rest] = command()
      const { stdout } = await run(first, [...rest, path.join(path.dirname(script), 'main.mjs'), ...given], { timeout: 60_000 })
      assert.match(stdout, /talked to the shop, \d+ lines/)
    })
  }

  test('in a browser, in a page and in its worker', async t => {
    const executablePath = browsers.find(at => existsSync(at))
    if (executablePath === undefined) { t.skip(`there is no browser at ${browsers.join(', ')}`); return }
    const { chromium } = await import(path.join(project, 'node_modules/playwright-core/index.mjs')) as Driver
    const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
    try {
      const tab = await browser.newPage()
      await tab.goto(page)
      const args = JSON.stringify(given)
      assert.match(String(await tab.evaluate(`import('/page.mjs').then(m => m.talk(...${args}))`)), /talked to the shop/)
      const inWorker = `new Promise((done, failed) => {
        const code = ${JSON.stringify(`import('${page}/page.mjs').then(m => m.talk(...${args})).then(x => postMessage(x), e => postMessage('failed: ' + e.message))`)}
        const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })), { type: 'module' })
        worker.onmessage = e => done(e.data); worker.onerror = e => failed(new Error(e.message))
      })`
      assert.match(String(await tab.evaluate(inWorker)), /talked to the shop/)
    } finally { await browser.close() }
  })
})
