// What a plan asks of the rows before anything is changed. Each is a SELECT of one number, `n`, by the names the database has now.
import type { Name } from './plan.ts'
import { list, qualified, quote } from './sql.ts'

export const rowsOf = (table: Name): string => `select count(*) as n from ${qualified(table)}`
export const valuesOf = (table: Name, column: string): string => `select count(${quote(column)}) as n from ${qualified(table)}`
export const nullsOf = (table: Name, column: string): string => `select count(*) as n from ${qualified(table)} where ${quote(column)} is null`
/** Rows for which a condition is false (unknown passes a check). */
export const breaking = (table: Name, condition: string): string => `select count(*) as n from ${qualified(table)} where (${condition}) is false`
/** Values that occur more than once. */
export const repeated = (table: Name, columns: readonly string[]): string =>
  `select count(*) as n from (select from ${qualified(table)} where ${columns.map(c => `${quote(c)} is not null`).join(' and ')} group by ${list(columns)} having count(*) > 1) as repeated`
/** Rows that point at nothing. */
export const dangling = (table: Name, columns: readonly string[], target: Name, targets: readonly string[]): string =>
  `select count(*) as n from ${qualified(table)} as a where ${columns.map(c => `a.${quote(c)} is not null`).join(' and ')} and not exists (select from ${qualified(target)} as b where ${
    columns.map((c, i) => `b.${quote(targets[i] ?? '')} = a.${quote(c)}`).join(' and ')})`
