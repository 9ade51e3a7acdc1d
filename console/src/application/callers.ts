// Who one may look as: the ready-made callers of development. They are told to this machine's own pages only; from elsewhere there is the visitor, and a token of one's own.

export interface Caller { readonly name: string; readonly headers: Readonly<Record<string, string>> }

export const visitor: Caller = { name: 'visitor', headers: {} }

/** The visitor first, then people and roles as the application names them. */
export async function readCallers(root: string): Promise<readonly Caller[]> {
  const answer = await fetch(`${root}/dev/as`).catch(() => null)
  if (answer === null || !answer.ok) return [visitor]
  const { data } = await answer.json() as { readonly data: readonly Caller[] }
  return [data.find(c => c.name === 'visitor') ?? visitor, ...data.filter(c => c.name !== 'visitor')]
}
