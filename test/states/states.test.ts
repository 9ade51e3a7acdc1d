// States change in the declared ways only, whoever writes them and over which protocol; each way is an action of its entity.
import assert from 'node:assert/strict'
import { after, before, describe, it, test } from 'node:test'
import { backend, choice, compileModel, DeclarationErrors, Entity, model, text, transitions } from '../../src/index.ts'
import { createEngine, type RunningEngine } from '../../src/engine/index.ts'
import { Failure } from '../../src/failure/index.ts'
import { applyPlan, planOf } from '../../src/migrate/index.ts'
import type { Caller } from '../../src/model/index.ts'
import { connectDb, speakTypeScript } from '../../src/protocols/db/index.ts'
import { contractOf, rest } from '../../src/protocols/rest/index.ts'
import { serve, type Serving } from '../../src/server/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { postgresStore } from '../../src/stores/postgres/index.ts'
import pg from 'pg'
import { SignJWT } from 'jose'
import { testServer } from '../server.ts'
import app from './parcels.ts'

const { model: made } = compileModel(app)
const secret = 'a secret for tests that is long enough'
const person = (name: string, ...roles: string[]): Caller => ({ id: name, roles: new Set(roles), claims: { sub: name, email: `${name}@x.example`, email_verified: true }, until: null })

