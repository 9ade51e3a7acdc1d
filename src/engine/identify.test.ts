// Bearer tokens: what is accepted, what is refused, and when the row a caller is bound to is looked up.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import * as jose from 'jose'
import { Failure } from '../failure/index.ts'
import type { Model } from '../model/index.ts'
import type { Session } from '../stores/index.ts'
import { Identify, type TokenSettings } from './identify.ts'

const secret = 'a secret of thirty-two bytes, or more'
const key = new TextEncoder().encode(secret)
const nobody: Model = { name: 'none', entities: {}, callers: {}, roles: [] }
const noStore: Session = { read: () => Promise.reject(new Error('asked the store')), write: () => Promise.reject(new Error('asked the store')) }
const run = { deadline: performance.now() + 60_000 }
const sign = (claims: jose.JWTPayload, alg = 'HS256', k: Uint8Array | jose.CryptoKey = key, kid?: string) =>
  new jose.SignJWT(claims).setProtectedHeader({ alg, ...(kid ? { kid } : {}) }).setExpirationTime('5 min').sign(k)
const identify = (settings: TokenSettings) => { const i = new Identify(nobody, settings); return (token: string | null) => i.caller(token, noStore, run) }
const refused = (code: string) => (e: unknown) => e instanceof Failure && e.code === code

test('no token: anonymous', async () => {
  const c = await identify({ secret })(null)
  assert.equal(c.id, null)
})

test('claims and roles become the caller’s', async () => {
  const c = await identify({ secret })(await sign({ sub: 'u1', roles: ['staff', 7 as never], plan: 'pro', '@customer.id': 'forged' }))
  assert.equal(c.id, 'u1')
  assert.deepEqual([...c.roles], ['staff'])
  assert.equal(c.claims['plan'], 'pro')
  assert.equal(c.claims['@customer.id'], undefined, 'a token cannot name the row it is bound to')
  const nested = await identify({ secret, roles: 'realm.roles' })(await sign({ sub: 'u', realm: { roles: ['a', 'b'] } }))
  assert.deepEqual([...nested.roles], ['a', 'b'])
  assert.deepEqual([...(await identify({ secret, roles: 'constructor.name' })(await sign({ sub: 'u' }))).roles], [])
})

test('a token that is not ours is refused', async () => {
  const other = new TextEncoder().encode('another secret of thirty-two bytes!!')
  const ours = await sign({ sub: 'u' })
  const [head = '', body = '', tail = ''] = ours.split('.')
  const enc = (x: unknown) => Buffer.from(JSON.stringify(x)).toString('base64url')
  const tokens: Record<string, string> = {
    'of another secret': await sign({ sub: 'u' }, 'HS256', other),
    'without a signature': `${head}.${body}.`,
    'of algorithm none': `${enc({ alg: 'none' })}.${body}.`,
    'changed on the way': `${head}.${enc({ sub: 'admin' })}.${tail}`,
    'of two parts': `${head}.${body}`,
    'of nothing': '',
    'of rubbish': 'x.y.z',
    'without a subject': await new jose.SignJWT({}).setProtectedHeader({ alg: 'HS256' }).sign(key),
    'that has expired': await new jose.SignJWT({ sub: 'u' }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('-1 min').sign(key),
    'that is not yet valid': await new jose.SignJWT({ sub: 'u' }).setProtectedHeader({ alg: 'HS256' }).setNotBefore('1 min').sign(key),
  }
  const who = identify({ secret })
  for (const [name, token] of Object.entries(tokens)) await assert.rejects(who(token), refused('caller.token'), name)
  await assert.rejects(identify({ secret, audience: 'shop' })(ours), refused('caller.token'), 'of no audience')
  await assert.rejects(identify({ secret, issuer: 'us' })(ours), refused('caller.token'), 'of no issuer')
  await assert.rejects(identify({})(ours), refused('caller.token'), 'where no tokens are accepted')
})

test('a verified token is believed only until it expires', async () => {
  const who = identify({ secret })
  const token = await new jose.SignJWT({ sub: 'u' }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime(Math.floor(Date.now() / 1000) - 3).sign(key)
  assert.equal((await who(token)).id, 'u', 'within the leeway')
  await new Promise(go => setTimeout(go, 3100))
  await assert.rejects(who(token), refused('caller.token'))
})

test('a public key verifies, and is not taken for a shared secret', async () => {
  const { publicKey, privateKey } = await jose.generateKeyPair('ES256', { extractable: true })
  const pem = await jose.exportSPKI(publicKey)
  const who = identify({ publicKey: pem })
  assert.equal((await who(await sign({ sub: 'u' }, 'ES256', privateKey))).id, 'u')
  await assert.rejects(who(await sign({ sub: 'u' }, 'HS256', new TextEncoder().encode(pem))), refused('caller.token'))
})

test('keys of a URL are fetched once, and again when they have been rotated', async () => {
  const first = await jose.generateKeyPair('RS256'), second = await jose.generateKeyPair('RS256')
  const jwk = async (k: jose.CryptoKey, kid: string) => ({ ...(await jose.exportJWK(k)), kid, alg: 'RS256', use: 'sig' })
  let keys = [await jwk(first.publicKey, '1')], asked = 0
  const server = createServer((_, answer) => { asked++; answer.setHeader('content-type', 'application/json').end(JSON.stringify({ keys })) })
  await new Promise<void>(go => server.listen(0, '127.0.0.1', go))
  try {
    const who = identify({ jwks: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks` })
    for (const sub of ['a', 'b', 'c']) assert.equal((await who(await sign({ sub }, 'RS256', first.privateKey, '1'))).id, sub)
    assert.equal(asked, 1)
    await assert.rejects(who(await sign({ sub: 'x' }, 'RS256', second.privateKey, '2')), refused('caller.token'))
    keys = [await jwk(second.publicKey, '2')]
    assert.equal((await who(await sign({ sub: 'd' }, 'RS256', first.privateKey, '1'))).id, 'd', 'the cached key is still good')
    await new Promise(go => setTimeout(go, 1100))
    assert.equal((await who(await sign({ sub: 'e' }, 'RS256', second.privateKey, '2'))).id, 'e', 'the new key is fetched')
    assert.equal(asked, 2)
  } finally { server.close(); server.closeAllConnections() }
  const gone = identify({ jwks: 'http://127.0.0.1:9/jwks' })
  await assert.rejects(gone(await sign({ sub: 'x' }, 'RS256', first.privateKey, '1')), refused('store.down'))
})

test('settings that cannot be used are said at start', async () => {
  await assert.rejects(new Identify(nobody, { secret: 'short' }).prepare(), /at least 32 bytes/)
  await assert.rejects(new Identify(nobody, { secret, jwks: 'http://x' }).prepare(), /one of/)
})
