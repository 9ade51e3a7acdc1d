// A built front end, served beside the protocols: its files as they are, and its page for every address that is the front end's own.
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import type FileSender from '@fastify/send'
import type { SendOptions, SendResult } from '@fastify/send'
import type { Exchange } from '../protocols/protocol.ts'
import { accepted, encodedTag, type Encoding } from './encoding.ts'
import { compressible, type Answer } from './send.ts'

export interface Files {
  /** The file at this address, the page where a person goes there, or null. */
  find(exchange: Pick<Exchange, 'method' | 'path' | 'query' | 'headers' | 'note'>): Promise<Answer | null>
}

const page = '/index.html'
const always = 'public, no-cache'
const forever = 'public, max-age=31536000, immutable'

/** Serves `folder`. Throws where it is none. */
export function files(folder: string): Files {
  const root = path.resolve(folder)
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) throw new Error(`There is no folder ${root} to serve files from. Build the front end first, or name another folder.`)
  // Loaded by the first request, since most applications serve no files.
  let loaded: typeof FileSender | null = null
  const options: SendOptions = { root, dotfiles: 'ignore', index: false, cacheControl: false }

  /** A page is tagged by its content: a build may give every file the same date, and a page that names other files the same length. */
  const html = async (fileSender: typeof FileSender, method: string, headers: Exchange['headers'], at: string): Promise<Answer | null> => {
    const sent = await fileSender(asked('GET', {}), at, { ...options, acceptRanges: false, etag: false, lastModified: false })
    if (sent.type !== 'file') return discard(sent)
    const bytes = await buffer(sent.stream)
    const etag = `"${createHash('sha1').update(bytes).digest('base64url')}"`
    const kept = { etag, 'cache-control': always }
    if ((method === 'GET' || method === 'HEAD') && matches(headers['if-none-match'], etag)) return { status: 304, headers: kept, body: [] }
    return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8', ...kept, 'last-modified': sent.metadata.stat.mtime.toUTCString() }, body: [bytes] }
  }

  const file = async (fileSender: typeof FileSender, method: string, headers: Exchange['headers'], at: string): Promise<Answer | null> => {
    const type = fileSender.mime.getType(at)
    // Part of a file is part of the file, not of another form of it.
    const forms: readonly Encoding[] = type !== null && compressible(type) && headers['range'] === undefined ? accepted(headers['accept-encoding'] as string | undefined) : []
    for (const form of forms) {
      const made = await fileSender(asked(method, headers), `${at}.${form === 'br' ? 'br' : 'gz'}`, { ...options, acceptRanges: false })
      if (made.type === 'file') return answer(made, at, made.statusCode === 304 ? {} : { 'content-type': fileSender.isUtf8MimeType(type ?? '') ? `${type}; charset=utf-8` : type ?? '', 'content-encoding': form })
      discard(made)
    }
    const plain = await fileSender(asked(method, plainTags(headers)), at, options)
    if (plain.type === 'file') {
      const [form] = forms
      const tag = plain.headers['ETag']
      // The tag of what would be sent now: `send` compresses what is worth it.
      return answer(plain, at, plain.statusCode === 304 && tag !== undefined && form !== undefined && String(headers['if-none-match']).includes(`-${form}"`) ? { etag: encodedTag(tag, form) } : {})
    }
    discard(plain)
    if (plain.statusCode === 412 || plain.statusCode === 416) return { status: plain.statusCode, headers: lower(plain.headers, ['content-range']), body: [] }
    return null
  }

  return {
    async find({ method, path: at, query, headers, note }) {
      if (method !== 'GET' && method !== 'HEAD') return null
      const fileSender = loaded ??= (await import('@fastify/send')).default
      const asHtml = at.endsWith('/') || /\.html?$/i.test(at)
      const found = await (asHtml ? html(fileSender, method, headers, at.endsWith('/') ? `${at}index.html` : at) : file(fileSender, method, headers, at))
      if (found !== null) { note({ operation: 'file', route: asHtml ? 'page' : path.posix.basename(at).slice(0, 100) }); return found }
      if (!asHtml && !at.includes('.') && (await html(fileSender, method, {}, `${at}/index.html`)) !== null) {
        note({ operation: 'file', route: 'page' })
        return { status: 301, headers: { location: `${at.replace(/^\/+/, '/')}/${query === '' ? '' : `?${query}`}`, 'cache-control': always }, body: [] }
      }
      // A person went there: the front end knows the way. What looks like a file is missing.
      if (!navigates(headers) || fileSender.mime.getType(at) !== null || odd(at)) return null
      note({ operation: 'file', route: 'page' })
      return html(fileSender, method, headers, page)
    },
  }
}

/** What the file sender reads of a request; its type asks for a stream, which it never touches. */
const asked = (method: string, headers: Exchange['headers']): Parameters<typeof FileSender>[0] => ({ method, headers }) as unknown as Parameters<typeof FileSender>[0]

/** A browser going to an address, not a script that loads something. */
const navigates = (headers: Exchange['headers']): boolean => /\btext\/html\b/.test(String(headers['accept'] ?? '')) && (headers['sec-fetch-dest'] ?? 'document') === 'document'

/** Ways up, dot files, what cannot be read: never an address of a front end. */
function odd(at: string): boolean {
  try {
    return decodeURIComponent(at).split(/[/\\]/).some(part => part.startsWith('.')) || /%00/.test(at)
  } catch {
    return true
  }
}

function answer(sent: SendResult, at: string, more: Readonly<Record<string, string>>): Answer {
  const headers = { ...lower(sent.headers, null), 'cache-control': hashed(at) ? forever : always, ...more }
  return { status: sent.statusCode, headers, body: [], stream: sent.stream }
}

/**
 * A name with a hash in it never means other content: `index-B1x9Za_3.js`, `main.3f2a1b9c.css`. In a build's own folder a hash may be of letters alone; elsewhere only
 * what has a digit and a letter is taken for one, so that `my-DataGrid.js` is asked for again.
 */
export function hashed(at: string): boolean {
  const hash = /[.-]([\w-]{8,32})\.(?:[\w]+\.)?[a-z]\w*$/i.exec(path.posix.basename(at))?.[1]
  if (hash === undefined) return false
  const tail = hash.length > 8 ? /(?:^|-)([^-]{8,32})$/.exec(hash)?.[1] ?? hash.slice(-8) : hash
  if (/\d/.test(tail) && /[a-z]/i.test(tail)) return true
  return /\/(?:assets|static|chunks|immutable)\//.test(at) && /[a-z]/.test(tail) && /[A-Z]/.test(tail.slice(1))
}

function lower(headers: Readonly<Record<string, string | number>>, only: readonly string[] | null): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)] as const).filter(([name]) => only === null || only.includes(name)))
}

/** The caller's tags without what compression added to them. */
function plainTags(headers: Exchange['headers']): Exchange['headers'] {
  const tags = headers['if-none-match']
  return typeof tags === 'string' && /-(?:br|gzip)"/.test(tags) ? { ...headers, 'if-none-match': tags.replace(/-(?:br|gzip)"/g, '"') } : headers
}

const matches = (tags: string | readonly string[] | undefined, tag: string): boolean =>
  typeof tags === 'string' && (tags.trim() === '*' || tags.split(',').some(t => t.trim().replace(/^W\//, '').replace(/-(?:br|gzip)"$/, '"') === tag))

function discard(sent: SendResult): null {
  sent.stream.destroy()
  return null
}
