// What is found out when an engine starts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constant, field } from '../operation/index.ts'
import { memoryStore } from '../stores/memory/index.ts'
import { world } from '../testkit/index.ts'
import { createEngine } from './engine.ts'

test('a rule that the store cannot serve is told at start, with its place', async () => {
  const tag = world.entities['tag']
  assert.ok(tag)
  const searches = { id: 'Tag.9', effect: 'allow' as const, verbs: ['read' as const], fields: [], text: "allow('read').when(row.label.search('x'))", place: { file: 'world.ts', line: 7 },
    when: { kind: 'text' as const, how: 'search' as const, of: field('label'), text: constant('x'), fold: false } }
  const model = { ...world, entities: { ...world.entities, tag: { ...tag, rules: [...tag.rules, searches] } } }
  await assert.rejects(createEngine({ model, store: memoryStore(model) }), /world\.ts:7 {2}Tag: the memory store cannot do filter\.text\.search, which allow/)
  await createEngine({ model: world, store: memoryStore(world) })
})
