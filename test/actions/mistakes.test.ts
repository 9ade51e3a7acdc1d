// Mistakes in declaring actions: told at start, all together, each with its place and what was probably meant.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { access, allow, backend, choice, compileModel, Entity, everyone, id, integer, list, many, model, object, ref, signedIn, text, uuid, caller, timestamp, now } from '../../src/define/index.ts'
import { DeclarationErrors } from '../../src/index.ts'

class Book extends Entity {
  title = text()
  pages = many(() => Page, 'book')
  static access = access(Book, () => [allow('read').always()])
}
class Page extends Entity { book = ref(() => Book) }
class Stranger extends Entity { name = text() }
const shelf = model({ book: Book, page: Page }), other = model({ book: Book })

/** What is said of these actions: without file and line, which are this file's. */
function said(actions: Record<string, unknown>, more: object = {}): string[] {
  try {
    compileModel(backend({ name: 'shelf', model: shelf, actions: actions as never, ...more }))
    return []
  } catch (error) {
    assert.ok(error instanceof DeclarationErrors, String(error))
    for (const m of error.mistakes) assert.match(`${m.file}:${m.line}`, /mistakes\.test\.ts:\d+$/)
    return error.message.split('\n').map(line => line.replace(/^\S+:\d+ {2}/, ''))
  }
}
const run = (): void => {}
/** Options that the types refuse. */
const bad = (options: object): never => options as never

test('names, and where an action hangs', () => {
  assert.deepEqual(said({ book: shelf.action({ run }) }), ["book: An entity is called 'book' too, and db.book cannot be both."])
  assert.deepEqual(said({ asSystem: shelf.action({ run }) }), ["asSystem: 'asSystem' is a reserved word of db."])
  assert.deepEqual(said({ Do: shelf.action({ run }) }), ["Do: 'Do' is no usable name: it must start with a small letter and have only letters, digits and _."])
  assert.deepEqual(said({ pages: shelf.action(Book, { run }) }), ["book.pages: Book has a relation 'pages', and /books/{id}/pages cannot be both. Call one of them otherwise."])
  assert.deepEqual(said({ find: shelf.action(Book, { run }) }), ['book.find: db.book.find is something else already.'])
  assert.deepEqual(said({ placeIt: shelf.action({ run }), again: shelf.action({ run, path: 'place-it' }) }), ["again: The path 'place-it' is already that of placeIt."])
  assert.deepEqual(said({ away: other.action({ run }) }), ['away: It is an action of another model. Declare it on the model that backend({ model }) names.'])
  assert.deepEqual(said({ away: shelf.action(Stranger, { run }) }), ['away: Stranger is not in the model.'])
  assert.deepEqual(said({ seven: 7 }), ['actions.seven: This is no action. Write shop.action({ … }) of your model.'])
  assert.deepEqual(said({ idle: shelf.action(bad({ alow: everyone })) }), ["idle: There is no option 'alow'. Did you mean 'allow'?", 'idle: It has no run. Write async run({ input, db }) { … }.'])
  assert.deepEqual(said({ odd: shelf.action({ conflicts: bad({}), prepare: bad({}), run }) }), ['odd: Its prepare is no function. Write async prepare({ input }) { … }.', 'odd: Its conflicts is no function. Write async conflicts({ input, db, fail }) { … }.'])
})

test('who may call', () => {
  assert.deepEqual(said({ a: shelf.action({ allow: [], run }) }), ["a: allow names no role. Write allow: ['staff'], or allow: signedIn."])
  assert.deepEqual(said({ a: shelf.action({ allow: bad({ x: 1 }), run }) }), ["a: allow gives something that is no condition. Write allow: signedIn, allow: 'staff', or allow: ({ caller }) => caller.is('staff')."])
  assert.deepEqual(said({ a: shelf.action(Book, { allow: ({ row }) => bad(row as object) as unknown as typeof signedIn, run }) }).length, 1)
  assert.deepEqual(said({ a: shelf.action(Book, { allow: ({ row }) => (row as unknown as Record<string, { eq(x: string): typeof signedIn }>)['titel']!.eq('x'), run }) }), ["a: 'titel' does not exist on Book. Did you mean 'title'?"])
  assert.deepEqual(said({ a: shelf.action({ allow: ({ caller: c }) => c.is('staff').and(signedIn), run }), b: shelf.action({ allow: 'staff', run }) }), [])
})

