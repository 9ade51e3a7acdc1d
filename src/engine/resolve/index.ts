// resolve: names exist, values are typed, limits are set.
export * from './place.ts'
export * from './value.ts'
export * from './filter.ts'
export * from './read.ts'
export * from './write.ts'
