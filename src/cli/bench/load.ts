// The load: so many connections kept open, one request at a time on each. The main file of a process of its own; it reads just enough of an answer to know that it is right.
import { connect, type Socket } from 'node:net'

export interface Round { readonly workload: string; readonly port: number; readonly ms: number; readonly connections: number
  /** Longer than `ms` where fewer were answered by then, but not longer than `most` milliseconds: to warm up. */
  readonly least?: number; readonly most?: number }
/** What is asked of the server at `port`, in this order, again and again. */
export interface Prepared { readonly workload: string; readonly port: number; readonly requests: readonly string[]; readonly alike: string; readonly status: number
  /** Whether each request has the same answer every time, and everywhere of one length. */
  readonly exact: boolean
  /** Each is asked once: a round ends where there are no more. */
  readonly once?: boolean
  /** Answers of another status are counted and do not end the run. */
  readonly lenient?: boolean }
/** Requests answered, milliseconds they took, and each one's own; and how many were answered with another status, where that is let pass. */
export interface Load { readonly done: number; readonly ms: number; readonly times: readonly number[]; readonly refused: number }

interface Asking { readonly requests: readonly Buffer[]; readonly lengths: number[]; readonly head: string; readonly exact: boolean; readonly once: boolean; readonly lenient: boolean; next: number; refused: number }
const prepared = new Map<string, Asking>()
/** By workload and what is asked in, and shared by the servers that are asked so: how long each request's answer is. */
const lengths = new Map<string, number[]>()

process.on('message', (message: Prepared | Round) => {
  const name = `${message.workload} ${message.port}`
  if ('requests' in message) {
    const known = lengths.get(message.alike) ?? []
    lengths.set(message.alike, known)
    prepared.set(name, { requests: message.requests.map(r => Buffer.from(r)), lengths: known, head: `HTTP/1.1 ${message.status}`, exact: message.exact, once: message.once === true, lenient: message.lenient === true, next: 0, refused: 0 })
    process.send?.({})
  } else round(message, prepared.get(name)).then(load => process.send?.(load), (error: unknown) => process.send?.({ error: String(error) }))
})
process.once('disconnect', () => process.exit())
// Whoever asked ends this, also where a terminal sends Ctrl-C to all.
process.on('SIGINT', () => {})

async function round({ workload, port, ms, connections, least = 0, most = ms }: Round, of: Asking | undefined): Promise<Load> {
  if (of === undefined) throw new Error(`${workload} was not prepared`)
  const sockets = await Promise.all(Array.from({ length: connections }, () => opened(port)))
  const times: number[] = []
  of.refused = 0
  const start = performance.now()
  const over = (now: number): boolean => now >= start + ms && (times.length >= least || now >= start + most)
  await Promise.all(sockets.map(socket => drive(socket, of, over, times)))
  const took = performance.now() - start
  for (const socket of sockets) socket.destroy()
  return { done: times.length, ms: took, times, refused: of.refused }
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket))
    socket.once('error', reject)
  })
}

/** One request after the other until it is `over`. An answer of another status, or not as long as the same request's first one (of whichever server), ends the run. */
function drive(socket: Socket, of: Asking, over: (now: number) => boolean, times: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let at = 0, sent = 0, left = 0, fine = true
    let head = ''
    const end = (): void => { socket.removeAllListeners(); socket.on('error', () => {}); resolve() }
    const send = (): void => {
      at = of.next
      if (at >= of.requests.length) return end()
      of.next = of.once ? at + 1 : (at + 1) % of.requests.length
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
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? (head.startsWith('HTTP/1.1 204') ? 0 : Number.NaN))
        if (Number.isNaN(length)) return reject(new Error(`${of.requests[at]?.toString().split('\r\n', 1)[0]} was answered without a length: ${head.split('\r\n', 1)[0]}`))
        if (of.exact) of.lengths[at] ??= length
        fine = head.startsWith(of.head)
        if ((!fine && !of.lenient) || (of.exact && of.lengths[at] !== length)) return reject(new Error(`${of.requests[at]?.toString().split('\r\n', 1)[0]} was answered ${head.split('\r\n', 1)[0]} with ${length} bytes, not ${of.lengths[at]}`))
        left = length + blank + 4 - (head.length > 4096 ? head.length - Math.min(piece.length, 4096) : 0)
        head = ''
      }
      left -= piece.length
      if (left > 0) return
      const now = performance.now()
      if (fine) times.push(now - sent)
      else of.refused++
      if (over(now)) end()
      else send()
    })
    send()
  })
}
