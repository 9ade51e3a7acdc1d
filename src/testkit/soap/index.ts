// Plain requests as SOAP carries them, and what no message can say.
import { find, entityOf, type Member, type Model } from '../../model/index.ts'
import { isRead, writeRequest, type Part } from '../request.ts'
import { changing } from './fault.ts'
import { isObject } from './rows.ts'

export { content, read, schemaOf, tree, write, type Node, type Part as SchemaPart, type Schema } from './schema.ts'
export { callMessage, elementOf, envelopeOf, messageOf, nothing, readAnswer, versions, wordingOf, type Message, type SoapVersion, type Wording } from './message.ts'
export { childOf, failureCoded, readFault, type Faulted } from './fault.ts'

/** Characters that XML has no way to say. */
const unsayable = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u
const holds = (value: unknown, test: (text: string) => boolean): boolean =>
  typeof value === 'string' ? test(value) : typeof value === 'object' && value !== null && Object.values(value).some(x => holds(x, test))
export const withoutWords = 'characters that XML does not have'
export const unsayableIn = (value: unknown): boolean => holds(value, text => unsayable.test(text))

/** What no message can say of a request; null: all of it. */
export function unsaidOf(model: Model, part: Part): string | null {
  if (isRead(part)) return null
  const body = 'body' in part ? part.body : {}
  if (typeof body !== 'object' || body === null) return 'a body that is no object'
  if (unsayableIn(body)) return withoutWords
  const { entity } = writeRequest(part)
  if (strange(model, entity, body)) return 'a change that there is not'
  if ('update' in part && Object.entries(body).some(([name, value]) => Array.isArray(value) && find(entityOf(model, entity).relations, name))) return 'a list in place of what is done with it'
  if (numberIn(model, entity, body)) return 'a number where there is text'
  return null
}
/** `{ "stock": { "sub": 2 } }`: what is done to a field is an element around it, of which there are three; and lists have items. */
const strange = (model: Model, entity: string, body: object): boolean => Object.entries(body).some(([name, value]) => {
  const field = find(entityOf(model, entity).fields, name)
  if (field === undefined || field.scalar === 'json' || !isObject(value)) return false
  return Object.entries(value).some(([word, of]) => !changing.includes(word) || (field.list && !Array.isArray(of)))
})
/** All is text in XML: a number for a text field is the text. */
function numberIn(model: Model, entity: string, body: unknown): boolean {
  if (Array.isArray(body)) return body.some(b => numberIn(model, entity, b))
  if (typeof body !== 'object' || body === null) return false
  const e = entityOf(model, entity)
  return Object.entries(body).some(([name, value]) => {
    const field = find(e.fields, name), relation = find(e.relations, name)
    if (field) return field.scalar === 'text' && typeof value === 'number'
    return relation !== undefined && numberIn(model, relation.target, value)
  })
}

/** All is text in XML, and a list is elements: a number for a text, a text for a list cannot be said. */
export const oddly = (members: readonly Member[], of: unknown): boolean => (Array.isArray(of) ? of.some(x => oddly(members, x)) : isObject(of) && Object.entries(of).some(([name, x]) => {
  const m = members.find(y => y.name === name)
  return m?.kind === 'object' ? oddly(m.members, x) : m?.kind === 'value' && x !== null && ((m.field.list && !Array.isArray(x)) || (m.field.scalar === 'text' && typeof x === 'number'))
}))
