// One plain connection for what is done to a database rather than in it: its schema changed, its existence asked for. Never on a request's way.
import pg from 'pg'
import { Failure } from '../../../failure/index.ts'
import type { EntityModel } from '../../../model/index.ts'
import type { Place } from '../connections/index.ts'

/** Anything that runs a statement. */
export interface Client { query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }> }

/** Runs `work` on a connection of its own. Throws `store.down`, saying why, where there is none to be had; what `work` throws stays as it is. */
export async function withClient<T>(place: Place, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...place, application_name: 'backwright: schema', connectionTimeoutMillis: 10_000 })
  client.on('error', () => {}) // the statement's own failure is what counts
  try {
    await client.connect()
  } catch (error) {
    await client.end().catch(() => {})
    throw new Failure('store.down', unreachable(error as Error & { readonly code?: string }, client), { cause: error })
  }
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}

/** Raises the counters of keys that the database makes above the keys that are there, after rows came in with keys of their own. */
export async function advanceKeys(client: Client, entity: EntityModel): Promise<void> {
  const table = [entity.table.schema ?? 'public', entity.table.name].map(quoted).join('.')
  for (const f of Object.values(entity.fields)) {
    if (f.generated !== 'identity') continue
    await client.query(
      `select setval(s, greatest((select coalesce(max(${quoted(f.column)}), 0)::bigint from ${table}), nextval(s))) from (select pg_get_serial_sequence($1, $2)::regclass as s) as x`, [table, f.column],
    )
  }
}
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

function unreachable(error: Error & { readonly code?: string }, { host, port, database, user }: pg.Client): string {
  switch (error.code) {
    case 'ECONNREFUSED': case 'ENOENT': return `No PostgreSQL listens at ${host}:${port}. Start it, or correct the address.`
    case 'ENOTFOUND': case 'EAI_AGAIN': return `The host ${host} is not known. Correct the address.`
    case '28P01': case '28000': return `PostgreSQL at ${host}:${port} does not let ${user} in: ${error.message}. Correct the user or the password in the address.`
    case '3D000': return `PostgreSQL at ${host}:${port} has no database ${database}. Create it: createdb ${database}`
    default: return `PostgreSQL at ${host}:${port} cannot be used: ${error.message || String(error)}.`
  }
}
