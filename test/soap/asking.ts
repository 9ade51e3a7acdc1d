// Messages sent by hand to the world of the testkit, and answers taken apart.
import { callers, world, type Who } from '../../src/testkit/index.ts'
import { tokenOf, type Listening } from '../rest/listening.ts'
import { tree, type Node } from '../../src/testkit/soap/index.ts'

export const namespace = `urn:backwright:${world.name}`
export const soap11 = 'http://schemas.xmlsoap.org/soap/envelope/'
export const soap12 = 'http://www.w3.org/2003/05/soap-envelope'
export const wsse = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'
export const wsu = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd'

/** An envelope of SOAP 1.1 unless said, with this in its body. */
export const envelope = (body: string, { header = '', version = soap11 }: { header?: string; version?: string } = {}): string =>
  `<s:Envelope xmlns:s="${version}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">${header === '' ? '' : `<s:Header>${header}</s:Header>`}<s:Body>${body}</s:Body></s:Envelope>`
/** An operation's element. */
export const operation = (name: string, inner = ''): string => `<${name} xmlns="${namespace}">${inner}</${name}>`

export interface Asked { readonly as?: Who; readonly headers?: Record<string, string>; readonly type?: string; readonly method?: string }
export interface Answered { readonly status: number; readonly headers: Headers; readonly text: string; readonly body: Node; readonly code: string | null; readonly reason: string; readonly pointers: readonly string[]; readonly fault: string | null }

const find = (node: Node | undefined, ...path: readonly string[]): Node | undefined => path.reduce<Node | undefined>((at, name) => at?.children.find(c => c.name === name), node)

export async function send(at: Pick<Listening, 'serving'>, message: string | Uint8Array<ArrayBuffer>, { as = 'nobody', headers = {}, type = 'text/xml', method = 'POST' }: Asked = {}): Promise<Answered> {
  const token = callers[as].id === null ? null : await tokenOf(as)
  const response = await fetch(`${at.serving.url}/soap`, { method, body: message, headers: { 'content-type': type, ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers } })
  const text = await response.text(), root = tree(text), body = find(root, 'Body')
  if (body === undefined) throw new Error(text)
  const fault = find(body, 'Fault')
  const detail = find(fault, 'detail', 'Failure') ?? find(fault, 'Detail', 'Failure')
  return {
    status: response.status, headers: response.headers, text, body,
    code: find(detail, 'code')?.text ?? null,
    fault: (find(fault, 'faultcode') ?? find(fault, 'Code', 'Value'))?.text.replace(/^.*:/, '') ?? null,
    reason: (find(fault, 'faultstring') ?? find(fault, 'Reason', 'Text'))?.text ?? '',
    pointers: detail?.children.filter(c => c.name === 'mistake').map(m => find(m, 'pointer')?.text ?? '') ?? [],
  }
}
