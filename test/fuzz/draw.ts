// Random choices of the fuzz test: each exchange has its own stream, so that one can be replayed by its seed and number.
import type { Pick } from '../../src/testkit/arbitrary/pick.ts'

export interface Draw extends Pick {
  /** One of the alternatives, made. */
  any<T>(...from: readonly (() => T)[]): T
  /** The first mostly, the second in so many of a hundred. */
  but<T>(percent: number, wrong: () => T, right: () => T): T
}

/** The stream of the `index`-th exchange of a run. */
export function drawing(seed: number, index: number): Draw {
  let state = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const nat = (max: number): number => Math.floor(next() * (max + 1))
  const chance = (percent: number): boolean => next() * 100 < percent
  const of = <T>(from: readonly T[]): T => {
    if (from.length === 0) throw new Error('nothing to choose from')
    return from[nat(from.length - 1)] as T
  }
  return {
    nat, chance, of,
    some: (from, percent) => from.filter(() => chance(percent)),
    any: (...from) => of(from)(),
    but: (percent, wrong, right) => (chance(percent) ? wrong() : right()),
  }
}
