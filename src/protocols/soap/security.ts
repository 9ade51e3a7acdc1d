// WS-Security: who asks, by a token in a BinarySecurityToken or a user name and a password in plain text. Signatures, encryption and digests are not understood, and refused.
import { Failure } from '../../failure/index.ts'
import { wsse, wsu } from './names.ts'
import type { Element } from './xml.ts'

export type Credentials =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'password'; readonly username: string; readonly password: string }

const profile = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0'
const refused = (detail: string): Failure => new Failure('caller.token', detail)
/** How far clocks may differ. */
const leeway = 60_000

/** What the header says of the caller; null: nothing (a timestamp alone). Throws `caller.token`. */
export function credentialsOf(security: Element, now = Date.now()): Credentials | null {
  let found: Credentials | null = null
  for (const child of security.children) {
    if (child.namespace === wsu && child.name === 'Timestamp') { timely(child, now); continue }
    const credentials = child.namespace !== wsse ? null : child.name === 'UsernameToken' ? usernameToken(child) : child.name === 'BinarySecurityToken' ? binaryToken(child) : null
    if (credentials === null) throw refused(`'${child.name.slice(0, 80)}' of WS-Security is not understood here. There are: UsernameToken, BinarySecurityToken, Timestamp.`)
    if (found !== null) throw refused('WS-Security says twice who you are.')
    found = credentials
  }
  return found
}

function usernameToken(token: Element): Credentials {
  const one = (name: string): Element | undefined => {
    const [first, second] = token.children.filter(c => c.namespace === wsse && c.name === name)
    if (second !== undefined) throw refused(`The UsernameToken has two of ${name}.`)
    return first
  }
  const username = one('Username'), password = one('Password')
  if (username === undefined || password === undefined) throw refused('A UsernameToken has a Username and a Password.')
  const type = password.attributes.find(a => a.namespace === '' && a.name === 'Type')?.value.trim() ?? `${profile}#PasswordText`
  if (type !== `${profile}#PasswordText`) throw refused(`The Password is ${type.slice(type.lastIndexOf('#') + 1).slice(0, 80)}; only PasswordText is taken. Send it over TLS.`)
  return { kind: 'password', username: username.text.trim(), password: password.text.trim() }
}

/** A JSON Web Token as it is, or in base64 as the header's own encoding has it. */
function binaryToken(token: Element): Credentials {
  const text = token.text.replace(/\s+/g, '')
  if (text.split('.').length === 3) return { kind: 'token', token: text }
  const decoded = Buffer.from(text, 'base64').toString('utf8')
  if (decoded.split('.').length !== 3) throw refused('The BinarySecurityToken is no JSON Web Token.')
  return { kind: 'token', token: decoded }
}

function timely(timestamp: Element, now: number): void {
  const time = (name: string): number | null => {
    const text = timestamp.children.find(c => c.namespace === wsu && c.name === name)?.text.trim()
    if (text === undefined) return null
    const at = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : NaN
    if (Number.isNaN(at)) throw refused(`${name} of the Timestamp is no date and time.`)
    return at
  }
  const created = time('Created'), expires = time('Expires')
  if (created !== null && created > now + leeway) throw refused('The Timestamp lies in the future.')
  if (expires !== null && expires < now - leeway) throw refused('The Timestamp has expired.')
}
