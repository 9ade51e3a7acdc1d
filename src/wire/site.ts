// Whether a request that a browser sends with its cookies comes from a page of this site, or may be the work of another one.

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * Why a request may be another site's; null: it is from a page of ours, of one of `origins`, or from no browser at all. Header names are lower case. Browsers say where a request is from
 * (Sec-Fetch-Site, or before that Origin) and let no page say otherwise; a request whose body a plain form could have sent is refused whoever says what.
 */
export function foreignSite(headers: Headers, origins: readonly string[]): string | null {
  const one = (name: string): string | null => { const value = headers[name]; return typeof value === 'string' ? value : null }
  const origin = one('origin'), site = one('sec-fetch-site'), type = one('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type === 'application/x-www-form-urlencoded' || type === 'multipart/form-data' || type === 'text/plain') return `A body of ${type} is what another site's form could send.`
  if (origin !== null && origins.includes(origin)) return null
  if (site !== null) return site === 'same-origin' || site === 'none' ? null : `The browser says that another site sent this (${site}).`
  if (origin === null) return null
  return hostIn(origin) === one('host')?.toLowerCase() ? null : 'The page that sent this is of another site.'
}

const hostIn = (origin: string): string | null => /^https?:\/\/([^/]+)$/.exec(origin.toLowerCase())?.[1] ?? null
