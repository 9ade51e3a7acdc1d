// Everything by mail and around the password: verifying, resetting, changing, links and codes, the end of an account.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { codeFor, mailsTo, password, somebody } from './mailbox.ts'
import { emptyClub, type ServedClub } from './served.ts'

describe('mail, passwords, links', () => {
  let at: ServedClub
  before(async () => { at = await emptyClub() })
  after(() => at.end())
  const signIn = (login: string, word = password) => at.call('sign-in', { login, password: word })
  const alive = async (token: string): Promise<boolean> => (await at.ask('GET', '/api/notes', { token })).status === 200

  test('an e-mail is verified by the code that came there, once', async () => {
    await at.call('sign-up', { email: 'anna@example.com', password, name: 'Anna' })
    assert.equal((await signIn('anna@example.com')).status, 401)
    const code = await codeFor(at, 'verifyEmail', 'anna@example.com')
    assert.deepEqual((await at.call('verify-email', { code })).body, { email: 'anna@example.com' })
    const again = await at.call('verify-email', { code })
    assert.deepEqual([again.status, again.body.code], [422, 'auth.code'])
    assert.equal((await signIn('anna@example.com')).status, 200)
    // For another purpose it is no code at all.
    await at.call('request-reset', { email: 'anna@example.com' })
    assert.equal((await at.call('verify-email', { code: await codeFor(at, 'resetPassword', 'anna@example.com') })).status, 422)
  })

  test('signing up, and asking for mail, answer the same whether or not there is an account', async () => {
    await somebody(at, 'ben@example.com')
    const up = async (email: string) => at.call('sign-up', { email, password, name: 'X' })
    const [taken, free] = [await up('ben@example.com'), await up('new@example.com')]
    assert.deepEqual([taken.status, taken.body], [200, { email: 'ben@example.com' }])
    assert.deepEqual([free.status, free.body], [200, { email: 'new@example.com' }])
    assert.deepEqual(await mailsTo(at, 'ben@example.com'), ['verifyEmail', 'accountExists (nobody)'])
    for (const action of ['request-reset', 'request-link', 'request-code', 'request-verification']) {
      const [a, b] = await Promise.all([at.call(action, { email: 'carl@example.com' }), somebody(at, `${action}@example.com`).then(() => at.call(action, { email: `${action}@example.com` }))])
      assert.deepEqual([a.status, b.status], [200, 200], a.text + b.text)
      assert.deepEqual([Object.keys(a.body), Object.keys(b.body)], [['email'], ['email']])
    }
  })

  test('a password is reset by mail: every session ends, the owner is told, the code is good once', async () => {
    const { token } = await somebody(at, 'dora@example.com')
    await at.call('request-reset', { email: 'Dora@example.com' })
    const code = await codeFor(at, 'resetPassword', 'dora@example.com')
    const weak = await at.call('reset-password', { code, password: 'password1' })
    assert.equal(weak.status, 422, weak.text)
    assert.equal(weak.body.errors[0].pointer, '/password')
    const twice = await Promise.all([at.call('reset-password', { code, password: 'other words stand here' }), at.call('reset-password', { code, password: 'another words stand here' })])
    assert.deepEqual(twice.map(t => t.status).toSorted((a, b) => a - b), [204, 422])
    assert.equal(await alive(token), false)
    assert.equal((await signIn('dora@example.com')).status, 401)
    assert.equal((await mailsTo(at, 'dora@example.com')).at(-1), 'passwordChanged')
  })

  test('another password ends the other sessions and gives this one another token', async () => {
    const { token } = await somebody(at, 'eve@example.com'), other = (await signIn('eve@example.com')).body.token
    assert.equal((await at.call('change-password', { current: 'not it at all', password: 'new words stand here' }, { token })).status, 401)
    const changed = await at.call('change-password', { current: password, password: 'new words stand here' }, { token })
    assert.equal(changed.status, 200, changed.text)
    assert.deepEqual([await alive(token), await alive(other), await alive(changed.body.token)], [false, false, true])
    await at.client.query(`update sessions set signed_in_at = now() - interval '1 hour'`)
    await new Promise(go => setTimeout(go, 5))
    const fresh = (await signIn('eve@example.com', 'new words stand here')).body.token
    assert.equal((await at.call('change-password', { password: 'third words stand here' }, { token: fresh })).status, 200)
  })

  test('an e-mail changes when the new address has shown itself; the old one is told; one that is another’s does not', async () => {
    const { token } = await somebody(at, 'fay@example.com')
    const gus = await somebody(at, 'gus@example.com')
    assert.deepEqual((await at.call('change-email', { email: 'fay@new.example', password }, { token })).body, { email: 'fay@new.example' })
    assert.equal((await signIn('fay@new.example')).status, 401)
    const code = await codeFor(at, 'changeEmail', 'fay@new.example')
    // A link of hers that another follows does nothing, and stays good.
    const key = (await at.call('create-key', { name: 'x' }, { token: gus.token })).body.key
    for (const other of [gus.token, key]) assert.deepEqual(((a) => [a.status, a.body.code])(await at.call('confirm-email', { code }, { token: other })), [403, 'caller.forbidden'])
    assert.equal((await at.call('confirm-email', { code: `${code}x` }, { token: gus.token })).status, 422)
    assert.deepEqual((await at.call('confirm-email', { code })).body, { email: 'fay@new.example' })
    assert.equal((await signIn('fay@new.example')).status, 200)
    assert.equal((await mailsTo(at, 'fay@example.com')).at(-1), 'emailChanged')
    assert.deepEqual((await at.call('change-email', { email: 'gus@example.com' }, { token })).body, { email: 'gus@example.com' })
    assert.equal((await mailsTo(at, 'gus@example.com')).at(-1), 'accountExists')
    // Where she is signed in herself, or whose account it is verifies it, the code is taken.
    await at.call('change-email', { email: 'fay@newer.example', password }, { token })
    assert.deepEqual((await at.call('confirm-email', { code: await codeFor(at, 'changeEmail', 'fay@newer.example') }, { token })).body, { email: 'fay@newer.example' })
    await at.call('sign-up', { email: 'guy@example.com', password, name: 'Guy' })
    const verify = await codeFor(at, 'verifyEmail', 'guy@example.com')
    assert.equal((await at.call('verify-email', { code: verify }, { token })).status, 403)
    assert.equal((await at.call('verify-email', { code: verify })).status, 200)
  })

  test('a link signs in once; eight digits few times wrong, then never', async () => {
    const { userId } = await somebody(at, 'hal@example.com')
    await at.call('request-link', { email: 'hal@example.com' })
    const link = await codeFor(at, 'signInLink', 'hal@example.com')
    const both = await Promise.all([at.call('sign-in-by-code', { code: link }), at.call('sign-in-by-code', { code: link })])
    assert.deepEqual(both.map(b => b.status).toSorted((a, b) => a - b), [200, 422])
    assert.equal(both.find(b => b.status === 200)?.body.userId, userId)
    await at.call('request-code', { email: 'hal@example.com' })
    const digits = await codeFor(at, 'signInCode', 'hal@example.com')
    assert.match(digits, /^\d{8}$/)
    assert.equal((await at.call('sign-in-by-code', { code: digits })).status, 422, 'digits alone are of nobody')
    const wrong = digits === '00000000' ? '00000001' : '00000000'
    for (let i = 0; i < 2; i++) assert.equal((await at.call('sign-in-by-code', { code: wrong, email: 'hal@example.com' })).status, 422)
    assert.equal((await at.call('sign-in-by-code', { code: `${digits.slice(0, 4)} ${digits.slice(4)}`, email: 'HAL@example.com' })).status, 200)
    await at.call('request-code', { email: 'hal@example.com' })
    const next = await codeFor(at, 'signInCode', 'hal@example.com')
    await Promise.all(Array.from({ length: 5 }, () => at.call('sign-in-by-code', { code: next === '00000000' ? '1' : '00000000', email: 'hal@example.com' })))
    assert.equal((await at.call('sign-in-by-code', { code: next, email: 'hal@example.com' })).status, 422, 'the right one comes too late')
  })

  test('whoever signs in by mail to an account that was never verified has it alone', async () => {
    await at.call('sign-up', { email: 'ida@example.com', password: 'the thief chose this', name: 'Thief' })
    await at.call('request-link', { email: 'ida@example.com' })
    assert.equal((await at.call('sign-in-by-code', { code: await codeFor(at, 'signInLink', 'ida@example.com') })).status, 200)
    assert.equal((await signIn('ida@example.com', 'the thief chose this')).status, 401)
  })

  test('a mailbox is not filled', async () => {
    const statuses: number[] = []
    for (let i = 0; i < 6; i++) statuses.push((await at.call('request-reset', { email: 'victim@example.com' })).status)
    assert.deepEqual(statuses, [200, 200, 200, 200, 429, 429])
    assert.equal((await mailsTo(at, 'victim@example.com')).length, 4)
    const refused = await at.call('sign-up', { email: 'victim@example.com', password, name: 'X' })
    assert.equal(refused.status, 429)
    assert.ok(Number(refused.headers.get('retry-after')) > 30)
  })

  test('everything of an account can be taken along, and the account ended', async () => {
    const { token, userId } = await somebody(at, 'jon@example.com')
    const note = await at.ask('POST', '/api/notes', { token, body: { text: 'mine' } })
    const all = await at.call('export-account', {}, { token })
    assert.equal(all.status, 200, all.text)
    assert.equal(all.body.account.email, 'jon@example.com')
    assert.deepEqual(Object.keys(all.body.rows).toSorted(), ['note', 'session'])
    assert.doesNotMatch(all.text, /argon2|"seed"|"token":/)
    assert.equal((await at.call('delete-account', { password: 'not it at all' }, { token })).status, 401)
    assert.equal((await at.call('delete-account', {}, { token })).status, 409, 'a note stands in the way')
    await at.ask('DELETE', `/api/notes/${note.body.id}`, { token })
    assert.equal((await at.call('delete-account', { password }, { token })).status, 204)
    assert.equal(await alive(token), false)
    assert.equal((await signIn('jon@example.com')).status, 401)
    assert.equal((await at.client.query('select 1 from sessions where user_id = $1', [userId])).rowCount, 0)
  })
})
