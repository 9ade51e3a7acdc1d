// Tenants over REST, GraphQL and db: what each sees, how a row gets its tenant, and who acts in which.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Failure } from '../../src/failure/index.ts'
import { planOf } from '../../src/migrate/index.ts'
import { model, served, run, type Claims, type Served } from './served.ts'

let at: Served
before(async () => { at = await served() })
after(() => at.end())
const anna = () => ({ email: 'anna@x.example', tenant: at.acme.id })
const ben = () => ({ email: 'ben@x.example', tenant: at.bolt.id })
const failure = (code: string) => (error: unknown) => error instanceof Failure && error.code === code
const ids = (rows: readonly { readonly id: string }[]) => rows.map(r => r.id).toSorted()

test('each tenant sees its own rows, at their addresses, in lists, counts and aggregates', async () => {
  for (const [who, own, other] of [[anna(), at.a, at.b], [ben(), at.b, at.a]] as const) {
    const list = await at.ask(who, 'GET', '/api/products?count=exact')
    assert.equal(list.status, 200, list.text)
    assert.deepEqual(ids(list.body.data), ids([own.hammer, own.saw]))
    assert.equal(list.body.page.total, 2)
    assert.equal((await at.ask(who, 'GET', `/api/products/${own.hammer.id}`)).status, 200)
    for (const path of [`/products/${other.hammer.id}`, `/invoice-lines/${other.line.id}`, `/invoices/${other.invoice.id}`, `/customers/${other.customer.id}`]) assert.equal((await at.ask(who, 'GET', `/api${path}`)).status, 404, path)
    const sums = await at.ask(who, 'GET', '/api/products/aggregate?measure=count,sum(stock)')
    assert.deepEqual([sums.status, sums.body.data?.[0]?.count ?? sums.body[0]?.count], [200, 2], sums.text)
    assert.deepEqual((await at.ask(who, 'GET', `/api/products?filter[id][in]=${other.hammer.id},${own.saw.id}`)).body.data.map((p: any) => p.id), [own.saw.id])
    assert.deepEqual((await at.ask(who, 'GET', `/api/tags?filter[products][some][sku]=H1&include=products`)).body.data.map((t: any) => ids(t.products)), [[own.hammer.id]])
    const companies = await at.ask(who, 'GET', '/api/companies?include=invoices')
    assert.deepEqual(companies.body.data.map((c: any) => [c.id, ids(c.invoices)]), [[own.invoice.tenantId, [own.invoice.id]]])
    const graph = await at.ask(who, 'POST', '/graphql', { query: '{ products { nodes { id tenantId } } }' })
    if (graph.body.data?.products) assert.deepEqual(ids(graph.body.data.products.nodes), ids([own.hammer, own.saw]))
    else assert.fail(graph.text)
  }
})

test('who is in no tenant sees nothing of any, and is told why a write is refused', async () => {
  for (const who of [{ email: 'anna@x.example' }, { email: 'anna@x.example', tenant: at.bolt.id }, { email: 'nobody@x.example', tenant: at.acme.id }, { email: 'anna@x.example', tenant: 'no-uuid' }, { email: 'anna@x.example', tenant: [at.acme.id] }, { email: 'anna@x.example', tenant: '01890000-0000-7000-8000-000000000000' }]) {
    const list = await at.ask(who, 'GET', '/api/products')
    assert.equal(list.status, 403, list.text)
    assert.match(list.body.detail, /each is of a tenant, and you act in none/)
    assert.equal((await at.ask(who, 'POST', '/api/tags', { name: 'x' })).status, 403)
    assert.match((await at.ask(who, 'POST', '/api/tags', { name: 'x' })).body.detail, /You may not create tags: each is of a tenant, and you act in none/)
    assert.deepEqual((await at.ask(who, 'GET', '/api/companies?include=invoices')).body.data ?? [], [])
  }
  assert.equal((await at.ask(null, 'GET', '/api/products')).status, 401)
  assert.deepEqual((await at.ask({ email: 'anna@x.example' }, 'GET', '/api/people?include=favourite')).body.data.map((p: any) => p.favourite), [null, null, null, null])
})

