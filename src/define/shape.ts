// What inputs and outputs of actions have beside fields: keys of rows, and objects.
import { calledFrom, type EntityClass, type KeyDeclaration, type ObjectDeclaration } from '../model/compile/index.ts'
import type { Shape } from './infer-shapes.ts'
import type { Class } from './infer.ts'

type ShapeTrait = 'list' | 'optional'

/** The key of a row: `id(Product)`. */
export class KeyValue<E, T extends ShapeTrait = never> {
  declare readonly '~key': E
  declare readonly '~traits': T
  readonly '~declared': KeyDeclaration
  constructor(declared: KeyDeclaration) { this['~declared'] = declared }
  /** May be null, and left out. */
  optional(): KeyValue<E, T | 'optional'> { return new KeyValue({ ...this['~declared'], optional: true }) }
  about(text: string): KeyValue<E, T> { return new KeyValue({ ...this['~declared'], about: text }) }
}

/** An object, or a list of objects. */
export class Shaped<S, T extends ShapeTrait = never> {
  declare readonly '~shape': S
  declare readonly '~traits': T
  readonly '~declared': ObjectDeclaration
  constructor(declared: ObjectDeclaration) { this['~declared'] = declared }
  /** May be null, and left out. */
  optional(): Shaped<S, T | 'optional'> { return new Shaped({ ...this['~declared'], optional: true }) }
  about(text: string): Shaped<S, T> { return new Shaped({ ...this['~declared'], about: text }) }
}

/** An object in an action's input or output, where a plain one does not do: `address: object({ … }).optional()`. */
export function object<const S extends Shape>(of: S): Shaped<S> { return shaped(of, null, object) }

export const keyValue = <E extends object>(entity: Class<E>, builder: (...given: never[]) => unknown): KeyValue<E> =>
  new KeyValue({ is: 'key', target: entity as EntityClass, list: null, optional: false, about: null, at: calledFrom(builder) })
export const shaped = <S extends Shape, T extends ShapeTrait>(of: S, list: ObjectDeclaration['list'], builder: (...given: never[]) => unknown): Shaped<S, T> =>
  new Shaped({ is: 'object', members: of, list, optional: false, about: null, at: calledFrom(builder) })
