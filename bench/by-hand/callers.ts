// Who asks: a token is verified once and known by its hash until it expires; the customer it stands for is looked up every five seconds.
import { createHash } from 'node:crypto'
import * as jose from 'jose'

export interface Caller { readonly id: string; readonly staff: boolean; readonly customer: string | null }
interface Known { readonly id: string; readonly staff: boolean; readonly email: string | null; readonly until: number; customer: string | null; lookedUp: number }

const most = 10_000

export function callers(secret: string, customerByEmail: (email: string) => Promise<string | null>): (authorization: string | undefined) => Promise<Caller | null> {
  const key = new TextEncoder().encode(secret)
  const known = new Map<string, Known>()
  return async authorization => {
    if (!authorization?.startsWith('Bearer ')) return null
    const token = authorization.slice(7)
    const hash = createHash('sha256').update(token).digest('base64url')
    let found = known.get(hash)
    if (!found) {
      const { payload } = await jose.jwtVerify(token, key, { algorithms: ['HS256'] })
      found = {
        id: payload.sub ?? '', staff: Array.isArray(payload['roles']) && payload['roles'].includes('staff'),
        email: payload['email_verified'] === true && typeof payload['email'] === 'string' ? payload['email'] : null,
        until: payload.exp ?? Infinity, customer: null, lookedUp: -Infinity,
      }
      if (known.size >= most) known.clear()
      known.set(hash, found)
    }
    if (found.until <= Date.now() / 1000) { known.delete(hash); return null }
    if (found.email !== null && performance.now() - found.lookedUp > 5000) {
      found.customer = await customerByEmail(found.email)
      found.lookedUp = performance.now()
    }
    return found
  }
}
