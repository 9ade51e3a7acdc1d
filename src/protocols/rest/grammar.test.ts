// What URLs and bodies say: every ask survives being written and read, and what cannot be read is refused by name.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Failure, type Code } from '../../failure/index.ts'
import type { EntityModel, Model, RelationModel } from '../../model/index.ts'
import { Slot, type Filter, type FindAsk, type ReadAsk, type ReadRequest, type RowsAsk } from '../../wire/index.ts'
import { encodeLong, encodeRead } from './encode.ts'
import { readLong } from './long.ts'
import { readRequest, type Readable } from './read.ts'
import { collections, route } from './route.ts'

const place = { file: 'test.ts', line: 1 }
const relation = (name: string, target: string, one: boolean): RelationModel =>
  ({ name, target, one, owner: one, optional: true, on: [], through: null, owned: false, inverse: '~', hidden: false, fixed: false, by: null, about: null, place })
const entity = (name: string, path: string, key: string[], relations: RelationModel[] = []): EntityModel => ({
  name, title: name[0]!.toUpperCase() + name.slice(1), path, about: null, hidden: false, table: { schema: null, name: path, was: null }, key, fields: {},
  relations: Object.fromEntries(relations.map(r => [r.name, r])), uniques: [], indexes: [], version: null, whole: null, rules: [], page: { size: 20, max: 100 }, place,
})
const order = entity('order', 'orders', ['id'], [relation('items', 'orderItem', false), relation('customer', 'customer', true)])
const orderItem = entity('orderItem', 'order-items', ['orderId', 'productId'])
const model: Model = { name: 'test', entities: { order, orderItem }, callers: {}, roles: [] }
const known = collections(model)

const parse = (address: string): ReadRequest => {
  const [path = '', query = ''] = address.split(/\?(.*)/s)
  return readRequest(route(path, '/api', known) as Readable, query)
}
/** Reads the ask too, as the engine does for a shape it has not seen. */
const whole = (address: string) => { const { ask, ...rest } = parse(address); return { ...rest, ask: ask() } }
const refused = (address: string, code: Code, message: RegExp): void => {
  assert.throws(() => whole(address), (error: unknown) => {
    assert.ok(error instanceof Failure, `${address}: ${String(error)}`)
    assert.equal(error.code, code, `${address}: ${error.message}`)
    assert.match(error.message, message)
    return true
  }, address)
}
/** Prototypes aside, and slots as their values. */
const plain = (ask: unknown, values: readonly unknown[]): unknown => {
  if (ask instanceof Slot) return { value: values[ask.index] }
  if (Array.isArray(ask)) return ask.map(x => plain(x, values))
  if (typeof ask !== 'object' || ask === null) return ask
  return Object.entries(ask).filter(([, v]) => v !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, plain(v, values)])
}

