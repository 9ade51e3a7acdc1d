// Finding and making accounts, for flows of ours and for actions of the application.
import { Failure } from '../failure/index.ts'
import type { Inside } from './inside.ts'
import { count, forgive, giveBack, networkOf, perAccount, perAddress, type Counted } from './attempts.ts'
import type { Hasher } from './passwords.ts'
import { addressOf, rowsOf } from './sessions.ts'
import { foldedEmail, type Settings } from './settings.ts'

/** What of an account is needed to let somebody in. */
export interface Found { readonly id: string; readonly email: string | null; readonly verified: boolean; readonly password: string | null }

/** The account of an e-mail or a user name; as the store has it, its hash too. */
export async function findByLogin({ sql }: Pick<Inside, 'sql'>, { user, username }: Settings, login: string): Promise<Found | null> {
  const email = foldedEmail(login)
  const column = (name: string) => sql.column(user as never, name as never)
  const named = username === null ? sql`select ${column('id')} as id, ${column('email')} as email, ${column('emailVerified')} as verified, ${column('password')} as password from ${sql.table(user)} where ${column('email')} = ${email} limit 1`
    : sql`select ${column('id')} as id, ${column('email')} as email, ${column('emailVerified')} as verified, ${column('password')} as password from ${sql.table(user)}
        where ${column('email')} = ${email} or ${column(username)} = ${login.trim()} order by ${column('email')} = ${email} desc limit 1`
  const [found] = await named
  return found === undefined ? null : found as unknown as Found
}

/** The account of an e-mail, in its folded form. */
export async function findByEmail({ sql }: Pick<Inside, 'sql'>, { user }: Settings, email: string): Promise<{ readonly id: string; readonly verified: boolean } | null> {
  const column = (name: string) => sql.column(user as never, name as never)
  const [found] = await sql`select ${column('id')} as id, ${column('emailVerified')} as verified from ${sql.table(user)} where ${column('email')} = ${email}`
  return found === undefined ? null : found as unknown as { readonly id: string; readonly verified: boolean }
}

/** What is kept of an account's password; null: it has none. */
export async function hashOfAccount({ sql }: Pick<Inside, 'sql'>, { user }: Settings, id: string): Promise<string | null> {
  const column = (name: string) => sql.column(user as never, name as never)
  const [found] = await sql<{ readonly password: string | null }>`select ${column('password')} as password from ${sql.table(user)} where ${column('id')} = ${id}::uuid`
  return found?.password ?? null
}

/** What guessing at a sign-in is counted by: where it comes from, and whose account it is at, by whichever of its names; where there is none, by the name. */
export const guessing = (inside: Pick<Inside, 'request'>, settings: Settings, account: string): readonly Counted[] => {
  const address = addressOf(inside, settings)
  return [...(address === null ? [] : [{ what: 'signIn.address', of: networkOf(address), patience: perAddress }]), { what: 'signIn.account', of: account, patience: perAccount }]
}

/** Somebody whose password was the right one. */
export interface Checked { readonly userId: string; readonly login: string; readonly rehashed: string | null }

/** Checks a password. Before any transaction: it takes its time. Unknown accounts cost as much as known ones. Throws `auth.credentials`, `auth.throttled`, `server.busy`. */
export async function checkPassword(inside: Inside, settings: Settings, hashes: Hasher, { login, password }: { readonly login: string; readonly password: string }): Promise<Checked> {
  const found = await findByLogin(inside, settings, login)
  await count(inside, guessing(inside, settings, found?.id ?? foldedEmail(login)))
  const right = await hashes.verify(found?.password ?? null, password)
  if (!right || found === null || !(found.verified || settings.unverified || found.email === null)) {
    throw new Failure('auth.credentials', settings.unverified ? 'There is no account of this name with this password.' : 'There is no account of this name with this password, or its e-mail is not verified yet.')
  }
  const rehashed = found.password !== null && hashes.outdated(found.password) ? await hashes.hash(password) : null
  return { userId: found.id, login, rehashed }
}

/** What follows a sign-in, in its transaction. */
export async function letIn(inside: Inside, settings: Settings, { userId, rehashed }: Checked): Promise<void> {
  const counted = guessing(inside, settings, userId)
  await forgive(inside, counted.filter(c => c.what === 'signIn.account'))
  await giveBack(inside, counted.filter(c => c.what === 'signIn.address'))
  if (rehashed !== null) await rowsOf(inside.db, userName(inside), 'identity: hashes a password as is usual now').update(userId, { password: rehashed })
}

export function userName({ workings }: Pick<Inside, 'workings'>): string {
  const { identity } = workings.model
  if (identity === undefined) throw new Error('the model has no identity')
  return identity.user
}
