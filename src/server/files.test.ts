// A built front end beside the protocols: types, tags, caching, forms, its own addresses, and what is never given.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import zlib from 'node:zlib'
import type { Observation, Served } from '../observe/index.ts'
import type { Protocol } from '../protocols/protocol.ts'
import { hashed } from './files.ts'
import { mount, serve } from './index.ts'

const api: Protocol = {
  name: 'api', root: '/api', owns: p => p === '/api' || p.startsWith('/api/'),
  answer: async x => ({ status: x.path === '/api/none' ? 404 : 200, headers: { 'content-type': 'application/json' }, body: ['{}'] }),
  refuse: (f, x) => ({ status: f.row.status, headers: { 'content-type': 'application/problem+json' }, body: [JSON.stringify({ code: f.code, instance: x.id })] }),
}
const engine = { identify: async () => ({ id: null, roles: new Set<string>(), claims: {}, until: null }), ready: async () => {} }

const home = mkdtempSync(path.join(tmpdir(), 'bw-files-'))
after(() => { rmSync(home, { recursive: true, force: true }) })
const root = path.join(home, 'dist')
const put = (name: string, text: string | Uint8Array): void => {
  mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
  writeFileSync(path.join(root, name), text)
}
const script = `console.log(${JSON.stringify('x'.repeat(5000))})`
put('index.html', '<title>The shop</title>')
put('assets/index-B1x9Za_3.js', script)
put('assets/index-B1x9Za_3.js.br', zlib.brotliCompressSync(script))
put('assets/index-B1x9Za_3.js.gz', zlib.gzipSync(script))
put('assets/plain.js', script)
put('robots.txt', 'User-agent: *')
put('logo.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>')
put('photo.png', new Uint8Array(3000))
put('docs/index.html', '<title>Docs</title>')
put('with space.txt', 'space')
put('.env', 'SECRET=1')
put('.git/config', 'secret')
writeFileSync(path.join(home, 'outside.txt'), 'outside')

const seen: Observation[] = []
const server = await serve({ protocols: [api], engine, port: 0, files: root, observe: o => { seen.push(o) }, limits: { stopMs: 500 } })
after(() => server.close())

const get = (at: string, headers: Record<string, string> = {}, method = 'GET') => new Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
  http.request({ port: server.port, host: '127.0.0.1', path: at, method, headers }, response => {
    const chunks: Buffer[] = []
    response.on('data', (c: Buffer) => chunks.push(c)).on('end', () => { resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }) }).on('error', reject)
  }).on('error', reject).end()
})
const person = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

test('types, lengths, and the headers every answer has', async () => {
  for (const [at, type] of [['/assets/plain.js', /javascript; charset=utf-8/], ['/robots.txt', /^text\/plain; charset=utf-8$/], ['/logo.svg', /^image\/svg\+xml/], ['/photo.png', /^image\/png$/], ['/', /^text\/html; charset=utf-8$/], ['/with%20space.txt', /^text\/plain/]] as const) {
    const got = await get(at)
    assert.equal(got.status, 200, at)
    assert.match(got.headers['content-type'] ?? '', type)
    assert.equal(Number(got.headers['content-length']), got.body.byteLength)
    assert.ok(got.headers['etag'] && got.headers['last-modified'] && got.headers['x-request-id'], at)
    assert.equal(got.headers['x-content-type-options'], 'nosniff')
    const head = await get(at, {}, 'HEAD')
    assert.deepEqual([head.status, head.headers['content-length'], head.body.byteLength], [200, got.headers['content-length'], 0])
  }
})

test('a hashed name is kept for ever, the rest is asked for again and answered 304', async () => {
  assert.equal((await get('/assets/index-B1x9Za_3.js')).headers['cache-control'], 'public, max-age=31536000, immutable')
  for (const at of ['/', '/robots.txt', '/assets/plain.js']) {
    const got = await get(at)
    assert.equal(got.headers['cache-control'], 'public, no-cache', at)
    const again = await get(at, { 'if-none-match': String(got.headers['etag']) })
    assert.deepEqual([again.status, again.body.byteLength, again.headers['etag']], [304, 0, got.headers['etag']], at)
  }
  const robots = await get('/robots.txt')
  assert.equal((await get('/robots.txt', { 'if-modified-since': String(robots.headers['last-modified']) })).status, 304)
  const br = await get('/assets/plain.js', { 'accept-encoding': 'br' })
  const again = await get('/assets/plain.js', { 'accept-encoding': 'br', 'if-none-match': String(br.headers['etag']) })
  assert.deepEqual([again.status, again.headers['etag']], [304, br.headers['etag']])
  assert.deepEqual(['/a/index-DiwrgTda.js', '/assets/index-DiwrgTda.js', '/main.3f2a1b9c.css', '/main.3f2a1b9c.js.map', '/my-component.js', '/my-DataGrid.js', '/release-20240101.js', '/index.js', '/service-worker.js', '/app-settings.v2.js'].map(hashed),
    [false, true, true, true, false, false, false, false, false, false])
})

test('a page of the same length and date is another page all the same', async () => {
  const file = path.join(root, 'docs/index.html')
  utimesSync(file, 1, 1)
  const one = await get('/docs/')
  writeFileSync(file, '<title>docs</title>')
  utimesSync(file, 1, 1)
  const two = await get('/docs/', { 'if-none-match': String(one.headers['etag']) })
  assert.deepEqual([two.status, two.body.toString()], [200, '<title>docs</title>'])
})

