// Plain requests as GraphQL carries them, and what no document can say.
import { coerceInputValue, GraphQLList, GraphQLNonNull, isInputType, parse, validate, validateInputValue, type GraphQLInputType, type GraphQLSchema } from 'graphql'
import { isRead, type CallPart, type Part } from '../request.ts'
import type { Said } from './document.ts'

export { callDocument, documentOf, type Said } from './document.ts'
export { vocabularyOf, type Vocabulary } from './names.ts'

/** What no document can say of a request, whatever the schema; null: all of it. */
export function unsaidOf(part: Part | CallPart): string | null {
  if ('call' in part || !isRead(part)) return null
  if ('find' in part && part.number !== undefined) return 'page numbers'
  if ('find' in part && part.count === 'estimate') return 'an estimate'
  if ('aggregate' in part && part.measure.length === 0) return 'an aggregate that measures nothing'
  return null
}
export const neverDone = 'what nobody may ever do', untyped = 'what does not fit the types is refused before anybody is asked'

/** Whether the variables of a document are of their types. */
export function typed(schema: GraphQLSchema, { query, variables }: Said): boolean {
  return [...variablesOf(query)].every(([, name = '', text = '']) => {
    const type = typeOf(schema, text)
    return type !== null && coerceInputValue(variables[name], type) !== undefined
  })
}
function typeOf(schema: GraphQLSchema, text: string): GraphQLInputType | null {
  const inner = text.endsWith('!') ? typeOf(schema, text.slice(0, -1)) : text.startsWith('[') ? typeOf(schema, text.slice(1, -1)) : null
  if (text.endsWith('!')) return inner === null ? null : new GraphQLNonNull(inner as never)
  if (text.startsWith('[')) return inner === null ? null : new GraphQLList(inner)
  const named = schema.getType(text)
  return isInputType(named) ? named : null
}

/** Why the schema would refuse a document before anybody is asked; null: it would not. */
export function refusedBySchema(schema: GraphQLSchema, said: Said): { readonly why: string; readonly detail: string } | null {
  if (said.field === null) return { why: neverDone, detail: '' }
  const [wrong] = validate(schema, parse(said.query))
  if (wrong) return { why: untyped, detail: wrong.message.replace(/\.$/, '') }
  return typed(schema, said) ? null : { why: untyped, detail: misfit(schema, said) }
}

/** Which value does not fit, and why. */
function misfit(schema: GraphQLSchema, { query, variables }: Said): string {
  const found: string[] = []
  for (const [, name = '', text = ''] of variablesOf(query)) {
    const type = typeOf(schema, text)
    if (type !== null) validateInputValue(variables[name], type, (error, path) => { found.push(`${path.length === 0 ? '' : `${path.join('.')}: `}${error.message.replace(/\.$/, '')}`) })
  }
  return found[0] ?? ''
}
const variablesOf = (query: string): Iterable<RegExpMatchArray> => query.matchAll(/\$(v\d+): ([\w![\]]+)/g)
