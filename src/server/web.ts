// A Request and a Response of the web's own kind, as Next's route handlers and other hosts have them.
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { Failure } from '../failure/index.ts'
import { tooLarge, type Body } from './body.ts'
import { begin } from './handle.ts'
import type { Flight, Handlings } from './handling.ts'
import type { Limits } from './limits.ts'
import { whole } from './send.ts'

/** Answers a request. Never rejects. */
export async function answerWeb(h: Handlings, request: Request, prefix: string): Promise<Response> {
  const { pathname, search, host, protocol } = new URL(request.url)
  const inside = prefix !== '' && (pathname === prefix || pathname.startsWith(`${prefix}/`))
  const body = await read(request, h.limits)
  // What Node has in headers a Request has in its address.
  const headers: Record<string, string> = { host, ...(protocol === 'https:' ? { 'x-forwarded-proto': 'https' } : {}), ...Object.fromEntries(request.headers) }
  // Compressing is the host's here: Next drops `Content-Encoding` from what a route handler answers, and compresses all of it itself.
  delete headers['accept-encoding']
  let cut = false
  const listeners = new Set<() => void>()
  const flight: Flight = { cut() { cut = true; for (const listener of listeners) listener() } }
  h.flight.add(flight)
  const handled = begin(h, {
    method: request.method, url: `${(inside ? pathname.slice(prefix.length) : pathname) || '/'}${search}`, mount: inside ? prefix : '', headers, body: body.bytes, early: body.early, from: undefined,
    headerBytes: () => Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0),
    gone: () => request.signal.aborted || cut,
    onGone(listener) {
      listeners.add(listener)
      if (request.signal.aborted || cut) listener()
      else request.signal.addEventListener('abort', listener, { once: true })
    },
  })
  const { status, headers: said, body: parts, length, stream } = await handled.answer()
  h.flight.delete(flight)
  // How the host sends it, and whether that arrives, is not ours to see.
  handled.over({ status, gone: request.signal.aborted, bytes: length })
  const head = new Headers(Object.entries(said).map(([name, value]): [string, string] => [name, String(value)]))
  if (stream !== null) return new Response(Readable.toWeb(stream) as unknown as ConstructorParameters<typeof Response>[0], { status, headers: head })
  return new Response(length === 0 ? null : new Uint8Array(whole(parts)), { status, headers: head })
}

async function read(request: Request, limits: Limits): Promise<Body> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    if (request.bodyUsed) throw new Error('The host has read the body. Give the application the request as it came.')
    if (request.body !== null) {
      const patience = AbortSignal.any([AbortSignal.timeout(limits.arrivalMs), request.signal])
      for await (const chunk of Readable.fromWeb(request.body as unknown as ReadableStream<Uint8Array>, { signal: patience })) {
        const bytes = chunk as Uint8Array
        chunks.push(bytes)
        if ((size += bytes.byteLength) > limits.body) throw tooLarge(limits)
      }
    }
    return { bytes: Buffer.concat(chunks, size), early: null }
  } catch (error) {
    const name = error instanceof Error ? error.name : ''
    const early = name === 'TimeoutError' || (name === 'AbortError' && !request.signal.aborted) ? new Failure('request.timeout', 'The request did not arrive in time.')
      : name === 'AbortError' ? new Failure('request.malformed', 'The connection ended within the body.') : error
    return { bytes: new Uint8Array(), early }
  }
}
