// `POST /api/batch`: several requests in one transaction, later ones made of earlier answers. Each is what it would be alone; where one is refused, none of them happened.
import { Failure, suggest, toFailure, type At, type Mistake } from '../../failure/index.ts'
import type { Caller, Isolation } from '../../model/index.ts'
import type { Engine, Exchange, Reply } from '../protocol.ts'
import { withHeaders, type Beside, type CarryOut } from './carry.ts'
import { always } from './read.ts'
import { filled, refersTo, withPlaceholders, type Answers } from './references.ts'
import { methods, type Route } from './route.ts'

/** Requests in one batch, and bytes of all their answers together. */
export const mostOperations = 100
const mostAnswered = 8 * 1_048_576

export interface BatchOperation {
  readonly name: string | null
  readonly method: string
  /** Below the prefix, with `{order#/id}` in it as it came; and what stands behind the question mark. */
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  /** undefined: there is none. */
  readonly body: unknown
}

const verbs: readonly string[] = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE']
const words: readonly string[] = ['name', 'method', 'path', 'headers', 'body']
const conditions: readonly string[] = ['if-match', 'if-none-match']
const isObject = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === 'object' && x !== null && !Array.isArray(x)

/** The operations of a body. Throws `resolve.value` with every mistake. */
export function readBatch(body: unknown, prefix: string): readonly BatchOperation[] {
  const mistakes: Mistake[] = []
  const wrong = (at: At, detail: string): void => { mistakes.push({ at, detail }) }
  const list = isObject(body) ? body['operations'] : undefined
  if (isObject(body)) for (const name of Object.keys(body)) if (name !== 'operations') wrong([name], `'${name.slice(0, 80)}' does not exist here.${suggest(name, ['operations'])}`)
  if (!Array.isArray(list)) wrong(['operations'], 'must be a list of operations')
  else if (list.length === 0 || list.length > mostOperations) wrong(['operations'], `must have 1 to ${mostOperations} operations`)
  const names: (string | null)[] = []
  const operations = (Array.isArray(list) && list.length <= mostOperations ? list : []).map((of: unknown, i): BatchOperation => {
    const at = ['operations', i] as const
    const given = isObject(of) ? of : {}
    if (!isObject(of)) wrong(at, 'must be an object of method and path')
    for (const word of Object.keys(given)) if (!words.includes(word)) wrong([...at, word], `'${word.slice(0, 80)}' does not exist here.${suggest(word, words)}`)
    const { name = null, method, path, headers = {}, body: inner } = given
    if (name !== null && !(typeof name === 'string' && /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/.test(name))) wrong([...at, 'name'], 'must start with a letter and have only letters, digits, _ and -')
    else if (name !== null && names.includes(name)) wrong([...at, 'name'], 'is the name of an earlier operation')
    if (typeof method !== 'string' || !verbs.includes(method)) wrong([...at, 'method'], `must be one of ${verbs.join(', ')}`)
    if (typeof path !== 'string' || !path.startsWith('/') || path.length > 16_384) wrong([...at, 'path'], `must be an address below ${prefix}: /orders`)
    const said = isObject(headers) ? Object.entries(headers) : []
    if (!isObject(headers)) wrong([...at, 'headers'], 'must be an object')
    for (const [header, value] of said) {
      if (!conditions.includes(header.toLowerCase())) wrong([...at, 'headers', header], header.toLowerCase() === 'idempotency-key' ? 'belongs to the whole batch: send it as a header of the request' : 'an operation has If-Match and If-None-Match only')
      else if (typeof value !== 'string') wrong([...at, 'headers', header], 'must be text')
    }
    const takes = method === 'POST' || method === 'PATCH' || method === 'PUT'
    if (inner !== undefined && !takes) wrong([...at, 'body'], 'is for POST, PATCH and PUT')
    const text = typeof path === 'string' ? (path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path) : ''
    const question = text.indexOf('?')
    const address = question === -1 ? text : text.slice(0, question), query = question === -1 ? '' : text.slice(question + 1)
    for (const reference of [...refersTo(inner, [...at, 'body']), ...refersTo(address, [...at, 'path']), ...refersTo(query, [...at, 'path'])]) {
      if (reference.problem !== null) wrong(reference.at, reference.problem)
      else if (indexOf(reference.to, names) === -1) wrong(reference.at, `refers to '${reference.to}', which is no earlier operation.${suggest(reference.to, names.filter(n => n !== null))}`)
    }
    names.push(typeof name === 'string' ? name : null)
    return { name: typeof name === 'string' ? name : null, method: String(method as string), path: address, query, headers: Object.fromEntries(said.map(([h, v]) => [h.toLowerCase(), String(v as string)])), body: inner }
  })
  if (mistakes.length > 0) throw new Failure('resolve.value', mistakes.length === 1 && mistakes[0] ? `${mistakes[0].at.join('.')} ${mistakes[0].detail}` : `${mistakes.length} mistakes`, { mistakes })
  return operations
}

