// Messages as SOAP has them, and messages that are none: versions, media types, encodings, headers, structure, attacks. Each refusal says what and where.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { soap } from '../../src/protocols/soap/index.ts'
import { mount } from '../../src/server/index.ts'
import { id } from '../../src/testkit/index.ts'
import { listen, type Listening } from '../rest/listening.ts'
import { envelope, namespace, operation, send, soap11, soap12, type Asked } from './asking.ts'

let at: Listening
before(async () => { at = await listen() })
after(() => at.serving.close())

const teams = operation('FindTags', '<sort>id</sort><fields>id</fields>')

/** Refused, in words that fit. */
async function refused(message: string | Uint8Array<ArrayBuffer>, code: string, words: RegExp, options: Asked = {}): Promise<void> {
  const answer = await send(at, message, options)
  assert.equal(answer.code, code, answer.text)
  assert.match(answer.reason, words)
}

test('answered in the version that was asked in', async () => {
  const one = await send(at, envelope(teams))
  assert.deepEqual([one.status, one.headers.get('content-type'), /xmlns:soap="([^"]+)"/.exec(one.text)?.[1]], [200, 'text/xml; charset=utf-8', soap11])
  const two = await send(at, envelope(teams, { version: soap12 }), { type: 'application/soap+xml; charset=utf-8' })
  assert.deepEqual([two.status, two.headers.get('content-type'), /xmlns:soap="([^"]+)"/.exec(two.text)?.[1]], [200, 'application/soap+xml; charset=utf-8', soap12])
  assert.match(two.text, /<data><id>a,b<\/id><\/data><data><id>art<\/id><\/data>/)
})

test('faults have the form and the status of their version', async () => {
  const missing = operation('GetPost', `<id>${id(99)}</id>`)
  const one = await send(at, envelope(missing))
  assert.deepEqual([one.status, one.fault, one.code], [500, 'Client', 'row.missing'])
  const two = await send(at, envelope(missing, { version: soap12 }), { type: 'application/soap+xml' })
  assert.deepEqual([two.status, two.fault, two.code], [400, 'Sender', 'row.missing'])
  assert.match(two.text, /<soap:Subcode><soap:Value xmlns:f="urn:backwright:world">f:row.missing<\/soap:Value><\/soap:Subcode>/)
})

test('envelopes that do not fit their media type, or no SOAP at all', async () => {
  await refused(envelope(teams, { version: soap12 }), 'request.malformed', /An envelope of SOAP 1.2 is sent as application\/soap\+xml; this one came as text\/xml/)
  const other = await send(at, envelope(teams, { version: 'urn:soap:9' }), { type: 'application/soap+xml' })
  assert.deepEqual([other.fault, other.status], ['VersionMismatch', 500])
  assert.match(other.text, /<soap:Header><soap:Upgrade><soap:SupportedEnvelope qname="a:Envelope"/)
  assert.equal((await send(at, envelope(teams, { version: 'urn:soap:9' }))).fault, 'VersionMismatch')
  const media = await send(at, envelope(teams), { type: 'application/json' })
  assert.deepEqual([media.status, media.code], [415, 'request.media'])
  assert.equal((await send(at, envelope(teams), { type: 'text/xml; charset=iso-8859-1' })).code, 'request.media')
  assert.equal((await send(at, envelope(teams), { headers: { 'content-encoding': 'gzip' } })).code, 'request.media')
  await refused('<order/>', 'request.malformed', /'order', not a SOAP envelope/)
  await refused('', 'request.malformed', /there is none/)
})

test('UTF-8 and UTF-16 are read, other encodings refused', async () => {
  const body = operation('FindPosts', '<filter><title><startsWith>Ä</startsWith></title></filter><fields>title</fields>')
  const utf16 = (little: boolean): Uint8Array<ArrayBuffer> => {
    const text = Buffer.from(`\ufeff<?xml version="1.0" encoding="UTF-16"?>${envelope(body)}`, 'utf16le')
    return new Uint8Array(little ? text : text.swap16())
  }
  for (const message of [envelope(body), `\ufeff<?xml version="1.0" encoding="utf-8"?>${envelope(body)}`, utf16(true), utf16(false)]) {
    assert.match((await send(at, message, { as: 'ben' })).text, /<data><title>Ähre<\/title><\/data>/)
  }
  assert.match((await send(at, utf16(true), { as: 'ben', type: 'text/xml; charset=utf-16' })).text, /Ähre/)
  await refused(`<?xml version="1.0" encoding="ISO-8859-1"?>${envelope(teams)}`, 'request.malformed', /ISO-8859-1; it must be UTF-8 or UTF-16/)
  await refused(`<?xml version="1.0" encoding="UTF-16"?>${envelope(teams)}`, 'request.malformed', /says it is UTF-16, and is UTF-8/)
  await refused(`<?xml version="1.1"?>${envelope(teams)}`, 'request.malformed', /SOAP is XML 1\.0/)
  await refused(new Uint8Array(Buffer.from(envelope(body), 'latin1')), 'request.malformed', /not UTF-8/)
  await refused(new Uint8Array(Buffer.from(envelope(teams), 'utf16le')), 'request.malformed', /not well-formed/)
  await refused(envelope(teams), 'request.malformed', /byte order mark/, { type: 'text/xml; charset=utf-16' })
})

