// Declaration → model. Each pass collects its mistakes and goes on with what is sound; at the end all are told together, or the model is frozen.
import { suggest } from '../../failure/index.ts'
import type { EntityName } from '../../operation/index.ts'
import type { CallerBinding, EntityModel, FailureModel, FieldModel, Model, Rule } from '../model.ts'
import { actionsIn, secondsKept, type ActingOn } from './actions.ts'
import { derivedOf } from './computed.ts'
import { contractsIn, restPathOf } from './contracts.ts'
import type { BackendDeclaration } from './declaration.ts'
import { withDefaults } from './defaults.ts'
import { draftsOf, type Drafts } from './drafts.ts'
import { fieldModels, keysOf, type KeyPart } from './fields.ts'
import { hooksIn } from './hooks.ts'
import { indexesOf } from './indexes.ts'
import { collectMistakes, type Mistakes } from './mistakes.ts'
import { readClasses, type Draft } from './read.ts'
import { relate, type LinkDraft, type Related } from './relations.ts'
import { rolesOf, rulesOf } from './rules.ts'
import { systemEntities } from './system.ts'
import { membershipsIn, permissionsIn, tenantIn, settledIn } from './tenants.ts'
import { transitionActions, transitionsOf } from './transitions.ts'
import { identityOf, withIdentity } from './identity.ts'
import { keptFor, webhooksIn } from './webhooks.ts'
import { nameProblem, pathOf, pathProblem, tableOf } from './words.ts'

/** The model of a declaration. Throws DeclarationErrors with everything that is wrong with it. */
export function compileDeclaration(declared: BackendDeclaration): Model {
  const mistakes = collectMistakes(), declaration = withIdentity(declared, mistakes)
  for (const option of declaration.unknown) mistakes.add(declaration.at(), {}, `backend() has no option '${option}'.`, suggest(option, backendOptions))
  const { identity = null } = declaration
  const classes = readClasses(identity === null ? declaration.model : { ...declaration.model, entities: { ...declaration.model.entities, ...identity.entities } }, mistakes)
  const drafts = draftsOf(classes, mistakes)
  const keys = keysOf(drafts, mistakes)
  const related = relate(drafts, keys, mistakes)
  const entities = new Map<EntityName, EntityModel>()
  for (const draft of classes) entities.set(draft.name, bareEntity(draft, drafts, keys, related, mistakes))
  for (const link of related.links) entities.set(link.name, linkEntity(link, related, mistakes))
  distinct(classes, entities, mistakes)
  const callers = bindCallers(declaration, drafts, entities, mistakes)
  const tenant = tenantIn(drafts, entities, mistakes)
  const memberships = membershipsIn(declaration, drafts, entities, callers, tenant, mistakes)
  for (const draft of classes) {
    const entity = entities.get(draft.name)
    if (entity) entities.set(draft.name, withDefaults(draft, entity, entities, callers, mistakes))
  }
  const known = { entity: (name: string) => entities.get(name), bindings: (name: string) => callers.filter(c => c.entity === name).map(c => c.name) }
  for (const draft of classes) {
    const entity = entities.get(draft.name), derived = entity && derivedOf(draft, entity, known, mistakes)
    if (derived && Object.keys(derived).length > 0) entities.set(draft.name, { ...entity, derived })
  }
  const rules = new Map<EntityName, readonly Rule[]>()
  for (const draft of classes) {
    const entity = entities.get(draft.name)
    if (entity) rules.set(draft.name, rulesOf(draft, entity, known, mistakes))
  }
  for (const draft of classes) {
    const entity = entities.get(draft.name)
    if (!entity || draft.transitions.length === 0) continue
    const moving = transitionsOf(draft, entity, known, mistakes)
    entities.set(draft.name, { ...entity, fields: Object.fromEntries(Object.values(entity.fields).map(f => { const ways = moving.get(f.name); return [f.name, ways ? { ...f, transitions: ways } : f] })) })
  }
  const name = declaration.name ?? 'app'
  const on: ActingOn = { application: name, drafts, entities, known, mistakes }, failures = new Map<string, FailureModel>()
  const moves = [...entities.values()].flatMap(e => transitionActions(e, rules.get(e.name) ?? []))
  const permissions = permissionsIn(declaration, mistakes)
  const settled = settledIn(permissions, [...entities.values()].map(e => ({ ...e, rules: rules.get(e.name) ?? [] })), actionsIn(declaration, on, moves, failures), mistakes), { actions } = settled
  const hooks = hooksIn(declaration, on, failures)
  const contracts = contractsIn(declaration, { ...on, callers, actions, declared: failures }), restPath = restPathOf(declaration, on)
  const idempotencySeconds = secondsKept(declaration, mistakes)
  const webhooks = webhooksIn(declaration, { application: name, drafts, entities, known, mistakes })
  const changesKeptMs = keptFor(declaration, { mistakes })
  mistakes.throwAny()
  const complete = Object.fromEntries(settled.entities.map(e => [e.name, e]))
  return freeze({
    system: systemEntities,
    name, entities: complete, callers: Object.fromEntries(callers.map(c => [c.name, c])),
    roles: [...new Set([...rolesOf(Object.values(complete), Object.values(actions).map(a => a.allow)), ...Object.keys(permissions ?? {})])].toSorted(),
    ...(permissions === null ? {} : { permissions }), ...(tenant === null ? {} : { tenant }), ...(memberships === null ? {} : { memberships }),
    actions, hooks, idempotencySeconds, webhooks, changesKeptMs, ...(contracts.length > 0 ? { contracts } : {}), ...(restPath === '/api' ? {} : { restPath }), ...(identity === null ? {} : { identity: identityOf(name, identity, drafts) }),
  })
}

