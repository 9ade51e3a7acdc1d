// How callers say who they are: by a token in a header, and where the application has accounts by the cookie of a session.
import type { Model } from '../../../model/index.ts'
import type { Json, Members } from './book.ts'

const isMembers = (of: Json | undefined): of is Members => typeof of === 'object' && of !== null && !Array.isArray(of)

export function schemesOf({ identity }: Model): Members {
  const token = 'checked as RFC8725 recommends. Where a rule allows, requests without one are anonymous.'
  if (identity === undefined) return { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: `A JSON Web Token, ${token}` } }
  return {
    bearer: { type: 'http', scheme: 'bearer', description: `The token of a session, an API key, or a JSON Web Token, ${token}` },
    session: { type: 'apiKey', in: 'cookie', name: identity.cookie, description: 'The session of a browser, set by signIn as a cookie. Requests that are no GET are taken from pages of this site only.' },
  }
}

/** The paths, a cookie doing wherever a token does. */
export function withSessions(paths: Members, { identity }: Model): Members {
  if (identity === undefined) return paths
  const either = (of: Json): Json => (Array.isArray(of) ? (of as readonly Json[]).flatMap(way => (isMembers(way) && 'bearer' in way ? [way, { session: [] }] : [way])) : of)
  const operation = (of: Json): Json => (isMembers(of) && of['security'] !== undefined ? { ...of, security: either(of['security']) } : of)
  return Object.fromEntries(Object.entries(paths).map(([path, item]) => [path, isMembers(item) ? Object.fromEntries(Object.entries(item).map(([method, of]) => [method, operation(of)])) : item]))
}
