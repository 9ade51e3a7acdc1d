// `backend({ identity })` → what of the model is identity's: the binding of callers to accounts, and the names that the engine looks for.
import type { IdentityModel } from '../model.ts'
import type { BackendDeclaration, IdentityDeclaration } from './declaration.ts'
import type { Drafts } from './drafts.ts'
import type { Mistakes } from './mistakes.ts'

/** The declaration with what identity adds: callers are bound to accounts as `user`, unless the declaration binds them otherwise. */
export function withIdentity(declaration: BackendDeclaration, mistakes: Mistakes): BackendDeclaration {
  const { identity } = declaration
  if (identity === null || identity === undefined) return declaration
  const { model, actions, callers } = declaration
  for (const problem of identity.problems ?? []) mistakes.add(declaration.at(), {}, problem)
  if (!Object.values(model.entities).includes(identity.user)) mistakes.add(declaration.at(), {}, `identity: ${identity.user.name} is not in model({ … }).`, `Write model({ user: ${identity.user.name} }).`)
  for (const name of Object.keys(identity.entities)) if (Object.hasOwn(model.entities, name)) mistakes.add(declaration.at(), {}, `identity keeps its ${name}s under the name '${name}', which an entity of yours has.`, 'Call yours otherwise.')
  for (const name of Object.keys(identity.actions)) if (Object.hasOwn(actions, name)) mistakes.add(declaration.at(), {}, `identity has an action '${name}' already.`, 'Call yours otherwise, or switch that one off.')
  const { switchTenant, ...others } = identity.actions, kept = declaration.memberships === undefined ? others : { ...others, switchTenant }
  return { ...declaration, identity: { ...identity, actions: kept }, callers: { user: { entity: identity.user, match: 'id', claim: 'sub' }, ...callers } }
}

export function identityOf(application: string, { user, claims, origins, issuer, settings }: IdentityDeclaration, drafts: Drafts): IdentityModel {
  const entity = drafts.all.find(d => d.entity === user)
  return { user: entity?.name ?? 'user', session: 'session', apiKey: 'apiKey', cookie: `__Host-${application.replace(/[^A-Za-z0-9_-]+/g, '-')}`, claims, origins, issuer: issuer ?? application, settings }
}
