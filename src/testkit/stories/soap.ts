// SOAP carries stories as messages by the WSDL's own schema.
import { actionsOf } from '../../model/index.ts'
import type { Outcome } from '../check.ts'
import { callMessage, elementOf, envelopeOf, messageOf, nothing, oddly, readAnswer, readFault, schemaOf, tree, unsaidOf, unsayableIn, withoutWords, wordingOf, type Message, type Wording } from '../soap/index.ts'
import type { CallPart, Part } from '../request.ts'
import type { StoryDriver } from './drivers.ts'
import { elsewhere } from './graphql.ts'
import { posting } from './over-http.ts'
import { Unsaid } from './part.ts'

/** What most clients speak. */
const version = '1.1'

export const soapDriver: StoryDriver = posting('SOAP', async stage => {
  const { application: { model }, once } = stage
  const words = await once('soap', async () => wordingOf(model, schemaOf(await (await fetch(`${await stage.url()}/soap?wsdl`)).text())))
  return async part => {
    const unsaid = wordless(words, part)
    if (unsaid !== null) throw new Unsaid(unsaid)
    const message = 'call' in part ? callMessage(words, part) : messageOf(words, part)
    if (message.name === nothing) throw new Unsaid('what it has no operation for')
    if (unsayableIn(message.input)) throw new Unsaid(withoutWords)
    const { body, headers } = envelopeOf(words.schema, message, version)
    return { path: '/soap', body, headers, words: elementOf(words.schema, message).replace(/ xmlns="[^"]*"/, ''), read: text => read(text, words, message, part) }
  }
})

function wordless({ model }: Wording, part: Part | CallPart): string | null {
  if (!('call' in part)) return unsaidOf(model, part)
  const { input } = part
  if (input !== undefined && input !== null && (typeof input !== 'object' || Array.isArray(input))) return 'an input that is no object'
  return elsewhere(model, part) ?? (oddly(actionsOf(model).find(a => a.id === part.call)?.input ?? [], input) ? 'a number where there is text, a text where there is a list' : null)
}

function read(text: string, words: Wording, message: Message, part: Part | CallPart): Outcome {
  const [body] = tree(text).children.filter(c => c.name === 'Body'), [node] = body?.children ?? []
  if (node === undefined) throw new Error(`no SOAP message came back: ${text.slice(0, 200)}`)
  return node.name === 'Fault' ? { refusal: readFault(words.schema, words.model, node, version, part).refusal } : readAnswer(words.schema, message, node)
}