for (const where of ['memory', 'PostgreSQL'] as const) {
  describe(`states, ${where}`, () => {
    let engine: RunningEngine, end: () => Promise<void>
    before(async () => {
      if (where === 'memory') {
        engine = await createEngine({ model: made, store: memoryStore(made), speak: speakTypeScript })
        end = () => engine.close()
        return
      }
      const fresh = await (await testServer()).freshDatabase(), client = new pg.Client(fresh.config)
      await client.connect()
      await applyPlan(client, await planOf(client, made))
      await client.end()
      engine = await createEngine({ model: made, store: await postgresStore({ model: made, connection: fresh.config }), speak: speakTypeScript })
      end = async () => { await engine.close(); await fresh.drop() }
    })
    after(() => end())
    const run = () => ({ deadline: performance.now() + 10_000 })
    const as = async (name: string, ...roles: string[]) => connectDb(engine, app, await engine.bind(person(name, ...roles), run()))
    const system = () => connectDb(engine, app, engine.system('sets up'))
    const parcel = async (status: 'packed' | 'sent' | 'arrived' | 'lost' | 'returned', weighed = true) => {
      const people = await system().person.find({ where: { email: 'ann@x.example' } })
      const ann = people.data[0] ?? (await system().person.create({ email: 'ann@x.example' }))
      return (await system().parcel.create({ senderId: ann.id, status, weighed, note: 'mind' })).id
    }
    const refused = async (what: Promise<unknown>, code: string, text?: RegExp): Promise<Failure> => {
      const failure = await what.then(() => assert.fail('it was done'), (e: unknown) => e)
      assert.ok(failure instanceof Failure, String(failure))
      assert.equal(failure.code, code, failure.message)
      if (text) assert.match(failure.message, text)
      return failure
    }

    it('is taken by those who may, as an action and as a change', async () => {
      const depot = await as('dee', 'depot'), one = await parcel('packed'), two = await parcel('packed')
      const sent = await depot.parcel.send(one)
      assert.deepEqual([sent.status, sent.weighed], ['sent', true])
      assert.equal((await depot.parcel.update(two, { status: 'sent', weighed: true })).status, 'sent')
      assert.equal((await depot.parcel.arrive(two)).status, 'arrived')
      assert.equal((await depot.parcel.update(two, { status: 'arrived' })).status, 'arrived', 'as it is is no change')
    })

    it('by a transition alone, without leave to change anything else', async () => {
      const driver = await as('dan', 'driver'), ann = await as('ann'), one = await parcel('sent'), two = await parcel('sent')
      await refused(driver.parcel.update(one, { status: 'arrived' }), 'caller.forbidden')
      assert.equal((await driver.parcel.arrive(one)).status, 'arrived')
      await refused(ann.parcel.update(two, { status: 'returned' }), 'caller.forbidden')
      const back = await ann.parcel.takeBack(two)
      assert.deepEqual([back.status], ['returned'])
    })

    it('leads nowhere else, not even for the system', async () => {
      const depot = await as('dee', 'depot'), one = await parcel('arrived')
      const failure = await refused(depot.parcel.update(one, { status: 'packed' }), 'row.transition', /This Parcel is arrived and cannot become packed\. arrived is where it ends\./)
      assert.deepEqual([failure.at, failure.facts], [['status'], { field: 'status', from: 'arrived', to: 'packed' }])
      await refused(depot.parcel.send(one), 'row.transition')
      await refused(system().parcel.update(one, { status: 'lost' }), 'row.transition', /cannot become lost/)
      await refused(depot.parcel.updateMany({ where: { status: 'arrived' } }, { status: 'packed' }, { expect: 1 }), 'row.count')
      assert.equal((await depot.parcel.get(one))?.status, 'arrived')
    })

    it('is refused to others, and while its condition does not hold', async () => {
      const depot = await as('dee', 'depot'), driver = await as('dan', 'driver'), stranger = await as('bob'), light = await parcel('packed', false), other = await parcel('packed')
      await refused(driver.parcel.send(other), 'caller.forbidden')
      await refused(stranger.parcel.takeBack(other), 'caller.forbidden')
      await refused(depot.parcel.takeBack(other), 'caller.forbidden')
      await refused(depot.parcel.update(light, { status: 'sent' }), 'row.transition', /but not as it must be/)
      await refused(depot.parcel.send(light), 'row.transition', /but not as it must be to become sent/)
      const ann = await as('ann')
      await refused(ann.parcel.update(other, { status: 'sent' }), 'caller.forbidden', /Only depot may take send/)
      await refused(ann.parcel.update(other, { status: 'nowhere' as never }), 'resolve.value')
      await refused(ann.parcel.create({ status: 'sent' }), 'caller.forbidden')
    })

    it('is explained as it is carried out, with whoever may, the state it begins in and its condition', async () => {
      const people = { depot: await engine.bind(person('dee', 'depot'), run()), driver: await engine.bind(person('dan', 'driver'), run()), ann: await engine.bind(person('ann'), run()), bob: await engine.bind(person('bob'), run()) }
      let yes = 0, no = 0
      for (const [name, caller] of Object.entries(people)) {
        for (const way of ['send', 'arrive', 'lose', 'takeBack'] as const) {
          for (const [status, weighed] of [['packed', true], ['packed', false], ['sent', true], ['lost', true], ['returned', true]] as const) {
            const one = await parcel(status, weighed)
            const why = await engine.explainCall({ action: `parcel.${way}`, key: [one], input: undefined, origin: 'code' }, caller, run())
            const done = await connectDb(engine, app, caller).parcel[way](one).then(() => true, (e: unknown) => { if (e instanceof Failure && e.code !== 'internal') return false; throw e })
            assert.equal(why.rows[0]?.granted === true, done, `${name} ${way} ${status} ${weighed}: ${JSON.stringify(why)}`)
            if (done) yes++
            else no++
          }
        }
      }
      assert.ok(yes > 5 && no > 20, `${yes} ${no}`)
      const light = await parcel('sent', false)
      const { rows: [row], verb, entity } = await engine.explainCall({ action: 'parcel.send', key: [light], input: undefined, origin: 'code' }, people.depot, run())
      assert.deepEqual([verb, entity, row?.granted, row?.decidedBy, row?.rules.map(r => [r.rule, r.text])], ['call', 'parcel', false, null, [['parcel.send', "'depot' where row.weighed.eq(true)"]]])
      assert.deepEqual(row?.rules[0]?.clause.of?.map(c => [c.text, c.holds]), [['caller is depot', true], ['row.weighed = true', false], ['row.status = "packed"', false]])
      const unseen = await engine.explainCall({ action: 'parcel.takeBack', key: [light], input: undefined, origin: 'code' }, people.bob, run())
      assert.deepEqual([unseen.rows[0]?.granted, unseen.rows[0]?.rules.map(r => r.rule)], [false, ['Parcel.1', 'Parcel.3', 'Parcel.4']])
    })

    it('of two at once only one takes it', async () => {
      const depot = await as('dee', 'depot'), ann = await as('ann'), one = await parcel('packed')
      const both = await Promise.allSettled([depot.parcel.send(one), ann.parcel.takeBack(one), depot.parcel.send(one), ann.parcel.takeBack(one)])
      const failures = both.flatMap(b => (b.status === 'rejected' ? [(b.reason as Failure).code] : []))
      assert.ok(failures.every(code => code === 'row.transition'), failures.join())
      assert.ok(both.some(b => b.status === 'fulfilled'))
      assert.ok(['sent', 'returned'].includes((await depot.parcel.get(one))?.status ?? ''))
    })

    it('of a part: who may take it says so itself; a state not yet there may be set', async () => {
      const one = await parcel('packed'), depot = await as('dee', 'depot'), driver = await as('dan', 'driver')
      const { id } = await depot.stop.create({ parcelId: one, town: 'Ulm' })
      assert.equal((await depot.stop.update(id, { state: 'ahead' })).state, 'ahead')
      await refused(depot.stop.update(id, { state: 'passed' }), 'caller.forbidden')
      assert.equal((await driver.stop.pass(id)).state, 'passed')
      await refused(depot.stop.update(id, { state: null }), 'row.transition')
    })

    if (where === 'PostgreSQL') it('over REST: its address, its place in the contract, PUT leaves it', async () => {
      const serving: Serving = await serve({ protocols: [rest({ engine: await withTokens() })], engine: await withTokens(), port: 0, limits: { stopMs: 500 } })
      try {
        const one = await parcel('packed'), token = await new SignJWT({ sub: 'dee', roles: ['depot'] }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(new TextEncoder().encode(secret))
        const ask = async (method: string, path: string, body?: unknown) => {
          const answer = await fetch(`${serving.url}/api/${path}`, { method, headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
          return { status: answer.status, body: await answer.json() as Record<string, unknown> }
        }
        const sent = await ask('POST', `parcels/${one}/send`)
        assert.deepEqual([sent.status, sent.body['status']], [200, 'sent'])
        const again = await ask('POST', `parcels/${one}/send`)
        assert.deepEqual([again.status, again.body['code'], again.body['detail']], [409, 'row.transition', 'This Parcel is sent already.'])
        assert.equal((await ask('PUT', `parcels/${one}`, { weighed: false })).body['status'], 'sent')
        assert.equal((await ask('PATCH', `parcels/${one}`, { status: 'packed' })).status, 409)
      } finally { await serving.close() }
      function withTokens() { return Promise.resolve({ ...engine, identify: async (token: string | null) => (token === null ? person('x') : person('dee', 'depot')) } as RunningEngine) }
    })
  })
}

test('the contract says which states follow, and has an operation for each transition', () => {
  const document = contractOf(made, '/api') as unknown as { readonly paths: Record<string, { readonly post?: { readonly operationId: string } }>; readonly components: { readonly schemas: Record<string, { readonly properties?: Record<string, { readonly description?: string }>; readonly 'x-states'?: unknown }> } }
  assert.ok(Object.keys(document.paths).some(path => path.endsWith('/parcels/{id}/take-back')))
  assert.match(document.components.schemas['Parcel']?.properties?.['status']?.description ?? '', /packed → sent by send/)
  assert.deepEqual(Object.keys(document.components.schemas['Parcel']?.['x-states'] as object), ['status'])
})

test('what cannot be a transition is told with its line', () => {
  class Order extends Entity {
    status = choice('open', 'paid').default('open'); note = text()
    static transitions = [
      transitions(Order, 'status', ({ row }) => ({
        pay: { from: 'opn' as 'open', to: 'paid' }, stay: { from: 'open', to: 'open' }, note: { from: 'open', to: 'paid' }, late: { from: [], to: 'paid' }, odd: { from: 'open', to: 'paid', if: true } as never,
        who: { from: 'open', to: 'paid', by: [] }, when: { from: 'open', to: 'paid', when: row.note as never },
      })),
      transitions(Order, 'note' as 'status', () => ({})),
    ]
  }
  let said: readonly string[] = []
  try { compileModel(backend({ model: model({ order: Order }) })) } catch (error) { if (error instanceof DeclarationErrors) said = error.mistakes.map(m => m.reason); else throw error }
  assert.deepEqual(said, [
    "pay: 'opn' is none of the choices.", "stay: It begins and ends at 'open'.", 'note: Order has a field or relation of this name.', 'late: It begins nowhere.', "odd: There is no 'if'.", 'who: by names no role.',
    'when: when is no condition.', 'It is text: only a choice has states.',
  ])
})