// Random asks. Slots are numbered as they are met when written.
const word = fc.constantFrom('status', 'total', 'customer', 'items', 'a', '__proto__', 'constructor', 'toString', 'naïve', 'x y')
const value = fc.oneof(fc.string({ unit: 'binary' }).filter(x => !x.includes('\0') && x.isWellFormed()), fc.constantFrom('a,b', '', '+', '%', '&=[]', "o'x", 'ü'))
const operator = fc.constantFrom('eq', 'not', 'lt', 'gte', 'containsi', 'has', 'search')
type Tree = { leaf: string } | { list: string[] } | { null: boolean } | { parts: Tree[]; as: 'or' | 'and' } | { names: [string, Tree][] }
const tree = fc.letrec<{ tree: Tree; names: Tree }>(tie => ({
  tree: fc.oneof({ maxDepth: 4 },
    operator.chain(op => value.map(leaf => ({ names: [[op, { leaf }]] }) as Tree)),
    fc.array(value, { maxLength: 4 }).map(list => ({ names: [['in', { list }]] }) as Tree),
    fc.boolean().map(n => ({ names: [['null', { null: n }]] }) as Tree),
    value.map(leaf => ({ leaf }) as Tree),
    tie('names')),
  names: fc.oneof({ maxDepth: 3 },
    fc.uniqueArray(word, { minLength: 1, maxLength: 3 }).chain(ws => fc.tuple(...ws.map(() => tie('tree'))).map(ts => ({ names: ws.map((w, i) => [w, ts[i]!]) }) as Tree)),
    fc.tuple(fc.constantFrom('or' as const, 'and' as const), fc.array(tie('names'), { minLength: 1, maxLength: 3 })).map(([as, parts]) => ({ names: [[as, { parts, as }]] }) as Tree),
    tie('names').map(t => ({ names: [['not', t]] }) as Tree)),
}))
const toFilter = (t: Tree, values: unknown[]): Filter => {
  if ('leaf' in t) return new Slot(values.push(t.leaf) - 1)
  if ('list' in t) return new Slot(values.push(t.list) - 1)
  if ('null' in t) return t.null
  if ('parts' in t) return t.parts.map(p => toFilter(p, values))
  const shape: { [name: string]: Filter } = Object.create(null)
  for (const [name, part] of t.names) shape[name] = toFilter(part, values)
  return shape
}
const names = fc.option(fc.array(fc.constantFrom('id', '-placedAt', 'customer.name', 'sum(total)'), { minLength: 1, maxLength: 3 }), { nil: undefined })
interface Plan { filter: Tree | undefined; sort: string[] | undefined; fields: string[] | undefined; size: number | undefined; include: [string, Plan][] }
const plan = fc.letrec<{ plan: Plan }>(tie => ({
  plan: fc.record({
    filter: fc.option(tree.names, { nil: undefined }), sort: names, fields: names, size: fc.option(fc.integer({ min: 1, max: 999 }), { nil: undefined }),
    include: fc.oneof({ maxDepth: 2 }, fc.constant<[string, Plan][]>([]), fc.uniqueArray(word, { maxLength: 2 })
      .chain(ws => fc.tuple(...ws.map(() => tie('plan'))).map(ps => ws.map((w, i): [string, Plan] => [w, ps[i]!])))),
  }),
})).plan
const rowsOf = (p: Plan, values: unknown[]): RowsAsk => {
  const filter = p.filter === undefined ? undefined : toFilter(p.filter, values)
  const include: { [name: string]: RowsAsk } = Object.create(null)
  for (const [name, below] of p.include) include[name] = rowsOf(below, values)
  return {
    ...(filter === undefined ? {} : { filter }), ...(p.sort === undefined ? {} : { sort: p.sort }), ...(p.fields === undefined ? {} : { fields: p.fields }),
    ...(p.size === undefined ? {} : { size: p.size }), ...(p.include.length === 0 ? {} : { include }),
  }
}
/** A list of one text with a comma is written twice. */
const sameLists = (x: unknown): unknown => {
  if (Array.isArray(x)) return x.length === 2 && x[0] === x[1] && typeof x[0] === 'string' && (x[0].includes(',') || x[0] === '') ? [x[0]] : x.map(sameLists)
  return typeof x === 'object' && x !== null ? Object.fromEntries(Object.entries(x).map(([k, v]) => [k, sameLists(v)])) : x
}
const same = (actual: { ask: ReadAsk; values: readonly unknown[] }, expected: { ask: ReadAsk; values: readonly unknown[] }): void =>
  assert.deepEqual(sameLists(plain(actual.ask, actual.values)), sameLists(plain(expected.ask, expected.values)))

