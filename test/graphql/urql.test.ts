// urql as somebody's client: queries, variables, mutations, errors, and documents by their hash.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client, fetchExchange, gql } from '@urql/core'
import { id } from '../../src/testkit/index.ts'
import { listen, tokenOf, type Listening } from '../rest/listening.ts'

let at: Listening, client: Client
before(async () => {
  at = await listen()
  const token = await tokenOf('ann')
  client = new Client({ url: `${at.serving.url}/graphql`, exchanges: [fetchExchange], preferGetMethod: false, fetchOptions: { headers: { authorization: `Bearer ${token ?? ''}` } } })
})
after(() => at.serving.close())

const posts = gql<{ posts: { edges: { cursor: string; node: { id: string; title: string; author: { name: string } | null } }[]; pageInfo: { endCursor: string; hasNextPage: boolean } } }, { after?: string | null; where?: object }>`
  query Posts($after: String, $where: PostWhere) { posts(first: 2, after: $after, where: $where, sort: { title: ASC }) { edges { cursor node { id title author { name } } } pageInfo { endCursor hasNextPage } } }`

test('pages, by POST and by GET', async () => {
  for (const preferGetMethod of [false, 'force'] as const) {
    const titles: string[] = []
    let cursor: string | null = null
    do {
      const { data, error } = await client.query(posts, { after: cursor, where: { status: { in: ['open', 'locked'] } } }, { preferGetMethod }).toPromise()
      assert.equal(error, undefined)
      titles.push(...data?.posts.edges.map(e => e.node.title) ?? [])
      cursor = data?.posts.pageInfo.hasNextPage === true ? data.posts.pageInfo.endCursor : null
    } while (cursor !== null)
    assert.deepEqual(titles, ['Alpha', 'beta', 'delta'])
  }
})

test('a mutation, and what is wrong with another', async () => {
  const create = gql<{ createPost: { post: { id: string; version: number } } }, { input: object }>`mutation Create($input: PostCreate!) { createPost(input: $input) { post { id title version } } }`
  const made = await client.mutation(create, { input: { title: 'By urql', comments: { create: [{ text: 'hello' }] } } }).toPromise()
  assert.equal(made.data?.createPost.post.version, 1)
  const { data, error } = await client.mutation(create, { input: { title: '', rating: 'x' } }).toPromise()
  assert.equal(data?.createPost ?? null, null)
  assert.deepEqual(error?.graphQLErrors.map(e => [e.path, e.extensions['code'], e.extensions['pointer']]), [[['createPost'], 'resolve.value', '/input/title'], [['createPost'], 'resolve.value', '/input/rating']])
})

test('a document by its hash', async () => {
  const { createHash } = await import('node:crypto')
  const query = `{ tag(id: "art") { label } }`, sha256Hash = createHash('sha256').update(query).digest('hex')
  const ask = async (body: object): Promise<unknown> => (await fetch(`${at.serving.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).json()
  assert.match(JSON.stringify(await ask({ extensions: { persistedQuery: { version: 1, sha256Hash } } })), /PersistedQueryNotFound/)
  assert.match(JSON.stringify(await ask({ query, extensions: { persistedQuery: { version: 1, sha256Hash } } })), /"Art"/)
  assert.match(JSON.stringify(await ask({ extensions: { persistedQuery: { version: 1, sha256Hash } } })), /"Art"/)
})

test('nobody who is not signed in is told so', async () => {
  const anonymous = new Client({ url: `${at.serving.url}/graphql`, exchanges: [fetchExchange], preferGetMethod: false })
  const { error } = await anonymous.query(gql`query($id: ID!) { person(id: $id) { name } }`, { id: id(1) }).toPromise()
  assert.equal(error?.graphQLErrors[0]?.extensions['code'], 'caller.unknown')
})
