// A process is killed between its commit and the delivery, and between the delivery and its being written down: nothing is lost, and what comes twice is one event.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { testServer } from '../../../test/server.ts'
import { open } from '../../index.ts'
import { declared } from './process.fixture.ts'

test('nothing is lost by kill -9', async () => {
  const fresh = await (await testServer()).freshDatabase()
  const { user, password, host, port, database } = fresh.config
  const url = `postgres://${user}:${password}@${encodeURIComponent(host)}:${port}/${database}`
  const got: { readonly id: string; readonly row: string; readonly response: ServerResponse }[] = []
  let stall = true
  const receiver = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (piece: string) => { body += piece }).on('end', () => {
      got.push({ id: String(request.headers['webhook-id']), row: (JSON.parse(body) as { data: { key: { id: string } } }).data.key.id, response })
      if (!stall) response.writeHead(204).end()
    })
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
  const start = (more: Record<string, string>) => spawn(process.execPath, ['-C', 'backwright-source', path.join(import.meta.dirname, 'process.fixture.ts')], {
    env: { ...process.env, HOOK_DATABASE: url, HOOK_URL: hook, ...more }, stdio: ['ignore', 'pipe', 'inherit'],
  })
  const until = async (holds: () => boolean): Promise<void> => {
    for (const end = Date.now() + 10_000; Date.now() < end; await wait(10)) if (holds()) return
    assert.fail(`not in time; got ${JSON.stringify(got.map(g => [g.id, g.row]))}`)
  }
  try {
    // The receiver has it and has not answered: killed, it is not known to be delivered.
    const first = start({ HOOK_WORK: 'yes' })
    await until(() => got.length === 1)
    first.kill('SIGKILL')
    await once(first, 'exit')
    // Written and committed, and dead before anybody read it.
    const second = start({ HOOK_DIE: 'yes' })
    await once(second, 'exit')
    assert.equal(second.signalCode, 'SIGKILL')
    stall = false
    const application = await open(declared, { url, schema: 'require' })
    try {
      application.work.start({ environment: { HOOK_URL: hook }, lookMs: 50 })
      await until(() => new Set(got.map(g => g.row)).size === 2 && got.length >= 3)
      const { rows } = await application.database.client(client => client.query('select id from orders'))
      assert.deepEqual(new Set(got.map(g => g.row)), new Set(rows.map(r => (r as { id: string }).id)))
      assert.equal(new Set(got.map(g => g.id)).size, 2, 'sent again, an event is the same')
    } finally { await application.close() }
  } finally {
    receiver.closeAllConnections()
    receiver.close()
    await fresh.drop()
  }
})
