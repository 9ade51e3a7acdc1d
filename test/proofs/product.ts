// The whole product over a database of the tests: declared, migrated, served over HTTP; and a line to the database that can be listened to.
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { SignJWT } from 'jose'
import pg from 'pg'
import { compileModel } from '../../src/define/index.ts'
import { createEngine, type RunningEngine } from '../../src/engine/index.ts'
import { applyPlan, planOf } from '../../src/migrate/index.ts'
import type { Observation } from '../../src/observe/index.ts'
import { graphql } from '../../src/protocols/graphql/index.ts'
import { rest } from '../../src/protocols/rest/index.ts'
import { serve, type Limits as ServerLimits, type Serving } from '../../src/server/index.ts'
import { postgresStore, type Limits } from '../../src/stores/postgres/index.ts'
import { embedded, type Config } from '../../src/stores/postgres/embedded/index.ts'
import { fill, shop } from './shop.ts'

const secret = 'a secret for proofs that is long enough'
const sign = (claims: object): Promise<string> => new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(new TextEncoder().encode(secret))
/** A token of the n-th customer; each call makes one that nobody has seen. */
let made = 0
export const customer = (n: number): Promise<string> => sign({ sub: `c${n}`, email: `c${n}@proofs.example`, email_verified: true, made: ++made })
export const staff = (): Promise<string> => sign({ sub: 'staff', roles: ['staff'], made: ++made })

export interface Answered { readonly status: number; readonly headers: Headers; readonly bytes: Buffer; readonly text: string }
export interface Product {
  readonly serving: Serving
  readonly engine: RunningEngine
  /** Past the product, as the database's owner. */
  readonly client: pg.Client
  readonly seen: Observation[]
  /** Takes a table away: whoever asks it waits in the database until it is given back. */
  lock(table: string): Promise<() => Promise<void>>
  ask(token: string | null, target: string, options?: { readonly method?: string; readonly body?: unknown; readonly headers?: Record<string, string>; readonly signal?: AbortSignal }): Promise<Answered>
  end(): Promise<void>
}

/** `through`: where the product finds its database, if not where `config` says. */
export async function product(config: Config, options: { readonly orders?: number; readonly limits?: Partial<Limits>; readonly server?: Partial<ServerLimits>; readonly through?: Config } = {}): Promise<Product> {
  const { model } = compileModel(shop)
  const client = new pg.Client(config)
  client.on('error', () => {})
  await client.connect()
  await applyPlan(client, await planOf(client, model))
  if (options.orders !== 0) await fill(client, options.orders ?? 2000)
  const store = await postgresStore({ model, connection: options.through ?? config, ...(options.limits ? { limits: options.limits } : {}) })
  const engine = await createEngine({ model, store, tokens: { secret } })
  const seen: Observation[] = []
  const serving = await serve({ protocols: [rest({ engine }), graphql({ engine })], engine, port: 0, observe: o => { seen.push(o) }, limits: { stopMs: 1000, ...options.server } })
  return {
    serving, engine, client, seen,
    async lock(table) {
      const locker = new pg.Client(config)
      await locker.connect()
      await locker.query(`begin; lock table ${table} in access exclusive mode`)
      return async () => { await locker.query('commit'); await locker.end() }
    },
    async ask(token, target, { method = 'GET', body, headers = {}, signal } = {}) {
      const response = await fetch(serving.url + target, {
        method, ...(signal ? { signal } : {}),
        headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const bytes = Buffer.from(await response.arrayBuffer())
      return { status: response.status, headers: response.headers, bytes, text: bytes.toString() }
    },
    async end() {
      await serving.close()
      await engine.close()
      await client.end().catch(() => {})
    },
  }
}

export interface OwnServer {
  readonly config: Config
  readonly folder: string
  /** What the server wrote into its log while `work` ran, and what came of it. */
  logged<T>(work: () => Promise<T>): Promise<{ readonly log: string; readonly of: T }>
  end(): Promise<void>
}

/** A throw-away server with settings and a log of its own. */
export async function ownServer(settings: Readonly<Record<string, string>>): Promise<OwnServer> {
  const root = mkdtempSync(path.join(tmpdir(), 'bw-proofs-'))
  const folder = path.join(root, 'data')
  const server = await embedded(folder, { throwaway: true, settings })
  const log = (): Buffer => readFileSync(path.join(folder, 'server.log'))
  return {
    folder,
    get config() { return server.config },
    async logged(work) {
      const from = log().length
      const of = await work()
      // Plans are written when the portal is closed, which may be after the answer.
      await new Promise(resolve => setTimeout(resolve, 30))
      return { log: log().subarray(from).toString(), of }
    },
    async end() {
      await server.release()
      rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

/** Every statement the log has, transactions' own included. */
export const statements = (log: string): readonly string[] => [...log.matchAll(/LOG: {2}(?:statement|execute [^:\n]*): (.*)/g)].map(m => m[1] ?? '')

export interface Tap {
  readonly config: Config
  /** Bytes the database sent, by connection. */
  readonly received: readonly Buffer[][]
  /** Statements each connection holds by name, as the messages that went over it say. */
  readonly named: readonly ReadonlySet<string>[]
  /** How many were named in all. */
  readonly parses: () => number
  readonly most: () => number
  close(): Promise<void>
}

/** A line between the product and its database that listens to what passes. */
export async function tap(config: Config, record: boolean): Promise<Tap> {
  const received: Buffer[][] = []
  const named: Set<string>[] = []
  const sockets = new Set<Socket>()
  let parses = 0
  let most = 0
  const server = createServer(near => {
    const far = config.host.startsWith('/') ? connect(path.join(config.host, `.s.PGSQL.${config.port}`)) : connect(config.port, config.host)
    const mine: Buffer[] = []
    const names = new Set<string>()
    received.push(mine)
    named.push(names)
    for (const s of [near, far]) { sockets.add(s); s.on('error', () => {}).on('close', () => { sockets.delete(s); near.destroy(); far.destroy() }) }
    far.on('data', piece => { if (record) mine.push(piece); near.write(piece) })
    let rest = Buffer.alloc(0)
    let started = false
    near.on('data', piece => {
      far.write(piece)
      rest = Buffer.concat([rest, piece])
      for (;;) {
        const head = started ? 1 : 0
        if (rest.length < head + 4 || rest.length < head + rest.readInt32BE(head)) break
        const length = head + rest.readInt32BE(head)
        const type = started ? rest.toString('latin1', 0, 1) : ''
        const text = (from: number): string => rest.toString('utf8', from, rest.indexOf(0, from))
        if (type === 'P' && text(5) !== '') { parses++; names.add(text(5)) }
        if (type === 'C' && rest[5] === 0x53) names.delete(text(6))
        most = Math.max(most, names.size)
        started = true
        rest = rest.subarray(length)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    config: { ...config, host: '127.0.0.1', port: (server.address() as AddressInfo).port }, received, named, parses: () => parses, most: () => most,
    async close() { const closed = once(server, 'close'); server.close(); for (const s of sockets) s.destroy(); await closed },
  }
}
