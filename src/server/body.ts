// The body of a request: read within our limits, or, where a host framework has read it, what that has made of it.
import type { IncomingMessage } from 'node:http'
import { Failure } from '../failure/index.ts'
import type { Limits } from './limits.ts'

export interface Body { readonly bytes: Uint8Array; readonly early: unknown }
const empty = new Uint8Array()

/** What frameworks put on a request beside what Node does. */
interface Parsed { readonly body?: unknown; readonly rawBody?: unknown }

export const tooLarge = (limits: Limits): Failure => new Failure('request.size', `A body may have ${limits.body} bytes.`)

/**
 * The bytes of a body. Never rejects: what is wrong with it is `early`. A body that the framework has parsed already is written again as JSON, from what the framework
 * kept of it: numbers that JavaScript cannot hold are lost by then, so mount before a parser of bodies where that matters.
 */
export function bodyOf(request: IncomingMessage & Parsed, limits: Limits): Promise<Body> | Body {
  const { 'content-length': length, 'transfer-encoding': chunked } = request.headers
  if (chunked === undefined && (length === undefined || length === '0')) return { bytes: empty, early: null }
  if (request.readableDidRead || request.readableEnded) {
    const bytes = again(request)
    return bytes === null
      ? { bytes: empty, early: new Error('The host framework has read the body and kept nothing of it. Mount the application before what reads bodies.') }
      : { bytes, early: bytes.byteLength > limits.body ? tooLarge(limits) : null }
  }
  if (Number(length ?? 0) > limits.body) {
    drain(request, limits)
    return { bytes: empty, early: tooLarge(limits) }
  }
  return read(request, limits)
}

/** Methods whose bodies are read; what others bring along is dropped. */
const bodied: ReadonlySet<string | undefined> = new Set(['POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS', 'QUERY'])
const mediaType = /^\s*[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;|$)/
const none: Body = { bytes: empty, early: null }

/** As `bodyOf`, of a request to our own listener, which itself ends what does not arrive in time. */
export function bodyHere(request: IncomingMessage, limits: Limits): Promise<Body> | Body {
  if (!bodied.has(request.method)) return none
  const { 'content-length': length, 'content-type': type, 'transfer-encoding': chunked } = request.headers
  const refused = (early: Failure | null): Body => { drain(request, limits); return { bytes: empty, early } }
  // It has its own idea of bodies: whether there is such a method here comes first.
  if (type === undefined && request.method === 'QUERY') return refused(null)
  if (type !== undefined && !mediaType.test(type)) return refused(new Failure('request.media', 'The Content-Type cannot be read.'))
  if (chunked === undefined && (length === undefined || length === '0')) return none
  if (Number(length ?? 0) > limits.body) return refused(tooLarge(limits))
  return new Promise(resolve => {
    const chunks: Uint8Array[] = []
    let size = 0
    const lost = (): void => { resolve({ bytes: empty, early: new Failure('request.malformed', 'The connection ended within the body.') }) }
    request.on('data', (chunk: Uint8Array) => {
      const before = size
      size += chunk.byteLength
      if (size <= limits.body) { chunks.push(chunk); return }
      chunks.length = 0
      if (before <= limits.body) resolve(refused(tooLarge(limits)))
    })
    request.on('end', () => { resolve({ bytes: Buffer.concat(chunks), early: null }) }).on('error', lost)
  })
}

function again({ rawBody, body }: Parsed): Uint8Array | null {
  for (const kept of [rawBody, body]) {
    if (kept instanceof Uint8Array) return kept
    if (typeof kept === 'string') return Buffer.from(kept)
  }
  return body === undefined ? null : Buffer.from(JSON.stringify(body))
}

function read(request: IncomingMessage, limits: Limits): Promise<Body> {
  return new Promise(resolve => {
    const chunks: Uint8Array[] = []
    let size = 0
    const patience = setTimeout(() => { end(new Failure('request.timeout', 'The request did not arrive in time.')) }, limits.arrivalMs)
    const end = (early: unknown): void => {
      clearTimeout(patience)
      request.off('data', take).off('end', whole).off('error', lost).off('close', lost)
      // Whoever looks later must not be surprised by it.
      request.on('error', () => {})
      if (early !== null) drain(request, limits)
      resolve({ bytes: early === null ? Buffer.concat(chunks, size) : empty, early })
    }
    const take = (chunk: Uint8Array): void => {
      chunks.push(chunk)
      if ((size += chunk.byteLength) > limits.body) end(tooLarge(limits))
    }
    const whole = (): void => { end(null) }
    const lost = (): void => { end(new Failure('request.malformed', 'The connection ended within the body.')) }
    request.on('data', take).once('end', whole).once('error', lost).once('close', lost)
  })
}

/** What is left of a body that is not read is drained, within reason, so that the answer is not lost in a reset. */
export function drain(request: IncomingMessage, limits: Limits): void {
  let drained = 0
  request.on('data', (chunk: Uint8Array) => { if ((drained += chunk.byteLength) > 16 * limits.body) request.destroy() }).resume()
}
