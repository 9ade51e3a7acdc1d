// Idempotency-Key: carried out once and answered again, bytes and all, whoever dies in between.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once as happens } from 'node:events'
import path from 'node:path'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { createEngine } from '../../src/engine/index.ts'
import { Failure } from '../../src/failure/index.ts'
import { speakTypeScript } from '../../src/protocols/db/index.ts'
import { postgresStore } from '../../src/stores/postgres/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { model, served, tokenOf, type Served } from '../actions/served.ts'

let at: Served
before(async () => { at = await served() })
after(() => at.end())

const key = (): { 'idempotency-key': string } => ({ 'idempotency-key': randomUUID() })
/** What of an answer is the same again: all but what each request has of its own. */
async function told(response: Response): Promise<{ readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string; readonly replayed: boolean }> {
  const { 'x-request-id': _, date: __, 'idempotent-replayed': replayed, connection: ___, 'keep-alive': ____, ...headers } = Object.fromEntries(response.headers)
  return { status: response.status, headers, body: await response.text(), replayed: replayed === 'true' }
}
const create = (who: string, name: string, headers: Record<string, string>, more: object = {}): Promise<Response> => at.ask(who, 'POST', '/api/accounts', { name, owner: 'anna', ...more }, headers)
const named = async (name: string): Promise<number> => at.system.account.count({ where: { name } })

test('a repeat gets the same status, headers and bytes, and writes nothing', async () => {
  const k = key()
  const first = await told(await create('clerk', 'once 1', k))
  assert.deepEqual([first.status, first.replayed, first.headers['idempotency-key']], [201, false, k['idempotency-key']])
  for (let i = 0; i < 3; i++) assert.deepEqual(await told(await create('clerk', 'once 1', k)), { ...first, replayed: true })
  assert.equal(await named('once 1'), 1)
  // As the draft writes it, in quotes, it is the same key.
  assert.equal((await told(await create('clerk', 'once 1', { 'idempotency-key': `"${k['idempotency-key']}"` }))).replayed, true)
})

test('changes, deletes and actions too', async () => {
  const account = await at.system.account.create({ name: 'once 2', owner: 'anna', balance: 10 }), to = await at.system.account.create({ name: 'once 3', owner: 'ben' })
  const [patch, call, remove] = [key(), key(), key()]
  const changed = await told(await at.ask('clerk', 'PATCH', `/api/accounts/${account.id}`, { balance: { add: 5 } }, patch))
  assert.deepEqual(await told(await at.ask('clerk', 'PATCH', `/api/accounts/${account.id}`, { balance: { add: 5 } }, patch)), { ...changed, replayed: true })
  const moved = await told(await at.ask('anna', 'POST', '/api/actions/move', { from: account.id, to: to.id, amount: 4 }, call))
  assert.equal(moved.status, 200)
  assert.deepEqual(await told(await at.ask('anna', 'POST', '/api/actions/move', { from: account.id, to: to.id, amount: 4 }, call)), { ...moved, replayed: true })
  assert.deepEqual([(await at.system.account.get(account.id))?.balance, (await at.system.account.get(to.id))?.balance], [11, 4])
  const spare = await at.system.account.create({ name: 'once 4', owner: 'anna' })
  const gone = await told(await at.ask('clerk', 'DELETE', `/api/accounts/${spare.id}`, undefined, remove))
  assert.deepEqual([gone.status, gone.body], [204, ''])
  assert.deepEqual(await told(await at.ask('clerk', 'DELETE', `/api/accounts/${spare.id}`, undefined, remove)), { ...gone, replayed: true })
  const hook = key()
  const took = await told(await at.ask(null, 'POST', '/hooks/bank/x', 'once', hook))
  assert.equal(took.status, 202)
  assert.deepEqual(await told(await at.ask(null, 'POST', '/hooks/bank/x', 'once', hook)), { ...took, replayed: true })
})

