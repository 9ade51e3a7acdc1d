// Pages for people: signing in and up, passwords, codes of mails, sessions. They use the public actions alone, as anybody's front end would; switched off, nothing of them is left.
import { createHash } from 'node:crypto'
import { html, type Html } from '../../define/index.ts'
import { Failure } from '../../failure/index.ts'
import type { Model } from '../../model/index.ts'
import type { Exchange, Protocol, Reply } from '../../protocols/protocol.ts'
import { flows, ownPages, type Asked, type Visitor } from './flows.ts'
import { render } from './page.ts'
import { script } from './script.ts'
import { styleOf } from './style.ts'
import { safePath, themeOf, type PageOptions, type Theme } from './theme.ts'

export { safePath, themeOf, type PageOptions, type Theme } from './theme.ts'

/** What of `identity({ pages })` the model keeps. */
export function pageSettings(given: PageOptions | false = {}): { readonly settings: { readonly pages?: Readonly<Record<string, string>> }; readonly problems: readonly string[] } {
  if (given === false) return { settings: {}, problems: [] }
  const { problems } = themeOf(given)
  return { problems, settings: { pages: Object.fromEntries(Object.entries(given).filter((e): e is [string, string] => typeof e[1] === 'string')) } }
}
/** What the pages of a model are; null: it has no accounts, or wants none of our pages. */
export function pagesOf({ identity }: Model): PageSettings | null {
  const { pages, passwordMin } = identity?.settings ?? {}
  if (identity === undefined || typeof pages !== 'object' || pages === null || Array.isArray(pages)) return null
  return { pages: pages as PageOptions, origins: identity.origins, passwordMin: typeof passwordMin === 'number' ? passwordMin : 8 }
}
export interface PageSettings { readonly pages: PageOptions; readonly origins: readonly string[]; readonly passwordMin: number }
export interface PagesOptions {
  /** Asked anew for each request: the declaration may be exchanged. */
  readonly model: () => Model
  /** What the pages look like, and where else they may lead; null: there are none. */
  readonly settings: () => PageSettings | null
}

const root = '/auth'
/** Where password managers look for the page to change a password at. */
const change = '/.well-known/change-password'
/** Nothing but this server is asked or told, nothing stands within the page that could run, and the page stands within no other. */
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
const guarded = {
  'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'content-security-policy': policy, 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
}

export function pages({ model, settings }: PagesOptions): Protocol {
  const styles = new WeakMap<PageOptions, { readonly theme: Theme; readonly style: string }>()
  const looksOf = (given: PageOptions): { readonly theme: Theme; readonly style: string } => {
    const known = styles.get(given)
    if (known) return known
    const { theme } = themeOf(given), made = { theme, style: styleOf(theme) }
    styles.set(given, made)
    return made
  }
  return {
    name: 'pages', root, beside: [change],
    owns: path => (path === root || path === change || path.startsWith(`${root}/`)) && settings() !== null,
    async answer(exchange) {
      const { method, path, mount = '', query } = exchange, of = settings(), now = model()
      if (of === null) throw nothing(exchange, now)
      const { theme, style } = looksOf(of.pages), name = path.slice(root.length + 1)
      exchange.note({ operation: 'page', route: Object.hasOwn(flows, name) ? path : root })
      if (path === change) return { status: 302, headers: { location: `${root}/account`, 'cache-control': 'no-store' }, body: [] }
      if (name === 'style.css') return asset('text/css; charset=utf-8', style, exchange)
      if (name === 'script.js') return asset('text/javascript; charset=utf-8', script, exchange)
      const next = safePath(new URLSearchParams(query).get('next'), of.origins)
      const flow = Object.hasOwn(flows, name) ? flows[name] : undefined
      if (flow === undefined && name !== '') throw nothing(exchange, now)
      if (method === 'OPTIONS') return { status: 204, headers: { allow: 'GET, HEAD, OPTIONS' }, body: [] }
      // A form that was sent without our script: nothing of it is looked at, and nothing stays in an address.
      if (method === 'POST' && flow !== undefined) return { status: 303, headers: { location: path, 'cache-control': 'no-store' }, body: [] }
      if (method !== 'GET' && method !== 'HEAD') throw new Failure('request.method', `${method} is not available at ${mount}${path}. There are: GET, HEAD.`, { facts: { allow: 'GET, HEAD, OPTIONS' } })
      const visitor = await visitorOf(exchange)
      const asked: Asked = { theme, application: titled(now.name), mount, api: apiOf(now), next, model: now, visitor, passwordMin: of.passwordMin }
      const page = flow?.(asked) ?? null
      if (page !== null) return { status: 200, headers: guarded, body: [render(page, asked)] }
      // Where somebody must be signed in one is led to it, and back.
      if (name === '' || (ownPages.includes(name) && visitor === null)) return { status: 302, headers: { location: name === '' ? `${root}/${visitor === null ? 'sign-in' : 'account'}` : `${root}/sign-in?next=${encodeURIComponent(`${mount}${path}`)}`, 'cache-control': 'no-store' }, body: [] }
      throw nothing(exchange, now)
    },
    refuse(failure, { id, mount = '' }: Pick<Exchange, 'id' | 'method' | 'path' | 'headers' | 'mount'>) {
      const { theme } = looksOf(settings()?.pages ?? {})
      const said = failure.code === 'internal' ? `This is not your fault. Quote ${id} when you report it.` : failure.message
      const { allow } = failure.facts
      return {
        status: failure.row.status, headers: { ...guarded, ...(typeof allow === 'string' ? { allow } : {}) },
        body: [render({ parts: [{ id: 'failure', title: failure.row.title, lead: said, body: home(mount) }] }, { theme, application: titled(model().name), mount, api: apiOf(model()), next: null })],
      }
    },
  }
}

const apiOf = ({ restPath = '/api' }: Model): string => restPath
const home = (mount: string): Html => html`<a class="act" href="${mount}${root}/sign-in">Sign in</a>`
/** `corner-shop` → `Corner shop`. */
export const titled = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1).replace(/-/g, ' ')

function nothing({ path, mount = '' }: Exchange, model: Model): Failure {
  return new Failure('request.route', `There is no page at ${mount}${path.slice(0, 200)}.${model.actions?.['signIn'] === undefined ? '' : ` There is ${mount}${root}/sign-in.`}`)
}

/** Who looks; whoever comes with what is over is nobody. */
async function visitorOf(exchange: Exchange): Promise<Visitor | null> {
  try {
    const { id, claims } = await exchange.caller()
    return id === null ? null : { email: text(claims['email']), session: text(claims['sid']) }
  } catch (error) {
    if (error instanceof Failure && error.row.status < 500) return null
    throw error
  }
}
const text = (claim: unknown): string | null => (typeof claim === 'string' ? claim : null)

/** Small, and asked for again each time by its tag: a new version is there at once. */
function asset(type: string, body: string, { method, headers, path, mount = '' }: Exchange): Reply {
  if (method !== 'GET' && method !== 'HEAD') throw new Failure('request.method', `${method} is not available at ${mount}${path}. There are: GET, HEAD.`, { facts: { allow: 'GET, HEAD' } })
  const etag = `"${createHash('sha1').update(body).digest('base64url')}"`, always = { etag, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' }
  const seen = String(headers['if-none-match'] ?? '').replace(/-(?:br|gzip)"/g, '"')
  return seen.includes(etag) ? { status: 304, headers: always, body: [] } : { status: 200, headers: { ...always, 'content-type': type }, body: [body] }
}
