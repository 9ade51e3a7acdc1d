// A cache that forgets: two generations, so that what is used stays and a flood of strangers passes through.

export class Bounded<V> {
  readonly #size: number
  #young = new Map<string, V>()
  #old = new Map<string, V>()
  /** Holds between `size` and twice `size` entries. */
  constructor(size: number) { this.#size = size }
  get(key: string): V | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }
  set(key: string, value: V): void {
    if (this.#young.size >= this.#size) { this.#old = this.#young; this.#young = new Map() }
    this.#young.set(key, value)
  }
  delete(key: string): void {
    this.#young.delete(key)
    this.#old.delete(key)
  }
  get size(): number { return this.#young.size + this.#old.size }
}
