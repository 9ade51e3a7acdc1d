// An operation the rules have been woven into. Only the holder of the key, engine/authorize, can make one; stores accept nothing else.
import type { Operation, Scalar } from '../operation/index.ts'

const key = Symbol('authorize')
/** engine/authorize alone may import this (a test reads the imports). */
export const authorizeKey: typeof key = key

/** A slot that is filled from the caller when the operation runs: the claim's value, already known to fit `as`. */
export interface Fill { readonly slot: number; readonly claim: string; readonly as: Scalar }

/** `#operation in x` cannot be forged by a plugin, a cast or parsed JSON. Its identity is its shape: stores may cache what they compile by it. */
export class Authorized<O extends Operation> {
  readonly #operation: O
  readonly fills: readonly Fill[]
  constructor(k: typeof key, operation: O, fills: readonly Fill[]) {
    if (k !== key) throw new Error('only authorize may authorize')
    this.#operation = operation
    this.fills = fills
  }
  get operation(): O { return this.#operation }
  static is(x: unknown): x is Authorized<Operation> { return typeof x === 'object' && x !== null && #operation in x }
}
