// The package's entry: everything an application is declared with.
export * from './define/index.ts'
export { account, Account, identity, type Accounts, type Checked, type Hashed, type Identity, type IdentityOptions, type NewAccount, type SessionKind, type SignedIn } from './identity/index.ts'
export { Failure, InputMistake } from './failure/index.ts'
export { DeclarationErrors, type DeclarationMistake } from './model/compile/index.ts'
export {
  DataMistake, loadData, open, SchemaDiffers, type Application, type Changed, type Loaded, type MountingOptions, type OpenOptions, type ServingOptions,
} from './application/index.ts'
export type { Mounted, Serving } from './server/index.ts'
export { jsonLog, readableLog, toAll, type Observation, type Observe, type Served } from './observe/index.ts'
