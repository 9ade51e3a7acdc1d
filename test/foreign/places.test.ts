// Where a foreign contract tells what only the database or an action's own write finds wrong: at the member of the body that it is of.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { access, allow, backend, Entity, everyone, id, index, list, model, open, resource, text } from 'backwright'
import { testServer } from '../server.ts'

class Book extends Entity {
  code = text().unique()
  title = text({ max: 20 })
  words = list(text()).default([])
  static indexes = [index(Book, 'words')]
  static access = access(Book, () => [allow('read', 'create', 'update').always()])
}
const shelf = model({ book: Book })
const enter = shelf.action({
  allow: everyone, input: { code: text(), title: text(), comment: text().optional() }, output: { id: id(Book) },
  async run({ input: { code, title, comment }, db }) { return db.book.create({ code, title: comment ?? title }, { fields: ['id'] }) },
})
const book = resource(Book, { as: 'book', by: 'code', fields: ['code', { name: 'title' }, { tags: 'words' }] })
const books = shelf.contract({
  path: '/v1', failures: { blank: 'is missing', invalid: 'is wrong', 'row.duplicate': 'is there' },
  routes: { 'POST /books': book.create({ signedIn: false }), 'PUT /books/{book}': book.update({ signedIn: false }), 'POST /entered': book.call(enter), 'GET /books/{book}': book.get() },
})
const app = backend({ name: 'shelf', model: shelf, actions: { enter }, contracts: { books } })

let url: string
const ends: (() => Promise<unknown>)[] = []
before(async () => {
  const fresh = await (await testServer()).freshDatabase(), { user, password, host, port, database } = fresh.config
  ends.unshift(() => fresh.drop())
  const application = await open(app, { url: `postgres://${user}:${password}@localhost/${database}?${new URLSearchParams({ host, port: String(port) }).toString()}`, schema: 'apply' })
  ends.unshift(() => application.close())
  url = (await application.serve({ port: 0 })).url
})
after(async () => { for (const end of ends) await end() })
async function told(method: string, at: string, given: object): Promise<readonly [number, unknown]> {
  const answer = await fetch(`${url}/v1${at}`, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ book: given }) })
  const body = await answer.json() as Readonly<Record<string, unknown>>
  return [answer.status, body['errors'] ?? Object.keys(body)]
}

test('what an action wrote and was refused, at the member whose value it was', async () => {
  const long = 'x'.repeat(21)
  assert.deepEqual(await told('POST', '/entered', { code: 'a', title: long }), [422, { title: ['is wrong'] }])
  assert.deepEqual(await told('POST', '/entered', { code: 'a', title: 'x', comment: long }), [422, { book: ['Values do not fit their fields'] }])
  assert.deepEqual(await told('POST', '/entered', { code: 'a', title: 'x' }), [200, ['book']])
  assert.deepEqual(await told('POST', '/entered', { code: 'a', title: 'x' }), [409, { code: ['is there'] }])
})

test('what is too large for an index, at its member; a list is indexed by its contents, however many they are', async () => {
  assert.deepEqual(await told('POST', '/books', { code: randomBytes(2500).toString('hex'), name: 'x' }), [422, { code: ['is wrong'] }])
  const tags = Array.from({ length: 1000 }, (_, i) => `tag ${i} ${randomBytes(40).toString('hex')}`)
  assert.deepEqual(await told('POST', '/books', { code: 'tags', name: 'x', tags }), [201, ['book']])
  assert.deepEqual(await told('PUT', '/books/tags', { tags: [randomBytes(2500).toString('hex')] }), [422, { tags: ['is wrong'] }])
})
