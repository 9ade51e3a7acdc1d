// Authorized mutations on PostgreSQL: compiled to a plan once per shape, executed on a connection.
export { compileMutation, compileTrusting } from './compile.ts'
export { executeMutation, isSingle, statementsOf } from './execute.ts'
export type { WritePlan } from './plan.ts'