test('who is in no tenant connects, changes and makes none of its rows beside others', async () => {
  const anna = { email: 'anna@x.example' }
  const [me] = (await at.ask(anna, 'GET', '/api/people?filter[email]=anna@x.example')).body.data
  const create = { sku: 'none', name: 'x', price: '1.00' }
  for (const favourite of [
    { connect: { sku: 'H1' } }, { connect: { id: at.a.hammer.id } }, { create }, { connectOrCreate: { where: { sku: 'H1' }, create } },
    { upsert: { create, update: { name: 'x' } } }, { update: { name: 'x' } }, { delete: true },
  ]) {
    const told = await at.ask(anna, 'PATCH', `/api/people/${me.id}`, { favourite })
    assert.ok([403, 404, 409, 422].includes(told.status), `${JSON.stringify(favourite)}: ${told.text}`)
  }
  for (const body of [{ related: { connectOrCreate: { where: { sku: 'H1' }, create } } }, { tags: { connectOrCreate: [{ where: { name: 'x' }, create: {} }] } }]) {
    const told = await at.ask(anna, 'PATCH', `/api/products/${at.a.hammer.id}`, body)
    assert.equal(told.status, 403, told.text)
    assert.match(told.body.detail, /You may not update products: each is of a tenant, and you act in none/)
  }
})

test('a membership says in which tenant somebody is, and which roles count there', async () => {
  const both = (tenant: string) => ({ email: 'both@x.example', tenant })
  const me = async (who: Claims) => (await at.ask(who, 'POST', '/api/actions/who-am-i', {})).body
  assert.deepEqual(await me(anna()), { tenant: at.acme.id, staff: 'true', may: 'true', fresh: 'false' })
  assert.deepEqual(await me(both(at.acme.id)), { tenant: at.acme.id, staff: 'false', may: 'true', fresh: 'false' })
  assert.deepEqual(await me(both(at.bolt.id)), { tenant: at.bolt.id, staff: 'false', may: 'false', fresh: 'false' })
  assert.deepEqual(await me({ email: 'anna@x.example', tenant: at.bolt.id }), { tenant: null, staff: 'false', may: 'false', fresh: 'false' })
  // Boss in one, buyer in the other.
  assert.equal((await at.ask(both(at.acme.id), 'PATCH', `/api/companies/${at.acme.id}`, { name: 'Acme' })).status, 200)
  assert.equal((await at.ask(both(at.bolt.id), 'PATCH', `/api/companies/${at.bolt.id}`, { name: 'x' })).status, 403)
  assert.equal((await at.ask(both(at.acme.id), 'PATCH', `/api/companies/${at.bolt.id}`, { name: 'x' })).status, 404)
  assert.equal((await at.ask(both(at.acme.id), 'GET', `/api/products/${at.a.hammer.id}`)).body.cost, '4.00')
  assert.equal('cost' in (await at.ask(both(at.bolt.id), 'GET', `/api/products/${at.b.hammer.id}`)).body, false)
})

