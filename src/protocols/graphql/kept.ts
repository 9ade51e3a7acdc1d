// A map that forgets what was longest unused.

export class Kept<V> {
  readonly #size: number
  readonly #all = new Map<string, V>()
  /** The key that was asked for last: it stands at the end. */
  #last = ''
  constructor(size: number) { this.#size = size }
  get(key: string): V | undefined {
    const found = this.#all.get(key)
    if (found !== undefined && key !== this.#last) {
      this.#all.delete(key)
      this.#all.set(key, found)
      this.#last = key
    }
    return found
  }
  set(key: string, value: V): void {
    this.#all.delete(key)
    this.#all.set(key, value)
    this.#last = key
    if (this.#all.size <= this.#size) return
    const [oldest] = this.#all.keys()
    if (oldest !== undefined) this.#all.delete(oldest)
  }
  get size(): number { return this.#all.size }
}
