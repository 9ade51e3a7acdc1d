// Actions through the typed client, over a real PostgreSQL: inputs and outputs of their types, declared failures as values, actions of rows.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { access, allow, backend, bigint, choice, Decimal, Entity, entity, id, integer, list, model, money, open, ref, text, timestamp, transitions } from 'backwright'
import { client, Failure, isFailure } from 'backwright/client'
import { everyone } from '../../src/define/index.ts'
import { testServer } from '../server.ts'

class Product extends Entity {
  name = text(); price = money('EUR'); stock = integer({ min: 0 })
  static access = access(Product, () => [allow('read', 'create', 'update').always()])
}
class Job extends Entity {
  status = choice('open', 'done').default('open'); price = money('EUR').optional()
  static access = access(Job, () => [allow('read', 'create', 'update').always()])
  static transitions = transitions(Job, 'status', () => ({ finish: { from: 'open', to: 'done' } }))
}
class Shelf extends Entity { label = text(); static access = access(Shelf, () => [allow('read', 'create').always()]) }
class Place extends entity({ key: ['shelf', 'product'] }) {
  shelf = ref(() => Shelf); product = ref(() => Product); row = integer()
  static access = access(Place, () => [allow('read', 'create', 'update').always()])
}
const shop = model({ job: Job, product: Product, shelf: Shelf, placeOnShelf: Place })

const placeOrder = shop.action({
  allow: everyone,
  input: { items: list({ productId: id(Product), quantity: integer({ min: 1 }) }, { min: 1, max: 5 }), tip: money('EUR').optional(), at: timestamp().optional() },
  output: { total: money('EUR'), count: bigint() },
  failures: { outOfStock: { product: text(), left: integer(), short: money('EUR') }, closed: { status: 422 } },
  async run({ input, db, fail }) {
    let total = new Decimal(input.tip ?? 0)
    for (const { productId, quantity } of input.items) {
      const product = await db.product.get(productId)
      if (product === null || product.name === 'closed') throw fail('closed')
      if (product.stock < quantity) throw fail('outOfStock', { product: product.name, left: product.stock, short: product.price.times(quantity - product.stock) })
      await db.product.update(productId, { stock: product.stock - quantity })
      total = total.plus(product.price.times(quantity))
    }
    return { total, count: BigInt(input.items.length) }
  },
})
const tally = shop.action({ allow: everyone, async run({ db }) { return { products: await db.product.count(), sum: new Decimal('0.10'), at: new Date(0), big: 9007199254740993n } } })
const silent = shop.action({ allow: everyone, run: async () => undefined })
const sellOut = shop.action(Product, { allow: everyone, failures: { empty: {} }, output: { sold: integer() }, async run({ row, db, fail }) {
  if (row.stock === 0) throw fail('empty')
  await db.product.update(row.id, { stock: 0 })
  return { sold: row.stock }
} })
const moveTo = shop.action(Place, { allow: everyone, input: { row: integer() }, output: { row: integer() }, async run({ row, input, db }) {
  return { row: (await db.placeOnShelf.update({ shelfId: row.shelfId, productId: row.productId }, { row: input.row })).row }
} })
const app = backend({ name: 'kiosk', model: shop, actions: { placeOrder, tally, silent, sellOut, moveTo } })

const ends: (() => Promise<unknown>)[] = []
let api: ReturnType<typeof client<typeof app>>
before(async () => {
  const fresh = await (await testServer()).freshDatabase()
  ends.unshift(() => fresh.drop())
  const { user, password, host, port, database } = fresh.config
  const application = await open(app, { url: `postgres://${user}:${password}@localhost/${database}?${new URLSearchParams({ host, port: String(port) }).toString()}`, schema: 'apply' })
  ends.unshift(() => application.close())
  api = client<typeof app>((await application.serve({ port: 0 })).url)
})
after(async () => { for (const end of ends) await end() })

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const is = <A, B>(..._: Same<A, B> extends true ? [] : ['these types differ']): void => undefined

