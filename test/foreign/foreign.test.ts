// A foreign contract of another taste than the examples': its own path, scheme, pages, statuses and form of failures, over the application of the how-to.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { compileModel, open, type Application, type Backend } from 'backwright'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { SignJWT } from 'jose'
import { testServer } from '../server.ts'

type Json = Readonly<Record<string, unknown>>
interface Answer { readonly status: number; readonly body: Json; readonly headers: Headers; readonly statements: number }
const secret = 'a secret for tests that is long enough', root = path.dirname(path.dirname(import.meta.dirname))
const folder = mkdtempSync(path.join(tmpdir(), 'bw-foreign-'))
let application: Application, url: string, statements = 0
const ends: (() => Promise<unknown> | void)[] = [() => rmSync(folder, { recursive: true, force: true })]
const tokens = new Map<string, string>()

before(async () => {
  const page = readFileSync(path.join(root, 'docs/how-to/foreign-contract.md'), 'utf8'), [, text = ''] = /```ts file=club\.ts\n([\s\S]*?)```/.exec(page) ?? []
  const file = path.join(folder, 'club.ts')
  writeFileSync(file, text.replace("'backwright'", JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)))
  const { default: club } = await import(pathToFileURL(file).href) as { default: Backend }
  const fresh = await (await testServer()).freshDatabase()
  ends.unshift(() => fresh.drop())
  const { user, password, host, port, database } = fresh.config
  application = await open(club, {
    url: `postgres://${user}:${password}@localhost/${database}?${new URLSearchParams({ host, port: String(port) }).toString()}`, schema: 'apply', tokens: { secret },
    observe: o => { if (o.kind === 'request') ({ statements } = o) },
  })
  ends.unshift(() => application.close())
  const system = application.db(application.system('sets the test up')) as unknown as Record<string, { create(rows: unknown): Promise<unknown> }>
  await system['member']?.create([{ handle: 'ida', email: 'ida@x.example' }, { handle: 'ole', email: 'ole@x.example' }])
  for (const name of ['ida', 'ole']) {
    tokens.set(name, await new SignJWT({ email: `${name}@x.example`, email_verified: true }).setSubject(name).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(new TextEncoder().encode(secret)))
  }
  url = (await application.serve({ port: 0 })).url
})
after(async () => { for (const end of ends) await end() })

