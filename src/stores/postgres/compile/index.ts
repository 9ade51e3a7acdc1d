// From authorized operations to PostgreSQL statements.
export * from './context.ts'
export * from './notation.ts'
export * from './operand.ts'
export * from './predicate.ts'
export { searchVector } from './text.ts'
