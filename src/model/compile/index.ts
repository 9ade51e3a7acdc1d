// Compiling what users declare: the descriptions that define/ leaves behind, and the model made of them.
export * from './declaration.ts'
export * from './action-declaration.ts'
export * from './mistakes.ts'
export { calledFrom, type Somewhere } from './place.ts'
export { callerProxy, claimInside, condition, isCondition, type Condition } from './condition.ts'
export { capital, nameProblem, pathOf, pathProblem, singular, snake, tableOf } from './words.ts'
export { backendOptions, compileDeclaration } from './compile.ts'
export { systemEntities, systemSchema } from './system.ts'
