// What plans have made in a database, kept beside it: the only way to tell a field that was removed from a column that was never ours.
import { absurd } from '../operation/index.ts'
import { bookkeeping } from './introspect.ts'
import type { Made, Queryable } from './live.ts'
import type { Change, Name } from './plan.ts'
import { quote } from './sql.ts'

export const nothingMade: Made = { tables: [], columns: [], constraints: [], indexes: [] }
export const isMade = (made: readonly string[], ...path: readonly string[]): boolean => made.includes(JSON.stringify(path))

/** What is made after a change. Names in it are those the change leaves behind. */
export function advance(made: Made, change: Change): Made {
  const at = (table: Name, ...rest: readonly string[]): string => JSON.stringify([table.schema, table.name, ...rest])
  const plus = (all: readonly string[], ...more: readonly string[]): string[] => [...new Set([...all, ...more])]
  const swap = (all: readonly string[], old: string, now: string): string[] => all.map(one => (one === old ? now : one))
  switch (change.kind) {
    case 'createTable': {
      const t = change.table
      return {
        tables: plus(made.tables, at(t)), columns: plus(made.columns, ...t.columns.map(c => at(t, c.name))),
        constraints: plus(made.constraints, ...[t.key, ...t.uniques, ...t.checks].map(c => at(t, c.name))), indexes: made.indexes,
        computed: plus(made.computed ?? [], ...t.columns.flatMap(c => (c.computed === null ? [] : [at(t, c.name, c.computed)]))),
      }
    }
    case 'renameTable': {
      const { schema, name } = change.table
      const move = (all: readonly string[]): string[] => all.map(one => {
        const [s, t, ...rest] = JSON.parse(one) as string[]
        return s === schema && t === name ? JSON.stringify([s, change.to, ...rest]) : one
      })
      return { ...made, tables: move(made.tables), columns: move(made.columns), constraints: move(made.constraints), indexes: move(made.indexes) }
    }
    case 'addColumn': return { ...made, columns: plus(made.columns, at(change.table, change.column.name)) }
    case 'compute': {
      const mine = at(change.table, change.column)
      const others = (made.computed ?? []).filter(one => JSON.stringify((JSON.parse(one) as string[]).slice(0, 3)) !== mine)
      return { ...made, computed: [...others, at(change.table, change.column, change.value)] }
    }
    case 'renameColumn': return { ...made, columns: swap(made.columns, at(change.table, change.column), at(change.table, change.to)) }
    case 'addUnique': return { ...made, constraints: plus(made.constraints, at(change.table, change.key.name)) }
    case 'addCheck': return { ...made, constraints: plus(made.constraints, at(change.table, change.check.name)) }
    case 'addReference': return { ...made, constraints: plus(made.constraints, at(change.table, change.reference.name)) }
    case 'renameConstraint': return { ...made, constraints: swap(made.constraints, at(change.table, change.name), at(change.table, change.to)) }
    case 'dropConstraint': return { ...made, constraints: made.constraints.filter(one => one !== at(change.table, change.name)) }
    case 'createIndex': return { ...made, indexes: plus(made.indexes, at(change.table, change.index.name)) }
    case 'renameIndex': return { ...made, indexes: swap(made.indexes, at(change.table, change.name), at(change.table, change.to)) }
    case 'dropIndex': return { ...made, indexes: made.indexes.filter(one => one !== at(change.table, change.name)) }
    case 'createSchema': case 'setType': case 'setNotNull': case 'setDefault': case 'fill': case 'validate': case 'comment': return made
    default: return absurd(change)
  }
}

/** Writes down what is made, in the transaction that made it. */
export async function keepMade(client: Queryable, schema: string, model: string, made: Made): Promise<void> {
  const table = `${quote(schema)}.${quote(bookkeeping)}`
  await client.query(`create table if not exists ${table} (model text primary key, made jsonb not null)`)
  await client.query(`insert into ${table} values ($1, $2) on conflict (model) do update set made = excluded.made`, [model, JSON.stringify(made)])
}