test('another request with the key is refused: another body, address or condition', async () => {
  const k = key()
  const { body } = await told(await create('clerk', 'once 5', k))
  const { id } = JSON.parse(body) as { id: string }
  for (const other of [
    () => create('clerk', 'once 6', k), () => at.ask('clerk', 'POST', '/api/accounts?fields=id', { name: 'once 5', owner: 'anna' }, k), () => at.ask('clerk', 'PATCH', `/api/accounts/${id}`, { name: 'once 5', owner: 'anna' }, k),
    () => at.ask('clerk', 'POST', '/api/accounts', ' {"name":"once 5","owner":"anna"}', { ...k, 'content-type': 'application/json' }),
  ]) {
    const { status, body: why } = await told(await other())
    assert.deepEqual([status, (JSON.parse(why) as { code: string }).code], [422, 'request.reused'])
  }
  assert.equal(await named('once 6'), 0)
  // Somebody else's key of the same spelling is another.
  assert.equal((await told(await at.ask('clerk', 'POST', '/api/accounts', { name: 'once 7', owner: 'x' }, key()))).status, 201)
  const mine = await told(await at.ask('anna', 'POST', '/api/actions/odd', { how: 'parallel' }, k))
  assert.deepEqual([mine.status, mine.replayed], [200, false])
})

test('in flight is said at once, and its answer given afterwards', async () => {
  const k = key(), ask = () => at.ask('anna', 'POST', '/api/actions/odd', { how: 'forgets', price: '3' }, k)
  // Whoever carries it out takes as long as it likes: nobody waits for it.
  await at.client.query(`begin; select pg_advisory_xact_lock(hashtextextended('idempotency ["anna","${k['idempotency-key']}"]', 0))`)
  const busy = await ask()
  assert.deepEqual([busy.status, busy.headers.get('retry-after'), (await busy.json() as { code: string }).code], [409, '1', 'request.inFlight'])
  await at.client.query('rollback')
  const first = await told(await ask())
  assert.deepEqual([first.status, first.replayed], [200, false])
  assert.deepEqual(await told(await ask()), { ...first, replayed: true })
})

test('fifty equal requests at once are one row', async () => {
  const k = key()
  const answers = await Promise.all(Array.from({ length: 50 }, async () => told(await create('clerk', 'once fifty', k))))
  const codes = new Set(answers.map(a => (a.status === 201 ? 201 : (JSON.parse(a.body) as { code: string }).code)))
  for (const code of codes) assert.ok(code === 201 || code === 'request.inFlight', String(code))
  const made = answers.filter(a => a.status === 201)
  assert.ok(made.length >= 1)
  assert.equal(new Set(made.map(a => a.body)).size, 1)
  assert.equal(made.filter(a => !a.replayed).length, 1)
  assert.equal(await named('once fifty'), 1)
})

test('a refusal that would be the same again is kept; one of this moment is not', async () => {
  const account = await at.system.account.create({ name: 'once 8', owner: 'anna', balance: 1 }), to = await at.system.account.create({ name: 'once 9', owner: 'ben' })
  const asked: readonly (readonly [string, string, string, object, number, string])[] = [
    ['clerk', 'POST', '/api/accounts', { name: 'x'.repeat(50), owner: 'anna' }, 422, 'resolve.value'],
    ['clerk', 'POST', '/api/accounts', { name: 'once 8', owner: 'anna' }, 409, 'row.duplicate'],
    ['clerk', 'PATCH', '/api/accounts/00000000-0000-7000-8000-000000000000', { balance: 1 }, 404, 'row.missing'],
    ['anna', 'POST', '/api/accounts', { name: 'once 10', owner: 'anna' }, 403, 'caller.forbidden'],
    ['anna', 'POST', '/api/actions/transfer', { from: account.id, to: to.id, amount: 9 }, 409, 'bank.tooLittle'],
  ]
  for (const [who, method, address, body, status, code] of asked) {
    const k = key()
    const first = await told(await at.ask(who, method, address, body, k))
    assert.deepEqual([first.status, (JSON.parse(first.body) as { code: string }).code], [status, code])
    assert.deepEqual(await told(await at.ask(who, method, address, body, k)), { ...first, replayed: true }, code)
  }
  // Not kept: a version that is stale now, a mistake of ours, nobody known.
  const stale = key()
  assert.equal((await at.ask('clerk', 'PATCH', `/api/accounts/${account.id}`, { balance: 2 }, { ...stale, 'if-match': '"9"' })).status, 412)
  assert.equal((await at.ask('clerk', 'PATCH', `/api/accounts/${account.id}`, { balance: 2 }, { ...stale, 'if-match': '"1"' })).status, 200)
  const broken = key()
  for (let i = 0; i < 2; i++) assert.deepEqual([(await told(await at.ask('anna', 'POST', '/api/actions/broken', { name: 'once 11' }, broken))).replayed], [false])
  const unknown = key()
  assert.equal((await at.ask(null, 'POST', '/api/accounts', { name: 'once 12', owner: 'x' }, unknown)).status, 401)
  assert.equal((await at.client.query('select 1 from backwright_system.idempotency where key = any($1)', [[broken['idempotency-key'], unknown['idempotency-key']]])).rowCount, 0)
})

