// Documents of GraphQL and messages of SOAP: plain requests in their words, as they are, with other values, and spoilt as text.
import { vocabularyOf, callDocument, documentOf, type Said } from '../../src/testkit/graphql/index.ts'
import { callMessage, elementOf, messageOf, schemaOf, tree, versions, wordingOf, type Node, type SoapVersion } from '../../src/testkit/soap/index.ts'
import { makeRead } from '../../src/testkit/arbitrary/reads.ts'
import { callers, calls, cases, isRead, rows, world, type CallPart, type Part, type Who } from '../../src/testkit/index.ts'
import { contractOf, wsdlOf } from '../../src/protocols/soap/contract/index.ts'
import type { Draw } from './draw.ts'
import { hostile, jsonOf, textOf } from './values.ts'

export interface Message { readonly protocol: 'graphql' | 'soap'; readonly who: string; readonly path: string; readonly body: string; readonly headers: Readonly<Record<string, string>> }

const names = vocabularyOf(world), words = wordingOf(world, schemaOf(wsdlOf(contractOf(world), 'http://127.0.0.1/soap')))
const writes = [...cases.map(c => ({ part: c.do as Part | CallPart })).filter(({ part }) => !('call' in part) && !isRead(part)), ...calls.map(c => ({ part: c.call as Part | CallPart }))]
const graphqlTokens = ['{', '}', '(', ')', '[', ']', '!', '$', '$v0', ':', '...', '@skip(if: true)', '@include(if: $v0)', '__schema { types { name } }', '__typename', 'fragment F on Query { ...F }', '...F', '"""', '"', '#', 'null', 'query', 'mutation', 'subscription', 'a: ', '1e400', '\\u{110000}', '&', '|', 'on', ...Object.keys(names.schema.getTypeMap()).slice(0, 60)]
const xmlTokens = ['<x/>', '</', '<', '>', '&', '&amp;', '&#0;', '&#x110000;', '&nope;', '<![CDATA[', ']]>', '<!--', '-->', '<!DOCTYPE x [<!ENTITY a "b">]>', '<?pi x?>', ' xsi:nil="true"', ' xsi:type="xs:int"', ' xmlns="urn:x"', ' xmlns:e="urn:x"', ' id="1"', '<id>', '</id>', '<data>', '<filter>', '<and>', '<eq>', ...[...words.schema.types.keys()].slice(0, 40)]

/** Text with a few pieces taken out, doubled, put in or exchanged. */
function spoilt(d: Draw, text: string, tokens: readonly string[]): string {
  let out = text
  for (let n = 1 + d.nat(2); n > 0; n--) {
    const at = d.nat(Math.max(0, out.length - 1)), to = Math.min(out.length, at + 1 + d.nat(12))
    out = d.any(
      () => out.slice(0, at) + out.slice(to), () => out.slice(0, to) + out.slice(at), () => out.slice(0, at) + d.of(tokens) + out.slice(at), () => out.slice(0, at) + d.of(hostile) + out.slice(to),
      () => { const found = [...out.matchAll(/[A-Za-z_]\w*/g)], word = found.length === 0 ? undefined : d.of(found); return word === undefined ? out : out.slice(0, word.index) + (d.chance(70) ? d.of(found)[0] : d.of(tokens)) + out.slice(word.index + word[0].length) },
    )
  }
  return out
}

/** A value with other leaves here and there. */
function other(d: Draw, value: unknown, percent: number): unknown {
  if (d.chance(percent)) return d.any<unknown>(() => textOf(d, null), () => { try { return JSON.parse(jsonOf(d, null)) as unknown } catch { return null } }, () => null, () => [value], () => ({ create: value }))
  if (Array.isArray(value)) return value.map((x: unknown) => other(d, x, percent))
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([name, x]) => [name, other(d, x, percent)]))
  return value
}

/** An action that writes as the system changes what its caller may not: where that is looked for it is left out. */
function partOf(d: Draw, staff: boolean): Part | CallPart {
  if (d.chance(60)) return makeRead(d, { model: world, rows })
  const { part } = d.of(staff ? writes : writes.filter(w => !('call' in w.part && w.part.call === 'post.finish')))
  const change = d.chance(60) ? 20 : 0
  return 'call' in part ? { ...part, input: other(d, part.input, change) } : 'body' in part ? { ...part, body: other(d, part.body, change) } as Part : part
}

