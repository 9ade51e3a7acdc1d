// What every account has: the base class that an application extends with fields and relations of its own. What identity keeps of it, only identity's actions write.
import { boolean, email, entity, Field, list, secret, text, type Base, type KindName, type Trait } from '../define/index.ts'

/** What is written by identity's own actions: no body of a request names it, whatever the rules allow. */
export const ours = <K extends KindName, T extends Trait, O>(of: Field<K, T, O>): Field<K, T | 'kept', O> => new Field({ ...of['~declared'], ours: true })

/** Passwords are kept as what argon2id makes of them; anything else, a plain one above all, does not fit the column. */
export const hashPattern = '^\\$argon2id\\$v=19\\$m=\\d+,t=\\d+,p=\\d+\\$[A-Za-z0-9+/]{22}\\$[A-Za-z0-9+/]{43}$'

const hashed = (): Field<'secret', 'hidden' | 'optional' | 'kept', string> => {
  const made = secret()
  return ours(new Field<'secret', 'hidden' | 'optional', string>({ ...made['~declared'], optional: true, bounds: { pattern: hashPattern } }))
}
/** In small letters: two spellings are one address. */
const address = (): Field<'email', 'kept', string> => {
  const made = email()
  return ours(new Field<'email', never, string>({ ...made['~declared'], unique: true, classified: 'pii', bounds: { maxLength: 254, pattern: '^[^@\\s\\p{Lu}]+@[^@\\s\\p{Lu}]+$' } }))
}

const rolesOf = (): Field<'text', 'list' | 'default', string> => new Field({ ...list(text({ max: 60 }), { max: 50 }).default([]).by('admin')['~declared'], ours: true })

const bound: abstract new () => Base<{ readonly caller: true }> = entity({ caller: true })

/** An account: `class User extends Account { name = text({ max: 100 }) }`. A caller who signed in is bound to its row as `user`. */
export abstract class Account extends bound {
  /** Where its mail goes, and what it signs in with unless a user name is. */
  email: Field<'email', 'kept', string> = address()
  /** Whether who has the account has shown that mail reaches them there. */
  emailVerified: Field<'boolean', 'default' | 'kept', boolean> = ours(boolean().default(false))
  /** What argon2id makes of the password; none: it is signed in to by other ways. */
  password: Field<'secret', 'hidden' | 'optional' | 'kept', string> = hashed()
  /** What `caller.is('staff')` asks. Set by whoever has the role `admin` and may change the row, and by actions. */
  roles: Field<'text', 'list' | 'default', string> = rolesOf()
}
/** An account of any kind. */
export type AnyAccount = Omit<Account, 'email'> & { readonly email: Field<'email', any, string> }
type WithoutEmail = abstract new () => Omit<Account, 'email'> & { email: Field<'email', 'kept' | 'optional', string> }

/** Accounts that need no e-mail, and sign in with a user name: `class Player extends account({ email: 'optional' })`. Who has none gets no mail, and no new password by it. */
export function account(_options: { readonly email: 'optional' }): WithoutEmail {
  abstract class Named extends bound {
    email: Field<'email', 'kept' | 'optional', string> = new Field<'email', 'kept' | 'optional', string>({ ...address()['~declared'], optional: true })
    emailVerified: Field<'boolean', 'default' | 'kept', boolean> = ours(boolean().default(false))
    password: Field<'secret', 'hidden' | 'optional' | 'kept', string> = hashed()
    roles: Field<'text', 'list' | 'default', string> = rolesOf()
  }
  return Named
}

/** The fields that an account has of us. */
export const accountFields = ['id', 'createdAt', 'updatedAt', 'version', 'email', 'emailVerified', 'password', 'roles'] as const
export type AccountField = (typeof accountFields)[number]
