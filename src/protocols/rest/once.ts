// `Idempotency-Key` on a write (the IETF's draft): which request it is, and the answer that is given again.
import { createHash } from 'node:crypto'
import type { Exchange, Reply } from '../protocol.ts'
import { malformed } from './text.ts'

/** The key of a write: as the draft has it, in quotes, or plain. Null where there is none. Throws `request.malformed`. */
export function keyGiven({ method, headers }: Pick<Exchange, 'method' | 'headers'>): string | null {
  const given = headers['idempotency-key']
  if (given === undefined || method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return null
  const [, quoted, plain] = (typeof given === 'string' ? /^\s*(?:"([\x21\x23-\x5b\x5d-\x7e]+)"|([\x21\x23-\x7e]+))\s*$/.exec(given) : null) ?? []
  const key = quoted ?? plain
  if (key === undefined || key.length > 255) throw malformed('Idempotency-Key is one key of 1 to 255 visible characters, plain or in double quotes; a UUID is a good one.')
  return key
}

/** Headers that make another request of it. */
const telling = ['if-match', 'content-type', 'x-why'] as const

/** Equal for requests that ask the same: method, address, body, and what decides over them. */
export function fingerprintOf({ method, path, query, headers, body }: Pick<Exchange, 'method' | 'path' | 'query' | 'headers' | 'body'>): string {
  return createHash('sha256').update(JSON.stringify([method, path, query, ...telling.map(name => headers[name] ?? null)])).update('\n').update(body).digest('base64url')
}

export const replayedReply = (reply: Reply): Reply => ({ ...reply, headers: { ...reply.headers, 'idempotent-replayed': 'true' } })
