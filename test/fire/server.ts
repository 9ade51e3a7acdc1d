// The process that serves the shop and the bank. It prints one line when it does: its addresses, and whether the database forces to disk what it confirms.
import { flushCompileCache } from 'node:module'
import { open, type Application } from '../../src/index.ts'
import type { RunningEngine } from '../../src/engine/index.ts'
import { Failure } from '../../src/failure/index.ts'
import { rest } from '../../src/protocols/rest/index.ts'
import { serve } from '../../src/server/index.ts'
import type { OnceAnswer } from '../../src/protocols/protocol.ts'
import shop from '../../examples/shop/shop.ts'
import { bankOf } from './bank.ts'
import { accounts, basket, counters, opening, pause, people, products, secret, type Broken } from './world.ts'

/** Where the data is: the embedded database of a folder, or two databases of a server. */
export interface Serving { readonly at: { readonly folder: string } | { readonly bank: string; readonly shop: string }; readonly first: boolean; readonly broken: Broken | null }
export interface Ready { readonly bank: number; readonly shop: number; readonly durable: string }

const given = JSON.parse(process.argv[2] ?? '') as Serving
const bank = bankOf(given.broken === 'careless')
const options = (name: 'bank' | 'shop') => ({
  ...('folder' in given.at ? { folder: given.at.folder } : { url: given.at[name] }),
  tokens: { secret }, schema: given.first ? 'apply' as const : 'require' as const, onProgress: (line: string) => { console.error(`${name}: ${line}`) },
})

/** A database that is just recovering is waited for; whatever else is wrong ends the process. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + 90_000; ;) {
    try { return await work() } catch (error) {
      const { code } = error as { code?: string }
      const passing = (error instanceof Failure && error.code === 'store.down') || /^(ECONN|EPIPE|ENOENT|57P|08)/.test(code ?? '') || /terminated unexpectedly|Connection terminated/.test(String(error))
      if (!passing || Date.now() > until) throw error
      await pause(100)
    }
  }
}
const shopApplication = await patiently(() => open(shop, options('shop')))
const bankApplication = await patiently(() => open(bank, options('bank')))
if (given.first) await begin()

async function begin(): Promise<void> {
  const money = bankApplication.db(bankApplication.system('begins'))
  for (let i = 0; i < accounts; i++) await money.account.create({ name: `account ${i}`, balance: opening.balance, cash: opening.cash, moves: [{ amount: opening.balance, note: 'opening' }] })
  for (let i = 0; i < counters; i++) await money.counter.create({ name: `counter ${i}` })
  const goods = shopApplication.db(shopApplication.system('begins'))
  const { id: categoryId } = await goods.category.create({ name: 'Everything' })
  const made: string[] = []
  for (let i = 0; i < products; i++) made.push((await goods.product.create({ sku: `P-${i}`, name: `product ${i}`, price: opening.price, stock: opening.stock, categoryId })).id)
  for (const name of people) {
    const { id: customerId } = await goods.customer.create({ company: name, name, email: `${name}@example.com` })
    await goods.order.create({ customerId, note: basket, items: made.map(productId => ({ productId, quantity: 1, price: opening.price })) })
  }
}

/** The engine, broken as was asked. */
function broken(engine: RunningEngine): RunningEngine {
  switch (given.broken) {
    case 'early': return {
      ...engine, model: engine.model,
      once: (asked, caller, run, work, refuse) => new Promise<OnceAnswer>((answer, refused) => {
        engine.once(asked, caller, { deadline: run.deadline }, async on => {
          const reply = await work(on)
          answer({ reply, replayed: false })
          await pause(2500)
          return reply
        }, refuse).then(answer, refused)
      }),
    }
    case 'keyless': return { ...engine, model: engine.model, once: async (asked, caller, run, work) => ({ reply: await engine.together(run, work, asked.isolation), replayed: false }) }
    default: return engine
  }
}
const serving = async (application: Pick<Application, 'engine'> & { serve(options: { port: number }): Promise<{ port: number }> }): Promise<number> => {
  if (given.broken !== 'early' && given.broken !== 'keyless') return (await application.serve({ port: 0 })).port
  const engine = broken(application.engine)
  return (await serve({ protocols: [rest({ engine })], engine, port: 0 })).port
}
const durable = await patiently(() => bankApplication.database.client(async client => {
  const { rows } = await client.query(`select string_agg(name || ' ' || setting, ', ' order by name) as says from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes')`)
  return (rows[0] as { readonly says: string } | undefined)?.says ?? ''
}))
const ready: Ready = { bank: await serving(bankApplication), shop: await serving(shopApplication), durable }
process.stdout.write(`${JSON.stringify(ready)}\n`)
// It is written down when a process ends, and this one seldom comes to that.
if (given.first) flushCompileCache()

// Whoever started it went away, or wants it to end.
process.stdin.on('end', () => { void Promise.all([bankApplication.close(), shopApplication.close()]).finally(() => process.exit(0)) }).resume()
