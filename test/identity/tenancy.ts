// Who signed in here, in applications with tenants and with other rows that callers are bound to.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SignJWT } from 'jose'
import { access, account, Account, allow, backend, caller, choice, Entity, entity, identity, list, model, ref, signedIn, text, unique } from '../../src/index.ts'
import { codeFor, password, somebody } from './mailbox.ts'
import { served } from './served.ts'

class Company extends Entity {
  name = text({ max: 60 })
  static access = access(Company, ({ row, caller }) => [allow('read').when(row.id.eq(caller.tenant))])
}
class Person extends Account {
  name = text({ max: 60 })
  static access = access(Person, ({ row, caller }) => [allow('read').when(row.is(caller))])
}
class Membership extends Entity {
  person = ref(() => Person)
  company = ref(() => Company)
  roles = list(choice('staff', 'boss')).default([])
  static uniques = [unique(Membership, 'person', 'company')]
  static access = access(Membership, ({ row, caller }) => [allow('read').when(row.person.is(caller))])
}
/** A row that a caller is bound to beside their account. */
class Customer extends entity({ caller: true }) {
  person = ref(() => Person).unique()
  number = text({ max: 20 })
  static access = access(Customer, ({ row, caller }) => [allow('read').when(row.is(caller))])
}
class Wish extends Entity {
  customer = ref(() => Customer).default(caller.customer).fixed()
  text = text()
  static access = access(Wish, ({ row, caller }) => [allow('read', 'create').when(row.customer.is(caller))])
}
class Invoice extends entity({ tenant: () => Company }) {
  number = text({ max: 20 }).unique()
  static access = access(Invoice, () => [allow('read', 'create').to(signedIn), allow('delete').to('boss')])
}
const firm = model({ company: Company, person: Person, membership: Membership, customer: Customer, wish: Wish, invoice: Invoice })
const app = backend({
  name: 'firm', model: firm, callers: { customer: { entity: Customer, match: 'personId', claim: 'sub' } }, memberships: { entity: Membership, user: 'person', tenant: 'company', roles: 'roles' }, roles: { staff: [], boss: [] },
  identity: identity({ user: Person, passwords: { cost: 'for tests' } }),
})

/** Accounts by name, with an e-mail or without. */
class Player extends account({ email: 'optional' }) {
  nick = text({ min: 2, max: 20 }).unique()
  static access = access(Player, ({ row, caller }) => [allow('read').when(row.is(caller))])
}
const game = backend({ name: 'game', model: model({ player: Player }), identity: identity({ user: Player, signIn: { username: 'nick' }, passwords: { cost: 'for tests' } }) })

test('accounts by name, with an e-mail or without', async () => {
  const secret = 'a secret that both sides have, long enough', at = await served(game, { tokens: { secret, issuer: 'elsewhere' } })
  try {
    assert.equal((await at.call('sign-up', { nick: 'anna', password })).status, 200)
    assert.deepEqual((await at.call('sign-up', { nick: 'anna', password })).body.facts, { fields: ['nick'] })
    assert.equal((await at.call('sign-up', { nick: 'bo', password, email: 'bo@example.com' })).status, 200)
    // A name that is taken says so whether or not the e-mail is: it tells nothing of that.
    const [known, free] = [await at.call('sign-up', { nick: 'anna', password, email: 'bo@example.com' }), await at.call('sign-up', { nick: 'anna', password, email: 'new@example.com' })]
    assert.deepEqual([known.status, known.body.facts], [free.status, free.body.facts])
    // Nor does a name that was asked for together with the e-mail: it is taken from then on, whether an account was made or not.
    for (const [email, nick] of [['bo@example.com', 'cleo'], ['new@example.com', 'dora']]) assert.equal((await at.call('sign-up', { nick, password, email })).status, 200)
    const [after, others] = [await at.call('sign-up', { nick: 'cleo', password, email: 'x1@example.com' }), await at.call('sign-up', { nick: 'dora', password, email: 'x2@example.com' })]
    assert.deepEqual([after.status, after.body.facts, after.body.detail], [others.status, others.body.facts, others.body.detail])
    assert.equal(after.status, 409)
    const signed = await at.call('sign-in', { login: 'anna', password })
    assert.equal(signed.status, 200, signed.text)
    const { token, userId } = signed.body
    assert.equal((await at.ask('GET', `/api/players/${userId}`, { token })).body.email, null)
    assert.equal((await at.call('sign-in', { login: 'bo', password })).status, 401, 'not verified')
    // Tokens that others issue go on beside: their subject is the key of an account that is there, or of none.
    const foreign = (sub: string, header: object = {}, issuer = 'elsewhere') => new SignJWT({ sub }).setProtectedHeader({ alg: 'HS256', ...header }).setIssuer(issuer).setExpirationTime('1h').sign(new TextEncoder().encode(secret))
    const seen = async (of: string) => (await at.ask('GET', `/api/players/${userId}`, { token: of })).status
    assert.deepEqual([await seen(await foreign(userId)), await seen(await foreign('0198a3f0-735c-7da4-8331-d571dcfb5ad1')), await seen(await foreign('auth0|1')), await seen(await foreign(userId, {}, 'game')), await seen(await foreign(userId, { kid: 'bw-x' }))], [200, 403, 403, 401, 401])
    assert.equal((await at.call('change-password', { password: 'new words stand here' }, { token: await foreign(userId) })).status, 403, 'a token of others is not the person')
    assert.equal((await at.call('change-password', { current: password, password: 'new words stand here' }, { token })).status, 200)
    const later = (await at.call('sign-in', { login: 'anna', password: 'new words stand here' })).body.token
    assert.equal((await at.call('change-email', { email: 'anna@example.com' }, { token: later })).status, 200)
    assert.deepEqual((await at.call('confirm-email', { code: await codeFor(at, 'changeEmail', 'anna@example.com') })).body, { email: 'anna@example.com' })
    assert.equal((await at.call('sign-in', { login: 'anna@example.com', password: 'new words stand here' })).status, 200)
    assert.equal((await at.call('delete-account', {}, { token: later })).status, 204)
  } finally { await at.end() }
})

