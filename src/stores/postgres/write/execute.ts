// Carries out a plan on a connection: level by level, putting the keys found on the way into the next statement, and saying which row was refused and why.
import { Failure, type At } from '../../../failure/index.ts'
import type { Verb } from '../../../model/index.ts'
import type { Value } from '../../../operation/index.ts'
import type { Run, Written } from '../../store.ts'
import { failureOf } from '../failures.ts'
import type { Cell, Connection, Statement } from '../statement.ts'
import { culprit } from './culprit.ts'
import { madeKeys, objects, parentKeys, type Given } from './intake.ts'
import { rowsTogether, type Level, type Together, type WritePlan } from './plan.ts'
import { verdict } from './proposal.ts'

interface Answer { readonly bad: number; readonly key: readonly Value[]; readonly version: string | null; readonly wholes: readonly (readonly Value[])[]; readonly body: Uint8Array | null; readonly cut: readonly string[]; readonly refused: readonly Value[] }
type Place = (row: number) => At
/** Where the row stands that the database refused; null: nobody can tell. */
type Which = ((failure: Failure) => At | null) | null

/**
 * Runs the plan's statements in order; those whose parameters are known are sent without waiting for the ones before. `connection` must be in a transaction unless
 * the plan is `single`; after a Failure that transaction must be rolled back. Failures are those of `Session.write`, the first in the order of the statements; `at`
 * begins with the index of the row for creates.
 */
export function executeMutation(plan: WritePlan, given: readonly Value[], connection: Connection, run: Run): Promise<Written> {
  // Who writes stands in the slot right before what is found on the way.
  const values = extended({ extra: plan.extra - 1 }, given, { ...run.mark })
  const w: Writing = { plan, connection, run, underway: [] }
  const place: Place = plan.verb === 'create' ? i => [i] : () => []
  return plan.together && isTogether(plan, given) ? together(plan, plan.together, values, place, w) : levels(w, values, place)
}

async function levels(w: Writing, values: readonly Value[], place: Place): Promise<Written> {
  const { plan } = w
  let failed: unknown = null
  try {
    const root = await level(w, plan.root, values, place)
    const back = plan.back && root.keys.length > 0 ? underway(w, ask(w, plan.back, withExtra(plan, values, root.keys), plan.verb, null)) : root.answers
    // In the order they were sent: what follows a failure in a transaction fails as well, and says nothing.
    for (const statement of w.underway) await statement
    const rows = await root.answers, answered = await back
    // No row at all has no verdict to say so.
    if (plan.count !== null && rows.length === 0 && values[plan.count] !== 0) throw new Failure('row.count', undefined, { facts: { count: 0 } })
    return {
      touched: rows.length, bodies: plan.returning ? answered.map(r => r.body) : [], keys: rows.map(r => r.key), versions: answered.map(r => r.version),
      cut: cutOf(answered),
    }
  } catch (error) { failed = error }
  // Nobody must write on this transaction's behalf after it is said to have failed.
  const settled = await Promise.allSettled(w.underway)
  throw settled.find(x => x.status === 'rejected')?.reason ?? failed
}

const isTogether = ({ together: of }: WritePlan, given: readonly Value[]): boolean => {
  const count = (slot: number): number => { const rows = given[slot] ?? null; return Array.isArray(rows) ? rows.length : 1 }
  return of !== null && count(of.rows) <= rowsTogether && of.parts.reduce((sum, p) => sum + count(p.rows), 0) <= of.most
}
/** Whether one statement does it all: it may then run by itself. */
export const isSingle = (plan: WritePlan, given: readonly Value[]): boolean => plan.single || isTogether(plan, given)
/** The statements that such values take. */
export const statementsOf = (plan: WritePlan, given: readonly Value[]): readonly Statement[] => (plan.together && isTogether(plan, given) ? [plan.together.main] : plan.statements)

async function together(plan: WritePlan, of: Together, values: readonly Value[], place: Place, w: Writing): Promise<Written> {
  const rows = objects(values[of.rows] ?? null), keys = rows.map(row => plan.root.entity.key.map(name => row[name] ?? null))
  const given = [...values]
  for (const p of of.parts) given[p.rows] = ofParents(objects(values[p.rows] ?? null), keys)
  const part = (p: Together['parts'][number]) => { const children = objects(given[p.rows] ?? null); return { children, place: nestedPlace(children, p.relation, p.one, place) } }
  // Of several tables, the one whose constraint was met says which rows it is about.
  const meant = (failure: Failure): At | null => {
    const { cause } = failure, table = typeof cause === 'object' && cause !== null && 'table' in cause ? cause.table : undefined
    const met = of.parts.find(p => p.entity.table.name === table), level = met ? part(met) : { children: rows, place }
    const i = level.children.length === 1 ? 0 : culprit(failure, (met ?? plan.root).entity, level.children)
    return i === null ? null : level.place(i)
  }
  let answers: readonly Answer[]
  try { answers = answersOf(await w.connection.run(of.main, given, w.run)) } catch (error) { throw located(w, error, plan.verb, meant) }
  refuse(answers, { references: plan.root.references, added: [] }, place)
  const refused = answers[0]?.refused ?? []
  if (refused.length > 0) for (const [i, p] of of.parts.entries()) {
    const level = part(p)
    const bad = new Map(refused.flatMap(x => (Array.isArray(x) && x[0] === i ? [[Number(x[1]) - 1, Number(x[2])] as const] : [])))
    refuse(level.children.map((_, n) => ({ bad: bad.get(n) ?? verdict.good })), { references: p.references, added: [] }, level.place)
  }
  return {
    touched: answers.length, bodies: plan.returning ? answers.map(a => a.body) : [], keys: answers.map(a => a.key), versions: answers.map(a => a.version),
    cut: cutOf(answers),
  }
}

