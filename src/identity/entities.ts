// What identity keeps beside accounts, as ordinary entities under rules: who has them reads and ends them.
import { access, allow, boolean, choice, Entity, Field, list, ref, Ref, secret, text, timestamp, type Class } from '../define/index.ts'
import { Account, type AnyAccount, ours } from './account.ts'

type Kept = { readonly id: Entity['id']; readonly createdAt: Entity['createdAt']; readonly updatedAt: Entity['updatedAt']; readonly version: Entity['version'] }
type Owner<U> = Ref<U, 'fixed'>
type Hash = Field<'secret', 'hidden' | 'kept', string>
type OptionalHash = Field<'secret', 'hidden' | 'kept' | 'optional', string>
type Time = Field<'timestamp', 'kept', string>
type OptionalTime = Field<'timestamp', 'kept' | 'optional', string>

/** Where somebody is signed in. Deleting it signs out there. */
export type SessionOf<U = Account> = Entity & Kept & {
  readonly user: Owner<U>
  /** `token`: whoever has it; `cookie`: a browser; `app`: an application that gets access tokens anew. */
  readonly kind: Field<'choice', 'kept', 'token' | 'cookie' | 'app'>
  readonly device: Field<'text', 'kept' | 'optional', string>
  readonly address: Field<'text', 'kept' | 'optional', string>
  readonly signedInAt: Time
  readonly lastUsedAt: OptionalTime
  readonly expiresAt: Time
  readonly renewedAt: Time
  readonly roles: Field<'text', 'list' | 'default' | 'kept', string>
  readonly tenant: Field<'text', 'kept' | 'optional', string>
  readonly token: Hash
  readonly seed: OptionalHash
}
/** A key by which a program asks as its owner, or as less. */
export type ApiKeyOf<U = Account> = Entity & Kept & {
  readonly user: Owner<U>
  readonly name: Field<'text', never, string>
  /** What it begins with, so that it is known again. */
  readonly start: Field<'text', 'kept', string>
  /** The roles of its owner that it has; null: all. */
  readonly scopes: Field<'text', 'kept' | 'optional' | 'list', string>
  readonly readOnly: Field<'boolean', 'kept' | 'default', boolean>
  readonly tenant: Field<'text', 'kept' | 'optional', string>
  readonly lastUsedAt: OptionalTime
  readonly expiresAt: OptionalTime
  readonly token: Hash
}

/** Set by us, never by a body. */
const theirs = <U extends object>(owner: Class<U>): Ref<U, 'fixed'> => new Ref({ ...ref(() => owner).fixed().cascade()['~declared'], ours: true })

/** The classes for accounts of this class. */
export function entitiesFor<U extends AnyAccount>(user: Class<U>): { readonly session: Class<SessionOf<U>>; readonly apiKey: Class<ApiKeyOf<U>> } {
  const owner = user as unknown as Class<Account>
  /** Where somebody is signed in. Deleting it signs out there. */
  class Session extends Entity {
    user = theirs(owner)
    kind = ours(choice('token', 'cookie', 'app').about('How it is carried: as a token, as a cookie, or as tokens that are got anew.'))
    device = ours(text({ max: 300 }).optional().about('What the program that signed in calls itself.'))
    address = ours(text({ max: 60 }).optional().pii().about('Where it was signed in from.'))
    signedInAt = ours(timestamp().about('When who has it last proved who they are.'))
    lastUsedAt = ours(timestamp().optional().about('Noted every ten minutes.'))
    expiresAt = ours(timestamp())
    renewedAt = ours(timestamp().about('When it last got another token.'))
    roles = ours(list(text({ max: 60 }), { max: 50 }).default([]).about('The roles of its account when it got its token. It has those that the account still has.'))
    tenant = ours(text({ max: 100 }).optional().about('The key of the tenant it acts in, where there are any and its account is in that one.'))
    token = ours(secret())
    seed = ours(secret().optional())
    static about = 'Where somebody is signed in. Deleting it signs out there.'
    static access = access(Session, ({ row, caller }) => [allow('read', 'delete').when(row.user.is(caller))])
  }
  class ApiKey extends Entity {
    user = theirs(owner)
    name = text({ min: 1, max: 100 }).about('What it is for.')
    start = ours(text({ max: 20 }).about('What the key begins with, so that it is known again. The key itself is shown once, when it is made.'))
    scopes = ours(list(text({ max: 60 }), { max: 50 }).optional().about('The roles of its owner that it has; null: all of them.'))
    readOnly = ours(boolean().default(false).about('It reads, and writes nothing.'))
    tenant = ours(text({ max: 100 }).optional().about('The key of the tenant it acts in: that of who made it.'))
    lastUsedAt = ours(timestamp().optional().about('Noted every ten minutes.'))
    expiresAt = ours(timestamp().optional())
    token = ours(secret())
    static about = 'A key by which a program asks as its owner. Deleting it ends it.'
    static access = access(ApiKey, ({ row, caller }) => [allow('read', 'update', 'delete').when(row.user.is(caller))])
  }
  return { session: Session as unknown as Class<SessionOf<U>>, apiKey: ApiKey as unknown as Class<ApiKeyOf<U>> }
}
