// Why: for a caller and a request, which rule decided, clause by clause. The same operation over every row, with the rules' clauses as truths beside it.
import { Failure, suggest, toFailure } from '../failure/index.ts'
import { actionsOf, entityOf, fieldOf, find, relationOf, ofTenant, tenantOf, type Caller, type EntityModel, type Rule, type Verb } from '../model/index.ts'
import { always, and, constant, field, not, or, parameter, visitPredicate, type Predicate, type Probe, type Query, type Value } from '../operation/index.ts'
import type { Clause, Why, WhyRow, WhyRule } from '../protocols/protocol.ts'
import type { Run } from '../stores/index.ts'
import type { CallRequest, ReadRequest, WriteRequest } from '../wire/index.ts'
import { authorizeAs, refused as refusing } from './authorize.ts'
import { authorized, filled, rulesFor, type Context } from './context.ts'
import { decide } from './decide.ts'
import { systemRuling } from './ruling.ts'
import { keyIs, keyOf } from './key.ts'
import { ask, readValues } from './read.ts'
import { sayPredicate } from './say.ts'

/** The rules that decide a verb on an entity, and where they stand: an owned part's are its whole's. */
interface Deciding { readonly rules: readonly Rule[]; readonly entity: EntityModel; readonly verb: Verb; readonly path: readonly string[] }

function deciding(c: Context, entity: EntityModel, verb: Verb): Deciding {
  let here = entity
  const path: string[] = []
  while (here.whole !== null) {
    path.push(here.whole)
    here = entityOf(c.model, relationOf(here, here.whole).target)
  }
  const asked = path.length > 0 && verb !== 'read' ? 'update' : verb
  return { rules: here.rules.filter(r => r.effect !== 'hide' && r.verbs.includes(asked)), entity: here, verb: asked, path }
}

/** A clause and its parts, each asked under a name of its own. */
interface Asked { readonly as: string; readonly text: string; readonly of: readonly Asked[] }

function clauses(p: Predicate, name: string, caller: Caller, effect: Rule['effect'], path: readonly string[], probes: Probe[]): Asked {
  const walk = (x: Predicate, as: string, unknown: 'never' | 'always'): Asked => {
    const decided = decide(x, caller, unknown)
    probes.push({ as, of: path.reduceRight<Predicate>((where, relation) => ({ kind: 'some', relation, where }), decided) })
    const of = x.kind === 'and' || x.kind === 'or' ? x.of.map((y, i) => walk(y, `${as}.${i}`, unknown))
      : x.kind === 'not' ? [walk(x.of, `${as}.0`, unknown === 'never' ? 'always' : 'never')] : []
    return { as, text: sayPredicate(x), of }
  }
  return walk(p, name, effect === 'allow' ? 'never' : 'always')
}

type Truths = Readonly<Record<string, boolean>>
const clauseOf = (a: Asked, truths: Truths): Clause => ({ text: a.text, holds: truths[a.as] === true, ...(a.of.length ? { of: a.of.map(x => clauseOf(x, truths)) } : {}) })

interface Questions { readonly probes: readonly Probe[]; readonly row: (key: readonly Value[], truths: Truths) => WhyRow }

function questions(c: Context, entity: EntityModel, verb: Verb, caller: Caller): Questions {
  const probes: Probe[] = []
  const { ruling } = rulesFor(c, caller)
  probes.push({ as: 'granted', of: verb === 'read' ? ruling.may(entity, 'read') : and(ruling.may(entity, 'read'), ruling.may(entity, verb)) })
  const tenant = c.known.systems.has(caller) ? always : ofTenant(c.model, entity)
  if (tenant.kind !== 'always') probes.push({ as: 'tenant', of: decide(tenant, caller, 'never') })
  const d = deciding(c, entity, verb)
  const rules = d.rules.map((rule, i) => ({ rule, clause: clauses(rule.when, `rule${i}`, caller, rule.effect, d.path, probes) }))
  const hides = entity.rules.filter(r => r.effect === 'hide').map((rule, i) => {
    const as = `hide${i}`
    probes.push({ as, of: decide(rule.when, caller, 'always') })
    return { rule, as }
  })
  return {
    probes,
    row: (key, truths) => {
      const others = truths['tenant'] !== true
      const said = [
        // What comes before every rule. A row to be made will be of the caller's.
        ...(tenant.kind === 'always' || key.length === 0 ? [] : [{
          rule: `${entity.title}.tenant`, text: 'of another tenant', effect: 'deny', holds: others, clause: { text: `row.tenant is not caller.tenant${tenantOf(caller) === null ? ': the caller is in none' : ''}`, holds: others }, place: entity.place,
        } as const]),
        ...rules.map(({ rule, clause }): WhyRule => ({
          rule: rule.id, text: rule.text, effect: rule.effect, holds: truths[clause.as] === true, clause: clauseOf(clause, truths), place: rule.place,
        })),
      ]
      const decided = said.find(r => r.effect === 'deny' && r.holds) ?? said.find(r => r.effect === 'allow' && r.holds)
      const hidden: Record<string, string> = {}
      for (const { rule, as } of hides) if (truths[as] === true) for (const name of rule.fields) hidden[name] ??= rule.id
      return { key, granted: truths['granted'] === true, decidedBy: decided?.rule ?? null, rules: said, hidden }
    },
  }
}

