// The page of development: at `/`, where a front end of the application's own does not stand there, and always at `/dev/console/`, below which its files lie.
// It is served without a token since it holds nothing: what it shows it asks of the public API, as whoever looks chooses to ask.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Exchange } from '../protocols/protocol.ts'
import { files } from './files.ts'
import type { Answer } from './send.ts'

export interface ConsolePage {
  /** The page, or one of its files; null: it is none of them. `places`: addresses of this server, for the page to link to. */
  find(exchange: Pick<Exchange, 'method' | 'path' | 'query' | 'headers' | 'note' | 'mount'>, places: readonly string[]): Promise<Answer | null>
}

const below = '/dev/console/'

/** Nothing is loaded from, embedded by or sent to anybody else, and no text of an answer can become code or style. */
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; img-src 'self' data:; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
const guards = { 'content-security-policy': policy, 'referrer-policy': 'no-referrer', 'cross-origin-opener-policy': 'same-origin', 'cross-origin-resource-policy': 'same-origin' } as const

/** Serves the built page of `folder`. Throws where there is none. */
export function consolePage(folder: string): ConsolePage {
  if (statSync(path.join(folder, 'index.html'), { throwIfNoEntry: false })?.isFile() !== true) throw new Error(`There is no built page in ${folder}. In a clone \`npm run build:console\` makes it; else install the package again.`)
  const html = readFileSync(path.join(folder, 'index.html'), 'utf8')
  const names = new Set(readdirSync(folder).filter(name => name !== 'index.html'))
  const assets = files(folder)

  const page = (headers: Exchange['headers'], mount: string, places: readonly string[]): Answer => {
    const text = html.replaceAll('"./', `"${attribute(mount)}${below}`).replace('<html', `<html data-places="${attribute(places.join(' '))}"`)
    const etag = `"${createHash('sha1').update(text).digest('base64url')}"`
    const kept = { etag, 'cache-control': 'no-cache', ...guards }
    const given = headers['if-none-match']
    if (typeof given === 'string' && given.replaceAll(/-(?:br|gzip)"/g, '"').includes(etag)) return { status: 304, headers: kept, body: [] }
    return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8', ...kept }, body: [text] }
  }

  return {
    async find(exchange, places) {
      const { method, path: at, headers, mount, note } = exchange
      if (method !== 'GET' && method !== 'HEAD') return null
      if (at === '/' || at === below || at === below.slice(0, -1)) {
        note({ operation: 'file', route: 'console' })
        return page(headers, mount ?? '', places)
      }
      const name = at.startsWith(below) ? at.slice(below.length) : ''
      if (!names.has(name)) return null
      const found = await assets.find({ ...exchange, path: `/${name}`, note: () => {} })
      note({ operation: 'file', route: 'console' })
      return found && { ...found, headers: { ...found.headers, ...guards } }
    },
  }
}

const attribute = (text: string): string => text.replace(/[&"<>]/g, c => `&#${c.charCodeAt(0)};`)
