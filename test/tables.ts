// A model's tables in a database of their own, and rows put into them by SQL of the tests' own, past the engine and its rules.
import pg from 'pg'
import { createEngine, type RunningEngine } from '../src/engine/index.ts'
import { applyPlan, planOf } from '../src/migrate/index.ts'
import type { EntityModel, FieldModel, Model } from '../src/model/index.ts'
import type { Value } from '../src/operation/index.ts'
import { speakTypeScript } from '../src/protocols/db/index.ts'
import { postgresStore, type PostgresStore } from '../src/stores/postgres/index.ts'
import type { TestServer } from './server.ts'
import type { Rows } from './generated/judge.ts'

const q = (name: string): string => `"${name.replaceAll('"', '""')}"`
const tableOf = (e: EntityModel): string => (e.table.schema === null ? '' : `${q(e.table.schema)}.`) + q(e.table.name)

/** A value as jsonb_populate_recordset takes it for its column. */
function cell(field: FieldModel, v: Value): unknown {
  if (v === null) return null
  if (Array.isArray(v)) return v.map((x: Value) => cell({ ...field, list: false }, x))
  return field.scalar === 'bytes' ? `\\x${Buffer.from(String(v), 'base64url').toString('hex')}` : v
}

/** Replaces all rows of all tables. Constraints that look at one row hold; foreign keys are the caller's to keep. */
export async function reload(client: pg.Client, model: Model, rows: Rows): Promise<void> {
  const entities = Object.values(model.entities)
  await client.query('begin; set local session_replication_role = replica')
  // Faster than truncate where there are few rows.
  await client.query(entities.map(e => `delete from ${tableOf(e)}`).join('; '))
  for (const e of entities) {
    const of = rows[e.name] ?? []
    if (of.length === 0) continue
    const fields = Object.values(e.fields)
    const columns = fields.map(f => q(f.column)).join(', ')
    const json = JSON.stringify(of.map(r => Object.fromEntries(fields.map(f => [f.column, cell(f, r[f.name] ?? null)]))))
    await client.query(`insert into ${tableOf(e)} (${columns}) select ${columns} from jsonb_populate_recordset(null::${tableOf(e)}, $1::jsonb)`, [json])
    for (const f of fields) {
      if (f.generated !== 'identity') continue
      const last = Math.max(...of.map(r => Number(r[f.name])))
      await client.query('select setval(pg_get_serial_sequence($1, $2), $3)', [tableOf(e), f.column, last])
    }
  }
  await client.query('commit')
}

export interface Ground { readonly engine: RunningEngine; readonly store: PostgresStore; readonly client: pg.Client; load(rows: Rows): Promise<void>; end(): Promise<void> }

/** An engine over a fresh database with the tables of `model`. */
export async function groundOf(server: TestServer, model: Model): Promise<Ground> {
  const fresh = await server.freshDatabase()
  const client = new pg.Client(fresh.config)
  await client.connect()
  await applyPlan(client, await planOf(client, model))
  const store = await postgresStore({ model, connection: fresh.config })
  const engine = await createEngine({ model, store, speak: speakTypeScript })
  return {
    engine, store, client,
    load: rows => reload(client, model, rows),
    async end() {
      await engine.close()
      await client.end()
      await fresh.drop()
    },
  }
}