/** Throws what resolving the request throws; a refusal known without data is told in `refused`. */
export async function explainRead(c: Context, request: ReadRequest, caller: Caller, run: Run): Promise<Why> {
  try {
    const asked = ask(c, request, caller)
    const { operation } = asked.resolved
    const entity = entityOf(c.model, operation.entity)
    const own = readValues(asked.resolved, request), values = asked.extra(own)
    const { probes, row } = questions(c, entity, 'read', caller)
    const select = { fields: entity.key.map(name => ({ name, shown: always })), related: [], probes }
    const page = operation.kind === 'query' && !operation.one ? operation : { order: keyOrder(entity), page: { kind: 'offset' as const, skip: null, take: entity.page.size } }
    const query: Query = { kind: 'query', entity: entity.name, one: false, count: 'none', where: operation.where, order: page.order, page: page.page, select }
    // First the rows of the answer, then as many that the rules leave out of it.
    const may = rulesFor(c, caller).ruling.may(entity, 'read')
    const within = systemRuling(c.model, caller).may(entity, 'read')
    const answered = await truths(c, query, entity, values, caller, run, may)
    const left = await truths(c, { ...query, order: keyOrder(entity), page: { kind: 'offset', skip: null, take: query.page.take } }, entity, values, caller, run, and(within, not(may)))
    const about = [...answered, ...left]
    const refusal = refusalOf(() => authorized(c, asked.shape, operation, values.length, caller))
    const native = refusal === null ? authorized(c, asked.shape, operation, values.length, caller) : null
    const shown = native && await c.store.explain(native, filled(native, values, caller), run)
    return {
      caller: callerOf(caller), entity: entity.name, verb: 'read', refused: refusal, rows: about.map(([key, t]) => row(key, t)),
      statement: shown?.statement ?? null, plan: shown?.plan ?? null,
    }
  } catch (e) { throw toFailure(e) }
}

const keyOrder = (entity: EntityModel): Query['order'] =>
  entity.key.map(name => ({ by: { name, as: entity.fields[name]?.scalar ?? 'text', via: [], shown: always }, dir: 'asc' as const }))

/** Whether the row of a write may be changed so, without writing. A create has no row yet: only what is known without data is told. */
export async function explainWrite(c: Context, request: WriteRequest, caller: Caller, run: Run): Promise<Why> {
  const entity = find(c.model.entities, request.entity)
  if (!entity || entity.hidden) throw new Failure('resolve.name', `there is no entity '${request.entity}'`)
  const verb: Verb = request.kind === 'replace' ? 'update' : request.kind
  const { ruling } = rulesFor(c, caller)
  const refused = ruling.may(entity, verb).kind === 'never' ? `No rule lets this caller ${verb} ${entity.path}.` : null
  const rows: WhyRow[] = []
  const { probes, row } = questions(c, entity, verb, caller)
  if (request.key) {
    const values = keyOf(c, entity, request)
    const query: Query = {
      kind: 'query', entity: entity.name, one: false, count: 'none', where: keyIs(entity), order: keyOrder(entity), page: { kind: 'offset', skip: null, take: 1 },
      select: { fields: entity.key.map(name => ({ name, shown: always })), related: [], probes },
    }
    for (const [k, t] of await truths(c, query, entity, values, caller, run, always)) rows.push(row(k, t))
  } else {
    // Clauses that do not look at a row have their answer; those that do are told as not known to hold.
    const known: Record<string, boolean> = {}
    for (const p of probes) known[p.as] = decidedTrue(p.of)
    rows.push(row([], known))
  }
  return { caller: callerOf(caller), entity: entity.name, verb, refused, rows, statement: null, plan: null }
}

