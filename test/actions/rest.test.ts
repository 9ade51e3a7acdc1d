// Actions over HTTP: at their addresses, with their failures as problems, and under contracts of somebody else's.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { rest } from '../../src/protocols/rest/index.ts'
import { serve } from '../../src/server/index.ts'
import { served, tokenOf, type Served } from './served.ts'

let at: Served
before(async () => { at = await served() })
after(() => at.end())
const account = (name: string, balance = 0, owner = 'anna') => at.system.account.create({ name, balance, owner })

test('a call answers its output as JSON', async () => {
  const from = await account('a1', 100), to = await account('a2', 0, 'ben')
  const response = await at.ask('anna', 'POST', '/api/actions/transfer', { from: from.id, to: to.id, amount: 30 })
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), 'application/json')
  assert.equal(response.headers.get('cache-control'), 'no-store')
  const { left, entries } = await response.json() as { left: number; entries: { amount: number }[] }
  assert.deepEqual([left, entries.map(e => e.amount)], [70, [-30]])
})

test('failures are problems: mistakes with pointers, declared ones with their code, status and facts', async () => {
  const wrong = await at.ask('anna', 'POST', '/api/actions/transfer', { from: 'x', amount: 0 })
  assert.equal(wrong.status, 422)
  assert.deepEqual((await wrong.json() as { errors: { pointer: string }[] }).errors.map(e => e.pointer), ['/from', '/to', '/amount'])
  const from = await account('a3', 5), to = await account('a4', 0, 'ben')
  const little = await at.ask('anna', 'POST', '/api/actions/transfer', { from: from.id, to: to.id, amount: 30 })
  assert.equal(little.status, 409)
  const { instance, ...problem } = await little.json() as Record<string, unknown>
  assert.equal(instance, little.headers.get('x-request-id'))
  assert.deepEqual(problem, {
    type: '/docs/failures#bank.tooLittle', title: 'There is not enough in the account', status: 409, detail: 'There is not enough in the account', code: 'bank.tooLittle', declared: 'tooLittle', facts: { name: 'a3', left: 5 },
  })
  const broken = await at.ask('anna', 'POST', '/api/actions/broken', { name: 'b' })
  assert.equal(broken.status, 500)
  assert.doesNotMatch(await broken.text(), /secret/)
  assert.equal((await at.ask(null, 'POST', '/api/actions/transfer', {})).status, 401)
  assert.equal((await at.ask('anna', 'POST', '/api/actions/inside')).status, 403)
  assert.equal((await at.ask('anna', 'POST', '/api/actions/transfr', {})).status, 404)
  assert.match(((await (await at.ask('anna', 'POST', '/api/actions/transfr', {})).json()) as { detail: string }).detail, /Did you mean 'transfer'/)
  const get = await at.ask('anna', 'GET', '/api/actions/transfer')
  assert.deepEqual([get.status, get.headers.get('allow')], [405, 'POST, OPTIONS'])
})

test('an action of a row has its address below the row, takes If-Match, and answers nothing with 204', async () => {
  const a = await account('a5'), b = await account('a6', 0, 'ben')
  assert.equal((await at.ask('anna', 'POST', `/api/accounts/${b.id}/close`)).status, 404)
  assert.equal((await at.ask('anna', 'POST', `/api/accounts/${a.id}/close`, undefined, { 'if-match': '"7"' })).status, 412)
  const tag = (await at.ask('anna', 'GET', `/api/accounts/${a.id}`)).headers.get('etag') ?? ''
  const done = await at.ask('anna', 'POST', `/api/accounts/${a.id}/close`, {}, { 'if-match': tag })
  assert.deepEqual([done.status, await done.text()], [204, ''])
  assert.equal((await at.ask('anna', 'POST', `/api/accounts/${a.id}/close`)).status, 404)
  assert.equal(at.seen.filter(o => o.kind === 'request' && o.route === '/api/accounts/{id}/close' && o.operation === 'call').length, 4)
})

