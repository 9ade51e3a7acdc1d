// Uniques, checks, references and indexes of a table: compared by what they say, not by their names; a name is put right only where its table or column was renamed.
import type { EntityModel } from '../model/index.ts'
import type { DesiredCheck, DesiredTable } from './desired.ts'
import type { Draft } from './draft.ts'
import { conjuncts, normal } from './expression.ts'
import { tableKey, type Index, type Made, type Table } from './live.ts'
import { isMade } from './made.ts'
import { breaking, dangling, repeated, rowsOf } from './questions.ts'
import { plural, reset } from './say.ts'
import type { Names, Settled } from './settle.ts'

const sameSet = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every(x => b.includes(x))
const sameList = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((x, i) => x === b[i])
/** The name a column has now → the one it has in the database. */
const storedName = ({ columns }: Settled, name: string): string | null => columns.find(c => c.wanted.name === name)?.live?.name ?? null
/** Names follow a rename; a database that was there before us keeps the names it chose. */
const follows = ({ live, wanted, renamed }: Settled, columns: readonly string[]): boolean => live?.name !== wanted.name || columns.some(c => renamed.has(c))
const touches = (settled: Settled, columns: readonly string[]): boolean => columns.some(c => settled.removed.some(r => r.name === c))
const plainUnique = (index: Index): string[] | null => (index.unique && index.valid && index.where === null ? index.parts.flatMap(p => p.column ?? []) : null)

/** What would stop rows from being created without a removed column goes, before it is put away. By the names of the database. */
export function loosen(plan: Draft, settled: Settled, made: Made): void {
  const { live, wanted, removed } = settled
  if (live === null || removed.length === 0) return
  const about = { entity: wanted.entity.name, additive: false }
  for (const c of [...live.uniques, ...live.checks]) if (touches(settled, c.columns)) plan.step({ kind: 'dropConstraint', table: live, name: c.name }, about)
  for (const i of live.indexes) {
    const mine = isMade(made.indexes, live.schema, live.name, i.name)
    if ((i.unique || mine) && touches(settled, i.parts.flatMap(p => p.column ?? []))) plan.step({ kind: 'dropIndex', table: live, name: i.name }, about)
  }
  for (const c of removed) if (c.notNull && !live.key?.columns.includes(c.name)) plan.step({ kind: 'setNotNull', table: live, column: c.name, notNull: false }, about)
}

/** Of a table that was there before, what nobody declared is no news. */
const note = (plan: Draft, entity: EntityModel, text: string): void => { if (!entity.table.adopted) plan.notes.push(text) }

/** Whether all that a check asks is said already: by checks that say more, or by the column's type. */
function impliedBy(live: Table, settled: Settled, check: DesiredCheck): boolean {
  const said = new Set(live.checks.flatMap(c => conjuncts(c.expression)).map(c => normal(c, settled.renamed)))
  const stored = live.columns.find(c => c.name === storedName(settled, check.field.column))
  const width = /^character(?: varying)?\((\d+)\)$/.exec(stored?.base ?? stored?.type ?? '')?.[1]
  const { maxLength } = check.field.bounds
  return check.parts.every(part => said.has(normal(part)) || (width !== undefined && maxLength !== undefined && Number(width) <= maxLength && /^char_length\(.*\) <= \d+$/s.test(part)))
}

/** Uniques, checks and indexes. `blocked`: columns something of was refused. */
export function compareConstraints(plan: Draft, settled: Settled, made: Made, blocked: ReadonlySet<string>): void {
  const { live, wanted } = settled
  if (live !== null && (live.kind === 'table' || live.kind === 'partitioned')) {
    compareUniques(plan, settled, live, made, blocked)
    compareChecks(plan, settled, live, made, blocked)
    compareIndexes(plan, settled, live, made, blocked)
  } else if (live === null) for (const index of wanted.indexes) plan.step({ kind: 'createIndex', table: wanted, index }, { entity: wanted.entity.name })
}

