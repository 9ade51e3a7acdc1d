// The driver of SOAP: cases as messages by the WSDL's own schema, answers read back by it; and what of the cases no message can say.
import assert from 'node:assert/strict'
import { failures } from '../../src/failure/index.ts'
import { callMessage, childOf, envelopeOf, failureCoded, messageOf, oddly, readAnswer, readFault, schemaOf, tree, unsaidOf, versions, wordingOf, type Message, type Node, type SoapVersion, type Wording } from '../../src/testkit/soap/index.ts'
import { world, type CallCase, type CallingDriver, type CallPart, type Case, type Outcome, type Part, type Who } from '../../src/testkit/index.ts'

/** Why a case is not asked through SOAP. */
export const unsaidCase = (c: Case): string | null => unsaidOf(world, c.do) ?? c.then?.map(step => unsaidOf(world, step.do)).find(x => x !== null) ?? null
/** Why a call is not made through SOAP. */
export const unsaidCall = (c: CallCase): string | null => (oddly(world.actions?.[c.call.call]?.input ?? [], c.call.input) ? 'a number where there is text, a text where there is a list' : null)

/** A driver for each version, over the WSDL as it is served. */
export async function soapDrivers(url: string, tokenOf: (as: Who) => Promise<string | null>): Promise<readonly [CallingDriver, CallingDriver]> {
  const words = wordingOf(world, schemaOf(await (await fetch(`${url}/soap?wsdl`)).text()))
  return [soapDriver(words, url, '1.1', tokenOf), soapDriver(words, url, '1.2', tokenOf)]
}

function soapDriver(words: Wording, url: string, version: SoapVersion, tokenOf: (as: Who) => Promise<string | null>): CallingDriver {
  const { schema } = words, [namespace, media] = versions[version]
  const ask = async (message: Message, as: Who, part: Part | CallPart): Promise<Outcome> => {
    const { body, headers } = envelopeOf(schema, message, version), token = await tokenOf(as)
    const response = await fetch(`${url}/soap`, { method: 'POST', body, headers: { ...headers, ...(token === null ? {} : { authorization: `Bearer ${token}` }) } })
    assert.ok(response.headers.get('content-type')?.startsWith(media), 'answered in the version asked')
    const envelope = tree(await response.text()), [inner] = envelope.children.filter(c => c.name === 'Body'), [node] = inner?.children ?? []
    assert.equal(envelope.uri, namespace)
    assert.ok(inner?.children.length === 1 && node)
    if (node.name === 'Fault') return refusal(words, node, response.status, version, part)
    assert.equal(response.status, 200)
    assert.equal(node.name, `${message.name}Response`)
    return readAnswer(schema, message, node)
  }
  return {
    name: `soap ${version}`,
    read: (part, as) => ask(messageOf(words, part), as, part),
    write: (part, as) => ask(messageOf(words, part), as, part),
    call: (part, as) => ask(callMessage(words, part), as, part),
  }
}

/** A fault of either version: its codes, its status, its typed detail. */
function refusal({ schema, model }: Wording, node: Node, status: number, version: SoapVersion, part: Part | CallPart): Outcome {
  const { refusal: { message: _, ...refusal }, status: told } = readFault(schema, model, node, version, part)
  const declared = failureCoded(model, refusal.code), row = declared ? { status: declared.status, blame: 'caller' } : failures[refusal.code as keyof typeof failures]
  assert.ok(row, refusal.code)
  const sender = row.blame === 'caller'
  assert.notEqual(refusal.code, 'internal')
  assert.equal(told, row.status)
  if (version === '1.1') {
    assert.equal(status, 500)
    assert.match(childOf(node, 'faultcode')?.text ?? '', sender ? /:Client$/ : /:Server$/)
  } else {
    assert.equal(status, sender ? 400 : 500)
    assert.match(childOf(childOf(node, 'Code'), 'Value')?.text ?? '', sender ? /:Sender$/ : /:Receiver$/)
    assert.equal(childOf(childOf(childOf(node, 'Code'), 'Subcode'), 'Value')?.text.split(':')[1], refusal.code)
  }
  return { refusal }
}
