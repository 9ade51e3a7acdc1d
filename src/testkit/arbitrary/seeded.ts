// Random choices by a seed, without a library: for what users run.
import type { Pick } from './pick.ts'

/** The same choices for the same seed (mulberry32). */
export function seeded(seed: number): Pick {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const nat = (max: number): number => Math.floor(next() * (max + 1))
  const chance = (percent: number): boolean => nat(99) < percent
  return {
    nat, chance,
    of(from) {
      const found = from[nat(from.length - 1)]
      if (from.length === 0 || found === undefined) throw new Error('nothing to choose from')
      return found
    },
    some: (from, percent) => from.filter(() => chance(percent)),
  }
}
