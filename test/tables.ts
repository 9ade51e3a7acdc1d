// A model's tables in a database of their own, and rows put into them past the engine and its rules.
import pg from 'pg'
import { createEngine, type RunningEngine } from '../src/engine/index.ts'
import { applyPlan, planOf } from '../src/migrate/index.ts'
import type { Model } from '../src/model/index.ts'
import { speakTypeScript } from '../src/protocols/db/index.ts'
import type { Config } from '../src/stores/postgres/embedded/index.ts'
import { postgresStore, type PostgresStore } from '../src/stores/postgres/index.ts'
import type { TestServer } from './server.ts'
import type { Rows } from '../src/testkit/judge.ts'
import { reload, rewinding } from '../src/testkit/load.ts'

export interface Ground { readonly engine: RunningEngine; readonly store: PostgresStore; readonly client: pg.Client; readonly config: Config; load(rows: Rows): Promise<void>; /** Loads them, and answers what puts them back. */ rewinding(rows: Rows): Promise<() => Promise<void>>; end(): Promise<void> }

/** An engine over a fresh database with the tables of `model`. */
export async function groundOf(server: TestServer, model: Model): Promise<Ground> {
  const fresh = await server.freshDatabase()
  const client = new pg.Client(fresh.config)
  await client.connect()
  await applyPlan(client, await planOf(client, model))
  const store = await postgresStore({ model, connection: fresh.config })
  const engine = await createEngine({ model, store, speak: speakTypeScript })
  return {
    engine, store, client, config: fresh.config,
    load: rows => reload(client, model, rows),
    rewinding: rows => rewinding(client, model, rows),
    async end() {
      await engine.close()
      await client.end()
      await fresh.drop()
    },
  }
}
