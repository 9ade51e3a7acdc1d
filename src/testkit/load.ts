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

interface Client { query(text: string, values?: unknown[]): Promise<unknown> }

/** Replaces all rows of all tables. Constraints that look at one row hold; foreign keys are the caller's to keep. */
export async function reload(client: Client, model: Model, rows: Rows): Promise<void> {
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

/** Loads the rows, and answers what puts them back as they were: only the tables that differ are written, in one statement, so that it can be done after every test. The connection stays one whose writes fire no triggers. */
export async function rewinding(client: Client, model: Model, rows: Rows): Promise<() => Promise<void>> {
  await reload(client, model, rows)
  const entities = Object.values(model.entities).filter(e => !e.readOnly)
  // Of a table that nobody wrote since, as many rows as then are of the transaction that put them there, and no others.
  const written = (e: EntityModel, i: number): string => `when ${i} then (select count(*) filter (where xmin = k.put) from ${tableOf(e)}) <> k.rows or exists (select from ${tableOf(e)} where xmin <> k.put)`
  const rewind = (e: EntityModel, i: number): string => {
    const columns = Object.values(e.fields).filter(f => f.generated !== 'column').map(f => q(f.column)).join(', ')
    return `when ${i} then delete from ${tableOf(e)}; insert into ${tableOf(e)} (${columns}) select ${columns} from kept_${i};`
  }
  const sequences = entities.flatMap(e => Object.values(e.fields).filter(f => f.generated === 'identity').map(f => ({ of: [tableOf(e), f.column], last: Math.max(0, ...(rows[e.name] ?? []).map(r => Number(r[f.name]))) })))
  const literal = (s: string): string => `'${s.replaceAll(`'`, `''`)}'`
  // For the whole session: to change it makes PostgreSQL plan all statements again.
  await client.query(`
    set session_replication_role = replica;
    create temp table kept (i int primary key, rows bigint, put xid);
    ${entities.map((e, i) => `create temp table kept_${i} as table ${tableOf(e)}; insert into kept select ${i}, count(*), coalesce(max(xmin::text::bigint), 0)::text::xid from ${tableOf(e)};`).join('\n')}
    create function pg_temp.rewind() returns void language plpgsql as ${literal(`declare n int; begin
      for n in select i from kept k where case i ${entities.map(written).join('\n')} end loop
        case n ${entities.map(rewind).join('\n')} end case;
        update kept set put = pg_current_xact_id()::xid where i = n;
      end loop;
      ${sequences.map(({ of, last }) => `perform setval(pg_get_serial_sequence(${of.map(literal).join(', ')}), ${Math.max(last, 1)}, ${last > 0});`).join('\n')}
    end`)}`)
  return async () => { await client.query('select pg_temp.rewind()') }
}
