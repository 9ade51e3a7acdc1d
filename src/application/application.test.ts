// An application opened by its own tests: who asks, the typed db, and a declaration exchanged while a transaction of the former runs.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { testServer } from '../../test/server.ts'
import { access, allow, backend, Entity, integer, model, open, SchemaDiffers, text, type Application } from '../index.ts'

const declare = () => {
  class Note extends Entity {
    body = text()
    owner = text()
    static access = access(Note, ({ row, caller }) => [allow('read', 'create').when(row.owner.eq(caller.claims.email)), allow('read').to('staff')])
  }
  return backend({ name: 'notes', model: model({ note: Note }), as: { anna: { email: 'anna@example.com' }, joe: { roles: ['staff'] } } })
}
const declareMore = () => {
  class Note extends Entity {
    body = text()
    owner = text()
    stars = integer().default(1)
    static access = access(Note, () => [allow('read').always()])
  }
  return backend({ name: 'notes', model: model({ note: Note }) })
}

let application: Application, notes: Awaited<ReturnType<typeof openNotes>>, drop: () => Promise<void> = async () => {}, url: string
const openNotes = () => open(declare(), { url, schema: 'apply' })
before(async () => {
  const fresh = await (await testServer()).freshDatabase()
  const { user, password, host, port, database } = fresh.config
  url = `postgres://${user}:${password}@${encodeURIComponent(host)}:${port}/${database}`
  drop = () => fresh.drop()
})
after(async () => {
  await application.close()
  await drop()
})

test('an address of a server at a socket has no host before its path', async () => {
  const { config, drop: end } = await (await testServer()).freshDatabase()
  const { user, password, host, port, database } = config
  try {
    for (const at of [
      `postgres://${user}:${password}@/${database}?host=${encodeURIComponent(host)}&port=${port}`,
      `postgresql:///${database}?host=${encodeURIComponent(host)}&port=${port}&user=${user}&password=${password}`,
    ]) {
      const opened = await open(declare(), { url: at, schema: 'apply' })
      assert.equal(opened.database.says, `PostgreSQL at ${host}/${database}`)
      await opened.close()
    }
    await assert.rejects(open(declare(), { url: 'nonsense', schema: 'apply' }), /cannot be read/)
  } finally { await end() }
})

test('a schema that is required to be there is not made', async () => {
  await assert.rejects(open(declare(), { url, schema: 'require' }), (error: unknown) => error instanceof SchemaDiffers && !error.refused && /\+table notes/.test(error.message))
})

test('the db acts as whoever is named', async () => {
  notes = await openNotes()
  application = notes
  const anna = notes.db(await notes.as('anna')), ben = notes.db(await notes.as({ email: 'ben@example.com' }))
  const made = await anna.note.create({ body: 'mine', owner: 'anna@example.com' })
  assert.equal((await anna.note.get(made.id))?.body, 'mine')
  assert.equal(await ben.note.get(made.id), null)
  assert.equal((await notes.db(await notes.as('joe')).note.find()).data.length, 1)
  assert.equal((await notes.db(notes.system('counts')).note.find()).data.length, 1)
  await assert.rejects(notes.as('ana'), /names nobody 'ana'\. Did you mean 'anna'\?/)
})

test('another declaration takes over; what began under the former ends under it', async () => {
  const { engine } = notes
  const run = () => ({ deadline: performance.now() + 10_000 })
  const system = notes.system('writes')
  const started = Promise.withResolvers<void>(), go = Promise.withResolvers<void>()
  const former = engine.within(run(), async inside => {
    started.resolve()
    await go.promise
    return inside.model
  })
  await started.promise
  const { steps } = await notes.reload(declareMore())
  assert.deepEqual(steps.flatMap(s => s.says ?? []), ['+column notes.stars'])
  assert.equal('stars' in engine.model.entities['note']!.fields, true)
  const write = await engine.write({ kind: 'create', entity: 'note', key: null, body: { body: 'new', owner: 'x', stars: 5 }, origin: 'body', expect: null }, system, run())
  assert.equal(write.bodies.length, 1, 'a system caller made before is one still')
  go.resolve()
  assert.equal('stars' in (await former).entities['note']!.fields, false)
})
