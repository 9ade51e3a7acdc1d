// Which statements a connection keeps prepared: those used again and again. A flood of new shapes, each used once or twice, cannot push out a hot one.

/** How often each name was used lately. */
export interface Popularity {
  /** Counts one use and returns the count with it. */
  used(name: string): number
  of(name: string): number
}

/**
 * Two generations: uses are counted in the young one; when it holds `names` names or `uses` uses it becomes the old one, and what was only in the one before is
 * forgotten. So memory is bounded and "lately" is between one and two generations.
 */
export function popularity(names = 1000, uses = 100_000): Popularity {
  let young = new Map<string, number>()
  let old = new Map<string, number>()
  let total = 0
  const of = (name: string) => (young.get(name) ?? 0) + (old.get(name) ?? 0)
  return {
    of,
    used(name) {
      if (young.size >= names || total >= uses) { old = young; young = new Map(); total = 0 }
      total++
      young.set(name, (young.get(name) ?? 0) + 1)
      return of(name)
    },
  }
}

/** How to send a statement: under its name, which the server knows; named and parsed now (`close`: names to free first); or parsed for this once. */
export type Sending = { readonly how: 'known' } | { readonly how: 'name'; readonly close: readonly string[] } | { readonly how: 'once' }

export interface Named {
  send(name: string): Sending
  /** It cannot be used: its parse failed, it was dropped, or its table changed. Freed on the server, in case it is there, before it is named again. */
  forget(name: string): void
  readonly size: number
}

const known: Sending = { how: 'known' }
const once: Sending = { how: 'once' }

/** The names one connection holds: given at the second use, `limit` at most; a newcomer replaces the least popular one only if it is more popular. */
export function named(limit: number, popular: Popularity): Named {
  const names = new Set<string>()
  const forgotten = new Set<string>()
  return {
    get size() { return names.size },
    forget(name) { names.delete(name); forgotten.add(name) },
    send(name) {
      const uses = popular.used(name)
      if (names.has(name)) return known
      if (uses < 2 || limit < 1) return once
      const close = [...forgotten]
      if (names.size >= limit) {
        let least = uses
        let leaving: string | null = null
        for (const other of names) {
          const n = popular.of(other)
          if (n < least) { least = n; leaving = other }
        }
        if (leaving === null) return once
        names.delete(leaving)
        close.push(leaving)
      }
      forgotten.clear()
      names.add(name)
      return { how: 'name', close }
    },
  }
}
