// Messages nobody would write: drawn from the WSDL and bent, and valid ones with bytes changed. Whatever comes, it is answered in the form of its version, never as an error of ours.
// MESSAGES=20000 draws more; fast-check prints the seed of what failed.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { id, type Who } from '../../src/testkit/index.ts'
import { listen, type Listening } from '../rest/listening.ts'
import { envelope, operation, send, soap11, soap12 } from './asking.ts'
import { schemaOf, type Schema, type SchemaPart as Part } from '../../src/testkit/soap/index.ts'

const numRuns = Number(process.env['MESSAGES'] ?? 120)
let at: Listening, schema: Schema
before(async () => {
  at = await listen()
  schema = schemaOf(await (await fetch(`${at.serving.url}/soap?wsdl`)).text())
})
after(() => at.serving.close())

const texts = ['', ' ', '0', '1', '-1', '2147483648', '1e400', 'NaN', 'INF', 'true', '2026-01-01', '2026-13-45', '2026-01-01T00:00:00Z', '24:00:00', 'P1D', 'P', 'AP8=', '=', '%', '%2', ',', ',,', '*', id(1), id(11), 'art', 'open', 'name', '-name',
  'author.name', 'count', 'sum(views)', 'sum(', '{"a":1}', '[', '__proto__', 'constructor', '&amp;', '&#xfffd;', '𝒳', '\u0085', 'x'.repeat(2000), '&#13;', ']]&gt;', 'exact']
/** What fits more often than not. */
const fitting: Readonly<Record<string, readonly string[]>> = {
  'xs:int': ['1', '2', '5'], 'xs:long': ['1', '-1'], 'xs:boolean': ['true', 'false'], 'xs:dateTime': ['2026-01-01T00:00:00Z'], 'xs:date': ['2026-01-01'], 'xs:decimal': ['9.5', '1'], 'xs:double': ['0.5'],
  'xs:string': ['id', '-id', 'a'], 'tns:UUID': [id(1), id(11), id(15)], 'tns:Count': ['exact'],
}
const names = ['__proto__', 'constructor', 'toString', 'nonsense', 'id', 'data', 'filter', 'include', 'null', 'or', 'and', 'not', 'item', 'value', 'create', 'connect', 'add', 'append', 'eq', 'some']
const people: readonly Who[] = ['nobody', 'ann', 'ben', 'staff', 'stranger']

/** Draws an element's content by its type; `bend` decides how often it is not as the schema has it. */
function drawn(part: Part, pick: (n: number) => number, depth: number, bend: number): string {
  const one = (): string => {
    if (pick(100) < bend / 2) return `<${part.name} xsi:nil="true"/>`
    const of = schema.types.get(part.type.replace('tns:', ''))
    const fit = fitting[part.type] ?? (part.name === 'measure' ? ['count'] : ['id'])
    const inner = of === undefined || depth <= 0 ? (pick(20) < bend ? texts[pick(texts.length)] : fit[pick(fit.length)]) ?? '' : content(of, pick, depth - 1, bend)
    const name = pick(100) < bend ? names[pick(names.length)] ?? part.name : part.name
    return `<${name}${pick(200) < bend ? ' a="1"' : ''}>${pick(200) < bend ? 'text' : ''}${inner}</${name}>`
  }
  return Array.from({ length: part.many ? pick(3) : pick(100) < bend ? 2 : 1 }, one).join('')
}
function content(parts: readonly Part[], pick: (n: number) => number, depth: number, bend: number): string {
  const chosen = parts.filter(p => p.required ? pick(100) >= bend : pick(Math.max(3, parts.length / 2)) === 0)
  if (pick(100) < bend && chosen.length > 1) chosen.reverse()
  return chosen.map(p => drawn(p, pick, depth, bend)).join('')
}

async function answered(message: string | Uint8Array<ArrayBuffer>, as: Who, twelve: boolean): Promise<string> {
  const answer = await send(at, message, { as, type: twelve ? 'application/soap+xml' : 'text/xml' })
  assert.ok([200, 400, 413, 500].includes(answer.status), `status ${answer.status}`)
  assert.equal(answer.code === 'internal', false, `internal: ${String(message).slice(0, 3000)}`)
  assert.equal(answer.fault === null, answer.status === 200)
  assert.ok(answer.text.includes(twelve ? soap12 : soap11))
  return answer.code ?? 'answered'
}
const picking = (seeds: readonly number[]): ((n: number) => number) => {
  let i = 0
  return n => { const s = seeds[i++ % seeds.length] ?? 0; return Math.floor(((s * (i * 7919 + 1)) % 104_729) / 104_729 * n) }
}

test('drawn from the WSDL and bent', async () => {
  const codes = new Map<string, number>()
  await fc.assert(fc.asyncProperty(fc.array(fc.nat(1_000_000), { minLength: 20, maxLength: 60 }), fc.nat(1000), fc.constantFrom(0, 3, 15), fc.constantFrom(...people), fc.boolean(), async (seeds, which, bend, as, twelve) => {
    const operations = [...schema.elements.keys()].filter(n => schema.elements.has(`${n}Response`)), name = operations[which % operations.length] ?? ''
    const message = envelope(operation(name, content(schema.elements.get(name) ?? [], picking(seeds), 5, bend)), twelve ? { version: soap12 } : {})
    const code = await answered(message, as, twelve)
    codes.set(code, (codes.get(code) ?? 0) + 1)
  }), { numRuns })
  assert.ok(codes.size > 3, JSON.stringify([...codes]))
})

test('valid ones with bytes changed', async () => {
  const valid = envelope(operation('FindPosts', '<filter><or><filter><title><startsWith>A</startsWith></title></filter><filter><author><name><in><value>Ann</value></in></name></author></filter></or></filter><sort>-views</sort><include><comments/></include><page><size>2</size></page>'))
  await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255), fc.constantFrom('set', 'cut', 'twice')), { minLength: 1, maxLength: 6 }), async changes => {
    let bytes = Buffer.from(valid)
    for (const [place, byte, how] of changes) {
      if (how === 'set') bytes[place % bytes.length] = byte
      else if (how === 'cut') bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + 1 + byte % 20)])
      else bytes = Buffer.concat([bytes.subarray(0, place + byte % 20), bytes.subarray(place)])
      if (bytes.length === 0) bytes = Buffer.from('<')
    }
    await answered(new Uint8Array(bytes), 'ann', false)
  }), { numRuns })
})
