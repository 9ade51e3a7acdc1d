// Rows of tenants come from files; and whom a caller is bound to is asked in its tenant. In memory.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { loadData } from '../../src/application/index.ts'
import { compileModel } from '../../src/define/index.ts'
import { createEngine } from '../../src/engine/index.ts'
import { access, allow, backend, email, entity, Entity, integer, many, model, ref, text } from '../../src/index.ts'
import { connectDb } from '../../src/protocols/db/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'

class Company extends Entity { name = text() }
class Customer extends entity({ tenant: () => Company, caller: true }) {
  email = email().unique()
  static access = access(Customer, ({ row, caller }) => [allow('read').when(row.is(caller))])
}
class Invoice extends entity({ tenant: () => Company }) {
  number = text().unique()
  customer = ref(() => Customer)
  lines = many(() => Line, 'invoice').owned()
  static access = access(Invoice, ({ row, caller }) => [allow('read').when(row.customer.is(caller))])
}
class Line extends Entity { invoice = ref(() => Invoice); quantity = integer() }
const declared = backend({ name: 'x', model: model({ company: Company, customer: Customer, invoice: Invoice, line: Line }), callers: { customer: { entity: Customer, match: 'email', claim: 'email' } } })
const { model: scoped } = compileModel(declared)
const id = (n: number) => `01990000-0000-7000-8000-${String(n).padStart(12, '0')}`
const run = () => ({ deadline: performance.now() + 30_000 })

async function inMemory() {
  const store = memoryStore(scoped), engine = await createEngine({ model: scoped, store })
  return { store, engine, everywhere: connectDb(engine, declared, engine.system('looks')), in: (tenant: string) => connectDb(engine, declared, engine.system('looks', { tenant })) }
}

test('files say of which tenant a row is; parts are of that of their whole', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'bw-tenants-'))
  try {
    const write = (name: string, rows: readonly object[]) => { writeFileSync(path.join(folder, `${name}.json`), JSON.stringify(rows)) }
    write('company', [{ id: id(1), name: 'A' }, { id: id(2), name: 'B' }])
    write('customer', [{ id: id(11), tenantId: id(1), email: 'c@x.example' }, { id: id(12), tenantId: id(2), email: 'c@x.example' }])
    write('invoice', [{ id: id(21), tenantId: id(1), number: '1', customerId: id(11) }, { id: id(22), tenantId: id(2), number: '1', customerId: id(12) }])
    write('line', [{ id: id(31), invoiceId: id(21), quantity: 1 }, { id: id(32), invoiceId: id(22), quantity: 2 }, { id: id(33), invoiceId: id(22), quantity: 3 }])
    const at = await inMemory(), application = { engine: at.engine, model: scoped, database: null as never }
    assert.deepEqual([(await loadData(application, folder)).added, (await loadData(application, folder)).added], [9, 0])
    assert.deepEqual([(await at.in(id(1)).line.find()).data.map(l => l.quantity), (await at.in(id(2)).line.find({ sort: ['quantity'] })).data.map(l => l.quantity)], [[1], [2, 3]])
    write('invoice', [{ id: id(23), number: '2', customerId: id(11) }])
    await assert.rejects(loadData(application, folder), /invoice\.json row 1: its tenantId is missing: a Invoice is of a tenant|invoice\.json row 1: its tenantId is missing/)
    write('invoice', [{ id: id(23), tenantId: id(2), number: '2', customerId: id(11) }])
    await assert.rejects(loadData(application, folder), /row 1 .*customer/)
    write('invoice', [])
    write('line', [{ id: id(34), invoiceId: id(29), quantity: 1 }])
    await assert.rejects(loadData(application, folder), /line\.json row 1: the invoice it is a part of is not there/)
  } finally { rmSync(folder, { recursive: true }) }
})

test('whoever is a row of a tenant is another in another, and nobody where it acts in none', async () => {
  const at = await inMemory(), [a, b] = await at.everywhere.company.create([{ name: 'A' }, { name: 'B' }])
  assert.ok(a && b)
  const own = await Promise.all([a, b].map(async ({ id: tenant }) => {
    const customer = await at.in(tenant).customer.create({ email: 'c@x.example' })
    return at.in(tenant).invoice.create({ number: '1', customerId: customer.id })
  }))
  for (const [i, tenant] of [a.id, b.id].entries()) {
    const caller = await at.engine.bind({ id: 'x', roles: new Set(), claims: { email: 'c@x.example', email_verified: true, tenant, '@tenant': b.id, '@allTenants': true }, until: null }, run())
    assert.deepEqual([caller.claims['@customer.id'], caller.claims['@tenant'], caller.claims['@allTenants']], [own[i]?.customerId, tenant, undefined])
    assert.deepEqual((await connectDb(at.engine, declared, caller).invoice.find()).data.map(x => x.id), [own[i]?.id])
  }
  const nowhere = await at.engine.bind({ id: 'x', roles: new Set(), claims: { email: 'c@x.example', email_verified: true, '@tenant': b.id }, until: null }, run())
  assert.deepEqual(Object.keys(nowhere.claims).filter(name => name.startsWith('@')), [])
})