/** The place of an earlier operation, by its name or its number; -1: there is none. */
function indexOf(to: string, names: readonly (string | null)[]): number {
  const named = names.indexOf(to)
  if (named !== -1 || !/^\d{1,3}$/.test(to)) return named
  return Number(to) < names.length ? Number(to) : -1
}

export interface Batching {
  readonly prefix: string
  readonly place: (path: string) => Route
  readonly carryOut: CarryOut
  readonly beside: Beside
}

/** Where each operation leads, before any is carried out; and the isolation that all of them together need. */
export function isolationsOf(operations: readonly BatchOperation[], { place }: Pick<Batching, 'place'>): readonly Isolation[] {
  return operations.flatMap((op, i) => {
    const at = told(i, op, () => placed(op, place, withPlaceholders(op.path)))
    return at.kind === 'action' ? [at.action.isolation] : []
  })
}

function placed(op: BatchOperation, place: Batching['place'], path: string): Route {
  const at = place(path)
  if (!methods[at.kind].includes(op.method)) throw new Failure('request.method', `${op.method} is not available at ${path.slice(0, 200)}. There are: ${methods[at.kind].filter(m => verbs.includes(m)).join(', ')}.`)
  return at
}

/** Carries them out one after the other on an engine that is within a transaction. */
export async function carryOutBatch(on: Engine, operations: readonly BatchOperation[], b: Batching, exchange: Exchange, caller: Caller): Promise<Reply> {
  const names = operations.map(op => op.name)
  const replies: Reply[] = []
  let size = 0
  const answers: Answers = to => {
    const reply = replies[indexOf(to, names)]
    const text = Buffer.concat((reply?.body ?? []).map(part => (typeof part === 'string' ? Buffer.from(part) : part))).toString('utf8')
    return text === '' ? null : JSON.parse(text) as unknown
  }
  for (const [i, op] of operations.entries()) {
    const reply = await toldLater(b.beside, i, op, async () => {
      const path = filled(op.path, answers, here.path, encodeURIComponent), query = filled(op.query, answers, here.path, encodeURIComponent)
      const body = op.body === undefined ? undefined : filled(op.body, answers, here.body)
      const alone: Exchange = {
        ...exchange, method: op.method, path: b.prefix + path, query, note: () => {}, caller: exchange.caller, body: body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body)),
        headers: { ...op.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      }
      if (body === undefined && (op.method === 'PATCH' || op.method === 'PUT')) throw new Failure('resolve.value', 'A body is expected; there is none.', { at: here.body })
      return b.carryOut(on, placed(op, b.place, path), alone, body, caller, false)
    })
    size += reply.body.reduce((sum, part) => sum + part.length, 0)
    if (size > mostAnswered) throw new Failure('resolve.limit', `The answers of a batch may have ${mostAnswered} bytes together; ask for less.`, { facts: { limit: 'bytes', budget: mostAnswered } })
    replies.push(reply)
  }
  const kept = ['etag', 'location', 'page-more']
  const parts = replies.flatMap(({ status, headers, body }, i) => {
    const said = Object.fromEntries(Object.entries(headers).filter(([name]) => kept.includes(name)))
    return [`${i === 0 ? '' : ','}{"status":${status},"headers":${JSON.stringify(said)},"body":`, ...(body.length === 0 ? ['null'] : body), '}']
  })
  return { status: 200, headers: { ...always, 'cache-control': 'no-store' }, body: ['{"data":[', ...parts, ']}'] }
}

/** Places that are this file's own; all others are of the operation's body, or its address. No field begins so. */
const here = { path: ['~path'], body: ['~body'] } as const

/** A failure of one operation, told of the batch: at its place, and saying which one it was. */
function ofBatch(i: number, op: BatchOperation, error: unknown): Failure {
  const failure = toFailure(error)
  if (failure.code === 'internal') return failure
  const inBody = op.method !== 'GET' && op.method !== 'DELETE'
  const within = (at: At): At => (at[0] === here.path[0] ? ['path', ...at.slice(1)] : at[0] === here.body[0] ? ['body', ...at.slice(1)] : at.length === 0 ? [] : [inBody ? 'body' : 'path', ...at])
  const place = (at: At): At => ['operations', i, ...within(at)]
  const named = op.name === null ? '' : ` '${op.name}'`
  return new Failure(failure, `Operation ${i}${named}, ${op.method} ${op.path.slice(0, 200)}: ${failure.message}`, {
    at: place(failure.at), mistakes: failure.mistakes.map(m => ({ at: place(m.at), detail: m.detail })), facts: { ...failure.facts, operation: i }, cause: failure.cause,
  })
}
function told<T>(i: number, op: BatchOperation, work: () => T): T {
  try { return work() } catch (error) { throw ofBatch(i, op, error) }
}
async function toldLater<T>(beside: Beside, i: number, op: BatchOperation, work: () => Promise<T>): Promise<T> {
  try { return await work() } catch (error) {
    const failure = ofBatch(i, op, error), headers = error instanceof Failure ? beside.get(error)?.headers : undefined
    throw headers === undefined ? failure : withHeaders(beside, failure, headers)
  }
}
