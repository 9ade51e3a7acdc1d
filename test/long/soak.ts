// A server under shapes it has never seen, for ten minutes (`MINUTES=1` for another time): every cache is bounded, so memory levels off, and what is hot stays quick to find.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { test } from 'node:test'
import * as jose from 'jose'
import pg from 'pg'
import shop from '../../examples/shop/shop.ts'
import { fill } from '../../bench/data.ts'
import { compileModel } from '../../src/define/index.ts'
import { applyPlan, planOf } from '../../src/migrate/index.ts'
import { testServer } from '../server.ts'

const minutes = Number(process.env['MINUTES'] ?? 10), secret = 'of a soak, where nobody else gets in'
const fields = ['id', 'status', 'placedAt', 'shippedAt', 'note', 'total', 'customerId'], lines = ['id', 'quantity', 'price', 'productId']
const some = <T>(of: readonly T[]): T[] => of.filter(() => Math.random() < 0.5)
const one = <T>(of: readonly [T, ...T[]]): T => of[Math.floor(Math.random() * of.length)] ?? of[0]

/** A request of a shape that seldom comes twice: fields, includes, sorts and filters by chance, and names that do not exist. */
function asked(): string {
  const sort = some(fields).toSorted(() => Math.random() - 0.5).map(f => `${one(['', '-'])}${f}`)
  const filters = some(['status', 'note', 'total']).map(f => `filter[${f}][${one(['eq', 'in', 'gte', 'prefix'])}]=${f === 'total' ? Math.random() * 100 : Math.random().toString(36).slice(2)}`)
  const include = some(lines).length > 1 ? [`include[items][fields]=${['id', ...some(lines)].join(',')}`, `include[items][page][size]=${1 + Math.floor(Math.random() * 50)}`] : []
  const nonsense = Math.random() < 0.1 ? [`filter[${Math.random().toString(36).slice(2)}]=1`] : []
  return `/api/orders?${[`page[size]=${1 + Math.floor(Math.random() * 100)}`, `fields=${['id', ...some(fields)].join(',')}`, ...(sort.length ? [`sort=${sort.join(',')}`] : []), ...filters, ...include, ...nonsense].join('&')}`
}

test(`memory levels off over ${minutes} minutes of shapes by chance`, { timeout: (minutes + 3) * 60_000 }, async () => {
  const database = await (await testServer()).freshDatabase()
  const admin = new pg.Client(database.config)
  await admin.connect()
  const { model } = compileModel(shop)
  await applyPlan(admin, await planOf(admin, model))
  await fill(admin, 0.05)
  await admin.end()
  const { host, port, user, password, database: name } = database.config
  const child = fork(path.join(import.meta.dirname, '..', '..', 'bench', 'ours', 'server.ts'), {
    env: { ...process.env, BENCH_SETTINGS: JSON.stringify({ database: { host, port, user, password, database: name }, secret, log: false }) }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: ['-C', 'backwright-source'],
  })
  try {
    const [{ port: at }] = await once(child, 'message') as [{ port: number }]
    const tokens = await Promise.all(Array.from({ length: 200 }, (_, i) => new jose.SignJWT({ sub: `s${i}`, roles: ['staff'] }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('2h').sign(new TextEncoder().encode(secret))))
    const memory = async (): Promise<number> => { child.send({}); const [{ usage }] = await once(child, 'message') as [{ usage: { memory: number } }]; return usage.memory / 2 ** 20 }
    const samples: number[] = [], statuses = new Map<number, number>()
    const until = performance.now() + minutes * 60_000
    const asking = Promise.all(Array.from({ length: 8 }, async () => {
      while (performance.now() < until) {
        const { status } = await fetch(`http://127.0.0.1:${at}${asked()}`, { headers: { authorization: `Bearer ${tokens[Math.floor(Math.random() * tokens.length)]}` } }).then(async r => { await r.arrayBuffer(); return r })
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
    }))
    for (; performance.now() < until; samples.push(await memory())) await new Promise(go => setTimeout(go, minutes * 1000))
    await asking
    const most = (of: readonly number[]): number => Math.max(...of), third = Math.floor(samples.length / 3)
    const [middle, end] = [most(samples.slice(third, 2 * third)), most(samples.slice(2 * third))]
    console.log(`${[...statuses].map(([s, n]) => `${s}: ${n}`).join(', ')}; MB at most in the thirds: ${[most(samples.slice(0, third)), middle, end].map(x => x.toFixed(0)).join(', ')}`)
    assert.ok((statuses.get(200) ?? 0) > 0)
    assert.deepEqual([...statuses.keys()].filter(s => s >= 500), [])
    // Caches fill in the first third; after that nothing may grow on and on.
    assert.ok(end < middle * 1.15, `from ${middle.toFixed(0)} to ${end.toFixed(0)} MB`)
  } finally {
    child.disconnect()
    await once(child, 'exit')
    await database.drop()
  }
})
