// Every mistake of a declaration is told, all at once, with its line: the fixture marks its lines with what must be said there.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { DeclarationErrors } from '../model/compile/index.ts'
import { backend, caller, compileModel, entity, Entity, many, model, ref, text, email, uuid, type Backend } from './index.ts'
import wrong from './fixtures/mistakes.ts'

const told = (of: Pick<Backend, '~declared'>) => {
  try { compileModel(of) } catch (error) {
    if (error instanceof DeclarationErrors) return error.mistakes
    throw error
  }
  return []
}
const say = (m: { entity: string | null; field: string | null; reason: string; suggestion: string | null }) =>
  `${[m.entity, m.field].filter(x => x !== null).join('.')}: ${m.reason}${m.suggestion ? ` ${m.suggestion}` : ''}`.replace(/^: /, '')

const file = path.join(import.meta.dirname, 'fixtures/mistakes.ts')
const expected = readFileSync(file, 'utf8').split('\n').flatMap((line, i) => line.split('//! ').slice(1).map(text => ({ line: i + 1, text: text.trim() })))
const found = told(wrong)

for (const { line, text } of expected) {
  test(`line ${line}: ${text}`, () => {
    const here = found.filter(m => m.line === line && m.file === file).map(say)
    assert.ok(here.some(x => x.startsWith(text)), `told on this line: ${here.join(' | ') || 'nothing'}\nelsewhere: ${found.filter(m => say(m).startsWith(text)).map(m => m.line).join() || 'nowhere'}`)
  })
}

test('nothing else is told', () => {
  const unexpected = found.filter(m => !expected.some(e => say(m).startsWith(e.text))).map(m => `${m.line} ${say(m)}`)
  assert.deepEqual(unexpected.filter(x => !x.includes(`backend() has no option 'colour'`)), [])
  assert.equal(unexpected.length, 1)
})

test('the message has one line for each mistake, with file and line', () => {
  assert.throws(() => compileModel(wrong), (error: unknown) => {
    assert.ok(error instanceof DeclarationErrors)
    assert.equal(error.message.split('\n').length, error.mistakes.length)
    assert.ok(error.message.includes(`${file}:`))
    return true
  })
})

test('a model without entities; a caller bound to an unmarked entity, by what is not unique, or to nothing', () => {
  assert.deepEqual(told(backend({ model: model({}) })).map(m => m.reason), ['The model has no entities.'])
  class Plain extends Entity { email = email(); owner = ref(() => Plain).optional().default(caller['plian']) }
  const reasons = told(backend({ model: model({ plain: Plain }), callers: { plain: { entity: Plain, match: 'email', claim: '' } } })).map(say)
  assert.ok(reasons.some(r => r.includes('Plain is not marked')))
  assert.ok(reasons.some(r => r.includes('Plain.email is not unique')))
  assert.ok(reasons.some(r => r.includes('names no claim')))
  assert.ok(reasons.some(r => r.includes(`No caller is bound as 'plian'. Did you mean 'plain'?`)))
})

test('circles: keys of keys, parts of parts; a part of itself', () => {
  class A extends entity({ key: ['b'] }) { b = ref(() => B) }
  class B extends entity({ key: ['a'] }) { a = ref(() => A) }
  assert.ok(told(backend({ model: model({ a: A, b: B }) })).some(m => /The key goes in a circle: A → B → A/.test(m.reason)))
  class P extends Entity { q = ref(() => Q); qs = many(() => Q, 'p').owned() }
  class Q extends Entity { p = ref(() => P); ps = many(() => P, 'q').owned() }
  assert.ok(told(backend({ model: model({ p: P, q: Q }) })).some(m => /Parts go in a circle/.test(m.reason)))
  class S extends Entity { s = ref(() => S); all = many(() => S, 's').owned() }
  assert.ok(told(backend({ model: model({ s: S }) })).some(m => /cannot be a part of itself/.test(m.reason)))
})

test('two many-to-many between the same entities must say which is whose other side', () => {
  class Person extends Entity { likes = many(() => Film); owns = many(() => Film) }
  class Film extends Entity { fans = many(() => Person); owners = many(() => Person) }
  assert.ok(told(backend({ model: model({ person: Person, film: Film }) })).some(m => /not clear which many-to-many/.test(m.reason)))
  class User extends Entity { following = many(() => User); followers = many(() => User, 'following') }
  const { entities } = compileModel(backend({ model: model({ user: User }) })).model
  const { following, followers } = entities['user']!.relations
  assert.equal(following!.inverse, 'followers')
  assert.deepEqual(following!.through, { entity: '~user.following', near: 'user', far: 'following' })
  assert.deepEqual(followers!.through, { entity: '~user.following', near: 'following', far: 'user' })
})

test('composite keys through references, and custom names', () => {
  class Order extends Entity { lines = many(() => Line, 'order').owned() }
  class Line extends entity({ key: ['order', 'code'], version: false }) {
    order = ref(() => Order); code = text()
    static table = { name: 'order details', schema: 'sales', columns: { order: 'oid' } }
  }
  class Note extends entity({ id: uuid() }) { line = ref(() => Line).optional() }
  const { entities } = compileModel(backend({ model: model({ order: Order, line: Line, note: Note }) })).model
  assert.deepEqual(entities['line']!.key, ['orderId', 'code'])
  assert.equal(entities['line']!.fields['orderId']!.column, 'oid')
  assert.deepEqual([entities['line']!.version, entities['line']!.table], [null, { schema: 'sales', name: 'order details', was: null }])
  assert.deepEqual(Object.values(entities['note']!.fields).filter(f => f.reference).map(f => [f.name, f.column, f.scalar, f.optional]), [['lineId.orderId', 'line_order_id', 'uuid', true], ['lineId.code', 'line_code', 'text', true]])
  assert.deepEqual(entities['note']!.relations['line']!.on, [{ local: 'lineId.orderId', foreign: 'orderId' }, { local: 'lineId.code', foreign: 'code' }])
})
