// How many statements an operation is, counted by the server's own log, BEGIN and COMMIT included.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { customer, ownServer, product, staff, statements, type Answered, type OwnServer, type Product } from './product.ts'
import { idOf } from './shop.ts'

describe('one statement', () => {
  let server: OwnServer
  let p: Product
  let anna: string
  let boss: string
  before(async () => {
    server = await ownServer({ log_statement: 'all' })
    p = await product(server.config)
    anna = await customer(7)
    boss = await staff()
    // Bound once: the binding is believed for five seconds, and renewed as the tests need it.
    for (const token of [anna, boss]) await p.ask(token, '/api/orders?page[size]=1')
  })
  after(async () => {
    await p.end()
    await server.end()
  })

  /** The request runs with a cached binding: it is renewed by another one just before. */
  async function counted(work: () => Promise<Answered>, token: string | null): Promise<{ readonly count: number; readonly of: Answered; readonly all: readonly string[] }> {
    if (token !== null) await p.ask(token, '/api/products?page[size]=1')
    const { log, of } = await server.logged(work)
    const all = statements(log)
    return { count: all.length, of, all }
  }
  const own = idOf('order', 6)
  const reads: readonly (readonly [name: string, target: string, who: 'anna' | 'boss' | null])[] = [
    ['get', `/api/orders/${own}`, 'anna'],
    ['get of nothing', `/api/orders/${idOf('order', 999_999)}`, 'anna'],
    ['list', '/api/orders?page[size]=5&sort=-placedAt', 'anna'],
    ['list for nobody in particular', '/api/products', null],
    ['includes three deep', `/api/orders/${own}?include=customer,lines.product.maker`, 'anna'],
    ['a list with includes three deep, paged and sorted', '/api/orders?include=lines.product.maker&include[lines][page][size]=2&include[lines][sort]=-quantity&sort=rank,-placedAt', 'boss'],
    ['filter through relations', '/api/orders?filter[lines][some][product][maker][name]=maker%203&filter[customer][email][startsWith]=c', 'boss'],
    ['letters seen by two roads', '/api/letters', 'anna'],
    ['a related list', `/api/orders/${own}/lines`, 'anna'],
    ['aggregate', '/api/orders/aggregate?group=status&measure=count,sum(total)', 'anna'],
    ['exact count', '/api/orders?count=exact&page[size]=1', 'anna'],
    ['estimated count, which rules make a capped one', '/api/orders?count=estimate&page[size]=1', 'anna'],
  ]
  for (const [name, target, who] of reads) {
    test(name, async () => {
      const token = who === 'anna' ? anna : who === 'boss' ? boss : null
      for (const turn of ['cold', 'again', 'named', 'hot']) {
        const { count, of, all } = await counted(() => p.ask(token, target), token)
        assert.ok(of.status === 200 || (of.status === 404 && name === 'get of nothing'), of.text)
        assert.deepEqual([turn, count], [turn, 1], all.join('\n'))
      }
    })
  }

  const order = `order(id: "${own}")`, three = 'edges { cursor node { quantity product { sku maker { name } } } } pageInfo { hasNextPage endCursor } totalCount'
  for (const [name, query, fields] of [
    ['one row by its key', `{ ${order} { note } }`, 1], ['a connection with connections three deep, cursors and counts', `{ orders(first: 5, sort: { placedAt: DESC }) { totalCount edges { node { a: lines(first: 2) { ${three} } b: lines(last: 1) { nodes { id } } } } } }`, 1],
    ['an aggregate', '{ ordersAggregate(groupBy: [status]) { group { status } count sum { total } } }', 1], ['node', `{ node(id: "${Buffer.from(JSON.stringify(['order', own])).toString('base64url')}") { ... on Order { note } } }`, 1],
    ['four fields of the root', `{ ${order} { id } products(first: 1) { nodes { sku } } ordersAggregate { count } x: ${order} { note } }`, 4],
  ] as const) {
    test(`GraphQL: ${name}`, async () => {
      for (const turn of ['cold', 'again', 'named', 'hot']) {
        const { count, of, all } = await counted(() => p.ask(anna, '/graphql', { method: 'POST', body: { query } }), anna)
        assert.ok(of.status === 200 && !of.text.includes('"errors"'), of.text)
        assert.deepEqual([turn, count], [turn, fields], all.join('\n'))
      }
    })
  }

  test('create, update, delete of a single row', async () => {
    for (let turn = 0; turn < 3; turn++) {
      const made = await counted(() => p.ask(anna, '/api/orders', { method: 'POST', body: { note: `n${turn}` } }), anna)
      assert.deepEqual([made.of.status, made.count], [201, 1], made.all.join('\n') + made.of.text)
      const { id } = JSON.parse(made.of.text) as { id: string }
      const changed = await counted(() => p.ask(anna, `/api/orders/${id}`, { method: 'PATCH', body: { note: 'x' } }), anna)
      assert.deepEqual([changed.of.status, changed.count], [200, 1], changed.all.join('\n') + changed.of.text)
      const expected = await counted(() => p.ask(anna, `/api/orders/${id}`, { method: 'PATCH', body: { note: 'y' }, headers: { 'if-match': changed.of.headers.get('etag') ?? '' } }), anna)
      assert.deepEqual([expected.of.status, expected.count], [200, 1], expected.all.join('\n') + expected.of.text)
      // Its lines go with it, and are told of: it is locked before they are looked for.
      const gone = await counted(() => p.ask(anna, `/api/orders/${id}`, { method: 'DELETE' }), anna)
      assert.deepEqual([gone.of.status, gone.all.filter(s => !/^(set|begin|commit)/.test(s)).length], [204, 2], gone.all.join('\n') + gone.of.text)
    }
  })

  test('a caller without a cached binding costs exactly one more', async () => {
    for (const target of [`/api/orders/${own}`, '/api/orders?page[size]=5&sort=-placedAt']) {
      const token = await customer(7)
      const first = await server.logged(() => p.ask(token, target))
      assert.deepEqual([first.of.status, statements(first.log).length], [200, 2], first.log)
      const second = await server.logged(() => p.ask(token, target))
      assert.deepEqual([second.of.status, statements(second.log).length], [200, 1], second.log)
    }
    const nobody = await server.logged(() => p.ask(null, '/api/products?page[size]=2'))
    assert.equal(statements(nobody.log).length, 1)
  })

  test('a write refused costs exactly one further statement, which says why', async () => {
    await p.client.query(`update orders set status = 'shipped' where id = '${idOf('order', 1)}'`)
    await p.client.query(`update orders set customer_id = '${idOf('customer', 7)}' where id = '${idOf('order', 1)}'`)
    const cases: readonly (readonly [string, string, unknown, Record<string, string>, number])[] = [
      ['PATCH', idOf('order', 1), { note: 'x' }, {}, 403], ['DELETE', idOf('order', 1), undefined, {}, 403],
      ['PATCH', idOf('order', 2), { note: 'x' }, {}, 404], ['DELETE', idOf('order', 2), undefined, {}, 404],
      ['PATCH', idOf('order', 999_999), { note: 'x' }, {}, 404], ['PATCH', own, { note: 'x' }, { 'if-match': '"99"' }, 412],
    ]
    for (const [method, id, body, headers, status] of cases) {
      const { count, of, all } = await counted(() => p.ask(anna, `/api/orders/${id}`, { method, body, headers }), anna)
      // With a current tag to tell, the row is read as a GET would.
      // A row whose parts go with it is locked by a statement of its own, in a transaction.
      assert.deepEqual([method, id, of.status, count], [method, id, status, status === 412 ? 3 : method === 'DELETE' ? 5 : 2], all.join('\n') + of.text)
    }
  })

  test('a write refused without looking at data costs none', async () => {
    const { count, of } = await counted(() => p.ask(anna, '/api/products', { method: 'POST', body: { sku: 'x' } }), anna)
    assert.deepEqual([of.status, count], [403, 0])
  })
})
