// Batches: several requests in one transaction, later ones made of earlier answers, all of them or none.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { served, type Served } from '../actions/served.ts'

let at: Served
before(async () => { at = await served() })
after(() => at.end())

interface Answer { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Record<string, unknown> & { readonly data?: Record<string, unknown>[] } }
interface Told { readonly status: number; readonly data: readonly Answer[]; readonly code: string; readonly detail: string; readonly errors: readonly { readonly pointer: string; readonly detail: string }[]; readonly facts: Readonly<Record<string, unknown>>; readonly headers: Headers }
async function batch(operations: unknown, who: string | null = 'clerk', headers: Record<string, string> = {}): Promise<Told> {
  const response = await at.ask(who, 'POST', '/api/batch', { operations }, headers)
  return { ...(await response.json() as Told), status: response.status, headers: response.headers }
}
const count = (name: string): Promise<number> => at.system.account.count({ where: { name: { startsWith: name } } })

test('later operations refer to earlier answers, by name and by number, in bodies and addresses; reads see what was written', async () => {
  const { status, data } = await batch([
    { name: 'mine', method: 'POST', path: '/accounts', body: { name: 'b1', owner: 'anna', balance: 10 } },
    { method: 'POST', path: '/api/accounts', body: { name: 'b2', owner: 'ben', entries: [{ amount: 1 }] } },
    { method: 'POST', path: '/entries', body: { accountId: { $ref: 'mine#/id' }, amount: 7 } },
    { name: 'spare', method: 'POST', path: '/accounts', body: { name: 'b3', owner: 'ben' } },
    { name: 'changed', method: 'PATCH', path: '/accounts/{1#/id}?fields=name,balance', body: { balance: { $ref: '0#/balance' } } },
    { method: 'GET', path: '/accounts?filter[id][in]={mine#/id},{1#/id}&sort=name&fields=name,balance&include=entries&include[entries][fields]=amount' },
    { method: 'GET', path: '/accounts/{mine#/id}/entries?fields=amount' },
    { name: 'listed', method: 'POST', path: '/accounts/query', body: { filter: { name: { $ref: 'spare#/name' } }, fields: ['id'] } },
    { method: 'DELETE', path: '/accounts/{listed#/data/0/id}' },
    { method: 'POST', path: '/actions/odd', body: { how: 'parallel' } },
  ])
  assert.equal(status, 200, JSON.stringify(data))
  assert.deepEqual(data.map(d => d.status), [201, 201, 201, 201, 200, 200, 200, 200, 204, 200])
  assert.deepEqual(data[5]?.body.data, [{ name: 'b1', balance: 10, entries: [{ amount: 7 }] }, { name: 'b2', balance: 10, entries: [{ amount: 1 }] }])
  assert.deepEqual(data[6]?.body.data, [{ amount: 7 }])
  assert.equal(data[0]?.headers['location'], `/api/accounts/${String(data[0]?.body['id'])}`)
  assert.match(data[0]?.headers['etag'] ?? '', /^"1\./)
  assert.equal(data[8]?.body, null)
  assert.deepEqual([await count('b2'), await count('b3')], [1, 0])
})

test('a refusal undoes all, and says which operation, where in it, and what', async () => {
  const before = await count('c')
  const make = (name: string): object => ({ method: 'POST', path: '/accounts', body: { name, owner: 'anna' } })
  const duplicate = await batch([make('c1'), make('c2'), { ...make('c1'), name: 'again' }])
  assert.deepEqual([duplicate.status, duplicate.code, duplicate.errors[0]?.pointer, duplicate.facts['operation'], duplicate.facts['fields']], [409, 'row.duplicate', '/operations/2/body/name', 2, ['name']])
  assert.match(duplicate.detail, /^Operation 2 'again', POST \/accounts: /)
  const mistaken = await batch([make('c1'), { method: 'POST', path: '/accounts', body: { name: 'c3', owner: 'x', entries: [{ amount: 1 }, { amount: 'many' }] } }])
  assert.deepEqual([mistaken.status, mistaken.errors.map(e => e.pointer)], [422, ['/operations/1/body/entries/1/amount']])
  const url = await batch([make('c1'), { method: 'GET', path: '/accounts?filter[nme]=x' }])
  assert.deepEqual([url.status, url.code, url.errors[0]?.pointer], [400, 'resolve.name', '/operations/1/path/filter/nme'])
  const missing = await batch([make('c1'), { method: 'GET', path: '/accounts/00000000-0000-7000-8000-000000000000' }])
  assert.deepEqual([missing.status, missing.code, missing.facts['operation']], [404, 'row.missing', 1])
  const declared = await batch([make('c1'), { method: 'POST', path: '/actions/transfer', body: { from: { $ref: '0#/id' }, to: { $ref: '0#/id' }, amount: 1 } }])
  assert.deepEqual([declared.status, declared.code], [422, 'bank.same'])
  const stale = await batch([make('c1'), { method: 'PATCH', path: '/accounts/{0#/id}', headers: { 'If-Match': '"7"' }, body: { balance: 1 } }])
  assert.deepEqual([stale.status, stale.code], [412, 'row.stale'])
  assert.match(stale.headers.get('etag') ?? '', /^"1\./)
  assert.equal((await batch([make('c1')], null)).status, 401)
  assert.equal((await batch([make('c1')], 'anna')).status, 403)
  assert.equal((await batch([make('c1'), { method: 'POST', path: '/actions/broken', body: { name: 'c9' } }])).status, 500)
  assert.equal(await count('c'), before)
})

test('what is no batch is told before anything is done, every mistake with its place', async () => {
  const wrong = await batch([
    { method: 'PUSH', path: 'accounts', colour: 1 }, { name: '7', method: 'GET', path: '/accounts', body: {}, headers: { accept: 'x', 'Idempotency-Key': 'y', 'if-match': 1 } },
    { name: 'a', method: 'POST', path: '/accounts', body: { name: { $ref: 'b#/name' }, owner: { $ref: 'nothing' }, balance: { $ref: '2#/x' } } }, { name: 'a', method: 'GET', path: '/accounts/{c#/id}' }, 'x',
  ])
  assert.equal(wrong.status, 422)
  assert.deepEqual(wrong.errors.map(e => e.pointer), [
    '/operations/0/colour', '/operations/0/method', '/operations/0/path', '/operations/1/name', '/operations/1/headers/accept', '/operations/1/headers/Idempotency-Key', '/operations/1/headers/if-match', '/operations/1/body',
    '/operations/2/body/name', '/operations/2/body/owner', '/operations/2/body/balance', '/operations/3/name', '/operations/3/path', '/operations/4', '/operations/4/method', '/operations/4/path',
  ])
  assert.equal((await batch([])).status, 422)
  assert.equal((await batch(Array.from({ length: 101 }, () => ({ method: 'GET', path: '/accounts' })))).status, 422)
  assert.equal((await at.ask('clerk', 'POST', '/api/batch', [1])).status, 422)
  const nowhere = await batch([{ method: 'POST', path: '/accounts', body: { name: 'd1', owner: 'x' } }, { method: 'GET', path: '/acounts' }])
  assert.deepEqual([nowhere.status, nowhere.code, nowhere.facts['operation']], [404, 'request.route', 1])
  assert.equal((await batch([{ method: 'POST', path: '/batch', body: {} }])).status, 404)
  assert.equal((await batch([{ method: 'PUT', path: '/accounts', body: {} }])).status, 405)
  const lost = await batch([{ name: 'one', method: 'POST', path: '/accounts', body: { name: 'd1', owner: 'x' } }, { method: 'GET', path: '/accounts/{one#/idd}' }])
  assert.deepEqual([lost.status, lost.errors], [422, [{ pointer: '/operations/1/path', detail: "refers to one#/idd, and the answer of 'one' has no 'idd'" }]])
  assert.equal(await count('d'), 0)
  const get = await at.ask('clerk', 'GET', '/api/batch')
  assert.deepEqual([get.status, get.headers.get('allow')], [405, 'POST, OPTIONS'])
})

test('an address cannot be broken out of by what an answer has', async () => {
  await at.system.account.create({ name: 'e/../x?y=1&z', owner: 'x' })
  const { data } = await batch([{ name: 'odd', method: 'GET', path: '/accounts?filter[name][startsWith]=e/' }, { method: 'GET', path: '/accounts?filter[name]={odd#/data/0/name}&fields=name' }])
  assert.deepEqual(data[1]?.body.data, [{ name: 'e/../x?y=1&z' }])
})

test('with an Idempotency-Key it happens once', async () => {
  const operations = [{ name: 'a', method: 'POST', path: '/accounts', body: { name: 'f1', owner: 'x' } }, { method: 'POST', path: '/actions/move', body: { from: { $ref: 'a#/id' }, to: { $ref: 'a#/id' }, amount: 1 } }]
  const key = { 'idempotency-key': randomUUID() }
  const refused = await batch(operations, 'clerk', key)
  assert.equal(refused.code, 'bank.same')
  assert.equal((await batch(operations, 'clerk', key)).headers.get('idempotent-replayed'), 'true')
  const good = { 'idempotency-key': randomUUID() }, one = operations.slice(0, 1)
  const [first, again] = [await batch(one, 'clerk', good), await batch(one, 'clerk', good)]
  assert.deepEqual([first.status, again.headers.get('idempotent-replayed'), again.data], [200, 'true', first.data])
  assert.equal(await count('f1'), 1)
})

test('batches at once on the same rows conserve what they move', async () => {
  const [a, b] = [await at.system.account.create({ name: 'g1', owner: 'x', balance: 100 }), await at.system.account.create({ name: 'g2', owner: 'x', balance: 100 })]
  const move = (from: string, to: string): object[] => [{ method: 'PATCH', path: `/accounts/${from}`, body: { balance: { add: -1 } } }, { method: 'PATCH', path: `/accounts/${to}`, body: { balance: { add: 1 } } }]
  // One of them the other way, so that they meet in a deadlock and are run again.
  const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => batch(i > 0 ? move(a.id, b.id) : move(b.id, a.id))))
  assert.deepEqual([...new Set(answers.map(x => x.status))], [200])
  assert.deepEqual([(await at.system.account.get(a.id))?.balance, (await at.system.account.get(b.id))?.balance], [90, 110])
  assert.deepEqual([(await at.system.account.get(a.id, { fields: ['version'] }))?.version], [13])
})
