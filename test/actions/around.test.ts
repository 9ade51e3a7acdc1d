// Actions around the engine: a declaration that is read anew, contracts within another server, a request from the command line's side.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fastify from 'fastify'
import { backend, open, type Application } from '../../src/index.ts'
import { rest } from '../../src/protocols/rest/index.ts'
import { mount } from '../../src/server/index.ts'
import { testServer } from '../server.ts'
import { bank, lookup } from './bank.ts'
import { served, type Served } from './served.ts'

let at: Served
before(async () => { at = await served() })
after(() => at.end())

test('code that changed is another declaration, even where nothing else did', async () => {
  const fresh = await (await testServer()).freshDatabase()
  const { user, password, host, port, database } = fresh.config
  const say = (word: string) => backend({ name: 'bank', model: bank, actions: { say: bank.action({ allow: 'clerk', run: () => ({ word }) }) } })
  const first = say('one')
  const application: Application<typeof bank.entities, (typeof first)['~actions']> = await open(first, { url: `postgres://${user}:${password}@localhost/${database}?${new URLSearchParams({ host, port: String(port) }).toString()}`, schema: 'apply' })
  try {
    const db = application.db(application.system('asks'))
    assert.deepEqual(await db.say(), { word: 'one' })
    assert.equal((await application.reload(say('two'))).same, false)
    assert.deepEqual(await db.say(), { word: 'two' })
    const plain = () => backend({ name: 'bank', model: bank })
    assert.deepEqual([(await application.reload(plain())).same, (await application.reload(plain())).same], [false, true])
  } finally {
    await application.close()
    await fresh.drop()
  }
})

test('a contract is found within Fastify, and HEAD answers as GET does', async () => {
  const host = fastify()
  const mounted = mount({ protocols: [rest({ engine: at.engine })], engine: at.engine })
  await host.register(mounted.fastify)
  host.get('/mine', () => 'mine')
  try {
    const address = await host.listen({ port: 0, host: '127.0.0.1' })
    assert.equal(await (await fetch(`${address}/mine`)).text(), 'mine')
    assert.deepEqual(await (await fetch(`${address}/lookup/x`)).json(), { said: 'x ' })
    assert.equal((await fetch(`${address}/lookup/x`, { method: 'HEAD' })).status, lookup['~declared'].contract === undefined ? 0 : 203)
    assert.equal((await fetch(`${address}/hooks/bank/y`, { method: 'POST', body: 'from fastify' })).status, 202)
  } finally {
    await host.close()
    await mounted.close()
  }
})
