// The documents of the shop and of the world: whole, sound, and saying of the model what the engine does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import shop from '../../examples/shop/shop.ts'
import bank from '../actions/bank.ts'
import club from '../identity/club.ts'
import { compileModel } from '../../src/define/index.ts'
import { failures } from '../../src/failure/index.ts'
import type { Model } from '../../src/model/index.ts'
import { contractOf, type Json, type Members } from '../../src/protocols/rest/index.ts'
import { world } from '../../src/testkit/index.ts'
import { documented } from './documented.ts'

const members = (of: Json | undefined): Members => (typeof of === 'object' && of !== null && !Array.isArray(of) ? of as Members : {})
const models: readonly Model[] = [compileModel(shop).model, world, compileModel(bank).model, compileModel(club).model]

for (const model of models) {
  const document = contractOf(model, '/api')
  const operations = Object.values(document.paths).flatMap(item => Object.values(members(item)).map(members))

  test(`${model.name}: the same model is the same document`, () => {
    assert.equal(JSON.stringify(contractOf(model, '/api')), JSON.stringify(document))
  })

  test(`${model.name}: every reference leads somewhere, every part is named by somebody`, () => {
    const named = new Set<string>()
    const visit = (of: Json | undefined): void => {
      if (Array.isArray(of)) return (of as readonly Json[]).forEach(visit)
      const at = members(of)
      if (typeof at['$ref'] === 'string') named.add(at['$ref'])
      Object.values(at).forEach(visit)
    }
    visit(document)
    const { securitySchemes: _, ...sections } = document.components
    const there = Object.entries(sections).flatMap(([section, parts]) => Object.keys(members(parts)).map(name => `#/components/${section}/${name}`))
    assert.deepEqual([...named].sort(), there.sort())
  })

  test(`${model.name}: operation ids are unique names, and every operation is described`, () => {
    const ids = operations.map(o => String(o['operationId']))
    assert.equal(new Set(ids).size, ids.length)
    for (const o of operations) {
      assert.match(String(o['operationId']), /^[a-z][A-Za-z0-9]*$/)
      assert.ok(typeof o['summary'] === 'string' && typeof o['description'] === 'string' && Array.isArray(o['tags']), String(o['operationId']))
      assert.ok(Object.keys(members(o['responses'])).some(s => s.startsWith('2')), String(o['operationId']))
    }
  })

  if (model.name !== 'bank' && model.name !== 'club') test(`${model.name}: a required reference is required, by its key or connected, and not both`, () => {
    const [path, create, body] = model.name === 'world' ? ['/comments', 'CommentCreate', { text: 'x' }] as const : ['/products', 'ProductCreate', { sku: 'x', name: 'x', price: '1.00' }] as const
    assert.ok(members(document.components['schemas'])[create])
    const id = '0198a3f0-735c-7da4-8331-d571dcfb5ad1'
    const [key, relation] = model.name === 'world' ? ['postId', 'post'] : ['categoryId', 'category']
    const wrong = (more: object): readonly string[] => documented(document).body('POST', path, 'application/json', { ...body, ...more })
    assert.deepEqual([wrong({ [key]: id }), wrong({ [relation]: { connect: { id } } })], [[], []])
    for (const more of [{}, { [key]: id, [relation]: { connect: { id } } }, { [key]: null }]) assert.notDeepEqual(wrong(more), [], JSON.stringify(more))
  })

  test(`${model.name}: examples and defaults fit their schemas`, () => {
    assert.deepEqual(documented(document).examples(), [])
  })

  test(`${model.name}: every object, body and parameter has an example`, () => {
    const missing: string[] = []
    for (const o of operations) {
      const contents = [members(o['requestBody']), ...Object.values(members(o['responses'])).map(r => { const { $ref } = members(r); return typeof $ref === 'string' ? members(members(document.components['responses'])[$ref.split('/').at(-1) ?? '']) : members(r) })]
      for (const c of contents) for (const [type, content] of Object.entries(members(c['content']))) if (!('example' in members(content))) missing.push(`${String(o['operationId'])} ${type}`)
    }
    for (const [name, p] of Object.entries(members(document.components['parameters']))) if (!('example' in members(p))) missing.push(name)
    assert.deepEqual(missing, [])
  })

  test(`${model.name}: what is hidden from everybody is nowhere`, () => {
    const hidden = Object.values(model.entities).filter(e => e.hidden).map(e => e.path)
    for (const path of hidden) assert.ok(!Object.keys(document.paths).some(p => p.startsWith(`/${path}`)), path)
    for (const entity of Object.values(model.entities)) {
      const row = members(members(members(document.components['schemas'])[entity.title])['properties'])
      for (const f of Object.values(entity.fields)) if (f.hidden) assert.ok(!(f.name in row), `${entity.title}.${f.name}`)
    }
  })
}

test('the shop has the operations that generators name methods after', () => {
  const document = contractOf(compileModel(shop).model, '/api')
  const ids = Object.values(document.paths).flatMap(item => Object.values(members(item)).map(o => members(o)['operationId']))
  for (const id of ['listOrders', 'getOrder', 'createOrder', 'updateOrder', 'replaceOrder', 'deleteOrder', 'queryOrders', 'aggregateOrders', 'listItemsOfOrder']) assert.ok(ids.includes(id), id)
})

test('the world: an entity without rules is in no path; one that only some may write has no anonymous write', () => {
  const document = contractOf(world, '/api')
  assert.ok(!Object.keys(document.paths).some(p => p.includes('vault')))
  assert.deepEqual(members(members(document.paths['/tags'])['get'])['security'], [{ bearer: [] }, {}])
  assert.deepEqual(members(members(document.paths['/tags'])['post'])['security'], [{ bearer: [] }])
  assert.deepEqual(members(members(document.paths[`/${world.entities['person']!.path}`])['get'])['security'], [{ bearer: [] }])
})

test('every code is documented by some operation, or is of no operation', () => {
  const text = JSON.stringify([contractOf(world, '/api'), contractOf(compileModel(club).model, '/api')])
  assert.deepEqual(Object.keys(failures).filter(code => !text.includes(`\`${code}\``)), [])
})
