// What `shop.action(…)` leaves behind for compile: nothing checked yet.
import type { ActionRun } from '../model.ts'
import type { EntityClass, FieldDeclaration, ModelDeclaration } from './declaration.ts'
import type { Somewhere } from './place.ts'

/** The key of a row, `id(Product)`, in an action's input or output. */
export interface KeyDeclaration {
  readonly is: 'key'
  readonly target: EntityClass
  readonly list: { readonly min: number | null; readonly max: number | null } | null
  readonly optional: boolean
  readonly about: string | null
  readonly at: Somewhere
}
/** An object within an input or output, or with `list` a list of them. */
export interface ObjectDeclaration {
  readonly is: 'object'
  readonly members: ShapeDeclaration
  readonly list: { readonly min: number | null; readonly max: number | null } | null
  readonly optional: boolean
  readonly about: string | null
  readonly at: Somewhere
}
export type MemberDeclaration = FieldDeclaration | KeyDeclaration | ObjectDeclaration
/** Builders, or plain objects of them, by name. */
export type ShapeDeclaration = Readonly<Record<string, unknown>>

export interface ActionDeclaration {
  readonly entity: EntityClass | null
  readonly about: unknown
  /** A condition, a function that makes one, or roles; undefined: nothing is allowed. */
  readonly allow: unknown
  readonly input: unknown
  readonly output: unknown
  readonly failures: unknown
  readonly isolation: unknown
  readonly contract: unknown
  readonly path: unknown
  readonly prepare: ActionRun | undefined
  readonly conflicts: ActionRun | undefined
  readonly unkept: unknown
  readonly run: ActionRun
  readonly unknown: readonly string[]
  /** The model it hangs on. */
  readonly model: ModelDeclaration
  readonly at: Somewhere
}
/** What an action is under its property: `'~declared'`. */
export interface DeclaredAction { readonly '~declared': ActionDeclaration }
