// What a caller brings to say who it is: tokens of ours begin with what they are, so that they are known (and found where they leaked) without asking anybody.

/** `session`: a person signed in; `key`: a program of theirs; `refresh`: what an application gets its next access token with, never a caller by itself. */
export type CredentialKind = 'session' | 'key' | 'refresh'
export const credentialPrefix: Readonly<Record<CredentialKind, string>> = { session: 'bws_', key: 'bwk_', refresh: 'bwr_' }

/** The key of its row (a UUID in base64url) and its secret (32 bytes). */
export interface Credential { readonly kind: CredentialKind; readonly id: string; readonly secret: string }

/** Takes a token of ours apart; null where it is none, or could never have been one. */
export function readCredential(token: string): Credential | null {
  const [, prefix, id, secret] = /^(bw[skr]_)([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/.exec(token) ?? []
  if (prefix === undefined || id === undefined || secret === undefined) return null
  const hex = [...atob(id.replaceAll('-', '+').replaceAll('_', '/'))].map(c => c.charCodeAt(0).toString(16).padStart(2, '0')).join('')
  const kind = (Object.keys(credentialPrefix) as CredentialKind[]).find(k => credentialPrefix[k] === prefix)
  return kind === undefined ? null : { kind, id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'), secret }
}

/** The token of a row: `id` is its key, a UUID. */
export function credentialText(kind: CredentialKind, id: string, secret: string): string {
  const bytes = id.replaceAll('-', '').replace(/../g, hex => String.fromCharCode(Number.parseInt(hex, 16)))
  return `${credentialPrefix[kind]}${btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}.${secret}`
}