async function ask(who: string | null, method: string, at: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await fetch(url + at, {
    method, headers: { ...(who === null ? {} : { authorization: `Key ${tokens.get(who) ?? who}` }), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await answer.text()
  await new Promise(setImmediate)
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Json, headers: answer.headers, statements }
}
const fault = (kind: string, about: Json) => (answer: Answer): void => {
  const { kind: told, about: of } = answer.body['fault'] as Json
  assert.deepEqual({ kind: told, about: of }, { kind, about })
}

test('names, wrapping and status are the contract\'s; our own REST is beside it under the same rules', async () => {
  const made = await ask('ida', 'POST', '/v1/films', { film: { code: 'M', name: 'M' } })
  assert.equal(made.status, 200)
  assert.deepEqual(made.body, { film: { code: 'M', name: 'M', state: 'announced', taken: 0, mine: false, edition: 1, bookedBy: { name: 'ida', motto: null } } })
  assert.equal((await ask('ole', 'GET', '/v1/films/M')).status, 410)
  const own = await fetch(`${url}/api/films?filter[code]=M&fields=title`, { headers: { authorization: `Bearer ${tokens.get('ida') ?? ''}` } })
  assert.deepEqual(((await own.json()) as Json)['data'], [{ title: 'M' }])
  assert.equal((await fetch(`${url}/api/films`, { headers: { authorization: `Key ${tokens.get('ida') ?? ''}` } })).status, 401)
})

test('a transition is taken once, and may be asked for again', async () => {
  fault('row.missing', { film: ['is unknown'] })(await ask('ole', 'POST', '/v1/films/M/show'))
  fault('caller.forbidden', { seat: ['is not for sale yet'] })(await ask('ida', 'PUT', '/v1/films/M/seat'))
  const shown = await ask('ida', 'POST', '/v1/films/M/show'), again = await ask('ida', 'POST', '/v1/films/M/show')
  assert.equal((shown.body['film'] as Json)['state'], 'showing')
  assert.deepEqual(again.body, shown.body)
  fault('caller.forbidden', { film: ['Not allowed'] })(await ask('ole', 'POST', '/v1/films/M/show'))
})

test('versions in the body, and the row as it is beside the failure', async () => {
  const renamed = await ask('ida', 'PATCH', '/v1/films/M', { film: { name: 'M (1931)', edition: 2 } })
  assert.equal((renamed.body['film'] as Json)['edition'], 3)
  const stale = await ask('ida', 'PATCH', '/v1/films/M', { film: { name: 'x', edition: 2 } })
  assert.equal(stale.status, 409)
  fault('row.stale', { edition: ['is old'] })(stale)
  assert.deepEqual(stale.body['film'], renamed.body['film'])
  // Who may not is told so before the version is looked at, and that before what does not fit.
  assert.equal((await ask('ole', 'PATCH', '/v1/films/M', { film: { name: '', edition: 'x' } })).status, 403)
  assert.equal((await ask('ida', 'PATCH', '/v1/films/M', { film: { name: '', edition: 2 } })).status, 409)
  const wrong = await ask('ida', 'PATCH', '/v1/films/M', { film: { name: '', edition: 1.5, nmae: 1 } })
  assert.equal(wrong.status, 422)
  assert.deepEqual(Object.keys((wrong.body['fault'] as Json)['about'] as Json).toSorted(), ['edition', 'name', 'nmae'])
  assert.deepEqual(((wrong.body['fault'] as Json)['about'] as Json)['name'], ['must be filled in'])
})

test('If-Match is what a GET of the address said, and is asked where the version is', async () => {
  const tag = async () => (await ask('ida', 'GET', '/v1/films/M')).headers.get('etag') ?? '', old = await tag(), given = (name: string) => ({ film: { name } })
  assert.deepEqual((await ask('ida', 'PATCH', '/v1/films/M', given('M, 1931'), { 'if-match': old })).status, 200)
  const stale = await ask('ida', 'PATCH', '/v1/films/M', given('x'), { 'if-match': old })
  assert.deepEqual([stale.status, (stale.body['film'] as Json)['name']], [409, 'M, 1931'])
  assert.equal((await ask('ole', 'PATCH', '/v1/films/M', given(''), { 'if-match': old })).status, 403)
  assert.equal((await ask('ida', 'DELETE', '/v1/films/M', undefined, { 'if-match': old })).status, 409)
  assert.equal((await ask('ida', 'PATCH', '/v1/films/M', given('x'), { 'if-match': 'none' })).status, 400)
  // Of several that name what is there now one wins, and both conditions must hold.
  const now = await tag(), all = await Promise.all([1, 2, 3, 4].map(i => ask('ida', 'PATCH', '/v1/films/M', given(`M ${i}`), { 'if-match': `"x", ${now}` })))
  assert.deepEqual(all.map(a => a.status).toSorted((a, b) => a - b), [200, 409, 409, 409])
  const { edition } = (await ask('ida', 'GET', '/v1/films/M')).body['film'] as { edition: number }
  for (const [said, status] of [[edition - 1, 409], [edition, 200]] as const) assert.equal((await ask('ida', 'PATCH', '/v1/films/M', { film: { name: 'M (1931)', edition: said } }, { 'if-match': await tag() })).status, status)
})

test('ties are made and taken away as often as asked, also at once, and counted exactly', async () => {
  const seats = await Promise.all(Array.from({ length: 12 }, (_, i) => ask(i % 2 ? 'ida' : 'ole', 'PUT', '/v1/films/M/seat')))
  assert.deepEqual([...new Set(seats.map(s => s.status))], [200])
  assert.deepEqual((({ taken, mine }) => ({ taken, mine }))((await ask('ole', 'GET', '/v1/films/M')).body['film'] as Json), { taken: 2, mine: true })
  await Promise.all([1, 2, 3].map(() => ask('ole', 'DELETE', '/v1/films/M/seat')))
  assert.deepEqual((({ taken, mine }) => ({ taken, mine }))((await ask('ole', 'GET', '/v1/films/M')).body['film'] as Json), { taken: 1, mine: false })
})

test('lists: filters, pages by their own names, the number of all, one statement', async () => {
  for (const code of ['A', 'B', 'C', 'D']) {
    await ask('ole', 'POST', '/v1/films', { film: { code, name: code } })
    await ask('ole', 'POST', `/v1/films/${code}/show`)
  }
  const codes = (a: Answer): unknown[] => [(a.body['films'] as Json[]).map(f => f['code']).join(''), a.body['matches']]
  const first = await ask(null, 'GET', '/v1/films')
  assert.deepEqual([codes(first), first.statements], [['AB', 5], 1])
  assert.equal(Object.hasOwn((first.body['films'] as Json[])[0] ?? {}, 'mine'), false)
  assert.deepEqual(codes(await ask(null, 'GET', '/v1/films?per=9&from=1')), ['BCD', 5])
  assert.deepEqual(codes(await ask(null, 'GET', '/v1/films?from=5')), ['', 5])
  assert.deepEqual(codes(await ask(null, 'GET', '/v1/films?by=ida')), ['M', 1])
  assert.deepEqual(codes(await ask(null, 'GET', '/v1/films?visitor=ida&by=ole')), ['', 0])
  assert.deepEqual(codes(await ask('ida', 'GET', '/v1/films/mine')), ['M', 1])
  const wrong = await ask(null, 'GET', '/v1/films?per=0&from=-1&by=a&by=b&nobody=1')
  assert.equal(wrong.status, 422)
  assert.deepEqual(Object.keys((wrong.body['fault'] as Json)['about'] as Json).toSorted(), ['by', 'from', 'nobody', 'per'])
  const tag = first.headers.get('etag') ?? ''
  assert.equal((await fetch(`${url}/v1/films`, { headers: { 'if-none-match': tag } })).status, 304)
  assert.deepEqual((await ask(null, 'GET', '/v1/states')).body, { states: ['showing'] })
  assert.deepEqual((await ask(null, 'GET', '/v1/people')).body, { people: [{ name: 'ida', motto: null }, { name: 'ole', motto: null }] })
})

test('the caller\'s own row; an empty text is null where that may stand', async () => {
  assert.deepEqual((await ask('ole', 'PUT', '/v1/me', { person: { motto: 'Action!' } })).body, { person: { name: 'ole', motto: 'Action!' } })
  assert.deepEqual((await ask('ole', 'PUT', '/v1/me', { person: { motto: '' } })).body, { person: { name: 'ole', motto: null } })
  fault('row.duplicate', { name: ['is there already'] })(await ask('ole', 'PUT', '/v1/me', { person: { name: 'ida' } }))
})

test('what cannot be read, is not there or is not signed in is told in the contract\'s form', async () => {
  const told = async (who: string | null, method: string, at: string, body?: unknown) => { const { status, body: said } = await ask(who, method, at, body); return [status, (said['fault'] as Json)['kind']] }
  assert.deepEqual(await told(null, 'POST', '/v1/films/none/show'), [401, 'caller.unknown'])
  assert.deepEqual(await told('nonsense', 'GET', '/v1/films'), [401, 'caller.token'])
  assert.deepEqual(await told('ida', 'POST', '/v1/films', '{'), [400, 'request.malformed'])
  assert.deepEqual(await told('ida', 'POST', '/v1/films', { movie: {} }), [422, 'resolve.value'])
  assert.deepEqual(await told('ida', 'GET', '/v1/nothing'), [404, 'request.route'])
  assert.deepEqual(await told('ida', 'PUT', '/v1/films'), [405, 'request.method'])
  assert.equal((await fetch(`${url}/v1/films`, { method: 'OPTIONS' })).headers.get('allow'), 'GET, HEAD, POST, OPTIONS')
  assert.equal((await ask('ida', 'DELETE', '/v1/films/M')).status, 204)
  assert.equal((await ask('ida', 'GET', '/v1/films/M')).status, 410)
})

test('a request that says which it is is carried out once', async () => {
  const once = (key: string, body: unknown) => ask('ida', 'POST', '/v1/films', body, { 'idempotency-key': key })
  const first = await once('k-1', { film: { code: 'O', name: 'Once' } }), again = await once('k-1', { film: { code: 'O', name: 'Once' } })
  assert.deepEqual([again.status, again.body, again.headers.get('idempotent-replayed')], [200, first.body, 'true'])
  fault('request.reused', { request: ['That key belongs to another request'] })(await once('k-1', { film: { code: 'P', name: 'Once' } }))
  fault('row.duplicate', { code: ['is there already'] })(await once('k-2', { film: { code: 'O', name: 'Twice' } }))
  const replayed = await once('k-2', { film: { code: 'O', name: 'Twice' } })
  assert.deepEqual([replayed.status, replayed.headers.get('idempotent-replayed')], [409, 'true'])
  await ask('ida', 'POST', '/v1/films/O/show')
  for (const key of ['k-3', 'k-3']) assert.equal((await ask('ida', 'PUT', '/v1/films/O/seat', undefined, { 'idempotency-key': key })).status, 200)
})

test('what is asked for in odd ways is answered all the same', async () => {
  const head = await fetch(`${url}/v1/films`, { method: 'HEAD' })
  assert.deepEqual([head.status, await head.text()], [200, ''])
  assert.equal((await ask('ida', 'PATCH', '/v1/films/O', { film: { name: 'a\u0000b' } })).status, 422)
  assert.equal((await ask('ida', 'PATCH', '/v1/films/O', { film: { name: 'x'.repeat(2_000_000) } })).status, 413)
  // Who may comes first, though nothing of the body was read; what is not there before it too; and where a body means nothing, it is refused all the same.
  const large = 'x'.repeat(1_100_000), statuses = async (...asked: readonly (readonly [who: string | null, method: string, at: string])[]) => Promise.all(asked.map(async ([who, method, at]) => (await ask(who, method, at, large)).status))
  assert.deepEqual(await statuses([null, 'PATCH', '/v1/films/O'], ['nonsense', 'PATCH', '/v1/films/O'], ['ida', 'PATCH', '/v1/films/none'], ['ole', 'PATCH', '/v1/films/O'], ['ida', 'PATCH', '/v1/films/O'], ['ida', 'POST', '/v1/films']), [401, 401, 410, 403, 413, 413])
  assert.deepEqual(await statuses([null, 'PUT', '/v1/films/O/seat'], ['ida', 'PUT', '/v1/films/O/seat'], ['ida', 'POST', '/v1/nothing'], ['ida', 'DELETE', '/v1/films/none']), [401, 413, 404, 413])
  assert.equal((await ask('ole', 'PATCH', '/v1/films/O', 'x', { 'content-type': 'nonsense' })).status, 403)
  assert.equal((await ask('ida', 'GET', '/v1/films/%zz')).status, 400)
  assert.equal((await ask('ida', 'POST', '/v1/films', '{"film":{}}', { 'content-type': 'text/plain' })).status, 415)
  assert.equal((await fetch(`${url}/v1/films/`)).status, 404)
  assert.equal((await fetch(`${url}/v1`)).status, 404)
})

test('the document of the contract says what is answered', async () => {
  const document = (await ask(null, 'GET', '/v1/openapi.json')).body
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv as never)
  ajv.addSchema(document, 'document')
  const fits = (at: string, method: string, status: number | 'default', body: unknown): void => {
    const paths = document['paths'] as Readonly<Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, unknown>> }>>>>
    assert.ok(paths[at]?.[method]?.responses[status], `${method} ${at} ${status}`)
    const pointer = status === 'default' ? '#/components/responses/Refusal' : `#/paths/${at.replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')}/${method}/responses/${status}`
    const valid = ajv.compile({ $ref: `document${pointer}/content/application~1json/schema` })
    assert.ok(valid(body), `${method} ${at}: ${ajv.errorsText(valid.errors)}`)
  }
  await ask('ida', 'POST', '/v1/films', { film: { code: 'Z', name: 'Z' } })
  await ask('ida', 'POST', '/v1/films/Z/show')
  fits('/films', 'get', 200, (await ask(null, 'GET', '/v1/films')).body)
  fits('/films/{film}', 'get', 200, (await ask(null, 'GET', '/v1/films/Z')).body)
  fits('/people', 'get', 200, (await ask(null, 'GET', '/v1/people')).body)
  fits('/states', 'get', 200, (await ask(null, 'GET', '/v1/states')).body)
  fits('/films/{film}', 'patch', 200, (await ask('ida', 'PATCH', '/v1/films/Z', { film: { name: 'Zed' } })).body)
  fits('/films/{film}', 'get', 'default', (await ask(null, 'GET', '/v1/films/none')).body)
  const made = (document['paths'] as Json)['/films'] as { readonly post: { readonly requestBody: object; readonly security: unknown } }
  assert.deepEqual(made.post.security, [{ token: [] }])
  assert.deepEqual(Object.keys((made.post.requestBody as { content: { 'application/json': { schema: { properties: { film: { properties: object } } } } } }).content['application/json'].schema.properties.film.properties), ['code', 'name'])
})

