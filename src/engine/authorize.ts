// The only maker of Authorized: weaves the caller's rules into every place an entity or a field appears. Nothing touches the operation after it.
import { Failure, type At } from '../failure/index.ts'
import { entityOf, fieldOf, inTenant, isEverywhere, isTenantReference, relationOf, takers, tiedToTenant, tenantClaim, tenantOf, waysTo, type Caller, type EntityModel, type FieldModel, type Model, type RelationModel, type Verb } from '../model/index.ts'
import {
  absurd, always, and, constant, field, mapOperands, never, not, operands, or, parameter, visitPredicate,
  type Aggregate, type Create, type Delete, type Measure, type Mutation, type Operand, type Operation, type Order, type Predicate, type Query, type Read, type Reference,
  type Returning, type Rows, type Scalar, type Seen, type Selection, type Source, type Update, type Value, type Whole,
} from '../operation/index.ts'
import { Authorized, authorizeKey, type Fill } from '../stores/authorized.ts'
import { decide } from './decide.ts'
import { mistaken } from './resolve/place.ts'
import { systemRuling, unrestricted, type Ruling } from './ruling.ts'

export interface Authorizing {
  readonly model: Model
  readonly ruling: Ruling
  readonly caller: Caller
  /** How many slots the operation has of its own; claims take the ones after. */
  readonly slots: number
  /**
   * The relation of the entity to the row that it is written with: what that row's rules say of it is not asked again. Of a part that is its whole, whose version is raised
   * already; of a link entity, the row that is linked.
   */
  readonly nested?: string
  /** When it is asked whether a sign-in is fresh, in milliseconds; now, where it is left out. */
  readonly at?: number
  /** `explain` only: the rows to look at, instead of those that the caller may read, so that it can be said why others are left out. */
  readonly only?: Predicate
}

/** Refused whatever the data: sign in first, or not allowed. */
export function refused(caller: Caller, detail: string, at: At = []): Failure {
  return caller.id === null ? new Failure('caller.unknown', detail.replace(/^(You may not .*)\.$/, '$1 without signing in.'), { at }) : new Failure('caller.forbidden', detail, { at })
}

/** That nobody like the caller may do this to any row. Who acts in no tenant is told that, where rows are of one. */
export function mayNot(model: Model, ruling: Ruling, entity: EntityModel, verb: Verb, caller: Caller, at: At = []): Failure {
  if (tenantOf(caller) !== null || !inTenant(model, entity) || (caller.id === null && !ruling.system)) return refused(caller, `You may not ${verb} ${entity.path}.`, at)
  if (!ruling.system) return refused(caller, `You may not ${verb} ${entity.path}: each is of a tenant, and you act in none.`, at)
  return new Failure('internal', undefined, { cause: new Error(`the system may not ${verb} ${entity.path} without saying in which tenant: asSystem(reason, { tenant: key }), or { allTenants: true }`) })
}

export function authorize<O extends Operation>(operation: O, a: Authorizing): Authorized<O> {
  const weave = new Weaving(a)
  return new Authorized<O>(authorizeKey, weave.operation(operation) as O, weave.fills)
}

export const authorizeAs = {
  /** The engine's own operations, outside the caller's rules, but within its tenant: diagnoses, seeding. The reason is for the reader of the code and the log. */
  system<O extends Operation>(operation: O, _reason: string, a: Omit<Authorizing, 'ruling'>): Authorized<O> {
    return authorize(operation, { ...a, ruling: systemRuling(a.model, a.caller) })
  },
  /** Before it is known who asks: bindings. */
  nobody<O extends Operation>(operation: O, _reason: string, a: Omit<Authorizing, 'ruling'>): Authorized<O> {
    return authorize(operation, { ...a, ruling: unrestricted })
  },
  /** As the caller asks it, over the rows of `only`: for `explain`, which answers truths about rows and none of their fields but the key. */
  explain(operation: Query, only: Predicate, a: Authorizing): Authorized<Query> {
    return authorize(operation, { ...a, only })
  },
}

