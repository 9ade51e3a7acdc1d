// What being signed in costs, how soon the end of a session is known elsewhere, and that passwords keep nobody waiting.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline/promises'
import { after, before, describe, test } from 'node:test'
import { hasher, usualCost } from '../../src/identity/passwords.ts'
import { password, somebody } from './mailbox.ts'
import { emptyClub, type ServedClub } from './served.ts'

describe('speed', () => {
  let at: ServedClub
  before(async () => { at = await emptyClub() })
  after(() => at.end())
  const looked = (): number => at.seen.reduce((sum, o) => sum + (o.kind === 'request' && o.path === '/api/notes' ? o.ran.filter(r => r.text.includes('"sessions"') || r.text.includes('"api_keys"')).length : 0), 0)

  test('a signed-in request costs no statement beside its own, by token, cookie, key or access token', async t => {
    const { token } = await somebody(at, 'anna@example.com')
    const app = (await at.call('sign-in', { login: 'anna@example.com', password, as: 'app' })).body.token, key = (await at.call('create-key', { name: 'k' }, { token })).body.key
    const { cookie } = await at.call('sign-in', { login: 'anna@example.com', password, as: 'cookie' })
    for (const [how, who] of Object.entries({ token: { token }, app: { token: app }, key: { token: key }, cookie: { cookie } })) {
      await at.ask('GET', '/api/notes', who)
      const before = looked(), begun = performance.now(), many = 40
      for (let i = 0; i < many; i++) assert.equal((await at.ask('GET', '/api/notes', who)).status, 200)
      const seconds = (performance.now() - begun) / 1000, cost = looked() - before
      t.diagnostic(`${how}: ${many} requests in ${seconds.toFixed(1)} s, ${cost} statements to find out who asks`)
      // Behind the caller's back, every two and a half seconds at most.
      assert.ok(cost <= Math.ceil(seconds / 2.5), `${how}: ${cost}`)
      const last = at.seen.findLast(o => o.kind === 'request' && o.path === '/api/notes')
      assert.equal(last?.kind === 'request' ? last.statements : null, 1)
    }
  })

  test('others who sign in, renew and sign out cost who is signed in nothing', async () => {
    const { token } = await somebody(at, 'carl@example.com'), { token: other } = await somebody(at, 'dora@example.com')
    await at.ask('GET', '/api/notes', { token })
    const before = looked(), begun = performance.now()
    for (let i = 0; i < 5; i++) {
      const renewed = (await at.call('refresh', {}, { token: i === 0 ? other : (await at.call('sign-in', { login: 'dora@example.com', password })).body.token })).body.token
      assert.equal((await at.ask('GET', '/api/notes', { token })).status, 200)
      await at.call('sign-out', {}, { token: renewed })
      assert.equal((await at.ask('GET', '/api/notes', { token })).status, 200)
    }
    assert.ok(looked() - before <= Math.ceil((performance.now() - begun) / 2500))
    // Whoever asks while they are signed out is not believed afterwards.
    const mine = (await at.call('sign-in', { login: 'dora@example.com', password })).body.token
    let ended = false
    const asking = Promise.all(Array.from({ length: 4 }, async () => { while (!ended) await at.ask('GET', '/api/notes', { token: mine }) }))
    await at.call('sign-out', {}, { token: mine })
    const after = await Promise.all(Array.from({ length: 4 }, () => at.ask('GET', '/api/notes', { token: mine })))
    ended = true
    await asking
    assert.deepEqual(after.map(a => a.status), [401, 401, 401, 401])
  })

  test('a session that ends in one process ends in the other within seconds', async t => {
    const other = spawn(process.execPath, ['-C', 'backwright-source', path.join(import.meta.dirname, 'second.ts'), at.url], { stdio: ['pipe', 'pipe', 'inherit'] })
    try {
      const { value: there } = await createInterface({ input: other.stdout })[Symbol.asyncIterator]().next() as { value: string }
      const { token } = await somebody(at, 'ben@example.com'), elsewhere = () => fetch(`${there}/api/notes`, { headers: { authorization: `Bearer ${token}` } }).then(r => r.status)
      const key = (await at.call('create-key', { name: 'k' }, { token })).body, byKey = () => fetch(`${there}/api/notes`, { headers: { authorization: `Bearer ${key.key}` } }).then(r => r.status)
      assert.deepEqual([await elsewhere(), await byKey()], [200, 200])
      await at.ask('DELETE', `/api/api-keys/${key.id}`, { token })
      assert.equal((await at.call('sign-out', {}, { token })).status, 204)
      const ended = performance.now()
      assert.equal((await at.ask('GET', '/api/notes', { token })).status, 401, 'here at once')
      while (await elsewhere() === 200 || await byKey() === 200) {
        assert.ok(performance.now() - ended < 7000, 'still signed in elsewhere')
        await new Promise(go => setTimeout(go, 100))
      }
      t.diagnostic(`ended elsewhere after ${((performance.now() - ended) / 1000).toFixed(1)} s`)
    } finally {
      other.stdin.end()
      await new Promise(go => other.once('exit', go))
    }
  })

  test('passwords at their real cost stand in line: requests, files and timers go on meanwhile', async t => {
    const hashes = hasher(usualCost), order: string[] = []
    const all = Promise.all(Array.from({ length: 6 }, (_, i) => hashes.hash(`the password number ${i}`))).then(made => { order.push('hashes'); return made })
    let late = 0, last = performance.now()
    const timer = setInterval(() => { late = Math.max(late, performance.now() - last - 5); last = performance.now() }, 5)
    for (let i = 0; i < 5; i++) await at.ask('GET', '/api/notes')
    order.push('requests')
    await Promise.all(Array.from({ length: 5 }, () => readFile(import.meta.filename)))
    order.push('files')
    const [first = ''] = await all
    clearInterval(timer)
    assert.match(first, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    t.diagnostic(`${order.join(', ')}; the event loop was ${late.toFixed(0)} ms late at most`)
    assert.deepEqual(order, ['requests', 'files', 'hashes'])
  })
})
