// Showing again who one is, before something that cannot be undone: by the password, or by having signed in just now.
import { Failure } from '../failure/index.ts'
import { count, perAccount } from './attempts.ts'
import type { Making } from './making.ts'
import type { Inside } from './inside.ts'
import { hashOfAccount } from './people.ts'
import { isFresh, person, stale } from './standing.ts'

/** In `prepare`. A password that is given must be the right one. Throws `auth.credentials`, `auth.throttled`, `auth.stale`, `caller.forbidden`. */
export async function proveAgain(inside: Inside, { settings, hashes }: Making, password: string | null): Promise<void> {
  const { userId } = person(inside)
  if (password === null) {
    if (!isFresh(inside)) throw stale()
    return
  }
  await count(inside, [{ what: 'prove.account', of: userId, patience: perAccount }])
  if (!await hashes.verify(await hashOfAccount(inside, settings, userId), password)) throw new Failure('auth.credentials', 'This is not the password of the account.')
}
