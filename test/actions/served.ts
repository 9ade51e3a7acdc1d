// The bank served over REST, on a database of its own or in memory, with tokens as its callers bring them.
import { SignJWT } from 'jose'
import { compileModel } from '../../src/define/index.ts'
import { createEngine, type RunningEngine } from '../../src/engine/index.ts'
import { applyPlan, planOf } from '../../src/migrate/index.ts'
import type { Observation } from '../../src/observe/index.ts'
import { connectDb, speakTypeScript } from '../../src/protocols/db/index.ts'
import { rest } from '../../src/protocols/rest/index.ts'
import { serve } from '../../src/server/index.ts'
import { postgresStore } from '../../src/stores/postgres/index.ts'
import pg from 'pg'
import { testServer } from '../server.ts'
import app from './bank.ts'

export const { model } = compileModel(app)
const secret = 'a secret for tests that is long enough'
export const tokenOf = (sub: string, ...roles: string[]): Promise<string> =>
  new SignJWT({ sub, roles }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(new TextEncoder().encode(secret))

/** An engine over a connection that exists, as `open` would make it. */
export async function engineAt(config: pg.ClientConfig): Promise<RunningEngine> {
  const store = await postgresStore({ model, connection: config as never })
  return createEngine({ model, store, speak: speakTypeScript, tokens: { secret } })
}

export async function served() {
  const fresh = await (await testServer()).freshDatabase()
  const client = new pg.Client(fresh.config)
  await client.connect()
  await applyPlan(client, await planOf(client, model))
  const engine = await engineAt(fresh.config)
  const seen: Observation[] = []
  const serving = await serve({ protocols: [rest({ engine })], engine, port: 0, observe: o => { seen.push(o) }, limits: { stopMs: 1000 } })
  return {
    engine, client, seen, config: fresh.config, url: serving.url,
    system: connectDb(engine, app, engine.system('sets up a test')),
    async ask(who: string | null, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const token = who === null ? null : await tokenOf(who, ...(who === 'clerk' ? ['clerk'] : []))
      const raw = typeof body === 'string'
      return fetch(serving.url + path, {
        method, headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
      })
    },
    async end() {
      await serving.close()
      await engine.close()
      await client.end()
      await fresh.drop()
    },
  }
}
export type Served = Awaited<ReturnType<typeof served>>
