// The application within somebody else's server: a handler for node:http and Express, a plugin for Fastify, and the web's fetch.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import { bodyOf } from './body.ts'
import { handling, type Flight, type HandlingOptions, type Handlings } from './handling.ts'
import { handle } from './node.ts'
import { answerWeb } from './web.ts'

export interface MountOptions extends HandlingOptions {
  /** What stands before the application's addresses, `/backend`, where the host does not take it away itself as Express does. */
  readonly prefix?: string
}

export interface Mounted {
  /**
   * For node:http, Express and whatever has their form. With `next` it answers the protocols' addresses only and leaves all others to the host; without, it answers everything.
   */
  readonly handler: (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void) => void
  /** For Next's route handlers and every other host that has the web's Request and Response. Answers every request it is given, uncompressed: that is the host's. */
  readonly fetch: (request: Request) => Promise<Response>
  /** For Fastify: `fastify.register(plugin, { prefix: '/backend' })`. Its addresses are the protocols' below that. */
  readonly fastify: FastifyPluginCallback
  /** Refuses what comes from now on, lets what is in flight finish within `limits.stopMs`, then cuts it. The host's server stays the host's. */
  close(): Promise<void>
  inFlight(): number
}

/** Throws where a prefix is none. */
export function mount(options: MountOptions): Mounted {
  const h = handling(options)
  const prefix = (options.prefix ?? '').replace(/\/+$/, '')
  if (prefix !== '' && !/^\/[^?#]*$/.test(prefix)) throw new Error(`'${prefix}' cannot stand before addresses; it must begin with a slash.`)
  let closing: Promise<void> | null = null
  const taken = (before: string, request: FastifyRequest, reply: FastifyReply): void => {
    reply.hijack()
    void answer(h, request.raw, reply.raw, placeOf(request.raw, prefix + before))
  }
  return {
    handler(request, response, next) {
      const at = placeOf(request, prefix)
      if (next !== undefined && !owned(h, at.url)) { next(); return }
      void answer(h, request, response, at)
    },
    fetch: request => answerWeb(h, request, prefix),
    fastify(host, _, done) {
      // The bytes are ours to read, whatever parsers the host has: this holds within the plugin only.
      host.removeAllContentTypeParsers()
      host.addContentTypeParser('*', (_request, _payload, parsed) => { parsed(null) })
      // Whatever the host finds wrong with a request, wording it is the protocol's.
      host.setErrorHandler((_error, request, reply) => { taken(host.prefix, request, reply) })
      const roots = h.protocols.flatMap(({ root, beside }) => [...(root === undefined && beside ? [] : [root ?? '']), ...beside ?? []])
      for (const url of [...roots.flatMap(root => [root, `${root}/*`]), ...(h.metrics === null ? [] : ['/metrics'])]) {
        host.route({
          method: host.supportedMethods, url, exposeHeadRoute: false,
          handler: (request, reply) => { taken(host.prefix, request, reply) },
        })
      }
      done()
    },
    inFlight: () => h.flight.size,
    close: () => (closing ??= stop(h)),
  }
}

async function answer(h: Handlings, request: IncomingMessage, response: ServerResponse, at: Place): Promise<void> {
  // It counts from here on, so that a stop waits for a body that is still arriving.
  const flight: Flight = { cut() { response.destroy() }, place: -1 }
  h.flight.add(flight)
  const reading = bodyOf(request, h.limits)
  const { bytes, early } = reading instanceof Promise ? await reading : reading
  h.flight.delete(flight)
  await handle(h, request, response, { ...at, body: bytes, early })
}

interface Place { readonly url: string; readonly mount: string }

/** The address as the application knows it, and what stands before. */
function placeOf(request: IncomingMessage & { readonly baseUrl?: unknown }, prefix: string): Place {
  const url = request.url ?? '/'
  const base = typeof request.baseUrl === 'string' ? request.baseUrl : ''
  const next = url.charAt(prefix.length)
  if (prefix === '' || !url.startsWith(prefix) || (next !== '' && next !== '/' && next !== '?')) return { url, mount: base }
  const rest = url.slice(prefix.length)
  return { url: rest.startsWith('/') ? rest : `/${rest}`, mount: base + prefix }
}

function owned(h: Handlings, url: string): boolean {
  const question = url.indexOf('?')
  const path = question === -1 ? url : url.slice(0, question)
  return h.protocols.some(p => p.owns(path)) || (h.metrics !== null && path === '/metrics')
}

async function stop(h: Handlings): Promise<void> {
  const start = performance.now()
  h.stop()
  h.observe({ kind: 'stopping', time: Date.now(), inFlight: h.flight.size })
  while (h.flight.size > 0 && performance.now() - start < h.limits.stopMs) await wait(5)
  const cut = h.flight.size
  for (const flight of h.flight) flight.cut()
  h.observe({ kind: 'stopped', time: Date.now(), ms: performance.now() - start, cut })
}
