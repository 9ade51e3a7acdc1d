// Fine print 2: what becomes of a comparison nobody can make, in grants, in denies and under not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anonymous, type Caller } from '../model/index.ts'
import { always, claim, constant, field, never, not, type Predicate } from '../operation/index.ts'
import { claimAs, decide, profileOf, questionsOf } from './decide.ts'

const caller = (claims: Caller['claims'], ...roles: string[]): Caller => ({ id: 'x', roles: new Set(roles), claims, until: null })
const own: Predicate = { kind: 'compare', op: 'eq', as: 'uuid', left: field('ownerId'), right: claim('sub') }
const open: Predicate = { kind: 'compare', op: 'eq', as: 'text', left: field('status'), right: constant('open') }
const raw = (of: readonly Predicate[], kind: 'and' | 'or'): Predicate => ({ kind, of })
const uuid = '018f0000-0000-7000-8000-000000000001'

for (const [name, claims] of Object.entries({ absent: {}, null: { sub: null }, 'of the wrong type': { sub: 'auth0|x' }, 'a number': { sub: 7 }, 'a list': { sub: [uuid] } })) {
  test(`a claim that is ${name} never grants and always denies`, () => {
    const c = caller(claims)
    assert.equal(decide(own, c, 'never'), never)
    assert.equal(decide(own, c, 'always'), always)
    assert.deepEqual(decide(not(own), c, 'never'), never, 'not(unknown) never grants')
    assert.deepEqual(decide(not(own), c, 'always'), always, 'not(unknown) always denies')
    assert.deepEqual(decide(not(raw([own, open], 'or')), c, 'never'), never, 'not(or(unknown, x)) must not become not(x)')
    assert.deepEqual(decide(not(raw([own, open], 'and')), c, 'never'), not(open), 'not(and(unknown, x)): where x is false it is known')
    assert.deepEqual(decide(raw([own, open], 'or'), c, 'never'), open)
    assert.deepEqual(decide(raw([own, open], 'and'), c, 'never'), never)
    assert.deepEqual(decide(raw([own, open], 'and'), c, 'always'), open)
    assert.deepEqual(decide(not(not(own)), c, 'never'), never)
    assert.deepEqual(decide({ kind: 'some', relation: 'members', where: own }, c, 'never'), never)
    assert.deepEqual(decide(not({ kind: 'some', relation: 'members', where: own }), c, 'never'), not({ kind: 'some', relation: 'members', where: always }))
  })
}

test('a claim that fits stays a claim; roles and claims against constants are decided', () => {
  const c = caller({ sub: uuid, plan: 'pro', teams: [uuid] }, 'staff')
  assert.deepEqual(decide(own, c, 'never'), own)
  assert.equal(decide({ kind: 'caller', role: 'staff' }, c, 'never'), always)
  assert.equal(decide({ kind: 'caller', role: 'boss' }, c, 'always'), never)
  assert.equal(decide({ kind: 'caller', role: null }, anonymous, 'never'), never)
  assert.equal(decide({ kind: 'compare', op: 'eq', as: 'text', left: claim('plan'), right: constant('pro') }, c, 'never'), always)
  assert.equal(decide({ kind: 'compare', op: 'eq', as: 'text', left: claim('plan'), right: constant('free') }, c, 'always'), never)
  const team: Predicate = { kind: 'in', as: 'uuid', left: field('teamId'), right: claim('teams') }
  assert.deepEqual(decide(team, c, 'never'), team)
  assert.equal(decide(team, caller({ teams: [uuid, 'x'] }), 'never'), never, 'one element that does not fit spoils the list')
  assert.equal(claimAs(c, '__proto__', 'text', false), null)
})

test('a list with a null is no list', () => {
  const team: Predicate = { kind: 'in', as: 'uuid', left: field('teamId'), right: claim('teams') }
  for (const teams of [[uuid, null], [], null, uuid]) {
    assert.equal(decide(team, caller({ teams }), 'never'), never)
    assert.equal(decide(team, caller({ teams }), 'always'), always)
  }
})

test('callers of one profile differ in values only', () => {
  const questions = questionsOf([own, { kind: 'caller', role: 'staff' }, own])
  assert.equal(questions.length, 2)
  const of = (c: Caller) => profileOf(questions, c)
  assert.equal(of(caller({ sub: uuid })), of(caller({ sub: uuid.replace('1', '2') })))
  assert.notEqual(of(caller({ sub: uuid })), of(caller({ sub: 'auth0|x' })))
  assert.notEqual(of(caller({ sub: uuid })), of(caller({ sub: uuid }, 'staff')))
})
