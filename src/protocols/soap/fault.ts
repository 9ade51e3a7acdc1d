// Failures as faults of the version that was asked in: SOAP's own code and reason, and the row of the table as typed detail.
import type { At, Fact, Failure } from '../../failure/index.ts'
import type { Exchange, Reply } from '../protocol.ts'
import { escaped, quoted, xsi } from './names.ts'
import { enveloped, soap12, versionOf, type Version } from './version.ts'

/** What SOAP itself has a code for; all others are the sender's or the receiver's. */
export type Special =
  | { readonly code: 'VersionMismatch' }
  | { readonly code: 'MustUnderstand'; readonly blocks: readonly { readonly namespace: string; readonly name: string }[] }
  | { readonly code: 'DataEncodingUnknown' }

/** What an action declared: the element of the detail, and its facts as they stand in it. */
export interface Told { readonly element: string; readonly facts: string }
/** What is known of a failure beside itself. */
export interface Beside { readonly special?: Special; readonly told?: Told }

/** What HTTP says before any envelope is looked at keeps its own status. */
const transport: ReadonlySet<string> = new Set([
  'request.route', 'request.method', 'request.accept', 'request.size', 'request.url', 'request.media', 'request.headers', 'request.timeout', 'server.stopping',
])
/** Seconds until a repeat makes sense, where the failure does not say itself. */
const patience = 1

/** A place in a message as a path from the operation's element: `/data/items/0/quantity`. */
export const pointer = (at: At): string => at.map(part => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

const tag = (name: string, value: string | number): string => `<${name}>${escaped(String(value))}</${name}>`

export function fault(failure: Failure, { id, method, headers }: Pick<Exchange, 'id' | 'method' | 'headers'>, namespace: string, { special = null, told = null }: { readonly special?: Special | null; readonly told?: Told | null } = {}): Reply {
  const version = versionOf(headers), row = failure.row
  const { retryAfter: after, allow } = failure.facts
  return {
    // SOAP 1.1: whatever the body could not do is 500. SOAP 1.2: 400 where it is the sender's.
    status: transport.has(failure.code) || method !== 'POST' ? row.status : version === soap12 && row.blame === 'caller' && (special === null || special.code === 'DataEncodingUnknown') ? 400 : 500,
    headers: {
      'content-type': `${version.media}; charset=utf-8`, 'cache-control': 'no-store',
      ...(row.retry === 'later' ? { 'retry-after': String(typeof after === 'number' ? Math.max(1, Math.ceil(after)) : patience) } : {}),
      ...(typeof allow === 'string' ? { allow } : {}),
      ...(failure.code === 'request.media' ? { 'accept-post': 'text/xml, application/soap+xml' } : {}),
    },
    body: version === soap12 ? faultOf12(failure, id, namespace, special, told) : faultOf11(failure, id, namespace, special, told),
  }
}

function detail(failure: Failure, id: string, declared: string | null): readonly string[] {
  const row = failure.row, hidden = failure.code === 'internal'
  const all = failure.mistakes.length > 0 ? failure.mistakes : failure.at.length > 0 ? [{ at: failure.at, detail: failure.message }] : []
  const facts = hidden || declared !== null ? [] : Object.entries(failure.facts)
  const text = (value: Fact): string => (typeof value === 'object' ? JSON.stringify(value) : String(value))
  return [
    tag('code', failure.code), tag('title', row.title), tag('status', row.status), tag('retry', row.retry), tag('request', id),
    ...(hidden ? [] : all.map(m => `<mistake>${tag('pointer', pointer(m.at))}${tag('detail', m.detail)}</mistake>`)),
    ...facts.map(([name, value]) => `<fact>${tag('name', name)}${(Array.isArray(value) ? value as readonly Fact[] : value === null ? [] : [value]).map(v => tag('value', text(v))).join('')}</fact>`),
    ...(declared === null ? [] : [declared]),
  ]
}

const reason = (failure: Failure, id: string): string => (failure.code === 'internal' ? `This is not your fault. Quote the request id ${id} when you report it.` : failure.message)
/** One entry, since clients make exceptions of a detail that has one. */
const typed = (failure: Failure, id: string, namespace: string, told: Told | null): string => {
  const { element, facts } = told ?? { element: 'Failure', facts: null }
  return `<${element} xmlns="${quoted(namespace)}"${facts?.includes('xsi:') === true ? ` xmlns:xsi="${xsi}"` : ''}>${detail(failure, id, facts).join('')}</${element}>`
}

function faultOf11(failure: Failure, id: string, namespace: string, special: Special | null, told: Told | null): Reply['body'] {
  const code = special === null || special.code === 'DataEncodingUnknown' ? (failure.row.blame === 'caller' ? 'Client' : 'Server') : special.code
  // Detail is about the body: a header that was not understood has none.
  const more = special?.code === 'MustUnderstand' ? '' : `<detail>${typed(failure, id, namespace, told)}</detail>`
  return enveloped({ ...versionOf({}) }, [`<soap:Fault><faultcode>soap:${code}</faultcode><faultstring xml:lang="en">${escaped(reason(failure, id))}</faultstring>${more}</soap:Fault>`])
}

function faultOf12(failure: Failure, id: string, namespace: string, special: Special | null, told: Told | null): Reply['body'] {
  const code = special?.code ?? (failure.row.blame === 'caller' ? 'Sender' : 'Receiver')
  const subcode = special === null ? `<soap:Subcode><soap:Value xmlns:f="${quoted(namespace)}">f:${failure.code}</soap:Value></soap:Subcode>` : ''
  const body = `<soap:Fault><soap:Code><soap:Value>soap:${code}</soap:Value>${subcode}</soap:Code><soap:Reason><soap:Text xml:lang="en">${escaped(reason(failure, id))}</soap:Text></soap:Reason>${
    special === null ? `<soap:Detail>${typed(failure, id, namespace, told)}</soap:Detail>` : ''}</soap:Fault>`
  return headed(soap12, special, enveloped(soap12, [body]))
}

/** The header blocks that go with a fault of SOAP 1.2's own. */
function headed(version: Version, special: Special | null, message: readonly string[]): readonly string[] {
  const blocks = special?.code === 'MustUnderstand'
    ? special.blocks.map(b => `<soap:NotUnderstood qname="b:${quoted(b.name)}" xmlns:b="${quoted(b.namespace)}"/>`)
    : special?.code === 'VersionMismatch'
      ? [`<soap:Upgrade><soap:SupportedEnvelope qname="a:Envelope" xmlns:a="${version.namespace}"/><soap:SupportedEnvelope qname="b:Envelope" xmlns:b="http://schemas.xmlsoap.org/soap/envelope/"/></soap:Upgrade>`]
      : []
  if (blocks.length === 0) return message
  const [head = '', ...rest] = message
  return [head.replace('<soap:Body>', `<soap:Header>${blocks.join('')}</soap:Header><soap:Body>`), ...rest]
}