function compareUniques(plan: Draft, settled: Settled, live: Table, made: Made, blocked: ReadonlySet<string>): void {
  const { wanted, renamed } = settled, { entity } = wanted
  const now = (columns: readonly string[]): string[] => columns.map(c => renamed.get(c) ?? c)
  const there = live.uniques.filter(u => !touches(settled, u.columns))
  const spare = new Set(there)
  const missing = wanted.uniques.filter(unique => {
    const found = there.find(u => sameSet(now(u.columns), unique.columns) && (!u.nullsNotDistinct || entity.table.adopted === true))
    if (found === undefined) return !live.indexes.some(i => sameSet(now(plainUnique(i) ?? []), unique.columns)) && !(live.key !== null && sameSet(now(live.key.columns), unique.columns))
    spare.delete(found)
    if (found.name !== unique.name && follows(settled, found.columns)) plan.step({ kind: 'renameConstraint', table: wanted, name: found.name, to: unique.name }, { entity: entity.name, additive: false })
    return false
  })
  for (const unique of spare) {
    if (!isMade(made.constraints, live.schema, live.name, unique.name)) note(plan, entity, `unique ${unique.name} of ${wanted.name} is not part of ${entity.title}: left alone`)
    else plan.step({ kind: 'dropConstraint', table: wanted, name: unique.name }, { entity: entity.name, says: `${wanted.name} (${now(unique.columns).join(', ')}) is no longer unique` })
  }
  for (const unique of missing) {
    if (unique.columns.some(c => blocked.has(c))) continue
    const field = entity.fields[unique.fields[0] ?? '']
    const n = repetitions(plan, settled, live, unique.columns)
    if (n > 0) {
      const label = unique.fields.length === 1 ? `${entity.title}.${unique.fields.join()}` : `${entity.title} (${unique.fields.join(', ')})`
      plan.refuse({ entity, field }, `${label} is unique, but ${plural(n, 'value')} ${n === 1 ? 'occurs' : 'occur'} more than once.`, 'leave out unique', 'make the rows differ')
    } else plan.step({ kind: 'addUnique', table: wanted, key: unique }, { entity: entity.name, field: field?.name ?? null, says: `${wanted.name} (${unique.columns.join(', ')}) is now unique` })
  }
}

/** How many values of these columns occur more than once, seen from before the plan: a new column holds its default in every row. */
function repetitions(plan: Draft, settled: Settled, live: Table, columns: readonly string[]): number {
  const fresh = columns.filter(c => storedName(settled, c) === null).map(c => settled.wanted.columns.find(w => w.name === c))
  if (fresh.some(c => c === undefined || c.default === null || c.default === 'gen_random_uuid()')) return 0
  const old = columns.flatMap(c => storedName(settled, c) ?? [])
  if (old.length > 0) return plan.ask(repeated(live, old))
  return plan.ask(rowsOf(live)) > 1 ? 1 : 0
}

function compareChecks(plan: Draft, settled: Settled, live: Table, made: Made, blocked: ReadonlySet<string>): void {
  const { wanted, renamed } = settled, { entity } = wanted
  const there = live.checks.filter(c => !touches(settled, c.columns)), spare = new Set(there)
  const meanings = new Map(there.map(c => [normal(c.expression, renamed), c]))
  const missing: DesiredCheck[] = []
  for (const check of wanted.checks) {
    const found = meanings.get(normal(check.expression))
    if (found === undefined) {
      if (!entity.table.adopted || !impliedBy(live, settled, check)) missing.push(check)
      continue
    }
    spare.delete(found)
    const about = { entity: entity.name, field: check.field.name }
    const name = found.name !== check.name && follows(settled, found.columns) ? check.name : found.name
    if (name !== found.name) plan.step({ kind: 'renameConstraint', table: wanted, name: found.name, to: name }, { ...about, additive: false })
    if (found.valid || entity.table.adopted || refused(plan, settled, live, check)) continue
    plan.step({ kind: 'validate', table: wanted, name }, { ...about, says: `check of ${wanted.name}.${check.columns.join()} holds for every row` })
  }
  const replaced = new Set<DesiredCheck>()
  for (const check of spare) {
    const instead = missing.find(m => m.name === check.name)
    if (instead !== undefined) {
      if (blocked.has(instead.field.column) || refused(plan, settled, live, instead)) { missing.splice(missing.indexOf(instead), 1); continue }
      replaced.add(instead)
      plan.step({ kind: 'dropConstraint', table: wanted, name: check.name }, { entity: entity.name, field: instead.field.name })
    } else if (isMade(made.constraints, live.schema, live.name, check.name)) {
      plan.step({ kind: 'dropConstraint', table: wanted, name: check.name }, { entity: entity.name, says: `check of ${wanted.name}.${check.columns.map(c => renamed.get(c) ?? c).join(', ')} is gone` })
    } else note(plan, entity, `check ${check.name} of ${wanted.name} is not part of ${entity.title}: left alone`)
  }
  for (const check of missing) {
    if (blocked.has(check.field.column) || (!replaced.has(check) && refused(plan, settled, live, check))) continue
    const about = { entity: entity.name, field: check.field.name }
    const isNew = storedName(settled, check.field.column) === null
    // The rows there are were counted; they are counted again by the database, when nobody waits for it.
    plan.step({ kind: 'addCheck', table: wanted, check, validated: isNew }, { ...about, says: isNew ? null : `check of ${wanted.name}.${check.field.column}: ${check.expression.replaceAll('"', '')}` })
    if (!isNew) plan.step({ kind: 'validate', table: wanted, name: check.name }, about)
  }
}

