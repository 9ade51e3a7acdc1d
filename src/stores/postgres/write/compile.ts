// From an authorized mutation to its plan: one statement where nothing in it reads what it writes, else one per level and what ties them.
import type { Authorized } from '../../store.ts'
import { entityOf, fieldOf, relationOf, type EntityModel, type Model } from '../../../model/index.ts'
import { absurd, always, and, parameter, type Create, type EntityName, type Mutation, type Parameter, type Reference, type Returning, type Whole } from '../../../operation/index.ts'
import { ident, join, sql, type Sql } from '../../sql/index.ts'
import { context, tableOf, type Context, type Server } from '../compile/index.ts'
import type { Statement } from '../statement.ts'
import { readBy } from './answer.ts'
import { insert } from './create.ts'
import { attach, connect } from './link.ts'
import { goingWith, isLogged } from './log.ts'
import { partsTogether, type Level, type Together, type WritePlan } from './plan.ts'
import { addedTo, proposed, wholeHolds, type Proposing } from './proposal.ts'
import { readBack } from './back.ts'
import { asksComputed, insertTogether, isNamed, mayTogether } from './together.ts'
import { affected, remove, update } from './update.ts'
import { chain, lock, raise } from './whole.ts'

/** What one mutation's statements share. */
interface Compiling {
  readonly model: Model; readonly server: Server; readonly mark: Parameter; readonly extra: number
  readonly lane: Statement['lane']
  /** Whether it is for no more nested rows than the answer shows. */
  readonly few: boolean
  readonly statements: Statement[]
}

/** Compiles once per shape; the plan holds for all values. */
export const compileMutation = ({ operation }: Authorized<Mutation>, model: Model, server: Server): WritePlan => planOf(operation, model, server, false)

/**
 * The same in one statement, for fewer rows than a page of the answer takes, and but for the references of which nothing is asked but that their row is there: the foreign
 * keys see to that, for less. Null where that is no other. What fails here may fail otherwise by the whole plan, which says more; that is then to be carried out.
 */
export function compileTrusting({ operation }: Authorized<Mutation>, model: Model, server: Server): WritePlan | null {
  const op = operation.kind === 'create' && !operation.unless?.length ? trusting(operation, model) : operation
  const plan = op.kind === 'create' && !op.unless?.length && (op !== operation || op.after.length > 0) ? planOf(op, model, server, true) : null
  return plan && (plan.single || plan.together) ? plan : null
}

/** The operation itself where it has no such reference. */
function trusting(op: Create, model: Model): Create {
  const entity = entityOf(model, op.entity)
  const kept = (r: Reference): boolean => {
    const target = entityOf(model, relationOf(entity, r.relation).target)
    return r.by === null && r.where.kind === 'always' && !entity.table.adopted && !target.table.adopted && !target.readOnly
  }
  const references = op.references.filter(r => !kept(r)), after = op.after.map(n => ({ ...n, create: trusting(n.create, model) }))
  return references.length < op.references.length || after.some((n, i) => n.create !== op.after[i]?.create) ? { ...op, references, after } : op
}

function planOf(op: Mutation, model: Model, server: Server, few: boolean): WritePlan {
  const entity = entityOf(model, op.entity)
  const returning = op.kind === 'delete' ? null : op.returning
  const written = new Set<EntityName>(), again = new Set<EntityName>()
  collect(op, model, written, again)
  // CTEs share one snapshot, in which none of the rows they write is to be seen.
  const inline = returning === null || (!again.has(op.entity) && [...readBy(returning, op.entity, model)].every(name => !written.has(name)))
  const going = op.kind === 'delete' ? goingWith(model, entity) : []
  const single = inline && op.whole === null && going.length === 0 && (op.kind !== 'create' || (op.before.length === 0 && op.after.length === 0 && op.links.length === 0))
  // Who writes comes after the operation's own values, then what is found on the way.
  const mark = parameter(slotsOf(op))
  const c: Compiling = { model, server, mark, few, extra: mark.slot + 1, lane: single ? 'write' : 'own', statements: [] }
  const root = op.kind === 'create' ? createLevel(op, null, inline ? returning : null, c) : changeLevel(op, entity, inline ? returning : null, c)
  const back = returning !== null && !inline ? statement(c, ctx => readBack(entity, returning, parameter(c.extra), ctx)) : null
  const verb = op.kind
  const count = op.kind === 'create' ? null : op.count?.slot ?? null
  const together = op.kind === 'create' && !single ? togetherOf(op, entity, returning, c) : null
  return { model, verb, single, together, root, count, extra: c.extra, back, returning: returning !== null, statements: c.statements }
}

