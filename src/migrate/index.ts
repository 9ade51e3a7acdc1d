// Migrations: live schema × model → plan (data) → steps. Reading a schema stands alone: whoever writes a declaration from a database uses it too.
export type * from './live.ts'
export type * from './plan.ts'
export { findColumn, findTable } from './live.ts'
export { readSchema } from './introspect.ts'
export { desiredSchema } from './desired.ts'
export { planSchema } from './compare.ts'
export { applyPlan, planOf, type Applying } from './apply.ts'
export { describePlan, describeRefusal } from './say.ts'
// Writing a declaration is a folder of its own, import/, which nothing that serves needs.