const cutOf = (answers: readonly Answer[]): readonly string[] => (answers.every(a => a.cut.length === 0) ? [] : [...new Set(answers.flatMap(a => a.cut))].sort())

interface Writing { readonly plan: WritePlan; readonly connection: Connection; readonly run: Run; readonly underway: Promise<unknown>[] }
/** The keys of a level's rows, known before its answers where the rows name them. */
interface Sent { readonly keys: readonly (readonly Value[])[]; readonly answers: Promise<readonly Answer[]> }

/** Remembers what was sent, so that every failure is seen, and in order. */
function underway<T>(w: Writing, sent: Promise<T>): Promise<T> {
  w.underway.push(sent)
  sent.catch(() => undefined)
  return sent
}

async function level(w: Writing, l: Level, values: readonly Value[], place: Place): Promise<Sent> {
  const verb = w.plan.verb
  let rows = l.rows === null ? [] : objects(values[l.rows] ?? null)
  for (const n of l.before) {
    const from = rows
    const made = await level(w, n.level, values, target => [...place(from.findIndex(r => r[`#${n.relation}`] === target)), n.relation])
    rows = rows.map(row => {
      const index = row[`#${n.relation}`], key = typeof index === 'number' ? made.keys[index] : undefined
      return key ? { ...row, [madeKeys(n.relation)]: key } : row
    })
  }
  const given = l.rows === null ? values : values.with(l.rows, rows)
  // A lock is waited for: what comes after must see what it waited for.
  for (const lock of l.locks) await underway(w, send(w, lock, given, verb, null))
  // Of several rows the database does not say which: it is found by what it says of their values.
  const which = (failure: Failure): At | null => {
    if (l.rows === null || rows.length === 1) return place(0)
    const i = culprit(failure, l.entity, rows)
    return i === null ? null : place(i)
  }
  const answers = underway(w, ask(w, l.main, given, verb, which).then(all => { refuse(all, l, place); return all }))
  const keys = l.named ? rows.map(row => l.entity.key.map(name => row[name] ?? null)) : (await answers).map(a => a.key)
  for (const link of l.links) {
    const linked = ofParents(objects(values[link.rows] ?? null), keys), at = nestedPlace(linked, link.relation, false, place)
    void underway(w, ask(w, link.join, values.with(link.rows, linked), 'create', null).then(all => refuse(all, nothing, at)))
  }
  for (const n of l.after) {
    if (n.level.rows === null) continue
    // At the far end of a many-to-many nothing says whether this level was refused.
    if (n.join) await answers
    const children = ofParents(objects(values[n.level.rows] ?? null), keys)
    const made = await level(w, n.level, values.with(n.level.rows, children), nestedPlace(children, n.relation, n.one, place))
    if (!n.join) continue
    const pairs = children.map((child, i): Given => ({ [parentKeys]: child[parentKeys] ?? null, [madeKeys(n.relation)]: made.keys[i] ?? null }))
    void underway(w, ask(w, n.join, extended(w.plan, values, pairs), 'create', null))
  }
  for (const settle of l.settles) {
    if (keys.length === 0) continue
    const refused = (all: readonly Answer[]) => refuse(all, { references: [], added: [] }, i => place(keys.findIndex(key => JSON.stringify(key) === JSON.stringify(all[i]?.key))))
    void underway(w, ask(w, settle, withExtra(w.plan, values, keys), 'update', null).then(refused))
  }
  if (l.raises.length > 0) await raiseWholes(w, l, values, await answers, place)
  return { keys, answers }
}

/** Rows of a nested level, each with the key of the row it hangs on. */
const ofParents = (rows: readonly Given[], parents: readonly (readonly Value[])[]): readonly Given[] => rows.map(row => ({ ...row, [parentKeys]: parents[Number(row['#'])] ?? null }))

/** Where a nested row stands in the body: its parent's place, the relation, and its place among its siblings. */
const nestedPlace = (rows: readonly Given[], relation: string, one: boolean, place: Place): Place => i => {
  const parent = Number(rows[i]?.['#'])
  return [...place(parent), relation, ...(one ? [] : [rows.slice(0, i).filter(r => Number(r['#']) === parent).length])]
}

