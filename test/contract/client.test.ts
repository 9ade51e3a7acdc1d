// The types that openapi-typescript made of the shop's contract, committed: what a front-end may write with them, and what it may not.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { project } from '../types/tsc.ts'

const types = readFileSync(path.join(import.meta.dirname, '../consumers/generated/shop.ts'), 'utf8')
const use = `
import type { components, operations, paths } from './shop.ts'
type Schemas = components['schemas']
export const order: Schemas['OrderCreate'] = { note: 'please', items: [{ productId: 'p', quantity: 2 }], customer: { connect: { email: 'ann@example.com' } } }
export const change: Schemas['OrderUpdate'] = { note: null }
export const asked: operations['listOrders']['parameters']['query'] = { 'page[size]': 5, sort: ['-placedAt', 'customer.name'], include: ['items.product'], filter: { status: 'paid', items: { some: { quantity: { gt: 2 } } } } }
export const code: Schemas['CreateProblem422']['code'] = 'resolve.value'
export const total = (o: Schemas['Order']): string | null | undefined => o.items?.[0]?.price
export type Id = paths['/orders/{id}']['get']['parameters']['path']['id']
`

test('what is right compiles', () => {
  const made = project({ 'shop.ts': types, 'use.ts': use })
  try { assert.deepEqual(made.run(), { status: 0, output: '' }) } finally { made.remove() }
})

test('what is wrong does not', () => {
  const lines = [
    "export const a: Schemas['OrderCreate'] = { noet: 'x' }", "export const b: Schemas['OrderUpdate'] = { customerId: 'x' }", "export const c: Schemas['Order']['status'] = 'lost'",
    "export const d: operations['listOrders']['parameters']['query'] = { sort: ['palcedAt'] }", "export const e: operations['listOrders']['parameters']['query'] = { include: ['lines'] }",
    "export const f: Schemas['OrderCreate'] = { version: 1 }", "export const g: Schemas['Product']['price'] = 12.5",
  ]
  const made = project({ 'shop.ts': types, 'use.ts': use + lines.join('\n') })
  try {
    const { output } = made.run(), first = use.split('\n').length
    assert.deepEqual([...output.matchAll(/use\.ts\((\d+),/g)].map(m => Number(m[1])), lines.map((_, i) => first + i), output)
  } finally { made.remove() }
})
