// The PostgreSQL servers of the tests: one throw-away 18 on a socket, one throw-away 15 on a port with a password, shared by all files of a run.
// The last test process out stops them; `npm test` sits there itself from beginning to end.
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { createDatabase, dropDatabase, embedded, type Config, type Server } from '../src/stores/postgres/embedded/index.ts'

export interface TestServer {
  readonly server: Server
  /** A database of its own, empty or a copy of `template`, in about 20 ms. `drop` cuts off who is still connected. */
  freshDatabase(template?: string): Promise<{ readonly config: Config; drop(): Promise<void> }>
}

/** Where this run's servers live: `npm test` says it, a single file's run uses one folder per checkout. */
const folder = process.env['BACKWRIGHT_TEST_RUN']
  ?? path.join(tmpdir(), `backwright-tests-${process.getuid?.() ?? 0}-${createHash('sha256').update(import.meta.dirname).digest('hex').slice(0, 8)}`)

const servers = new Map<string, Promise<TestServer>>()

/** The shared PostgreSQL 18. It need not be released: it neither keeps the process alive nor outlives the last one. */
export function testServer(): Promise<TestServer> {
  return shared('postgres-18', { settings: {} })
}

/** The shared server of the oldest major we serve, over TCP with a password. */
export function olderServer(): Promise<TestServer> {
  return shared('postgres-15', { native: olderBinaries(), tcp: true })
}

/** The folder of PostgreSQL 15's binaries. */
export function olderBinaries(): string {
  const installed = createRequire(path.join(import.meta.dirname, 'postgres-15', 'package.json'))
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  return path.join(path.dirname(installed.resolve(`postgres-15-${platform}`)), '..', 'native')
}

function shared(name: string, options: { native?: string; tcp?: boolean; settings?: Record<string, string> }): Promise<TestServer> {
  const known = servers.get(name)
  if (known) return known
  const made = begin(name, options)
  servers.set(name, made)
  return made
}

async function begin(name: string, options: { native?: string; tcp?: boolean; settings?: Record<string, string> }): Promise<TestServer> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const server = await embedded(path.join(folder, name), { throwaway: true, ...options })
  // Fires when nothing is left to do; what it starts keeps the process up until the seat is given back.
  process.once('beforeExit', () => void server.release())
  if (server.state === 'started') await dropLeft(server)
  let made = 0
  return {
    server,
    async freshDatabase(template) {
      const database = `t_${process.pid}_${++made}`
      const config = await createDatabase(server, database, template)
      return { config, drop: () => dropDatabase(server, database) }
    },
  }
}

/** Databases of runs that were killed. Nobody else is here yet, or their pid is alive. */
async function dropLeft(server: Server): Promise<void> {
  const client = new pg.Client(server.config)
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string }>(`select datname as name from pg_database where datname ~ '^t_[0-9]+_[0-9]+$'`)
    for (const { name } of rows) {
      if (!alive(Number(name.split('_')[1]))) await client.query(`drop database if exists ${name} with (force)`)
    }
  } finally {
    await client.end()
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
