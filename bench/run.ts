// `npm run bench`: ours against the same written by hand, in one run on one PostgreSQL, turn by turn. Bodies are compared before anything is measured.
//   --quick        two minutes      --only W1,W3   these alone      --rounds N --ms N   so many turns of so long
//   --factor 10    ten times the data      --log   both write their production log (to /dev/null)      --save FILE   the result also there
import { fork, type ChildProcess } from 'node:child_process'
import { openSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import * as jose from 'jose'
import pg from 'pg'
import shop from '../examples/shop/shop.ts'
import { compileModel } from '../src/define/index.ts'
import { applyPlan, planOf } from '../src/migrate/index.ts'
import { createDatabase, embedded } from '../src/stores/postgres/embedded/index.ts'
import { fill, sizes } from './data.ts'
import type { Load, Prepared, Round } from './load.ts'
import type { FromPeer, Settings, Usage } from './peer.ts'
import { backends, between } from './proc.ts'
import { judge, measured, print, type Measured, type Turn } from './report.ts'
import { signedIn, staff, workloads, type Asked } from './workloads.ts'

const { values: given } = parseArgs({ options: {
  quick: { type: 'boolean', default: false }, only: { type: 'string' }, factor: { type: 'string', short: 'f', default: '1' }, rounds: { type: 'string' }, ms: { type: 'string' },
  log: { type: 'boolean', default: false }, save: { type: 'string' }, connections: { type: 'string', default: '16' },
} })
const factor = Number(given.factor), connections = Number(given.connections)
const rounds = Number(given.rounds ?? (given.quick ? 7 : 15)), ms = Number(given.ms ?? (given.quick ? 1000 : 2000))
const wanted = given.only?.split(',') ?? workloads.map(w => w.name)
const chosen = workloads.filter(w => wanted.includes(w.name))
if (chosen.length === 0 || !(factor >= 1) || !(rounds >= 1) || !(ms >= 100)) {
  console.error(`Nothing to measure. There are ${workloads.map(w => w.name).join(', ')}.`)
  process.exit(2)
}

await using leaving = new AsyncDisposableStack()
const folder = mkdtempSync(path.join(tmpdir(), 'backwright-bench-'))
leaving.defer(() => rmSync(folder, { recursive: true, force: true }))
// Memory for all of the data, and what is written is not waited for: it is reads that are measured.
const server = await embedded(path.join(folder, 'data'), { throwaway: true, onProgress: line => console.error(line), settings: { shared_buffers: '512MB' } })
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

interface Peer { readonly name: 'ours' | 'by hand'; readonly port: number; readonly cold: number; usage(): Promise<Usage> }
const names = ['ours', 'by hand'] as const
const peers: Peer[] = []
for (const name of names) peers.push(await peer(name))
const [ours, byHand] = peers
if (!ours || !byHand) throw new Error('two are needed')

async function peer(name: Peer['name']): Promise<Peer> {
  const begin = performance.now()
  const settings: Settings = { database, secret, log: given.log }
  const child = fork(path.join(import.meta.dirname, name === 'ours' ? 'ours' : 'by-hand', 'server.ts'), {
    env: { ...process.env, NODE_ENV: 'production', BENCH_SETTINGS: JSON.stringify(settings) }, stdio: ['ignore', openSync('/dev/null', 'w'), 'inherit', 'ipc'],
    execArgv: ['-C', 'backwright-source', ...(process.env['BENCH_PROFILE'] === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${path.join(process.env['BENCH_PROFILE'], name)}`])],
  })
  leaving.defer(() => ended(child))
  const { port } = await answer<FromPeer & { kind: 'listening' }>(child)
  await body({ name, port }, { as: staff, path: '/api/orders/00000000-0000-7000-8000-000000000000' })
  const cold = performance.now() - begin
  return { name, port, cold, usage: async () => { child.send({}); return (await answer<FromPeer & { kind: 'usage' }>(child)).usage } }
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

async function body(of: { readonly name: string; readonly port: number }, { path: at, as }: Asked): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`http://127.0.0.1:${of.port}${at}`, { headers: { authorization: `Bearer ${tokens.get(as)}`, 'accept-encoding': 'identity' } })
  return { status: response.status, text: await response.text() }
}

function difference(...answers: readonly { readonly status: number; readonly text: string }[]): string {
  const [a = '', b = ''] = answers.map(x => `${x.status} ${x.text}`)
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return [['ours', a], ['by hand', b]].map(([name = '', text = '']) => `${name}: …${text.slice(Math.max(0, at - 100), at + 100)}…`).join('\n')
}

const load = fork(path.join(import.meta.dirname, 'load.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
leaving.defer(() => ended(load))
const ask = <T>(message: Prepared | Round): Promise<T> => { load.send(message); return answer<T>(load) }

/** The cursors that a server hands out, page after page: each knows its own only. */
const cursorsOf = (peer: Peer) => async (list: string, as: string, pages: number): Promise<string[]> => {
  const found: string[] = []
  for (let at = list; found.length < pages; at = `${list}&page[after]=${found.at(-1)}`) {
    const { page } = JSON.parse((await body(peer, { path: at, as })).text) as { page: { next: string | null } }
    if (page.next === null) break
    found.push(page.next)
  }
  return found
}

/** A body but for the twelve characters by which a server knows its cursors again. */
const comparable = (text: string): string => text.replaceAll(/"(next|previous)":"([\w-]+)"/g, (_, name: string, token: string) => {
  const [, ...keys] = JSON.parse(Buffer.from(token, 'base64url').toString()) as string[]
  return `"${name}":${token.length} characters of ${JSON.stringify(keys)}`
})

const results: Measured[] = []
for (const workload of chosen) {
  const [requests, same] = [await workload.requests({ factor, cursors: cursorsOf(ours) }), await workload.requests({ factor, cursors: cursorsOf(byHand) })]
  let bytes = 0, compared = 0
  for (let i = 0; i < requests.length; i += Math.ceil(requests.length / 200)) {
    const asked = [requests[i], same[i]] as const
    if (!asked[0] || !asked[1]) throw new Error(`${workload.name}: the servers give not equally many pages`)
    const answers = await Promise.all([body(ours, asked[0]), body(byHand, asked[1])])
    if (answers.some(a => a.status !== 200) || comparable(answers[0].text) !== comparable(answers[1].text)) throw new Error(`${workload.name}: not the same answer to ${asked[0].path}\n${difference(...answers)}`)
    bytes += answers[0].text.length
    compared++
  }
  for (const [peer, of] of [[ours, requests], [byHand, same]] as const) {
    await ask<object>({ workload: workload.name, port: peer.port, requests: of.map(r => `GET ${r.path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${tokens.get(r.as)}\r\n\r\n`) })
  }
  const turns: Turn[] = []
  for (let round = -1; round < rounds; round++) {
    // Who begins alternates, so that what drifts falls on both.
    for (const peer of round % 2 === 0 ? [ours, byHand] : [byHand, ours]) {
      const before = { node: await peer.usage(), postgres: backends(path.join(folder, 'data')) }
      const done = await ask<Load>({ workload: workload.name, port: peer.port, ms, connections })
      const node = await peer.usage()
      // The first turn of each warms it up.
      if (round >= 0) turns.push({ peer: peer.name, round, done: done.done, ms: done.ms, times: done.times, node: node.cpu - before.node.cpu, memory: node.memory, postgres: between(before.postgres, backends(path.join(folder, 'data'))) })
    }
  }
  results.push(measured(workload, turns, bytes / compared))
  print(results.slice(-1), results.length === 1)
}

const report = {
  when: new Date().toISOString(), command: `npm run bench -- ${process.argv.slice(2).join(' ')}`.trim(), machine: `${cpus()[0]?.model.trim()} × ${cpus().length}`, node: process.version, postgres: about?.version ?? null,
  orders: sizes(factor).orders, connections, rounds, ms, log: given.log, cold: { ours: Math.round(ours.cold), byHand: Math.round(byHand.cold) }, workloads: results,
}
const kept = path.join(import.meta.dirname, 'results')
mkdirSync(kept, { recursive: true })
for (const file of [path.join(kept, `${report.when.replaceAll(/[:.]/g, '-')}.json`), ...(given.save === undefined ? [] : [given.save])]) {
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`)
  console.log(`\n${path.relative('.', file)}`)
}
console.log(judge(report))
