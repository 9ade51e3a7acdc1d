// A story is carried by each protocol as by `db`: the same values, of the same types, the same failures with the same facts; and what a protocol has no words for is told.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { inspect } from 'node:util'
import {
  access, allow, backend, bigint, bytes, choice, count, date, decimal, duration, entity, Entity, email, hide, integer, json, list, many, model, number, ref, text, time, timestamp, transitions,
} from 'backwright'
import { describeFailed, groundOf, runStories, stories, type Ground, type StoryRan } from 'backwright/testkit'
import { testServer } from '../server.ts'

class Shelf extends Entity {
  name = text({ max: 40 }).unique()
  wide = decimal({ precision: 8, scale: 3 })
  rate = number().optional()
  serial = bigint().default(9007199254740993n)
  built = date().optional()
  opens = time().optional()
  seen = timestamp().optional()
  lends = duration().optional()
  facts = json().optional()
  photo = bytes({ max: 64 }).optional()
  tags = list(text({ max: 20 }))
  secret = text({ max: 40 }).optional()
  state = choice('open', 'shut').default('open')
  places = many(() => Place, 'shelf').owned()
  filled = count(Shelf, 'places')
  static transitions = transitions(Shelf, 'state', ({ row }) => ({ shut: { from: 'open', to: 'shut', by: 'keeper', when: row.wide.gt(1) } }))
  static access = access(Shelf, ({ caller }) => [
    allow('read').always(), allow('create', 'update').to('keeper', 'poster'), allow('delete').to('keeper'), hide('secret').unless(caller.is('keeper')),
  ])
}
class Place extends entity({ key: ['shelf', 'thing'] }) {
  shelf = ref(() => Shelf)
  thing = ref(() => Thing)
  room = integer({ min: 0, max: 100 })
}
class Thing extends Entity {
  name = text({ max: 40 })
  ours = email().optional()
  static access = access(Thing, () => [allow('read', 'create').to('keeper')])
}
/** Dropped in, and read by nobody but the keeper. */
class Note extends entity({ id: integer() }) {
  text = text({ max: 40 })
  static access = access(Note, () => [allow('create').always(), allow('read').to('keeper')])
}
const depot = model({ shelf: Shelf, place: Place, thing: Thing, note: Note })
const weigh = depot.action({
  input: { of: list({ name: text(), kilos: decimal({ precision: 8, scale: 2 }), raw: bytes({ max: 10 }).optional() }), extra: json().optional() },
  output: { heaviest: text(), kilos: decimal({ precision: 8, scale: 2 }), each: list({ name: text(), of: json() }), raw: bytes({ max: 10 }).optional() },
  failures: { tooHeavy: { kilos: decimal({ precision: 8, scale: 2 }), names: list(text()), by: integer() }, tooMany: { kilos: integer() } },
  allow: 'keeper',
  run({ input, fail }) {
    const [first] = input.of
    if (!first) throw fail('tooMany', { kilos: 0 })
    if (first.kilos.gt(100)) throw fail('tooHeavy', { kilos: first.kilos, names: input.of.map(x => x.name), by: 3 })
    return { heaviest: first.name, kilos: first.kilos, each: input.of.map(x => ({ name: x.name, of: { is: [x.name, 1] } })), raw: first.raw ?? null }
  },
})
const sweep = depot.action(Shelf, { allow: 'keeper', input: { hard: integer().optional() }, output: { done: integer(), serial: bigint() }, run: ({ row, input }) => ({ done: input.hard ?? 0, serial: row.serial }) })
const ring = depot.action({ allow: 'keeper', run: () => ({ rang: [1, null, 'twice'] }) })
const hush = depot.action({ allow: 'keeper', output: {}, run: () => ({}) })
const app = backend({ name: 'depot', model: depot, actions: { weigh, sweep, ring, hush }, as: { keeper: { roles: ['keeper'] }, poster: { roles: ['poster'] } } })

const story = stories(app)
/** What came of each call, by what carried it. */
const came = new Map<string, string[]>()
let calls: string[] = []
const noted = async (work: Promise<unknown>): Promise<void> => {
  const said = await work.then(v => v, (e: unknown) => { const { code, facts } = e as { code?: string; facts?: object }; if (code === undefined) throw e; return { code, facts } })
  // Keys are drawn anew each time.
  calls.push(inspect(said, { depth: 8, breakLength: Infinity, sorted: true }).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'KEY').replaceAll(/(createdAt|updatedAt): '[^']*'/g, '$1'))
}