describe('tenants and other bindings', () => {
  let at: Awaited<ReturnType<typeof served<typeof app['~entities'], typeof app['~actions']>>>
  before(async () => { at = await served(app) })
  after(() => at.end())

  test('somebody acts where they are a member, and as what they are there', async () => {
    const system = at.application.db(at.application.system('sets up')), anna = await somebody(at, 'anna@example.com')
    const [one, two, three] = await system.company.create([{ name: 'One' }, { name: 'Two' }, { name: 'Three' }])
    assert.ok(one && two && three)
    await system.membership.create({ personId: anna.userId, companyId: one.id, roles: ['boss'] })
    const { token } = (await at.call('sign-in', { login: anna.email, password })).body
    const made = await at.ask('POST', '/api/invoices', { token, body: { number: '1' } })
    assert.equal(made.status, 201, made.text)
    await system.membership.create({ personId: anna.userId, companyId: two.id, roles: ['staff'] })
    // Of two, she says which.
    const both = (await at.call('sign-in', { login: anna.email, password })).body.token
    assert.equal((await at.ask('GET', '/api/invoices', { token: both })).status, 403)
    assert.equal((await at.call('switch-tenant', { tenant: three.id }, { token: both })).status, 403)
    assert.equal((await at.call('switch-tenant', { tenant: 'nonsense' }, { token: both })).status, 403)
    const inTwo = (await at.call('switch-tenant', { tenant: two.id }, { token: both })).body.token
    assert.equal((await at.ask('GET', '/api/invoices', { token: both })).status, 401, 'the former token is over')
    assert.equal((await at.ask('GET', '/api/invoices', { token: inTwo })).body.data.length, 0)
    assert.equal((await at.ask('DELETE', `/api/invoices/${made.body.id}`, { token: inTwo })).status, 403, 'a boss elsewhere')
    const key = (await at.call('create-key', { name: 'k' }, { token: inTwo })).body.key
    assert.equal((await at.ask('POST', '/api/invoices', { token: key, body: { number: '1' } })).status, 201)
    assert.equal((await at.ask('GET', '/api/invoices', { token: inTwo })).body.data.length, 1)
    const inOne = (await at.call('switch-tenant', { tenant: one.id }, { token: inTwo })).body.token
    assert.equal((await at.ask('DELETE', `/api/invoices/${made.body.id}`, { token: inOne })).status, 204)
  })

  test('an access token names no tenant that its account is not in any more', async () => {
    const system = at.application.db(at.application.system('sets up')), cid = await somebody(at, 'cid@example.com'), company = await system.company.create({ name: 'Four' })
    const membership = await system.membership.create({ personId: cid.userId, companyId: company.id, roles: ['staff'] })
    const tenantIn = (token: string): unknown => (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { readonly tenant?: unknown }).tenant
    const first = (await at.call('sign-in', { login: cid.email, password, as: 'app' })).body, second = (await at.call('refresh', { refreshToken: first.refreshToken })).body
    assert.deepEqual([tenantIn(first.token), tenantIn(second.token)], [company.id, company.id])
    await system.membership.delete(membership.id)
    const third = (await at.call('refresh', { refreshToken: second.refreshToken })).body
    assert.equal(tenantIn(third.token), undefined)
    // The session remembers where it was: who is let in again acts there again.
    await system.membership.create({ personId: cid.userId, companyId: company.id, roles: ['staff'] })
    assert.equal(tenantIn((await at.call('refresh', { refreshToken: third.refreshToken })).body.token), company.id)
  })

  test('a caller who signed in is bound to their other rows too', async () => {
    const ben = await somebody(at, 'ben@example.com'), system = at.application.db(at.application.system('sets up'))
    assert.ok((await at.ask('POST', '/api/wishes', { token: ben.token, body: { text: 'x' } })).status >= 400)
    const customer = await system.customer.create({ personId: ben.userId, number: 'C1' })
    const { token } = (await at.call('sign-in', { login: ben.email, password })).body
    const wish = await at.ask('POST', '/api/wishes', { token, body: { text: 'x' } })
    assert.deepEqual([wish.status, wish.body.customerId], [201, customer.id], wish.text)
  })
})