function refused(plan: Draft, settled: Settled, live: Table, check: DesiredCheck): boolean {
  const stored = storedName(settled, check.field.column)
  if (stored === null) return false
  const n = plan.ask(breaking(live, check.over(stored)))
  if (n === 0) return false
  const { entity } = settled.wanted
  plan.refuse({ entity, field: check.field }, `${entity.title}.${check.field.name} allows only ${check.expression.replaceAll('"', '')}, but ${n === 1 ? '1 row has another value' : `${n} rows have other values`}.`,
    'wider bounds', `update ${settled.wanted.name} set ${check.field.column} = …`)
  return true
}

function compareIndexes(plan: Draft, settled: Settled, live: Table, made: Made, blocked: ReadonlySet<string>): void {
  const { wanted, renamed } = settled, { entity } = wanted
  const there = live.indexes.filter(i => !touches(settled, i.parts.flatMap(p => p.column ?? []))), spare = new Set(there)
  const meaning = (i: Index, names: ReadonlyMap<string, string>): string => JSON.stringify([i.unique, i.method, i.where, i.parts.map(p =>
    [p.column === null ? normal(p.expression, names) : names.get(p.column) ?? p.column, p.desc, p.nulls, p.opclass])])
  const meanings = new Map(there.filter(i => i.valid).map(i => [meaning(i, renamed), i])), none = new Map<string, string>()
  const missing = wanted.indexes.filter(index => {
    const found = meanings.get(meaning(index, none))
    if (found === undefined) return true
    spare.delete(found)
    if (found.name !== index.name && follows(settled, found.parts.flatMap(p => p.column ?? []))) plan.step({ kind: 'renameIndex', table: wanted, name: found.name, to: index.name }, { entity: entity.name, additive: false })
    return false
  })
  for (const index of spare) {
    if (isMade(made.indexes, live.schema, live.name, index.name)) plan.step({ kind: 'dropIndex', table: wanted, name: index.name }, { entity: entity.name, says: `-index ${index.name}` })
    else note(plan, entity, `index ${index.name} of ${wanted.name} is not part of ${entity.title}: left alone`)
  }
  for (const index of missing) {
    if (index.fields.some(f => blocked.has(entity.fields[f]?.column ?? ''))) continue
    plan.step({ kind: 'createIndex', table: wanted, index }, { entity: entity.name, says: `+index ${index.name}` })
  }
}

type Stored = Table['references'][number]
type Wanted = DesiredTable['references'][number]
const targetOf = (names: Names, { target }: Wanted): Settled | undefined => names.tables.find(t => t.wanted.schema === target.schema && t.wanted.name === target.name)

/** Whether a foreign key joins the columns that a reference does. */
function joins({ columns, target }: Stored, reference: Wanted, { renamed }: Settled, names: Names): boolean {
  const to = names.renamed.get(tableKey(target.schema, target.name)) ?? target, at = targetOf(names, reference)
  return sameList(columns.map(c => renamed.get(c) ?? c), reference.columns) && tableKey(to.schema, to.name) === tableKey(reference.target.schema, reference.target.name)
    && sameList(target.columns.map(c => at?.renamed.get(c) ?? c), reference.target.columns)
}