story('everything that db can be asked', async ({ as, depot }) => {
  calls = []
  const { keeper, poster, visitor } = as
  const bolt = await keeper.thing.create({ name: 'bolt' })
  const nut = await keeper.thing.create({ name: 'nut', ours: 'nut@x.example' })
  const body = {
    name: 'A & <b> "c"', wide: '12.500', rate: 0.1, built: '2026-01-02', opens: '08:30:00', seen: new Date('2026-03-04T05:06:07.890Z'), lends: 'P1DT2H', facts: { a: [1, { b: null }], s: '<x>' },
    photo: new Uint8Array([0, 255, 16]), tags: ['ä', '', 'x,y'], secret: 'hush', places: [{ thingId: bolt.id, room: 3 }, { thingId: nut.id, room: 4 }],
  } as const
  const shelf = await keeper.shelf.create(body)
  await noted(Promise.resolve(shelf))
  const { id } = shelf, place = { shelfId: id, thingId: bolt.id }
  await noted(keeper.shelf.create([{ name: 'second', wide: 1, tags: [] }, { name: 'third', wide: 2, tags: ['x'], serial: 5n }], { fields: ['id', 'name', 'wide', 'serial'] }))
  await noted(keeper.shelf.get(id, { include: { places: { include: { thing: true }, sort: ['-room'], first: 1 } } }))
  await noted(visitor.shelf.get(id))
  await noted(visitor.shelf.get(bolt.id))
  await noted(visitor.shelf.get(id, { fields: ['secret'] }))
  await noted(visitor.shelf.find({ where: { or: [{ name: { startsWith: 'th' } }, { wide: { gte: 12 } }], not: { tags: { has: 'zz' } } }, sort: ['-wide', 'name'], fields: ['name', 'filled'], count: 'exact' }))
  const first = await visitor.shelf.find({ sort: ['name'], first: 2, fields: ['name'] })
  await noted(visitor.shelf.find({ sort: ['name'], first: 2, fields: ['name'], after: first.page.next ?? '' }).then(({ data, page }) => ({ data, next: page.next, previous: page.previous !== null })))
  await noted(visitor.shelf.find({ where: { seen: { gt: new Date('2026-01-01T00:00:00Z') }, serial: 9007199254740993n, photo: null }, fields: ['id'] }))
  await noted(visitor.shelf.find({ where: { places: { some: { room: { in: [4, 9] } } } }, fields: ['name'] }))
  await noted(visitor.shelf.count({ where: { name: 'third' } }))
  await noted(visitor.shelf.aggregate({ measure: ['count', 'sum(wide)', 'avg(rate)', 'min(seen)', 'max(serial)', 'countDistinct(name)'], group: ['state'], sort: ['-count'] }))
  await noted(keeper.place.get(place))
  await noted(keeper.place.update(place, { room: { add: 2 } }))
  await noted(keeper.place.get({ shelfId: id, thingId: id }))
  await noted(keeper.shelf.update(id, { places: { update: [{ thingId: nut.id, room: 9 }] }, rate: null, tags: { append: ['new'] } }, { version: 1, fields: ['tags', 'rate'] }))
  await noted(keeper.shelf.update(id, { rate: 1 }, { version: 1 }))
  await noted(keeper.shelf.update(id, { rate: 1 }, { where: { wide: { lt: 1 } } }))
  await noted(keeper.shelf.updateMany({ where: { name: { in: ['second', 'third'] } }, }, { rate: 7.25 }, { expect: 2 }))
  await noted(keeper.shelf.updateMany({ where: { rate: 7.25 } }, { rate: 1 }, { expect: 5 }))
  await noted(keeper.shelf.create({ name: 'second', wide: 1, tags: [] }))
  await noted(keeper.shelf.create({ name: 'x'.repeat(41), wide: '1.2345', tags: [] }))
  await noted(visitor.shelf.update(id, { rate: 2 }))
  await noted(poster.shelf.delete(id))
  await noted(visitor.shelf.delete(id, { version: 3 }))
  await noted(poster.note.create({ id: 7, text: 'seen by nobody' }))
  await noted(visitor.note.find())
  await noted(keeper.shelf.shut(id))
  await noted(keeper.shelf.shut(id))
  await noted(poster.shelf.shut(id))
  const second = (await depot.shelf.find({ where: { name: 'second' } })).data[0]!
  await noted(keeper.shelf.shut(second.id))
  await noted(keeper.weigh({ of: [{ name: 'x', kilos: '1.5', raw: new Uint8Array([1, 2]) }, { name: 'y', kilos: 2 }], extra: { a: [true] } }))
  await noted(keeper.weigh({ of: [{ name: 'x', kilos: '100.5' }, { name: 'y', kilos: 2 }] }))
  await noted(keeper.weigh({ of: [] }))
  await noted(keeper.weigh({ of: [{ name: 'x', kilos: '1.234' }] }))
  await noted(visitor.weigh({ of: [] }))
  await noted(keeper.shelf.sweep(id, { hard: 3 }))
  await noted(keeper.shelf.sweep(id))
  await noted(keeper.shelf.sweep(bolt.id, {}))
  await noted(keeper.ring())
  await noted(keeper.hush())
  await noted(keeper.shelf.deleteMany({ where: { name: 'second' } }, { expect: 1 }))
  await noted(keeper.shelf.delete(id))
  await noted(depot.shelf.count())
})
story('what some have no words for', async ({ as, depot }) => {
  const shelf = await depot.shelf.create({ name: 'one', wide: 1, tags: [] })
  assert.equal((await as.visitor.shelf.find({ count: 'estimate' })).data.length, 1)
  await assert.rejects(as.keeper.thing.delete(shelf.id), { code: 'caller.forbidden' })
  await assert.rejects(as.keeper.shelf.create({ name: 'two', wide: 'wide', tags: [] }), { code: 'resolve.value' })
  assert.equal(await as.visitor.shelf.count({ where: { state: { startsWith: 'o' } } as never }), 1)
  await assert.rejects(as.keeper.shelf.update(shelf.id, { name: 'a\u0001b' }), { code: 'nonesuch' })
})

