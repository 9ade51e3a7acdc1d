// `npm run bench`: ours against the same written by hand and against others, in one run on one PostgreSQL, turn by turn. Bodies are compared before anything is measured.
//   --quick        two minutes      --only W1,W3   these alone      --against 'by hand',ceiling   these alone      --rounds N --ms N   so many turns of so long
//   --fsync        commits are on disk before they are answered      --factor 10    ten times the data      --log   all write their production log (to /dev/null)      --save FILE   the result also there
//   --budgets  what it costs besides too, although --only or --against is given
import { fork, type ChildProcess } from 'node:child_process'
import { openSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import * as jose from 'jose'
import pg from 'pg'
import shop from '../examples/shop/shop.ts'
import { compileModel } from '../src/define/index.ts'
import { applyPlan, planOf } from '../src/migrate/index.ts'
import { createDatabase, embedded } from '../src/stores/postgres/embedded/index.ts'
import { budgets, printBudgets } from './budgets.ts'
import { fill, keyOf, sizes } from './data.ts'
import { installPeers } from './install.ts'
import { backends, between, loadProgram, type Load, type Prepared, type Round } from '../src/cli/bench/index.ts'
import { asking, comparable, fileOf, held, moments, peers as known, type Peer } from './peers.ts'
import type { FromPeer, Settings, Usage } from './peer.ts'
import { isDeepStrictEqual } from 'node:util'
import { judge, measured, print, type Measured, type Turn } from './report.ts'
import { signedIn, staff, workloads, type Asked, type Workload } from './workloads.ts'

const { values: given } = parseArgs({ options: {
  quick: { type: 'boolean', default: false }, only: { type: 'string' }, factor: { type: 'string', short: 'f', default: '1' }, rounds: { type: 'string' }, ms: { type: 'string' },
  log: { type: 'boolean', default: false }, fsync: { type: 'boolean', default: false }, save: { type: 'string' }, connections: { type: 'string', default: '16' }, against: { type: 'string' }, budgets: { type: 'boolean', default: false },
} })
const factor = Number(given.factor), connections = Number(given.connections)
const wanted = given.only?.split(',') ?? workloads.map(w => w.name)
const chosen = workloads.filter(w => wanted.includes(w.name))
const against = given.against?.split(',') ?? known.filter(p => !given.quick || !p.installed).map(p => p.name)
const named = known.filter(p => p.name === 'ours' || against.includes(p.name))
// Many short turns: what else the machine does falls on all alike.
const all = chosen.reduce((sum, w) => sum + named.filter(p => p.only?.includes(w.name) ?? true).length, 0)
const rounds = Number(given.rounds ?? (given.quick ? 9 : 21)), ms = Number(given.ms ?? (given.quick ? Math.max(150, Math.floor(55_000 / (rounds + 1) / all)) : 1000))
if (chosen.length === 0 || named.length < 2 || !(factor >= 1) || !(rounds >= 1) || !(ms >= 100)) {
  console.error(`Nothing to measure. There are ${workloads.map(w => w.name).join(', ')}, and ${known.map(p => p.name).join(', ')}.`)
  process.exit(2)
}

await using leaving = new AsyncDisposableStack()
const folder = mkdtempSync(path.join(tmpdir(), 'backwright-bench-'))
leaving.defer(() => rmSync(folder, { recursive: true, force: true }))
// Memory for all of the data; and what is written is not waited for unless said, so that it is processors that are measured.
const server = await embedded(path.join(folder, 'data'), { throwaway: !given.fsync, onProgress: line => console.error(line), settings: { shared_buffers: '512MB' } })
leaving.defer(() => server.release())
const database = await createDatabase(server, 'bench')
const began = performance.now()
const admin = new pg.Client(database)
await admin.connect()
leaving.defer(() => admin.end())
const { model } = compileModel(shop)
await applyPlan(admin, await planOf(admin, model))
await fill(admin, factor)
const { rows: [about] } = await admin.query<{ version: string; size: string }>(`select current_setting('server_version') as version, pg_size_pretty(pg_database_size(current_database())) as size`)
console.error(`${sizes(factor).orders} orders, ${about?.size}, made in ${((performance.now() - began) / 1000).toFixed(0)} s`)

const secret = 'only for as long as the bench runs: nobody else sees it'
const token = (claims: jose.JWTPayload): Promise<string> => new jose.SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('2h').sign(new TextEncoder().encode(secret))
const tokens = new Map([[staff, await token({ sub: staff, roles: [staff] })]])
for (let i = 1; i <= signedIn; i++) {
  const name = `c${i * (sizes(factor).hot / signedIn)}`
  tokens.set(name, await token({ sub: name, email: `${name}@example.com`, email_verified: true }))
}

if (named.some(p => p.installed)) installPeers(path.join(import.meta.dirname, 'peers'))

interface Running { readonly peer: Peer; readonly port: number; readonly cold: number; usage(): Promise<Usage> }
const running: Running[] = []
for (const peer of named) running.push(await started(peer))

async function started(peer: Peer): Promise<Running> {
  if (peer.prepare !== undefined) await admin.query(readFileSync(path.join(import.meta.dirname, peer.prepare), 'utf8'))
  const begin = performance.now()
  const settings: Settings = { database, secret, log: given.log }
  const profile = process.env['BENCH_PROFILE']
  // Ours with the memory that its own command starts it with.
  const lean = peer.file.startsWith('ours/')
  const child = fork(fileOf(peer), {
    env: { ...process.env, NODE_ENV: 'production', ...(lean ? { MALLOC_ARENA_MAX: '1' } : {}), BENCH_SETTINGS: JSON.stringify(settings) }, stdio: ['ignore', openSync('/dev/null', 'w'), 'inherit', 'ipc'],
    execArgv: [...(lean ? ['--max-semi-space-size=8'] : []), ...(peer.installed ? [] : ['-C', 'backwright-source']), ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${path.join(profile, peer.name)}`])],
  })
  leaving.defer(() => ended(child))
  const { port } = await answer<FromPeer & { kind: 'listening' }>(child)
  await body(port, { as: staff, path: '/api/orders/00000000-0000-7000-8000-000000000000', body: null })
  const cold = performance.now() - begin
  return { peer, port, cold, usage: async () => { child.send({}); return (await answer<FromPeer & { kind: 'usage' }>(child)).usage } }
}

function answer<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new Error('a process of the bench ended'))
    child.once('exit', gone)
    child.once('message', message => {
      child.off('exit', gone)
      const failed = (message as { error?: string }).error
      if (failed === undefined) resolve(message as T)
      else reject(new Error(failed))
    })
  })
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise(resolve => { child.once('exit', () => resolve()); if (child.connected) child.disconnect(); else resolve() })
}

interface Sent { readonly path: string; readonly as: string; readonly body: string | null }
async function body(port: number, { path: at, as, body: content }: Sent): Promise<{ readonly status: number; readonly text: string }> {
  const headers = { authorization: `Bearer ${tokens.get(as)}`, 'accept-encoding': 'identity', ...(content === null ? {} : { 'content-type': 'application/json' }) }
  const response = await fetch(`http://127.0.0.1:${port}${at}`, { headers, ...(content === null ? {} : { method: 'POST', body: content }) })
  return { status: response.status, text: await response.text() }
}

/** A request's bytes. */
function written({ path: at, as, body: content }: Sent): string {
  const head = `${content === null ? 'GET' : 'POST'} ${at} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${tokens.get(as)}\r\n`
  return content === null ? `${head}\r\n` : `${head}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(content)}\r\n\r\n${content}`
}

const load = fork(loadProgram, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
leaving.defer(() => ended(load))
const ask = <T>(message: Prepared | Round): Promise<T> => { load.send(message); return answer<T>(load) }

/** The cursors that a server hands out, page after page: each knows its own only. */
const cursorsOf = (port: number) => async (list: string, as: string, pages: number): Promise<string[]> => {
  const found: string[] = []
  for (let at = list; found.length < pages; at = `${list}&page[after]=${found.at(-1)}`) {
    const { page } = JSON.parse((await body(port, { path: at, as, body: null })).text) as { page: { next: string | null } }
    if (page.next === null) break
    found.push(page.next)
  }
  return found
}

function difference(name: string, a: string, b: string): string {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return [['ours', a], [name, b]].map(([who = '', text = '']) => `${who}: …${text.slice(Math.max(0, at - 100), at + 100)}…`).join('\n')
}

/** What is asked of one of them, two hundred of its answers compared with ours to the same. */
async function checked(workload: Workload, r: Running, reference: readonly Asked[], ours: Running): Promise<{ readonly requests: readonly string[]; readonly status: number; readonly bytes: number }> {
  const { peer } = r
  const mine = peer.speaks ? reference : await workload.requests({ factor, cursors: cursorsOf(r.port) })
  if (mine.length !== reference.length) throw new Error(`${workload.name}: ${peer.name} gives not equally many pages`)
  const pairs = mine.flatMap((asked, i) => { const sent = asking(peer, workload, asked), same = reference[i]; return sent && same ? [{ sent, same }] : [] })
  let bytes = 0, compared = 0
  for (let i = 0; i < pairs.length; i += Math.ceil(pairs.length / 200)) {
    const pair = pairs[i]
    if (!pair) continue
    const [a, b] = await Promise.all([body(ours.port, { ...pair.same, body: pair.same.body ?? null }), body(r.port, pair.sent)])
    const isWrite = workload.status === 201
    const { speaks } = peer
    const [x = '', y = ''] = [a, b].map(of => { const text = comparable(of.text, isWrite); return speaks || peer.loosely ? moments(text) : text })
    const equal = !speaks && !peer.loosely ? x === y : isDeepStrictEqual(held(workload, JSON.parse(x)), speaks ? speaks.read(workload.name, JSON.parse(y)) : held(workload, JSON.parse(y)))
    if (a.status !== (workload.status ?? 200) || b.status !== pair.sent.status || !equal) throw new Error(`${workload.name}: not the same answer to ${pair.sent.path}\n${difference(peer.name, `${a.status} ${x}`, `${b.status} ${y}`)}`)
    bytes += b.text.length
    compared++
  }
  return { requests: pairs.map(p => written(p.sent)), status: pairs[0]?.sent.status ?? 200, bytes: bytes / compared }
}

const results: Measured[] = []
const [ours] = running
if (!ours) throw new Error('ours is always measured')
for (const workload of chosen) {
  const reference = await workload.requests({ factor, cursors: cursorsOf(ours.port) })
  const part = running.filter(r => r.peer.only?.includes(workload.name) ?? true)
  let bytes = 0
  for (const r of part) {
    const { requests, status, bytes: each } = await checked(workload, r, reference, ours)
    if (r === ours) bytes = each
    await ask<object>({ workload: workload.name, port: r.port, requests, status, exact: status === 200 && workload.status === undefined, alike: `${workload.name} ${r.peer.speaks || r.peer.loosely ? r.peer.name : ''}` })
  }
  const turns: Turn[] = []
  for (let round = -1; round < rounds; round++) {
    // Who begins changes, so that what drifts falls on all.
    const first = (round + 1) % part.length
    for (const r of [...part.slice(first), ...part.slice(0, first)]) {
      const before = { node: await r.usage(), postgres: backends(path.join(folder, 'data')) }
      // The first turn of each warms it up: until its code is compiled, which for ours is more of it.
      const done = await ask<Load>({ workload: workload.name, port: r.port, ms, connections, ...(round < 0 ? { least: given.quick ? 3000 : 20_000, most: given.quick ? 4000 : 8_000 } : {}) })
      const node = await r.usage()
      if (round >= 0) turns.push({ peer: r.peer.name, round, done: done.done, ms: done.ms, times: done.times, node: node.cpu - before.node.cpu, memory: node.memory, postgres: between(before.postgres, backends(path.join(folder, 'data'))) })
    }
  }
  results.push(measured(workload, turns, bytes, named))
  print(results.slice(-1))
}

// A run that was narrowed is about something else.
const besides = given.budgets || (given.only === undefined && given.against === undefined) ? await budgets({
  folder, settings: { database, secret, log: false }, quick: given.quick,
  ask: async port => {
    const { status } = await body(port, { as: staff, path: `/api/orders/${keyOf('orders', 1)}`, body: null })
    if (status !== 200) throw new Error(`the published package answered ${status}`)
  },
  drive: async port => {
    // What writes comes last: after it, who was asked for gets more.
    for (const workload of workloads.toSorted((a, b) => Number(a.status !== undefined) - Number(b.status !== undefined))) {
      const requests = (await workload.requests({ factor, cursors: cursorsOf(port) })).map(asked => written({ ...asked, body: asked.body ?? null }))
      await ask<object>({ workload: workload.name, port, requests, status: workload.status ?? 200, exact: workload.status === undefined, alike: `${workload.name} published` })
      await ask<Load>({ workload: workload.name, port, ms: given.quick ? 1500 : 5000, connections })
    }
  },
}) : []
if (besides.length > 0) printBudgets(besides)

const report = {
  when: new Date().toISOString(), command: `npm run bench -- ${process.argv.slice(2).join(' ')}`.trim(), machine: `${cpus()[0]?.model.trim()} × ${cpus().length}`, node: process.version, postgres: about?.version ?? null,
  orders: sizes(factor).orders, connections, rounds, ms, log: given.log, cold: Object.fromEntries(running.map(r => [r.peer.name, Math.round(r.cold)])), workloads: results, budgets: besides,
}
const kept = path.join(import.meta.dirname, 'results')
mkdirSync(kept, { recursive: true })
for (const file of [path.join(kept, `${report.when.replaceAll(/[:.]/g, '-')}.json`), ...(given.save === undefined ? [] : [given.save])]) {
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`)
  console.log(`\n${path.relative('.', file)}`)
}
console.log(judge(report))
