// What the server is: its version, and whether it can be used at all. Asked once, at start.
import { Failure } from '../../../failure/index.ts'
import { unprepared, type Link } from './link.ts'
import { isRefused } from './trouble.ts'

export interface Server {
  /** The major version: 15, 18. */
  readonly version: number
  /** The collation, in pg_catalog, under which `lower` maps code point by code point, in 17 and newer; older ones have none, and compiled statements do without. */
  readonly foldCollation: string
}

/** The oldest major that is supported. */
const OLDEST = 15

/** Learns what the server is over a fresh connection. Throws `store.down` saying what to do where it cannot be used. */
export async function identify(link: Link): Promise<Server> {
  const text = link.facts.get('server_version') ?? ''
  const version = Number.parseInt(text, 10)
  if (!(version >= OLDEST)) throw unusable(`This is PostgreSQL ${text}: ${OLDEST} or newer is needed`)
  const encoding = link.facts.get('server_encoding')
  if (encoding !== 'UTF8') throw unusable(`The database is encoded in ${encoding}: create it with encoding 'UTF8'`)
  const { rows } = await link.send(unprepared(`select pg_backend_pid()::text, current_setting('IntervalStyle')`), [], { deadline: performance.now() + 10_000 })
  const [pid, style] = (rows[0] ?? []).map(c => (c === null ? null : Buffer.from(c).toString()))
  // A pooler makes up its own session numbers, and may send each statement to another session.
  if (pid !== String(link.pid) || style !== 'iso_8601') throw pooler()
  return { version, foldCollation: 'pg_c_utf8' }
}

/** What kept a connection from being opened, said better where we know better. */
export function readable(error: unknown): unknown {
  if (isRefused(error) && /unsupported startup parameter/i.test(error.message)) return pooler(error)
  return error
}

const unusable = (why: string, cause?: unknown): Failure => new Failure('store.down', why, { cause })
const pooler = (cause?: unknown): Failure =>
  unusable('A connection pooler (PgBouncer or the like) stands before PostgreSQL. Backwright pools its own connections and relies on their sessions: connect to PostgreSQL itself', cause)
