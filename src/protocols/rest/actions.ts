// Calls of actions over HTTP: `POST /api/actions/checkout`, `POST /api/orders/{id}/cancel`, and contracts that are somebody else's, at paths of their own.
import { Failure } from '../../failure/index.ts'
import type { ActionModel, CallRequested, FieldModel, ForeignContract } from '../../model/index.ts'
import type { CallRequest } from '../../wire/index.ts'
import type { CallAnswer, Exchange, Reply, Why } from '../protocol.ts'
import type { Contracted } from './acts.ts'
import { always } from './read.ts'
import { expectations } from './tags.ts'
import { fromQuery, malformed, shown } from './text.ts'

/** One request per version that If-Match accepts. `body`: JSON, or undefined where there was none. */
export function callRequests(action: ActionModel, key: readonly string[] | null, body: unknown, exchange: Pick<Exchange, 'headers' | 'query'>): readonly [CallRequest, ...CallRequest[]] {
  const ifMatch = exchange.headers['if-match']
  if (exchange.query !== '') throw new Failure('resolve.name', 'An action takes no parameters in its address; put everything into the body.')
  if (key === null && ifMatch !== undefined) throw malformed('If-Match belongs to one row; this action is about none.')
  const request = { action: action.id, key, input: body, origin: 'body' } as const
  const [first = null, ...others] = ifMatch === undefined ? [null] : expectations(String(ifMatch))
  return [{ ...request, expect: first }, ...others.map(expect => ({ ...request, expect }))]
}

/** The input of a contract: the members its path names, those of the query string, and the body's. */
export function contractRequest(action: Contracted, named: Readonly<Record<string, string>>, body: unknown, query: string): CallRequest {
  const request = { action: action.id, key: null, origin: 'body' } as const
  if (action.contract.raw) return { ...request, input: undefined }
  const fields = new Map(action.input.flatMap(m => (m.kind === 'value' ? [[m.name, m.field] as const] : [])))
  const given: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const pair of query === '' ? [] : query.split('&')) {
    const [name = '', value = ''] = pair.split(/=(.*)/s).map(fromQuery)
    const field = fields.get(name)
    if (field === undefined || Object.hasOwn(named, name)) throw new Failure('resolve.name', `There is no parameter '${shown(name)}' here. There are: ${[...fields.keys()].filter(n => !Object.hasOwn(named, n)).join(', ') || 'none'}.`)
    if (!field.list && given[name] !== undefined) throw malformed(`${shown(name)} is given twice.`)
    const before = given[name]
    given[name] = field.list ? [...(Array.isArray(before) ? before as readonly unknown[] : []), asJson(field, value)] : asJson(field, value)
  }
  if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body))) return { ...request, input: body }
  const placed = Object.fromEntries(Object.entries(named).map(([name, value]) => { const field = fields.get(name); return [name, field ? asJson(field, value) : value] }))
  return { ...request, input: { ...body, ...given, ...placed } }
}

/** Text of an address as JSON would have it; what does not look like it stays text, and is refused as such. */
function asJson(field: FieldModel, text: string): unknown {
  switch (field.scalar) {
    case 'integer': case 'number': return /^-?\d{1,17}(\.\d{1,17})?$/.test(text) ? Number(text) : text
    case 'boolean': return text === 'true' ? true : text === 'false' ? false : text
    default: return text
  }
}

/** Its answer is never given again: it holds secrets, or what was prepared for it belongs to one call. */
export const isUnkept = (action: ActionModel): boolean => action.unkept === true || action.prepare !== undefined

export const requestedOf = ({ id, method, path, query, headers, body, from }: Exchange): CallRequested => ({ id, method, path, query, headers, body, ...(from === undefined ? {} : { from }) })

/** What an action answered, as its contract says it. */
export function renderCall(action: ActionModel, answer: CallAnswer, why: Why | null = null): Reply {
  const { contract } = action
  if (contract?.raw === true) return withSaid(rawReply(action.id, contract, answer.output), answer)
  const own = { ...contract?.headers, ...answer.headers }
  if (why !== null) return { status: contract?.status ?? 200, headers: { ...always, 'cache-control': 'no-store', ...own }, body: [`{"data":${answer.body ?? 'null'},"why":${JSON.stringify(why)}}`] }
  if (answer.body === null) return { status: contract?.status ?? 204, headers: { 'cache-control': 'no-store', ...own }, body: [] }
  return { status: contract?.status ?? 200, headers: { ...always, 'cache-control': 'no-store', ...own }, body: [answer.body] }
}

const withSaid = (reply: Reply, { headers }: CallAnswer): Reply => (headers === undefined ? reply : { ...reply, headers: { ...reply.headers, ...headers } })

/** What the code of a raw contract returned: a body, or `{ status, headers, body }`. Throws `internal` where it is neither. */
function rawReply(id: string, contract: ForeignContract, returned: unknown): Reply {
  const wrong = (what: string): never => { throw new Failure('internal', undefined, { cause: new Error(`${id} returned ${what}`) }) }
  const whole = typeof returned === 'object' && returned !== null && !(returned instanceof Uint8Array) && ['status', 'headers', 'body'].some(n => n in returned)
  const { status = contract.status ?? undefined, headers = {}, body } = (whole ? returned : { body: returned }) as { readonly status?: unknown; readonly headers?: unknown; readonly body?: unknown }
  if (status !== undefined && !(typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599)) return wrong('a status that is none')
  if (typeof headers !== 'object' || headers === null) return wrong('headers that are no object')
  const named = Object.entries(headers).map(([name, value]): [string, string] => [name.toLowerCase(), String(value)])
  const bad = named.find(([name, value]) => !/^[a-z0-9-]+$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value))
  if (bad) return wrong(`a header '${bad[0]}' that cannot be sent`)
  const type = body === undefined || body === null ? null : typeof body === 'string' ? 'text/plain; charset=utf-8' : body instanceof Uint8Array ? 'application/octet-stream' : 'application/json'
  const bytes = type === null ? [] : typeof body === 'string' || body instanceof Uint8Array ? [body] : [JSON.stringify(body)]
  return { status: status ?? (type === null ? 204 : 200), headers: { 'cache-control': 'no-store', ...(type === null ? {} : { 'content-type': type }), ...contract.headers, ...Object.fromEntries(named) }, body: bytes }
}