test('an action is called by its name, and answers what it declares', async () => {
  const { id: productId } = await api.product.create({ name: 'Tea', price: '2.50', stock: 3 })
  const { total, count } = await api.placeOrder({ items: [{ productId, quantity: 2 }], tip: '0.25', at: new Date() })
  is<typeof total, string>()
  is<typeof count, string>()
  assert.deepEqual([total, count], ['5.25', '1'])
  assert.equal((await api.product.get(productId))?.stock, 1)
})

test('declared failures are values of attempt; a call throws them', async () => {
  const { id: productId } = await api.product.create({ name: 'Tea', price: '2.50', stock: 1 })
  const done = await api.placeOrder.attempt({ items: [{ productId, quantity: 4 }] })
  if (done.ok) {
    is<typeof done.data.total, string>()
    assert.fail('there is too little')
  } else if (done.name === 'outOfStock') {
    is<typeof done.facts, { readonly product: string; readonly left: number; readonly short: string }>()
    assert.deepEqual({ ...done.facts }, { product: 'Tea', left: 1, short: '7.50' })
    assert.equal(typeof done.requestId, 'string')
  } else assert.fail(done.name satisfies 'closed')
  await assert.rejects(api.placeOrder({ items: [{ productId, quantity: 4 }] }), (e: unknown) => isFailure(e, 'kiosk.outOfStock') && e.declared === 'outOfStock' && e.facts['left'] === 1)
  // What is not declared is thrown, wherever it comes from.
  await assert.rejects(api.placeOrder.attempt({ items: [] }), (e: unknown) => isFailure(e, 'resolve.value') && e.declared === null && e.errors[0]?.pointer === '/items')
  assert.equal((await api.placeOrder.attempt({ items: [{ productId, quantity: 1 }] })).ok, true)
})

test('an action without an output answers what it returns, as JSON has it; one that returns nothing, nothing', async () => {
  const said = await api.tally()
  is<typeof said, { products: number; sum: string; at: string; big: string }>()
  assert.ok(said.products >= 0)
  assert.equal(await api.silent(), undefined)
  assert.deepEqual(await api.silent.attempt(), { ok: true, data: undefined })
})

test('an action of a row is called with its key, at its version where that is said', async () => {
  const product = await api.product.create({ name: 'Tea', price: '2.50', stock: 7 })
  await api.product.update(product.id, { stock: 8 })
  await assert.rejects(api.product.sellOut(product.id, {}, { version: product }), (e: unknown) => isFailure(e, 'row.stale'))
  assert.deepEqual(await api.product.sellOut(product.id), { sold: 8 })
  const again = await api.product.sellOut.attempt(product.id)
  assert.ok(!again.ok && again.name === 'empty')
  const shelf = await api.shelf.create({ label: 'top' })
  await api.placeOnShelf.create({ shelfId: shelf.id, productId: product.id, row: 1 })
  assert.deepEqual(await api.placeOnShelf.moveTo({ productId: product.id, shelfId: shelf.id }, { row: 2 }), { row: 2 })
})

test('a transition is called as an action of its row, and answers the row', async () => {
  const job = await api.job.create({ price: '1.50' })
  const done = await api.job.finish(job.id, {}, { version: job })
  is<typeof done.status, 'open' | 'done'>()
  is<typeof done.price, string | null>()
  assert.deepEqual([done.status, done.price], ['done', '1.50'])
  await assert.rejects(api.job.finish(job.id), (e: unknown) => isFailure(e) && e.status >= 400 && e.status < 500)
  // @ts-expect-error no such transition
  void (() => api.job.begin(job.id))
})

test('what is wrong is told before it runs', async () => {
  await assert.rejects(async () => {
    // @ts-expect-error 'items' is required
    await api.placeOrder({})
  }, Failure)
  await assert.rejects(async () => {
    // @ts-expect-error no such action
    await api.placeOrdr({ items: [] })
  }, (e: unknown) => isFailure(e, 'request.route'))
  void (() => {
    // @ts-expect-error 'quantty' does not exist
    void api.placeOrder({ items: [{ productId: 'x', quantty: 1 }] })
    // @ts-expect-error an action of products
    void api.shelf.sellOut('x')
    // @ts-expect-error not a failure of it
    void api.product.sellOut.attempt('x').then(done => !done.ok && done.name === 'closed')
  })
})
