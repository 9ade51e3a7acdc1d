// An application, open: its declaration, its database and its data, put together. Only what the user holds (the command line, the package's entry) stands above it.
export { callerOf, open, SchemaDiffers, type Application, type Changed, type MountingOptions, type OpenOptions, type ServingOptions } from './open.ts'
export { loadData, type Loaded } from './data.ts'
export { DataMistake } from './mistake.ts'
export { openDatabase, readAddress, type Database } from './database.ts'
export { beginWith } from './begin.ts'
