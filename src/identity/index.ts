// Identity: accounts, sessions, keys, and the flows by which somebody comes to be signed in; declared with what an application is declared with.
export { account, Account } from './account.ts'
export type { Accounts, Hashed, NewAccount } from './accounts.ts'
export { challengeCode, codeHash, goodFor, type Purpose } from './challenges.ts'
export type { ApiKeyOf, SessionOf } from './entities.ts'
export { identity, type Flows, type Identity, type Kept } from './identity.ts'
export type { SessionKind, SignedIn } from './sessions.ts'
export type { IdentityOptions } from './settings.ts'
export type { Checked } from './people.ts'
