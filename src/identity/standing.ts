// Who asks, where it must be a person who is signed in here, and sometimes one who has shown just now that they are who they are.
import { Failure } from '../failure/index.ts'
import type { Inside } from './inside.ts'
import { rowsOf } from './sessions.ts'
import { userName } from './people.ts'

/** Minutes after signing in in which somebody need not show again who they are. */
export const freshMinutes = 10

/** The account and the session that ask. Throws `caller.forbidden` for keys and for tokens of others: they are not the person. */
export function person({ caller }: Pick<Inside, 'caller'>): { readonly userId: string; readonly sid: string } {
  const { sid, sub } = caller.claims
  if (typeof sid !== 'string' || typeof sub !== 'string') throw new Failure('caller.forbidden', 'This takes somebody who has signed in here themselves: a key, or a token of somebody else, does not do.')
  return { userId: sub, sid }
}

/** Throws `caller.forbidden` where somebody is signed in as another account than this: a link of somebody else's that they follow does nothing for the other. Who is nobody may: mail is read elsewhere. */
export function notAnother({ caller }: Pick<Inside, 'caller'>, userId: string): void {
  const own = caller.claims['@user.id'] ?? null
  if (own !== null && own !== userId) throw new Failure('caller.forbidden', 'This is of another account than the one that is signed in here. Sign out first, or follow the link where you asked for it.')
}

export function isFresh({ caller }: Pick<Inside, 'caller'>): boolean {
  const since = caller.claims['auth_time']
  return typeof since === 'number' && Date.now() / 1000 - since <= freshMinutes * 60
}
export const stale = (): Failure => new Failure('auth.stale', `This takes the password, or somebody who has signed in within the last ${freshMinutes} minutes.`)

/** Ends the sessions of an account, but one. */
export async function endSessions(inside: Inside, userId: string, but: string | null, reason: string): Promise<void> {
  const { identity } = inside.workings.model
  if (identity === undefined) return
  const sessions = rowsOf(inside.db, identity.session, reason)
  for (;;) {
    const { data } = await sessions.find({ where: but === null ? { userId } : { userId, not: { id: but } }, fields: ['id'], first: 100 })
    for (const { id } of data as readonly { readonly id: string }[]) await sessions.delete(id)
    if (data.length < 100) return
  }
}

/** The account's row as the system sees it. Throws `row.missing`. */
export async function accountOf(inside: Inside, userId: string, reason: string): Promise<Readonly<Record<string, unknown>>> {
  const row = await rowsOf(inside.db, userName(inside), reason).get(userId)
  if (row === null) throw new Failure('row.missing', 'There is no such account any more.')
  return row as Readonly<Record<string, unknown>>
}
