// The compiled application.
export * from './model.ts'
export * from './caller.ts'
export * from './lookup.ts'
export * from './names.ts'
export * from './operators.ts'
export * from './standing.ts'
export * from './bodies.ts'
