// How PostgreSQL runs the statements over a table large enough to matter: index scans, not only right answers. And where and how they may run.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { and, not, or, type Predicate, type Read, type Value } from '../../../operation/index.ts'
import { aggregate, constant, eq, field, include, one, parameter, query, some } from './build.fixture.ts'
import { compileRead } from './index.ts'
import { authorized, soon, textOf, uuid, world, worldOn, type World } from './world.fixture.ts'

type Node = { 'Node Type': string; 'Index Name'?: string; 'Relation Name'?: string; 'Index Cond'?: string; Filter?: string; 'Subplan Name'?: string; Plans?: Node[] }

for (const server of ['current', 'older'] as const) describe(`plans on the ${server} server`, () => {
  let w: World
  before(async () => {
    w = await worldOn(server, {})
    const id = (of: string) => `('00000000-0000-7000-8000-' || lpad(to_hex(${of}), 12, '0'))::uuid`
    await w.query(`insert into persons (id, name, manager_id) select ${id('n')}, 'person ' || n, null from generate_series(1, 2000) n`)
    await w.query(`insert into posts (id, title, body, status, rating, price, author_id, created_at, version) select ${id('100000 + n')}, md5(n::text), 'word' || n, case when n % 100 = 0 then 'draft' else 'done' end, nullif(n % 50, 0), n, ${id('1 + n % 100')},
      '2026-01-01'::timestamptz + n * interval '1 minute', 1 from generate_series(1, 20000) n`)
    await w.query(`insert into comments (id, post_id, author_id, text) select ${id('200000 + n')}, ${id('100001 + n % 20000')}, ${id('1 + n % 1999')}, 'c' from generate_series(1, 40000) n`)
    for (const table of ['persons', 'posts', 'comments', 'tags', 'post_tags']) await w.query(`analyze ${table}`)
  })
  after(() => w.end())

  /** The nodes of the plan that serves every value alike, or of the one made for these values. */
  async function nodes(read: Read, values: readonly Value[], how: 'generic' | 'custom' = 'generic'): Promise<Node[]> {
    const { statement } = compileRead(authorized(read), world, w.connections.server)
    const parameters = statement.parameters(values).map(v => (v === null ? 'null' : `'${v.replaceAll("'", "''")}'`)).join(', ')
    const explained = await w.connections.within(soon(), async c => {
      const say = (text: string) => c.run({ text, parameters: () => [], lane: 'own', plan: 'custom' }, [], soon())
      await say(`set local plan_cache_mode = force_${how}_plan`)
      await say(`prepare p as ${statement.text}`)
      const rows = await say(`explain (format json) execute p${parameters === '' ? '' : `(${parameters})`}`)
      await say('deallocate p')
      return JSON.parse(Buffer.from(rows[0]![0]!).toString()) as [{ Plan: Node }]
    })
    const flat = (n: Node): Node[] => [n, ...(n.Plans ?? []).flatMap(flat)]
    return flat(explained[0].Plan)
  }
  const uses = (of: Node[], index: string, condition?: RegExp) => assert.ok(of.some(n => n['Index Name'] === index && (!condition || condition.test(n['Index Cond'] ?? ''))),
    `${index} is not used: ${JSON.stringify(of.map(n => [n['Node Type'], n['Relation Name'], n['Index Name'], n['Index Cond']]))}`)
  const neverScans = (of: Node[], table: string) => assert.ok(!of.some(n => n['Node Type'] === 'Seq Scan' && n['Relation Name'] === table), `${table} is scanned`)
  const neverSorts = (of: Node[]) => assert.ok(!of.some(n => n['Node Type'] === 'Sort'), 'rows are sorted')

  test('one row by its key: an index scan and nothing around it', async () => {
    const plan = await nodes(one('post', ['id', 'title'], eq('id', parameter(0))), [uuid(100005)])
    assert.deepEqual(plan.map(n => n['Node Type']), ['Index Scan'])
  })
  test('own rows, newest first: one index serves condition, order and cursor', async () => {
    const mine = eq('authorId', parameter(0)), order = '-createdAt -id'
    const start = await nodes(query('post', ['id', 'title'], { where: mine, order }), [uuid(7)])
    uses(start, 'post_i0', /author_id/)
    neverSorts(start)
    const next = await nodes(query('post', ['id', 'title'], { where: mine, order, page: { kind: 'keyset', from: [parameter(1), parameter(2)], toward: 'next', take: 20 } }), [uuid(7), '2026-01-03T00:00:00+00:00', uuid(100300)])
    uses(next, 'post_i0', /ROW\(created_at, id\) < ROW/)
    neverSorts(next)
  })
  test('a cursor in mixed directions begins at its first key', async () => {
    const page = { kind: 'keyset', from: [parameter(0), parameter(1)], toward: 'next', take: 20 } as const
    uses(await nodes(query('post', ['id'], { order: 'title -id', page }), ['8', uuid(100300)]), 'post_i1', /title >= /)
    uses(await nodes(query('post', ['id'], { order: 'title -id', page: { ...page, toward: 'previous' } }), ['8', uuid(100300)]), 'post_i1', /title <= /)
  })
  test('a prefix is a range of the index, in a plan for every value and for this one', async () => {
    const where: Predicate = { kind: 'text', how: 'startsWith', of: field('title'), text: parameter(0), fold: false }
    for (const how of ['generic', 'custom'] as const) uses(await nodes(query('post', ['id'], { where, order: 'title id' }), ['abc'], how), 'post_i1', /title >= .* AND \(title < /)
  })
  test('full text is served by its index', async () => {
    const where: Predicate = { kind: 'text', how: 'search', of: field('body'), text: parameter(0), fold: false }
    uses(await nodes(query('post', ['id'], { where }), ['word77'], 'custom'), 'post_s0')
    // However few are asked for, and in whatever order.
    for (const how of ['generic', 'custom'] as const) uses(await nodes(query('post', ['id'], { where, order: 'id', page: { kind: 'offset', skip: null, take: 1 } }), ['nowhere'], how), 'post_s0')
    const found = await w.read(query('post', ['title'], { where, page: { kind: 'offset', skip: null, take: 3 } }), ['word77 -word78'])
    assert.equal(found.rows, 1)
  })
  test('a list field is asked as its index is', () => {
    const where: Predicate = { kind: 'has', as: 'text', of: field('cText'), value: parameter(0) }
    const { statement } = compileRead(authorized(query('thing', ['id'], { where })), world, w.connections.server)
    assert.match(statement.text, /c_text @> array\[\$1::text\]/)
  })
  test('what is asked of a reference alone is asked without its table', async () => {
    const plan = await nodes(query('post', ['id'], { where: some('author', eq('id', parameter(0))), order: '-createdAt -id' }), [uuid(9)])
    uses(plan, 'post_i0')
    assert.ok(!plan.some(n => n['Relation Name'] === 'persons'))
  })
  test('grants through several relations look rows up by key instead of asking every row', async () => {
    const where = or(some('author', eq('name', parameter(0), 'text')), some('comments', eq('authorId', parameter(1))))
    const plan = await nodes(query('post', ['id'], { where, order: '-createdAt id' }), ['person 7', uuid(9)])
    for (const table of ['posts', 'comments', 'persons']) neverScans(plan, table)
  })
  test('nested lists and objects are looked up by index', async () => {
    const plan = await nodes(query('post', ['id', 'title'], {
      where: eq('authorId', parameter(0)), order: '-createdAt -id', related: [include('post', 'comments', ['text'], { order: 'id', related: [include('comment', 'author', ['name'])] })],
    }), [uuid(7)])
    uses(plan, 'comment_i0')
    for (const table of ['posts', 'comments', 'persons']) neverScans(plan, table)
  })
  test('what is included leaves the order of a list as it is', async () => {
    const read = query('post', ['id'], {
      order: '-rating title id', page: { kind: 'offset', skip: null, take: 3000 }, related: [include('post', 'author', ['name'], { related: [include('person', 'reports', ['name'])] }), include('post', 'comments', ['id'])],
    })
    const found = JSON.parse(textOf((await w.read(read)).body)) as { id: string }[]
    const expected = await w.query('select id from posts order by rating desc, title, id limit 3000')
    assert.deepEqual(found.map(x => x.id), expected.map(x => x[0]))
    const { length } = (await nodes(read, [])).filter(n => n['Node Type'] === 'Hash Join')
    assert.equal(length, 0)
  })

  test('lane and plan', () => {
    const of = (read: Read) => { const { lane, plan } = compileRead(authorized(read), world, w.connections.server).statement; return `${lane} ${plan}` }
    const status = eq('status', parameter(0), 'text'), title: Predicate = { kind: 'text', how: 'contains', of: field('title'), text: parameter(0), fold: false }
    assert.equal(of(one('post', ['id'], eq('id', parameter(0)))), 'read generic')
    assert.equal(of(query('post', ['id'], { where: eq('authorId', parameter(0)) })), 'read generic')
    assert.equal(of(query('post', ['id'], { where: and(eq('authorId', parameter(0)), { kind: 'compare', op: 'gt', as: 'integer', left: field('rating'), right: parameter(1) }) })), 'read generic')
    assert.equal(of(query('post', ['id'], { where: eq('version', parameter(0), 'integer') })), 'read generic')
    assert.equal(of(query('post', ['id'], { where: { kind: 'compare', op: 'gt', as: 'timestamp', left: field('createdAt'), right: parameter(0) } })), 'read custom')
    assert.equal(of(query('post', ['id'], { where: title })), 'read custom')
    assert.equal(of(query('post', ['id'], { where: not(title) })), 'read custom')
    assert.equal(of(query('post', ['id'], { where: title, count: 'exact' })), 'own custom')
    assert.equal(of(query('post', ['id'], { where: title, count: 'capped' })), 'read custom')
    assert.equal(of(query('post', ['id'], { where: eq('authorId', parameter(0)), count: 'exact' })), 'read generic')
    assert.equal(of(query('comment', ['id'], { where: some('post', eq('id', parameter(0))), count: 'exact' })), 'read generic')
    assert.equal(of(aggregate('post', {})), 'own generic')
    assert.equal(of(aggregate('post', { where: or(eq('authorId', parameter(0)), eq('id', constant(uuid(1)))) })), 'read generic')
    assert.equal(of(query('post', ['id'], { where: status, count: 'exact' })), 'own custom')
    assert.equal(of(aggregate('comment', { where: eq('text', parameter(0), 'text') })), 'own generic')
  })
})
