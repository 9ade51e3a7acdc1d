// `identity({ user: User })`: what an application with accounts is declared with. It adds entities and actions to the application's own; nothing of it goes past the engine.
import { model, type Action, type Class, type Field, type IdentityOf, type KeyValue, type ModelOf } from '../define/index.ts'
import type { Account, AnyAccount, AccountField } from './account.ts'
import { accountsOf, type Accounts } from './accounts.ts'
import { entitiesFor, type ApiKeyOf, type SessionOf } from './entities.ts'
import { deleteAccountAction, exportAccountAction } from './flows/account.ts'
import { publishedKeysAction, refreshAction, switchTenantAction } from './flows/app.ts'
import { changeEmailAction, confirmEmailAction, mailing, verifyEmailAction } from './flows/email.ts'
import { createKeyAction } from './flows/keys.ts'
import { signInByCodeAction } from './flows/mailed.ts'
import { changePasswordAction, resetPasswordAction } from './flows/password.ts'
import { signInAction, signOutAction, signUpAction } from './flows/sign.ts'
import type { Making } from './making.ts'
import { hasher, testCost, usualCost } from './passwords.ts'
import { pageSettings } from './pages/index.ts'
import { problemsOf, settingsOf, type IdentityOptions } from './settings.ts'
import { strength } from './strength.ts'
import { signing } from './tokens.ts'

// What flows take and answer, for the types of `db` and of the browser's client.
type Text = Field<'text', never, string>
type MaybeText = Field<'text', 'optional', string>
type Email = Field<'email', never, string>
type Password = Field<'secret', 'hidden', string>
type MaybePassword = Field<'secret', 'hidden' | 'optional', string>
type Time = Field<'timestamp', never, string>
type As = Field<'choice', 'default', 'token' | 'cookie' | 'app'>
type Signed<U> = { readonly userId: KeyValue<U, never>; readonly token: MaybeText; readonly refreshToken: MaybeText; readonly expiresAt: Time }
/** Asked of who signs up, or left to them. */
type EmailOf<U> = U extends { readonly email: Field<any, infer T, any> } ? ('optional' extends T ? Field<'email', 'optional', string> : Email) : never
type Mailed = { readonly email: Text }
/** What somebody who signs up may say: fields that a new account must have, and those that are listed. */
type SignUpMembers<U> = { readonly [P in keyof U as P extends AccountField ? never : U[P] extends Field<any, infer T, any> ? ('kept' extends T ? never : 'hidden' extends T ? never : P) : never]: U[P] }
type Flow<I, O> = Action<null, I, O, {}, undefined>
/** The actions that identity adds. */
export type Flows<U> = {
  readonly signUp: Flow<{ readonly email: EmailOf<U>; readonly password: Password } & SignUpMembers<U>, { readonly email: EmailOf<U> extends Email ? Text : MaybeText }>
  readonly signIn: Flow<{ readonly login: Text; readonly password: Password; readonly as: As }, Signed<U>>
  readonly signOut: Flow<{ readonly everywhere: Field<'boolean', 'default', boolean> }, undefined>
  readonly refresh: Flow<{ readonly refreshToken: MaybeText }, Signed<U>>
  /** Where the application has memberships. */
  readonly switchTenant: Flow<{ readonly tenant: MaybeText }, Signed<U>>
  readonly requestVerification: Flow<{ readonly email: Email }, Mailed>
  readonly verifyEmail: Flow<{ readonly code: Text }, Mailed>
  readonly changeEmail: Flow<{ readonly email: Email; readonly password: MaybePassword }, Mailed>
  readonly confirmEmail: Flow<{ readonly code: Text }, Mailed>
  readonly requestReset: Flow<{ readonly email: Email }, Mailed>
  readonly resetPassword: Flow<{ readonly code: Text; readonly password: Password }, undefined>
  readonly changePassword: Flow<{ readonly current: MaybePassword; readonly password: Password }, Signed<U>>
  readonly requestLink: Flow<{ readonly email: Email }, Mailed>
  readonly requestCode: Flow<{ readonly email: Email }, Mailed>
  readonly signInByCode: Flow<{ readonly code: Text; readonly email: MaybeText; readonly as: As }, Signed<U>>
  readonly createKey: Flow<
    { readonly name: Text; readonly scopes: Field<'text', 'list' | 'optional', string>; readonly readOnly: Field<'boolean', 'default', boolean>; readonly days: Field<'integer', 'optional', number> },
    { readonly id: Text; readonly key: Text; readonly start: Text; readonly expiresAt: Field<'timestamp', 'optional', string> }
  >
  readonly exportAccount: Flow<{ readonly password: MaybePassword }, { readonly account: Field<'json', never, unknown>; readonly rows: Field<'json', never, Readonly<Record<string, unknown>>> }>
  readonly deleteAccount: Flow<{ readonly password: MaybePassword }, undefined>
  readonly publishedKeys: Flow<{}, { readonly keys: Field<'json', never, readonly unknown[]> }>
}
export type Kept<U extends AnyAccount> = { readonly session: Class<SessionOf<U>>; readonly apiKey: Class<ApiKeyOf<U>> }
export interface Identity<U extends AnyAccount> extends IdentityOf<Kept<U>, Flows<U>> {
  /** For actions of the application that make accounts or let somebody in. */
  readonly accounts: Accounts<U>
}

