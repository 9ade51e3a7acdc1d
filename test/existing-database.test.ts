// The page on databases that are there, played: its tables are made, its declaration is compared with them, and serves what lies in them.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { compileModel, open, SchemaDiffers, type Backend } from 'backwright'
import pg from 'pg'
import { describePlan, planOf } from '../src/migrate/index.ts'
import { pages } from './pages.ts'
import { testServer } from './server.ts'

const root = path.dirname(import.meta.dirname)

test('tables of somebody else: what differs, and what they answer', async () => {
  const { blocks } = pages().find(page => page.name.endsWith('existing-database.md')) ?? assert.fail('the page is gone')
  const made = mkdtempSync(path.join(tmpdir(), 'bw-existing-'))
  const fresh = await (await testServer()).freshDatabase()
  const client = new pg.Client(fresh.config)
  await client.connect()
  try {
    mkdirSync(path.join(made, 'node_modules'))
    symlinkSync(root, path.join(made, 'node_modules/backwright'))
    writeFileSync(path.join(made, 'package.json'), '{ "type": "module" }')
    const file = path.join(made, 'office.ts')
    writeFileSync(file, blocks.find(b => b.language === 'ts')?.text ?? assert.fail('no declaration'))
    const { default: office } = await import(pathToFileURL(file).href) as { default: Backend }
    const { model } = compileModel(office)
    const plain = (lines: string): string[] => lines.replaceAll(/^.*office\.ts:\d+ +/gm, '').split('\n').map(line => line.trim()).filter(line => line !== '')

    for (const block of blocks) {
      if (block.language === 'sql') await client.query(block.text)
      if (block.marks.includes('differs')) assert.deepEqual(plain(describePlan(await planOf(client, model)).join('\n')), plain(block.text), `line ${block.line}`)
    }
    assert.deepEqual((await planOf(client, model)).notes, ['column tblCustomer.Fax is not part of Customer: left alone'])

    const { user, password, host, port, database } = fresh.config
    const url = `postgres://${user}:${password}@localhost/${database}?${new URLSearchParams({ host, port: String(port) }).toString()}`
    await assert.rejects(open(office, { url, schema: 'require' }), SchemaDiffers)
    const application = await open(office, { url, schema: 'apply' })
    try {
      const db = application.db(await application.as({ roles: ['office'] })) as unknown as Record<string, { create(row: object, ask: object): Promise<unknown>; find(ask: object): Promise<{ data: unknown[] }> }>
      await db['customer']?.create({ name: 'Nordlicht', invoices: [{ billedOn: '2026-01-31', total: '12.50' }] }, { include: { invoices: true } })
      assert.deepEqual(JSON.parse(JSON.stringify((await db['customer']?.find({ include: { invoices: true }, sort: ['id'] }))?.data)), [
        { id: 1, name: 'Alfreds Futterkiste', city: 'Berlin', invoices: [] },
        { id: 2, name: 'Nordlicht', city: null, invoices: [{ id: 1, customerId: 2, billedOn: '2026-01-31', total: '12.5' }] },
      ])
      assert.deepEqual((await client.query('select "CustNo", "CustName", "Fax" from "tblCustomer" order by 1')).rows, [{ CustNo: 1, CustName: 'Alfreds Futterkiste', Fax: null }, { CustNo: 2, CustName: 'Nordlicht', Fax: null }])
    } finally { await application.close() }
  } finally {
    await client.end()
    await fresh.drop()
    rmSync(made, { recursive: true, force: true })
  }
})
