// Micro benchmark: our connections against `pg` with `pipeline: true`, same statements, same server, interleaved; prints requests per second and the ratio, and
// what long statements do to the tail of short ones.
// Run: node -C backwright-source bench/micro/connections.ts [concurrency]
import { cpus, tmpdir } from 'node:os'
import { mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { embedded } from '../../src/stores/postgres/embedded/index.ts'
import { connect } from '../../src/stores/postgres/connections/index.ts'
import type { Statement } from '../../src/stores/postgres/statement.ts'

const concurrency = Number(process.argv[2] ?? 16)
const ROUNDS = 5
const ROUND = 1_000
const LINKS = 3

await using leaving = new AsyncDisposableStack()
const folder = mkdtempSync(path.join(tmpdir(), 'bw-bench-'))
leaving.defer(() => rmSync(folder, { recursive: true, force: true }))
const server = await embedded(path.join(folder, 'pg'), { throwaway: true })
leaving.defer(() => server.release())
const admin = new pg.Client(server.config)
await admin.connect()
leaving.defer(() => admin.end())
await admin.query(`
  create table orders (id int primary key, customer_id int, status text collate "C", placed_at timestamptz, freight numeric(10,2));
  create table lines (order_id int, n int, product text collate "C", quantity int, price numeric(10,2), primary key (order_id, n));
  insert into orders select i, 1 + i % 1000, 'open', now(), i / 7.0 from generate_series(1, 20000) i;
  insert into lines select i, n, repeat('product ', 20), n, 12.5 from generate_series(1, 20000) i, generate_series(1, 3) n;
  create index on orders (customer_id, placed_at desc);
  analyze`)

const one = `select json_build_object('id', id, 'status', status, 'placedAt', placed_at, 'freight', freight::text)::text, '1' from orders where id = $1`
const nested = `select coalesce(json_agg(row), '[]')::text from (
  select json_build_object('id', o.id, 'status', o.status, 'lines', (select json_agg(json_build_object('n', l.n, 'product', l.product, 'quantity', l.quantity, 'price', l.price::text) order by l.n)
    from lines l where l.order_id = o.id)) as row from orders o where o.customer_id = $1 order by o.placed_at desc limit 20) x`

const ours = await connect(server.config, { readers: LINKS })
leaving.defer(() => ours.close())
const theirs = await Promise.all(Array.from({ length: LINKS }, async () => {
  const client = new pg.Client({ ...server.config, pipeline: true } as pg.ClientConfig)
  await client.connect()
  leaving.defer(() => client.end())
  return client
}))

const statement = (text: string, plan: Statement['plan']): Statement => ({ text, parameters: v => v.map(String), lane: 'read', plan })
let turn = 0
const candidates = (text: string): Record<string, (id: number) => Promise<number>> => {
  const through = (c: typeof ours, s: Statement) => async (id: number) => (await c.run(s, [id], { deadline: performance.now() + 10_000 }))[0]?.[0]?.length ?? 0
  const generic = statement(text, 'generic'), custom = statement(text, 'custom'), name = `n${text.length}`
  return {
    'pg pipeline': async id => (await theirs[turn++ % LINKS]?.query({ name, text, values: [id], rowMode: 'array' }))?.rows[0]?.[0]?.length ?? 0,
    'ours, generic': through(ours, generic),
    'ours, custom': through(ours, custom),
  }
}

async function rate(send: (id: number) => Promise<number>): Promise<{ perSecond: number; cpu: number }> {
  const end = performance.now() + ROUND
  const before = process.cpuUsage()
  let done = 0
  await Promise.all(Array.from({ length: concurrency }, async (_, i) => {
    for (let id = i + 1; performance.now() < end; id = (id * 7 + 13) % 1000) {
      if ((await send(id + 1)) < 10) throw new Error('an empty answer')
      done++
    }
  }))
  const used = process.cpuUsage(before)
  return { perSecond: done / (ROUND / 1000), cpu: (used.user + used.system) / done }
}

const median = (of: readonly number[]): number => [...of].sort((a, b) => a - b)[of.length >> 1] ?? 0
console.log(`${concurrency} at a time, ${LINKS} connections, ${cpus().length} processors, PostgreSQL ${ours.server.version}`)
for (const [workload, text] of Object.entries({ 'one row by id': one, 'twenty orders with lines': nested })) {
  const all = Object.entries(candidates(text))
  const rates: Record<string, { perSecond: number; cpu: number }[]> = {}
  for (let round = 0; round <= ROUNDS; round++)
    for (const [name, send] of all) {
      const measured = await rate(send)
      if (round > 0) (rates[name] ??= []).push(measured)
    }
  const base = median((rates['pg pipeline'] ?? []).map(r => r.perSecond))
  console.log(`\n${workload}`)
  for (const [name, of] of Object.entries(rates)) {
    const perSecond = median(of.map(r => r.perSecond))
    console.log(`  ${name.padEnd(14)} ${perSecond.toFixed(0).padStart(7)}/s  ${(perSecond / base).toFixed(2)}×  ${median(of.map(r => r.cpu)).toFixed(0).padStart(4)} µs of Node`)
  }
}

/** The slowest of a hundred, of reads one after the other on each of a few threads. */
async function tail(): Promise<number> {
  const times: number[] = []
  const end = performance.now() + 2 * ROUND
  const send = candidates(one)['ours, generic']
  await Promise.all(Array.from({ length: 4 }, async (_, i) => {
    for (let id = i; performance.now() < end; id = (id * 7 + 13) % 1000) {
      const start = performance.now()
      await send?.(id + 1)
      times.push(performance.now() - start)
    }
  }))
  return times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0
}
await tail()
const alone = await tail()
const long: Statement = { text: 'select pg_sleep(5)', parameters: () => [], lane: 'own', plan: 'generic' }
const enough = new AbortController()
const sleeping = Promise.allSettled(Array.from({ length: 8 }, () => ours.run(long, [], { deadline: performance.now() + 30_000, signal: enough.signal })))
const beside = await tail()
enough.abort()
await sleeping
console.log(`\n99th of a hundred short reads: ${alone.toFixed(2)} ms alone, ${beside.toFixed(2)} ms while eight statements of 5 s run (${(beside / alone).toFixed(2)}×)`)
