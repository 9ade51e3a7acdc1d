// Where events may be sent: no address of a private network in any of its disguises, none that a name turns out to be, and no answer that is more than it should be.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { isPublic } from './addresses.ts'
import { send, type Resolve } from './send.ts'
import { pauseAfter } from './retry.ts'
import { secretBytes } from './sign.ts'

test('addresses of private networks are known however they are written', () => {
  for (const address of [
    '127.0.0.1', '127.8.9.1', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '100.100.100.200', '168.63.129.16', '192.0.0.8', '224.0.0.1', '255.255.255.255',
    '198.18.0.1', '::', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::127.0.0.1', '64:ff9b::10.0.0.1', '2002:7f00:1::', '2002:a9fe:a9fe::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1',
    'fc00::1', 'fd00:ec2::254', 'ff02::1', '2001:db8::1', '2001::1', '100::1', '4000::1', 'localhost', '',
  ]) assert.equal(isPublic(address), false, address)
  for (const address of ['1.1.1.1', '93.184.216.34', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111', '2a00:1450:4001:82f::200e', '::ffff:1.1.1.1', '64:ff9b::1.1.1.1', '2002:101:101::']) assert.equal(isPublic(address), true, address)
})

const sending = (url: string, more: Partial<Parameters<typeof send>[0]> = {}) =>
  send({ url, headers: {}, body: '{}', allowPrivate: false, timeoutMs: 2_000, signal: new AbortController().signal, ...more }, Date.now())
const names = (...addresses: readonly string[]): Resolve => (_, done) => { done(null, addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))) }

test('an address that is private is refused before and after its name is looked up, and it is said what to write', async () => {
  for (const url of ['https://127.0.0.1/', 'https://2130706433/', 'https://0x7f.1/', 'https://[::1]/', 'https://[::ffff:169.254.169.254]/', 'https://localhost/', 'https://0/']) {
    const { status, error } = await sending(url)
    assert.equal(status, null, url)
    assert.match(error ?? '', /private network or of this machine\. Where that is meant, as in development, write allowPrivate: true/, url)
  }
  for (const resolve of [names('10.0.0.5'), names('93.184.216.34', '169.254.169.254'), names('fd00::1'), names('::ffff:192.168.0.1')]) {
    assert.match((await sending('https://erp.example/', { resolve })).error ?? '', /erp\.example is .*, which is an address of a private network/)
  }
  assert.match((await sending('http://93.184.216.34/')).error ?? '', /is not https/)
  assert.match((await sending('https://me:pw@erp.example/')).error ?? '', /holds a password/)
  assert.match((await sending('ftp://erp.example/')).error ?? '', /neither https nor http/)
})

test('the address that was judged is the one connected to', async () => {
  const server = createServer((_, response) => { response.writeHead(204).end() }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  let asked = 0
  // A name that is another address the second time it is asked: it is asked once.
  const resolve: Resolve = (host, done) => { asked++; names(asked === 1 ? '127.0.0.1' : '10.0.0.1')(host, done) }
  try {
    assert.deepEqual(await sending(`http://erp.example:${port}/`, { resolve, allowPrivate: true }), { status: 204, error: null, retryAfter: null })
    assert.equal(asked, 1)
  } finally { server.close() }
})

test('a receiver that stalls, says too much, or goes away is an attempt that failed', async () => {
  const server = createServer((request, response) => {
    switch (request.url) {
      case '/stall': return
      case '/slow': response.writeHead(500); response.write('x'); return
      case '/long': {
        response.writeHead(500)
        const more = (): void => { while (!response.destroyed && response.write('y'.repeat(65_536))) { /* more */ } }
        response.on('drain', more)
        more()
        return
      }
      case '/later': response.writeHead(503, { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }).end(); return
      default: request.socket.destroy()
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const local = { allowPrivate: true, timeoutMs: 300 }
  try {
    assert.equal((await sending(`${at}/stall`, local)).error, 'no answer within 0.3 s')
    assert.deepEqual([(await sending(`${at}/slow`, local)).status, (await sending(`${at}/long`, local)).error?.length], [500, 505])
    assert.match((await sending(`${at}/gone`, local)).error ?? '', /socket hang up|ECONNRESET/)
    const { retryAfter } = await sending(`${at}/later`, local)
    assert.ok(retryAfter !== null && Math.abs(retryAfter - 3_600_000) < 5_000)
  } finally {
    server.closeAllConnections()
    server.close()
  }
  const closed = connect(Number(new URL(at).port), '127.0.0.1')
  await once(closed, 'error')
  assert.match((await sending(at, local)).error ?? '', /ECONNREFUSED/)
})

test('pauses grow from seconds to hours, are spread, and are as long as the receiver asks', () => {
  const pauses = Array.from({ length: 12 }, (_, i) => pauseAfter(i + 1, null, 0.5))
  assert.deepEqual(pauses.slice(0, 4), [5_000, 15_000, 45_000, 135_000])
  assert.ok(pauses.every((p, i) => p <= 8 * 3_600_000 && (i === 0 || p >= (pauses[i - 1] ?? 0))))
  assert.deepEqual([pauseAfter(1, null, 0), pauseAfter(1, null, 1)], [3_750, 6_250])
  assert.deepEqual([pauseAfter(1, 60_000, 0.5), pauseAfter(1, 10 * 86_400_000, 0.5), pauseAfter(5, 1, 0.5)], [60_000, 86_400_000, 405_000])
})

test('a secret is of 24 to 64 bytes', () => {
  assert.equal(secretBytes('whsec_' + Buffer.alloc(24).toString('base64'))?.length, 24)
  for (const wrong of ['', 'whsec_', 'secret', `whsec_${Buffer.alloc(23).toString('base64')}`, `whsec_${Buffer.alloc(65).toString('base64')}`]) assert.equal(secretBytes(wrong), null, wrong)
})
