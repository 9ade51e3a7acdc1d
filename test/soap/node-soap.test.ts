// node-soap, which knows nothing of us but the WSDL, as somebody's client: both versions, every operation, typed faults, WS-Security.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import soap from 'soap'
import { id } from '../../src/testkit/index.ts'
import { listen, tokenOf, type Listening } from '../rest/listening.ts'

type Row = Readonly<Record<string, unknown>>
interface Client { call(name: string, input: object): Promise<Row> }
let at: Listening
before(async () => { at = await listen() })
after(() => at.serving.close())

async function client(as: 'ann' | 'staff', { forceSoap12Headers = false, header = false } = {}): Promise<Client> {
  const made = await soap.createClientAsync(`${at.serving.url}/soap?wsdl`, { forceSoap12Headers, endpoint: `${at.serving.url}/soap` })
  const token = await tokenOf(as) ?? ''
  made.setSecurity(header ? new soap.WSSecurity(as, token, { passwordType: 'PasswordText', hasTimeStamp: true, mustUnderstand: true }) : new soap.BearerSecurity(token))
  return {
    async call(name, input) {
      const method: unknown = Reflect.get(made, `${name}Async`)
      assert.ok(typeof method === 'function', `the client has ${name}`)
      const [answer] = await (method.call(made, input) as Promise<[Row | null]>)
      return (answer ?? {})['result'] as Row ?? {}
    },
  }
}
const inner = (of: Row, ...path: readonly string[]): Row => path.reduce((at, name) => (at[name] ?? {}) as Row, of)
const rows = (result: Row): readonly Row[] => (Array.isArray(result['data']) ? result['data'] : result['data'] === undefined ? [] : [result['data']]) as readonly Row[]

for (const forceSoap12Headers of [false, true]) {
  test(`SOAP ${forceSoap12Headers ? '1.2' : '1.1'}: lists, includes, pages`, async () => {
    const ann = await client('ann', { forceSoap12Headers })
    const found = await ann.call('FindPosts', {
      filter: { views: { gte: 5 }, comments: { some: { text: { contains: 'i' } } } }, sort: ['-views'], fields: ['title', 'views', 'published', 'rating'],
      include: { author: { fields: ['name'] }, comments: { sort: ['id'], fields: ['text'], page: { size: 2 } } }, page: { size: 1 }, count: 'exact',
    })
    assert.deepEqual(rows(found).map(r => [r['title'], r['views'], (r['author'] as Row)['name'], (r['published'] as Date).toISOString(), Number(r['rating'])]), [['Alpha', 10, 'Ann', '2026-01-01T10:00:00.000Z', 9.5]])
    assert.deepEqual((inner(rows(found)[0] ?? {}, 'comments')['item'] as Row[]).map(c => c['text']), ['nice', 'well'])
    const page = found['page'] as Row
    assert.deepEqual([Number(page['total']), page['more'], page['next']], [1, ['comments'], undefined])
    const first = await ann.call('FindTags', { sort: ['id'], page: { size: 3 } })
    const next = await ann.call('FindTags', { sort: ['id'], page: { size: 3, after: (first['page'] as Row)['next'] } })
    assert.deepEqual([rows(first), rows(next)].map(list => list.map(r => r['id'])), [['a,b', 'art', 'bio'], ['äö/ü']])
  })
}

test('one row from its creation to its end', async () => {
  const ann = await client('ann')
  const made = await ann.call('CreatePost', {
    data: { title: 'Söap & <more>', rating: '9.990', comments: { create: [{ text: 'one' }, { text: 'two', writer: { connect: { email: 'ben@world.example' } } }] }, tags: { connect: [{ id: 'art' }] } },
    include: { comments: { sort: ['text'], fields: ['text', 'signature'] }, tags: {} },
  })
  const row = made['data'] as Row
  assert.deepEqual([row['title'], row['status'], made['created'], made['version']], ['Söap & <more>', 'open', true, '1'])
  assert.deepEqual(((row['comments'] as Row)['item'] as Row[]).map(c => c['signature']), [undefined, 'Ben'])
  const changed = await ann.call('UpdatePost', { id: made['id'], version: made['version'], data: { title: 'Changed' }, fields: ['title'] })
  assert.deepEqual([changed['data'], changed['version']], [{ title: 'Changed' }, '2'])
  assert.deepEqual(rows(await ann.call('AggregatePosts', { filter: { authorId: { eq: id(1) } }, group: ['status'], measure: ['count', 'sum(views)'], sort: ['status'] })).map(r => [(r['group'] as Row)['status'], Number(r['count']), Number((r['sum'] as Row)['views'])]), [['locked', 1, 0], ['open', 2, 10], ['secret', 1, 7]])
  await ann.call('DeletePost', { id: made['id'], version: '2' })
  await assert.rejects(ann.call('GetPost', { id: made['id'] }), (error: { root?: { Envelope: { Body: { Fault: Row } } } }) => {
    const fault = error.root?.Envelope.Body.Fault ?? {}
    assert.deepEqual([fault['faultcode'], inner(fault, 'detail', 'Failure')['code']], ['soap:Client', 'row.missing'])
    return true
  })
})

test('mistakes are told with their places', async () => {
  const staff = await client('staff', { forceSoap12Headers: true })
  await assert.rejects(staff.call('CreatePerson', { data: { name: '', email: 'no', age: 'x' } }), (error: { root?: { Envelope: { Body: { Fault: Row } } } }) => {
    const failure = inner(error.root?.Envelope.Body.Fault ?? {}, 'Detail', 'Failure') as unknown as { code: string; mistake: { pointer: string }[] }
    assert.deepEqual([failure.code, failure.mistake.map(m => m.pointer).sort()], ['resolve.value', ['/data/age', '/data/email', '/data/name']])
    return true
  })
})

test('WS-Security: a UsernameToken with a token for a password, and a Timestamp', async () => {
  const ann = await client('ann', { header: true })
  assert.equal(((await ann.call('GetPost', { id: id(12), fields: ['title', 'draft'] }))['data'] as Row)['title'], 'beta')
})