test('no entities, no DTD, no processing instructions', async () => {
  const bomb = `<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">${Array.from({ length: 9 }, (_, i) => `<!ENTITY a${i} "${`&a${i === 0 ? '' : i - 1};`.repeat(10)}">`).join('')}]>`
  await refused(bomb + envelope(operation('FindTags', '<sort>&a8;</sort>')), 'request.malformed', /DOCTYPE/)
  await refused(`<!DOCTYPE x SYSTEM "file:///etc/passwd">${envelope(teams)}`, 'request.malformed', /DOCTYPE/)
  await refused(`<!DOCTYPE x PUBLIC "-//x" "http://127.0.0.1:1/x.dtd">${envelope(teams)}`, 'request.malformed', /DOCTYPE/)
  await refused(envelope(operation('FindTags', '<sort>&xxe;</sort>')), 'request.malformed', /not well-formed/)
  for (const name of ['constructor', '__proto__', 'toString']) await refused(envelope(operation('FindTags', `<sort>&${name};</sort>`)), 'request.malformed', /not well-formed/)
  await refused(envelope(operation('FindTags', '<sort>&#0;</sort>')), 'request.malformed', /not well-formed/)
  await refused(`<?xml-stylesheet href="x"?>${envelope(teams)}`, 'request.malformed', /processing instruction/)
  assert.match((await send(at, `<!-- a comment -->${envelope(operation('FindTags', '<!-- and one --><sort>&#105;d</sort><fields>i<![CDATA[d]]></fields>'))}`)).text, /<data><id>a,b<\/id>/)
})

test('what is not well-formed', async () => {
  for (const message of ['<a', '<a></b>', '<a b=1/>', '<a b="1" b="2"/>', '<x:a/>', '<a xmlns:x="u" xmlns:y="u" x:b="1" y:b="2"/>', 'text', '<a/><b/>', '<a xmlns:xml="urn:x"/>', '<a>\u0001</a>', '<a b="<"/>', '{"json": true}']) {
    await refused(message, 'request.malformed', /not well-formed|not a SOAP envelope/)
  }
})

test('too deep, too many, too large', async () => {
  const deep = '<not>'.repeat(100) + '</not>'.repeat(100)
  await refused(envelope(operation('FindTags', `<filter>${deep}</filter>`)), 'resolve.limit', /64 elements in one another/)
  await refused(envelope(operation('FindTags', `<sort ${Array.from({ length: 1000 }, (_, i) => `a${i}=""`).join(' ')}>id</sort>`)), 'resolve.limit', /32 attributes/)
  await refused(envelope(operation('FindTags', `<sort ${Array.from({ length: 1000 }, (_, i) => `xmlns:a${i}="u${i}"`).join(' ')}>id</sort>`)), 'resolve.limit', /32 attributes/)
  await refused(envelope(operation('FindTags', `<filter><or>${'<filter/>'.repeat(105_000)}</or></filter>`)), 'resolve.limit', /100000 elements/)
  const large = await send(at, envelope(operation('FindTags', `<sort>${'x'.repeat(1_100_000)}</sort>`)))
  assert.deepEqual([large.status, large.code], [413, 'request.size'])
  await refused(envelope(operation('FindTags', `<filter><label><in>${'<value>x</value>'.repeat(1001)}</in></label></filter>`)), 'resolve.value', /1000/)
})

