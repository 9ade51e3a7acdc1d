// Authorize: nothing of the caller is left for a store to decide, and nobody else can make what a store accepts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from '../model/index.ts'
import { always, field, operands, parameter, visitPredicate, visitPredicates, type Query } from '../operation/index.ts'
import { Authorized } from '../stores/authorized.ts'
import { callers, world } from '../testkit/index.ts'
import { authorize } from './authorize.ts'
import { rulingOf, unrestricted } from './ruling.ts'

const everything = (entity: string): Query => {
  const e = world.entities[entity]
  assert.ok(e)
  return {
    kind: 'query', entity, one: false, count: 'estimate', where: always, page: { kind: 'offset', skip: null, take: 10 },
    order: e.key.map(name => ({ by: { name, as: e.fields[name]?.scalar ?? 'text', via: [], shown: always }, dir: 'asc' as const })),
    select: {
      probes: [], fields: Object.values(e.fields).filter(f => !f.hidden).map(f => ({ name: f.name, shown: always })),
      related: Object.values(e.relations).filter(r => !r.hidden).map(r => ({
        as: r.name, relation: r.name, rows: { where: always, order: [], page: { kind: 'offset' as const, skip: null, take: 5 }, select: { fields: [], related: [], probes: [] } },
      })),
    },
  }
}
const woven = (q: Query, caller: Caller) => authorize(q, { model: world, ruling: rulingOf(world, caller), caller, slots: 3 })

test('no claim and no role is left in what a store gets, and each claim has one slot', () => {
  let seen = 0
  for (const caller of Object.values(callers)) {
    for (const entity of Object.values(world.entities)) {
      if (entity.hidden || rulingOf(world, caller).may(entity, 'read').kind === 'never') continue
      const made = woven(everything(entity.name), caller)
      visitPredicates(made.operation, p => visitPredicate(p, x => {
        seen++
        assert.notEqual(x.kind, 'caller')
        for (const o of operands(x)) {
          assert.notEqual(o.kind, 'claim')
          if (o.kind === 'parameter') assert.ok(made.fills.some(f => f.slot === o.slot), 'a slot that nothing fills')
        }
      }))
      assert.equal(new Set(made.fills.map(f => f.slot)).size, made.fills.length)
      assert.ok(made.fills.every(f => f.slot >= 3))
    }
  }
  assert.ok(seen > 500)
})

test('the planner’s estimate is for those from whom nothing asked about is hidden', () => {
  const estimate = (q: Query, caller: Caller) => woven(q, caller).operation.count
  const level: Query = { ...everything('person'), select: { fields: [], related: [], probes: [] }, where: { kind: 'compare', op: 'gt', as: 'integer', left: field('level'), right: parameter(0) } }
  const phone: Query = { ...level, where: { kind: 'text', how: 'startsWith', of: field('phone'), text: parameter(0), fold: false } }
  assert.equal(estimate(level, callers.staff), 'estimate')
  assert.equal(estimate(phone, callers.staff), 'estimate')
  assert.equal(estimate(level, callers.ann), 'capped', 'rows are hidden')
  const tags: Query = { ...level, entity: 'tag', order: [], where: { kind: 'some', relation: 'posts', where: always } }
  assert.equal(estimate(tags, callers.nobody), 'capped', 'all tags may be read, but not all posts')
})

test('a field of the row around is hidden by that row', () => {
  // Of people with a post whose title is their own phone: it is the person who must show it, not the post.
  const q: Query = {
    ...everything('person'), order: [], select: { fields: [], related: [], probes: [] },
    where: { kind: 'some', relation: 'posts', where: { kind: 'compare', op: 'eq', as: 'text', left: field('title'), right: field('phone', 1) } },
  }
  const scopes: number[] = []
  visitPredicate(woven(q, callers.ann).operation.where, x => {
    for (const o of operands(x)) if (o.kind === 'field' && o.name === 'id') scopes.push(o.scope)
  })
  assert.deepEqual(scopes, [1])
})

test('nobody else can make an authorized operation', () => {
  const q = everything('tag')
  assert.throws(() => new (Authorized as unknown as new (...of: unknown[]) => unknown)(Symbol('authorize'), q, []), /only authorize/)
  const made = authorize(q, { model: world, ruling: unrestricted, caller: callers.nobody, slots: 0 })
  assert.ok(Authorized.is(made))
  assert.ok(!Authorized.is({ ...made }) && !Authorized.is(Object.create(Authorized.prototype)) && !Authorized.is(JSON.parse(JSON.stringify(made))))
})

test('a relation whose reference is hidden in every row is refused wherever it is named, from both its ends', () => {
  const post = world.entities['post']
  assert.ok(post)
  const rules = [...post.rules, { id: 'Post.x', effect: 'hide' as const, verbs: [], when: always, fields: ['authorId'], text: "hide('author')", place: post.place }]
  const hiding = { ...world, entities: { ...world.entities, post: { ...post, rules } } }
  const ask = (q: Query) => authorize(q, { model: hiding, ruling: rulingOf(hiding, callers.staff), caller: callers.staff, slots: 0 })
  const plain = (entity: string): Query => ({ ...everything(entity), count: 'none', select: { fields: [], related: [], probes: [] } })
  const related = (entity: string, name: string): Query => ({ ...plain(entity), select: { ...plain(entity).select, related: everything(entity).select.related.filter(r => r.relation === name) } })
  const by = { name: 'name', as: 'text' as const, via: [{ relation: 'author', where: always }], shown: always }
  const forbidden = { code: 'caller.forbidden' }
  ask(plain('post'))
  assert.throws(() => ask(related('post', 'author')), forbidden)
  assert.throws(() => ask(related('person', 'posts')), forbidden)
  assert.throws(() => ask({ ...plain('post'), order: [{ by, dir: 'asc' }] }), forbidden)
  assert.throws(() => ask({ ...plain('post'), where: { kind: 'some', relation: 'author', where: always } }), forbidden)
  assert.throws(() => ask({ ...plain('person'), where: { kind: 'some', relation: 'posts', where: always } }), forbidden)
})
