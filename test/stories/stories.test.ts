// Stories that must fail fail, and tell who asked what, what came back and which rule decided; each runs on data that no other has touched.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { describeFailed, groundOf, runStories, stories, type Ground, type StoryRan } from 'backwright/testkit'
import { testServer } from '../server.ts'
import { library } from './library.ts'

const story = stories(library)
/** How often a story ran, and what it found. */
const runs: number[] = []

story('what one story writes, no other finds', async ({ as, library }) => {
  const reader = await library.reader.create({ name: 'Anna', email: 'anna@x.example' })
  await library.loan.create({ readerId: reader.id, title: 'Emma', pages: 474, price: '9.50', tags: ['old'] })
  runs.push(await library.loan.count())
  const [loan] = (await as.anna.loan.find()).data
  assert.ok(loan?.price.eq('9.5'))
  assert.equal((await as.librarian.reader.update(reader.id, { name: 'Anne' })).name, 'Anne')
})
story('ben reads the loans of anna', async ({ as, library }) => {
  const anna = await library.reader.create({ name: 'Anna', email: 'anna@x.example' })
  await library.reader.create({ name: 'Ben', email: 'ben@x.example' })
  await library.loan.create({ readerId: anna.id, title: 'Emma', pages: 474, price: '9.50', tags: [] })
  assert.equal(await as.ben.loan.count(), 1)
})
story('the librarian deletes a loan that is out', async ({ as, library }) => {
  const anna = await library.reader.create({ name: 'Anna', email: 'anna@x.example' })
  const loan = await library.loan.create({ readerId: anna.id, title: 'Emma', pages: 474, price: '9.50', tags: [] })
  await as.librarian.loan.delete(loan.id)
})
story('somebody who is misspelt', async ({ as }) => { await as('librarien').loan.find() })
story('a method that is misspelt', async ({ as }) => { await (as.anna.loan as unknown as { fnid(): Promise<unknown> }).fnid() })
story('an await is missing', ({ as }) => { void as.anna.loan.find() })
story('an await is missing, and the answer came all the same', async ({ as, library }) => {
  const refused = as.visitor.loan.find()
  for (let i = 0; i < 5; i++) await library.loan.count()
  assert.ok(refused)
})
story('anybody asks by what a token says', async ({ as, library }) => {
  await library.reader.create({ name: 'Cleo', email: 'cleo@x.example' })
  assert.deepEqual((await as({ email: 'cleo@x.example' }).reader.find()).data.map(r => r.name), ['Cleo'])
  await assert.rejects(as.visitor.reader.find(), { code: 'caller.unknown' })
})

let ground: Ground
const ran: StoryRan[] = []
before(async () => {
  ground = await groundOf(library, { server: (await testServer()).server, name: 'library', data: null })
  for await (const one of runStories(story, ground)) ran.push(one)
})
after(async () => { await ground.close() })

const of = (says: string): readonly StoryRan[] => {
  const found = ran.filter(r => r.says.startsWith(says))
  assert.deepEqual(found.map(r => r.protocol), ['REST', 'GraphQL', 'SOAP', 'db'])
  return found
}
const failing = (says: string): readonly string[] => of(says).map(r => {
  assert.ok(r.failed, `${says} through ${r.protocol} is true`)
  return describeFailed(r).join('\n')
})

test('a true story is true through every protocol, each time on untouched data', () => {
  for (const says of ['what one story writes', 'anybody asks by']) for (const r of of(says)) assert.equal(r.failed, null, describeFailed(r).join('\n'))
  assert.deepEqual(runs, [1, 1, 1, 1])
})

test('a failing story tells who asked what, what came back, and why a row was not in it', () => {
  for (const text of failing('ben reads')) {
    assert.match(text, /0 !== 1/)
    assert.match(text, /^at .*stories\.test\.ts:24$/m)
    assert.match(text, /^ben: loan\.count\(\)\n(?: {2}(?:REST: GET \/api\/~loan\/aggregate\?measure=count|GraphQL: query \{ loansAggregate \{ count \} \}|SOAP: <AggregateLoans><measure>count<\/measure><\/AggregateLoans>)\n)? {2}→ 0\n {4}read [0-9a-f-]{36}: no, no rule allows it$/m)
    assert.match(text, /✗ Loan\.1 allow\('read', 'update'\)\.when\(row\.reader\.is\(caller\)\) {2}library\.ts:\d+/)
    assert.match(text, /^system: reader\.create\(\{ name: 'Anna'/m)
  }
})

test('a refusal names the rule that denied it, and the clause that holds', () => {
  for (const text of failing('the librarian deletes')) {
    assert.match(text, /^caller\.forbidden: /)
    assert.match(text, /^librarian: loan\.delete\('[0-9a-f-]{36}'\)\n(?: {2}(?:REST: DELETE|GraphQL: mutation|SOAP: <DeleteLoan>) ?.*\n)? {2}✗ caller\.forbidden: /m)
    assert.match(text, /delete [0-9a-f-]{36}: no, by Loan\.3 deny\('delete'\)\.when\(row\.state\.eq\('out'\)\) {2}library\.ts:\d+/)
  }
})

test('mistakes in the story itself are told as such', () => {
  for (const text of failing('somebody who is misspelt')) assert.match(text, /Nobody is called 'librarien'\. Did you mean 'librarian'\?/)
  for (const text of failing('a method that is misspelt')) assert.match(text, /loan has no 'fnid'\. Did you mean 'find'\?/)
  for (const text of failing('an await is missing, and')) assert.match(text, /Nobody waits for what visitor's loan\.find answers/)
  for (const r of ran.filter(one => one.says === 'an await is missing')) assert.match(describeFailed(r).join('\n'), /Nobody waits for what anna's loan\.find answers: an await is missing/)
  assert.throws(() => { story('an await is missing', () => {}) }, /Two stories say/)
})

test('one can be run by its name', async () => {
  const some: string[] = []
  for await (const one of runStories(story, ground, { only: 'READS THE' })) some.push(one.says)
  assert.deepEqual([...new Set(some)], ['ben reads the loans of anna'])
})
