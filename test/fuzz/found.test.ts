// What fuzzing found, each once more by hand: named by what it was.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { id } from '../../src/testkit/index.ts'
import { ground, type Fuzzed } from './ground.ts'

let fuzzed: Fuzzed
before(async () => { fuzzed = await ground(); await fuzzed.reset() })
after(() => fuzzed.end())

interface Problem { readonly code: string; readonly detail: string; readonly title: string }
async function ask(who: string, method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly problem: Problem }> {
  const token = fuzzed.tokens[who]
  const response = await fetch(`http://127.0.0.1:${fuzzed.ports.production}/api${path}`, {
    method, headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, problem: await response.json() as Problem }
}

test('a method with an idea of its own about bodies (QUERY) was a 500', async () => {
  const { status, problem } = await ask('nobody', 'QUERY', '/tags')
  assert.deepEqual([status, problem.code], [405, 'request.method'])
})

test('a foreign token was refused without a word why', async () => {
  const { status, problem } = await ask('forger', 'GET', '/tags')
  assert.deepEqual([status, problem.code], [401, 'caller.token'])
  assert.match(problem.detail, /signature/)
})

test('a cursor with more keys than the sort was refused without a word why', async () => {
  const page = await (await fetch(`http://127.0.0.1:${fuzzed.ports.production}/api/tags?page[size]=1`)).json() as { page: { next: string } }
  const [seal, ...keys] = JSON.parse(Buffer.from(page.page.next, 'base64url').toString()) as unknown[]
  const { status, problem } = await ask('nobody', 'GET', `/tags?page[size]=1&page[after]=${Buffer.from(JSON.stringify([seal, ...keys, 'x'])).toString('base64url')}`)
  assert.deepEqual([status, problem.code], [400, 'resolve.cursor'])
  assert.notEqual(problem.detail, problem.title)
})

test('a name of thousands of letters came back whole', async () => {
  for (const body of [{ sort: ['x'.repeat(9000)] }, { filter: { ['x'.repeat(9000)]: 1 } }]) {
    const { status, problem } = await ask('nobody', 'POST', '/tags/query', body)
    assert.equal(status, 422)
    assert.ok(problem.detail.length < 400, problem.detail)
  }
})

test('PUT with the key of a row that the caller may not read was told to try again, for ever', async () => {
  // Ann's profile is not open: Cyd may create a profile of her own, but not with its key.
  const { status, problem } = await ask('cyd', 'PUT', `/profiles/${id(21)}`, { personId: id(3), about: 'mine', open: false })
  assert.deepEqual([status, problem.code], [409, 'row.duplicate'])
})

test('a filter in what a write answers with was a 500: its values were lost', async () => {
  for (const filter of ['[filter][views][lt]=5', '[filter][slug][null]=true']) {
    const { status, problem } = await ask('staff', 'POST', `/tags?include=posts&include[posts]${filter}`, { id: 'new', label: 'New' })
    assert.deepEqual([status, problem.code], [400, 'resolve.name'])
  }
})
