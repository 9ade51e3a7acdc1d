// Tokens for applications, and keys for programs: got anew, checked by others, ended, and forged in every way that is known.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, generateKeyPair, jwtVerify, SignJWT, type JSONWebKeySet } from 'jose'
import { password, somebody } from './mailbox.ts'
import { emptyClub, type ServedClub } from './served.ts'

describe('tokens and keys', () => {
  let at: ServedClub
  before(async () => { at = await emptyClub() })
  after(() => at.end())
  const app = async (email: string) => (await at.call('sign-in', { login: email, password, as: 'app' })).body as { token: string; refreshToken: string; userId: string }
  const status = async (token: string): Promise<number> => (await at.ask('GET', '/api/notes', { token })).status

  test('an app gets a short token that others can check, and the next one for it', async () => {
    const { userId } = await somebody(at, 'anna@example.com'), first = await app('anna@example.com')
    assert.equal(await status(first.token), 200)
    assert.equal(await status(first.refreshToken), 401)
    const { body, headers } = await at.ask('GET', '/.well-known/jwks.json')
    assert.match(headers.get('cache-control') ?? '', /max-age=300/)
    const { payload } = await jwtVerify(first.token, createLocalJWKSet(body as JSONWebKeySet), { issuer: 'club', audience: 'club', algorithms: ['ES256'] })
    assert.equal(payload.sub, userId)
    assert.deepEqual([payload['email'], payload['email_verified'], payload['roles'], (payload.exp ?? 0) - (payload.iat ?? 0)], ['anna@example.com', true, [], 600])
    assert.doesNotMatch(JSON.stringify(body), /"d":/)
    const second = await at.call('refresh', { refreshToken: first.refreshToken })
    assert.equal(second.status, 200, second.text)
    assert.notEqual(second.body.refreshToken, first.refreshToken)
    assert.equal(await status(second.body.token), 200)
  })

  test('a refresh token that comes a second time ends the session; one that never was one does nothing', async () => {
    await somebody(at, 'ben@example.com')
    const first = await app('ben@example.com'), second = (await at.call('refresh', { refreshToken: first.refreshToken })).body
    const forged = `${first.refreshToken.split('.')[0]}.${Buffer.alloc(32, 7).toString('base64url')}`
    assert.equal((await at.call('refresh', { refreshToken: forged })).status, 401)
    assert.equal((await at.call('refresh', { refreshToken: first.refreshToken })).status, 401, 'at once: refused, and no more')
    assert.equal(await status(second.token), 200)
    await at.client.query(`update sessions set renewed_at = now() - interval '1 minute'`)
    assert.equal((await at.call('refresh', { refreshToken: first.refreshToken })).status, 401)
    assert.deepEqual([await status(second.token), (await at.call('refresh', { refreshToken: second.refreshToken })).status], [401, 401])
  })

  test('of many who exchange one token at once, one gets the next', async () => {
    await somebody(at, 'carl@example.com')
    const { refreshToken } = await app('carl@example.com')
    const all = await Promise.all(Array.from({ length: 8 }, () => at.call('refresh', { refreshToken })))
    assert.deepEqual(all.map(a => a.status).toSorted((a, b) => a - b), [200, 401, 401, 401, 401, 401, 401, 401])
  })

  test('tokens that are forged, cut, stale, early, or meant for others are refused', async () => {
    await somebody(at, 'dora@example.com')
    const { token } = await app('dora@example.com'), header = decodeProtectedHeader(token), claims = decodeJwt(token)
    const [head = '', body = '', signature = ''] = token.split('.'), part = (x: object) => Buffer.from(JSON.stringify(x)).toString('base64url')
    const { keys: [published] } = (await at.ask('GET', '/.well-known/jwks.json')).body as { keys: [{ x: string; y: string }] }
    const hmac = (secret: string) => `${part({ ...header, alg: 'HS256' })}.${body}.${createHmac('sha256', secret).update(`${part({ ...header, alg: 'HS256' })}.${body}`).digest('base64url')}`
    const { privateKey } = await generateKeyPair('ES256')
    const { rows: [own] } = await at.client.query<{ private_key: string }>('select private_key from backwright_system.signing_key limit 1')
    const { importJWK } = await import('jose'), real = await importJWK(JSON.parse(own?.private_key ?? '') as object, 'ES256'), now = Math.floor(Date.now() / 1000)
    const signed = (more: object, head: object = {}, key: unknown = real) => new SignJWT({ ...claims, ...more }).setProtectedHeader({ ...header, alg: 'ES256', ...head }).sign(key as never)
    const forged = {
      'no signature': `${head}.${body}.`, 'two parts': `${head}.${body}`, 'alg none': `${part({ ...header, alg: 'none' })}.${body}.`, 'alg None': `${part({ ...header, alg: 'NonE' })}.${body}.${signature}`,
      'the public key as a secret': hmac(JSON.stringify(published)), 'x as a secret': hmac(published.x), 'other claims': `${head}.${part({ ...claims, roles: ['admin'] })}.${signature}`,
      'another key': await signed({}, {}, privateKey), 'another key, unnamed': await signed({}, { kid: undefined }, privateKey), 'a key that is not': await signed({}, { kid: 'bw-nobody' }),
      'another audience': await signed({ aud: 'shop' }), 'another issuer': await signed({ iss: 'shop' }), 'over': await signed({ exp: now - 60 }), 'not yet': await signed({ nbf: now + 600 }), 'no end': await signed({ exp: undefined }),
      'another type': await signed({}, { typ: 'JWT' }), 'another person': await signed({ sub: '0198a3f0-735c-7da4-8331-d571dcfb5ad1' }), 'no session': await signed({ sid: undefined }), 'a session that is not': await signed({ sid: '0198a3f0-735c-7da4-8331-d571dcfb5ad1' }),
      'a key in the header': await new SignJWT({ ...claims }).setProtectedHeader({ ...header, alg: 'ES256', jwk: { kty: 'EC', crv: 'P-256', x: published.x, y: published.y } }).sign(privateKey),
    }
    for (const [how, text] of Object.entries(forged)) assert.equal(await status(text), 401, how)
    assert.equal(await status(await signed({})), 200, 'what all of these are variants of')
  })

  test('a key is for a program: shown once, with fewer rights if wished, and ended by its owner', async () => {
    const { token, userId } = await somebody(at, 'eve@example.com')
    await at.client.query(`update members set roles = '{staff,depot}' where id = $1`, [userId])
    const renewed = (await at.call('refresh', {}, { token })).body.token as string
    const made = await at.call('create-key', { name: 'backup', scopes: ['staff'], days: 30 }, { token: renewed })
    assert.equal(made.status, 200, made.text)
    const { key, id, start } = made.body
    assert.ok(key.startsWith(start) && /^bwk_/.test(start) && start.length < 16)
    assert.equal(await status(key), 200)
    const shown = await at.ask('GET', '/api/api-keys', { token: renewed })
    assert.deepEqual(shown.body.data.map((k: { name: string; scopes: unknown; start: string }) => [k.name, k.scopes, k.start]), [['backup', ['staff'], start]])
    assert.doesNotMatch(shown.text, new RegExp(key.split('.')[1]))
    assert.equal((await at.ask('POST', '/api/notes', { token: key, body: { text: 'by a key' } })).status, 201)
    for (const [action, body] of [['create-key', { name: 'x' }], ['change-password', { password: 'new words stand here' }], ['delete-account', {}], ['export-account', {}]] as const) assert.equal((await at.call(action, body, { token: key })).status, 403, action)
    assert.equal((await at.call('create-key', { name: 'x', scopes: ['admin'] }, { token: renewed })).status, 403)
    const reading = (await at.call('create-key', { name: 'reads', readOnly: true }, { token: renewed })).body.key
    assert.deepEqual([await status(reading), (await at.ask('POST', '/api/notes', { token: reading, body: { text: 'x' } })).status, (await at.call('sign-out', {}, { token: reading })).status], [200, 403, 403])
    assert.equal((await at.ask('PATCH', `/api/api-keys/${id}`, { token: renewed, body: { scopes: ['staff', 'depot'] } })).status, 403)
    assert.equal((await at.ask('PATCH', `/api/api-keys/${id}`, { token: renewed, body: { name: 'nightly backup' } })).status, 200)
    assert.equal((await at.ask('DELETE', `/api/api-keys/${id}`, { token: renewed })).status, 204)
    assert.equal(await status(key), 401)
    const other = await somebody(at, 'fay@example.com')
    assert.equal((await at.ask('GET', '/api/api-keys', { token: other.token })).body.data.length, 0)
  })

  test('rights that are gained take another token; rights that are lost are lost at once', async () => {
    const { token, userId } = await somebody(at, 'gus@example.com')
    await at.client.query(`update members set roles = '{admin}' where id = $1`, [userId])
    const promote = (who: string) => at.ask('PATCH', `/api/members/${userId}`, { token: who, body: { roles: ['admin', 'staff'] } })
    assert.equal((await promote(token)).status, 403)
    const renewed = (await at.call('refresh', {}, { token })).body.token as string
    assert.equal(await status(token), 401, 'the former token is worth nothing')
    assert.equal((await promote(renewed)).status, 200)
  })
})
