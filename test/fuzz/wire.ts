// A client that sends bytes as they are and reads answers strictly: keep-alive, one request after the other, a new socket where the server ended the old one.
import net from 'node:net'

export interface Answer { readonly status: number; readonly headers: ReadonlyMap<string, string>; readonly body: Buffer; readonly ended: boolean }
export interface Wire {
  /** Null: the server ended the connection without a word. Rejects where an answer is not HTTP or does not come. */
  send(bytes: Buffer, method: string): Promise<Answer | null>
  close(): void
}

export function wire(port: number, patience = 20_000): Wire {
  let socket: net.Socket | null = null
  let waiting: { method: string; resolve(a: Answer | null): void; reject(e: Error): void; timer: NodeJS.Timeout } | null = null
  let buffer = Buffer.alloc(0)

  const settle = (end: (w: NonNullable<typeof waiting>) => void): void => {
    const w = waiting
    if (w === null) return
    waiting = null
    clearTimeout(w.timer)
    end(w)
  }
  const look = (): void => {
    if (waiting === null) return
    try {
      const found = parse(buffer, waiting.method)
      if (found === null) return
      buffer = buffer.subarray(found.length)
      if (found.answer.ended) drop()
      settle(w => w.resolve(found.answer))
    } catch (error) { settle(w => w.reject(error as Error)) }
  }
  const drop = (): void => { socket?.removeAllListeners(); socket?.on('error', () => {}); socket?.destroy(); socket = null; buffer = Buffer.alloc(0) }
  const open = (): net.Socket => {
    const made = net.connect(port, '127.0.0.1')
    made.setNoDelay(true)
    made.on('data', chunk => { buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]); look() })
    // What was sent meanwhile may fail; what the server said before it ended counts.
    made.on('error', () => {})
    made.on('close', () => { if (socket === made) { drop(); settle(w => w.resolve(null)) } })
    return made
  }
  return {
    send: (bytes, method) => new Promise((resolve, reject) => {
      socket ??= open()
      waiting = { method, resolve, reject, timer: setTimeout(() => { drop(); settle(w => w.reject(new Error('no answer'))) }, patience) }
      socket.write(bytes)
    }),
    close: drop,
  }
}

/** One answer at the head of the bytes, or null while it is not whole. Answers of 100 are passed over. */
function parse(bytes: Buffer, method: string, from = 0): { readonly answer: Answer; readonly length: number } | null {
  const end = bytes.indexOf('\r\n\r\n', from)
  if (end === -1) return null
  const [first = '', ...lines] = bytes.toString('latin1', from, end).split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1])
  if (!status) throw new Error(`not HTTP: ${first.slice(0, 80)}`)
  if (status === 100) return parse(bytes, method, end + 4)
  const headers = new Map<string, string>()
  for (const line of lines) {
    const [, name = '', value = ''] = /^([!#$%&'*+.^_`|~\w-]+): ?(.*)$/.exec(line) ?? []
    if (name === '') throw new Error(`not a header: ${line.slice(0, 80)}`)
    if (headers.has(name.toLowerCase())) throw new Error(`header twice: ${name}`)
    headers.set(name.toLowerCase(), value)
  }
  const bodiless = method === 'HEAD' || status === 204 || status === 304
  const said = headers.get('content-length')
  if (!bodiless && said === undefined) throw new Error(`no length: ${first}`)
  const length = bodiless ? 0 : Number(said)
  if (bytes.length < end + 4 + length) return null
  return { answer: { status, headers, body: bytes.subarray(end + 4, end + 4 + length), ended: headers.get('connection') === 'close' }, length: end + 4 + length }
}
