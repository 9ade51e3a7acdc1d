// Conduit on a database of its own, for its tests and its load: served on a real socket, statements counted.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { open, type Application, type Db } from 'backwright'
import { testServer } from '../../test/server.ts'
import app from './conduit.ts'

export type Conduit = Application<(typeof app)['~entities'], (typeof app)['~actions']>
export type System = Db<(typeof app)['~entities'], (typeof app)['~actions']>
export type Json = Readonly<Record<string, any>>
export interface Answer { readonly status: number; readonly body: Json; readonly statements: number; readonly headers: Headers }
export interface Person { readonly username: string; readonly email: string; readonly token: string }

/** Other people's tests lie beside the clone; null where they do not. */
export function suites(): string | null {
  for (let at = path.resolve(import.meta.dirname, '..', '..'); ; at = path.dirname(at)) {
    const found = path.join(at, 'shared', 'suites', 'conduit')
    if (existsSync(found)) return found
    if (path.dirname(at) === at) return null
  }
}

export async function serving() {
  const fresh = await (await testServer()).freshDatabase()
  const { user, password, host, port, database } = fresh.config
  const counted = new Map<string, number>()
  const application = await open(app, {
    url: `postgres://${user}:${password}@localhost/${database}?${new URLSearchParams({ host, port: String(port) }).toString()}`, schema: 'apply',
    observe: o => { if (o.kind === 'request') counted.set(o.id, o.statements) },
  })
  const { url } = await application.serve({ port: 0 })
  let asked = 0
  /** One request; `who`: a token, null: nobody. `body` as it is where it is text. */
  async function ask(who: string | null, method: string, at: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const id = `asked-${++asked}`
    const answer = await fetch(url + at, {
      method, body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'x-request-id': id, ...(who === null ? {} : { authorization: `Token ${who}` }), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    })
    const text = await answer.text()
    for (let i = 0; i < 100 && !counted.has(id); i++) await new Promise(setImmediate)
    return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Json, statements: counted.get(id) ?? NaN, headers: answer.headers }
  }
  let people = 0
  /** Somebody who has just registered. */
  async function person(name = `p${++people}`): Promise<Person> {
    const { status, body } = await ask(null, 'POST', '/api/users', { user: { username: name, email: `${name}@x.example`, password: 'password123' } })
    if (status !== 201) throw new Error(JSON.stringify(body))
    return body['user'] as Person
  }
  async function write({ token }: Person, more: Json = {}): Promise<Json> {
    const { status, body } = await ask(token, 'POST', '/api/articles', { article: { title: 'A title', description: 'About', body: 'Text', ...more } })
    if (status !== 201) throw new Error(JSON.stringify(body))
    return body['article'] as Json
  }
  const system: System = application.db(application.system('looks behind'))
  return { application, url, ask, person, write, system, close: async () => { await application.close(); await fresh.drop() } }
}
export type Served = Awaited<ReturnType<typeof serving>>
