// Live schema × model → migration plan. Pure: what it must know of the rows it asks as questions. Names are settled first; all else compares by the new names.
import type { Model } from '../model/index.ts'
import { desiredSchema, type DesiredTable } from './desired.ts'
import { compareColumns } from './columns.ts'
import { compareConstraints, compareReferences, letGo, loosen } from './constraints.ts'
import { draft, type Draft } from './draft.ts'
import { tableKey, type LiveSchema, type Made, type Table } from './live.ts'
import { isMade, nothingMade } from './made.ts'
import type { Facts, MigrationPlan, Step } from './plan.ts'
import { valuesOf, rowsOf } from './questions.ts'
import { plural } from './say.ts'
import { keptName, settle, type Settled } from './settle.ts'

/** What it takes to make a database serve a model. With questions open it is a guess and says so in `questions`. */
export function planSchema(live: LiveSchema, model: Model, facts: Facts): MigrationPlan {
  const desired = desiredSchema(model, live.current)
  const made = live.made[model.name] ?? nothingMade
  const names = settle(live, desired, made)
  const plan = draft(facts)
  for (const schema of new Set(desired.tables.map(t => t.schema))) if (!live.schemas.includes(schema)) plan.step({ kind: 'createSchema', schema })

  // Out of the way first: what is no longer declared gives its name back.
  for (const table of names.removed) for (const r of table.references) plan.step({ kind: 'dropConstraint', table, name: r.name }, { additive: false })
  for (const settled of names.tables) letGo(plan, settled, names, made)
  for (const table of names.removed) keepTable(plan, table, live)
  for (const settled of names.tables) if (settled.live !== null) loosen(plan, settled, made)
  for (const settled of names.tables) renameTable(plan, settled)
  for (const settled of names.tables) if (settled.live !== null) renameColumns(plan, settled, settled.live)

  const blocked = new Map<DesiredTable, ReadonlySet<string>>()
  for (const settled of names.tables) {
    if (settled.live === null) plan.step({ kind: 'createTable', table: settled.wanted }, { entity: settled.wanted.entity.name, says: `+table ${settled.wanted.name}` })
    else {
      blocked.set(settled.wanted, compareColumns(plan, settled, settled.live, made))
      compareChoices(plan, settled, live)
    }
  }
  for (const settled of names.tables) compareConstraints(plan, settled, made, blocked.get(settled.wanted) ?? new Set())
  // References last: every table and key they need is there.
  for (const settled of names.tables) compareReferences(plan, settled, names, blocked)
  for (const settled of names.tables) compareComputed(plan, settled, made, blocked.get(settled.wanted) ?? new Set())
  for (const settled of names.tables) comments(plan, settled)

  const schemas = new Set(desired.tables.map(t => t.schema))
  for (const table of names.strange) if (schemas.has(table.schema) && table.kind !== 'partition') plan.notes.push(`${table.kind} ${table.name} is not part of ${model.name}: left alone`)
  for (const settled of names.tables) for (const column of settled.wanted.entity.hidden && settled.wanted.entity.table.adopted ? [] : settled.strange) plan.notes.push(`column ${settled.wanted.name}.${column.name} is not part of ${settled.wanted.entity.title}: left alone`)
  const steps = afterRenames(plan.steps)
  return {
    model, steps, refused: plan.refused, notes: plan.notes, questions: [...plan.questions],
    empty: steps.length === 0 && plan.refused.length === 0, additive: plan.refused.length === 0 && steps.every(s => s.additive),
  }
}

/** A choice over a type of the database has the type's values. */
function compareChoices(plan: Draft, { wanted, columns }: Settled, live: LiveSchema): void {
  for (const { wanted: { field }, live: column } of columns) {
    const { stored, bounds: { choices } } = field
    if (stored === undefined || choices === undefined || column === null) continue
    const named = stored.replace(/(\[\])+$/, '').replaceAll('"', '')
    const found = live.enums.find(e => named === `${e.schema}.${e.name}`) ?? live.enums.find(e => named === e.name && e.schema === live.current) ?? live.enums.find(e => named === e.name)
    if (found === undefined) continue
    const strange = [...choices.filter(c => !found.labels.includes(c)), ...found.labels.filter(l => !choices.includes(l))]
    if (strange.length > 0) plan.refuse({ entity: wanted.entity, field }, `${wanted.entity.title}.${field.name} has other choices than ${stored} in the database: ${strange.map(s => `'${s}'`).join(', ')}.`, 'the choices the type has', `alter type ${stored} add value '…'`)
  }
}