test('a sign-in is fresh for so long, and rules know', async t => {
  const now = Math.floor(Date.now() / 1000), boss = (auth_time?: unknown) => ({ email: 'both@x.example', tenant: at.acme.id, ...(auth_time === undefined ? {} : { auth_time }) })
  const extra = await at.in(at.acme.id).customer.create({ name: 'gone', email: 'gone@x.example' })
  for (const stale of [undefined, now - 700, now + 3600, 'x', null, '9999999999']) assert.equal((await at.ask(boss(stale), 'DELETE', `/api/customers/${extra.id}`)).status, 403, String(stale))
  // Fresh at first, stale a moment later: the same token, whose rules are kept.
  const passing = await at.as(boss(now - 598))
  t.mock.timers.enable({ apis: ['Date'], now: now * 1000 })
  await assert.rejects(at.db(passing).customer.delete('01890000-0000-7000-8000-000000000000'), failure('row.missing'))
  t.mock.timers.tick(3000)
  await assert.rejects(at.db(passing).customer.delete(extra.id), failure('caller.forbidden'))
  t.mock.timers.reset()
  assert.equal((await at.ask(boss(now - 60), 'DELETE', `/api/customers/${extra.id}`)).status, 204)
  assert.equal((await at.ask({ email: 'nobody@x.example', auth_time: now }, 'POST', '/api/companies', { name: 'Mine' })).status, 201)
  assert.equal((await at.ask({ email: 'nobody@x.example', auth_time: now - 9000 }, 'POST', '/api/companies', { name: 'Mine' })).status, 403)
})

test('the tenant of a row is that of who makes it, and nobody can say another', async () => {
  const made = await at.ask(anna(), 'POST', '/api/tags', { name: 'red' })
  assert.deepEqual([made.status, made.body.tenantId], [201, at.acme.id], made.text)
  const said: readonly (readonly [string, string, unknown])[] = [
    ['POST', '/api/tags', { name: 'x', tenantId: at.bolt.id }], ['POST', '/api/tags', { name: 'x', tenantId: at.acme.id }], ['POST', '/api/tags', [{ name: 'x' }, { name: 'y', tenantId: at.bolt.id }]],
    ['POST', '/api/tags', { name: 'x', tenant: { connect: { id: at.bolt.id } } }], ['POST', '/api/tags', { name: 'x', tenant: { create: { name: 'mine' } } }], ['POST', '/api/tags', { name: 'x', tenant: null }],
    ['POST', '/api/tags', [{ name: 'x', tenant: { connect: { id: at.bolt.id } } }]], ['POST', '/api/tags', { name: 'x', tenant: { connectOrCreate: { where: { id: at.bolt.id }, create: { name: 'x' } } } }],
    ['PATCH', `/api/tags/${made.body.id}`, { tenantId: at.bolt.id }], ['PATCH', `/api/tags/${made.body.id}`, { tenant: { connect: { id: at.bolt.id } } }], ['PATCH', `/api/tags/${made.body.id}`, { tenant: { update: { name: 'hacked' } } }],
    ['PUT', `/api/tags/${made.body.id}`, { name: 'x', tenantId: at.bolt.id }], ['PATCH', '/api/tags?filter[name]=red&expect=1', { tenantId: at.bolt.id }], ['PATCH', '/api/tags?filter[name]=red&expect=1', { tenant: { connect: { id: at.bolt.id } } }],
    ['POST', '/api/invoices', { number: '9', customer: { create: { name: 'c', email: 'c@x.example', tenantId: at.bolt.id } } }],
    ['POST', '/api/invoices', { number: '9', customerId: at.a.customer.id, tenantId: at.bolt.id, lines: [{ productId: at.a.saw.id, quantity: 1 }] }],
    ['PATCH', `/api/products/${at.a.saw.id}`, { tags: { create: [{ name: 'z', tenantId: at.bolt.id }] } }],
  ]
  for (const [method, path, body] of said) {
    const answer = await at.ask(anna(), method, path, body)
    assert.equal(answer.status, 422, `${method} ${path} ${JSON.stringify(body)}: ${answer.text}`)
  }
  // Nor does it type-check.
  const db = at.in(at.acme.id)
  // @ts-expect-error: of which tenant it is nobody says
  await assert.rejects(db.tag.create({ name: 'x', tenantId: at.bolt.id }), failure('resolve.value'))
  // @ts-expect-error: nor so
  await assert.rejects(db.tag.create({ name: 'x', tenant: { connect: { id: at.bolt.id } } }), failure('resolve.value'))
  // @ts-expect-error: nor later
  await assert.rejects(db.tag.update(at.a.tag.id, { tenantId: at.bolt.id }), failure('resolve.value'))
  // As it is read it may be written back.
  assert.equal((await at.ask(anna(), 'PUT', `/api/tags/${made.body.id}`, { ...made.body, name: 'blue' })).status, 200)
  // A tenant made with rows in it: they would be of another than who asks.
  const now = Math.floor(Date.now() / 1000)
  const smuggled = await at.ask({ ...anna(), auth_time: now }, 'POST', '/api/companies', { name: 'Trojan', invoices: [{ number: '77', customerId: at.a.customer.id }] })
  assert.equal(smuggled.status, 403, smuggled.text)
  assert.equal(await at.everywhere.company.count({ where: { name: 'Trojan' } }), 0)
  const inside = await at.ask({ email: 'both@x.example', tenant: at.acme.id }, 'PATCH', `/api/companies/${at.acme.id}`, { invoices: { create: [{ number: '78', customerId: at.a.customer.id }] } })
  assert.equal(inside.status, 200, inside.text)
  assert.deepEqual((await at.everywhere.tag.find({ where: { tenantId: at.bolt.id } })).data.map(t => t.name), ['new'])
  assert.deepEqual((await at.in(at.acme.id).tag.find({ sort: ['name'] })).data.map(t => t.name), ['blue', 'new'])
})

