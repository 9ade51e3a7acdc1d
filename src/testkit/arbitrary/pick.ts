// Random choices, written as ordinary code and replayed by a seed.
import fc from 'fast-check'

export interface Pick {
  /** From 0 to `max`, both included. */
  nat(max: number): number
  of<T>(from: readonly T[]): T
  /** True in about so many of a hundred. */
  chance(percent: number): boolean
  /** Each with that chance, in their order. */
  some<T>(from: readonly T[], percent: number): readonly T[]
}

/** One for each most: the library finds an arbitrary it made before by comparing what it was made of with all others. */
const nats = new Map<number, () => fc.Arbitrary<number>>()
function natTo(max: number): () => fc.Arbitrary<number> {
  const known = nats.get(max)
  if (known) return known
  const made = () => fc.nat({ max })
  nats.set(max, made)
  return made
}

/** An arbitrary of whatever `make` makes of random choices. */
export const picking = <T>(make: (pick: Pick) => T): fc.Arbitrary<T> => fc.gen().map(g => {
  const nat = (max: number): number => g(natTo(max))
  const chance = (percent: number): boolean => nat(99) < percent
  const of = <X>(from: readonly X[]): X => {
    const found = from[nat(from.length - 1)]
    if (from.length === 0 || found === undefined) throw new Error('nothing to choose from')
    return found
  }
  return make({ nat, of, chance, some: (from, percent) => from.filter(() => chance(percent)) })
})

/** `count` samples, the same for the same seed. */
export const samples = <T>(of: fc.Arbitrary<T>, seed: number, count: number): readonly T[] => fc.sample(of, { seed, numRuns: count })
