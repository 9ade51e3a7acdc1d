// Which request a message is: the key of its header, and what makes another request of it.
import { createHash } from 'node:crypto'
import type { Exchange } from '../protocol.ts'
import type { Members } from './read.ts'
import type { Version } from './version.ts'
import { malformed } from './xml.ts'

/** The key of a message, from its header IdempotencyKey or from HTTP's `Idempotency-Key`; null: neither. Throws `request.malformed`. */
export function keyOfMessage(block: string | null, headers: Exchange['headers']): string | null {
  const header = headers['idempotency-key']
  const http = typeof header === 'string' ? header.trim().replace(/^"(.*)"$/, '$1') : null
  if (block !== null && http !== null && block !== http) throw malformed('IdempotencyKey of the message and Idempotency-Key of HTTP are two keys; a request has one.')
  const key = block ?? http
  if (key !== null && !/^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/.test(key)) throw malformed('IdempotencyKey is 1 to 255 visible characters without quotes; a UUID is a good one.')
  return key
}

/** Equal for messages that ask the same. Headers are not looked at: a timestamp is another at every repeat. The version is, since the answer is kept in it. */
export const fingerprintOf = (version: Version, operation: string, input: Members): string =>
  createHash('sha256').update(JSON.stringify([version.name, operation, input])).digest('base64url')
