// GraphQL over HTTP: which media type is answered, and what a request asks: in a body, or in the address.
import { Failure } from '../../failure/index.ts'
import { jsonDepth, parseExact } from '../../wire/index.ts'
import type { Exchange } from '../protocol.ts'

export type Media = 'application/graphql-response+json' | 'application/json'
type Headers = Exchange['headers']

/** What the caller prefers of the two. Without a word, JSON: that is what old clients expect. Throws `request.accept` where neither is wanted. */
export function mediaOf(accept: Headers[string]): Media {
  if (accept === undefined) return 'application/json'
  const text = typeof accept === 'string' ? accept : accept.join(',')
  if (text.trim() === '') return 'application/json'
  let best: { readonly media: Media; readonly quality: number; readonly exactness: number } | null = null
  const ranges = text.split(',').map(range => {
    const [name = '', ...parameters] = range.split(';').map(x => x.trim().toLowerCase())
    const q = parameters.find(p => p.startsWith('q='))
    return { name, quality: q === undefined ? 1 : Number(q.slice(2)) || 0 }
  })
  for (const media of ['application/graphql-response+json', 'application/json'] as const) {
    const exactness = (name: string): number => (name === media ? 2 : name === 'application/*' ? 1 : name === '*/*' ? 0 : -1)
    const [fitting] = ranges.filter(r => exactness(r.name) >= 0).toSorted((a, b) => exactness(b.name) - exactness(a.name))
    if (fitting === undefined || fitting.quality === 0) continue
    const found = { media, quality: fitting.quality, exactness: exactness(fitting.name) }
    // A range with a star means the old one.
    if (best === null || found.quality > best.quality || (found.quality === best.quality && best.exactness < 2)) best = found
  }
  if (best === null) throw new Failure('request.accept', 'Answers here are application/graphql-response+json or application/json; Accept rules both out.')
  return best.media
}

/** What a request says, before anything of it is understood. */
export interface Said {
  readonly query: string | null
  readonly operationName: string | null
  readonly variables: Readonly<Record<string, unknown>>
  /** The document by its hash: sha256 in hexadecimal. */
  readonly hash: string | null
}

const malformed = (detail: string): Failure => new Failure('request.malformed', detail)
const utf8 = new TextDecoder('utf-8', { fatal: true })
/** Brackets and braces in one another. */
const deepest = 64
type Members = Readonly<Record<string, unknown>>
const isMap = (x: unknown): x is Members => typeof x === 'object' && x !== null && !Array.isArray(x) && Object.getPrototypeOf(x) === Object.prototype

/** Throws `request.media`, `request.malformed`, `resolve.limit`. */
export function saidInBody({ headers, body }: Pick<Exchange, 'headers' | 'body'>): Said {
  const type = headers['content-type']
  const [name = '', ...parameters] = typeof type === 'string' ? type.split(';') : []
  const charset = parameters.map(p => /^\s*charset\s*=\s*"?([^"]*?)"?\s*$/i.exec(p)?.[1]).find(c => c !== undefined)
  if (name.trim().toLowerCase() !== 'application/json') throw new Failure('request.media', typeof type === 'string' ? `The body is ${name.trim().slice(0, 80)}; it must be application/json.` : 'Say Content-Type: application/json.')
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) throw new Failure('request.media', `The body is in ${charset.slice(0, 80)}; JSON is UTF-8.`)
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') throw new Failure('request.media', 'Compressed bodies are not accepted; leave out Content-Encoding.')
  if (body.byteLength === 0) throw malformed('A JSON body is expected; there is none.')
  return said(json(decoded(body), 'The body'))
}

function decoded(body: Uint8Array): string {
  try {
    return utf8.decode(body)
  } catch {
    throw malformed('The body is not UTF-8.')
  }
}

function json(text: string, what: string): unknown {
  const depth = jsonDepth(text)
  if (depth > deepest) throw new Failure('resolve.limit', `${what} is nested ${depth} deep; ${deepest} is the budget.`, { facts: { limit: 'depth', budget: deepest, cost: depth } })
  try {
    return parseExact(text)
  } catch (error) {
    const place = error instanceof SyntaxError ? /at position \d+(?: \(line \d+ column \d+\))?/.exec(error.message)?.[0] : undefined
    throw malformed(`${what} is not JSON${place === undefined ? '' : ` (${place})`}.`)
  }
}

/** Throws `request.malformed`, `resolve.limit`. */
export function saidInAddress(query: string): Said {
  const given = new Map<string, string>()
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const [name = '', value = ''] = [pair.split('=', 1)[0], pair.slice(pair.indexOf('=') + 1)].map(x => plain(x ?? ''))
    if (given.has(name)) throw malformed(`${name.slice(0, 80)} is given twice.`)
    given.set(name, pair.includes('=') ? value : '')
  }
  const parsed = (name: string): unknown => {
    const text = given.get(name)
    return text === undefined || text === '' ? undefined : json(text, name)
  }
  return said({ query: given.get('query'), operationName: given.get('operationName') || undefined, documentId: given.get('documentId'), variables: parsed('variables'), extensions: parsed('extensions') })
}

function plain(raw: string): string {
  try {
    return decodeURIComponent(raw.replaceAll('+', ' '))
  } catch {
    throw malformed(`'${raw.slice(0, 80)}' is not percent-encoded UTF-8.`)
  }
}

function said(body: unknown): Said {
  if (Array.isArray(body)) throw malformed('A body is one request: several at once are not taken. Several fields of one query are answered in one round trip.')
  if (!isMap(body)) throw malformed('The body is an object with query, variables, operationName, extensions.')
  const { query, operationName, variables, extensions, documentId } = body
  const given = (x: unknown): boolean => x !== undefined && x !== null
  if (given(query) && typeof query !== 'string') throw malformed('query is text: a GraphQL document.')
  if (given(operationName) && typeof operationName !== 'string') throw malformed('operationName is text.')
  if (given(variables) && !isMap(variables)) throw malformed('variables is an object.')
  if (given(extensions) && !isMap(extensions)) throw malformed('extensions is an object.')
  if (given(documentId) && typeof documentId !== 'string') throw malformed('documentId is text.')
  const hash = hashOf(documentId, isMap(extensions) ? extensions['persistedQuery'] : undefined)
  if (!given(query) && hash === null) throw malformed('There is no query: { "query": "{ … }", "variables": { … }, "operationName": "…" }.')
  return { query: typeof query === 'string' ? query : null, operationName: typeof operationName === 'string' ? operationName : null, variables: isMap(variables) ? variables : {}, hash }
}

/** `documentId: "sha256:…"`, or `extensions: { "persistedQuery": { "version": 1, "sha256Hash": "…" } }`. */
function hashOf(documentId: unknown, persisted: unknown): string | null {
  const named: unknown = typeof documentId === 'string' ? documentId.replace(/^sha256:/, '') : isMap(persisted) ? persisted['sha256Hash'] : undefined
  if (named === undefined) return null
  if (typeof named !== 'string' || !/^[0-9a-f]{64}$/i.test(named)) throw malformed('A document is named by its sha256 in hexadecimal: "documentId": "sha256:…".')
  return named.toLowerCase()
}
