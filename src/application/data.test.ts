// Data whose keys the database counts: rows made afterwards get numbers of their own.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { testServer } from '../../test/server.ts'
import { access, allow, backend, entity, loadData, model, open, sequence, text } from '../index.ts'

class Ticket extends entity({ id: sequence() }) {
  what = text()
  static access = access(Ticket, () => [allow('read', 'create').always()])
}

test('loaded keys are counted on from', async () => {
  const fresh = await (await testServer()).freshDatabase()
  const folder = mkdtempSync(path.join(tmpdir(), 'backwright-data-'))
  const { user, password, host, port, database } = fresh.config
  const application = await open(backend({ name: 'tickets', model: model({ ticket: Ticket }) }), { url: `postgres://${user}:${password}@${encodeURIComponent(host)}:${port}/${database}`, schema: 'apply' })
  try {
    writeFileSync(path.join(folder, 'ticket.json'), JSON.stringify([{ id: 3, what: 'three' }, { id: 7, what: 'seven' }]))
    assert.deepEqual(await loadData(application, folder), { files: 1, rows: 2, added: 2 })
    const db = application.db(application.system('tries'))
    const [a, b] = [await db.ticket.create({ what: 'next' }), await db.ticket.create({ what: 'after' })]
    assert.ok(a.id > 7 && b.id > a.id, `${a.id}, ${b.id}`)
    assert.equal((await loadData(application, folder)).added, 0)
  } finally {
    await application.close()
    await fresh.drop()
    rmSync(folder, { recursive: true })
  }
})