test('inputs, outputs and failures', () => {
  assert.deepEqual(said({ a: shelf.action({ input: { n: integer({ min: 3, max: 1 }), when: timestamp().default(now) }, run }) }), ['a.input.n: The minimum of 3 is over the maximum of 1.'])
  assert.deepEqual(said({ a: shelf.action({ input: { key: id(Stranger), made: id(), tag: text().unique().by('x'), mine: uuid().default(caller.claims['x'] as never) }, run }) }), [
    'a.input.key: id(Stranger) names no entity of the model.', 'a.input.made: This is a key that the server makes. Write id(Product) for the key of a row, uuid() for any.',
    'a.input.tag: .unique() means nothing here: this is no stored field.', 'a.input.tag: .by() means nothing here: who may call it is said by allow.',
    'a.input.mine: A default here is a value, or now. The caller is given to run.',
  ])
  assert.deepEqual(said({ a: shelf.action({ input: { deep: { list: list({ word: choice('a').default('b' as 'a') }) }, one: object({ x: bad({}) }) }, output: bad({ n: 7 }), run: run as never }) }), [
    "a.input.deep.list.word: The default 'b' is not one of its choices. Did you mean 'a'?", 'a.output.n: Its value comes from no field builder. Write text(), integer(), id(Product), list({ … }) …',
  ])
  assert.deepEqual(said({ a: shelf.action({ failures: { gone: { status: 500 }, Bad: {}, same: { left: integer() }, told: { fields: text() } }, run }), b: shelf.action({ failures: { same: { left: text() } }, run }) }), [
    'a.failures.gone: 500 is no status of a failure. It is one of 400 to 499, and not 401; 409 unless said.',
    "a.failures.Bad: 'Bad' is no usable name: it must start with a small letter and have only letters and digits.",
    "a.failures.told: 'fields' is a reserved word of failures.",
    "b.failures.same: Another action declares 'same' differently. Declare it once and name it in both, or call it otherwise.",
  ])
})

test('contracts, isolation and what is kept', () => {
  assert.deepEqual(said({ a: shelf.action({ contract: bad({ method: 'FETCH', path: 'hooks', colour: 1 }), run }) }), [
    "a: contract: There is no option 'colour'.", "a: The contract's method 'FETCH' is none of GET, POST, PUT, PATCH, DELETE.", "a: The contract's path 'hooks' is no path from the root. Write path: '/hooks/stripe'.",
  ])
  assert.deepEqual(said({ a: shelf.action({ contract: { method: 'GET', path: '/x/{nme}' }, input: { name: text() }, run }) }), ["a: The contract's path has {nme}, which is no value of the input. Did you mean 'name'?"])
  assert.deepEqual(said({ a: shelf.action({ contract: { method: 'POST', path: '/x', raw: true }, input: { name: text() }, run }) }), ['a: A raw contract has no input: run reads request.body.'])
  assert.deepEqual(said({ a: shelf.action({ contract: { method: 'POST', path: '/api/books/x' }, run }) }), ["a: The contract's path /api/books/x is within /api/books, which is something else."])
  assert.deepEqual(said({ a: shelf.action({ contract: { method: 'GET', path: '/x/{a}' }, input: { a: text() }, run }), b: shelf.action({ contract: { method: 'GET', path: '/x/{b}' }, input: { b: text() }, run }) }), ['b: GET /x/{b} is already that of a.'])
  assert.deepEqual(said({ a: shelf.action({ isolation: bad('serialisable' as never), run }) }), ["a: There is no isolation 'serialisable'. Did you mean 'serializable'?"])
  assert.deepEqual(said({}, { idempotency: { hours: 0 } })[0]?.endsWith('Write idempotency: { hours: 24 }, up to 366 days.'), true)
})
