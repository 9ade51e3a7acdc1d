// Accounts for actions of the application: what a contract of somebody else's, or a flow of its own, is made of. Each says where it belongs: `check` and `hash` are slow and stand in
// `prepare`, the others in `run`, in its transaction.
import { Failure, type At } from '../failure/index.ts'
import { entityOf } from '../model/index.ts'
import type { New } from '../define/index.ts'
import type { Account, AnyAccount, AccountField } from './account.ts'
import { challenge, localeOf } from './challenges.ts'
import { voidCodes } from './codes.ts'
import { insideOf, type Handed } from './inside.ts'
import type { Making } from './making.ts'
import { checkPassword, letIn, userName, type Checked } from './people.ts'
import { openSession, rowsOf, type SessionKind, type SignedIn } from './sessions.ts'
import { checkLength, foldedEmail } from './settings.ts'
import { accountOf, endSessions } from './standing.ts'

/** A password as it is kept. Only `accounts.hash` makes one. */
export interface Hashed { readonly hashed: string }
/** What a new account is made of. */
export type NewAccount<U> = Omit<New<U>, AccountField> & { readonly email: string; readonly password?: Hashed | null; readonly emailVerified?: boolean; readonly roles?: readonly string[] }

export interface Accounts<U extends AnyAccount> {
  /**
   * In `prepare`: what is kept of a password. Throws `resolve.value` (at `at`, `password` unless said) where it is too short, too long or too easily guessed, and `server.busy`. `about`: what is
   * known of whose it is, so that it is none of that. `weak`: the contract takes whatever is long enough.
   */
  hash(password: string, how?: { readonly at?: string | At; readonly about?: readonly string[]; readonly weak?: boolean }): Promise<Hashed>
  /** In `prepare`: whether the password is the account's. Counts the try. Throws `auth.credentials`, `auth.throttled`, `server.busy`. */
  check(given: Handed, who: { readonly login: string; readonly password: string }): Promise<Checked>
  /**
   * In `conflicts`: throws `row.duplicate` where another account than `except` has the e-mail already, or another value that must be unique. For actions whose `run` says so too: that an e-mail is
   * taken is told to whoever asks.
   */
  unique(given: Handed, fields: object, except?: string | null): Promise<void>
  /** In `run`: makes the account, and a mail to verify its e-mail unless that is said to be. Answers its key. Throws `row.duplicate`. */
  signUp(given: Handed, fields: NewAccount<U>): Promise<string>
  /**
   * In `run`: another e-mail or password of an account, on the word of the application: who asks has shown it that they are who they are. Another password ends the account's other sessions; another
   * e-mail is not verified, and gets a mail, unless `emailVerified` says that it is. The former one is told. Throws `row.duplicate`.
   */
  change(given: Handed, userId: string, to: { readonly email?: string; readonly emailVerified?: boolean; readonly password?: Hashed }): Promise<void>
  /** In `run`: a session of whom `check` has let in, or of the account of this key. */
  signIn(given: Handed, who: Checked | { readonly userId: string }, as?: SessionKind): Promise<SignedIn>
}

export function accountsOf<U extends AnyAccount>(making: Making): Accounts<U> {
  const { settings, hashes, strong } = making
  return {
    async hash(password, { at = 'password', about = [], weak = false } = {}) {
      if (weak) checkLength(password, settings, at)
      else await strong(password, at, about)
      return { hashed: await hashes.hash(password) }
    },
    check: (given, who) => checkPassword(insideOf(given), settings, hashes, who),
    async unique(given, fields, except = null) {
      const inside = insideOf(given), entity = entityOf(inside.workings.model, userName(inside)), users = rowsOf(inside.db, entity.name, 'identity: looks whether a value is taken')
      const values = Object.fromEntries(Object.entries(fields).flatMap(([name, x]: [string, unknown]) => (x === null || x === undefined ? [] : [[name, name === 'email' && typeof x === 'string' ? foldedEmail(x) : x]])))
      for (const { fields: names } of entity.uniques) {
        if (!names.every(name => Object.hasOwn(values, name))) continue
        const { data } = await users.find({ where: Object.fromEntries(names.map(name => [name, values[name]])), fields: entity.key, first: 1 })
        if (data.some(row => Reflect.get(row as object, entity.key[0] ?? 'id') !== except)) throw new Failure('row.duplicate', `Another ${entity.title} has this ${names.join(', ')} already.`, { facts: { fields: [...names] } })
      }
    },
    async signUp(given, { email, password, emailVerified = false, ...fields }) {
      const inside = insideOf(given), address = foldedEmail(email)
      const made = await rowsOf(inside.db, userName(inside), 'identity: signs up').create({ ...fields, email: address, emailVerified, ...(password ? { password: password.hashed } : {}) }) as { readonly id: string }
      if (!emailVerified) await challenge(inside, { purpose: 'verifyEmail', email: address, userId: made.id, locale: localeOf(inside) })
      return made.id
    },
    async change(given, userId, { email, emailVerified = false, password }) {
      const inside = insideOf(given), reason = 'identity: changes an account', locale = localeOf(inside), before = String((await accountOf(inside, userId, reason))['email']), sid = inside.caller.claims['sid']
      const address = email === undefined ? before : foldedEmail(email), moved = address !== before
      await rowsOf(inside.db, userName(inside), reason).update(userId, { ...(moved ? { email: address, emailVerified } : {}), ...(password === undefined ? {} : { password: password.hashed }) })
      if (password !== undefined) {
        await endSessions(inside, userId, typeof sid === 'string' ? sid : null, reason)
        await challenge(inside, { purpose: 'passwordChanged', email: before, userId, locale })
      }
      if (!moved) return
      await voidCodes(inside, userId, ['verifyEmail', 'resetPassword', 'changeEmail', 'signInLink', 'signInCode'])
      await challenge(inside, { purpose: 'emailChanged', email: before, to: address, userId, locale })
      if (!emailVerified) await challenge(inside, { purpose: 'verifyEmail', email: address, userId, locale })
    },
    async signIn(given, who, kind = 'token') {
      const inside = insideOf(given)
      if ('login' in who) await letIn(inside, settings, who)
      return openSession(inside, making, who.userId, kind)
    },
  }
}