/**
 * Who may call an action, clause by clause; of an entity's own, this row, and of a transition from where it begins. A row that the caller may not read is told by its read rules.
 * What the action does then is code, and is not asked.
 */
export async function explainCall(c: Context, request: CallRequest, caller: Caller, run: Run): Promise<Why> {
  const action = find(c.model.actions ?? {}, request.action)
  if (!action) throw new Failure('resolve.name', `there is no action '${request.action}'.${suggest(request.action, actionsOf(c.model).map(a => a.id))}`)
  const system = c.known.systems.has(caller)
  const allowed = system ? always : decide(action.allow, caller, 'never')
  const refused = allowed.kind === 'never' || (action.entity === null && allowed.kind !== 'always') ? refusing(caller, `You may not call ${action.name}.`).message : null
  const way = action.taking && action.entity !== null ? fieldOf(entityOf(c.model, action.entity), action.taking.field).transitions?.find(t => t.name === action.name) : undefined
  const begins = action.taking && way ? or(...way.from.map((state): Predicate => ({ kind: 'compare', op: 'eq', as: 'text', left: field(action.taking?.field ?? ''), right: constant(state) }))) : always
  const probes: Probe[] = []
  const asked = clauses(and(action.allow, begins), 'call', caller, 'allow', [], probes)
  const rule = (truths: Truths): WhyRule => ({
    rule: action.id, text: action.allowText ?? 'nobody may but the application itself', effect: 'allow', holds: system || truths[asked.as] === true, clause: clauseOf(asked, truths), place: action.place,
  })
  const common = { caller: callerOf(caller), entity: action.entity ?? action.id, verb: 'call', refused, statement: null, plan: null }
  if (action.entity === null || request.key === null) {
    const said = rule(Object.fromEntries(probes.map(p => [p.as, decidedTrue(p.of)])))
    return { ...common, rows: [{ key: [], granted: said.holds, decidedBy: said.holds ? said.rule : null, rules: [said], hidden: {} }] }
  }
  const entity = entityOf(c.model, action.entity), reading = questions(c, entity, 'read', caller)
  const values = keyOf(c, entity, request)
  const query: Query = {
    kind: 'query', entity: entity.name, one: false, count: 'none', where: keyIs(entity), order: keyOrder(entity), page: { kind: 'offset', skip: null, take: 1 },
    select: { fields: entity.key.map(name => ({ name, shown: always })), related: [], probes: [...reading.probes, ...probes] },
  }
  const found = await truths(c, query, entity, values, caller, run, always)
  return {
    ...common,
    rows: found.map(([key, t]) => {
      const read = reading.row(key, t), said = rule(t)
      return read.granted || system ? { ...read, granted: said.holds, decidedBy: said.holds ? said.rule : null, rules: [said] } : read
    }),
  }
}

function decidedTrue(p: Predicate): boolean {
  let looks = false
  visitPredicate(p, x => { if (x.kind !== 'always' && x.kind !== 'and' && x.kind !== 'or' && x.kind !== 'not') looks = true })
  return !looks && p.kind === 'always'
}

/** `only`: the rows to look at, as a rule says it. */
async function truths(c: Context, query: Query, entity: EntityModel, values: readonly Value[], caller: Caller, run: Run, only: Predicate): Promise<readonly (readonly [readonly Value[], Truths])[]> {
  const { ruling } = rulesFor(c, caller)
  const ready = authorizeAs.explain(query, only, { model: c.model, ruling, caller, slots: values.length })
  const { body } = await c.session.read(ready, filled(ready, values, caller), run)
  const rows = JSON.parse(body === null ? '[]' : typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as Record<string, unknown>[]
  return rows.map(r => [entity.key.map(name => partOf(r, name)), r['probes'] as Truths] as const)
}

/** A composite reference's parts stand in one object. */
const partOf = (row: Record<string, unknown>, name: string): Value => {
  const [head = '', tail] = name.split('.')
  return (tail === undefined ? row[head] : (row[head] as Record<string, Value>)[tail]) as Value
}

function refusalOf(work: () => unknown): string | null {
  try { work(); return null } catch (e) {
    if (e instanceof Failure && (e.code === 'caller.unknown' || e.code === 'caller.forbidden')) return e.message
    throw e
  }
}

const callerOf = (caller: Caller): Why['caller'] => ({ id: caller.id, roles: [...caller.roles], claims: caller.claims })
