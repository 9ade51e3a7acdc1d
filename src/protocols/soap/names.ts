// Namespaces, the service's own among them, and text as XML has it.
import type { Model } from '../../model/index.ts'

export const xsi = 'http://www.w3.org/2001/XMLSchema-instance'
export const wsse = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'
export const wsu = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd'
export const wsdl = 'http://schemas.xmlsoap.org/wsdl/'
export const wsdlSoap11 = 'http://schemas.xmlsoap.org/wsdl/soap/'
export const wsdlSoap12 = 'http://schemas.xmlsoap.org/wsdl/soap12/'
export const xmlNamespace = 'http://www.w3.org/XML/1998/namespace'

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;', '\n': '&#10;', '\t': '&#9;' }
/** Characters that no XML 1.0 document may have: most controls, two that are none, halves of surrogates. */
const unsayable = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

/** Text between tags. What XML cannot say becomes U+FFFD. */
export const escaped = (text: string): string => (/[&<>\r]|[^\t\n -\ud7ff]/.test(text) ? text.replace(unsayable, '�').replace(/[&<>\r]/g, c => entities[c] ?? c) : text)
/** Text between double quotes. */
export const quoted = (text: string): string => text.replace(unsayable, '�').replace(/[&<>"\r\n\t]/g, c => entities[c] ?? c)

/** What the service of a model is called, and the namespace of its messages. */
export const serviceOf = ({ name }: Pick<Model, 'name'>): { readonly name: string; readonly namespace: string } => ({
  name: name.replace(/(^|[^A-Za-z0-9])([A-Za-z0-9])/g, (_, __, letter: string) => letter.toUpperCase()).replace(/[^A-Za-z0-9]|^\d+/g, '') || 'Service',
  namespace: `urn:backwright:${encodeURIComponent(name)}`,
})
