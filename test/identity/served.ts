// The club, open on a database of its own and served, with means to ask as a person, a browser or a program does.
import pg from 'pg'
import { open, type Backend, type Entities, type OpenOptions } from '../../src/index.ts'
import type { Observation } from '../../src/observe/index.ts'
import { testServer } from '../server.ts'
import club from './club.ts'

export interface Told { readonly status: number; readonly headers: Headers; readonly text: string; readonly body: any; readonly cookie: string | null }

export async function served<M extends Entities, A extends object>(app: Backend<M, A>, options: Partial<OpenOptions> = {}) {
  const fresh = await (await testServer()).freshDatabase()
  const { user, password, host, port, database } = fresh.config as pg.ClientConfig
  const url = `postgres://${user}:${encodeURIComponent(String(password ?? ''))}@/${database}?host=${encodeURIComponent(String(host))}&port=${port}`
  const client = new pg.Client(fresh.config)
  await client.connect()
  const seen: Observation[] = []
  const application = await open(app, { url, schema: 'apply', observe: o => { seen.push(o) }, ...options })
  const serving = await application.serve({ port: 0 })
  const ask = async (method: string, path: string, { token, cookie, body, headers = {} }: { token?: string | null; cookie?: string | null; body?: unknown; headers?: Record<string, string> } = {}): Promise<Told> => {
    const response = await fetch(serving.url + path, {
      method, headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(cookie ? { cookie } : {}), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) as unknown : null, cookie: response.headers.get('set-cookie')?.split(';')[0] ?? null }
  }
  return {
    application, client, seen, url, serving, ask,
    call: (action: string, body?: unknown, more: Parameters<typeof ask>[2] = {}) => ask('POST', `/api/actions/${action}`, { ...(body === undefined ? {} : { body }), ...more }),
    async end() {
      await serving.close()
      await application.close()
      await client.end()
      await fresh.drop()
    },
  }
}
export const servedClub = () => served(club)
export type Served = Pick<Awaited<ReturnType<typeof servedClub>>, 'client' | 'call' | 'ask' | 'seen' | 'serving' | 'url' | 'end'>
export type ServedClub = Awaited<ReturnType<typeof servedClub>>

let shared: Promise<ServedClub> | null = null
/** One club for all parts of a file, each of which finds it empty: to open one is what takes longest. */
export async function emptyClub(): Promise<ServedClub> {
  const at = await (shared ??= servedClub())
  await at.client.query('truncate members, notes, sessions, api_keys, backwright_system.challenge, backwright_system.attempt, backwright_system.idempotency, backwright_system.change')
  return { ...at, end: async () => {} }
}
export async function endClub(): Promise<void> { await (await shared)?.end() }