/** Accounts, sessions and keys for `backend({ identity })`. `user` is a class of the model that extends Account. */
export function identity<U extends AnyAccount>(options: IdentityOptions<U>): Identity<U> {
  const settings = settingsOf(options), look = pageSettings(options.pages)
  const making: Making = { settings, hashes: hasher(options.passwords?.cost === 'for tests' ? testCost : usualCost), strong: strength(settings), signing: signing() }
  const entities = entitiesFor(options.user), own = model(entities) as unknown as ModelOf<{}>, actions = actionsFor(own, making, entities)
  return {
    // What the actions' own types say is what is said above, but that the class of accounts is the application's.
    '~entities': entities, '~actions': actions as unknown as Flows<U>, accounts: accountsOf<U>(making),
    '~declared': {
      user: options.user, entities, actions, model: own['~declared'], claims: { email: 'email', email_verified: 'emailVerified', roles: 'roles' }, origins: settings.origins, issuer: options.issuer ?? null,
      settings: { passwordMin: settings.passwordMin, ...look.settings }, problems: [...problemsOf(options).map(problem => `identity: ${problem}`), ...look.problems],
    },
  }
}

function actionsFor(own: ModelOf<{}>, making: Making, entities: ReturnType<typeof entitiesFor>): Readonly<Record<string, unknown>> {
  const { signUp, link, code } = making.settings
  return {
    ...(signUp === null ? {} : { signUp: signUpAction(own, making) }), signIn: signInAction(own, making), signOut: signOutAction(own), refresh: refreshAction(own, making), switchTenant: switchTenantAction(own, making),
    requestVerification: mailing(own, making, 'Sends a mail by which an e-mail is verified.', 'verifyEmail', verified => (verified ? 'accountExists' : 'verifyEmail')), verifyEmail: verifyEmailAction(own),
    changeEmail: changeEmailAction(own, making), confirmEmail: confirmEmailAction(own),
    requestReset: mailing(own, making, 'Sends a mail by which a new password can be set.', 'resetPassword'), resetPassword: resetPasswordAction(own, making), changePassword: changePasswordAction(own, making),
    ...(link ? { requestLink: mailing(own, making, 'Sends a mail with a link that signs in.', 'signInLink') } : {}), ...(code ? { requestCode: mailing(own, making, 'Sends a mail with eight digits that sign in.', 'signInCode') } : {}),
    ...(link || code ? { signInByCode: signInByCodeAction(own, making) } : {}),
    createKey: createKeyAction(own, entities), exportAccount: exportAccountAction(own, making), deleteAccount: deleteAccountAction(own, making), publishedKeys: publishedKeysAction(own, making),
  }
}
