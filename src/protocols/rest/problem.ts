// Failures as application/problem+json (RFC 9457).
import { failures, type At, type Failure, type Row } from '../../failure/index.ts'
import type { Exchange, Reply } from '../protocol.ts'

/** A JSON pointer (RFC 6901). */
export function pointer(at: At): string {
  return at.map(part => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** Seconds until a repeat makes sense, where the failure does not say itself. */
const patience = 1

/** `more` are further members and headers that the answering protocol adds. */
export function problem(
  failure: Failure, exchange: Pick<Exchange, 'id' | 'method' | 'mount'>,
  more: { readonly headers?: Readonly<Record<string, string>>; readonly why?: unknown } = {},
): Reply {
  const { row } = failure
  const hidden = failure.code === 'internal'
  const facts = Object.entries(failure.facts).filter(([name]) => name !== 'version')
  const body = {
    // A page of the docs, at the host where the application is served.
    type: `${exchange.mount ?? ''}/docs/failures#${failure.code}`,
    title: row.title,
    status: row.status,
    detail: hidden ? `This is not your fault. Quote the request id ${exchange.id} when you report it.` : failure.message,
    instance: exchange.id,
    code: failure.code,
    // What an action declares is known by its own name, whatever the application is called.
    ...(Object.values<Row>(failures).includes(row) ? {} : { declared: failure.code.slice(failure.code.indexOf('.') + 1) }),
    ...(hidden ? {} : { errors: mistakes(failure, exchange.method) }),
    ...(hidden || facts.length === 0 ? {} : { facts: Object.fromEntries(facts) }),
    ...(more.why === undefined ? {} : { why: more.why }),
  }
  const { retryAfter: after, allow } = failure.facts
  return {
    status: row.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(row.retry === 'later' ? { 'retry-after': String(typeof after === 'number' ? Math.max(1, Math.ceil(after)) : patience) } : {}),
      ...(row.status === 401 ? { 'www-authenticate': failure.code === 'caller.token' ? 'Bearer error="invalid_token"' : 'Bearer' } : {}),
      ...(typeof allow === 'string' ? { allow } : {}),
      ...more.headers,
    },
    body: [JSON.stringify(body)],
  }
}

/** Every mistake with its place: in the body a pointer, in the address the parameter. */
function mistakes(failure: Failure, method: string): readonly object[] | undefined {
  const all = failure.mistakes.length > 0 ? failure.mistakes : failure.at.length > 0 ? [{ at: failure.at, detail: failure.message }] : []
  if (all.length === 0) return undefined
  // Of a body what is no name or no value is one of several mistakes; these two are of the address.
  // Of a batch everything is in the body, addresses too.
  const inBody = failure.facts['operation'] !== undefined || ((method === 'POST' || method === 'PATCH' || method === 'PUT') && failure.code !== 'resolve.name' && failure.code !== 'resolve.url')
  return all.map(({ at, detail }) => (inBody ? { pointer: pointer(at), detail } : { parameter: at.map((part, i) => (i === 0 ? part : `[${part}]`)).join(''), detail }))
}