/** The entities whose rows a mutation makes or changes: `written` in all, `again` by other statements than the root's own. */
function collect(op: Mutation, model: Model, written: Set<EntityName>, again: Set<EntityName>): void {
  written.add(op.entity)
  const also = (name: EntityName) => { written.add(name); again.add(name) }
  const wholes = (entity: EntityModel, whole: Whole | null): void => {
    if (whole === null) return
    const { target } = relationOf(entity, whole.relation)
    also(target)
    wholes(entityOf(model, target), whole.whole)
  }
  const create = (o: Create): void => {
    const entity = entityOf(model, o.entity)
    wholes(entity, o.whole)
    if (Object.values(entity.fields).some(f => f.computed && o.after.some(n => n.relation === f.computed?.relation))) also(o.entity)
    for (const n of [...o.before, ...o.after]) {
      also(n.create.entity)
      create(n.create)
    }
    for (const { relation } of [...o.links, ...o.after]) {
      const { through } = relationOf(entity, relation)
      if (through) also(through.entity)
    }
  }
  if (op.kind === 'create') create(op)
  else wholes(entityOf(model, op.entity), op.whole)
}

/** The first slot that the operation does not use. */
function slotsOf(op: Mutation): number {
  let first = 0
  JSON.stringify(op, (name, value: unknown) => {
    if (name === 'slot' && typeof value === 'number') first = Math.max(first, value + 1)
    return value
  })
  return first
}

function statement(c: Compiling, of: (ctx: Context) => Sql): Statement {
  const ctx = context(c.model, c.server, c.mark)
  const { text } = of(ctx)
  // Rows come in as one parameter and are found by their keys: no value makes another plan better.
  const made: Statement = { text, parameters: ctx.parameters.bind, lane: c.lane, plan: 'generic' }
  c.statements.push(made)
  return made
}

function togetherOf(op: Create, entity: EntityModel, returning: Returning | null, c: Compiling): Together | null {
  if (!mayTogether(op, returning, c.model)) return null
  const parts = op.after.map(n => ({ relation: relationOf(entity, n.relation), create: n.create, rows: proposingOf(n.create, entityOf(c.model, n.create.entity), entity) }))
  const most = Math.min(partsTogether, ...(c.few ? returning?.select.related ?? [] : []).map(r => r.rows.page.take))
  return {
    main: statement({ ...c, lane: 'write', statements: [] }, ctx => insertTogether(op, proposingOf(op, entity, null), parts, returning, c.few, ctx)), rows: op.rows.slot, most,
    parts: parts.map(p => ({ relation: p.relation.name, one: p.relation.one, entity: p.rows.entity, rows: p.create.rows.slot, references: p.create.references.map(r => r.relation) })),
  }
}

const proposingOf = (op: Create, entity: EntityModel, parent: EntityModel | null): Proposing => ({
  entity, parent, rows: op.rows, set: op.set, references: op.references, old: null, made: new Set(op.before.map(n => n.relation)), check: op.whole ? and(op.check, wholeHolds(op.whole)) : op.check,
})

