// Addresses beside the data: the contract as JSON and YAML, and the pages of the documentation. Made when first asked for, once per model.
import { Failure } from '../../failure/index.ts'
import type { Model } from '../../model/index.ts'
import type { Exchange, Reply } from '../protocol.ts'
import { contractOf, yamlOf, type Document } from './contract/index.ts'
import { failuresPage, referencePage, script, style } from './pages/index.ts'
import { matching, readTags, tagOf } from './tags.ts'

interface Made { readonly type: string; readonly body: Buffer; readonly tag: string }
interface Edition { readonly model: Model; readonly mount: string; readonly contract: () => Document; readonly made: Map<string, Made> }

const html = 'text/html; charset=utf-8'
const texts: Readonly<Record<string, { readonly type: string; readonly make: (contract: () => Document, model: Model) => string }>> = {
  '/openapi.json': { type: 'application/json', make: contract => JSON.stringify(contract()) },
  '/openapi.yaml': { type: 'application/yaml', make: contract => yamlOf(contract()) },
  '/docs': { type: html, make: contract => referencePage(contract()) },
  '/docs/failures': { type: html, make: (_, model) => failuresPage(model) },
  '/docs/style.css': { type: 'text/css; charset=utf-8', make: () => style },
  '/docs/script.js': { type: 'text/javascript; charset=utf-8', make: () => script },
}

/** Pages ask nobody but this server: nothing else is allowed to be loaded, embedded or sent. */
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export interface Documents {
  readonly roots: readonly string[]
  owns(path: string): boolean
  answer(exchange: Pick<Exchange, 'path' | 'mount' | 'method' | 'headers'>, model: Model): Reply
}

export function documents(prefix: string): Documents {
  let edition: Edition | null = null
  const editionOf = (model: Model, mount: string): Edition => {
    if (edition?.model !== model || edition.mount !== mount) {
      let contract: Document | null = null
      edition = { model, mount, contract: () => (contract ??= contractOf(model, mount + prefix, mount)), made: new Map() }
    }
    return edition
  }
  return {
    roots: ['/openapi.json', '/openapi.yaml', '/docs'],
    owns: path => path === '/openapi.json' || path === '/openapi.yaml' || path === '/docs' || path.startsWith('/docs/'),
    answer({ path, mount = '', method, headers }, model) {
      const text = Object.hasOwn(texts, path) ? texts[path] : undefined
      if (text === undefined) throw new Failure('request.route', `There is nothing at ${mount}${path.slice(0, 200)}. There are: ${Object.keys(texts).slice(0, 4).map(at => mount + at).join(', ')}.`)
      if (method === 'OPTIONS') return { status: 204, headers: { allow: 'GET, HEAD, OPTIONS' }, body: [] }
      if (method !== 'GET' && method !== 'HEAD') throw new Failure('request.method', `${method} is not available at ${mount}${path}. There are: GET, HEAD.`, { facts: { allow: 'GET, HEAD, OPTIONS' } })
      const { contract, made } = editionOf(model, mount)
      let found = made.get(path)
      if (found === undefined) {
        const body = Buffer.from(text.make(contract, model))
        found = { type: text.type, body, tag: tagOf(null, [body]) }
        made.set(path, found)
      }
      const always = { 'cache-control': 'no-cache', etag: found.tag }
      const ifNone = headers['if-none-match']
      if (ifNone !== undefined && matching(readTags(String(ifNone), 'If-None-Match'), found.tag) !== null) return { status: 304, headers: always, body: [] }
      return {
        status: 200, body: [found.body],
        headers: { ...always, 'content-type': found.type, 'x-content-type-options': 'nosniff', ...(found.type === html ? { 'content-security-policy': policy, 'referrer-policy': 'no-referrer' } : {}) },
      }
    },
  }
}