test('rows of another tenant cannot be referred to, connected, linked, changed, deleted or replaced: they are not there', async () => {
  const { a, b } = at, missing = [403, 404, 422]
  const tried: readonly (readonly [string, string, unknown?])[] = [
    ['POST', '/api/invoices', { number: '5', customerId: b.customer.id }], ['POST', '/api/invoices', { number: '5', customer: { connect: { id: b.customer.id } } }],
    ['POST', '/api/invoices', { number: '5', customerId: a.customer.id, lines: [{ productId: b.hammer.id, quantity: 1 }] }],
    ['POST', '/api/invoices', { number: '5', customerId: a.customer.id, lines: { create: [{ product: { connect: { id: b.hammer.id } }, quantity: 1 }] } }],
    ['POST', '/api/invoices', { number: '5', customerId: a.customer.id, lines: { connect: [{ id: b.line.id }] } }],
    ['POST', '/api/invoice-lines', { invoiceId: b.invoice.id, productId: a.saw.id, quantity: 1 }], ['POST', '/api/invoice-lines', { invoiceId: a.invoice.id, productId: b.saw.id, quantity: 1 }],
    ['PATCH', `/api/invoice-lines/${a.line.id}`, { productId: b.hammer.id }], ['PATCH', `/api/invoice-lines/${b.line.id}`, { quantity: 9 }], ['DELETE', `/api/invoice-lines/${b.line.id}`],
    ['PATCH', `/api/products/${a.saw.id}`, { relatedId: b.hammer.id }], ['PATCH', `/api/products/${a.saw.id}`, { related: { connect: { id: b.hammer.id } } }],
    ['PATCH', `/api/products/${a.saw.id}`, { tags: { connect: [{ id: b.tag.id }] } }], ['PATCH', `/api/products/${a.saw.id}`, { tags: { set: [{ id: b.tag.id }] } }],
    ['PATCH', `/api/products/${a.saw.id}`, { tags: { update: [{ id: b.tag.id, name: 'hacked' }] } }], ['PATCH', `/api/products/${a.saw.id}`, { tags: { delete: [{ id: b.tag.id }] } }],
    ['PATCH', `/api/products/${a.saw.id}`, { tags: { disconnect: [{ id: b.tag.id }] } }], ['POST', '/api/products', { sku: 'N', name: 'n', price: '1', tags: { connect: [{ id: b.tag.id }] } }],
    ['PATCH', `/api/products/${b.saw.id}`, { name: 'hacked' }], ['PATCH', `/api/products/${b.saw.id}`, { related: { create: { sku: 'q', name: 'q', price: '1' } } }],
    ['PATCH', `/api/invoices/${a.invoice.id}`, { lines: { update: [{ id: b.line.id, quantity: 9 }] } }], ['PATCH', `/api/invoices/${a.invoice.id}`, { lines: { delete: [{ id: b.line.id }] } }],
    ['PATCH', `/api/invoices/${a.invoice.id}`, { lines: { set: [{ id: b.line.id, quantity: 9 }] } }], ['PATCH', `/api/invoices/${a.invoice.id}`, { customerId: b.customer.id }],
    ['PATCH', `/api/customers/${a.customer.id}`, { invoices: { connect: [{ id: b.invoice.id }] } }], ['PATCH', `/api/customers/${a.customer.id}`, { invoices: { update: [{ id: b.invoice.id, note: 'hacked' }] } }],
    ['DELETE', `/api/products/${b.saw.id}`], ['PUT', `/api/products/${b.saw.id}`, { sku: 'X', name: 'hacked', price: '1' }], ['PUT', '/api/products/01890000-0000-7000-8000-000000000001', { sku: 'X', name: 'new', price: '1' }],
    ['POST', `/api/invoices/${b.invoice.id}/pay`, {}], ['POST', `/api/invoices/${b.invoice.id}/cancel`, {}], ['POST', `/api/products/${b.saw.id}/stock`, { add: 5 }],
    ['PATCH', `/api/people/${at.anna.id}`, { favouriteId: b.saw.id }],
  ]
  const before = await everything(), others = Object.values(b).map(row => row.id)
  // Answered to the letter as if it were nowhere.
  const nowhere = (text: string) => others.reduce((t, id, i) => t.replaceAll(id, `01890000-0000-7000-8000-${String(i).padStart(12, '0')}`), text)
  for (const [method, path, body] of tried) {
    const answer = await at.ask(anna(), method, path, body), { instance: _, ...said } = answer.body ?? {}
    assert.ok(missing.includes(answer.status), `${method} ${path} ${JSON.stringify(body)}: ${answer.status} ${answer.text}`)
    const absent = await at.ask(anna(), method, nowhere(path), body === undefined ? undefined : JSON.parse(nowhere(JSON.stringify(body)))), { instance: __, ...saidOf } = absent.body ?? {}
    assert.deepEqual(said, saidOf, `${method} ${path} ${JSON.stringify(body)}`)
  }
  assert.equal((await at.ask(anna(), 'PATCH', `/api/products?filter[id]=${b.saw.id}&expect=1`, { stock: 9 })).status, 409)
  assert.equal((await at.ask(anna(), 'DELETE', `/api/tags?filter[id]=${b.tag.id}&expect=1`)).status, 409)
  const batch = await at.ask(anna(), 'POST', '/api/batch', { operations: [{ method: 'PATCH', path: `/api/products/${b.saw.id}`, body: { stock: 9 } }] })
  assert.ok(batch.status >= 400 || batch.text.includes('404'), batch.text)
  assert.deepEqual(await everything(), before)
})
const everything = async () => JSON.stringify(await Promise.all([
  at.everywhere.product.find({ sort: ['id'], include: { tags: true } }), at.everywhere.invoice.find({ sort: ['id'], include: { lines: true } }), at.everywhere.tag.find({ sort: ['id'] }), at.everywhere.customer.find({ sort: ['id'] }), at.everywhere.person.find({ sort: ['id'] }),
].map(async x => (await x).data)))

