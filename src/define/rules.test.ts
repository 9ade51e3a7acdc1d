// Rules become predicates: scopes, relations, the caller, and the text a person wrote.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Predicate } from '../operation/index.ts'
import { always, claim, constant, field } from '../operation/index.ts'
import { access, allow, backend, boolean, choice, compileModel, date, Decimal, decimal, deny, Entity, entity, hide, integer, list, many, model, ref, signedIn, text, timestamp, uuid, type Clause } from './index.ts'
import type { RowProxy, RuleCaller } from './index.ts'

class User extends entity({ caller: true }) { email = text().unique(); name = text() }
class Team extends Entity { name = text(); plan = text().optional(); lead = ref(() => User); members = many(() => Member, 'team') }
class Member extends entity({ key: ['team', 'user'] }) { team = ref(() => Team); user = ref(() => User); role = choice('reader', 'writer'); since = date().optional() }
class Task extends Entity { team = ref(() => Team); owner = ref(() => User).optional(); title = text(); words = list(text()); cost = decimal().optional(); due = timestamp().optional(); open = boolean(); tenant = uuid().optional(); size = integer() }

const compiled = (rules: (given: { row: RowProxy<Task>; caller: RuleCaller }) => readonly Clause<keyof Task & string>[]) => {
  class Ruled extends Task { static access = access(Ruled, rules) }
  return compileModel(backend({ model: model({ user: User, team: Team, member: Member, task: Ruled }), callers: { user: { entity: User, match: 'email', claim: 'email' } } })).model.entities['task']!.rules
}
const one = (rule: (given: { row: RowProxy<Task>; caller: RuleCaller }) => Clause<keyof Task & string>) => compiled(given => [rule(given)])[0]!
const some = (relation: string, where: Predicate): Predicate => ({ kind: 'some', relation, where })
const eq = (left: Extract<Predicate, { kind: 'compare' }>['left'], right: typeof left, as: 'uuid' | 'text' | 'integer' | 'decimal' = 'text'): Predicate => ({ kind: 'compare', op: 'eq', as, left, right })

