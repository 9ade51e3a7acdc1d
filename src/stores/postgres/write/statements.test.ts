// The statements of writes, word by word for review (`statements.sql` beside this file), and what PostgreSQL plans for them where tables are large.
// `node --test-update-snapshots` writes the file anew.
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Create, Mutation, Value, Whole } from '../../../operation/index.ts'
import { authorizeKey, Authorized } from '../../authorized.ts'
import { compileMutation, statementsOf } from './index.ts'
import { begun, create, eachShop, eq, given, id, keyIs, risen, select, shop as model, update, type Session, type Shop } from './shop.fixture.ts'

const always = { kind: 'always' } as const
const visible = eq('hidden', 'boolean', false)
const mine = { kind: 'some', relation: 'customer', where: { kind: 'compare', op: 'eq', as: 'text', left: { kind: 'field', name: 'email', scope: 0 }, right: { kind: 'parameter', slot: 3 } } } as const
const whole: Whole = { relation: 'order', where: eq('status', 'text', 'open'), check: eq('status', 'text', 'open'), raise: true, whole: null }
const price = { field: 'price', from: { kind: 'given', otherwise: { kind: 'related', relation: 'product', field: 'price', where: visible } } } as const
const order: Create = create('order', [
  ...given('id'), { field: 'customerId', from: { kind: 'linked', relation: 'customer', field: 'id' } }, { field: 'status', from: { kind: 'given', otherwise: { kind: 'value', value: 'open' } } },
  { field: 'placedAt', from: { kind: 'now' } }, ...begun,
], { references: [{ relation: 'customer', by: ['email'], where: eq('secret', 'boolean', false), optional: false }], check: mine, returning: { where: mine, select: select('id', 'status') } })
const line = create('item', [...given('id', 'orderId', 'productId', 'quantity'), price, ...begun], { references: [{ relation: 'product', by: null, where: visible, optional: false }] })
const operations: Readonly<Record<string, Mutation>> = {
  'create, connected by a unique field': order,
  'create with nothing asked': create('tag', [...given('id', 'name'), ...begun]),
  'create with a default through a reference': line,
  'create of a part': { ...line, whole },
  'nested create': { ...order, links: [{ relation: 'tags', rows: { kind: 'parameter', slot: 2 }, by: ['name'], where: always }], after: [
    { relation: 'items', create: { ...line, rows: { kind: 'parameter', slot: 1 }, set: line.set.map(a => (a.field === 'orderId' ? { field: 'orderId', from: { kind: 'parent', field: 'id' } } : a)) } },
  ] },
  'nested create in one statement': { ...order, after: [
    { relation: 'items', create: { ...line, rows: { kind: 'parameter', slot: 1 }, set: line.set.map(a => (a.field === 'orderId' ? { field: 'orderId', from: { kind: 'parent', field: 'id' } } : a)) } },
  ], returning: { where: mine, select: { ...select('id', 'status'), related: [{ relation: 'items', as: 'items', rows: { where: always, order: [], page: { kind: 'offset', skip: null, take: 20 }, select: select('price') } }] } } },
  'update': update('order', [...given('status'), ...risen], { where: { kind: 'and', of: [keyIs(0), mine] }, expect: { kind: 'parameter', slot: 2 }, check: mine, returning: { where: mine, select: select('id', 'status') } }),
  'update of a part': update('item', [...given('quantity'), ...risen], { whole }),
  'delete': { kind: 'delete', entity: 'order', where: { kind: 'and', of: [keyIs(0), mine] }, expect: { kind: 'parameter', slot: 2 }, whole: null },
}
const compiled = (op: Mutation) => compileMutation(new Authorized(authorizeKey, op, []), model, { version: 18, foldCollation: 'pg_c_utf8' })

/** Lines for people; the statements themselves have none. */
const lines = (text: string): string => text.replace(/ ("#\w+" as (?:materialized )?\()/g, '\n$1').replace(/ (from|where|cross join lateral|left join lateral|left join|order by|returning|for no key update)(?= )/g, '\n  $1')

it('statements are as reviewed', t => {
  const text = Object.entries(operations).map(([name, op]) => `-- ${name}\n${statementsOf(compiled(op), []).map(s => `${lines(s.text)};\n`).join('\n')}`).join('\n')
  t.assert.fileSnapshot(text, path.join(import.meta.dirname, 'statements.sql'), { serializers: [(x: unknown) => String(x)] })
})

eachShop((name, open) => describe(`plans of writes, on ${name}`, () => {
  let shop: Shop, s: Session
  before(async () => {
    shop = await open()
    s = await shop.session()
    const key = `('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid`
    await s.rows(`insert into customers (id, email, name) select ${key}, i || '@x', 'N' || i from generate_series(1, 20000) i`)
    await s.rows(`insert into products (id, name, price) select ${key}, 'P' || i, 1 from generate_series(1, 20000) i`)
    await s.rows(`insert into orders (id, customer_id) select ${key}, ${key} from generate_series(1, 20000) i`)
    await s.rows(`insert into items (id, order_id, product_id, quantity, price) select ${key}, ${key}, ${key}, 1, 1 from generate_series(1, 20000) i`)
    await s.rows('analyze')
    await s.rows('set plan_cache_mode = force_generic_plan')
  })
  after(() => shop?.end())

  const values: readonly Value[] = [id(7), { status: 'paid', quantity: 1 }, 1, '7@x', [{ 0: id(7) }]]
  for (const [what, op] of Object.entries(operations)) {
    it(`finds rows by their keys: ${what}`, async () => {
      const plan = compiled(op)
      const given = op.kind === 'create' ? [[{ id: id(30000), orderId: id(7), productId: id(7), quantity: 1, customer: { email: '7@x' } }], [], [], '7@x', []] : values
      for (const statement of statementsOf(plan, given)) {
        const parameters = statement.parameters(given).map(p => (p === null ? 'null' : `'${p.replaceAll("'", "''")}'`))
        await s.rows(`prepare w as ${statement.text}`)
        const rows = await s.rows(`explain execute w${parameters.length ? `(${parameters.join(', ')})` : ''}`)
        await s.rows('deallocate w')
        const text = rows.map(r => r['QUERY PLAN']).join('\n')
        assert.doesNotMatch(text, /Seq Scan on (customers|products|orders|items)/, text)
      }
    })
  }
}))
