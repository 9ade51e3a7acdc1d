// What the server itself reads of a request's headers: its id, its trace, its bearer token.
import { randomUUID } from 'node:crypto'
import { Failure } from '../failure/index.ts'

/** The caller's own id where it is sane (it is logged and comes back), else a new one. */
export function requestId(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' && /^[\w.~-]{1,128}$/.test(header) ? header : randomUUID()
}

/** The trace id of a W3C `traceparent`; null where there is none or it is not valid. */
export function traceOf(header: string | readonly string[] | undefined): string | null {
  const [, version, trace, span] = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?$/.exec(typeof header === 'string' ? header : '') ?? []
  return trace === undefined || version === 'ff' || /^0+$/.test(trace) || /^0+$/.test(span ?? '0') ? null : trace
}

/** The token of `Authorization: Bearer …`; null without the header. Throws `caller.token` for any other scheme. */
export function bearer(header: string | undefined, scheme = 'Bearer'): string | null {
  if (header === undefined) return null
  const [, word, token] = /^([A-Za-z0-9-]+) +([A-Za-z0-9._~+/-]+=*) *$/.exec(header) ?? []
  if (token === undefined || word?.toLowerCase() !== scheme.toLowerCase()) throw new Failure('caller.token', `Authorization must be '${scheme} <token>'.`)
  return token
}

/** The value of a cookie; null where it does not come, or comes twice (one of them is not ours). */
export function cookieOf(header: string | readonly string[] | undefined, name: string): string | null {
  const pairs = (typeof header === 'string' ? header : (header ?? []).join('; ')).split(';').map(pair => pair.trim()).filter(pair => pair.startsWith(`${name}=`))
  const [only] = pairs
  return pairs.length === 1 && only !== undefined ? only.slice(name.length + 1) : null
}
