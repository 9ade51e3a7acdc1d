// The two versions of SOAP: which one a request speaks, its envelope, its media type.

export interface Version {
  readonly name: '1.1' | '1.2'
  readonly namespace: string
  readonly media: string
}
export const soap11: Version = { name: '1.1', namespace: 'http://schemas.xmlsoap.org/soap/envelope/', media: 'text/xml' }
export const soap12: Version = { name: '1.2', namespace: 'http://www.w3.org/2003/05/soap-envelope', media: 'application/soap+xml' }

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** The version of a request by its media type; 1.1 where it is neither's. */
export const versionOf = (headers: Headers): Version => (mediaOf(headers) === soap12.media ? soap12 : soap11)

/** The media type in small letters, without parameters. */
export const mediaOf = (headers: Headers): string => (typeof headers['content-type'] === 'string' ? headers['content-type'].split(';', 1)[0] ?? '' : '').trim().toLowerCase()

/** A parameter of the media type: `charset`, `action`. */
export function parameterOf(headers: Headers, name: string): string | null {
  const type = headers['content-type']
  if (typeof type !== 'string') return null
  const found = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^;\\s]*))`, 'i').exec(type)
  return found === null ? null : found[1] ?? found[2] ?? ''
}

/** A message with this in its body. */
export const enveloped = (version: Version, body: readonly string[]): readonly string[] =>
  [`<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="${version.namespace}"><soap:Body>`, ...body, '</soap:Body></soap:Envelope>\n']