test('structure is as the WSDL says: names, order, once', async () => {
  await refused(envelope(operation('FindTags', '<sort>id</sort><filter/>')), 'request.malformed', /'filter' \(\d+:\d+\) must stand before 'sort'.* There are: filter, sort, fields/)
  await refused(envelope(operation('FindTags', '<filter/><filter/>')), 'request.malformed', /'filter' \(\d+:\d+\) is there twice/)
  await refused(envelope(operation('FindTags', '<filtre/>')), 'request.malformed', /'filtre' \(\d+:\d+\) does not exist in FindTags\. Did you mean 'filter'\?/)
  await refused(envelope(operation('GetTag', '')), 'request.malformed', /needs an element 'id'/)
  await refused(envelope(operation('GetTag', '<id>art<b/></id>')), 'request.malformed', /'b' \(\d+:\d+\) stands within 'id'/)
  await refused(envelope(operation('GetTag', 'text <id>art</id>')), 'request.malformed', /has text where it has elements only/)
  await refused(envelope(operation('GetTag', '<id href="#1"/>')), 'request.malformed', /attribute 'href'/)
  await refused(envelope(operation('GetTag', '<id xmlns="urn:else">art</id>')), 'request.malformed', /is of the namespace 'urn:else'; elements here are of 'urn:backwright:world'/)
  await refused(envelope(operation('GetTag', '<id xmlns="">art</id>')), 'request.malformed', /is of no namespace/)
  await refused(envelope(operation('CreateTag', '<data><id>x</id><label>x</label><id>y</id></data>')), 'request.malformed', /must stand before|twice/, { as: 'staff' })
  await refused(envelope('<GetTag><id>art</id></GetTag>'), 'resolve.name', /is of no namespace; operations are of/)
  await refused(envelope(operation('GetTags', '<id>art</id>')), 'resolve.name', /There is no operation 'GetTags'\. Did you mean 'GetTag'\?/)
  await refused(envelope(operation('GetTag', '<id xsi:nil="true">art</id>')), 'request.malformed', /is nil and has content/)
  assert.equal((await send(at, envelope(operation('GetTag', '<id xsi:type="x" xml:lang="en" xsi:nil="false">art</id>')))).status, 200)
})

test('the envelope has one body with one element, after its header', async () => {
  const about = (inner: string): string => `<s:Envelope xmlns:s="${soap11}">${inner}</s:Envelope>`
  await refused(about(`<s:Body>${teams}${teams}</s:Body>`), 'request.malformed', /second element of the Body/)
  await refused(about('<s:Body/>'), 'request.malformed', /The Body is empty/)
  await refused(about(`<s:Body>${teams}</s:Body><s:Body>${teams}</s:Body>`), 'request.malformed', /stands after the Body/)
  await refused(about(`<s:Body>${teams}</s:Body><s:Header/>`), 'request.malformed', /stands after the Body/)
  await refused(about(`<s:Header/><s:Header/><s:Body>${teams}</s:Body>`), 'request.malformed', /no Body where it must be/)
  await refused(about(`<s:Body>text${teams}</s:Body>`), 'request.malformed', /text beside its element/)
  await refused(`<s:Envelope xmlns:s="${soap11}">text<s:Body>${teams}</s:Body></s:Envelope>`, 'request.malformed', /text between/)
  await refused(about(`<s:Body s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">${teams}</s:Body>`), 'request.malformed', /encodingStyle/)
  const style = await send(at, envelope(`<FindTags xmlns="${namespace}" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"/>`, { version: soap12 }), { type: 'application/soap+xml' })
  assert.deepEqual([style.fault, style.status], ['DataEncodingUnknown', 400])
})

test('headers that must be understood and are not', async () => {
  const block = (more: string, prefix = 's'): string => `<t:Transaction xmlns:t="urn:t" ${prefix}:${more}>5</t:Transaction>`
  const one = await send(at, envelope(teams, { header: block('mustUnderstand="1"') }))
  assert.deepEqual([one.fault, one.status], ['MustUnderstand', 500])
  const two = await send(at, envelope(teams, { header: block('mustUnderstand="true"'), version: soap12 }), { type: 'application/soap+xml' })
  assert.deepEqual([two.fault, two.status], ['MustUnderstand', 500])
  assert.match(two.text, /<soap:NotUnderstood qname="b:Transaction" xmlns:b="urn:t"\/>/)
  for (const header of [block('mustUnderstand="0"'), `${block('mustUnderstand="1"').replace('>5', ' s:actor="urn:other">5')}`, '<t:Note xmlns:t="urn:t"/>']) {
    assert.equal((await send(at, envelope(teams, { header }))).status, 200, header)
  }
  await refused(envelope(teams, { header: block('mustUnderstand="maybe"') }), 'request.malformed', /is 0 or 1/)
})

test('the action is the operation, or nothing', async () => {
  for (const soapaction of ['""', '', `"${namespace}#FindTags"`, `${namespace}#FindTags`]) assert.equal((await send(at, envelope(teams), { headers: { soapaction } })).status, 200, soapaction)
  await refused(envelope(teams), 'request.malformed', /The action is 'urn:backwright:world#DeleteTag', the body asks for 'FindTags'/, { headers: { soapaction: `"${namespace}#DeleteTag"` } })
  await refused(envelope(teams, { version: soap12 }), 'request.malformed', /The action is 'x'/, { type: 'application/soap+xml; action="x"' })
})

