// Micro benchmark: what the change log costs a nested create (an order with three lines, as W5), the same engine with and without it on the same database, turn by turn.
// Beside the rates it says what processors were busy with per write, ours and the server's: on a machine that others use too, that is what can be compared.
// Run: node -C backwright-source bench/micro/changes.ts [concurrency] [rounds] [--fsync]
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import shop from '../../examples/shop/shop.ts'
import { compileModel } from '../../src/define/index.ts'
import { createEngine, type RunningEngine } from '../../src/engine/index.ts'
import { applyPlan, planOf } from '../../src/migrate/index.ts'
import { createDatabase, embedded } from '../../src/stores/postgres/embedded/index.ts'
import { postgresStore } from '../../src/stores/postgres/index.ts'
import { fill, keyOf } from '../data.ts'

const [concurrency = 16, rounds = 9] = process.argv.slice(2).map(Number).filter(n => n > 0)
const throwaway = !process.argv.includes('--fsync')
await using leaving = new AsyncDisposableStack()
const folder = mkdtempSync(path.join(tmpdir(), 'backwright-bench-'))
leaving.defer(() => { rmSync(folder, { recursive: true, force: true }) })
const server = await embedded(path.join(folder, 'data'), { throwaway, settings: { shared_buffers: '256MB' } })
leaving.defer(() => server.release())
const database = await createDatabase(server, 'bench')
const admin = new pg.Client(database)
await admin.connect()
leaving.defer(() => admin.end())
const { model } = compileModel(shop)
await applyPlan(admin, await planOf(admin, model))
await fill(admin, 1)

const { system: _, ...bare } = model
const sides: { readonly name: string; readonly engine: RunningEngine; readonly rates: number[]; readonly cpu: number[] }[] = []
for (const [name, of] of [['with', model], ['without', bare]] as const) {
  const store = await postgresStore({ model: of, connection: database, limits: { own: 16 } })
  const engine = await createEngine({ model: of, store })
  leaving.defer(() => engine.close())
  sides.push({ name, engine, rates: [], cpu: [] })
}
let n = 0
async function write(engine: RunningEngine): Promise<void> {
  const caller = engine.system('bench')
  const product = (k: number) => ({ productId: keyOf('products', 1 + (n * 7 + k * 3_333) % 10_000), quantity: 2 })
  n++
  await engine.write({
    kind: 'create', entity: 'order', key: null, origin: 'body', expect: null,
    body: { customerId: keyOf('customers', 1 + n % 10_000), items: { create: [product(0), product(1), product(2)] } },
  }, caller, { deadline: performance.now() + 10_000 })
}
async function turn(engine: RunningEngine, ms: number): Promise<number> {
  const until = performance.now() + ms, begun = performance.now()
  let done = 0
  await Promise.all(Array.from({ length: concurrency }, async () => {
    while (performance.now() < until) { await write(engine); done++ }
  }))
  return done / (performance.now() - begun) * 1000
}
/** Microseconds of processor that this process and the server's have used. */
const postmaster = Number(readFileSync(path.join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n', 1)[0])
function busy(): number {
  const { user, system } = process.cpuUsage()
  let ticks = 0
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    let stat: string
    try { stat = readFileSync(`/proc/${pid}/stat`, 'utf8') } catch { continue }
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (Number(pid) === postmaster || Number(fields[1]) === postmaster) ticks += Number(fields[11]) + Number(fields[12])
  }
  return user + system + ticks * 10_000
}

for (const { engine } of sides) await turn(engine, 1500)
for (let round = 0; round < rounds * 5; round++) {
  for (const { engine, rates, cpu } of round % 2 ? sides.toReversed() : sides) {
    const before = busy(), first = n
    rates.push(await turn(engine, 140))
    cpu.push((busy() - before) / (n - first))
  }
}
const median = (of: readonly number[]): number => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0
for (const { name, rates, cpu } of sides) console.log(`${name.padEnd(8)} ${median(rates).toFixed(0)} writes/s, ${median(cpu).toFixed(0)} µs of processor each`)
const [log, none] = sides.map(s => median(s.cpu))
console.log(`${concurrency} at a time${throwaway ? '' : ', durable'}: without costs ${((none ?? 0) / (log ?? 1)).toFixed(3)} of with`)
