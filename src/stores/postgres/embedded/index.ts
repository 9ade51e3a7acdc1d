// PostgreSQL in a folder: a real server from npm's binaries, for development, tests and small installations.
// Several processes may use one; the last one out stops it, and a killed one leaves nothing broken.
import { realpathSync } from 'node:fs'
import path from 'node:path'
import type { AsRoot } from './account.ts'
import { binaries } from './binaries.ts'
import { ensureData, passwordOf, superuser } from './folder.ts'
import type { Place } from './postmaster.ts'
import { leaveSeat, takeSeat } from './seat.ts'
import type { Options, Server } from './server.ts'

export { createDatabase, dropDatabase } from './database.ts'
export { installation } from './installation.ts'
export type { Config, Options, Server } from './server.ts'

/**
 * The server of the data in `folder`, created, started or found as needed; resolves when it takes connections. It is started again if it dies while in use.
 * It does not keep the process alive. Throws an Error that says what to do: no binaries, another major's data, a folder of something else, a full disk.
 */
export async function embedded(folder: string, options: Options = {}): Promise<Server> {
  const { throwaway = false, onProgress = () => {}, tcp = false, settings = {} } = options
  const asRoot = options.asRoot ?? asked(process.env['BACKWRIGHT_POSTGRES_AS'])
  const from = binaries(options.native)
  const created = await ensureData(path.resolve(folder), from, { throwaway, asRoot, onProgress })
  const place: Place = { folder: realpathSync(folder), from, throwaway, tcp, asRoot, settings, onProgress }

  let seat = await takeSeat(place)
  const state = created && seat.started ? 'created' : seat.started ? 'started' : 'adopted'
  const password = passwordOf(place.folder)
  let leaving: Promise<void> | undefined
  let healing: Promise<void> | undefined
  watch()

  /** While in use the server is there: if it dies it is started again, and whoever connects anew finds it where it was. */
  function watch(): void {
    seat.client.unref()
    seat.client.once('end', () => {
      if (leaving === undefined) healing = heal()
    })
  }
  async function heal(): Promise<void> {
    onProgress('the database server went away; starting it again')
    for (let wait = 100; leaving === undefined; wait = Math.min(wait * 2, 5000)) {
      try {
        seat = await takeSeat(place, seat.address)
        watch()
        return
      } catch (error) {
        onProgress(`the database server does not come back: ${(error as Error).message}`)
        await new Promise((resolve) => setTimeout(resolve, wait).unref())
      }
    }
  }

  return {
    get config() {
      return { ...seat.address, user: superuser, password, database: 'postgres' }
    },
    get url() {
      return `postgres://${superuser}:${password}@${encodeURIComponent(seat.address.host)}:${seat.address.port}/postgres`
    },
    state,
    release() {
      leaving ??= (async () => {
        await healing
        await leaveSeat(seat, place)
      })()
      return leaving
    },
  }
}

function asked(way: string | undefined): AsRoot | undefined {
  if (way === undefined || way === '') return undefined
  if (way === 'namespace' || way === 'other-user') return way
  throw new Error(`BACKWRIGHT_POSTGRES_AS is ${way}; it may be namespace or other-user.`)
}