/** null: it could not be said. */
export function message(d: Draw, everyone: readonly string[], staff: boolean): Message | null {
  const part = partOf(d, staff), who = d.of(everyone), as = Object.hasOwn(callers, who) ? who as Who : 'staff'
  const spoil = d.chance(40)
  if (d.chance(50)) {
    // Fields are often those that another caller may see.
    const caller = callers[d.chance(80) ? as : 'staff']
    const said: Said = 'call' in part ? callDocument(names, part, caller) : documentOf(names, part, caller)
    const query = spoil && d.chance(70) ? spoilt(d, said.query, graphqlTokens) : said.query
    const body = JSON.stringify({ query, variables: spoil ? other(d, said.variables, 10) : said.variables, ...(d.chance(5) ? { operationName: textOf(d, null) } : {}) })
    return {
      protocol: 'graphql', who, path: '/graphql', body: d.chance(4) ? spoilt(d, body, graphqlTokens) : body,
      headers: { 'content-type': 'application/json', accept: d.but(20, () => 'application/json', () => 'application/graphql-response+json'), ...(d.chance(5) ? { 'idempotency-key': d.of(['a', 'b', 'c']) } : {}) },
    }
  }
  let element: string
  try { element = elementOf(words.schema, 'call' in part ? callMessage(words, part) : messageOf(words, part)) } catch { return null }
  const version: SoapVersion = d.chance(50) ? '1.1' : '1.2', [namespace, media] = versions[version]
  const envelope = `<e:Envelope xmlns:e="${namespace}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><e:Body>${spoil ? spoilt(d, element, xmlTokens) : element}</e:Body></e:Envelope>`
  return { protocol: 'soap', who, path: '/soap', body: d.chance(4) ? spoilt(d, envelope, xmlTokens) : envelope, headers: { 'content-type': d.chance(95) ? media : d.of(['text/plain', 'text/xml; charset=latin1', 'application/soap+xml; action="x"']) } }
}

/** What is wrong with an answer, and the code it has. */
export function judgeMessage(m: Message, status: number, type: string, text: string, secrets: readonly string[]): { readonly wrong: readonly string[]; readonly code: string } {
  const wrong: string[] = secrets.filter(s => text.includes(s)).map(s => `told ${s}`)
  const told = (code: string): { readonly wrong: readonly string[]; readonly code: string } => {
    if (code === 'internal' || (status >= 500 && m.protocol === 'graphql') || (status >= 501 && !/^store\./.test(code))) wrong.push(`${status} ${code}`)
    return { wrong, code }
  }
  try {
    if (m.protocol === 'graphql') {
      const { data, errors } = JSON.parse(text) as { data?: unknown; errors?: readonly { message: string; extensions?: { code?: string } }[] }
      if (data === undefined && errors === undefined) wrong.push('neither data nor errors')
      const [first] = errors ?? [], bare = (errors ?? []).find(e => e.extensions?.code === undefined || e.message === '')
      if (bare) wrong.push(`an error without a code: ${JSON.stringify(bare)}`)
      const internal = (errors ?? []).find(e => e.extensions?.code === 'internal')
      return told(internal ? 'internal' : first?.extensions?.code ?? 'answered')
    }
    if (!/^(text\/xml|application\/soap\+xml)/.test(type)) wrong.push(`answered as ${type}`)
    const root = tree(text), find = (node: Node, name: string): Node | undefined => (node.name === name ? node : node.children.map(c => find(c, name)).find(x => x !== undefined))
    if (find(root, 'Fault') === undefined) return told('answered')
    const detail = find(root, 'detail') ?? find(root, 'Detail')
    return told(detail === undefined ? 'fault of SOAP' : find(detail, 'code')?.text ?? 'no code')
  } catch (error) {
    wrong.push(`cannot be read: ${(error as Error).message}`)
    return told('unreadable')
  }
}
