// What the running application reports, and who reads it.
export * from './observation.ts'
export * from './lines.ts'
export * from './counters.ts'
export * from './tracing.ts'
