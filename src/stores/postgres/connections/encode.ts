// PostgreSQL's wire protocol, outgoing: messages are written one after the other into one growing buffer and leave in one piece.
import type { Text } from '../statement.ts'

export interface Outbox {
  /** Prepares `text` under `name`; the empty name is replaced by every parse. */
  parse(name: string, text: string): void
  /** Binds and executes a prepared statement; rows come back in text format, after what their columns are where `described`. */
  run(name: string, parameters: readonly Text[], described?: boolean): void
  /** Frees a prepared statement. */
  close(name: string): void
  /** Ends a batch: an error before it does not reach past it. */
  sync(): void
  /** What was written since the last `take`. */
  take(): Uint8Array | null
  /** All that was taken has left: it may be written over. */
  again(): void
}

const START = 16 * 1024
/** A buffer that grew beyond this for a large value is given back. */
const KEEP = 64 * 1024
/** The protocol counts them in 16 bits. */
export const MOST_PARAMETERS = 65_535

/** An empty outbox. A buffer that was taken is not written again before somebody says so (the socket may still hold it). */
export function outbox(): Outbox {
  let buffer = Buffer.allocUnsafeSlow(START)
  let from = 0
  let at = 0

  const room = (bytes: number): void => {
    if (buffer.length - at >= bytes) return
    const larger = Buffer.allocUnsafeSlow(Math.max(START, (at - from + bytes) * 2))
    buffer.copy(larger, 0, from, at)
    at -= from
    from = 0
    buffer = larger
  }
  const int16 = (n: number): void => { buffer[at++] = n >>> 8; buffer[at++] = n & 255 }
  const int32At = (n: number, where: number): void => {
    buffer[where] = n >>> 24; buffer[where + 1] = (n >>> 16) & 255; buffer[where + 2] = (n >>> 8) & 255; buffer[where + 3] = n & 255
  }
  /** Opens a message; `finish` fills in its length, which is only known then. */
  const start = (code: number): number => { room(5); buffer[at++] = code; at += 4; return at - 4 - from }
  const finish = (lengthAt: number): void => int32At(at - from - lengthAt, from + lengthAt)
  const cstring = (s: string): void => {
    room(s.length * 3 + 1)
    at += buffer.write(s, at, 'utf8')
    buffer[at++] = 0
  }

  return {
    parse(name, text) {
      const length = start(0x50)
      cstring(name)
      cstring(text)
      room(2)
      int16(0)
      finish(length)
    },
    run(name, parameters, described = false) {
      const length = start(0x42)
      room(1)
      buffer[at++] = 0
      cstring(name)
      room(4)
      int16(0)
      int16(parameters.length)
      for (const p of parameters) {
        if (p === null) { room(4); int32At(-1, at); at += 4; continue }
        room(4 + p.length * 3)
        const written = buffer.write(p, at + 4, 'utf8')
        int32At(written, at)
        at += 4 + written
      }
      room(2)
      int16(0)
      finish(length)
      if (described) {
        const describe = start(0x44)
        room(2)
        buffer[at++] = 0x50
        buffer[at++] = 0
        finish(describe)
      }
      const execute = start(0x45)
      room(5)
      buffer.fill(0, at, at + 5)
      at += 5
      finish(execute)
    },
    close(name) {
      const length = start(0x43)
      room(1)
      buffer[at++] = 0x53
      cstring(name)
      finish(length)
    },
    sync() { finish(start(0x53)) },
    take() {
      if (at === from) return null
      const out = buffer.subarray(from, at)
      if (buffer.length > KEEP) { buffer = Buffer.allocUnsafeSlow(START); from = at = 0 } else from = at
      return out
    },
    again() { from = at = 0 },
  }
}

/** The message that asks the server, on a connection of its own, to cancel what the session `pid` is doing. */
export function cancelRequest(pid: number, secret: number): Uint8Array {
  const out = Buffer.alloc(16)
  out.writeInt32BE(16, 0)
  out.writeInt32BE(80877102, 4)
  out.writeInt32BE(pid, 8)
  out.writeInt32BE(secret, 12)
  return out
}

/** The message that says goodbye. */
export const terminate: readonly number[] = [0x58, 0, 0, 0, 4]
