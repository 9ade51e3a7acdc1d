// Webhooks out, from the declaration to a receiver: signed, in order, under the rules of a declared caller, again after failures, and by hand.
import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { testServer } from '../../../test/server.ts'
import {
  access, allow, backend, changed, choice, created, deleted, entity, env, hide, integer, many, model, open, ref, text, Entity, type Application, type Observation,
} from '../../index.ts'
import { deliveries, listWebhooks, pauseWebhook, replay, rotateSecret, stateOf } from '../index.ts'

class Order extends Entity {
  status = choice('open', 'paid', 'shipped').default('open')
  customer = text()
  margin = integer().default(7)
  phone = text().optional().pii()
  lines = many(() => Line, 'order').owned()
  static access = access(Order, ({ row, caller }) => [
    allow('read', 'create', 'update', 'delete').to('staff'), allow('read').when(row.customer.eq(caller.claims.sub)), hide('margin').unless(caller.is('staff')),
  ])
}
class Line extends entity({ key: ['order', 'n'] }) {
  order = ref(() => Order)
  n = integer()
  what = text()
}
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`, former = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
const shop = model({ order: Order, line: Line })
const at = { to: env('URL'), allowPrivate: true } as const
const declared = () => backend({
  name: 'hooks', model: shop, as: { erp: { roles: ['staff'] } },
  webhooks: {
    orderPaid: { ...at, on: changed(Order, 'status').when(row => row.status.eq('paid').and(row.customer.not('nobody'))), as: { claims: { sub: 'anna' } }, secret: [env('SECRET'), env('FORMER')], headers: { 'X-From': 'us' } },
    orders: { ...at, on: [created(Order), deleted(Order)], as: 'erp', order: 'key' },
    thin: { ...at, on: changed(Line) },
  },
})

interface Got { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string }
const got: Got[] = []
let answer: (g: Got) => { readonly status: number; readonly headers?: Record<string, string>; readonly after?: number } = () => ({ status: 204 })
let receiver: Server, url: string, drop: () => Promise<void>, base: string
const json = (g: Got) => JSON.parse(g.body) as { type: string; timestamp: string; data: { key: Record<string, unknown>; row?: Record<string, unknown>; previous?: unknown; changed?: string[]; verb: string; entity: string } }
const of = (name: string) => got.filter(g => json(g).type === name)
async function until(what: string, holds: () => boolean | Promise<boolean>, ms = 5_000): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; await wait(5)) if (await holds()) return
  assert.fail(`not within ${ms} ms: ${what}; got ${JSON.stringify(got.map(g => g.body))}`)
}

before(async () => {
  receiver = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (piece: string) => { body += piece }).on('end', () => {
      const mine = { path: request.url ?? '', headers: request.headers, body }
      got.push(mine)
      const { status, headers = {}, after: ms = 0 } = answer(mine)
      setTimeout(() => { response.writeHead(status, headers).end('because') }, ms)
    })
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => receiver.once('listening', resolve))
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
  const fresh = await (await testServer()).freshDatabase()
  const { user, password, host, port, database } = fresh.config
  base = `postgres://${user}:${password}@${encodeURIComponent(host)}:${port}/${database}`
  drop = () => fresh.drop()
})
after(async () => {
  receiver.closeAllConnections()
  receiver.close()
  await drop()
})
beforeEach(() => { got.length = 0; answer = () => ({ status: 204 }) })

