// Who one may look as: the ready-made callers of development. They are told to this machine's own pages only; from elsewhere there is the visitor, and a token of one's own.

export interface Caller { readonly name: string; readonly headers: Readonly<Record<string, string>>; /** Of a token that somebody brought: kept nowhere but here. */ readonly brought?: true }

export const visitor: Caller = { name: 'visitor', headers: {} }

/** Whose token this is: by what it says of itself, its subject or e-mail, else by a number. It is not checked here; the server does that. */
export function brought(token: string, others: readonly Caller[]): Caller {
  const { email, sub } = claimsOf(token)
  const said = [email, sub].find(text => typeof text === 'string' && /^[\w.@+-]{1,40}$/.test(text))
  const name = typeof said === 'string' ? said : 'token'
  const taken = (one: string): boolean => others.some(c => c.name === one)
  const free = taken(name) ? [2, 3, 4, 5, 6, 7, 8, 9].map(n => `${name}-${n}`).find(one => !taken(one)) ?? `${name}-${others.length}` : name
  return { name: free, headers: { Authorization: `Bearer ${token}` }, brought: true }
}

function claimsOf(token: string): { readonly email?: unknown; readonly sub?: unknown } {
  try {
    const claims: unknown = JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')))
    return typeof claims === 'object' && claims !== null ? claims : {}
  } catch {
    return {}
  }
}

/** The visitor first, then people and roles as the application names them. */
export async function readCallers(root: string): Promise<readonly Caller[]> {
  const answer = await fetch(`${root}/dev/as`).catch(() => null)
  if (answer === null || !answer.ok) return [visitor]
  const { data } = await answer.json() as { readonly data: readonly Caller[] }
  return [data.find(c => c.name === 'visitor') ?? visitor, ...data.filter(c => c.name !== 'visitor')]
}