let ground: Ground
const ran: StoryRan[] = []
before(async () => {
  ground = await groundOf(app, { server: (await testServer()).server, name: 'depot', data: null })
  for await (const one of runStories(story, ground)) {
    ran.push(one)
    if (one.says.startsWith('everything')) came.set(one.protocol, calls)
  }
})
after(async () => { await ground.close() })

test('all of db is carried by each protocol: the same values of the same types, the same failures', () => {
  for (const one of ran.filter(r => r.says.startsWith('everything'))) {
    assert.equal(one.failed, null, describeFailed(one).join('\n'))
    assert.deepEqual(one.unsaid, [])
    assert.deepEqual(came.get(one.protocol), came.get('db'), one.protocol)
  }
  assert.deepEqual([...came.keys()], ['REST', 'GraphQL', 'SOAP', 'db'])
})

test('what a protocol has no words for goes through db, and is told', () => {
  const [rest, graphql, soap, db] = ran.filter(r => r.says.startsWith('what some')), why = (r: StoryRan | undefined): string[] => (r?.unsaid ?? []).map(u => `${u.who} ${u.asked.replace(/\(.*/, '')}: ${u.why}`)
  assert.deepEqual([why(rest), why(db)], [[], []])
  assert.deepEqual(why(graphql), ['visitor shelf.find: an estimate', 'keeper thing.delete: what nobody may ever do', why(graphql).at(2)])
  assert.match(why(graphql)[2] ?? '', /^visitor shelf\.count: what does not fit the types is refused before anybody is asked \(state: Expected value of type "ShelfStateFilter" not to include unknown field "startsWith"/)
  assert.deepEqual(why(soap), ['keeper shelf.update: characters that XML does not have'])
  const words = (r: StoryRan | undefined): string => describeFailed(r!).join('\n')
  assert.match(words(rest), /^keeper: shelf\.update\('[0-9a-f-]{36}', \{ name: 'a\\x01b' \}\)\n {2}REST: PATCH \/api\/~shelf\/[0-9a-f-]{36} \{"name":"a\\u0001b"\}\n {2}→ \{ /m)
  assert.match(words(graphql), /^ {2}GraphQL: mutation\(\$v0: ID!, \$v1: ShelfUpdate!\) \{ updateShelf\(id: \$v0, input: \$v1\) \{ id shelf \{ .* \} \} \} \{"v0":/m)
  assert.match(words(soap), /^ {2}SOAP: <FindShelves><count>estimate<\/count><\/FindShelves>\n {2}→ 1 row/m)
  assert.ok(!words(db).includes('db: '))
})
