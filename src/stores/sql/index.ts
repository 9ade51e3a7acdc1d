// What SQL stores share: fragments that data cannot get into, and parameters.
export * from './fragment.ts'
export * from './parameters.ts'