test('what is unique is so within a tenant: each has its own number one', async () => {
  assert.equal((await at.ask(ben(), 'POST', '/api/tags', { name: 'shared' })).status, 201)
  assert.equal((await at.ask(anna(), 'POST', '/api/tags', { name: 'shared' })).status, 201)
  const again = await at.ask(anna(), 'POST', '/api/tags', { name: 'shared' })
  assert.equal(again.status, 409)
  assert.match(again.text, /name/)
  assert.doesNotMatch(again.text, /tenant/)
  // Found by what is unique: only among one's own, and made where only others have it.
  await at.in(at.bolt.id).tag.create({ name: 'only bolt' })
  assert.equal((await at.ask(anna(), 'PATCH', `/api/products/${at.a.saw.id}`, { tags: { connect: [{ name: 'only bolt' }] } })).status, 422)
  const connected = await at.ask(anna(), 'PATCH', `/api/products/${at.a.saw.id}`, { tags: { connectOrCreate: [{ where: { name: 'only bolt' }, create: {} }] } })
  assert.equal(connected.status, 200, connected.text)
  assert.deepEqual(connected.body.tags.map((t: any) => [t.name, t.tenantId]), [['only bolt', at.acme.id]])
  assert.deepEqual((await at.everywhere.tag.find({ where: { name: 'only bolt' }, include: { products: true } })).data.map(t => `${t.products.length}`).toSorted(), ['0', '1'])
  const upserted = await at.ask(anna(), 'PATCH', `/api/customers/${at.a.customer.id}`, { invoices: { upsert: [{ where: { number: '1' }, create: {}, update: { note: 'mine' } }] } })
  assert.equal(upserted.status, 200, upserted.text)
  assert.deepEqual((await at.everywhere.invoice.find({ where: { number: '1' }, sort: ['note'] })).data.map(i => [i.tenantId, i.note]), [[at.acme.id, 'mine'], [at.bolt.id, null]])
})

