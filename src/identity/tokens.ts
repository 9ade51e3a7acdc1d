// Tokens for applications: short-lived, signed with keys of ours that are published, so that other services can check them without asking; and the tokens that the next one is got with.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { CryptoKey, JWK } from 'jose'
import type { Model } from '../model/index.ts'
import type { Inside } from './inside.ts'

/** Seconds that an access token is good. */
export const accessSeconds = 600
/** A key signs this long, and is published for as long as what it signed may be shown, and a day more. */
const signsMs = 30 * 86_400_000, publishedMs = signsMs + accessSeconds * 1000 + 86_400_000
/** What is known of the newest key is believed this long. */
const knownMs = 60_000

const algorithm = 'ES256'
interface Key { readonly id: string; readonly createdAt: number; readonly private: CryptoKey | Uint8Array; readonly at: number }
const moment = (ms: number): string => new Date(ms).toISOString().replace('Z', '+00:00')

export interface Signing {
  /** An access token of a session. Its claims are as they are now; what the server believes of them is looked up all the same. */
  access(inside: Inside, claims: Readonly<Record<string, unknown>>): Promise<string>
  /** The keys by which tokens can be checked, as RFC 7517 has them. */
  published(inside: Inside): Promise<readonly JWK[]>
}

export function signing(): Signing {
  const known = new WeakMap<Model, Key>()
  const load = async ({ workings: { records, run } }: Pick<Inside, 'workings'>): Promise<Key | null> => {
    const [row] = await records.find('~signingKey', [['createdAt', 'gt', moment(Date.now() - signsMs)]], { order: [['createdAt', 'desc']], take: 1 }, run)
    if (row === undefined) return null
    const { importJWK } = await import('jose/key/import')
    return { id: String(row['id']), createdAt: Date.parse(String(row['createdAt'])), private: await importJWK(JSON.parse(String(row['privateKey'])) as JWK, algorithm), at: Date.now() }
  }
  /** Two processes may each make one at once: both are published, and either will do. */
  const make = async ({ workings: { records, run } }: Pick<Inside, 'workings'>): Promise<void> => {
    const [{ generateKeyPair }, { exportJWK }] = await Promise.all([import('jose/key/generate/keypair'), import('jose/key/export')])
    const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true })
    const id = `bw-${randomBytes(9).toString('base64url')}`, now = Date.now()
    await records.create('~signingKey', [{
      id, algorithm, publicKey: { ...await exportJWK(publicKey), kid: id, alg: algorithm, use: 'sig' } as unknown as Readonly<Record<string, string>>, privateKey: JSON.stringify(await exportJWK(privateKey)),
      createdAt: moment(now), retiredAt: moment(now + publishedMs),
    }], run)
  }
  const current = async (inside: Pick<Inside, 'workings'>): Promise<Key> => {
    const { model } = inside.workings, before = known.get(model)
    if (before !== undefined && Date.now() - before.at < knownMs && Date.now() - before.createdAt < signsMs) return before
    const found = await load(inside) ?? (await make(inside), await load(inside))
    if (found === null) throw new Error('a key that was made is not there')
    known.set(model, found)
    return found
  }
  return {
    async access(inside, claims) {
      const key = await current(inside), { issuer = '' } = inside.workings.model.identity ?? {}
      const { SignJWT } = await import('jose/jwt/sign')
      return new SignJWT({ ...claims }).setProtectedHeader({ alg: algorithm, kid: key.id, typ: 'at+jwt' }).setIssuer(issuer).setAudience(issuer).setIssuedAt().setExpirationTime(`${accessSeconds}s`).sign(key.private)
    },
    async published(inside) {
      await current(inside)
      const { records, run } = inside.workings
      const rows = await records.find('~signingKey', [['retiredAt', 'gt', moment(Date.now())]], { order: [['createdAt', 'desc']], take: 20 }, run)
      return rows.map(row => row['publicKey'] as JWK)
    },
  }
}

// A refresh token's secret says of itself that it was of this session once: half of it is drawn, the other half is what the session's seed makes of it. So one that comes back after it
// was exchanged is told from one that never was, without keeping any.
const half = 16

export function refreshSecret(seed: string): string {
  const drawn = randomBytes(half)
  return Buffer.concat([drawn, proofOf(seed, drawn)]).toString('base64url')
}
export function wasOurs(seed: string, secret: string): boolean {
  const bytes = Buffer.from(secret, 'base64url')
  return bytes.length === 2 * half && timingSafeEqual(proofOf(seed, bytes.subarray(0, half)), bytes.subarray(half))
}
const proofOf = (seed: string, drawn: Buffer): Buffer => createHmac('sha256', Buffer.from(seed, 'base64url')).update(drawn).digest().subarray(0, half)
