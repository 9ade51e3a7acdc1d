// The two homes of the data: the embedded database, which the application itself starts and starts again, and a PostgreSQL server with a line before it.
import { cpSync, existsSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { createDatabase, embedded, type Config, type Options, type Server } from '../../src/stores/postgres/embedded/index.ts'
import { olderBinaries } from '../server.ts'
import { openLine, type Line } from './line.ts'
import { killDatabase, postmaster } from './processes.ts'
import type { Application } from './world.ts'
import type { Serving } from './server.ts'

export type HomeName = 'embedded' | 'server'
export interface Home {
  readonly name: HomeName
  /** The data folder of the server that is killed. */
  readonly folder: string
  readonly at: Serving['at']
  /** Between the application and the database; the embedded one is reached over a socket. */
  readonly line: Line | null
  /** The database as it is after everything, started where it was killed: one connection each. Nothing else uses it any more. */
  look<T>(work: (client: Readonly<Record<Application, pg.Client>>) => Promise<T>): Promise<T>
  /** Ends what there is of it, however that is. */
  close(): Promise<void>
}

/** Data folders that were made once and are copied: the making of one takes longer than the rest of the beginning. */
export interface Seeds {
  readonly embedded: string
  readonly server: string
  /** Whether the server is of the oldest major that is supported. */
  readonly older: boolean
  /** Where processes keep what they compiled. */
  readonly compiled: string
}
export async function makeSeeds(folder: string, older: boolean): Promise<Seeds> {
  const newer = path.join(folder, 'seed-18'), seeds = { embedded: newer, server: older ? path.join(folder, 'seed-15') : newer, older, compiled: path.join(folder, 'compiled') }
  // `throwaway` spares the forcing to disk while the files are made; it is a matter of each start.
  const make = async (at: string, options: Options): Promise<void> => { await (await embedded(at, { ...options, throwaway: true })).release() }
  await Promise.all([make(newer, {}), ...(older ? [make(seeds.server, { native: olderBinaries(), tcp: true })] : [])])
  return seeds
}

export async function openHome(name: HomeName, folder: string, seeds: Seeds, settings: Readonly<Record<string, string>>): Promise<Home> {
  const data = path.join(folder, 'data')
  cpSync(seeds[name], data, { recursive: true })
  const looking = async <T>(server: Server, work: (client: Readonly<Record<Application, pg.Client>>) => Promise<T>): Promise<T> => {
    const clients = { bank: new pg.Client({ ...server.config, database: 'bank' }), shop: new pg.Client({ ...server.config, database: 'shop' }) }
    for (const client of Object.values(clients)) client.on('error', () => {})
    try {
      await Promise.all(Object.values(clients).map(client => client.connect()))
      return await work(clients)
    } finally {
      await Promise.all(Object.values(clients).map(client => client.end().catch(() => {})))
    }
  }
  /** A server that nobody uses any more but is still there is ended without ceremony. */
  const end = (): void => { if (existsSync(data) && postmaster(data) !== null) killDatabase(data) }

  if (name === 'embedded') {
    return {
      name, folder: data, at: { folder: data }, line: null,
      async look(work) {
        const server = await embedded(data)
        try { return await looking(server, work) } finally { await server.release() }
      },
      close: async () => { end() },
    }
  }
  const server = await embedded(data, { ...(seeds.older ? { native: olderBinaries() } : {}), tcp: true, settings })
  let line: Line | null = null
  try {
    for (const database of ['bank', 'shop']) await createDatabase(server, database)
    line = await openLine(() => server.config.port)
  } catch (error) {
    await server.release()
    throw error
  }
  const { port } = line
  const address = ({ user, password }: Config, database: Application): string => `postgres://${user}:${password}@127.0.0.1:${port}/${database}`
  return {
    name, folder: data, at: { bank: address(server.config, 'bank'), shop: address(server.config, 'shop') }, line,
    async look(work) {
      for (const until = Date.now() + 60_000; ;) {
        try { return await looking(server, work) } catch (error) {
          // Recovering yet.
          if (!/^(ECONN|57P)/.test((error as { code?: string }).code ?? '') && !/terminated/.test(String(error)) || Date.now() > until) throw error
          await new Promise(again => setTimeout(again, 50))
        }
      }
    },
    async close() {
      await line.close()
      await server.release().catch(() => {})
      end()
    },
  }
}
