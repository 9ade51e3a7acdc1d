// `npm run bench:growth`: whether cost grows with what is asked and not with what is kept. The same requests over the shop's data and over ten times as much, and the first page beside a deep one,
// turn by turn; what is compared is PostgreSQL's processor time, since nothing else knows how much is kept. Ends with 1 where a request costs 1.3 times as much.   --factor 0.1  the smaller of the two data sets
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import * as jose from 'jose'
import pg from 'pg'
import shop from '../examples/shop/shop.ts'
import { compileModel } from '../src/define/index.ts'
import { applyPlan, planOf } from '../src/migrate/index.ts'
import { createDatabase, embedded } from '../src/stores/postgres/embedded/index.ts'
import { fill } from './data.ts'
import type { FromPeer, Settings } from './peer.ts'
import { backends, between } from '../src/cli/bench/index.ts'
import { staff, workloads } from './workloads.ts'

const { values: given } = parseArgs({ options: { factor: { type: 'string', default: '0.1' }, rounds: { type: 'string', default: '25' } } })
const factor = Number(given.factor), rounds = Number(given.rounds), most = 1.3
await using leaving = new AsyncDisposableStack()
const folder = mkdtempSync(path.join(tmpdir(), 'backwright-bench-')), data = path.join(folder, 'data')
leaving.defer(() => { rmSync(folder, { recursive: true, force: true }) })
const server = await embedded(data, { throwaway: true, settings: { shared_buffers: '512MB' } })
leaving.defer(() => server.release())
const secret = 'only for as long as the bench runs: nobody else sees it'
const authorization = `Bearer ${await new jose.SignJWT({ sub: staff, roles: [staff] }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('2h').sign(new TextEncoder().encode(secret))}`
const { model } = compileModel(shop)

interface Side { readonly factor: number; readonly get: (at: string) => Promise<string> }
async function side(name: string, of: number): Promise<Side> {
  const database = await createDatabase(server, name), admin = new pg.Client(database)
  await admin.connect()
  await applyPlan(admin, await planOf(admin, model))
  await fill(admin, of)
  await admin.end()
  const settings: Settings = { database, secret, log: false }
  const child = fork(path.join(import.meta.dirname, 'ours', 'server.ts'), { env: { ...process.env, NODE_ENV: 'production', BENCH_SETTINGS: JSON.stringify(settings) }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: ['-C', 'backwright-source'] })
  leaving.defer(() => new Promise<void>(resolve => { child.once('exit', () => { resolve() }); child.disconnect() }))
  const { port } = await told<FromPeer & { kind: 'listening' }>(child)
  return {
    factor: of,
    async get(at) {
      const response = await fetch(`http://127.0.0.1:${port}${at}`, { headers: { authorization } })
      if (response.status !== 200) throw new Error(`${at} was answered ${response.status}`)
      return response.text()
    },
  }
}
const told = <T>(child: ChildProcess): Promise<T> => new Promise((resolve, reject) => {
  const gone = (): void => { reject(new Error('a process of the bench ended')) }
  child.once('exit', gone)
  child.once('message', message => { child.off('exit', gone); resolve(message as T) })
})

/** Microseconds of PostgreSQL's processor time per request, of each, over many short turns: the median, and that of the second per the first. */
async function compare(what: string, sides: readonly [readonly [Side, readonly string[]], readonly [Side, readonly string[]]]): Promise<boolean> {
  const costs: number[][] = [[], []]
  const next = [0, 0]
  for (let round = -8; round < rounds; round++) {
    for (const i of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const [of, paths] = sides[i] ?? sides[0], before = backends(data), each = 80
      // Eight at a time: one alone would mostly wake processes up.
      await Promise.all(Array.from({ length: 8 }, async () => { for (let n = 0; n < each / 8; n++) await of.get(paths[(next[i] = (next[i] ?? 0) + 1) % paths.length] ?? '') }))
      const cost = (between(before, backends(data)) ?? 0) / each
      if (round >= 0) costs[i]?.push(cost)
    }
  }
  const median = (xs: readonly number[] = []): number => xs.toSorted((a, b) => a - b)[Math.floor(xs.length / 2)] ?? Number.NaN
  const ratio = median(costs[1]?.map((c, i) => c / (costs[0]?.[i] ?? Number.NaN))), fine = ratio < most
  console.log(`${what.padEnd(84)} ${median(costs[0]).toFixed(0).padStart(6)} ${median(costs[1]).toFixed(0).padStart(6)} µs  ${ratio.toFixed(2)}${fine ? '' : '  MISSES 1.3'}`)
  return fine
}

const small = await side('small', factor), large = await side('large', 10 * factor)
const results: boolean[] = []
for (const w of workloads.filter(x => ['W1', 'W2', 'W3', 'W4'].includes(x.name))) {
  // Of the pages the first: in the smaller data a category has no other.
  const paths = async (of: Side): Promise<readonly string[]> => (await w.requests({ factor: of.factor, cursors: () => Promise.resolve([]) })).map(a => a.path).filter(p => !/page\[number\]=[^1]/.test(p))
  results.push(await compare(`${w.name} ${w.title}: ten times the data`, [[small, await paths(small)], [large, await paths(large)]]))
}
const list = '/api/orders?sort=id&page[size]=20'
let cursor = ''
for (let page = 0; page < Math.min(200, 500 * factor); page++) cursor = (JSON.parse(await large.get(`/api/orders?sort=id&page[size]=100${cursor === '' ? '' : `&page[after]=${cursor}`}`)) as { page: { next: string } }).page.next
const deep = `${list}&page[after]=${cursor}`, second = `${list}&page[after]=${(JSON.parse(await large.get(list)) as { page: { next: string } }).page.next}`
results.push(await compare('a page by cursor: the second, and one thousands of rows deep', [[large, [second]], [large, [deep]]]))
if (results.includes(false)) process.exitCode = 1
