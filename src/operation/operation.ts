// The waist: every operation a protocol can ask and a store must answer.
import type { Mutation } from './mutation.ts'
import type { Read } from './query.ts'

export type Operation = Read | Mutation
