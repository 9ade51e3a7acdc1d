// PostgreSQL's wire protocol, incoming: rows as the bytes that came, never decoded to strings.
import type { Cell, Described } from '../statement.ts'

/** The fields of an error as the server sends them, by their one-letter names. */
export type ErrorFields = Readonly<Record<string, string>>

export interface Listener {
  /** A statement was parsed. */
  parsed(): void
  /** What the columns of the rows to come are. */
  described(columns: readonly Described[]): void
  row(cells: readonly Cell[]): void
  /** A statement is done; `tag` as `SELECT 3`, `INSERT 0 1`, `ROLLBACK`. */
  complete(tag: string): void
  refused(fields: ErrorFields): void
  /** The batch up to a sync is over; `outside` any transaction. */
  idle(outside: boolean): void
  /** What came is no message we know or can take: the connection cannot be used any further. */
  nonsense(what: string): void
}

const NOTHING = Buffer.alloc(0)
/** No message of ours is near this; a length beyond it is garbage on the line. */
const LARGEST = 0x3fff_ffff

/**
 * Takes what the socket brings, in pieces of any size. Cells are views of those pieces (Node reads each into memory of its own): no copy, unless a message
 * is spread over several pieces, which are then joined once.
 */
export function decoder(on: Listener): (piece: Buffer) => void {
  let waiting: Buffer[] = []
  let have = 0
  let need = 0

  return piece => {
    if (have > 0) {
      waiting.push(piece)
      have += piece.length
      if (have < need) return
      piece = Buffer.concat(waiting, have)
      waiting = []
      have = 0
    }
    let at = 0
    while (piece.length - at >= 5) {
      const length = piece.readUInt32BE(at + 1)
      if (length < 4 || length > LARGEST) return on.nonsense(`a message of ${length} bytes`)
      if (piece.length - at < length + 1) break
      if (!message(on, piece, piece[at] ?? 0, at + 5, at + 1 + length)) return
      at += length + 1
    }
    const rest = at === 0 ? piece : at === piece.length ? NOTHING : piece.subarray(at)
    if (rest.length === 0) return
    waiting.push(rest)
    have = rest.length
    need = rest.length >= 5 ? rest.readUInt32BE(1) + 1 : 5
  }
}

/** False: what follows cannot be read. */
function message(on: Listener, from: Buffer, code: number, at: number, end: number): boolean {
  switch (code) {
    case 0x44: on.row(cells(from, at)); return true
    case 0x43: on.complete(from.toString('latin1', at, end - 1)); return true
    case 0x5a: on.idle(from[at] === 0x49); return true
    case 0x31: on.parsed(); return true
    case 0x45: on.refused(errorFields(from, at, end)); return true
    case 0x54: on.described(columns(from, at)); return true
    // Bound, closed, empty, no data, notice, notification, a setting reported, parameters described: nothing to do.
    case 0x32: case 0x33: case 0x49: case 0x6e: case 0x4e: case 0x41: case 0x53: case 0x74: return true
    default: on.nonsense(`a message of kind ${JSON.stringify(String.fromCharCode(code))}`); return false
  }
}

function cells(from: Buffer, at: number): readonly Cell[] {
  const count = from.readInt16BE(at)
  at += 2
  const row: Cell[] = []
  for (let i = 0; i < count; i++) {
    const length = from.readInt32BE(at)
    at += 4
    if (length === -1) { row.push(null); continue }
    row.push(from.subarray(at, at + length))
    at += length
  }
  return row
}

function columns(from: Buffer, at: number): readonly Described[] {
  const count = from.readInt16BE(at)
  at += 2
  const out: Described[] = []
  for (let i = 0; i < count; i++) {
    const stop = from.indexOf(0, at)
    // After the name: the table, its column, the type, its size, its modifier, the format.
    out.push({ name: from.toString('utf8', at, stop), oid: from.readUInt32BE(stop + 7) })
    at = stop + 19
  }
  return out
}

function errorFields(from: Buffer, at: number, end: number): ErrorFields {
  const fields: Record<string, string> = {}
  while (at < end && from[at] !== 0) {
    const name = String.fromCharCode(from[at] ?? 0)
    const stop = from.indexOf(0, at + 1)
    fields[name] = from.toString('utf8', at + 1, stop)
    at = stop + 1
  }
  return fields
}
