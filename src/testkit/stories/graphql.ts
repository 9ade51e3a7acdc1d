// GraphQL carries stories as documents with variables, of the model's schema.
import type { At, Failure, Mistake } from '../../failure/index.ts'
import { actionsOf, type Model } from '../../model/index.ts'
import type { Outcome } from '../check.ts'
import { callDocument, documentOf, refusedBySchema, unsaidOf, vocabularyOf, type Said } from '../graphql/index.ts'
import { isRead, type CallPart, type Part } from '../request.ts'
import { callerOf, type StoryDriver } from './drivers.ts'
import { posting } from './over-http.ts'
import { Unsaid } from './part.ts'

export const graphqlDriver: StoryDriver = posting('GraphQL', async stage => {
  const { application: { model }, once } = stage
  const names = await once('graphql', async () => vocabularyOf(model))
  return async (part, who) => {
    const unsaid = unsaidOf(part) ?? elsewhere(model, part)
    if (unsaid !== null) throw new Unsaid(unsaid)
    // Rows are asked for whatever the caller may see of them: a document names every field.
    const caller = await callerOf(stage, who)
    const said = 'call' in part ? callDocument(names, part, caller) : documentOf(names, part, caller)
    const refused = refusedBySchema(names.schema, said)
    if (refused !== null) throw new Unsaid(refused.why, refused.detail)
    const { query, variables } = said
    return {
      path: '/graphql', body: JSON.stringify({ query, variables }), headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      words: Object.keys(variables).length === 0 ? query : `${query} ${JSON.stringify(variables)}`, read: text => read(text, said, part),
    }
  }
})

/** Actions that keep somebody else's contract are where that says. */
export const elsewhere = (model: Model, part: Part | CallPart): string | null =>
  ('call' in part && actionsOf(model).find(a => a.id === part.call)?.contract !== null ? 'what keeps somebody else\'s contract' : null)

interface Answered {
  readonly data?: Readonly<Record<string, unknown>> | null
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string; readonly pointer?: string; readonly facts?: Failure['facts'] } }[]
}
function read(text: string, { field, read: readField, at = (x: At) => x }: Said, part: Part | CallPart): Outcome {
  const { data, errors } = JSON.parse(text) as Answered, [first] = errors ?? []
  if (first === undefined) return readField(data?.[field ?? ''])
  const { code, facts } = first.extensions
  // Places of writes count from the argument on.
  const place = (pointer: string): At => { const whole = pointerAt(pointer); return 'call' in part || isRead(part) ? whole : at(whole.slice(1)) }
  const mistakes = (errors ?? []).flatMap((e): Mistake[] => (e.extensions.pointer === undefined ? [] : [{ at: place(e.extensions.pointer), detail: e.message }]))
  return { refusal: { code, message: (errors ?? []).map(e => e.message).join('; '), mistakes, ...(mistakes[0] ? { at: mistakes[0].at } : {}), ...(facts === undefined ? {} : { facts }) } }
}
const pointerAt = (pointer: string): At => pointer.split('/').slice(1).map(p => p.replaceAll('~1', '/').replaceAll('~0', '~')).map(p => (/^\d+$/.test(p) ? Number(p) : p))