class Weaving {
  readonly #a: Authorizing
  readonly fills: Fill[] = []
  constructor(a: Authorizing) { this.#a = a }

  operation(o: Operation): Operation {
    switch (o.kind) {
      case 'query': case 'aggregate': return this.#read(o)
      case 'create': case 'update': case 'delete': return this.#write(o)
      default: return absurd(o)
    }
  }

  #entity(name: string): EntityModel { return entityOf(this.#a.model, name) }

  /** A rule's predicate, its claims turned into slots. */
  #rule(p: Predicate): Predicate {
    return mapClaims(p, (claim, as) => this.#slot(claim, as))
  }

  #slot(claim: string, as: Scalar): Operand {
    const found = this.fills.find(f => f.claim === claim && f.as === as)
    if (found) return parameter(found.slot)
    const slot = this.#a.slots + this.fills.length
    this.fills.push({ slot, claim, as })
    return parameter(slot)
  }

  #read(o: Read): Read {
    const entity = this.#entity(o.entity)
    const read = this.#a.only ?? this.#a.ruling.may(entity, 'read')
    if (read.kind === 'never' && !this.#a.only) throw this.#mayNot(entity, 'read')
    return o.kind === 'query' ? this.#query(o, entity, read) : this.#aggregate(o, entity, read)
  }

  #mayNot(entity: EntityModel, verb: Verb, at: At = []): Failure { return mayNot(this.#a.model, this.#a.ruling, entity, verb, this.#a.caller, at) }