test('parse(encode(ask)) is the ask: lists, relations, one, aggregates', () => {
  const shapes = new Map<string, string>()
  fc.assert(fc.property(plan, fc.constantFrom('find', 'of', 'get', 'aggregate'), fc.option(fc.constantFrom('exact' as const, 'estimate' as const)), value.filter(v => v !== ''), (p, kind, count, id) => {
    const values: unknown[] = []
    let ask: ReadAsk
    if (kind === 'get') ask = { kind: 'get', entity: 'orderItem', key: [new Slot(values.push(id) - 1), new Slot(values.push('x,%2C') - 1)], ...(({ fields, include }) => ({ ...(fields && { fields }), ...(include && { include }) }))(rowsOf({ ...p, filter: undefined }, values)) }
    else if (kind === 'aggregate') ask = { kind: 'aggregate', entity: 'order', measure: ['count', 'sum(total)'], group: ['status'], ...(({ filter, sort, size }) => ({ ...(filter !== undefined && { filter }), ...(sort && { sort }), ...(size && { size }) }))(rowsOf({ ...p, include: [] }, values)) }
    else {
      const key = kind === 'of' ? [new Slot(values.push(id) - 1)] : null
      ask = { kind: 'find', entity: 'order', ...(key === null ? {} : { of: { key, relation: 'items' } }), ...rowsOf(p, values), ...(count === null ? {} : { count }) }
    }
    const address = encodeRead(model, { ask, values, cursor: null, number: null })
    const back = whole(address)
    same(back, { ask, values })
    // Equal keys mean equal asks.
    const text = JSON.stringify(plain(back.ask, []))
    assert.equal(shapes.get(back.key) ?? text, text)
    shapes.set(back.key, text)
    // The way browsers write it is the same question.
    const [path, query] = address.split(/\?(.*)/s)
    if (query) same(whole(`${path}?${query.replaceAll('[', '%5B').replaceAll(']', '%5D').replaceAll('%20', '+')}`), { ask, values })
  }), { numRuns: 400 })
})

