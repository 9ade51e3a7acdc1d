// Wire forms shared by protocols and client. Imports nothing of the rest.
export * from './ask.ts'
export * from './separate.ts'
export * from './exact.ts'
export * from './id.ts'
export * from './depth.ts'
export * from './credential.ts'
export * from './site.ts'
