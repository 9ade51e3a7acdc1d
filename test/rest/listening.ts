// The world of the testkit, served over REST on a real socket from memory or from PostgreSQL, with tokens as its callers would bring them.
import { SignJWT } from 'jose'
import { createEngine, type RunningEngine } from '../../src/engine/index.ts'
import type { Observation } from '../../src/observe/index.ts'
import { speakTypeScript } from '../../src/protocols/db/index.ts'
import { graphql } from '../../src/protocols/graphql/index.ts'
import { rest } from '../../src/protocols/rest/index.ts'
import { soap } from '../../src/protocols/soap/index.ts'
import { serve, type Serving } from '../../src/server/index.ts'
import pg from 'pg'
import { applyPlan, planOf } from '../../src/migrate/index.ts'
import type { Store } from '../../src/stores/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { postgresStore } from '../../src/stores/postgres/index.ts'
import { callers, rows, world, type Who } from '../../src/testkit/index.ts'
import { rewinding } from '../../src/testkit/load.ts'
import { testServer } from '../server.ts'
import type { Documented } from '../contract/documented.ts'

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
  readonly seen: Observation[]
  /** A request as somebody; `path` from the prefix on: `/posts?…`. */
  ask(path: string, options?: { as?: Who; method?: string; body?: unknown; raw?: string | Uint8Array<ArrayBuffer>; headers?: Record<string, string> }): Promise<Response>
}

function inMemory(): Store {
  const store = memoryStore(world)
  store.load(rows)
  return store
}

/** The world in a database of its own on the tests' PostgreSQL; `again` puts the rows back as they were, `drop` ends it. */
export async function inPostgres(): Promise<{ readonly store: Store; again(): Promise<void>; drop(): Promise<void> }> {
  const fresh = await (await testServer()).freshDatabase()
  const client = new pg.Client(fresh.config)
  await client.connect()
  await applyPlan(client, await planOf(client, world))
  const again = await rewinding(client, world, rows)
  const store = await postgresStore({ model: world, connection: fresh.config })
  return {
    store, again,
    async drop() { await store.close(); await client.end(); await fresh.drop() },
  }
}

export interface ListenOptions {
  readonly development?: boolean
  /** Of GraphQL. */
  readonly introspection?: boolean
  readonly store?: Store
  /** Every answer is held against it, and every body that is answered with success; what differs throws. */
  readonly contract?: Documented
  /** Where requests go instead: a proxy before the server. */
  readonly through?: (serving: Serving) => Promise<string>
}

export async function listen({ development = false, introspection = true, store = inMemory(), contract, through }: ListenOptions = {}): Promise<Listening> {
  const engine = await createEngine({ model: world, store, tokens: { secret }, speak: speakTypeScript })
  const seen: Observation[] = []
  const serving = await serve({
    protocols: [rest({ engine, development }), graphql({ engine, development, introspection }), soap({ engine })], engine, port: 0, observe: o => { seen.push(o) }, limits: { stopMs: 1000 },
    ...(development ? { development: { as: async () => [] } } : {}),
  })
  const place = through === undefined ? serving.url : await through(serving)
  return {
    serving, engine, seen,
    async ask(path, { as = 'nobody', method, body, raw, headers = {} } = {}) {
      const token = await tokenOf(as)
      const verb = method ?? (body === undefined ? 'GET' : 'POST')
      const answer = await fetch(`${place}/api${path}`, {
        method: verb,
        headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(raw !== undefined ? { body: raw } : body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      if (contract === undefined) return answer
      const wrong = contract.answer(verb, path, answer.status, answer.headers, await answer.clone().text())
      const sent = answer.ok && body !== undefined ? contract.body(verb, path, 'application/json', body) : []
      if (wrong.length + sent.length > 0) throw new Error(`not as documented: ${[...wrong, ...sent].join('\n')}`)
      return answer
    },
  }
}
