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
  /** Which request this is, as its header says. */
  readonly key: string | null
}

/** Notes what is known of a failure beside itself, and gives it back to be thrown. */
export type Refuse = (failure: Failure, beside: Beside) => Failure

/** Takes the envelope apart; `namespace`: the service's. Throws `request.malformed`; `refuse` notes which code of SOAP's own goes with a failure. */
export function openEnvelope(root: Element, version: Version, namespace: string, refuse: Refuse): Envelope {
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
  return { content, ...(header === undefined ? { security: null, key: null } : blocksOf(header, version, namespace, refuse)) }
}

/** Header blocks for us: two are known; any other that must be understood is refused, as SOAP has it. */
function blocksOf(header: Element, version: Version, namespace: string, refuse: Refuse): Pick<Envelope, 'security' | 'key'> {
  const known = (block: Element): boolean => (block.namespace === wsse && block.name === 'Security') || (block.namespace === namespace && block.name === 'IdempotencyKey')
  const ours = header.children.filter(block => isOurs(block, version))
  const unknown = ours.filter(block => !known(block) && mustUnderstand(block, version))
  if (unknown.length > 0) {
    const names = unknown.map(b => `'${b.name.slice(0, 80)}' of '${b.namespace.slice(0, 80)}'`).join(', ')
    throw refuse(malformed(`The header ${names} must be understood and is not. There are: WS-Security, IdempotencyKey.`), { special: { code: 'MustUnderstand', blocks: unknown } })
  }
  const one = (of: string, name: string, said: string): Element | null => {
    const [first = null, another] = ours.filter(block => block.namespace === of && block.name === name)
    if (another !== undefined) throw malformed(`The message has two headers of ${said} (${another.place}).`)
    return first
  }
  return { security: one(wsse, 'Security', 'WS-Security'), key: one(namespace, 'IdempotencyKey', 'IdempotencyKey')?.text.trim() ?? null }
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
