// The page on databases that are there, played: its tables are made and imported, what is shown is what is written, and a field added by hand is a column.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { compileModel, open, SchemaDiffers, type Backend } from 'backwright'
import { importCommand } from '../src/cli/commands/import.ts'
import { describePlan } from '../src/migrate/index.ts'
import { world } from './import/imported.ts'
import { differs, pages } from './pages.ts'

test('tables of somebody else: imported, shown, served, changed', async () => {
  const { blocks } = pages().find(page => page.name.endsWith('existing-database.md')) ?? assert.fail('the page is gone')
  const marked = (mark: string) => blocks.find(b => b.marks.some(m => m.startsWith(mark))) ?? assert.fail(mark)
  const w = await world(blocks.find(b => b.language === 'sql')?.text ?? '')
  try {
    const run = async (): Promise<string> => {
      let out = ''
      await importCommand.run([w.url, 'office'], { out: text => { out += text }, err: () => {}, colour: false, cwd: w.folder, environment: {} })
      return out
    }
    assert.equal(differs('text', marked('imported').text, await run()), null)
    const folder = path.join(w.folder, 'office'), invoice = path.join(folder, 'invoice.ts')
    const { pathname } = new URL(w.url)
    assert.equal(readFileSync(invoice, 'utf8').replace(`database ${pathname.slice(1)}`, 'database office'), marked('written=').text)
    assert.match(await run(), /5 files unchanged/)

    const customer = path.join(folder, 'customer.ts')
    const allowed = (file: string, title: string): void => {
      writeFileSync(file, `import { access, allow } from 'backwright'\n${readFileSync(file, 'utf8').replace(/^ {2}\/\/ static access = .*$/m, `  static access = access(${title}, () => [allow('read', 'create').to('office')])`)}`)
    }
    allowed(customer, 'Customer')
    allowed(invoice, 'Invoice')
    assert.match(await run(), /2 files edited by you and left/)
    const { default: office } = await import(pathToFileURL(path.join(folder, 'backend.ts')).href) as { default: Backend }
    const application = await open(office, { url: w.url, schema: 'require' })
    try {
      const db = application.db(await application.as({ roles: ['office'] })) as unknown as Record<string, { create(row: object, ask: object): Promise<unknown>; find(ask: object): Promise<{ data: unknown[] }> }>
      await db['customer']?.create({ custName: 'Nordlicht', invoices: [{ billedOn: '2026-01-31', total: '11.90', state: 'written off' }] }, { include: { invoices: true } })
      const { data } = await db['customer']?.find({ include: { invoices: true }, sort: ['id'], fields: ['custName', 'city'] }) ?? assert.fail('no customers')
      assert.deepEqual(JSON.parse(JSON.stringify(data)), [
        { custName: 'Alfreds Futterkiste', city: 'Berlin', invoices: [] },
        { custName: 'Nordlicht', city: null, invoices: [{ id: 1, customerId: 2, billedOn: '2026-01-31', total: '11.9', net: '10', state: 'written off' }] },
      ])
    } finally { await application.close() }

    const later = path.join(folder, 'later.ts')
    writeFileSync(later, `import { backend, model } from 'backwright'\n${blocks.findLast(b => b.language === 'ts')?.text ?? ''}\nexport default backend({ name: 'office', model: model({ customer: Customer }) })\n`)
    const { default: changed } = await import(pathToFileURL(later).href) as { default: Backend }
    const plan = await w.plan(compileModel(changed).model)
    assert.deepEqual(describePlan(plan), marked('differs').text.trim().split('\n'))
    await assert.rejects(open(changed, { url: w.url, schema: 'require' }), SchemaDiffers)
    await (await open(changed, { url: w.url, schema: 'apply' })).close()
    assert.deepEqual((await w.client.query('select "CustName", "City", phone from "tblCustomer" order by 1')).rows, [{ CustName: 'Alfreds Futterkiste', City: 'Berlin', phone: null }, { CustName: 'Nordlicht', City: null, phone: null }])
  } finally { await w.end() }
})
