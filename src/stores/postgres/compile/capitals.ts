// The capital letters a server's own lower() does not fold as `fold` does, with what they become.
import { fold } from '../../../operation/index.ts'

/** Capitals that Unicode gained: with 16.0 (which PostgreSQL 17 does not know) and with 17.0 (which 18 does not know). */
const gained: readonly { readonly before: number; readonly ranges: readonly (readonly [number, number])[] }[] = [
  { before: 18, ranges: [[0x1c89, 0x1c89], [0xa7cb, 0xa7cc], [0xa7da, 0xa7da], [0xa7dc, 0xa7dc], [0x10d50, 0x10d65]] },
  { before: 19, ranges: [[0xa7ce, 0xa7ce], [0xa7d2, 0xa7d2], [0xa7d4, 0xa7d4], [0x16ea0, 0x16eb8]] },
]
const everything = [[0x80, 0xd7ff], [0xe000, 0x10ffff]] as const

export interface Capitals { readonly from: string; readonly to: string }
const known = new Map<number, Capitals>()

/** For `translate(lower(…), from, to)`. Made once per version, when first asked for: a walk over all of Unicode takes 40 ms. */
export function capitals(version: number): Capitals {
  const found = known.get(version)
  if (found) return found
  const ranges = version < 17 ? everything : gained.filter(g => version < g.before).flatMap(g => g.ranges)
  let from = '', to = ''
  for (const [first, last] of ranges) {
    for (let point = first; point <= last; point++) {
      const c = String.fromCodePoint(point), low = fold(c)
      if (low !== c) { from += c; to += low }
    }
  }
  const made = { from, to }
  known.set(version, made)
  return made
}
