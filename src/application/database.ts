// Where an application's data lies: in the embedded server of a folder, where its database is made as needed, or on a PostgreSQL server by its address.
import path from 'node:path'
import type { Server } from '../stores/postgres/embedded/index.ts'
import { withClient, type Client } from '../stores/postgres/administer/index.ts'
import type { Place } from '../stores/postgres/connections/index.ts'

export interface Database {
  /** What the store connects to. Secret: it holds a password. */
  readonly place: Place
  /** The folder and what was needed to serve it; null for a server by its address. */
  readonly embedded: { readonly folder: string; readonly state: Server['state'] } | null
  /** For people, without the password. */
  readonly says: string
  client<T>(work: (client: Client) => Promise<T>): Promise<T>
  /** Drops it with all that is in it, cutting off who is connected, and makes it anew. Embedded only. */
  startOver(): Promise<void>
  close(): Promise<void>
}

export interface DatabaseOptions {
  readonly url?: string | undefined
  readonly folder: string
  readonly name: string
  readonly onProgress?: ((line: string) => void) | undefined
}

/** Connects, or starts the embedded server. Throws an Error saying what to do where neither is possible. */
export async function openDatabase({ url, folder, name, onProgress }: DatabaseOptions): Promise<Database> {
  if (url !== undefined) return byAddress(url)
  // A server by its address needs nothing of it.
  const { createDatabase, dropDatabase, embedded } = await import('../stores/postgres/embedded/index.ts')
  const ensure = (server: Server): Promise<void> => ensured(server, name, createDatabase)
  const server = await embedded(folder, onProgress ? { onProgress } : {})
  const place = (): Place => ({ ...server.config, database: name })
  try {
    await ensure(server)
  } catch (error) {
    await server.release()
    throw error
  }
  return {
    get place() { return place() },
    embedded: { folder, state: server.state },
    says: `PostgreSQL in ${near(folder)}`,
    client: work => withClient(place(), work),
    async startOver() {
      await dropDatabase(server, name)
      await ensure(server)
    },
    close: () => server.release(),
  }
}

function byAddress(url: string): Database {
  let says: string
  try {
    const { host, pathname, searchParams } = readAddress(url)
    says = `PostgreSQL at ${host || searchParams.get('host') || 'localhost'}${pathname}`
  } catch {
    throw new Error(`The database's address cannot be read. It is written postgres://user:password@host:5432/database.`)
  }
  const place: Place = { connectionString: url }
  return {
    place, embedded: null, says,
    client: work => withClient(place, work),
    startOver() { throw new Error('Only embedded data can be thrown away by this; a server\'s is yours to drop.') },
    close: async () => {},
  }
}

/** A database's address taken apart. A server at a socket has no host before the path: `postgres://user:password@/shop?host=/run/postgresql`. Throws where it is none. */
export function readAddress(url: string): Pick<URL, 'host' | 'hostname' | 'port' | 'username' | 'password' | 'pathname' | 'searchParams'> {
  const none = 'nowhere.invalid'
  const { host, hostname, port, username, password, pathname, searchParams } = new URL(url.replace(/^(postgres(?:ql)?:\/\/[^/?#]*@)(?=[/?]|$)/i, `$1${none}`))
  return { host: hostname === none ? '' : host, hostname: hostname === none ? '' : hostname, port, username, password, pathname, searchParams }
}

const near = (folder: string): string => {
  const relative = path.relative(process.cwd(), folder)
  return relative === '' || relative.startsWith('..') ? folder : relative
}

async function ensured(server: Server, name: string, createDatabase: (server: Server, name: string) => Promise<unknown>): Promise<void> {
  const { rows } = await withClient(server.config, client => client.query('select from pg_database where datname = $1', [name]))
  if (rows.length > 0) return
  try {
    await createDatabase(server, name)
  } catch (error) {
    // Another process made it meanwhile.
    if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error
  }
}
