// How PostgreSQL ran what the product sent, over fifty thousand rows: the plans of its own log (auto_explain), not of an explain asked for on the side.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { customer, ownServer, product, staff, type Answered, type OwnServer, type Product } from './product.ts'
import { idOf } from './shop.ts'

interface Node {
  readonly 'Node Type': string; readonly 'Relation Name'?: string; readonly 'Index Name'?: string; readonly 'Index Cond'?: string
  readonly 'Actual Rows'?: number; readonly 'Actual Loops'?: number; readonly 'Rows Removed by Filter'?: number; readonly Plans?: readonly Node[]
}
const flat = (n: Node): readonly Node[] => [n, ...(n.Plans ?? []).flatMap(flat)]

describe('plans through the whole product', () => {
  let server: OwnServer
  let p: Product
  let anna: string
  let boss: string
  const orders = 50_000
  before(async () => {
    server = await ownServer({ session_preload_libraries: 'auto_explain', 'auto_explain.log_min_duration': '0', 'auto_explain.log_analyze': 'on', 'auto_explain.log_timing': 'off', 'auto_explain.log_format': 'json', 'auto_explain.log_parameter_max_length': '0' })
    p = await product(server.config, { orders })
    anna = await customer(7)
    boss = await staff()
  })
  after(async () => {
    await p.end()
    await server.end()
  })

  /** The nodes of the plans of what reads `table`, of one request. */
  async function planned(work: () => Promise<Answered>, table: string): Promise<{ readonly nodes: readonly Node[]; readonly of: Answered }> {
    const { log, of } = await server.logged(work)
    assert.equal(of.status, 200, of.text)
    const plans = [...log.matchAll(/plan:\n((?:\t.*(?:\n|$))+)/g)].map(m => JSON.parse((m[1] ?? '').replaceAll(/^\t/gm, '')) as { readonly Plan: Node })
    const nodes = plans.map(x => flat(x.Plan)).filter(all => all.some(n => n['Relation Name'] === table)).flat()
    assert.ok(nodes.length > 0, `no plan reads ${table}: ${log.slice(0, 500)}`)
    return { nodes, of }
  }
  const told = (nodes: readonly Node[]): string => JSON.stringify(nodes.map(n => [n['Node Type'], n['Relation Name'], n['Index Name'], n['Index Cond'], n['Actual Rows'], n['Rows Removed by Filter']]))
  const neverScans = (nodes: readonly Node[], table: string): void => assert.ok(!nodes.some(n => /Seq Scan/.test(n['Node Type']) && n['Relation Name'] === table), `${table} is scanned: ${told(nodes)}`)
  /** Rows that scans of the table looked at. */
  const looked = (nodes: readonly Node[], table: string): number =>
    nodes.filter(n => n['Relation Name'] === table).reduce((sum, n) => sum + ((n['Actual Rows'] ?? 0) + (n['Rows Removed by Filter'] ?? 0)) * (n['Actual Loops'] ?? 1), 0)
  const indexed = (nodes: readonly Node[], table: string, condition: RegExp): void =>
    assert.ok(nodes.some(n => /Index/.test(n['Node Type']) && condition.test(n['Index Cond'] ?? '')), `no index of ${table} is used by ${String(condition)}: ${told(nodes)}`)

  test('own rows are found by index, also after twenty calls as staff with the same address', async () => {
    const target = '/api/orders?sort=-placedAt&page[size]=20'
    for (let i = 0; i < 20; i++) assert.equal((await p.ask(boss, target)).status, 200)
    for (let i = 0; i < 8; i++) {
      const { nodes, of } = await planned(() => p.ask(anna, target), 'orders')
      neverScans(nodes, 'orders')
      indexed(nodes, 'orders', /customer_id/)
      assert.ok(looked(nodes, 'orders') <= 60, told(nodes))
      assert.ok((JSON.parse(of.text) as { data: { customerId: string }[] }).data.every(o => o.customerId === idOf('customer', 7)))
    }
  })

  test('a page deep in a list sorted in mixed directions begins at its first key', async () => {
    const asked = '/api/orders?sort=rank,-placedAt&page[size]=100'
    const far = await p.ask(boss, `${asked}&page[number]=400`)
    const { page: { next } } = JSON.parse(far.text) as { page: { next: string } }
    for (let i = 0; i < 8; i++) {
      const { nodes, of } = await planned(() => p.ask(boss, `${asked}&page[after]=${next}`), 'orders')
      neverScans(nodes, 'orders')
      indexed(nodes, 'orders', /rank >= /)
      // The rows of the first key's value, and the page: not the 40,000 before it.
      assert.ok(looked(nodes, 'orders') < 2500, told(nodes))
      const { data } = JSON.parse(of.text) as { data: { rank: number; placedAt: string }[] }
      assert.equal(data.length, 100)
    }
    const { rows } = await p.client.query<{ id: string }>('select id from orders order by rank, placed_at desc, id limit 100 offset 40000')
    const { data } = JSON.parse((await p.ask(boss, `${asked}&page[after]=${next}`)).text) as { data: { id: string }[] }
    assert.deepEqual(data.map(o => o.id), rows.map(r => r.id))
  })

  test('a prefix is a range of the index', async () => {
    for (const prefix of ['abc', 'f0', 'abc', '00f', 'abc', 'abc', 'abc', 'abc']) {
      const { nodes, of } = await planned(() => p.ask(boss, `/api/orders?filter[code][startsWith]=${prefix}&sort=code`), 'orders')
      neverScans(nodes, 'orders')
      indexed(nodes, 'orders', /code >= .* AND \(code < /)
      assert.ok((JSON.parse(of.text) as { data: { code: string }[] }).data.every(o => o.code.startsWith(prefix)))
    }
  })

  test('several grants through relations become a union of keys, not a question to every row', async () => {
    for (let i = 0; i < 8; i++) {
      const { nodes, of } = await planned(() => p.ask(anna, '/api/letters?page[size]=100'), 'letters')
      for (const table of ['letters', 'orders', 'shares']) neverScans(nodes, table)
      assert.ok(looked(nodes, 'letters') < 400, told(nodes))
      const { rows } = await p.client.query<{ n: number }>(`select count(*)::int as n from letters l where exists (select from orders o where o.id = l.order_id and o.customer_id = $1) or exists (select from shares s where s.letter_id = l.id and s.customer_id = $1)`, [idOf('customer', 7)])
      assert.equal((JSON.parse(of.text) as { data: unknown[] }).data.length, rows[0]?.n)
    }
  })

  test('what is included is looked up by key', async () => {
    const { nodes } = await planned(() => p.ask(anna, '/api/orders?include=lines.product.maker,letters&page[size]=10&sort=-placedAt'), 'orders')
    for (const table of ['orders', 'lines', 'letters']) neverScans(nodes, table)
  })
})
