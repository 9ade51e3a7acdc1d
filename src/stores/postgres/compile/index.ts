// From authorized operations to PostgreSQL statements.
export * from './context.ts'
export * from './notation.ts'
export * from './operand.ts'
export * from './predicate.ts'
export { searchVector } from './text.ts'
export type { Compiled } from './compiled.ts'
export { compileRead } from './read.ts'
export { selected, type Cut, type Made } from './rows.ts'