test('forms that the build made are sent as they are; others are made on the way', async () => {
  const at = '/assets/index-B1x9Za_3.js'
  const br = await get(at, { 'accept-encoding': 'gzip, deflate, br' })
  assert.deepEqual([br.headers['content-encoding'], Number(br.headers['content-length']), zlib.brotliDecompressSync(br.body).toString()], ['br', zlib.brotliCompressSync(script).byteLength, script])
  assert.match(br.headers['content-type'] ?? '', /javascript/)
  assert.match(br.headers['vary'] ?? '', /Accept-Encoding/)
  const gz = await get(at, { 'accept-encoding': 'gzip' })
  assert.deepEqual([gz.headers['content-encoding'], zlib.gunzipSync(gz.body).toString()], ['gzip', script])
  assert.equal((await get(at)).headers['content-encoding'], undefined)
  const tags = new Set([br, gz, await get(at)].map(r => r.headers['etag']))
  assert.equal(tags.size, 3)
  const made = await get('/assets/plain.js', { 'accept-encoding': 'br' })
  assert.deepEqual([made.headers['content-encoding'], made.headers['content-length'], zlib.brotliDecompressSync(made.body).toString()], ['br', undefined, script])
  assert.equal((await get('/photo.png', { 'accept-encoding': 'br' })).headers['content-encoding'], undefined)
})

test('parts of files', async () => {
  const part = await get('/photo.png', { range: 'bytes=10-19' })
  assert.deepEqual([part.status, part.headers['content-range'], part.body.byteLength], [206, 'bytes 10-19/3000', 10])
  const beyond = await get('/photo.png', { range: 'bytes=9000-' })
  assert.deepEqual([beyond.status, beyond.headers['content-range']], [416, 'bytes */3000'])
  const text = await get('/assets/index-B1x9Za_3.js', { range: 'bytes=0-6', 'accept-encoding': 'br' })
  assert.deepEqual([text.status, text.body.toString()], [206, 'console'])
})

test('the page answers for addresses of the front end, to people only, and never below a protocol', async () => {
  for (const at of ['/orders', '/orders/42/lines?tab=1', '/users/a.b', '/apiary']) {
    const got = await get(at, person)
    assert.deepEqual([got.status, got.body.toString()], [200, '<title>The shop</title>'], at)
  }
  const nothing = async (at: string, headers: Record<string, string>, method = 'GET'): Promise<void> => {
    const got = await get(at, headers, method)
    assert.deepEqual([got.status, String(got.headers['content-type'])], [404, 'application/problem+json'], `${method} ${at}`)
    assert.match(got.body.toString(), /request\.route/)
  }
  await nothing('/orders', { accept: '*/*' })
  await nothing('/orders', { accept: 'application/json' })
  await nothing('/orders', person, 'POST')
  await nothing('/missing.js', person)
  await nothing('/frame', { ...person, 'sec-fetch-dest': 'image' })
  const below = await get('/api/none', person)
  assert.deepEqual([below.status, below.headers['content-type']], [404, 'application/json'])
  assert.equal((await get('/health', person)).body.toString(), '{"status":"up"}')
  const folder = await get('/docs?x=1', person)
  assert.deepEqual([folder.status, folder.headers['location']], [301, '/docs/?x=1'])
  assert.equal((await get('/docs/', person)).body.toString(), '<title>docs</title>')
})

test('nothing outside, no dot files, no way to another host', async () => {
  const raw = async (at: string): Promise<string> => {
    const socket = net.connect(server.port, '127.0.0.1')
    let text = ''
    socket.on('data', c => { text += String(c) })
    socket.write(`GET ${at} HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nConnection: close\r\n\r\n`)
    await new Promise(done => socket.once('close', done))
    return text
  }
  for (const at of ['/../outside.txt', '/%2e%2e/outside.txt', '/..%2foutside.txt', '/assets/../../outside.txt', '/..\\outside.txt', '/%2e%2e%5coutside.txt', '//etc/passwd', '/.env', '/%2eenv', '/.git/config', '/assets/..%2f.env', '/%00', '/%zz', '/a%00.html', '/.env/index.html']) {
    const text = await raw(at)
    assert.doesNotMatch(text, /outside\r?$|SECRET|secret|root:/m, at)
    if (at !== '//etc/passwd') assert.match(text, /^HTTP\/1\.1 40[04] /, at)
  }
  assert.doesNotMatch(await raw('//docs'), /location: \/\//i)
})

test('what was served is in the log without what stood in the address', async () => {
  seen.length = 0
  await get('/reset/secret-token', person)
  for (let i = 0; i < 50 && seen.length === 0; i++) await wait(5)
  const served = seen[0] as Served
  assert.deepEqual([served.operation, served.route, served.status], ['file', 'page', 200])
})

test('a folder that is none is said before anything listens; mounted it is the same', async () => {
  await assert.rejects(serve({ protocols: [api], engine, port: 0, files: path.join(home, 'nowhere') }), /There is no folder .*nowhere to serve files from/)
  const web = mount({ protocols: [api], engine, files: root })
  const got = await web.fetch(new Request('http://x/assets/plain.js'))
  assert.equal(await got.text(), script)
})
