// Keys in the order they are made: UUIDs of version 7 (RFC 9562), from random bytes drawn by the thousand, since drawing sixteen costs as much as drawing four thousand.
import { randomFillSync } from 'node:crypto'

let made: (() => string) | null = null
/** The next key of this process. */
export const uuidv7 = (): string => (made ??= keys())()

/** A source of keys, each greater than the one before, also within a millisecond and when the clock is set back. */
export function keys(now: () => number = Date.now): () => string {
  const pool = Buffer.alloc(4096)
  // The same bytes in digits.
  let digits = ''
  let at = pool.length
  let ms = 0, time = ''
  // The 32 bits behind the time, random in each new millisecond and then counted up.
  let count = 0
  /** Where the next bytes of the pool begin. */
  const draw = (bytes: number): number => {
    if (at + bytes > pool.length) { randomFillSync(pool); digits = pool.toString('hex'); at = 0 }
    return (at += bytes) - bytes
  }
  const tick = (to: number): void => {
    ms = to
    const text = ms.toString(16).padStart(12, '0')
    time = `${text.slice(0, 8)}-${text.slice(8)}-7`
  }
  return () => {
    const read = now()
    if (read > ms) {
      tick(read)
      // Its first bit free, so that there is room to count.
      count = pool.readUInt32BE(draw(4)) & 0x7fff_ffff
    } else if (++count > 0xffff_ffff) {
      count = 0
      tick(ms + 1)
    }
    const random = draw(6)
    // Version and variant take their bits among those of the count: 12 before, 14 and 6 behind.
    const high = (count >>> 20) + 0x1000, middle = 0x8000 | ((count >>> 6) & 0x3fff), low = 0x100 | ((count & 63) << 2) | ((pool[random] ?? 0) & 3)
    return `${time}${high.toString(16).slice(1)}-${middle.toString(16)}-${low.toString(16).slice(1)}${digits.slice(2 * random + 2, 2 * random + 12)}`
  }
}
