// One request to an application: over HTTP where it is being served from here, else to the same protocol in this process.
import { randomUUID } from 'node:crypto'
import type { Application } from '../application/index.ts'
import { Trouble, type Terminal } from './command.ts'
import { homeOf, type Home, type Located } from './locate.ts'
import type { Read } from './opened.ts'
import { servedBy } from './serving.ts'

export interface Request {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** With the query, from the root: `/api/orders?filter[status]=paid`, wherever REST is. */
  readonly address: string
  /** JSON as it was given. */
  readonly body: string | null
  readonly headers: Readonly<Record<string, string>>
}
export interface Answer { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
export type Ask = (request: Request) => Promise<Answer>

/** Runs `work` with a way to ask the application: of the process that serves it, or opened for this one command. */
export async function asking<T>(app: Located, terminal: Terminal, work: (ask: Ask, home: Home) => Promise<T>): Promise<T> {
  const over = async (home: Home): Promise<(() => Promise<T>) | null> => {
    const serving = await servedBy(home)
    return serving === null ? null : () => work(request => overHttp(serving.url, { ...request, address: request.address.replace(/^\/api(?=\/)/, serving.rest ?? '/api') }), home)
  }
  // Asked before the declaration is read: one that is broken now does not keep the last good version from answering.
  const served = await over(homeOf(app.name, terminal.cwd))
  if (served !== null) return served()
  // Everything it takes to be the application is loaded only where nobody else is: it takes longer than the question.
  const { once } = await import('./opened.ts')
  return once(app, terminal.cwd, async read => {
    const elsewhere = read.name === app.name ? null : await over(read.home)
    return elsewhere === null ? opened(app, terminal, ({ application, home }) => work(request => inProcess(application, request), home), read) : elsewhere()
  })
}

/** Opens the application in this process for one piece of work. */
async function opened<T>(app: Located, terminal: Terminal, work: (opened: { application: Application; home: Home }) => Promise<T>, read: Read): Promise<T> {
  const { load, openForDevelopment } = await import('./opened.ts')
  const { DataMistake } = await import('../application/index.ts')
  const { application } = await openForDevelopment(read, {
    ...(process.env['DATABASE_URL'] ? { schema: 'require' as const } : {}), onProgress: line => { terminal.err(`  ${line}\n`) },
  })
  try {
    // A mistake in the data is told, and keeps nobody from asking.
    await load(application, read.backend, app).catch((error: unknown) => {
      if (!(error instanceof DataMistake)) throw error
      terminal.err(`${error.message}\n`)
    })
    return await work({ application, home: read.home })
  } finally {
    await application.close()
  }
}

/** The application in this process, for what is not asked over HTTP. */
export async function withApplication<T>(app: Located, terminal: Terminal, work: (application: Application, home: Home) => Promise<T>): Promise<T> {
  const { once } = await import('./opened.ts')
  return once(app, terminal.cwd, read => opened(app, terminal, ({ application, home }) => work(application, home), read))
}

async function overHttp(url: string, { method, address, body, headers }: Request): Promise<Answer> {
  let response: Response
  try {
    response = await fetch(url + address, { method, headers: { ...headers, ...(body === null ? {} : { 'content-type': 'application/json' }) }, ...(body === null ? {} : { body }) })
  } catch (error) {
    throw new Trouble(`${url} went away while it was asked: ${((error as Error).cause as Error | undefined)?.message ?? (error as Error).message}`, undefined, error)
  }
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }
}

/** The request as the server would hand it to the protocol. */
async function inProcess({ engine }: Application, { method, address, body, headers }: Request): Promise<Answer> {
  const [path = '', ...query] = address.split('?')
  const [{ rest }, { toFailure }] = await Promise.all([import('../protocols/rest/index.ts'), import('../failure/index.ts')])
  const protocol = rest({ engine, development: true })
  const lower: Record<string, string> = Object.fromEntries(Object.entries({ ...headers, ...(body === null ? {} : { 'content-type': 'application/json' }) }).map(([name, value]) => [name.toLowerCase(), value]))
  const run = { deadline: performance.now() + 60_000 }
  const token = /^Bearer (.+)$/.exec(lower['authorization'] ?? '')?.[1] ?? null
  const exchange = {
    id: randomUUID(), method, path, query: query.join('?'), headers: lower, body: new TextEncoder().encode(body ?? ''), run,
    caller: () => engine.identify(token, run), note: () => {},
  }
  const reply = await protocol.answer(exchange).catch((error: unknown) => protocol.refuse(toFailure(error), exchange))
  return { status: reply.status, headers: reply.headers, body: Buffer.concat(reply.body.map(part => Buffer.from(part))).toString('utf8') }
}
