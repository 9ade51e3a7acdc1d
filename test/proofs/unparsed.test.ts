// An answer's bytes are the database's: not parsed, not written again, no digit lost.
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { testServer } from '../server.ts'
import { product, staff, tap, type Product, type Tap } from './product.ts'
import { idOf } from './shop.ts'

let fresh: Awaited<ReturnType<Awaited<ReturnType<typeof testServer>>['freshDatabase']>>
let line: Tap
let p: Product
before(async () => {
  fresh = await (await testServer()).freshDatabase()
  line = await tap(fresh.config, true)
  p = await product(fresh.config, { orders: 200, through: line.config })
})
after(async () => {
  await p.end()
  await line.close()
  await fresh.drop()
})

const digits = '1234567890.12345678901234567890'
/** Without the client's own reading of the answer: in one process all JSON is counted. */
const raw = (target: string, token: string): Promise<Buffer> => new Promise((resolve, reject) => {
  request(p.serving.url + target, { headers: { authorization: `Bearer ${token}` } }, response => {
    const parts: Buffer[] = []
    response.on('data', (part: Buffer) => parts.push(part)).on('end', () => { if (response.statusCode === 200) resolve(Buffer.concat(parts)); else reject(new Error(Buffer.concat(parts).toString())) })
  }).on('error', reject).end()
})

test('9 KB with a number of thirty digits arrive byte for byte as the database sent them', async () => {
  const note = `${'ä"\\\u2028😀'.repeat(700)}`
  await p.client.query('update orders set total = $1, note = $2 where id = $3', [digits, note, idOf('order', 3)])
  const token = await staff()
  const target = `/api/orders/${idOf('order', 3)}?include=customer,lines.product`
  const list = `/api/orders?filter[id]=${idOf('order', 3)}`
  const document = `/graphql?query=${encodeURIComponent(`{ found: orders(where: { id: { eq: "${idOf('order', 3)}" } }) { __typename edges { cursor node { key: nodeId total text: note customer { name } lines { nodes { product { sku } } pageInfo { hasNextPage } } } } } }`)}`
  for (const turn of ['cold', 'named', 'hot']) {
    for (const asked of [target, list, document]) {
      if (turn === 'hot') await raw('/api/products?page[size]=1', token)
      const texts: string[] = []
      const written: string[] = []
      const { parse, stringify } = JSON
      JSON.parse = ((text: string, ...more: never[]) => { texts.push(text); return parse(text, ...more) as unknown }) as typeof JSON.parse
      JSON.stringify = ((value: unknown, ...more: never[]) => { const text = stringify(value, ...more) as string | undefined; if (text !== undefined) written.push(text); return text }) as typeof JSON.stringify
      let body: Buffer
      try { body = await raw(asked, token) } finally { Object.assign(JSON, { parse, stringify }) }
      assert.ok(body.length > 9000, `${body.length} bytes`)
      assert.match(body.toString(), new RegExp(`"total" ?: ?"${digits.replace('.', '\\.')}"`))
      // What the database sent, in the pieces it came in, holds the object as it stands in the answer.
      const object = asked === target ? body : asked === list ? body.subarray(body.indexOf('['), body.lastIndexOf(',"page"')) : body.subarray(body.indexOf(':', 10) + 1, body.lastIndexOf('},"extensions"'))
      assert.ok(line.received.some(pieces => Buffer.concat(pieces).includes(object)), 'the bytes are not the database\'s')
      assert.deepEqual(texts.filter(t => t.includes(digits) || t.length > 1000), [], 'the answer was parsed')
      assert.deepEqual(written.filter(t => t.includes(digits) || t.length > 1000), [], 'the answer was written again')
      if (turn === 'hot' && asked === target) assert.deepEqual([texts, written.filter(t => t.length > 200)], [[], []], 'some JSON was read on the way')
      if (asked === document) continue
      assert.equal((JSON.parse(body.toString()) as { note?: string; data?: { note: string }[] }).note ?? (JSON.parse(body.toString()) as { data: { note: string }[] }).data[0]?.note, note)
    }
  }
})
