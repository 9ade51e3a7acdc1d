// Conduit under the load of the published comparison: 50 users, 500 articles, 500 follows, 1,000 favourites, 1,000 comments; the list and the article also written by hand.
//   node -C backwright-source bench/conduit.ts [--ms 3000] [--rounds 3] [--connections 16] [--only list,feed]      (npm run bench is the shop's)
import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import conduit from '../examples/conduit/conduit.ts'
import { open } from '../src/application/index.ts'
import { createDatabase, embedded } from '../src/stores/postgres/embedded/index.ts'
import type { FromPeer, Settings } from './peer.ts'

/** As far as it is used here: it brings no types. */
interface Asking { readonly method: 'GET' | 'POST' | 'DELETE'; readonly path: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
interface Result { readonly requests: { readonly average: number }; readonly latency: { readonly p50: number; readonly p99: number }; readonly non2xx: number; readonly errors: number }
type Autocannon = (options: object, done: (error: Error | null, result: Result) => void) => void
const autocannon = createRequire(import.meta.url)('autocannon') as Autocannon

const { values: given } = parseArgs({ options: { ms: { type: 'string', default: '3000' }, rounds: { type: 'string', default: '3' }, connections: { type: 'string', default: '16' }, only: { type: 'string' } } })
const seconds = Number(given.ms) / 1000, rounds = Number(given.rounds), connections = Number(given.connections)

await using leaving = new AsyncDisposableStack()
const folder = mkdtempSync(path.join(tmpdir(), 'backwright-bench-conduit-'))
leaving.defer(() => rmSync(folder, { recursive: true, force: true }))
const server = await embedded(path.join(folder, 'data'), { throwaway: true, onProgress: line => console.error(line), settings: { shared_buffers: '256MB' } })
leaving.defer(() => server.release())
const database = await createDatabase(server, 'bench')
const slugs = await fill()

async function fill(): Promise<readonly string[]> {
  const { host, port, user, password } = database
  const application = await open(conduit, { url: `postgres://${user}:${password}@${encodeURIComponent(host)}:${port}/${database.database}`, schema: 'apply' })
  type Row = { readonly id: string; readonly slug: string }
  try {
    // Outside of all rules: e-mails are set by nobody else.
    const db = application.db(application.system('fills the bench')) as unknown as Readonly<Record<string, { create(rows: object): Promise<Row[]> } | undefined>>
    const many = async (entity: string, rows: readonly object[]): Promise<Row[]> => { const made: Row[] = []; for (let i = 0; i < rows.length; i += 250) made.push(...await db[entity]?.create(rows.slice(i, i + 250)) ?? []); return made }
    const users = await many('user', Array.from({ length: 50 }, (_, i) => ({ username: `user${i}`, email: `user${i}@x.example`, bio: `I am number ${i}` })))
    const articles = await many('article', Array.from({ length: 500 }, (_, i) => ({ title: `Article number ${i}`, description: `What it is about, ${i}`, body: 'Words '.repeat(200), tagList: [`tag${i % 20}`, `tag${(i * 7) % 20}`], authorId: users[i % 50]?.id })))
    await many('follow', Array.from({ length: 500 }, (_, i) => ({ followerId: users[i % 50]?.id, followedId: users[(i % 50 + 1 + Math.floor(i / 50)) % 50]?.id })))
    await many('favorite', Array.from({ length: 1000 }, (_, i) => ({ userId: users[i % 50]?.id, articleId: articles[(i * 13 + Math.floor(i / 500)) % 500]?.id })))
    await many('comment', Array.from({ length: 1000 }, (_, i) => ({ authorId: users[i % 50]?.id, articleId: articles[i % 500]?.id, body: `Comment ${i}` })))
    return articles.map(a => String(a.slug))
  } finally { await application.close() }
}

interface Peer { readonly name: string; readonly url: string }
async function peer(name: string, file: string): Promise<Peer> {
  const settings: Settings = { database, secret: '', log: false }
  const child: ChildProcess = fork(path.join(import.meta.dirname, 'conduit', file), { env: { ...process.env, NODE_ENV: 'production', BENCH_SETTINGS: JSON.stringify(settings) }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: ['-C', 'backwright-source'] })
  leaving.defer(() => new Promise<void>(done => { child.once('exit', () => { done() }); child.disconnect() }))
  const { port } = await new Promise<FromPeer & { kind: 'listening' }>((heard, failed) => {
    child.once('message', message => { heard(message as FromPeer & { kind: 'listening' }) })
    child.once('exit', code => { failed(new Error(`${name} ended with ${code ?? 'a signal'}`)) })
  })
  return { name, url: `http://127.0.0.1:${port}` }
}
const ours = await peer('ours', 'ours.ts'), byHand = await peer('by hand', 'by-hand.ts')

const json = { 'content-type': 'application/json' }
const { user: { token } } = await (await fetch(`${ours.url}/api/users`, { method: 'POST', headers: json, body: JSON.stringify({ user: { username: 'bench', email: 'bench@x.example', password: 'password123' } }) })).json() as { user: { token: string } }
const mine = { authorization: `Token ${token}` }
for (let i = 0; i < 10; i++) await fetch(`${ours.url}/api/profiles/user${i}/follow`, { method: 'POST', headers: mine })

interface Scenario { readonly name: string; readonly requests: readonly Asking[]; readonly byHand?: true }
const get = (at: string, headers: Record<string, string> = {}): Asking => ({ method: 'GET', path: `/api${at}`, headers })
const some = slugs.filter((_, i) => i % 25 === 0)
const scenarios: readonly Scenario[] = [
  { name: 'list', requests: [get('/articles')], byHand: true },
  { name: 'list, signed in', requests: [get('/articles', mine)] },
  { name: 'by tag', requests: Array.from({ length: 20 }, (_, i) => get(`/articles?tag=tag${i}`)) },
  { name: 'feed', requests: [get('/articles/feed', mine)] },
  { name: 'article', requests: some.map(slug => get(`/articles/${slug}`)), byHand: true },
  { name: 'comments', requests: some.map(slug => get(`/articles/${slug}/comments`)) },
  { name: 'tags', requests: [get('/tags')] },
  { name: 'favourite, and not', requests: some.flatMap(slug => (['POST', 'DELETE'] as const).map((method): Asking => ({ method, path: `/api/articles/${slug}/favorite`, headers: mine }))) },
  { name: 'create', requests: [{ method: 'POST', path: '/api/articles', headers: { ...mine, ...json }, body: JSON.stringify({ article: { title: 'Made under load', description: 'd', body: 'Words '.repeat(200), tagList: ['tag1', 'new'] } }) }] },
]

// Answers are the same, or nothing is measured.
for (const at of ['/articles', '/articles?limit=5&offset=7', `/articles/${slugs[3] ?? ''}`]) {
  const [a, b] = await Promise.all([ours, byHand].map(async ({ url }) => (await fetch(`${url}/api${at}`)).json()))
  assert.deepEqual(a, b, at)
}

const run = ({ url }: Peer, { requests, name }: Scenario, duration: number): Promise<Result> => new Promise((done, failed) => {
  autocannon({ url, connections, duration, requests: [...requests] }, (error, result) => {
    if (error) failed(error)
    else if (result.non2xx > 0 || result.errors > 0) failed(new Error(`${name}: ${result.non2xx} answers were no success, ${result.errors} failed`))
    else done(result)
  })
})
const median = (of: readonly number[]): number => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? NaN
console.log(`${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.version}, PostgreSQL 18 embedded, ${connections} connections, ${rounds} rounds of ${seconds} s each, load, server and database on the same machine; medians\n`)
console.log('| scenario | ours, requests/s | p50 ms | p99 ms | by hand, requests/s | p50 ms | p99 ms |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |')
for (const scenario of scenarios.filter(s => given.only === undefined || given.only.split(',').includes(s.name))) {
  const peers = scenario.byHand ? [ours, byHand] : [ours], results = new Map<Peer, Result[]>(peers.map(p => [p, []]))
  for (const p of peers) await run(p, scenario, Math.max(1, seconds / 3))
  for (let i = 0; i < rounds; i++) for (const p of peers) results.get(p)?.push(await run(p, scenario, seconds))
  const cells = [ours, byHand].flatMap(p => { const all = results.get(p); return all ? [Math.round(median(all.map(r => r.requests.average))).toLocaleString('en'), median(all.map(r => r.latency.p50)).toFixed(0), median(all.map(r => r.latency.p99)).toFixed(0)] : ['', '', ''] })
  console.log(`| ${scenario.name} | ${cells.join(' | ')} |`)
}
