// Signing up and in with a password, over HTTP: tokens and cookies, what nobody may set, and who is bound to which row.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { backend, compileModel, identity, type DeclarationErrors } from '../../src/index.ts'
import { club, Member, who } from './club.ts'
import { emptyClub, type ServedClub } from './served.ts'

describe('signing in with a password', () => {
  let at: ServedClub
  before(async () => { at = await emptyClub() })
  after(() => at.end())
  const password = 'correct horse battery'
  const verify = (email: string) => at.client.query('update members set email_verified = true where email = $1', [email])
  async function member(email: string, more: object = {}) {
    const made = await at.call('sign-up', { email, password, name: email.split('@')[0], ...more })
    assert.equal(made.status, 200, made.text)
    await verify(email.toLowerCase())
    return made
  }

  test('somebody signs up, signs in, and reads and writes what is theirs', async () => {
    const made = await member('Anna@Example.com')
    assert.deepEqual(made.body, { email: 'anna@example.com' })
    const anna = await at.call('sign-in', { login: 'ANNA@example.com ', password })
    assert.equal(anna.status, 200, anna.text)
    assert.match(anna.body.token, /^bws_/)
    assert.equal(anna.headers.get('set-cookie'), null)
    const { token, userId } = anna.body
    const note = await at.ask('POST', '/api/notes', { token, body: { text: 'mine' } })
    assert.equal(note.status, 201, note.text)
    assert.equal(note.body.authorId, userId)
    assert.equal((await at.ask('GET', '/api/notes', { token })).body.data.length, 1)
    assert.equal((await at.ask('GET', '/api/notes')).status, 401)
    const sessions = await at.ask('GET', '/api/sessions', { token })
    assert.deepEqual(sessions.body.data.map((s: { kind: string; userId: string }) => [s.kind, s.userId]), [['token', userId]])
    assert.doesNotMatch(sessions.text, /"token":"[^t]|seed/)
    assert.equal((await at.call('sign-out', undefined, { token })).status, 204)
    assert.equal((await at.ask('GET', '/api/notes', { token })).status, 401)
  })

  test('a wrong password, an unknown name and an e-mail that is not verified answer alike', async () => {
    await member('ben@example.com')
    await at.call('sign-up', { email: 'carl@example.com', password, name: 'Carl' })
    const answers = await Promise.all([['ben@example.com', 'wrong password 1'], ['nobody@example.com', password], ['carl@example.com', password]].map(([login, p]) => at.call('sign-in', { login, password: p })))
    assert.deepEqual(answers.map(a => a.status), [401, 401, 401])
    assert.equal(new Set(answers.map(a => JSON.stringify({ ...a.body, instance: '' }))).size, 1)
    assert.equal(answers[0]?.body.code, 'auth.credentials')
  })

  test('a browser has its session in a cookie that no page can read and no other site can use', async () => {
    await member('dora@example.com')
    const dora = await at.call('sign-in', { login: 'dora@example.com', password, as: 'cookie' }, { headers: { 'sec-fetch-site': 'same-origin' } })
    assert.equal(dora.status, 200, dora.text)
    assert.equal(dora.body.token, null)
    assert.match(dora.headers.get('set-cookie') ?? '', /^__Host-club=bws_[^;]+; Path=\/; Max-Age=\d+; HttpOnly; Secure; SameSite=Lax$/)
    const { cookie } = dora
    assert.equal((await at.ask('GET', '/api/notes', { cookie })).status, 200)
    const write = (headers: Record<string, string>) => at.ask('POST', '/api/notes', { cookie, body: { text: 'x' }, headers })
    assert.equal((await write({ 'sec-fetch-site': 'same-origin' })).status, 201)
    assert.equal((await write({ 'sec-fetch-site': 'cross-site' })).status, 403)
    assert.equal((await write({ 'sec-fetch-site': 'same-site' })).status, 403)
    assert.equal((await write({ origin: 'https://evil.example' })).status, 403)
    assert.equal((await write({ origin: at.serving.url })).status, 201)
    assert.equal((await at.call('sign-in', { login: 'dora@example.com', password, as: 'cookie' }, { headers: { 'sec-fetch-site': 'cross-site' } })).status, 403)
    const out = await at.call('sign-out', undefined, { cookie })
    assert.match(out.headers.get('set-cookie') ?? '', /^__Host-club=; Path=\/; Max-Age=0/)
    // Who goes on sending it is a stranger, and may sign in.
    assert.equal((await at.ask('GET', '/api/notes', { cookie })).status, 401)
    assert.equal((await at.call('sign-in', { login: 'dora@example.com', password, as: 'cookie' }, { cookie })).status, 200)
  })

  test('nothing of an account is set by who has it: not its roles, its e-mail, its password, its sessions', async () => {
    await member('eve@example.com')
    const { token, userId } = (await at.call('sign-in', { login: 'eve@example.com', password })).body
    for (const body of [{ roles: ['admin'] }, { emailVerified: true }, { email: 'other@example.com' }, { password: 'plain' }, { password: '$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }]) {
      assert.equal((await at.ask('PATCH', `/api/members/${userId}`, { token, body })).status, 403, JSON.stringify(body))
    }
    assert.equal((await at.ask('PATCH', `/api/members/${userId}`, { token, body: { motto: 'hello' } })).status, 200)
    const mass = await at.call('sign-up', { email: 'fay@example.com', password, name: 'Fay', roles: ['admin'] })
    assert.equal(mass.status, 422)
    assert.equal((await at.call('sign-up', { email: 'fay@example.com', password, name: 'Fay', motto: 'not listed' })).status, 422)
    assert.equal((await at.call('sign-up', { email: 'fay@example.com', password, name: 'Fay', emailVerified: true })).status, 422)
  })

  test('what identity is told wrongly is said at the start, all of it', () => {
    const wrong = identity({ user: Member, signIn: { username: 'motto' }, signUp: { fields: ['roles', 'nik' as 'nick'] }, origins: ['https://admin.example/x'], proxies: -1, passwords: { min: 4 } })
    const { mistakes } = (() => { try { compileModel(backend({ name: 'club', model: club, identity: wrong })); return { mistakes: [] } } catch (error) { return error as DeclarationErrors } })()
    assert.deepEqual(mistakes.map(m => m.reason.split(' ').slice(1, 4).join(' ')), ['signIn.username names \'motto\',', 'signUp.fields names \'roles\',', 'signUp.fields names \'nik\',', 'passwords.min is 4:', 'proxies is -1:', 'origins has \'https://admin.example/x\','])
    assert.match(mistakes.map(m => m.reason).join(' '), /Did you mean 'nick'/)
    const twice = backend({ name: 'club', model: club, identity: who, actions: { signIn: club.action({ run: () => {} }) } })
    assert.throws(() => compileModel(twice), /identity has an action 'signIn' already/)
  })
})