/** What `backend({ … })` understands. */
export const backendOptions: readonly string[] = ['name', 'model', 'callers', 'actions', 'hooks', 'contracts', 'rest', 'idempotency', 'changes', 'webhooks', 'roles', 'memberships', 'identity', 'mail', 'data', 'as']

function bareEntity(draft: Draft, drafts: Drafts, keys: ReadonlyMap<string, readonly KeyPart[]>, related: Related, mistakes: Mistakes): EntityModel {
  const fields = fieldModels(draft, drafts, keys, mistakes)
  const relations = Object.fromEntries(related.relations.get(draft.name) ?? [])
  for (const r of Object.values(relations)) {
    if (!r.hidden && Object.hasOwn(fields, r.name)) mistakes.add(r.place, { entity: draft.title, field: r.name }, `'${r.name}' is both a relation and a field.`, 'Rename one of them.')
  }
  const bare = {
    name: draft.name, title: draft.title, path: draft.path ?? pathOf(draft.name), about: draft.about, hidden: false, ...(draft.changes ? {} : { unlogged: true as const }),
    table: { schema: draft.table.schema, name: draft.table.name ?? tableOf(draft.name), was: draft.table.was, ...(draft.table.adopted ? { adopted: true as const } : {}), ...(draft.table.partitioned ? { partitioned: true as const } : {}) },
    ...(draft.base.readOnly ? { readOnly: true as const } : {}),
    key: (keys.get(draft.name) ?? []).map(k => k.name), fields, relations, version: Object.hasOwn(fields, 'version') && fields['version']?.generated === 'version' ? 'version' : null,
    ...(draft.base.versionDemanded ? { versionDemanded: true as const } : {}),
    whole: related.wholes.get(draft.name) ?? null, ...tenantField(fields), rules: [], page: draft.page, place: draft.place,
  }
  return { ...bare, ...indexesOf(draft, bare, mistakes) }
}

function tenantField(fields: Readonly<Record<string, FieldModel>>): { readonly tenant?: string } {
  const found = Object.values(fields).find(f => f.generated === 'tenant')
  return found ? { tenant: found.name } : {}
}

function linkEntity(link: LinkDraft, related: Related, mistakes: Mistakes): EntityModel {
  const fields = [link.near, link.far].flatMap(end => end.parts.map((part): [string, FieldModel] => [part.name, {
    name: part.name, column: part.column, kind: part.kind, scalar: part.scalar, list: false, optional: false, default: null, fixed: true, by: null, hidden: false,
    searchable: false, asked: false, generated: null, reference: end.relation, bounds: part.bounds, ...(part.stored === undefined ? {} : { stored: part.stored }), was: null, about: null, place: link.place,
  }]))
  const bare = {
    name: link.name, title: link.title, path: link.name, about: null, hidden: true, ...(link.near.target.changes || link.far.target.changes ? {} : { unlogged: true as const }), table: link.table,
    key: fields.map(([name]) => name), fields: Object.fromEntries(fields), relations: Object.fromEntries(related.relations.get(link.name) ?? []),
    version: null, whole: null, rules: [], page: { size: 20, max: 100 }, place: link.place,
  }
  return { ...bare, ...indexesOf(null, bare, mistakes) }
}