const cases: readonly [string, Parameters<typeof one>[0], Predicate][] = [
  [`allow('read').when(row.owner.is(caller))`, ({ row, caller }) => allow('read').when(row.owner.is(caller)), eq(field('ownerId'), claim('@user.id'), 'uuid')],
  [`allow('read').when(row.team.lead.is(caller))`, ({ row, caller }) => allow('read').when(row.team.lead.is(caller)), some('team', eq(field('leadId'), claim('@user.id'), 'uuid'))],
  [`allow('read').when(row.team.members.some(m => m.user.is(caller)))`, ({ row, caller }) => allow('read').when(row.team.members.some(m => m.user.is(caller))), some('team', some('members', eq(field('userId'), claim('@user.id'), 'uuid')))],
  [`allow('read').when(row.team.members.some(m => m.role.eq('writer').and(m.user.name.eq(row.title))))`,
    ({ row }) => allow('read').when(row.team.members.some(m => m.role.eq('writer').and(m.user.name.eq(row.title)))),
    some('team', some('members', { kind: 'and', of: [eq(field('role'), constant('writer')), some('user', eq(field('name'), field('title', 3)))] }))],
  [`allow('read').when(row.team.name.eq(row.title))`, ({ row }) => allow('read').when(row.team.name.eq(row.title)), some('team', eq(field('name'), field('title', 1)))],
  [`allow('read').when(row.title.eq(row.team.name))`, ({ row }) => allow('read').when(row.title.eq(row.team.name)), some('team', eq(field('name'), field('title', 1)))],
  [`allow('read').when(row.team.lead.name.eq(row.team.name))`, ({ row }) => allow('read').when(row.team.lead.name.eq(row.team.name)), some('team', some('lead', eq(field('name'), field('name', 1))))],
  [`allow('read').when(row.team.id.eq(row.tenant))`, ({ row }) => allow('read').when(row.team.id.eq(row.tenant)), eq(field('teamId'), field('tenant'), 'uuid')],
  [`allow('read').when(row.team.plan.eq(caller.claims.plan))`, ({ row, caller }) => allow('read').when(row.team.plan.eq(caller.claims.plan)), some('team', eq(field('plan'), claim('plan')))],
  [`allow('read').when(caller.claims.plan.eq('pro'))`, ({ caller }) => allow('read').when(caller.claims.plan.eq('pro')), eq(claim('plan'), constant('pro'))],
  [`allow('read').when(caller.claims.plan.eq(row.title))`, ({ row, caller }) => allow('read').when(caller.claims.plan.eq(row.title)), eq(field('title'), claim('plan'))],
  [`allow('read').when(row.tenant.in(caller.claims.tenants))`, ({ row, caller }) => allow('read').when(row.tenant.in(caller.claims.tenants)), { kind: 'in', as: 'uuid', left: field('tenant'), right: claim('tenants') }],
  [`allow('read').when(row.title.eq(caller.id))`, ({ row, caller }) => allow('read').when(row.title.eq(caller.id)), eq(field('title'), claim('sub'))],
  [`allow('read').when(row.owner.isNull())`, ({ row }) => allow('read').when(row.owner.isNull()), { kind: 'null', of: field('ownerId') }],
  [`allow('read').when(row.due.isNull().not())`, ({ row }) => allow('read').when(row.due.isNull().not()), { kind: 'not', of: { kind: 'null', of: field('due') } }],
  [`allow('read').when(row.due.lt(new Date('2026-11-20T09:30:00.500Z')))`, ({ row }) => allow('read').when(row.due.lt(new Date('2026-11-20T09:30:00.5Z'))),
    { kind: 'compare', op: 'lt', as: 'timestamp', left: field('due'), right: constant('2026-11-20T09:30:00.5+00:00') }],
  [`allow('read').when(row.cost.eq(Decimal(1.5)))`, ({ row }) => allow('read').when(row.cost.eq(new Decimal('1.50'))), eq(field('cost'), constant('1.5'), 'decimal')],
  [`allow('read').when(row.title.containsi('x').or(row.words.has('y'), row.size.in([1, 2])))`, ({ row }) => allow('read').when(row.title.containsi('x').or(row.words.has('y'), row.size.in([1, 2]))),
    { kind: 'or', of: [{ kind: 'text', how: 'contains', fold: true, of: field('title'), text: constant('x') }, { kind: 'has', as: 'text', of: field('words'), value: constant('y') }, { kind: 'in', as: 'integer', left: field('size'), right: constant([1, 2]) }] }],
  [`allow('create', 'update').to('staff', signedIn)`, () => allow('create', 'update').to('staff', signedIn), { kind: 'or', of: [{ kind: 'caller', role: 'staff' }, { kind: 'caller', role: null }] }],
  [`deny('delete').always()`, () => deny('delete').always(), always],
  [`hide('cost', 'owner').from('guest')`, () => hide('cost', 'owner').from('guest'), { kind: 'caller', role: 'guest' }],
  [`hide('cost').unless(row.open.eq(true))`, ({ row }) => hide('cost').unless(row.open.eq(true)), { kind: 'not', of: { kind: 'compare', op: 'eq', as: 'boolean', left: field('open'), right: constant(true) } }],
]

for (const [written, rule, when] of cases) {
  test(written, () => {
    const made = one(rule)
    assert.deepEqual(made.when, when)
    assert.equal(made.text, written)
  })
}

test('a hide of a reference hides its key; rules have ids and verbs', () => {
  const [a, b] = compiled(() => [allow('read').always(), hide('owner', 'cost').always()])
  assert.deepEqual([a!.id, a!.verbs, a!.effect], ['Ruled.1', ['read'], 'allow'])
  assert.deepEqual([b!.id, b!.fields], ['Ruled.2', ['ownerId', 'cost']])
})

test('what a predicate cannot say is a mistake with its line', () => {
  assert.throws(() => compiled(({ row }) => [allow('read').when(row.team.name.eq(row.owner.name))]), /rules\.test\.ts:\d+ {2}Ruled: .*two different relations/)
  assert.throws(() => compiled(({ row }) => [allow('read').when(row.team.members.some(m => row.owner.name.eq('x').and(m.role.eq('reader'))))]), /walks from an outer row/)
  assert.throws(() => compiled(({ caller }) => [allow('read').when(caller.is())]), /names no role/)
})
