// What `identity({ … })` is told, with what is meant where nothing is said.
import { InputMistake, suggest, type At } from '../failure/index.ts'
import type { Class, FieldName } from '../define/index.ts'
import { accountFields, type Account, type AnyAccount } from './account.ts'
import type { PageOptions } from './pages/index.ts'

export interface IdentityOptions<U extends AnyAccount> {
  /** The class of accounts: `class User extends Account`. */
  readonly user: Class<U>
  readonly signIn?: {
    /** A field of the class, unique, by which somebody may sign in as well as by e-mail. */
    readonly username?: FieldName<U>
    /** Who has not verified their e-mail may sign in. Then whoever signs up learns whether an e-mail has an account already: by trying to sign in. */
    readonly unverified?: boolean
    /** By a link sent to the e-mail. */
    readonly link?: boolean
    /** By a code of eight digits sent to the e-mail. */
    readonly code?: boolean
  }
  /** `fields`: what somebody who signs up may say beside what a new account must have. False: nobody signs up by themselves. */
  readonly signUp?: { readonly fields?: readonly FieldName<U>[] } | false
  readonly passwords?: {
    /** Characters at least: 8 unless said, and never fewer. */
    readonly min?: number
    /** Tests that hash often may hash badly. Never in production: such hashes are broken in no time. */
    readonly cost?: 'for tests'
  }
  /** Days after which a session is over, however much it is used: 30 unless said. */
  readonly sessionDays?: number
  /** Other sites of yours whose pages may write with the cookie of a session, and where pages may lead back to: `https://admin.shop.example`. */
  readonly origins?: readonly string[]
  /** Our pages for signing in, at `/auth`: what they look like, or false for none. */
  readonly pages?: PageOptions | false
  /** How many proxies of yours stand before the server, each of which adds to X-Forwarded-For: 0 unless said. Where it is wrong, guessing is counted for the wrong address. */
  readonly proxies?: number
  /** Who signs access tokens, and whom they are for (`iss` and `aud`): the address of the application. Its name unless said. */
  readonly issuer?: string
}

export interface Settings {
  readonly user: Class<Account>
  readonly username: string | null
  /** Accounts may have no e-mail. */
  readonly emailOptional: boolean
  readonly unverified: boolean
  readonly link: boolean
  readonly code: boolean
  readonly signUp: { readonly fields: readonly string[] } | null
  readonly passwordMin: number
  readonly sessionSeconds: number
  readonly origins: readonly string[]
  readonly proxies: number
}

/** The longest password: what is hashed must not be a novel. */
export const longestPassword = 256

export function settingsOf<U extends AnyAccount>({ user, signIn = {}, signUp = {}, passwords = {}, sessionDays = 30, origins = [], proxies = 0 }: IdentityOptions<U>): Settings {
  return {
    user: user as unknown as Class<Account>, username: signIn.username ?? null, emailOptional: emailIsOptional(user), unverified: signIn.unverified === true, link: signIn.link === true, code: signIn.code === true,
    signUp: signUp === false ? null : { fields: signUp.fields ?? [] }, passwordMin: Math.max(8, passwords.min ?? 8), sessionSeconds: Math.round(sessionDays * 86_400), origins, proxies,
  }
}

/** What an e-mail is compared and kept as. Domains know no capitals, and no provider tells mailboxes apart by them. */
export const foldedEmail = (text: string): string => text.trim().normalize('NFC').toLowerCase()

/** Throws `resolve.value` at the password where it is too short or too long. */
export function checkLength(password: string, { passwordMin }: Pick<Settings, 'passwordMin'>, at: string | At): void {
  const { length } = [...password]
  const detail = length < passwordMin ? `must have at least ${passwordMin} characters` : length > longestPassword ? `must have at most ${longestPassword} characters` : null
  if (detail !== null) throw new InputMistake(at, detail)
}

/** What is wrong with what was told, in sentences. */
export function problemsOf<U extends AnyAccount>({ user, signIn = {}, signUp = {}, passwords = {}, sessionDays = 30, origins = [], proxies = 0 }: IdentityOptions<U>): readonly string[] {
  const members = Reflect.construct(user as unknown as new () => object, []) as Readonly<Record<string, { readonly '~declared'?: { readonly is: string; readonly unique?: boolean; readonly kind?: string; readonly list?: boolean } } | undefined>>
  const names = Object.keys(members), { username } = signIn, named = username === undefined ? undefined : members[username]?.['~declared']
  const fields = signUp === false ? [] : signUp.fields ?? []
  if (!accountFields.every(name => names.includes(name))) return [`${user.name} does not extend Account.`]
  return [
    ...(username === undefined ? [] : named === undefined ? [`signIn.username names '${username}', which is no field of ${user.name}.${suggest(username, names)}`]
      : named.is !== 'field' || named.list === true || !['text', 'slug'].includes(named.kind ?? '') ? [`signIn.username names '${username}', which is no text.`]
      : named.unique !== true ? [`signIn.username names '${username}', which is not unique: a name could be two accounts. Write .unique() there.`] : []),
    ...fields.flatMap(name => ((accountFields as readonly string[]).includes(name) ? [`signUp.fields names '${name}', which nobody says of themselves.`]
      : members[name] === undefined && members[name.replace(/Id$/, '')]?.['~declared']?.is !== 'reference' ? [`signUp.fields names '${name}', which is no field of ${user.name}.${suggest(name, names)}`] : [])),
    ...(passwords.min !== undefined && !(Number.isInteger(passwords.min) && passwords.min >= 8 && passwords.min <= 64) ? [`passwords.min is ${String(passwords.min)}: it is a whole number from 8 to 64.`] : []),
    ...(sessionDays > 0 && sessionDays <= 3660 ? [] : [`sessionDays is ${sessionDays}: it is a number of days.`]),
    ...(Number.isInteger(proxies) && proxies >= 0 && proxies <= 20 ? [] : [`proxies is ${proxies}: it is how many stand before the server.`]),
    ...origins.filter(origin => !isOrigin(origin)).map(origin => `origins has '${origin}', which is no origin. Write 'https://admin.shop.example', without a path.`),
  ]
}
function isOrigin(text: string): boolean {
  try { return new URL(text).origin === text && /^https?:/.test(text) } catch { return false }
}

function emailIsOptional(user: Class<AnyAccount>): boolean {
  const { email } = Reflect.construct(user as unknown as new () => object, []) as { readonly email?: { readonly '~declared'?: { readonly optional?: boolean } } }
  return email?.['~declared']?.optional === true
}
