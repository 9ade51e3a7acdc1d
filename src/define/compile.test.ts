// The design's shop, compiled: what becomes of what users write.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backend, compileModel, Entity, index, list, model as modelOf, text, timestamp } from './index.ts'
import app from './fixtures/shop/backend.ts'

const { model } = compileModel(app)
const entity = (name: string) => model.entities[name]!

test('fields, columns and what the server keeps', () => {
  assert.deepEqual(Object.keys(entity('order').fields), ['id', 'customerId', 'status', 'placedAt', 'note', 'createdAt', 'updatedAt', 'version'])
  const { customerId, status, placedAt, createdAt, version, id } = entity('order').fields
  assert.deepEqual([id!.generated, createdAt!.generated, createdAt!.asked, version!.generated, version!.asked], ['key', 'createdAt', true, 'version', true])
  assert.deepEqual([customerId!.column, customerId!.reference, customerId!.fixed, customerId!.default], ['customer_id', 'customer', true, { kind: 'claim', claim: '@customer.id' }])
  assert.deepEqual([status!.by, status!.default, status!.bounds], [['staff'], { kind: 'value', value: 'open' }, { choices: ['open', 'paid', 'shipped', 'cancelled'] }])
  assert.deepEqual(placedAt!.default, { kind: 'now' })
  assert.deepEqual(entity('orderItem').fields['price']!.default, { kind: 'related', relation: 'product', field: 'price' })
  assert.deepEqual(entity('product').fields['price']!.bounds, { currency: 'EUR', precision: 19, scale: 2 })
  assert.equal(entity('customer').fields['pin']!.hidden, true)
  assert.equal(entity('order').version, 'version')
})

test('places are the lines of the source', () => {
  const { place } = entity('order').fields['status']!
  assert.match(place.file, /fixtures\/shop\/order\.ts$/)
  assert.equal(place.line, 8)
  assert.equal(entity('order').place.line, 6)
  assert.equal(entity('order').rules[2]!.place.line, 17)
})

test('relations have an inverse each, declared or hidden', () => {
  for (const e of Object.values(model.entities)) for (const r of Object.values(e.relations)) {
    const back = entity(r.target).relations[r.inverse]
    assert.ok(back, `${e.name}.${r.name}`)
    assert.deepEqual([back.target, back.inverse], [e.name, r.name])
  }
  assert.equal(entity('customer').relations['~customer.friend']!.hidden, true)
  assert.deepEqual([entity('order').relations['items']!.owned, entity('orderItem').whole], [true, 'order'])
  assert.deepEqual([entity('customer').relations['profile']!.one, entity('customer').relations['profile']!.optional], [true, true])
})

test('a short many-to-many is one hidden link entity for both sides', () => {
  const { tags } = entity('product').relations, { products } = entity('tag').relations
  const link = entity(tags!.through!.entity)
  assert.deepEqual([link.hidden, link.table.name, link.key], [true, 'product_tags', ['productId', 'tagId']])
  assert.deepEqual(products!.through, { entity: link.name, near: tags!.through!.far, far: tags!.through!.near })
  assert.deepEqual([tags!.inverse, products!.inverse], ['products', 'tags'])
})

test('a list is indexed by its contents, alone', () => {
  class Note extends Entity { tags = list(text()); at = timestamp(); static indexes = [index(Note, 'tags'), index(Note, '-at')] }
  assert.deepEqual(compileModel(backend({ model: modelOf({ note: Note }) })).model.entities['note']!.indexes.map(i => [i.name, i.method]), [['notes_tags_idx', 'gin'], ['notes_at_idx', 'btree']])
  class Mixed extends Entity { tags = list(text()); at = timestamp(); static indexes = [index(Mixed, '-at', 'tags')] }
  assert.throws(() => compileModel(backend({ model: modelOf({ mixed: Mixed }) })), /names 'tags' among others, which is indexed by its contents/)
})

test('foreign keys have an index unless something covers them', () => {
  assert.deepEqual(entity('order').indexes.map(i => i.name), ['orders_customer_id_placed_at_idx'])
  assert.deepEqual(entity('orderItem').indexes.map(i => i.name), ['order_items_product_id_idx'])
  assert.deepEqual(entity('orderItem').uniques, [{ name: 'order_items_order_id_product_id_key', fields: ['orderId', 'productId'] }])
  assert.deepEqual(entity('profile').indexes, [])
})

test('rules read as they were written, and compare references without a join', () => {
  assert.deepEqual(entity('order').rules.map(r => r.text), [
    `allow('read', 'create').when(row.customer.is(caller))`, `allow('read', 'create', 'update').to('staff')`, `deny('update').when(row.status.eq('shipped'))`,
    `hide('note').unless(caller.is('staff').or(row.customer.is(caller)))`,
  ])
  assert.deepEqual(entity('order').rules[0]!.when, {
    kind: 'compare', op: 'eq', as: 'uuid', left: { kind: 'field', name: 'customerId', scope: 0 }, right: { kind: 'claim', claim: '@customer.id' },
  })
  assert.deepEqual(entity('order').rules[3]!.fields, ['note'])
  assert.deepEqual(model.roles, ['staff'])
  assert.deepEqual(model.callers, { customer: { name: 'customer', entity: 'customer', match: 'email', claim: 'email' } })
})

test('the model is frozen to the bottom', () => {
  assert.throws(() => { (entity('order').fields['status']!.bounds.choices as string[]).push('lost') }, TypeError)
})
