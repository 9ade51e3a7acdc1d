// Two declarations' rules compared: which changed, and over the data who gains and who loses which rows by it, exactly.
import { decide, rowsHolding, rulingOf, type Ruling } from '../../engine/index.ts'
import { actionsOf, type ActionModel, type Caller, type EntityModel, type FieldModel, type Model, type Rule, type Verb } from '../../model/index.ts'
import { and, never, not, type Predicate, type Value } from '../../operation/index.ts'
import { pluralOf, ruleSentences, simplify } from '../../readback/index.ts'
import type { Store } from '../../stores/index.ts'
import type { Joined } from './joined.ts'

export interface Side { readonly text: string; readonly says: string; readonly file: string; readonly line: number }
export interface ChangedRule { readonly entity: string; readonly was: Side | null; readonly is: Side | null }
export interface Rows { readonly rows: number; readonly examples: readonly string[] }
/** `right`: `read`, `create`, `see remark`, `call pay`. Of a create: of rows like those that are there. */
export interface Effect { readonly entity: string; /** What its rows are called: `orders`. */ readonly of: string; readonly caller: string; readonly right: string; readonly gains: Rows; readonly loses: Rows; /** What one rule does alone; null: all that changed, together. */ readonly alone: number | null }
export interface Uncompared { readonly entity: string; readonly right: string; readonly why: string }
export interface Compared { readonly rules: readonly ChangedRule[]; readonly others: readonly string[]; readonly effects: readonly Effect[]; readonly uncompared: readonly Uncompared[] }

const key = (r: Rule): string => JSON.stringify([r.effect, [...r.verbs].sort(), [...r.fields].sort(), simplify(r.when)])

interface Pair { readonly was: Rule | null; readonly is: Rule | null }
/** Rules that are not on both sides; a rule of the same sort in the same place is the other one, changed. */
export function pairs(was: readonly Rule[], is: readonly Rule[]): readonly Pair[] {
  const gone = was.filter(r => !is.some(x => key(x) === key(r))), come = is.filter(r => !was.some(x => key(x) === key(r)))
  const left = [...come]
  const number = (r: Rule): number => Number(r.id.slice(r.id.lastIndexOf('.') + 1))
  const take = (found: Rule | undefined): Rule | null => { if (found === undefined) return null; left.splice(left.indexOf(found), 1); return found }
  const paired = gone.map((r): Pair => ({ was: r, is: take(left.find(x => x.effect === r.effect && number(x) === number(r)) ?? left.find(x => x.effect === r.effect && JSON.stringify([x.verbs, x.fields]) === JSON.stringify([r.verbs, r.fields]))) }))
  return [...paired, ...left.map((r): Pair => ({ was: null, is: r }))]
}

export interface Asker { readonly name: string; readonly caller: Caller }
/** `store`: over `joined.is`; null: only the rules are compared. */
export interface Comparing { readonly joined: Joined; readonly former: Model; readonly present: Model; readonly askers: readonly Asker[]; readonly store: Store | null; readonly examples: number }

export async function compared(c: Comparing): Promise<Compared> {
  const { was, is } = c.joined
  const changes = Object.values(is.entities).flatMap(e => pairs(was.entities[e.name]?.rules ?? [], e.rules).map(pair => ({ entity: e, pair })))
  const effects: Effect[] = [], uncompared: Uncompared[] = []
  if (c.store !== null) {
    await between(c, c.store, was, is, null, effects, uncompared)
    // Where several rules changed at once, what each does by itself as well.
    if (changes.length > 1) for (const [i, { entity, pair }] of changes.entries()) {
      const old = was.entities[entity.name]
      if (old === undefined) continue
      const rules = pair.was === null ? [...old.rules, ...(pair.is === null ? [] : [pair.is])] : old.rules.flatMap(r => (r !== pair.was ? [r] : pair.is === null ? [] : [pair.is]))
      await between(c, c.store, was, { ...was, entities: { ...was.entities, [entity.name]: { ...old, rules } } }, i, effects, [])
    }
  }
  return { rules: changes.map(({ entity, pair }) => ({ entity: entity.title, was: side(c.former, pair.was), is: side(c.present, pair.is) })), others: others(c), effects, uncompared }
}

/** A rule as each declaration has it, in its own names. */
function side(model: Model, rule: Rule | null): Side | null {
  if (rule === null) return null
  const entity = Object.values(model.entities).find(e => e.rules.some(r => r.id === rule.id && r.text === rule.text)), own = entity?.rules.find(r => r.id === rule.id)
  return { text: rule.text, says: entity === undefined || own === undefined ? '' : ruleSentences(model, entity, own).join(' '), file: rule.place.file, line: rule.place.line }
}

const verbs: readonly Verb[] = ['read', 'create', 'update', 'delete']
const may = (ruling: Ruling, e: EntityModel | undefined, verb: Verb): Predicate => {
  if (e === undefined || e.hidden || (verb !== 'read' && e.readOnly)) return never
  return verb === 'update' || verb === 'delete' ? and(ruling.may(e, 'read'), ruling.may(e, verb)) : ruling.may(e, verb)
}
const sees = (ruling: Ruling, e: EntityModel | undefined, f: FieldModel): Predicate => {
  const own = e?.fields[f.name]
  return e === undefined || own === undefined || e.hidden || own.hidden ? never : and(ruling.may(e, 'read'), ruling.shown(e, f.name))
}

