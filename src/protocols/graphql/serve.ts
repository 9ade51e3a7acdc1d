// One request answered. Loaded at the first, because graphql-js takes its time.
import { GraphQLError, type GraphQLSchema } from 'graphql'
import { Failure } from '../../failure/index.ts'
import type { CallRequested, Model } from '../../model/index.ts'
import type { Engine, Exchange, Reply } from '../protocol.ts'
import { Documents } from './documents.ts'
import { saidInAddress, saidInBody, type Media, type Said } from './http.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { Unanswered, type TextOf } from './persisted.ts'
import { runOperation } from './run.ts'
import type { Outcome } from './running.ts'
import { schemaOf } from './schema/index.ts'

export interface Serving {
  readonly engine: Engine
  readonly introspection: boolean
  readonly limits?: Partial<Limits>
  readonly textOf: TextOf
}

/** What is made once for a model. */
interface Edition { readonly model: Model; readonly schema: GraphQLSchema; readonly documents: Documents }

export function serving({ engine, introspection, limits: given, textOf }: Serving) {
  const limits: Limits = { ...defaultLimits, ...given }
  let edition: Edition | null = null
  const now = (): Edition => {
    const { model } = engine
    if (edition?.model !== model) {
      const schema = schemaOf(model)
      edition = { model, schema, documents: new Documents(schema, limits, introspection) }
    }
    return edition
  }

  /** Throws Failure for what is no request of GraphQL at all. */
  return async (exchange: Exchange, media: Media): Promise<Reply> => {
    const said: Said = exchange.method === 'POST' ? saidInBody(exchange) : saidInAddress(exchange.query)
    const { schema, documents } = now()
    let text: string
    try {
      text = textOf(said.query, said.hash)
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error
      return rendered({ errors: [new GraphQLError(error.message, { extensions: { code: error.code, status: 400 } })], data: null, cost: null }, media, limits)
    }
    const prepared = documents.get(text)
    if (prepared.errors !== null) return rendered({ errors: prepared.errors, data: null, cost: null }, media, limits)
    const { operationName } = said
    const named = prepared.operations.filter(o => operationName === null || o.node.name?.value === operationName)
    const [operation] = named
    if (operation === undefined || named.length > 1) {
      const names = prepared.operations.map(o => o.node.name?.value ?? '')
      const message = operationName === null ? `The document has several operations (${names.join(', ').slice(0, 200)}): say operationName.` : `The document has no operation '${operationName.slice(0, 80)}'.`
      return rendered({ errors: [new GraphQLError(message, { extensions: { code: 'request.malformed', status: 400 } })], data: null, cost: null }, media, limits)
    }
    const kind = operation.node.operation
    if (kind !== 'query' && exchange.method !== 'POST') throw new Failure('request.method', `A ${kind} is sent with POST.`, { facts: { allow: 'POST' } })
    exchange.note({ operation: operation.node.name === undefined ? kind : `${kind} ${operation.node.name.value.slice(0, 80)}` })
    const caller = await exchange.caller()
    exchange.note({ caller: caller.id })
    const answering = new Map<string, string>()
    const outcome = await runOperation({ said: answering, engine, schema, limits, caller, run: exchange.run, id: exchange.id, requested: requestedOf(exchange) }, operation, said.variables)
    const reply = rendered(outcome, media, limits)
    return answering.size === 0 ? reply : { ...reply, headers: { ...reply.headers, ...Object.fromEntries(answering) } }
  }
}

const requestedOf = ({ id, method, path, query, headers, body, from }: Exchange): CallRequested => ({ id, method, path, query, headers, body, ...(from === undefined ? {} : { from }) })

/** Without data nothing was run: 400, but 200 for clients of old, who look at the body alone. */
function rendered({ errors, data, cost, replayed }: Outcome, media: Media, limits: Limits): Reply {
  const parts: (Uint8Array | string)[] = ['{']
  if (errors.length > 0) parts.push(`"errors":${JSON.stringify(errors.map(e => e.toJSON()))}`)
  if (data !== null) parts.push(errors.length > 0 ? ',"data":' : '"data":', ...data)
  if (cost !== null) parts.push(`,"extensions":{"cost":{"asked":${cost},"budget":${limits.cost}}}`)
  else if (replayed !== undefined) parts.push(`,"extensions":{"replayed":${JSON.stringify(replayed)}}`)
  parts.push('}')
  return {
    status: data === null && media !== 'application/json' ? 400 : 200,
    headers: { 'content-type': `${media}; charset=utf-8`, 'cache-control': 'private, no-cache', vary: 'Accept, Authorization' },
    body: parts,
  }
}