test('in development X-Why tells beside an answer and a refusal who may call, clause by clause', async () => {
  const serving = await serve({ protocols: [rest({ engine: at.engine, development: true })], engine: at.engine, port: 0, limits: { stopMs: 100 } })
  try {
    interface Told { readonly data?: { readonly left: number } | null; readonly code?: string; readonly why: { readonly verb: string; readonly entity: string; readonly refused: string | null; readonly rows: readonly { readonly granted: boolean; readonly decidedBy: string | null; readonly rules: readonly { readonly rule: string; readonly text: string; readonly holds: boolean }[] }[] } }
    const ask = async (who: string | null, path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Told> => {
      const token = who === null ? null : await tokenOf(who)
      return await (await fetch(`${serving.url}${path}`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', 'x-why': '1', ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers } })).json() as Told
    }
    const from = await account('w1', 100), to = await account('w2', 0, 'ben')
    const done = await ask('anna', '/api/actions/transfer', { from: from.id, to: to.id, amount: 30 })
    assert.deepEqual([done.data?.left, done.why.verb, done.why.entity, done.why.refused, done.why.rows[0]?.granted, done.why.rows[0]?.decidedBy], [70, 'call', 'transfer', null, true, 'transfer'])
    const visitor = await ask(null, '/api/actions/transfer', {})
    assert.deepEqual([visitor.code, visitor.why.rows[0]?.granted, visitor.why.rows[0]?.rules.map(r => [r.rule, r.holds])], ['caller.unknown', false, [['transfer', false]]])
    const hers = await ask('ben', `/api/accounts/${from.id}/close`)
    assert.deepEqual([hers.code, hers.why.rows[0]?.granted, hers.why.rows.length], ['row.missing', false, 1])
    const closed = await ask('ben', `/api/accounts/${(await account('w3', 0, 'ben')).id}/close`)
    assert.deepEqual([closed.data, closed.why.rows[0]?.granted, closed.why.rows[0]?.decidedBy], [null, true, 'account.close'])
    assert.ok(!('why' in (await (await at.ask('anna', 'POST', '/api/actions/transfer', { from: from.id, to: from.id, amount: 1 }, { 'x-why': '1' })).json() as object)), 'in development only')
  } finally { await serving.close() }
})

test('a raw contract has the bytes, the headers, and the whole answer', async () => {
  const took = await at.ask(null, 'POST', '/hooks/bank/x', 'pling', { 'content-type': 'text/weird', 'x-owner': 'zoe' })
  assert.deepEqual([took.status, await took.text(), took.headers.get('content-type'), took.headers.get('x-kept')], [202, 'took pling', 'text/plain', 'yes'])
  assert.equal((await at.system.account.find({ where: { name: 'hook pling' } })).data[0]?.owner, 'zoe')
  assert.equal((await at.ask(null, 'POST', '/hooks/bank/x', 'no')).status, 418)
  assert.equal((await at.ask(null, 'GET', '/hooks/bank/x')).status, 405)
  assert.equal((await at.ask(null, 'POST', '/hooks/bank/x/y', 'no')).status, 404)
  assert.equal((await at.ask('anna', 'POST', '/api/actions/hook', {})).status, 404)
})

test('a contract in JSON takes its input from path, query and body, and answers with its own status and headers', async () => {
  const said = await at.ask(null, 'GET', '/lookup/a%20b?loud=true')
  assert.deepEqual([said.status, said.headers.get('cache-control'), await said.json()], [203, 'max-age=60', { said: 'A B' }])
  assert.deepEqual(await (await at.ask(null, 'GET', '/lookup/x?few=3')).json(), { said: 'x 3' })
  assert.equal((await at.ask(null, 'GET', '/lookup/x?few=many')).status, 422)
  assert.equal((await at.ask(null, 'GET', '/lookup/x?name=y')).status, 400)
})

test('the change log knows which action wrote, for whom, and why as the system', async () => {
  const from = await account('a7', 10), to = await account('a8', 0, 'ben')
  const response = await at.ask('anna', 'POST', '/api/actions/transfer', { from: from.id, to: to.id, amount: 1 })
  assert.equal(response.status, 200)
  const { rows } = await at.client.query<{ caller: string; action: string; reason: string; request: string }>(
    'select distinct caller, action, reason, request from backwright_system.change where request = $1', [response.headers.get('x-request-id')])
  assert.deepEqual(rows, [{ caller: 'anna', action: 'transfer', reason: 'moves money', request: response.headers.get('x-request-id') }])
})

test('a caller who goes away undoes what was done for her', async () => {
  const going = new AbortController()
  const asked = fetch(`${at.url}/api/actions/odd`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ how: 'late' }), signal: going.signal })
  setTimeout(() => { going.abort() }, 100)
  await assert.rejects(asked)
  await new Promise(go => setTimeout(go, 500))
  assert.equal(await at.system.account.count({ where: { name: 'odd late' } }), 0)
})

test('the root names the actions', async () => {
  const { actions } = await (await at.ask(null, 'GET', '/api')).json() as { actions: { href: string }[] }
  assert.ok(actions.some(a => a.href === '/api/actions/transfer'))
})
