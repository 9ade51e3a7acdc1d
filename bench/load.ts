// The load: so many connections kept open, one request at a time on each. A process of its own; it reads just enough of an answer to know that it is right.
import { connect, type Socket } from 'node:net'

export interface Round { readonly workload: string; readonly port: number; readonly ms: number; readonly connections: number
  /** Longer than `ms` where fewer were answered by then, but not longer than `most` milliseconds: to warm up. */
  readonly least?: number; readonly most?: number }
/** What is asked of the server at `port`, in this order, again and again. */
export interface Prepared { readonly workload: string; readonly port: number; readonly requests: readonly string[]; readonly alike: string; readonly status: number
  /** Whether each request has the same answer every time, and everywhere of one length. */
  readonly exact: boolean }
/** Requests answered, milliseconds they took, and each one's own. */
export interface Load { readonly done: number; readonly ms: number; readonly times: readonly number[] }

interface Asking { readonly requests: readonly Buffer[]; readonly lengths: number[]; readonly head: string; readonly exact: boolean; next: number }
const prepared = new Map<string, Asking>()
/** By workload and what is asked in, and shared by the servers that are asked so: how long each request's answer is. */
const lengths = new Map<string, number[]>()

process.on('message', (message: Prepared | Round) => {
  const name = `${message.workload} ${message.port}`
  if ('requests' in message) {
    const known = lengths.get(message.alike) ?? []
    lengths.set(message.alike, known)
    prepared.set(name, { requests: message.requests.map(r => Buffer.from(r)), lengths: known, head: `HTTP/1.1 ${message.status}`, exact: message.exact, next: 0 })
    process.send?.({})
  } else round(message, prepared.get(name)).then(load => process.send?.(load), (error: unknown) => process.send?.({ error: String(error) }))
})
process.once('disconnect', () => process.exit())

async function round({ workload, port, ms, connections, least = 0, most = ms }: Round, of: Asking | undefined): Promise<Load> {
  if (of === undefined) throw new Error(`${workload} was not prepared`)
  const sockets = await Promise.all(Array.from({ length: connections }, () => opened(port)))
  const times: number[] = []
  const start = performance.now()
  const over = (now: number): boolean => now >= start + ms && (times.length >= least || now >= start + most)
  await Promise.all(sockets.map(socket => drive(socket, of, over, times)))
  const took = performance.now() - start
  for (const socket of sockets) socket.destroy()
  return { done: times.length, ms: took, times }
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket))
    socket.once('error', reject)
  })
}

/** One request after the other until it is `over`. An answer that is not 200, or not as long as the same request's first one (of whichever server), ends the run. */
function drive(socket: Socket, of: Asking, over: (now: number) => boolean, times: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let at = 0, sent = 0, left = 0
    let head = ''
    const send = (): void => {
      at = of.next
      of.next = (at + 1) % of.requests.length
      sent = performance.now()
      socket.write(of.requests[at] ?? '')
    }
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('the server closed a connection')))
    socket.on('data', piece => {
      if (left === 0) {
        head += piece.toString('latin1', 0, Math.min(piece.length, 4096))
        const blank = head.indexOf('\r\n\r\n')
        if (blank === -1) return
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN)
        if (of.exact) of.lengths[at] ??= length
        if (!head.startsWith(of.head) || (of.exact && of.lengths[at] !== length)) return reject(new Error(`${of.requests[at]?.toString().split('\r\n', 1)[0]} was answered ${head.split('\r\n', 1)[0]} with ${length} bytes, not ${of.lengths[at]}`))
        left = length + blank + 4 - (head.length > 4096 ? head.length - Math.min(piece.length, 4096) : 0)
        head = ''
      }
      left -= piece.length
      if (left > 0) return
      const now = performance.now()
      times.push(now - sent)
      if (!over(now)) send()
      else { socket.removeAllListeners(); socket.on('error', () => {}); resolve() }
    })
    send()
  })
}
