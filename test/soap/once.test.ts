// A message that says which request it is: carried out once, answered again, whatever its other headers say; another message with its key is refused.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { inPostgres, listen, tokenOf, type Listening } from '../rest/listening.ts'
import { envelope, namespace, operation, send, soap12, wsse, wsu, type Answered } from './asking.ts'

let at: Listening, database: Awaited<ReturnType<typeof inPostgres>>
before(async () => {
  database = await inPostgres()
  at = await listen({ store: database.store })
})
after(async () => {
  await at.serving.close()
  await database.drop()
})

const block = (key: string): string => `<k:IdempotencyKey xmlns:k="${namespace}" s:mustUnderstand="1">${key}</k:IdempotencyKey>`
const create = (title: string, key: string, more = ''): Promise<Answered> => send(at, envelope(operation('CreatePost', `<data><title>${title}</title></data>`), { header: block(key) + more }), { as: 'ann' })
const count = async (title: string): Promise<number> => {
  const { page } = await (await at.ask(`/posts?filter[title]=${encodeURIComponent(title)}&count=exact`, { as: 'ann' })).json() as { page: { total: number } }
  return page.total
}

test('a repeat gets the same answer, and writes nothing', async () => {
  const key = randomUUID(), first = await create('once', key)
  assert.deepEqual([first.status, first.headers.get('idempotent-replayed'), first.headers.get('idempotency-key')], [200, null, key])
  for (let i = 0; i < 2; i++) {
    const again = await create('once', key)
    assert.deepEqual([again.status, again.text, again.headers.get('idempotent-replayed')], [200, first.text, 'true'])
  }
  assert.equal(await count('once'), 1)
  const http = await send(at, envelope(operation('CreatePost', '<data><title>once</title></data>')), { as: 'ann', headers: { 'idempotency-key': `"${key}"` } })
  assert.equal(http.text, first.text)
})

test('a timestamp that differs makes no other request; another body or operation does', async () => {
  const key = randomUUID(), token = await tokenOf('ann') ?? ''
  const secured = (n: number, title: string): Promise<Answered> => send(at, envelope(operation('CreatePost', `<data><title>${title}</title></data>`), {
    header: `${block(key)}<w:Security xmlns:w="${wsse}" xmlns:u="${wsu}"><u:Timestamp><u:Created>${new Date(Date.now() - n).toISOString()}</u:Created></u:Timestamp><w:UsernameToken><w:Username>ann</w:Username><w:Password>${token}</w:Password></w:UsernameToken></w:Security>`,
  }))
  const first = await secured(1000, 'stamped')
  assert.equal((await secured(500, 'stamped')).text, first.text)
  assert.equal((await secured(0, 'another')).code, 'request.reused')
  assert.equal((await send(at, envelope(operation('CreateTag', '<data><id>t</id><label>x</label></data>'), { header: block(key) }), { as: 'ann' })).code, 'request.reused')
  assert.equal((await send(at, envelope(operation('CreatePost', '<data><title>stamped</title></data>'), { header: block(key), version: soap12 }), { as: 'ann', type: 'application/soap+xml' })).code, 'request.reused')
})

test('a refusal that would be the same again is answered again; actions and their failures, too', async () => {
  const key = randomUUID()
  const wrong = await create('', key)
  assert.deepEqual([wrong.code, wrong.pointers, (await create('', key)).text], ['resolve.value', ['/data/title'], wrong.text])
  const call = (k: string): Promise<Answered> => send(at, envelope(operation('Publish', '<posts><item><title>o1</title></item><item><title>o2</title></item></posts><budget>1</budget>'), { header: block(k) }), { as: 'ann' })
  const other = randomUUID(), refused = await call(other)
  assert.match(refused.text, /<TooMuch .*<facts><left>1<\/left>/)
  assert.equal((await call(other)).text, refused.text)
  assert.equal(await count('o1'), 0)
})

test('a key is one, and visible', async () => {
  for (const key of ['', 'a b', '"x"', 'x'.repeat(256)]) assert.equal((await create('key', key)).code, 'request.malformed', key)
  assert.match((await create('key', randomUUID(), block(randomUUID()))).reason, /two headers of IdempotencyKey/)
  assert.match((await send(at, envelope(operation('CreatePost', '<data><title>k</title></data>'), { header: block(randomUUID()) }), { as: 'ann', headers: { 'idempotency-key': 'other' } })).reason, /two keys/)
  // Of a read it means nothing.
  assert.equal((await send(at, envelope(operation('FindTags'), { header: block(randomUUID()) }))).status, 200)
  assert.equal(await count('key'), 0)
})

test('the WSDL tells of the header', async () => {
  const wsdl = await (await fetch(`${at.serving.url}/soap?wsdl`)).text()
  assert.match(wsdl, /<wsdl:operation name="CreatePost">\s*<soap:operation [^>]*>\s*<wsdl:input><soap:body use="literal"\/><soap:header message="tns:Once" part="key" use="literal"\/><\/wsdl:input>/)
  assert.match(wsdl, /<wsdl:operation name="FindPosts">\s*<soap:operation [^>]*>\s*<wsdl:input><soap:body use="literal"\/><\/wsdl:input>/)
})
