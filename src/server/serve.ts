// The listener: Fastify's server around one handler, its limits, and a stop that lets requests finish.
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { Failure, type Code } from '../failure/index.ts'
import type { Observe } from '../observe/index.ts'
import type { Engine, Protocol } from '../protocols/protocol.ts'
import { handle, type Handling } from './handle.ts'
import { requestId } from './headers.ts'
import { limits as usual, type Limits } from './limits.ts'
import { origins } from './origins.ts'
import type { Development } from './own.ts'

export interface ServeOptions {
  /** The first one also words what belongs to none of them. */
  readonly protocols: readonly [Protocol, ...Protocol[]]
  readonly engine: Pick<Engine, 'identify' | 'ready'>
  /** 127.0.0.1 unless said. */
  readonly host?: string
  /** Absent: PORT, else 3000, else the next free one. 0: any free one. */
  readonly port?: number
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Present in development only. */
  readonly development?: Development
  /** Origins whose pages may read answers; `*`: all. */
  readonly origins?: readonly string[]
  readonly observe?: Observe
  readonly limits?: Partial<Limits>
}

export interface Serving {
  readonly url: string
  readonly port: number
  /** Lets requests in flight finish, for as long as `limits.stopMs` says. */
  close(): Promise<void>
}

/** Listens. Throws with a readable message where the port is taken or is no port. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const host = options.host ?? '127.0.0.1'
  const ports = portsToTry(options.port, (options.environment ?? process.env)['PORT'])
  for (const port of ports) {
    const server = build(options)
    try {
      await server.app.listen({ host, port })
    } catch (error) {
      await server.app.close()
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
      if (port !== ports.at(-1)) continue
      throw new Error(ports.length === 1 ? `Port ${port} is taken. Choose another, or none: then the next free one is used.` : `Ports ${ports[0]} to ${port} are taken.`, { cause: error })
    }
    const address = server.app.server.address() as AddressInfo
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`
    server.tell({ kind: 'listening', time: Date.now(), url })
    return { url, port: address.port, close: server.close }
  }
  throw new Error('no port to try')
}

/** A port that was asked for is that port or an error; only the usual one gives way. */
function portsToTry(given: number | undefined, environment: string | undefined): readonly number[] {
  if (given !== undefined) return [given]
  if (environment === undefined || environment === '') return Array.from({ length: 100 }, (_, i) => 3000 + i)
  if (!/^\d{1,5}$/.test(environment) || Number(environment) > 65_535) throw new Error(`PORT is '${environment}'; it must be a number from 0 to 65535.`)
  return [Number(environment)]
}

interface Built { readonly app: FastifyInstance; readonly tell: Observe; readonly close: () => Promise<void> }

function build(options: ServeOptions): Built {
  const limits: Limits = { ...usual, ...options.limits }
  let stopping = false
  let inFlight = 0
  let closed: Promise<void> | null = null
  // A log that fails must not fail the request.
  const tell: Observe = observation => { try { options.observe?.(observation) } catch { /* nobody left to tell */ } }
  const h: Handling = {
    protocols: options.protocols, engine: options.engine, limits, observe: tell,
    development: options.development ?? null, ready: () => options.engine.ready(), stopping: () => stopping,
    origins: origins(options.origins ?? [], options.development !== undefined),
  }

  const app = Fastify({
    bodyLimit: limits.body, requestTimeout: limits.arrivalMs, keepAliveTimeout: limits.idleMs, return503OnClosing: false, exposeHeadRoutes: false,
    // Room to say 414 and 431 ourselves, as much as a body may have; beyond it Node's parser ends the connection.
    http: { maxHeaderSize: Math.max(limits.body, 2 * (limits.url + limits.headers)), headersTimeout: limits.headersMs, connectionsCheckingInterval: Math.min(limits.headersMs, 5000) },
    // One route for everything: Fastify's router, decoding and JSON are not on the way.
    rewriteUrl: () => '/',
    clientErrorHandler(error, socket) { refuseBytes(options.protocols[0], error, socket, tell) },
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => { done(null, body) })
  const run = (request: FastifyRequest, reply: FastifyReply, early: unknown): void => {
    reply.hijack()
    inFlight++
    reply.raw.once('close', () => { inFlight-- })
    void handle(h, request.raw, reply.raw, request.originalUrl, request.body instanceof Uint8Array ? request.body : new Uint8Array(), early)
  }
  app.all('/', (request, reply) => { run(request, reply, null) })
  app.setNotFoundHandler((request, reply) => { run(request, reply, null) })
  app.setErrorHandler((error, request, reply) => {
    // What is left of a body that is not read is drained, within reason, so that the answer is not lost in a reset.
    let drained = 0
    request.raw.on('data', (chunk: Uint8Array) => { if ((drained += chunk.byteLength) > 16 * limits.body) request.raw.destroy() }).resume()
    run(request, reply, bodyFailure(error as Refused, limits))
  })

  const stop = async (): Promise<void> => {
    const start = performance.now()
    stopping = true
    tell({ kind: 'stopping', time: Date.now(), inFlight })
    const patience = new AbortController()
    let cut = 0
    void wait(limits.stopMs, undefined, { signal: patience.signal }).then(() => { cut = inFlight; app.server.closeAllConnections() }, () => {})
    await app.close()
    patience.abort()
    tell({ kind: 'stopped', time: Date.now(), ms: performance.now() - start, cut })
  }
  return { app, tell, close: () => (closed ??= stop()) }
}

/** What the framework throws of its own accord. */
interface Refused { readonly code?: string; readonly statusCode?: number }

/** The failure that a refusal of the framework is; null where the protocol has a better answer of its own. */
function bodyFailure(error: Refused, limits: Limits): Failure | null {
  switch (error.code) {
    // A method that has its own idea of bodies (QUERY): whether there is such a method here comes first.
    case 'FST_ERR_ROUTE_MISSING_CONTENT_TYPE': return null
    case 'FST_ERR_CTP_BODY_TOO_LARGE': return new Failure('request.size', `A body may have ${limits.body} bytes.`)
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE': return new Failure('request.media', 'The Content-Type cannot be read.')
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH': return new Failure('request.malformed', 'The body is not as long as Content-Length says.')
    case 'ECONNRESET': return new Failure('request.malformed', 'The connection ended within the body.')
    default: return (error.statusCode ?? 500) < 500
      ? new Failure('request.malformed', 'The request cannot be read.', { cause: error })
      : new Failure('internal', undefined, { cause: error })
  }
}

/** Bytes that never became a request are answered all the same. */
function refuseBytes(protocol: Protocol, error: Error & { readonly code?: string }, socket: Socket, tell: Observe): void {
  if (error.code === 'ECONNRESET' || !socket.writable) { socket.destroy(); return }
  const code: Code = error.code === 'HPE_HEADER_OVERFLOW' ? 'request.headers' : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'request.timeout' : 'request.malformed'
  const detail = { 'request.headers': 'The headers, or the address, are too long.', 'request.timeout': 'The request did not arrive in time.', 'request.malformed': 'This is not HTTP.' }[code]
  const id = requestId(undefined)
  const reply = protocol.refuse(new Failure(code, detail), { id, method: 'GET', path: '/', headers: {} })
  const body = Buffer.concat(reply.body.map(part => Buffer.from(part)))
  const headers = { ...reply.headers, 'x-request-id': id, 'content-length': String(body.byteLength), connection: 'close' }
  tell({ kind: 'unreadable', time: Date.now(), code, cause: error })
  socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 ${reply.status} ${reply.status}\r\n${Object.entries(headers).map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n`), body]))
}