describe('webhooks', () => {
  let app: Application<typeof shop.entities>, db: ReturnType<typeof app.db>, ahead = 0
  const observed: Observation[] = []
  const environment = () => ({ URL: url, SECRET: secret, FORMER: former })
  before(async () => {
    const opened = await open(declared(), { url: base, schema: 'apply', metrics: true, observe: o => void observed.push(o) })
    app = opened as unknown as typeof app
    assert.deepEqual(opened.work.start({ environment: environment(), clock: () => Date.now() + ahead, lookMs: 50 }).problems, [])
    db = app.db(await app.as('erp'))
    // The reader begins at the present, once it is there.
    await until('the reader reads', async () => (await app.engine.records.find('~reader', [], { order: [['name', 'asc']], take: 1 }, { deadline: Infinity })).length === 1)
  })
  after(() => app.close())

  test('an event is signed as the standard says, by each secret, and made under the rules of its caller', async () => {
    const order = await db.order.create({ customer: 'anna', phone: '0123' })
    await db.order.update(order.id, { status: 'paid', margin: 9 })
    await until('it came', () => of('orderPaid').length === 1)
    const [g] = of('orderPaid')
    assert.ok(g)
    for (const s of [secret, former]) assert.doesNotThrow(() => new Webhook(s).verify(g.body, g.headers as Record<string, string>))
    assert.throws(() => new Webhook(`whsec_${Buffer.alloc(32, 1).toString('base64')}`).verify(g.body, g.headers as Record<string, string>))
    assert.throws(() => new Webhook(secret).verify(g.body.replace('anna', 'anne'), g.headers as Record<string, string>))
    assert.deepEqual([g.path, g.headers['content-type'], g.headers['x-from']], ['/hook', 'application/json', 'us'])
    const { type, data } = json(g)
    assert.equal(type, 'orderPaid')
    assert.deepEqual({ ...data, row: undefined }, { entity: 'order', verb: 'update', key: { id: order.id }, changed: ['status'], previous: { status: 'open' }, row: undefined })
    assert.deepEqual([data.row?.['status'], data.row?.['phone'], 'margin' in (data.row ?? {})], ['paid', '0123', false])
  })

  test('whoever may not read the row is told nothing; a condition is asked of the row as the change left it', async () => {
    const [hers, his, nobodys] = [await db.order.create({ customer: 'anna' }), await db.order.create({ customer: 'ben' }), await db.order.create({ customer: 'nobody' })]
    for (const o of [his, nobodys, hers]) await db.order.update(o.id, { status: 'paid' })
    // Shipped at once, it was paid all the same; and one that is gone by now was.
    await db.order.update(hers.id, { status: 'shipped' })
    await until('hers came', () => of('orderPaid').length > 0)
    await wait(100)
    assert.deepEqual(of('orderPaid').map(g => [json(g).data.key['id'], json(g).data.row?.['status']]), [[hers.id, 'paid']])
  })

  test('without a caller an event names the row and nothing of what is in it', async () => {
    const order = await db.order.create({ customer: 'anna', lines: { create: [{ n: 1, what: 'tea' }] } })
    await app.engine.write({ kind: 'update', entity: 'line', key: [order.id, 1], body: { what: 'coffee' }, origin: 'code', expect: null }, app.system('tests'), { deadline: performance.now() + 5_000 })
    await until('it came', () => of('thin').length === 1)
    assert.deepEqual(json(of('thin')[0]!).data, { entity: 'line', verb: 'update', key: { orderId: order.id, n: 1 }, changed: ['what'] })
  })

  test('of a row that is gone its last state is told', async () => {
    const order = await db.order.create({ customer: 'x', phone: '0123' })
    await db.order.delete(order.id)
    await until('both came', () => of('orders').filter(g => json(g).data.key['id'] === order.id).length === 2)
    const gone = json(of('orders').find(g => json(g).data.verb === 'delete')!)
    assert.deepEqual([gone.data.row?.['customer'], gone.data.row?.['margin'], 'phone' in (gone.data.row ?? {})], ['x', 7, false])
  })

  test('a receiver that fails is tried again with the same event, later and later, an hour away too; those behind wait their turn', async () => {
    answer = g => ({ status: json(g).type === 'orderPaid' ? 503 : 204 })
    const [a, b] = [await db.order.create({ customer: 'anna' }), await db.order.create({ customer: 'anna' })]
    await db.order.update(a.id, { status: 'paid' })
    await db.order.update(b.id, { status: 'paid' })
    const recorded = (attempts: number) => until(`${attempts} written down`, async () => (await deliveries(app.engine, 'waiting', 'orderPaid')).some(d => d.attempts === attempts))
    await recorded(1)
    await wait(100)
    assert.equal(of('orderPaid').length, 1, 'not again at once, and not the second')
    ahead += 10_000
    await recorded(2)
    const metrics = await app.metrics!.text(), told = (name: string): number => Number(new RegExp(`^backwright_webhook_${name} (\\S+)$`, 'm').exec(metrics)?.[1])
    assert.equal(told('waiting{webhook="orderPaid"}'), 2)
    assert.equal(told('failed{webhook="orderPaid"}'), 0)
    assert.ok(told('lag_seconds{webhook="orderPaid"}') >= 10 && told('lag_seconds{webhook="orderPaid"}') < 60, metrics)
    assert.equal(told('lag_seconds{webhook="thin"}'), 0)
    for (const outcome of ['delivered', 'again']) {
      const seen = observed.filter(o => o.kind === 'delivery' && o.webhook === 'orderPaid' && o.outcome === outcome).length
      assert.equal(told(`attempts_total{webhook="orderPaid",outcome="${outcome}"}`), seen)
      assert.ok(seen > 0)
    }
    assert.ok(told('attempt_duration_seconds_count{webhook="orderPaid"}') > 2)
    answer = () => ({ status: 204 })
    ahead += 3_600_000
    await until('both', () => of('orderPaid').length === 4, 12_000)
    const events = of('orderPaid').map(g => [g.headers['webhook-id'], json(g).data.key['id']])
    assert.deepEqual(events.map(e => e[1]), [a.id, a.id, a.id, b.id])
    assert.equal(new Set(events.map(e => e[0])).size, 2, 'an attempt is of the same event')
    assert.ok(Number(of('orderPaid')[2]?.headers['webhook-timestamp']) > Number(of('orderPaid')[0]?.headers['webhook-timestamp']) + 3_600)
    assert.ok(observed.some(o => o.kind === 'delivery' && o.outcome === 'again' && o.status === 503))
  })

  test('by key, one that fails keeps up only those of its own row', async () => {
    const [bad, good] = [await db.order.create({ customer: 'bad' }), await db.order.create({ customer: 'good' })]
    await until('both made', () => of('orders').length === 2)
    got.length = 0
    answer = g => ({ status: json(g).data.row?.['customer'] === 'bad' ? 500 : 204 })
    await db.order.delete(bad.id)
    await db.order.delete(good.id)
    await until('the good one', () => of('orders').some(g => json(g).data.key['id'] === good.id))
    await until('one waits', async () => (await listWebhooks(app.engine, ['orders']))[0]?.waiting === 1)
    answer = () => ({ status: 204 })
    await replay(app.engine, { id: String(of('orders').find(g => json(g).data.key['id'] === bad.id)?.headers['webhook-id']) }, () => Date.now() + ahead)
    await until('and the other', async () => (await listWebhooks(app.engine, ['orders']))[0]?.waiting === 0, 8_000)
  })

  test('what the receiver asks for is waited for; what is gone is a dead letter, and can be sent again by hand', async () => {
    answer = g => (json(g).type === 'orderPaid' ? { status: 429, headers: { 'retry-after': '7200' } } : { status: 204 })
    const order = await db.order.create({ customer: 'anna' })
    await db.order.update(order.id, { status: 'paid' })
    await until('refused', async () => of('orderPaid').length === 1 && (await deliveries(app.engine, 'waiting', 'orderPaid')).some(d => d.attempts === 1))
    ahead += 3_600_000
    await wait(50)
    assert.equal(of('orderPaid').length, 1, 'two hours were asked for')
    answer = () => ({ status: 410 })
    ahead += 3_700_000
    await until('again', () => of('orderPaid').length === 2, 7_000)
    await until('dead', async () => (await deliveries(app.engine, 'failed', 'orderPaid')).length === 1)
    const [dead] = await deliveries(app.engine, 'failed', 'orderPaid')
    assert.deepEqual([dead?.answer, dead?.attempts, dead?.error], [410, 2, '410: because'])
    answer = () => ({ status: 204 })
    assert.equal(await replay(app.engine, { all: 'orderPaid' }, () => Date.now() + ahead), 1)
    await until('once more', () => of('orderPaid').length === 3, 8_000)
    assert.equal(of('orderPaid')[2]?.headers['webhook-id'], dead?.id)
    assert.equal(await replay(app.engine, { id: 'evt_none' }, Date.now), 0)
  })

  test('after three days of failures an event is a dead letter', async () => {
    answer = g => ({ status: json(g).type === 'orderPaid' ? 500 : 204 })
    const order = await db.order.create({ customer: 'anna' })
    await db.order.update(order.id, { status: 'paid' })
    await until('tried', async () => (await deliveries(app.engine, 'waiting', 'orderPaid')).some(d => d.attempts === 1))
    ahead += 4 * 86_400_000
    await until('dead', async () => (await deliveries(app.engine, 'failed', 'orderPaid')).some(d => d.answer === 500), 8_000)
  })

  test('a redirect is not followed, and what is paused waits', async () => {
    answer = g => (json(g).type === 'orders' ? { status: 302, headers: { location: `${url}/elsewhere` } } : { status: 204 })
    await db.order.create({ customer: 'r' })
    await until('refused', async () => (await deliveries(app.engine, 'waiting', 'orders')).some(d => /302: it redirects to .*elsewhere, which is not followed/.test(d.error ?? '')))
    assert.ok(got.every(g => g.path === '/hook'))
    answer = () => ({ status: 204 })
    await pauseWebhook(app.engine, 'orders', true)
    got.length = 0
    await db.order.create({ customer: 'p' })
    await wait(150)
    assert.equal(of('orders').length, 0)
    await pauseWebhook(app.engine, 'orders', false)
    ahead += 60_000
    await until('after all', () => of('orders').length === 2, 8_000)
  })

  test('a secret of ours is made, and exchanged while the former one goes on for a day', async () => {
    const { secrets: [first] } = await stateOf(app.engine, 'orders')
    const second = await rotateSecret(app.engine, 'orders', () => Date.now() + ahead)
    await db.order.create({ customer: 's' })
    await until('it came', () => of('orders').length === 1)
    const [g] = of('orders')
    const verified = (s: string) => { try { new Webhook(s).verify(g!.body, g!.headers as Record<string, string>); return true } catch (e) { return /timestamp/i.test(String(e)) ? 'time' : false } }
    // The library refuses times that are days ahead, as this test's clock is by now; so the signatures are counted.
    assert.deepEqual([verified(first?.secret ?? ''), verified(second)], ['time', 'time'])
    assert.equal(String(g?.headers['webhook-signature']).split(' ').length, 2)
  })

  test('another process takes over where one stops, from where it stopped', async () => {
    const other = await open(declared(), { url: base, schema: 'require' })
    try {
      other.work.start({ environment: environment(), clock: () => Date.now() + ahead, lookMs: 50 })
      await wait(50)
      await db.order.create({ customer: 'one' })
      await until('once', () => of('orders').length === 1)
      await app.close()
      const theirs = other.db(await other.as('erp'))
      await theirs.order.create({ customer: 'two' })
      await until('twice', () => of('orders').length === 2)
      await wait(50)
      assert.deepEqual(of('orders').map(g => json(g).data.row?.['customer']), ['one', 'two'])
    } finally {
      await other.close()
    }
  })
})

test('what the environment lacks is told, and nothing runs that nobody declared', async () => {
  const lacking = await open(declared(), { url: base, schema: 'require' })
  try {
    assert.deepEqual(lacking.work.start({ environment: { URL: 'ftp://x', SECRET: 'x' } }).problems.map(p => p.replace(/whsec_\S+$/, '…')), [
      'webhooks.orderPaid.secret: SECRET is no secret: whsec_ and 24 to 64 bytes as base64. Here is one: …', 'webhooks.orderPaid.secret: the environment has no FORMER.',
      'webhooks.orderPaid.to: URL is no http address.', 'webhooks.orders.to: URL is no http address.', 'webhooks.thin.to: URL is no http address.',
    ])
    const { rows } = await lacking.database.client(client => client.query(`select from pg_stat_activity where application_name = 'backwright: changes' and datname = current_database()`))
    assert.equal(rows.length, 0)
  } finally {
    await lacking.close()
  }
})
