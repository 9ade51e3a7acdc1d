// Tenants, memberships, roles and permissions: what is declared of them, checked.
import { suggest } from '../../failure/index.ts'
import { and, mapPredicate, not, or, type EntityName, type Predicate, type Scalar } from '../../operation/index.ts'
import type { ActionModel, CallerBinding, EntityModel, FieldModel, MembershipModel, Place, Rule } from '../model.ts'
import { ofTenant } from '../tenancy.ts'
import { show } from './canonical.ts'
import { mayPrefix } from './condition.ts'
import type { BackendDeclaration } from './declaration.ts'
import type { Drafts } from './drafts.ts'
import type { Mistakes } from './mistakes.ts'
import { referencesOf } from './read.ts'
import { isPlain } from './shapes.ts'

type Entities = ReadonlyMap<EntityName, EntityModel>
/** Whether its rows are of tenants, by a field of their own or as parts. */
export const isScoped = (entities: Entities, entity: EntityModel, around: readonly EntityModel[] = []): boolean => {
  if (entity.tenant !== undefined) return true
  const whole = entity.whole === null ? undefined : entities.get(entity.relations[entity.whole]?.target ?? '')
  return whole !== undefined && !around.includes(whole) && isScoped(entities, whole, [...around, entity])
}

/** The entity whose rows are the tenants; null: there is none. What cannot hold of tenants is told. */
export function tenantIn(drafts: Drafts, entities: Entities, mistakes: Mistakes): { readonly entity: EntityName; readonly scalar: Scalar } | null {
  const scoped = drafts.all.filter(d => d.base.tenant)
  let first: EntityModel | null = null
  for (const draft of scoped) {
    const entity = entities.get(draft.name), reference = referencesOf(draft).find(([, r]) => r.tenant === true)?.[1]
    const target = reference && entities.get(entity?.relations['tenant']?.target ?? '')
    if (!entity || !reference || !target) continue
    const at = reference.at(), subject = { entity: draft.title }
    if (first !== null && target.name !== first.name) mistakes.add(at, subject, `Its tenant is ${target.title}, that of others ${first.title}: an application has one sort of tenants.`)
    first ??= target
    if (target.key.length !== 1) mistakes.add(at, subject, `${target.title} has a key of ${target.key.length} fields: a tenant has one.`)
    if (drafts.named(target.name)?.base.tenant) mistakes.add(at, subject, `${target.title} is itself of a tenant, so it cannot be one.`)
    if (target.whole !== null) mistakes.add(at, subject, `${target.title} is a part of another entity, so it cannot be a tenant.`)
    if (entity.readOnly && entity.key.length === 0) continue
    const whole = entity.whole === null ? undefined : entities.get(entity.relations[entity.whole]?.target ?? '')
    if (whole && !isScoped(entities, whole)) mistakes.add(at, subject, `It is a part of ${whole.title}, whose rows are of no tenant: a part is of the tenant of its whole.`, `Write class ${whole.title} extends entity({ tenant: () => ${target.title} }).`)
    ownKey(entity, at, entities, mistakes)
  }
  for (const entity of entities.values()) {
    if (entity.tenant !== undefined || entity.hidden || !isScoped(entities, entity)) continue
    for (const u of entity.uniques) {
      if (u.fields.some(f => refersWithin(entity, f, entities))) continue
      mistakes.add(drafts.named(entity.name)?.place ?? entity.place, { entity: entity.title }, `${u.fields.join(' and ')} would be unique over all tenants, since as a part it does not know its own.`, `Write class ${entity.title} extends entity({ tenant: () => ${first?.title ?? 'Company'} }), or name its ${entity.whole ?? 'whole'} in a unique too.`)
    }
    ownKey(entity, drafts.named(entity.name)?.place ?? entity.place, entities, mistakes)
  }
  return first === null ? null : { entity: first.name, scalar: first.fields[first.key[0] ?? '']?.scalar ?? 'uuid' }
}

/** Whether a field is part of a reference to rows of the same tenant, so that no other tenant has its value. */
const refersWithin = (entity: EntityModel, name: string, entities: Entities): boolean => {
  const reference = entity.fields[name]?.reference, target = reference == null ? undefined : entities.get(entity.relations[reference]?.target ?? '')
  return entity.fields[name]?.generated === 'tenant' || (target !== undefined && isScoped(entities, target))
}

