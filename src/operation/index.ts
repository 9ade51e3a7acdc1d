// The waist: plain frozen data between protocols and stores. Imports nothing of the rest.
export * from './value.ts'
export * from './predicate.ts'
export * from './query.ts'
export * from './mutation.ts'
export * from './operation.ts'
export * from './walk.ts'
export * from './evaluate.ts'
export * from './capability.ts'
