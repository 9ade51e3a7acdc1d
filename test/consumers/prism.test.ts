// Prism between the conformance cases and the server: no answer that the contract does not document, no request refused by it that the server answers.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { contractOf } from '../../src/protocols/rest/index.ts'
import { cases, check, isRead, rows, world } from '../../src/testkit/index.ts'
import { driver, sayable } from '../conformance/driver.ts'
import { inPostgres, listen, tokenOf, type Listening } from '../rest/listening.ts'
import { excluded, prism, type Proxy } from './prism.ts'

interface Violation { readonly location: readonly string[]; readonly severity: string; readonly code: string | number; readonly message: string }
type Document = ReturnType<typeof contractOf>

/** What Prism says of an exchange that it should not have to: of an answer anything, of a request what is wrong although it was answered with success. */
function violations(answer: Response): readonly Violation[] {
  const all = JSON.parse(answer.headers.get('sl-violations') ?? '[]') as Violation[]
  return all.filter(v => v.location[0] === 'response' || answer.ok)
}
const ann = rows['person']![0]!['id'] as string, post = rows['post']![0]!['id'] as string
const said = (v: Violation): string => `${v.location.join('.')}: ${v.message}`

interface Between { readonly at: Listening; readonly database: Awaited<ReturnType<typeof inPostgres>>; readonly unread: readonly string[]; stop(): Promise<void> }
/** The world on PostgreSQL, asked through a Prism that knows it as `document` says. */
async function between(document: Document): Promise<Between> {
  const database = await inPostgres()
  let proxy: Proxy | undefined
  const at = await listen({ store: database.store, through: async serving => (proxy = await prism(document, serving.url)).url })
  return { at, database, unread: proxy?.unread ?? ['there is no proxy'], async stop() { await proxy?.stop(); await at.serving.close(); await database.drop() } }
}

describe('Prism', () => {
  let b: Between | undefined, touched = false, exchanges = 0
  before(async () => { b = await between(contractOf(world, '/api')) })
  after(async () => {
    await b?.stop()
    assert.ok(exchanges > 900, `${exchanges} exchanges`)
  })
  for (const how of ['url', 'body'] as const) {
    for (const c of cases.filter(c => sayable(c.do) && (how === 'url' || 'find' in c.do))) {
      const reason = Object.hasOwn(excluded, c.name) ? excluded[c.name] : undefined
      test(`${c.name} (${how})`, { skip: reason ?? false }, async () => {
        assert.ok(b)
        const { ask } = b.at
        if (touched) await b.database.again()
        touched = !isRead(c.do) || c.then !== undefined
        const found: string[] = []
        const watched: Pick<Listening, 'ask'> = {
          async ask(to, options) {
            const answer = await ask(to, options)
            exchanges++
            for (const v of violations(answer)) found.push(`${options?.method ?? 'GET'} ${decodeURIComponent(to)} ${answer.status}: ${said(v)}`)
            return answer
          },
        }
        const wrong = await check(driver(watched, how), c)
        assert.deepEqual(found, [])
        assert.deepEqual(b.unread, [])
        assert.deepEqual(wrong, [])
      })
    }
  }
})

type Part = { [name: string]: Part }
/** A contract that says something wrong is found out where an exchange comes by; the right one has nothing against the same. */
const controls: readonly { readonly name: string; readonly wrong: (d: Part) => unknown; readonly ask: readonly [path: string, body?: object]; readonly found: RegExp }[] = [
  { name: 'a field of another type in an answer', wrong: d => { for (const s of ['Post', 'PostFields']) put(d, `components.schemas.${s}.properties.views`, { type: 'boolean' }) }, ask: ['/posts'], found: /^response\.body\.data\.0/ },
  { name: 'a field in an answer that is not documented', wrong: d => ['Post', 'PostFields'].map(s => delete d['components']?.['schemas']?.[s]?.['properties']?.['title']), ask: [`/posts/${post}`], found: /^response\.body: .*title/ },
  { name: 'a status that is not documented', wrong: d => delete d['paths']?.['/posts']?.['post']?.['responses']?.['201'], ask: ['/posts', { title: 'x', authorId: ann }], found: /^response: .*status code/ },
  { name: 'a media type that is not documented', wrong: d => put(d, 'paths./posts.get.responses.200', { description: 'x', content: { 'text/plain': {} } }), ask: ['/posts'], found: /^response: .*media type/ },
  { name: 'a header of another form', wrong: d => put(d, 'components.headers.ETag.schema', { type: 'string', pattern: '^never$' }), ask: [`/posts/${post}`], found: /^response\.header\.etag/ },
  { name: 'a filter that is not documented', wrong: d => delete d['components']?.['schemas']?.['PostFilter']?.['properties']?.['authorId'], ask: [`/posts?filter[authorId]=${ann}`], found: /^request\.query\.filter: .*authorId/ },
  { name: 'a filter deep within others', wrong: d => put(d, 'components.schemas.PostFilter.properties.views', { type: 'boolean' }), ask: ['/comments?filter[or][0][post][views][gte]=5'], found: /^request\.query\.filter\.or\.0\.post\.views/ },
  { name: 'a filter of an included list', wrong: d => put(d, 'components.schemas.CommentFilter.properties.id', { type: 'boolean' }), ask: [`/posts?include=comments&include[comments][filter][id][not]=7`], found: /^request\.query\.include\[comments\]\[filter\]\.id/ },
  { name: 'a name that is not documented', wrong: d => put(d, 'components.schemas.PostSort', { type: 'string', enum: ['title'] }), ask: ['/posts?sort=-views'], found: /^request\.query\.sort\.0/ },
  { name: 'a key of other parts in an address', wrong: d => put(d, 'components.parameters.MembershipId.schema', { type: 'array', items: { type: 'string' }, maxItems: 1 }), ask: [`/memberships/${ann},1`], found: /^request\.path\.id/ },
  { name: 'a field of a body that is not documented', wrong: d => delete d['components']?.['schemas']?.['PostCreate']?.['properties']?.['title'], ask: ['/posts', { title: 'x', authorId: ann }], found: /^request\.body/ },
]
function put(document: Part, at: string, value: object): void {
  const names = at.split('.'), last = names.pop()!
  const holder = names.reduce<Part | undefined>((part, name) => part?.[name], document)
  assert.ok(holder?.[last], at)
  holder[last] = value as Part
}

describe('Prism finds', () => {
  let database: Between['database'] | undefined, at: Listening | undefined
  before(async () => {
    database = await inPostgres()
    at = await listen({ store: database.store })
  })
  after(async () => { await at?.serving.close(); await database?.drop() })
  for (const { name, wrong, ask: [path, body], found } of controls) {
    test(name, async () => {
      assert.ok(at)
      const document = structuredClone(contractOf(world, '/api'))
      wrong(document as unknown as Part)
      assert.notDeepEqual(document, contractOf(world, '/api'))
      const ask = async (d: Document): Promise<readonly string[]> => {
        const { serving } = at!
        const { url, unread, stop } = await prism(d, serving.url)
        try {
          const answer = await fetch(`${url}/api${path}`, { headers: { authorization: `Bearer ${await tokenOf('staff')}`, 'content-type': 'application/json' }, ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }) })
          assert.ok(answer.ok, await answer.clone().text())
          assert.deepEqual(unread, [])
          return violations(answer).map(said)
        } finally {
          await stop()
        }
      }
      assert.deepEqual(await ask(contractOf(world, '/api')), [])
      const all = await ask(document)
      assert.ok(all.some(v => found.test(v)), all.join('\n') || 'nothing was found')
    })
  }
})
