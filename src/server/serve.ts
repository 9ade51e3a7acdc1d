// The listener: Fastify's server around one handler, its limits, and a stop that lets requests finish.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import Fastify, { type FastifyInstance } from 'fastify'
import { Failure, type Code } from '../failure/index.ts'
import type { Observe } from '../observe/index.ts'
import type { Protocol } from '../protocols/protocol.ts'
import { bodyHere } from './body.ts'
import { handling, type HandlingOptions } from './handling.ts'
import { requestId } from './headers.ts'
import { handle } from './node.ts'

export interface ServeOptions extends HandlingOptions {
  /** 127.0.0.1 unless said. */
  readonly host?: string
  /** Absent: PORT, else 3000, else the next free one. 0: any free one. */
  readonly port?: number
  readonly environment?: Readonly<Record<string, string | undefined>>
}

export interface Serving {
  readonly url: string
  readonly port: number
  /** Requests that are being answered now. */
  inFlight(): number
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
    return { url, port: address.port, inFlight: server.inFlight, close: server.close }
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

interface Built { readonly app: FastifyInstance; readonly tell: Observe; readonly inFlight: () => number; readonly close: () => Promise<void> }

function build(options: ServeOptions): Built {
  const h = handling(options)
  const { limits, observe: tell, flight } = h
  let closed: Promise<void> | null = null

  /** What is asked of our own listener goes straight to its handler: Fastify listens and closes, its router, parsers and replies are not on the way. */
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const body = bodyHere(request, limits)
    if (body instanceof Promise) void body.then(({ bytes, early }) => handle(h, request, response, { url: request.url ?? '/', mount: '', body: bytes, early }))
    else void handle(h, request, response, { url: request.url ?? '/', mount: '', body: body.bytes, early: body.early })
  }
  const app = Fastify({
    return503OnClosing: false,
    // No schema is ever given to it, so what would compile them is not loaded: a hundred files.
    schemaController: { compilersFactory: { buildValidator: unasked, buildSerializer: unasked } },
    serverFactory() {
      // Room to say 414 and 431 ourselves, as much as a body may have; beyond it Node's parser ends the connection.
      // Not imported: that would load all that node:http gives away.
      const server = process.getBuiltinModule('node:http').createServer({ maxHeaderSize: Math.max(limits.body, 2 * (limits.url + limits.headers)), headersTimeout: limits.headersMs, connectionsCheckingInterval: Math.min(limits.headersMs, 5000) }, listener)
      server.keepAliveTimeout = limits.idleMs
      server.requestTimeout = limits.arrivalMs
      server.setTimeout(0)
      return server
    },
    clientErrorHandler(error, socket) { refuseBytes(options.protocols[0], error, socket, tell) },
  })

  const stop = async (): Promise<void> => {
    const start = performance.now()
    h.stop()
    tell({ kind: 'stopping', time: Date.now(), inFlight: flight.size })
    const patience = new AbortController()
    let cut = 0
    void wait(limits.stopMs, undefined, { signal: patience.signal }).then(() => { cut = flight.size; app.server.closeAllConnections() }, () => {})
    await app.close()
    patience.abort()
    tell({ kind: 'stopped', time: Date.now(), ms: performance.now() - start, cut })
  }
  return { app, tell, inFlight: () => flight.size, close: () => (closed ??= stop()) }
}

const unasked = (): never => { throw new Error('The framework is given no schemas.') }

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
