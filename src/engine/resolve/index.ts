// resolve: names exist, values are typed, limits are set.
export * from './place.ts'
export * from './value.ts'
export * from './filter.ts'
export * from './read.ts'
export { surroundings, type Around, type Surroundings } from './around.ts'
export type { ResolvedWrite, WriteOptions } from './body.ts'
export * from './create.ts'
export * from './update.ts'
