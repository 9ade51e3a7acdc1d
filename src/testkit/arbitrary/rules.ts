// Random rules over a model that has none yet. The text of a rule says of which sort it is, for the count of what each sort hid.
import type { EntityModel, FieldModel, Model, RelationModel, Rule, Verb } from '../../model/index.ts'
import { and, claim, constant, field, not, or, type Field, type Predicate, type Scalar } from '../../operation/index.ts'
import type { Pick } from './pick.ts'
import { valueFor } from './values.ts'

/** The sorts of conditions; what a rule mentions decides its sort. `role`, `signed`: of the caller alone. */
export const sorts = ['everyone', 'role', 'signed', 'row', 'own', 'claim', 'missing', 'ill-typed', 'two deep', 'some', 'not', 'or', 'and'] as const
export type Sort = (typeof sorts)[number]
export const roles = ['staff', 'editor', 'auditor'] as const
/** Claims and what they hold when they hold what they should. `weird` never fits; `sub` is sometimes no uuid; `gone` is never there. */
export const claims: Readonly<Record<string, Scalar>> = { plan: 'text', level: 'integer', sub: 'uuid', weird: 'json', gone: 'text' }

/** `owner`: a path of to-one relations from the entity to the account, the shortest first. */
export interface World { readonly model: Model; readonly entity: EntityModel }

const plain = (entity: EntityModel): readonly FieldModel[] =>
  Object.values(entity.fields).filter(f => !f.list && !f.hidden && f.reference === null && f.generated === null && !['json', 'duration', 'bytes'].includes(f.scalar))

/** A condition of a sort; null where the entity has nothing to make it of. */
export function condition(pick: Pick, { model, entity }: World, sort: Sort, depth = 0): Predicate | null {
  const inner = (e: EntityModel = entity): Predicate => {
    const of = pick.of<Sort>(['row', 'row', 'own', 'claim', 'missing', 'ill-typed'])
    return condition(pick, { model, entity: e }, of, depth + 1) ?? row(pick, e)
  }
  switch (sort) {
    case 'everyone': return { kind: 'always' }
    case 'role': return { kind: 'caller', role: pick.of(roles) }
    case 'signed': return { kind: 'caller', role: null }
    case 'row': return row(pick, entity)
    case 'own': {
      const path = toAccount(model, entity, 2)
      return path && mine(path)
    }
    case 'two deep': {
      const path = toAccount(model, entity, 3, 2)
      if (path) return mine(path)
      const hop = hops(model, entity).find(h => hops(model, h.target).length > 0)
      const next = hop && hops(model, hop.target)[0]
      return hop && next ? { kind: 'some', relation: hop.relation.name, where: { kind: 'some', relation: next.relation.name, where: inner(next.target) } } : null
    }
    case 'claim': {
      const of = plain(entity).filter(f => f.scalar === 'text' || f.scalar === 'integer')
      if (of.length === 0) return null
      const f = pick.of(of)
      return { kind: 'compare', op: pick.of(['eq', 'eq', 'gte', 'lt']), as: f.scalar, left: field(f.name), right: claim(f.scalar === 'text' ? 'plan' : 'level') }
    }
    case 'missing': {
      const of = plain(entity).filter(f => f.scalar === 'text')
      return of.length === 0 ? null : { kind: 'compare', op: pick.of(['eq', 'lte']), as: 'text', left: field(pick.of(of).name), right: claim('gone') }
    }
    case 'ill-typed': {
      const f = Object.values(entity.fields).find(x => x.scalar === 'uuid' && !x.list)
      if (f && pick.chance(50)) return { kind: 'compare', op: 'eq', as: 'uuid', left: field(f.name), right: claim('sub') }
      const g = plain(entity).find(x => x.scalar === 'integer' || x.scalar === 'boolean' || x.scalar === 'timestamp')
      return g ? { kind: 'compare', op: 'eq', as: g.scalar, left: field(g.name), right: claim('weird') } : null
    }
    case 'some': {
      const many = Object.values(entity.relations).filter(r => !r.one)
      if (many.length === 0) return null
      const r = pick.of(many)
      return { kind: 'some', relation: r.name, where: pick.chance(20) ? { kind: 'always' } : inner(target(model, r)) }
    }
    case 'not': return not(pick.chance(50) ? or(inner(), row(pick, entity)) : inner())
    case 'or': return or(inner(), pick.chance(50) ? { kind: 'caller', role: pick.of(roles) } : inner())
    case 'and': return and(inner(), pick.chance(30) ? { kind: 'caller', role: null } : inner())
  }
}

