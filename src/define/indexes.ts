// Indexes and uniques over several fields.
import { calledFrom, type EntityClass, type IndexDeclaration } from '../model/compile/index.ts'
import type { Class } from './infer.ts'

type Name<E> = keyof E & string

/** `static indexes = [index(Order, 'customer', '-placedAt')]`: `-` sorts downwards, a reference stands for its key. */
export function index<E extends object>(entity: Class<E>, ...fields: readonly (Name<E> | `-${Name<E>}`)[]): IndexDeclaration {
  return { is: 'index', entity: entity as EntityClass, fields, at: calledFrom(index) }
}
/** `static uniques = [unique(Seat, 'room', 'number')]`: no two rows have the same of all of these. */
export function unique<E extends object>(entity: Class<E>, ...fields: readonly Name<E>[]): IndexDeclaration {
  return { is: 'unique', entity: entity as EntityClass, fields, at: calledFrom(unique) }
}
