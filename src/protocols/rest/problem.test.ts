// Failures as problem+json: every row of the table, nothing of what is inside.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure, failures, type Code } from '../../failure/index.ts'
import { pointer, problem } from './problem.ts'

const exchange = { id: 'req-1', method: 'POST' }
const parsed = (failure: Failure, method = 'POST') => {
  const reply = problem(failure, { ...exchange, method })
  return { ...reply, json: JSON.parse(reply.body.map(String).join('')) as Record<string, unknown> }
}

test('every failure has its status, its page and its code', () => {
  for (const code of Object.keys(failures) as Code[]) {
    const { status, headers, json } = parsed(new Failure(code))
    assert.equal(status, failures[code].status)
    assert.equal(headers['content-type'], 'application/problem+json')
    assert.deepEqual([json['type'], json['status'], json['instance'], json['code']], [`/docs/failures#${code}`, status, 'req-1', code])
    assert.equal('retry-after' in headers, failures[code].retry === 'later', code)
    assert.equal('www-authenticate' in headers, status === 401, code)
  }
  assert.equal(parsed(new Failure('store.down', undefined, { facts: { retryAfter: 4.2 } })).headers['retry-after'], '5')
})

test('what broke inside stays inside', () => {
  const { body } = parsed(new Failure('internal', 'select secret from vault', { at: ['secret'], facts: { secret: 'secret' }, mistakes: [{ at: ['secret'], detail: 'secret' }], cause: new Error('secret') }))
  assert.ok(!body.join('').includes('secret'))
  assert.match(body.join(''), /Quote the request id req-1/)
  assert.ok(!parsed(new Failure('row.stale', undefined, { cause: new Error('secret') })).body.join('').includes('secret'))
})

test('places: a pointer into the body, a parameter of the address', () => {
  assert.equal(pointer(['items', 0, 'a/b~c']), '/items/0/a~1b~0c')
  const mistakes = [{ at: ['items', 0, 'quantity'], detail: 'must be at least 1' }, { at: [], detail: 'must be an object' }]
  assert.deepEqual(parsed(new Failure('resolve.value', undefined, { mistakes })).json['errors'], [{ pointer: '/items/0/quantity', detail: 'must be at least 1' }, { pointer: '', detail: 'must be an object' }])
  assert.deepEqual(parsed(new Failure('resolve.url', 'no number', { at: ['filter', 'total', 'gte'] }), 'GET').json['errors'], [{ parameter: 'filter[total][gte]', detail: 'no number' }])
  assert.deepEqual(parsed(new Failure('row.duplicate', 'taken', { facts: { fields: ['email'], version: '3' } })).json['facts'], { fields: ['email'] })
})
