// A database of the bench's own: in a folder that is thrown away, or made on a server that is there, and dropped. Nothing that was there before is touched.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { readAddress } from '../../application/index.ts'
import { createDatabase, embedded } from '../../stores/postgres/embedded/index.ts'
import { withClient } from '../../stores/postgres/administer/index.ts'
import { Trouble, usage } from '../command.ts'
import type { Home } from '../locate.ts'
import { lives } from '../serving.ts'

export interface Ground {
  /** Secret: it holds a password. */
  readonly url: string
  /** For people. */
  readonly says: string
  /** The folder of the server, whose processes can be looked at; null: it is somebody else's. */
  readonly folder: string | null
  close(): Promise<void>
}

/** Memory for what is read again and again; and nobody cleans up while something is measured. */
const settings = { shared_buffers: '256MB', autovacuum: 'off', max_wal_size: '4GB' }

/** A server of its own, in `.backwright/NAME/bench-PID`. What is written is forced to disk, as it is for customers. */
export async function ownServer(home: Home, onProgress: (line: string) => void): Promise<Ground> {
  await sweep(home.folder)
  const folder = path.join(home.folder, `bench-${process.pid}`)
  const remove = (): void => { rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) }
  mkdirSync(home.folder, { recursive: true })
  try {
    const server = await embedded(folder, { onProgress, settings })
    const { user, password, host, port, database } = await createDatabase(server, 'bench').catch(async (error: unknown) => { await server.release(); throw error })
    return {
      url: `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@localhost/${database}?${new URLSearchParams({ host, port: String(port) }).toString()}`,
      says: 'a PostgreSQL of its own', folder,
      close: async () => { await server.release(); remove() },
    }
  } catch (error) {
    remove()
    throw error
  }
}

/** What killed ones left: a folder, and a server in it that whoever comes last stops. */
async function sweep(folder: string): Promise<void> {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const [, pid] = /^bench-(\d+)$/.exec(name) ?? [], left = path.join(folder, name)
    if (pid === undefined || lives(Number(pid))) continue
    if (existsSync(path.join(left, 'postmaster.pid'))) await embedded(left).then(server => server.release(), () => {})
    rmSync(left, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

/** A database made beside the one of the address, and dropped at the end. Throws Trouble where the user may not make one. */
export async function besideOn(address: string): Promise<Ground> {
  let host: string, port: string, own: string
  const name = `backwright_bench_${process.pid}_${Math.trunc(performance.timeOrigin % 1e9)}`
  try {
    const read = readAddress(address)
    if (!/^postgres(?:ql)?:/.test(address)) throw new Error('another protocol')
    host = read.hostname || read.searchParams.get('host') || 'localhost'
    port = read.port
    own = address.replace(/^(postgres(?:ql)?:\/\/[^/?#]*)(\/[^?#]*)?/, `$1/${name}`)
  } catch {
    throw usage('--database is an address, postgres://user:password@host:5432/postgres: the bench makes a database of its own there.')
  }
  const place = { connectionString: address }
  await withClient(place, async client => {
    try {
      await client.query(`create database "${name}"`)
    } catch (error) {
      throw new Trouble(`No database could be made on that server: ${(error as Error).message}. The bench touches nothing that is there, so it makes one of its own: give it a user who may (alter role … createdb), or leave --database out.`, undefined, error)
    }
  })
  return {
    url: own, says: `a database made for it on ${host}${port === '' ? '' : `:${port}`}`, folder: null,
    close: () => withClient(place, async client => { await client.query(`drop database if exists "${name}" with (force)`) }),
  }
}
