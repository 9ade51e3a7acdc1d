// A reply made ready to be sent: lengths, compression, and the headers that every answer has; and its bytes on a socket of Node's.
import type { ServerResponse } from 'node:http'
import { pipeline, type Readable } from 'node:stream'
import type { Reply } from '../protocols/protocol.ts'
import { chosen, compress, compressing, encodedTag, type Encoding } from './encoding.ts'

/** A reply; that of a file has its bytes in a stream. */
export type Answer = Reply & { readonly stream?: Readable }

/** An answer as it goes out. To HEAD there is no body; the headers are those of the GET. */
export interface Outgoing {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number>>
  readonly body: Reply['body']
  readonly length: number
  /** In place of `body`. */
  readonly stream: Readable | null
}

export const compressible = (type: string): boolean => /json|text|xml|javascript|wasm/.test(type)

/** Small answers go out in one piece, head and all; the parts of larger ones one after the other as they are. */
const onePiece = 16_384

/** `accepts`: the request's Accept-Encoding. What `reply` says of itself wins over `headers`, to which it is added. */
export function ready(method: string, accepts: string | undefined, reply: Answer, headers: Record<string, string | number>, compressFrom: number): Outgoing | Promise<Outgoing> {
  Object.assign(headers, reply.headers)
  headers['vary'] = reply.headers['vary'] === undefined ? 'Accept-Encoding, Origin' : `${reply.headers['vary']}, Accept-Encoding, Origin`
  headers['x-content-type-options'] = 'nosniff'
  if (reply.stream !== undefined) return streamed(method, accepts, reply, reply.stream, headers, compressFrom)
  let length = 0
  for (const part of reply.body) length += typeof part === 'string' ? Buffer.byteLength(part) : part.byteLength
  const encoding = length < compressFrom || reply.status === 304 || !compressible(reply.headers['content-type'] ?? '') ? null : chosen(accepts)
  return encoding === null ? finished(method, reply.status, headers, reply.body, length) : compressed(method, reply, headers, encoding)
}

function finished(method: string, status: number, headers: Record<string, string | number>, body: Reply['body'], length: number): Outgoing {
  // 204 and 304 have no length of their own.
  if (status !== 204 && status !== 304) headers['content-length'] = length
  return method === 'HEAD' ? { status, headers, body: [], length: 0, stream: null } : { status, headers, body, length, stream: null }
}

async function compressed(method: string, reply: Answer, headers: Record<string, string | number>, encoding: Encoding): Promise<Outgoing> {
  const small = await compress(whole(reply.body), encoding)
  headers['content-encoding'] = encoding
  if (typeof headers['etag'] === 'string') headers['etag'] = encodedTag(headers['etag'], encoding)
  return finished(method, reply.status, headers, [small], small.byteLength)
}

/** Files are compressed on the way where their build did not do it. */
function streamed(method: string, accepts: string | undefined, reply: Answer, stream: Readable, headers: Record<string, string | number>, compressFrom: number): Outgoing {
  const { status } = reply
  const empty = method === 'HEAD' || status === 304
  const length = Number(headers['content-length'] ?? 0)
  const encoding = status !== 200 || length < compressFrom || headers['content-encoding'] !== undefined || !compressible(String(headers['content-type'] ?? '')) ? null : chosen(accepts)
  if (encoding !== null) {
    headers['content-encoding'] = encoding
    delete headers['content-length']
    delete headers['accept-ranges']
    if (typeof headers['etag'] === 'string') headers['etag'] = encodedTag(headers['etag'], encoding)
  }
  if (empty) {
    stream.destroy()
    return { status, headers, body: [], length: 0, stream: null }
  }
  return { status, headers, body: [], length, stream: encoding === null ? stream : pipeline(stream, compressing(encoding), () => {}) }
}

/** Writes an answer. Answers how many bytes its body has. */
export function send(response: ServerResponse, { status, headers, body, length, stream }: Outgoing): number {
  if (response.destroyed) { stream?.destroy(); return 0 }
  response.writeHead(status, headers)
  // A file that cannot be read to its end ends the connection, which is how the caller learns of it.
  if (stream !== null) { pipeline(stream, response, () => {}); return length }
  if (length === 0) response.end()
  else if (length <= onePiece) response.end(text(body), 'latin1')
  else {
    for (const part of body) response.write(part)
    response.end()
  }
  return length
}

/** One character a byte: Node then joins head and body to one write, which is a third faster than two. */
function text(parts: Reply['body']): string {
  let all = ''
  for (const part of parts) all += (typeof part === 'string' ? Buffer.from(part) : part instanceof Buffer ? part : Buffer.from(part.buffer, part.byteOffset, part.byteLength)).toString('latin1')
  return all
}

/** All parts as one. */
export function whole(parts: Reply['body']): Uint8Array {
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return typeof only === 'string' ? Buffer.from(only) : only
  return Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part) : part)))
}
