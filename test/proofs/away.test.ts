// The database goes away under the running server and comes back; clients go away; statements take too long.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { testServer } from '../server.ts'
import { ownServer, product, staff, type OwnServer, type Product } from './product.ts'
import { idOf } from './shop.ts'

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

describe('a database that is killed', () => {
  let server: OwnServer
  let p: Product
  before(async () => {
    server = await ownServer({})
    p = await product(server.config, { orders: 50 })
  })
  after(async () => {
    await p.end()
    await server.end()
  })

  test('requests fail clearly while it is gone, and work again when it is back, without a restart of ours', async () => {
    const boss = await staff()
    const target = `/api/orders/${idOf('order', 3)}`
    assert.equal((await p.ask(boss, target)).status, 200)
    const pid = Number(readFileSync(path.join(server.folder, 'postmaster.pid'), 'utf8').split('\n', 1)[0])
    process.kill(pid, 'SIGKILL')
    const met = new Set<string>()
    let refused = 0
    let unready = 0
    let back = false
    // Asked on its own, often: the database may be back before the slowest of the others has failed.
    const watch = (async () => {
      while (!back) {
        if ((await p.ask(null, '/ready')).status !== 200) unready++
        await pause(2)
      }
    })()
    for (let until = Date.now() + 30_000; Date.now() < until;) {
      const all = await Promise.all([p.ask(boss, target), p.ask(boss, '/api/orders?page[size]=1'), p.ask(boss, target, { method: 'PATCH', body: { note: 'x' } }), p.ask(boss, '/api/orders/aggregate?measure=count')])
      for (const a of all) {
        if (a.status === 200) continue
        const problem = JSON.parse(a.text) as { code: string; detail: string }
        met.add(`${a.status} ${problem.code}`)
        assert.ok(a.headers.get('retry-after'), a.text)
        assert.doesNotMatch(problem.detail, /ECONN|ENOENT|\/tmp|sock/)
        refused++
      }
      if (refused > 0 && all.every(a => a.status === 200)) break
      await pause(5)
    }
    back = true
    await watch
    assert.ok(refused > 0, 'nobody noticed')
    assert.deepEqual([...met].filter(m => m !== '503 store.down'), [])
    assert.ok(unready > 0, '/ready said yes without a database')
    assert.equal((await p.ask(null, '/health')).status, 200)
    for (let i = 0; i < 20; i++) assert.equal((await p.ask(boss, target)).status, 200)
  })
})

describe('patience', () => {
  let fresh: Awaited<ReturnType<Awaited<ReturnType<typeof testServer>>['freshDatabase']>>
  let p: Product
  before(async () => {
    fresh = await (await testServer()).freshDatabase()
    p = await product(fresh.config, { orders: 50, server: { answerMs: 400 } })
  })
  after(async () => {
    await p.end()
    await fresh.drop()
  })
  /** Statements of the product that are being carried out now. */
  const running = async (): Promise<number> => {
    const { rows } = await p.client.query<{ n: number }>(`select count(*)::int as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state = 'active'`)
    return rows[0]?.n ?? 0
  }
  const settled = async (wanted: (n: number) => boolean, what: string): Promise<void> => {
    for (const until = Date.now() + 8000; !wanted(await running());) {
      assert.ok(Date.now() < until, what)
      await pause(20)
    }
  }

  test('a statement that outlasts the deadline of its request is a 504, and does not run on', async () => {
    const boss = await staff()
    await p.ask(boss, '/api/letters?page[size]=1')
    const giveBack = await p.lock('letters')
    for (const target of ['/api/letters/aggregate?measure=count,max(body)', '/api/letters?count=exact']) {
      const { status, text } = await p.ask(boss, target)
      assert.equal(status, 504, text)
      assert.equal((JSON.parse(text) as { code: string }).code, 'store.timeout')
    }
    await settled(n => n === 0, 'statements run on though nobody waits for them')
    await giveBack()
    assert.equal((await p.ask(boss, '/api/letters/aggregate?measure=count')).status, 200)
  })

  test('a client that goes away takes its long statement with it', async () => {
    const boss = await staff()
    await p.ask(boss, '/api/letters?page[size]=1')
    const giveBack = await p.lock('letters')
    const leaving = new AbortController()
    const asked = p.ask(boss, '/api/letters/aggregate?measure=count,max(body)', { signal: leaving.signal }).then(() => 'answered', () => 'left')
    await settled(n => n > 0, 'the statement did not begin')
    leaving.abort()
    assert.equal(await asked, 'left')
    await settled(n => n === 0, 'the statement runs on though nobody waits for it')
    await giveBack()
    for (const until = Date.now() + 3000; ;) {
      if (p.seen.some(o => o.kind === 'request' && o.gone)) break
      assert.ok(Date.now() < until, 'the log does not say that the caller went away')
      await pause(10)
    }
    assert.equal((await p.ask(boss, '/api/letters/aggregate?measure=count')).status, 200)
  })
})
