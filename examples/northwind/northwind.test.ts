// Northwind as it is declared here: the comparison is empty, and the rules that were added hold.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { compileModel, open, type Application } from 'backwright'
import { world, type World } from '../../test/import/imported.ts'
import app from './backend.ts'

let w: World, application: Application<(typeof app)['~entities']>
before(async () => {
  w = await world(readFileSync(path.join(import.meta.dirname, 'data/northwind.sql'), 'utf8'))
  application = await open(app, { url: w.url, schema: 'require' })
})
after(async () => {
  await application.close()
  await w.end()
})
const as = async (who: string) => application.db(await application.as(who))

test('nothing differs, and what an import writes today is what lies here but for the rules', async () => {
  assert.ok((await w.plan(compileModel(app).model)).empty)
  const bare = (text: string): string => text.replace(/^ {2}static access = (?:.*\]\)\n|[^]*?\n {2}\]\)\n)/m, '').replace(/^ {2}\/\/ Nobody may use it[^]*?\]\)\n/m, '').replace(/^\/\/ .*\n/, '').replace(/^import \{[^}]*\} from 'backwright'\n/m, '')
  for (const { name, text } of (await w.again()).files) if (name !== 'backend.ts') assert.equal(bare(readFileSync(path.join(import.meta.dirname, name), 'utf8')), bare(text), name)
})

test('a customer sees her own orders with their lines, and products that are still sold', async () => {
  const db = await as('alfreds')
  const { data } = await db.order.find({ include: { details: { include: { product: true } }, customer: true } })
  assert.deepEqual([data.length, [...new Set(data.map(o => o.customer?.companyName))]], [6, ['Alfreds Futterkiste']])
  assert.ok(data.some(o => o.details.some(d => d.product === null)), 'Rössle Sauerkraut is sold no more')
  assert.equal((await db.customer.find()).data.length, 1)
  await assert.rejects(db.order.create({ id: 1, customerId: 'ALFKI' }), { code: 'caller.forbidden' })
})

test('employees have managers and territories; what is personal is for personnel', async () => {
  const visitor = application.db(await application.as({}))
  const nancy = await visitor.employee.get(1, { include: { manager: true, territories: { include: { region: true } } } })
  assert.deepEqual([nancy?.manager?.lastName, nancy?.territories.map(t => t.region?.regionDescription), Object.hasOwn(nancy ?? {}, 'homePhone')], ['Fuller', ['Eastern', 'Eastern'], false])
  assert.equal((await (await as('steven')).employee.get(1))?.homePhone, '(206) 555-9857')
})

test('sales take orders, and change no shipped one', async () => {
  const db = await as('nancy')
  await db.order.create({ id: 12_000, customerId: 'ALFKI', employeeId: 1, orderDate: '1998-05-06', details: [{ productId: 1, unitPrice: 18, quantity: 2, discount: 0 }] })
  assert.equal((await db.orderDetail.get({ orderId: 12_000, productId: 1 }))?.quantity, 2)
  assert.equal((await db.order.update(12_000, { shippedDate: '1998-05-07' })).shippedDate, '1998-05-07')
  await assert.rejects(db.order.update(12_000, { freight: 1 }), { code: 'caller.forbidden' })
})
