// The rules of every entity as they are for one profile of callers: what may be read, created, updated, deleted, and which fields are hidden when.
import { entityOf, isEverywhere, ofTenant, relationOf, type Caller, type EntityModel, type Model, type RelationModel, type Verb } from '../model/index.ts'
import { always, and, field, never, not, or, shift, visitPredicate, type FieldName, type Predicate } from '../operation/index.ts'
import { decide, type Unknown } from './decide.ts'

export interface Ruling {
  /** The system's: nothing is asked but of which tenant a row is. */
  readonly system?: true
  /** True of the rows this caller may read, create … An owned part's are its whole's (fine print 3). */
  may(entity: EntityModel, verb: Verb): Predicate
  /** What must hold of a row after an update: some allow does. A deny guards the row as it was, so that an order may still be shipped by a rule that denies changing shipped ones. */
  after(entity: EntityModel): Predicate
  /** True of the rows in which the field is seen; elsewhere it reads as null. `never`: hidden whatever the row. */
  shown(entity: EntityModel, field: FieldName): Predicate
  /** What a row at the other end of a relation must fulfil to be seen from here (its row is scope 0, ours scope 1). */
  through(entity: EntityModel, relation: RelationModel): Predicate
}

/** The system's own, in all tenants: everything is allowed, nothing hidden. */
export const unrestricted: Ruling = { system: true, may: () => always, after: () => always, shown: () => always, through: () => always }

/** The system's as far as it acts: in all tenants, or among the rows of one. */
export function systemRuling(model: Model, caller: Caller): Ruling {
  if (model.tenant === undefined || isEverywhere(caller)) return unrestricted
  const once = keeping()
  const within = (entity: EntityModel): Predicate => once(entity.name, () => decide(ofTenant(model, entity), caller, 'never'))
  return { system: true, may: within, after: within, shown: () => always, through: (_, relation) => within(entityOf(model, relation.target)) }
}

function keeping(): (name: string, make: () => Predicate) => Predicate {
  const known = new Map<string, Predicate>()
  return (name, make) => {
    const found = known.get(name)
    if (found) return found
    const made = make()
    known.set(name, made)
    return made
  }
}

/** `now`: when it is asked whether a sign-in is fresh, in milliseconds. */
export function rulingOf(model: Model, caller: Caller, now = Date.now()): Ruling {
  const rules = rulingBy(model, (p, unknown) => decide(p, caller, unknown, now)), user = model.identity?.user
  if (caller.key !== true || user === undefined) return rules
  // A key may leak, and is no person: whatever rules allow whose it is, their account is not ended by it.
  const owner = (entity: EntityModel): Predicate => and(...entity.key.map((name): Predicate => {
    const as = entity.fields[name]?.scalar ?? 'text'
    return decide({ kind: 'compare', op: 'eq', as, left: field(name), right: { kind: 'claim', claim: `@user.${name}` } }, caller, 'always', now)
  }))
  return { ...rules, may: (entity, verb) => (entity.name === user && verb === 'delete' ? and(rules.may(entity, verb), not(owner(entity))) : rules.may(entity, verb)) }
}

/** The same for whoever `decided` speaks of: it says what is left of a rule's condition, given what is known of the caller. */
export function rulingBy(model: Model, decided: (p: Predicate, unknown: Unknown) => Predicate): Ruling {
  const once = keeping()
  // Of which tenant a row is comes before every rule: no allow opens it, and none can leave it out.
  const within = (entity: EntityModel): Predicate => once(`${entity.name} within`, () => decided(ofTenant(model, entity), 'never'))
  const allowed = (entity: EntityModel, verb: Verb): Predicate =>
    or(...entity.rules.filter(r => r.effect === 'allow' && r.verbs.includes(verb)).map(r => decided(r.when, 'never')))
  const denied = (entity: EntityModel, verb: Verb): Predicate =>
    or(...entity.rules.filter(r => r.effect === 'deny' && r.verbs.includes(verb)).map(r => decided(r.when, 'always')))
  const own = (entity: EntityModel, verb: Verb): Predicate => and(within(entity), allowed(entity, verb), not(denied(entity, verb)))
  const after = (entity: EntityModel): Predicate => once(`${entity.name} after`, () => and(within(entity), allowed(entity, 'update')))
  const may = (entity: EntityModel, verb: Verb): Predicate => once(`${entity.name} ${verb}`, () => {
    if (entity.whole === null) return entity.hidden ? never : own(entity, verb)
    const relation = relationOf(entity, entity.whole)
    const whole = entityOf(model, relation.target)
    const where = verb === 'read' ? may(whole, 'read') : and(may(whole, 'read'), may(whole, 'update'))
    return and(entity.tenant === undefined ? always : within(entity), where.kind === 'never' ? never : where.kind === 'always' ? always : { kind: 'some', relation: relation.name, where })
  })
  const shown = (entity: EntityModel, field: FieldName): Predicate => once(`${entity.name}.${field}`, () =>
    and(...entity.rules.filter(r => r.effect === 'hide' && r.fields.includes(field)).map(r => not(decided(r.when, 'always')))))
  const through = (entity: EntityModel, relation: RelationModel): Predicate => once(`${entity.name} → ${relation.name}`, () => {
    const target = entityOf(model, relation.target)
    // From a whole to its own part nothing is asked again: the part is seen by whoever sees the whole.
    const read = target.whole !== null && relation.inverse === target.whole ? always : may(target, 'read')
    // A reference is hidden with its key fields, on whichever side they are.
    const nearKeys = relation.owner ? relation.on.map(x => fromTarget(entity, relation, shown(entity, x.local))) : []
    const farKeys = !relation.owner && !relation.through ? relation.on.map(x => shown(target, x.foreign)) : []
    return and(read, ...nearKeys, ...farKeys)
  })
  return { may, after, shown, through }
}

/** What holds of our row, said from the row at the other end of a reference. A `some` speaks of the row it stands at, so there our row is found again from the other end. */
function fromTarget(entity: EntityModel, relation: RelationModel, p: Predicate): Predicate {
  let through = false
  visitPredicate(p, x => { through ||= x.kind === 'some' })
  if (!through) return shift(p, 1)
  const ours = entity.key.map((name): Predicate => ({ kind: 'compare', op: 'eq', as: entity.fields[name]?.scalar ?? 'text', left: field(name), right: field(name, 2) }))
  return { kind: 'some', relation: relation.inverse, where: and(...ours, p) }
}
