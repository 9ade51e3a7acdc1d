// The envelope: one version's, one body, headers that are understood or refused.
import type { Failure } from '../../failure/index.ts'
import type { Beside } from './fault.ts'
import { wsse } from './names.ts'
import { soap11, soap12, type Version } from './version.ts'
import { malformed, type Element } from './xml.ts'

export interface Envelope {
  /** The one element of the body. */
  readonly content: Element
  /** WS-Security, where it is there and meant for us. */
  readonly security: Element | null
}

/** Notes what is known of a failure beside itself, and gives it back to be thrown. */
export type Refuse = (failure: Failure, beside: Beside) => Failure

/** Takes the envelope apart. Throws `request.malformed`; `refuse` notes which code of SOAP's own goes with a failure. */
export function openEnvelope(root: Element, version: Version, refuse: Refuse): Envelope {
  if (root.name !== 'Envelope') throw malformed(`The message is '${root.name.slice(0, 80)}', not a SOAP envelope.`)
  if (root.namespace !== version.namespace) {
    const other = [soap11, soap12].find(v => v.namespace === root.namespace)
    if (other !== undefined) throw malformed(`An envelope of SOAP ${other.name} is sent as ${other.media}; this one came as ${version.media}.`)
    throw refuse(malformed(`The envelope is of '${root.namespace.slice(0, 80)}', which is neither SOAP 1.1 nor 1.2.`), { special: { code: 'VersionMismatch' } })
  }
  if (root.text.trim() !== '') throw malformed('The envelope has text between its elements.')
  const parts = [...root.children]
  const header = parts[0]?.namespace === version.namespace && parts[0].name === 'Header' ? parts.shift() : undefined
  const [body, more] = parts
  if (body === undefined || body.namespace !== version.namespace || body.name !== 'Body') throw malformed('The envelope has no Body where it must be: after the Header, or first.')
  if (more !== undefined) throw malformed(`'${more.name.slice(0, 80)}' (${more.place}) stands after the Body.`)
  const [content, second] = body.children
  if (body.text.trim() !== '') throw malformed('The Body has text beside its element.')
  if (content === undefined) throw malformed('The Body is empty. It has one element, the operation.')
  if (second !== undefined) throw malformed(`'${second.name.slice(0, 80)}' (${second.place}) is a second element of the Body; it has one, the operation.`)
  for (const element of [root, body, content]) {
    if (element.attributes.some(a => a.name === 'encodingStyle' && a.namespace === version.namespace)) {
      throw refuse(malformed(`'${element.name.slice(0, 80)}' (${element.place}) has an encodingStyle; messages here are literal.`), { special: { code: 'DataEncodingUnknown' } })
    }
  }
  return { content, security: header === undefined ? null : securityOf(header, version, refuse) }
}

/** Header blocks for us: WS-Security is known; any other that must be understood is refused, as SOAP has it. */
function securityOf(header: Element, version: Version, refuse: Refuse): Element | null {
  const ours = header.children.filter(block => isOurs(block, version))
  const unknown = ours.filter(block => !(block.namespace === wsse && block.name === 'Security') && mustUnderstand(block, version))
  if (unknown.length > 0) {
    const names = unknown.map(b => `'${b.name.slice(0, 80)}' of '${b.namespace.slice(0, 80)}'`).join(', ')
    throw refuse(malformed(`The header ${names} must be understood and is not. There is: WS-Security.`), { special: { code: 'MustUnderstand', blocks: unknown } })
  }
  const [security, another] = ours.filter(block => block.namespace === wsse && block.name === 'Security')
  if (another !== undefined) throw malformed(`The message has two headers of WS-Security (${another.place}).`)
  return security ?? null
}

const attribute = (block: Element, version: Version, name: string): string | undefined => block.attributes.find(a => a.namespace === version.namespace && a.name === name)?.value.trim()

function isOurs(block: Element, version: Version): boolean {
  const role = attribute(block, version, version === soap11 ? 'actor' : 'role') ?? ''
  return role === '' || role === 'http://schemas.xmlsoap.org/soap/actor/next' || role === `${soap12.namespace}/role/next` || role === `${soap12.namespace}/role/ultimateReceiver`
}

function mustUnderstand(block: Element, version: Version): boolean {
  const must = attribute(block, version, 'mustUnderstand') ?? '0'
  if (!['0', '1', 'true', 'false'].includes(must)) throw malformed(`mustUnderstand of '${block.name.slice(0, 80)}' (${block.place}) is 0 or 1.`)
  return must === '1' || must === 'true'
}
