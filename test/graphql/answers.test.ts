// What documents may say and what comes back: names and order of the caller's choosing, fragments, conditions, pages at every depth, nodes, mistakes with their places. Over both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { parse, validate, type GraphQLSchema } from 'graphql'
import { schemaOf } from '../../src/protocols/graphql/schema/index.ts'
import { id, world, type Who } from '../../src/testkit/index.ts'
import { inPostgres, listen, tokenOf, type Listening } from '../rest/listening.ts'

type Json = { readonly [name: string]: Json } & readonly Json[] & (string | number | boolean | null)
interface Answer { readonly data: Json; readonly errors?: readonly { message: string; path: (string | number)[]; locations: { line: number; column: number }[]; extensions: Readonly<Record<string, unknown>> }[]; readonly extensions?: Json }

for (const where of ['the memory store', 'PostgreSQL 18'] as const) {
  describe(`GraphQL answers over ${where}`, () => {
    let at: Listening, database: Awaited<ReturnType<typeof inPostgres>> | null = null
    before(async () => {
      database = where === 'PostgreSQL 18' ? await inPostgres() : null
      at = await listen(database ? { store: database.store } : {})
    })
    after(async () => {
      await at.serving.close()
      await database?.drop()
    })
    const text = async (query: string, as: Who = 'staff', variables?: object): Promise<string> => {
      const token = await tokenOf(as)
      const response = await fetch(`${at.serving.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) }, body: JSON.stringify({ query, variables }) })
      return response.text()
    }
    const ask = async (query: string, as?: Who, variables?: object): Promise<Answer> => JSON.parse(await text(query, as, variables)) as Answer
    const data = async (query: string, as?: Who, variables?: object): Promise<Json> => {
      const answer = await ask(query, as, variables)
      assert.equal(answer.errors, undefined, JSON.stringify(answer.errors))
      return answer.data
    }

    test('names and their order are the document\'s', async () => {
      assert.match((await text('{ z: post(id: "' + id(11) + '") { t: title __typename author { n: name k: __typename } s: status a: title } __typename a: tag(id: "art") { label } }')).replaceAll(/\s/g, ''),
        /^\{"data":\{"z":\{"t":"Alpha","__typename":"Post","author":\{"n":"Ann","k":"Person"\},"s":"open","a":"Alpha"\},"__typename":"Query","a":\{"label":"Art"\}\}/)
    })

    test('fragments are merged wherever they stand; conditions leave out', async () => {
      const query = `query Q($yes: Boolean!, $no: Boolean = false) { post(id: "${id(11)}") { ...A title @include(if: $no) ... on Post @skip(if: $no) { author { email } } ... on Node { nodeId @include(if: $no) } ... { views } } }
        fragment A on Post { author { ...B } rating @skip(if: $yes) } fragment B on Person { name }`
      assert.deepEqual(await data(query, 'staff', { yes: true }), { post: { author: { name: 'Ann', email: 'ann@world.example' }, views: 10 } })
      assert.deepEqual(await data(query, 'staff', { yes: false, no: true }), { post: { author: { name: 'Ann' }, rating: '9.5', title: 'Alpha', nodeId: Buffer.from(JSON.stringify(['post', id(11)])).toString('base64url'), views: 10 } })
    })

    test('one relation under several names, with arguments of their own', async () => {
      const query = `query($n: Int, $w: CommentWhere) { post(id: "${id(11)}") {
        a: comments(first: $n, sort: { id: ASC }) { nodes { id } totalCount pageInfo { hasNextPage hasPreviousPage } }
        b: comments(last: 1, sort: [{ id: ASC }]) { edges { node { id } } pageInfo { hasNextPage hasPreviousPage } }
        c: comments(where: $w) { totalCount nodes { text } more: nodes { id } edges { e: node { text } f: node { id } } }
        d: comments(first: 0) { totalCount edges { cursor } pageInfo { hasNextPage endCursor startCursor } } } }`
      assert.deepEqual(await data(query, 'staff', { n: 2, w: { text: { in: ['well', 'nice'] }, id: { gt: 1 } } }), { post: {
        a: { nodes: [{ id: 1 }, { id: 2 }], totalCount: 3, pageInfo: { hasNextPage: true, hasPreviousPage: false } },
        b: { edges: [{ node: { id: 6 } }], pageInfo: { hasNextPage: false, hasPreviousPage: true } },
        c: { totalCount: 1, nodes: [{ text: 'well' }], more: [{ id: 2 }], edges: [{ e: { text: 'well' }, f: { id: 2 } }] },
        d: { totalCount: 3, edges: [], pageInfo: { hasNextPage: true, endCursor: null, startCursor: null } },
      } })
    })

    test('pages of a list and of lists in it, forwards and backwards, by the cursors of edges and pages', async () => {
      const page = (args: string): string => `{ post(id: "${id(11)}") { comments(sort: { flag: DESC } ${args}) { edges { cursor node { id } } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } } }`
      const get = async (args: string): Promise<Json> => (await data(page(args)))['post']?.['comments'] as Json
      const all = await get('')
      const ids = (c: Json): Json[] => (c['edges'] as readonly Json[]).map(e => e['node']?.['id'] as Json)
      assert.deepEqual(ids(all), [6, 2, 1])
      const cursors = (all['edges'] as readonly Json[]).map(e => e['cursor'] as unknown as string)
      assert.deepEqual([all['pageInfo']?.['startCursor'], all['pageInfo']?.['endCursor']], [cursors[0], cursors[2]])
      const second = await get(`first: 1, after: "${cursors[0]}"`)
      assert.deepEqual([ids(second), second['pageInfo']?.['hasNextPage'], second['pageInfo']?.['hasPreviousPage'], second['pageInfo']?.['endCursor']], [[2], true, true, cursors[1]])
      const back = await get(`last: 2, before: "${cursors[2]}"`)
      assert.deepEqual([ids(back), back['pageInfo']?.['hasNextPage'], back['pageInfo']?.['hasPreviousPage'], back['pageInfo']?.['startCursor']], [[6, 2], true, false, cursors[0]])
      const outer = await data('{ posts(first: 1, sort: { views: DESC }) { edges { cursor } pageInfo { endCursor } } }')
      const after = outer['posts']?.['edges']?.[0]?.['cursor'] as unknown as string
      assert.equal(after, outer['posts']?.['pageInfo']?.['endCursor'])
      assert.deepEqual(await data('query($c: String) { posts(first: 1, after: $c, sort: { views: DESC }) { nodes { title } } }', 'staff', { c: after }), { posts: { nodes: [{ title: '𝒳-ray' }] } })
      for (const [args, code] of [[`after: "${cursors[0]}", sort: { title: ASC }`, 'resolve.cursor'], ['after: "x"', 'resolve.cursor'], ['first: 1, last: 1', 'resolve.value'], ['first: 1, before: "x"', 'resolve.value'], ['first: 101', 'resolve.value'], ['first: -1', 'resolve.value'], ['sort: { title: ASC, views: ASC }', 'resolve.value']] as const) {
        const { errors } = await ask(`{ posts(${args}) { nodes { id } } }`)
        assert.deepEqual([errors?.[0]?.extensions['code'], errors?.[0]?.path, errors?.[0]?.locations[0]?.line], [code, ['posts'], 1], args)
      }
      // Somebody else's cursor is refused as well.
      assert.equal((await ask('query($c: String) { posts(after: $c, sort: { views: DESC }) { nodes { id } } }', 'ann', { c: after })).errors?.[0]?.extensions['code'], 'resolve.cursor')
    })

    test('node finds what nodeId names; nothing else is found', async () => {
      const token = (...parts: unknown[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url')
      const { membership } = await data(`{ membership(id: "${id(1)},1") { nodeId } }`) as unknown as { membership: { nodeId: string } }
      assert.equal(membership.nodeId, token('membership', id(1), 1))
      const query = 'query($id: ID!) { node(id: $id) { __typename nodeId ... on Membership { since team { name } } ... on Post { title } } }'
      assert.deepEqual(await data(query, 'staff', { id: membership.nodeId }), { node: { __typename: 'Membership', nodeId: membership.nodeId, since: '2020-02-29', team: { name: 'red' } } })
      assert.deepEqual(await data(query, 'ann', { id: token('post', id(11)) }), { node: { __typename: 'Post', nodeId: token('post', id(11)), title: 'Alpha' } })
      for (const nothing of ['', 'x', id(11), token('post', id(13)), token('post', id(99)), token('nothing', 1), token('postTags', id(11), 'art'), token('post'), token('post', id(11), 2), token('constructor', 1), token({}, 1)]) {
        assert.deepEqual(await data(query, 'ann', { id: nothing }), { node: null }, nothing)
      }
    })

    test('a key of several parts, a reference to one, its parts by other names', async () => {
      assert.deepEqual(await data(`{ dutys(sort: { what: ASC }) { nodes { m: membershipId { __typename p: personId teamId } k: membershipId { __typename } } } }`), { dutys: { nodes: [
        { m: { __typename: 'DutyMembershipId', p: id(3), teamId: 2 }, k: { __typename: 'DutyMembershipId' } }, { m: null, k: null }, { m: { __typename: 'DutyMembershipId', p: id(2), teamId: 1 }, k: { __typename: 'DutyMembershipId' } },
      ] } })
    })

    test('aggregates by other names, sorted by what is not asked for', async () => {
      assert.deepEqual(await data('{ postsAggregate(groupBy: [status], sort: [{ sum: { views: DESC } }, { group: { status: ASC } }], first: 2, where: { views: { gt: 0 } }) { __typename g: group { s: status } n: count total: sum { v: views } } }'), { postsAggregate: [
        { __typename: 'PostAggregate', g: { s: 'open' }, n: 2, total: { v: '15' } }, { __typename: 'PostAggregate', g: { s: 'secret' }, n: 2, total: { v: '12' } },
      ] })
      assert.deepEqual(await data('{ postsAggregate { count } }'), { postsAggregate: [{ count: 5 }] })
      const { errors } = await ask('{ postsAggregate { group { status } count } }')
      assert.deepEqual([errors?.[0]?.extensions['code'], errors?.[0]?.path], ['resolve.value', ['postsAggregate']])
    })

    test('a document means the same whatever its variables were before: text, numbers, nulls, lists, none', async () => {
      const below = 'nodes { id comments(where: { text: { lte: $c }, id: { in: $ids } }, first: $n) { totalCount nodes { id text } } plain: comments(where: { text: { lte: $c } }) { nodes { id } } }'
      const where = '{ title: { gte: $t }, views: { gte: $v }, authorId: { in: [$a] }, status: { in: $s }, slug: { null: $none }, or: [{ views: { lt: $v } }, { views: { gt: 0 } }] }'
      const several = `query($t: String, $v: Int, $a: ID!, $s: [PostStatus!], $none: Boolean, $n: Int, $c: String, $ids: [Int!], $dir: SortDirection! = ASC) {
        posts(where: ${where}, first: $n, sort: [{ id: $dir }]) { totalCount ${below} }
        inList: posts(where: { authorId: { in: [$a] }, views: { gte: $v } }) { nodes { id } }
        postsAggregate(where: { title: { gte: $t }, views: { gte: $v } }, groupBy: [status], first: $n) { group { status } count sum { views } } }`
      const whole = `query($w: PostWhere, $x: PostWhere, $l: PostWhere, $cw: CommentWhere, $p: CommentWhere, $n: Int, $sort: [PostSort!]) {
        posts(where: $w, first: $n, sort: $sort) { totalCount nodes { id comments(where: $cw, first: $n) { totalCount nodes { id text } } plain: comments(where: $p) { nodes { id } } } }
        inList: posts(where: $l) { nodes { id } }
        postsAggregate(where: $x, groupBy: [status], first: $n) { group { status } count sum { views } } }`
      const asked: readonly Readonly<Record<string, unknown>>[] = [
        { t: 'Alpha', v: 1, n: 10, c: 'well' }, { v: 1, n: 5, c: 'more' }, { v: 5, n: 2 }, { t: null, v: 1, n: 3 }, { t: 'Beta', v: 0, n: 1, s: ['open'], ids: [1, 2, 6], dir: 'DESC' }, { none: false, c: 'nice', ids: [] }, { none: true, n: null }, {}, { t: 'B', v: 2, s: [], c: null, n: 4 },
      ]
      const summed = ({ data, errors }: Answer): unknown => ({ data, errors: errors?.map(e => e.extensions['code']) })
      let answered = 0
      for (const given of [...asked, ...asked.toReversed(), ...asked]) {
        const v = { a: id(1), dir: 'ASC', ...given } as Readonly<Record<string, unknown>>
        const said = (operator: string, name: string): object => (name in v ? { [operator]: v[name] } : {})
        const x = { title: said('gte', 't'), views: said('gte', 'v') }
        const w = { ...x, authorId: { in: [v['a']] }, status: said('in', 's'), slug: said('null', 'none'), or: [{ views: said('lt', 'v') }, { views: { gt: 0 } }] }
        const found = await ask(several, 'staff', v)
        const expected = await ask(whole, 'staff', { w, x, l: { authorId: { in: [v['a']] }, views: said('gte', 'v') }, p: { text: said('lte', 'c') }, cw: { text: said('lte', 'c'), id: said('in', 'ids') }, sort: [{ id: v['dir'] }], ...('n' in v ? { n: v['n'] } : {}) })
        if (expected.errors === undefined && expected.data['posts']!['nodes']!.length > 0) answered++
        assert.deepEqual(summed(found), summed(expected), JSON.stringify(given))
        // Equal shapes are one to the engine, wherever they come from: both could be wrong.
        if (given['c'] === 'more') assert.deepEqual(found.data['posts']!['nodes']![0]!['plain'], { nodes: [{ id: 6 }] })
      }
      assert.ok(answered > 10, `${answered} of them were answered with rows`)
    })

    test('big numbers keep their digits, in variables, literals and answers', async () => {
      const query = 'query($d: Decimal, $b: BigInt) { samples(where: { or: [{ decimalValue: { eq: $d } }, { bigintValue: { eq: $b } }] }, sort: { id: ASC }) { nodes { id decimalValue bigintValue } } }'
      const found = await text(query, 'staff', { d: '1000000000000000000000000.000000000000000000000000000001', b: '9007199254740993' })
      assert.match(found.replaceAll(/\s/g, ''), /"id":1,"decimalValue":"9.5","bigintValue":"9007199254740993"\},\{"id":4,"decimalValue":"1000000000000000000000000.000000000000000000000000000001"/)
      assert.deepEqual(await data('{ samples(where: { decimalValue: { eq: 1000000000000000000000000.000000000000000000000000000001 } }) { nodes { id } } }'), { samples: { nodes: [{ id: 4 }] } })
      assert.deepEqual(await data('{ samples(where: { bigintValue: { in: [9007199254740993] } }) { nodes { id } } }'), { samples: { nodes: [{ id: 1 }] } })
    })

    test('one field that fails leaves the others; each mistake has its place', async () => {
      const query = `query {
  tag(id: "art") { id }
  vats: persons(where: { salary: { gt: "1" } }) { nodes { id } }
  posts(where: { rating: { gt: "much" }, views: { in: [1] } }, first: 1000) { nodes { id } }
}`
      const { data: found, errors } = await ask(query, 'ann')
      assert.deepEqual(found, { tag: { id: 'art' }, vats: null, posts: null })
      // Of a field's own mistakes those that stand in the shape of it come first, and alone.
      assert.deepEqual(errors?.map(e => [e.extensions['code'], e.path, e.locations, e.extensions['pointer']]).toSorted(), [
        ['caller.forbidden', ['vats'], [{ line: 3, column: 24 }], '/where'], ['resolve.value', ['posts'], [{ line: 4, column: 71 }], '/first'],
      ])
      const values = await ask('{ posts(where: { rating: { gt: "much" }, or: [{ views: { in: [1] } }, { published: { lt: "never" } }] }) { nodes { comments(where: { text: { eq: "x" } }) { totalCount } } } }')
      assert.deepEqual(values.errors?.map(e => [e.extensions['pointer'], e.locations]), [['/where/or/1/published/lt', [{ line: 1, column: 90 }]], ['/where/rating/gt', [{ line: 1, column: 32 }]]])
    })

    test('names and values that do not exist are refused before anything is run, with their places', async () => {
      for (const [query, code, line, column] of [
        ['{\n  postz { nodes { id } } }', 'resolve.name', 2, 3], ['{ posts { nodes { titel } } }', 'resolve.name', 1, 19], ['{ posts(were: {}) { nodes { id } } }', 'resolve.name', 1, 9], ['{ posts(where: { titel: { eq: "x" } }) { totalCount } }', 'resolve.value', 1, 18],
        ['{ posts(where: { views: { eq: "x" } }) { totalCount } }', 'resolve.value', 1, 31], ['{ post { id } }', 'resolve.value', 1, 3], ['{ posts { nodes } }', 'request.malformed', 1, 11], ['{ posts(', 'request.malformed', 1, 9], ['{ posts { ...F } }', 'resolve.name', 1, 14],
        ['{ posts(where: { status: { eq: shut } }) { totalCount } }', 'resolve.value', 1, 32], ['query($x: Int) { posts { totalCount } }', 'request.malformed', 1, 7], ['query($x: Nothing) { posts(first: $x) { totalCount } }', 'resolve.name', 1, 11],
        ['{ a: posts { totalCount } a: tags { totalCount } }', 'request.malformed', 1, 3],
      ] as const) {
        const answer = await ask(query)
        assert.equal('data' in answer, false, query)
        assert.deepEqual([answer.errors?.[0]?.extensions['code'], answer.errors?.[0]?.locations[0]], [code, { line, column }], `${query} ${JSON.stringify(answer)}`)
      }
      const { errors } = await ask('query($w: PostWhere, $n: Int!) { posts(where: $w, first: $n) { totalCount } }', 'staff', { w: { titel: {} } })
      assert.deepEqual(errors?.map(e => e.extensions['code']), ['resolve.value', 'resolve.value'])
    })

    test('what is hidden from the caller is refused with the root field it stands in; what is hidden by row is null', async () => {
      const { data: found, errors } = await ask('{ persons(sort: { name: ASC }) { nodes { name salary } } me: persons(sort: { name: ASC }) { nodes { phone } } }', 'ann')
      assert.deepEqual(found, { persons: null, me: { nodes: [{ phone: '111' }, { phone: null }, { phone: null }] } })
      assert.deepEqual([errors?.[0]?.extensions['code'], errors?.[0]?.extensions['status'], errors?.[0]?.path, errors?.[0]?.locations], ['caller.forbidden', 403, ['persons'], [{ line: 1, column: 47 }]])
      assert.equal((await ask('{ persons { totalCount } }', 'nobody')).errors?.[0]?.extensions['code'], 'caller.unknown')
    })

    test('introspection beside data', async () => {
      const found = await data('query($n: String!) { tag(id: "art") { id } __type(name: $n) { name kind } schema: __schema { queryType { name } } }', 'staff', { n: 'Tag' })
      assert.deepEqual(found, { tag: { id: 'art' }, __type: { name: 'Tag', kind: 'OBJECT' }, schema: { queryType: { name: 'Query' } } })
    })

    test('more than fifty members of an object', async () => {
      const names = Array.from({ length: 119 }, (_, i) => `f${i + 1}`)
      const found = await data(`{ wide(id: "w") { __typename nodeId ${names.map((n, i) => (i % 2 === 0 ? `x_${n}: ${n}` : n)).join(' ')} } }`)
      assert.equal(found['wide']?.['x_f119'], 119)
      assert.deepEqual(Object.keys(found['wide'] ?? {}).slice(0, 3), ['__typename', 'nodeId', 'x_f1'])
    })

    test('mutations run one after the other; what one answers may be asked for as any row', async () => {
      const query = `mutation($c: Int) {
        a: createPost(input: { title: "One", comments: { create: [{ text: "x" }, { text: "y" }, { text: "z" }] }, tags: { connect: { id: "art" } } }) {
          id nodeId __typename post { title status __typename author { name } tags { nodes { label } } comments(first: $c, where: { text: { not: { eq: "x" } } }, sort: { text: DESC }) { totalCount edges { cursor node { text } } pageInfo { hasNextPage } } } }
        b: createPosts(input: [{ title: "Two" }, { title: "Three", slug: "three" }]) { ids posts { title comments { totalCount } } }
        c: createPost(input: { title: "Four", slug: "three" }) { post { id } }
        d: deletePost(id: "${id(11)}", version: 1) { id nodeId }
      }`
      const { data: found, errors } = await ask(query, 'ann', { c: 1 })
      const a = found['a'], post = a?.['post']
      assert.deepEqual([a?.['__typename'], post?.['title'], post?.['status'], post?.['__typename'], post?.['author'], post?.['tags']], ['CreatePostPayload', 'One', 'open', 'Post', { name: 'Ann' }, { nodes: [{ label: 'Art' }] }])
      assert.deepEqual([post?.['comments']?.['totalCount'], (post?.['comments']?.['edges'] ?? []).map(e => e['node']), post?.['comments']?.['pageInfo']], [2, [{ text: 'z' }], { hasNextPage: true }])
      assert.equal(a?.['nodeId'], Buffer.from(JSON.stringify(['post', a?.['id']])).toString('base64url'))
      assert.deepEqual(found['b']?.['posts'], [{ title: 'Two', comments: { totalCount: 0 } }, { title: 'Three', comments: { totalCount: 0 } }])
      assert.equal(found['b']?.['ids']?.length, 2)
      assert.equal(found['c'], null)
      assert.deepEqual(errors?.map(e => [e.extensions['code'], e.path, e.extensions['facts']]), [['row.duplicate', ['c'], { fields: ['slug'] }]])
      assert.equal(found['d']?.['id'], id(11))
      // The cursor of a mutation's answer goes on in a query.
      const cursor = post?.['comments']?.['edges']?.[0]?.['cursor']
      const more = await data('query($id: ID!, $c: String) { post(id: $id) { comments(after: $c, where: { text: { not: { eq: "x" } } }, sort: { text: DESC }) { nodes { text } } } }', 'ann', { id: a?.['id'], c: cursor })
      assert.deepEqual(more['post']?.['comments'], { nodes: [{ text: 'y' }] })
      await database?.again()
    })

    test('a mutation with a key is carried out once, answered again, and refused again', async () => {
      const make = (title: string, key: string, more = ''): string => `mutation { createTag(input: { id: "${title}", label: "x" }, idempotencyKey: "${key}") { tag { id } ${more} } }`
      const first = await text(make('k1', 'key-1')), second = await text(make('k1', 'key-1'))
      assert.equal(second, first.replace(/}$/, ',"extensions":{"replayed":["createTag"]}}'))
      assert.equal((await ask(make('k1', 'key-1', 'id'))).errors?.[0]?.extensions['code'], 'request.reused')
      const refused = await ask(make('art', 'key-2'))
      assert.deepEqual((await ask(make('art', 'key-2'))).errors, refused.errors)
      assert.equal(refused.errors?.[0]?.extensions['code'], 'row.duplicate')
      const publish = `mutation { publish(input: { posts: [{ title: "K1" }, { title: "K2" }], budget: 1 }, idempotencyKey: "key-3") { done failure { ... on TooMuchFailure { left } } } }`
      assert.deepEqual([await data(publish, 'ann'), await data(publish, 'ann')], [{ publish: { done: false, failure: { left: 1 } } }, { publish: { done: false, failure: { left: 1 } } }])
      await database?.again()
    })

    test('a declared failure is data where it is asked for, else an error', async () => {
      const input = { posts: [{ title: 'G1' }, { title: 'G2' }], budget: 1 }
      assert.deepEqual(await data('mutation($i: PublishInput!) { publish(input: $i) { done output { written } failure { __typename ... on Failure { code message } ... on TooMuchFailure { rest: left titles } } } }', 'ann', { i: input }), {
        publish: { done: false, output: null, failure: { __typename: 'TooMuchFailure', code: 'world.tooMuch', message: 'That is more than anybody may write at once', rest: 1, titles: ['G2'] } },
      })
      const { data: found, errors } = await ask('mutation($i: PublishInput!) { publish(input: $i) { done } }', 'ann', { i: input })
      assert.deepEqual([found, errors?.[0]?.extensions['code'], errors?.[0]?.extensions['status'], errors?.[0]?.extensions['facts'], errors?.[0]?.path], [{ publish: null }, 'world.tooMuch', 409, { left: 1, titles: ['G2'] }, ['publish']])
    })
  })
}

test('the schema is the same every time, and every document of the pages of it is valid', () => {
  const schema: GraphQLSchema = schemaOf(world)
  assert.deepEqual(validate(schema, parse('{ posts(where: { author: { null: false }, comments: { some: { text: { containsi: "A" } } }, not: { status: { in: [open] } } }, sort: [{ author: { name: DESC } }]) { totalCount } }')), [])
})
