// The admin port: metrics, and whether the process lives and could serve, for those who run it. Nothing of the application is there.
import type { AddressInfo } from 'node:net'
import type { Measured } from './own.ts'

export interface AdminOptions {
  /** 0: any free one. */
  readonly port: number
  /** 127.0.0.1 unless said: whoever reaches it may read. */
  readonly host?: string
}
export interface Admin { readonly url: string; close(): Promise<void> }

/** Listens. Throws with a readable message where the port is taken. */
export async function admin({ port, host = '127.0.0.1' }: AdminOptions, metrics: Measured, ready: () => Promise<void>): Promise<Admin> {
  const answers: Readonly<Record<string, () => Promise<readonly [number, string, string]>>> = {
    '/metrics': async () => [200, metrics.type, await metrics.text()],
    '/health': async () => [200, 'application/json', '{"status":"up"}'],
    '/ready': () => ready().then(() => [200, 'application/json', '{"status":"ready"}'], () => [503, 'application/json', '{"status":"not ready"}']),
  }
  // Not imported: that would load all that node:http gives away, Node's whole fetch among it.
  const server = process.getBuiltinModule('node:http').createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? ''
    const answer = Object.hasOwn(answers, path) ? answers[path] : undefined
    const reading = request.method === 'GET' || request.method === 'HEAD'
    const given = answer === undefined ? Promise.resolve([404, 'text/plain', `There are: ${Object.keys(answers).join(', ')}.\n`] as const)
      : reading ? answer() : Promise.resolve([405, 'text/plain', 'Only GET and HEAD.\n'] as const)
    given.catch(() => [500, 'text/plain', 'The metrics cannot be read.\n'] as const).then(([status, type, body]) => {
      response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...(status === 405 ? { allow: 'GET, HEAD' } : {}) })
      response.end(request.method === 'HEAD' ? '' : body)
    }, () => {})
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => { reject(error.code === 'EADDRINUSE' ? new Error(`The admin port ${port} is taken.`, { cause: error }) : error) })
    server.listen(port, host, resolve)
  })
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    close: () => new Promise(resolve => { server.close(() => { resolve() }); server.closeAllConnections() }),
  }
}
