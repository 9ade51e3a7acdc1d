// What documents may ask for at most, and how soon what is too much is refused.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { graphql } from '../../src/protocols/graphql/index.ts'
import { serve, type Serving } from '../../src/server/index.ts'
import { id } from '../../src/testkit/index.ts'
import { listen, type Listening } from '../rest/listening.ts'

interface Answer { readonly data?: unknown; readonly errors?: readonly { message: string; locations: object[]; extensions: { code: string; limit?: string; cost?: number; budget?: number } }[]; readonly extensions?: { cost: { asked: number; budget: number } } }

describe('limits of GraphQL', () => {
  let at: Listening, small: Serving
  before(async () => {
    at = await listen()
    small = await serve({ protocols: [graphql({ engine: at.engine, limits: { depth: 6, fields: 30, aliases: 3, directives: 3, tokens: 200, roots: 4, cost: 100 } })], engine: at.engine, port: 0 })
  })
  after(async () => {
    await small.close()
    await at.serving.close()
  })
  const send = async (query: string, url = small.url): Promise<Answer> =>
    await (await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) })).json() as Answer
  const refused = async (query: string, limit: string | undefined, url?: string): Promise<void> => {
    const begun = performance.now()
    const { data, errors } = await send(query, url)
    assert.ok(performance.now() - begun < 500, `it took ${Math.round(performance.now() - begun)} ms`)
    assert.equal(data, undefined)
    const [first] = errors ?? []
    assert.deepEqual([first?.extensions.code, first?.extensions.limit], ['resolve.limit', limit], JSON.stringify(errors).slice(0, 300))
    assert.ok(first?.locations.length, 'it has a location')
    assert.match(first.message, limit === undefined ? /itself|characters/ : /budget|token/i)
  }

  test('depth, through fragments too', async () => {
    assert.equal((await send('{ post(id: "x") { author { manager { manager { name } } } } }')).errors, undefined)
    await refused('{ post(id: "x") { author { manager { manager { manager { manager { name } } } } } } }', 'depth')
    await refused('{ post(id: "x") { author { ...A } } } fragment A on Person { manager { ...B } } fragment B on Person { manager { manager { manager { name } } } }', 'depth')
  })
  test('breadth, every spread counted', async () => {
    await refused(`{ post(id: "x") { ${'title '.repeat(31)} } }`, 'fields')
    await refused(`{ post(id: "x") { ...A ...A ...A ...A } } fragment A on Post { ${'title views '.repeat(4)} }`, 'fields')
  })
  test('aliases, directives, fields of the root, tokens', async () => {
    await refused('{ a: tag(id: "x") { id } b: tag(id: "x") { id } c: tag(id: "x") { id } d: tag(id: "x") { id } }', 'aliases')
    await refused('{ tag(id: "x") { id @skip(if: false) label @include(if: true) id @skip(if: false) label @skip(if: false) } }', 'directives')
    await refused('query @a @b @c @d { __typename }', 'directives')
    await refused('{ tag(id: "x") { id } tags { totalCount } post(id: "x") { id } posts { totalCount } people: persons { totalCount } }', 'roots')
    await refused(`{ ${'__typename '.repeat(250)} }`, 'tokens')
  })
  test('cost is known before anything runs, and told', async () => {
    await refused('{ posts(first: 20) { nodes { comments(first: 5) { nodes { id } } } } }', 'cost')
    const { extensions } = await send('{ posts(first: 10) { nodes { comments(first: 5) { edges { node { id } } } tags(first: 2) { nodes { id } } } } tag(id: "art") { id } }')
    assert.deepEqual(extensions, { cost: { asked: 10 + 50 + 20 + 1, budget: 100 } })
    assert.deepEqual((await send('{ posts { totalCount } }')).extensions?.cost.asked, 0)
  })
  test('names that are too long, fragments that contain themselves', async () => {
    await refused(`{ ${'x'.repeat(64)}: __typename }`, undefined)
    await refused('{ post(id: "x") { ...A } } fragment A on Post { author { ...B } } fragment B on Person { posts { nodes { ...A } } }', undefined)
    await refused('{ __typename } fragment A on Post { ...A }', undefined)
  })
  test('floods are refused or answered within half a second, with the usual limits', async () => {
    const url = at.serving.url
    for (const query of [
      `{ ${'a: __typename '.repeat(5000)} }`, `{ ${Array.from({ length: 5000 }, (_, i) => `a${i}: __typename`).join(' ')} }`, `{ posts { ${'nodes { '.repeat(3000)} `, `{${'...A '.repeat(4000)}} fragment A on Query { __typename }`,
      `{ __typename ${'@skip(if: false) '.repeat(3000)} }`, Array.from({ length: 2000 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} }`).join(' ') + ' { ...F0 }', `query(${Array.from({ length: 2000 }, (_, i) => `$v${i}: Int`).join()}) { __typename }`,
      `{ ${Array.from({ length: 900 }, (_, i) => `x${i}`).join(' ')} }`, `{ posts(where: ${'{ not: '.repeat(3000)}{}${' }'.repeat(3000)}) { totalCount } }`, `{ tag(id: "${'x'.repeat(200_000)}") { id } }`, `{ tag(id: """${'x'.repeat(900_000)}""") { id } }`, `{ tag(id: ${'""" '.repeat(60_001)} }`, `${'"'.repeat(300_001)}`, `# ${'x'.repeat(500_000)}\n{ __typename }`,
      `{ ${'__schema { types { fields { type { fields { type { fields { type { name } } } } } } } } '} }`, `${'fragment A on Post { title } '.repeat(1500)} { __typename }`, `${'{ a } '.repeat(2000)}`, `{ node(id: "x") { ${'... on Post { title '.repeat(800)}${'}'.repeat(800)} } }`,
      `{ ${'tag(id: "x") { label } '.repeat(900)} }`, `mutation { ${Array.from({ length: 90 }, (_, i) => `m${i}: deleteTag(id: "x") { id }`).join(' ')} }`,
    ]) {
      const begun = performance.now()
      const answer = await send(query, url)
      assert.ok(performance.now() - begun < 500, `${Math.round(performance.now() - begun)} ms for ${query.slice(0, 60)}`)
      assert.ok(answer.errors === undefined || answer.errors.every(e => e.extensions.code !== 'internal'), JSON.stringify(answer.errors))
      assert.ok((answer.errors?.length ?? 0) <= 101)
    }
  })
  test('relations deeper than the engine goes, and filters wider, are refused with their field', async () => {
    const { errors } = await send(`{ post(id: "${id(11)}") { author { manager { manager { manager { manager { manager { manager { name } } } } } } } } }`, at.serving.url)
    assert.equal(errors?.[0]?.extensions.code, 'resolve.value')
    const wide = await send(`{ posts(where: { or: [${'{ views: { eq: 1 } } '.repeat(61)}] }) { totalCount } }`, at.serving.url)
    assert.equal(wide.errors?.[0]?.extensions.code, 'resolve.value')
  })
})
