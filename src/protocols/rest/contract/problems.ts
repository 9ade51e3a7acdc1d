// What may go wrong with an operation: its statuses, and the codes behind each, from the one table of failures.
import { failures, type Code } from '../../../failure/index.ts'
import { given, pascal, type Book, type Json, type Members } from './book.ts'

/** What may go wrong with any request. */
const everywhere: readonly Code[] = ['caller.token', 'request.accept', 'request.timeout', 'request.url', 'request.headers', 'internal', 'store.unsupported', 'store.down', 'server.stopping', 'store.timeout', 'store.full']
const writes: readonly Code[] = ['request.malformed', 'request.size', 'request.media', 'resolve.name', 'resolve.url', 'resolve.limit', 'resolve.value', 'caller.unknown', 'caller.forbidden', 'row.duplicate', 'row.contended', 'row.reference', 'row.invalid', 'request.inFlight', 'request.reused']
const asks: readonly Code[] = ['request.malformed', 'resolve.name', 'resolve.url', 'resolve.limit', 'caller.unknown', 'caller.forbidden', 'row.contended']

/** The codes of each kind of operation. */
export const codes = {
  list: [...asks, 'resolve.cursor'],
  related: [...asks, 'resolve.cursor', 'row.missing'],
  get: [...asks, 'row.missing'],
  aggregate: asks,
  query: [...asks, 'resolve.cursor', 'resolve.value', 'request.size', 'request.media'],
  create: [...writes, 'row.missing'],
  update: [...writes, 'row.missing', 'row.stale', 'row.unversioned', 'row.condition', 'row.transition', 'row.referenced'],
  replace: [...writes, 'row.missing', 'row.stale', 'row.unversioned', 'row.transition', 'row.referenced'],
  call: [...writes, 'row.missing', 'row.stale', 'row.unversioned', 'row.condition', 'row.transition', 'row.count', 'row.referenced'],
  identity: [...writes, 'row.missing', 'row.referenced', 'auth.credentials', 'auth.code', 'auth.stale', 'auth.throttled', 'server.busy'],
  batch: [...new Set<Code>([...asks, ...writes, 'resolve.cursor', 'request.route', 'request.method', 'row.missing', 'row.stale', 'row.unversioned', 'row.condition', 'row.transition', 'row.count', 'row.referenced'])],
  delete: ['request.malformed', 'request.inFlight', 'request.reused', 'resolve.name', 'resolve.limit', 'caller.unknown', 'caller.forbidden', 'row.missing', 'row.referenced', 'row.contended', 'row.stale', 'row.unversioned', 'row.condition', 'row.invalid', 'resolve.url'],
  updateMany: [...writes, 'row.count', 'row.missing', 'row.referenced'],
  deleteMany: ['request.malformed', 'request.inFlight', 'request.reused', 'resolve.name', 'resolve.url', 'resolve.limit', 'caller.unknown', 'caller.forbidden', 'row.count', 'row.referenced', 'row.contended', 'row.invalid'],
} as const satisfies Record<string, readonly Code[]>
export type Kind = keyof typeof codes

/** What a status means, beside what an application declares under it. */
export const reasons: Readonly<Record<number, string>> = {
  400: 'The address cannot be read, names what does not exist, or asks for too much.', 401: 'Nobody known asks, and it takes somebody; or the token is not accepted.', 403: 'Not allowed, whatever the data.',
  404: 'Not there, or not to be seen by this caller.', 405: 'That method is not available there.', 406: '`Accept` rules out JSON.', 408: 'The request took too long to arrive.', 409: 'Other rows stand in the way, or the same request is being carried out.', 412: 'The object has another version than `If-Match` says; `ETag` is the one it has.',
  413: 'The body is over 1 MiB.', 414: 'The address is over 16 KB.', 415: 'The body is not JSON in UTF-8.', 422: 'The body has mistakes; `errors` lists all of them.', 431: 'The headers are too large.',
  429: 'It was tried too often; `Retry-After` says when it may be tried again.',
  428: '`If-Match` must say which version was read.', 500: 'Not your fault. Quote `instance` when you report it.', 501: 'The store cannot do that.', 503: 'Try again later.', 504: 'The store took too long. Try again later.', 507: 'The store has no room left.',
}

/** The responses of what may go wrong, by status; `but`: those that somebody else describes. */
export function refusals(book: Book, kind: Kind, but: ReadonlySet<number> = new Set()): Members {
  return Object.fromEntries([...byStatusOf(kind)].filter(([status]) => !but.has(status)).sort(([a], [b]) => a - b).map(([status, of]) => [String(status), refusal(book, status, of)]))
}

/** The codes of a kind of operation, sorted, by status. */
export const byStatusOf = (kind: Kind): ReadonlyMap<number, readonly Code[]> => Map.groupBy([...new Set<Code>([...everywhere, ...codes[kind]])].sort(), code => failures[code].status)

/** `Problem401` where every operation that has the status has these codes, else named after the first that has them: `CreateProblem422`. */
function nameOf(status: number, names: readonly Code[]): string {
  const kinds = Object.keys(codes) as Kind[]
  const sets = kinds.map(k => [k, byStatusOf(k).get(status)?.join(' ')] as const).filter(([, set]) => set !== undefined)
  const own = sets.find(([, set]) => set === names.join(' '))?.[0]
  return `${sets.every(([, set]) => set === names.join(' ')) ? '' : pascal(own ?? '')}Problem${status}`
}