/** A key is one over all tenants: where callers choose it, a key that is taken tells what others have. */
function ownKey(entity: EntityModel, at: Place, entities: Entities, mistakes: Mistakes): void {
  if (entity.key.some(name => entity.fields[name]?.generated === 'tenant')) { mistakes.add(at, { entity: entity.title }, 'The tenant cannot be part of the key.', 'Leave the id to the server, and declare what is unique: it is so within a tenant.'); return }
  if (entity.readOnly || entity.key.some(name => entity.fields[name]?.generated != null || refersWithin(entity, name, entities))) return
  mistakes.add(at, { entity: entity.title }, `Callers choose its key, ${entity.key.join(' and ')}, which is one over all tenants: that it is taken would tell what others have.`, `Leave the id to the server, and write ${entity.key[0] ?? 'name'} = ….unique(), which is unique within a tenant.`)
}

/** `backend({ memberships })`. */
export function membershipsIn(declaration: BackendDeclaration, drafts: Drafts, entities: Entities, callers: readonly CallerBinding[], tenant: { readonly entity: EntityName } | null, mistakes: Mistakes): MembershipModel | null {
  const given = declaration.memberships
  if (given === undefined) return null
  const say = (reason: string, hint = ''): null => { mistakes.add(declaration.at(), {}, `memberships: ${reason}`, hint); return null }
  const example = `Write memberships: { entity: Membership, user: 'user', tenant: 'company', roles: 'roles' }.`
  if (!isPlain(given)) return say(`It is ${show(given)}.`, example)
  for (const name of Object.keys(given)) if (!['entity', 'user', 'tenant', 'roles'].includes(name)) say(`It has no '${name}'.`, suggest(name, ['entity', 'user', 'tenant', 'roles']))
  const draft = drafts.all.find(d => d.entity === given['entity']), entity = draft && entities.get(draft.name)
  if (!entity) return say(`${typeof given['entity'] === 'function' ? given['entity'].name : 'Its entity'} is not in model({ … }).`, example)
  if (tenant === null) return say('No entity is of a tenant.', `Write class Invoice extends entity({ tenant: () => Company }).`)
  if (entity.tenant !== undefined) return say(`${entity.title} is itself of a tenant; it must be there before anybody is in one.`, `Write tenant = ref(() => …) in it instead of entity({ tenant }).`)
  const reference = (option: 'user' | 'tenant') => {
    const name = given[option], relation = typeof name === 'string' && Object.hasOwn(entity.relations, name) ? entity.relations[name] : undefined
    if (!relation?.owner) { say(`${option} is ${show(name)}, which is no reference of ${entity.title}.`, suggest(typeof name === 'string' ? name : '', Object.values(entity.relations).filter(r => r.owner).map(r => r.name))); return null }
    return relation
  }
  const user = reference('user'), inTenant = reference('tenant')
  if (!user || !inTenant) return null
  const binding = callers.find(c => c.entity === user.target)
  if (!binding) return say(`No caller is bound to a ${entities.get(user.target)?.title ?? user.target}.`, `Write callers: { ${user.target}: { entity: …, match: 'email', claim: 'email' } }.`)
  if (inTenant.target !== tenant.entity) say(`${entity.title}.${inTenant.name} is a ${inTenant.target}; tenants are ${tenant.entity} rows.`)
  const locals = [...user.on, ...inTenant.on].map(p => p.local)
  if (![entity.key, ...entity.uniques.map(u => u.fields)].some(fields => fields.every(f => locals.includes(f)))) say(`${user.name} and ${inTenant.name} of ${entity.title} are not unique together, so one could be in a tenant twice.`, `Write static uniques = [unique(${entity.title}, '${user.name}', '${inTenant.name}')].`)
  const roles = given['roles']
  if (roles === undefined) return { entity: entity.name, binding: binding.name, user: user.name, tenant: inTenant.name, roles: null }
  const f = typeof roles === 'string' && Object.hasOwn(entity.fields, roles) ? entity.fields[roles] : undefined
  if (!f || f.scalar !== 'text' || f.kind === 'secret') return say(`roles is ${show(roles)}, which is no text, choice or list of texts of ${entity.title}.`, suggest(typeof roles === 'string' ? roles : '', Object.keys(entity.fields)))
  return { entity: entity.name, binding: binding.name, user: user.name, tenant: inTenant.name, roles: f.name }
}

