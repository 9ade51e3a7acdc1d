// Who asks: a bearer token in the header of HTTP, or WS-Security with a token or a user name and a password.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createEngine } from '../../src/engine/index.ts'
import { Failure } from '../../src/failure/index.ts'
import { soap } from '../../src/protocols/soap/index.ts'
import { serve } from '../../src/server/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { callers, id, rows, world } from '../../src/testkit/index.ts'
import { listen, tokenOf, type Listening } from '../rest/listening.ts'
import { envelope, operation, send, wsse, wsu } from './asking.ts'

let at: Listening, token: string
before(async () => {
  at = await listen()
  token = await tokenOf('ben') ?? ''
})
after(() => at.serving.close())

const profile = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0'
const security = (inner: string): string => `<w:Security xmlns:w="${wsse}" xmlns:u="${wsu}" s:mustUnderstand="1">${inner}</w:Security>`
const username = (password: string, type = `Type="${profile}#PasswordText"`): string => `<w:UsernameToken><w:Username>ben</w:Username><w:Password ${type}>${password}</w:Password></w:UsernameToken>`
/** A row that only its author may read. */
const secret = operation('GetPost', `<id>${id(13)}</id><fields>draft</fields>`)
const ask = (header: string, headers: Record<string, string> = {}) => send(at, envelope(secret, { header }), { headers })

test('nobody, and a bearer token', async () => {
  assert.equal((await send(at, envelope(secret))).code, 'caller.unknown')
  assert.match((await send(at, envelope(secret), { as: 'ben' })).text, /<draft>hush<\/draft>/)
  assert.equal((await send(at, envelope(secret), { headers: { authorization: 'Bearer x' } })).code, 'caller.token')
})

test('a UsernameToken whose password is a token', async () => {
  for (const header of [security(username(token)), security(username(token, '')), security(username(`\n ${token} \n`))]) assert.match((await ask(header)).text, /hush/)
  assert.equal((await ask(security(username('wrong')))).code, 'caller.token')
  const digest = await ask(security(username('x', `Type="${profile}#PasswordDigest"`)))
  assert.deepEqual([digest.code, digest.reason], ['caller.token', 'The Password is PasswordDigest; only PasswordText is taken. Send it over TLS.'])
  assert.equal((await ask(security('<w:UsernameToken><w:Username>ben</w:Username></w:UsernameToken>'))).code, 'caller.token')
  assert.match((await ask(security(username(token)))).headers.get('content-type') ?? '', /text\/xml/)
})

test('a BinarySecurityToken, as it is or in base64', async () => {
  const binary = (text: string): string => security(`<w:BinarySecurityToken ValueType="urn:ietf:params:oauth:token-type:jwt">${text}</w:BinarySecurityToken>`)
  assert.match((await ask(binary(token))).text, /hush/)
  assert.match((await ask(binary(Buffer.from(token).toString('base64')))).text, /hush/)
  assert.equal((await ask(binary('AAAA'))).code, 'caller.token')
  assert.equal((await ask(binary(`${token.slice(0, -4)}AAAA`))).code, 'caller.token')
})

test('a Timestamp holds; signatures, two tokens and two ways are refused', async () => {
  const time = (ms: number): string => new Date(Date.now() + ms).toISOString()
  const stamp = (created: string, expires: string): string => `<u:Timestamp><u:Created>${created}</u:Created><u:Expires>${expires}</u:Expires></u:Timestamp>`
  assert.match((await ask(security(stamp(time(-1000), time(300_000)) + username(token)))).text, /hush/)
  assert.match((await ask(security(stamp(time(-900_000), time(-600_000)) + username(token)))).reason, /expired/)
  assert.match((await ask(security(stamp(time(600_000), time(900_000)) + username(token)))).reason, /future/)
  assert.match((await ask(security(stamp('yesterday', time(1))))).reason, /no date and time/)
  assert.match((await ask(security(`<d:Signature xmlns:d="http://www.w3.org/2000/09/xmldsig#"/>${username(token)}`))).reason, /'Signature' of WS-Security is not understood/)
  assert.match((await ask(security(username(token) + username(token)))).reason, /twice/)
  assert.match((await ask(security(username(token)), { authorization: `Bearer ${token}` })).reason, /Say once who you are/)
  assert.match((await ask(security(username(token)) + security(username(token)))).reason, /two headers of WS-Security/)
  // Meant for somebody else: not looked at.
  assert.equal((await ask(security(username(token)).replace('mustUnderstand="1"', 'mustUnderstand="1" s:actor="urn:gateway"'))).code, 'caller.unknown')
})

test('names and passwords are checked by whoever knows them', async () => {
  const store = memoryStore(world)
  store.load(rows)
  const engine = await createEngine({ model: world, store, tokens: { secret: 'another secret that is long enough too' } })
  const serving = await serve({
    protocols: [soap({ engine, signIn: async ({ username: name, password }) => { if (name === 'ben' && password === 'open sesame') return callers.ben; throw new Failure('caller.token', 'No such name and password.') } })],
    engine, port: 0,
  })
  try {
    assert.match((await send({ serving }, envelope(secret, { header: security(username('open sesame')) }))).text, /hush/)
    const wrong = await send({ serving }, envelope(secret, { header: security(username('open')) }))
    assert.deepEqual([wrong.code, wrong.reason, wrong.fault], ['caller.token', 'No such name and password.', 'Client'])
  } finally {
    await serving.close()
  }
})

test('the order of failures: unreadable, then who asks, then what', async () => {
  const bad = { authorization: 'Bearer x' }
  assert.equal((await send(at, '<a', { headers: bad })).code, 'request.malformed')
  assert.equal((await send(at, envelope(operation('Nothing')), { headers: bad })).code, 'caller.token')
  assert.equal((await send(at, envelope(operation('CreatePost', '<data><title/></data>')))).code, 'caller.unknown')
})
