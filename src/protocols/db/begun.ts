// What an action's code has begun: looked at when it ends, so that a forgotten `await` is neither lost nor the end of the process.

/** A promise that knows whether anybody has asked for its outcome. Not a Promise of the language itself, which `await` would ask without our knowing. */
class Begun<T> implements Promise<T> {
  readonly [Symbol.toStringTag] = 'Promise'
  readonly #of: Promise<T>
  asked = false
  constructor(of: Promise<T>) {
    this.#of = of
    of.catch(() => {})
  }
  then<A = T, B = never>(done?: ((value: T) => A | PromiseLike<A>) | null, failed?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<A | B> {
    this.asked = true
    return this.#of.then(done, failed)
  }
  catch<B = never>(failed?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> { return this.then(null, failed) }
  finally(done?: (() => void) | null): Promise<T> {
    this.asked = true
    return this.#of.finally(done)
  }
  get outcome(): Promise<T> { return this.#of }
}

export interface Beginnings {
  /** The same function, its promises watched. */
  watched<A extends readonly unknown[], T>(work: (...given: A) => Promise<T>): (...given: A) => Promise<T>
  /** The functions of an object, and of the objects in it, watched. */
  all(of: object): object
  /** Waits for what nobody has asked the outcome of, and throws the first failure of it. */
  settled(): Promise<void>
}

export function beginnings(): Beginnings {
  const begun: Begun<unknown>[] = []
  const watched = <A extends readonly unknown[], T>(work: (...given: A) => Promise<T>) => (...given: A): Promise<T> => {
    const one = new Begun(work(...given))
    begun.push(one)
    return one
  }
  const all = (of: object): object => new Proxy(of, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name)
      if (typeof found === 'object' && found !== null) return all(found)
      // `as` and its like give another of these, not a promise.
      return typeof found === 'function' && typeof name === 'string' ? (...given: unknown[]): unknown => {
        const made: unknown = (found as (...x: unknown[]) => unknown)(...given)
        return made instanceof Promise ? watched(() => made)() : typeof made === 'object' && made !== null ? all(made) : made
      } : found
    },
  })
  return {
    watched, all,
    async settled() { for (const one of begun) if (!one.asked) await one.outcome },
  }
}
