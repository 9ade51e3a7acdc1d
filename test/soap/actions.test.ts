// Actions over SOAP: operations with typed input and output, declared failures as typed details, and what the WSDL says of them.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { id } from '../../src/testkit/index.ts'
import { listen, type Listening } from '../rest/listening.ts'
import { envelope, operation, send, soap12 } from './asking.ts'

let at: Listening
before(async () => { at = await listen() })
after(() => at.serving.close())

const posts = (...titles: readonly string[]): string => `<posts>${titles.map(t => `<item><title>${t}</title></item>`).join('')}</posts>`

test('input and output are typed', async () => {
  const done = await send(at, envelope(operation('Publish', `${posts('SOAP 1', 'SOAP 2')}<status>locked</status><price>2.5</price><stamp><by>me</by></stamp>`)), { as: 'ann' })
  assert.match(done.text, /<PublishResponse [^>]*><result><written>2<\/written><status>locked<\/status><price>2\.50<\/price><by>me<\/by><\/result><\/PublishResponse>/)
  const row = await send(at, envelope(operation('FinishPost', `<id>${id(15)}</id><version>1</version><input><views>3</views></input>`)), { as: 'ann' })
  assert.match(row.text, /<result><title>𝒳-ray<\/title><views>3<\/views><draft xsi:nil="true"\/><\/result>/)
  assert.equal((await send(at, envelope(operation('FinishPost', `<id>${id(11)}</id><version>9</version>`)), { as: 'ann' })).code, 'row.stale')
})

test('a declared failure is the one entry of the detail, with its facts', async () => {
  const message = operation('Publish', `${posts('SOAP a', 'SOAP b')}<budget>1</budget>`)
  const one = await send(at, envelope(message), { as: 'ann' })
  assert.deepEqual([one.status, one.fault], [500, 'Client'])
  assert.match(one.text, /<detail><TooMuch xmlns="urn:backwright:world"[^>]*><code>world\.tooMuch<\/code><title>[^<]*<\/title><status>409<\/status><retry>never<\/retry><request>[^<]*<\/request><facts><left>1<\/left><titles><item>SOAP b<\/item><\/titles><\/facts><\/TooMuch><\/detail>/)
  const two = await send(at, envelope(message, { version: soap12 }), { as: 'ann', type: 'application/soap+xml' })
  assert.deepEqual([two.status, two.fault], [400, 'Sender'])
  assert.match(two.text, /<soap:Subcode><soap:Value xmlns:f="urn:backwright:world">f:world\.tooMuch<\/soap:Value><\/soap:Subcode>.*<soap:Detail><TooMuch /)
  assert.match((await send(at, envelope(operation('FinishPost', `<id>${id(12)}</id>`)), { as: 'ann' })).text, /<detail><Already [^>]*><code>world\.already<\/code>/)
})

test('mistakes of an input have their places', async () => {
  const wrong = await send(at, envelope(operation('Publish', `${posts('', 'x')}<status>closed</status><nonsense/><stamp/>`)), { as: 'ann' })
  assert.deepEqual([...wrong.pointers].sort(), ['/nonsense', '/posts/0/title', '/stamp/by', '/status'])
  const row = await send(at, envelope(operation('FinishPost', `<id>${id(11)}</id><input><views>x</views></input>`)), { as: 'ann' })
  assert.deepEqual([row.code, row.pointers], ['resolve.value', ['/input/views']])
  assert.match((await send(at, envelope(operation('Publish', '<status>open</status><posts/>')), { as: 'ann' })).reason, /'posts' \(\d+:\d+\) must stand before 'status'/)
})

test('what nobody may call is in no WSDL, and refused', async () => {
  const wsdl = await (await fetch(`${at.serving.url}/soap?wsdl`)).text()
  assert.ok(wsdl.includes('<wsdl:operation name="Publish">') && wsdl.includes('<wsdl:fault name="TooMuchFailed" message="tns:TooMuchFailed"/>') && !wsdl.includes('"Never"'))
  assert.equal((await send(at, envelope(operation('Never')), { as: 'staff' })).code, 'caller.forbidden')
})