test('keys that are none, and those of somebody unknown that could be guessed', async () => {
  for (const bad of ['', 'a b', '"', '"a"b"', 'ä', 'x'.repeat(256)]) {
    const response = await create('clerk', 'once 13', { 'idempotency-key': bad }).catch(() => null)
    if (response !== null) assert.equal(response.status, 400, bad)
  }
  assert.equal((await at.ask(null, 'POST', '/api/actions/broken', { name: 'x' }, { 'idempotency-key': 'short' })).status, 400)
  assert.equal(await named('once 13'), 0)
  // Reads and long filters take no notice.
  assert.equal((await at.ask('clerk', 'GET', '/api/accounts', undefined, { 'idempotency-key': 'a b' })).status, 200)
  assert.equal((await at.ask('clerk', 'POST', '/api/accounts/query', {}, key())).headers.get('idempotency-key'), null)
})

test('an answer is kept for its time, then forgotten', async () => {
  const k = key()
  const first = JSON.parse((await told(await create('clerk', 'once 14', k, { balance: 0 }))).body) as { id: string }
  const { rows: [kept] } = await at.client.query<{ hours: number }>('select extract(epoch from expires_at - created_at)::float / 3600 as hours from backwright_system.idempotency where key = $1', [k['idempotency-key']])
  assert.equal(kept?.hours, 24)
  await at.client.query('update backwright_system.idempotency set expires_at = now() - interval \'1 second\' where key = $1', [k['idempotency-key']])
  await at.system.account.delete(first.id)
  const again = await told(await create('clerk', 'once 14', k, { balance: 0 }))
  assert.deepEqual([again.status, again.replayed], [201, false], again.body)
  assert.equal((await told(await create('clerk', 'once 14', k, { balance: 0 }))).replayed, true)
})

test('it costs three round trips and five statements more', async () => {
  await create('clerk', 'once 15', {})
  await create('clerk', 'once 16', key())
  const plain = at.seen.length
  await create('clerk', 'once 17', {})
  await create('clerk', 'once 18', key())
  await new Promise(go => setTimeout(go, 20))
  const [without, withKey] = at.seen.slice(plain).filter(o => o.kind === 'request')
  assert.equal(without?.statements, 1)
  assert.equal(withKey?.statements, 6)
  const ran = withKey?.ran ?? []
  // What is sent together is sent within a moment: begin, the lock and the look; the write; the record and the commit.
  assert.deepEqual(ran.map(r => r.text.split(' ')[0]).toSorted(), ['begin', 'commit', 'select', 'select', 'with', 'with'].toSorted())
})

