// The testkit: the conformance suite as data, what runs it, and generators of models, rules, rows and requests.
export * from './case.ts'
export * from './cases/index.ts'
export * from './check.ts'
export * from './engine.ts'
export * from './request.ts'
export * from './world.ts'
export * from './stories/index.ts'
export { proofs, type Proof, type ProofOptions } from './proofs/index.ts'
