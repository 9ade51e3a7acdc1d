// A fresh database on each of the servers we serve, for the tests of migrations.
import pg from 'pg'
import { olderServer, testServer } from '../../test/server.ts'

export interface Database {
  readonly client: pg.Client
  another(): Promise<pg.Client>
  /** Empty again, and nobody else connected. */
  clear(): Promise<void>
  end(): Promise<void>
}

/** Runs a suite once for PostgreSQL 18 and once for 15. */
export function eachServer(suite: (name: string, connect: () => Promise<Database>) => void): void {
  suite('PostgreSQL 18', () => fresh(testServer()))
  suite('PostgreSQL 15', () => fresh(olderServer()))
}

async function fresh(server: ReturnType<typeof testServer>): Promise<Database> {
  const { config, drop } = await (await server).freshDatabase()
  const clients: pg.Client[] = []
  const another = async (): Promise<pg.Client> => {
    const client = new pg.Client({ ...config })
    client.on('error', () => undefined)
    await client.connect()
    clients.push(client)
    return client
  }
  const client = await another()
  return {
    client, another,
    async clear() {
      await Promise.all(clients.splice(1).map(c => c.end()))
      await client.query('drop schema public cascade; create schema public')
    },
    async end() { await Promise.all(clients.map(c => c.end())); await drop() },
  }
}
