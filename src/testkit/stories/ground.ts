// Where stories run: the application's schema and data made once, and a copy of that database for each of them.
import type { Backend } from '../../define/index.ts'
import { beginWith, loadData, open, type Application } from '../../application/index.ts'
import { withClient } from '../../stores/postgres/administer/index.ts'
import { createDatabase, dropDatabase, type Config, type Server } from '../../stores/postgres/embedded/index.ts'
import type { Stage } from './drivers.ts'

export interface Ground {
  /** A fresh copy, opened. One that was left `untouched` is as fresh as before, and serves again. */
  stage(): Promise<Stage & { readonly config: Config; leave(untouched?: boolean): Promise<void> }>
  /** Milliseconds that it took to make, and that the copies took. */
  readonly took: { readonly made: number; copies: number[] }
  /** Drops what is left of it. */
  close(): Promise<void>
}
export interface GroundOptions {
  readonly server: Server
  /** What the application is called where the declaration does not say. */
  readonly name: string
  /** The folder of `backend({ data })`; null: none. */
  readonly data: string | null
}

/** A server's address as `open` takes it. */
const addressOf = ({ user, password, host, port, database }: Config): string =>
  `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@localhost/${database}?${new URLSearchParams({ host, port: String(port) }).toString()}`

/** Databases are called by the process, so that those of a killed one can be told and dropped. */
const prefix = 'story'
/** Makes the database that the others are copies of. Throws what is wrong with the declaration or the data. */
export async function groundOf(backend: Backend, { server, name, data }: GroundOptions): Promise<Ground> {
  const begun = performance.now()
  const secret = crypto.randomUUID()
  let made = 0
  const next = (): string => `${prefix}_${process.pid}_${Math.trunc(begun)}_${++made}`
  const first = next()
  const config = await createDatabase(server, first)
  const left = new Set<Promise<unknown>>()
  const dropping = (database: string): void => {
    const work = dropDatabase(server, database).catch(() => {}).finally(() => { left.delete(work) })
    left.add(work)
  }
  const opened = (at: Config, schema: 'apply' | 'ignore'): Promise<Application> => open(backend, { url: addressOf(at), name, schema, tokens: { secret } }) as Promise<Application>
  try {
    if (data !== null) await withClient(config, client => beginWith(client, data))
    const application = await opened(config, 'apply')
    try {
      if (data !== null) await loadData(application, data)
    } finally { await application.close() }
  } catch (error) {
    await dropDatabase(server, first)
    throw error
  }
  const took = { made: performance.now() - begun, copies: [] as number[] }
  const copy = async (): Promise<Config> => {
    const from = performance.now()
    const made = await createDatabase(server, next(), first)
    took.copies.push(performance.now() - from)
    return made
  }
  // One is made ahead, while the story before it runs.
  let ahead: Promise<Config> | null = null
  const take = (): Promise<Config> => {
    const mine = ahead ?? copy()
    ahead = mine.then(copy)
    ahead.catch(() => {})
    return mine
  }
  type Left = Awaited<ReturnType<Ground['stage']>>
  let kept: Left | null = null
  const shared = new Map<string, Promise<unknown>>()
  const once = <T>(what: string, make: () => Promise<T>): Promise<T> => {
    const work = shared.get(what) ?? make()
    shared.set(what, work)
    // The names are this folder's own, each of one type.
    return work as Promise<T>
  }
  const begin = async (): Promise<Left> => {
    const at = await take()
    const application = await opened(at, 'ignore')
    let serving: Promise<string> | null = null
    const stage: Left = {
      application, secret, once, config: at,
      url: () => (serving ??= application.serve({ port: 0 }).then(s => s.url)),
      async leave(untouched = false) {
        if (untouched && kept === null) { kept = stage; return }
        await application.close()
        dropping(at.database)
      },
    }
    return stage
  }
  return {
    took,
    async stage() {
      const again = kept
      kept = null
      return again ?? begin()
    },
    async close() {
      await kept?.leave()
      const spare = await ahead?.catch(() => null)
      if (spare) dropping(spare.database)
      while (left.size > 0) await Promise.all(left)
      await dropDatabase(server, first)
    },
  }
}

/** Drops the databases of runs that were killed. */
export async function sweep(server: Server): Promise<void> {
  const { rows } = await withClient(server.config, client => client.query(`select datname as name from pg_database where datname ~ '^${prefix}_[0-9]+_[0-9]+_[0-9]+$'`))
  for (const { name } of rows as { name: string }[]) if (!alive(Number(name.split('_')[1]))) await dropDatabase(server, name)
}
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}
