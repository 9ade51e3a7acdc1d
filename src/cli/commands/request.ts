// What get, post, patch and delete share: the command line as one request, and its answer as text.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import type { Why } from '../../protocols/protocol.ts'
import { asking, type Answer, type Request } from '../ask.ts'
import { headersAs } from '../as.ts'
import { exit, paint, parse, usage, type Terminal } from '../command.ts'
import { layout } from '../layout.ts'
import { locate, rules } from '../locate.ts'
import { showWhy } from '../why.ts'

export const requestOptions = {
  as: { type: 'string' }, token: { type: 'string' }, why: { type: 'boolean' }, json: { type: 'boolean' }, app: { type: 'string' },
} as const

export const requestHelp = `Options
  --as NAME     as a ready-made caller of development: the files in .backwright/APP/as (anna, staff, visitor …). Default: as nobody
  --token TOKEN as the caller of a bearer token
  --why         also says why: which rule decided, clause by clause, the statement, PostgreSQL's plan
  --json        the answer's bytes as they came, refusals too, for scripts
  --app PATH    the folder or file of the application

Asks the process that serves the application from this folder; where there is none, opens the application for this one command.
${rules}

Exit codes: 0 done · 1 failed (5xx too) · 2 the command line cannot be understood · 3 the schema differs · 4 refused (4xx)`

/** `orders`, `orders/ID`, `orders?filter[status]=paid`, `/api/orders`, and an id as an argument of its own. */
export function addressOf(where: string, id?: string): string {
  if (/^https?:/.test(where)) throw usage(`Give the path only, as in: orders?filter[status]=paid`)
  const under = where.startsWith('/api/') ? where.slice(5) : where.replace(/^\/+/, '')
  const [at = '', ...query] = under.split('?')
  const whole = `/api/${at}${id === undefined ? '' : `/${id}`}${query.length > 0 ? `?${query.join('?')}` : ''}`
  return whole.replace(/[^\u0021-\u007e]|["<>\\^`{|}#]/gu, encodeURIComponent)
}

/** The body: as it is, `@file`, or `-` for what comes on stdin. */
export async function bodyOf(given: string, cwd: string): Promise<string> {
  if (given === '-') return text(process.stdin)
  if (!given.startsWith('@')) return given
  try {
    return readFileSync(path.resolve(cwd, given.slice(1)), 'utf8')
  } catch (error) {
    throw usage(`${given.slice(1)} cannot be read: ${(error as Error).message}`)
  }
}

/** The whole of get, post, patch and delete. `body`: whether one is given as the last argument. */
export async function request(method: Request['method'], withBody: boolean, args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parse(args, requestOptions, withBody ? 3 : 2)
  const least = withBody ? 2 : 1
  if (positionals.length < least) throw usage(withBody && positionals.length === 1 ? `The body is missing: JSON, @file, or - for stdin.` : 'Say of what: orders, orders/ID, or orders?filter[status]=paid')
  const places = withBody ? positionals.slice(0, -1) : positionals
  const address = addressOf(places[0] ?? '', places[1])
  const body = withBody ? await bodyOf(positionals.at(-1) ?? '', terminal.cwd) : null
  if (values.as !== undefined && values.token !== undefined) throw usage('Give --as or --token, not both.')
  return asking(locate(values.app, terminal.cwd), terminal, async (ask, home) => {
    const headers = {
      ...(values.as === undefined ? {} : headersAs(values.as, home, terminal.cwd)), ...(values.token === undefined ? {} : { Authorization: `Bearer ${values.token}` }),
      ...(values.why ? { 'X-Why': '1' } : {}),
    }
    return show(await ask({ method, address, body, headers }), values.json === true, terminal)
  })
}

function show(answer: Answer, raw: boolean, terminal: Terminal): number {
  const { status, headers, body } = answer
  const code = status < 400 ? exit.ok : status < 500 ? exit.refused : exit.failed
  if (raw) {
    terminal.out(body === '' ? '' : `${body}\n`)
    return code
  }
  if (status >= 400) {
    terminal.err(`${refusal(answer, terminal)}\n`)
    return code
  }
  const { rest, why } = apart(body)
  if (rest !== '' && rest !== '{"data":null}') terminal.out(`${layout(rest, terminal)}\n`)
  if (status === 204) terminal.err('done\n')
  if (headers['location'] !== undefined) terminal.err(`${paint(terminal, 32, 'created')} ${headers['location']}\n`)
  if (why !== null) terminal.err(`\n${showWhy(why, terminal)}\n`)
  return code
}

/** The reasons beside an answer, and the answer's bytes without them. */
function apart(body: string): { readonly rest: string; readonly why: Why | null } {
  if (!body.includes(',"why":')) return { rest: body, why: null }
  const { why } = JSON.parse(body) as { readonly why?: Why }
  if (why === undefined) return { rest: body, why: null }
  const tail = `,"why":${JSON.stringify(why)}}`
  return body.endsWith(tail) ? { rest: `${body.slice(0, -tail.length)}}`, why } : { rest: body, why }
}

interface Problem { readonly title?: string; readonly detail?: string; readonly code?: string; readonly instance?: string; readonly errors?: readonly { readonly pointer?: string; readonly parameter?: string; readonly detail: string }[]; readonly why?: Why }

/** A refusal in lines: what, where, and the code the docs explain. */
export function refusal({ status, body }: Answer, terminal: Terminal): string {
  let problem: Problem
  try {
    problem = JSON.parse(body) as Problem
  } catch {
    return `${paint(terminal, 31, String(status))} ${body.slice(0, 500)}`
  }
  const { title, detail, code, errors = [], why } = problem
  return [
    `${paint(terminal, 31, String(status))} ${[title, detail].filter((part, i, all) => part !== undefined && all.indexOf(part) === i).join(': ')}  ${paint(terminal, 2, code ?? '')}`,
    ...errors.filter(e => e.detail !== detail).map(e => `  ${e.pointer ?? e.parameter ?? ''}  ${e.detail}`),
    ...(why === undefined ? [] : ['', showWhy(why, terminal)]),
  ].join('\n')
}