function refusal(book: Book, status: number, names: readonly Code[]): Members {
  const [first = 'internal'] = names
  return book.ref('responses', `${status} ${names.join(' ')}`, nameOf(status, names), () => ({
    description: `${reasons[status] ?? failures[first].title} Codes: ${names.map(c => `\`${c}\``).join(', ')}.`,
    headers: given({
      'X-Request-Id': header(book, 'X-Request-Id'), 'Access-Control-Allow-Origin': header(book, 'Access-Control-Allow-Origin'),
      'WWW-Authenticate': status === 401 ? header(book, 'WWW-Authenticate') : undefined, 'Retry-After': names.some(c => failures[c].retry === 'later') ? header(book, 'Retry-After') : undefined,
      ETag: status === 412 ? header(book, 'ETag') : undefined,
    }),
    content: { 'application/problem+json': { schema: problemOf(book, status, names), example: example(status, first) } },
  }))
}

function example(status: number, code: Code): Members {
  const { title } = failures[code]
  return given({
    type: `/docs/failures#${code}`, title, status, detail: code === 'internal' ? 'This is not your fault. Quote the request id checkout-7f3a when you report it.' : `${title}.`, instance: 'checkout-7f3a', code,
    errors: code === 'resolve.value' ? [{ pointer: '/items/0/quantity', detail: 'must be at least 1' }] : undefined,
  })
}

function problemOf(book: Book, status: number, names: readonly Code[]): Members {
  return book.ref('schemas', `problem ${status} ${names.join(' ')}`, nameOf(status, names), () => ({
    description: `What is answered with status ${status}.`,
    allOf: [problem(book), { type: 'object', properties: { status: { const: status, type: 'integer', format: 'int32', minimum: status, maximum: status }, code: { type: 'string', enum: names } } }],
  }))
}

const text = (description: string, most = 4096): Members => ({ type: 'string', maxLength: most, pattern: '^[^\\u0000]*$', description })

/** RFC 9457. */
export function problem(book: Book): Members {
  return book.ref('schemas', 'problem', 'Problem', () => ({
    type: 'object', description: 'Why a request was not fulfilled (RFC 9457).', required: ['type', 'title', 'status', 'detail', 'instance', 'code'],
    properties: {
      type: { ...text('The page that explains this code.', 200), format: 'uri-reference' },
      title: text('What the code means.', 200),
      status: { type: 'integer', format: 'int32', minimum: 400, maximum: 599, description: 'The HTTP status.' },
      detail: text('What is wrong with this request, and what to do.', 100_000),
      instance: text('The id of the request.', 128),
      code: { type: 'string', maxLength: 100, pattern: '^[A-Za-z0-9_-]+(\\.[a-zA-Z0-9]+)?$', description: 'For programs; never changes its meaning.' },
      declared: text('The name of a failure that an action declares: `outOfStock`.', 100),
      errors: { type: 'array', maxItems: 100_000, description: 'Every mistake with its place.', items: book.ref('schemas', 'mistake', 'Mistake', () => ({
        type: 'object', description: 'One mistake: where, and what to do.', required: ['detail'], additionalProperties: false,
        properties: { pointer: text('Where in the body (RFC 6901).', 10_000), parameter: text('Which parameter of the address.', 16_384), detail: text('What is wrong there.', 100_000) },
      })) },
      facts: { type: 'object', description: 'What else is known, by name: the `fields` of a duplicate, a `budget` and its `cost`.', additionalProperties: true } satisfies Members,
    } satisfies Record<string, Json>,
  }))
}

const headers: Readonly<Record<string, { readonly description: string; readonly schema: Members; readonly example: Json }>> = {
  ETag: { description: 'The version of this object and the hash of its bytes: for `If-Match` and `If-None-Match`.', schema: { type: 'string', pattern: '^"[0-9A-Za-z._-]+"$', maxLength: 100 }, example: '"3.0cd1h1c6T4IFStn1HQ9PoXGQ2HM"' },
  'X-Request-Id': { description: 'The id of the request.', schema: { type: 'string', pattern: '^[A-Za-z0-9_.~-]{1,128}$', maxLength: 128 }, example: 'checkout-7f3a' },
  'Access-Control-Allow-Origin': { description: 'There for pages of other origins that are allowed to read the answer.', schema: { type: 'string', pattern: '^[^\\u0000]*$', maxLength: 300 }, example: 'https://shop.example' },
  'WWW-Authenticate': { description: 'How to say who asks.', schema: { type: 'string', enum: ['Bearer', 'Bearer error="invalid_token"'] }, example: 'Bearer' },
  'Retry-After': { description: 'Seconds until a repeat makes sense.', schema: { type: 'integer', format: 'int32', minimum: 1, maximum: 86_400 }, example: 1 },
  Location: { description: 'Where the new object is.', schema: { type: 'string', format: 'uri-reference', maxLength: 16_384 }, example: '/api/orders/0198a3f0-0000-7000-8000-000000000001' },
  'Page-More': { description: 'Included lists that were cut by their page.', schema: { type: 'string', pattern: '^[A-Za-z0-9_., ]+$', maxLength: 4096 }, example: 'items' },
  Vary: { description: 'What of the request the answer depends on.', schema: { type: 'string', pattern: '^[A-Za-z, -]+$', maxLength: 300 }, example: 'Accept, Authorization' },
  'Cache-Control': { description: 'Whether and how long it may be kept.', schema: { type: 'string', pattern: '^[a-z0-9=, -]+$', maxLength: 300 }, example: 'private, no-cache' },
}

export function header(book: Book, name: string): Members {
  const found = headers[name]
  if (found === undefined) throw new Error(`no header ${name}`)
  return book.ref('headers', name, name, () => ({ ...found }))
}
