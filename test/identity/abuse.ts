// What people try who mean harm: guessing in parallel and from everywhere, finding out who has an account, other sites, other people's rows.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { networkOf } from '../../src/identity/attempts.ts'
import { hasher, testCost } from '../../src/identity/passwords.ts'
import { password, somebody } from './mailbox.ts'
import { emptyClub, type ServedClub } from './served.ts'

describe('abuse', () => {
  let at: ServedClub
  before(async () => { at = await emptyClub() })
  after(() => at.end())
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
  const guess = (login: string, address: string, word = 'not the right words') => at.call('sign-in', { login, password: word }, from(address))
  const counted = (all: readonly { readonly status: number }[]): Record<number, number> => Object.fromEntries([...Map.groupBy(all, a => a.status)].map(([status, of]) => [status, of.length]))

  /** How many may be looked at since then: six, and one more after a second, two, four … */
  const since = (begun: number): number => 7 + Math.floor(Math.log2(1 + (performance.now() - begun) / 1000))

  test('of fifty guesses at once, from fifty places, six are looked at, and then not even the right one', async () => {
    await somebody(at, 'anna@example.com')
    const begun = performance.now()
    const all = await Promise.all(Array.from({ length: 50 }, (_, i) => guess('anna@example.com', `198.51.100.${i}`)))
    const { 401: looked = 0, 429: waiting = 0 } = counted(all)
    assert.equal(looked + waiting, 50)
    assert.ok(looked >= 6 && looked <= since(begun), `${looked} looked at`)
    const { rows: [kept] } = await at.client.query<{ tries: number }>(`select tries from backwright_system.attempt where what like 'signIn.account:%'`)
    assert.equal(kept?.tries, looked, 'what was looked at was counted, exactly')
    const right = await guess('ANNA@example.com', '203.0.113.1', password)
    assert.equal(right.status, 429)
    assert.ok(Number(right.headers.get('retry-after')) >= 1)
    // Who nobody is, is guessed at no faster.
    const nobody = await Promise.all(Array.from({ length: 20 }, (_, i) => guess('nobody@example.com', `198.51.100.${i}`)))
    assert.ok((counted(nobody)[401] ?? 0) >= 6 && (counted(nobody)[401] ?? 0) <= since(begun))
    // The next try is looked at when its time has come, and a right one ends the waiting.
    await at.client.query(`update backwright_system.attempt set next_at = now() - interval '1 second'`)
    assert.equal((await guess('anna@example.com', '203.0.113.1', password)).status, 200)
    assert.equal((await guess('anna@example.com', '203.0.113.1', password)).status, 200)
  })

  test('one place guesses at many accounts only so fast; who signs in rightly is not counted', async () => {
    await somebody(at, 'ben@example.com')
    assert.equal((await guess('person@example.com', '2001:db8:1:2::1')).status, 401)
    await at.client.query(`update backwright_system.attempt set tries = 57 where what like '%.address:%'`)
    const all = await Promise.all(Array.from({ length: 12 }, (_, i) => guess(`person${i}@example.com`, `2001:db8:1:2:${i.toString(16)}::1`)))
    assert.ok((counted(all)[401] ?? 0) >= 4 && (counted(all)[401] ?? 0) <= 7, 'of a network of version 6, all addresses are one')
    assert.equal((await at.call('sign-in', { login: 'ben@example.com', password }, from('203.0.113.9'))).status, 200)
    await at.client.query(`update backwright_system.attempt set tries = 60, next_at = now() where what like '%.address:%'`)
    for (let i = 0; i < 5; i++) assert.equal((await guess('ben@example.com', '203.0.113.9', password)).status, 200)
    assert.equal(networkOf('2001:db8:1:2::1'), networkOf('2001:0db8:0001:0002:ffff::'))
    assert.notEqual(networkOf('2001:db8:1:3::1'), networkOf('2001:db8:1:2::1'))
    assert.equal(networkOf('::ffff:192.0.2.7'), '192.0.2.7')
  })

  test('who has an account costs as much work as who has none', async () => {
    await somebody(at, 'carl@example.com')
    const work = async (action: string, body: object): Promise<string> => {
      const { headers, status } = await at.call(action, body, { headers: { 'x-server-timing': '1', 'x-forwarded-for': '203.0.113.20' } })
      return `${status} ${/desc="(\d+) statements?"/.exec(headers.get('server-timing') ?? '')?.[1] ?? '?'}`
    }
    assert.equal(await work('sign-in', { login: 'carl@example.com', password: 'not the right words' }), await work('sign-in', { login: 'carla@example.com', password: 'not the right words' }))
    await at.client.query('delete from backwright_system.attempt')
    const [known, free] = [await work('sign-up', { email: 'carl@example.com', password, name: 'X', nick: 'x1' }), await work('sign-up', { email: 'new-carl@example.com', password, name: 'X', nick: 'x2' })].map(said => Number(said.split(' ')[1]))
    assert.ok(known !== undefined && free !== undefined && known - free <= 1, 'what undoes the insert is one more')
    for (const action of ['request-reset', 'request-link', 'request-code', 'request-verification']) {
      await at.client.query('delete from backwright_system.attempt')
      assert.equal(await work(action, { email: 'carl@example.com' }), await work(action, { email: `${action}-nobody@example.com` }), action)
    }
    const hashes = hasher(testCost), stored = await hashes.hash('one two three four'), before = hashes.made()
    assert.deepEqual([await hashes.verify(stored, 'one two three four'), await hashes.verify(stored, 'wrong'), await hashes.verify(null, 'wrong'), await hashes.verify('plain', 'plain')], [true, false, false, false])
    assert.equal(hashes.made() - before, 4)
  })

  test('a session that was there before signing in is not the one after it', async () => {
    await somebody(at, 'dora@example.com')
    await somebody(at, 'thief@example.com')
    const own = { 'sec-fetch-site': 'same-origin' }
    const planted = (await at.call('sign-in', { login: 'thief@example.com', password, as: 'cookie' }, { headers: own })).cookie
    const dora = await at.call('sign-in', { login: 'dora@example.com', password, as: 'cookie' }, { headers: own, cookie: planted })
    assert.notEqual(dora.cookie, planted)
    assert.notEqual((await at.ask('GET', '/api/sessions', { cookie: dora.cookie })).body.data[0].userId, (await at.ask('GET', '/api/sessions', { cookie: planted })).body.data[0].userId)
    // Two cookies of one name: one of them is not ours, and nobody knows which.
    assert.equal((await at.ask('GET', '/api/notes', { cookie: `${planted}; ${dora.cookie}` })).status, 401)
  })

  test('other sites write nothing with somebody’s cookie, whatever they send', async () => {
    await somebody(at, 'eve@example.com')
    const { cookie } = await at.call('sign-in', { login: 'eve@example.com', password, as: 'cookie' })
    const write = (path: string, headers: Record<string, string>, body: string | undefined) => fetch(at.serving.url + path, { method: 'POST', headers: { cookie: cookie ?? '', ...headers }, ...(body === undefined ? {} : { body }) }).then(r => r.status)
    const json = { 'content-type': 'application/json' }
    const evil: readonly [string, Record<string, string>, string | undefined][] = [
      ['/api/notes', { ...json, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, '{"text":"x"}'], ['/api/notes', { ...json, origin: 'null' }, '{"text":"x"}'], ['/api/notes', { ...json, origin: `${at.serving.url}.evil.example` }, '{"text":"x"}'],
      ['/api/notes', { 'content-type': 'text/plain', 'sec-fetch-site': 'same-origin' }, '{"text":"x"}'], ['/api/notes', { 'content-type': 'application/x-www-form-urlencoded' }, 'text=x'],
      ['/api/actions/sign-out', { 'sec-fetch-site': 'cross-site' }, undefined], ['/graphql', { ...json, 'sec-fetch-site': 'cross-site' }, '{"query":"{ notes { nodes { id } } }"}'], ['/soap', { 'content-type': 'text/plain' }, '<x/>'],
      ['/api/batch', { ...json, 'sec-fetch-site': 'same-site' }, '{"operations":[]}'],
    ]
    for (const [path, headers, body] of evil) assert.ok([403, 415].includes(await write(path, headers, body)), JSON.stringify([path, headers]))
    assert.equal((await at.ask('GET', '/api/notes', { cookie })).body.data.length, 0)
    // A site of ours that is named does.
    const own = { origin: 'https://admin.club.example', 'sec-fetch-site': 'same-site' }
    const asked = await at.ask('OPTIONS', '/api/notes', { headers: { ...own, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' } })
    const written = await at.ask('POST', '/api/notes', { cookie, headers: own, body: { text: 'x' } })
    for (const { status, headers } of [asked, written]) assert.deepEqual([status < 300, headers.get('access-control-allow-origin'), headers.get('access-control-allow-credentials')], [true, own.origin, 'true'])
    // Nor does a page of theirs read an answer.
    const read = await at.ask('GET', '/api/notes', { cookie, headers: { origin: 'https://evil.example' } })
    assert.deepEqual([read.headers.get('access-control-allow-origin'), read.headers.get('access-control-allow-credentials')], [null, null])
    assert.match(read.headers.get('vary') ?? '', /Cookie/)
  })

  test('what is another’s stays so, and what is identity’s too, also by the way round', async () => {
    const fay = await somebody(at, 'fay@example.com'), gus = await somebody(at, 'gus@example.com')
    const { body: { data: [session] } } = await at.ask('GET', '/api/sessions', { token: fay.token })
    assert.equal((await at.ask('GET', `/api/sessions/${session.id}`, { token: gus.token })).status, 404)
    assert.equal((await at.ask('DELETE', `/api/sessions/${session.id}`, { token: gus.token })).status, 404)
    for (const [method, path, body] of [['POST', '/api/sessions', { userId: fay.userId, kind: 'token' }], ['POST', '/api/api-keys', { userId: fay.userId, name: 'x' }], ['PATCH', `/api/sessions/${session.id}`, { expiresAt: '2099-01-01T00:00:00Z' }], ['POST', '/api/members', { name: 'X', email: 'x@example.com' }]] as const) {
      assert.equal((await at.ask(method, path, { token: fay.token, body })).status, 403, `${method} ${path}`)
    }
    const note = (await at.ask('POST', '/api/notes', { token: fay.token, body: { text: 'x' } })).body.id
    for (const author of [{ update: { roles: ['admin'] } }, { update: { emailVerified: true } }, { create: { name: 'X', email: 'x@example.com' } }]) {
      const { status } = await at.ask('PATCH', `/api/notes/${note}`, { token: fay.token, body: { author } })
      assert.ok(status === 403 || status === 422, `${status} ${JSON.stringify(author)}`)
    }
    assert.equal((await at.ask('POST', '/api/notes', { token: fay.token, body: { text: 'x', authorId: gus.userId } })).status, 403)
    for (const name of ['~challenge', 'challenges', '~attempt', '~signingKey']) assert.equal((await at.ask('GET', `/api/${name}`, { token: fay.token })).status, 404, name)
    const page = await at.ask('GET', '/auth/sign-in?next=https%3A%2F%2Fevil.example%2F'), slashes = await at.ask('GET', '/auth/sign-in?next=%2F%2Fevil.example%2F')
    assert.deepEqual([/href="[^"]*evil|data-next="[^"]*evil/.test(page.text), /href="[^"]*evil|data-next="[^"]*evil/.test(slashes.text)], [false, false])
  })
})
