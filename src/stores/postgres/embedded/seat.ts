// A seat at the server: one idle connection per user of it, holding a shared lock. PostgreSQL itself thus knows who uses it —
// a killed process's seat is free at once, and no file of ours can be stale. The last to leave gets the lock alone, and stops the server.
import { realpathSync } from 'node:fs'
import pg from 'pg'
import { explained, passwordOf, superuser } from './folder.ts'
import { running, serves, start, stop, type Address, type Place, type Started } from './postmaster.ts'

export interface Seat {
  readonly client: Client
  readonly address: Address
  readonly started: boolean
}

/** A connection that can stop keeping the process alive (the driver has it, its types do not). */
type Client = pg.Client & { ref(): void; unref(): void }

/** The advisory lock of database `postgres` that stands for using the server. */
const lock = '7165029443187'

const patience = 30_000

/** Takes a seat at the server of this place: adopts the running one, once it is sure that it is this folder's, else starts one. */
export async function takeSeat(place: Place, before?: Address): Promise<Seat> {
  let started: Started | undefined
  let last = 'it does not answer'
  const began = Date.now()
  let told = false
  for (let until = began + patience; Date.now() < until;) {
    const found = await adopt(place, (why) => { last = why })
    if (found === 'working') {
      until = Date.now() + patience // it lives and says so: recovering after a crash, or writing all down before it ends, takes what it takes
      if (!told && Date.now() - began > 2000) place.onProgress('the database server is recovering, or just ending; waiting for it')
      told ||= Date.now() - began > 2000
    }
    if (typeof found === 'object') return { ...found, started: started !== undefined && started.ended() === undefined && running(place.folder)?.pid === started.pid }
    const ended = started?.ended()
    if (ended !== undefined) {
      last = explained(ended)
      if (!passing.test(ended)) throw new Error(`The database server of ${place.folder} does not start: ${last}`)
      started = undefined
      await delay(100)
    } else if (found === 'absent' && started === undefined) {
      started = await start(place, before)
    }
    await delay(10)
  }
  throw new Error(`The database server of ${place.folder} cannot be reached within ${patience / 1000} s: ${last}`)
}

/** What a server says that found another one, or the remains of one, still there: try again. */
const passing = /lock file ".*" (already exists|is empty)|pre-existing shared memory block|in use|could not (create|open|remove|bind).*(lock file|socket|address)/i

/** The seat, or why there is none yet: no server, one that is just starting or ending, one that says what it is busy with. */
async function adopt(place: Place, say: (why: string) => void): Promise<Omit<Seat, 'started'> | 'absent' | 'busy' | 'working'> {
  const found = running(place.folder)
  if (found === undefined) return 'absent'
  const serving = serves(found.pid, place.folder)
  if (serving === false) return 'absent'
  const missing = serving === true ? 'busy' : 'absent'
  if (found.address === undefined) return missing
  const client = new pg.Client({ ...found.address, user: superuser, password: passwordOf(place.folder), database: 'postgres', application_name: 'backwright: in use', connectionTimeoutMillis: 5000 }) as Client
  client.on('error', () => {}) // said again by whatever is under way; who sits there listens for 'end'
  try {
    await client.connect()
    const { rows } = await client.query<{ data_directory: string }>('show data_directory')
    if (!same(rows[0]?.data_directory, place.folder)) {
      await client.end()
      return missing
    }
    await client.query(`select pg_advisory_lock_shared(${lock})`)
    return { client, address: found.address }
  } catch (error) {
    await client.end().catch(() => {})
    const { code } = error as { code?: string }
    if (code === '57P03') return 'working'
    if (code === '28P01') {
      throw new Error(`The server of ${place.folder} runs but refuses the password in backwright.password there: the file was changed, or belongs to other data.`, { cause: error })
    }
    say((error as Error).message)
    return missing // starting up, shutting down, just gone, or full
  }
}

const same = (said: string | undefined, folder: string): boolean => {
  try {
    return said !== undefined && realpathSync(said) === folder
  } catch {
    return false
  }
}

/** Gives the seat back; stops the server if nobody else has one. */
export async function leaveSeat(seat: Seat, place: Place): Promise<void> {
  const { client } = seat
  client.ref()
  let alone = false
  try {
    await client.query(`select pg_advisory_unlock_shared(${lock})`)
    // Of two that leave together both have let go before either asks, so one of them gets it. Who comes meanwhile waits for the lock,
    // is cut off by the stop, and starts the server anew.
    const { rows } = await client.query<{ alone: boolean }>(`select pg_try_advisory_lock(${lock}) as alone`)
    alone = rows[0]?.alone === true
  } catch {
    return // the server is gone already
  }
  if (alone) await stop(place)
  await client.end().catch(() => {})
}

const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
