// JSON bodies: which media types, how deep, and bytes to values without losing a digit.
import { Failure } from '../../failure/index.ts'
import { jsonDepth, parseExact } from '../../wire/index.ts'
import type { Exchange } from '../protocol.ts'
import { malformed, shown } from './text.ts'

/** Brackets and braces in one another. */
export const deepestBody = 64
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The body's JSON. Throws `request.media`, `request.size`, `request.malformed`, `resolve.limit`. Exact numbers arrive as `Exact`. */
export function readBody(exchange: Pick<Exchange, 'headers' | 'body' | 'method' | 'early'>): unknown {
  if (exchange.early !== undefined) throw exchange.early
  const accepted = exchange.method === 'PATCH' ? ['application/merge-patch+json', 'application/json'] : ['application/json']
  media(exchange.headers['content-type'], exchange.headers['content-encoding'], accepted)
  if (exchange.body.byteLength === 0) throw malformed('A JSON body is expected; there is none.')
  let text: string
  try {
    text = utf8.decode(exchange.body)
  } catch {
    throw malformed('The body is not UTF-8.')
  }
  limitDepth(text)
  try {
    return parseExact(text)
  } catch (error) {
    // The engine's message quotes the body; the place is enough.
    const place = error instanceof SyntaxError ? /at position \d+(?: \(line \d+ column \d+\))?/.exec(error.message)?.[0] : undefined
    throw malformed(`The body is not JSON${place === undefined ? '' : ` (${place})`}.`)
  }
}

function media(type: string | readonly string[] | undefined, encoding: string | readonly string[] | undefined, accepted: readonly string[]): void {
  if (encoding === undefined && accepted.includes(type as string)) return
  const one = accepted.length > 1 ? `one of ${accepted.join(', ')}` : `${accepted[0]}`
  if (typeof type !== 'string') throw new Failure('request.media', `Say Content-Type: ${one}.`)
  const [name = '', ...parameters] = type.split(';')
  if (!accepted.includes(name.trim().toLowerCase())) throw new Failure('request.media', `The body is ${shown(name.trim())}; it must be ${one}.`)
  for (const parameter of parameters) {
    const [, charset] = /^\s*charset\s*=\s*"?([^"]*?)"?\s*$/i.exec(parameter) ?? []
    if (charset !== undefined && !/^utf-?8$/i.test(charset)) throw new Failure('request.media', `The body is in ${shown(charset)}; JSON is UTF-8.`)
  }
  if (encoding !== undefined && encoding !== 'identity') throw new Failure('request.media', 'Compressed bodies are not accepted; leave out Content-Encoding.')
}

function limitDepth(text: string): void {
  const deepest = jsonDepth(text)
  if (deepest > deepestBody) {
    throw new Failure('resolve.limit', `The body is nested ${deepest} deep; ${deepestBody} is the budget.`, { facts: { limit: 'depth', budget: deepestBody, cost: deepest } })
  }
}
