// Documents named by their hash: those that the application gave when it started, and those that callers have sent once.
import { createHash } from 'node:crypto'
import { GraphQLError } from 'graphql'
import { Kept } from './kept.ts'

export interface Persisted {
  /** Documents by their sha256 in hexadecimal, as build tools write them. */
  readonly documents?: Readonly<Record<string, string>>
  /** No others are answered. */
  readonly only?: boolean
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
const longest = 65_536

/** Throws where a document is not the one its hash says. */
export function persisted({ documents = {}, only = false }: Persisted) {
  const given = new Map<string, string>()
  for (const [name, text] of Object.entries(documents)) {
    const hash = hashOf(text)
    if (name.replace(/^sha256:/, '').toLowerCase() !== hash) throw new Error(`The document ${name.slice(0, 80)} is not the one of that hash, which is ${hash}.`)
    given.set(hash, text)
  }
  const sent = new Kept<string>(1000)
  const refuse = (message: string, code: string): never => { throw new GraphQLError(message, { extensions: { code, status: 400 } }) }
  /** The text of a document, by its hash or as it was sent. Throws GraphQLError, with the codes that Apollo's clients look for where one is not known. */
  return (query: string | null, hash: string | null): string => {
    if (hash === null) {
      if (query === null) throw new Error('neither a document nor a hash')
      if (only && !given.has(hashOf(query))) refuse('Only documents that the application knows are answered here.', 'caller.forbidden')
      return query
    }
    const known = given.get(hash) ?? sent.get(hash)
    if (known !== undefined) return known
    if (query === null || only) return refuse(only ? 'Only documents that the application knows are answered here.' : 'PersistedQueryNotFound', only ? 'caller.forbidden' : 'PERSISTED_QUERY_NOT_FOUND')
    if (hashOf(query) !== hash) refuse('provided sha does not match query', 'request.malformed')
    if (query.length <= longest) sent.set(hash, query)
    return query
  }
}
