// GraphQL: documents become requests of the engine; answers and failures become what GraphQL over HTTP says. No rule, no SQL.
import { Failure } from '../../failure/index.ts'
import type { Model } from '../../model/index.ts'
import type { Engine, Exchange, Protocol, Reply } from '../protocol.ts'
import { mediaOf } from './http.ts'
import type { Limits } from './limits.ts'
import { persisted as textsOf, type Persisted } from './persisted.ts'

export type { Limits as GraphqlLimits } from './limits.ts'
export type { Persisted } from './persisted.ts'

export interface GraphqlOptions {
  readonly engine: Engine
  /** `/graphql` unless said. */
  readonly path?: string
  /** Whether the schema may be asked for: in development, unless said. */
  readonly introspection?: boolean
  readonly development?: boolean
  readonly limits?: Partial<Limits>
  /** Documents that may be named by their hash. */
  readonly persisted?: Persisted
}

const allow = 'GET, HEAD, POST, OPTIONS'

/** The GraphQL protocol over an engine. Its model may change between requests. Throws where a persisted document is not the one of its hash. */
export function graphql({ engine, path = '/graphql', development = false, introspection = development, limits, persisted = {} }: GraphqlOptions): Protocol {
  const textOf = textsOf(persisted)
  let loading: ReturnType<typeof load> | null = null
  async function load() {
    const { serving } = await import('./serve.ts')
    return serving({ engine, introspection, ...(limits === undefined ? {} : { limits }), textOf })
  }

  /** In development: the page to try documents on, for who comes with a browser, and the schema as text. */
  async function beside({ path: asked, query, headers }: Exchange): Promise<Reply | null> {
    const rest = asked.slice(path.length)
    if (rest === '/schema.graphql') return { status: 200, headers: { 'content-type': 'application/graphql; charset=utf-8', 'cache-control': 'no-cache' }, body: [await sdlOf(engine.model)] }
    if (rest === '' && (query !== '' || typeof headers.accept !== 'string' || !headers.accept.includes('text/html'))) return null
    return (await import('./page/index.ts')).pageAt(rest, engine.model.name)
  }

  return {
    name: 'graphql',
    root: path,
    owns: asked => asked === path || asked.startsWith(`${path}/`),
    async answer(exchange: Exchange): Promise<Reply> {
      const { method } = exchange
      exchange.note({ route: path })
      if (introspection && (method === 'GET' || method === 'HEAD')) {
        const page = await beside(exchange)
        if (page !== null) return page
      }
      if (exchange.path !== path) throw new Failure('request.route', `There is nothing at ${exchange.path.slice(0, 200)}. GraphQL is at ${path}.`)
      if (method === 'OPTIONS') return { status: 204, headers: { allow }, body: [] }
      if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') throw new Failure('request.method', `${method} is not available at ${path}. There are: ${allow}.`, { facts: { allow } })
      const media = mediaOf(exchange.headers.accept)
      return (await (loading ??= load()))(exchange, media)
    },
    refuse,
  }
}

/** A failure of the whole request, as GraphQL says it. */
function refuse(failure: Failure, exchange: Pick<Exchange, 'id' | 'headers'>): Reply {
  const row = failure.row
  const hidden = failure.code === 'internal'
  const { allow: allowed, retryAfter, ...facts } = failure.facts
  const error = {
    message: hidden ? `This is not your fault. Quote the request id ${exchange.id} when you report it.` : failure.message,
    extensions: { code: failure.code, status: row.status, title: row.title, ...(hidden || Object.keys(facts).length === 0 ? {} : { facts }) },
  }
  const accept = exchange.headers.accept
  const media = typeof accept === 'string' && accept.includes('application/graphql-response+json') ? 'application/graphql-response+json' : 'application/json'
  return {
    status: row.status,
    headers: {
      'content-type': `${media}; charset=utf-8`, 'cache-control': 'no-store',
      ...(row.retry === 'later' ? { 'retry-after': String(typeof retryAfter === 'number' ? Math.max(1, Math.ceil(retryAfter)) : 1) } : {}),
      ...(row.status === 401 ? { 'www-authenticate': failure.code === 'caller.token' ? 'Bearer error="invalid_token"' : 'Bearer' } : {}),
      ...(typeof allowed === 'string' ? { allow: allowed } : {}),
    },
    body: [JSON.stringify({ errors: [error] })],
  }
}

/** The schema of a model in GraphQL's own language. */
export async function sdlOf(model: Model): Promise<string> {
  const [{ printSchema }, { schemaOf }] = await Promise.all([import('graphql'), import('./schema/index.ts')])
  return `${printSchema(schemaOf(model))}\n`
}
