// What rules say of every caller at once, without evaluating any: what nobody may ever do is left out of the contract, what everybody may is said plainly.
import { entityOf, relationOf } from './lookup.ts'
import { inTenant } from './tenancy.ts'
import type { EntityModel, FieldModel, Model, RelationModel, Verb } from './model.ts'
import { operands, type Predicate } from '../operation/index.ts'

/** Of all rows and all callers of a sort. */
export type Standing = 'always' | 'never' | 'sometimes'
export type Who = 'anyone' | 'anonymous'

const flip = (s: Standing): Standing => (s === 'always' ? 'never' : s === 'never' ? 'always' : s)
const all = (of: readonly Standing[]): Standing => (of.includes('never') ? 'never' : of.every(s => s === 'always') ? 'always' : 'sometimes')
const some = (of: readonly Standing[]): Standing => flip(all(of.map(flip)))

/** `unknown`: what a comparison with a claim becomes that an anonymous caller cannot have; it turns at every `not`. */
function standing(p: Predicate, who: Who, unknown: 'always' | 'never'): Standing {
  switch (p.kind) {
    case 'always': case 'never': return p.kind
    case 'not': return flip(standing(p.of, who, unknown === 'always' ? 'never' : 'always'))
    case 'and': return all(p.of.map(x => standing(x, who, unknown)))
    case 'or': return some(p.of.map(x => standing(x, who, unknown)))
    case 'some': return standing(p.where, who, unknown) === 'never' ? 'never' : 'sometimes'
    case 'caller': return who === 'anonymous' ? 'never' : 'sometimes'
    default: return who === 'anonymous' && operands(p).some(o => o.kind === 'claim') ? unknown : 'sometimes'
  }
}

/** Whether somebody of `who` may ever do this to a row. A part's is its whole's. */
export function may(model: Model, entity: EntityModel, verb: Verb, who: Who = 'anyone'): Standing {
  // Whoever is in no tenant sees nothing of any, and a stranger is in none.
  return inTenant(model, entity) ? all([who === 'anonymous' ? 'never' : 'sometimes', ruled(model, entity, verb, who)]) : ruled(model, entity, verb, who)
}

/** As the rules have it, within a tenant. */
function ruled(model: Model, entity: EntityModel, verb: Verb, who: Who = 'anyone'): Standing {
  if (entity.readOnly && verb !== 'read') return 'never'
  if (entity.whole !== null) {
    const whole = entityOf(model, relationOf(entity, entity.whole).target)
    return verb === 'read' ? ruled(model, whole, 'read', who) : all([ruled(model, whole, 'read', who), ruled(model, whole, 'update', who)])
  }
  if (entity.hidden) return 'never'
  const of = (effect: 'allow' | 'deny'): Standing =>
    some(entity.rules.filter(r => r.effect === effect && r.verbs.includes(verb)).map(r => standing(r.when, who, effect === 'allow' ? 'never' : 'always')))
  return all([of('allow'), flip(of('deny'))])
}

/** Whether the field's value is ever seen: `always` by everybody in every row. */
export function shown(entity: EntityModel, field: FieldModel): Standing {
  if (field.hidden) return 'never'
  return all(entity.rules.filter(r => r.effect === 'hide' && r.fields.includes(field.name)).map(r => flip(standing(r.when, 'anyone', 'always'))))
}

/** Fields that an answer may have. */
export const visible = (entity: EntityModel): readonly FieldModel[] => Object.values(entity.fields).filter(f => shown(entity, f) !== 'never')

/** Whether a relation is seen: it is hidden with its key fields, on whichever side they are. */
export function crossed(model: Model, entity: EntityModel, relation: RelationModel): Standing {
  if (relation.through) return 'always'
  const holder = relation.owner ? entity : entityOf(model, relation.target)
  return all(relation.on.map(x => holder.fields[relation.owner ? x.local : x.foreign]).map(f => (f === undefined ? 'always' : shown(holder, f))))
}

/** Whether the row at the other end of a relation is seen from a row that is. */
export function through(model: Model, entity: EntityModel, relation: RelationModel): Standing {
  const target = entityOf(model, relation.target)
  // Whoever sees a part sees its whole, and the other way round.
  const family = relation.name === entity.whole || (target.whole !== null && relation.inverse === target.whole)
  const keys = relation.owner ? relation.on.map(x => entity.fields[x.local]).map(f => (f === undefined ? 'always' : shown(entity, f))) : []
  // Rows of a tenant refer to rows of the same.
  return all([family ? 'always' : inTenant(model, entity) ? ruled(model, target, 'read') : may(model, target, 'read'), ...keys])
}

/** Relations that an answer may include. */
export const includable = (model: Model, entity: EntityModel): readonly RelationModel[] =>
  Object.values(entity.relations).filter(r => !r.hidden && through(model, entity, r) !== 'never')
