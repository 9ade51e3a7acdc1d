// What must hold of every answer, whatever was asked.
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { failures, type Code } from '../../src/failure/index.ts'
import type { Asking } from './request.ts'
import type { Answer } from './wire.ts'

export interface Judged { readonly wrong: readonly string[]; readonly code: string; readonly text: string; readonly json: unknown }

/** What only the database or the source would say. */
const inside = /json_build_object|row_to_json|jsonb?_agg|pg_catalog|pg_temp|::(uuid|text|jsonb|int4)|syntax error at|relation "|column "|violates |invalid input syntax|out of range for type|node_modules|\bat \S+ \(|\.ts:\d+|PostgreSQL|TypeError|RangeError|undefined is not|Cannot read prop|ECONN|\bselect \S+ from\b/

/** `secrets`: texts of the tables and of the set-up that must not come out; `development`: `why` may be there, and says statements. */
export function judge(asked: Asking, answer: Answer, secrets: readonly string[], development: boolean): Judged {
  const wrong: string[] = []
  const bad = (what: string): void => { wrong.push(what) }
  const { status, headers } = answer
  let bytes = answer.body
  const encoding = headers.get('content-encoding')
  if (bytes.length > 0) try {
    if (encoding === 'gzip') bytes = gunzipSync(bytes)
    else if (encoding === 'br') bytes = brotliDecompressSync(bytes)
    else if (encoding !== undefined) bad(`content-encoding ${encoding}`)
  } catch { bad('the compressed body cannot be read') }
  let text = ''
  try { text = new TextDecoder('utf-8', { fatal: true }).decode(bytes) } catch { bad('the body is not UTF-8'); text = bytes.toString('latin1') }
  const all = `${text}\n${[...headers].map(h => h.join(': ')).join('\n')}`
  const withWhy = development && asked.why
  // In development the reasons name the rows that were left out.
  if (!withWhy) for (const secret of secrets) if (all.includes(secret)) bad(`tells ${secret}`)
  if (!withWhy && inside.test(all)) bad(`tells of its inside: ${inside.exec(all)?.[0]}`)
  if (headers.has('x-injected') || headers.has('set-cookie')) bad('a header was smuggled in')
  if (!headers.has('x-request-id')) bad('no x-request-id')
  const tag = headers.get('etag')
  if (tag !== undefined && !/^"(\d+\.)?[\w-]{27}(-{1,2}(gzip|br))?"$/.test(tag) && status !== 304) bad(`etag ${tag}`)

  // In development the root leads to the docs.
  const root = development && status === 302 && asked.target.split('?', 1)[0] === '/' && headers.get('location') === '/docs'
  const bodiless = asked.method === 'HEAD' || status === 204 || status === 304 || root
  let json: unknown
  if (!bodiless) {
    if (text === '') { if (status !== 201) bad('an empty body') }
    else try { json = JSON.parse(text) } catch { bad('the body is not JSON') }
  }
  const type = headers.get('content-type') ?? ''
  let code = String(status)
  if (status < 400) {
    if (![200, 201, 204, 304].includes(status) && !root) bad(`status ${status}`)
    if (!bodiless && text !== '' && type !== 'application/json') bad(`content-type ${type}`)
    if (status === 200 && asked.method === 'GET' && asked.target.startsWith('/api/') && tag === undefined && !withWhy) bad('no etag')
    if (status === 201 && !asked.why && !Array.isArray((json as { data?: unknown } | undefined)?.data) && !headers.has('location')) bad('201 without Location')
  } else {
    if (type !== 'application/problem+json') bad(`content-type ${type}`)
    if (!bodiless && typeof json === 'object' && json !== null) {
      const p = json as { code?: string; status?: unknown; title?: unknown; detail?: unknown; type?: unknown; instance?: unknown; errors?: unknown }
      const row = Object.hasOwn(failures, p.code ?? '') ? failures[p.code as Code] : undefined
      code = p.code ?? 'none'
      if (row === undefined) bad(`code ${String(p.code)} is not in the table`)
      else if (row.status !== status || p.status !== status || p.title !== row.title) bad(`${p.code} with ${status} ${String(p.title)}`)
      if (typeof p.detail !== 'string' || p.detail.length < 8) bad(`detail ${JSON.stringify(p.detail)}`)
      else if (p.detail === p.title && p.errors === undefined) bad(`${p.code}: the detail names nothing: ${p.detail}`)
      else if (p.detail.length > 2000) bad(`a detail of ${p.detail.length} characters`)
      if (p.type !== `/docs/failures#${p.code}` || p.instance !== headers.get('x-request-id')) bad('type or instance')
      if (p.errors !== undefined && !(Array.isArray(p.errors) && p.errors.length > 0 && p.errors.every((e: { pointer?: unknown; parameter?: unknown; detail?: unknown }) => typeof (e.pointer ?? e.parameter) === 'string' && typeof e.detail === 'string'))) bad(`errors ${JSON.stringify(p.errors).slice(0, 200)}`)
      if (status === 401 && !headers.has('www-authenticate')) bad('401 without WWW-Authenticate')
      if (status === 405 && !headers.has('allow')) bad('405 without Allow')
    }
    if (status >= 500) bad(`status ${status}`)
  }
  return { wrong, code, text, json }
}
