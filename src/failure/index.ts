// Failures: the class, the table, and suggestions for names that do not exist. Imports nothing of the rest.
export * from './table.ts'
export * from './failure.ts'
export * from './suggest.ts'