/** The caller's own account at the end of `path`, by the claim of its key. */
function mine(path: readonly RelationModel[]): Predicate {
  const own: Predicate = { kind: 'compare', op: 'eq', as: 'uuid', left: field('id'), right: claim('@me.id') }
  const last = path.at(-1)
  if (!last) return own
  // The key is in the reference itself, as `row.customer.is(caller)` compiles.
  const near: Predicate = { kind: 'compare', op: 'eq', as: 'uuid', left: field(last.on[0]?.local ?? ''), right: claim('@me.id') }
  return path.slice(0, -1).reduceRight<Predicate>((where, hop) => ({ kind: 'some', relation: hop.name, where }), near)
}

const target = (model: Model, relation: RelationModel): EntityModel => {
  const found = model.entities[relation.target]
  if (!found) throw new Error(`no entity ${relation.target}`)
  return found
}
const hops = (model: Model, entity: EntityModel) => Object.values(entity.relations).filter(r => r.owner).map(relation => ({ relation, target: target(model, relation) }))

function toAccount(model: Model, entity: EntityModel, most: number, least = 0): readonly RelationModel[] | null {
  if (entity.name === 'account' && least === 0) return []
  if (most === 0) return null
  for (const h of hops(model, entity)) {
    const rest = toAccount(model, h.target, most - 1, least - 1)
    if (rest) return [h.relation, ...rest]
  }
  return null
}

function row(pick: Pick, entity: EntityModel): Predicate {
  const of = plain(entity)
  if (of.length === 0) {
    const f = Object.values(entity.fields)[0]
    return { kind: 'null', of: field(f?.name ?? '') }
  }
  const f = pick.of(of), left: Field = field(f.name), as = f.scalar
  const right = constant(valueFor(pick, f))
  if (f.optional && pick.chance(30)) return { kind: 'null', of: left }
  if (as === 'text' && f.kind === 'text' && pick.chance(25)) return { kind: 'text', how: pick.of(['startsWith', 'contains', 'endsWith']), of: left, text: constant(pick.of(['a', 'Ä', '%'])), fold: pick.chance(50) }
  if (pick.chance(20)) return { kind: 'in', as, left, right: constant([valueFor(pick, f), valueFor(pick, f), valueFor(pick, f)]) }
  if (as === 'timestamp' && pick.chance(30)) return { kind: 'compare', op: 'lt', as, left, right: { kind: 'now' } }
  return { kind: 'compare', op: as === 'boolean' || as === 'uuid' ? 'eq' : pick.of(['eq', 'lt', 'lte', 'gt', 'gte']), as, left, right }
}

/** Random rules of an entity; a part gets only hides, some entities none at all. */
export function rulesFor(pick: Pick, world: World): readonly Rule[] {
  const { entity } = world
  const made: Rule[] = []
  const add = (effect: Rule['effect'], verbs: readonly Verb[], fields: readonly string[], from: readonly Sort[]): void => {
    const sort = pick.of(from)
    const when = condition(pick, world, sort)
    if (when === null) return
    const n = made.length + 1
    made.push({ id: `${entity.title}.${n}`, effect, verbs, when, fields, text: `${effect} ${sort}`, place: { file: 'generated', line: n } })
  }
  // References too: a hidden one is no way to its target. The one to the whole says where a part belongs.
  const hideable = Object.values(entity.fields).filter(f => f.generated === null && (f.reference === null || (f.reference !== entity.whole && !f.name.includes('.'))) && !f.hidden && !entity.key.includes(f.name)).map(f => f.name)
  if (entity.whole === null && !pick.chance(6)) {
    const reads = 1 + pick.nat(2)
    for (let i = 0; i < reads; i++) add('allow', pick.chance(40) ? ['read', 'create', 'update', 'delete'] : ['read'], [], sorts)
    if (pick.chance(50)) add('allow', pick.chance(50) ? ['create', 'update'] : ['create', 'update', 'delete'], [], sorts)
    if (pick.chance(60)) add('deny', pick.chance(60) ? ['read', 'update', 'delete', 'create'] : ['update', 'delete'], [], sorts.filter(s => s !== 'everyone'))
    if (pick.chance(25)) add('deny', ['read'], [], ['not', 'or', 'and', 'missing', 'ill-typed', 'two deep', 'some', 'own'])
  }
  if (hideable.length > 0 && pick.chance(60)) add('hide', ['read'], [pick.of(hideable)], ['role', 'signed'])
  if (hideable.length > 0 && pick.chance(70)) add('hide', ['read'], pick.some(hideable, 40).concat(pick.of(hideable)).filter((x, i, all) => all.indexOf(x) === i), sorts.filter(s => s !== 'everyone' && s !== 'role' && s !== 'signed'))
  return made
}
