// Can this store do it? What it cannot is refused by name before anything runs.
import { Failure } from '../failure/index.ts'
import { requires, type Operation } from '../operation/index.ts'
import type { Store } from '../stores/index.ts'

/** Throws `store.unsupported` naming the capability. */
export function plan(operation: Operation, store: Store): void {
  for (const capability of requires(operation)) {
    if (store.can[capability] === 'none') throw new Failure('store.unsupported', `the ${store.name} store cannot do ${capability}`, { facts: { capability, store: store.name } })
  }
}
