// Actions over both stores, called from TypeScript: what they are given, what becomes of their transaction, and what callers are told.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { compileModel, Decimal } from '../../src/define/index.ts'
import { createEngine, type RunningEngine } from '../../src/engine/index.ts'
import { Failure } from '../../src/failure/index.ts'
import type { Caller } from '../../src/model/index.ts'
import { connectDb, speakTypeScript } from '../../src/protocols/db/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { testServer } from '../server.ts'
import { groundOf } from '../tables.ts'
import app, { asked } from './bank.ts'

const { model } = compileModel(app)
const caller = (id: string | null, ...roles: string[]): Caller => ({ id, roles: new Set(roles), claims: id === null ? {} : { sub: id }, until: null })
const failing = (code: string, more: (f: Failure) => void = () => {}) => (error: unknown): boolean => {
  assert.ok(error instanceof Failure, String(error))
  assert.equal(error.code, code, `${error.message} ${String(error.cause)}`)
  more(error)
  return true
}

const stores: Readonly<Record<string, () => Promise<{ readonly engine: RunningEngine; end(): Promise<void> }>>> = {
  'the memory store': async () => {
    const engine = await createEngine({ model, store: memoryStore(model), speak: speakTypeScript })
    return { engine, end: () => engine.close() }
  },
  'PostgreSQL 18': async () => groundOf(await testServer(), model),
}

