// One request to the application, and its answer taken apart: rows, page, failure, and why.
import type { Caller } from '../application/callers.ts'

export interface Request { readonly method: Method; /** Path and query from the server's root: `/api/orders?sort=-total`. */ readonly address: string; /** JSON as it was typed. */ readonly body: string }
export const verbs = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'] as const
export type Method = (typeof verbs)[number]
export const takesBody = (method: Method): boolean => method === 'POST' || method === 'PATCH' || method === 'PUT'

export type Row = Readonly<Record<string, unknown>>
export interface Clause { readonly text: string; readonly holds: boolean; readonly of?: readonly Clause[] }
export interface WhyRule { readonly rule: string; readonly text: string; readonly effect: 'allow' | 'deny' | 'hide'; readonly holds: boolean; readonly clause: Clause; readonly place: { readonly file: string; readonly line: number } }
export interface WhyRow { readonly key: readonly unknown[]; readonly granted: boolean; readonly decidedBy: string | null; readonly rules: readonly WhyRule[]; readonly hidden: Readonly<Record<string, string>> }
export interface Why {
  readonly caller: { readonly id: string | null; readonly roles: readonly string[]; readonly claims: Readonly<Record<string, unknown>> }
  readonly entity: string; readonly verb: string; readonly refused: string | null; readonly rows: readonly WhyRow[]; readonly statement: string | null; readonly plan: string | null
}
export interface Problem { readonly title: string; readonly detail: string; readonly code: string; readonly type: string; readonly errors: readonly { readonly pointer?: string; readonly parameter?: string; readonly detail: string }[] }
export interface Page { readonly next: string | null; readonly previous: string | null; readonly total?: number }

export interface Answer {
  readonly request: Request
  readonly caller: string
  readonly status: number
  readonly ms: number
  readonly bytes: number
  /** The rows of a list, or the one object; null: it is something else, or nothing. */
  readonly rows: readonly Row[] | null
  readonly many: boolean
  readonly page: Page | null
  /** What came, without the reasons; undefined: nothing. */
  readonly body: unknown
  readonly problem: Problem | null
  readonly why: Why | null
}

/** Asks as a caller. Rejects where no answer comes. */
export async function ask(root: string, request: Request, caller: Caller, options: { readonly signal?: AbortSignal; readonly why?: boolean } = {}): Promise<Answer> {
  const { method, address, body } = request
  const begun = performance.now()
  const headers = { ...caller.headers, ...(options.why === false ? {} : { 'X-Why': '1' }), ...(takesBody(method) && body.trim() !== '' ? { 'Content-Type': 'application/json' } : {}) }
  const response = await fetch(root + address, { method, headers, ...(takesBody(method) && body.trim() !== '' ? { body } : {}), ...(options.signal === undefined ? {} : { signal: options.signal }) })
  const raw = await response.text()
  const ms = performance.now() - begun
  const parsed = read(raw)
  const outer = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as { readonly data?: unknown; readonly why?: Why; readonly page?: Page }
  const { why = null } = outer
  const common = { request, caller: caller.name, status: response.status, ms, bytes: raw.length, why }
  if (!response.ok) return { ...common, rows: null, many: false, page: null, body: without(outer), problem: problemOf(outer, response) }
  const many = Array.isArray(outer.data)
  // With reasons, one object comes as `data`; without, it is the whole.
  const whole = why !== null && !many ? outer.data : many ? without(outer) : parsed
  const one = !many && typeof whole === 'object' && whole !== null && !Array.isArray(whole) ? whole as Row : null
  return { ...common, rows: many ? outer.data as readonly Row[] : one === null ? null : [one], many, page: outer.page ?? null, body: whole ?? undefined, problem: null }
}

function read(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function without(outer: object): unknown {
  const { why: _, ...rest } = outer as { readonly why?: unknown }
  return rest
}

function problemOf(outer: object, response: Response): Problem {
  // What answers under somebody else's contract words its refusals in its own way; it is under JSON as it came.
  const given = outer as Readonly<Record<keyof Problem, unknown>>
  const text = (of: unknown): string => (typeof of === 'string' ? of : '')
  return { title: text(given.title) || response.statusText, detail: text(given.detail), code: text(given.code), type: text(given.type), errors: Array.isArray(given.errors) ? given.errors as Problem['errors'] : [] }
}

/** A row's key as reasons have it. */
export const keyOf = (row: Row, key: readonly string[]): readonly unknown[] =>
  key.map(name => { const [head = '', tail] = name.split('.'); return tail === undefined ? row[head] : (row[head] as Row | null | undefined)?.[tail] })
export const sameKey = (a: readonly unknown[], b: readonly unknown[]): boolean => a.length === b.length && a.every((part, i) => String(part) === String(b[i]))
/** A key as it stands in an address. */
export const keyText = (key: readonly unknown[]): string => key.map(part => encodeURIComponent(String(part))).join(',')
