// Reports of PostgreSQL as failures.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../../failure/index.ts'
import { checkName, foreignKeyName, primaryKeyName, type EntityModel, type FieldModel, type Model, type RelationModel } from '../../model/index.ts'
import { failureOf } from './failures.ts'

const place = { file: 'shop.ts', line: 1 }
const field = (name: string, column: string): FieldModel => ({
  name, column, kind: 'text', scalar: 'text', list: false, optional: false, default: null, fixed: false, by: null, hidden: false, searchable: false,
  generated: null, reference: null, bounds: {}, was: null, about: null, place,
})
const customer: RelationModel = {
  name: 'customer', target: 'customer', one: true, owner: true, optional: false, on: [{ local: 'customerId', foreign: 'id' }], through: null, owned: false,
  inverse: '~customer.order', hidden: false, fixed: false, by: null, about: null, place,
}
const order: EntityModel = {
  name: 'order', title: 'Order', path: 'orders', about: null, hidden: false, table: { schema: null, name: 'orders', was: null }, key: ['id'],
  fields: { id: field('id', 'id'), orderNumber: field('orderNumber', 'order_number'), customerId: field('customerId', 'customer_id') },
  relations: { customer }, uniques: [{ name: 'orders_order_number_key', fields: ['orderNumber'] }], indexes: [], version: null, whole: null, rules: [],
  page: { size: 20, max: 100 }, place,
}
const model: Model = { name: 'shop', entities: { order }, callers: {}, roles: [] }
const report = (code: string, more: Record<string, string> = {}) => Object.assign(new Error('database says so'), { code, table: 'orders', ...more })

test('a duplicate names its fields, by the unique or by the key', () => {
  const cause = report('23505', { constraint: 'orders_order_number_key' })
  const failure = failureOf(cause, model)
  assert.equal(failure.code, 'row.duplicate')
  assert.deepEqual(failure.facts, { fields: ['orderNumber'] })
  assert.equal(failure.cause, cause)
  assert.deepEqual(failureOf(report('23505', { constraint: primaryKeyName(order) }), model).facts, { fields: ['id'] })
  assert.deepEqual(failureOf(report('23505', { constraint: 'somebody_elses' }), model).facts, {})
})

test('a foreign key is the reference of a new row, or what keeps a row from going', () => {
  const constraint = foreignKeyName(order, 'customer')
  assert.deepEqual([failureOf(report('23503', { constraint }), model, 'create')].map(f => [f.code, f.at]), [['row.reference', ['customer']]])
  const kept = failureOf(report('23503', { constraint }), model, 'delete')
  assert.deepEqual([kept.code, kept.at, kept.facts, kept.message], ['row.referenced', [], {}, 'Other rows depend on this one'])
  assert.equal(failureOf(Object.assign(report('23503', { constraint }), { message: 'update or delete on table "customers" violates …' }), model).code, 'row.referenced')
})

test('checks and missing values name their field', () => {
  assert.deepEqual(failureOf(report('23514', { constraint: checkName(order, 'orderNumber') }), model).facts, { fields: ['orderNumber'] })
  assert.deepEqual(failureOf(report('23502', { column: 'customer_id' }), model).facts, { fields: ['customerId'] })
})

test('a constraint of a name that is not ours is traced by the columns in the report', () => {
  const told = (code: string, detail: string) => failureOf(report(code, { constraint: 'somebody_elses', detail }), model, 'create')
  assert.deepEqual(told('23505', 'Key (order_number)=(7) already exists.').facts, { fields: ['orderNumber'] })
  assert.deepEqual(told('23505', 'Key ("order_number", customer_id)=(7, x) already exists.').facts, { fields: ['orderNumber', 'customerId'] })
  assert.deepEqual(told('23505', 'Key (lower(order_number))=(7) already exists.').facts, {})
  assert.deepEqual(told('23503', 'Key (customer_id)=(x) is not present in table "customers".').at, ['customer'])
})

test('a failure made without the model is made again with it, others stay', () => {
  const first = failureOf(report('23505', { constraint: 'orders_order_number_key' }))
  assert.deepEqual(first.facts, {})
  assert.deepEqual(failureOf(first, model).facts, { fields: ['orderNumber'] })
  const other = new Failure('store.timeout')
  assert.equal(failureOf(other, model), other)
})

test('what is too large for an index names its fields, by the constraint or the words of the report', () => {
  assert.deepEqual(failureOf(report('54000', { constraint: 'orders_order_number_key' }), model).facts, { fields: ['orderNumber'] })
  const tagged: Model = { ...model, entities: { order: { ...order, indexes: [{ name: 'orders_tags_idx', fields: [{ name: 'id', dir: 'asc' }], method: 'gin' }] } } }
  const said = (message: string) => failureOf(Object.assign(new Error(message), { code: '54000' }), tagged).facts
  assert.deepEqual(said('index row size 18008 exceeds maximum 2712 for index "orders_tags_idx"'), { fields: ['id'] })
  assert.deepEqual([said('index row size 18008 exceeds maximum 2712 for index "other"'), said('index row requires 23240 bytes, maximum size is 8191')], [{}, {}])
})

test('every state has its code', () => {
  const expected = {
    '22003': 'row.invalid', '22P05': 'row.invalid', '22008': 'row.invalid', '54000': 'row.invalid', '40001': 'row.contended', '40P01': 'row.contended',
    '55P03': 'row.contended', '57014': 'store.timeout', '53100': 'store.full', '53300': 'store.down', '57P01': 'store.down', '08006': 'store.down',
    '25006': 'store.down', P0001: 'row.invalid', '42501': 'store.unsupported', '28P01': 'store.down', '42601': 'internal', XX000: 'internal', ECONNREFUSED: 'store.down', EPIPE: 'store.down', ERANGE: 'internal',
  }
  for (const [code, wanted] of Object.entries(expected)) assert.equal(failureOf(report(code)).code, wanted, code)
})