  /** Who acts in all tenants makes and connects no rows of one: nothing would say that they are of the same. */
  #noTenant(entity: EntityModel): Failure {
    return new Failure('internal', undefined, { cause: new Error(`to make or connect ${entity.path}, the system says in which tenant it acts: asSystem(reason, { tenant: key })`) })
  }

  /** Where the database holds no two rows to one tenant, and who writes is in none. */
  #apart(entity: EntityModel, relation: RelationModel): boolean {
    if (!isEverywhere(this.#a.caller) || relation.name === entity.whole) return false
    const target = this.#entity(relation.target), { model } = this.#a
    const holder = entity.hidden ? Object.values(entity.relations).filter(r => r.owner).every(r => inTenant(model, this.#entity(r.target))) : inTenant(model, entity)
    return holder && inTenant(model, target) && !isTenantReference(entity, relation) && !tiedToTenant(entity, target)
  }

  #query(o: Query, entity: EntityModel, read: Predicate): Query {
    const rows = this.#rows(entity, o, this.#rule(read), [])
    // The planner's estimate knows of every row and value: it is for those alone from whom the rules hide nothing that was asked about.
    const open = read.kind === 'always' && JSON.stringify(rows.where) === JSON.stringify(o.where)
    return { ...o, ...rows, count: o.count === 'estimate' && !open ? 'capped' : o.count }
  }

  #aggregate(o: Aggregate, entity: EntityModel, read: Predicate): Aggregate {
    const seen = <S extends Seen>(s: S, at: At): S => ({ ...s, shown: this.#named(entity, s.name, at) })
    return {
      ...o,
      where: and(this.#rule(read), this.#guard([entity], o.where, ['filter'])),
      group: o.group.map((g, i) => seen(g, ['group', i])),
      measures: o.measures.map((m, i): Measure => ({ ...m, of: m.of && seen(m.of, ['measure', i]) })),
    }
  }

  #rows<R extends Rows>(entity: EntityModel, r: R, rule: Predicate, at: At): R {
    return {
      ...r,
      select: this.#selection(entity, r.select, at),
      where: and(rule, this.#guard([entity], r.where, [...at, 'filter'])),
      order: r.order.map((o, i) => this.#order(entity, o, [...at, 'sort', i])),
    }
  }

  /** When a field that the caller named is seen; refused when it never is. */
  #named(entity: EntityModel, name: string, at: At): Predicate {
    const shown = this.#a.ruling.shown(entity, name)
    if (shown.kind === 'never') throw refused(this.#a.caller, `You may not see ${name} of ${entity.path}.`, at)
    return this.#rule(shown)
  }

  /** A relation that the caller named is refused where its reference is hidden from it in every row, as the reference's own field is. */
  #crossed(entity: EntityModel, name: string, at: At): RelationModel {
    const relation = relationOf(entity, name)
    if (this.#uncrossable(entity, relation)) throw refused(this.#a.caller, `You may not see ${name} of ${entity.path}.`, at)
    return relation
  }

  #uncrossable(entity: EntityModel, relation: RelationModel): boolean {
    if (relation.through) return false
    const holder = relation.owner ? entity : this.#entity(relation.target)
    return relation.on.some(pair => this.#a.ruling.shown(holder, relation.owner ? pair.local : pair.foreign).kind === 'never')
  }

  #selection(entity: EntityModel, s: Selection, at: At): Selection {
    return {
      ...s,
      probes: s.probes.map(p => ({ as: p.as, of: this.#rule(p.of) })),
      fields: s.fields.flatMap((f, i): Seen[] => {
        if (s.named) return [{ ...f, shown: this.#named(entity, f.name, [...at, ...(f.as === undefined ? ['fields', i] : f.as.split('.'))]) }]
        const shown = this.#a.ruling.shown(entity, f.name)
        return shown.kind === 'never' ? [] : [{ ...f, shown: this.#rule(shown) }]
      }),
      ...(s.constants ? { constants: s.constants.map(x => (x.with ? { ...x, with: { ...x.with, shown: this.#named(entity, x.with.name, at) } } : x)) } : {}),
      ...(s.tokens ? { tokens: s.tokens.map(t => ({ ...t, of: t.of.map(f => ({ ...f, shown: this.#named(entity, f.name, at) })) })) } : {}),
      ...(s.parts ? { parts: s.parts.map(p => this.#selection(entity, p, at)) } : {}),
      ...(s.counted ? { counted: s.counted.flatMap(x => {
        if (!s.named && this.#uncrossable(entity, relationOf(entity, x.relation))) return []
        const relation = this.#crossed(entity, x.relation, [...at, 'fields', x.as])
        // What the declaration asks is its author's: a hidden field it compares is not hidden from it.
        return [{ ...x, where: and(this.#rule(this.#a.ruling.through(entity, relation)), this.#rule(decide(x.where, this.#a.caller, 'never', this.#a.at))) }]
      }) } : {}),
      related: s.related.map(r => {
        const here = s.members ? [...at, r.as] : [...at, 'include', r.as]
        const relation = this.#crossed(entity, r.relation, here)
        const through = this.#rule(this.#a.ruling.through(entity, relation))
        return { ...r, rows: this.#rows(this.#entity(relation.target), r.rows, through, here) }
      }),
    }
  }

  #order(entity: EntityModel, o: Order, at: At): Order {
    let here = entity
    const via = o.by.via.map(hop => {
      const relation = this.#crossed(here, hop.relation, at)
      const where = and(hop.where, this.#rule(this.#a.ruling.through(here, relation)))
      here = this.#entity(relation.target)
      return { relation: hop.relation, where }
    })
    return { ...o, by: { ...o.by, via, shown: this.#named(here, o.by.name, at) } }
  }

  /** What the caller wrote: every relation it crosses meets the target's own rule, every field it names counts as null where it is hidden. */
  #guard(scopes: readonly EntityModel[], p: Predicate, at: At): Predicate {
    switch (p.kind) {
      case 'always': case 'never': return p
      case 'and': return and(...p.of.map(x => this.#guard(scopes, x, at)))
      case 'or': return or(...p.of.map(x => this.#guard(scopes, x, at)))
      case 'not': return not(this.#guard(scopes, p.of, at))
      case 'some': {
        const [here] = scopes
        if (!here) throw new Error('no entity in scope')
        const relation = this.#crossed(here, p.relation, at)
        const target = this.#entity(relation.target)
        const where = and(this.#rule(this.#a.ruling.through(here, relation)), this.#guard([target, ...scopes], p.where, at))
        return where.kind === 'never' ? never : { ...p, where }
      }
      case 'null': return or(not(this.#seen(scopes, p.of, at)), p)
      case 'compare': case 'in': case 'text': case 'has':
        return and(...operands(p).map(o => this.#seen(scopes, o, at)), p)
      case 'caller': throw new Error('a caller predicate was asked')
      default: return absurd(p)
    }
  }

  #seen(scopes: readonly EntityModel[], o: Operand, at: At): Predicate {
    if (o.kind === 'claim') throw new Error('a claim was asked')
    if (o.kind !== 'field') return always
    const entity = scopes[o.scope]
    if (!entity) throw new Error('no entity in scope')
    const shown = this.#named(entity, o.name, at)
    return o.scope === 0 || shown.kind === 'always' ? shown : mapOperands(shown, x => (x.kind === 'field' ? { ...x, scope: x.scope + o.scope } : x))
  }

  #write(o: Mutation): Mutation {
    const entity = this.#entity(o.entity)
    const verb = o.kind
    if (entity.readOnly) throw refused(this.#a.caller, `${entity.title} is only read.`)
    if (!this.#follows(entity) && this.#a.ruling.may(entity, verb).kind === 'never') throw this.#mayNot(entity, verb)
    switch (o.kind) {
      case 'create': return this.#create(o, entity, entity.whole !== null && !this.#follows(entity), [], this.#follows(entity))
      case 'update': return this.#update(o, entity)
      case 'delete': return this.#delete(o, entity)
      default: return absurd(o)
    }
  }

  /** Whether a row is a part written with its whole, or a link with the row it links: what is asked of that one was asked there. */
  #follows(entity: EntityModel): boolean {
    return this.#a.nested !== undefined && (entity.hidden || entity.whole === this.#a.nested)
  }

  /** True of rows whose rule is not asked where they are written with the row it speaks of. */
  #may(entity: EntityModel, verb: Verb): Predicate {
    return this.#follows(entity) ? always : this.#rule(this.#a.ruling.may(entity, verb))
  }

  /** `alone`: a part that is written without its whole; `raised`: the root of a mutation, written after its whole. */
  #create(o: Create, entity: EntityModel, alone: boolean, at: At, raised = false): Create {
    const part = entity.whole !== null
    if (entity.readOnly) throw refused(this.#a.caller, `${entity.title} is only read.`, at)
    const may = part || this.#follows(entity) ? always : this.#a.ruling.may(entity, 'create')
    if (may.kind === 'never') throw this.#mayNot(entity, 'create', at)
    const nested = (ns: Create['after']) => ns.map(n => ({
      ...n, create: this.#create(n.create, this.#entity(n.create.entity), this.#entity(n.create.entity).whole !== relationOf(entity, n.relation).inverse, [...at, n.relation]),
    }))
    const references = o.references.map(r => this.#reference(entity, r, at))
    return {
      ...o,
      set: o.set.map(s => ({ ...s, from: this.#source(entity, s.field, s.from, at) })),
      references,
      check: unlessLost(entity, references, and(o.check, this.#rule(may), ...this.#settable(entity, o.set, at))),
      whole: part && alone ? this.#whole(entity) : part && raised ? this.#whole(entity, true) : null,
      before: nested(o.before), after: nested(o.after),
      links: o.links.map(l => {
        const relation = relationOf(entity, l.relation), target = this.#entity(relation.target)
        if (this.#apart(entity, relation)) throw this.#noTenant(entity)
        return { ...l, where: and(this.#rule(this.#a.ruling.may(target, 'read')), ...l.by.map(f => this.#named(target, f, [...at, l.relation]))) }
      }),
      returning: o.returning && this.#returning(entity, o.returning),
    }
  }

  #update(o: Update, entity: EntityModel): Update {
    const part = entity.whole !== null
    const read = this.#may(entity, 'read'), may = this.#may(entity, 'update')
    const settable = this.#settable(entity, o.set, [])
    const asked = this.#guard([entity], o.asked ?? always, ['filter'])
    const references = o.references.map(r => this.#reference(entity, r, []))
    const moved = and(...(o.moves ?? []).map(m => this.#moved(fieldOf(entity, m.field), m.to)))
    return {
      ...o,
      ...(o.moves ? { moved } : {}),
      where: and(o.where, read, may, ...settable, asked, moved),
      ...(o.asked ? { asked } : {}),
      set: o.set.map(s => ({ ...s, from: this.#source(entity, s.field, s.from, []) })),
      references,
      check: unlessLost(entity, references, and(o.check, part ? always : this.#rule(this.#a.ruling.after(entity)), ...settable)),
      whole: part ? this.#whole(entity, this.#follows(entity)) : null,
      returning: o.returning && this.#returning(entity, o.returning),
    }
  }

  /** The rows whose field may take this state: those that have it, and those from which the caller may take a transition to it. The system may take any. */
  #moved(f: FieldModel, to: Value): Predicate {
    const is = (state: string): Predicate => ({ kind: 'compare', op: 'eq', as: 'text', left: field(f.name), right: constant(state) })
    if (to === null) return { kind: 'null', of: field(f.name) }
    const free = this.#a.ruling.system === true
    return or(is(String(to)), ...(f.optional ? [{ kind: 'null', of: field(f.name) } as const] : []), ...waysTo(f, to).map(t => and(
      or(...t.from.map(is)), free ? always : this.#rule(decide(and(takers(t), t.when), this.#a.caller, 'never', this.#a.at)),
    )))
  }

  #delete(o: Delete, entity: EntityModel): Delete {
    const asked = this.#guard([entity], o.asked ?? always, ['filter'])
    return {
      ...o,
      where: and(o.where, this.#may(entity, 'read'), this.#may(entity, 'delete'), this.#farEnd(entity), asked),
      ...(o.asked ? { asked } : {}),
      whole: entity.whole === null ? null : this.#whole(entity, this.#follows(entity)),
    }
  }

  /** A link is taken away only from a row at its other end that the caller may read. */
  #farEnd(entity: EntityModel): Predicate {
    if (!entity.hidden || entity.system) return always
    const far = Object.values(entity.relations).find(r => r.owner && r.name !== this.#a.nested)
    if (!far) return never
    const where = this.#rule(this.#a.ruling.may(this.#entity(far.target), 'read'))
    return where.kind === 'always' ? always : where.kind === 'never' ? never : { kind: 'some', relation: far.name, where }
  }

  /** Changing a part is updating its whole, and the whole's whole. Of one that is written with it (`raised`), only what it computes is kept up. */
  #whole(part: EntityModel, raised = false): Whole | null {
    if (part.whole === null) return null
    const relation = relationOf(part, part.whole), whole = this.#entity(relation.target), outer = this.#whole(whole, raised)
    const computes = Object.values(whole.fields).some(f => f.computed?.relation === relation.inverse)
    if (raised && !computes && outer === null) return null
    return {
      relation: relation.name, raise: !raised, whole: outer,
      where: raised ? always : and(this.#rule(this.#a.ruling.may(whole, 'read')), this.#rule(this.#a.ruling.may(whole, 'update'))),
      check: whole.whole === null && (!raised || computes) ? this.#rule(this.#a.ruling.after(whole)) : always,
    }
  }

  /** Writing a field that is hidden in some rows needs the row to be one where it is seen. Only what the caller gives counts, not what defaults fill in. */
  #settable(entity: EntityModel, set: Create['set'], at: At): readonly Predicate[] {
    return set.filter(s => fromCaller(s.from)).map(s => this.#named(entity, s.field, [...at, s.field]))
  }

  #reference(entity: EntityModel, r: Reference, at: At): Reference {
    const relation = relationOf(entity, r.relation), target = this.#entity(relation.target)
    if (this.#apart(entity, relation)) throw this.#noTenant(entity)
    // The part of a whole refers to it under the whole's own lock and rules.
    const where = this.#rule(this.#a.ruling.may(target, 'read'))
    return { ...r, where: and(r.where, where, ...(r.by ?? []).map(f => this.#named(target, f, [...at, r.relation, 'connect', f]))) }
  }

  #source(entity: EntityModel, field: string, from: Source, at: At): Source {
    switch (from.kind) {
      case 'claim': {
        const f = entity.fields[field]
        if (!f) throw new Error(`no field ${field}`)
        const value = this.#a.caller.claims[from.claim] ?? null
        if (value === null) {
          if (from.claim === tenantClaim) throw this.#noTenant(entity)
          if (f.optional) return { kind: 'value', value: null }
          throw mistaken([{ at: [...at, field], detail: from.claim.startsWith('@')
            ? 'is required: you are not bound to a row that could be its default' : `is required: your token says no ${from.claim}, which is its default` }])
        }
        const slot = this.#slot(from.claim, f.scalar)
        return slot.kind === 'parameter' ? { kind: 'parameter', slot: slot.slot } : absurd(slot as never)
      }
      case 'given': return { ...from, otherwise: from.otherwise && this.#source(entity, field, from.otherwise, at) }
      default: return from
    }
  }

  #returning(entity: EntityModel, r: Returning): Returning {
    const read = this.#a.ruling.may(entity, 'read')
    return { select: this.#selection(entity, r.select, []), where: and(r.where, this.#rule(read)) }
  }
}

/** Whether the caller says the value, not a default. */
export const fromCaller = (from: Source): boolean => from.kind === 'given' || from.kind === 'linked' || from.kind === 'atomic'

/**
 * A check that looks through a reference would tell a hidden target from a missing one: it is not asked where the target is lost to the caller, which
 * `row.reference` then says, missing and hidden alike.
 */
function unlessLost(entity: EntityModel, references: readonly Reference[], check: Predicate): Predicate {
  const crossed = new Set<string>()
  visitPredicate(check, (x, depth) => { if (x.kind === 'some' && depth === 0) crossed.add(x.relation) })
  const lost = references.filter(r => crossed.has(r.relation)).map(r => and(
    ...relationOf(entity, r.relation).on.map(pair => not({ kind: 'null', of: field(pair.local) })), not({ kind: 'some', relation: r.relation, where: r.where }),
  ))
  return or(check, ...lost)
}

/** Claims become what `slot` gives; each is of the scalar it is compared as. */
function mapClaims(p: Predicate, slot: (claim: string, as: Scalar) => Operand): Predicate {
  switch (p.kind) {
    case 'and': return and(...p.of.map(x => mapClaims(x, slot)))
    case 'or': return or(...p.of.map(x => mapClaims(x, slot)))
    case 'not': return not(mapClaims(p.of, slot))
    case 'some': return { ...p, where: mapClaims(p.where, slot) }
    case 'compare': case 'in': case 'has': {
      const as = p.as
      return mapOperands(p, o => (o.kind === 'claim' ? slot(o.claim, as) : o))
    }
    case 'text': return mapOperands(p, o => (o.kind === 'claim' ? slot(o.claim, 'text') : o))
    case 'always': case 'never': case 'null': case 'caller': return p
    default: return absurd(p)
  }
}
