// Answers of writes as bytes, whatever the engine says of the row.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EntityModel } from '../../model/index.ts'
import type { WriteAnswer } from '../protocol.ts'
import { renderWrite, writeRequests, type Writable } from './write.ts'

const entity: EntityModel = {
  name: 'membership', title: 'Membership', path: 'memberships', about: null, hidden: false, table: { schema: null, name: 'memberships', was: null }, key: ['personId', 'since'], fields: {},
  relations: {}, uniques: [], indexes: [], version: null, whole: null, rules: [], page: { size: 20, max: 100 }, place: { file: 'x', line: 1 },
}
const collection: Writable = { kind: 'collection', entity }
const one: Writable = { kind: 'one', entity, key: ['a', 'b'] }
const written = (more: Partial<WriteAnswer>): WriteAnswer => ({ created: false, bodies: ['{"a":1}'], keys: [['a,b', '2026-01-01T00:00:00+00:00']], versions: ['3'], cut: [], ...more })
const text = (body: readonly (Uint8Array | string)[]): string => body.map(String).join('')

test('a created row that may not be read back: 201 and where it is, no body', () => {
  const reply = renderWrite(collection, 'create', false, written({ created: true, bodies: [null] }), '/api', null)
  assert.deepEqual([reply.status, reply.headers['location'], text(reply.body), reply.headers['etag']], [201, '/api/memberships/a%2Cb,2026-01-01T00%3A00%3A00%2B00%3A00', '', undefined])
})

test('a changed row that may no longer be read: 204', () => {
  assert.deepEqual(renderWrite(one, 'update', false, written({ bodies: [null] }), '/api', null).status, 204)
})

test('bytes go out as they are, with their tag; cut lists are named', () => {
  const body = Buffer.from('{"total": 1.10}')
  const reply = renderWrite(one, 'update', false, written({ bodies: [body], cut: ['items', 'items.parts'] }), '/api', null)
  assert.equal(reply.body[0], body)
  assert.match(reply.headers['etag'] ?? '', /^"3\.[\w-]{27}"$/)
  assert.equal(reply.headers['page-more'], 'items, items.parts')
  assert.equal(renderWrite(one, 'replace', false, written({ created: true }), '/api', null).status, 201)
  assert.equal(renderWrite(one, 'replace', false, written({}), '/api', null).status, 200)
})

test('many rows come back as a list, unreadable ones as null', () => {
  const reply = renderWrite(collection, 'create', true, written({ created: true, bodies: ['{"a":1}', null] }), '/api', null)
  assert.deepEqual([reply.status, text(reply.body), reply.headers['location']], [201, '{"data":[{"a":1},null]}', undefined])
  assert.equal(text(renderWrite(collection, 'create', true, written({ bodies: [] }), '/api', null).body), '{"data":[]}')
})

test('If-Match becomes the versions to try, one after the other', () => {
  const expects = (header: string) => writeRequests(one, { method: 'PATCH', query: '', headers: { 'if-match': header } }, {}).map(r => r.expect)
  const sum = 'A'.repeat(27)
  assert.deepEqual(expects(`"7.${sum}"`), ['7'])
  assert.deepEqual(expects(`W/"7.${sum}--br", "8.${sum}-gzip","7.${sum}"`), ['7', '8'])
  assert.deepEqual(expects(' * '), ['*'])
  assert.deepEqual(expects('"9"'), ['9'])
  for (const foreign of ['"x"', `"${sum}"`, '"99999999999.x"', '"-1"', '""']) assert.deepEqual(expects(foreign), ['0'], foreign)
  for (const bad of ['7', '"7', '"7" "8"', ',', '']) assert.throws(() => expects(bad), { code: 'request.malformed' }, bad)
})
