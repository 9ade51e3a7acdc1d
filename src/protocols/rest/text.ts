// Text out of URLs: percent-decoding that refuses what cannot be read, once and loudly.
import { Failure } from '../../failure/index.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })
const special = /[%+\u0080-\uffff]/

export const malformed = (detail: string): Failure => new Failure('request.malformed', detail)

/** For messages: cut, so that nobody's long input comes back whole. */
export const shown = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text)

/** A part of a query string as text; `+` is a space, as forms and URLSearchParams write it. Bytes that were not percent-encoded count as UTF-8. Throws `request.malformed`. */
export function fromQuery(raw: string): string {
  return special.test(raw) ? decoded(raw.replaceAll('+', ' '), raw) : raw
}

/** A part of a path as text. Throws `request.malformed`. */
export function fromPath(raw: string): string {
  return special.test(raw) ? decoded(raw, raw) : raw
}

function decoded(text: string, raw: string): string {
  try {
    // Node hands over bytes above 127 as one character each.
    const whole = /[\u0080-\u00ff]/.test(text) ? utf8.decode(Buffer.from(text, 'latin1')) : text
    const plain = decodeURIComponent(whole)
    if (!plain.includes('\0')) return plain
  } catch {
    throw malformed(`'${shown(raw)}' is not percent-encoded UTF-8. Write a percent sign as %25.`)
  }
  throw malformed(`'${shown(raw)}' contains a null character, which no value may.`)
}
