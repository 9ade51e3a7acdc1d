// Rows put into a model's tables by SQL of our own, past the engine and its rules.
import type { EntityModel, FieldModel, Model } from '../model/index.ts'
import type { Value } from '../operation/index.ts'
import type { Rows } from './judge.ts'

const q = (name: string): string => `"${name.replaceAll('"', '""')}"`
const tableOf = (e: EntityModel): string => (e.table.schema === null ? '' : `${q(e.table.schema)}.`) + q(e.table.name)

/** A value as jsonb_populate_recordset takes it for its column. */
function cell(field: FieldModel, v: Value): unknown {
  if (v === null) return null
  if (Array.isArray(v)) return v.map((x: Value) => cell({ ...field, list: false }, x))
  return field.scalar === 'bytes' ? `\\x${Buffer.from(String(v), 'base64url').toString('hex')}` : v
}

/** Replaces all rows of all tables. Constraints that look at one row hold; foreign keys are the caller's to keep. */
export async function reload(client: { query(text: string, values?: unknown[]): Promise<unknown> }, model: Model, rows: Rows): Promise<void> {
  const entities = Object.values(model.entities).filter(e => !e.readOnly)
  await client.query('begin; set local session_replication_role = replica')
  // Faster than truncate where there are few rows.
  await client.query(entities.map(e => `delete from ${tableOf(e)}`).join('; '))
  for (const e of entities) {
    const of = rows[e.name] ?? []
    if (of.length === 0) continue
    const fields = Object.values(e.fields).filter(f => f.generated !== 'column')
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
