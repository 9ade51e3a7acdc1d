// Documents named by their hash: those that the application gave when it started, and those that callers have sent once.
import { createHash } from 'node:crypto'
import { Kept } from './kept.ts'

export interface Persisted {
  /** Documents by their sha256 in hexadecimal, as build tools write them. */
  readonly documents?: Readonly<Record<string, string>>
  /** No others are answered. */
  readonly only?: boolean
}

/** A document that is not answered, with the code that a client looks for. */
export class Unanswered extends Error {
  readonly code: string
  constructor(message: string, code: string) {
    super(message)
    this.code = code
  }
}
/** The text of a document by its hash, or as it was sent. Throws Unanswered. */
export type TextOf = (query: string | null, hash: string | null) => string

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
const longest = 65_536

/** Throws where a document is not the one its hash says. */
export function persisted({ documents = {}, only = false }: Persisted): TextOf {
  const given = new Map<string, string>()
  for (const [name, text] of Object.entries(documents)) {
    const hash = hashOf(text)
    if (name.replace(/^sha256:/, '').toLowerCase() !== hash) throw new Error(`The document ${name.slice(0, 80)} is not the one of that hash, which is ${hash}.`)
    given.set(hash, text)
  }
  const sent = new Kept<string>(1000)
  const refuse = (message: string, code: string): never => { throw new Unanswered(message, code) }
  return (query, hash) => {
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
