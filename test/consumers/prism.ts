// Prism's proxy in this process. Its command line writes every `$ref` of the document out before it reads the operations, which takes minutes for a model whose
// entities refer to each other; read with the references in place it is the same proxy with the same validators in a second.
import { createRequire } from 'node:module'
import path from 'node:path'
import type { contractOf } from '../../src/protocols/rest/index.ts'

type Document = ReturnType<typeof contractOf>
interface Operation { readonly id: string; readonly method: string; readonly path: string; readonly request?: { readonly query?: readonly { readonly name: string; readonly style?: string }[] } }
interface Server { listen(port: number, host: string): Promise<string>; close(): Promise<void> }
interface Modules {
  readonly transformOas3Operations: (document: object) => Operation[]
  readonly bundleTarget: (from: { document: object; path: string; cloneDocument: boolean }) => Operation
  readonly createServer: (operations: readonly Operation[], options: object) => Server
  readonly createLogger: (name: string, options: object) => unknown
}

/** Prism's own modules, as its command line would load them; they are not installed for anything else. */
function modules(): Modules {
  const cli = createRequire(path.join(import.meta.dirname, 'node_modules/@stoplight/prism-cli/package.json'))
  const http = createRequire(cli.resolve('@stoplight/prism-http'))
  return {
    ...(http('@stoplight/http-spec/oas3/operation') as Pick<Modules, 'transformOas3Operations'>),
    ...(http('@stoplight/json') as Pick<Modules, 'bundleTarget'>),
    ...(cli('@stoplight/prism-http-server') as Pick<Modules, 'createServer'>),
    ...(cli('@stoplight/prism-core') as Pick<Modules, 'createLogger'>),
  }
}

/** What Prism is not asked, and why. */
export const excluded: readonly string[] = [
  'parameters of the style deepObject (filter, include[…][filter]): Prism takes every object and list inside their schema as given, empty, and then misses what they require; filters in bodies are checked',
]
const readable = (o: Operation): Operation => (o.request?.query === undefined ? o : { ...o, request: { ...o.request, query: o.request.query.filter(q => q.style !== 'deepObject') } })

export interface Proxy { readonly url: string; stop(): Promise<void> }

/** Starts Prism before `upstream` and gives its address. What it finds wrong stands in the header `sl-violations` of an answer. */
export async function prism(described: Document, upstream: string): Promise<Proxy> {
  const { transformOas3Operations, bundleTarget, createServer, createLogger } = modules()
  // Prism takes addresses as `paths` has them, without what `servers` puts before.
  const document = { ...described, paths: Object.fromEntries(Object.entries(described.paths).map(([at, item]) => [`/api${at}`, item])) }
  const operations = transformOas3Operations(document).map(o => bundleTarget({ document: { ...document, __target__: o }, path: '#/__target__', cloneDocument: false })).map(readable)
  const server = createServer(operations, {
    cors: true,
    config: { isProxy: true, upstream: new URL(upstream), upstreamProxy: undefined, validateRequest: true, validateResponse: true, checkSecurity: true, errors: false, mock: { dynamic: false } },
    components: { logger: createLogger('prism', { level: 'silent' }) },
  })
  return { url: await server.listen(0, '127.0.0.1'), stop: () => server.close() }
}
