// The page of development over HTTP: where it stands, what guards it, and where it does not exist.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import type { Protocol } from '../protocols/protocol.ts'
import { mount, serve } from './index.ts'

const api: Protocol = {
  name: 'api', root: '/api', beside: ['/docs'], owns: p => p === '/api' || p.startsWith('/api/') || p === '/docs',
  answer: async () => ({ status: 200, headers: { 'content-type': 'application/json' }, body: ['{}'] }),
  refuse: (f, x) => ({ status: f.row.status, headers: { 'content-type': 'application/problem+json' }, body: [JSON.stringify({ code: f.code, instance: x.id })] }),
}
const engine = { identify: async () => ({ id: null, roles: new Set<string>(), claims: {}, until: null }), ready: async () => {} }
const home = mkdtempSync(path.join(tmpdir(), 'bw-console-'))
const folder = path.join(home, 'dist')
mkdirSync(path.join(folder, 'deeper'), { recursive: true })
const script = `export const x = ${JSON.stringify('x'.repeat(4000))}`
writeFileSync(path.join(folder, 'index.html'), '<!doctype html><html lang="en"><script src="./index.js"></script></html>')
writeFileSync(path.join(folder, 'index.js'), script)
writeFileSync(path.join(folder, 'deeper', 'inner.js'), 'inner')
writeFileSync(path.join(home, 'outside.js'), 'outside')
const front = path.join(home, 'front')
mkdirSync(front)
writeFileSync(path.join(front, 'index.html'), 'the shop itself')

const development = { as: async () => [], console: folder }
const begin = async (more: object) => {
  const server = await serve({ protocols: [api], engine, port: 0, limits: { stopMs: 200 }, ...more })
  after(() => server.close())
  return server
}
after(() => { rmSync(home, { recursive: true, force: true }) })

test('the page and its files, with a policy that lets nothing else in', async () => {
  const { url } = await begin({ development })
  const got = await fetch(url, { headers: { accept: 'application/json' } })
  assert.equal(await got.text(), '<!doctype html><html data-places="/api /docs" lang="en"><script src="/dev/console/index.js"></script></html>')
  for (const at of ['/dev/console', '/dev/console/']) assert.equal((await fetch(url + at)).headers.get('etag'), got.headers.get('etag'), at)
  const file = await fetch(`${url}/dev/console/index.js`, { headers: { 'accept-encoding': 'gzip' } })
  assert.match(file.headers.get('content-type') ?? '', /javascript; charset=utf-8$/)
  assert.deepEqual([file.status, file.headers.get('content-encoding'), await file.text() === script], [200, 'gzip', true])
  for (const headers of [got.headers, file.headers]) {
    const policy = headers.get('content-security-policy') ?? ''
    assert.match(policy, /^default-src 'none'; script-src 'self';.*frame-ancestors 'none'$/)
    assert.doesNotMatch(policy, /unsafe|https?:|\*/)
    assert.deepEqual(['referrer-policy', 'cross-origin-opener-policy', 'x-content-type-options'].map(name => headers.get(name)), ['no-referrer', 'same-origin', 'nosniff'])
  }
  const head = await fetch(url, { method: 'HEAD' })
  assert.deepEqual([head.status, await head.text()], [200, ''])
  const again = await fetch(url, { headers: { 'if-none-match': got.headers.get('etag') ?? '' } })
  assert.deepEqual([again.status, again.headers.get('content-security-policy') === got.headers.get('content-security-policy')], [304, true])
  for (const [method, at] of [['POST', '/'], ['POST', '/dev/console/'], ['GET', '/dev/console/missing.js'], ['GET', '/dev/console/deeper/inner.js'], ['GET', '/dev/console/index.html'], ['GET', '/index.js']] as const) {
    assert.equal((await fetch(url + at, { method })).status, 404, `${method} ${at}`)
  }
})

test('there is no way out of its folder', async () => {
  const { port } = await begin({ development })
  for (const at of ['/dev/console/../outside.js', '/dev/console/..%2foutside.js', '/dev/console/%2e%2e/outside.js', '/dev/console//etc/passwd', '/dev/console/..\\outside.js']) {
    const socket = net.connect(port, '127.0.0.1')
    let text = ''
    socket.on('data', c => { text += String(c) })
    socket.write(`GET ${at} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    await new Promise(done => socket.once('close', done))
    assert.match(text, /^HTTP\/1\.1 404 /, at)
  }
})

test('a front end of the application\'s own has the root; the page is beside it', async () => {
  const { url } = await begin({ development, files: front })
  const person = { headers: { accept: 'text/html' } }
  assert.equal(await (await fetch(url, person)).text(), 'the shop itself')
  assert.equal(await (await fetch(`${url}/orders`, person)).text(), 'the shop itself')
  assert.match(await (await fetch(`${url}/dev/console/`, person)).text(), /data-places/)
})

test('mounted it stands below what is before it', async () => {
  const mounted = mount({ protocols: [api], engine, development, prefix: '/backend' })
  assert.match(await (await mounted.fetch(new Request('http://x/backend/'))).text(), /src="\/backend\/dev\/console\/index\.js"/)
  const odd = mount({ protocols: [api], engine, development, prefix: '/"><script>' })
  assert.doesNotMatch(await (await odd.fetch(new Request('http://x/%22%3E%3Cscript%3E/'))).text(), /"><script>\/dev/)
})

test('in production it is not there; what is not built is said before anything listens', async () => {
  const { url } = await begin({})
  for (const at of ['/', '/dev/console/', '/dev/console/index.js', '/dev/as']) assert.equal((await fetch(url + at)).status, 404, at)
  await assert.rejects(begin({ development: { ...development, console: path.join(home, 'nowhere') } }), /There is no built page in .*npm run build:console/)
  const without = await begin({ development: { as: development.as } })
  const led = await fetch(without.url, { redirect: 'manual' })
  assert.deepEqual([led.status, led.headers.get('location')], [302, '/docs'])
})
