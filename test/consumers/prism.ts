// Prism's proxy in this process. Its command line writes every `$ref` of the document out before it reads the operations, which takes minutes for a model whose
// entities refer to each other; read with the references in place it is the same proxy with the same validators in a second.
import { AsyncLocalStorage } from 'node:async_hooks'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { contractOf } from '../../src/protocols/rest/index.ts'

type Document = ReturnType<typeof contractOf>
interface Operation { readonly id: string; readonly method: string; readonly path: string; readonly request?: { readonly path?: readonly { readonly schema?: Readonly<Record<string, unknown>> }[] } }
interface Input { readonly url: { readonly query: Given } }
interface Found { readonly right?: { readonly validations: { readonly input: unknown[]; readonly output: unknown[] } } }
type Request = (input: Input, ...rest: unknown[]) => () => Promise<Found>
interface Server { readonly prism: { request: Request }; listen(port: number, host: string): Promise<string>; close(): Promise<void> }
interface Modules {
  readonly transformOas3Operations: (document: object) => Operation[]
  readonly createServer: (operations: readonly Operation[], options: object) => Server
  readonly createLogger: (name: string, options: object) => unknown
  readonly query: Record<string, (name: string) => unknown>
  readonly validator: { prototype: { compile(schema: object): unknown } }
}

/** Prism's own modules, as its command line would load them; they are not installed for anything else. */
function modules(): Modules {
  const cli = createRequire(path.join(import.meta.dirname, 'node_modules/@stoplight/prism-cli/package.json'))
  const http = createRequire(cli.resolve('@stoplight/prism-http'))
  return {
    ...(http('@stoplight/http-spec/oas3/operation') as Pick<Modules, 'transformOas3Operations'>),
    ...(cli('@stoplight/prism-http-server') as Pick<Modules, 'createServer'>),
    ...(cli('@stoplight/prism-core') as Pick<Modules, 'createLogger'>),
    ...(http('./validator/deserializers') as Pick<Modules, 'query'>),
    validator: (http('ajv/dist/core') as { default: Modules['validator'] }).default,
  }
}

/** Conformance cases that are not asked through Prism, and why. */
export const excluded: Readonly<Record<string, string>> = {
  'fails: no object': 'a body of `null` is no body to Prism, which sends nothing on',
}

/**
 * Two things that Prism's parameters are too simple for, said so that it checks them all the same:
 * - it takes a path apart at commas before it looks at the schema, then fails (without an answer) to take the list apart again where the schema says `type: array`;
 * - of a `deepObject` it reads what the schema names as type object in place, in small letters; filters refer to each other, and have capitals.
 */
function readable(o: Operation): Operation {
  const lists = o.request?.path?.map(p => (p.schema?.['type'] === 'array' ? { ...p, schema: { allOf: [p.schema] } } : p))
  return lists === undefined ? o : { ...o, request: { ...o.request, path: lists } }
}

type Given = Readonly<Record<string, string | readonly string[]>>
interface Tree { [name: string]: Tree | Given[string] }

/** A `deepObject` of any depth, `filter[or][0][name]=x`; `name` is in small letters. Values stay text; undefined where there is none. */
function deepObject(name: string, query: Given): unknown {
  const tree: Tree = {}
  const keys = Object.keys(query).filter(key => key.toLowerCase().startsWith(`${name}[`))
  for (const key of keys) {
    const names = [...key.slice(name.length).matchAll(/\[([^\]]*)\]/g)].map(m => m[1] ?? '')
    const last = names.pop() ?? ''
    let at = tree
    for (const n of names) {
      const below = at[n]
      at = at[n] = typeof below === 'object' && !Array.isArray(below) ? below as Tree : {}
    }
    at[last] = query[key] ?? ''
  }
  return keys.length === 0 ? undefined : numbered(tree)
}
function numbered(of: Tree | Given[string]): unknown {
  if (typeof of !== 'object' || Array.isArray(of)) return of
  const parts = Object.entries(of as Tree).map(([name, below]) => [name, numbered(below)] as const)
  return parts.every(([name]) => /^\d+$/.test(name)) ? parts.map(([, below]) => below) : Object.fromEntries(parts)
}

export interface Proxy {
  readonly url: string
  /** Schemas that its validator could not read, and why: Prism takes everything for valid then, without a word. */
  readonly unread: readonly string[]
  stop(): Promise<void>
}

/** Starts Prism before `upstream` and gives its address. What it finds wrong stands in the header `sl-violations` of an answer. */
export async function prism(described: Document, upstream: string): Promise<Proxy> {
  const { transformOas3Operations, createServer, createLogger, query, validator } = modules()
  // Prism takes addresses as `paths` has them, without what `servers` puts before.
  const document = { ...described, paths: Object.fromEntries(Object.entries(described.paths).map(([at, item]) => [`/api${at}`, item])) }
  // Every operation brings all schemas, under the name where Prism looks for them. Its own way of giving each those it needs changes the document on its way, so that the next
  // finds references that lead nowhere; a schema with such a one is not checked at all, and nothing is said of it.
  const bundled = (of: unknown): unknown => JSON.parse(JSON.stringify(of).replaceAll('"#/components/schemas/', '"#/__bundled__/'))
  const schemas = bundled(described.components['schemas'])
  const operations = (bundled(transformOas3Operations(document)) as Operation[]).map(o => ({ ...readable(o), __bundled__: schemas }))
  const server = createServer(operations, {
    cors: true,
    config: { isProxy: true, upstream: new URL(upstream), upstreamProxy: undefined, validateRequest: true, validateResponse: true, checkSecurity: true, errors: false, mock: { dynamic: false } },
    components: { logger: createLogger('prism', { level: 'silent' }) },
  })
  const asked = new AsyncLocalStorage<Given>(), { request } = server.prism
  server.prism.request = (input, ...rest) => async () => {
    const found = await asked.run(input.url.query, () => request(input, ...rest)())
    // The first few of each: what is too long for a header is cut off.
    for (const which of [found.right?.validations.input, found.right?.validations.output]) which?.splice(5)
    return found
  }
  query['deepObject'] = name => deepObject(name, asked.getStore() ?? {})
  const unread: string[] = [], { compile } = validator.prototype
  validator.prototype.compile = function (schema) {
    try { return compile.call(this, schema) } catch (error) { unread.push(String(error)); throw error }
  }
  return { unread, url: await server.listen(0, '127.0.0.1'), stop() { validator.prototype.compile = compile; return server.close() } }
}
