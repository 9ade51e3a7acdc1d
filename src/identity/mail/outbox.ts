// The outbox of development: mails that are kept instead of sent, the newest first, in this process alone.
import { randomUUID } from 'node:crypto'
import type { Message } from './compose.ts'
import type { Transport } from './smtp.ts'

export interface Kept extends Message { readonly id: string; readonly at: string }
export interface Outbox extends Transport {
  /** The newest first. */
  all(): readonly Kept[]
  clear(): void
}

/** As many as are kept. */
const most = 200

export function outbox(): Outbox {
  const kept: Kept[] = []
  return {
    async send(message) {
      kept.unshift({ ...message, id: randomUUID(), at: new Date().toISOString() })
      kept.splice(most)
    },
    async close() {},
    all: () => kept,
    clear() { kept.length = 0 },
  }
}
