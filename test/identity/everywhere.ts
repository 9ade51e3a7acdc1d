// Identity in every protocol: its flows are actions and its rows are rows, so that nothing is missing in a contract and nothing secret is in one.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { client } from '../../src/client/index.ts'
import { compileModel } from '../../src/index.ts'
import { contractOf } from '../../src/protocols/rest/index.ts'
import app, { club } from './club.ts'
import { password, somebody } from './mailbox.ts'
import { emptyClub, type ServedClub } from './served.ts'

describe('identity in every protocol', () => {
  let at: ServedClub
  before(async () => { at = await emptyClub() })
  after(() => at.end())
  const flows = ['signUp', 'signIn', 'signOut', 'refresh', 'requestVerification', 'verifyEmail', 'changeEmail', 'confirmEmail', 'requestReset', 'resetPassword', 'changePassword', 'requestLink', 'requestCode', 'signInByCode', 'createKey', 'exportAccount', 'deleteAccount']
  const kebab = (name: string): string => name.replace(/[A-Z]/g, c => `-${c.toLowerCase()}`)
  type Schema = { readonly properties?: Readonly<Record<string, unknown>> }

  test('the OpenAPI document has the flows and the entities, and no field that is identity’s own to write', () => {
    const { paths, components } = contractOf(compileModel(app).model, '/api')
    for (const flow of flows) assert.ok(Object.hasOwn(paths, `/actions/${kebab(flow)}`) || Object.hasOwn(paths, `/api/actions/${kebab(flow)}`), flow)
    for (const path of ['sessions', 'api-keys']) assert.ok(Object.keys(paths).some(p => p.endsWith(`/${path}`)), path)
    const schemas = components['schemas'] as Readonly<Record<string, Schema>>
    const bodies = Object.entries(schemas).filter(([name]) => /^(Member|Session|ApiKey)(Create|Update|Replace)/.test(name))
    assert.ok(bodies.length > 0)
    for (const [name, { properties = {} }] of bodies) for (const field of ['password', 'email', 'emailVerified', 'token', 'seed', 'userId', 'scopes']) assert.ok(!Object.hasOwn(properties, field), `${name}.${field}`)
    for (const [name, { properties = {} }] of Object.entries(schemas).filter(([n]) => ['Member', 'Session', 'ApiKey'].includes(n))) for (const field of ['password', 'token', 'seed']) assert.ok(!Object.hasOwn(properties, field), `${name}.${field}`)
    assert.deepEqual([(paths['/notes'] as { get: { security: unknown } }).get.security, (paths['/actions/sign-in'] as { post: { security: unknown } }).post.security], [[{ bearer: [] }, { session: [] }], [{ bearer: [] }, { session: [] }, {}]])
    assert.equal((components['securitySchemes'] as { session: { name: string } }).session.name, '__Host-club')
    assert.ok(!Object.keys(paths).some(p => /challenge|attempt|signing/.test(p)))
  })

  test('GraphQL signs in, by cookie too, and shows sessions', async () => {
    await somebody(at, 'anna@example.com')
    const ask = (query: string, headers: Record<string, string> = {}) => at.ask('POST', '/graphql', { body: { query }, headers })
    const inside = `mutation { signIn(input: { login: "anna@example.com", password: "${password}", as: cookie }) { output { userId token } } }`
    const signed = await ask(inside, { 'sec-fetch-site': 'same-origin', 'idempotency-key': 'one-and-the-same-key' })
    assert.equal(signed.body.errors, undefined, signed.text)
    assert.match(signed.cookie ?? '', /^__Host-club=bws_/)
    const { rows: [kept] } = await at.client.query<{ n: string }>('select count(*) as n from backwright_system.idempotency')
    assert.equal(kept?.n, '0', 'an answer with a secret is not kept')
    const shown = await ask('{ sessions { nodes { kind userId } } }', { cookie: signed.cookie ?? '' })
    assert.equal(shown.body.errors, undefined, shown.text)
    assert.ok(shown.body.data.sessions.nodes.some((s: { kind: string }) => s.kind === 'cookie'))
    assert.ok((await ask('{ sessions { nodes { token } } }', { cookie: signed.cookie ?? '' })).body.errors)
    assert.equal((await ask('mutation { signOut(input: {}) { __typename } }', { cookie: signed.cookie ?? '', 'sec-fetch-site': 'cross-site' })).status, 403)
  })

  test('SOAP signs in', async () => {
    const wsdl = await at.ask('GET', '/soap?wsdl'), [, namespace = ''] = /targetNamespace="([^"]+)"/.exec(wsdl.text) ?? []
    for (const flow of flows) assert.match(wsdl.text, new RegExp(`operation name="${flow}"`, 'i'), flow)
    const operation = /operation name="(signIn)"/i.exec(wsdl.text)?.[1] ?? ''
    const envelope = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><${operation} xmlns="${namespace}"><login>anna@example.com</login><password>${password}</password></${operation}></s:Body></s:Envelope>`
    const response = await fetch(`${at.serving.url}/soap`, { method: 'POST', headers: { 'content-type': 'text/xml' }, body: envelope }), text = await response.text()
    assert.equal(response.status, 200, text)
    assert.match(text, /<token>bws_/)
  })

  test('the typed client signs in, and db does', async () => {
    await somebody(at, 'ben@example.com')
    const stranger = client<typeof app>(at.serving.url), signed = await stranger.signIn({ login: 'ben@example.com', password })
    const { token } = signed
    assert.ok(token !== null)
    const ben = client<typeof app>(at.serving.url, { token: () => token })
    assert.deepEqual((await ben.session.find()).data.map(s => [s.kind, s.userId]).at(0), ['token', signed.userId])
    await ben.note.create({ text: 'by the client' })
    const db = at.application.db(await at.application.as({ claims: { sub: signed.userId } }))
    assert.equal((await db.note.find()).data.length, 1)
    await assert.rejects(db.signIn({ login: 'ben@example.com', password: 'wrong words stand here' }), { code: 'auth.credentials' })
    await assert.rejects(db.signIn({ login: 'ben@example.com', password, as: 'cookie' }), { code: 'caller.forbidden' })
    // @ts-expect-error a name that nobody has
    await assert.rejects(stranger.signUp({ email: 'x@example.com', password, name: 'X', nik: 'x' }), { code: 'resolve.value' })
    assert.ok(club.entities.member)
  })

  test('work before a transaction is no part of a batch', async () => {
    const batch = await at.ask('POST', '/api/batch', { body: { operations: [{ method: 'POST', path: '/actions/sign-in', body: { login: 'ben@example.com', password } }] } })
    assert.deepEqual([batch.status, batch.body.code], [400, 'resolve.limit'])
  })
})
