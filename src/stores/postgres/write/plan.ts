// What a mutation is compiled to: statements, and where each of their answers goes.
import type { EntityModel, Model, Verb } from '../../../model/index.ts'
import type { Statement } from '../statement.ts'

/**
 * One statement of a level answers rows of these columns: what is wrong (`verdict`), the key as JSON, the version, the key of the whole as JSON, the finished body, and the
 * paths of included lists that were cut.
 */
export const columns = ['bad', 'key', 'version', 'whole', 'body', 'cut'] as const

export interface WritePlan {
  readonly model: Model
  readonly verb: Verb
  /** One statement, to be run by itself; otherwise its statements must share a transaction. */
  readonly single: boolean
  /** The same in one statement, for as few rows as `rowsTogether`. */
  readonly together: Together | null
  readonly root: Level
  /** The slot, beyond those of the operation, in which rows and keys found on the way enter a statement. */
  readonly extra: number
  /** Reads the answer back where the root's own statement could not give it. */
  readonly back: Statement | null
  /** The slot of how many rows there must be. */
  readonly count: number | null
  /** Whether bodies are asked for at all. */
  readonly returning: boolean
  /** Every statement, in the order they are first sent. */
  readonly statements: readonly Statement[]
}

/** Rows with the rows nested in them, all written by `main`: it answers the former, and in a seventh column as JSON what of the latter is refused, `[[part, row from 1, bad], …]`. */
export interface Together {
  readonly main: Statement
  readonly rows: number
  /** It is for no more nested rows than these. */
  readonly most: number
  readonly parts: readonly { readonly relation: string; readonly one: boolean; readonly entity: EntityModel; readonly rows: number; readonly references: readonly string[] }[]
}
/** Each of the rows looks through all that are nested in any; and these are told of in one row of the change log, which numbers them with three digits. */
export const rowsTogether = 10, partsTogether = 100

/** One set of rows of one entity, written by one statement. */
export interface Level {
  readonly entity: EntityModel
  /** Creates: the slot of the rows. */
  readonly rows: number | null
  /** The relations of `#bad` from `verdict.reference` on. */
  readonly references: readonly string[]
  /** The fields of `#bad` from `verdict.empty` down. */
  readonly added: readonly string[]
  /** Locks the wholes of these parts, the outermost first. */
  readonly locks: readonly Statement[]
  readonly main: Statement
  /** Every row names its key, so that others can be hung on it before it is written. */
  readonly named: boolean
  /** Raise the wholes to their next version, the nearest first: keys in the extra slot, answers as `columns`. */
  readonly raises: readonly Statement[]
  /** Keep up what these rows compute of the parts nested in them, after those: keys in the extra slot, answers as `columns`. */
  readonly settles: readonly Statement[]
  readonly before: readonly { readonly relation: string; readonly level: Level }[]
  readonly after: readonly { readonly relation: string; readonly one: boolean; readonly level: Level; readonly join: Statement | null }[]
  readonly links: readonly { readonly relation: string; readonly rows: number; readonly join: Statement }[]
}