test('the body of POST …/query asks the same as the URL', () => {
  fc.assert(fc.property(plan, p => {
    const values: unknown[] = []
    const ask: FindAsk = { kind: 'find', entity: 'order', ...rowsOf(p, values) }
    const body = Buffer.from(JSON.stringify(encodeLong({ ask, values, cursor: { toward: 'next', token: 'abc' }, number: null })))
    const read = readLong('order', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    assert.deepEqual(plain(read.ask(), read.values), plain(ask, values))
    assert.deepEqual(read.cursor, { toward: 'next', token: 'abc' })
  }), { numRuns: 200 })
})

test('one shape, whatever the values', () => {
  const a = parse('/orders?filter[status]=paid&filter[total][gte]=100&filter[id][in]=a,b&page[size]=5&page[after]=x')
  const b = parse('/orders?filter[status]=open&filter[total][gte]=7&filter[id][in]=c&page[size]=5&page[after]=y')
  assert.equal(a.key, b.key)
  assert.deepEqual(b.values, ['open', '7', ['c']])
  assert.equal(parse('/orders?filter[status]=paid&filter[total][gte]=100&filter[id][in]=a,b&page[size]=5').key, a.key, 'a cursor is no part of the shape it is bound to')
  assert.equal(parse('/orders/1').key, parse('/orders/2').key)
  for (const other of ['?filter[status]=a&page[size]=6', '?filter[status][not]=a', '?filter[note][null]=true', '?filter[note][null]=false', '?sort=a', '/1', '/1/items', '/aggregate?measure=count']) {
    assert.notEqual(parse(`/orders${other}`).key, a.key, other)
  }
  assert.notEqual(parse('/orders?filter[note][null]=true').key, parse('/orders?filter[note][null]=false').key)
})

test('what rest.md writes is read as it means', () => {
  const filter = (query: string): unknown => { const r = whole(`/orders?${query}`); return JSON.parse(JSON.stringify((r.ask as FindAsk).filter, (_, v: unknown) => (v instanceof Slot ? r.values[v.index] : v))) }
  assert.deepEqual(filter('filter[customer][email][contains]=@x'), { customer: { email: { contains: '@x' } } })
  assert.deepEqual(filter('filter[items][some][quantity][gt]=2'), { items: { some: { quantity: { gt: '2' } } } })
  assert.deepEqual(filter('filter[or][1][a]=2&filter[or][0][a]=1'), { or: [{ a: '1' }, { a: '2' }] })
  assert.deepEqual(filter('filter[not][status]=paid'), { not: { status: 'paid' } })
  assert.deepEqual(filter('filter[status][in]=paid,shipped'), { status: { in: ['paid', 'shipped'] } })
  assert.deepEqual(filter('filter[id][in]=a,x&filter[id][in]=b'), { id: { in: ['a,x', 'b'] } })
  assert.deepEqual(filter('filter[id][in]='), { id: { in: [] } })
  assert.deepEqual(filter('filter[shippedAt][null]=true'), { shippedAt: { null: true } })
  assert.deepEqual(filter('filter[name]=K\u00c3\u00a4se'), { name: 'Käse' }, 'bytes that curl did not encode')
  assert.deepEqual(plain(whole('/orders?include=customer,items.product&include[items][page][size]=5&include[items][sort]=-a&include[items][filter][q][gt]=3').ask, []),
    plain({ kind: 'find', entity: 'order', include: { customer: {}, items: { include: { product: {} }, size: 5, sort: ['-a'], filter: { q: { gt: new Slot(0) } } } } }, []))
  const relation = whole('/orders/7/items?filter[a]=1')
  assert.deepEqual(relation.values, ['7', '1'])
  same(relation, { ask: { kind: 'find', entity: 'order', of: { key: [new Slot(0)], relation: 'items' }, filter: { a: new Slot(1) } }, values: ['7', '1'] })
  assert.deepEqual(parse('/order-items/a%2Cb,c%20d').values, ['a,b', 'c d'])
  assert.deepEqual(parse('/order-items/a%2Cb').values, ['a', 'b'], 'the id form encoded as a whole')
  assert.deepEqual(parse('/orders/a,b').values, ['a,b'], 'a comma in a simple key is a comma')
})

test('names of prototypes are names', () => {
  const { ask } = whole('/orders?filter[__proto__][polluted]=1&include=__proto__&include[constructor][fields]=id') as { ask: FindAsk }
  assert.deepEqual(Object.keys(ask.filter as object), ['__proto__'])
  assert.deepEqual(Object.keys(ask.include!), ['__proto__', 'constructor'])
  assert.equal(({} as { polluted?: unknown }).polluted, undefined)
  refused('/__proto__', 'request.route', /no collection '__proto__'/)
  refused('/orders/1/constructor', 'request.route', /no list 'constructor'/)
})

test('what cannot be read is refused, with a suggestion', () => {
  refused('/ordrs', 'request.route', /Did you mean 'orders'\? Collections under \/api: orders, order-items/)
  refused('/', 'request.route', /Collections under \/api/)
  refused('/orders/', 'request.route', /slash at the end/)
  refused('/orders/1/itms', 'request.route', /Did you mean 'items'/)
  refused('/orders/1/items/2', 'request.route', /nothing below/)
  refused('/orders/aggregate/x', 'request.route', /nothing below/)
  refused('/orders/1/customer', 'request.route', /one row, not a list.*\?include=customer/)
  refused('/orders/%00', 'request.malformed', /null character/)
  refused('/orders/%zz', 'request.malformed', /not percent-encoded/)
  refused('/orders?filtr[a]=1', 'resolve.name', /Did you mean 'filter'/)
  refused('/orders?__proto__=1', 'resolve.name', /no parameter '__proto__'/)
  refused('/orders?measure=count', 'resolve.name', /no parameter 'measure' here/)
  refused('/orders/1?sort=a', 'resolve.name', /Parameters: fields, include/)
  refused('/orders?filter[a]=%ff', 'request.malformed', /not percent-encoded/)
  refused('/orders?filter[a]=%', 'request.malformed', /not percent-encoded/)
  refused('/orders?filter[a]=\u00ff', 'request.malformed', /not percent-encoded/)
  refused('/orders?filter[a]=x%00', 'request.malformed', /null character/)
  refused('/orders?filter[a%00]=x', 'request.malformed', /null character/)
  refused('/orders?filter[a=1', 'request.malformed', /brackets/)
  refused('/orders?filter]a[=1', 'request.malformed', /brackets/)
  refused('/orders?filter[]=1', 'request.malformed', /brackets/)
  refused('/orders?filter[id][in][]=1', 'request.malformed', /brackets/)
  refused('/orders?filter[a]b=1', 'request.malformed', /brackets/)
  refused('/orders?[a]=1', 'request.malformed', /brackets/)
  refused('/orders?filter=1', 'request.malformed', /Write filter\[field\]/)
  refused('/orders?filter[a]=1&filter[a]=2', 'request.malformed', /given twice.*filter\[a\]\[in\]=a,b/)
  refused('/orders?filter[a]=1&filter%5Ba%5D=2', 'request.malformed', /given twice/)
  refused('/orders?sort=a&sort=b', 'request.malformed', /given twice/)
  refused('/orders?filter[a]=1&filter[a][gt]=2', 'request.malformed', /contradicts/)
  refused('/orders?filter[a][gt]=2&filter[a]=1', 'request.malformed', /contradicts/)
  refused('/orders?filter[or][a]=1', 'request.malformed', /numbered/)
  refused('/orders?filter[a][null]=yes', 'request.malformed', /true or false/)
  refused('/orders?page[size]=0', 'request.malformed', /whole number from 1/)
  refused('/orders?page[size]=1e3', 'request.malformed', /whole number/)
  refused('/orders?page[number]=-1', 'request.malformed', /whole number/)
  refused('/orders?page[number]=99999999999', 'request.malformed', /whole number/)
  refused('/orders?page[after]=a&page[before]=b', 'request.malformed', /exclude each other/)
  refused('/orders?page[after]=a&page[after]=b', 'request.malformed', /exclude each other/)
  refused('/orders?page=2', 'request.malformed', /page\[size\]/)
  refused('/orders?page[sise]=2', 'resolve.name', /Did you mean 'page\[size\]'/)
  refused('/orders?count=many', 'request.malformed', /exact or estimate/)
  refused('/orders?sort=', 'request.malformed', /empty name/)
  refused('/orders?include=a..b', 'request.malformed', /empty name/)
  refused('/orders?include[items]=1', 'request.malformed', /says nothing/)
  refused('/orders?include[items][page][after]=x', 'resolve.name', /\/\{collection\}\/\{id\}\/\{relation\}/)
  refused('/orders?include[items][limit]=1', 'resolve.name', /no parameter 'limit'/)
  refused('/orders/aggregate?measure=count&page[after]=x', 'resolve.name', /page\[size\]/)
  refused(`/orders?filter${'[a]'.repeat(40)}=1`, 'resolve.limit', /41 deep; 32/)
  refused(`/orders?include=${Array(40).fill('a').join('.')}`, 'resolve.limit', /40 deep/)
})

test('no query string makes anything but an ask or a failure of the caller', () => {
  const piece = fc.constantFrom('filter', 'include', 'page', 'sort', '[', ']', '[a]', '[in]', '[null]', '[or]', '[0]', '[filter]', '=', '&', '%', '%5B', '%5d', '%00', '%C3', '+', ',', '.', 'size', 'after', '1', '__proto__', '\u00fc')
  fc.assert(fc.property(fc.array(piece, { maxLength: 14 }).map(x => x.join('')), query => {
    try {
      whole(`/orders?${query}`)
    } catch (error) {
      assert.ok(error instanceof Failure && error.row.status === 400, `${query}: ${String(error)}`)
    }
  }), { numRuns: 2000 })
})