test('mistakes of the data come all at once, with their places in the message', async () => {
  const create = (data: string): string => envelope(operation('CreatePost', `<data>${data}</data>`))
  const wrong = await send(at, create('<title/><rating>abc</rating><published>2026-01-01T00:00:00</published><nonsense>1</nonsense><tags><connect><id>art</id></connect><conect/></tags>'), { as: 'ann' })
  assert.deepEqual([wrong.code, [...wrong.pointers].sort()], ['resolve.value', ['/data/nonsense', '/data/published', '/data/rating', '/data/tags/conect', '/data/title']])
  const filter = await send(at, envelope(operation('FindPosts', '<filter><or><filter><views><gt>x</gt></views></filter><filter><nope>1</nope></filter></or></filter><page><size>9999</size></page>')))
  assert.deepEqual([...filter.pointers].sort(), ['/filter/or/1/nope', '/page/size'])
  assert.deepEqual((await send(at, envelope(operation('FindPosts', '<page><size>x</size><number>0</number></page>')))).pointers, ['/page/size', '/page/number'])
  assert.deepEqual((await send(at, envelope(operation('FindPosts', '<page><after>a</after><before>b</before></page><count>all</count>')))).pointers, ['/page', '/count'])
  assert.deepEqual((await send(at, envelope(operation('FindPosts', '<include><author><sort>name</sort></author></include>')), { as: 'ann' })).code, 'request.malformed')
})

test('addresses and methods', async () => {
  const get = async (path: string, init?: RequestInit): Promise<Response> => fetch(`${at.serving.url}${path}`, init)
  assert.equal((await get('/soap')).status, 404)
  assert.match(await (await get('/soap')).text(), /asked by POST; its WSDL is at \/soap\?wsdl/)
  assert.equal((await get('/soap/x')).status, 404)
  const put = await get('/soap', { method: 'PUT', body: 'x' })
  assert.deepEqual([put.status, put.headers.get('allow')], [405, 'GET, HEAD, POST, OPTIONS'])
  assert.deepEqual([(await get('/soap', { method: 'OPTIONS' })).status], [204])
  const wsdl = await get('/soap?WSDL'), text = await wsdl.text()
  assert.equal(wsdl.headers.get('content-type'), 'text/xml; charset=utf-8')
  assert.ok(text.includes(`<soap:address location="${at.serving.url}/soap"/>`) && text.includes(`<soap12:address location="${at.serving.url}/soap"/>`))
  assert.equal((await get('/soap?wsdl', { headers: { 'if-none-match': wsdl.headers.get('etag') ?? '' } })).status, 304)
  assert.match(await (await get('/soap?wsdl', { headers: { 'x-forwarded-proto': 'https' } })).text(), /address location="https:/)
  assert.equal((await get('/soap?wsdl', { method: 'HEAD' })).status, 200)
})

test('the log says what was asked, in the words of every protocol', async () => {
  for (const message of [teams, operation('CreateTags', '<data><id>l</id><label>l</label></data>'), operation('UpsertTag', '<id>l</id><data><label>l</label></data>'), operation('Nothing')]) await send(at, envelope(message), { as: 'staff' })
  const seen = at.seen.flatMap(o => (o.kind === 'request' ? [[o.protocol, o.operation, o.entity, o.route]] : []))
  assert.deepEqual(seen.slice(-4), [
    ['soap', 'find', 'tag', '/soap#FindTags'], ['soap', 'create', 'tag', '/soap#CreateTags'], ['soap', 'replace', 'tag', '/soap#UpsertTag'], ['soap', null, null, '/soap'],
  ])
})

test('mounted in another server, the WSDL tells where', async () => {
  const mounted = mount({ protocols: [soap({ engine: at.engine })], engine: at.engine, prefix: '/backend' })
  const wsdl = await mounted.fetch(new Request('https://shop.example/backend/soap?wsdl'))
  assert.match(await wsdl.text(), /<soap:address location="https:\/\/shop\.example\/backend\/soap"\/>/)
  const answer = await mounted.fetch(new Request('https://shop.example/backend/soap', { method: 'POST', headers: { 'content-type': 'text/xml' }, body: envelope(teams) }))
  assert.deepEqual([answer.status, /<data><id>art<\/id><\/data>/.test(await answer.text())], [200, true])
})
