// Fragments: nothing but fragments gets into SQL, whatever it looks like.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ident, integer, join, literal, output, sql, Sql, Parameters } from './index.ts'

test('only fragments stand between the parts of a template', () => {
  for (const forged of ['drop table x', 1, null, { text: 'drop table x' }, Object.create(Sql.prototype), JSON.parse('{"text":"x"}')]) {
    assert.throws(() => sql`select ${forged}`, /only SQL fragments/)
    assert.throws(() => join([forged]), /only SQL fragments/)
  }
  assert.throws(() => Reflect.apply(sql, null, [['drop table x']]), /template tag/)
  assert.throws(() => Reflect.apply(sql, null, [Object.assign(['drop table x'], { raw: ['drop table x'] })]), /template tag/)
  assert.throws(() => Reflect.construct(Sql, [Symbol('making'), 'x']), /only this file/)
})

test('names and constants are quoted', () => {
  assert.equal(ident('a"b', 'c').text, '"a""b".c')
  assert.equal(ident('Order', 'Id').text, '"Order"."Id"')
  assert.equal(ident('order', 'select').text, '"order".select')
  assert.equal(sql`${ident('order')}.${ident('group')} ${ident('group')}.${ident('ID')}`.text, '"order".group "group"."ID"')
  assert.equal(output(sql`t0.${ident('id')}`, 'id').text, 't0.id')
  assert.equal(output(sql`t0.${ident('customer_id')}`, 'customerId').text, 't0.customer_id as "customerId"')
  assert.equal(output(sql`lower(t0.${ident('id')})`, 'id').text, 'lower(t0.id) as id')
  assert.equal(literal("o'clock").text, "'o''clock'")
  assert.equal(literal("\\'").text, "E'\\\\'''")
  assert.throws(() => ident(''), /empty/)
  assert.throws(() => ident('a\0'), /null byte/)
  assert.throws(() => literal('a\0'), /null byte/)
  assert.throws(() => integer(1.5), /not an integer/)
})

test('a slot stands once per type', () => {
  const p = new Parameters({
    typed: (of, scalar, list) => sql`${of}::${ident(scalar + (list ? '[]' : ''))}`, constant: () => sql`null`, encode: v => (v === null ? null : String(v)),
  })
  assert.equal(p.slot(3, 'uuid').text, '$1::"uuid"')
  assert.equal(p.slot(3, 'text').text, '$2::"text"')
  assert.equal(p.slot(3, 'uuid').text, '$1::"uuid"')
  assert.equal(p.derived(0, 'twice', 'integer', false, v => Number(v) * 2).text, '$3::"integer"')
  assert.deepEqual(p.bind([21, null, null, 'a']), ['a', 'a', '42'])
})
