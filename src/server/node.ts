// A request and an answer of node:http, from our listener or from a host framework's.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { begin, type Arrived } from './handle.ts'
import type { Flight, Handlings } from './handling.ts'
import { send } from './send.ts'

/** Answers a request whose body has been read. Never rejects. */
export function handle(h: Handlings, request: IncomingMessage, response: ServerResponse, what: Pick<Arrived, 'url' | 'mount' | 'body' | 'early'>): Promise<void> {
  const flight: Flight = { cut() { response.destroy() }, place: -1 }
  h.flight.add(flight)
  let status = 0
  let bytes = 0
  const handled = begin(h, {
    ...what, method: request.method ?? 'GET', headers: request.headers, from: request.socket.remoteAddress,
    headerBytes: () => request.rawHeaders.reduce((sum, text) => sum + text.length + 2, 0),
    gone: () => response.destroyed && !response.writableFinished,
    onGone(listener) {
      const gone = (): void => { if (!response.writableFinished) listener() }
      if (response.destroyed) gone()
      else response.once('close', gone)
    },
  })
  const over = (): void => {
    h.flight.delete(flight)
    handled.over({ status, gone: !response.writableFinished, bytes })
  }
  if (response.destroyed) over()
  else response.on('close', over)
  return handled.answer().then(answer => {
    status = answer.status
    try {
      bytes = send(response, answer)
    } catch (error) {
      // Nothing sensible can follow on this socket.
      handled.broken(error)
      response.destroy()
    }
  })
}