async function between(c: Comparing, store: Store, was: Model, is: Model, alone: number | null, effects: Effect[], uncompared: Uncompared[]): Promise<void> {
  for (const entity of Object.values(c.joined.is.entities)) {
    const before = was.entities[entity.name], after = is.entities[entity.name]
    if ((before?.hidden ?? true) && (after?.hidden ?? true)) continue
    for (const { name, caller } of c.askers) {
      const [old, now] = [rulingOf(was, caller), rulingOf(is, caller)]
      const look = async (right: string, from: Predicate, to: Predicate): Promise<void> => {
        const [x, y] = [simplify(from), simplify(to)]
        if (JSON.stringify(x) === JSON.stringify(y)) return
        const lacks = [...new Set([...c.joined.lacks(entity.name, x), ...c.joined.lacks(entity.name, y)])]
        const cannot = (why: string): void => { if (!uncompared.some(u => u.entity === entity.title && u.right === right && u.why === why)) uncompared.push({ entity: entity.title, right, why }) }
        if (entity.key.length === 0) { cannot('its rows cannot be told apart'); return }
        if (lacks.length > 0) { cannot(`the database has no ${lacks.join(', ')}`); return }
        try {
          // Both are true or false of every row, never unknown: what is not so before and is so now is what is gained.
          const [gains, loses] = [await count(c, store, entity, and(y, not(x)), caller), await count(c, store, entity, and(x, not(y)), caller)]
          if (gains.rows + loses.rows > 0) effects.push({ entity: entity.title, of: pluralOf(entity), caller: name, right, gains, loses, alone })
        } catch (error) { cannot(error instanceof Error ? reason(error) : String(error)) }
      }
      for (const verb of verbs) await look(verb, may(old, before, verb), may(now, after, verb))
      // A field that is new or gone is a change of what is kept, not of who sees it.
      for (const f of Object.values(entity.fields)) {
        if (entity.key.includes(f.name) || before === undefined || after === undefined) continue
        const [x, y] = [sees(old, before, f), sees(now, after, f)]
        const rows = [may(old, before, 'read'), may(now, after, 'read')]
        // Told where more changes than the rows themselves.
        if (JSON.stringify(simplify(x)) !== JSON.stringify(simplify(rows[0] ?? never)) || JSON.stringify(simplify(y)) !== JSON.stringify(simplify(rows[1] ?? never))) await look(`see ${f.name}`, x, y)
      }
      if (alone === null) for (const [id, [x, y]] of ownActions(c, entity)) await look(`call ${id}`, calls(old, before, x, caller), calls(now, after, y, caller))
    }
  }
}
const reason = (error: Error): string => `${error.message}${error.cause instanceof Error ? `: ${error.cause.message}` : ''}`

/** Actions of an entity by name, then and now. */
function ownActions({ joined: { was, is } }: Comparing, entity: EntityModel): ReadonlyMap<string, readonly [ActionModel | undefined, ActionModel | undefined]> {
  const of = (m: Model): ReadonlyMap<string, ActionModel> => new Map(actionsOf(m).filter(a => a.entity === entity.name).map(a => [a.name, a]))
  const [x, y] = [of(was), of(is)]
  return new Map([...new Set([...x.keys(), ...y.keys()])].map(id => [id, [x.get(id), y.get(id)]]))
}
const calls = (ruling: Ruling, e: EntityModel | undefined, a: ActionModel | undefined, caller: Caller): Predicate => (e === undefined || a === undefined ? never : and(ruling.may(e, 'read'), decide(a.allow, caller, 'never')))

async function count(c: Comparing, store: Store, entity: EntityModel, only: Predicate, caller: Caller): Promise<Rows> {
  const { rows, keys } = await rowsHolding({ model: c.joined.is, store }, entity, simplify(only), caller, { deadline: performance.now() + 120_000 }, c.examples)
  return { rows, examples: keys.map(k => k.map(text).join(',')) }
}
const text = (v: Value): string => (typeof v === 'string' ? v : JSON.stringify(v))

/** What no row is needed for: who may set a field, call an action of no row, and what is never shown any more. */
function others({ joined: { was, is }, askers }: Comparing): readonly string[] {
  const found: string[] = []
  for (const now of Object.values(is.entities)) {
    const old = was.entities[now.name]
    if (old === undefined) continue
    const by = (f: FieldModel | undefined): string => (f?.by == null ? 'whoever may write the row' : f.by.length === 0 ? 'nobody' : f.by.join(', '))
    for (const f of Object.values(now.fields)) {
      const before = old.fields[f.name]
      if (by(before) !== by(f) && before !== undefined) found.push(`${now.title}.${f.name} was set by ${by(before)}, and now by ${by(f)}.`)
      if (before !== undefined && before.hidden !== f.hidden) found.push(`${now.title}.${f.name} ${f.hidden ? 'is never shown any more' : 'was never shown, and now is'}.`)
    }
  }
  const [x, y] = [was, is].map(m => new Map(actionsOf(m).filter(a => a.entity === null).map(a => [a.id, a])))
  for (const id of new Set([...(x?.keys() ?? []), ...(y?.keys() ?? [])])) {
    const verdict = (a: ActionModel | undefined, caller: Caller): boolean => a !== undefined && decide(a.allow, caller, 'never').kind === 'always'
    for (const { name, caller } of askers) {
      const [before, now] = [verdict(x?.get(id), caller), verdict(y?.get(id), caller)]
      if (before !== now) found.push(`${name} ${now ? 'GAINS' : 'LOSES'} calling ${id}.`)
    }
  }
  return found
}
