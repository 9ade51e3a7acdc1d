// Cross-origin requests (CORS). An answer allows cookies only to the sites that the application names as its own (`identity({ origins })`); anybody else is known by a token in a header.

export interface Origins {
  readonly allows: (origin: string) => boolean
}

/** In development pages on this machine, and what is listed; in production only what is listed. `*`: every origin. */
export function origins(listed: readonly string[], development: boolean): Origins {
  const set = new Set(listed)
  return { allows: origin => set.has('*') || set.has(origin) || (development && isLoopback(hostOf(origin))) }
}

/** Host name of an origin or of a Host header; empty where it cannot be read. */
export function hostOf(text: string): string {
  try {
    return new URL(text.includes('://') ? text : `http://${text}`).hostname
  } catch {
    return ''
  }
}

/** A name or address of this machine only. */
export function isLoopback(host: string): boolean {
  const plain = host.replace(/^\[|\]$/g, '').replace(/^::ffff:/, '')
  return plain === 'localhost' || plain === '::1' || plain.endsWith('.localhost') || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(plain)
}

const exposed = 'ETag, Location, Page-More, Idempotency-Key, Idempotent-Replayed, X-Request-Id, Server-Timing, Retry-After, WWW-Authenticate, Allow'

/** Headers that let a page of `origin` read the answer. */
export function allowing(origin: string, cookies = false): Readonly<Record<string, string>> {
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': exposed, ...(cookies ? { 'access-control-allow-credentials': 'true' } : {}) }
}

/** The answer to a preflight: `methods` as asked for, `headers` as asked for where they are header names. */
export function preflight(origin: string, headers: string | undefined, cookies = false): Readonly<Record<string, string>> {
  const asked = (headers ?? '').split(',').map(x => x.trim()).filter(x => /^[\w!#$%&'*+.^`|~-]{1,64}$/.test(x)).slice(0, 50)
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, HEAD, POST, PATCH, PUT, DELETE, OPTIONS',
    ...(asked.length === 0 ? {} : { 'access-control-allow-headers': asked.join(', ') }),
    'access-control-max-age': '600', ...(cookies ? { 'access-control-allow-credentials': 'true' } : {}),
  }
}
