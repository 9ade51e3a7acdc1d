// Values through XML and back: whitespace, nil against absent, empty lists, digits, characters, zones; and what XML cannot say.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { id } from '../../src/testkit/index.ts'
import { listen, type Listening } from '../rest/listening.ts'
import { envelope, operation, send } from './asking.ts'

let at: Listening
before(async () => { at = await listen() })
after(() => at.serving.close())

const sample = async (data: string): Promise<string> => (await send(at, envelope(operation('CreateSample', `<data><name>n</name>${data}</data>`)), { as: 'staff' })).text
const value = (text: string, name: string): string | undefined => new RegExp(`<${name}(?:/>|>(.*?)</${name}>)`, 's').exec(text)?.[1]

test('text is kept to the character; others lose the space around them', async () => {
  const text = await sample('<textValue>  a &amp; b&#13;&#10;\t&lt;c&gt; ]]&gt; 𝒳\u0085 </textValue><integerValue> 7 </integerValue><decimalValue>\n1.50\n</decimalValue><booleanValue> 1 </booleanValue>')
  assert.equal(value(text, 'textValue'), '  a &amp; b&#13;\n\t&lt;c&gt; ]]&gt; 𝒳\u0085 ')
  assert.deepEqual([value(text, 'integerValue'), value(text, 'decimalValue'), value(text, 'booleanValue')], ['7', '1.5', 'true'])
})

test('every digit is kept', async () => {
  const digits = '123456789012345678901234567890.123456789012345678901234567891'
  const text = await sample(`<bigintValue>-9223372036854775808</bigintValue><numberValue>1.7976931348623157E308</numberValue><decimalValue>${digits}</decimalValue><jsonValue>{"n": 0.5}</jsonValue>`)
  assert.deepEqual([value(text, 'decimalValue'), value(text, 'bigintValue'), value(text, 'numberValue'), value(text, 'jsonValue')], [digits, '-9223372036854775808', '1.7976931348623157e+308', '{"n":0.5}'])
})

test('times with zones, days with zones, durations with one sign', async () => {
  const text = await sample('<timestampValue>2026-05-05T12:00:00.1234560+02:00</timestampValue><dateValue>2026-05-05+02:00</dateValue><timeValue>12:00:00</timeValue><durationValue>-P1DT2H</durationValue>')
  assert.equal(value(text, 'timestampValue'), '2026-05-05T10:00:00.123456+00:00')
  assert.deepEqual([value(text, 'dateValue'), value(text, 'durationValue')], ['2026-05-05', '-P1DT2H'])
  assert.match(await sample('<timestampValue>2026-05-05T12:00:00</timestampValue>'), /must be a date and time with a zone/)
  assert.match(await sample('<timeValue>12:00:00Z</timeValue>'), /must be a time like/)
})

test('bytes, JSON, lists', async () => {
  const text = await sample('<jsonValue>["a", null]</jsonValue><bytesValue> AP\n8= </bytesValue><textList><item>a</item><item/></textList><integerList/>')
  assert.deepEqual([value(text, 'jsonValue'), value(text, 'bytesValue'), value(text, 'textList'), /<integerList><\/integerList>/.test(text)], ['["a",null]', 'AP8=', '<item>a</item><item></item>', true])
  const wrong = await send(at, envelope(operation('CreateSample', '<data><name>n</name><jsonValue>{no</jsonValue><integerList><item>1</item><item>x</item></integerList></data>')), { as: 'staff' })
  assert.deepEqual([...wrong.pointers].sort(), ['/data/integerList', '/data/jsonValue'])
})

test('absent is left alone, nil empties, and where nothing may be null it says so', async () => {
  const update = async (data: string) => send(at, envelope(operation('UpdatePost', `<id>${id(11)}</id><data>${data}</data>`)), { as: 'ann' })
  assert.match((await update('<title>Nil</title>')).text, /<rating>9.5<\/rating>/)
  const nil = await update('<rating xsi:nil="true"/>')
  assert.match(nil.text, /<title>Nil<\/title>.*<rating xsi:nil="true"\/>/)
  const title = await update('<title xsi:nil="1"/>')
  assert.deepEqual([title.code, title.pointers], ['resolve.value', ['/data/title']])
})

test('versions: what was answered is what is expected', async () => {
  const read = await send(at, envelope(operation('GetPost', `<id>${id(15)}</id><fields>title</fields>`)), { as: 'ann' })
  const version = value(read.text, 'version') ?? ''
  const update = (v: string) => send(at, envelope(operation('UpdatePost', `<id>${id(15)}</id><version>${v}</version><data><title>V</title></data><fields>title</fields>`)), { as: 'ann' })
  const first = await update(version)
  assert.equal(value(first.text, 'version'), String(Number(version) + 1))
  const stale = await update(version)
  assert.equal(stale.code, 'row.stale')
  assert.match(stale.text, new RegExp(`<fact><name>version</name><value>${Number(version) + 1}</value></fact>`))
})

test('what XML cannot say becomes U+FFFD', async () => {
  const made = await at.ask('/samples', { as: 'staff', body: { name: 'control', textValue: 'a\u0001b\ufffec' } })
  const { id: key } = await made.json() as { id: number }
  assert.equal(value((await send(at, envelope(operation('GetSample', `<id>${key}</id><fields>textValue</fields>`)))).text, 'textValue'), 'a\ufffdb\ufffdc')
})

test('keys of several parts are told in the id form', async () => {
  const made = await send(at, envelope(operation('CreateMembership', `<data><personId>${id(4)}</personId><teamId>2</teamId></data>`)), { as: 'staff' })
  assert.match(made.text, new RegExp(`</data><id>${id(4)},2</id><version>1</version><created>true</created>`))
  assert.equal((await send(at, envelope(operation('GetMembership', `<id>${id(4)},2</id>`)), { as: 'staff' })).status, 200)
  for (const wrong of ['x', '%', `${id(4)}`, `${id(4)},2,3`]) assert.equal((await send(at, envelope(operation('GetMembership', `<id>${wrong}</id>`)), { as: 'staff' })).code, 'row.missing', wrong)
})

test('upserts say whether the row is new', async () => {
  const upsert = () => send(at, envelope(operation('UpsertTag', '<id>ü,1</id><data><label>L</label></data>')), { as: 'staff' })
  assert.match((await upsert()).text, /<id>ü,1<\/id><version>[^<]*<\/version><created>true<\/created>|<id>ü,1<\/id><created>true<\/created>/)
  assert.match((await upsert()).text, /<created>false<\/created>/)
})

test('the answer of a write includes, but does not filter', async () => {
  const create = (include: string) => send(at, envelope(operation('CreatePost', `<data><title>I</title><comments><create><text>one</text></create></comments></data><fields>title</fields><include>${include}</include>`)), { as: 'ann' })
  assert.match((await create('<comments><fields>text</fields></comments>')).text, /<title>I<\/title><comments><item><text>one<\/text><\/item><\/comments>/)
  assert.deepEqual((await create('<comments><filter><text><eq>one</eq></text></filter></comments>')).pointers, ['/include'])
})