test('mistakes of a contract are told at start, with their places', async () => {
  const { backend, Entity, model, resource, text, access, allow } = await import('backwright')
  class Note extends Entity {
    text = text()
    static access = access(Note, () => [allow('read').always()])
  }
  const notes = model({ note: Note })
  const note = resource(Note, { as: 'note', by: 'text', fields: ['text', 'txet' as 'text'] })
  const said = (): string => {
    try {
      compileModel(backend({ model: notes, contracts: { wrong: notes.contract({ path: '/api', failures: { 'row.mising': 'x' }, routes: { 'GET /z': note.list({ where: { text: 7 as never } }), 'GET /notes/{nte}': note.get(), 'FETCH /x': note.list(), 'POST /y': note.call('jump') } }) } }))
    } catch (error) { return String(error) }
    return ''
  }
  const text_ = said()
  for (const part of ["'txet' does not exist on Note. Did you mean 'text'?", 'Note.text is not unique', "There is no failure 'row.mising'. Did you mean 'row.missing'?", '{nte} is no resource of the contract. Did you mean', "'FETCH /x' is no method and path", "There is no action 'jump'", '/api is where REST is', 'GET /z: text ', 'foreign.test.ts:']) {
    assert.ok(text_.includes(part), `${part}\n${text_}`)
  }
})