function createLevel(op: Create, parent: EntityModel | null, returning: Returning | null, c: Compiling): Level {
  const entity = entityOf(c.model, op.entity)
  const before = op.before.map(n => ({ relation: n.relation, level: createLevel(n.create, null, null, c) }))
  const proposing = proposingOf(op, entity, parent)
  const locks = locksOf(entity, op.whole, c, ctx => proposed(partOf(proposing, op.whole), ctx).rows)
  const settling = settlesOf(op, entity, c)
  // What is computed of the parts is told with the row, not as a change of it.
  const later = settling.length > 0 && !op.unless?.length && isLogged(c.model, entity)
  const main = statement(c, ctx => insert(proposing, op.whole, returning, ctx, op.unless, !later))
  const links = op.links.map(l => ({ relation: l.relation, rows: l.rows.slot, join: statement(c, ctx => connect(entity, relationOf(entity, l.relation), l, ctx)) }))
  const after = op.after.map(n => {
    const relation = relationOf(entity, n.relation)
    const level = createLevel(n.create, relation.through ? null : entity, null, c)
    return { relation: n.relation, one: relation.one, level, join: relation.through ? statement(c, ctx => attach(entity, relation, parameter(c.extra), ctx)) : null }
  })
  const settles = settling.map(({ part, whole }, i) => statement(c, ctx => raise(part, whole, parameter(c.extra), ctx, !later ? 'change' : i === settling.length - 1 ? 'create' : 'nothing')))
  return { entity, rows: op.rows.slot, named: isNamed(op, entity), references: op.references.map(r => r.relation), added: [], locks, main, raises: raisesOf(entity, op.whole, c), settles, before, after, links }
}

/** What a lock needs to know of the rows proposed: which wholes they name. */
function partOf(op: Proposing, whole: Whole | null): Proposing {
  const names = new Set(whole ? relationOf(op.entity, whole.relation).on.map(pair => pair.local) : [])
  return { ...op, set: op.set.filter(a => names.has(a.field)), references: op.references.filter(r => r.relation === whole?.relation) }
}

function changeLevel(op: Exclude<Mutation, Create>, entity: EntityModel, returning: Returning | null, c: Compiling): Level {
  const of = { where: op.where, expect: op.expect, whole: op.whole, ...(op.count ? { count: op.count } : {}) }
  const locks = [...locksOf(entity, op.whole, c, ctx => sql`select t.* from ${tableOf(entity)} as t where ${affected({ ...of, whole: null }, entity, sql`t`, ctx)}`)]
  // Whoever adds a part or a link waits for its whole: once that is locked, the next statement sees all that goes with it.
  const going = op.kind === 'delete' ? goingWith(c.model, entity) : []
  if (going.length > 0) locks.push(statement(c, ctx => sql`select 1 from ${tableOf(entity)} as t where ${affected(of, entity, sql`t`, ctx)} order by ${join(entity.key.map(name => sql`t.${ident(fieldOf(entity, name).column)}`))} for update of t`))
  const main = statement(c, ctx => {
    switch (op.kind) {
      case 'update': return update({ entity, parent: null, rows: op.row, set: op.set, references: op.references, check: op.check, made: new Set(), old: null }, of, returning, ctx)
      case 'delete': return remove(op, entity, going, ctx)
      default: return absurd(op)
    }
  })
  const references = op.kind === 'update' ? op.references.map(r => r.relation) : []
  const added = op.kind === 'update' ? addedTo(op.set) : []
  return { entity, rows: null, named: false, references, added, locks, main, raises: raisesOf(entity, op.whole, c), settles: [], before: [], after: [], links: [] }
}

/** The parts nested in these rows that the rows compute something of. A check that asks what is computed is asked again when it is known. */
function settlesOf(op: Create, entity: EntityModel, c: Compiling): readonly { readonly part: EntityModel; readonly whole: Whole }[] {
  const computed = Object.values(entity.fields).flatMap(f => (f.computed ? [{ name: f.name, over: f.computed.relation }] : []))
  const asked = asksComputed(op, entity)
  return op.after.filter(n => computed.some(f => f.over === n.relation)).map(n => ({
    part: entityOf(c.model, n.create.entity),
    whole: { relation: relationOf(entity, n.relation).inverse, where: always, check: asked ? op.check : always, raise: false, whole: null },
  }))
}

const locksOf = (entity: EntityModel, whole: Whole | null, c: Compiling, parts: (ctx: Context) => Sql): readonly Statement[] =>
  whole === null ? [] : chain(entity, whole, context(c.model, c.server)).map((_, depth) => statement(c, ctx => lock(parts(ctx), entity, whole, depth, ctx))).toReversed()

const raisesOf = (entity: EntityModel, whole: Whole | null, c: Compiling): readonly Statement[] =>
  whole === null ? [] : chain(entity, whole, context(c.model, c.server)).map(link => statement(c, ctx => raise(link.part, link.whole, parameter(c.extra), ctx)))
