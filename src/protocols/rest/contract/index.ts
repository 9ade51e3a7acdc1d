// The contract: an OpenAPI 3.1 document of everything REST offers of a model. The same model, the same document; no rule is evaluated for anybody.
import { createHash } from 'node:crypto'
import type { Model } from '../../../model/index.ts'
import { hasPlainActions } from './actions.ts'
import { book, type Members } from './book.ts'
import { pathsOf, reachable } from './paths.ts'
import { aboutOf } from './rows.ts'
import { schemesOf, withSessions } from './schemes.ts'

export type { Json, Members } from './book.ts'
export { yamlOf } from './yaml.ts'

export interface Document extends Members {
  readonly openapi: string
  readonly info: Members
  readonly paths: Members
  readonly components: Members
}

/** `prefix` is where REST is served: `/api`, or `/backend/api` where the application is mounted at `/backend`. */
export function contractOf(model: Model, prefix: string, mount = ''): Document {
  const parts = book()
  const c = { model, book: parts, prefix }
  // Entities first: their names are theirs.
  const paths = withSessions(pathsOf(c), model)
  const components = parts.components()
  const tags = Object.values(model.entities).filter(e => reachable(model, e)).map(e => ({ name: e.title, description: aboutOf(e) }))
  // The version is the content's: it changes when, and only when, the contract does.
  const version = createHash('sha256').update(JSON.stringify([paths, components, tags])).digest('hex').slice(0, 12)
  return {
    openapi: '3.1.1',
    info: {
      title: model.name, version,
      description: [
        `The API of ${model.name}. All bodies are JSON in UTF-8.`,
        'Decimals, money and big integers travel as text, timestamps in UTC (RFC 3339), durations as ISO 8601, bytes as base64url.',
        'What a caller may not see is not there: rows are missing, fields are null or left out. Every GET answers HEAD too, every address OPTIONS.',
        `Failures are problem+json (RFC 9457); their codes are explained at [${mount}/docs/failures](${mount}/docs/failures).`,
      ].join('\n\n'),
    },
    servers: [{ url: prefix, description: 'Where this document was found.' }],
    security: [{ bearer: [] }, ...(model.identity === undefined ? [] : [{ session: [] }])],
    tags: [...tags, { name: 'Batch', description: 'Several requests at once.' }, ...(hasPlainActions(model) ? [{ name: 'Actions', description: 'What the application does beside keeping data.' }] : [])], paths,
    components: {
      ...components,
      securitySchemes: schemesOf(model),
    },
  }
}
