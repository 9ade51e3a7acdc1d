// Code around writes: what it sees, replaces, refuses and writes beside them, in one transaction, whichever way the write came.
import assert from 'node:assert/strict'
import { after, before, describe, it, test } from 'node:test'
import pg from 'pg'
import { createEngine, type RunningEngine } from '../../src/engine/index.ts'
import { Failure } from '../../src/failure/index.ts'
import { backend, compileModel, DeclarationErrors, Entity, model, text } from '../../src/index.ts'
import { applyPlan, planOf } from '../../src/migrate/index.ts'
import type { Caller } from '../../src/model/index.ts'
import { connectDb, speakTypeScript } from '../../src/protocols/db/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { postgresStore } from '../../src/stores/postgres/index.ts'
import { testServer } from '../server.ts'
import app from './library.ts'

const { model: made } = compileModel(app)
const person = (id: string, ...roles: string[]): Caller => ({ id, roles: new Set(roles), claims: { sub: id }, until: null })

for (const where of ['memory', 'PostgreSQL'] as const) {
  describe(`hooks, ${where}`, () => {
    let engine: RunningEngine, end: () => Promise<void>
    before(async () => {
      if (where === 'memory') { engine = await createEngine({ model: made, store: memoryStore(made), speak: speakTypeScript }); end = () => engine.close(); return }
      const fresh = await (await testServer()).freshDatabase(), client = new pg.Client(fresh.config)
      await client.connect()
      await applyPlan(client, await planOf(client, made))
      await client.end()
      engine = await createEngine({ model: made, store: await postgresStore({ model: made, connection: fresh.config }), speak: speakTypeScript })
      end = async () => { await engine.close(); await fresh.drop() }
    })
    after(() => end())
    const ann = () => connectDb(engine, app, person('ann')), librarian = () => connectDb(engine, app, person('lib', 'librarian')), system = () => connectDb(engine, app, engine.system('looks'))
    const entries = async (): Promise<string[]> => (await system().entry.find({ first: 100, sort: ['createdAt', 'id'] })).data.map(e => e.what)
    const last = async (): Promise<string | undefined> => (await entries()).at(-1)
    const refused = async (what: Promise<unknown>): Promise<Failure> => {
      const failure = await what.then(() => assert.fail('it was done'), (e: unknown) => e)
      assert.ok(failure instanceof Failure, String(failure))
      return failure
    }

    it('see what is to be made, replace values of it, and write beside it', async () => {
      const one = await ann().book.create({ title: 'Old Tales', price: '2.5' })
      assert.deepEqual([one.title, one.slug, one.copies], ['Old Tales', 'old-tales', 1])
      assert.equal(await last(), 'made Old Tales at 2.50 of string')
      const many = await ann().book.create([{ title: 'One' }, { title: 'Two' }])
      assert.deepEqual(many.map(b => b.slug), ['one', 'two'])
      const parts = await ann().book.create({ title: 'Parts', pages: [{ words: 3 }, { words: 4 }] }, { include: { pages: true } })
      assert.deepEqual([parts.slug, parts.pages.length], ['parts', 2])
    })

    it('refuse, and nothing of it stays', async () => {
      const count = (await entries()).length
      const failure = await refused(ann().book.create([{ title: 'Good' }, { title: 'Banned' }]))
      assert.deepEqual([failure.code, failure.message, failure.facts, failure.at], ['library.forbidden', 'It is on the list.', { title: 'Banned' }, [1]])
      assert.equal((await entries()).length, count)
      assert.equal(await system().book.count({ where: { title: 'Good' } }), 0)
      const rare = await ann().book.create({ title: 'Rare', copies: 2 })
      const unexpected = await refused(ann().book.update(rare.id, { copies: 1 }))
      assert.equal(unexpected.code, 'internal')
      assert.doesNotMatch(unexpected.message, /secret/)
      assert.equal((await system().book.get(rare.id))?.copies, 2)
    })

    it('what they replace is checked and authorized as what the caller gave', async () => {
      assert.equal((await refused(ann().book.create({ title: 'Shelved' }))).code, 'caller.forbidden')
      assert.equal((await librarian().book.create({ title: 'Shelved' })).shelf, 'A')
      assert.equal((await refused(ann().book.create({ title: 'Broken' }))).code, 'internal')
      const { id } = await ann().book.create({ title: 'Slug' })
      assert.equal((await refused(ann().book.create({ title: 'Slug' }))).code, 'row.duplicate')
      assert.equal((await ann().book.update(id, { title: 'Other' })).slug, 'other')
    })

    it('see the row before and after a change; each sees what the one before it made', async () => {
      const { id } = await ann().book.create({ title: 'Change', copies: 5 })
      await ann().book.update(id, { copies: { add: 2 } })
      assert.equal(await last(), 'Change: 5 → 7')
      const twice = await ann().book.update(id, { title: 'Twice' })
      assert.deepEqual([twice.title, twice.slug], ['Thrice', 'twice'])
    })

    it('are not asked of what may not be done', async () => {
      const count = (await entries()).length
      const nobody = connectDb(engine, app, { id: null, roles: new Set(), claims: {}, until: null })
      assert.equal((await refused(nobody.book.create({ title: 'Banned' }))).code, 'caller.unknown')
      const { id, version } = await ann().book.create({ title: 'Stale', price: '1' }, { fields: ['id', 'version'] })
      assert.equal((await refused(nobody.book.delete(id))).code, 'caller.unknown')
      assert.equal((await refused(ann().book.update(id, { copies: 9 }, { version: version + 1 }))).code, 'row.stale')
      assert.equal((await refused(ann().book.update('0198a000-0000-7000-8000-000000000000', { copies: 9 }))).code, 'row.missing')
      assert.equal((await entries()).length, count + 1)
    })

    it('around deletes, PUT, many rows, and rows nested in others', async () => {
      const { id } = await ann().book.create({ title: 'Lent', copies: 2 })
      await system().book.update(id, { secretNote: 'rare' } as never).catch(() => undefined)
      await ann().loan.create({ bookId: id, reader: 'ann' })
      assert.equal((await system().book.get(id))?.copies, 1, 'the hook of loans took one')
      assert.equal((await refused(ann().book.delete(id))).code, 'library.forbidden')
      const { data: [loan] } = await ann().loan.find({ where: { bookId: id } })
      await ann().loan.update(loan!.id, { open: false })
      assert.equal((await refused(ann().loan.create({ bookId: id, reader: 'ben' }))).code, 'caller.forbidden')
      assert.equal((await system().book.get(id))?.copies, 1, 'what a hook wrote went with what was refused')
      const nested = await ann().loan.create({ reader: 'ann', book: { create: { title: 'With Loan' } } }, { include: { book: true } })
      assert.deepEqual([nested.book?.slug, nested.book?.copies], ['with-loan', 0])
      assert.deepEqual(await ann().book.updateMany({ where: { title: { in: ['One', 'Two'] } } }, { copies: 8 }, { expect: 2 }), { count: 2 })
      assert.deepEqual((await entries()).slice(-2).toSorted(), ['One: 1 → 8', 'Two: 1 → 8'])
      assert.equal((await refused(ann().book.updateMany({ where: { copies: 8 } }, { copies: 7 }, { expect: 3 }))).code, 'row.count')
      assert.deepEqual(await ann().book.deleteMany({ where: { copies: 8 } }, { expect: 2 }), { count: 2 })
      assert.deepEqual((await entries()).slice(-2).toSorted(), ['gone One', 'gone Two'])
    })

    it('after a change come when its parts are there, and see what they came to', async () => {
      const { id } = await ann().book.create({ title: 'Grows', pages: [{ words: 1 }] })
      await ann().book.update(id, { pages: { create: [{ words: 2 }, { words: 3 }] } })
      assert.equal(await last(), 'Grows: 1 → 3 pages')
    })

    it('before a change see what is added to, and which rows are connected by what is unique', async () => {
      const { id } = await ann().book.create({ title: 'Counted', copies: 900 })
      assert.deepEqual((await refused(ann().book.update(id, { copies: { add: 200 } }))).facts, { title: '1100' })
      assert.equal((await ann().book.update(id, { copies: { add: 50 } })).copies, 950)
      const nothing = await refused(ann().book.update(id, { copies: { add: 2147483647 } }))
      assert.deepEqual([nothing.code, nothing.at], ['row.invalid', ['copies']])
      const loan = await ann().loan.create({ reader: 'ann', book: { connect: { slug: 'counted' } } })
      assert.deepEqual([loan.bookId, (await system().book.get(id))?.copies], [id, 949])
      const other = await ann().book.create({ title: 'Connected' })
      assert.equal((await ann().loan.update(loan.id, { book: { connect: { slug: 'connected' } } })).bookId, other.id)
      assert.equal(await last(), 'swapped false true')
      const lost = await refused(ann().loan.update(loan.id, { book: { connect: { slug: 'nowhere' } } }))
      assert.deepEqual([lost.code, lost.at], ['row.reference', ['book']])
    })

    it('of an entity that demands versions are asked of many rows without', async () => {
      const { id } = await ann().sign.create({ what: 'x' })
      assert.equal((await refused(ann().sign.update(id, { what: 'y' }))).code, 'row.unversioned')
      assert.deepEqual(await ann().sign.updateMany({ where: { what: 'x' } }, { what: 'y' }, { expect: 1 }), { count: 1 })
      const book = await ann().book.create({ title: 'Signed', signs: { connect: { id } } })
      const unseen = await refused(ann().book.update(book.id, { signs: { update: { id, what: 'z' } } }))
      assert.deepEqual([unseen.code, unseen.at], ['row.unversioned', ['signs', 'update']])
      assert.equal((await refused(ann().book.update(book.id, { signs: { delete: { id } } }))).code, 'row.unversioned')
      const { version } = await ann().sign.get(id, { fields: ['version'] }) ?? assert.fail()
      await ann().book.update(book.id, { signs: { update: { id, version, what: 'y' } } })
      await ann().book.update(book.id, { signs: { disconnect: { id } } })
      assert.deepEqual(await ann().sign.deleteMany({ where: { what: 'y' } }, { expect: 1 }), { count: 1 })
    })

    it('that write for each other end', async () => {
      const { pages: [page] } = await ann().book.create({ title: 'Endless', pages: [{ words: 1 }] }, { include: { pages: true } })
      await ann().page.update(page!.id, { words: 50 })
      const failure = await refused(ann().page.update(page!.id, { words: 101 }))
      assert.equal(failure.code, 'internal')
      assert.equal((await system().page.get(page!.id))?.words, 50)
    })
  })
}

test('what is no hook is told', () => {
  class Book extends Entity { title = text() }
  const books = model({ book: Book })
  class Other extends Entity { x = text() }
  let said: readonly string[] = []
  try { compileModel(backend({ model: books, hooks: { a: books.hook(Other, { beforeCreate() {} }), b: books.hook(Book, {}), c: books.hook(Book, { beforeCrate() {} } as never), d: {} as never } })) } catch (error) {
    if (error instanceof DeclarationErrors) said = error.mistakes.map(m => `${m.entity}: ${m.reason}`); else throw error
  }
  assert.deepEqual(said.toSorted(), [
    'hooks.a: Other is not in the model.', 'hooks.b: It does nothing.', "hooks.c: It does nothing.", "hooks.c: There is no 'beforeCrate'.", 'hooks.d: This is no hook.',
  ])
})
