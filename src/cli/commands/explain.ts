// `backwright explain`: why a caller may or may not, rule by rule and clause by clause. Nothing is written.
import { actionsOf } from '../../model/index.ts'
import type { Why } from '../../protocols/protocol.ts'
import { asking, withApplication } from '../ask.ts'
import { headersAs } from '../as.ts'
import { exit, parse, usage, type Command, type Terminal } from '../command.ts'
import { locate, rules, type Located } from '../locate.ts'
import { showWhy } from '../why.ts'
import { addressOf, bodyOf, refusal } from './request.ts'
import { suggest } from '../../failure/index.ts'

const options = { as: { type: 'string' }, token: { type: 'string' }, json: { type: 'boolean' }, app: { type: 'string' } } as const

export const explainCommand: Command = {
  name: 'explain',
  summary: 'says why:  backwright explain get orders/ID --as ben',
  help: `backwright explain get|post|patch|delete PATH [ID] [BODY]        which rule decides, for this caller and this request

  backwright explain get orders --as anna              for every row: granted or not, by which rule, and each clause of it
  backwright explain get orders/0191d5c0-… --as ben
  backwright explain patch orders/0191d5c0-… --as ben  may he? Nothing is written
  backwright explain delete products/0191d5c0-… --json
  backwright explain post actions/checkout --as anna    may she call it? It is not called
  backwright explain post orders/0191d5c0-…/ship       from which states, and by whom

Ends with the statement and PostgreSQL's execution plan. Rows that the rules hide are shown too: this is for whoever writes the rules.

Options
  --as NAME     as a ready-made caller of development. Default: as nobody
  --token TOKEN as the caller of a bearer token
  --json        the reasons as JSON
  --app PATH    the folder or file of the application

${rules}

Exit codes: 0 explained (allowed or not) · 1 failed · 2 the command line cannot be understood · 4 the request itself is refused (a wrong name, say)`,
  async run(args, terminal) {
    const { values, positionals } = parse(args, options, 4)
    const [method, where, ...more] = positionals
    if (method === undefined || !['get', 'post', 'patch', 'delete'].includes(method)) throw usage(`Say which request: backwright explain get orders/ID${method === undefined ? '' : `, not ${method}`}.`)
    if (where === undefined) throw usage('Say of what: orders, or orders/ID.')
    const app = locate(values.app, terminal.cwd)
    const shows = (why: Why): number => {
      terminal.out(`${values.json ? JSON.stringify(why) : showWhy(why, terminal)}\n`)
      return exit.ok
    }
    if (method === 'get') return read(app, addressOf(where, more[0]), values, terminal, shows)
    const written = await wouldWrite(app, method, addressOf(where, method === 'post' ? undefined : more[0]), more, values, terminal)
    return shows(written)
  },
}

interface Values { readonly as?: string; readonly token?: string }

async function read(app: Located, address: string, values: Values, terminal: Terminal, shows: (why: Why) => number): Promise<number> {
  return asking(app, terminal, async (ask, home) => {
    const headers = values.as === undefined ? values.token === undefined ? {} : { Authorization: `Bearer ${values.token}` } : headersAs(values.as, home, terminal.cwd)
    const answer = await ask({ method: 'GET', address, body: null, headers: { ...headers, 'X-Why': '1' } })
    const { why } = parsed(answer.body)
    if (why !== undefined) return shows(why)
    terminal.err(`${answer.status < 400 ? `It does not say why: what serves here is no development server.` : refusal(answer, terminal)}\n`)
    return answer.status >= 400 && answer.status < 500 ? exit.refused : exit.failed
  })
}

function parsed(body: string): { readonly why?: Why } {
  try {
    return JSON.parse(body) as { readonly why?: Why }
  } catch {
    return {}
  }
}

/** A write is asked of the application in this process, since the one that serves would write. */
async function wouldWrite(app: Located, method: string, address: string, more: readonly string[], values: Values, terminal: Terminal): Promise<Why> {
  const [, , collection = '', id] = (address.split('?')[0] ?? '').split('/')
  const kind = method === 'post' ? 'create' : method === 'patch' ? 'update' : 'delete'
  if (kind !== 'create' && id === undefined) throw usage(`Say which row: backwright explain ${method} ${collection}/ID`)
  const given = kind === 'create' ? more[0] : kind === 'update' ? more[1] ?? (id === undefined ? undefined : more[0] === decodeURIComponent(id) ? undefined : more[0]) : undefined
  const text = given === undefined ? '{}' : await bodyOf(given, terminal.cwd)
  return withApplication(app, terminal, async ({ engine }, home) => {
    const paths = Object.values(engine.model.entities).filter(e => !e.hidden)
    const [, , , own, name = own] = (address.split('?')[0] ?? '').split('/')
    const holder = collection === 'actions' ? null : paths.find(e => e.path === collection)?.name
    const action = method === 'post' && own !== undefined && holder !== undefined ? actionsOf(engine.model).find(a => a.entity === holder && a.path === name) : undefined
    const headers = values.as === undefined ? {} : headersAs(values.as, home, terminal.cwd)
    const token = values.token ?? /^Bearer (.+)$/.exec(headers['Authorization'] ?? '')?.[1] ?? null
    const run = { deadline: performance.now() + 60_000 }
    const caller = await engine.identify(token, run)
    if (action) return engine.explainCall({ action: action.id, key: action.entity === null || own === undefined ? null : own.split(',').map(decodeURIComponent), input: undefined, origin: 'url' }, caller, run)
    if (kind === 'create' && own !== undefined) throw usage(`There is no action '${name ?? ''}' here.${suggest(name ?? '', actionsOf(engine.model).filter(a => a.entity === holder).map(a => a.path))}`)
    const entity = paths.find(e => e.path === collection)
    if (entity === undefined) throw usage(`There is no collection '${collection}'.${suggest(collection, paths.map(e => e.path))} There are: ${paths.map(e => e.path).join(', ')}.`)
    let body: unknown
    try {
      body = JSON.parse(text)
    } catch (error) {
      throw usage(`The body is not JSON: ${(error as Error).message}`)
    }
    return engine.explainWrite({ kind, entity: entity.name, key: id === undefined || kind === 'create' ? null : id.split(',').map(decodeURIComponent), body, origin: 'url', expect: null }, caller, run)
  })
}