test('the engine offers it to every protocol, over the memory store too', async () => {
  const engine = await createEngine({ model, store: memoryStore(model), speak: speakTypeScript })
  const system = engine.system('tries'), run = () => ({ deadline: performance.now() + 5000 })
  let done = 0
  const ask = (fingerprint: string) => engine.once({ key: 'k', fingerprint }, system, run(), async on => {
    await on.write({ kind: 'create', entity: 'account', key: null, body: { name: `memory ${++done}`, owner: 'x' }, origin: 'code', expect: null }, system, run())
    return { status: 201, headers: { a: 'b' }, body: ['done ', Buffer.from('ü')] }
  }, f => ({ status: f.row.status, headers: {}, body: [f.code] }))
  assert.deepEqual((await ask('f')).replayed, false)
  const { reply, replayed } = await ask('f')
  assert.deepEqual([replayed, reply.status, reply.headers, Buffer.concat(reply.body.map(p => Buffer.from(p))).toString()], [true, 201, { a: 'b' }, 'done ü'])
  assert.equal(done, 1)
  await assert.rejects(ask('g'), (e: unknown) => e instanceof Failure && e.code === 'request.reused')
})

test('a record that is committed between the snapshot and the lock is found, whatever the isolation', async () => {
  for (const isolation of ['read committed', 'repeatable read', 'serializable'] as const) {
    const store = await postgresStore({ model, connection: at.config as never })
    const key = `between ${isolation}`.replaceAll(' ', '-'), name = `between ${isolation}`
    const caller = { id: 'anna', roles: new Set(['clerk']), claims: {}, until: null }, run = () => ({ deadline: performance.now() + 10_000 })
    let met = false
    // Another process is done with the same request at just that moment.
    const engine = await createEngine({ model, speak: speakTypeScript, store: {
      ...store,
      within: (r, work, how) => store.within(r, session => work({
        ...session,
        lock: async (lock, inner) => {
          const mine = await session.lock(lock, inner)
          if (!met) {
            await at.client.query(`insert into backwright_system.idempotency (caller, key, fingerprint, status, headers, body, created_at, expires_at)
              values ('anna', $1, 'f', 201, '{"a":"b"}', 'theirs', now(), now() + interval '1 hour')`, [key])
            met = true
          }
          return mine
        },
        read: async (operation, values, inner) => {
          while (!met) await new Promise(go => setTimeout(go, 5))
          return session.read(operation, values, inner)
        },
      }), how),
    } })
    try {
      const { reply, replayed } = await engine.once({ key, fingerprint: 'f', isolation }, caller, run(), async on => {
        await on.write({ kind: 'create', entity: 'account', key: null, body: { name, owner: 'x' }, origin: 'code', expect: null }, caller, run())
        return { status: 201, headers: {}, body: ['mine'] }
      }, () => ({ status: 500, headers: {}, body: [] }))
      assert.deepEqual([replayed, reply.headers, Buffer.concat(reply.body.map(p => Buffer.from(p))).toString()], [true, { a: 'b' }, 'theirs'], isolation)
      assert.equal(await named(name), 0)
    } finally { await store.close() }
  }
})

