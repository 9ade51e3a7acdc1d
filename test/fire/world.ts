// What the processes of a run agree on: what there is at the beginning, who asks, how a run can be broken on purpose, and what the keeper is told.
import { SignJWT } from 'jose'

export const secret = 'a secret of the run under fire, long enough'
export const accounts = 6, counters = 3, products = 4
export const opening = { balance: 100, cash: 100, stock: 25, price: '2.50' } as const
/** The order of each customer whose lines everybody adds to. */
export const basket = 'basket'
export const people = ['anna', 'ben'] as const

/**
 * How a run is broken, to show that it is noticed: `early` answers before the commit, `keyless` does not look at keys, `careless` moves money without a check, `tail` has a database that forces
 * nothing to disk and loses the end of its log.
 */
export type Broken = 'early' | 'keyless' | 'careless' | 'tail'

export type Application = 'bank' | 'shop'
export type Kind = 'transfer' | 'batch' | 'cash' | 'count' | 'claim' | 'drop' | 'checkout' | 'restock' | 'line'
/** Facts of a write as they were asked: ids, amounts. */
export type Facts = Readonly<Record<string, string | number>>

/** What the keeper is told, a line each. `plan` comes before anything is sent; `left`: nobody will ask again, though an answer is owed. */
export type Told =
  | { readonly is: 'plan'; readonly key: string; readonly kind: Kind; readonly facts: Facts }
  | { readonly is: 'answer'; readonly key: string; readonly status: number; readonly code: string | null; readonly replayed: boolean; readonly doubts: number; readonly body: string }
  | { readonly is: 'again'; readonly key: string; readonly status: number; readonly replayed: boolean; readonly same: boolean }
  | { readonly is: 'left'; readonly key: string }

export const applicationOf = (kind: Kind): Application => (kind === 'checkout' || kind === 'restock' || kind === 'line' ? 'shop' : 'bank')

/** A bearer token. `email` binds it to a customer of the shop. */
export const tokenOf = (sub: string, claims: { readonly roles?: readonly string[]; readonly email?: string }): Promise<string> =>
  new SignJWT({ roles: claims.roles ?? [], ...(claims.email === undefined ? {} : { email: claims.email, email_verified: true }) })
    .setSubject(sub).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('6h').sign(new TextEncoder().encode(secret))

/** Numbers from 0 to 1, the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
export const pause = (ms: number): Promise<void> => new Promise(done => { setTimeout(done, ms) })
