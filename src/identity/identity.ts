// `identity({ user: User })`: what an application with accounts is declared with. It adds entities and actions to the application's own; nothing of it goes past the engine.
import { model, type Action, type Class, type Field, type IdentityOf } from '../define/index.ts'
import type { Account, AccountField } from './account.ts'
import { accountsOf, type Accounts } from './accounts.ts'
import { entitiesFor, type ApiKeyOf, type SessionOf } from './entities.ts'
import { signInAction, signOutAction, signUpAction } from './flows.ts'
import { hasher, testCost, usualCost } from './passwords.ts'
import { pageSettings } from './pages/index.ts'
import { settingsOf, type IdentityOptions } from './settings.ts'

// What flows take and answer, for the types of `db` and of the browser's client.
type Text = Field<'text', never, string>
type MaybeText = Field<'text', 'optional', string>
type Password = Field<'secret', 'hidden', string>
type As = Field<'choice', 'default', 'token' | 'cookie' | 'app'>
type Signed = { readonly userId: Text; readonly token: MaybeText; readonly refreshToken: MaybeText; readonly expiresAt: Field<'timestamp', never, string> }
/** What somebody who signs up may say: fields that a new account must have, and those that are listed. */
type SignUpMembers<U> = { readonly [P in keyof U as P extends AccountField ? never : U[P] extends Field<any, infer T, any> ? ('kept' extends T ? never : 'hidden' extends T ? never : P) : never]: U[P] }
type Flow<I, O> = Action<null, I, O, {}, unknown>
export type Flows<U> = {
  readonly signUp: Flow<{ readonly email: Field<'email', never, string>; readonly password: Password } & SignUpMembers<U>, { readonly email: Text }>
  readonly signIn: Flow<{ readonly login: Text; readonly password: Password; readonly as: As }, Signed>
  readonly signOut: Flow<{}, undefined>
}
export type Kept<U extends Account> = { readonly session: Class<SessionOf<U>>; readonly apiKey: Class<ApiKeyOf<U>> }
export interface Identity<U extends Account> extends IdentityOf<Kept<U>, Flows<U>> {
  /** For actions of the application that make accounts or let somebody in. */
  readonly accounts: Accounts<U>
}

/** Accounts, sessions and keys for `backend({ identity })`. `user` is a class of the model that extends Account. */
export function identity<U extends Account>(options: IdentityOptions<U>): Identity<U> {
  const settings = settingsOf(options), hashes = hasher(options.passwords?.cost === 'for tests' ? testCost : usualCost)
  const look = pageSettings(options.pages)
  const entities = entitiesFor(options.user), own = model({}), making = { settings, hashes }
  const actions = { ...(settings.signUp === null ? {} : { signUp: signUpAction(own, making) }), signIn: signInAction(own, making), signOut: signOutAction(own) }
  return {
    // What the actions' own types say is what is said here, but that the class of accounts is the application's.
    '~entities': entities, '~actions': actions as unknown as Flows<U>, accounts: accountsOf<U>(settings, hashes),
    '~declared': {
      user: options.user, entities, actions, model: own['~declared'], claims: { email: 'email', email_verified: 'emailVerified', roles: 'roles' }, origins: settings.origins, settings: { passwordMin: settings.passwordMin, ...look.settings }, problems: look.problems,
    },
  }
}