test('a refusal is told when it is kept: what comes between it and its record is the answer instead', async () => {
  const caller = { id: 'anna', roles: new Set(['clerk']), claims: {}, until: null }, run = () => ({ deadline: performance.now() + 10_000 })
  const lock = (key: string): string => `idempotency ["anna","${key}"]`
  const ways: Readonly<Record<string, { readonly between?: (key: string) => Promise<unknown>; readonly within?: 'killed' | 'unanswered'; readonly told: readonly unknown[]; readonly next: readonly unknown[] }>> = {
    // A repeat that came after the lock was given back found the name free, and was answered that.
    done: {
      between: key => at.client.query(`insert into backwright_system.idempotency (caller, key, fingerprint, status, headers, body, created_at, expires_at) values ('anna', $1, 'f', 201, '{}', 'ZG9uZQ', now(), now() + interval '1 hour')`, [key]),
      told: [201, true], next: [201, true],
    },
    flying: { between: key => at.client.query(`begin; select pg_advisory_xact_lock(hashtextextended('${lock(key)}', 0))`), told: ['request.inFlight'], next: ['row.duplicate'] },
    killed: { within: 'killed', told: ['store.down', {}], next: ['row.duplicate'] },
    // Kept or not, of the write nothing is in doubt.
    unanswered: { within: 'unanswered', told: ['store.down', {}], next: [409, true] },
  }
  const kill = async (key: string): Promise<void> => {
    const { rowCount } = await at.client.query(`select pg_terminate_backend(pid, 5000) from pg_locks where locktype = 'advisory' and (classid::bigint << 32 | objid::bigint) = hashtextextended($1, 0)`, [lock(key)])
    assert.equal(rowCount, 1)
  }
  await at.system.account.create({ name: 'once refused', owner: 'anna' })
  for (const [name, { between, within, told: due, next }] of Object.entries(ways)) {
    const store = await postgresStore({ model, connection: at.config as never }), key = `refused-${name}`
    let entered = 0
    const engine = await createEngine({ model, speak: speakTypeScript, store: {
      ...store,
      within: async (r, work, how) => {
        const second = ++entered === 2
        if (second) await between?.(key)
        const done = await store.within(r, session => work({ ...session, write: async (operation, values, inner) => { if (second && within === 'killed') await kill(key); return session.write(operation, values, inner) } }), how)
        if (second && within === 'unanswered') throw new Failure('store.down', 'the answer to the commit was lost', { facts: { outcome: 'unknown' } })
        return done
      },
    } })
    const ask = () => engine.once({ key, fingerprint: 'f' }, caller, run(), async on => {
      await on.write({ kind: 'create', entity: 'account', key: null, body: { name: 'once refused', owner: 'anna' }, origin: 'code', expect: null }, caller, run())
      return { status: 201, headers: {}, body: ['mine'] }
    }, f => ({ status: f.row.status, headers: {}, body: [f.code] })).then(({ reply, replayed }) => [reply.status, replayed], (error: unknown) => (error instanceof Failure ? [error.code, ...(error.code === 'store.down' ? [error.facts] : [])] : [String(error)]))
    try {
      assert.deepEqual(await ask(), due, name)
      await at.client.query('rollback')
      assert.deepEqual(await ask(), next, name)
      assert.deepEqual(await ask(), next.length > 1 ? next : [409, true], name)
    } finally { await store.close() }
  }
})

/** A server in a process of its own over the same database. */
async function victim(): Promise<{ readonly url: string; readonly died: Promise<unknown>; kill(): void }> {
  const child = spawn(process.execPath, ['-C', 'backwright-source', path.join(import.meta.dirname, 'victim.ts'), JSON.stringify(at.config)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const died = happens(child, 'exit')
  const [line] = await Promise.race([happens(child.stdout, 'data'), died.then(() => { throw new Error('the server did not start') })]) as [Buffer]
  return { url: String(line).trim(), died, kill: () => { child.kill('SIGKILL') } }
}

test('killed between commit and answer, the repeat gets the answer; killed before the commit, it is carried out: never twice', async () => {
  for (const when of ['late', 'early']) {
    const doomed = await victim()
    const name = `killed ${when}`, headers = { authorization: `Bearer ${await tokenOf('clerk', 'clerk')}`, 'content-type': 'application/json', 'idempotency-key': `${when}-${randomUUID()}` }
    const init = { method: 'POST', headers, body: JSON.stringify({ name, owner: 'anna' }) }
    await assert.rejects(fetch(`${doomed.url}/api/accounts`, init))
    const [, signal] = await doomed.died as [number | null, string | null]
    assert.equal(signal, 'SIGKILL')
    assert.equal(await named(name), when === 'late' ? 1 : 0)
    // The server's session may live a moment longer than its process, with the lock.
    let repeat: Response
    do { repeat = await fetch(`${at.url}/api/accounts`, init) } while (repeat.status === 409)
    assert.deepEqual([repeat.status, repeat.headers.get('idempotent-replayed')], [201, when === 'late' ? 'true' : null])
    const { id } = await repeat.json() as { id: string }
    assert.equal((await at.system.account.get(id))?.name, name)
    assert.equal(await named(name), 1)
  }
})