test('a rule that looks through rows of no tenant at those of some sees those of the caller, and whoever is in none is denied', async () => {
  const { both, a, b } = at, who = (tenant?: string) => ({ email: 'ben@x.example', ...(tenant === undefined ? {} : { tenant }) })
  await at.everywhere.person.update(both.id, { motto: 'on' })
  const seen = async (asker: Claims) => { const { body } = await at.ask(asker, 'GET', `/api/people/${both.id}?fields=motto,voids`); return body.status ?? [body.motto, body.voids] }
  assert.deepEqual(await seen(who(at.bolt.id)), ['on', false])
  const written = await at.in(at.acme.id).invoice.create({ number: 's1', customerId: a.customer.id, writerId: both.id, note: 'secret' })
  await at.client.query(`update invoices set status = 'void' where id = $1`, [written.id])
  assert.deepEqual(await seen(who(at.bolt.id)), ['on', false], 'what was written in another tenant changes nothing')
  assert.equal(await seen(who()), 403, 'who is in no tenant does not know, so it is hidden')
  await at.in(at.bolt.id).invoice.create({ number: 's1', customerId: b.customer.id, writerId: both.id, note: 'secret' })
  assert.deepEqual(await seen(who(at.bolt.id)), [null, false])
})

test('the system stays in the tenant of who asks, and leaves it only by saying so', async () => {
  const seen = async (who: Claims | null, name: string, input: object = {}) => at.ask(who, 'POST', `/api/actions/${name}`, input)
  assert.deepEqual((await seen(anna(), 'seen')).body.ids.toSorted(), ids([at.a.hammer, at.a.saw]))
  assert.deepEqual((await seen(anna(), 'seen-in', { company: at.bolt.id })).body.ids.toSorted(), ids([at.b.hammer, at.b.saw]))
  assert.deepEqual((await seen(anna(), 'seen-everywhere')).body.ids.toSorted(), ids([at.a.hammer, at.a.saw, at.b.hammer, at.b.saw]))
  // Who is in none has to be said one: forgetting it is an error of the code, not all rows.
  assert.equal((await seen(null, 'seen')).status, 500)
  assert.deepEqual((await seen(null, 'seen-in', { company: at.bolt.id })).body.ids.toSorted(), ids([at.b.hammer, at.b.saw]))
  assert.deepEqual((await seen(anna(), 'make-tag', { name: 'made' })).body.tenant, at.acme.id)
  assert.equal((await seen({ email: 'anna@x.example' }, 'make-tag', { name: 'made' })).status, 500)
  for (const tenant of [at.acme.id, at.bolt.id]) await at.in(tenant).invoice.create({ number: 'c', customerId: tenant === at.acme.id ? at.a.customer.id : at.b.customer.id, note: 'cancel me' })
  assert.equal((await seen(anna(), 'cancel-all')).status, 204)
  assert.deepEqual((await at.everywhere.invoice.find({ where: { number: 'c' } })).data.map(i => `${i.tenantId} ${i.note}`).toSorted(), [`${at.acme.id} cancelled`, `${at.bolt.id} cancel me`].toSorted())
  // In a hook too.
  const there = await at.in(at.bolt.id).customer.count()
  assert.equal((await at.ask(ben(), 'PATCH', `/api/customers/${at.b.customer.id}`, { name: 'how many' })).body.name, String(there))
  assert.ok(there < await at.everywhere.customer.count())
  // In all tenants rows are read, changed and deleted; to make or connect them one is said.
  const notSaid = (error: unknown) => error instanceof Failure && error.code === 'internal' && /says in which tenant/.test(String((error.cause as Error).message))
  await assert.rejects(at.everywhere.tag.create({ name: 'x' }), notSaid)
  await assert.rejects(at.everywhere.invoiceLine.update(at.a.line.id, { productId: at.b.hammer.id }), notSaid)
  await assert.rejects(at.everywhere.product.update(at.a.saw.id, { tags: { connect: { id: at.b.tag.id } } }), notSaid)
  // What the database itself refuses, whoever writes.
  await assert.rejects(at.everywhere.invoice.update(at.a.invoice.id, { customerId: at.b.customer.id }), failure('row.reference'))
  await assert.rejects(at.client.query('update invoices set customer_id = $1 where id = $2', [at.b.customer.id, at.a.invoice.id]), /foreign key/)
  await assert.rejects(at.client.query('update products set tenant_id = $1 where id = $2', [at.bolt.id, at.a.hammer.id]), /foreign key|unique/)
  assert.equal((await at.everywhere.product.update(at.b.saw.id, { stock: 3 })).stock, 3)
})