/** What comes after a rename on the same table, or points at it, needs the rename: it is no more additive than that. */
function afterRenames(steps: readonly Step[]): Step[] {
  const renamed = new Set<string>()
  return steps.map(step => {
    const { change } = step
    const touched = 'table' in change ? [tableKey(change.table.schema, change.table.name)] : []
    if (change.kind === 'addReference') touched.push(tableKey(change.reference.target.schema, change.reference.target.name))
    const additive = step.additive && !touched.some(t => renamed.has(t))
    // A column put away is named by nothing that follows.
    if (!additive && change.kind === 'renameTable') renamed.add(tableKey(change.table.schema, change.to))
    if (!additive && change.kind === 'renameColumn' && step.field !== null) for (const t of touched) renamed.add(t)
    return { ...step, additive }
  })
}

/** An entity that is gone: its rows stay, under a name nothing looks at, and it no longer holds on to others. */
function keepTable(plan: Draft, table: Table, live: LiveSchema): void {
  const to = keptName(table.name, name => live.tables.some(t => t.schema === table.schema && t.name === name))
  for (const u of table.uniques) plan.step({ kind: 'dropConstraint', table, name: u.name }, { additive: false })
  for (const i of table.indexes) plan.step({ kind: 'dropIndex', table, name: i.name }, { additive: false })
  if (table.key !== null) plan.step({ kind: 'renameConstraint', table, name: table.key.name, to: keptName(table.key.name, () => false) }, { additive: false })
  plan.step({ kind: 'renameTable', table, to }, { says: `-table ${table.name}, kept as ${to} with ${plural(plan.ask(rowsOf(table)), 'row')}` })
}

function renameTable(plan: Draft, { wanted, live, was }: Settled): void {
  if (live === null || was === 'same') return
  const rows = plural(plan.ask(rowsOf(live)), 'row')
  const says = was === 'returned' ? `+table ${wanted.name}, back with ${rows}` : `renamed ${live.name} → ${wanted.name}, ${rows} kept`
  plan.step({ kind: 'renameTable', table: live, to: wanted.name }, { entity: wanted.entity.name, says, additive: was === 'returned' })
}

function renameColumns(plan: Draft, settled: Settled, live: Table): void {
  const { wanted } = settled
  for (const column of settled.removed) {
    // A key column is refused with the key, below.
    if (live.key?.columns.includes(column.name)) continue
    const to = keptName(column.name, name => live.columns.some(c => c.name === name))
    plan.step({ kind: 'renameColumn', table: wanted, column: column.name, to }, {
      entity: wanted.entity.name, says: `-column ${wanted.name}.${column.name}, kept as ${to} with ${plural(plan.ask(valuesOf(live, column.name)), 'value')}`,
    })
  }
  for (const { wanted: column, live: old, was } of settled.columns) {
    if (old === null || was === 'same') continue
    const values = plural(plan.ask(valuesOf(live, old.name)), 'value')
    plan.step({ kind: 'renameColumn', table: wanted, column: old.name, to: column.name }, {
      entity: wanted.entity.name, field: column.field.name, additive: was === 'returned',
      says: was === 'returned' ? `+column ${wanted.name}.${column.name}, back with ${values}` : `renamed ${wanted.name}.${old.name} → ${column.name}, ${values} kept`,
    })
  }
}

/** Computed columns that are new, or are reckoned otherwise now; once all they are reckoned from is there. */
function compareComputed(plan: Draft, { wanted, live }: Settled, made: Made, blocked: ReadonlySet<string>): void {
  if (live === null) return
  for (const { name, computed, field } of wanted.columns) {
    if (computed === null || blocked.has(name) || isMade(made.computed ?? [], wanted.schema, wanted.name, name, computed)) continue
    const rows = plan.ask(rowsOf(live))
    plan.step({ kind: 'compute', table: wanted, column: name, value: computed }, { entity: wanted.entity.name, field: field.name, says: rows === 0 ? null : `${wanted.name}.${name} computed for ${plural(rows, 'row')}` })
  }
}

/** What `.about` says is the comment; a comment somebody else wrote stays where there is no `.about`. */
function comments(plan: Draft, { wanted, live, columns }: Settled): void {
  if (wanted.comment !== null && live?.comment !== wanted.comment) {
    plan.step({ kind: 'comment', table: wanted, column: null, text: wanted.comment }, { entity: wanted.entity.name, says: live === null ? null : `comment of ${wanted.name}` })
  }
  for (const { wanted: column, live: old } of columns) {
    if (column.comment === null || old?.comment === column.comment) continue
    plan.step({ kind: 'comment', table: wanted, column: column.name, text: column.comment },
      { entity: wanted.entity.name, field: column.field.name, says: old === null ? null : `comment of ${wanted.name}.${column.name}` })
  }
}