async function raiseWholes(w: Writing, l: Level, values: readonly Value[], parts: readonly Answer[], place: Place): Promise<void> {
  let from = parts.map((p, i) => ({ wholes: p.wholes, at: place(i) }))
  for (const raise of l.raises) {
    const once = new Map(from.flatMap(p => p.wholes.map(key => [JSON.stringify(key), { key, at: p.at }] as const)).reverse())
    if (once.size === 0) return
    const raised = await underway(w, ask(w, raise, withExtra(w.plan, values, [...once.values()].map(x => x.key)), 'update', null))
    const [first] = once.values()
    if (raised.some(r => r.bad !== verdict.good)) throw new Failure('caller.forbidden', undefined, { at: once.size === 1 ? first?.at ?? [] : [] })
    from = raised.map(r => ({ wholes: r.wholes, at: first?.at ?? [] }))
  }
}

const nothing = { references: [], added: [] }

/** What the check refused comes before a wrong count, and that before what a reference refused: 403, 409, 422. */
function refuse(answers: readonly Pick<Answer, 'bad'>[], { references, added }: Pick<Level, 'references' | 'added'>, place: Place): void {
  if (answers.every(a => a.bad === verdict.good)) return
  const forbidden = answers.findIndex(a => a.bad === verdict.forbidden)
  if (forbidden >= 0) throw new Failure('caller.forbidden', undefined, { at: place(forbidden) })
  if (answers.some(a => a.bad === verdict.count)) throw new Failure('row.count', undefined, { facts: { count: answers.length } })
  const lost = answers.flatMap((a, i) => {
    const relation = references[a.bad - verdict.reference]
    return a.bad >= verdict.reference ? [[...place(i), ...(relation === undefined ? [] : [relation])]] : []
  })
  const [first] = lost
  if (first) throw new Failure('row.reference', undefined, { at: first, mistakes: lost.map(at => ({ at, detail: 'refers to no row' })) })
  const empty = answers.findIndex(a => a.bad <= verdict.empty)
  if (empty >= 0) {
    const field = added[verdict.empty - (answers[empty]?.bad ?? 0)] ?? ''
    throw new Failure('row.invalid', `${field} has no value to add to, or the sum is out of its range.`, { at: [...place(empty), field], facts: { fields: [field] } })
  }
  // Another level of the same write was refused, and that failure is the one to tell; alone, somebody else was faster.
  if (answers.some(a => a.bad === verdict.orphan)) throw new Failure('row.contended', 'Another write removed a row that this one refers to; try again.')
}

/** Keys as rows of the extra slot, by the number of the part. */
const withExtra = (plan: WritePlan, values: readonly Value[], keys: readonly (readonly Value[])[]): readonly Value[] =>
  extended(plan, values, keys.map(key => Object.fromEntries(key.map((part, i) => [String(i), part]))))
function extended(plan: Pick<WritePlan, 'extra'>, values: readonly Value[], rows: Value): readonly Value[] {
  const all = values.slice(0, plan.extra)
  while (all.length < plan.extra) all.push(null)
  all.push(rows)
  return all
}

/** Sends a statement; what the database refuses comes back as a failure at the row that it is about, where `which` finds that. */
async function send(w: Writing, statement: Statement, values: readonly Value[], verb: Verb, which: Which): Promise<readonly (readonly Cell[])[]> {
  try { return await w.connection.run(statement, values, w.run) } catch (error) { throw located(w, error, verb, which) }
}

function located(w: Writing, error: unknown, verb: Verb, which: Which): Failure {
  const failure = failureOf(error, w.plan.model, verb)
  const { fields } = failure.facts
  const [field] = Array.isArray(fields) && fields.length === 1 ? fields : []
  const one = failure.code.startsWith('row.') ? which?.(failure) ?? null : null
  if (one === null) return failure
  const at = [...one, ...failure.at, ...(failure.at.length === 0 && typeof field === 'string' ? [field] : [])]
  return new Failure(failure, failure.message, { at, facts: failure.facts, cause: failure.cause })
}

async function ask(w: Writing, statement: Statement, values: readonly Value[], verb: Verb, which: Which): Promise<readonly Answer[]> {
  return answersOf(await send(w, statement, values, verb, which))
}
const answersOf = (rows: readonly (readonly Cell[])[]): readonly Answer[] => rows.map(([bad, key, version, wholes, body, cut, refused]) => ({
  bad: Number(text(bad) ?? 0), key: list(key), version: text(version), wholes: list(wholes).filter(Array.isArray), body: body ?? null,
  cut: list(cut).filter(x => typeof x === 'string'), refused: list(refused),
}))
const text = (cell: Cell | undefined): string | null => (cell ? (cell instanceof Buffer ? cell : Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength)).toString('utf8') : null)
const list = (cell: Cell | undefined): readonly Value[] => {
  const json = text(cell)
  const parsed: unknown = json === null ? [] : JSON.parse(json)
  return Array.isArray(parsed) ? parsed : []
}
