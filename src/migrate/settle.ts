// Names first: which table and column of the database is which of the model, after renames, removals and returns. What follows compares by the new names.
import { databaseName } from '../model/index.ts'
import type { Desired, DesiredColumn, DesiredTable } from './desired.ts'
import { findColumn, findTable, tableKey, type Column, type LiveSchema, type Made, type Table } from './live.ts'

export interface Settled {
  readonly wanted: DesiredTable
  /** Null: it is to be created. */
  readonly live: Table | null
  readonly was: 'same' | 'renamed' | 'returned'
  readonly columns: readonly { readonly wanted: DesiredColumn; readonly live: Column | null; readonly was: 'same' | 'renamed' | 'returned' }[]
  /** Columns an earlier plan made and the model no longer has. */
  readonly removed: readonly Column[]
  /** Columns that are nobody's: neither the model's nor made by a plan. */
  readonly strange: readonly Column[]
  /** Old names of columns → new ones. */
  readonly renamed: ReadonlyMap<string, string>
}

export interface Names {
  readonly tables: readonly Settled[]
  readonly removed: readonly Table[]
  readonly strange: readonly Table[]
  /** `tableKey` of the old name → new name. */
  readonly renamed: ReadonlyMap<string, { readonly schema: string; readonly name: string }>
}

const prefix = '_dropped'
const isKept = (name: string): boolean => name.startsWith(`${prefix}_`)
/** The name something removed is kept under: `_dropped_NAME`, counted on where that is taken. */
export function keptName(name: string, taken: (name: string) => boolean): string {
  for (let n = 1; ; n++) {
    const kept = n === 1 ? databaseName(prefix, name) : databaseName(prefix, name, String(n))
    if (!taken(kept)) return kept
  }
}
const lastKept = <T extends { readonly name: string }>(name: string, all: readonly T[]): T | undefined => {
  let found: T | undefined
  for (let n = 1; n <= all.length + 1; n++) found = all.find(t => t.name === (n === 1 ? databaseName(prefix, name) : databaseName(prefix, name, String(n)))) ?? found
  return found
}

/** `was` is a name as it stood in the declaration; how it became the database's is not known any more, so case and underscores do not count. */
const squeezed = (name: string): string => name.replace(/[_.]/g, '').toLowerCase()
const byOldName = <T extends { readonly name: string }>(all: readonly T[], ...was: readonly string[]): T | undefined =>
  was.map(w => all.find(t => t.name === w) ?? all.find(t => squeezed(w) === squeezed(t.name))).find(t => t !== undefined)

/** Pairs the tables and columns of a database with a model's. */
export function settle(live: LiveSchema, desired: Desired, made: Made): Names {
  const takenTables = new Set(desired.tables.map(t => tableKey(t.schema, t.name)))
  const columnsMade = new Set(made.columns)
  const used = new Set<Table>(), renamed = new Map<string, { schema: string; name: string }>()
  const tables = desired.tables.map(wanted => {
    const there = live.tables.filter(t => t.schema === wanted.schema)
    const was = wanted.entity.table.was
    let found = findTable(live, wanted.schema, wanted.name), how: Settled['was'] = 'same'
    if (found === undefined && was !== null) {
      found = byOldName(there.filter(t => !takenTables.has(tableKey(t.schema, t.name))), was, `${prefix}_${was}`)
      how = 'renamed'
    }
    if (found === undefined) {
      const kept = lastKept(wanted.name, there)
      if (kept !== undefined && wanted.key.columns.every(name => kept.key?.columns.includes(name) && findColumn(kept, name)?.type === findColumn(wanted, name)?.type)) {
        found = kept
        how = 'returned'
      }
    }
    if (found !== undefined) {
      used.add(found)
      if (how !== 'same') renamed.set(tableKey(found.schema, found.name), { schema: wanted.schema, name: wanted.name })
    }
    return settleColumns(wanted, found ?? null, how, columnsMade)
  })
  const rest = live.tables.filter(t => !used.has(t) && !isKept(t.name))
  const ours = new Set(made.tables)
  return { tables, renamed, removed: rest.filter(t => ours.has(tableKey(t.schema, t.name))), strange: rest.filter(t => !ours.has(tableKey(t.schema, t.name))) }
}

function settleColumns(wanted: DesiredTable, live: Table | null, was: Settled['was'], ours: ReadonlySet<string>): Settled {
  const declared = new Set(wanted.columns.map(c => c.name)), used = new Set<Column>(), renamed = new Map<string, string>()
  const columns = wanted.columns.map((column): Settled['columns'][number] => {
    if (live === null) return { wanted: column, live: null, was: 'same' }
    let found = findColumn(live, column.name), how: Settled['was'] = 'same'
    if (found === undefined && column.field.was !== null) {
      const { was: old, reference } = column.field
      // A reference is renamed by its own name or by that of its key field.
      found = byOldName(live.columns.filter(c => !declared.has(c.name) && !used.has(c)), old, ...(reference === null ? [] : [`${old}Id`]), `${prefix}_${old}`)
      how = 'renamed'
    }
    if (found === undefined) {
      const kept = lastKept(column.name, live.columns)
      if (kept !== undefined && !used.has(kept) && kept.type === column.type && kept.collation === column.collation && kept.generated === null) {
        found = kept
        how = 'returned'
      }
    }
    if (found === undefined) return { wanted: column, live: null, was: 'same' }
    used.add(found)
    if (how !== 'same') renamed.set(found.name, column.name)
    return { wanted: column, live: found, was: how }
  })
  const rest = live?.columns.filter(c => !used.has(c) && !isKept(c.name)) ?? []
  const isOurs = (c: Column): boolean => live !== null && ours.has(JSON.stringify([live.schema, live.name, c.name]))
  return { wanted, live, was, columns, removed: rest.filter(isOurs), strange: rest.filter(c => !isOurs(c)), renamed }
}
