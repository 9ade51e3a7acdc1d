// GraphQL over HTTP to the letter: graphql-http's audits, and what they do not ask.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import vm from 'node:vm'
import { serverAudits } from 'graphql-http'
import { graphql, sdlOf } from '../../src/protocols/graphql/index.ts'
import { world } from '../../src/testkit/index.ts'
import { listen, type Listening } from '../rest/listening.ts'

const modern = 'application/graphql-response+json'

describe('GraphQL over HTTP', () => {
  let at: Listening, url: string
  before(async () => {
    at = await listen()
    url = `${at.serving.url}/graphql`
  })
  after(() => at.serving.close())
  const post = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', accept: modern, ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) })
  const codeOf = async (response: Response): Promise<[number, string | undefined]> => [response.status, (await response.json() as { errors?: { extensions: { code: string } }[] }).errors?.[0]?.extensions.code]

  // The audits are made with an address that is known later.
  const audits = serverAudits({ url: () => url })
  test('there are sixty-one audits', () => { assert.equal(audits.length, 61) })
  for (const audit of audits) {
    test(`${audit.id} ${audit.name}`, async () => {
      const result = await audit.fn()
      assert.equal(result.status, 'ok', 'reason' in result ? result.reason : '')
    })
  }

  test('a query by GET, with variables; a mutation is refused there', async () => {
    const query = new URLSearchParams({ query: 'query One($id: ID!) { tag(id: $id) { label } }', variables: '{"id":"a,b"}', operationName: 'One' })
    const answer = await fetch(`${url}?${query.toString()}`, { headers: { accept: modern } })
    assert.deepEqual([answer.status, await answer.text()], [200, '{"data":{"tag":{"label":"A, b"}},"extensions":{"cost":{"asked":1,"budget":20000}}}'])
    const refused = await fetch(`${url}?query=${encodeURIComponent('mutation { deleteTag(id: "art") { id } }')}`)
    assert.deepEqual([await codeOf(refused), refused.headers.get('allow')], [[405, 'request.method'], 'POST'])
    assert.deepEqual(await codeOf(await fetch(`${url}?query=%7Ba%7D&query=%7Bb%7D`)), [400, 'request.malformed'])
    assert.deepEqual(await codeOf(await fetch(`${url}?query=%`)), [400, 'request.malformed'])
    assert.deepEqual(await codeOf(await fetch(`${url}?query=%7B__typename%7D&variables=%7B`)), [400, 'request.malformed'])
  })

  test('what is no request is refused, each in its own way', async () => {
    for (const [body, headers, wanted] of [
      [[{ query: '{ __typename }' }], {}, [400, 'request.malformed']], ['', {}, [400, 'request.malformed']], ['{"query": "{ __typename }"} x', {}, [400, 'request.malformed']],
      ['{"query":"\xff', { 'content-type': 'application/json; charset=latin1' }, [415, 'request.media']], [{ query: '{ __typename }' }, { 'content-type': 'text/plain' }, [415, 'request.media']],
      [{ query: '{ __typename }' }, { accept: 'text/html' }, [406, 'request.accept']], [{ query: '{ __typename }' }, { 'content-encoding': 'gzip' }, [415, 'request.media']],
      [`{"query":"{ __typename }","variables":${'{"a":'.repeat(70)}1${'}'.repeat(70)}}`, {}, [400, 'resolve.limit']], [`{"query":"${'x'.repeat(1_100_000)}"}`, {}, [413, 'request.size']],
      [{ query: '{ __typename }' }, { authorization: 'Bearer nonsense' }, [401, 'caller.token']],
    ] as const) assert.deepEqual(await codeOf(await post(body, headers)), wanted, JSON.stringify([body, headers]).slice(0, 100))
    for (const method of ['PUT', 'DELETE', 'PATCH']) assert.deepEqual(await codeOf(await fetch(url, { method })), [405, 'request.method'])
    assert.deepEqual(await codeOf(await fetch(`${url}/nothing`)), [404, 'request.route'])
    const options = await fetch(url, { method: 'OPTIONS' })
    assert.deepEqual([options.status, options.headers.get('allow')], [204, 'GET, HEAD, POST, OPTIONS'])
  })

  test('the media type that is preferred is answered', async () => {
    for (const [accept, wanted] of [
      ['application/json, application/graphql-response+json', modern], ['application/graphql-response+json;q=0.5, application/json', 'application/json'], ['application/*', 'application/json'],
      ['application/graphql-response+json, application/json;q=0.9', modern], ['text/html, */*;q=0.1', 'application/json'], ['application/graphql-response+json;q=0, */*', 'application/json'],
    ] as const) assert.equal((await post({ query: '{ __typename }' }, { accept })).headers.get('content-type'), `${wanted}; charset=utf-8`, accept)
  })

  test('documents by their hash: sent once, then named; by documentId too', async () => {
    const query = '{ tags(first: 1) { totalCount } }', hash = createHash('sha256').update(query).digest('hex')
    const extensions = { persistedQuery: { version: 1, sha256Hash: hash } }
    assert.deepEqual(await codeOf(await post({ extensions })), [400, 'PERSISTED_QUERY_NOT_FOUND'])
    assert.deepEqual(await codeOf(await post({ query: '{ __typename }', extensions })), [400, 'request.malformed'])
    const answer = '{"data":{"tags":{"totalCount":4}},"extensions":{"cost":{"asked":0,"budget":20000}}}'
    assert.equal(await (await post({ query, extensions })).text(), answer)
    assert.equal(await (await post({ extensions })).text(), answer)
    assert.equal(await (await post({ documentId: `sha256:${hash}` })).text(), answer)
    assert.equal(await (await fetch(`${url}?extensions=${encodeURIComponent(JSON.stringify(extensions))}`)).text(), answer)
    assert.deepEqual(await codeOf(await post({ documentId: 'x' })), [400, 'request.malformed'])
  })

  test('with known documents only, others are refused; a document that is not its hash ends the start', async () => {
    const query = '{ __typename }', hash = createHash('sha256').update(query).digest('hex')
    const other = graphql({ engine: at.engine, persisted: { documents: { [hash]: query }, only: true } })
    const ask = async (body: object): Promise<string> => {
      const { status, body: parts } = await other.answer({
        id: 'r', method: 'POST', path: '/graphql', query: '', headers: { 'content-type': 'application/json', accept: modern }, body: Buffer.from(JSON.stringify(body)),
        run: { deadline: performance.now() + 5000 }, caller: () => at.engine.identify(null, { deadline: performance.now() + 5000 }), note: () => {},
      })
      return `${status} ${parts.map(String).join('')}`
    }
    assert.equal(await ask({ documentId: hash }), '200 {"data":{"__typename":"Query"},"extensions":{"cost":{"asked":0,"budget":20000}}}')
    assert.equal(await ask({ query }), '200 {"data":{"__typename":"Query"},"extensions":{"cost":{"asked":0,"budget":20000}}}')
    assert.match(await ask({ query: '{ tags { totalCount } }' }), /^400 .*caller\.forbidden/)
    assert.match(await ask({ query: '{ tags { totalCount } }', extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } }), /^400 .*caller\.forbidden/)
    assert.throws(() => graphql({ engine: at.engine, persisted: { documents: { ['a'.repeat(64)]: query } } }), /not the one of that hash/)
  })

  test('who comes with a browser is given a page that needs nobody else; the schema is there as text', async () => {
    const page = await fetch(url, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } })
    assert.deepEqual([page.status, page.headers.get('content-type')], [200, 'text/html; charset=utf-8'])
    assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'none'/)
    const html = await page.text()
    assert.doesNotMatch(html, /https?:/)
    for (const [, file = ''] of html.matchAll(/(?:src|href)="(graphql[^"]*)"/g)) assert.equal((await fetch(`${at.serving.url}/${file}`)).status, 200, file)
    const script = await (await fetch(`${url}/explorer.js`)).text()
    assert.doesNotThrow(() => new vm.Script(`(async () => {${script}})`))
    assert.equal(await (await fetch(`${url}/schema.graphql`)).text(), await sdlOf(world))
    const quiet = await listen({ introspection: false })
    try {
      const closed = `${quiet.serving.url}/graphql`
      assert.equal((await fetch(closed, { headers: { accept: 'text/html' } })).status, 406)
      for (const path of ['/schema.graphql', '/explorer.js']) assert.equal((await fetch(closed + path)).status, 404)
      for (const query of ['{ __schema { queryType { name } } }', '{ __type(name: "Tag") { name } }', 'query { ...A } fragment A on Query { s: __schema { queryType { name } } }']) {
        assert.deepEqual(await codeOf(await fetch(closed, { method: 'POST', headers: { 'content-type': 'application/json', accept: modern }, body: JSON.stringify({ query }) })), [400, 'resolve.name'])
      }
      const wrong = await (await fetch(closed, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: '{ tagz { totalCount } }' }) })).text()
      assert.doesNotMatch(wrong, /Did you mean/)
    } finally { await quiet.serving.close() }
  })

  test('several operations need a name', async () => {
    const query = 'query A { tag(id: "art") { id } } query B { tag(id: "bio") { id } }'
    assert.deepEqual(await codeOf(await post({ query })), [400, 'request.malformed'])
    assert.deepEqual(await codeOf(await post({ query, operationName: 'C' })), [400, 'request.malformed'])
    assert.match(await (await post({ query, operationName: 'B' })).text(), /"bio"/)
  })
})