/** Foreign keys that are no more, or that are others now under the same name, let go before anything else: uniques they point at may go too. By the names of the database. */
export function letGo(plan: Draft, settled: Settled, names: Names, made: Made): void {
  const { live, wanted } = settled
  for (const r of live?.references ?? []) {
    if (live === null || wanted.references.some(reference => joins(r, reference, settled, names))) continue
    const instead = wanted.references.some(reference => reference.name === r.name), about = { entity: wanted.entity.name }
    if (touches(settled, r.columns)) plan.step({ kind: 'dropConstraint', table: live, name: r.name }, { ...about, additive: false })
    else if (instead || isMade(made.constraints, live.schema, live.name, r.name)) {
      plan.step({ kind: 'dropConstraint', table: live, name: r.name }, { ...about, says: instead ? null : `${live.name}.${r.columns.join(', ')} no longer refers to ${r.target.name}` })
    }
  }
}

/** Foreign keys, by the columns they join. */
export function compareReferences(plan: Draft, settled: Settled, names: Names, blocked: ReadonlyMap<DesiredTable, ReadonlySet<string>>): void {
  const { live, wanted } = settled, { entity } = wanted
  const there = live?.references.filter(r => !touches(settled, r.columns)) ?? []
  for (const reference of wanted.references) {
    const target = targetOf(names, reference)
    const about = { entity: entity.name, field: reference.relation.name }
    if (reference.columns.some(c => blocked.get(wanted)?.has(c)) || (target !== undefined && reference.target.columns.some(c => blocked.get(target.wanted)?.has(c)))) continue
    const found = there.find(r => joins(r, reference, settled, names))
    const same = found !== undefined && (entity.table.adopted === true || found.onDelete === reference.onDelete || (found.onDelete === 'restrict' && reference.onDelete === 'no action'))
    if (same) {
      const name = found.name !== reference.name && follows(settled, found.columns) ? reference.name : found.name
      if (name !== found.name) plan.step({ kind: 'renameConstraint', table: wanted, name: found.name, to: name }, { ...about, additive: false })
      if (found.valid || entity.table.adopted) continue
      plan.step({ kind: 'validate', table: wanted, name }, { ...about, says: `${wanted.name}.${reference.columns.join()} refers to rows that exist` })
      continue
    }
    const stored = reference.columns.map(c => storedName(settled, c))
    const isOld = live !== null && stored.every(c => c !== null)
    if (isOld && found === undefined && !reachable(plan, settled, live, target, stored.flatMap(c => c ?? []), reference)) continue
    if (found !== undefined) plan.step({ kind: 'dropConstraint', table: wanted, name: found.name }, about)
    const says = live === null || !isOld ? null : found === undefined ? `${wanted.name}.${reference.columns.join(', ')} refers to ${reference.target.name}` : `${wanted.name}.${reference.columns.join(', ')}: on delete ${reference.onDelete}`
    plan.step({ kind: 'addReference', table: wanted, reference, validated: !isOld }, { ...about, says })
    if (isOld) plan.step({ kind: 'validate', table: wanted, name: reference.name }, about)
  }
}

function reachable(plan: Draft, settled: Settled, live: Table, target: Settled | undefined, columns: readonly string[], reference: DesiredTable['references'][number]): boolean {
  const { entity } = settled.wanted
  const targets = reference.target.columns.flatMap(c => (target === undefined ? c : storedName(target, c) ?? []))
  const there = target?.live ?? null
  const n = there !== null && targets.length === columns.length ? plan.ask(dangling(live, columns, there, targets)) : plan.ask(rowsOf(live))
  if (n === 0) return true
  plan.refuse({ entity, place: reference.relation.place }, `${entity.title}.${reference.relation.name} refers to ${reference.target.name}, but ${n === 1 ? '1 row points' : `${n} rows point`} at nothing there.`,
    `delete or correct these rows`, reset)
  return false
}