test('of several rows made in a tenant that is not there, the first is named', async () => {
  const nowhere = at.in('0198a000-0000-7000-8000-00000000dead')
  const places = await Promise.all([nowhere.tag.create([{ name: 'p' }, { name: 'q' }]), nowhere.tag.create({ name: 'p' })].map(made => made.then(() => null, (e: unknown) => e instanceof Failure && [e.code, e.at])))
  assert.deepEqual(places, [['row.reference', [0, 'tenant']], ['row.reference', ['tenant']]])
})

test('transitions are taken in the tenant, as by whoever may', async () => {
  const invoice = await at.in(at.acme.id).invoice.create({ number: 't1', customerId: at.a.customer.id }), paid = await at.in(at.bolt.id).invoice.create({ number: 't1', customerId: at.b.customer.id })
  assert.deepEqual([(await at.ask(anna(), 'POST', `/api/invoices/${invoice.id}/cancel`, {})).body.status, (await at.ask(ben(), 'POST', `/api/invoices/${invoice.id}/pay`, {})).status], ['void', 404])
  assert.equal((await at.ask({ email: 'both@x.example', tenant: at.bolt.id }, 'POST', `/api/invoices/${paid.id}/cancel`, {})).status, 403, 'who has the permission elsewhere has it not here')
  assert.equal((await at.ask(ben(), 'POST', `/api/invoices/${paid.id}/pay`, {})).body.status, 'paid')
})

