// The port that stores implement and the engine calls.
export * from './store.ts'
