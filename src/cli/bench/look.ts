// Looks at the application in this process before it is measured: what a request answers, how many statements it takes, and PostgreSQL's plan of it.
import { randomUUID } from 'node:crypto'
import type { Application } from '../../application/index.ts'
import { toFailure } from '../../failure/index.ts'
import type { Why } from '../../protocols/protocol.ts'
import { rest } from '../../protocols/rest/index.ts'
import type { Asker } from './askers.ts'

export interface Question { readonly method: 'GET' | 'POST' | 'PATCH'; /** Below REST's own path, with the query: `/orders?sort=id`. */ readonly path: string; readonly body: unknown }
export type Json = Readonly<Record<string, unknown>>
export interface Seen { readonly status: number; readonly body: Json; readonly bytes: number; readonly statements: number; readonly why: Why | null; /** Of a failure that is not the caller's: what really happened. */ readonly cause: string | null }
/** Carries out a request as somebody. `why`: with its statement and plan; never for a write. */
export type Look = (who: Asker, question: Question, why?: boolean) => Promise<Seen>

export const get = (path: string): Question => ({ method: 'GET', path, body: null })

export function looking({ engine, model }: Pick<Application, 'engine' | 'model'>): Look {
  const prefix = model.restPath ?? '/api'
  const protocol = rest({ engine, prefix, development: true, docs: false })
  return async (who, { method, path: at, body }, why = false) => {
    let statements = 0
    const [path = '', query = ''] = `${prefix}${at}`.split('?')
    const run = { deadline: performance.now() + 60_000, onStatement: () => { statements++ } }
    const exchange = {
      id: randomUUID(), method, path, query, headers: { ...(body === null ? {} : { 'content-type': 'application/json' }), ...(why ? { 'x-why': '1' } : {}) },
      body: new TextEncoder().encode(body === null ? '' : JSON.stringify(body)), run, caller: () => engine.identify(who.token, run), note: () => {},
    }
    let cause: string | null = null
    const reply = await protocol.answer(exchange).catch((error: unknown) => {
      const failure = toFailure(error)
      if (failure.cause instanceof Error) cause = `${failure.cause.name}: ${failure.cause.message}`
      return protocol.refuse(failure, exchange)
    })
    const bytes = Buffer.concat(reply.body.map(part => Buffer.from(part)))
    const read = bytes.length === 0 ? {} : JSON.parse(bytes.toString('utf8')) as Json
    return { status: reply.status, body: read, bytes: bytes.length, statements, why: (read['why'] as Why | undefined) ?? null, cause }
  }
}

/** A request's bytes. `root`: where REST is. */
export function written({ method, path, body }: Question, who: Asker, root: string): string {
  const head = `${method} ${root}${path.replace(/[^\u0021-\u007e]|["<>\\^`{|}#]/gu, encodeURIComponent)} HTTP/1.1\r\nhost: 127.0.0.1\r\n${who.token === null ? '' : `authorization: Bearer ${who.token}\r\n`}`
  if (body === null) return `${head}\r\n`
  const text = JSON.stringify(body)
  return `${head}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
}