test('an answer that is given again is that of the same tenant', async () => {
  const both = (tenant: string) => ({ email: 'both@x.example', tenant }), headers = { 'idempotency-key': 'one-and-the-same' }
  const first = await at.ask(both(at.acme.id), 'POST', '/api/tags', { name: 'once' }, headers)
  const second = await at.ask(both(at.bolt.id), 'POST', '/api/tags', { name: 'once' }, headers)
  assert.deepEqual([first.status, second.status, first.body.tenantId, second.body.tenantId], [201, 201, at.acme.id, at.bolt.id])
  assert.equal((await at.ask(both(at.acme.id), 'POST', '/api/tags', { name: 'once' }, headers)).body.id, first.body.id)
})

test('explain says that a row is of another tenant, and lists none of another', async () => {
  const inA = await at.as(anna()), { b, a } = at
  const why = await at.engine.explainWrite({ kind: 'update', entity: 'invoice', key: [b.invoice.id], body: {}, origin: 'code', expect: null }, inA, run())
  assert.deepEqual(why.rows.map(r => [r.granted, r.decidedBy]), [[false, 'Invoice.tenant']])
  const own = await at.engine.explainWrite({ kind: 'update', entity: 'invoice', key: [a.invoice.id], body: {}, origin: 'code', expect: null }, inA, run())
  assert.deepEqual(own.rows.map(r => [r.granted, r.decidedBy]), [[true, 'Invoice.1']])
  const read = await at.engine.explain({ key: 'why', ask: () => ({ kind: 'find', entity: 'product' }), values: [], origin: 'code', cursor: null, number: null }, inA, run())
  assert.ok(read.rows.length > 0 && read.rows.every(r => r.key[0] !== b.saw.id && r.key[0] !== b.hammer.id))
})

test('a tenant has the index it needs: its list in order, a row by what is unique, whatever others have', async () => {
  const statements = async (path: string) => {
    const { rows } = await at.client.query<{ 'QUERY PLAN': string }>(`explain (costs off) ${path}`)
    return rows.map(r => r['QUERY PLAN']).join('\n')
  }
  await at.client.query('begin; set local enable_seqscan = off; set local enable_sort = off')
  try {
    assert.match(await statements(`select * from products where tenant_id = '${at.acme.id}' order by id limit 20`), /products_tenant_id_id_key/)
    assert.match(await statements(`select * from products where tenant_id = '${at.acme.id}' and sku = 'H1'`), /products_tenant_id_sku_key/)
  } finally { await at.client.query('rollback') }
  assert.equal((await planOf(at.client, model)).empty, true, 'the database is as the model has it')
  const { rows } = await at.client.query<{ name: string; def: string }>(`select conname as name, pg_get_constraintdef(oid) as def from pg_constraint where conrelid = 'invoices'::regclass and contype = 'f' order by 1`)
  assert.deepEqual(rows.map(r => `${r.name} ${r.def}`), [
    'invoices_customer_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id)', 'invoices_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES companies(id)', 'invoices_writer_fkey FOREIGN KEY (writer_id) REFERENCES people(id)',
  ])
})

test('a change is told to its tenant, gone rows too', async () => {
  const changes = at.engine.changes!
  const inA = await at.as(anna()), inB = await at.as(ben()), nowhere = await at.as({ email: 'anna@x.example' })
  const row = await at.in(at.bolt.id).tag.create({ name: 'told' })
  await at.in(at.bolt.id).tag.delete(row.id)
  const saw = { id: 'x', entity: 'tag', key: [row.id], verb: 'delete', before: { id: row.id, name: 'told', tenantId: at.bolt.id }, after: null } as never
  assert.ok(changes)
  assert.equal(await at.engine.seen(saw, inA, run()), null)
  assert.equal(await at.engine.seen(saw, nowhere, run()), null)
  assert.equal((await at.engine.seen(saw, inB, run()))?.row, null)
  const logged = await at.client.query(`select before from backwright.changes where entity = 'tag' and verb = 'delete'`).catch(() => null)
  if (logged) assert.ok(logged.rows.every((r: { before: { tenantId?: string } }) => r.before.tenantId !== undefined))
})