export type Permissions = Readonly<Record<string, readonly string[]>>
/** `backend({ roles })`: what each role may; null: roles are not declared. */
export function permissionsIn(declaration: BackendDeclaration, mistakes: Mistakes): Permissions | null {
  const given = declaration.roles
  if (given === undefined) return null
  const say = (reason: string): void => mistakes.add(declaration.at(), {}, `roles: ${reason}`, `Write roles: { staff: ['order.ship'], buyer: [] }.`)
  if (!isPlain(given)) { say(`It is ${show(given)}.`); return {} }
  return Object.fromEntries(Object.entries(given).flatMap(([role, may]): [string, readonly string[]][] => {
    if (!/^[A-Za-z0-9][A-Za-z0-9_.:-]*$/.test(role)) say(`'${role}' is no usable name of a role.`)
    if (Array.isArray(may) && may.every(p => typeof p === 'string' && p !== '' && !/\s/.test(p))) return [[role, may as readonly string[]]]
    say(`${role} is ${show(may)}, which is no list of permissions.`)
    return [[role, []]]
  }))
}

/**
 * A rule looks from rows of no tenant at those of one as everybody does: at those of the caller's. Between rows of tenants the references themselves stay within one.
 */
function narrowed(entities: Entities, entity: EntityModel, p: Predicate): Predicate {
  switch (p.kind) {
    case 'and': return and(...p.of.map(x => narrowed(entities, entity, x)))
    case 'or': return or(...p.of.map(x => narrowed(entities, entity, x)))
    case 'not': return not(narrowed(entities, entity, p.of))
    case 'some': {
      const target = entities.get(entity.relations[p.relation]?.target ?? '')
      if (!target) return p
      const where = narrowed(entities, target, p.where)
      return { ...p, where: !isScoped(entities, entity) && isScoped(entities, target) ? and(ofTenant({ entities: Object.fromEntries(entities) }, target), where) : where }
    }
    default: return p
  }
}

interface Mentioned { readonly p: Predicate; readonly at: Place; readonly title: string; readonly entity: EntityModel | null }
/** What entities and actions say of callers as it is meant: permissions are roles, and rows of tenants those of the caller's. Unknown roles are told. */
export function settledIn(permissions: Permissions | null, entities: readonly EntityModel[], actions: Readonly<Record<string, ActionModel>>, mistakes: Mistakes): { readonly entities: readonly EntityModel[]; readonly actions: Readonly<Record<string, ActionModel>> } {
  const roles = Object.keys(permissions ?? {}), every = [...new Set(Object.values(permissions ?? {}).flat())]
  const known = (role: string, at: Place, title: string): void => {
    if (permissions !== null && !roles.includes(role)) mistakes.add(at, { entity: title }, `There is no role '${role}'.`, suggest(role, roles) || `Roles are declared: backend({ roles: { ${role}: [] } }).`)
  }
  const all: Entities = new Map(entities.map(e => [e.name, e]))
  const settled = ({ p, at, title, entity }: Mentioned): Predicate => mapPredicate(entity === null ? p : narrowed(all, entity, p), x => {
    if (x.kind !== 'caller' || x.role === null) return x
    if (!x.role.startsWith(mayPrefix)) { known(x.role, at, title); return x }
    const permission = x.role.slice(mayPrefix.length)
    if (!every.includes(permission)) mistakes.add(at, { entity: title }, `No role may '${permission}'.`, suggest(permission, every) || `Permissions are declared: backend({ roles: { staff: ['${permission}'] } }).`)
    return or(...roles.filter(role => permissions?.[role]?.includes(permission)).map((role): Predicate => ({ kind: 'caller', role })))
  })
  const field = (e: EntityModel, of: FieldModel): FieldModel => {
    // Of our own fields, roles that are not declared are nobody's.
    const f = of.ours && permissions !== null ? { ...of, by: (of.by ?? []).filter(role => roles.includes(role)) } : of
    for (const role of f.by ?? []) known(role, f.place, e.title)
    for (const t of f.transitions ?? []) for (const role of t.by ?? []) known(role, t.place, e.title)
    return f.transitions ? { ...f, transitions: f.transitions.map(t => ({ ...t, when: settled({ p: t.when, at: t.place, title: e.title, entity: e }) })) } : f
  }
  return {
    entities: entities.map(e => ({
      ...e, fields: Object.fromEntries(Object.entries(e.fields).map(([n, f]) => [n, field(e, f)])),
      rules: e.rules.map((r): Rule => ({ ...r, when: settled({ p: r.when, at: r.place, title: e.title, entity: e }) })),
      ...(e.derived ? { derived: Object.fromEntries(Object.entries(e.derived).map(([n, d]) => [n, { ...d, where: settled({ p: d.where, at: d.place, title: e.title, entity: all.get(e.relations[d.relation]?.target ?? '') ?? null }) }])) } : {}),
    })),
    actions: Object.fromEntries(Object.entries(actions).map(([n, a]) => [n, { ...a, allow: settled({ p: a.allow, at: a.place, title: a.id, entity: a.entity === null ? null : all.get(a.entity) ?? null }) }])),
  }
}
