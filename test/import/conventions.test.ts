// Databases after the conventions of three frameworks: what they become, that nothing differs, that answers equal the SQL's, and that writes keep what the frameworks expect.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { answersEqualSql, texts } from './equal.ts'
import { world, type World } from './imported.ts'
import { serve, type Served } from './serving.ts'

/** `Book: authors loans owner?`: an entity and its relations. */
const relations = ({ model }: Served): string[] => Object.values(model.entities).filter(e => !e.hidden).map(e =>
  `${e.title}: ${Object.values(e.relations).filter(r => !r.hidden).map(r => `${r.name}${r.one ? '' : '*'}`).toSorted().join(' ')}`.trim())

function framework(name: string, rows: number, work: (s: Served, w: World) => Promise<void>): void {
  test(name, async () => {
    const w = await world(readFileSync(path.join(import.meta.dirname, `${name.toLowerCase()}.sql`), 'utf8'))
    try {
      const s = await serve(w)
      try {
        const plan = await w.plan(s.model)
        assert.deepEqual([plan.empty, plan.notes], [true, []])
        assert.deepEqual(await w.again(), await w.again())
        assert.equal(await answersEqualSql(s.get, w.client, s.model), rows)
        await work(s, w)
      } finally { await s.close() }
    } finally { await w.end() }
  })
}

framework('Django', 12, async (s, w) => {
  assert.deepEqual(relations(s), [
    'AuthGroup: users*', 'AuthUser: borrowerLibraryLoans* groups* lentLibraryLoans* libraryBooks* libraryProfile', 'DjangoContentType: libraryNotes*', 'LibraryAuthor: books*', 'LibraryBook: authors* loans* owner',
    'LibraryLoan: book borrower lentBy', 'LibraryNote: contentType', 'LibraryProfile: user',
  ])
  const made = await s.send('POST', '/api/library-books', { title: 'Solaris', isbn: '1', pages: 200, price: '5', language: 'pl', inPrint: true, cover: '', createdAt: '2024-05-05T00:00:00Z', authors: { connect: [{ name: 'x' }] } })
  assert.equal(made.status, 422)
  const book = await s.send('POST', '/api/library-books', { title: 'Solaris', isbn: '1', pages: 200, price: '5', language: 'pl', inPrint: true, cover: '', createdAt: '2024-05-05T00:00:00Z', authors: { connect: [{ id: '2' }] } })
  assert.equal(book.status, 201, JSON.stringify(book.json))
  assert.deepEqual(await texts(w.client, `select author_id from library_book_authors where book_id = ${String(book.json['id'])}`), [{ author_id: '2' }])
  const [written] = await texts(w.client, `select updated_at > now() - interval '1 minute' as kept from library_book where isbn = '1'`)
  assert.equal(written?.['kept'], 't')
  for (const [body, field] of [[{ pages: -1 }, 'pages'], [{ price: '0' }, null], [{ isbn: '9780061054884' }, 'isbn']] as const) {
    const refused = await s.send('PATCH', `/api/library-books/${String(book.json['id'])}`, body)
    assert.ok([409, 422].includes(refused.status) && (field === null || JSON.stringify(refused.json).includes(field)), JSON.stringify(refused.json))
  }
  // Deferred to the commit, and refused all the same.
  assert.equal((await s.send('DELETE', '/api/auth-users/2')).json['code'], 'row.referenced')
  assert.equal((await s.send('POST', '/api/library-loans', { bookId: '1', borrowerId: 2, lentOn: '2024-06-01', dueOn: '2024-06-02' })).json['code'], 'row.duplicate')
})

framework('Rails', 7, async (s, w) => {
  assert.deepEqual(relations(s), [
    'ArInternalMetadata:', 'Badge: person', 'Comment: author', 'Job: team', 'Person: badge comments* manager reports* teams* teamsLinked*', 'SchemaMigration:', 'Team: jobs* lead people*',
  ])
  const person = await s.send('POST', '/api/people', { firstName: 'Cy', email: 'cy@example.com', managerId: '1', lastSignInIp: '10.0.0.0/8', tags: ['x'] })
  assert.equal(person.status, 201, JSON.stringify(person.json))
  const [row] = await texts(w.client, `select sign_in_count, last_sign_in_ip, tags, abs(extract(epoch from created_at - (now() at time zone 'UTC'))) < 60 as utc from people where first_name = 'Cy'`)
  assert.deepEqual(row, { sign_in_count: '0', last_sign_in_ip: '10.0.0.0/8', tags: '{x}', utc: 't' })
  const { data } = await s.get('/api/people?filter[tags][has]=weld&include=reports,teams,badge') as { data: { reports: { firstName: string }[]; badge: { code: string; validDuring: string } }[] }
  assert.deepEqual([data[0]?.reports.map(r => r.firstName), data[0]?.badge.code, data[0]?.badge.validDuring], [['Bob', 'Cy'], 'A1', '[2024-01-01,2025-01-01)'])
  assert.deepEqual((await s.get('/api/people?filter[createdAt]=2024-01-01T10:00:00.123456Z&fields=firstName') as { data: unknown[] }).data, [{ firstName: 'Ada' }])
  assert.equal((await s.send('POST', '/api/badges', { code: 'B', personId: '1' })).json['code'], 'row.duplicate')
  const gone = await s.send('DELETE', '/api/teams/1')
  assert.equal(gone.json['code'], 'row.referenced', JSON.stringify(gone))
})

framework('Laravel', 11, async (s, w) => {
  assert.deepEqual(relations(s), [
    'Cache:', 'Image:', 'Migration:', 'OrderProduct: order product', 'Order: orderProducts* user', 'PasswordResetToken:', 'Product: orderProducts* tags*', 'Session:', 'Tag: products*', 'User: orders*',
  ])
  const product = await s.send('POST', '/api/products', { slug: 'mug', name: 'Mug', price: '7.25', options: { z: 1, a: 2 }, tags: { connect: [{ id: '2' }] } })
  assert.equal(product.status, 201, JSON.stringify(product.json))
  assert.deepEqual(await texts(w.client, `select status, stock, options, weight, updated_at is not null as touched from products where slug = 'mug'`), [{ status: 'draft', stock: '0', options: '{"a": 2, "z": 1}', weight: null, touched: 't' }])
  const refused = await s.send('POST', '/api/products', { slug: 'x', name: 'X', price: '1', status: 'gone' })
  assert.match(JSON.stringify(refused.json), /must be one of draft, on sale, sold out/)
  assert.equal((await s.send('POST', '/api/products', { slug: 'mug', name: 'X', price: '1' })).json['code'], 'row.duplicate')
  // On delete cascade is the database's own doing.
  assert.equal((await s.send('DELETE', '/api/users/1')).status, 204)
  assert.deepEqual(await texts(w.client, 'select (select count(*) from orders) as orders, (select count(*) from order_product) as lines'), [{ orders: '0', lines: '0' }])
})
