// Standard Webhooks: what an event's headers are, so that its receiver can tell that it is ours and as we sent it.
import { createHmac, randomBytes } from 'node:crypto'

/** A secret of 32 bytes, as the standard writes them. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

/** The bytes of a secret; null where it is none: `whsec_` and 24 to 64 bytes as base64. */
export function secretBytes(text: string): Buffer | null {
  const encoded = text.replace(/^whsec_/, '')
  const bytes = Buffer.from(encoded, 'base64')
  return /^[A-Za-z0-9+/]+={0,2}$/.test(encoded) && bytes.length >= 24 && bytes.length <= 64 ? bytes : null
}

/** A signature for each secret: a receiver needs to know one of them. */
export function signed(id: string, seconds: number, body: string, secrets: readonly Buffer[]): Readonly<Record<string, string>> {
  const signatures = secrets.map(secret => `v1,${createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64')}`)
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': signatures.join(' ') }
}