/** No two entities share a path or a table. */
function distinct(classes: readonly Draft[], entities: ReadonlyMap<EntityName, EntityModel>, mistakes: Mistakes): void {
  const paths = new Map<string, EntityModel>(), tables = new Map<string, EntityModel>()
  for (const entity of entities.values()) {
    const draft = classes.find(d => d.name === entity.name), subject = { entity: entity.title }
    const problem = entity.hidden ? null : pathProblem(entity.path)
    const at = draft && (draft.path !== null ? draft.placeOf('path') : draft.place)
    if (problem) mistakes.add(at ?? entity.place, subject, problem, `Write static path = '…'.`)
    const table = `${entity.table.schema ?? ''}.${entity.table.name}`
    const samePath = paths.get(entity.path), sameTable = tables.get(table)
    if (samePath) mistakes.add(at ?? entity.place, subject, `The path '${entity.path}' is already that of ${samePath.title}.`, `Write static path = '…'.`)
    if (sameTable) mistakes.add(draft?.table.name != null ? draft.placeOf('table') : entity.place, subject, `The table '${entity.table.name}' is already that of ${sameTable.title}.`, `Write static table = { name: '…' }.`)
    if (Buffer.byteLength(entity.table.name) > 63) mistakes.add(entity.place, subject, `The table '${entity.table.name}' is longer than 63 bytes.`, `Write static table = { name: '…' }.`)
    paths.set(entity.path, samePath ?? entity)
    tables.set(table, sameTable ?? entity)
  }
}

function bindCallers(declaration: BackendDeclaration, drafts: Drafts, entities: ReadonlyMap<EntityName, EntityModel>, mistakes: Mistakes): readonly CallerBinding[] {
  const at = declaration.at()
  const callers = Object.entries(declaration.callers).flatMap(([name, given]): CallerBinding[] => {
    const say = (reason: string, hint = '') => { mistakes.add(at, {}, `callers.${name}: ${reason}`, hint); return [] }
    const problem = nameProblem(name) ?? (['claims', 'id', 'signedIn', 'is', 'may', 'tenant', 'fresh'].includes(name) ? `'${name}' is a reserved word.` : null)
    if (problem) say(problem)
    const draft = drafts.all.find(d => d.entity === given.entity)
    const entity = draft && entities.get(draft.name)
    if (!draft || !entity) return say(`${typeof given.entity === 'function' ? given.entity.name : 'its entity'} is not in model({ … }).`)
    if (!draft.base.caller) say(`${draft.title} is not marked as one a caller is bound to.`, `Write class ${draft.title} extends entity({ caller: true }).`)
    const match = Object.hasOwn(entity.fields, given.match) ? entity.fields[given.match] : undefined
    if (!match) return say(`'${given.match}' does not exist on ${draft.title}.`, suggest(given.match, Object.keys(entity.fields)))
    const alone = entity.uniques.some(u => u.fields.length === 1 && u.fields[0] === match.name) || (entity.key.length === 1 && entity.key[0] === match.name)
    if (!alone) say(`${draft.title}.${match.name} is not unique, so a caller could be two rows.`, 'Write .unique() there.')
    if (match.kind === 'secret') say(`${draft.title}.${match.name} is a secret, which is never compared.`)
    if (typeof given.claim !== 'string' || given.claim === '' || given.claim.startsWith('@')) say(`it names no claim of the token.`, `Write claim: 'email'.`)
    return [{ name, entity: entity.name, match: match.name, claim: given.claim }]
  })
  for (const draft of drafts.all) {
    if (draft.base.caller && !callers.some(c => c.entity === draft.name)) {
      mistakes.add(draft.place, { entity: draft.title }, 'It is marked as one a caller is bound to, but nothing binds it.', `Write backend({ callers: { ${draft.name}: { entity: ${draft.title}, match: 'email', claim: 'email' } } }).`)
    }
  }
  return callers
}

function freeze<T>(x: T): T {
  if (typeof x !== 'object' || x === null || Object.isFrozen(x)) return x
  for (const inner of Object.values(x)) freeze(inner)
  return Object.freeze(x)
}