for (const [name, make] of Object.entries(stores)) {
  describe(`actions over ${name}`, () => {
    const sql = name !== 'the memory store'
    let ground: Awaited<ReturnType<typeof make>>
    before(async () => { ground = await make() })
    after(() => ground.end())
    const db = (who: Caller) => connectDb(ground.engine, app, who)
    const system = () => db(ground.engine.system('sets up a test'))
    const anna = caller('anna'), clerk = caller('c', 'clerk'), nobody = caller(null)
    let n = 0
    const account = (balance: number, owner = 'anna') => system().account.create({ name: `account ${++n}`, owner, balance })

    test('input and output are what their shapes say; what is written is written as the caller or as the system', async () => {
      const from = await account(100), to = await account(0, 'ben')
      const answer = await db(anna).transfer({ from: from.id, to: to.id, amount: 30 })
      assert.equal(answer.left, 70)
      assert.equal(answer.entries[0]?.amount, -30)
      assert.equal((await system().account.get(to.id))?.balance, 30)
      assert.equal((await db(anna).entry.get(answer.entries[0]?.id ?? ''))?.amount, -30)
    })

    test('every mistake of an input is told with its place', async () => {
      await assert.rejects(db(anna).transfer({ from: 'x', to: 7, amount: 0, more: 1 } as never), failing('resolve.value', f => {
        assert.deepEqual(f.mistakes.map(m => m.at), [['more'], ['from'], ['to'], ['amount']])
      }))
      await assert.rejects(db(anna).odd({ how: 'catsh' as 'catch', list: ['a', 'b', 'c', 'd'], inner: { yes: 1, no: 2 } as never, exact: '1.2345' }), failing('resolve.value', f => {
        assert.deepEqual(f.mistakes.map(m => m.at.join('.')), ['how', 'list', 'inner.no', 'inner.yes', 'exact'])
        assert.match(f.mistakes[0]?.detail ?? '', /Did you mean 'catch'/)
      }))
    })

    test('a declared failure has its code, status, title and facts, and leaves nothing behind', async () => {
      const from = await account(5), to = await account(0, 'ben')
      await assert.rejects(db(anna).transfer({ from: from.id, to: to.id, amount: 30 }), failing('bank.tooLittle', f => {
        assert.deepEqual({ ...f.facts }, { name: from.name, left: 5 })
        assert.deepEqual([f.row.status, f.row.title, f.message], [409, 'There is not enough in the account', 'There is not enough in the account'])
      }))
      await assert.rejects(db(anna).transfer({ from: from.id, to: from.id, amount: 1 }), failing('bank.same', f => assert.equal(f.row.status, 422)))
      assert.equal((await system().account.get(from.id))?.balance, 5)
    })

    test('who may call is said by allow; nothing allows everybody unless it says so', async () => {
      const from = await account(5)
      await assert.rejects(db(nobody).transfer({ from: from.id, to: from.id, amount: 1 }), failing('caller.unknown'))
      await assert.rejects(db(anna).inside(), failing('caller.forbidden'))
      assert.deepEqual(await system().inside(), { done: true })
      // 403 before 422.
      await assert.rejects(db(nobody).transfer({} as never), failing('caller.unknown'))
    })

    test('an action of a row: missing, hidden, forbidden, stale and mistaken are told as of a write', async () => {
      const [empty, full, bens] = [await account(0), await account(3), await account(0, 'ben')]
      await assert.rejects(db(anna).account.close('00000000-0000-7000-8000-000000000000'), failing('row.missing'))
      await assert.rejects(db(anna).account.close(bens.id), failing('row.missing'))
      await assert.rejects(db(nobody).account.close(bens.id), failing('caller.unknown'))
      await assert.rejects(db(anna).account.close(full.id), failing('bank.notEmpty', f => assert.deepEqual({ ...f.facts }, { left: 3 })))
      await assert.rejects(ground.engine.call({ action: 'account.close', key: [empty.id], input: {}, origin: 'body', expect: '9' }, anna, { deadline: performance.now() + 5000 }), failing('row.stale'))
      assert.equal(await db(anna).account.close(empty.id), undefined)
      assert.equal(await system().account.get(empty.id), null)
      await db(clerk).account.close(bens.id)
      // The row comes before the mistakes of the input.
      await assert.rejects(db(anna).account.close(empty.id, { x: 1 } as never), failing('row.missing'))
      await assert.rejects(db(anna).account.close(full.id, { x: 1 } as never), failing('resolve.value'))
    })

    test('what an action conflicts with is told before what does not fit, by whomever that is found, and asked of nothing else', async () => {
      const [mine, other, bens] = [await account(1), await account(2), await account(3, 'ben')], rename = (input: object, at = mine.id, who = anna) => db(who).account.rename(at, input as never)
      asked.length = 0
      // Seen at once, before the transaction, within it.
      for (const more of [{ tries: 10 }, { tries: null }, { after: 'x' }, { ghost: 1 }]) await assert.rejects(rename({ name: other.name, ...more }), failing('bank.named', f => assert.deepEqual({ ...f.facts }, { name: other.name })))
      for (const name of ['rude', 'late', 'x'.repeat(41), 7, null, undefined]) await assert.rejects(rename({ name }), failing('resolve.value'))
      await assert.rejects(rename({ name: mine.name, tries: 10 }), failing('resolve.value', f => assert.deepEqual(f.mistakes.map(m => m.at), [['tries']])))
      // Only what could be read is given: what is optional and was left out is null, as ever.
      assert.deepEqual(asked, [
        [mine.name, [other.name], null, []], [mine.name, [other.name], null, []], [mine.name, [other.name], undefined, ['tries']], [mine.name, [other.name], null, ['tries']],
        ...['rude', 'late'].map(name => [mine.name, [name], null, ['tries']]), ...[1, 2, 3, 4].map(() => [mine.name, [], null, ['tries']]), [mine.name, [mine.name], null, []],
      ])
      // What it finds that does not fit either is not told instead, what it does by mistake is.
      await assert.rejects(rename({ name: 'refuses', tries: 10 }), failing('resolve.value'))
      await assert.rejects(rename({ name: 'broken', tries: 10 }), failing('internal', f => assert.doesNotMatch(f.message, /secret/)))
      asked.length = 0
      // 404 and 403 come before, also where code is run before the row is looked for.
      for (const name of [other.name, 'rude', 7]) {
        await assert.rejects(rename({ name }, bens.id), failing('row.missing'))
        await assert.rejects(rename({ name }, bens.id, clerk), failing('caller.forbidden'))
        await assert.rejects(rename({ name }, '00000000-0000-7000-8000-000000000000'), failing('row.missing'))
      }
      // Of what fits, run itself finds what is in its way.
      await assert.rejects(rename({ name: other.name }), failing('row.duplicate'))
      assert.deepEqual(asked, [])
      const { balance, name } = await system().account.get(mine.id) ?? {}
      assert.deepEqual([balance, name], [1, mine.name])
      await rename({ name: `${mine.name} again` })
      assert.equal((await system().account.get(mine.id))?.name, `${mine.name} again`)
    })

    test('what a write of the action is refused with is told at the member of the input that it was of, and nowhere else', async () => {
      const told = (input: object) => db(anna).open(input as never).then(() => assert.fail('it was opened'), (e: Failure) => [e.code, e.mistakes.length === 0 ? e.at.map(String) : e.mistakes.map(m => m.at.join('.'))])
      const long = 'x'.repeat(41)
      assert.deepEqual(await told({ name: long, owner: 'anna' }), ['resolve.value', ['name']])
      assert.deepEqual(await told({ name: long, owner: long }), ['resolve.value', ['name', 'owner']])
      // It is another value, or of another place.
      assert.deepEqual(await told({ name: long, owner: 'anna', how: 'folded' }), ['resolve.value', []])
      assert.deepEqual(await told({ name: long, owner: 'anna', how: 'several' }), ['resolve.value', []])
      assert.deepEqual(await told({ name: long, owner: long, how: 'folded' }), ['resolve.value', ['owner']])
      const { name } = await account(1)
      assert.deepEqual(await told({ name, owner: 'anna' }), ['row.duplicate', ['name']])
      // Through another action.
      assert.deepEqual(await told({ name: long, owner: 'anna', how: 'called' }), ['resolve.value', ['name']])
    })

    test('code that catches a refusal goes on in its transaction', async () => {
      assert.deepEqual(await db(anna).odd({ how: 'catch', price: '2' }), { total: new Decimal('2.00'), words: [], n: (await system().account.count()), inner: null })
      assert.equal(await system().account.count({ where: { name: { in: ['odd catch', 'other', 'third'] } } }), 2)
      const { words, n: made } = await db(anna).odd({ how: 'parallel' })
      assert.deepEqual([words, made], [['fulfilled', 'fulfilled', 'rejected', 'fulfilled'], 3])
    })

    test('whatever else is thrown is internal, tells nothing, and rolls everything back', async () => {
      await assert.rejects(db(anna).odd({ how: 'throw' }), failing('internal', f => { assert.doesNotMatch(f.message, /secret/); assert.match(String(f.cause), /secret/) }))
      assert.equal(await system().account.count({ where: { name: 'odd throw' } }), 0)
      await assert.rejects(db(anna).odd({ how: 'badOutput' }), failing('internal', f => assert.match(String(f.cause), /the output of odd\.total/)))
      await assert.rejects(db(anna).odd({ how: 'leak' }), failing('internal', f => assert.match(String(f.cause), /the facts of tooLittle\.left must be a whole number/)))
    })

    test('what nobody waited for is part of it all the same', async () => {
      await db(anna).odd({ how: 'forgets' })
      assert.equal(await system().account.count({ where: { name: 'odd forgets' } }), 1)
      await assert.rejects(db(anna).odd({ how: 'forgetsBadly' }), failing('row.duplicate'))
      assert.equal(await system().account.count({ where: { name: { startsWith: 'odd forgetsBadly' } } }), 0)
    })

    test('an action within an action is undone alone where that is caught', async () => {
      const { words, n: left } = await db(anna).odd({ how: 'nested' })
      assert.equal(left, 0)
      assert.equal(words.length, 1)
      const from = await account(100), to = await account(0, 'ben')
      assert.deepEqual(await db(anna).move({ from: from.id, to: to.id, amount: 1 }), { left: 99, entries: [{ id: (await system().entry.find({ where: { account: { id: from.id } } })).data[0]?.id, amount: -1 }] })
    })

    test('a deadline ends it, and nothing is left', async () => {
      const late = connectDb(ground.engine, app, anna, () => ({ deadline: performance.now() + 100 }))
      await assert.rejects(late.odd({ how: 'late' }), failing('store.timeout'))
      await new Promise(go => setTimeout(go, 400))
      assert.equal(await system().account.count({ where: { name: 'odd late' } }), 0)
    })

    test('sql: values are values, names are quoted, rows come as TypeScript has them', async () => {
      if (!sql) return assert.rejects(db(anna).odd({ how: 'sql' }), failing('store.unsupported'))
      const { words, n: rows } = await db(anna).odd({ how: 'sql' })
      assert.deepEqual([words, rows], [['odd sql', 'bigint', '7.5'], 1])
      assert.equal((await db(anna).odd({ how: 'sqlWrong' })).n, await system().account.count())
      return undefined
    })

    test('what fails within an action within an action is undone there and nowhere else', async () => {
      assert.equal((await db(anna).odd({ how: 'overflow' })).n, 2)
      assert.equal(await system().account.count({ where: { name: { in: ['odd overflow', 'odd overflow after', 'undone'] } } }), 2)
    })

    test('contention is met by running it all again, even where its code has caught it', async () => {
      if (!sql) return
      let begun = 0
      const counting = connectDb(ground.engine, app, anna, () => ({ deadline: performance.now() + 20_000, onStatement: ({ text }) => { if (text === 'begin') begun++ } }))
      assert.equal((await counting.odd({ how: 'contended' })).n, 3)
      assert.equal(begun, 3)
      const from = await account(40), to = await account(0, 'ben')
      const moved = await Promise.allSettled(Array.from({ length: 8 }, () => db(anna).move({ from: from.id, to: to.id, amount: 10 })))
      const codes = moved.map(m => (m.status === 'fulfilled' ? 'moved' : (m.reason as Failure).code)).sort()
      const balances = [(await system().account.get(from.id))?.balance, (await system().account.get(to.id))?.balance]
      const done = codes.filter(c => c === 'moved').length
      assert.deepEqual(balances, [40 - 10 * done, 10 * done], codes.join())
      assert.deepEqual([...new Set(codes)].sort(), ['bank.tooLittle', 'moved'])
      assert.equal(done, 4)
    })

    test('many who lock the same rows in opposite orders all come to an end', async () => {
      if (!sql) return
      const one = await account(100), two = await account(100)
      const moved = await Promise.allSettled(Array.from({ length: 30 }, (_, i) => db(anna).move(i % 2 ? { from: one.id, to: two.id, amount: 1 } : { from: two.id, to: one.id, amount: 1 })))
      assert.deepEqual([...new Set(moved.map(m => (m.status === 'fulfilled' ? 'moved' : (m.reason as Failure).code)))], ['moved'])
      assert.deepEqual([(await system().account.get(one.id))?.balance, (await system().account.get(two.id))?.balance], [100, 100])
    })
  })
}
