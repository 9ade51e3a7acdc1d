// The world of the testkit, served over REST from the memory store on a real socket, with tokens as its callers would bring them.
import { SignJWT } from 'jose'
import { createEngine, type RunningEngine } from '../../src/engine/index.ts'
import type { Observation } from '../../src/observe/index.ts'
import { rest } from '../../src/protocols/rest/index.ts'
import { serve, type Serving } from '../../src/server/index.ts'
import { memoryStore, type MemoryStore } from '../../src/stores/memory/index.ts'
import { callers, rows, world, type Who } from '../../src/testkit/index.ts'

const secret = 'a secret for tests that is long enough'

/** Roles and claims of a caller of the world in a token; what binds to a row comes from the verified e-mail again. */
export async function tokenOf(who: Who): Promise<string | null> {
  const { id, roles, claims } = callers[who]
  if (id === null) return null
  const own = Object.fromEntries(Object.entries(claims).filter(([name]) => !name.startsWith('@')))
  return new SignJWT({ sub: id, ...own, email_verified: true, roles: [...roles] }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(new TextEncoder().encode(secret))
}

export interface Listening {
  readonly serving: Serving
  readonly engine: RunningEngine
  readonly store: MemoryStore
  readonly seen: Observation[]
  /** A request as somebody; `path` from the prefix on: `/posts?…`. */
  ask(path: string, options?: { as?: Who; method?: string; body?: unknown; raw?: string | Uint8Array<ArrayBuffer>; headers?: Record<string, string> }): Promise<Response>
}

export async function listen({ development = false }: { readonly development?: boolean } = {}): Promise<Listening> {
  const store = memoryStore(world)
  store.load(rows)
  const engine = await createEngine({ model: world, store, tokens: { secret } })
  const seen: Observation[] = []
  const serving = await serve({
    protocols: [rest({ engine, development })], engine, port: 0, observe: o => { seen.push(o) }, limits: { stopMs: 1000 },
    ...(development ? { development: { as: async () => [] } } : {}),
  })
  return {
    serving, engine, store, seen,
    async ask(path, { as = 'nobody', method, body, raw, headers = {} } = {}) {
      const token = await tokenOf(as)
      return fetch(`${serving.url}/api${path}`, {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(raw !== undefined ? { body: raw } : body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    },
  }
}
