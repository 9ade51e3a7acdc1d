// A library whose hooks try everything hooks can do.
import { access, allow, backend, boolean, count, decimal, entity, Entity, integer, many, model, ref, signedIn, text } from '../../src/index.ts'

export class Book extends Entity {
  title = text({ max: 60 })
  slug = text().unique().optional()
  price = decimal().default('1')
  copies = integer({ min: 0 }).default(1)
  shelf = text().optional().by('librarian')
  secretNote = text().optional().hidden()
  loans = many(() => Loan, 'book')
  pages = many(() => Page, 'book').owned()
  length = count(Book, 'pages')
  signs = many(() => Sign, 'book')
  static access = access(Book, () => [allow('read').always(), allow('create', 'update', 'delete').to(signedIn)])
}
export class Page extends Entity {
  book = ref(() => Book)
  words = integer().default(0)
}
export class Loan extends Entity {
  book = ref(() => Book)
  reader = text()
  open = boolean().default(true)
  static access = access(Loan, ({ row, caller }) => [allow('read', 'create', 'update').when(row.reader.eq(caller.id))])
}
export class Entry extends Entity {
  what = text()
  static access = access(Entry, () => [allow('read').always()])
}

export class Sign extends entity({ version: 'required' }) {
  what = text()
  book = ref(() => Book).optional()
  static access = access(Sign, () => [allow('read', 'create', 'update', 'delete').to(signedIn)])
}

export const library = model({ sign: Sign, book: Book, page: Page, loan: Loan, entry: Entry })

const bookKeeping = library.hook(Book, {
  failures: { forbidden: { status: 422, about: 'That book is not to be had', title: text() } },
  beforeCreate({ row, fail }) {
    if (row.title === 'Banned') throw fail('forbidden', { title: row.title }, 'It is on the list.')
    return { slug: (row.title ?? '').toLowerCase().replaceAll(' ', '-'), ...(row.title === 'Shelved' ? { shelf: 'A' } : {}), ...(row.title === 'Broken' ? { copies: -1 } : {}) }
  },
  async afterCreate({ row, db }) { await db.asSystem('keeps the book').entry.create({ what: `made ${row.title} at ${row.price.toFixed(2)} of ${typeof row.id}` }) },
  beforeUpdate({ before, row, fail }) {
    if (row.copies > 1000) throw fail('forbidden', { title: `${row.copies}` })
    if (row.copies < before.copies && row.title === 'Rare') throw new Error('secret reason')
    return row.title === before.title ? undefined : { slug: row.title.toLowerCase() }
  },
  async afterUpdate({ before, row, db }) {
    if (row.copies !== before.copies) await db.asSystem('keeps the book').entry.create({ what: `${row.title}: ${before.copies} → ${row.copies}` })
    if (row.length !== before.length) await db.asSystem('keeps the book').entry.create({ what: `${row.title}: ${before.length} → ${row.length} pages` })
  },
  async beforeDelete({ before, db, fail }) { if (await db.loan.count({ where: { bookId: before.id, open: true } })) throw fail('forbidden', { title: before.title }) },
  async afterDelete({ before, db }) { await db.asSystem('keeps the book').entry.create({ what: `gone ${before.title} ${before.secretNote ?? ''}`.trim() }) },
})
const lending = library.hook(Loan, {
  async beforeCreate({ row, db }) { await db.asSystem('lends').book.update(row.bookId ?? '', { copies: { add: -1 } }) },
  async beforeUpdate({ before, row, db }) { if (row.bookId !== before.bookId) await db.asSystem('swaps').entry.create({ what: `swapped ${Object.keys(row).includes('book')} ${row.open}` }) },
})
const signs = library.hook(Sign, { beforeDelete() {}, beforeUpdate() {} })
const twice = library.hook(Book, { beforeUpdate({ row }) { return row.title === 'Twice' ? { title: 'Thrice' } : undefined } })
const endless = library.hook(Page, { async afterUpdate({ row, db }) { if (row.words > 100) await db.page.update(row.id, { words: row.words + 1 }) } })

export default backend({ name: 'library', model: library, hooks: { signs, bookKeeping, lending, twice, endless } })
